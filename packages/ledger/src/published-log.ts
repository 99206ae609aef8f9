// A log as it is published, read without writing anything: for audits, and wherever a directory is only looked at.
// What is read is checked for form alone; `auditLog` checks the rest. Of one that this machine writes, what its journal
// holds may be read too: it is durable, and may have been read by others of the process, before it is published.

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
import { framesOf } from './journal.ts'
import type { LogFiles } from './log-files.ts'

export type ReadableLog = Pick<LogFiles, 'origin' | 'size' | 'entry' | 'entries' | 'readAddendum'>

/**
 * Refuses `ledger/unreadable` where there is no checkpoint of that origin. With the folder of its `journal`, what is
 * durable there and was not published when the process ended is part of the log, as it is after the next opening; so is
 * a log of which nothing was published yet.
 */
export async function readPublishedLog(at: {
  disk: Disk
  folder: string
  origin: string
  journal?: string
}): Promise<Result<ReadableLog>> {
  const { disk, folder, origin } = at
  const note = await disk.read(join(folder, 'checkpoint'))
  const parsed = note === undefined ? undefined : parseNote(note)
  const head = parsed?.ok === true ? parseCheckpoint(parsed.value.text) : undefined
  const published = note === undefined ? 0 : head?.ok === true && head.value.origin === origin ? head.value.size : -1
  const beyond = at.journal === undefined || published < 0 ? [] : await inJournal(disk, at.journal, published)
  if (published < 0 || (note === undefined && beyond.length === 0)) {
    return refuse('ledger/unreadable', `There is no checkpoint of ${origin} in ${folder}.`)
  }
  const size = published + beyond.length
  let held: { index: number; entries: Uint8Array[] } | undefined

  async function bundle(index: number): Promise<Uint8Array[]> {
    if (held?.index === index) return held.entries
    const width = Math.min(TILE_WIDTH, published - index * TILE_WIDTH)
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
      const entry =
        index < published
          ? (await bundle(Math.floor(index / TILE_WIDTH)))[index % TILE_WIDTH]
          : beyond[index - published]
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

/** Entries from `from` on. What the last write left torn counts for nothing, as at an opening. */
async function inJournal(disk: Disk, folder: string, from: number): Promise<Uint8Array[]> {
  const numbers = (await disk.list(folder)).flatMap((name) => /^([1-9][0-9]*)\.journal$/.exec(name)?.[1] ?? [])
  const entries: Uint8Array[] = []
  for (const number of numbers.map(Number).sort((a, b) => a - b)) {
    const segment = await disk.read(join(folder, `${number}.journal`))
    for (const frame of framesOf(Buffer.from(segment ?? [])).frames) {
      const held = from + entries.length - frame.start
      if (held >= 0) entries.push(...frame.entries.slice(held))
    }
  }
  return entries
}
