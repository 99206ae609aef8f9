// One pull from a MISP: what waits from an earlier one is passed on, then the list of its events is asked for, and each that
// is new or was changed is fetched, made STIX and kept, one write for each event. It may be ended at any moment, also by a
// kill, and the next one goes on there. What an event may say is read as from a peer: an event that cannot be read is named
// and left out, and what it does not mark is held closely.

import { eventToStix, type MispAttribute, type MispEvent, readMispEvents } from '@countersign/intel'
import { ok, type Refusal, type Result, refuse, utf8 } from '@countersign/log'
import type { Delivering } from '../delivering.ts'
import type { Feed, FeedStore } from '../feed-store.ts'
import { objectOf, type PulledObject } from '../page.ts'
import { patiently, whyNot } from '../patience.ts'
import { emptyReport, type PullReport } from '../report.ts'
import type { Answered } from '../requests.ts'
import type { EventsPosition } from '../way-on.ts'
import { without } from './event-parts.ts'
import type { ListedEvent, WantedEvent } from './event-store.ts'
import { type ListMeans, listEvents } from './list.ts'
import { pullSightings } from './sighting-pulling.ts'

export interface EventPullingMeans extends ListMeans {
  store: FeedStore
  delivering: Delivering
}

type Unanswered = Exclude<Answered, { kind: 'answer' }>

export class EventPulling {
  private readonly means: EventPullingMeans
  private readonly feed: Feed
  private readonly report: PullReport
  /** Events in a row that could not be had. */
  private failedInRow = 0
  private position: EventsPosition
  /** Why what was brought cannot be passed on now. */
  private undelivered: Refusal | undefined

  constructor(feed: Feed, means: EventPullingMeans) {
    this.feed = feed
    this.means = means
    this.position = feed.cursor.events ?? {}
    this.report = { ...emptyReport(feed.name), events: 0, gone: [], goneTotal: 0 }
  }

  /** Never rejects for what a server does; what ended the pull too early stands in the report. */
  async pull(): Promise<PullReport> {
    const pulled = await this.events()
    // What came before the pull broke off is passed on all the same.
    const delivered = await this.deliver()
    const failed = pulled.ok ? delivered : pulled
    if (!failed.ok) this.report.failure = { code: failed.code, message: failed.message }
    this.report.waiting = this.means.store.waiting(this.feed.name).objects
    return this.report
  }

  private async deliver(): Promise<Result<undefined>> {
    if (this.undelivered !== undefined) return this.undelivered
    const delivered = await this.means.delivering.deliver(this.feed, this.report)
    if (!delivered.ok) this.undelivered = delivered
    return delivered
  }

  private async events(): Promise<Result<undefined>> {
    const until = this.means.around.now() + this.means.limits.pullMs
    const first = await this.deliver()
    if (!first.ok) return first
    const listed = await this.list()
    if (!listed.ok) return listed
    const fetched = await this.fetchAll(until)
    // Of an event that is still to be fetched the sightings come with it.
    return fetched.ok && this.report.whole ? this.sightings() : fetched
  }

  private async sightings(): Promise<Result<undefined>> {
    const { store } = this.means
    const { name, settings } = this.feed
    const { sighted } = this.position
    const pulled = await pullSightings({ name, url: settings.url }, sighted, this.means, this.report)
    if (!pulled.ok) return 'answered' in pulled ? this.unanswered(pulled.answered) : pulled
    if (pulled.value !== undefined) store.setCursor(name, { events: { ...this.position, sighted: pulled.value } })
    return ok(undefined)
  }

