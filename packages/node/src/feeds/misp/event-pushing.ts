// Giving what may leave to a MISP, as events: added where it has none of that UUID, changed where it has one of ours that is
// older. An event of another organisation there is never touched, and no part that is newer there. What was taken back here
// is deleted softly there. No event is published: the team of that MISP does that.

import { createHash } from 'node:crypto'
import {
  type EventToPush,
  eventsToPush,
  type MispJson as Json,
  readObject,
  type SightingToPush,
  sightingsToPush,
  type Tlp,
} from '@countersign/intel'
import { fromUtf8, ok, type Result, refuse, utf8 } from '@countersign/log'
import { canonicalText } from '@countersign/views'
import type { PulledObject } from '../page.ts'
import { patiently, whyNot } from '../patience.ts'
import { emptyPushReport, nameIn, type Release, releasedForPush } from '../push-release.ts'
import type { PushingMeans } from '../pushing.ts'
import type { PushReport } from '../report.ts'
import type { Answered } from '../requests.ts'
import { deleting, living, newerThan, partsOf, secondsIn } from './event-parts.ts'
import { giveSightings, type SightingMeans, type SightingToGive, sightingsIn } from './sighting-pushing.ts'

/** The user whose key we have: of which organisation, and whether it may add events of others (`perm_sync`). */
interface Us {
  org: string
  sync: boolean
}

/** From where what is given comes: the outbox of an agreement, or a file. */
export interface PushedFrom {
  place: string
  /** The marking under which an object was shared that bears none. */
  saidAs(id: string): Tlp | null
  /** Whether what was given from there before, and is there no more, was taken back. */
  isWhole: boolean
}

type Unanswered = Exclude<Answered, { kind: 'answer' }>

export class EventPushing {
  private readonly means: PushingMeans
  private readonly name: string
  private readonly url: string
  private readonly report: PushReport
  private readonly counts = { added: 0, changed: 0, known: 0, deleted: 0 }
  private refusedInRow = 0
  private us: Us | undefined

  constructor(name: string, url: string, means: PushingMeans) {
    this.means = means
    this.name = name
    this.url = url
    this.report = { ...emptyPushReport(name), events: this.counts, sightings: 0 }
  }

  /** Never rejects for what a server does. */
  async push(objects: readonly PulledObject[], release: Release, from: PushedFrom): Promise<PushReport> {
    const released = releasedForPush(objects, release, this.report, this.means.limits)
    const pushed = released.ok ? await this.pushAll(objects, released.value, from) : released
    if (!pushed.ok) this.report.failure = { code: pushed.code, message: pushed.message }
    return this.report
  }

  private async pushAll(
    all: readonly PulledObject[],
    released: readonly PulledObject[],
    from: PushedFrom,
  ): Promise<Result<undefined>> {
    const { giveWay, stopped, store } = this.means
    const sources = sourcesOf(released)
    const alone = sightingsToPush(sources, sources, from.saidAs)
    const isAlone = new Set(alone.map(({ id }) => id))
    const inEvents = sources.filter(({ object }) => !isAlone.has(object.id))
    for (const one of eventsToPush(inEvents, from.place, from.saidAs).events) {
      await giveWay()
      if (stopped.aborted) return refuse('node/not-ready', 'The node is being ended; the next push goes on here.')
      const given = await this.give(one, from.place)
      if (!given.ok) return given
    }
    const seen = await this.giveAlone(alone)
    if (!seen.ok || !from.isWhole) return seen
    // What the gate holds back this time is still shared, and stays there.
    const shared = eventsToPush(sourcesOf(all), from.place, from.saidAs).events
    const still = new Set(shared.flatMap(({ event }) => partsOf(event).map(({ uuid }) => uuid)))
    for (const { uuid, creator } of store.events.givenFrom(this.name, from.place)) {
      const gone = store.events.partsGiven(this.name, uuid).filter((part) => !still.has(part))
      if (gone.length === 0) continue
      await giveWay()
      if (stopped.aborted) return refuse('node/not-ready', 'The node is being ended; the next push goes on here.')
      const taken = await this.takeBack(uuid, creator, gone)
      if (!taken.ok) return taken
    }
    return ok(undefined)
  }

