// What is held is folded into the views, in lanes: the entries of all logs by a cursor for each, the line first; small
// content that is sealed to us; large content; and what follows from all of it for other rows. The last two give way to
// whatever is urgent, so a share of a hundred thousand objects keeps no call waiting.
// Nothing here decides what a record means: the views do, with the functions of the pure packages.

import type { ReadableLog } from '@countersign/ledger'
import { ok, type Result, refuse } from '@countersign/log'
import { isOnLine } from '@countersign/pact'
import { type Card, openPart, parseEntry, type Statement, typeNamed, verifyEntry } from '@countersign/record'
import type { EntryToFold, Rejection, Views } from '@countersign/views'
import { LIMITS } from '../limits.ts'
import { objectsIn } from '../saying/stix-objects.ts'
import type { SealingDesk } from '../sealing/sealer.ts'
import type { Surroundings } from '../surroundings.ts'
import { Lane } from './lane.ts'
import type { GiveWay } from './right-of-way.ts'

export interface FoldingOptions {
  us: string
  views: Views
  desk: SealingDesk
  around: Surroundings
  /** Any card that is held, by its digest. */
  card(digest: string): Card | undefined
  /** A log, or a notice in one, waits for a card that is not held. */
  awaitsCard(party: string, digest: string): void
  log(origin: string): ReadableLog | undefined
  /** A part of another's record, sealed to us, could not be taken. */
  rejected(rejection: Rejection): void
  /** Every entry held is folded, and everything that follows from it is derived. */
  caughtUp(): void
  changed(): void
  /** Awaited between two steps of work that may take its time. */
  giveWay: GiveWay
}

/** One part of a record, opened and found to be what its statement committed to. */
export interface OpenedPart {
  bytes: Uint8Array
  salt: Uint8Array
  mediaType: string
  statement: Statement
}

interface ContentJob {
  origin: string
  index: number
  part: number
  size: number
}

export class Folding {
  private readonly options: FoldingOptions
  private readonly origins = new Set<string>()
  private readonly small = new Map<string, ContentJob>()
  private readonly large = new Map<string, ContentJob>()
  private readonly entries: Lane
  private readonly smallContent: Lane
  private readonly largeContent: Lane
  private readonly derived: Lane

  constructor(options: FoldingOptions) {
    this.options = options
    const lane = (step: () => Promise<boolean>, between = options.around.turn) =>
      new Lane(step, (cause) => this.failed(cause), between)
    this.entries = lane(async () => {
      const folded = await this.foldSomeEntries()
      if (folded) options.changed()
      else this.derived.wake()
      return folded
    })
    this.smallContent = lane(() => this.foldNext(this.small))
    this.largeContent = lane(() => this.foldNext(this.large), options.giveWay)
    this.derived = lane(async () => {
      if (await options.views.settle()) return true
      options.caughtUp()
      return false
    }, options.giveWay)
  }

  /** Takes a log into the fold, or looks again at what there is. */
  wake(origin?: string): void {
    if (origin !== undefined) this.origins.add(origin)
    this.entries.wake()
  }

  /** Whether something that is held is not folded yet. */
  get isFolding(): boolean {
    return this.lanes().some((lane) => lane.isRunning)
  }

  /** Resolves once nothing is left to fold. */
  async settled(): Promise<void> {
    while (this.isFolding) for (const lane of this.lanes()) await lane.settled()
  }

  /** Resolves once the entries held of one log now are folded, or cannot be. */
  async caughtUp(origin: string): Promise<void> {
    const size = this.options.log(origin)?.size ?? 0
    if ((await this.options.views.cursor(origin)) >= size) return
    this.wake(origin)
    while (this.entries.isRunning && (await this.options.views.cursor(origin)) < size) await this.options.around.turn()
  }

  async stop(): Promise<void> {
    await Promise.all(this.lanes().map((lane) => lane.stop()))
  }

  private lanes(): Lane[] {
    return [this.entries, this.smallContent, this.largeContent, this.derived]
  }

  /** Looks for content that was opened in no earlier run, or has arrived since. */
  async lookForContent(origin: string): Promise<void> {
    for (const part of await this.options.views.partsToOpen(origin)) this.enqueue(part)
  }

  /** The plaintext and salt of one part that is sealed to us. */
  async readPart(origin: string, index: number, part: number): Promise<Result<OpenedPart>> {
    const log = this.options.log(origin)
    if (log === undefined || index >= log.size) return refuse('not-found/record', 'This record is not held here.')
    const entry = parseEntry(await log.entry(index))
    const descriptor = entry.ok ? entry.value.statement.content[part] : undefined
    if (!entry.ok || descriptor === undefined) return refuse('not-found/part', 'This record has no such part.')
    const { statement } = entry.value
    if (statement.from !== this.options.us && !statement.to.includes(this.options.us)) {
      return refuse('content/not-for-us', 'This content is not sealed to us.')
    }
    const file = await log.readAddendum(descriptor.sealed)
    if (file === undefined)
      return refuse('content/awaited', 'The sealed content has not arrived yet; it is asked for again and again.')
    const context = { id: statement.id, origin, part, role: descriptor.role, mediaType: descriptor.mediaType }
    const opened = await openPart({ context, descriptor, file }, this.options.desk)
    if (!opened.ok) return opened
    return ok({ bytes: opened.value.plaintext, salt: opened.value.salt, mediaType: descriptor.mediaType, statement })
  }

  /** One batch of one log; the line first. False where no log has anything new. */
  private async foldSomeEntries(): Promise<boolean> {
    for (const origin of [...this.origins].sort(lineFirst)) {
      try {
        if (await this.foldLog(origin)) return true
      } catch (cause) {
        // A log that cannot be read here keeps back no other.
        this.failed(cause)
      }
    }
    return false
  }

