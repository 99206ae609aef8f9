// The logs of a demonstration as they stand on disk, read by the way that anyone would who was handed the folders.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  decodeEntryBundle,
  entryBundlePath,
  foldTile,
  formatVerifierKey,
  makeVerifierKey,
  parseCheckpoint,
  parseNote,
  type ReadHashes,
  TILE_WIDTH,
  tileOfSubtree,
  tilePath,
} from '@countersign/log'
import { parseCard } from '@countersign/record'

/** How many of many are looked at. */
export const SAMPLES = 24

export interface Log {
  origin: string
  folder: string
  vkey: string
  note: Uint8Array
  size: number
  root: Uint8Array
}

/** The cards of the folders, and every log in them. */
export function readFolders(dirs: readonly string[]) {
  const cards = dirs.map((dir) => {
    const card = parseCard(readFileSync(join(dir, 'card')))
    if (!card.ok) throw new Error(card.message)
    return { dir, card: card.value }
  })
  return { cards, logs: cards.flatMap(({ dir, card }) => logsIn(dir, card.party, card.keys.log.ed25519)) }
}

/** Receipts that a node gave on any of these logs. */
export function receiptsIn(dir: string, logs: readonly Log[]): { log: Log; note: Uint8Array }[] {
  const folder = join(dir, 'receipts')
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((hash) => {
    const names = readdirSync(join(folder, hash)).filter((name) => name !== 'index')
    const step = Math.max(1, Math.floor(names.length / SAMPLES))
    return names.flatMap((name, i) => {
      const note = new Uint8Array(readFileSync(join(folder, hash, name)))
      const [origin] = new TextDecoder().decode(note).split('\n')
      const log = logs.find((one) => one.origin === origin)
      return log === undefined || i % step !== 0 ? [] : [{ log, note }]
    })
  })
}

export function headOf(note: Uint8Array): { size: number; root: Uint8Array } {
  const parsed = parseNote(note)
  const head = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed
  if (!head.ok) throw new Error(head.message)
  return head.value
}

/** Hashes of subtrees out of the published tiles. */
export function readerOf(log: Log): ReadHashes {
  return async (ids) =>
    ids.map((id) => {
      const { level, index, from, count } = tileOfSubtree(id)
      // The tile as it is now: it holds what every smaller one held.
      const held = Math.floor(log.size / TILE_WIDTH ** level)
      const width = Math.min(TILE_WIDTH, held - index * TILE_WIDTH)
      return foldTile(new Uint8Array(readFileSync(join(log.folder, tilePath(level, index, width)))), from, count)
    })
}

export function entryOf(log: Log, index: number): Uint8Array {
  const bundle = Math.floor(index / TILE_WIDTH)
  const width = Math.min(TILE_WIDTH, log.size - bundle * TILE_WIDTH)
  const bytes = new Uint8Array(readFileSync(join(log.folder, entryBundlePath(bundle, width))))
  const decoded = decodeEntryBundle(bytes, width)
  const entry = decoded.ok ? decoded.value[index % TILE_WIDTH] : undefined
  if (entry === undefined) throw new Error(`Entry ${index} of ${log.origin} is missing.`)
  return entry
}

function logsIn(dir: string, party: string, key: Uint8Array): Log[] {
  const logs: Log[] = []
  if (!existsSync(join(dir, 'logs'))) return logs
  for (const pact of readdirSync(join(dir, 'logs'))) {
    for (const line of readFileSync(join(dir, 'logs', pact, 'index'), 'utf8')
      .split('\n')
      .filter(Boolean)) {
      const origin = `${party}/${pact}/${line}`
      const folder = join(dir, 'logs', pact, line)
      const note = new Uint8Array(readFileSync(join(folder, 'checkpoint')))
      logs.push({ origin, folder, note, vkey: formatVerifierKey(makeVerifierKey(origin, 1, key)), ...headOf(note) })
    }
  }
  return logs
}