  private async give({ event, isOfMisp, ids, standing }: EventToPush, place: string): Promise<Result<undefined>> {
    const { store } = this.means
    const uuid = String(event['uuid']).toLowerCase()
    const digest = digestOf(event)
    const before = store.events.given(this.name, uuid)
    if (before !== undefined) store.sightings.keepStanding(this.name, uuid, standing)
    if (before !== undefined && Buffer.compare(before.digest, digest) === 0) return this.isKnown(ids)
    const us = await this.whoWeAre()
    if (!us.ok) return us
    const creator = isOfMisp ? orgOf(event['Orgc']) : undefined
    const isForeign = creator !== undefined && creator.uuid !== us.value.org
    const unsaid = sightingsIn(event).filter(({ id }) => !store.sightings.isDone(this.name, id))
    const mayNot = isForeign && !us.value.sync
    const needsSync = () => {
      const message = `It was made by ${creator?.name}; MISP takes it only by the key of a user who may synchronise (perm_sync).`
      return this.refused(uuid, message)
    }
    if (mayNot && unsaid.length === 0) return needsSync()
    const found = await this.view(uuid)
    if (!found.ok) return 'answered' in found ? this.unanswered(`event ${uuid}`, found.answered) : found
    const theirs = found.value
    const { Orgc, ...rest } = event
    const ours: Json = isForeign ? { ...rest, Orgc, locked: true } : rest
    const keep = (sent: Json, isAll = true) => {
      const parts = partsOf(sent).flatMap((part) => (part.deleted ? [] : [part.uuid]))
      const kept = isAll ? digest : new Uint8Array()
      store.events.keepGiven(this.name, { uuid, place, digest: kept, creator: creator?.uuid ?? us.value.org }, parts)
      store.sightings.keepStanding(this.name, uuid, standing)
    }
    /** Those of attributes that it has; what comes with a new attribute comes within it. */
    const giveUnsaid = (after: Json) => {
      const had = new Set(partsOf(after).map((part) => part.uuid))
      return this.giveSeen(
        unsaid.filter(({ attribute }) => had.has(attribute)),
        after,
      )
    }
    if (theirs === undefined) {
      if (mayNot) return needsSync()
      const sent = living(ours)
      const added = await this.send('events/add', sent, uuid)
      if (!added.ok || added.value === undefined) return added.ok ? ok(undefined) : added
      this.counts.added++
      this.report.taken += ids.length
      keep(this.confirmed(sent, added.value))
      for (const { id } of unsaid) store.sightings.done(this.name, id, id)
      return ok(undefined)
    }
    const owner = orgOf(theirs['Orgc'])
    // One of another organisation is ours to change only where it was ours to give, as that organisation's.
    const isOurs = owner?.uuid === us.value.org || (before !== undefined && owner?.uuid === before.creator && isForeign)
    if (!isOurs || mayNot) {
      const seen = await giveUnsaid(theirs)
      if (!seen.ok) return seen
      return this.refused(
        uuid,
        `It is there, and belongs to ${owner?.name ?? 'another organisation'}; it is not touched.`,
      )
    }
    const restorable = new Set(store.events.partsGiven(this.name, uuid))
    const news = newerThan(ours, theirs, (part) => before !== undefined && !restorable.has(part))
    const distribution = closer(ours['distribution'], theirs['distribution'])
    if (news === undefined && distribution === undefined) {
      const seen = await giveUnsaid(theirs)
      if (!seen.ok) return seen
      keep(living(ours), seen.value)
      return this.isKnown(ids)
    }
    const [ourTime, theirTime] = [secondsIn(ours['timestamp']), secondsIn(theirs['timestamp'])]
    if (ourTime <= theirTime && isOfMisp && before === undefined) {
      return this.refused(uuid, 'It is there with other content and is not older; it is not overwritten.')
    }
    const sent = editOf(news ?? { uuid, Tag: ours['Tag'] ?? [] }, { ourTime, theirTime, distribution })
    const changed = await this.send(`events/edit/${uuid}`, sent, uuid)
    if (!changed.ok || changed.value === undefined) return changed.ok ? ok(undefined) : changed
    this.counts.changed++
    this.report.taken += ids.length
    this.confirmed(sent, changed.value)
    const seen = await giveUnsaid({ ...theirs, ...(distribution === undefined ? {} : { distribution }) })
    if (!seen.ok) return seen
    keep(living(ours), seen.value)
    return ok(undefined)
  }

  /** Sightings of what this MISP was given, whenever that was. */
  private async giveAlone(sightings: readonly SightingToPush[]): Promise<Result<undefined>> {
    const { store, stopped } = this.means
    const byEvent = new Map<string, SightingToGive[]>()
    for (const { id, about, ...said } of sightings) {
      if (store.sightings.isDone(this.name, id)) {
        this.report.known++
        continue
      }
      const [first] = store.sightings.attributesOf(this.name, about)
      if (first === undefined) this.tellRefused(id, 'What it is of was not given to this MISP.')
      else byEvent.set(first.event, [...(byEvent.get(first.event) ?? []), { id, attribute: first.uuid, ...said }])
    }
    for (const [event, some] of byEvent) {
      if (stopped.aborted) return refuse('node/not-ready', 'The node is being ended; the next push goes on here.')
      const found = await this.view(event)
      const theirs = found.ok ? (found.value ?? {}) : undefined
      const gave =
        theirs === undefined
          ? 'answered' in found
            ? this.unanswered(`event ${event}`, found.answered)
            : (found as Result<undefined>)
          : await this.giveSeen(some, theirs)
      if (!gave.ok) return gave
    }
    return ok(undefined)
  }