  /** The next batch of one log. False where there is nothing new, or nothing that can be folded yet. */
  private async foldLog(origin: string): Promise<boolean> {
    const { views, log: logOf, awaitsCard } = this.options
    const log = logOf(origin)
    if (log === undefined) return false
    const from = await views.cursor(origin)
    if (from >= log.size) return false
    const to = Math.min(log.size, from + LIMITS.foldBatch)
    const entries: EntryToFold[] = []
    const jobs: ContentJob[] = []
    let card = this.options.card((await views.cardInForce(origin)) ?? '')
    for await (const bytes of log.entries(from, to)) {
      const entry = parseEntry(bytes)
      const { type, body } = entry.ok ? entry.value.statement : { type: '', body: {} as { card?: unknown } }
      if (from + entries.length === 0 && typeof body.card === 'string') card = this.options.card(body.card)
      const holds = entry.ok && card !== undefined && verifyEntry(entry.value, card.keys.statement)
      entries.push({ bytes, parsed: entry, signature: holds, card: card?.digest ?? '' })
      if (entry.ok) jobs.push(...this.jobsOf(origin, from + entries.length - 1, entry.value.statement))
      // By which card the next is signed is known once this one is folded.
      if (type === 'party/keys') break
    }
    const folded = await views.foldEntries(origin, from, entries)
    if (!folded.ok) {
      this.options.around.report('warn', 'fold-refused', { origin, code: folded.code })
      return false
    }
    if (folded.value.next < from + entries.length) {
      for (const awaited of await views.cardsAwaited()) awaitsCard(awaited.party, awaited.card)
      if (folded.value.next === from) return false
    }
    for (const job of jobs) if (job.index < folded.value.next) this.enqueue(job)
    return true
  }

  private jobsOf(origin: string, index: number, statement: Statement): ContentJob[] {
    const { us } = this.options
    if (statement.from !== us && !statement.to.includes(us)) return []
    return statement.content.map(({ size }, part) => ({ origin, index, part, size }))
  }

  private enqueue(job: ContentJob): void {
    const isSmall = job.size <= LIMITS.inlineSealBytes
    const jobs = isSmall ? this.small : this.large
    jobs.set(`${job.origin}#${job.index}.${job.part}`, job)
    const lane = isSmall ? this.smallContent : this.largeContent
    lane.wake()
  }

  /** The next job of a lane, the line first. False where there is none. */
  private async foldNext(jobs: Map<string, ContentJob>): Promise<boolean> {
    let next: [string, ContentJob] | undefined
    for (const entry of jobs) {
      next ??= entry
      if (!isOnLine(entry[1].origin)) continue
      next = entry
      break
    }
    if (next === undefined) return false
    jobs.delete(next[0])
    await this.foldContent(next[1])
    this.options.changed()
    return true
  }

  private async foldContent(job: ContentJob): Promise<void> {
    const { views, us, rejected } = this.options
    const record = `${job.origin}#${job.index}`
    const read = await this.readPart(job.origin, job.index, job.part)
    const opened = read.ok ? ofItsType(read.value, job.part) : read
    if (!opened.ok) {
      if (opened.code === 'content/awaited') return views.contentState(record, job.part, 'awaited')
      await views.contentState(record, job.part, 'rejected', opened.code)
      if (!job.origin.startsWith(`${us}/`)) rejected({ record, part: job.part, code: opened.code })
      return
    }
    const { bytes, mediaType } = opened.value
    let title: string | undefined
    if (mediaType.startsWith('application/stix+json')) {
      if (!(await this.foldObjects(record, job.part, bytes))) return
    } else if (mediaType === 'application/vnd.countersign.message.v1+json') title = subjectOf(bytes)
    await views.contentState(record, job.part, 'opened', undefined, title)
  }

  private failed(cause: unknown): void {
    const message = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    this.options.around.report('error', 'fold-failed', { message })
  }

  /**
   * The objects of one bundle, in chunks between which the event loop turns. What is not STIX is shown as content only.
   * False where we were stopped before its end: the next run begins it again.
   */
  private async foldObjects(record: string, part: number, bytes: Uint8Array): Promise<boolean> {
    const read = await objectsIn(bytes, this.options.giveWay)
    if (!read.ok) return true
    const { objects } = read.value
    for (let from = 0; from < objects.length; from += LIMITS.objectsBatch) {
      if (this.largeContent.isStopped) return false
      await this.options.views.foldObjects(record, part, objects.slice(from, from + LIMITS.objectsBatch))
      if (from % LIMITS.objectsPerTelling === 0) this.options.changed()
      await this.options.giveWay()
    }
    return true
  }
}

function lineFirst(a: string, b: string): number {
  return Number(isOnLine(b)) - Number(isOnLine(a)) || (a < b ? -1 : 1)
}

/** What was opened keeps the rules of its type, or is to be rejected (spec/records.md, Content). */
function ofItsType(opened: OpenedPart, part: number): Result<OpenedPart> {
  const { statement, bytes } = opened
  const descriptor = statement.content[part]
  const sentence = descriptor && typeNamed(statement.type)?.checkContent?.(descriptor, bytes)
  return sentence === undefined
    ? ok(opened)
    : refuse('content/media-type', `The content is not what its type promises: ${sentence}.`)
}

function subjectOf(bytes: Uint8Array): string | undefined {
  try {
    const message: { subject?: unknown } = JSON.parse(new TextDecoder().decode(bytes))
    return typeof message.subject === 'string' ? message.subject.slice(0, 200) : undefined
  } catch {
    return undefined
  }
}
