// Shares with the name of a feed, and revocations, as far as their own log decides of them (spec/records.md, Feeds and Taking
// back). In the form of the cases of statement-cases.ts.

import type { Statement } from '@countersign/record'
import { entry, ORIGIN, PACT } from './samples.ts'
import type { StatementCase } from './statement-cases.ts'

const BRAVO = ORIGIN.replace('alfa', 'bravo')
const AGAIN = ORIGIN.replace(/[0-9a-f]{16}$/, '0'.repeat(16))
const bundle = {
  ...{ role: 'bundle', mediaType: 'application/stix+json;version=2.1', size: 256 },
  ...{ sealed: '1'.repeat(64), commitment: '2'.repeat(64) },
}
const at = (index: number, origin = AGAIN) => ({ origin, index, leaf: '5'.repeat(64) })
const share = (more: Record<string, unknown>) =>
  entry({
    ...{ type: 'intel/share', to: ['bravo.example'], marking: { tlp: 'TLP:AMBER' }, content: [bundle] },
    body: { share: '0195f3a0-7c11-7abc-8def-0123456789ab', piece: 1, pieces: 1, objects: 1, ...more },
  })
const revocation = (objects: unknown, re = [at(3)], more: Partial<Statement> = {}) =>
  entry({ type: 'intel/revoke', to: ['bravo.example'], body: { reason: 'mistake', objects }, re, ...more })
const of = (record: number, places: unknown[], part = 0) => ({ record, part, places })
const rising = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i)

const one = (name: string, expect: string, bytes: Uint8Array): StatementCase => ({ name, expect, entries: [bytes] })
const valid = (name: string, bytes: Uint8Array) => one(name, 'valid', bytes)
const broken = (name: string, bytes: Uint8Array) => one(name, 'statement/body', bytes)

export const revocationCases: StatementCase[] = [
  valid('a share in a feed', share({ feed: 'ransomware' })),
  valid('a share in a feed with the longest name', share({ feed: `a${'-'.repeat(30)}9` })),
  broken('a share in a feed without a name', share({ feed: '' })),
  broken('a share in the feed null', share({ feed: null })),
  broken('a share in a feed in capital letters', share({ feed: 'Ransomware' })),
  broken('a share in a feed with a slash', share({ feed: 'a/b' })),
  broken('a share in a feed with a name too long', share({ feed: 'a'.repeat(33) })),
  broken('a share in a feed called inbox', share({ feed: 'inbox' })),
  broken('a share in a feed called outbox', share({ feed: 'outbox' })),
  broken('a share in a feed called withdrawn', share({ feed: 'withdrawn' })),
  valid('a revocation of all of a record', revocation(null)),
  valid(
    'a revocation of all of 64 records',
    revocation(
      null,
      rising(64).map((i) => at(i)),
    ),
  ),
  valid(
    'a revocation of objects of two parts of two records',
    revocation([of(0, [0, 999_999]), of(0, [1], 15), of(1, [0])], [at(3), at(4)]),
  ),
  valid('a revocation of 2,000 objects', revocation([of(0, rising(2_000))])),
  ...['false-positive', 'outdated', 'superseded', 'not-releasable', 'other'].map((reason) =>
    valid(`a revocation for the reason ${reason}`, revocation(null, [at(3)], { body: { reason, objects: null } })),
  ),
  broken('a revocation without a reason', revocation(null, [at(3)], { body: { objects: null } })),
  broken(
    'a revocation for a reason of its own',
    revocation(null, [at(3)], { body: { reason: 'because', objects: null } }),
  ),
  broken(
    'a revocation with a member more',
    revocation(null, [at(3)], { body: { reason: 'other', objects: null, ids: [] } }),
  ),
  broken('a revocation of no record', revocation(null, [])),
  broken('a revocation of what another party said', revocation(null, [at(3, BRAVO)])),
  broken('a revocation of its own record and one of another party', revocation(null, [at(3), at(3, BRAVO)])),
  broken('a revocation of a record twice', revocation(null, [at(3), at(3)])),
  broken('a revocation of a record of another channel', revocation(null, [at(3, AGAIN.replace('/main/', '/line/'))])),
  broken(
    'a revocation of a record under another agreement',
    revocation(null, [at(3, AGAIN.replace(PACT, '8e'.repeat(16)))]),
  ),
  broken('a revocation that addresses nobody', revocation(null, [at(3)], { to: [] })),
  broken('a revocation with content', revocation(null, [at(3)], { content: [bundle] })),
  broken('a revocation of no object', revocation([])),
  broken('a revocation of no place', revocation([of(0, [])])),
  broken('a revocation of places that fall', revocation([of(0, [2, 1])])),
  broken('a revocation of a place twice', revocation([of(0, [2, 2])])),
  broken('a revocation of a place below 0', revocation([of(0, [-1])])),
  broken('a revocation of a place past the last', revocation([of(0, [1_000_000])])),
  broken('a revocation of a part past the last', revocation([of(0, [0], 16)])),
  broken('a revocation of a record that it does not name', revocation([of(0, [0]), of(1, [0])])),
  broken('a revocation whose list leaves out a record that it names', revocation([of(1, [0])], [at(3), at(4)])),
  broken('a revocation whose list is not sorted', revocation([of(1, [0]), of(0, [0])], [at(3), at(4)])),
  broken('a revocation whose parts are not sorted', revocation([of(0, [0], 1), of(0, [0], 0)])),
  broken('a revocation that lists a part twice', revocation([of(0, [0]), of(0, [1])])),
  broken('a revocation of 2,001 objects', revocation([of(0, rising(1_000)), of(0, rising(1_001), 1)])),
  one('a revocation of itself', 'statement/re', revocation(null, [at(1, ORIGIN)])),
]
