// One log on disk, ours or a copy of a peer's: a journal that makes new entries durable with one sync, and the published
// folder of C2SP tlog-tiles that is derived from it. What a batch adds is seen by readers only once it is durable; the
// published checkpoint is replaced last, after every tile and bundle under it.

import { join } from 'node:path'
import {
  equalBytes,
  ok,
  parseCheckpoint,
  parseNote,
  type Result,
  type Root,
  refuse,
  TILE_WIDTH,
} from '@countersign/log'
import { Addenda } from './addenda.ts'
import type { Disk } from './disk.ts'
import { type Extension, HeldTree } from './held-tree.ts'
import { type Frame, Journal, type Random } from './journal.ts'
import type { LogFiles } from './log-files.ts'
import { LogStopped, whyStopped } from './log-stopped.ts'
import { Publisher } from './publisher.ts'

export interface LogPlace {
  /** What others may read. */
  folder: string
  /** The folder of its journal. */
  journal: string
  random: Random
  origin: string
}

export class TiledLog implements LogFiles {
  readonly origin: string
  private readonly disk: Disk
  private readonly folder: string
  private readonly journal: Journal
  private readonly tree: HeldTree
  private readonly publisher: Publisher
  private readonly addenda: Addenda
  private note: Uint8Array | undefined
  private readonly stopListeners: ((failure: LogStopped) => void)[] = []
  private failure: LogStopped | undefined

  private constructor(disk: Disk, folder: string, origin: string, journal: Journal) {
    this.disk = disk
    this.folder = folder
    this.origin = origin
    this.journal = journal
    this.tree = new HeldTree(disk, folder, origin)
    this.publisher = new Publisher({ disk, folder, tree: this.tree, journal, onFailure: (cause) => this.stop(cause) })
    this.addenda = new Addenda(disk, folder)
  }

  /** A fresh, empty log. Refuses `ledger/exists` where one was published there, or kept and not published yet. */
  static async create(disk: Disk, place: LogPlace): Promise<Result<TiledLog>> {
    const exists = refuse('ledger/exists', `There is a log in ${place.folder} already.`)
    if (await disk.exists(join(place.folder, 'checkpoint'))) return exists
    const at = { disk, random: place.random, folder: place.journal }
    const kept = await Journal.open(at)
    if (kept.ok) await kept.value.journal.close()
    if (kept.ok || kept.code !== 'ledger/empty') return kept.ok ? exists : kept
    await disk.makeFolder(join(place.folder, 'addenda'), true)
    const journal = await Journal.create(at)
    return ok(new TiledLog(disk, place.folder, place.origin, journal))
  }

  /**
   * Opens a log as the last run left it, and derives again what it had not published. Refuses `ledger/damaged` where
   * journal and published files do not agree: nothing is mended by guessing.
   */
  static async open(disk: Disk, place: LogPlace): Promise<Result<TiledLog>> {
    await disk.makeFolder(join(place.folder, 'addenda'), true)
    const opened = await Journal.open({ disk, random: place.random, folder: place.journal })
    if (!opened.ok) return opened
    const { journal, frames } = opened.value
    const log = new TiledLog(disk, place.folder, place.origin, journal)
    let whole = false
    try {
      const damage = await log.restore(frames)
      if (damage !== undefined) {
        return refuse('ledger/damaged', `${damage} in ${place.folder}; restore the folder from a backup.`)
      }
      // What stands beyond the journal's beginning may be torn: it is derived again whatever is there.
      if (log.note !== undefined) await log.publisher.showAfresh(log.note)
      whole = true
      return ok(log)
    } finally {
      if (!whole) await journal.close()
    }
  }

  /** Opens a copy, or begins it where nothing of it was ever held: an earlier run may have ended before it held anything. */
  static async openOrBegin(disk: Disk, place: LogPlace): Promise<Result<TiledLog>> {
    const opened = await TiledLog.open(disk, place)
    if (!opened.ok && opened.code === 'ledger/empty' && !(await disk.exists(join(place.folder, 'checkpoint')))) {
      return TiledLog.create(disk, place)
    }
    return opened
  }

