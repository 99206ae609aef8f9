// One pull: what waits from an earlier one is passed on, then page after page is asked for, kept together with how far that
// brought us, and passed on. It may be ended at any moment, also by a kill, and the next one goes on there.

import { ok, type Refusal, type Result, refuse } from '@countersign/log'
import type { Surroundings } from '../surroundings.ts'
import type { Delivering } from './delivering.ts'
import type { Feed, FeedStore } from './feed-store.ts'
import type { FeedLimits } from './limits.ts'
import { readPage } from './page.ts'
import { patiently, whyNot } from './patience.ts'
import { emptyReport, type PullReport } from './report.ts'
import type { Answered, ForeignRequests } from './requests.ts'
import { type Cursor, type Manners, wayOn } from './way-on.ts'

export interface PullingMeans {
  around: Pick<Surroundings, 'now' | 'after'>
  store: FeedStore
  limits: FeedLimits
  requests: ForeignRequests
  delivering: Delivering
  giveWay(): Promise<void>
  stopped: AbortSignal
}

export class Pulling {
  private readonly means: PullingMeans
  private readonly feed: Feed
  private readonly report: PullReport
  private cursor: Cursor
  private manners: Manners
  /** Since something new came: pages, those of them without any element, and elements. */
  private idle = { pages: 0, empty: 0, elements: 0 }
  private knownCount: number
  /** Why what was brought cannot be passed on now. */
  private undelivered: Refusal | undefined

  constructor(feed: Feed, means: PullingMeans) {
    this.feed = feed
    this.means = means
    this.report = emptyReport(feed.name)
    this.cursor = feed.cursor
    this.manners = { pageObjects: means.limits.pageObjects, nextIsUseless: false }
    this.knownCount = means.store.knownCount(feed.name)
  }

  /** Never rejects for what a server does; what ended the pull too early stands in the report. */
  async pull(): Promise<PullReport> {
    const { store } = this.means
    const { name } = this.feed
    const pulled = await this.pages()
    // What came before the pull broke off is passed on all the same.
    const delivered = await this.deliver()
    const failed = pulled.ok ? delivered : pulled
    if (!failed.ok) this.report.failure = { code: failed.code, message: failed.message }
    this.report.waiting = store.waiting(name).objects
    return this.report
  }

  private async deliver(): Promise<Result<undefined>> {
    if (this.undelivered !== undefined) return this.undelivered
    const delivered = await this.means.delivering.deliver(this.feed, this.report)
    if (!delivered.ok) this.undelivered = delivered
    return delivered
  }

  private async pages(): Promise<Result<undefined>> {
    const { store, limits, around, giveWay, stopped } = this.means
    const { name } = this.feed
    const until = around.now() + limits.pullMs
    const first = await this.deliver()
    if (!first.ok) return first
    let retriedWithoutNext = false
    for (;;) {
      await giveWay()
      if (stopped.aborted) return refuse('node/not-ready', 'The node is being ended; the next pull goes on here.')
      const { pages, fresh } = this.report
      if (pages >= limits.pagesPerPull || fresh >= limits.objectsPerPull || around.now() > until) return ok(undefined)
      const waiting = store.waiting(name)
      if (waiting.objects >= limits.batchObjects || waiting.bytes >= limits.batchBytes) {
        const delivered = await this.deliver()
        if (!delivered.ok) return delivered
      }
      const asked = this.cursor
      const answered = await this.ask(asked)
      if (
        answered.kind === 'refused' &&
        asked.next !== undefined &&
        !retriedWithoutNext &&
        isForgotten(answered.status)
      ) {
        // The server has forgotten its `next`, as after a long time or a restart: the round begins again, and what is
        // known of it is dropped.
        retriedWithoutNext = true
        const { next: _, ...again } = asked
        this.cursor = again
        continue
      }
      if (answered.kind !== 'answer') return this.unanswered(answered)
      const taken = await this.take(asked, answered)
      if (!taken.ok) return taken
      if (taken.value === 'end') return ok(undefined)
    }
  }

