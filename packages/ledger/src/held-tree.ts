// The entries of one log and the hashes over them: the newest in memory, and all that fills whole bundles and tiles read
// back from the published folder. What is asked of a log (an entry, a root, a proof) is answered here, and what it would
// be with more entries is computed here; nothing is written.

import { join } from 'node:path'
import {
  consistencyProofFrom,
  decodeEntryBundle,
  emptyRoot,
  entryBundlePath,
  foldTile,
  inclusionProofFrom,
  leafHash,
  type Root,
  rootFrom,
  type SubtreeId,
  TILE_WIDTH,
  TreeFrontier,
  tileOfSubtree,
  tilePath,
} from '@countersign/log'
import type { Disk } from './disk.ts'
import { LIMITS } from './limits.ts'

/** Entries that are about to be kept, with all that was computed of them. */
export interface Extension {
  /** Of the log before them. */
  size: number
  entries: readonly Uint8Array[]
  tree: TreeFrontier
  /** Their leaf hashes, and for each level of tiles above the hashes that they complete. */
  hashes: Uint8Array[][]
}

/** The hashes of one level of tiles that stand in memory, from number `first` on. */
interface Level {
  first: number
  hashes: Uint8Array[]
}

const HASH_BYTES = 32
/** Levels of the tree in one tile: 2^8 hashes. */
const TILE_HEIGHT = 8

export class HeldTree {
  private readonly disk: Disk
  private readonly folder: string
  private readonly origin: string
  private frontier = new TreeFrontier()
  /** For each level the hashes from the last full tile on disk on. */
  private readonly levels: Level[] = []
  /** Entries from the last full bundle on disk on. */
  private tail: Uint8Array[] = []
  private tailFirst = 0
  private readonly tiles = new Map<string, Uint8Array>()
  private readonly bundles = new Map<number, Uint8Array[]>()

  constructor(disk: Disk, folder: string, origin: string) {
    this.disk = disk
    this.folder = folder
    this.origin = origin
  }

  get size(): number {
    return this.frontier.size
  }

  get root(): Root {
    return this.frontier.root()
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

  /** Adds what is durable to what is in memory. */
  take({ entries, tree, hashes }: Extension): void {
    for (const entry of entries) this.tail.push(entry)
    for (const [level, fresh] of hashes.entries()) {
      const held = this.level(level)
      for (const hash of fresh) held.hashes.push(hash)
    }
    this.frontier = tree
  }

  /** Takes over `base` entries, a multiple of 256, from the full tiles on disk. False where one is not whole. */
  async stand(base: number): Promise<boolean> {
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
    return true
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

  /** The first entry that stands in no full bundle on disk. */
  get firstInMemory(): number {
    return this.tailFirst
  }

  /** How many hashes each level of tiles has, at this moment. */
  heights(): number[] {
    return this.levels.map(({ first, hashes }) => first + hashes.length)
  }

  /** The first hash of a level that stands in no full tile on disk. */
  firstHashInMemory(level: number): number {
    return this.level(level).first
  }

  /** `width` entries that stand in memory, from `first` on. */
  newest(first: number, width: number): Uint8Array[] {
    return this.tail.slice(first - this.tailFirst, first - this.tailFirst + width)
  }

  /** A tile of `width` hashes of a level that stand in memory, from number `first` on. */
  newestTile(level: number, first: number, width: number): Uint8Array {
    const held = this.level(level)
    return joined(held.hashes.slice(first - held.first, first - held.first + width))
  }

  /** What stands in full bundles and tiles on disk, up to `size` entries, is not kept in memory as well. */
  forgetWritten(heights: readonly number[], size: number): void {
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

  private level(level: number): Level {
    let held = this.levels[level]
    if (held === undefined) {
      held = { first: 0, hashes: [] }
      this.levels[level] = held
    }
    return held
  }

  private readonly readHashes = async (ids: readonly SubtreeId[]): Promise<Uint8Array[]> => {
    const hashes: Uint8Array[] = []
    for (const id of ids) {
      const { level, index, from, count } = tileOfSubtree(id)
      const held = this.levels[level]
      const first = index * TILE_WIDTH
      const tile =
        held !== undefined && first >= held.first
          ? this.newestTile(level, first, TILE_WIDTH)
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
