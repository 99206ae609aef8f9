// Our vectors, judged by the referee as far as it knows their formats, and the public Merkle vectors where they are to be
// had. Where the referee takes what we refuse, the case is named with the reason, and it must take it: so the list of
// differences is true.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64, toHex } from '@countersign/log'
import { logLine } from '../../spec/vectors/log-making.ts'
import type { Case, KeepFile } from './cases.ts'

/** What the referee takes and we do not: Go’s reading of signatures is lenient, and some limits are ours alone. */
const LENIENT: Record<string, string> = {
  'note: base64 with unused bits': 'Go decodes base64 leniently',
  'note: two lines of one key': 'Go takes the first of two and passes over the other',
  'note: two lines of one unknown key': 'Go takes the first of two and passes over the other',
  'note: sixty-five signatures': 'its limit is 100',
  'checkpoint: a larger size': 'its sizes go up to 2⁶³ − 1',
  'cosignature: a second later': 'it knows no last year',
  'consistency: from 0':
    'it lets an empty proof from the empty tree pass, as a witness must and a verifier here does not',
  'proof file: empty extra data': 'it takes an empty line of extra data',
}

/** What lies outside what the referee knows. */
const UNKNOWN = [
  // It passes over type 06, and so judges neither a line of it nor a quorum that counts on one.
  /type 06|without a time/,
  /^proof file: (?:too few cosignatures|no signature of the log|a log that the policy does not know)$/,
]

const load = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../spec/vectors/log/${name}.json`, import.meta.url), 'utf8'))
const bytesOf = (text: string): Uint8Array => fromBase64(text) ?? new Uint8Array()

export function* vectorCases(work: string, file: KeepFile): Generator<Case> {
  for (const one of ours(file)) {
    if (UNKNOWN.some((pattern) => pattern.test(one.name))) continue
    const lenient = LENIENT[one.name]
    if (lenient !== undefined && one.accepted) throw new Error(`“${one.name}” is no difference.`)
    yield { ...one, name: `vector: ${one.name}`, accepted: one.accepted || lenient !== undefined }
  }
  yield* publicVectors(work)
}

function* ours(file: KeepFile): Generator<Case> {
  const octets = (of: { text?: string; base64?: string }) => file(of.text ?? bytesOf(of.base64 ?? ''))
  const notes = load('notes')
  for (const of of notes.cases) {
    const args = ['note', '-vkey', notes.keys[0], '-note', octets(of)]
    yield { name: `note: ${of.name}`, args, accepted: of.expect === 'valid' }
  }
  const checkpoints = load('checkpoints')
  for (const { name, expect, text } of checkpoints.cases) {
    const args = ['checkpoint', '-vkey', checkpoints.keys[0], '-note', file(text)]
    yield { name: `checkpoint: ${name}`, args, accepted: expect === 'valid' }
  }
  const cosignatures = load('cosignatures')
  for (const { name, expect, text } of cosignatures.cases) {
    // The referee asks for the log’s line too: it is put in where the case has none.
    const body = text.slice(0, text.indexOf('\n\n') + 1)
    const own = logLine(body)
    const whole = text.includes(own) ? text : text.replace('\n\n', `\n\n${own}`)
    const args = ['checkpoint', '-vkey', cosignatures.log, '-wkey', cosignatures.keys[0], '-quorum', '1', '-note']
    yield { name: `cosignature: ${name}`, args: [...args, file(whole)], accepted: expect === 'valid' }
  }
  const proofs = load('proofs')
  for (const { name, expect, index, size, leaf, root, proof } of proofs.inclusion) {
    const json = { type: 'inclusion', index, size, root: hash(root), leaf_hash: hash(leaf), proof: proof.map(hash) }
    const args = ['inclusion', '-proof', file(JSON.stringify(json))]
    yield { name: `inclusion: ${name}`, args, accepted: expect === 'valid' }
  }
  for (const { name, expect, oldSize, size, oldRoot, root, proof } of proofs.consistency) {
    const sizes = { old_size: oldSize, size }
    const json = { type: 'consistency', ...sizes, old_root: hash(oldRoot), root: hash(root), proof: proof.map(hash) }
    const args = ['consistency', '-proof', file(JSON.stringify(json))]
    yield { name: `consistency: ${name}`, args, accepted: expect === 'valid' }
  }
  const files = load('proof-files')
  const [, logKey = '', witnessKey = ''] = /^log (\S+)\nwitness \S+ (\S+)\n/.exec(files.policy) ?? []
  for (const of of files.cases) {
    const keys = ['-vkey', logKey, '-wkey', witnessKey, '-quorum', '1']
    const args = ['tlogproof', ...keys, '-proof', file(of.file), '-leaf', file(bytesOf(of.entry))]
    yield { name: `proof file: ${of.name}`, args, accepted: of.expect === 'valid' }
  }
}

/** One file a case, as the referee reads them. */
function* publicVectors(work: string): Generator<Case> {
  const data = process.env.COUNTERSIGN_TEST_DATA
  for (const kind of ['inclusion', 'consistency']) {
    const source = join(data ?? '', 'vectors', `merkle-${kind}.json`)
    if (data === undefined || !existsSync(source)) continue
    const dir = join(work, `merkle-${kind}`)
    mkdirSync(dir)
    // Some numbers are above what JavaScript can count: they go through as they are written.
    const quoted = readFileSync(source, 'utf8').replaceAll(/(?<=:\s*)([0-9]{16,})/g, '"#$1"')
    const cases: [string, unknown][] = Object.entries(JSON.parse(quoted))
    for (const [i, [, of]] of cases.entries())
      writeFileSync(join(dir, `${i}.json`), JSON.stringify(of).replaceAll(/"#([0-9]+)"/g, '$1'))
    yield { name: `${cases.length} public vectors of ${kind}`, args: ['vectors', '-dir', dir], accepted: true }
  }
}

function hash(base64: string): string {
  return toHex(bytesOf(base64))
}