  /**
   * Of what was published since the last list, and now and then of all: an event may come into sight without being
   * published anew, as when our organisation enters a sharing group.
   */
  private async list(): Promise<Result<undefined>> {
    const { store, limits, around } = this.means
    const { name, settings } = this.feed
    const { since = 0, published, allMs = 0, sighted } = this.position
    const isAll = published === undefined || around.now() - allMs >= limits.listAllMs || around.now() < allMs
    const overlapping = isAll ? since : Math.max(since, published - Math.ceil(limits.listOverlapMs / 1000))
    const list = await listEvents(settings.url, overlapping, this.means)
    if (!list.ok) return 'answered' in list ? this.unanswered(list.answered) : list
    const { events, unreadable, askedMs } = list.value
    this.report.pages++
    for (let n = 0; n < unreadable; n++) this.leaveOut('the list', 'It names an event without a UUID or a time.')
    const position: EventsPosition = {
      ...(since === 0 ? {} : { since }),
      // Where it never goes back, a server with a clock that jumped would hide what it publishes; the list of all finds it.
      published: Math.floor(askedMs / 1000),
      allMs: isAll ? around.now() : allMs,
      ...(sighted === undefined ? {} : { sighted }),
    }
    this.position = position
    // MISP counts changes in seconds: what is listed as published once more may have changed within the same second. A
    // server that lists everything, whatever was asked for, is believed by the versions alone.
    const again = !isAll && events.length <= limits.eventsAgain
    const gone = store.takeList(name, events, { again, all: isAll && since === 0 }, { events: position })
    this.report.goneTotal = gone.length
    this.report.gone = gone.slice(0, limits.told)
    if (store.events.count(name) <= limits.events) return ok(undefined)
    const message = `${this.host} names more than the ${limits.events} events that can be told apart here.`
    return refuse('feed/too-large', message)
  }

  /** Each once, in the order in which they were first listed. */
  private async fetchAll(until: number): Promise<Result<undefined>> {
    const { store, limits, around, giveWay, stopped } = this.means
    const { name } = this.feed
    for (let behind = 0; ; ) {
      await giveWay()
      if (stopped.aborted) return refuse('node/not-ready', 'The node is being ended; the next pull goes on here.')
      const { pages, fresh } = this.report
      if (pages >= limits.pagesPerPull || fresh >= limits.objectsPerPull || around.now() > until) return ok(undefined)
      const waiting = store.waiting(name)
      if (waiting.objects >= limits.batchObjects || waiting.bytes >= limits.batchBytes) {
        const delivered = await this.deliver()
        if (!delivered.ok) return delivered
      }
      const wanted = store.events.next(name, behind)
      if (wanted === undefined) {
        this.report.whole = true
        return ok(undefined)
      }
      behind = wanted.n
      this.report.pages++
      const answered = await this.ask(wanted)
      const settled = answered.kind === 'answer' ? this.take(wanted, answered.bytes) : this.missed(wanted, answered)
      if (!settled.ok) return settled
    }
  }

  /**
   * `deleted` with 0 and 1 gives what was deleted softly too, marked as such (PyMISP, `get_event`), so that it becomes
   * revoked here.
   */
  private ask({ uuid }: WantedEvent): Promise<Answered> {
    const url = new URL(`events/view/${uuid}`, this.feed.settings.url)
    const body = utf8('{"deleted":[0,1]}')
    return patiently(() => this.means.requests.post(url, body, this.means.limits.pageBytes), this.means)
  }

  private take(wanted: ListedEvent, bytes: Uint8Array): Result<undefined> {
    const { store } = this.means
    const { name } = this.feed
    this.failedInRow = 0
    const read = readMispEvents(bytes)
    const [event, ...others] = read.ok ? read.value : []
    if (!read.ok) return this.takeNothing(wanted, read.message)
    if (event === undefined || others.length > 0 || event.uuid.toLowerCase() !== wanted.uuid) {
      return this.takeNothing(wanted, 'The server gave another event.')
    }
    // It was taken back into work meanwhile; it is listed again when it is published.
    if (event.published !== true) return ok(store.events.drop(name, wanted.uuid) as undefined)
    // What this feed gave to that MISP does not come back as theirs; what a person added to it there does.
    const given = new Set(store.events.partsGiven(name, wanted.uuid))
    const theirs = given.size === 0 ? event : without(event, given)
    if (theirs === undefined) {
      store.takeEvent(name, wanted, [])
      return ok(undefined)
    }
    const { objects, leftOut } = eventToStix(heldClosely(this.withoutOurSightings(theirs)))
    const sources: PulledObject[] = []
    for (const object of objects) {
      const source = objectOf(utf8(JSON.stringify(object)))
      if (source.ok) sources.push(source.value)
      else this.leaveOut(String(object['id']), source.message)
    }
    for (const { path, what, why } of leftOut) {
      if (NOT_OURS.has(what)) continue
      this.leaveOut(`${wanted.uuid} ${path || what}`, why)
    }
    const fresh = store.takeEvent(name, wanted, sources)
    this.report.events = (this.report.events ?? 0) + 1
    this.report.fresh += fresh
    this.report.known += sources.length - fresh
    return ok(undefined)
  }