  /** Keeps what is new of a page, with where to go on from it. */
  private async take(
    asked: Cursor,
    { bytes, headers }: Extract<Answered, { kind: 'answer' }>,
  ): Promise<Result<'on' | 'end'>> {
    const { store, limits, around, giveWay } = this.means
    const { name } = this.feed
    const page = await readPage(bytes, limits, giveWay)
    if (!page.ok) return page
    const { objects, elements, unreadable, unreadableTotal } = page.value
    this.report.pages++
    this.report.unreadableTotal += unreadableTotal
    this.report.unreadable.push(...unreadable.slice(0, limits.told - this.report.unreadable.length))
    const latestMax = BigInt(around.now() + limits.aheadMs) * 1000n
    const bounds = { pageObjectsMax: limits.pageObjectsMax, latestMax }
    if (this.idle.pages > limits.idlePages / 2) this.manners = { ...this.manners, nextIsUseless: true }
    const addedLast = headers.get('x-taxii-date-added-last')
    const met = { ...page.value, addedLast }
    const wayFrom = (fresh: number) => wayOn(asked, { ...met, fresh }, this.manners, bounds)
    // Of a large page some at a time; how far it brought us stands with the last, so whatever ends it, it is read anew and
    // what is known is dropped.
    let before = 0
    let from = 0
    for (; from + limits.batchObjects < objects.length; from += limits.batchObjects) {
      before += store.takeSome(name, objects.slice(from, from + limits.batchObjects))
      await giveWay()
    }
    const last = objects.slice(from)
    const fresh = before + store.take(name, last, (count) => wayFrom(before + count).cursor)
    const way = wayFrom(fresh)
    this.report.fresh += fresh
    this.report.known += objects.length - fresh
    this.knownCount += fresh
    this.cursor = way.cursor
    if (fresh > 0) this.idle = { pages: 0, empty: 0, elements: 0 }
    else {
      this.idle.pages++
      this.idle.elements += elements
      if (elements === 0) this.idle.empty++
    }
    switch (way.kind) {
      case 'end':
        this.report.whole = true
        if (way.doubt !== undefined) this.report.doubt = way.doubt
        // Where it names times, what came before the latest of them does not come again.
        if (this.knownCount > limits.known && way.cursor.addedAfter !== undefined) store.forgetOlder(name)
        return ok('end')
      case 'stuck':
        return refuse('feed/no-way-on', `${this.host} does not keep to TAXII 2.1. ${way.message}`)
      case 'on':
        this.manners = way.manners
        if (way.manners.doubt !== undefined) this.report.doubt = way.manners.doubt
        return this.mayGoOn()
    }
  }

  private mayGoOn(): Result<'on'> {
    const { limits } = this.means
    const { pages, empty, elements } = this.idle
    if (empty > limits.idlePages || (pages > limits.idlePages && elements > 2 * this.knownCount)) {
      const message = `${this.host} says again and again that there is more, and ${pages} pages in a row held nothing new; its owner has to mend that.`
      return refuse('feed/no-progress', message)
    }
    if (this.knownCount > limits.known && this.cursor.latest === undefined) {
      const message = `${this.host} names no times and holds more than the ${limits.known} objects that can be told apart here.`
      return refuse('feed/too-large', message)
    }
    return ok('on')
  }

  /** One page, asked for again where that helps soon. */
  private async ask({ addedAfter, next }: Cursor): Promise<Answered> {
    const { limits, requests } = this.means
    const url = new URL('objects/', this.feed.settings.url)
    url.searchParams.set('limit', String(this.manners.pageObjects))
    if (addedAfter !== undefined) url.searchParams.set('added_after', addedAfter)
    if (next !== undefined) url.searchParams.set('next', next)
    return patiently(() => requests.get(url, limits.pageBytes), this.means)
  }

  private unanswered(answered: Exclude<Answered, { kind: 'answer' }>): Result<undefined> {
    if (answered.kind === 'wait' && answered.ms !== undefined) {
      this.report.waitUntilMs = this.means.around.now() + answered.ms
    }
    return whyNot(answered)
  }

  private get host(): string {
    return new URL(this.feed.settings.url).host
  }
}

function isForgotten(status: number): boolean {
  return status === 400 || status === 404 || status === 410 || status === 422
}
