// A log as it is published, read without writing anything: for audits, and wherever a directory is only looked at.
// What is read is checked for form alone; `auditLog` checks the rest.

import { join } from 'node:path'
import {
  decodeEntryBundle,
  entryBundlePath,
  ok,
  parseCheckpoint,
  parseNote,
  type Result,
  refuse,
  TILE_WIDTH,
} from '@countersign/log'
import type { Disk } from './disk.ts'
import type { LogFiles } from './log-files.ts'

export type ReadableLog = Pick<LogFiles, 'origin' | 'size' | 'entry' | 'entries' | 'readAddendum'>

/** Refuses `ledger/unreadable` where there is no checkpoint of that origin. */
export async function readPublishedLog(at: {
  disk: Disk
  folder: string
  origin: string
}): Promise<Result<ReadableLog>> {
  const { disk, folder, origin } = at
  const note = await disk.read(join(folder, 'checkpoint'))
  const parsed = note === undefined ? undefined : parseNote(note)
  const head = parsed?.ok === true ? parseCheckpoint(parsed.value.text) : undefined
  if (head?.ok !== true || head.value.origin !== origin) {
    return refuse('ledger/unreadable', `There is no checkpoint of ${origin} in ${folder}.`)
  }
  const { size } = head.value
  let held: { index: number; entries: Uint8Array[] } | undefined

  async function bundle(index: number): Promise<Uint8Array[]> {
    if (held?.index === index) return held.entries
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH)
    const path = join(folder, entryBundlePath(index, width))
    const bytes = await disk.read(path)
    const decoded = bytes === undefined ? undefined : decodeEntryBundle(bytes, width)
    if (decoded?.ok !== true) throw new Error(`The entry bundle ${path} is missing or cannot be read.`)
    held = { index, entries: decoded.value }
    return decoded.value
  }
  async function* entries(from: number, to: number): AsyncGenerator<Uint8Array> {
    if (from < 0 || to > size) throw new Error(`${origin} has ${size} entries, not ${to}.`)
    for (let index = from; index < to; index++) {
      const entry = (await bundle(Math.floor(index / TILE_WIDTH)))[index % TILE_WIDTH]
      if (entry === undefined) throw new Error(`Entry ${index} of ${origin} is missing.`)
      yield entry
    }
  }
  return ok({
    origin,
    size,
    entries,
    async entry(index) {
      for await (const entry of entries(index, index + 1)) return entry
      throw new Error(`There is no entry ${index} in ${origin}.`)
    },
    readAddendum: (sealed) => disk.read(join(folder, 'addenda', sealed)),
  })
}
