// The feeds of a node: foreign TAXII 2.1 collections, and instances of MISP, from which it pulls, into drafts or into shares,
// and to which it pushes. Credentials are sealed to our own sealing key, so they are kept as well as our private keys are: where these are
// under a passphrase, nothing in the folder opens them without it.

import { join } from 'node:path'
import type { Tlp } from '@countersign/intel'
import { fromUtf8, ok, type Result, refuse, utf8 } from '@countersign/log'
import { isFeedName } from '@countersign/record'
import { type EngineParts, markingOf, noSuchPact, othersOf } from '../engine-parts.ts'
import { doWhatIsDue, tellStopped } from './by-itself.ts'
import { Delivering, type DeliveringMeans, numberOfFile } from './delivering.ts'
import { type Discovered, discover, serverUrl } from './discovery.ts'
import { type Destination, type Feed, FeedStore, type PushByItself } from './feed-store.ts'
import { checkCredential, type FeedKind, feedUrl, speechOf, wordsOf } from './feed-terms.ts'
import { FEED_LIMITS, type FeedLimits } from './limits.ts'
import { EventPulling } from './misp/event-pulling.ts'
import { EventPushing } from './misp/event-pushing.ts'
import { Pulling } from './pulling.ts'
import { feedbackUnder, objectsGiven, rulesOfPush, sharedAbove, sharedAs, sharedUnder, theirs } from './push-source.ts'
import { Pushing } from './pushing.ts'
import type { PullReport, PushReport } from './report.ts'
import { type Credential, ForeignRequests } from './requests.ts'
import { afterPull, type PushStanding } from './standing.ts'
import { microsOf, timeOf } from './times.ts'
import type { Cursor } from './way-on.ts'

export interface NewFeed {
  name: string
  /** Otherwise `taxii`. */
  kind?: FeedKind
  /** Of the collection: `https://…/collections/ID/`; or of MISP. */
  url: string
  destination: Destination
  credential: Credential
  /** 0 for never by itself. */
  everyMinutes: number
  /** Only what joined, or was published, after this time. */
  since?: string
  /** Who adds it. */
  account: string
}

/** What is shown of a feed. Times are milliseconds since the epoch. */
export interface FeedRow {
  name: string
  kind: FeedKind
  url: string
  destination: Destination
  /** How it signs in, and under which name; never the secret. */
  signsIn: string
  everyMinutes: number
  addedBy: string
  paused: boolean
  lastPullMs: number | null
  lastNew: number
  totalNew: number
  waiting: number
  nextTryMs: number | null
  waitUntilMs: number | null
  error: string | null
  doubt: string | null
  /** After this time it asks the next time. */
  addedAfter: string | null
  /** What is pushed to it by itself, and how that stands; null where nothing is. */
  pushes: (PushByItself & PushStanding) | null
}

/** What is pushed, and the highest TLP that may leave with it. */
export type PushAsked = { upTo: Tlp } & ({ input: AsyncIterable<Uint8Array> } | { pact: string })

export type FeedsMeans = Pick<DeliveringMeans, 'share' | 'shareState' | 'gather'>

/** The rules of the house for what is pushed from a file stand under this name, as if it were an agreement. */
const FILE_RULES = 'feed'
const NEVER_PUSHED: PushStanding = { failures: 0, taken: 0, heldBack: 0 }
const NAME = /^[a-z][a-z0-9-]{0,31}$/

export class Feeds {
  private readonly parts: EngineParts
  private readonly means: FeedsMeans
  private readonly limits: FeedLimits
  private readonly stopping = new AbortController()
  private readonly folder: string
  private readonly busy = new Map<string, Promise<unknown>>()
  private opened: FeedStore | undefined
  private cancelLook: (() => void) | undefined

  constructor(parts: EngineParts, means: FeedsMeans, limits: FeedLimits = FEED_LIMITS) {
    this.parts = parts
    this.means = means
    this.limits = limits
    this.folder = join(parts.identity.dir, 'private', 'feeds')
  }

  /** Most nodes have no feed: nothing is made before one is asked for. */
  private get store(): FeedStore {
    this.opened ??= new FeedStore(this.parts.around.database(this.file))
    return this.opened
  }

  private async hasAny(): Promise<boolean> {
    return this.opened !== undefined || (await this.parts.around.disk.exists(this.file))
  }

  private get file(): string {
    return join(this.parts.identity.dir, 'private', 'feeds.db')
  }

