// Sightings that are made in a MISP on what we pulled from it or gave to it. An event is not published anew for a sighting,
// so these are asked for by themselves (`POST /sightings/restSearch`, by the time at which something was seen); each event
// that has new ones is read, and what was seen becomes STIX, as closely held as what it is of. What we sent is no news.

import {
  type MispAttribute,
  type MispEvent,
  type MispSighting,
  readMispEvents,
  type StandsFor,
  sightingsOfEvent,
} from '@countersign/intel'
import { fromUtf8, ok, type Result, refuse, utf8 } from '@countersign/log'
import { checkJson } from '@countersign/record'
import type { FeedStore } from '../feed-store.ts'
import { objectOf, type PulledObject } from '../page.ts'
import { patiently } from '../patience.ts'
import type { PullReport } from '../report.ts'
import type { Answered } from '../requests.ts'
import type { ListMeans } from './list.ts'

export interface SightingPullingMeans extends ListMeans {
  store: FeedStore
}

interface ListedSighting {
  uuid: string
  event: string
  /** Seconds since the epoch. */
  at: number
}

type Unanswered = Exclude<Answered, { kind: 'answer' }>

/**
 * Asks for what was seen since `since` (seconds since the epoch; undefined where it never was asked for). Gives up to when
 * all of it is known now; undefined where the MISP does not tell of sightings, which ends no pull.
 */
export async function pullSightings(
  { name, url }: { name: string; url: string },
  since: number | undefined,
  means: SightingPullingMeans,
  report: PullReport,
): Promise<Result<number | undefined> | { ok: false; answered: Unanswered }> {
  const { store, limits, around, giveWay, stopped } = means
  const now = Math.floor(around.now() / 1000)
  const from = (since ?? now) - Math.floor((since === undefined ? limits.sightingsMs : limits.sightingOverlapMs) / 1000)
  const to = now + Math.floor(limits.aheadMs / 1000)
  const asked = utf8(JSON.stringify({ returnFormat: 'json', from, to, includeEvent: true }))
  const answered = await patiently(
    () => means.requests.post(new URL('sightings/restSearch', url), asked, limits.listBytes),
    means,
  )
  const cannot = (why: string) => {
    report.doubt ??= `It does not tell of sightings, so those come with the list of all events: ${why}`
    return ok(undefined)
  }
  if (answered.kind === 'refused') return cannot(answered.message)
  if (answered.kind !== 'answer') return { ok: false, answered }
  const listed = readSightings(answered.bytes, means)
  if (!listed.ok) return cannot(listed.message)
  const byEvent = new Map<string, ListedSighting[]>()
  for (const one of listed.value) {
    if (store.sightings.isSeen(name, one.uuid) || store.sightings.isOurs(name, one)) continue
    if (store.events.given(name, one.event) === undefined && !store.events.isTaken(name, one.event)) continue
    byEvent.set(one.event, [...(byEvent.get(one.event) ?? []), one])
  }
  for (const [event, some] of byEvent) {
    await giveWay()
    if (stopped.aborted) return refuse('node/not-ready', 'The node is being ended; the next pull goes on here.')
    const at = new URL(`events/view/${event}`, url)
    const viewed = await patiently(() => means.requests.post(at, utf8('{"deleted":[0,1]}'), limits.pageBytes), means)
    if (viewed.kind !== 'answer' && viewed.kind !== 'refused') return { ok: false, answered: viewed }
    const objects = viewed.kind === 'answer' ? sightingsIn(viewed.bytes, event, name, store) : undefined
    if (objects === undefined) {
      report.unreadableTotal++
      const message = viewed.kind === 'refused' ? viewed.message : 'The server gave no event of MISP.'
      if (report.unreadable.length < limits.told) report.unreadable.push({ object: `sightings of ${event}`, message })
      continue
    }
    const fresh = store.takeSightings(name, some, objects)
    report.fresh += fresh
    report.known += objects.length - fresh
  }
  store.sightings.forgetSeen(name, from)
  return ok(now)
}

/** Undefined where it is another event, or none. */
function sightingsIn(bytes: Uint8Array, uuid: string, name: string, store: FeedStore): PulledObject[] | undefined {
  const read = readMispEvents(bytes)
  const [event, ...others] = read.ok ? read.value : []
  if (event === undefined || others.length > 0 || event.uuid.toLowerCase() !== uuid) return undefined
  const standing = store.sightings.standing(name, uuid)
  const isOurs = (sighting: MispSighting) => store.sightings.isOurs(name, sighting)
  const theirs = withSightings(event, standing, isOurs)
  return sightingsOfEvent(theirs, standing).flatMap((object) => {
    const source = objectOf(utf8(JSON.stringify(object)))
    return source.ok ? [source.value] : []
  })
}

/** An event with the sightings that are news: of what we gave, or of what it had when it was published. */
function withSightings(
  event: MispEvent,
  standing: ReadonlyMap<string, StandsFor>,
  isOurs: (sighting: MispSighting) => boolean,
): MispEvent {
  const published = event.publish_timestamp ?? 0
  const of = (attribute: MispAttribute): MispAttribute => {
    const isKnown = standing.has(attribute.uuid) || (attribute.timestamp ?? 0) <= published
    return {
      ...attribute,
      Sighting: isKnown && attribute.deleted !== true ? attribute.Sighting?.filter((one) => !isOurs(one)) : [],
    }
  }
  return {
    // One that does not say how far it goes is for its own organisation.
    ...{ ...event, distribution: event.distribution ?? '0' },
    Attribute: event.Attribute?.map(of),
    Object: event.Object?.map((object) => ({ ...object, Attribute: object.Attribute?.map(of) })),
  }
}

/** `{response: [{Sighting: {…, Event: {uuid}}}]}`, or the list alone. */
function readSightings(
  bytes: Uint8Array,
  { limits }: Pick<SightingPullingMeans, 'limits'>,
): Result<(ListedSighting & { source?: string })[]> {
  const fault = checkJson(bytes, {
    ...{ maxBytes: limits.listBytes, maxDepth: 8, maxValues: limits.listEvents * 16, protoKey: 'refuse' },
  })
  if (fault !== undefined) return refuse('feed/page', fault.message)
  const value: unknown = JSON.parse(fromUtf8(bytes) ?? '')
  const list: unknown = Array.isArray(value) ? value : Object(value)['response']
  if (!Array.isArray(list)) return refuse('feed/page', 'Its answer is no list of sightings.')
  return ok(
    (list as unknown[]).flatMap((one) => {
      const row = Object(Object(one)['Sighting'] ?? one) as Record<string, unknown>
      const uuid = String(row['uuid']).toLowerCase()
      const event = String(Object(row['Event'])['uuid'] ?? row['event_uuid']).toLowerCase()
      const at = String(row['date_sighting'])
      if (!UUID.test(uuid) || !UUID.test(event) || !/^\d{1,12}$/.test(at)) return []
      return [{ uuid, event, at: Number(at), ...(typeof row['source'] === 'string' ? { source: row['source'] } : {}) }]
    }),
  )
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
