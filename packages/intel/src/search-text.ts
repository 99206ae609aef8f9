/**
 * The words by which an object is shown in a list and found: bounded, whole characters, one line. They are for people
 * and for the index; what the object says is in its source alone.
 */

import { LIMITS } from './limits.ts'
import { isRecord } from './properties.ts'
import type { StixObject } from './stix-object.ts'

/** One line that names the object: its name, or what stands for one in its type; null if it has nothing of the kind. */
export function searchName(object: Pick<StixObject, 'value'>): string | null {
  for (const property of NAMING) {
    const text = object.value[property]
    if (typeof text === 'string' && text.trim() !== '') return oneLine(text, LIMITS.nameChars)
    if (typeof text === 'number') return String(text)
  }
  return null
}

/** All that the object can be found by: name, other names, pattern, value, hashes, outside numbers, description. */
export function searchText(object: Pick<StixObject, 'id' | 'labels' | 'value'>): string {
  const words: string[] = [object.id]
  let room = LIMITS.searchChars - object.id.length
  const add = (text: unknown) => {
    if (typeof text !== 'string' || text === '' || room <= 1) return
    const line = oneLine(text, room - 1)
    words.push(line)
    room -= line.length + 1
  }
  for (const property of NAMING) add(object.value[property])
  for (const property of ['aliases', 'x_mitre_aliases']) for (const alias of listIn(object.value, property)) add(alias)
  for (const label of object.labels) add(label)
  const { hashes } = object.value
  for (const hash of isRecord(hashes) ? Object.values(hashes) : []) add(hash)
  for (const source of listIn(object.value, 'external_references')) if (isRecord(source)) add(source['external_id'])
  for (const property of ['description', 'abstract', 'content', 'explanation']) add(object.value[property])
  return words.join(' ')
}

/** In the order in which one of them names an object best. */
const NAMING = [
  'name',
  'value',
  'pattern',
  'path',
  'key',
  'subject',
  'command_line',
  'user_id',
  'account_login',
  'number',
  'product',
  'relationship_type',
  'context',
  'opinion',
  'abstract',
  'content',
  'statement',
]

function listIn(value: StixObject['value'], property: string): readonly unknown[] {
  const list = value[property]
  return Array.isArray(list) ? list : []
}

/** Control characters and runs of space become one space; cut to `chars`, never inside a character of two units. */
function oneLine(text: string, chars: number): string {
  const line = text
    .slice(0, 4 * chars)
    .replace(BREAKS, ' ')
    .trim()
  const cut = line.length > chars ? line.slice(0, chars) : line
  return cut.isWellFormed() ? cut : cut.slice(0, -1)
}

const BREAKS = /[\s\p{Cc}\p{Cf}]+/gu
