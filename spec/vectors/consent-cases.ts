// Consents to passing on, and what takes them back, as far as their own log decides of them (spec/records.md, Passing on). In
// the form of the cases of statement-cases.ts.

import type { Statement } from '@countersign/record'
import { entry, ORIGIN, PACT } from './samples.ts'
import type { StatementCase } from './statement-cases.ts'

const BRAVO = ORIGIN.replace('alfa', 'bravo')
const AGAIN = ORIGIN.replace(/[0-9a-f]{16}$/, '0'.repeat(16))
const ELSEWHERE = '9e107d9d372bb6826bd81d3542a419d6'
const content = [
  {
    ...{ role: 'bundle', mediaType: 'application/stix+json;version=2.1', size: 256 },
    ...{ sealed: '1'.repeat(64), commitment: '2'.repeat(64) },
  },
]
const at = (index: number, origin = AGAIN) => ({ origin, index, leaf: '5'.repeat(64) })
const rising = (count: number) => Array.from({ length: count }, (_, i) => i)
const BODY = { agreement: ELSEWHERE, objects: null, parties: ['carol.example'] }
const consent = (body: Record<string, unknown> = {}, more: Partial<Statement> = {}) =>
  entry({ type: 'intel/consent', to: ['bravo.example'], body: { ...BODY, ...body }, re: [at(3)], ...more })
const retraction = (re = [at(3)], more: Partial<Statement> = {}) =>
  entry({ type: 'intel/retract', to: ['bravo.example'], body: {}, re, ...more })
const of = (record: number, places: unknown[], part = 0) => ({ record, part, places })
const parties = (count: number) => rising(count).map((i) => `p${String(i).padStart(2, '0')}.example`)

const one = (name: string, expect: string, bytes: Uint8Array): StatementCase => ({ name, expect, entries: [bytes] })
const valid = (name: string, bytes: Uint8Array) => one(name, 'valid', bytes)
const broken = (name: string, bytes: Uint8Array) => one(name, 'statement/body', bytes)
const without = (member: string) => {
  const body = Object.fromEntries(Object.entries(BODY).filter(([name]) => name !== member))
  return entry({ type: 'intel/consent', to: ['bravo.example'], body, re: [at(3)] })
}

export const consentCases: StatementCase[] = [
  valid('a consent to passing on all of a record to one party under another agreement', consent()),
  valid('a consent under its own agreement', consent({ agreement: PACT })),
  valid('a consent under any agreement, and to anybody', consent({ agreement: null, parties: null })),
  valid('a consent to 32 parties', consent({ parties: parties(32) })),
  valid(
    'a consent to a party that is none here, and to one that is',
    consent({ parties: ['a.example', 'bravo.example'] }),
  ),
  valid(
    'a consent to objects of two parts of two records',
    consent({ objects: [of(0, [0, 999_999]), of(0, [1], 15), of(1, [0])] }, { re: [at(3), at(4)] }),
  ),
  valid('a consent to 2,000 objects', consent({ objects: [of(0, rising(2_000))] })),
  valid('a consent to all of 64 records', consent({}, { re: rising(64).map((i) => at(i)) })),
  ...['agreement', 'objects', 'parties'].map((member) => broken(`a consent without ${member}`, without(member))),
  broken('a consent with a member more', consent({ until: '2031-01-01T00:00:00.000Z' })),
  broken('a consent under an agreement whose id is too short', consent({ agreement: ELSEWHERE.slice(1) })),
  broken(
    'a consent under an agreement whose id is in capital letters',
    consent({ agreement: ELSEWHERE.toUpperCase() }),
  ),
  broken('a consent to no party', consent({ parties: [] })),
  broken('a consent to 33 parties', consent({ parties: parties(33) })),
  broken('a consent to a party twice', consent({ parties: ['a.example', 'a.example'] })),
  broken('a consent to parties that are not sorted', consent({ parties: ['b.example', 'a.example'] })),
  broken('a consent to what is no domain', consent({ parties: ['Carol'] })),
  broken('a consent that names no record', consent({}, { re: [] })),
  broken('a consent to passing on what another party said', consent({}, { re: [at(3, BRAVO)] })),
  broken('a consent that names a record twice', consent({}, { re: [at(3), at(3)] })),
  broken(
    'a consent that names a record of another channel',
    consent({}, { re: [at(3, AGAIN.replace('/main/', '/line/'))] }),
  ),
  broken(
    'a consent that names a record under another agreement',
    consent({}, { re: [at(3, AGAIN.replace(PACT, '8e'.repeat(16)))] }),
  ),
  broken('a consent that addresses nobody', consent({}, { to: [] })),
  broken('a consent with content', consent({}, { content })),
  broken('a consent to no object', consent({ objects: [] })),
  broken('a consent to places that fall', consent({ objects: [of(0, [2, 1])] })),
  broken('a consent to a place past the last', consent({ objects: [of(0, [1_000_000])] })),
  broken(
    'a consent whose list leaves out a record that it names',
    consent({ objects: [of(1, [0])] }, { re: [at(3), at(4)] }),
  ),
  broken('a consent to 2,001 objects', consent({ objects: [of(0, rising(1_000)), of(0, rising(1_001), 1)] })),
  one('a consent to itself', 'statement/re', consent({}, { re: [at(1, ORIGIN)] })),
  valid('a retraction', retraction()),
  valid('a retraction of 64 consents', retraction(rising(64).map((i) => at(i)))),
  broken('a retraction with a member', retraction([at(3)], { body: { objects: null } })),
  broken('a retraction of no record', retraction([])),
  broken('a retraction of what another party said', retraction([at(3, BRAVO)])),
  broken('a retraction of a consent twice', retraction([at(3), at(3)])),
  broken('a retraction of a record of another channel', retraction([at(3, AGAIN.replace('/main/', '/line/'))])),
  broken('a retraction that addresses nobody', retraction([at(3)], { to: [] })),
  broken('a retraction with content', retraction([at(3)], { content })),
]
