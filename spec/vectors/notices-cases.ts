// Since when a notice of compromised keys stands, at which size it freezes logs, and which receipts it sets aside
// (spec/keys.md, A notice of compromise): the logs of a channel, the receipts a reader holds, and what they come to.

import { leafHash, sha256, TreeFrontier, toHex, utf8 } from '@countersign/log'
import { type Agreement, agreementDigest } from '@countersign/pact'
import {
  cardDigestOf,
  makeCard,
  makeNotice,
  type NoticeBody,
  receiptKeyIds,
  type Statement,
  signStatement,
} from '@countersign/record'
import {
  agreement,
  alfa,
  bravo,
  type Member,
  member,
  ORIGIN,
  PACT,
  pair,
  publicOf,
  statement,
  watch,
} from './samples.ts'

export interface NoticesCase {
  name: string
  /** Under which agreement. */
  agreement: Agreement
  /** Entries of each log from its start. */
  logs: { origin: string; entries: Uint8Array[] }[]
  /** As the reader verified them; `key`: the ids of the keys of the signer's two lines. */
  receipts: NoticeReceipt[]
  /** For each notice that is valid somewhere: whose keys it gives up, since when it stands (POSIX seconds), what it freezes. */
  notices: { party: string; since: number | null; frozen: { origin: string; size: number }[] }[]
  /** `valid`, `undecided`, or void with a code. */
  records: { origin: string; index: number; expect: string }[]
  /** Digests of receipts that count for nothing. */
  aside: string[]
}

export interface NoticeReceipt {
  by: string
  origin: string
  size: number
  time: number
  digest: string
  key: string
}

export const ALFA = ORIGIN
export const BRAVO = ORIGIN.replace('alfa', 'bravo')
/** A log of alfa that succeeds the first. */
const HEIR = ALFA.replace(/[0-9a-f]{16}$/, '0'.repeat(16))
export const T = 1_790_000_000
const carol = member('carol.example', 4)
const dave = member('dave.example', 5)
/** A second neutral. */
const tower = member('tower.example', 6)

/** Alfa's second card: new statement and receipt keys, the log key stays. */
const two = (() => {
  const keys = { statement: pair(200), receipt: pair(201) }
  const body = {
    ...structuredClone(alfa.card.body),
    ...{ serial: 2, succeeds: alfa.card.digest },
    keys: { ...alfa.card.body.keys, statement: publicOf(keys.statement), receipt: publicOf(keys.receipt) },
  }
  const signers = { log: alfa.log, ...keys, request: alfa.request.ed25519, root: [alfa.root] }
  return { file: makeCard(body, signers), digest: cardDigestOf(body), ...keys }
})()
export const noticesCards = [alfa, bravo, watch, carol, dave, tower].map(({ file }) => file).concat([two.file])

const neutral = (of: Member, roles: ('depositary' | 'observer')[]) => ({
  ...{ party: of.party, name: of.party, root: of.card.rootDigest, operator: of.party, roles },
})
const ofTwoNeutrals: Agreement = {
  ...agreement,
  neutrals: [neutral(tower, ['observer']), neutral(watch, ['depositary', 'observer'])],
  quorum: 2,
}
const amongFour: Agreement = {
  ...agreement,
  ...{ neutrals: [], quorum: 0 },
  parties: [alfa, bravo, carol, dave].map(({ party, card }) => ({ party, name: party, root: card.rootDigest })),
  channels: agreement.channels.map(({ name }) => ({
    name,
    parties: [alfa, bravo, carol, dave].map(({ party }) => party),
  })),
}

const authorOf = (origin: string) => (origin.startsWith('bravo') ? bravo : alfa)
export const said = (origin: string, change: Partial<Statement>, of = agreement, keys = authorOf(origin).statement) =>
  signStatement(
    statement({ origin, from: authorOf(origin).party, pact: { id: PACT, version: agreementDigest(of) }, ...change }),
    keys,
  )
export const opens = (origin: string, of = agreement) =>
  said(origin, { type: 'log/open', body: { card: authorOf(origin).card.digest, predecessor: null } }, of)
