// The version by which the creator of an object takes it back for everyone (STIX 2.1 section 3.6): the newest of those we
// share, with `revoked` set to true and a later `modified`. Shared like any other, to those the newest was shared with.

import type { SharedPlace } from '@countersign/views'

/** A share to be: objects that go the same way. */
export interface LastVersions extends Pick<SharedPlace, 'channel' | 'mode' | 'tlp' | 'class' | 'feed' | 'to'> {
  objects: Record<string, unknown>[]
}

/**
 * One share for all objects that were last shared alike. Left out are objects without versions, and those whose newest
 * version is revoked already. `places` are those of each object, by its id.
 */
export function lastVersions(
  places: ReadonlyMap<string, readonly SharedPlace[]>,
  textOf: (digest: string) => string | undefined,
  nowMs: number,
): LastVersions[] {
  const shares = new Map<string, LastVersions>()
  for (const all of places.values()) {
    const newest = all.toSorted((a, b) => (a.order < b.order ? 1 : -1))[0]
    const object = newest === undefined ? undefined : parsed(textOf(newest.digest))
    if (newest === undefined || typeof object?.['modified'] !== 'string' || object['revoked'] === true) continue
    // Its clock may have been ahead of ours.
    const modified = new Date(Math.max(nowMs, Date.parse(object['modified']) + 1)).toISOString()
    const { channel, mode, tlp, class: ofClass, feed, to } = newest
    const key = JSON.stringify([channel, mode, tlp, ofClass, feed, to])
    const share = shares.get(key) ?? { channel, mode, tlp, class: ofClass, feed, to, objects: [] }
    share.objects.push({ ...object, modified, revoked: true })
    shares.set(key, share)
  }
  return [...shares.values()]
}

/**
 * The places that the creator takes back: all but those of a newest version that is revoked, for that is by what readers
 * learn of it.
 */
export function olderPlaces(
  all: readonly SharedPlace[],
  textOf: (digest: string) => string | undefined,
): readonly SharedPlace[] {
  const newest = all.toSorted((a, b) => (a.order < b.order ? 1 : -1))[0]
  if (newest === undefined || parsed(textOf(newest.digest))?.['revoked'] !== true) return all
  return all.filter(({ order }) => order !== newest.order)
}

function parsed(text: string | undefined): Record<string, unknown> | undefined {
  const value: unknown = text === undefined ? undefined : JSON.parse(text)
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
}
