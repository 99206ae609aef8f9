// What the referee is asked: every log and receipt of the demonstration, proofs of places and of growth, proof files;
// and each of them once more with one thing changed, which it must refuse.

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  consistencyProofFrom,
  decodeEntryBundle,
  ed25519,
  entryBundlePath,
  foldTile,
  formatProofFile,
  formatVerifierKey,
  inclusionProofFrom,
  makeVerifierKey,
  parseCheckpoint,
  parseNote,
  type ReadHashes,
  TILE_WIDTH,
  tileOfSubtree,
  tilePath,
  toHex,
} from '@countersign/log'
import { parseCard, receiptKeyName } from '@countersign/record'

export interface Case {
  name: string
  args: string[]
  /** Whether it must be accepted; otherwise refused. */
  accepted: boolean
}

interface Log {
  origin: string
  folder: string
  vkey: string
  note: Uint8Array
  size: number
  root: Uint8Array
}

const SAMPLES = 24

export async function* referCases(dirs: readonly string[], work: string): AsyncGenerator<Case> {
  const cards = dirs.map((dir) => {
    const card = parseCard(readFileSync(join(dir, 'card')))
    if (!card.ok) throw new Error(card.message)
    return { dir, card: card.value }
  })
  const logs = cards.flatMap(({ dir, card }) => logsIn(dir, card.party, card.keys.log.ed25519))
  let files = 0
  const file = (bytes: Uint8Array | string) => {
    const path = join(work, `case-${files++}`)
    writeFileSync(path, bytes)
    return path
  }

  for (const log of logs) {
    const key = ['-vkey', log.vkey]
    yield { name: `${log.origin}: the whole directory`, args: ['log', ...key, '-dir', log.folder], accepted: true }
    yield { name: `${log.origin}: its note`, args: ['note', ...key, '-note', file(log.note)], accepted: true }
    for (const [what, bytes] of changedNotes(log.note)) {
      yield { name: `${log.origin}: ${what}`, args: ['checkpoint', ...key, '-note', file(bytes)], accepted: false }
    }
    yield* placesOf(log, file)
    yield* changedFolders(log, work)
  }

  for (const { dir, card } of cards) {
    for (const { log, note } of receiptsIn(dir, logs)) {
      const [, pact = ''] = log.origin.split('/')
      const key = makeVerifierKey(receiptKeyName(card.party, pact), 4, card.keys.receipt.ed25519)
      const args = ['checkpoint', '-vkey', log.vkey, '-wkey', formatVerifierKey(key), '-quorum', '1', '-note']
      yield { name: `${card.party} on ${log.origin}: a receipt`, args: [...args, file(note)], accepted: true }
      const stranger = formatVerifierKey(makeVerifierKey(key.name, 4, ed25519.publicKey(new Uint8Array(32).fill(7))))
      const asStranger = args.map((arg) => (arg === formatVerifierKey(key) ? stranger : arg))
      yield {
        name: `${card.party} on ${log.origin}: a receipt under another’s key`,
        args: [...asStranger, file(note)],
        accepted: false,
      }
      const old = headOf(note)
      if (old.size === 0 || old.size >= log.size) continue
      const proof = (await consistencyProofFrom(old.size, log.size, readerOf(log))).map(toHex)
      const asked = ['consistency', '-vkey', log.vkey, '-old', file(note), '-note', file(log.note), '-proof']
      const json = {
        type: 'consistency',
        old_size: old.size,
        old_root: toHex(old.root),
        size: log.size,
        root: toHex(log.root),
      }
      yield {
        name: `${log.origin}: grew from ${old.size}`,
        args: [...asked, file(JSON.stringify({ ...json, proof }))],
        accepted: true,
      }
      if (proof.length === 0) continue
      const changed = [flipHex(proof[0] ?? ''), ...proof.slice(1)]
      yield {
        name: `${log.origin}: grew from ${old.size}, one hash changed`,
        args: [...asked, file(JSON.stringify({ ...json, proof: changed }))],
        accepted: false,
      }
    }
  }
}

/** Places of entries, as JSON and as proof files. */
async function* placesOf(log: Log, file: (bytes: Uint8Array | string) => string): AsyncGenerator<Case> {
  const step = Math.max(1, Math.floor(log.size / SAMPLES))
  for (let index = 0; index < log.size; index += step) {
    const proof = await inclusionProofFrom(index, log.size, readerOf(log))
    const leaf = file(entryOf(log, index))
    const other = file(entryOf(log, (index + 1) % log.size))
    const json = (hashes: readonly string[], at = index) =>
      file(JSON.stringify({ type: 'inclusion', index: at, size: log.size, root: toHex(log.root), proof: hashes }))
    const note = ['-vkey', log.vkey, '-note', file(log.note)]
    const hashes = proof.map(toHex)
    const name = `${log.origin}#${index}`
    const asked = (hashed: string, entry: string) => ['inclusion', ...note, '-proof', hashed, '-leaf', entry]
    yield { name: `${name}: its place`, args: asked(json(hashes), leaf), accepted: true }
    const proofFile = (of: Uint8Array[], at = index) =>
      file(formatProofFile({ index: at, proof: of, checkpoint: log.note }))
    const askedFile = (path: string, entry: string) => ['tlogproof', '-vkey', log.vkey, '-proof', path, '-leaf', entry]
    yield { name: `${name}: its proof file`, args: askedFile(proofFile(proof), leaf), accepted: true }
    if (log.size < 2) continue
    yield { name: `${name}: the place of another entry`, args: asked(json(hashes), other), accepted: false }
    yield {
      name: `${name}: the proof file of another entry`,
      args: askedFile(proofFile(proof), other),
      accepted: false,
    }
    yield {
      name: `${name}: one hash changed`,
      args: asked(json([flipHex(hashes[0] ?? ''), ...hashes.slice(1)]), leaf),
      accepted: false,
    }
    yield { name: `${name}: one hash too few`, args: askedFile(proofFile(proof.slice(1)), leaf), accepted: false }
    yield {
      name: `${name}: another index`,
      args: askedFile(proofFile(proof, (index + 1) % log.size), leaf),
      accepted: false,
    }
  }
}