  async add(asked: NewFeed): Promise<Result<FeedRow>> {
    const { name, kind, account, everyMinutes, credential, since } = asked
    if (!NAME.test(name)) {
      return refuse('feed/name', 'A feed’s name has lower-case letters, digits and hyphens, 32 at most.')
    }
    if (this.store.get(name) !== undefined) {
      return refuse('feed/exists', `There is a feed “${name}” already; remove it first, or choose another name.`)
    }
    if (this.store.all().length >= this.limits.feeds) {
      return refuse(
        'feed/too-many',
        `There are ${this.limits.feeds} feeds already; remove one that is not used any more.`,
      )
    }
    const url = feedUrl(asked.url, kind, this.limits)
    if (!url.ok) return url
    const destination = this.checkDestination(asked.destination)
    if (!destination.ok) return destination
    const signsIn = checkCredential(credential, kind, this.limits)
    if (!signsIn.ok) return signsIn
    const from = since === undefined ? undefined : microsOf(since)
    if (since !== undefined && from === undefined) {
      return refuse('feed/since', `“${since}” is no time; write it as 2026-03-01T00:00:00Z.`)
    }
    const files = (await this.parts.around.disk.list(join(this.folder, name))).map(numberOfFile)
    this.store.add(
      {
        name,
        settings: {
          ...(kind === 'misp' ? { kind } : {}),
          ...{ url: url.value, destination: destination.value, everyMinutes, account },
        },
        credential: await this.seal(credential),
        cursor: from === undefined ? {} : beginning(kind, from),
      },
      Math.max(0, ...files),
    )
    this.parts.around.report('info', 'feed-added', { feed: name, host: new URL(url.value).host })
    return ok(await this.rowOf(this.store.get(name) as Feed))
  }

  /** Which collections a server has; nothing of it is kept. `url`: of the server, an API root, or a list of collections. */
  async discover({ url, credential }: Pick<NewFeed, 'url' | 'credential'>): Promise<Result<Discovered>> {
    const start = serverUrl(url, this.limits)
    if (!start.ok) return start
    const signsIn = checkCredential(credential, 'taxii', this.limits)
    if (!signsIn.ok) return signsIn
    const { around } = this.parts
    const stopped = this.stopping.signal
    const requests = new ForeignRequests({ credential, speech: speechOf('taxii') }, around, this.limits, stopped)
    return discover(start.value, { requests, limits: this.limits, around, stopped })
  }

  async list(): Promise<FeedRow[]> {
    if (!(await this.hasAny())) return []
    return Promise.all(this.store.all().map((feed) => this.rowOf(feed)))
  }

  /** Its files of drafts stay. */
  async remove(name: string): Promise<Result<FeedRow>> {
    return this.alone(name, async (feed) => {
      const row = await this.rowOf(feed)
      this.store.remove(name)
      this.parts.alarmOver('feed/failing', `${name}/pull`)
      this.pushIsFine(name)
      return ok(row)
    })
  }

  async pause(name: string, paused: boolean): Promise<Result<FeedRow>> {
    const feed = this.find(name)
    if (!feed.ok) return feed
    this.store.pause(name, paused)
    return ok(await this.rowOf({ ...feed.value, paused }))
  }

  async setCredential(name: string, credential: Credential): Promise<Result<FeedRow>> {
    const feed = this.find(name)
    if (!feed.ok) return feed
    const checked = checkCredential(credential, feed.value.settings.kind, this.limits)
    if (!checked.ok) return checked
    const sealed = await this.seal(credential)
    this.store.setCredential(name, sealed)
    return ok(await this.rowOf({ ...feed.value, credential: sealed }))
  }

  /**
   * Pulls all that is new. Refuses a feed that is not there, is being pulled, is paused, or whose server wants to be left
   * alone, where `now` does not say to ask all the same; whatever else ends it stands in the report.
   */
  pull(name: string, options: { now?: boolean } = {}): Promise<Result<PullReport>> {
    return this.alone(name, async (feed) => {
      const { around } = this.parts
      const { waitUntilMs = 0 } = feed.standing
      if (feed.paused) return refuse('feed/paused', `The feed “${name}” is paused; countersign feed resume ends that.`)
      if (waitUntilMs > around.now() && options.now !== true) {
        const until = new Date(waitUntilMs).toISOString().slice(0, 19)
        return refuse(
          'feed/wait',
          `The server of “${name}” asks to be left alone until ${until}Z; --now asks all the same.`,
        )
      }
      const requests = await this.requestsFor(feed)
      if (!requests.ok) return requests
      const { share, shareState, gather } = this.means
      const { store, limits } = this
      const delivering = new Delivering({
        ...{ folder: this.folder, disk: around.disk, store, limits, random: around.random, share, shareState, gather },
      })
      const pulling = {
        ...{ around, store, limits, requests: requests.value, delivering },
        giveWay: this.parts.giveWay,
        stopped: this.stopping.signal,
      }
      const isMisp = feed.settings.kind === 'misp'
      const report = await (isMisp ? new EventPulling(feed, pulling) : new Pulling(feed, pulling)).pull()
      this.stand(feed, report)
      return ok(report)
    })
  }

