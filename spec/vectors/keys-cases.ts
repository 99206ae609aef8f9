// Keys that change (spec/keys.md): cards of new roots, which card is the newest, notices, and logs whose keys change. Each
// case names the cards its reader holds.

import { toBase64 } from '@countersign/log'
import {
  type Card,
  type CardBody,
  canonicalJson,
  cardDigestOf,
  cardMessage,
  makeNotice,
  makePossession,
  type NoticeBody,
  parseCard,
  type SignerPair,
  type Statement,
  signBoth,
  signStatement,
  successionMessage,
} from '@countersign/record'
import { alfa, bravo, opening, pair, publicOf, statement } from './samples.ts'
import { parsed, text } from './texts.ts'

interface Signing {
  body?: (body: CardBody) => void
  statement?: SignerPair
  log?: SignerPair
  receipt?: SignerPair
  /** Keys of the card’s own root, by index. */
  root?: [number, SignerPair][]
  roots?: { threshold: number; keys: SignerPair[] }
  /** The card of the root before, and its keys that sign. */
  after?: { card: Pick<Card, 'digest'>; keys: [number, SignerPair][] }
}

const [second, third, fourth, fifth] = [70, 71, 72, 73].map(pair) as [SignerPair, SignerPair, SignerPair, SignerPair]
/** What the card of serial n says under, and countersigns under. */
export const keysOf = (n: number) => ({ statement: pair(80 + n), receipt: pair(100 + n) })

function cardFile(serial: number, change: Signing = {}): Uint8Array {
  const signers = {
    ...{ log: change.log ?? alfa.log, statement: change.statement ?? alfa.statement },
    ...{ receipt: change.receipt ?? alfa.receipt, request: alfa.request.ed25519 },
  }
  const roots = change.roots ?? { threshold: 1, keys: [alfa.root] }
  const body: CardBody = {
    ...structuredClone(alfa.card.body),
    serial,
    root: { threshold: roots.threshold, keys: roots.keys.map(publicOf) },
  }
  for (const role of ['log', 'statement', 'receipt'] as const) body.keys[role] = publicOf(signers[role])
  if (change.after !== undefined) body.succeeds = change.after.card.digest
  change.body?.(body)
  const { after } = change
  return canonicalJson({
    card: body,
    possession: makePossession(body, signers),
    root: (change.root ?? [[0, alfa.root]]).map(([key, signer]) => ({ key, ...signBoth(cardMessage(body), signer) })),
    ...(after !== undefined &&
      after.keys.length > 0 && {
        succession: after.keys.map(([key, signer]) => ({
          key,
          ...signBoth(successionMessage(cardDigestOf(body), after.card.digest), signer),
        })),
      }),
  })
}

function without(file: Uint8Array): Uint8Array {
  const { succession: _, ...rest } = parsed(file)
  return canonicalJson(rest)
}

function card(file: Uint8Array): Card {
  const read = parseCard(file)
  if (!read.ok) throw new Error(`${read.code}: ${read.message}`)
  return read.value
}

export const two = card(cardFile(2, keysOf(2)))
const twin = card(cardFile(2, keysOf(3)))
const three = card(cardFile(3, keysOf(3)))
const otherLog = card(cardFile(2, { ...keysOf(4), log: pair(120) }))
export const foreign = card(cardFile(9, { ...keysOf(5), roots: { threshold: 1, keys: [second] }, root: [[0, second]] }))
/** Two of three, signed by the root of one. */
const newRoot: Signing = {
  ...keysOf(6),
  roots: { threshold: 2, keys: [second, third, fourth] },
  root: [
    [0, second],
    [2, fourth],
  ],
  after: { card: alfa.card, keys: [[0, alfa.root]] },
}
export const succeeding = card(cardFile(4, newRoot))
const ofNewRoot = card(cardFile(5, { ...newRoot, ...keysOf(7), after: { card: succeeding, keys: [] } }))
const { after: _, ...unnamed } = newRoot
const ofNewRootUnnamed = card(cardFile(5, { ...unnamed, ...keysOf(7) }))
/** As somebody would pass it on who wants it refused. */
export const stripped = card(without(succeeding.bytes))
const third_: Signing = {
  ...keysOf(8),
  roots: { threshold: 1, keys: [fifth] },
  root: [[0, fifth]],
}
const secondSuccession = card(
  cardFile(6, {
    ...third_,
    after: {
      card: succeeding,
      keys: [
        [1, third],
        [2, fourth],
      ],
    },
  }),
)
const otherSuccession = card(
  cardFile(7, { ...third_, ...keysOf(9), after: { card: alfa.card, keys: [[0, alfa.root]] } }),
)
const tooFew = card(cardFile(6, { ...third_, after: { card: succeeding, keys: [[1, third]] } }))
const wrongKey = card(cardFile(6, { ...third_, after: { card: alfa.card, keys: [[0, second]] } }))
const notHigher = card(cardFile(1, { ...third_, after: { card: alfa.card, keys: [[0, alfa.root]] } }))
const laterOfOldRoot = card(cardFile(8, keysOf(10)))

