// Evidence files: one record in a log of four, covered by its recipient and the depositary, and what can be wrong with it.

import { concat, cosign, MAX_TIME_SECONDS, toBase64, utf8 } from '@countersign/log'
import { type Agreement } from '@countersign/pact'
import {
  type EvidenceFile,
  formatEvidence,
  makeCard,
  receiptKeyName,
  type Statement,
  signStatement,
} from '@countersign/record'
import {
  cosignedAt,
  extended,
  four,
  made,
  message,
  noisy,
  OPENING_ID,
  opened,
  PLAINTEXT,
  pin,
  revealed,
  SALT,
  under,
  WHOLE,
} from './evidence-making.ts'
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
  watch,
} from './samples.ts'
import { parsed, text } from './texts.ts'

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