  /**
   * Adds objects to the foreign collection, or to the MISP as events: those of a file, all of them or none, or what we
   * shared under an agreement, without what may not leave. Nothing above `upTo` leaves, and nothing that the rules of our house hold back.
   */
  push(name: string, asked: PushAsked): Promise<Result<PushReport>> {
    return this.alone(name, async (feed) => {
      const { around } = this.parts
      const requests = await this.requestsFor(feed)
      if (!requests.ok) return requests
      const what =
        'pact' in asked
          ? await sharedUnder(asked.pact, this.parts, this.limits)
          : await objectsGiven(asked.input, this.limits, this.parts.giveWay)
      if (!what.ok) return what
      const pact = 'pact' in asked ? asked.pact : FILE_RULES
      const marking = asked.upTo
      const rules = await rulesOfPush(name, pact, marking, this.parts)
      if (!rules.ok) return rules
      const isWhole = 'pact' in asked
      const { store, limits } = this
      const { url, kind } = feed.settings
      const isGiven = (id: string) => store.sightings.attributesOf(name, id).length > 0
      const told = isWhole && kind === 'misp' ? await feedbackUnder(pact, isGiven, this.parts, limits) : ok(undefined)
      if (!told.ok) return told
      const shared = isWhole ? await sharedAs(pact, what.value, this.parts) : () => null
      const saidAs = (id: string) => told.value?.saidAs.get(id) ?? shared(id)
      const objects = [...what.value, ...(told.value?.objects ?? [])]
      const above = sharedAbove(objects, saidAs, marking)
      const staying = new Map([...above, ...(await theirs(objects, rules.value, this.parts))])
      const means = { around, store, limits, requests: requests.value, giveWay: this.parts.giveWay }
      const pushing = { ...means, stopped: this.stopping.signal }
      const release = { marking, rules: rules.value, staying, leaveOut: isWhole }
      if (kind !== 'misp') return ok(await new Pushing(name, url, pushing).push(objects, release))
      const from = { place: pact, saidAs, isWhole }
      return ok(await new EventPushing(name, url, pushing).push(objects, release, from))
    })
  }

  /**
   * Has a running node push the outbox of an agreement by itself, or with null no more. Also lets one go on that stopped
   * since a second person was needed. Refuses a feed or an agreement that is not there.
   */
  async pushByItself(name: string, what: PushByItself | null): Promise<Result<FeedRow>> {
    const feed = this.find(name)
    if (!feed.ok) return feed
    if (what !== null && this.parts.pacts.get(what.pact) === undefined) return noSuchPact(what.pact)
    const { push: _, ...settings } = feed.value.settings
    const { push: __, ...standing } = feed.value.standing
    this.store.setSettings(name, what === null ? settings : { ...settings, push: what })
    this.store.setStanding(name, standing)
    this.pushIsFine(name)
    this.parts.around.report('info', 'feed-push-by-itself', { feed: name, everyMinutes: what?.everyMinutes ?? 0 })
    return ok(await this.rowOf(this.store.get(name) as Feed))
  }

  /** From now on does by itself what is due, as long as the node runs. */
  start(): void {
    const { around } = this.parts
    // Its alarm ended with the last run; what a person has to look at stands all the same.
    this.tellAllStopped().catch((cause: unknown) => around.report('error', 'feeds-failed', { message: String(cause) }))
    const again = () => {
      this.cancelLook = around.after(this.limits.lookMs, () => {
        this.lookAtAll()
          .catch((cause: unknown) => around.report('error', 'feeds-failed', { message: String(cause) }))
          .finally(() => {
            if (!this.stopping.signal.aborted) again()
          })
      })
    }
    again()
  }

  /** Pulls and pushes what is due. */
  async lookAtAll(): Promise<void> {
    if (!(await this.hasAny())) return
    const { alarm, alarmOver, around } = this.parts
    await doWhatIsDue({
      ...{ alarm, alarmOver, around, store: this.store, limits: this.limits, stopped: this.stopping.signal },
      pull: (name) => this.pull(name),
      push: (name, { pact, upTo }) => this.push(name, { pact, upTo }),
    })
  }

  private async tellAllStopped(): Promise<void> {
    if (!(await this.hasAny())) return
    for (const feed of this.store.all()) tellStopped(feed, this.parts.alarm)
  }

  private pushIsFine(name: string): void {
    this.parts.alarmOver('feed/push-stopped', name)
    this.parts.alarmOver('feed/failing', `${name}/push`)
  }

  /** Ends what runs; what was taken is kept. */
  async stop(): Promise<void> {
    this.stopping.abort()
    this.cancelLook?.()
    while (this.busy.size > 0) await Promise.allSettled([...this.busy.values()])
    this.opened?.close()
  }

