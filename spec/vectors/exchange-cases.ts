// Files of an exchange: a call on the line, its acknowledgement and what follows it; a share and its rejection; and what can
// be wrong with such a file.

import { inclusionProof, leafHash, toBase64, toHex } from '@countersign/log'
import { agreementDigest } from '@countersign/pact'
import {
  canonicalJson,
  commitment,
  type ExchangeFile,
  formatExchange,
  type Statement,
  signStatement,
} from '@countersign/record'
import { consistencyOf, cosignedAt, PLAINTEXT, SALT, treeOf, under } from './evidence-making.ts'
import { agreement, alfa, bravo, checkpointOf, type Member, PACT, watch } from './samples.ts'
import { hex, parsed, text } from './texts.ts'

export interface ExchangeCase {
  name: string
  /** The codes of the steps that fail, in order. */
  fails: string[]
  /** Whom the reader trusts; all three where it is left out. */
  trust?: string[]
  /** Of each record lo and hi, where the file holds. */
  times?: [number | null, number | null][]
  /** The state of each reference, in the order of the records. */
  references?: string[]
  exchange: string
}

type Log = ExchangeFile['logs'][number]
type Receipts = [by: Member, size: number, time: number][]

const originOf = (party: string, channel: string) => `${party}/${PACT}/${channel}/${'c0'.repeat(8)}`
const MESSAGE = 'application/vnd.countersign.message.v1+json'
const STIX = 'application/stix+json;version=2.1'

const idOf = (n: number) => `0195f3a0-7c11-7abc-8def-${(0xabc000 + n).toString(16).padStart(12, '0')}`

function said(by: Member, channel: string, n: number, change: Partial<Statement>): Uint8Array {
  const origin = originOf(by.party, channel)
  return signStatement(under(agreement, { id: idOf(n), origin, from: by.party, ...change }), by.statement)
}

const opens = (by: Member, channel: string, n: number) =>
  said(by, channel, n, { type: 'log/open', body: { card: by.card.digest, predecessor: null } })

function part(by: Member, channel: string, n: number, role: string, mediaType: string): Statement['content'] {
  const context = { id: idOf(n), origin: originOf(by.party, channel), part: 0, role, mediaType }
  return [{ role, mediaType, size: 256, sealed: '4'.repeat(64), commitment: hex(commitment(context, SALT, PLAINTEXT)) }]
}

const re = (by: Member, channel: string, index: number, entry: Uint8Array) => [
  { origin: originOf(by.party, channel), index, leaf: toHex(leafHash(entry)) },
]

const call = (n: number, number: number, answers: Statement['re'] = []) =>
  said(alfa, 'line', n, {
    ...{ type: 'hotline/message', to: ['bravo.example'], body: { number, precedence: 'FLASH' }, re: answers },
    content: part(alfa, 'line', n, 'message', MESSAGE),
  })

const opening = opens(alfa, 'line', 1)
const first = call(2, 1)
const taken = said(bravo, 'line', 4, {
  ...{ type: 'hotline/ack', to: ['alfa.example'], body: { number: 1 }, re: re(alfa, 'line', 1, first) },
})
const second = call(3, 2, re(bravo, 'line', 1, taken))
const unrelated = call(5, 3)
const alfaLine = [opening, first, second, unrelated]
const bravoLine = [opens(bravo, 'line', 6), taken]

const share = said(alfa, 'main', 7, {
  ...{ type: 'intel/share', to: ['bravo.example'], marking: { tlp: 'TLP:AMBER' } },
  body: { share: '0195f3a0-7c11-7abc-8def-0123456789ab', piece: 1, pieces: 1, objects: 1 },
  content: part(alfa, 'main', 7, 'bundle', STIX),
})
const rejection = (which: number, leaf = share) =>
  said(bravo, 'main', 9, {
    ...{ type: 'content/rejected', to: ['alfa.example'], body: { part: which, reason: 'cannot-open' } },
    re: re(alfa, 'main', 1, leaf),
  })
const alfaMain = [opens(alfa, 'main', 8), share]
const bravoMain = (...rejected: Uint8Array[]) => [opens(bravo, 'main', 10), ...rejected]

