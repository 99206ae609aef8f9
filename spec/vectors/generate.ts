// Writes the vectors. They are made once and kept: signatures of ML-DSA-44 are randomised, and what others have tested
// against does not change. Run it only to add a new file.

import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cosign, inclusionProof, leafHash, nodeHash, type SubtreeId, toBase64, utf8 } from '@countersign/log'
import { agreementDigest } from '@countersign/pact'
import {
  canonicalJson,
  commitment,
  type EvidenceFile,
  encodeFrame,
  formatEvidence,
  receiptKeyName,
  signStatement,
} from '@countersign/record'
import { agreement, alfa, bravo, checkpointOf, entry, member, opening,
  signedAsIs, ORIGIN, PACT, statement, watch } from './samples.ts'

function write(name: string, value: unknown): void {
  const path = fileURLToPath(new URL(name, import.meta.url))
  if (existsSync(path)) {
    process.stderr.write(`${name} is there and is kept.\n`)
    return
  }
  writeFileSync(path, `${JSON.stringify(value, undefined, 1)}\n`)
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const parsed = (bytes: Uint8Array) => JSON.parse(text(bytes))
const part = { role: 'bundle', mediaType: 'application/stix+json;version=2.1', size: 256, sealed: '1'.repeat(64), commitment: '2'.repeat(64) }
const share = { share: '0195f3a0-7c11-7abc-8def-0123456789ab', piece: 1, pieces: 1, objects: 1 }
const rewritten = (change: (envelope: { payload: string; payloadType: string; signatures: unknown[] }) => unknown) =>
  canonicalJson(change(parsed(entry())))

// ── statements: each case is read after the opening of its log ──
const first = opening()
const reused = statement()
const cases: [name: string, expect: string, entries: Uint8Array[]][] = [
  ['a pin', 'valid', [entry()]],
  ['a share', 'valid', [entry({ type: 'intel/share', to: ['bravo.example'], body: share, content: [part], marking: { tlp: 'TLP:AMBER' } })]],
  ['text', 'entry/not-canonical', [utf8('hello')]],
  ['a space before the envelope', 'entry/not-canonical', [utf8(` ${text(entry())}`)]],
  ['one signature', 'entry/envelope', [rewritten((of) => ({ ...of, signatures: of.signatures.slice(0, 1) }))]],
  ['three signatures', 'entry/envelope', [rewritten((of) => ({ ...of, signatures: [...of.signatures, of.signatures[0]] }))]],
  ['the signatures the other way round', 'entry/envelope', [rewritten((of) => ({ ...of, signatures: [...of.signatures].reverse() }))]],
  ['one member more', 'entry/envelope', [rewritten((of) => ({ ...of, more: 1 }))]],
  ['another payload type', 'entry/payload-type', [rewritten((of) => ({ ...of, payloadType: 'text/plain' }))]],
  ['a payload with a space', 'statement/not-canonical', [rewritten((of) => ({ ...of, payload: Buffer.from(` ${Buffer.from(of.payload, 'base64')}`).toString('base64') }))]],
  ['a member that no statement has', 'statement/schema', [signedAsIs({ ...statement(), more: 1 })]],
  ['a time without milliseconds', 'statement/schema', [signedAsIs(statement({ time: '2026-11-24T09:00:00Z' }))]],
  ['recipients that are not sorted', 'statement/schema', [signedAsIs(statement({ to: ['bravo.example', 'alfa.example'] }))]],
  ['a copy from another log', 'statement/origin', [entry({ origin: ORIGIN.replace('/main/', '/line/') })]],
  ['from somebody else', 'statement/from', [signStatement(statement({ from: 'bravo.example' }), bravo.statement)]],
  ['another agreement', 'statement/pact', [entry({ pact: { id: '00'.repeat(16), version: '0'.repeat(64) } })]],
  ['signed with keys of another role', 'statement/signature', [signStatement(statement(), alfa.log)]],
  ['a second opening', 'log/opened-twice', [entry({ type: 'log/open', body: { card: alfa.card.digest, predecessor: null } })]],
  ['an id for the second time', 'statement/id-reused', [signStatement(reused, alfa.statement), signStatement({ ...reused, mode: 'Test' }, alfa.statement)]],
  ['addressed to a neutral', 'statement/to', [entry({ type: 'intel/share', to: ['watch.example'], body: share, content: [part] })]],
  ['addressed to its author', 'statement/to', [entry({ type: 'intel/share', to: ['alfa.example'], body: share, content: [part] })]],
  [
    'having seen less than before',
    'statement/seen',
    [5, 4].map((size) => entry({ seen: { logs: [{ origin: ORIGIN.replace('alfa', 'bravo'), size, root: '3'.repeat(64) }], receipts: [] } })),
  ],
  ['having seen its own log', 'statement/seen', [entry({ seen: { logs: [{ origin: ORIGIN, size: 1, root: '3'.repeat(64) }], receipts: [] } })]],
  ['a pin with a body', 'statement/body', [entry({ body: { x: 1 } })]],
  ['a share without content', 'statement/body', [entry({ type: 'intel/share', to: ['bravo.example'], body: share })]],
]
write('statements.json', {
  card: text(alfa.file),
  origin: ORIGIN,
  parties: ['alfa.example', 'bravo.example'],
  opening: toBase64(first),
  cases: cases.map(([name, expect, entries]) => ({ name, expect, entries: entries.map(toBase64) })),
})

// ── commitments and padding ──
write(
  'commitments.json',
  [0, 1, 216, 217, 1000, 70_000].map((size, i) => {
    const context = { id: `0195f3a0-7c11-7abc-8def-${String(i).padStart(12, '0')}`, origin: ORIGIN, part: i, role: 'message', mediaType: 'text/plain' }
    const salt = new Uint8Array(32).fill(i + 1)
    const plaintext = Uint8Array.from({ length: size }, (_, n) => (n * 7 + i) % 256)
    return {
      ...{ context, salt: toBase64(salt), plaintext: toBase64(plaintext) },
      paddedSize: encodeFrame(plaintext, salt).length,
      commitment: Buffer.from(commitment(context, salt, plaintext)).toString('hex'),
    }
  }),
)

// ── cards ──
const swapped = parsed(alfa.file)
swapped.card.name = 'Somebody else'
const stolen = parsed(alfa.file)
stolen.card.keys.log = parsed(bravo.file).card.keys.log
write('cards.json', [
  { name: 'a card', expect: 'valid', card: text(alfa.file), digest: alfa.card.digest, rootDigest: alfa.card.rootDigest },
  { name: 'two of three root keys are missing', expect: 'refused', card: text(canonicalJson({ ...parsed(alfa.file), root: [] })) },
  { name: 'a name that was changed', expect: 'refused', card: text(canonicalJson(swapped)) },
  { name: 'another party’s log key', expect: 'refused', card: text(canonicalJson(stolen)) },
  { name: 'not canonical', expect: 'refused', card: ` ${text(alfa.file)}` },
  { name: 'one key for two roles', expect: 'refused', card: text(canonicalJson({ ...parsed(alfa.file), card: { ...parsed(alfa.file).card, keys: { ...parsed(alfa.file).card.keys, receipt: parsed(alfa.file).card.keys.log } } })) },
])

// ── evidence: one record in a log of four, covered by a recipient and the depositary ──
const version = agreementDigest(agreement)
const plaintext = utf8('{"subject":"x","text":"y"}')
const salt = new Uint8Array(32).fill(9)
const id = '0195f3a0-7c11-7abc-8def-ffffffffffff'
const context = { id, origin: ORIGIN, part: 0, role: 'message', mediaType: 'application/vnd.countersign.message.v1+json' }
const said = statement({
  ...{ id, type: 'hotline/message', to: ['bravo.example'], marking: { tlp: 'TLP:AMBER' } as const, pact: { id: PACT, version } },
  body: { precedence: 'FLASH', number: 1 },
  content: [{ role: context.role, mediaType: context.mediaType, size: 256, sealed: '4'.repeat(64), commitment: Buffer.from(commitment(context, salt, plaintext)).toString('hex') }],
})
const log = [opening(version), entry({ pact: { id: PACT, version } }), signStatement(said, alfa.statement), entry({ pact: { id: PACT, version } })]
const hashes = log.map(leafHash)
const read = ({ level, index }: SubtreeId): Uint8Array => rootOf(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level))
const receipt = (of: typeof bravo, size: number, time: number) =>
  toBase64(cosign(checkpointOf(log.slice(0, size)), { name: receiptKeyName(of.party, PACT), ...of.receipt }, time))