  private withoutOurSightings(event: MispEvent): MispEvent {
    const { sightings } = this.means.store
    const of = (attribute: MispAttribute): MispAttribute =>
      attribute.Sighting === undefined
        ? attribute
        : { ...attribute, Sighting: attribute.Sighting.filter((one) => !sightings.isOurs(this.feed.name, one)) }
    return {
      ...event,
      Attribute: event.Attribute?.map(of),
      Object: event.Object?.map((object) => ({ ...object, Attribute: object.Attribute?.map(of) })),
    }
  }

  /** It is not asked for again before it is changed. */
  private takeNothing(wanted: ListedEvent, why: string): Result<undefined> {
    this.means.store.takeEvent(this.feed.name, wanted, [])
    this.leaveOut(`event ${wanted.uuid}`, why)
    return ok(undefined)
  }

  /** One event that cannot be had holds up no other; several in a row are no matter of the events any more. */
  private missed(wanted: WantedEvent, answered: Unanswered): Result<undefined> {
    const { store, limits } = this.means
    const { name } = this.feed
    // Deleted, or out of sight, since it was listed (NotFoundException, “Invalid event”).
    if (answered.kind === 'refused' && answered.status === 404) {
      this.failedInRow = 0
      return ok(store.events.drop(name, wanted.uuid) as undefined)
    }
    if (answered.kind === 'refused' && answered.code === 'feed/too-large') {
      return this.takeNothing(wanted, answered.message)
    }
    if (answered.kind === 'wait') return this.unanswered(answered)
    this.failedInRow++
    if (this.failedInRow >= limits.eventsFailed || /^feed\/(?:credentials|redirect)$/.test(codeOf(answered))) {
      return this.unanswered(answered)
    }
    if (wanted.tries + 1 >= limits.eventTries) return this.takeNothing(wanted, answered.message)
    store.events.failed(name, wanted.uuid)
    this.leaveOut(`event ${wanted.uuid}`, answered.message)
    return ok(undefined)
  }

  private leaveOut(object: string, message: string): void {
    this.report.unreadableTotal++
    if (this.report.unreadable.length < this.means.limits.told) this.report.unreadable.push({ object, message })
  }

  private unanswered(answered: Unanswered): Result<undefined> {
    if (answered.kind === 'wait' && answered.ms !== undefined) {
      this.report.waitUntilMs = this.means.around.now() + answered.ms
    }
    return whyNot(answered)
  }

  private get host(): string {
    return new URL(this.feed.settings.url).host
  }
}

/** What of every event stays on its MISP by rule, and is named by nobody. */
const NOT_OURS = new Set(['RelatedEvent', 'RelatedAttribute', 'event_creator_email', 'Tag'])

/**
 * Every event of MISP has a distribution (core format, section 2.2.1.2.10). One that comes without is not open by that: it
 * counts as for its own organisation only.
 */
function heldClosely(event: MispEvent): MispEvent {
  return event.distribution === undefined ? { ...event, distribution: '0' } : event
}

function codeOf(answered: Unanswered): string {
  return answered.kind === 'refused' ? answered.code : ''
}