  /** Whether all of them are there now. */
  private async giveSeen(sightings: readonly SightingToGive[], theirs: Json): Promise<Result<boolean>> {
    const { store, giveWay, requests } = this.means
    const post: SightingMeans['post'] = async (path, body, object) => {
      const url = new URL(path, this.url)
      const answered = await this.patient(() => requests.post(url, utf8(JSON.stringify(body))))
      if (answered.kind !== 'answer') return this.unanswered(object, answered)
      this.refusedInRow = 0
      return ok(answered.bytes)
    }
    const refused = (object: string, message: string) => this.tellRefused(object, message)
    const means = { store: store.sightings, name: this.name, post, refuse: refused, giveWay }
    const gave = await giveSightings(sightings, theirs, means)
    if (!gave.ok) return gave
    this.report.sightings = (this.report.sightings ?? 0) + gave.value.given
    return ok(gave.value.all)
  }

  private isKnown(ids: readonly string[]): Result<undefined> {
    this.counts.known++
    this.report.known += ids.length
    return ok(undefined)
  }

  /** An event itself is never deleted: MISP would not take it again afterwards (`EventBlocklist`). */
  private async takeBack(uuid: string, creator: string | null, gone: readonly string[]): Promise<Result<undefined>> {
    const { store } = this.means
    const us = await this.whoWeAre()
    if (!us.ok) return us
    const found = await this.view(uuid)
    if (!found.ok) return 'answered' in found ? this.unanswered(`event ${uuid}`, found.answered) : found
    const theirs = found.value
    const owner = theirs === undefined ? undefined : orgOf(theirs['Orgc'])?.uuid
    if (theirs !== undefined && owner !== us.value.org && owner !== creator) {
      return this.refused(uuid, 'What was taken back here stands in an event of another organisation there; ask it.')
    }
    const { members, count } = deleting(new Set(gone), theirs ?? {})
    if (theirs !== undefined && count > 0) {
      const later = { uuid, timestamp: String(secondsIn(theirs['timestamp']) + 1) }
      const sent = await this.send(`events/edit/${uuid}`, { ...later, ...members }, uuid)
      if (!sent.ok || sent.value === undefined) return sent.ok ? ok(undefined) : sent
    }
    this.counts.deleted += count
    store.events.forgetParts(this.name, uuid, gone)
    // Where it is shared once more, it is given once more.
    const before = store.events.given(this.name, uuid)
    if (before !== undefined) store.events.keepGiven(this.name, { ...before, digest: new Uint8Array() }, [])
    return ok(undefined)
  }

  /** The event as it is there, with what is deleted softly; undefined where there is none that we may see. */
  private async view(uuid: string): Promise<Result<Json | undefined> | { ok: false; answered: Unanswered }> {
    const url = new URL(`events/view/${uuid}`, this.url)
    const answered = await this.patient(() =>
      this.means.requests.post(url, utf8('{"deleted":[0,1]}'), this.means.limits.pageBytes),
    )
    if (answered.kind === 'refused' && answered.status === 404) return ok(undefined)
    if (answered.kind !== 'answer') return { ok: false, answered }
    const event = eventIn(answered.bytes)
    if (event !== undefined && String(event['uuid']).toLowerCase() === uuid) return ok(event)
    return refuse('feed/answer', `${new URL(this.url).host} was asked for an event and gave none of MISP.`)
  }

  /** What MISP says the event is now; undefined where it refused, which is named. */
  private async send(path: string, event: Json, uuid: string): Promise<Result<Json | undefined>> {
    const body = utf8(JSON.stringify({ Event: event }))
    const url = new URL(path, this.url)
    const answered = await this.patient(() => this.means.requests.post(url, body, this.means.limits.pageBytes))
    if (answered.kind !== 'answer') return this.unanswered(`event ${uuid}`, answered)
    this.refusedInRow = 0
    return ok(eventIn(answered.bytes) ?? {})
  }

