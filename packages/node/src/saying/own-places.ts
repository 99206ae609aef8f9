// Where objects stand that we shared, as records about them name it (spec/records.md, Taking back and Passing on): by their
// places in records of ours. One record for all that was said alike; of many, several.

import { ok, type Result, refuse } from '@countersign/log'
import { OBJECT_PLACES_MAX } from '@countersign/record'
import type { SharedPlace } from '@countersign/views'
import type { EngineParts } from '../engine-parts.ts'
import { LIMITS } from '../limits.ts'

/** What one record about them names. */
export interface AlikePlaces extends Pick<SharedPlace, 'channel' | 'mode' | 'to'> {
  re: string[]
  objects: { record: number; part: number; places: number[] }[]
  count: number
}

export interface SharedObject {
  pact: string
  /** Of STIX. */
  id: string
  /** `all`, `first`, `last` or exact versions, as a collection of TAXII takes them; without it every one. */
  versions?: readonly string[] | undefined
  /** Of STIX; without it every one. */
  specVersions?: readonly string[] | undefined
}

/** Refuses `not-found/object` where we do not share it, in none of these versions. */
export function sharedPlaces(
  { views }: Pick<EngineParts, 'views'>,
  { pact, id, versions, specVersions }: SharedObject,
): Result<SharedPlace[]> {
  const meant = views.versionsMeant({ pact, collection: 'outbox', id }, versions, specVersions)
  const orders = new Set(meant.map(({ order }) => order))
  const found = views.sharedByUs(pact, id).filter(({ order }) => orders.has(order))
  if (found.length > 0) return ok(found)
  return refuse(
    'not-found/object',
    `We share no ${id.slice(0, 300)} under this agreement, or not in that version; look at it with: countersign object ID.`,
  )
}

/** As few as may be: what was said on one channel, in one mode and to the same parties. */
export function alike(places: readonly SharedPlace[]): AlikePlaces[] {
  const open = new Map<string, AlikePlaces>()
  const all: AlikePlaces[] = []
  const inOrder = places.toSorted((a, b) => compare(a.record, b.record) || a.part - b.part || a.position - b.position)
  for (const { channel, mode, to, record, part, position } of inOrder) {
    const key = JSON.stringify([channel, mode, to])
    let one = open.get(key)
    const isNew = one?.re.at(-1) !== record
    if (one === undefined || one.count === OBJECT_PLACES_MAX || (isNew && one.re.length === LIMITS.placesRecords)) {
      one = { channel, mode, to, re: [], objects: [], count: 0 }
      open.set(key, one)
      all.push(one)
    }
    if (one.re.at(-1) !== record) one.re.push(record)
    const at = one.re.length - 1
    const last = one.objects.at(-1)
    if (last?.record === at && last.part === part) last.places.push(position)
    else one.objects.push({ record: at, part, places: [position] })
    one.count++
  }
  return all
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
