// What the referee is asked: every log and receipt of the demonstration, proofs of places and of growth, proof files;
// and each of them once more with one thing changed, which it must refuse.

import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  consistencyProofFrom,
  ed25519,
  entryBundlePath,
  formatProofFile,
  formatVerifierKey,
  inclusionProofFrom,
  makeVerifierKey,
  parseNote,
  TILE_WIDTH,
  tilePath,
  toHex,
} from '@countersign/log'
import { depositKeyName, isDepositName, receiptKeyName } from '@countersign/record'
import { entryOf, headOf, type Log, readerOf, readFolders, receiptsIn, SAMPLES } from './logs.ts'

/** Writes a file for the referee to read, and gives its path. */
export type KeepFile = (bytes: Uint8Array | string) => string

export interface Case {
  name: string
  args: string[]
  /** Whether it must be accepted; otherwise refused. */
  accepted: boolean
}

export async function* referCases(dirs: readonly string[], work: string, file: KeepFile): AsyncGenerator<Case> {
  const { cards, logs } = readFolders(dirs)
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
      const name = isDeposit(note) ? depositKeyName(card.party, pact) : receiptKeyName(card.party, pact)
      const key = makeVerifierKey(name, 4, card.keys.receipt.ed25519)
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
async function* placesOf(log: Log, file: KeepFile): AsyncGenerator<Case> {
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

function flip(bytes: Uint8Array): Uint8Array {
  const turned = Uint8Array.from(bytes)
  const middle = Math.floor(turned.length / 2)
  turned[middle] = (turned[middle] ?? 0) ^ 1
  return turned
}

export function flipHex(hash: string): string {
  return `${hash.startsWith('0') ? '1' : '0'}${hash.slice(1)}`
}

function isDeposit(note: Uint8Array): boolean {
  const parsed = parseNote(note)
  return parsed.ok && isDepositName(parsed.value.signatures[2]?.name ?? '')
}