function log(by: Member, channel: string, entries: Uint8Array[], indexes: number[], receipts: Receipts = []): Log {
  const origin = originOf(by.party, channel)
  const read = treeOf(entries)
  const at = (index: number) => ({
    entry: toBase64(entries[index] ?? new Uint8Array()),
    inclusion: inclusionProof(index, entries.length, read).map(toBase64),
  })
  return {
    origin,
    checkpoint: toBase64(checkpointOf(entries, origin, by.log)),
    cardEntries: [{ index: 0, ...at(0) }],
    records: indexes.map((index) => ({ index, ...at(index), content: [] })),
    receipts: receipts.map(([of, size, time]) => ({
      by: of.party,
      note: toBase64(cosignedAt(checkpointOf(entries.slice(0, size), origin, by.log), of, time)),
      size,
      consistency: size === entries.length ? [] : consistencyOf(entries, size).map(toBase64),
    })),
  }
}

function made(logs: Log[], members: Member[] = [alfa, bravo, watch]): ExchangeFile {
  return { v: 1, kind: 'exchange', agreements: [{ ...agreement }], cards: members.map((one) => parsed(one.file)), logs }
}

const RECEIPTS_ALFA: Receipts = [
  [watch, 1, 1000],
  [bravo, 2, 1010],
  [watch, 4, 1050],
]
const RECEIPTS_BRAVO: Receipts = [
  [watch, 1, 1020],
  [alfa, 2, 1031],
  [watch, 2, 1030],
]
const lineOfAlfa = log(alfa, 'line', alfaLine, [1, 2], RECEIPTS_ALFA)
const lineOfBravo = log(bravo, 'line', bravoLine, [1], RECEIPTS_BRAVO)
const whole = made([lineOfAlfa, lineOfBravo])
const withContent: Log = {
  ...lineOfAlfa,
  records: lineOfAlfa.records.map((one) =>
    one.index === 1 ? { ...one, content: [{ part: 0, salt: toBase64(SALT), plaintext: toBase64(PLAINTEXT) }] } : one,
  ),
}
const mainOfAlfa = log(alfa, 'main', alfaMain, [1])
const unread = (...rejected: Uint8Array[]) =>
  made([mainOfAlfa, log(bravo, 'main', bravoMain(...rejected), [1])], [alfa, bravo])

const file = (of: ExchangeFile) => text(formatExchange(of))
const changed = (change: Partial<ExchangeFile>) => file({ ...whole, ...change })
const malformed = (name: string, exchange: string): ExchangeCase => ({ name, fails: ['exchange/form'], exchange })
const TIMES: ExchangeCase['times'] = [
  [1000, 1010],
  [1000, 1050],
  [1020, 1030],
]
const other = { ...agreement, title: 'Another' }
const twoAgreements = [{ ...agreement }, other].sort((a, b) => (agreementDigest(a) < agreementDigest(b) ? -1 : 1))