export const keyCards: Record<string, string> = Object.fromEntries(
  Object.entries({
    one: alfa.card,
    ...{ two, twin, three, otherLog, foreign, succeeding, ofNewRoot, secondSuccession, otherSuccession },
    ...{ ofNewRootUnnamed, stripped, tooFew, wrongKey, notHigher, laterOfOldRoot, bravo: bravo.card },
  }).map(([name, one]) => [name, text(one.bytes)]),
)

export interface ReachCase {
  name: string
  held: string[]
  card: string
  /** `reaches`, `foreign` or `awaits`: how its root stands to the root of card one. */
  expect: string
}

const reach = (name: string, expect: string, of: string, ...held: string[]): ReachCase => ({
  ...{ name, expect, card: of },
  held: ['one', of, ...held],
})

export const reachCases: ReachCase[] = [
  reach('a further card of the root', 'reaches', 'two'),
  reach('a card of another root', 'foreign', 'foreign'),
  reach('a new root, signed by the old one', 'reaches', 'succeeding'),
  reach('a further card of the new root, where the succession is held', 'reaches', 'ofNewRoot', 'succeeding'),
  reach('a further card of the new root that names none before it', 'foreign', 'ofNewRootUnnamed', 'succeeding'),
  reach('a card of which the succession was cut away', 'awaits', 'stripped'),
  reach('two files of one card, one of them cut', 'reaches', 'stripped', 'succeeding'),
  reach('two successions, one after the other', 'reaches', 'secondSuccession', 'succeeding'),
  reach('a card between is not held', 'awaits', 'secondSuccession'),
  reach('too few keys of the root before have signed', 'awaits', 'tooFew', 'succeeding'),
  reach('another key than the root’s has signed', 'awaits', 'wrongKey'),
  reach('a serial that is not higher', 'awaits', 'notHigher'),
]

export interface NewestCase {
  name: string
  held: string[]
  newest: string | null
  contradictions: string[]
}

export const newestCases: NewestCase[] = [
  {
    name: 'the highest serial',
    held: ['one', 'two', 'three', 'foreign', 'bravo'],
    newest: 'three',
    contradictions: [],
  },
  { name: 'two cards of one serial', held: ['one', 'two', 'twin'], newest: 'one', contradictions: ['party/two-cards'] },
  {
    ...{ name: 'two cards of one serial, and one after them', held: ['one', 'two', 'twin', 'three'] },
    ...{ newest: 'three', contradictions: ['party/two-cards'] },
  },
  {
    ...{ name: 'a later card of a root that was succeeded', held: ['one', 'succeeding', 'laterOfOldRoot'] },
    ...{ newest: 'succeeding', contradictions: [] },
  },
  {
    ...{ name: 'two roots after one another', held: ['one', 'succeeding', 'secondSuccession'] },
    ...{ newest: 'secondSuccession', contradictions: [] },
  },
  {
    ...{ name: 'two roots that succeed one', held: ['one', 'two', 'succeeding', 'otherSuccession'] },
    ...{ newest: 'two', contradictions: ['party/two-roots'] },
  },
  { name: 'nothing of the root', held: ['foreign'], newest: null, contradictions: [] },
]

export interface NoticeCase {
  name: string
  held: string[]
  notice: string
  /** `valid`, `awaits`, or the code with which it is refused. */
  expect: string
}

const noticeBody = (change: Partial<NoticeBody> = {}): NoticeBody => ({
  ...{ v: 1, party: 'alfa.example', cards: [alfa.card.digest], roles: ['statement'], by: two.digest },
  ...change,
})
const notice = (
  name: string,
  expect: string,
  body: NoticeBody,
  keys: [number, SignerPair][] = [[0, alfa.root]],
  held = ['one', 'two', 'three', 'foreign', 'succeeding', 'bravo'],
): NoticeCase => ({
  ...{ name, expect, held },
  notice: text(
    makeNotice(
      body,
      keys.map(([key, signer]) => ({ key, ...signer })),
    ),
  ),
})
const bySucceeding = { by: succeeding.digest }
const sorted = (...digests: string[]) => digests.sort()

