// Our own log: one writer, many callers. What arrives while a batch is being synced goes into the next, so that a
// thousand callers cost one sync; each is answered only once its entry and the checkpoint over it are durable.

import {
  equalBytes,
  type KeyPair,
  MAX_ENTRY_BYTES,
  ok,
  type Result,
  refuse,
  type SignerPair,
  signCheckpointAsync,
  verifyCheckpoint,
} from '@countersign/log'
import type { Disk } from './disk.ts'
import { HeldLog } from './held-log.ts'
import type { Extension } from './held-tree.ts'
import type { Random } from './journal.ts'
import { LIMITS } from './limits.ts'
import type { LogFiles } from './log-files.ts'
import { LogStopped, whyStopped } from './log-stopped.ts'
import { machineRandom } from './node-disk.ts'
import { journalFolder, logFolder } from './paths.ts'
import { type LogPlace, TiledLog } from './tiled-log.ts'

export interface OwnLogOptions {
  disk: Disk
  dir: string
  origin: string
  signers: SignerPair
  /** Where it is not the machine’s own. */
  random?: Random
}

interface Waiting {
  entry: Uint8Array
  /** The last of what was appended together. */
  last: boolean
  resolve(index: number): void
  reject(cause: Error): void
}

export interface OwnLog extends LogFiles {
  /** False after an opening, until `confirm`: what peers hold must be looked at before anything is signed. */
  readonly confirmed: boolean
  confirm(): void
  /**
   * Resolves with the index once entry and checkpoint are durable; the order of calls is the order in the log. Rejects
   * with LogStopped after a failed write or sync: its message says whether the entry may have been kept all the same.
   */
  append(entry: Uint8Array): Promise<number>
  /** The same for entries that belong together: one batch keeps all of them, or none is kept. Answers their indexes. */
  appendAll(entries: readonly Uint8Array[]): Promise<number[]>
  /**
   * Takes over entries that we said before and lost, as a peer serves them back, with the checkpoint we signed over
   * them. Refuses what we did not sign or does not follow; the log is then as it was.
   */
  adopt(entries: readonly Uint8Array[], note: Uint8Array): Promise<Result<undefined>>
  /**
   * Signature lines that others gave for the checkpoint of that size, each with its newline: published with it while it
   * is the newest, and not kept.
   */
  carry(size: number, lines: readonly string[]): void
  /** Told after each round of publishing. */
  onPublished(listener: () => void): () => void
  /** Resolves once everything durable is published. */
  published(): Promise<void>
  /** Told once, when a write or a sync failed: from then on nothing is appended. */
  onStopped(listener: (failure: LogStopped) => void): void
  close(): Promise<void>
}

/** Makes a fresh log; it needs no confirmation. Refuses `ledger/exists` and `ledger/locked`. */
export function createOwnLog(options: OwnLogOptions): Promise<Result<OwnLog>> {
  return locked(options, async (place, release) => {
    const log = await TiledLog.create(options.disk, place)
    return log.ok ? ok(new Writer(log.value, options, release, true)) : log
  })
}

/** Opens a log as the last run left it, unconfirmed. Refuses `ledger/locked`, `ledger/damaged` and `ledger/other-key`. */
export function openOwnLog(
  options: Omit<OwnLogOptions, 'signers'> & {
    /** Or who signs a log with these entries: asked once it is open, for only then all that is durable can be read. */
    signers: SignerPair | ((log: LogFiles) => Promise<SignerPair>)
  },
): Promise<Result<OwnLog>> {
  const { disk, dir, origin } = options
  return locked(options, async (place, release) => {
    const log = await TiledLog.open(disk, place)
    if (!log.ok) return log
    let signers: SignerPair
    try {
      signers = typeof options.signers === 'function' ? await options.signers(log.value) : options.signers
    } catch (cause) {
      await log.value.close()
      throw cause
    }
    const note = log.value.checkpoint
    const head = note === undefined ? undefined : verifyCheckpoint(note, keysOf(origin, signers))
    if (head?.ok !== false) return ok(new Writer(log.value, { ...options, signers }, release, false))
    await log.value.close()
    return refuse(
      'ledger/other-key',
      `The checkpoint of ${origin} is not signed by the log key in ${dir}; restore the keys.`,
    )
  })
}

