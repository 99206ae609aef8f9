// What the page of keys says is to be done next, of what the node says of its keys.

import type { KeyStatus } from '@countersign/client'
import { expect, test } from 'vitest'
import { nextSteps } from '../src/rooms/keys/next-steps.ts'

const good: KeyStatus = {
  ...{ party: 'alfa.example', card: '1'.repeat(64), serial: 3, words: [], waiting: false, underPassphrase: true },
  root: { threshold: 2, keys: 3, here: 1 },
  validity: { notBefore: '2026-01-01T00:00:00.000Z', notAfter: '2028-01-01T00:00:00.000Z', daysLeft: 60 },
  roles: [{ role: 'log', serial: 1, since: '2026-01-01T00:00:00.000Z', givenUp: false }],
  logs: [{ origin: 'a', serial: 3, upToDate: true, frozenAt: null }],
  cards: [{ digest: '1'.repeat(64), serial: 3 }],
  notices: [{ party: 'alfa.example', digest: '2'.repeat(64), roles: ['log'], cards: [] }],
}
const kinds = (change: Partial<KeyStatus>) => nextSteps({ ...good, ...change }).map(({ kind }) => kind)
const lasting = (daysLeft: number) => ({ validity: { ...good.validity, daysLeft } })

test('nothing is to be done where the root is kept apart, the keys are under a passphrase and the card lasts', () => {
  expect(kinds({})).toEqual([])
})

test.each<[string, Partial<KeyStatus>, string[]]>([
  ['a root that can sign alone here', { root: { threshold: 2, keys: 3, here: 2 } }, ['root-here']],
  ['a request that waits for the root', { waiting: true }, ['waiting']],
  ['a card that ends within sixty days', lasting(59), ['expires']],
  ['a card on its last day', lasting(0), ['expires']],
  ['a card that has ended', lasting(-1), ['expired']],
  ['keys in the clear', { underPassphrase: false }, ['in-clear']],
  ['keys of our card that were given up', { roles: good.roles.map((of) => ({ ...of, givenUp: true })) }, ['given-up']],
  [
    'a notice of another party',
    { notices: [{ party: 'bravo.example', digest: '3', roles: ['log'], cards: [] }] },
    ['notice'],
  ],
  ['a log with an earlier card', { logs: [{ origin: 'a', serial: 2, upToDate: false, frozenAt: null }] }, ['behind']],
  ['a log that a notice froze', { logs: [{ origin: 'a', serial: 2, upToDate: false, frozenAt: 7 }] }, []],
])('%s is said', (_what, change, expected) => {
  expect(kinds(change)).toEqual(expected)
})

test('the most urgent comes first', () => {
  const change = { ...lasting(3), root: { threshold: 1, keys: 1, here: 1 }, underPassphrase: false }
  expect(kinds(change)).toEqual(['root-here', 'expires', 'in-clear'])
})
