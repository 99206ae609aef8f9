// A log as a hostile author shows it: entries of its choice under a checkpoint that it signed. It answers what a mirror
// asks for, so that one author can show as many faces as it likes.

import type { DoorRequest } from '@countersign/http'
import {
  encodeEntryBundle,
  entryBundlePath,
  leafHash,
  signCheckpoint,
  TILE_WIDTH,
  TreeFrontier,
} from '@countersign/log'
import type { Identity } from '@countersign/node'
import type { Answer } from './network.ts'

export class Face {
  readonly entries: readonly Uint8Array[]
  readonly note: Uint8Array

  constructor(identity: Identity, origin: string, entries: readonly Uint8Array[]) {
    this.entries = entries
    const tree = new TreeFrontier()
    for (const entry of entries) tree.append(leafHash(entry))
    this.note = signCheckpoint({ origin, size: tree.size, root: tree.root() }, identity.keys.log)
  }

  /** The file at a path below the log’s folder; undefined where this face has another than the log on disk would. */
  file(path: string): Uint8Array | undefined {
    if (path === 'checkpoint') return this.note
    for (let first = 0; first < this.entries.length; first += TILE_WIDTH) {
      const width = Math.min(TILE_WIDTH, this.entries.length - first)
      const bundle = entryBundlePath(first / TILE_WIDTH)
      const asked =
        path === bundle ? width : Number(path.startsWith(`${bundle}.p/`) ? path.slice(bundle.length + 3) : NaN)
      if (asked >= 1 && asked <= width) return encodeEntryBundle(this.entries.slice(first, first + asked))
    }
    return undefined
  }
}

/** What a server that honours ranges would answer. */
export function ranged({ headers }: DoorRequest, file: Uint8Array): Answer {
  const match = /^bytes=([0-9]+)-([0-9]+)?$/.exec(String(headers.range ?? ''))
  if (match === null) return { status: 200, headers: {}, body: file }
  const from = Number(match[1])
  const to = Math.min(file.length, match[2] === undefined ? file.length : Number(match[2]) + 1)
  if (from >= to) return { status: 416, headers: { 'content-range': `bytes */${file.length}` }, body: new Uint8Array() }
  const range = `bytes ${from}-${to - 1}/${file.length}`
  return { status: 206, headers: { 'content-range': range }, body: file.slice(from, to) }
}