/** A log of ours that is read, and signed no further here: another succeeded it, or it is being taken back. */
export interface EndedLog extends LogFiles {
  /** As `OwnLog.adopt`, of a log that is kept by these log keys. */
  adopt(entries: readonly Uint8Array[], note: Uint8Array, keys: KeyPair): Promise<Result<undefined>>
  close(): Promise<void>
}

/**
 * Opens a log as the last run left it, only to be read. With `begin` one of which nothing is held yet is begun, to be
 * taken back from others. Refuses `ledger/locked` and `ledger/damaged`, and without `begin` `ledger/empty`.
 */
export function openEndedLog(options: Omit<OwnLogOptions, 'signers'> & { begin?: true }): Promise<Result<EndedLog>> {
  return locked(options, async (place, release) => {
    const { disk, begin = false } = options
    const log = await (begin ? TiledLog.openOrBegin(disk, place) : TiledLog.open(disk, place))
    return log.ok ? ok(new Ended(log.value, release)) : log
  })
}

class Ended extends HeldLog implements EndedLog {
  adopt(entries: readonly Uint8Array[], note: Uint8Array, { ed25519, mldsa44 }: KeyPair): Promise<Result<undefined>> {
    const keys = { origin: this.origin, ed25519PublicKey: ed25519, mldsa44PublicKey: mldsa44 }
    return adoptInto(this.log, entries, note, keys)
  }
}

/** Does it as the one writer; whoever is given no log holds no lock. */
async function locked<T>(
  { disk, dir, origin, random = machineRandom }: Omit<OwnLogOptions, 'signers'>,
  open: (place: LogPlace, release: () => void) => Promise<Result<T>>,
): Promise<Result<T>> {
  const place = { folder: logFolder(dir, origin), journal: journalFolder(dir, origin), origin, random }
  await disk.makeFolder(place.journal, true)
  const release = disk.lock(`${place.journal}.lock`)
  if (release === undefined) {
    return refuse('ledger/locked', `Another process writes the logs in ${dir}; end it first, or use another folder.`)
  }
  let held = false
  try {
    const log = await open(place, release)
    held = log.ok
    return log
  } finally {
    if (!held) release()
  }
}

function keysOf(origin: string, signers: SignerPair) {
  return { origin, ed25519PublicKey: signers.ed25519.publicKey, mldsa44PublicKey: signers.mldsa44.publicKey }
}

async function adoptInto(
  log: TiledLog,
  entries: readonly Uint8Array[],
  note: Uint8Array,
  keys: ReturnType<typeof keysOf>,
): Promise<Result<undefined>> {
  const head = verifyCheckpoint(note, keys)
  if (!head.ok) return head
  if (head.value.size !== log.size + entries.length || entries.some((entry) => entry.length > MAX_ENTRY_BYTES)) {
    return refuse('ledger/entries', 'The entries are not those that the checkpoint covers.')
  }
  const extension = log.extended(entries)
  if (!equalBytes(extension.tree.root(), head.value.root)) {
    return refuse('ledger/root', 'The entries lead to another root than the checkpoint we signed.')
  }
  await log.commit(extension, note)
  return ok(undefined)
}

class Writer extends HeldLog implements OwnLog {
  private readonly signers: SignerPair
  private isConfirmed: boolean
  private queue: Waiting[] = []
  private running: Promise<void> | undefined
  private closing: Promise<void> | undefined

  constructor(log: TiledLog, options: OwnLogOptions, release: () => void, confirmed: boolean) {
    super(log, release)
    this.signers = options.signers
    this.isConfirmed = confirmed
  }

  get confirmed() {
    return this.isConfirmed
  }

  confirm(): void {
    this.isConfirmed = true
  }

  append(entry: Uint8Array): Promise<number> {
    return this.refused([entry]) ?? this.enqueue(entry, true)
  }

  appendAll(entries: readonly Uint8Array[]): Promise<number[]> {
    const refused = this.refused(entries)
    return refused ?? Promise.all(entries.map((entry, i) => this.enqueue(entry, i === entries.length - 1)))
  }

  /** Throws for what a caller may not ask; a rejection where nothing is taken any more. */
  private refused(entries: readonly Uint8Array[]): Promise<never> | undefined {
    if (!this.isConfirmed) throw new Error(`${this.origin} was opened and not confirmed with its peers yet.`)
    for (const { length } of entries) {
      if (length > MAX_ENTRY_BYTES) throw new Error(`An entry of ${length} bytes does not fit a log.`)
    }
    if (this.closing !== undefined) return Promise.reject(new LogStopped(`${this.origin} is closed.`))
    return this.log.stopped === undefined ? undefined : Promise.reject(this.notKept(this.log.stopped))
  }