/** The folder with one file changed or gone. */
function* changedFolders(log: Log, work: string): Generator<Case> {
  const width = (count: number) => (count % TILE_WIDTH === 0 ? undefined : count % TILE_WIDTH)
  const last = Math.floor((log.size - 1) / TILE_WIDTH)
  const changes: [string, string, (bytes: Uint8Array) => Uint8Array | undefined][] = [
    ['a bit of a tile turned', tilePath(0, last, width(log.size)), flip],
    ['a bit of a bundle turned', entryBundlePath(last, width(log.size)), flip],
    ['a bundle cut short', entryBundlePath(last, width(log.size)), (bytes) => bytes.subarray(0, bytes.length - 1)],
    ['a tile gone', tilePath(0, last, width(log.size)), () => undefined],
    ['a bundle gone', entryBundlePath(last, width(log.size)), () => undefined],
  ]
  for (const [what, path, change] of changes) {
    const copy = join(work, `folder-${what.replaceAll(' ', '-')}-${log.origin.replaceAll('/', '-')}`)
    cpSync(log.folder, copy, { recursive: true, filter: (source) => !source.endsWith('/addenda') })
    const changed = change(new Uint8Array(readFileSync(join(copy, path))))
    if (changed === undefined) rmSync(join(copy, path))
    else writeFileSync(join(copy, path), changed)
    yield { name: `${log.origin}: ${what}`, args: ['log', '-vkey', log.vkey, '-dir', copy], accepted: false }
  }
}

function* changedNotes(note: Uint8Array): Generator<[string, Uint8Array]> {
  const text = new TextDecoder().decode(note)
  const [origin = '', size = '', root = ''] = text.split('\n')
  const encode = (changed: string) => new TextEncoder().encode(changed)
  yield ['another size', encode(text.replace(`\n${size}\n`, `\n${Number(size) + 1}\n`))]
  yield ['another root', encode(text.replace(root, `${root.startsWith('A') ? 'B' : 'A'}${root.slice(1)}`))]
  yield ['another origin', encode(text.replace(`${origin}\n`, `${origin}x\n`))]
  yield ['no signature', encode(`${text.slice(0, text.indexOf('\n\n'))}\n\n`)]
  yield ['another line in the text', encode(text.replace(`${root}\n`, `${root}\nmore\n`))]
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

/** Receipts that a node gave on any of these logs. */
function receiptsIn(dir: string, logs: readonly Log[]): { log: Log; note: Uint8Array }[] {
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

function headOf(note: Uint8Array): { size: number; root: Uint8Array } {
  const parsed = parseNote(note)
  const head = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed
  if (!head.ok) throw new Error(head.message)
  return head.value
}

/** Hashes of subtrees out of the published tiles. */
function readerOf(log: Log): ReadHashes {
  return async (ids) =>
    ids.map((id) => {
      const { level, index, from, count } = tileOfSubtree(id)
      const held = Math.floor(log.size / TILE_WIDTH ** level)
      const width = Math.min(TILE_WIDTH, held - index * TILE_WIDTH)
      return foldTile(new Uint8Array(readFileSync(join(log.folder, tilePath(level, index, width)))), from, count)
    })
}

function entryOf(log: Log, index: number): Uint8Array {
  const bundle = Math.floor(index / TILE_WIDTH)
  const width = Math.min(TILE_WIDTH, log.size - bundle * TILE_WIDTH)
  const bytes = new Uint8Array(readFileSync(join(log.folder, entryBundlePath(bundle, width))))
  const decoded = decodeEntryBundle(bytes, width)
  const entry = decoded.ok ? decoded.value[index % TILE_WIDTH] : undefined
  if (entry === undefined) throw new Error(`Entry ${index} of ${log.origin} is missing.`)
  return entry
}

function flip(bytes: Uint8Array): Uint8Array {
  const turned = Uint8Array.from(bytes)
  const middle = Math.floor(turned.length / 2)
  turned[middle] = (turned[middle] ?? 0) ^ 1
  return turned
}

function flipHex(hash: string): string {
  return `${hash.startsWith('0') ? '1' : '0'}${hash.slice(1)}`
}
