// Objects along time: of each what it says of itself, when it was said and countersigned, what came back, and when it was
// taken back. All that one question reads of an object is bounded: of what was said the newest versions and the first, of
// answers the newest.

import { ok, type Result } from '@countersign/log'
import type { Store } from './database.ts'
import type { Feedback } from './feedback.ts'
import {
  GRAPH_NAME_MAX,
  TIMELINE_ENTRIES_MAX,
  TIMELINE_EVENTS_MAX,
  TIMELINE_LANES_MAX,
  TIMELINE_PLACES_MAX,
  TIMELINE_VERSIONS_MAX,
} from './limits.ts'
import { endsOf } from './object-ends.ts'
import type { ObjectShelf } from './object-shelf.ts'
import { isTime, timesOf } from './object-times.ts'
import { readObjects } from './read-objects.ts'
import { COUNTS } from './schema.ts'
import type {
  ObjectTimeline,
  RecordTimes,
  TimelineEvent,
  TimelineLane,
  TimelineMoment,
  TimelineQuery,
} from './timeline-rows.ts'

/** Objects read before others get their turn. */
const STRETCH = 5
/** In which order what is of one time is told. */
const KINDS: readonly TimelineEvent['kind'][] = ['said', 'sighting', 'opinion', 'takenBack']

/** A place where the object stands in a record that counts, or counted until its author took it back. */
interface Place {
  origin: string
  idx: number
  part: number
  position: number
  version: string
  version_order: string
  digest: string
  type: string
  name: string | null
  tlp: string | null
  revoked: number
  shown: number
  refused: number
}

export interface TimelineSources {
  party: string
  feedback: Feedback
  /** A record that is held; undefined where it is not. */
  timesOfRecord(origin: string, idx: number): RecordTimes | undefined
}

/** `turn` is awaited between stretches of the work. Refuses `views/query`. */
export async function readTimeline(
  of: { store: Store; shelf: ObjectShelf } & TimelineSources,
  query: TimelineQuery,
  turn: () => Promise<unknown>,
): Promise<Result<ObjectTimeline>> {
  const start = await begin(of, query, turn)
  if (!start.ok) return start
  const { ids, left, leftIsLeast } = start.value
  const reading = new TimelineReading(of.store, of, query.pact ?? query.search?.pact)
  const lanes: TimelineLane[] = []
  let missing = 0
  for (const [at, id] of ids.entries()) {
    const lane = reading.lane(id)
    if (lane === undefined) missing++
    else lanes.push(lane)
    if (at % STRETCH === STRETCH - 1) await turn()
  }
  return ok({ lanes, missing, left, leftIsLeast })
}

/** Which objects it is about. A search lists each version and direction of one; here it is one. */
async function begin(
  { store, shelf }: { store: Store; shelf: ObjectShelf },
  { ids = [], search, lanes = TIMELINE_LANES_MAX }: TimelineQuery,
  turn: () => Promise<unknown>,
): Promise<Result<{ ids: string[]; left: number; leftIsLeast: boolean }>> {
  const room = Math.min(Math.max(lanes, 1), TIMELINE_LANES_MAX)
  if (search === undefined) {
    const asked = [...new Set(ids)]
    return ok({ ids: asked.slice(0, room), left: Math.max(asked.length - room, 0), leftIsLeast: false })
  }
  const found = new Set<string>()
  const [count, seen] = [
    { total: 0, isLeast: false },
    { all: 0, drawn: 0 },
  ]
  for (let cursor: string | null = null; ; ) {
    const page = await readObjects(store, shelf, { ...search, ...(cursor === null ? {} : { cursor }), limit: room })
    if (!page.ok) return page
    const { objects, next, total, totalIsLeast } = page.value
    for (const { id } of objects) {
      if (found.size < room) found.add(id)
      if (found.has(id)) seen.drawn++
    }
    seen.all += objects.length
    if (total >= count.total) Object.assign(count, { total, isLeast: totalIsLeast })
    cursor = next
    if (cursor === null || found.size >= room || seen.all >= TIMELINE_ENTRIES_MAX) break
    await turn()
  }
  return ok({ ids: [...found], left: Math.max(count.total - seen.drawn, 0), leftIsLeast: count.isLeast })
}

class TimelineReading {
  private readonly store: Store
  private readonly sources: TimelineSources
  private readonly pact: string | undefined
  /** One record mostly carries many of the objects. */
  private readonly ends
  private readonly records = new Map<string, RecordTimes | undefined>()
  private readonly sql

  constructor(store: Store, sources: TimelineSources, pact: string | undefined) {
    this.store = store
    this.sources = sources
    this.pact = pact
    this.ends = endsOf(store)
    const columns = `s.origin, s.idx, s.part, s.position, s.version, s.version_order, s.digest, s.type, s.name, s.tlp,
      s.revoked, s.shown, s.refused`
    const counted = `s.shown <> ${COUNTS.no} ${pact === undefined ? '' : 'and s.pact = @pact'} and not exists (
      select 1 from removed_here h where h.pact = s.pact and h.collection = s.collection and h.id = s.id
        and h.version_order = s.version_order)`
    this.sql = {
      places: store.sqlite.prepare<[{ id: string; pact: string | undefined }], Place>(
        `select ${columns} from object_sources s where s.id = @id and ${counted}
         order by s.version_order desc limit ${TIMELINE_PLACES_MAX + 1}`,
      ),
      // Of each version the record that is kept is the first: so the first of all is found however many there are.
      first: store.sqlite.prepare<[{ id: string; pact: string | undefined }], Place>(
        `select ${columns} from objects o join object_sources s
           on s.origin = o.origin and s.idx = o.idx and s.part = o.part and s.position = o.position
         where o.id = @id and ${counted} order by o.version_order limit ${TIMELINE_VERSIONS_MAX}`,
      ),
      // Each by its key: of a share that was taken back piece by piece there may be a hundred thousand.
      takenBack: store.sqlite.prepare<[Place], { origin: string; idx: number }>(
        `select by_origin as origin, by_idx as idx from taken_back
           where origin = @origin and idx = @idx and part = -1 and position = -1
         union select by_origin, by_idx from taken_back
           where origin = @origin and idx = @idx and part = @part and position = @position
         limit ${TIMELINE_EVENTS_MAX}`,
      ),
    }
  }