  /** MISP drops what it will not have of an event without a word; what is missing in its answer is named. */
  private confirmed(sent: Json, answer: Json): Json {
    if (answer['uuid'] === undefined || (answer['Attribute'] === undefined && answer['Object'] === undefined))
      return sent
    const there = new Set(partsOf(answer).map(({ uuid }) => uuid))
    for (const { uuid, deleted, kind } of partsOf(sent)) {
      if (deleted || there.has(uuid) || kind === 'EventReport') continue
      this.tellRefused(
        `${kind} ${uuid}`,
        'MISP did not take it; its UUID may stand in another event, or its value be twice there.',
      )
    }
    return sent
  }

  private tellRefused(object: string, message: string): void {
    nameIn(this.report, 'refused', { object, message }, this.means.limits)
  }

  private refused(uuid: string, message: string): Result<undefined> {
    this.tellRefused(`event ${uuid}`, message)
    return ok(undefined)
  }

  /** One event that is refused holds up no other; several in a row are no matter of the events any more. */
  private unanswered(object: string, answered: Unanswered): Result<undefined> {
    if (answered.kind === 'wait' && answered.ms !== undefined) {
      this.report.waitUntilMs = this.means.around.now() + answered.ms
    }
    const isOfEvent = answered.kind === 'refused' && !/^feed\/(?:credentials|redirect|media-type)$/.test(answered.code)
    if (!isOfEvent || ++this.refusedInRow >= this.means.limits.eventsFailed) return whyNot(answered)
    this.tellRefused(object, answered.message)
    return ok(undefined)
  }

  /** `/users/view/me` names the organisation of the user and the role (PyMISP, `get_user`). */
  private async whoWeAre(): Promise<Result<Us>> {
    if (this.us !== undefined) return ok(this.us)
    const { requests, limits } = this.means
    const answered = await this.patient(() => requests.get(new URL('users/view/me', this.url), limits.answerBytes))
    if (answered.kind !== 'answer') return whyNot(answered)
    const me = parsed(answered.bytes)
    const org = orgOf(me?.['Organisation'])
    const { perm_sync: sync } = Object(me?.['Role']) as Record<string, unknown>
    if (org === undefined) {
      const message = `${new URL(this.url).host} does not say of which organisation our key is; nothing was given to it.`
      return refuse('feed/answer', message)
    }
    this.us = { org: org.uuid, sync: sync === true || sync === 1 || sync === '1' }
    return ok(this.us)
  }

  private patient(ask: () => Promise<Answered>): Promise<Answered> {
    return patiently(ask, this.means)
  }
}

/**
 * What an edit says. MISP takes one only where its time is later; members that are not given stay as they are
 * (`Event::_edit`), so of an event that is newer there only the parts are said.
 */
function editOf(
  news: Json,
  { ourTime, theirTime, distribution }: { ourTime: number; theirTime: number; distribution: string | undefined },
): Json {
  const { uuid, Attribute, Object: objects, EventReport, Tag, distribution: _, ...members } = news
  return {
    ...(ourTime > theirTime ? members : {}),
    ...{ uuid, timestamp: String(Math.max(ourTime, theirTime + 1)) },
    ...(distribution === undefined ? {} : { distribution }),
    ...(Attribute === undefined ? {} : { Attribute, Object: objects, EventReport }),
    ...(Tag === undefined ? {} : { Tag }),
  }
}

/** Our distribution where it is closer than theirs: what a person there opened or closed is never opened by us. */
function closer(ours: unknown, theirs: unknown): string | undefined {
  const [us, them] = [Number(ours), Number(theirs)]
  // A sharing group may be any few; only our own organisation is surely fewer.
  if (them === 4) return us === 0 ? '0' : undefined
  return us < them ? String(us) : undefined
}

function sourcesOf(objects: readonly PulledObject[]) {
  return objects.flatMap(({ source }) => {
    const object = readObject(source)
    return object.ok ? [{ object: object.value, source: fromUtf8(source) ?? '' }] : []
  })
}

function digestOf(event: Json): Uint8Array {
  return createHash('sha256')
    .update(canonicalText(JSON.stringify(event)) ?? '')
    .digest()
}

function orgOf(said: unknown): { uuid: string; name: string } | undefined {
  const { uuid, name } = Object(said) as Record<string, unknown>
  return typeof uuid === 'string' && uuid !== '' && uuid.length <= 64
    ? { uuid: uuid.toLowerCase(), name: typeof name === 'string' ? name.slice(0, 100) : uuid.slice(0, 36) }
    : undefined
}

function eventIn(bytes: Uint8Array): Json | undefined {
  const event = parsed(bytes)?.['Event']
  return typeof event === 'object' && event !== null ? (event as Json) : undefined
}

function parsed(bytes: Uint8Array): Json | undefined {
  try {
    const value: unknown = JSON.parse(fromUtf8(bytes) ?? '')
    return typeof value === 'object' && value !== null ? (value as Json) : undefined
  } catch {
    return undefined
  }
}
