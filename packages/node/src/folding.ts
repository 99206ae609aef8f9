// What is held is folded into the views: entries by a cursor for each log, then the content that is sealed to us. The
// line goes before everything else, small content before large, and the event loop turns between steps, so that a share
// of a hundred thousand objects keeps no call waiting. Nothing here decides what a record means: the views do, with the
// functions of the pure packages.

import type { ReadableLog } from '@countersign/ledger'
import { ok, type Result, refuse } from '@countersign/log'
import { type Card, openPart, parseEntry, parseOrigin, type Statement, verifyEntry } from '@countersign/record'
import type { EntryToFold, Views } from '@countersign/views'
import { LIMITS } from './limits.ts'
import type { SealingDesk } from './sealer.ts'
import { objectsIn } from './stix-objects.ts'
import type { Surroundings } from './surroundings.ts'

export interface FoldingOptions {
  us: string
  views: Views
  desk: SealingDesk
  around: Surroundings
  cardOf(party: string): Card | undefined
  log(origin: string): ReadableLog | undefined
  /** What a recipient could not open must be said to its author. */
  rejected(record: { origin: string; index: number }, statement: Statement, part: number, code: string): void
  changed(): void
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
  private readonly jobs = new Map<string, ContentJob>()
  private running: Promise<void> | undefined
  private again = false
  private stopped = false

  constructor(options: FoldingOptions) {
    this.options = options
  }

  /** Takes a log into the fold, or looks again at what there is. */
  wake(origin?: string): void {
    if (origin !== undefined) this.origins.add(origin)
    if (this.stopped) return
    if (this.running !== undefined) {
      this.again = true
      return
    }
    this.running = this.run()
      .catch((cause: unknown) => {
        this.options.around.report('error', 'fold-failed', {
          message: cause instanceof Error ? (cause.stack ?? '') : String(cause),
        })
      })
      .finally(() => {
        this.running = undefined
        if (this.again) {
          this.again = false
          this.wake()
        }
      })
  }

  /** Resolves once nothing is left to fold. */
  async settled(): Promise<void> {
    while (this.running !== undefined) await this.running
  }

  async stop(): Promise<void> {
    this.stopped = true
    await this.running
  }

