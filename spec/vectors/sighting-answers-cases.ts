// Whether feedback may be given on the records it names (spec/records.md, Feedback): two logs of one channel, the receipts a
// reader holds, and what one of the records comes to.

import type { Statement } from '@countersign/record'
import { AGAIN, ALFA, alfaLog, BRAVO, bravoLog, inForce, named, said } from './destruction-cases.ts'
import type { RevocationAnswersCase } from './revocation-answers-cases.ts'

const bundle = {
  ...{ role: 'bundle', mediaType: 'application/stix+json;version=2.1', size: 512 },
  ...{ sealed: '3'.repeat(64), commitment: '4'.repeat(64) },
}
const ofBravo = (index: number) => named(BRAVO, index, bravoLog[index] ?? new Uint8Array())
const theirShare = ofBravo(2)
const feedback = (re: Statement['re'] = theirShare, more: Partial<Statement> = {}) =>
  said(ALFA, { type: 'intel/sighting', to: ['bravo.example'], body: {}, content: [bundle], re, ...more })
const inAnExercise = said(BRAVO, {
  ...{ type: 'intel/share', to: ['alfa.example'], mode: 'Exercise' },
  body: { share: '0195f3a0-7c11-7abc-8def-0123456789ac', piece: 1, pieces: 1, objects: 1 },
  content: [bundle],
})
const one = (name: string, expect: string, entry: Uint8Array, more: Partial<RevocationAnswersCase> = {}) => ({
  ...{ name, expect, record: { origin: ALFA, index: 3 }, receipts: inForce },
  logs: [
    { origin: ALFA, entries: [...alfaLog, entry] },
    { origin: BRAVO, entries: [...bravoLog, inAnExercise] },
  ],
  ...more,
})
const exercise = named(BRAVO, 3, inAnExercise)

export const sightingAnswersCases: RevocationAnswersCase[] = [
  one('on a share that was said to its author', 'valid', feedback()),
  one('in an exercise, on a share in that', 'valid', feedback(exercise, { mode: 'Exercise' })),
  one('in earnest, on a share in an exercise', 'statement/answers', feedback(exercise)),
  one('in an exercise, on what was shared in earnest', 'statement/answers', feedback(theirShare, { mode: 'Exercise' })),
  one(
    'on another leaf hash than stands there',
    'statement/answers',
    feedback(theirShare.map((of) => ({ ...of, leaf: '6'.repeat(64) }))),
  ),
  one('on a signature', 'statement/answers', feedback(ofBravo(1))),
  one('on a share and a signature', 'statement/answers', feedback([...theirShare, ...ofBravo(1)])),
  one(
    'on a record that has not arrived',
    'undecided',
    feedback(theirShare.map((of) => ({ ...of, origin: AGAIN.replace('alfa', 'bravo') }))),
  ),
  one('on a share, while nobody holds the receipts that make it valid', 'undecided', feedback(), { receipts: [] }),
]
