import { deliveryState, intervalOf } from '@countersign/pact'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { agreement } from '../../../spec/vectors/samples.ts'
import type { Views } from '../src/index.ts'
import {
  ALFA,
  carol,
  deposit,
  FIRST,
  feed,
  fresh,
  know,
  opens,
  proposes,
  receipt,
  SECOND,
  signs,
  versionOf,
} from './two-parties.ts'

let views: Views
beforeEach(async () => {
  views = await fresh()
})
afterEach(() => views.close())

const LOG = [opens(ALFA), signs(ALFA), signs(ALFA), proposes(ALFA, FIRST), proposes(ALFA, SECOND)]
/** Of every signer, also with times that fall as sizes grow. */
const aReceipt = fc
  .record({
    by: fc.constantFrom('watch', 'bravo', 'alfa', 'stranger'),
    size: fc.integer({ min: 1, max: 7 }),
    time: fc.integer({ min: 100, max: 112 }),
    isDeposit: fc.boolean(),
  })
  .map(({ by, size, time, isDeposit }) => (isDeposit ? deposit : receipt)(by, ALFA, size, time))

test('whatever receipts arrive in whatever order, intervals and states are those of the pact package', async () => {
  await know([agreement], views)
  const arrivals = fc.array(fc.record({ one: aReceipt, settles: fc.boolean() }), { minLength: 1, maxLength: 14 })
  const splits = fc.option(fc.record({ at: fc.nat(14), common: fc.integer({ min: 1, max: 5 }) }), { nil: undefined })
  await fc.assert(
    fc.asyncProperty(arrivals, fc.nat(14), splits, async (some, logAt, forked) => {
      await views.reset()
      await know([agreement], views)
      for (const [i, { one, settles }] of some.entries()) {
        if (i === logAt) await feed(ALFA, LOG, views)
        if (i === forked?.at) await views.foldSplit(ALFA, forked.common)
        await views.foldReceipt(one)
        if (settles) await views.settle()
      }
      if (forked !== undefined && forked.at >= some.length) await views.foldSplit(ALFA, forked.common)
      await feed(ALFA, LOG, views)
      while (await views.settle()) continue
      const receipts = some.map(({ one }) => one)
      const page = await views.records({})
      if (!page.ok) throw new Error(page.message)
      expect(page.value.records.length).toBe(LOG.length)
      for (const { index, state, delivery } of page.value.records) {
        const recipient = index === 0 ? '' : 'bravo.example'
        const record = { origin: ALFA, recipient, index, afterSplit: index >= (forked?.common ?? LOG.length) }
        expect(delivery).toMatchObject([{ recipient, ...intervalOf(agreement, record, receipts) }])
        if (index < 3) expect(state).toBe(deliveryState(agreement, record, receipts))
      }
    }),
    { numRuns: 60 },
  )
}, 120_000)

test('a cosigner whose times fall is an alarm, in whichever order its two receipts arrive', async () => {
  await know([agreement], views)
  await feed(ALFA, LOG, views)
  const [smaller, larger] = [receipt('watch', ALFA, 2, 110), receipt('watch', ALFA, 5, 104)]
  for (const order of [
    [smaller, larger],
    [larger, smaller],
  ]) {
    await views.reset()
    await views.foldReceipts(order)
    expect(await views.alarms()).toMatchObject([{ code: 'receipt/time-fell', subject: ALFA }])
  }
  await views.reset()
  await views.foldReceipts([
    receipt('watch', ALFA, 2, 104),
    receipt('watch', ALFA, 5, 104),
    receipt('bravo', ALFA, 6, 90),
  ])
  expect(await views.alarms()).toEqual([])
})

test('a receipt delivers a record although a larger one by its signer was dated before lo', async () => {
  await know([agreement], views)
  await feed(ALFA, LOG, views)
  const state = async () => {
    while (await views.settle()) continue
    const page = await views.records({ state: 'delivered' })
    return page.ok ? page.value.records.map(({ index }) => index) : []
  }
  await views.foldReceipts([receipt('watch', ALFA, 1, 110), receipt('bravo', ALFA, 5, 105)])
  expect(await state()).toEqual([])
  await views.foldReceipt(receipt('bravo', ALFA, 2, 112))
  expect(await state()).toEqual([1])
})

const CAROL = { party: carol.party, name: 'Carol', root: carol.card.rootDigest, operator: carol.party }
const TWO_NEUTRALS = { ...agreement, neutrals: [{ ...CAROL, roles: ['observer' as const] }, ...agreement.neutrals] }
const TWO = versionOf(TWO_NEUTRALS)
const BY_TWO = [opens(ALFA, TWO), signs(ALFA, TWO), signs(ALFA, TWO)]

async function intervalsNow() {
  while (await views.settle()) continue
  const page = await views.records({})
  if (!page.ok) throw new Error(page.message)
  return page.value.records.map(({ index, delivery }) => ({ index, lo: delivery[0]?.lo, hi: delivery[0]?.hi }))
}

test('a record stays held since the receipt that first counts, however long its log is quiet, where a neutral’s clock was ahead', async () => {
  await know([TWO_NEUTRALS], views)
  await feed(ALFA, BY_TWO, views)
  await views.foldReceipts([receipt('carol', ALFA, 2, 130), receipt('watch', ALFA, 3, 100)])
  await intervalsNow()
  let last = receipt('watch', ALFA, 3, 160)
  await views.foldReceipt(last)
  for (let time = 220; time < 1000; time += 60) {
    const next = receipt('watch', ALFA, 3, time)
    await intervalsNow()
    await views.foldReceipt(next)
    await views.forgetReceipt(last)
    last = next
  }
  expect((await intervalsNow()).find(({ index }) => index === 2)).toEqual({ index: 2, lo: 130, hi: 160 })
})

test('forgetting receipts, in whatever order they come, changes no interval', async () => {
  await know([TWO_NEUTRALS], views)
  const one = fc
    .record({
      by: fc.constantFrom('watch', 'carol', 'bravo'),
      size: fc.integer({ min: 1, max: 4 }),
      time: fc.integer({ min: 100, max: 108 }),
      isDeposit: fc.boolean(),
    })
    .map(({ by, size, time, isDeposit }) => (isDeposit ? deposit : receipt)(by, ALFA, size, time))
  await fc.assert(
    fc.asyncProperty(fc.array(one, { minLength: 2, maxLength: 12 }), async (some) => {
      await views.reset()
      await know([TWO_NEUTRALS], views)
      await feed(ALFA, BY_TWO, views)
      await views.foldReceipts(some)
      const before = await intervalsNow()
      for (const each of some) await views.forgetReceipt(each)
      await views.foldSplit(ALFA, 9)
      expect(await intervalsNow()).toEqual(before)
      for (const { index, lo, hi } of before) {
        const of = { origin: ALFA, recipient: index === 0 ? '' : 'bravo.example', index }
        expect({ lo, hi }).toEqual(intervalOf(TWO_NEUTRALS, of, some))
      }
    }),
    { numRuns: 60 },
  )
}, 120_000)
