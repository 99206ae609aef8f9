// Evidence files: one record in a log of four, covered by its recipient and the depositary, and what can be wrong with it.

import {
  concat,
  consistencyProof,
  cosign,
  cosignedMessage,
  cosignerKeys,
  formatNote,
  inclusionProof,
  leafHash,
  MAX_TIME_SECONDS,
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
import {
  commitment,
  type EvidenceFile,
  formatEvidence,
  makeCard,
  receiptKeyName,
  type Statement,
  signStatement,
} from '@countersign/record'
import {
  agreement,
  alfa,
  bravo,
  checkpointOf,
  type Member,
  member,
  ORIGIN,
  PACT,
  pair,
  publicOf,
  statement,
  watch,
} from './samples.ts'
import { hex, parsed, text } from './texts.ts'

const MESSAGE = 'application/vnd.countersign.message.v1+json'
const SALT = new Uint8Array(32).fill(9)
const PLAINTEXT = utf8('{"subject":"x","text":"y"}')
const ID = '0195f3a0-7c11-7abc-8def-ffffffffffff'
const OPENING_ID = '0195f3a0-7c11-7abc-8def-fffffffffff0'

/** A case: how a file of evidence ends, by the code of each step that fails, the first being the reason. */
export interface EvidenceCase {
  name: string
  fails: string[]
  /** Whom the reader trusts; all three where it is left out. */
  trust?: string[]
  lo?: number | null
  hi?: number | null
  /** Whose receipts are there but not counted. */
  notCounted?: string[]
  /** Why the entry is void, where it is. */
  because?: string
  evidence: string
}

interface Given {
  agreement: Agreement
  entries: Uint8Array[]
  index: number
  cards: Member[]
  receipts: [by: Member, size: number, time: number][]
  content: EvidenceFile['content']
  log: Member['log']
}

const version = (of: Agreement) => agreementDigest(of)
const under = (of: Agreement, change: Partial<Statement>) =>
  statement({ pact: { id: PACT, version: version(of) }, ...change })
const opened = (of = agreement, card = alfa.card.digest) =>
  signStatement(under(of, { id: OPENING_ID, type: 'log/open', body: { card, predecessor: null } }), alfa.statement)
const pin = (of = agreement) => signStatement(under(of, {}), alfa.statement)

function message(
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

const revealed = (salt: Uint8Array, plaintext: Uint8Array) => [
  { part: 0, salt: toBase64(salt), plaintext: toBase64(plaintext) },
]
const four = (third: Uint8Array, of = agreement) => [opened(of), pin(of), third, pin(of)]
const WHOLE: Given = {
  ...{ agreement, entries: four(message()), index: 2, cards: [alfa, bravo, watch], log: alfa.log },
  receipts: [
    [watch, 2, 1000],
    [bravo, 3, 1010],
    [watch, 4, 1020],
  ],
  content: revealed(SALT, PLAINTEXT),
}

function made(change: Partial<Given> = {}): EvidenceFile {
  const { entries, index, receipts, ...given } = { ...WHOLE, ...change }
  const read = treeOf(entries)
  const head = (size: number) => checkpointOf(entries.slice(0, size), ORIGIN, given.log)
  return {
    v: 1,
    record: { origin: ORIGIN, index },
    entry: toBase64(entries[index] ?? new Uint8Array()),
    cardEntries: [
      {
        index: 0,
        entry: toBase64(entries[0] ?? new Uint8Array()),
        inclusion: inclusionProof(0, entries.length, read).map(toBase64),
      },
    ],
    agreement: { ...given.agreement },
    cards: given.cards.map(({ file }) => parsed(file)),
    checkpoint: toBase64(head(entries.length)),
    inclusion: inclusionProof(index, entries.length, read).map(toBase64),
    receipts: receipts.map(([by, size, time]) => {
      const named = { by: by.party, note: toBase64(cosignedAt(head(size), by, time)), size }
      return size > index
        ? { ...named, inclusion: inclusionProof(index, size, read).map(toBase64) }
        : { ...named, consistency: consistencyProof(size, entries.length, read).map(toBase64) }
    }),
    content: given.content,
  }
}

const whole = made()
const file = (of: EvidenceFile) => text(formatEvidence(of))
const changed = (change: Partial<EvidenceFile>) => file({ ...whole, ...change })
const receiptOf = (by: Member, note: Uint8Array) =>
  whole.receipts.map((one) => (one.by === by.party && 'inclusion' in one ? { ...one, note: toBase64(note) } : one))

// Everything here the author can make alone: a recipient and a neutral with keys of its own, in an agreement that nobody
// else ever saw.
const inventedBravo = member('bravo.example', 12)
const inventedWatch = member('watch.example', 13)
const invented: Agreement = {
  ...agreement,
  parties: agreement.parties.map((one) =>
    one.party === 'bravo.example' ? { ...one, root: inventedBravo.card.rootDigest } : one,
  ),
  neutrals: agreement.neutrals.map((one) => ({ ...one, root: inventedWatch.card.rootDigest })),
}
const alone = file(
  made({
    ...{ agreement: invented, entries: four(message({}, { of: invented }), invented) },
    cards: [alfa, inventedBravo, inventedWatch],
    receipts: [
      [inventedWatch, 2, 1_600_000_000],
      [inventedBravo, 3, 1_600_000_100],
    ],
  }),
)

const elsewhere: Agreement = { ...agreement, id: '8e'.repeat(16) }
const LINE = ORIGIN.replace('/main/', '/line/')
const signature = (origins: string[]) =>
  signStatement(
    under(agreement, { type: 'pact/sign', to: ['bravo.example'], body: { base: null, origins } }),
    alfa.statement,
  )
const otherKeys = pair(200)
const otherBody = structuredClone(alfa.card.body)
otherBody.serial = 2
otherBody.keys.statement = publicOf(otherKeys)
const secondCard: Member = {
  ...alfa,
  file: makeCard(otherBody, {
    log: alfa.log,
    statement: otherKeys,
    receipt: alfa.receipt,
    request: alfa.request.ed25519,
    root: [alfa.root],
  }),
}

const FAILED_PLACE = ['evidence/place', 'evidence/void', 'evidence/receipts']
const voided = (name: string, because: string, change: Partial<Statement>): EvidenceCase => ({
  ...{ name, because, fails: ['evidence/void'] },
  evidence: file(made({ entries: four(message(change)), receipts: [], content: [] })),
})

export const evidenceCases: EvidenceCase[] = [
  { name: 'all of it', fails: [], lo: 1000, hi: 1010, evidence: changed({}) },
  { name: 'without the content', fails: [], lo: 1000, hi: 1010, evidence: changed({ content: [] }) },
  { name: 'without any receipt', fails: [], lo: null, hi: null, evidence: changed({ receipts: [] }) },
  {
    name: 'the entry that opens the log',
    fails: [],
    lo: null,
    hi: null,
    evidence: file(made({ index: 0, receipts: [], content: [] })),
  },

  {
    name: 'only the author is trusted',
    trust: ['alfa.example'],
    fails: [],
    lo: null,
    hi: null,
    notCounted: ['bravo.example', 'watch.example'],
    evidence: changed({}),
  },
  {
    name: 'author and recipient are trusted',
    trust: ['alfa.example', 'bravo.example'],
    fails: [],
    lo: null,
    hi: 1010,
    notCounted: ['watch.example'],
    evidence: changed({}),
  },
  {
    name: 'the author is not trusted',
    trust: ['bravo.example', 'watch.example'],
    fails: ['evidence/author', 'evidence/void', 'evidence/receipts'],
    evidence: changed({}),
  },
  {
    name: 'recipient, neutral and times invented by the author',
    trust: ['alfa.example'],
    fails: [],
    lo: null,
    hi: null,
    notCounted: ['bravo.example', 'watch.example'],
    evidence: alone,
  },
  {
    name: 'roots invented for parties whose cards are trusted',
    fails: ['evidence/agreement', 'evidence/void', 'evidence/receipts'],
    evidence: alone,
  },

  { name: 'not canonical', fails: ['evidence/form'], evidence: ` ${changed({})}` },
  {
    name: 'a number without end in a card',
    fails: ['evidence/form'],
    evidence: changed({}).replace('"serial":1', '"serial":1e400'),
  },
  {
    name: 'a fraction in the agreement',
    fails: ['evidence/form'],
    evidence: changed({}).replace('"quorum":1', '"quorum":1.5'),
  },
  {
    name: 'a key __proto__ in the agreement',
    fails: ['evidence/form'],
    evidence: changed({}).replace('"agreement":{"base"', '"agreement":{"__proto__":{"quorum":0},"base"'),
  },
  {
    name: 'a salt of 33 bytes, the first byte of the text among them',
    fails: ['evidence/form'],
    evidence: changed({ content: revealed(concat(SALT, PLAINTEXT.subarray(0, 1)), PLAINTEXT.subarray(1)) }),
  },
  { name: 'no entry that opens the log', fails: ['evidence/form'], evidence: changed({ cardEntries: [] }) },
  { name: 'an entry that is none', fails: ['evidence/entry'], evidence: changed({ entry: toBase64(utf8('hello')) }) },
  {
    name: 'a card that was changed',
    fails: ['evidence/card'],
    evidence: changed({ cards: [{ ...parsed(alfa.file), root: [] }] }),
  },

  {
    name: 'a card with another root for the author',
    fails: ['evidence/author', 'evidence/signature', 'evidence/place', 'evidence/void', 'evidence/receipts'],
    evidence: changed({ cards: [member('alfa.example', 4), bravo, watch].map((one) => parsed(one.file)) }),
  },
  {
    name: 'a statement signed by another',
    because: 'statement/signature',
    fails: ['evidence/signature', 'evidence/void'],
    evidence: file(made({ entries: four(message({}, { signers: bravo.statement })) })),
  },

  {
    name: 'another place in the log',
    fails: FAILED_PLACE,
    evidence: changed({ record: { origin: ORIGIN, index: 1 } }),
  },
  {
    name: 'another entry',
    fails: [...FAILED_PLACE, 'evidence/content'],
    evidence: changed({ entry: made({ index: 1 }).entry }),
  },
  {
    name: 'a proof with one hash left out',
    fails: FAILED_PLACE,
    evidence: changed({ inclusion: whole.inclusion.slice(1) }),
  },
  {
    name: 'a checkpoint of another log',
    fails: FAILED_PLACE,
    evidence: changed({ checkpoint: toBase64(checkpointOf(WHOLE.entries, `${ORIGIN.slice(0, -1)}1`)) }),
  },
  {
    name: 'a checkpoint by another key',
    fails: FAILED_PLACE,
    evidence: changed({ checkpoint: toBase64(checkpointOf(WHOLE.entries, ORIGIN, bravo.log)) }),
  },
  {
    name: 'a checkpoint with an extension line',
    fails: FAILED_PLACE,
    evidence: changed({ checkpoint: toBase64(extended(WHOLE.entries)) }),
  },
  {
    name: 'an opening that stands in no log',
    fails: FAILED_PLACE,
    evidence: changed({ cardEntries: [{ index: 0, entry: toBase64(opened()), inclusion: [] }] }),
  },

  {
    name: 'no agreement',
    fails: ['evidence/agreement', 'evidence/void', 'evidence/receipts'],
    evidence: changed({ agreement: null }),
  },
  {
    name: 'a version of an agreement of another id',
    fails: ['evidence/agreement', 'evidence/void', 'evidence/receipts'],
    evidence: file(made({ agreement: elsewhere, entries: four(message({}, { of: elsewhere }), elsewhere) })),
  },
  {
    name: 'another agreement',
    fails: ['evidence/agreement', 'evidence/void', 'evidence/receipts'],
    evidence: changed({ agreement: { ...agreement, title: 'Another' } }),
  },

  {
    name: 'a log opened with another card of the same root',
    fails: ['evidence/opening'],
    evidence: file(made({ cards: [secondCard, bravo, watch], entries: four(message({}, { signers: otherKeys })) })),
  },
  {
    name: 'a log whose first entry opens nothing',
    fails: ['evidence/opening'],
    evidence: file(made({ entries: [pin(), pin(), message(), pin()] })),
  },
  {
    name: 'a signature that names no log on the line',
    because: 'pact/sign-origins',
    fails: ['evidence/void'],
    evidence: file(made({ entries: four(signature([ORIGIN])), receipts: [], content: [] })),
  },
  {
    name: 'a signature that names each log of its author',
    fails: [],
    lo: null,
    hi: null,
    evidence: file(made({ entries: four(signature([LINE, ORIGIN])), receipts: [], content: [] })),
  },
  voided('a body that breaks the rules of its type', 'statement/body', { body: { x: 1 } }),
  voided('content that its type does not carry', 'statement/body', { content: [] }),
  voided('addressed to its author', 'statement/to', { to: ['alfa.example', 'bravo.example'] }),
  voided('the id of the entry that opened the log', 'statement/id-reused', { id: OPENING_ID }),
  voided('a second opening', 'log/opened-twice', {
    type: 'log/open',
    to: [],
    body: { card: alfa.card.digest, predecessor: null },
    content: [],
  }),

  {
    name: 'a receipt by another key',
    fails: ['evidence/receipts'],
    evidence: changed({
      receipts: receiptOf(
        bravo,
        cosign(
          checkpointOf(WHOLE.entries.slice(0, 3)),
          { name: receiptKeyName('bravo.example', PACT), ...watch.receipt },
          1010,
        ),
      ),
    }),
  },
  {
    name: 'a receipt without the card of its signer',
    fails: ['evidence/receipts'],
    evidence: changed({ cards: [alfa, watch].map((one) => parsed(one.file)) }),
  },
  {
    name: 'a receipt over another log',
    fails: ['evidence/receipts'],
    evidence: changed({ receipts: receiptOf(bravo, cosignedAt(checkpointOf([opened(), pin(), pin()]), bravo, 1010)) }),
  },
  {
    name: 'a receipt said to be of another size',
    fails: ['evidence/receipts'],
    evidence: changed({
      receipts: whole.receipts.map((one) => (one.by === 'bravo.example' ? { ...one, size: 4 } : one)),
    }),
  },
  {
    name: 'a receipt with one line more',
    fails: ['evidence/receipts'],
    evidence: changed({ receipts: receiptOf(bravo, noisy(WHOLE.entries.slice(0, 3))) }),
  },
  {
    name: 'a receipt of the year 10000',
    fails: ['evidence/receipts'],
    evidence: file(made({ receipts: [[bravo, 3, MAX_TIME_SECONDS + 1]] })),
  },
  {
    name: 'a receipt of the last time there is',
    fails: ['evidence/receipts'],
    evidence: file(made({ receipts: [[bravo, 3, Number.MAX_SAFE_INTEGER]] })),
  },

  {
    name: 'content that was not committed to',
    fails: ['evidence/content'],
    evidence: changed({ content: revealed(SALT, utf8('{"subject":"z","text":"y"}')) }),
  },
  {
    name: 'content of a part that the record has not',
    fails: ['evidence/content'],
    evidence: changed({ content: [{ ...whole.content[0]!, part: 1 }] }),
  },
  {
    name: 'content of another padded size than the statement says',
    fails: ['evidence/content'],
    evidence: file(made({ entries: four(message({}, { size: 288 })) })),
  },
]

/** As `cosign` does it, also at times that it refuses to write. */
function cosignedAt(head: Uint8Array, by: Member, time: number): Uint8Array {
  const note = parseNote(head)
  const checkpoint = note.ok ? parseCheckpoint(note.value.text) : note
  if (!note.ok || !checkpoint.ok) throw new Error('This is no checkpoint.')
  const name = receiptKeyName(by.party, PACT)
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
function noisy(entries: readonly Uint8Array[]): Uint8Array {
  const note = parseNote(checkpointOf(entries))
  if (!note.ok) throw new Error(note.message)
  const { text: body, signatures } = note.value
  const stranger = signNoteLine(body, 'stranger.example', pair(99).ed25519)
  return cosignedAt(formatNote(body, [...signatures.map(({ line }) => line), stranger]), bravo, 1010)
}

/** A checkpoint that its log signed with one line more than it may have. */
function extended(entries: readonly Uint8Array[]): Uint8Array {
  const tree = new TreeFrontier()
  for (const one of entries) tree.append(leafHash(one))
  const note = parseNote(signCheckpoint({ origin: ORIGIN, size: tree.size, root: tree.root() }, alfa.log))
  if (!note.ok) throw new Error(note.message)
  const body = `${note.value.text}more\n`
  return formatNote(body, [signNoteLine(body, ORIGIN, alfa.log.ed25519), note.value.signatures[1]?.line ?? ''])
}

function treeOf(entries: readonly Uint8Array[]) {
  const hashes = entries.map(leafHash)
  return ({ level, index }: SubtreeId): Uint8Array => rootOf(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level))
}

function rootOf(of: readonly Uint8Array[]): Uint8Array {
  const [only] = of
  if (of.length === 1 && only !== undefined) return only
  let split = 1
  while (2 * split < of.length) split *= 2
  return nodeHash(rootOf(of.slice(0, split)), rootOf(of.slice(split)))
}
