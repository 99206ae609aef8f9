// What the release gate says of a share, in words for a terminal.

import { expect, test } from 'vitest'
import { goneByInWords } from '../src/verdicts.ts'

const CONSENT = {
  ...{ party: 'bravo.example', pact: 'aa', record: 'bravo.example/aa/main/x#7', at: Date.UTC(2026, 10, 30) },
  ...{ agreement: 'bb', parties: ['carol.example'], objects: 2 },
}

test('by whose word something goes on is said with the record, the time and how far', () => {
  expect(goneByInWords(CONSENT)).toBe(
    'By consent: 2 objects came from others; bravo.example gave it (bravo.example/aa/main/x#7, 2026-11-30T00:00:00.000Z), to go on under the agreement bb, to carol.example.',
  )
  expect(goneByInWords({ ...CONSENT, agreement: null, parties: null, objects: 1 })).toContain(
    'to go on under any agreement, and outside of all, to anybody.',
  )
})
