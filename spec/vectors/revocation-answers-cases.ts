// Whether a revocation may be said of the records it names (spec/records.md, Taking back): two logs of one channel, the
// receipts a reader holds, and what one of the records comes to.

import type { Statement } from '@countersign/record'
import {
  AGAIN,
  ALFA,
  alfaLog,
  BRAVO,
  bravoLog,
  inForce,
  named,
  type Receipt,
  said,
  theShare,
} from './destruction-cases.ts'

export interface RevocationAnswersCase {
  name: string
  /** Entries of each log from its start. */
  logs: { origin: string; entries: Uint8Array[] }[]
  receipts: Receipt[]
  /** The record, and whether it is `valid`, `undecided`, or void with a code. */
  record: { origin: string; index: number }
  expect: string
}

const RECORD = { origin: ALFA, index: 3 }
const revokes = (re: Statement['re'] = theShare, more: Partial<Statement> = {}, objects: unknown = null) =>
  said(ALFA, { type: 'intel/revoke', to: ['bravo.example'], body: { reason: 'mistake', objects }, re, ...more })
const one = (name: string, expect: string, entry: Uint8Array, more: Partial<RevocationAnswersCase> = {}) => ({
  ...{ name, expect, record: RECORD, receipts: inForce },
  logs: [
    { origin: ALFA, entries: [...alfaLog, entry] },
    { origin: BRAVO, entries: bravoLog },
  ],
  ...more,
})
const places = (part: number) => [{ record: 0, part, places: [0] }]

export const revocationAnswersCases: RevocationAnswersCase[] = [
  one('of a share of its author', 'valid', revokes()),
  one('of an object of it', 'valid', revokes(theShare, {}, places(0))),
  one('of a part that it does not have', 'statement/answers', revokes(theShare, {}, places(1))),
  one(
    'of another leaf hash than stands there',
    'statement/answers',
    revokes(theShare.map((of) => ({ ...of, leaf: '6'.repeat(64) }))),
  ),
  one('of a signature of its author', 'statement/answers', revokes(named(ALFA, 1, alfaLog[1] ?? new Uint8Array()))),
  one(
    'of a share and a signature',
    'statement/answers',
    revokes([...theShare, ...named(ALFA, 1, alfaLog[1] ?? new Uint8Array())]),
  ),
  one('in an exercise, of what was shared in earnest', 'statement/answers', revokes(theShare, { mode: 'Exercise' })),
  one('of a record that has not arrived', 'undecided', revokes(theShare.map((of) => ({ ...of, origin: AGAIN })))),
  one('of a share, while nobody holds the receipts that make it valid', 'undecided', revokes(), { receipts: [] }),
]
