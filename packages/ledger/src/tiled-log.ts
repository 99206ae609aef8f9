// One log on disk, ours or a copy of a peer's: a journal that makes new entries durable with one sync, and the published
// folder of C2SP tlog-tiles that is derived from it. What a batch adds is seen by readers only once it is durable; the
// published checkpoint is replaced last, after every tile and bundle under it.

import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import {
  consistencyProofFrom,
  decodeEntryBundle,
  emptyRoot,
  encodeEntryBundle,
  entryBundlePath,
  equalBytes,
  foldTile,
  formatNote,
  inclusionProofFrom,
  leafHash,
  ok,
  parseCheckpoint,
  parseNote,
  type Result,
  type Root,
  refuse,
  rootFrom,
  type SubtreeId,
  TILE_WIDTH,
  TreeFrontier,
  tileOfSubtree,
  tilePath,
} from '@countersign/log'
import { Addenda } from './addenda.ts'
import type { Disk } from './disk.ts'
import { type Frame, Journal, type Random } from './journal.ts'
import { LIMITS } from './limits.ts'
import { PartialTiles } from './partial-tiles.ts'

/** What is read of a log, ours or a peer's. Indexes and sizes beyond `size` are the caller's defect and throw. */
export interface LogFiles {
  readonly origin: string
  /** Durable entries. */
  readonly size: number
  readonly root: Root
  /** The newest durable checkpoint note; undefined for an empty log. */
  readonly checkpoint: Uint8Array | undefined
  entry(index: number): Promise<Uint8Array>
  entries(from: number, to: number): AsyncIterable<Uint8Array>
  rootAt(size: number): Promise<Uint8Array>
  inclusionProof(index: number, size: number): Promise<Uint8Array[]>
  consistencyProof(oldSize: number, size: number): Promise<Uint8Array[]>
  /** Whether it is held durably. */
  hasAddendum(sealed: string): Promise<boolean>
  readAddendum(sealed: string): Promise<Uint8Array | undefined>
  /** Keeps a file of sealed content under its SHA-256, durably; gives that name, hex. Throws what the disk throws. */
  putAddendum(bytes: Uint8Array): Promise<string>
  /** Takes away the file of sealed content of that name, if it is held; durably. Throws what the disk throws. */
  removeAddendum(sealed: string): Promise<void>
}

/** A failed write or sync: the log is not written again until it was opened anew. */
export class LogStopped extends Error {
  readonly code = 'ledger/stopped'
}

/** Entries that are about to be kept, with all that was computed of them. */
export interface Extension {
  /** Of the log before them. */
  size: number
  entries: readonly Uint8Array[]
  tree: TreeFrontier
  /** Their leaf hashes, and for each level of tiles above the hashes that they complete. */
  hashes: Uint8Array[][]
}

