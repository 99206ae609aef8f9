// The partial tiles and bundles of earlier checkpoints (C2SP tlog-tiles, Partial Tiles). Their files go once wider ones are
// published, and each is still there as the beginning of a wider one: a tile grows at its end, and so does a bundle.

import { basename, dirname, join } from 'node:path'
import type { Disk } from './disk.ts'

const HASH_BYTES = 32
const PARTIAL = /^(.*)\/([^/]+)\.p$/

/**
 * Where the partial tile or bundle that `path` names lies, and how many bytes from the beginning of that file are it;
 * undefined where so much of it was never there, or `path` names no partial one.
 */
export async function earlierTile(
  disk: Pick<Disk, 'exists' | 'list' | 'read'>,
  path: string,
): Promise<{ path: string; bytes: number | undefined } | undefined> {
  if (await disk.exists(path)) return { path, bytes: undefined }
  const width = Number(basename(path))
  const [, folder = '', name = ''] = PARTIAL.exec(dirname(path)) ?? []
  if (name === '' || !Number.isInteger(width)) return undefined
  for (const wider of await widerThan(disk, join(folder, name), width)) {
    const bytes = await disk.read(wider)
    const end = bytes && (isBundle(path) ? endOfEntries(bytes, width) : width * HASH_BYTES)
    if (bytes !== undefined && end !== undefined && end <= bytes.length) return { path: wider, bytes: end }
  }
  return undefined
}

/** The full tile or bundle first, then the partial ones of more than `width`, the narrowest first. */
async function widerThan(disk: Pick<Disk, 'exists' | 'list'>, full: string, width: number): Promise<string[]> {
  if (await disk.exists(full)) return [full]
  const widths = (await disk.list(`${full}.p`)).map(Number).filter((one) => Number.isInteger(one) && one > width)
  return widths.sort((a, b) => a - b).map((one) => join(`${full}.p`, String(one)))
}

function isBundle(path: string): boolean {
  return path.split('/').includes('entries')
}

/** Where the first `count` entries end: each follows its length, a big-endian uint16. */
function endOfEntries(bytes: Uint8Array, count: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  for (let i = 0; i < count; i++) {
    if (at + 2 > bytes.length) return undefined
    at += 2 + view.getUint16(at)
  }
  return at
}