  /** Looks for content that was opened in no earlier run, or has arrived since. */
  async lookForContent(origin: string): Promise<void> {
    for (const part of await this.options.views.partsToOpen(origin)) this.enqueue(part)
    this.wake()
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

  private async run(): Promise<void> {
    while (!this.stopped) {
      if (await this.foldSomeEntries()) {
        this.options.changed()
        await turn()
        continue
      }
      const job = this.smallestJob()
      if (job !== undefined) {
        await this.foldContent(job)
        this.options.changed()
        await turn()
        continue
      }
      if (await this.options.views.settle()) {
        await turn()
        continue
      }
      return
    }
  }

  /** One batch of one log; the line first. False where no log has anything new. */
  private async foldSomeEntries(): Promise<boolean> {
    for (const origin of [...this.origins].sort(lineFirst)) if (await this.foldLog(origin)) return true
    return false
  }

  /** The next batch of one log. False where there is nothing new, or nothing that can be folded yet. */
  private async foldLog(origin: string): Promise<boolean> {
    const { views, log: logOf, cardOf } = this.options
    const log = logOf(origin)
    const author = parseOrigin(origin)
    const card = author.ok ? cardOf(author.value.party) : undefined
    if (log === undefined || card === undefined) return false
    const from = await views.cursor(origin)
    if (from >= log.size) return false
    const to = Math.min(log.size, from + LIMITS.foldBatch)
    const entries: EntryToFold[] = []
    const jobs: ContentJob[] = []
    for await (const bytes of log.entries(from, to)) {
      const entry = parseEntry(bytes)
      entries.push({ bytes, parsed: entry, signature: entry.ok && verifyEntry(entry.value, card.keys.statement) })
      if (entry.ok) jobs.push(...this.jobsOf(origin, from + entries.length - 1, entry.value.statement))
    }
    const folded = await views.foldEntries(origin, from, entries)
    if (!folded.ok) {
      this.options.around.report('warn', 'fold-refused', { origin, code: folded.code })
      return false
    }
    for (const job of jobs) this.enqueue(job)
    return true
  }

  private jobsOf(origin: string, index: number, statement: Statement): ContentJob[] {
    const { us } = this.options
    if (statement.from !== us && !statement.to.includes(us)) return []
    return statement.content.map(({ size }, part) => ({ origin, index, part, size }))
  }

  private enqueue(job: ContentJob): void {
    this.jobs.set(`${job.origin}#${job.index}.${job.part}`, job)
  }

  private smallestJob(): ContentJob | undefined {
    let best: [string, ContentJob] | undefined
    for (const entry of this.jobs) {
      if (best === undefined || entry[1].size < best[1].size) best = entry
      // A job that is small is small enough: a long queue is not searched for a smaller one.
      if (best[1].size <= LIMITS.inlineSealBytes) break
    }
    if (best !== undefined) this.jobs.delete(best[0])
    return best?.[1]
  }

  private async foldContent(job: ContentJob): Promise<void> {
    const { views, us, rejected } = this.options
    const record = `${job.origin}#${job.index}`
    const opened = await this.readPart(job.origin, job.index, job.part)
    if (!opened.ok) {
      if (opened.code === 'content/awaited') return views.contentState(record, job.part, 'awaited')
      await views.contentState(record, job.part, 'rejected', opened.code)
      const entry = await this.statementOf(job)
      if (entry !== undefined && entry.from !== us)
        rejected({ origin: job.origin, index: job.index }, entry, job.part, opened.code)
      return
    }
    const { bytes, mediaType } = opened.value
    let title: string | undefined
    if (mediaType.startsWith('application/stix+json')) await this.foldObjects(record, job.part, bytes)
    else if (mediaType === 'application/vnd.countersign.message.v1+json') title = subjectOf(bytes)
    await views.contentState(record, job.part, 'opened', undefined, title)
  }

  private async statementOf(job: ContentJob): Promise<Statement | undefined> {
    const entry = await this.options.log(job.origin)?.entry(job.index)
    const parsed = entry === undefined ? undefined : parseEntry(entry)
    return parsed?.ok === true ? parsed.value.statement : undefined
  }

  /** The objects of one bundle, in chunks between which the event loop turns. What is not STIX is shown as content only. */
  private async foldObjects(record: string, part: number, bytes: Uint8Array): Promise<void> {
    const read = await objectsIn(bytes)
    if (!read.ok) return
    const { objects } = read.value
    for (let from = 0; from < objects.length && !this.stopped; from += LIMITS.objectsBatch) {
      await this.options.views.foldObjects(record, part, objects.slice(from, from + LIMITS.objectsBatch))
      await this.letTheLineGoFirst()
    }
  }

  /** Between two steps of a large share: what came on the line meanwhile is folded before the next. */
  private async letTheLineGoFirst(): Promise<void> {
    await turn()
    for (const origin of this.origins) if (isLine(origin)) await this.foldLog(origin)
    for (const [key, job] of this.jobs) {
      if (!isLine(job.origin) || job.size > LIMITS.inlineSealBytes) continue
      this.jobs.delete(key)
      await this.foldContent(job)
    }
    this.options.changed()
  }
}

function lineFirst(a: string, b: string): number {
  return Number(isLine(b)) - Number(isLine(a)) || (a < b ? -1 : 1)
}

function isLine(origin: string): boolean {
  return origin.split('/')[2] === 'line'
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function subjectOf(bytes: Uint8Array): string | undefined {
  try {
    const message: { subject?: unknown } = JSON.parse(new TextDecoder().decode(bytes))
    return typeof message.subject === 'string' ? message.subject.slice(0, 200) : undefined
  } catch {
    return undefined
  }
}