export const exchangeCases: ExchangeCase[] = [
  {
    ...{ name: 'a call, its acknowledgement and what follows it', fails: [], times: TIMES },
    ...{ references: ['fits', 'fits'], exchange: file(whole) },
  },
  {
    ...{ name: 'with the content of one record', fails: [], times: TIMES, references: ['fits', 'fits'] },
    exchange: changed({ logs: [withContent, lineOfBravo] }),
  },
  {
    ...{ name: 'an answer whose question is not in the file', fails: [], times: [[1020, 1030]] },
    ...{ references: ['outside'], exchange: file(made([lineOfBravo])) },
  },
  {
    ...{ name: 'a share and its rejection', fails: [], references: ['fits'] },
    times: [
      [null, null],
      [null, null],
    ],
    exchange: file(unread(rejection(0))),
  },
  {
    ...{ name: 'only the authors are trusted', fails: [], trust: ['alfa.example', 'bravo.example'] },
    times: [
      [null, 1010],
      [null, null],
      [null, 1031],
    ],
    ...{ references: ['fits', 'fits'], exchange: file(whole) },
  },

  malformed('not canonical', ` ${file(whole)}`),
  malformed('another kind', changed({ kind: 'exchanges' as 'exchange' })),
  malformed('a member more', text(canonicalJson({ ...whole, more: 1 }))),
  malformed('no log', changed({ logs: [] })),
  malformed('logs out of order', changed({ logs: [lineOfBravo, lineOfAlfa] })),
  malformed('one log twice', changed({ logs: [lineOfAlfa, lineOfAlfa, lineOfBravo] })),
  malformed('a log without a record', changed({ logs: [{ ...lineOfAlfa, records: [] }, lineOfBravo] })),
  malformed(
    'records out of order',
    changed({ logs: [{ ...lineOfAlfa, records: [...lineOfAlfa.records].reverse() }, lineOfBravo] }),
  ),
  malformed(
    'receipts out of order',
    changed({ logs: [{ ...lineOfAlfa, receipts: [...lineOfAlfa.receipts].reverse() }, lineOfBravo] }),
  ),
  malformed(
    'one receipt twice',
    changed({ logs: [{ ...lineOfAlfa, receipts: lineOfAlfa.receipts.flatMap((one) => [one, one]) }, lineOfBravo] }),
  ),
  malformed(
    'a receipt with a proof of inclusion',
    text(
      canonicalJson({
        ...whole,
        logs: [
          {
            ...lineOfAlfa,
            receipts: lineOfAlfa.receipts.map(({ consistency, ...one }) => ({ ...one, inclusion: consistency })),
          },
          lineOfBravo,
        ],
      }),
    ),
  ),
  malformed('an agreement that no record names', changed({ agreements: twoAgreements })),
  malformed('one agreement twice', changed({ agreements: [{ ...agreement }, { ...agreement }] })),
  malformed('a card that no record needs', file(made([mainOfAlfa]))),
  malformed('cards out of order', file(made([lineOfAlfa, lineOfBravo], [bravo, alfa, watch]))),
  {
    name: 'two cards of one party',
    fails: ['evidence/card'],
    exchange: file(made([lineOfAlfa, lineOfBravo], [alfa, alfa, bravo, watch])),
  },
  {
    name: 'an entry that is none',
    fails: ['evidence/entry'],
    exchange: changed({
      logs: [
        { ...lineOfAlfa, records: lineOfAlfa.records.map((one) => ({ ...one, entry: toBase64(SALT) })) },
        lineOfBravo,
      ],
    }),
  },

  {
    name: 'one author of two is not trusted',
    trust: ['alfa.example', 'watch.example'],
    ...{ fails: ['exchange/record'], references: ['fits', 'fits'], exchange: file(whole) },
  },
  {
    name: 'the agreement left out',
    ...{ fails: ['exchange/record'], references: ['fits', 'fits'], exchange: changed({ agreements: [] }) },
  },
  {
    name: 'a record at another place',
    fails: ['exchange/record'],
    references: ['fits', 'outside'],
    exchange: changed({
      logs: [
        { ...lineOfAlfa, records: lineOfAlfa.records.slice(1).map((one) => ({ ...one, index: one.index + 1 })) },
        lineOfBravo,
      ],
    }),
  },
  {
    name: 'a receipt over another log',
    ...{ fails: ['exchange/record'], references: ['fits', 'fits'] },
    exchange: changed({
      logs: [
        {
          ...lineOfAlfa,
          receipts: log(alfa, 'line', [opening, unrelated, second, first], [1], RECEIPTS_ALFA).receipts,
        },
        lineOfBravo,
      ],
    }),
  },
  {
    name: 'a receipt whose proof is of another size',
    ...{ fails: ['exchange/record'], references: ['fits', 'fits'] },
    exchange: changed({
      logs: [{ ...lineOfAlfa, receipts: lineOfAlfa.receipts.map((one) => ({ ...one, consistency: [] })) }, lineOfBravo],
    }),
  },

  {
    name: 'an answer to another record than stands there',
    ...{ fails: ['exchange/reference'], references: ['other'], exchange: file(unread(rejection(0, second))) },
  },
  {
    name: 'the rejection of a part that the record has not',
    ...{ fails: ['exchange/reference'], references: ['other'], exchange: file(unread(rejection(1))) },
  },
  {
    name: 'a record of other matters',
    ...{ fails: ['exchange/connected'], references: ['fits', 'fits'] },
    exchange: changed({ logs: [log(alfa, 'line', alfaLine, [1, 2, 3], RECEIPTS_ALFA), lineOfBravo] }),
  },
  {
    name: 'two exchanges in one file',
    ...{ fails: ['exchange/connected'], references: ['fits', 'fits', 'fits'] },
    exchange: changed({
      logs: [...[lineOfAlfa, mainOfAlfa, lineOfBravo], log(bravo, 'main', bravoMain(rejection(0)), [1])],
    }),
  },
]
