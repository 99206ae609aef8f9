/**
 * The references of an object: every property named `…_ref` or `…_refs` (STIX 2.1 section 3.1), however deep, but for the
 * markings.
 */

import { isId, type StixId } from './identifier.ts'
import { isRecord, type Properties } from './properties.ts'

export type ReferencePath = readonly (string | number)[]

/** Calls `visit` for each, in the order of the source; `id` is undefined where there is no id of a STIX object. */
export function eachReference(
  value: Properties,
  type: string,
  visit: (property: string, id: StixId | undefined, path: ReferencePath) => void,
): void {
  const walk = (inside: unknown, path: ReferencePath) => {
    if (Array.isArray(inside)) {
      inside.forEach((item: unknown, index) => {
        if (typeof item === 'object') walk(item, [...path, index])
      })
      return
    }
    if (!isRecord(inside)) return
    for (const property of Object.keys(inside)) {
      const item = inside[property]
      if (path.length === 0 && SEPARATE.has(property)) continue
      // The old form of observed data names its objects by keys of its own (section 2.13).
      if (path.length === 0 && property === 'objects' && type === 'observed-data') continue
      if (property.endsWith('_ref')) {
        visit(property, isId(item) ? item : undefined, [...path, property])
      } else if (property.endsWith('_refs')) {
        const ids: unknown[] = Array.isArray(item) ? item : [undefined]
        ids.forEach((id, index) => visit(property, isId(id) ? id : undefined, [...path, property, index]))
      } else if (typeof item === 'object' && item !== null) {
        walk(item, [...path, property])
      }
    }
  }
  walk(value, [])
}

const SEPARATE = new Set(['object_marking_refs', 'granular_markings'])