  lane(id: string): TimelineLane | undefined {
    const of = { id, pact: this.pact }
    const newest = this.sql.places.all(of)
    const isMore = newest.length > TIMELINE_PLACES_MAX
    const places = isMore ? [...newest.slice(0, -1), ...this.sql.first.all(of)] : newest
    const now = newestOf(places)
    if (now === undefined) return undefined
    const { spans, moments, unreadable } = timesOf(this.store.textIfHeld(now.digest) ?? '')
    const versions = versionsOf(places)
    const isTold = ({ property, at }: TimelineMoment) => property === 'modified' && moments.some((one) => one.at === at)
    const events = this.eventsOf(id, places)
    const isWithdrawn = now.shown === COUNTS.takenBack
    return {
      ...{ id, type: now.type, name: now.name?.slice(0, GRAPH_NAME_MAX) ?? null, tlp: now.tlp },
      ends: this.ends(now),
      state: isWithdrawn ? 'withdrawn' : now.revoked === 1 ? 'revoked' : 'shown',
      ...{ spans, unreadable },
      moments: [...moments, ...versions.moments.filter((one) => !isTold(one))],
      events: events.kept,
      isCut: isMore || versions.isCut || events.isCut,
    }
  }

  private eventsOf(id: string, places: readonly Place[]): { kept: TimelineEvent[]; isCut: boolean } {
    const all: TimelineEvent[] = []
    const add = (kind: TimelineEvent['kind'], at: Pick<Place, 'origin' | 'idx'>, more: Partial<TimelineEvent> = {}) => {
      const times = this.times(at)
      if (times === undefined) return
      const ours = times.party === this.sources.party
      all.push({ kind, ...times, ours, refused: false, seen: null, opinion: null, ...more })
    }
    const said = new Map<string, { at: Place; refused: boolean }>()
    const takenBack = new Map<string, Pick<Place, 'origin' | 'idx'>>()
    for (const place of places) {
      const key = `${place.origin}#${place.idx}`
      // It is refused where no version that stands in the record was kept.
      const refused = place.refused === 1 && (said.get(key)?.refused ?? true)
      said.set(key, { at: place, refused })
      if (place.shown !== COUNTS.takenBack) continue
      for (const by of this.sql.takenBack.all(place)) takenBack.set(`${by.origin}#${by.idx}`, by)
    }
    for (const { at, refused } of said.values()) add('said', at, { refused })
    for (const at of takenBack.values()) add('takenBack', at)
    const feedback = this.sources.feedback.on(id, this.pact)
    for (const { kind, count, first, last, opinion, verdict, ...at } of feedback.slice(0, TIMELINE_EVENTS_MAX)) {
      add(kind, at, kind === 'sighting' ? { seen: { count, first, last } } : { opinion: { opinion, verdict } })
    }
    all.sort(
      (a, b) =>
        whenOf(a) - whenOf(b) || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.record < b.record ? -1 : 1),
    )
    const last = all.slice(-TIMELINE_EVENTS_MAX)
    // That it was said at all, and when first, stays whatever came after.
    const first = all.find(({ kind }) => kind === 'said')
    const kept = first === undefined || last.includes(first) ? last : [first, ...last.slice(1)]
    return { kept, isCut: kept.length < all.length || feedback.length > TIMELINE_EVENTS_MAX }
  }

  private times({ origin, idx }: { origin: string; idx: number }): RecordTimes | undefined {
    const key = `${origin}#${idx}`
    if (!this.records.has(key)) this.records.set(key, this.sources.timesOfRecord(origin, idx))
    return this.records.get(key)
  }
}

/** What counts before what was taken back, what was kept before what was refused, then the newest version. */
function newestOf(places: readonly Place[]): Place | undefined {
  const kept = places.filter(({ shown, refused }) => shown === COUNTS.yes && refused === 0)
  return (kept.length > 0 ? kept : places).reduce<Place | undefined>(
    (best, one) => (best === undefined || one.version_order > best.version_order ? one : best),
    undefined,
  )
}

function versionsOf(places: readonly Place[]): { moments: TimelineMoment[]; isCut: boolean } {
  const versions = new Map<string, TimelineMoment>()
  for (const { version, version_order: order, refused, revoked } of places) {
    if (refused === 0 && isTime(version)) {
      versions.set(order, { property: revoked === 1 ? 'revoked' : 'modified', at: version })
    }
  }
  const all = [...versions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, moment]) => moment)
  return { moments: all.slice(-TIMELINE_VERSIONS_MAX), isCut: all.length > TIMELINE_VERSIONS_MAX }
}

/** The author's claim, held within what others countersigned; POSIX seconds. */
function whenOf({ hi, lo, time }: RecordTimes): number {
  return Math.max(lo ?? -Infinity, Math.min(Date.parse(time) / 1000, hi ?? Infinity))
}