export const noticeCases: NoticeCase[] = [
  notice('one card, one role', 'valid', noticeBody()),
  notice(
    'two cards, all roles',
    'valid',
    noticeBody({
      cards: sorted(alfa.card.digest, two.digest),
      roles: ['log', 'receipt', 'request', 'sealing', 'statement'],
    }),
  ),
  notice('by a root that succeeded, two of three', 'valid', noticeBody(bySucceeding), [
    [1, third],
    [2, fourth],
  ]),
  notice('a card that is not held', 'awaits', noticeBody(), undefined, ['two']),
  notice('by a card that is not held', 'awaits', noticeBody(), undefined, ['one']),
  notice(
    'a newer card than the one whose root signed',
    'party/notice',
    noticeBody({ by: alfa.card.digest, cards: [two.digest] }),
  ),
  notice('a card of another party', 'party/notice', noticeBody({ cards: [bravo.card.digest] })),
  notice('by a card of another root', 'party/notice', noticeBody({ by: foreign.digest }), [[0, second]]),
  notice('signed by another root', 'party/notice', noticeBody(), [[0, second]]),
  notice('one of two signatures that are needed', 'party/notice', noticeBody(bySucceeding), [[1, third]]),
  notice('a signature by a key that the root does not name', 'party/notice', noticeBody(), [[1, alfa.root]]),
  {
    ...{ name: 'roles that are not sorted', expect: 'notice/form', held: ['one', 'two'] },
    notice: text(makeNotice(noticeBody({ roles: ['log', 'statement'] }), [{ key: 0, ...alfa.root }])).replace(
      '["log","statement"]',
      '["statement","log"]',
    ),
  },
  {
    ...{ name: 'not canonical', expect: 'notice/form', held: ['one', 'two'] },
    notice: ` ${text(makeNotice(noticeBody(), [{ key: 0, ...alfa.root }]))}`,
  },
]

export interface KeyLogCase {
  name: string
  held: string[]
  /** Base64, from the start of the log of card one. */
  entries: string[]
  /** `valid`, `awaits`, or the code with which it is void; nothing is read after `awaits`. */
  outcomes: string[]
}

const by = (signers: SignerPair, change: Partial<Statement> = {}) => signStatement(statement(change), signers)
const change = (to: Card, signers: SignerPair = alfa.statement, serial = to.body.serial) =>
  by(signers, { type: 'party/keys', body: { card: to.digest, serial } })
const log = (name: string, held: string[], ...entries: [outcome: string, entry: Uint8Array][]): KeyLogCase => ({
  ...{ name, held: ['one', ...held] },
  entries: [opening(), ...entries.map(([, entry]) => entry)].map(toBase64),
  outcomes: ['valid', ...entries.map(([outcome]) => outcome)],
})
const [s2, s3, s6, s8] = [2, 3, 6, 8].map((n) => keysOf(n).statement) as [
  SignerPair,
  SignerPair,
  SignerPair,
  SignerPair,
]

export const keyLogCases: KeyLogCase[] = [
  log(
    'the next entry is signed with the new keys',
    ['two'],
    ['valid', by(alfa.statement)],
    ['valid', change(two)],
    ['statement/signature', by(alfa.statement)],
    ['valid', by(s2)],
  ),
  log(
    'a change signed with the keys it brings',
    ['two'],
    ['statement/signature', change(two, s2)],
    ['valid', by(alfa.statement)],
  ),
  log('a serial left out', ['two', 'three'], ['valid', change(three)], ['valid', by(s3)]),
  log(
    'an older card again',
    ['two'],
    ['valid', change(two)],
    ['party/serial', change(alfa.card, s2)],
    ['valid', by(s2)],
  ),
  log('the card in force once more', [], ['party/serial', change(alfa.card)], ['valid', by(alfa.statement)]),
  log('another serial than the card’s', ['two'], ['party/card', change(two, alfa.statement, 3)]),
  log('another party’s card', ['bravo'], ['party/card', change(bravo.card, alfa.statement)]),
  log('a card with another log key', ['otherLog'], ['party/log-key', change(otherLog)], ['valid', by(alfa.statement)]),
  log('a card of another root', ['foreign'], ['party/root', change(foreign)], ['valid', by(alfa.statement)]),
  log('a card that nobody shows', [], ['valid', by(alfa.statement)], ['awaits', change(two)]),
  log('a new root', ['succeeding'], ['valid', change(succeeding)], ['valid', by(s6)]),
  log(
    'a later card of the root that was succeeded',
    ['succeeding', 'laterOfOldRoot'],
    ['valid', change(succeeding)],
    ['party/root', change(laterOfOldRoot, s6)],
  ),
  log('a new root, with a root between that is not held', ['secondSuccession'], ['awaits', change(secondSuccession)]),
  log('two roots at once', ['succeeding', 'secondSuccession'], ['valid', change(secondSuccession)], ['valid', by(s8)]),
  log('a new root that too few of the old keys signed', ['succeeding', 'tooFew'], ['awaits', change(tooFew)]),
  log('one of two cards of one serial', ['two', 'twin'], ['valid', change(two)], ['party/serial', change(twin, s2)]),
]
