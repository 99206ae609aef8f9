// Every byte of one log on disk against every other: the checkpoint's signatures, the root over all entries, each tile
// and bundle, each sealed file against its name. Reads only; whoever writes the log meanwhile is not disturbed. What it
// holds in memory does not grow with the log.

import { join } from 'node:path'
import {
  decodeEntryBundle,
  encodeEntryBundle,
  entryBundlePath,
  equalBytes,
  type KeyPair,
  leafHash,
  sha256,
  TILE_WIDTH,
  TreeFrontier,
  tilePath,
  toHex,
  verifyCheckpoint,
} from '@countersign/log'
import type { Disk } from './disk.ts'

export interface Finding {
  /** Relative to the log's folder. */
  path: string
  message: string
}

export interface LogAudit {
  origin: string
  size: number
  /** Hex; of the published checkpoint. */
  root: string
  addenda: number
  findings: Finding[]
}

/**
 * Audits the published folder of one log. `progress` is told entries done. Each entry is handed to `entry` in order,
 * so that what it says can be checked in the same pass.
 */
export async function auditLog(
  at: { disk: Disk; folder: string; origin: string; keys: KeyPair },
  watch: { progress?(done: number, total: number): void; entry?(index: number, bytes: Uint8Array): void } = {},
): Promise<LogAudit> {
  const { disk, folder, origin, keys } = at
  const findings: Finding[] = []
  const find = (path: string, message: string) => findings.push({ path, message })
  const note = await disk.read(join(folder, 'checkpoint'))
  const head =
    note === undefined
      ? undefined
      : verifyCheckpoint(note, { origin, ed25519PublicKey: keys.ed25519, mldsa44PublicKey: keys.mldsa44 })
  if (head?.ok !== true) {
    find('checkpoint', head === undefined ? 'There is no checkpoint.' : head.message)
    return { origin, size: 0, root: '', addenda: 0, findings }
  }
  const { size, root } = head.value
  // Partial tiles and bundles of earlier sizes are still served to whoever reads by an earlier checkpoint.
  const checkPartials = async (full: string, below: number, expected: (width: number) => Uint8Array) => {
    for await (const name of disk.each(join(folder, `${full}.p`))) {
      const width = Number(name)
      if (!Number.isInteger(width) || width < 1 || width >= below) continue
      const bytes = await disk.read(join(folder, `${full}.p`, name))
      if (bytes === undefined || !equalBytes(bytes, expected(width))) find(`${full}.p/${name}`, NOT_FOLLOWING)
    }
  }
  const checkTile = async ({ level, index, hashes }: GrowingTile) => {
    const path = tilePath(level, index, hashes.length)
    const bytes = await disk.read(join(folder, path))
    if (bytes === undefined) find(path, 'This tile is missing.')
    else if (!equalBytes(bytes, Buffer.concat(hashes))) find(path, NOT_FOLLOWING)
    await checkPartials(tilePath(level, index), hashes.length, (some) => Buffer.concat(hashes.slice(0, some)))
  }
  const bundleAt = (first: number) => {
    if (first >= size) return undefined
    const width = Math.min(TILE_WIDTH, size - first)
    const path = entryBundlePath(first / TILE_WIDTH, width)
    const reading = disk.read(join(folder, path))
    // Whoever waits for it is told; it may be that nobody does.
    reading.catch(() => {})
    return { first, width, path, reading }
  }
  // However long the log is, of each level only the tile that grows is held.
  const tree = new TreeFrontier()
  const growing: GrowingTile[] = []
  const full: GrowingTile[] = []
  const grow = (level: number, hash: Uint8Array) => {
    const tile = (growing[level] ??= { level, index: 0, hashes: [] })
    tile.hashes.push(hash)
    if (tile.hashes.length < TILE_WIDTH) return
    full.push(tile)
    growing[level] = { level, index: tile.index + 1, hashes: [] }
  }
  for (let bundle = bundleAt(0); bundle !== undefined; ) {
    const { first, width, path, reading } = bundle
    const bytes = await reading
    // The disk reads the next while this one is hashed.
    bundle = bundleAt(first + width)
    const decoded = bytes === undefined ? undefined : decodeEntryBundle(bytes, width)
    if (decoded?.ok !== true) {
      find(path, decoded === undefined ? 'This entry bundle is missing.' : decoded.message)
      return { origin, size, root: toHex(root), addenda: 0, findings }
    }
    const entries = decoded.value
    await checkPartials(entryBundlePath(first / TILE_WIDTH), width, (some) => encodeEntryBundle(entries.slice(0, some)))
    for (const [i, entry] of entries.entries()) {
      const leaf = leafHash(entry)
      grow(0, leaf)
      // The root of a full tile is a hash of the level above it.
      tree.append(leaf, (height, hash) => {
        if (height % TILE_HEIGHT === 0) grow(height / TILE_HEIGHT, hash)
      })
      watch.entry?.(first + i, entry)
    }
    for (const tile of full.splice(0)) await checkTile(tile)
    watch.progress?.(first + width, size)
  }
  for (const tile of growing) if (tile.hashes.length > 0) await checkTile(tile)
  if (!equalBytes(tree.root(), root)) find('checkpoint', 'The entries lead to another root than the checkpoint signed.')
  let addenda = 0
  for await (const name of disk.each(join(folder, 'addenda'))) {
    if (name.endsWith('.new')) continue
    addenda++
    const bytes = await disk.read(join(folder, 'addenda', name))
    if (bytes === undefined || toHex(sha256(bytes)) !== name) {
      find(`addenda/${name}`, 'This sealed file does not match its name.')
    }
  }
  return { origin, size, root: toHex(root), addenda, findings }
}

interface GrowingTile {
  level: number
  index: number
  hashes: Uint8Array[]
}

/** Levels of the tree in one tile. */
const TILE_HEIGHT = 8
const NOT_FOLLOWING = 'This file does not follow from the entries.'
