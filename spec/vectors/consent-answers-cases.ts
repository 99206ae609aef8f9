// Whether a consent may be said of the records it names, and a retraction of a consent (spec/records.md, Passing on): two logs
// of one channel, the receipts a reader holds, and what one of the records comes to.

import type { Statement } from '@countersign/record'
import { AGAIN, ALFA, alfaLog, BRAVO, bravoLog, inForce, named, said, theShare } from './destruction-cases.ts'
import type { RevocationAnswersCase } from './revocation-answers-cases.ts'

const BODY = { agreement: null, objects: null, parties: null }
const consent = (re: Statement['re'] = theShare, more: Partial<Statement> = {}, objects: unknown = null) =>
  said(ALFA, { type: 'intel/consent', to: ['bravo.example'], body: { ...BODY, objects }, re, ...more })
const given = consent()
const retracts = (re: Statement['re'] = named(ALFA, 3, given), more: Partial<Statement> = {}) =>
  said(ALFA, { type: 'intel/retract', to: ['bravo.example'], body: {}, re, ...more })
const one = (name: string, expect: string, entries: Uint8Array[], more: Partial<RevocationAnswersCase> = {}) => ({
  ...{ name, expect, record: { origin: ALFA, index: 2 + entries.length }, receipts: inForce },
  logs: [
    { origin: ALFA, entries: [...alfaLog, ...entries] },
    { origin: BRAVO, entries: bravoLog },
  ],
  ...more,
})
const signature = named(ALFA, 1, alfaLog[1] ?? new Uint8Array())
const places = (part: number) => [{ record: 0, part, places: [0] }]

export const consentAnswersCases: RevocationAnswersCase[] = [
  one('a consent to passing on a share of its author', 'valid', [given]),
  one('a consent to passing on an object of it', 'valid', [consent(theShare, {}, places(0))]),
  one('a consent to a part that it does not have', 'statement/answers', [consent(theShare, {}, places(1))]),
  one('a consent to another leaf hash than stands there', 'statement/answers', [
    consent(theShare.map((of) => ({ ...of, leaf: '6'.repeat(64) }))),
  ]),
  one('a consent to passing on a signature', 'statement/answers', [consent(signature)]),
  one('a consent to passing on a share and a signature', 'statement/answers', [consent([...theShare, ...signature])]),
  one('a consent in an exercise, to what was shared in earnest', 'statement/answers', [
    consent(theShare, { mode: 'Exercise' }),
  ]),
  one('a consent to a record that has not arrived', 'undecided', [
    consent(theShare.map((of) => ({ ...of, origin: AGAIN }))),
  ]),
  one('a consent, while nobody holds the receipts that make it valid', 'undecided', [given], { receipts: [] }),
  one('a retraction of a consent of its author', 'valid', [given, retracts()]),
  one('a retraction of another leaf hash than stands there', 'statement/answers', [
    given,
    retracts(named(ALFA, 3, given).map((of) => ({ ...of, leaf: '6'.repeat(64) }))),
  ]),
  one('a retraction of a share', 'statement/answers', [given, retracts(theShare)]),
  one('a retraction of a consent and a share', 'statement/answers', [
    given,
    retracts([...named(ALFA, 3, given), ...theShare]),
  ]),
  one('a retraction of a retraction', 'statement/answers', [given, retracts(), retracts(named(ALFA, 4, retracts()))]),
  one('a retraction in an exercise, of what was said in earnest', 'statement/answers', [
    given,
    retracts(named(ALFA, 3, given), { mode: 'Exercise' }),
  ]),
  one('a retraction of a consent that has not arrived', 'undecided', [
    given,
    retracts(named(ALFA, 3, given).map((of) => ({ ...of, origin: AGAIN }))),
  ]),
]