const evidence: EvidenceFile = {
  v: 1,
  record: { origin: ORIGIN, index: 2 },
  entry: toBase64(log[2] ?? new Uint8Array()),
  agreement: agreement as unknown as EvidenceFile['agreement'],
  cards: [alfa, bravo, watch].map(({ file }) => parsed(file)),
  checkpoint: toBase64(checkpointOf(log)),
  inclusion: inclusionProof(2, 4, read).map(toBase64),
  receipts: [
    { by: 'watch.example', note: receipt(watch, 2, 1000), size: 2, consistency: [toBase64(read({ level: 1, index: 0 })), toBase64(read({ level: 1, index: 1 }))].slice(1) },
    { by: 'bravo.example', note: receipt(bravo, 3, 1010), size: 3, inclusion: inclusionProof(2, 3, read).map(toBase64) },
    { by: 'watch.example', note: receipt(watch, 4, 1020), size: 4, inclusion: inclusionProof(2, 4, read).map(toBase64) },
  ],
  content: [{ part: 0, salt: toBase64(salt), plaintext: toBase64(plaintext) }],
}
const changed = (change: Partial<EvidenceFile>) => text(formatEvidence({ ...evidence, ...change }))
const otherRoot = member('alfa.example', 4)
write('evidence.json', {
  trusted: [alfa, bravo, watch].map(({ file }) => text(file)),
  cases: [
    { name: 'all of it', holds: true, lo: 1000, hi: 1010, evidence: changed({}) },
    { name: 'without the content', holds: true, lo: 1000, hi: 1010, evidence: changed({ content: [] }) },
    { name: 'without any receipt', holds: true, lo: null, hi: null, evidence: changed({ receipts: [] }) },
    { name: 'another place in the log', holds: false, evidence: changed({ record: { origin: ORIGIN, index: 1 } }) },
    { name: 'another entry', holds: false, evidence: changed({ entry: toBase64(log[1] ?? new Uint8Array()) }) },
    { name: 'a proof with one hash left out', holds: false, evidence: changed({ inclusion: evidence.inclusion.slice(1) }) },
    { name: 'a checkpoint of another log', holds: false, evidence: changed({ checkpoint: toBase64(checkpointOf(log, `${ORIGIN.slice(0, -1)}1`)) }) },
    { name: 'a checkpoint by another key', holds: false, evidence: changed({ checkpoint: toBase64(checkpointOf(log, ORIGIN, bravo.log)) }) },
    { name: 'another agreement', holds: false, evidence: changed({ agreement: { ...agreement, title: 'Another' } as unknown as EvidenceFile['agreement'] }) },
    { name: 'a card with another root for the author', holds: false, evidence: changed({ cards: [otherRoot, bravo, watch].map(({ file }) => parsed(file)) }) },
    { name: 'a receipt by another key', holds: false, evidence: changed({ receipts: evidence.receipts.map((one) => (one.by === 'bravo.example' ? { ...one, note: toBase64(cosign(checkpointOf(log.slice(0, 3)), { name: receiptKeyName('bravo.example', PACT), ...watch.receipt }, 1010)) } : one)) }) },
    { name: 'content that was not committed to', holds: false, evidence: changed({ content: [{ part: 0, salt: toBase64(salt), plaintext: toBase64(utf8('{"subject":"z","text":"y"}')) }] }) },
    { name: 'not canonical', holds: false, evidence: ` ${changed({})}` },
  ],
})

function rootOf(of: readonly Uint8Array[]): Uint8Array {
  const [only] = of
  if (of.length === 1 && only !== undefined) return only
  let split = 1
  while (2 * split < of.length) split *= 2
  return nodeHash(rootOf(of.slice(0, split)), rootOf(of.slice(split)))
}
