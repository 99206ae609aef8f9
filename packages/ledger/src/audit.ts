// Every byte of one log on disk against every other: the checkpoint's signatures, the root over all entries, each tile
// and bundle, each sealed file against its name. Reads only; whoever writes the log meanwhile is not disturbed.

import { join } from 'node:path'
import {
  decodeEntryBundle,
  encodeEntryBundle,
  entryBundlePath,
  equalBytes,
  foldTile,
  type KeyPair,
  leafHash,
  sha256,
  TILE_WIDTH,
  TreeFrontier,
  tilePath,
  tilesForSize,
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
    for (const name of await disk.list(join(folder, `${full}.p`))) {
      const width = Number(name)
      if (!Number.isInteger(width) || width < 1 || width >= below) continue
      const bytes = await disk.read(join(folder, `${full}.p`, name))
      if (bytes === undefined || !equalBytes(bytes, expected(width))) find(`${full}.p/${name}`, NOT_FOLLOWING)
    }
  }
  const tree = new TreeFrontier()
  const levels: Uint8Array[][] = []
  for (let first = 0; first < size; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, size - first)
    const path = entryBundlePath(first / TILE_WIDTH, width)
    const bytes = await disk.read(join(folder, path))
    const decoded = bytes === undefined ? undefined : decodeEntryBundle(bytes, width)
    if (decoded?.ok !== true) {
      find(path, decoded === undefined ? 'This entry bundle is missing.' : decoded.message)
      return { origin, size, root: toHex(root), addenda: 0, findings }
    }
    await checkPartials(entryBundlePath(first / TILE_WIDTH), width, (some) =>
      encodeEntryBundle(decoded.value.slice(0, some)),
    )
    for (const [i, entry] of decoded.value.entries()) {
      tree.append(leafHash(entry))
      push(levels, 0, leafHash(entry))
      watch.entry?.(first + i, entry)
    }
    watch.progress?.(first + width, size)
  }
  if (!equalBytes(tree.root(), root)) find('checkpoint', 'The entries lead to another root than the checkpoint signed.')
  for (const { level, index, width } of tilesForSize(size)) {
    const path = tilePath(level, index, width)
    const expected = (levels[level] ?? []).slice(index * TILE_WIDTH, index * TILE_WIDTH + width)
    const bytes = await disk.read(join(folder, path))
    if (bytes === undefined) find(path, 'This tile is missing.')
    else if (!equalBytes(bytes, Buffer.concat(expected))) find(path, NOT_FOLLOWING)
    await checkPartials(tilePath(level, index), width, (some) => Buffer.concat(expected.slice(0, some)))
  }
  const names = await disk.list(join(folder, 'addenda'))
  let addenda = 0
  for (const name of names) {
    if (name.endsWith('.new')) continue
    addenda++
    const bytes = await disk.read(join(folder, 'addenda', name))
    if (bytes === undefined || toHex(sha256(bytes)) !== name) {
      find(`addenda/${name}`, 'This sealed file does not match its name.')
    }
  }
  return { origin, size, root: toHex(root), addenda, findings }
}

const NOT_FOLLOWING = 'This file does not follow from the entries.'

function push(levels: Uint8Array[][], level: number, hash: Uint8Array): void {
  const hashes = (levels[level] ??= [])
  hashes.push(hash)
  if (hashes.length % TILE_WIDTH === 0) {
    push(levels, level + 1, foldTile(Buffer.concat(hashes.slice(-TILE_WIDTH)), 0, TILE_WIDTH))
  }
}
