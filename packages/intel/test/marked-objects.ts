// Objects with markings on any of their parts, and a plain reckoning of what holds for each of their texts, made apart from
// the code under test. Every text of an object is another one, so that what is kept of it can be told.

import fc from 'fast-check'
import { MarkingDefinitions, markingIdOf, readObject, type StixObject, TLP_NAMES } from '../src/index.ts'

export const PAP_IDS = [
  'marking-definition--ad15a0cd-55b6-4588-a14c-a66105329b92',
  'marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9',
  'marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab',
  'marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e',
]
export const UNKNOWN_MARKING = 'marking-definition--7d2b4a9e-0a1b-4c3d-8e5f-000000000099'
export const uuid = (n: number) => `7d2b4a9e-0a1b-4c3d-8e5f-${String(n).padStart(12, '0')}`

export type Value = { [property: string]: unknown }
export type Path = readonly (string | number)[]
export type Granular = { marking_ref?: string; lang?: string; selectors: string[] }

/** How strict, from 0; unknown binds most. */
export interface Strictness {
  tlp: number
  pap: number
}
export const strictnessOf = (ref: string): Strictness => ({
  tlp: ref === UNKNOWN_MARKING ? 9 : 1 + TLP_NAMES.findIndex((tlp) => markingIdOf(tlp) === ref),
  pap: 1 + PAP_IDS.indexOf(ref),
})
export const strictest = (all: readonly Strictness[]): Strictness => ({
  tlp: Math.max(0, ...all.map(({ tlp }) => tlp)),
  pap: Math.max(0, ...all.map(({ pap }) => pap)),
})

export function read(value: unknown): StixObject {
  const result = readObject(JSON.stringify(value))
  if (!result.ok) throw new Error(result.message)
  return result.value
}

/** Every place in a value that a selector can name, and every text with its place. */
export function placesIn(value: unknown, path: Path = []): { paths: Path[]; texts: [string, Path][] } {
  const found = { paths: path.length === 0 ? [] : [path], texts: [] as [string, Path][] }
  if (typeof value === 'string') found.texts.push([value, path])
  const members: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : []
  for (const [component, item] of members) {
    const inside = placesIn(item, [...path, component])
    found.paths.push(...inside.paths)
    found.texts.push(...inside.texts)
  }
  return found
}

export const selectorOf = (path: Path) => path.map((part) => (typeof part === 'number' ? `[${part}]` : part)).join('.')

/** What holds at a place: the markings of the object, and each whose selector names the place or something round it. */
export function reckoned(value: Value, path: Path): Strictness {
  const all = [...((value['object_marking_refs'] as string[] | undefined) ?? [])]
  for (const { marking_ref: ref, selectors } of (value['granular_markings'] as Granular[] | undefined) ?? []) {
    if (ref === undefined) continue
    const outside = path.map((_, length) => selectorOf(path.slice(0, length + 1)))
    if (selectors.some((selector) => outside.includes(selector))) all.push(ref)
  }
  return strictest(all.map(strictnessOf))
}

export const definitions = () => new MarkingDefinitions()

/** Parts that may be marked: not those without which the object is another one. */
export const markable = (value: Value): Path[] =>
  placesIn(value).paths.filter(([property]) =>
    ['description', 'aliases', 'external_references', 'x_notes'].includes(String(property)),
  )

const refs = fc.constantFrom(...TLP_NAMES.map(markingIdOf), ...PAP_IDS, UNKNOWN_MARKING)

/** A tool with lists and objects inside each other; its texts are numbered. */
const unmarked: fc.Arbitrary<Value> = fc
  .record({
    aliases: fc.nat({ max: 4 }),
    references: fc.array(fc.record({ url: fc.boolean(), hashes: fc.nat({ max: 2 }) }), { maxLength: 4 }),
    notes: fc.array(fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
  })
  .map(({ aliases, references, notes }) => {
    let number = 0
    const text = () => `text ${number++}`
    const list = (length: number) => Array.from({ length }, text)
    const value: Value = {
      type: 'tool',
      spec_version: '2.1',
      id: `tool--${uuid(1)}`,
      created: '2026-01-01T00:00:00.000Z',
      modified: '2026-01-01T00:00:00.000Z',
      name: text(),
      description: text(),
    }
    if (aliases > 0) value['aliases'] = list(aliases)
    if (references.length > 0) {
      value['external_references'] = references.map(({ url, hashes }) => ({
        source_name: text(),
        ...(url ? { url: text() } : {}),
        ...(hashes > 0 ? { hashes: Object.fromEntries(list(hashes).map((hash, n) => [`K-${n}`, hash])) } : {}),
      }))
    }
    if (notes.length > 0)
      value['x_notes'] = notes.map((row) => row.map((length) => ({ of: text(), all: list(length + 1) })))
    return value
  })

export const granularFor = (value: Value): fc.Arbitrary<Granular> =>
  fc
    .tuple(
      fc.oneof({ weight: 5, arbitrary: refs }, { weight: 1, arbitrary: fc.constant(undefined) }),
      fc.array(fc.constantFrom(...markable(value)), { minLength: 1, maxLength: 3 }),
    )
    .map(([ref, paths]) => ({
      ...(ref === undefined ? { lang: 'de' } : { marking_ref: ref }),
      selectors: paths.map(selectorOf),
    }))

/** Such a tool with markings of the object, now and then, and of its parts. */
export const marked: fc.Arbitrary<Value> = unmarked.chain((value) =>
  fc
    .tuple(fc.option(refs, { freq: 5, nil: undefined }), fc.array(granularFor(value), { maxLength: 5 }))
    .map(([ref, granular]) => ({
      ...value,
      ...(ref === undefined || ref === UNKNOWN_MARKING ? {} : { object_marking_refs: [ref] }),
      ...(granular.length === 0 ? {} : { granular_markings: granular }),
    })),
)
