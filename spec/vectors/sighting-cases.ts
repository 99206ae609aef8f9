// Feedback on what others shared, as far as its own log decides of it (spec/records.md, Feedback). In the form of the cases
// of statement-cases.ts.

import type { Statement } from '@countersign/record'
import { entry, ORIGIN, PACT } from './samples.ts'
import type { StatementCase } from './statement-cases.ts'

const BRAVO = ORIGIN.replace('alfa', 'bravo')
const bundle = {
  ...{ role: 'bundle', mediaType: 'application/stix+json;version=2.1', size: 512 },
  ...{ sealed: '1'.repeat(64), commitment: '2'.repeat(64) },
}
const at = (index: number, origin = BRAVO) => ({ origin, index, leaf: '5'.repeat(64) })
const feedback = (re = [at(3)], more: Partial<Statement> = {}) =>
  entry({ type: 'intel/sighting', to: ['bravo.example'], body: {}, content: [bundle], re, ...more })
const several = (count: number) => Array.from({ length: count }, (_, i) => at(i))

const one = (name: string, expect: string, bytes: Uint8Array): StatementCase => ({ name, expect, entries: [bytes] })
const valid = (name: string, bytes: Uint8Array) => one(name, 'valid', bytes)
const broken = (name: string, bytes: Uint8Array) => one(name, 'statement/body', bytes)

export const sightingCases: StatementCase[] = [
  valid('feedback on a record', feedback()),
  valid('feedback on 64 records', feedback(several(64))),
  valid('feedback in two bundles', feedback([at(3)], { content: [bundle, bundle] })),
  valid('feedback in an exercise', feedback([at(3)], { mode: 'Exercise' })),
  broken('feedback with a verdict in the clear', feedback([at(3)], { body: { verdict: 'false-positive' } })),
  broken('feedback with a number of objects in the clear', feedback([at(3)], { body: { objects: 1 } })),
  broken('feedback on no record', feedback([])),
  broken('feedback on what its own author said', feedback([at(0, ORIGIN)])),
  broken('feedback on what another party and its own author said', feedback([at(3), at(0, ORIGIN)])),
  broken('feedback on a record twice', feedback([at(3), at(3)])),
  broken('feedback on a record of another channel', feedback([at(3, BRAVO.replace('/main/', '/line/'))])),
  broken('feedback on a record under another agreement', feedback([at(3, BRAVO.replace(PACT, '8e'.repeat(16)))])),
  broken('feedback that addresses nobody', feedback([at(3)], { to: [] })),
  broken('feedback without content', feedback([at(3)], { content: [] })),
  broken('feedback in a part of another role', feedback([at(3)], { content: [{ ...bundle, role: 'remark' }] })),
  broken(
    'feedback of another media type',
    feedback([at(3)], { content: [{ ...bundle, mediaType: 'text/plain;charset=utf-8' }] }),
  ),
]