export const named = ({ by, origin, size, digest }: NoticeReceipt) => ({ by, origin, size, digest })
const pins = (origin: string, receipts: readonly NoticeReceipt[] = []) =>
  said(origin, {
    seen: { logs: [], receipts: receipts.map(named) },
  })
export const notice = (change: Partial<NoticeBody> = {}, root = alfa.root) => {
  const body: NoticeBody = {
    ...{ v: 1, party: 'alfa.example', cards: [alfa.card.digest], roles: ['log', 'statement'], by: two.digest },
    ...change,
  }
  return JSON.parse(new TextDecoder().decode(makeNotice(body, [{ key: 0, ...root }])))
}
const says = (origin: string, change: Partial<NoticeBody> = {}, of = agreement) =>
  said(origin, { type: 'party/notice', body: notice(change) }, of)
export const receipt = (by: Member, origin: string, size: number, time: number): NoticeReceipt => ({
  ...{ by: by.party, origin, size, time },
  digest: toHex(sha256(utf8(`${by.party} ${origin} ${size} ${time}`))),
  key: receiptKeyIds(by.party, PACT, by.card.keys.receipt).receipt,
})
export const rootOf = (entries: readonly Uint8Array[]) => {
  const tree = new TreeFrontier()
  for (const entry of entries) tree.append(leafHash(entry))
  return toHex(tree.root())
}

/** Alfa says five entries; bravo says the notice as its entry 1, which the neutral covers at T + 100. */
const alfaLog = [opens(ALFA), ...Array.from({ length: 4 }, () => pins(ALFA))]
const bravoLog = (change: Partial<NoticeBody> = {}) => [opens(BRAVO), says(BRAVO, change), pins(BRAVO)]
const covered = receipt(watch, BRAVO, 2, T + 100)
const FROZEN = 'party/frozen'
const frozen = (size: number, origin = ALFA) => [{ origin, size }]
const alfaFrom = (size: number) =>
  alfaLog.map((_, index) => ({ origin: ALFA, index, expect: index < size ? 'valid' : FROZEN }))

export function made(name: string, of: Partial<NoticesCase>): NoticesCase {
  return {
    ...{ name, agreement, receipts: [], notices: [], records: [], aside: [] },
    logs: [
      { origin: ALFA, entries: alfaLog },
      { origin: BRAVO, entries: bravoLog() },
    ],
    ...of,
  }
}
const stands = (since: number | null, ...of: { origin: string; size: number }[]) => [
  { party: 'alfa.example', since, frozen: of },
]

const heirLog = [
  said(HEIR, {
    type: 'log/open',
    body: {
      card: alfa.card.digest,
      predecessor: { origin: ALFA, size: alfaLog.length, root: rootOf(alfaLog) },
    },
  }),
  says(HEIR),
]
const inOwnLog = [opens(ALFA), says(ALFA), pins(ALFA)]
const changed = [
  opens(ALFA),
  pins(ALFA),
  said(ALFA, { type: 'party/keys', body: { card: two.digest, serial: 2 } }),
  said(ALFA, {}, agreement, two.statement),
]
const amongFourLog = [opens(ALFA, amongFour), said(ALFA, {}, amongFour), says(ALFA, {}, amongFour)]
const twoNeutralsLogs = [
  { origin: ALFA, entries: [opens(ALFA, ofTwoNeutrals), said(ALFA, {}, ofTwoNeutrals)] },
  { origin: BRAVO, entries: [opens(BRAVO, ofTwoNeutrals), says(BRAVO, {}, ofTwoNeutrals)] },
]
/** Bravo's receipt that alfa's entry 2 names, and one by the same key that nobody names. */
export const pinned = receipt(bravo, ALFA, 2, T)
export const backdated = receipt(bravo, ALFA, 5, T + 1)
export const ofBravo: Partial<NoticeBody> = {
  ...{ party: 'bravo.example', cards: [bravo.card.digest], roles: ['receipt'], by: bravo.card.digest },
}
export const pinning = [
  { origin: ALFA, entries: [opens(ALFA), pins(ALFA), pins(ALFA, [pinned]), pins(ALFA), pins(ALFA)] },
  {
    origin: BRAVO,
    entries: [opens(BRAVO), said(BRAVO, { type: 'party/notice', body: notice(ofBravo, bravo.root) })],
  },
]
const forged = [opens(BRAVO), said(BRAVO, { type: 'party/notice', body: notice({}, bravo.root) })]

