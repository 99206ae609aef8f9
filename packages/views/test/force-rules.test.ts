import {
  forceOf,
  heldReceipts,
  type NamedReceipt,
  type SignatureFact,
  saidInForce,
  witnessedSignatures,
} from '@countersign/pact'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PACT } from '../../../spec/vectors/samples.ts'
import type { ReceiptToFold, Views } from '../src/index.ts'
import {
  ALFA,
  BRAVO,
  BRAVO_AGAIN,
  EXPIRES,
  FIRST,
  feed,
  fresh,
  know,
  opens,
  receipt,
  saysShare,
  signs,
  V1,
  validity,
} from './two-parties.ts'

/** What a log says after it was opened: a signature, or a share that names one receipt and had seen so much of another log. */
const saying = fc.record({
  signs: fc.boolean(),
  named: fc.nat(30),
  invents: fc.integer({ min: 0, max: 5 }),
  other: fc.nat(1),
  size: fc.integer({ min: 2, max: 6 }),
})
const aReceipt = fc
  .record({
    by: fc.constantFrom('watch', 'watch', 'watch', 'bravo'),
    origin: fc.constantFrom(ALFA, BRAVO, BRAVO_AGAIN),
    size: fc.integer({ min: 1, max: 6 }),
    time: fc.integer({ min: EXPIRES - 5, max: EXPIRES + 1 }),
  })
  .map(({ by, origin, size, time }) => receipt(by, origin, size, time))

let views: Views
beforeEach(async () => {
  views = await fresh()
})
afterEach(() => views.close())

test('force and what was said in it are as the rules of an agreement say of all that arrived, in any order', async () => {
  const counted = { force: 0, said: 0, not: 0 }
  const world = fc.record({
    receipts: fc.array(aReceipt, { minLength: 6, maxLength: 18 }),
    sayings: fc.tuple(...[ALFA, BRAVO, BRAVO_AGAIN].map(() => fc.array(saying, { minLength: 1, maxLength: 5 }))),
    order: fc.array(fc.nat(1000), { minLength: 40, maxLength: 40 }),
    settles: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
  })
  await fc.assert(
    fc.asyncProperty(world, async ({ receipts, sayings, order, settles }) => {
      const signatures: SignatureFact[] = []
      const records: { origin: string; index: number; seen: Map<string, number>; named: Map<string, NamedReceipt> }[] =
        []
      const logs = [ALFA, BRAVO, BRAVO_AGAIN].map((origin, l): [string, Uint8Array[]] => {
        const others = origin === ALFA ? [BRAVO, BRAVO_AGAIN] : [ALFA, ALFA]
        const [seen, named] = [new Map<string, number>(), new Map<string, NamedReceipt>()]
        const log = [opens(origin, V1)]
        for (const { signs: itSigns, named: n, invents, other, size } of sayings[l] ?? []) {
          const index = log.length
          if (itSigns) {
            signatures.push({ party: origin === ALFA ? 'alfa.example' : 'bravo.example', origin, index })
            log.push(signs(origin, V1))
            continue
          }
          const of = others[other] ?? ALFA
          seen.set(of, Math.max(size, seen.get(of) ?? 0))
          const held = receipts[n % receipts.length] as ReceiptToFold
          const pin = invents === 0 ? { ...held, digest: '7'.repeat(64) } : held
          const before = named.get(`${pin.by} ${pin.origin}`)
          const names = before === undefined || pin.size > before.size
          if (names) named.set(`${pin.by} ${pin.origin}`, pin)
          records.push({ origin, index, seen: new Map(seen), named: new Map(named) })
          log.push(
            saysShare(origin, V1, {
              logs: [{ origin: of, size: seen.get(of) ?? 0, root: `${seen.get(of)}`.repeat(64) }],
              receipts: names ? [{ by: pin.by, origin: pin.origin, size: pin.size, digest: pin.digest }] : [],
            }),
          )
        }
        return [origin, log]
      })

      await views.reset()
      await know([FIRST], views)
      const steps = [
        ...logs.flatMap(([origin, log]) => log.map((_, i) => () => feed(origin, log.slice(0, i + 1), views))),
        ...receipts.map((one) => () => views.foldReceipt(one)),
      ]
      const shuffled = steps.map((step, i) => ({ step, at: order[i] ?? 0 })).sort((a, b) => a.at - b.at)
      for (const [i, { step }] of shuffled.entries()) {
        await step()
        if (settles[i] === true) await views.settle()
      }
      const held = heldReceipts(receipts)
      const witnessed = witnessedSignatures(FIRST, 'main', signatures, held)
      const force = forceOf(FIRST, 'main', witnessed)
      expect(views.force(PACT, V1, 'main')).toEqual(force)
      if (force !== undefined) counted.force++
      for (const { origin, index, seen, named } of records) {
        const holds = saidInForce(
          FIRST,
          'main',
          witnessed,
          held,
          { origin, index },
          {
            size: (of) => seen.get(of) ?? 0,
            named: (by, on) => named.get(`${by} ${on}`),
          },
        )
        const kind = force === undefined ? 'undecided' : holds ? 'valid' : 'void'
        expect((await validity(origin, index, views))?.kind, `${origin}#${index}`).toBe(kind)
        if (force !== undefined) counted[holds ? 'said' : 'not']++
      }
    }),
    { numRuns: 40 },
  )
  expect(Math.min(...Object.values(counted))).toBeGreaterThan(0)
}, 120_000)
