// Evidence from a log whose keys changed: the chain of cards from the one that opened it, with the entries that name them.

import { type Card, formatEvidence, makeCard, parseCard, signStatement } from '@countersign/record'
import type { EvidenceCase } from './evidence-cases.ts'
import { made, message, opened, pin, under, WHOLE } from './evidence-making.ts'
import { foreign, keysOf, stripped, succeeding, two } from './keys-cases.ts'
import { agreement, alfa, bravo, type Member, member, watch } from './samples.ts'
import { text } from './texts.ts'

const changes = (to: Card, change = {}) =>
  signStatement(
    under(agreement, { type: 'party/keys', body: { card: to.digest, serial: to.body.serial, ...change } }),
    alfa.statement,
  )
const asGiven = (card: Card) => ({ party: card.party, file: card.bytes })
/** The keys change at 1; the record stands at 2, signed by whoever signs. */
const log = (to: Card, signers: Member['statement'], key = changes(to)) => [
  ...[opened(), key, message({}, { signers })],
  pin(agreement, signers),
]
const of = (change: Parameters<typeof made>[0]) => text(formatEvidence(made(change)))
const chain = (to: Card, signers: Member['statement'], change: Parameters<typeof made>[0] = {}) =>
  of({
    ...{ entries: log(to, signers), keyEntries: [0, 1] },
    cards: [alfa, asGiven(to), bravo, watch],
    ...change,
  })
const TIMES = { lo: 1000, hi: 1010 }
const own = keysOf(2).statement
const bravoTwo = member('bravo.example', 2, (body) => ({ ...body, serial: 2 }))
/** Its receipt keys alone are others; its root is the same. */
const laterBravo = ((): Member => {
  const other = member('bravo.example', 14)
  const body = structuredClone(bravoTwo.card.body)
  body.keys.receipt = other.card.body.keys.receipt
  return { ...bravoTwo, receipt: other.receipt, ...signed(body, other) }
})()

function signed(body: Card['body'], other: Member): Pick<Member, 'file' | 'card'> {
  const file = makeCard(body, {
    ...{ log: bravo.log, statement: bravo.statement, receipt: other.receipt },
    ...{ request: bravo.request.ed25519, root: [bravo.root] },
  })
  const card = parseCard(file)
  if (!card.ok) throw new Error(card.message)
  return { file, card: card.value }
}

const AUTHOR_FAILS = ['evidence/author', 'evidence/void', 'evidence/receipts']

export const evidenceKeysCases: EvidenceCase[] = [
  { name: 'under a further card of the same root', fails: [], ...TIMES, evidence: chain(two, own) },
  {
    ...{ name: 'under a card of a root that succeeds the trusted one', fails: [], ...TIMES },
    evidence: chain(succeeding, keysOf(6).statement),
  },
  {
    ...{ name: 'the record that changes the keys', fails: [], lo: null, hi: null },
    evidence: chain(two, own, { index: 1, keyEntries: [0], receipts: [], content: [] }),
  },
  {
    ...{ name: 'what changes the keys after the record says nothing of it', fails: [], lo: null, hi: null },
    evidence: chain(two, own, { index: 1, receipts: [], content: [] }),
  },
  {
    ...{ name: 'a receipt by a later card of its signer', fails: [], ...TIMES },
    evidence: of({
      cards: [alfa, bravo, laterBravo, watch],
      receipts: [WHOLE.receipts[0]!, [laterBravo, 3, 1010], WHOLE.receipts[2]!],
    }),
  },

  {
    ...{ name: 'a receipt by a card of its signer that is not in the file', fails: ['evidence/receipts'] },
    evidence: of({ receipts: [[laterBravo, 3, 1010]] }),
  },
  {
    ...{ name: 'signed with the keys from before the change', because: 'statement/signature' },
    fails: ['evidence/signature', 'evidence/void'],
    evidence: chain(two, alfa.statement),
  },
  {
    ...{ name: 'the change left out', because: 'statement/signature', fails: ['evidence/signature', 'evidence/void'] },
    evidence: chain(two, own, { keyEntries: [0] }),
  },
  {
    ...{ name: 'the card named left out', fails: ['evidence/signature', 'evidence/opening'] },
    evidence: chain(two, own, { cards: [alfa, bravo, watch] }),
  },
  {
    ...{ name: 'the record that changes the keys, without the card it names', fails: ['evidence/opening'] },
    evidence: chain(two, own, { index: 1, keyEntries: [0], cards: [alfa, bravo, watch], receipts: [], content: [] }),
  },
  {
    ...{ name: 'a card of a root that succeeds none', fails: AUTHOR_FAILS },
    evidence: chain(foreign, keysOf(5).statement),
  },
  {
    ...{ name: 'a card of a new root without the signatures of the old', fails: AUTHOR_FAILS },
    evidence: chain(stripped, keysOf(6).statement),
  },
  {
    ...{ name: 'a change to a card of another serial than is said', fails: ['evidence/opening'] },
    evidence: chain(two, own, { entries: log(two, own, changes(two, { serial: 3 })) }),
  },
  {
    ...{ name: 'an entry that changes nothing, given as a change', fails: ['evidence/opening'] },
    evidence: of({ keyEntries: [0, 1] }),
  },
  {
    ...{ name: 'changes out of order', fails: ['evidence/form'] },
    evidence: chain(two, own, { keyEntries: [1, 0] }),
  },
  {
    ...{ name: 'a change that stands elsewhere', fails: ['evidence/place', 'evidence/void', 'evidence/receipts'] },
    evidence: ((): string => {
      const file = made({ entries: log(two, own), keyEntries: [0, 1], cards: [alfa, asGiven(two), bravo, watch] })
      const [first, second] = file.cardEntries
      const moved = [first!, { ...second!, inclusion: first!.inclusion }]
      return text(formatEvidence({ ...file, cardEntries: moved }))
    })(),
  },
  {
    ...{ name: 'one card twice', fails: ['evidence/card'] },
    evidence: of({ cards: [alfa, alfa, bravo, watch] }),
  },
  {
    ...{ name: 'cards out of order', fails: ['evidence/form'] },
    evidence: chain(two, own, { cards: [asGiven(two), alfa, bravo, watch] }),
  },
]
