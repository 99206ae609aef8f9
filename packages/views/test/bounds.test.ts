import { deliveryState, intervalOf } from '@countersign/pact'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { agreement } from '../../../spec/vectors/samples.ts'
import type { Views } from '../src/index.ts'
import { ALFA, FIRST, feed, fresh, know, opens, proposes, receipt, SECOND, signs } from './two-parties.ts'

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
  })
  .map(({ by, size, time }) => receipt(by, ALFA, size, time))

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
