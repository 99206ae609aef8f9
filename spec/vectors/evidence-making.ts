// Makes a file of evidence of a log that the vectors make up, whole unless something is changed, and the odd pieces that
// no honest signer writes.

import {
  concat,
  consistencyProof,
  cosignedMessage,
  cosignerKeys,
  formatNote,
  inclusionProof,
  leafHash,
  nodeHash,
  parseCheckpoint,
  parseNote,
  type SubtreeId,
  signatureLine,
  signCheckpoint,
  signNoteLine,
  TreeFrontier,
  toBase64,
  uint64be,
  utf8,
} from '@countersign/log'
import { type Agreement, agreementDigest } from '@countersign/pact'
import { commitment, type EvidenceFile, receiptKeyName, type Statement, signStatement } from '@countersign/record'
import { agreement, alfa, bravo, checkpointOf, type Member, ORIGIN, PACT, pair, statement, watch } from './samples.ts'
import { hex, parsed } from './texts.ts'

const MESSAGE = 'application/vnd.countersign.message.v1+json'
export const SALT = new Uint8Array(32).fill(9)
export const PLAINTEXT = utf8('{"subject":"x","text":"y"}')
const ID = '0195f3a0-7c11-7abc-8def-ffffffffffff'
export const OPENING_ID = '0195f3a0-7c11-7abc-8def-fffffffffff0'

type NamedOf = typeof receiptKeyName

interface Given {
  agreement: Agreement
  entries: Uint8Array[]
  index: number
  cards: Pick<Member, 'party' | 'file'>[]
  receipts: [by: Member, size: number, time: number, as?: NamedOf][]
  content: EvidenceFile['content']
  log: Member['log']
  /** The entries that say by which card the author speaks. */
  keyEntries: number[]
}

const version = (of: Agreement) => agreementDigest(of)
export const under = (of: Agreement, change: Partial<Statement>) =>
  statement({ pact: { id: PACT, version: version(of) }, ...change })
export const opened = (of = agreement, card = alfa.card.digest) =>
  signStatement(under(of, { id: OPENING_ID, type: 'log/open', body: { card, predecessor: null } }), alfa.statement)
export const pin = (of = agreement, signers = alfa.statement) => signStatement(under(of, {}), signers)

export function message(
  change: Partial<Statement> = {},
  { of = agreement, size = 256, signers = alfa.statement } = {},
): Uint8Array {
  const role = 'message'
  const context = { id: ID, origin: ORIGIN, part: 0, role, mediaType: MESSAGE }
  const committed = hex(commitment(context, SALT, PLAINTEXT))
  return signStatement(
    under(of, {
      ...{ id: ID, type: 'hotline/message', to: ['bravo.example'], marking: { tlp: 'TLP:AMBER' } },
      body: { precedence: 'FLASH', number: 1 },
      content: [{ role, mediaType: MESSAGE, size, sealed: '4'.repeat(64), commitment: committed }],
      ...change,
    }),
    signers,
  )
}

export const revealed = (salt: Uint8Array, plaintext: Uint8Array) => [
  { part: 0, salt: toBase64(salt), plaintext: toBase64(plaintext) },
]
export const four = (third: Uint8Array, of = agreement) => [opened(of), pin(of), third, pin(of)]
export const WHOLE: Given = {
  ...{ agreement, entries: four(message()), index: 2, cards: [alfa, bravo, watch], log: alfa.log },
  receipts: [
    [watch, 2, 1000],
    [bravo, 3, 1010],
    [watch, 4, 1020],
  ],
  content: revealed(SALT, PLAINTEXT),
  keyEntries: [0],
}