  /** Takes the journal's frames over on top of the tiles below them. Says what is damaged. */
  private async restore(frames: readonly Frame[]): Promise<string | undefined> {
    const first = frames[0]
    if (first !== undefined) {
      if (first.start % TILE_WIDTH !== 0) return 'The journal does not begin at a full bundle'
      if (!(await this.tree.stand(first.start))) return 'A tile is missing or has not its length'
    }
    for (const { start, entries, note } of frames) {
      const known = this.size - start
      if (known < 0) return 'The journal leaves entries out'
      if (known > entries.length) continue
      this.tree.take(this.extended(entries.slice(known)))
      const head = headOf(note)
      if (head === undefined || head.size !== this.size || !equalBytes(head.root, this.root)) {
        return 'The journal and the tiles lead to another root than the checkpoint signed'
      }
      this.note = note
    }
    // The published checkpoint is not synced: what a power cut left of it may be no note at all, and says nothing.
    const published = await this.disk.read(join(this.folder, 'checkpoint'))
    const head = published === undefined ? undefined : headOf(published)
    if (head === undefined) return undefined
    const follows = head.size <= this.size && equalBytes(head.root, await this.rootAt(head.size))
    return follows ? undefined : 'The published checkpoint does not follow from the journal'
  }

  get size(): number {
    return this.tree.size
  }

  get root(): Root {
    return this.tree.root
  }

  get checkpoint(): Uint8Array | undefined {
    return this.note
  }

  get stopped(): LogStopped | undefined {
    return this.failure
  }

  onPublished(listener: () => void): () => void {
    return this.publisher.onPublished(listener)
  }

  /** Told once, when the log is stopped. */
  onStopped(listener: (failure: LogStopped) => void): void {
    this.stopListeners.push(listener)
  }

  /** What the log would be with these entries after all of ours, or after an extension still to be kept. Keeps nothing. */
  extended(entries: readonly Uint8Array[], after?: Extension): Extension {
    return this.tree.extended(entries, after)
  }

  /**
   * Keeps an extension and the checkpoint over it. Durable, and seen by readers, once this resolves. One at a time, and
   * of the log as it is.
   */
  async commit(extension: Extension, note: Uint8Array): Promise<void> {
    const { entries } = extension
    if (this.failure !== undefined) throw this.failure
    if (extension.size !== this.size) throw new Error('An extension of another size cannot be kept.')
    try {
      if (this.journal.isLong && !this.journal.hasOlder) {
        const start = this.size - (this.size % TILE_WIDTH)
        const before: Uint8Array[] = []
        for await (const entry of this.entries(start, this.size)) before.push(entry)
        await this.journal.turnOver({ start, entries: [...before, ...entries], note })
      } else await this.journal.write({ start: this.size, entries, note })
    } catch (cause) {
      throw this.stop(cause)
    }
    this.tree.take(extension)
    this.note = note
    this.publisher.show(note)
  }

  /** Lines of others for the checkpoint of that size are published with it while no later one stands there. */
  carry(size: number, lines: readonly string[]): void {
    this.publisher.carry(size, lines)
  }

  /** Resolves once everything durable is published. */
  async published(): Promise<void> {
    await this.publisher.rested()
    if (this.failure !== undefined) throw this.failure
  }

  async close(): Promise<void> {
    await this.publisher.rested()
    await this.journal.close()
  }

  entry(index: number): Promise<Uint8Array> {
    return this.tree.entry(index)
  }

  entries(from: number, to: number): AsyncGenerator<Uint8Array> {
    return this.tree.entries(from, to)
  }

  rootAt(size: number): Promise<Uint8Array> {
    return this.tree.rootAt(size)
  }

  inclusionProof(index: number, size: number): Promise<Uint8Array[]> {
    return this.tree.inclusionProof(index, size)
  }

  consistencyProof(oldSize: number, size: number): Promise<Uint8Array[]> {
    return this.tree.consistencyProof(oldSize, size)
  }

  hasAddendum(sealed: string): Promise<boolean> {
    return this.addenda.has(sealed)
  }

  readAddendum(sealed: string): Promise<Uint8Array | undefined> {
    return this.addenda.read(sealed)
  }

  putAddendum(bytes: Uint8Array): Promise<string> {
    return this.addenda.put(bytes)
  }

  removeAddendum(sealed: string): Promise<void> {
    return this.addenda.remove(sealed)
  }

  /** Writes nothing more: what stands on the disk is not known any more, or what should be written cannot be made. */
  stop(cause: unknown): LogStopped {
    if (this.failure !== undefined) return this.failure
    this.publisher.halt()
    const { what, remedy } = whyStopped(cause)
    this.failure = new LogStopped(
      `Writing ${this.origin} failed (${what}); nothing acknowledged is lost, and what was being said may have been kept. ${remedy}, then start the node again: it shows among the records, or it was not kept.`,
      { cause },
    )
    for (const listener of this.stopListeners) listener(this.failure)
    return this.failure
  }
}

/** Size and root of a note, unverified. */
function headOf(note: Uint8Array): { size: number; root: Root } | undefined {
  const parsed = parseNote(note)
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : undefined
  return checkpoint?.ok === true ? checkpoint.value : undefined
}