const HASH_BYTES = 32
/** Levels of the tree in one tile: 2^8 hashes. */
const TILE_HEIGHT = 8

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
  private frontier: TreeFrontier
  private note: Uint8Array | undefined
  /** For each level the hashes from the last full tile on disk on. */
  private readonly levels: { first: number; hashes: Uint8Array[] }[] = []
  /** Entries from the last full bundle on disk on. */
  private tail: Uint8Array[] = []
  private tailFirst = 0
  private readonly tiles = new Map<string, Uint8Array>()
  private readonly bundles = new Map<number, Uint8Array[]>()
  private publishing: Promise<void> | undefined
  private publishedSize = 0
  private syncedSize = 0
  /** Full bundles and tiles that were written and not synced, with the CRC-32 of each. */
  private unsynced: { path: string; checksum: number }[] = []
  private readonly partials: PartialTiles
  private readonly addenda: Addenda
  private carried: { size: number; lines: readonly string[]; published: boolean } | undefined
  private readonly listeners = new Set<() => void>()
  private readonly stopListeners: ((failure: LogStopped) => void)[] = []
  private failure: LogStopped | undefined

  private constructor(disk: Disk, folder: string, origin: string, journal: Journal) {
    this.disk = disk
    this.folder = folder
    this.origin = origin
    this.journal = journal
    this.partials = new PartialTiles(disk)
    this.addenda = new Addenda(disk, folder)
    this.frontier = new TreeFrontier()
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
      await log.publish(true)
      await log.removeLeftovers()
      whole = true
      return ok(log)
    } finally {
      if (!whole) await journal.close()
    }
  }

  /** Takes the journal's frames over on top of the tiles below them. Says what is damaged. */
  private async restore(frames: readonly Frame[]): Promise<string | undefined> {
    const first = frames[0]
    if (first !== undefined) {
      if (first.start % TILE_WIDTH !== 0) return 'The journal does not begin at a full bundle'
      if (!(await this.stand(first.start))) return 'A tile is missing or has not its length'
    }
    for (const { start, entries, note } of frames) {
      const known = this.size - start
      if (known < 0) return 'The journal leaves entries out'
      if (known > entries.length) continue
      this.take(this.extended(entries.slice(known)))
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
    return this.frontier.size
  }

  get root(): Root {
    return this.frontier.root()
  }

  get checkpoint(): Uint8Array | undefined {
    return this.note
  }

  get stopped(): LogStopped | undefined {
    return this.failure
  }

  onPublished(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Told once, when the log is stopped. */
  onStopped(listener: (failure: LogStopped) => void): void {
    this.stopListeners.push(listener)
  }

  /** What the log would be with these entries after all of ours, or after an extension still to be kept. Keeps nothing. */
  extended(entries: readonly Uint8Array[], after?: Extension): Extension {
    const tree = (after?.tree ?? this.frontier).clone()
    const size = tree.size
    const hashes: Uint8Array[][] = [[]]
    const complete = (level: number, root: Uint8Array) => {
      // The root of a full tile is a hash of the level above it.
      if (level % TILE_HEIGHT === 0) (hashes[level / TILE_HEIGHT] ??= []).push(root)
    }
    for (const entry of entries) {
      const leaf = leafHash(entry)
      hashes[0]?.push(leaf)
      tree.append(leaf, complete)
    }
    return { size, entries, tree, hashes }
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
    this.take(extension)
    this.note = note
    this.wakePublisher()
  }

  /** Resolves once everything durable is published. */
  async published(): Promise<void> {
    while (this.publishing !== undefined) await this.publishing
    if (this.failure !== undefined) throw this.failure
  }

  async close(): Promise<void> {
    while (this.publishing !== undefined) await this.publishing
    await this.journal.close()
  }

  async entry(index: number): Promise<Uint8Array> {
    for await (const entry of this.entries(index, index + 1)) return entry
    throw new Error(`There is no entry ${index} in ${this.origin}.`)
  }

  async *entries(from: number, to: number): AsyncGenerator<Uint8Array> {
    if (from < 0 || to > this.size) throw new Error(`${this.origin} has ${this.size} entries, not ${to}.`)
    for (let index = from; index < to; index++) {
      const inTail = index - this.tailFirst
      const entry =
        inTail >= 0 ? this.tail[inTail] : (await this.bundle(Math.floor(index / TILE_WIDTH)))[index % TILE_WIDTH]
      if (entry === undefined) throw new Error(`Entry ${index} of ${this.origin} is missing.`)
      yield entry
    }
  }

  async rootAt(size: number): Promise<Uint8Array> {
    if (size === this.size) return this.root
    return size === 0 ? emptyRoot : rootFrom(size, this.readHashes)
  }

  inclusionProof(index: number, size: number): Promise<Uint8Array[]> {
    return inclusionProofFrom(index, size, this.readHashes)
  }

  consistencyProof(oldSize: number, size: number): Promise<Uint8Array[]> {
    return consistencyProofFrom(oldSize, size, this.readHashes)
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

  /** Adds what is durable to what is in memory. */
  private take({ entries, tree, hashes }: Extension): void {
    for (const entry of entries) this.tail.push(entry)
    for (const [level, fresh] of hashes.entries()) {
      const held = this.level(level)
      for (const hash of fresh) held.hashes.push(hash)
    }
    this.frontier = tree
  }

  private level(level: number): { first: number; hashes: Uint8Array[] } {
    let held = this.levels[level]
    if (held === undefined) {
      held = { first: 0, hashes: [] }
      this.levels[level] = held
    }
    return held
  }

  /** Takes over `base` entries, a multiple of 256, from the full tiles on disk. False where one is not whole. */
  private async stand(base: number): Promise<boolean> {
    let count = base / TILE_WIDTH
    this.levels[0] = { first: base, hashes: [] }
    this.tailFirst = base
    for (let level = 1; count > 0; level++) {
      const first = count - (count % TILE_WIDTH)
      const hashes: Uint8Array[] = []
      for (let index = first; index < count; index++) {
        const tile = await this.disk.read(join(this.folder, tilePath(level - 1, index)))
        if (tile?.length !== TILE_WIDTH * HASH_BYTES) return false
        hashes.push(foldTile(tile, 0, TILE_WIDTH))
      }
      this.levels[level] = { first, hashes }
      count = first / TILE_WIDTH
    }
    try {
      const peaks = await this.readHashes(peaksOf(base))
      this.frontier = new TreeFrontier(base, peaks)
    } catch {
      return false
    }
    this.publishedSize = base
    this.syncedSize = base
    return true
  }

  private readonly readHashes = async (ids: readonly SubtreeId[]): Promise<Uint8Array[]> => {
    const hashes: Uint8Array[] = []
    for (const id of ids) {
      const { level, index, from, count } = tileOfSubtree(id)
      const held = this.levels[level]
      const inMemory = index * TILE_WIDTH - (held?.first ?? 0)
      const tile =
        held !== undefined && inMemory >= 0
          ? joined(held.hashes.slice(inMemory, inMemory + TILE_WIDTH))
          : await this.tile(level, index)
      if (tile.length < (from + count) * HASH_BYTES) throw new Error(`A tile of ${this.origin} is too short.`)
      hashes.push(foldTile(tile, from, count))
    }
    return hashes
  }

  private async tile(level: number, index: number): Promise<Uint8Array> {
    const path = join(this.folder, tilePath(level, index))
    const cached = this.tiles.get(path)
    if (cached !== undefined) return cached
    const tile = await this.disk.read(path)
    if (tile?.length !== TILE_WIDTH * HASH_BYTES) throw new Error(`The tile ${path} is missing or has not its length.`)
    remember(this.tiles, path, tile, LIMITS.tilesCached)
    return tile
  }

  private async bundle(index: number): Promise<Uint8Array[]> {
    const cached = this.bundles.get(index)
    if (cached !== undefined) return cached
    const path = join(this.folder, entryBundlePath(index))
    const bytes = await this.disk.read(path)
    const decoded = bytes === undefined ? undefined : decodeEntryBundle(bytes, TILE_WIDTH)
    if (decoded?.ok !== true) throw new Error(`The entry bundle ${path} is missing or cannot be read.`)
    remember(this.bundles, index, decoded.value, LIMITS.bundlesCached)
    return decoded.value
  }

  /** Lines of others for the checkpoint of that size are published with it while no later one stands there. */
  carry(size: number, lines: readonly string[]): void {
    if (size !== this.size) return
    this.carried = { size, lines, published: false }
    this.wakePublisher()
  }

  private wakePublisher(): void {
    if (this.publishing !== undefined || this.failure !== undefined) return
    this.publishing = this.publish()
      .catch((cause: unknown) => {
        this.stop(cause)
      })
      .finally(() => {
        this.publishing = undefined
        if (this.size > this.publishedSize || this.carried?.published === false) this.wakePublisher()
      })
  }

  /**
   * Writes bundles and tiles up to the durable size, then the checkpoint. Several commits in a row are one round.
   * `afresh` writes again what an earlier run may have left torn.
   */
  private async publish(afresh = false): Promise<void> {
    const { size, note } = this
    if (note === undefined) return
    const put = async (path: string, bytes: Uint8Array, full: boolean) => {
      const whole = join(this.folder, path)
      await this.folderOf(whole)
      await this.disk.replace(whole, bytes, false)
      if (full) this.unsynced.push({ path: whole, checksum: crc32(bytes) })
      this.partials.written(whole, full)
    }
    // Counted at this moment: entries that become durable meanwhile wait for the next round.
    const heights = this.levels.map(({ first, hashes }) => first + hashes.length)
    for (let first = this.tailFirst; first < size; first += TILE_WIDTH) {
      const width = Math.min(TILE_WIDTH, size - first)
      if (!afresh && first + width <= this.publishedSize) continue
      const entries = this.tail.slice(first - this.tailFirst, first - this.tailFirst + width)
      await put(entryBundlePath(first / TILE_WIDTH, width), encodeEntryBundle(entries), width === TILE_WIDTH)
    }
    let published = this.publishedSize
    for (const [level, height] of heights.entries()) {
      const held = this.level(level)
      for (let first = held.first; first < height; first += TILE_WIDTH) {
        const width = Math.min(TILE_WIDTH, height - first)
        if (!afresh && first + width <= published) continue
        const hashes = held.hashes.slice(first - held.first, first - held.first + width)
        await put(tilePath(level, first / TILE_WIDTH, width), joined(hashes), width === TILE_WIDTH)
      }
      published = Math.floor(published / TILE_WIDTH)
    }
    const carried = this.carried?.size === size ? this.carried : undefined
    if (carried === undefined) this.carried = undefined
    else carried.published = true
    const shown = carried === undefined ? note : withLines(note, carried.lines)
    await this.disk.replace(join(this.folder, 'checkpoint'), shown, false)
    this.publishedSize = size
    this.forgetWritten(heights, size)
    await this.partials.published()
    for (const listener of this.listeners) listener()
    if (this.journal.hasOlder) await this.syncFull()
  }

  /** What stands in full bundles and tiles on disk is not kept in memory as well. */
  private forgetWritten(heights: readonly number[], size: number): void {
    for (const [level, height] of heights.entries()) {
      const held = this.level(level)
      const full = height - (height % TILE_WIDTH)
      held.hashes.splice(0, full - held.first)
      held.first = full
    }
    const full = size - (size % TILE_WIDTH)
    this.tail.splice(0, full - this.tailFirst)
    this.tailFirst = full
  }

  /** In the folders at the growing end of each level of tiles, and of the bundles. */
  private async removeLeftovers(): Promise<void> {
    const ends = this.levels.map(({ first, hashes }, level) => ({
      height: first + hashes.length,
      path: (index: number) => tilePath(level, index),
    }))
    ends.push({ height: this.size, path: (index) => entryBundlePath(index) })
    for (const { height, path } of ends) {
      const index = Math.floor(height / TILE_WIDTH)
      const folders = [index, Math.max(0, index - 1)].map((one) => dirname(join(this.folder, path(one))))
      for (const folder of new Set(folders)) await this.partials.removeLeftovers(folder)
    }
  }

  private async syncFull(): Promise<void> {
    const files = this.unsynced.splice(0)
    const folders = new Set<string>()
    for (const { path, checksum } of files) {
      await this.disk.syncFile(path)
      // A write that failed in the background is reported to whoever syncs, or forgotten together with the pages that
      // were to be written: then the file reads back as the disk has it.
      const bytes = await this.disk.read(path)
      if (bytes === undefined || crc32(bytes) !== checksum) throw new Error(`${path} is not what was written into it`)
      folders.add(dirname(path))
    }
    for (const folder of folders) await this.disk.syncFolder(folder)
    this.syncedSize = this.tailFirst
    await this.journal.forget(this.syncedSize)
  }

  private readonly folders = new Set<string>()
  private async folderOf(path: string): Promise<void> {
    const folder = dirname(path)
    if (this.folders.has(folder)) return
    // Partial tiles are never relied on after a power cut, and so neither are their folders.
    await this.disk.makeFolder(folder, !folder.endsWith('.p'))
    this.folders.add(folder)
  }

  /** Writes nothing more: what stands on the disk is not known any more, or what should be written cannot be made. */
  stop(cause: unknown): LogStopped {
    if (this.failure !== undefined) return this.failure
    const { what, remedy } = whyStopped(cause)
    this.failure = new LogStopped(
      `Writing ${this.origin} failed (${what}); nothing acknowledged is lost, and what was being said may have been kept. ${remedy}, then start the node again: it shows among the records, or it was not kept.`,
      { cause },
    )
    for (const listener of this.stopListeners) listener(this.failure)
    return this.failure
  }
}

/** Why a log was stopped, and what a person does about it. */
export function whyStopped(cause: unknown): { what: string; remedy: string } {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') return { what: 'the disk is full', remedy: 'Make room' }
  return { what: cause instanceof Error ? cause.message : String(cause), remedy: 'Mend the disk' }
}

/** Size and root of a note, unverified. */
function headOf(note: Uint8Array): { size: number; root: Root } | undefined {
  const parsed = parseNote(note)
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : undefined
  return checkpoint?.ok === true ? checkpoint.value : undefined
}

/** The complete subtrees of a tree, largest first: one for each bit of its size. */
function peaksOf(size: number): SubtreeId[] {
  const ids: SubtreeId[] = []
  let at = 0
  for (let level = 52; level >= 0; level--) {
    const width = 2 ** level
    if (size - at < width) continue
    ids.push({ level, index: at / width })
    at += width
  }
  return ids
}

function joined(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES)
  for (const [i, hash] of hashes.entries()) bytes.set(hash, i * HASH_BYTES)
  return bytes
}

function remember<K, V>(cache: Map<K, V>, key: K, value: V, max: number): void {
  cache.set(key, value)
  const oldest = cache.keys().next()
  if (cache.size > max && oldest.done === false) cache.delete(oldest.value)
}

function withLines(note: Uint8Array, lines: readonly string[]): Uint8Array {
  const parsed = parseNote(note)
  if (!parsed.ok) throw new Error(`Our own checkpoint is no note: ${parsed.message}`)
  const { text, signatures } = parsed.value
  return formatNote(text, [...signatures.map(({ line }) => line), ...lines])
}