export function made(change: Partial<Given> = {}): EvidenceFile {
  const { entries, index, receipts, ...given } = { ...WHOLE, ...change }
  const read = treeOf(entries)
  const head = (size: number) => checkpointOf(entries.slice(0, size), ORIGIN, given.log)
  return {
    v: 1,
    record: { origin: ORIGIN, index },
    entry: toBase64(entries[index] ?? new Uint8Array()),
    cardEntries: given.keyEntries.map((at) => ({
      index: at,
      entry: toBase64(entries[at] ?? new Uint8Array()),
      inclusion: inclusionProof(at, entries.length, read).map(toBase64),
    })),
    agreement: { ...given.agreement },
    cards: given.cards.map(({ file }) => parsed(file)),
    checkpoint: toBase64(head(entries.length)),
    inclusion: inclusionProof(index, entries.length, read).map(toBase64),
    receipts: receipts.map(([by, size, time, as]) => {
      const named = { by: by.party, note: toBase64(cosignedAt(head(size), by, time, as)), size }
      return size > index
        ? { ...named, inclusion: inclusionProof(index, size, read).map(toBase64) }
        : { ...named, consistency: consistencyProof(size, entries.length, read).map(toBase64) }
    }),
    content: given.content,
  }
}

/** As `cosign` does it, also at times that it refuses to write, and under a name of the signer's choice. */
export function cosignedAt(head: Uint8Array, by: Member, time: number, as: NamedOf = receiptKeyName): Uint8Array {
  const note = parseNote(head)
  const checkpoint = note.ok ? parseCheckpoint(note.value.text) : note
  if (!note.ok || !checkpoint.ok) throw new Error('This is no checkpoint.')
  const name = as(by.party, PACT)
  const [classic, quantum] = cosignerKeys(name, {
    ed25519: by.receipt.ed25519.publicKey,
    mldsa44: by.receipt.mldsa44.publicKey,
  })
  if (classic === undefined || quantum === undefined) throw new Error('A cosigner has two keys.')
  const timed = utf8(`cosignature/v1\ntime ${time}\n${note.value.text}`)
  const message = cosignedMessage({ name, time, ...checkpoint.value })
  return formatNote(note.value.text, [
    ...note.value.signatures.map(({ line }) => line),
    signatureLine(classic, concat(uint64be(time), by.receipt.ed25519.sign(timed))),
    signatureLine(quantum, concat(uint64be(time), by.receipt.mldsa44.sign(message))),
  ])
}

/** A receipt that passes on a stranger's line which stood in the checkpoint. */
export function noisy(entries: readonly Uint8Array[]): Uint8Array {
  const note = parseNote(checkpointOf(entries))
  if (!note.ok) throw new Error(note.message)
  const { text: body, signatures } = note.value
  const stranger = signNoteLine(body, 'stranger.example', pair(99).ed25519)
  return cosignedAt(formatNote(body, [...signatures.map(({ line }) => line), stranger]), bravo, 1010)
}

/** A checkpoint that its log signed with one line more than it may have. */
export function extended(entries: readonly Uint8Array[]): Uint8Array {
  const tree = new TreeFrontier()
  for (const one of entries) tree.append(leafHash(one))
  const note = parseNote(signCheckpoint({ origin: ORIGIN, size: tree.size, root: tree.root() }, alfa.log))
  if (!note.ok) throw new Error(note.message)
  const body = `${note.value.text}more\n`
  return formatNote(body, [signNoteLine(body, ORIGIN, alfa.log.ed25519), note.value.signatures[1]?.line ?? ''])
}

/** The proof that the tree over `entries` begins with that over the first `size` of them. */
export function consistencyOf(entries: readonly Uint8Array[], size: number): Uint8Array[] {
  return consistencyProof(size, entries.length, treeOf(entries))
}

/** The root of the tree over `entries`, of which there is at least one. */
export function rootOf(entries: readonly Uint8Array[]): Uint8Array {
  return folded(entries.map(leafHash))
}

export function treeOf(entries: readonly Uint8Array[]) {
  const hashes = entries.map(leafHash)
  return ({ level, index }: SubtreeId): Uint8Array => folded(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level))
}

function folded(of: readonly Uint8Array[]): Uint8Array {
  const [only] = of
  if (of.length === 1 && only !== undefined) return only
  let split = 1
  while (2 * split < of.length) split *= 2
  return nodeHash(folded(of.slice(0, split)), folded(of.slice(split)))
}
