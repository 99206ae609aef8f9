// What one STIX object can be found by, and which other objects it names. Read from its text as it came; a text that is
// no JSON object has none. Nothing here changes what is kept and served: that is the text alone.

import { DESCRIPTION_WORDS_MAX, NODES_MAX, REFERENCES_MAX, WORDS_MAX } from './limits.ts'

export interface ObjectWords {
  /** Folded for comparison, see `foldWords`. */
  words: string
  /** STIX ids, each once. */
  references: string[]
}

const WORDY = [
  'name',
  'id',
  'value',
  'aliases',
  'pattern',
  'hashes',
  'labels',
  'path',
  'command_line',
  'subject',
  'key',
]
const IDENTIFIER = /^[a-z][a-z0-9-]{0,250}--[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

/**
 * One form for what is written alike: compatibility forms and letter case do not tell words apart. No NUL, at which the
 * index would stop reading.
 */
export function foldWords(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll('\0', ' ')
}

export function objectWords(source: string): ObjectWords {
  const object = parsed(source)
  if (object === undefined) return { words: '', references: [] }
  const words: string[] = []
  for (const key of WORDY) collect(object[key], words)
  for (const reference of listOf(object['external_references'])) {
    if (isRecord(reference)) collect(reference['external_id'], words)
  }
  if (typeof object['description'] === 'string') words.push(object['description'].slice(0, DESCRIPTION_WORDS_MAX))
  return { words: foldWords(words.join('\n').slice(0, WORDS_MAX)), references: references(object) }
}

function collect(value: unknown, words: string[]): void {
  if (typeof value === 'string') words.push(value.slice(0, WORDS_MAX))
  else if (Array.isArray(value)) for (const one of value.slice(0, 100)) collectLeaf(one, words)
  else if (isRecord(value)) for (const one of Object.values(value).slice(0, 100)) collectLeaf(one, words)
}

function collectLeaf(value: unknown, words: string[]): void {
  if (typeof value === 'string') words.push(value.slice(0, WORDS_MAX))
}

function references(object: Record<string, unknown>): string[] {
  const found = new Set<string>()
  for (const { to } of linksIn(object)) {
    if (found.size >= REFERENCES_MAX) break
    found.add(to)
  }
  return [...found]
}

/** One property of an object that names another object. */
export interface Link {
  /** Of the property, without where it stands: `created_by_ref`, `object_refs`. */
  property: string
  to: string
}

/** What an object names and by which property, each once; at most REFERENCES_MAX. Empty of a text that is no object. */
export function linksOf(source: string): Link[] {
  const object = parsed(source)
  if (object === undefined) return []
  const found = new Map<string, Link>()
  for (const link of linksIn(object)) {
    if (found.size >= REFERENCES_MAX) break
    found.set(`${link.property} ${link.to}`, link)
  }
  return [...found.values()]
}

/** Every `…_ref` and `…_refs` at any depth, but for markings: those would make everything kin to everything. */
function* linksIn(object: Record<string, unknown>): Generator<Link> {
  const waiting: unknown[] = [object]
  for (let seen = 0; waiting.length > 0 && seen < NODES_MAX; seen++) {
    const value = waiting.pop()
    if (Array.isArray(value)) {
      for (const one of value.slice(0, NODES_MAX)) if (typeof one === 'object' && one !== null) waiting.push(one)
    } else if (isRecord(value)) {
      for (const [property, one] of Object.entries(value)) {
        if (property === 'object_marking_refs' || property === 'marking_ref') continue
        if (property.endsWith('_ref') || property.endsWith('_refs')) {
          for (const id of typeof one === 'string' ? [one] : listOf(one)) {
            if (typeof id === 'string' && IDENTIFIER.test(id)) yield { property, to: id }
          }
        } else if (typeof one === 'object' && one !== null) waiting.push(one)
      }
    }
  }
}

/** The ids of the markings that an object or a part of it bears. */
export function markingsOf(source: string): string[] {
  const object = parsed(source)
  const granular = listOf(object?.['granular_markings']).map((one) => (isRecord(one) ? one['marking_ref'] : undefined))
  const all = [...listOf(object?.['object_marking_refs']), ...granular]
  return all.filter((id): id is string => typeof id === 'string' && IDENTIFIER.test(id)).slice(0, REFERENCES_MAX)
}

/** A sighting as what it says was seen, and by whose or which observation; undefined of anything else. */
export function sightingOf(source: string): { of: string; by: string[]; count: number | null } | undefined {
  const object = parsed(source)
  if (object?.['type'] !== 'sighting' || typeof object['sighting_of_ref'] !== 'string') return undefined
  const { sighting_of_ref: of, count, created_by_ref: creator } = object
  const named = [...listOf(object['where_sighted_refs']), ...listOf(object['observed_data_refs'])]
  const by = (named.length > 0 ? named : [creator]).filter((id): id is string => typeof id === 'string')
  return { of, by: by.slice(0, REFERENCES_MAX), count: typeof count === 'number' ? count : null }
}

/** The ends of a relationship, where the object is one. */
export function relationshipOf(source: string): { type: string; source: string; target: string } | null {
  const object = parsed(source)
  if (object?.['type'] !== 'relationship') return null
  const { relationship_type: type, source_ref: from, target_ref: to } = object
  return typeof type === 'string' && typeof from === 'string' && typeof to === 'string'
    ? { type, source: from, target: to }
    : null
}

function parsed(source: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(source)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