export const noticesCases: NoticesCase[] = [
  made('frozen at the largest size that a cosigner signed before T', {
    receipts: [covered, receipt(watch, ALFA, 2, T), receipt(bravo, ALFA, 3, T + 50), receipt(watch, ALFA, 5, T + 101)],
    ...{ notices: stands(T + 100, ...frozen(3)), records: alfaFrom(3) },
  }),
  made('a receipt of the very second T is not before it', {
    receipts: [covered, receipt(watch, ALFA, 2, T), receipt(bravo, ALFA, 4, T + 100)],
    ...{ notices: stands(T + 100, ...frozen(2)), records: alfaFrom(2) },
  }),
  made('frozen at nothing where nobody had cosigned by then', {
    receipts: [covered, receipt(watch, ALFA, 5, T + 101)],
    ...{ notices: stands(T + 100, ...frozen(0)), records: alfaFrom(0) },
  }),
  made('covered by no neutral, whatever the parties date', {
    receipts: [receipt(watch, ALFA, 5, T), receipt(bravo, BRAVO, 2, T - 1000), receipt(alfa, BRAVO, 3, T - 1000)],
    ...{ notices: stands(null), records: alfaFrom(5) },
  }),
  made('a neutral that dates one receipt back before another that it must have given earlier', {
    receipts: [covered, receipt(watch, ALFA, 5, T), receipt(watch, BRAVO, 1, T + 90), receipt(watch, BRAVO, 3, 1)],
    ...{ notices: stands(T + 100, ...frozen(5)), records: alfaFrom(5) },
  }),
  made('the same, where it gave no other that covers the notice', {
    receipts: [receipt(watch, ALFA, 5, T), receipt(watch, BRAVO, 1, T + 90), receipt(watch, BRAVO, 3, 1)],
    ...{ notices: stands(null), records: alfaFrom(5) },
  }),
  made('dated back on a log that succeeds one it had cosigned', {
    logs: [
      { origin: ALFA, entries: alfaLog },
      { origin: HEIR, entries: heirLog },
      { origin: BRAVO, entries: bravoLog() },
    ],
    receipts: [covered, receipt(watch, ALFA, 4, T), receipt(watch, HEIR, 2, 1)],
    notices: stands(T + 100, { origin: HEIR, size: 2 }, ...frozen(4)),
    records: alfaFrom(4),
  }),
  made('a recipient that dates its receipt back lifts no frozen size', {
    receipts: [covered, receipt(watch, ALFA, 2, T + 90), receipt(bravo, ALFA, 5, T + 10)],
    ...{ notices: stands(T + 100, ...frozen(2)), records: alfaFrom(2) },
  }),
  made('said in the very log that it freezes', {
    logs: [
      { origin: ALFA, entries: inOwnLog },
      { origin: BRAVO, entries: [opens(BRAVO)] },
    ],
    receipts: [receipt(watch, ALFA, 1, T), receipt(watch, ALFA, 3, T + 100)],
    notices: stands(T + 100, ...frozen(1)),
    records: [0, 1, 2].map((index) => ({ origin: ALFA, index, expect: index < 1 ? 'valid' : FROZEN })),
  }),
  made('a newer card is in force at the frozen size, and its statement key was not named', {
    logs: [
      { origin: ALFA, entries: changed },
      { origin: BRAVO, entries: bravoLog({ roles: ['statement'] }) },
    ],
    receipts: [covered, receipt(watch, ALFA, 3, T)],
    notices: stands(T + 100),
    records: [0, 1, 2, 3].map((index) => ({ origin: ALFA, index, expect: 'valid' })),
  }),
  made('the old card is in force at the frozen size', {
    logs: [
      { origin: ALFA, entries: changed },
      { origin: BRAVO, entries: bravoLog({ roles: ['statement'] }) },
    ],
    receipts: [covered, receipt(watch, ALFA, 2, T)],
    notices: stands(T + 100, ...frozen(2)),
    records: [0, 1, 2, 3].map((index) => ({ origin: ALFA, index, expect: index < 2 ? 'valid' : FROZEN })),
  }),
  made('signed by the root of another party', {
    logs: [
      { origin: ALFA, entries: alfaLog },
      { origin: BRAVO, entries: forged },
    ],
    receipts: [covered],
    records: [{ origin: BRAVO, index: 1, expect: 'party/notice' }, ...alfaFrom(5)],
  }),
  made('names a card that is not held', {
    logs: [
      { origin: ALFA, entries: alfaLog },
      { origin: BRAVO, entries: bravoLog({ cards: ['f'.repeat(64)] }) },
    ],
    receipts: [covered],
    records: [
      { origin: BRAVO, index: 1, expect: 'undecided' },
      { origin: BRAVO, index: 2, expect: 'valid' },
      ...alfaFrom(5),
    ],
  }),
  made('a quorum of two: the second neutral has not covered it', {
    ...{ agreement: ofTwoNeutrals, logs: twoNeutralsLogs },
    receipts: [receipt(watch, ALFA, 2, T), receipt(watch, BRAVO, 2, T + 100)],
    notices: stands(null),
    records: [{ origin: ALFA, index: 1, expect: 'valid' }],
  }),
  made('a quorum of two: it stands since the second neutral covered it', {
    ...{ agreement: ofTwoNeutrals, logs: twoNeutralsLogs },
    receipts: [receipt(watch, ALFA, 1, T), receipt(watch, BRAVO, 2, T + 100), receipt(tower, BRAVO, 2, T + 300)],
    notices: stands(T + 300, ...frozen(1)),
    records: [{ origin: ALFA, index: 1, expect: FROZEN }],
  }),
  made('without a neutral, covered by one of three others', {
    ...{ agreement: amongFour, logs: [{ origin: ALFA, entries: amongFourLog }], notices: stands(null) },
    receipts: [receipt(bravo, ALFA, 3, 1)],
    records: [{ origin: ALFA, index: 1, expect: 'valid' }],
  }),
  made('without a neutral, covered by two of three others: since the later', {
    ...{ agreement: amongFour, logs: [{ origin: ALFA, entries: amongFourLog }] },
    receipts: [receipt(bravo, ALFA, 3, 1), receipt(carol, ALFA, 2, T), receipt(carol, ALFA, 3, T + 100)],
    notices: stands(T + 100, ...frozen(3)),
    records: [{ origin: ALFA, index: 1, expect: 'valid' }],
  }),
  made('without a neutral, covered by all three others: since the second', {
    ...{ agreement: amongFour, logs: [{ origin: ALFA, entries: amongFourLog }] },
    receipts: [
      ...[receipt(bravo, ALFA, 3, 1), receipt(carol, ALFA, 2, T), receipt(carol, ALFA, 3, T + 100)],
      receipt(dave, ALFA, 3, T + 50),
    ],
    notices: stands(T + 50, ...frozen(3)),
    records: [{ origin: ALFA, index: 1, expect: 'valid' }],
  }),
  made(
    'a receipt key given up: what another log had named, and a cosigner covered before T, counts; the rest does not',
    {
      ...{ logs: pinning, aside: [backdated.digest] },
      receipts: [pinned, backdated, receipt(watch, ALFA, 3, T + 50), receipt(watch, BRAVO, 2, T + 100)],
      notices: [{ party: 'bravo.example', since: T + 100, frozen: [] }],
    },
  ),
  made('a receipt key given up: the naming was covered too late', {
    ...{ logs: pinning, aside: [pinned.digest, backdated.digest] },
    receipts: [pinned, backdated, receipt(watch, ALFA, 3, T + 100), receipt(watch, BRAVO, 2, T + 100)],
    notices: [{ party: 'bravo.example', since: T + 100, frozen: [] }],
  }),
  made('a receipt key given up by a notice that does not stand yet', {
    ...{ logs: pinning, notices: [{ party: 'bravo.example', since: null, frozen: [] }] },
    receipts: [pinned, backdated, receipt(watch, ALFA, 3, T + 50)],
  }),
]
