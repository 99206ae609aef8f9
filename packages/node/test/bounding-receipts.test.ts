import { intervalOf } from '@countersign/pact'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { agreement } from '../../../spec/vectors/samples.ts'
import { boundingReceipts } from '../src/evidence/bounding-receipts.ts'

const TWO_NEUTRALS = {
  ...agreement,
  neutrals: [
    ...agreement.neutrals,
    {
      party: 'other.example',
      name: 'Other',
      root: '7'.repeat(64),
      operator: 'other.example',
      roles: ['observer' as const],
    },
  ],
}
const TO_BRAVO = { type: 'intel/share', to: ['bravo.example'] }
const given = (by: string, size: number, time: number, isDeposit = false) => ({
  ...{ by: `${by}.example`, size, time, isDeposit },
  digest: `${size}-${time}-${isDeposit}`,
})
const interval = (receipts: ReturnType<typeof given>[]) =>
  intervalOf(
    TWO_NEUTRALS,
    { recipient: 'bravo.example', index: 1 },
    receipts.map((one) => ({ ...one, origin: 'of one log' })),
  )

test('a file of evidence bounds its record although a neutral whose clock is ahead makes the first receipt count for nothing', () => {
  const receipts = [given('other', 1, 130), given('watch', 2, 100), given('watch', 2, 160), given('watch', 2, 220)]
  expect(interval(boundingReceipts(TWO_NEUTRALS, TO_BRAVO, 1, receipts))).toEqual({ lo: 130, hi: 160 })
})

test('the receipts in a file of evidence give the interval that all of them give', () => {
  const one = fc
    .record({
      by: fc.constantFrom('watch', 'other', 'bravo', 'stranger'),
      size: fc.integer({ min: 1, max: 4 }),
      time: fc.integer({ min: 100, max: 110 }),
      isDeposit: fc.boolean(),
    })
    .map(({ by, size, time, isDeposit }) => given(by, size, time, isDeposit))
  fc.assert(
    fc.property(fc.array(one, { maxLength: 12 }), fc.constantFrom(1, 2), (receipts, quorum) => {
      const of = { ...TWO_NEUTRALS, quorum }
      const facts = (some: typeof receipts) => some.map((receipt) => ({ ...receipt, origin: 'of one log' }))
      const record = { recipient: 'bravo.example', index: 1 }
      const cut = boundingReceipts(of, TO_BRAVO, 1, receipts)
      expect(intervalOf(of, record, facts(cut))).toEqual(intervalOf(of, record, facts(receipts)))
    }),
  )
})

test('the evidence of a notice shows since when it stands where there is no neutral', () => {
  const alone = { ...agreement, neutrals: [], quorum: 0 }
  const receipts = [given('bravo', 2, 100), given('bravo', 3, 110)]
  expect(boundingReceipts(alone, { type: 'party/notice', to: [] }, 1, receipts)).toEqual(receipts.slice(0, 1))
  expect(boundingReceipts(alone, { type: 'log/pin', to: [] }, 1, receipts)).toEqual([])
})
