// C2SP tlog-tiles: where tiles and entry bundles stand, and what is in them.

import { nodeHash } from './hash.ts'
import { HASH_BYTES, MAX_ENTRY_BYTES, MAX_TILE_LEVEL, TILE_WIDTH } from './limits.ts'
import type { SubtreeId } from './proof-nodes.ts'
import { ok, type Result, refuse } from './result.ts'

export interface Tile {
  /** 0 to 63; leaf hashes at 0. */
  level: number
  index: number
  /** Hashes in it: 256, or 1 to 255 for a partial one. */
  width: number
}

/** `tile/<L>/<N>[.p/<W>]`. Without `width` the full tile. */
export function tilePath(level: number, index: number, width: number = TILE_WIDTH): string {
  if (!Number.isInteger(level) || level < 0 || level > MAX_TILE_LEVEL) throw new Error(`There is no level ${level}.`)
  return `tile/${level}/${indexPath(index)}${partial(width)}`
}

/** `tile/entries/<N>[.p/<W>]`. Without `width` the full bundle. */
export function entryBundlePath(index: number, width: number = TILE_WIDTH): string {
  return `tile/entries/${indexPath(index)}${partial(width)}`
}

/** The strict reading of a tile’s or bundle’s path; undefined for anything else. */
export function parseTilePath(path: string): (Omit<Tile, 'level'> & { level: number | 'entries' }) | undefined {
  const match = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(path)
  if (match === null) return undefined
  const index = Number((match[2] ?? '').replaceAll(/[x/]/g, ''))
  const width = match[3] === undefined ? TILE_WIDTH : Number(match[3])
  const level = match[1] === 'entries' ? 'entries' : Number(match[1])
  if (!Number.isSafeInteger(index) || indexPath(index) !== match[2] || (match[3] !== undefined && width >= TILE_WIDTH))
    return undefined
  return level === 'entries' || level <= MAX_TILE_LEVEL ? { level, index, width } : undefined
}

/** Every tile, full and partial, that a log of `size` serves; with `oldSize` only those a log of that size had not. */
export function tilesForSize(size: number, oldSize = 0): Tile[] {
  const tiles: Tile[] = []
  for (let level = 0, count = size, old = oldSize; count > 0; level++) {
    const first = Math.floor(old / TILE_WIDTH)
    for (let index = first; index * TILE_WIDTH < count; index++) {
      const width = Math.min(TILE_WIDTH, count - index * TILE_WIDTH)
      if (index * TILE_WIDTH + width > old) tiles.push({ level, index, width })
    }
    count = Math.floor(count / TILE_WIDTH)
    old = Math.floor(old / TILE_WIDTH)
  }
  return tiles
}

/** The tile that yields the hash of a complete subtree, and the range of hashes in it to be folded to that one. */
export function tileOfSubtree({ level, index }: SubtreeId): {
  level: number
  index: number
  from: number
  count: number
} {
  const tileLevel = Math.floor(level / 8)
  const count = 2 ** (level - 8 * tileLevel)
  const first = index * count
  return { level: tileLevel, index: Math.floor(first / TILE_WIDTH), from: first % TILE_WIDTH, count }
}

/** Folds `count` hashes of a tile, a power of two, from hash number `from` on. */
export function foldTile(tile: Uint8Array, from: number, count: number): Uint8Array {
  if (count === 1) return tile.slice(from * HASH_BYTES, (from + 1) * HASH_BYTES)
  return nodeHash(foldTile(tile, from, count / 2), foldTile(tile, from + count / 2, count / 2))
}

/** Entries with their big-endian uint16 lengths. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) throw new Error(`An entry of ${entry.length} bytes does not fit a bundle.`)
    size += 2 + entry.length
  }
  const bundle = new Uint8Array(size)
  let at = 0
  for (const entry of entries) {
    bundle[at] = entry.length >> 8
    bundle[at + 1] = entry.length & 0xff
    bundle.set(entry, at + 2)
    at += 2 + entry.length
  }
  return bundle
}

/** Exactly `width` entries and nothing after them. The entries are views into `bundle`. */
export function decodeEntryBundle(bundle: Uint8Array, width: number): Result<Uint8Array[]> {
  const entries: Uint8Array[] = []
  let at = 0
  for (let i = 0; i < width; i++) {
    const high = bundle[at]
    const low = bundle[at + 1]
    if (high === undefined || low === undefined)
      return refuse('bundle/truncated', `The bundle ends before entry ${i} of ${width}.`)
    const end = at + 2 + high * 256 + low
    if (end > bundle.length) return refuse('bundle/truncated', `The bundle ends within entry ${i} of ${width}.`)
    entries.push(bundle.subarray(at + 2, end))
    at = end
  }
  if (at !== bundle.length)
    return refuse('bundle/trailing', `The bundle has ${bundle.length - at} bytes after its last entry.`)
  return ok(entries)
}

function indexPath(index: number): string {
  if (!Number.isSafeInteger(index) || index < 0) throw new Error(`There is no tile ${index}.`)
  let rest = Math.floor(index / 1_000)
  let path = String(index % 1_000).padStart(3, '0')
  while (rest > 0) {
    path = `x${String(rest % 1_000).padStart(3, '0')}/${path}`
    rest = Math.floor(rest / 1_000)
  }
  return path
}

function partial(width: number): string {
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH) throw new Error(`No tile is ${width} wide.`)
  return width === TILE_WIDTH ? '' : `.p/${width}`
}