  private enqueue(entry: Uint8Array, last: boolean): Promise<number> {
    return new Promise((resolve, reject) => {
      this.queue.push({ entry, last, resolve, reject })
      this.running ??= this.run()
    })
  }

  async adopt(entries: readonly Uint8Array[], note: Uint8Array): Promise<Result<undefined>> {
    if (this.isConfirmed) throw new Error(`${this.origin} is confirmed already and adopts nothing.`)
    return adoptInto(this.log, entries, note, keysOf(this.origin, this.signers))
  }

  carry(size: number, lines: readonly string[]): void {
    this.log.carry(size, lines)
  }

  onPublished(listener: () => void): () => void {
    return this.log.onPublished(listener)
  }

  published(): Promise<void> {
    return this.log.published()
  }

  onStopped(listener: (failure: LogStopped) => void): void {
    this.log.onStopped(listener)
  }

  /** What was being appended is kept first. */
  override close(): Promise<void> {
    // Never rejects: whoever waits is told.
    this.closing ??= (this.running ?? Promise.resolve()).then(() => super.close())
    return this.closing
  }

  /**
   * While the disk keeps one batch, the next is hashed and signed: each waits for the other, and for nothing else. The
   * checkpoint of the next is seen by nobody unless the batch before it was kept and it was kept itself. Never rejects:
   * whoever waits is told.
   */
  private async run(): Promise<void> {
    // One turn, so that all who call in this one share the first batch.
    await Promise.resolve()
    let before: { extension: Extension; kept: Promise<void> } | undefined
    while (this.queue.length > 0) {
      const batch = this.nextBatch(before === undefined)
      const prepared = await this.prepare(batch, before?.extension)
      await before?.kept
      before = undefined
      if (this.log.stopped !== undefined || !prepared.ok) {
        const failure = this.log.stopped ?? this.log.stop(prepared.ok ? undefined : prepared.cause)
        for (const { reject } of [...batch, ...this.queue.splice(0)]) reject(this.notKept(failure))
        continue
      }
      const { extension, note } = prepared
      before = { extension, kept: this.keep(batch, extension, note) }
      if (this.queue.length > 0) continue
      await before.kept
      before = undefined
    }
    // In the same step as the look at the queue: whoever calls after it starts a new run.
    this.running = undefined
  }

  private async prepare(
    batch: readonly Waiting[],
    after: Extension | undefined,
  ): Promise<{ ok: true; extension: Extension; note: Uint8Array } | { ok: false; cause: unknown }> {
    try {
      const entries = batch.map(({ entry }) => entry)
      const extension = this.log.extended(entries, after)
      const { tree } = extension
      const note = await signCheckpointAsync({ origin: this.origin, size: tree.size, root: tree.root() }, this.signers)
      return { ok: true, extension, note }
    } catch (cause) {
      return { ok: false, cause }
    }
  }

  private async keep(batch: readonly Waiting[], extension: Extension, note: Uint8Array): Promise<void> {
    try {
      await this.log.commit(extension, note)
      for (const [i, { resolve }] of batch.entries()) resolve(extension.size + i)
    } catch (cause) {
      const failure = this.log.stop(cause)
      for (const { reject } of batch) reject(failure)
    }
  }

  /** For whoever was never written: others may have been, as the log's own failure says. */
  private notKept({ cause }: LogStopped): LogStopped {
    const { what, remedy } = whyStopped(cause)
    return new LogStopped(
      `${this.origin} is not written any more (${what}); this was not kept. ${remedy}, start the node again, then say it once more.`,
      { cause },
    )
  }

  /** Of many who wait while the disk rests, half: the other half is prepared while these are written. */
  private nextBatch(diskRests: boolean): Waiting[] {
    const waiting = this.queue.length
    const most = diskRests && waiting > LIMITS.batchEntriesWhole ? Math.ceil(waiting / 2) : LIMITS.batchEntries
    let bytes = 0
    let count = 0
    for (const { entry } of this.queue) {
      bytes += entry.length
      if (count > 0 && (bytes > LIMITS.batchBytes || count >= most)) break
      count++
    }
    // What belongs together is never in two batches.
    while (this.queue[count - 1]?.last === false) count++
    return this.queue.splice(0, count)
  }
}