  /** One act at a time for each feed. */
  private async alone<T>(name: string, act: (feed: Feed) => Promise<Result<T>>): Promise<Result<T>> {
    const feed = this.find(name)
    if (!feed.ok) return feed
    if (this.busy.has(name)) {
      return refuse('feed/busy', `The feed “${name}” is being pulled or pushed to just now; wait until that is over.`)
    }
    const acting = act(feed.value)
    const settled = acting.then(
      () => {},
      () => {},
    )
    this.busy.set(name, settled)
    try {
      return await acting
    } finally {
      this.busy.delete(name)
    }
  }

  private find(name: string): Result<Feed> {
    const feed = this.store.get(name)
    if (feed !== undefined) return ok(feed)
    return refuse(
      'not-found/feed',
      `There is no feed “${name.slice(0, 32)}”; countersign feed list shows those there are.`,
    )
  }

  private stand({ name, settings }: Feed, report: PullReport): void {
    const tried = { now: this.parts.around.now(), everyMinutes: settings.everyMinutes, limits: this.limits }
    const standing = this.store.get(name)?.standing
    if (standing !== undefined) this.store.setStanding(name, afterPull(standing, report, tried))
    if (report.failure === undefined) this.parts.alarmOver('feed/failing', `${name}/pull`)
  }

  private async requestsFor(feed: Feed): Promise<Result<ForeignRequests>> {
    const credential = await this.open(feed)
    if (credential === undefined) {
      const message = `What signs us in to “${feed.name}” cannot be opened with our keys; give it anew: countersign feed credentials ${feed.name}`
      return refuse('feed/credentials', message)
    }
    const signing = { credential, speech: speechOf(feed.settings.kind) }
    return ok(new ForeignRequests(signing, this.parts.around, this.limits, this.stopping.signal))
  }

  private async seal(credential: Credential): Promise<Uint8Array | null> {
    if (credential.kind === 'none') return null
    const { desk, identity } = this.parts
    return desk.seal(utf8(JSON.stringify(credential)), [identity.keys.sealing.recipient])
  }

  private async open({ credential }: Feed): Promise<Credential | undefined> {
    if (credential === null) return { kind: 'none' }
    const opened = await this.parts.desk.open(credential)
    const text = opened === undefined ? undefined : fromUtf8(opened)
    return text === undefined ? undefined : (JSON.parse(text) as Credential)
  }

  private async rowOf(feed: Feed): Promise<FeedRow> {
    const { name, settings, paused, standing, cursor } = feed
    const { kind = 'taxii', url, destination, everyMinutes, account } = settings
    const credential = await this.open(feed)
    return {
      ...{ name, kind, url, destination, everyMinutes, paused, addedBy: account },
      signsIn: credential === undefined ? 'with what cannot be opened' : wordsOf(credential),
      ...{ lastPullMs: standing.lastPullMs ?? null, lastNew: standing.lastNew, totalNew: standing.totalNew },
      waiting: this.store.waiting(name).objects,
      ...{ nextTryMs: standing.nextTryMs ?? null, waitUntilMs: standing.waitUntilMs ?? null },
      ...{ error: standing.error ?? null, doubt: standing.doubt ?? null, addedAfter: reached(cursor) ?? null },
      pushes: settings.push === undefined ? null : { ...NEVER_PUSHED, ...standing.push, ...settings.push },
    }
  }

  private checkDestination(destination: Destination): Result<Destination> {
    if (destination.kind === 'drafts') return ok(destination)
    const { pact: id, channel = 'main', to } = destination
    const { marking, feed } = destination.kind === 'share' ? destination : { marking: undefined, feed: undefined }
    const pact = this.parts.pacts.get(id)
    if (pact === undefined) return noSuchPact(id)
    const of = pact.agreement.channels.find(({ name }) => name === channel)
    if (of === undefined) return refuse('feed/channel', `That agreement has no channel “${channel}”.`)
    const others = othersOf(pact.agreement, channel, this.parts.identity.party)
    const stranger = to?.find((party) => !others.includes(party))
    if (stranger !== undefined) return refuse('feed/to', `“${stranger}” is no other party of the channel “${channel}”.`)
    if (feed !== undefined && !isFeedName(feed)) return refuse('say/feed', `“${feed}” is no name of a feed of ours.`)
    const marked = markingOf(marking)
    return marked.ok ? ok(destination) : marked
  }
}

/** Where a feed begins that is to bring only what is later than a time, in microseconds. */
function beginning(kind: FeedKind | undefined, from: bigint): Cursor {
  return kind === 'misp' ? { events: { since: Number(from / 1_000_000n) } } : { addedAfter: timeOf(from) }
}

/** The time after which the next pull asks. */
function reached({ addedAfter, events }: Cursor): string | undefined {
  const seconds = events?.published ?? events?.since
  return seconds === undefined ? addedAfter : timeOf(BigInt(seconds) * 1_000_000n)
}
