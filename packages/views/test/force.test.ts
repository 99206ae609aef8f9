import { type Agreement, canonicalAgreement } from '@countersign/pact'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agreement, alfa, bravo, PACT, watch } from '../../../spec/vectors/samples.ts'
import type { ReceiptToFold, Views } from '../src/index.ts'
import * as twoParties from './two-parties.ts'

const {
  ALFA,
  ALFA_AGAIN,
  ALFA_THIRD,
  BRAVO,
  BRAVO_AGAIN,
  ELSEWHERE,
  EXPIRES,
  FIRST,
  SECOND,
  V1,
  V2,
  V_ELSEWHERE,
  VERSION,
} = twoParties
const { fresh, opens, pins, proposes, receipt, shares, signs } = twoParties

let views: Views
beforeEach(async () => {
  views = await fresh()
})
afterEach(() => views.close())

const know = (drafts: Agreement[]) => twoParties.know(drafts, views)
const feed = (origin: string, log: Uint8Array[], into = views) => twoParties.feed(origin, log, into)
const validity = (origin: string, index: number) => twoParties.validity(origin, index, views)
async function hold(...receipts: ReceiptToFold[]): Promise<void> {
  await views.foldReceipts(receipts)
}
const VALID = { kind: 'valid' }
const notInForce = expect.objectContaining({ kind: 'void', code: 'pact/not-in-force' })

describe('what one party or neutral does later takes no force away', () => {
  const last = receipt('watch', BRAVO, 2, 1_790_000_000)
  beforeEach(async () => {
    await know([agreement])
    await feed(ALFA, [opens(ALFA), signs(ALFA), shares(ALFA, [last])])
    await feed(BRAVO, [opens(BRAVO), signs(BRAVO)])
    await hold(receipt('watch', ALFA, 2, 1_789_999_990), last)
    expect(await validity(ALFA, 2)).toEqual(VALID)
  })

  test.each([
    ['before a receipt covers it', undefined],
    ['and it is covered in time', 1_790_000_500],
    ['and it is covered after the offer has expired', Date.parse(agreement.offer.expires) / 1000 + 5],
  ])('a second log with a signature in it, %s', async (_when, time) => {
    const before = views.force(PACT, VERSION, 'main')
    await feed(BRAVO_AGAIN, [opens(BRAVO_AGAIN), signs(BRAVO_AGAIN)])
    if (time !== undefined) await hold(receipt('watch', BRAVO_AGAIN, 2, time))
    expect(await validity(ALFA, 2)).toEqual(VALID)
    expect(views.force(PACT, VERSION, 'main')).toEqual(before)
  })

  test('a receipt with a time below a smaller one’s: it is an alarm and nothing else', async () => {
    await hold(receipt('watch', BRAVO, 50, 1_789_999_999), receipt('watch', ALFA, 60, 1_789_999_980))
    expect(await validity(ALFA, 2)).toEqual(VALID)
    expect(views.force(PACT, VERSION, 'main')?.since).toBeLessThanOrEqual(1_790_000_000)
    expect((await views.alarms()).map(({ code }) => code)).toContain('receipt/time-fell')
  })

  test('a signature for another version with the same base, in a further log of either', async () => {
    await views.knowAgreement(canonicalAgreement(FIRST))
    for (const origin of [ALFA_AGAIN, BRAVO_AGAIN]) await feed(origin, [opens(origin, V1), signs(origin, V1)])
    expect(await validity(ALFA, 1)).toEqual(VALID)
    expect(await validity(ALFA, 2)).toEqual(VALID)
    expect(views.force(PACT, VERSION, 'main')).toBeDefined()
  })
})

describe('a record', () => {
  test('names whichever of two receipts of one second: both parties’ first records are valid', async () => {
    const pair = [receipt('watch', ALFA, 2, 1_790_000_000), receipt('watch', BRAVO, 2, 1_790_000_000)] as const
    await know([agreement])
    await feed(ALFA, [opens(ALFA), signs(ALFA), shares(ALFA, [pair[0]])])
    await feed(BRAVO, [opens(BRAVO), signs(BRAVO), shares(BRAVO, [pair[1]])])
    await hold(...pair)
    expect(await validity(ALFA, 2)).toEqual(VALID)
    expect(await validity(BRAVO, 2)).toEqual(VALID)
  })

  test('names one of two receipts of a size, and not the one held here: what is missing is told, and it is valid once that is held', async () => {
    const [theirs, ours] = [receipt('watch', BRAVO, 2, 1_790_000_000), receipt('watch', BRAVO, 2, 1_790_000_007)]
    await know([agreement])
    await feed(BRAVO, [opens(BRAVO), signs(BRAVO)])
    await feed(ALFA, [opens(ALFA), signs(ALFA), shares(ALFA, [theirs])])
    await hold(receipt('watch', ALFA, 2, 1_789_999_990), ours)
    expect(await validity(ALFA, 2)).toEqual(notInForce)
    const unheld = () => views.receiptsUnheld(BRAVO, 'watch.example', () => -1, 16)
    expect(await unheld()).toEqual([{ namedIn: ALFA, index: 2, size: 2, digest: theirs.digest }])
    expect(await views.receiptsUnheld(BRAVO, 'watch.example', () => 2, 16)).toEqual([])
    expect(await views.receiptsUnheld(ALFA, 'watch.example', () => -1, 16)).toEqual([])
    await hold(theirs)
    expect(await unheld()).toEqual([])
    expect(await validity(ALFA, 2)).toEqual(VALID)
    // A statement names it, so it stays whatever else of its size comes.
    await hold(receipt('watch', BRAVO, 2, 1_789_999_999), receipt('watch', BRAVO, 2, 1_790_000_900))
    expect(await views.forgetReceipt(theirs)).toBe(false)
    expect(await validity(ALFA, 2)).toEqual(VALID)
  })

  test('names a receipt with another size than it has: it is missing for each log that names it, in whatever order they come', async () => {
    const held = receipt('watch', BRAVO, 2, 1_790_000_000)
    const misnamed = { ...held, size: 3 }
    await know([agreement])
    await feed(BRAVO, [opens(BRAVO), signs(BRAVO), shares(BRAVO)])
    await feed(ALFA, [opens(ALFA), signs(ALFA), shares(ALFA, [misnamed])])
    await hold(receipt('watch', ALFA, 2, 1_789_999_990), held)
    await feed(ALFA_AGAIN, [opens(ALFA_AGAIN), shares(ALFA_AGAIN, [misnamed])])
    const missing = { size: 3, digest: held.digest }
    const ofEach = [
      { namedIn: ALFA, index: 2, ...missing },
      { namedIn: ALFA_AGAIN, index: 1, ...missing },
    ]
    const unheld = await views.receiptsUnheld(BRAVO, 'watch.example', () => -1, 16)
    expect(unheld.sort((a, b) => a.index - b.index)).toEqual(ofEach.sort((a, b) => a.index - b.index))
  })

  test('is void where the digest it names is invented, until it names a receipt that is held', async () => {
    const last = receipt('watch', BRAVO, 2, 1_790_000_000)
    const later = receipt('watch', BRAVO, 3, 1_790_000_060)
    await know([agreement])
    const invented = { ...last, digest: '7'.repeat(64) }
    await feed(ALFA, [opens(ALFA), signs(ALFA), shares(ALFA, [invented]), shares(ALFA, [last]), shares(ALFA, [later])])
    await feed(BRAVO, [opens(BRAVO), signs(BRAVO)])
    await hold(receipt('watch', ALFA, 2, 1_789_999_990), last)
    expect(await validity(ALFA, 2)).toEqual(notInForce)
    expect(await validity(ALFA, 3)).toEqual(notInForce)
    expect(await validity(ALFA, 4)).toEqual(VALID)
  })

  test('turns valid when the receipt that it names arrives, also before one that was valid already', async () => {
    const [first, named] = [receipt('watch', BRAVO, 2, 1_790_000_000), receipt('watch', BRAVO, 2, 1_790_000_060)]
    const later = receipt('watch', BRAVO, 3, 1_790_000_120)
    await know([agreement])
    await feed(ALFA, [opens(ALFA), signs(ALFA), shares(ALFA), shares(ALFA, [named]), shares(ALFA, [later])])
    await feed(BRAVO, [opens(BRAVO), signs(BRAVO)])
    await hold(receipt('watch', ALFA, 2, 1_789_999_990), first)
    expect(await validity(ALFA, 3)).toEqual(notInForce)
    expect(await validity(ALFA, 4)).toEqual(VALID)
    await hold(named)
    expect(await validity(ALFA, 2)).toEqual(notInForce)
    expect(await validity(ALFA, 3)).toEqual(VALID)
    expect(await validity(ALFA, 4)).toEqual(VALID)
  })

  test('turns valid by a receipt later than all signatures, where a smaller one was given before the last of them', async () => {
    const [early, named] = [receipt('watch', BRAVO, 2, 1_790_000_000), receipt('watch', BRAVO, 3, 1_790_000_120)]
    await know([agreement])
    await feed(ALFA, [opens(ALFA), signs(ALFA), shares(ALFA, [named])])
    await feed(BRAVO, [opens(BRAVO), signs(BRAVO)])
    await hold(early, receipt('watch', ALFA, 2, 1_790_000_060))
    expect(await validity(ALFA, 2)).toEqual(notInForce)
    await hold(named)
    expect(await validity(ALFA, 2)).toEqual(VALID)
  })

  test('said without a depositary stays valid whatever its peer countersigns later', async () => {
    const without: Agreement = { ...agreement, neutrals: [], quorum: 0 }
    const version = twoParties.versionOf(without)
    const last = receipt('bravo', ALFA, 2, 1_790_000_000)
    await know([without])
    await feed(ALFA, [opens(ALFA, version), signs(ALFA, version), shares(ALFA, [last], version)])
    await feed(BRAVO, [opens(BRAVO, version), signs(BRAVO, version)])
    await hold(receipt('alfa', BRAVO, 2, 1_789_999_000))
    expect(await validity(ALFA, 2)).toMatchObject({ kind: 'undecided', code: 'pact/not-in-force' })
    await hold(last)
    expect(await validity(ALFA, 2)).toEqual(VALID)
    await hold(receipt('bravo', ALFA, 3, 1_789_998_000))
    expect(await validity(ALFA, 2)).toEqual(VALID)
  })

  test('on a channel of two waits until the agreement is in force among all three', async () => {
    const { party, card } = twoParties.carol
    const third = { party, name: party, root: card.rootDigest }
    const three: Agreement = {
      ...agreement,
      parties: [...agreement.parties, third],
      channels: [
        ...agreement.channels.map(({ name, parties }) => ({ name, parties: [...parties, party] })),
        { name: 'pair', parties: ['alfa.example', 'bravo.example'] },
      ],
    }
    const version = twoParties.versionOf(three)
    const channels = ['line', 'main', 'pair']
    const [alfaPair, bravoPair] = [ALFA, BRAVO].map((origin) => origin.replace('/main/', '/pair/')) as [string, string]
    const carol = ALFA.replace('alfa', 'carol')
    const last = receipt('watch', bravoPair, 2, 1_790_000_000)
    await know([three])
    const names = {
      logs: [{ origin: bravoPair, size: 2, root: '5'.repeat(64) }],
      receipts: [{ by: last.by, origin: last.origin, size: last.size, digest: last.digest }],
    }
    await feed(alfaPair, [
      opens(alfaPair, version),
      signs(alfaPair, version, ['bravo.example'], channels),
      twoParties.saysShare(alfaPair, version, names),
    ])
    await feed(bravoPair, [opens(bravoPair, version), signs(bravoPair, version, ['alfa.example'], channels)])
    await hold(receipt('watch', alfaPair, 2, 1_789_999_990), last)
    const all = [ALFA, BRAVO, carol]
    for (const origin of all) {
      expect(await validity(alfaPair, 2)).toMatchObject({ kind: 'undecided', code: 'pact/not-in-force' })
      const others = three.parties.map((one) => one.party).filter((one) => !origin.startsWith(one))
      await feed(origin, [
        opens(origin, version),
        signs(origin, version, others, origin === carol ? ['line', 'main'] : channels),
      ])
      await hold(receipt('watch', origin, 2, 1_790_000_100))
    }
    expect(await validity(alfaPair, 2)).toEqual(VALID)
  })

  test('under an offer that expired before the last signature was covered stays undecided', async () => {
    const late = receipt('watch', BRAVO, 2, EXPIRES)
    await know([FIRST])
    await feed(ALFA, [opens(ALFA, V1), signs(ALFA, V1), shares(ALFA, [late], V1)])
    await feed(BRAVO, [opens(BRAVO, V1), signs(BRAVO, V1)])
    await hold(receipt('watch', ALFA, 2, EXPIRES - 10), late)
    expect(await validity(ALFA, 2)).toMatchObject({ kind: 'undecided', code: 'pact/not-in-force' })
    expect(views.force(PACT, V1, 'main')).toBeUndefined()
  })

  test('under a version that is not known is undecided until it is', async () => {
    await know([agreement])
    await feed(ALFA, [opens(ALFA), signs(ALFA, V2)])
    expect(await validity(ALFA, 1)).toMatchObject({ kind: 'undecided', code: 'pact/version-unknown' })
    await views.knowAgreement(canonicalAgreement(SECOND))
    expect(await validity(ALFA, 1)).toEqual(VALID)
  })

  test('under the version of an agreement with another id is under none that is known', async () => {
    await know([agreement, ELSEWHERE])
    await feed(ALFA, [opens(ALFA), signs(ALFA, V_ELSEWHERE)])
    expect(await validity(ALFA, 1)).toMatchObject({ kind: 'undecided', code: 'pact/version-unknown' })
  })

  test('that proposes is superseded by a later proposal of its author on the same base', async () => {
    await know([agreement])
    await feed(ALFA, [opens(ALFA), proposes(ALFA, FIRST)])
    const state = async () => (await views.record(`${ALFA}#1`))?.row
    expect(await state()).toMatchObject({ state: 'said', supersededBy: null })
    await feed(ALFA, [opens(ALFA), proposes(ALFA, FIRST), proposes(ALFA, SECOND)])
    expect(await state()).toMatchObject({ state: 'superseded', supersededBy: `${ALFA}#2` })
  })
})

describe('a second signature on one base', () => {
  beforeEach(() => know([FIRST, SECOND]))
  const void_ = expect.objectContaining({ kind: 'void', code: 'pact/second-signature' })
  const log = [opens(ALFA, V1), signs(ALFA, V1), signs(ALFA, V2)]

  test('is void until a cosignature after the first offer leaves a party’s signature out', async () => {
    await feed(ALFA, log)
    await feed(BRAVO, [opens(BRAVO, V2), signs(BRAVO, V2)])
    await hold(receipt('watch', ALFA, 3, EXPIRES - 100), receipt('watch', BRAVO, 2, EXPIRES - 90))
    expect(await validity(ALFA, 2)).toEqual(void_)
    expect(views.force(PACT, V2, 'main')).toBeUndefined()
    await hold(receipt('watch', ALFA, 3, EXPIRES + 5))
    expect(await validity(ALFA, 2)).toEqual(void_)
    await hold(receipt('watch', BRAVO, 2, EXPIRES + 10))
    expect(await validity(ALFA, 2)).toEqual(VALID)
    expect(views.force(PACT, V2, 'main')?.since).toBe(EXPIRES - 90)
  })

  test('is not released by a further log of its author, nor by entries that are not read yet', async () => {
    await feed(ALFA, log)
    await feed(ALFA_AGAIN, [opens(ALFA_AGAIN, V1)])
    await hold(receipt('watch', ALFA_AGAIN, 1, EXPIRES + 10), receipt('watch', BRAVO, 2, EXPIRES + 10))
    expect(await validity(ALFA, 2)).toEqual(void_)
    await feed(BRAVO, [opens(BRAVO, V1)])
    expect(await validity(ALFA, 2)).toEqual(void_)
    await feed(BRAVO, [opens(BRAVO, V1), signs(BRAVO, V1)])
    expect(await validity(ALFA, 2)).toEqual(void_)
  })

  test('turns valid when the log arrives of which a cosignature is held', async () => {
    await feed(ALFA, log)
    await hold(receipt('watch', BRAVO, 2, EXPIRES + 10))
    expect(await validity(ALFA, 2)).toEqual(void_)
    await feed(BRAVO, [opens(BRAVO, V1), signs(BRAVO, V2)])
    expect(await validity(ALFA, 2)).toEqual(VALID)
  })

  test('once valid stays so when its peer opens further logs', async () => {
    await feed(ALFA, log)
    await feed(BRAVO, [opens(BRAVO, V2)])
    await hold(receipt('watch', BRAVO, 1, EXPIRES + 10))
    expect(await validity(ALFA, 2)).toEqual(VALID)
    await feed(BRAVO_AGAIN, [opens(BRAVO_AGAIN, V1), signs(BRAVO_AGAIN, V1)])
    expect(await validity(ALFA, 2)).toEqual(VALID)
  })

  test('is undecided while the first version is not known', async () => {
    await views.close()
    views = await fresh()
    await know([SECOND])
    await feed(ALFA, [opens(ALFA, V2), signs(ALFA, V1), signs(ALFA, V2)])
    expect(await validity(ALFA, 2)).toMatchObject({ kind: 'undecided', code: 'pact/second-signature' })
    await views.knowAgreement(canonicalAgreement(FIRST))
    expect(await validity(ALFA, 2)).toEqual(void_)
  })
})

describe('a log that succeeds another', () => {
  const signed = receipt('watch', BRAVO, 2, EXPIRES - 90)
  const first = [opens(ALFA, V1), signs(ALFA, V1), shares(ALFA, [signed], V1)]
  const second = (predecessor: twoParties.Pinned) => [
    opens(ALFA_AGAIN, V1, predecessor),
    shares(ALFA_AGAIN, [signed], V1),
  ]
  beforeEach(async () => {
    await know([FIRST])
    await feed(BRAVO, [opens(BRAVO, V1), signs(BRAVO, V1)])
    for (const one of [signed, receipt('watch', ALFA, 3, EXPIRES - 91)]) await views.foldReceipt(one)
  })

  test('speaks in force by the signature that stands in its predecessor, once that is held so far', async () => {
    await feed(ALFA_AGAIN, second(pins(ALFA, first, 3)))
    await feed(ALFA, first.slice(0, 2))
    expect(await validity(ALFA_AGAIN, 1)).toMatchObject({ kind: 'undecided', message: expect.stringContaining(ALFA) })
    await feed(ALFA, first)
    expect(await validity(ALFA_AGAIN, 1)).toEqual(VALID)
    expect(await views.alarms()).toEqual([])
  })

  test('inherits nothing of a predecessor with another root, which is an alarm', async () => {
    await feed(ALFA_AGAIN, second({ origin: ALFA, size: 2, root: 'a'.repeat(64) }))
    await feed(ALFA, first)
    expect((await validity(ALFA_AGAIN, 1))?.kind).toBe('void')
    expect((await views.alarms()).map(({ code, record }) => [code, record])).toEqual([
      ['log/other-predecessor', `${ALFA_AGAIN}#0`],
    ])
  })

  test('is alarmed where its predecessor goes on beyond what it pins', async () => {
    await feed(ALFA, first)
    await feed(ALFA_AGAIN, second(pins(ALFA, first, 2)))
    expect(await validity(ALFA_AGAIN, 1)).toEqual(VALID)
    // What stands beyond stays what it is.
    expect(await validity(ALFA, 2)).toEqual(VALID)
    expect(await views.alarms()).toMatchObject([{ code: 'log/goes-on', subject: ALFA, count: 1, record: `${ALFA}#2` }])
  })

  test('is no second log; one that succeeds none is, and it is alarmed', async () => {
    await feed(ALFA, first)
    await feed(ALFA_AGAIN, [opens(ALFA_AGAIN, V1)])
    await validity(ALFA_AGAIN, 0)
    expect((await views.alarms()).map(({ code }) => code)).toEqual(['log/several'])
    await feed(ALFA_THIRD, [opens(ALFA_THIRD, V1, pins(ALFA_AGAIN, [opens(ALFA_AGAIN, V1)], 1))])
    await validity(ALFA_THIRD, 0)
    expect((await views.alarms()).filter(({ code }) => code === 'log/several')).toMatchObject([{ count: 2 }])
  })
})

test('a party that proposes without end makes known only the first 64 drafts of its log, and those of the others', async () => {
  await know([agreement])
  const drafts = Array.from({ length: 65 }, (_, i) => ({ ...FIRST, title: `Draft ${i}` }))
  const log = [opens(BRAVO), ...drafts.map((draft) => proposes(BRAVO, draft))]
  const unknown = expect.objectContaining({ kind: 'undecided', code: 'pact/version-unknown' })
  await feed(BRAVO, log)
  expect(await validity(BRAVO, 64)).toEqual(VALID)
  expect(await validity(BRAVO, 65)).toEqual(unknown)
  const page = await views.records({ type: 'pact/propose' })
  const superseded = page.ok ? page.value.records.map((row) => row.supersededBy?.split('#')[1]) : []
  expect(superseded).toEqual([undefined, undefined, ...Array(63).fill('64')].slice(0, superseded.length))
  const last = drafts.slice(64)
  await feed(ALFA, [opens(ALFA), ...last.map((draft) => proposes(ALFA, draft))])
  expect(await validity(BRAVO, 65)).toEqual(VALID)
})

test('a draft of another agreement in a proposal makes nothing known', async () => {
  await know([agreement])
  await feed(BRAVO, [opens(BRAVO), proposes(BRAVO, ELSEWHERE)])
  expect((await views.pacts()).map(({ id }) => id)).toEqual([PACT])
  expect(await validity(BRAVO, 1)).not.toEqual(VALID)
})

test('logs, receipts, cards and drafts give the same views in whatever order they arrive', async () => {
  const signed = receipt('watch', BRAVO, 2, EXPIRES - 90)
  const first = [
    ...[opens(ALFA, V1), signs(ALFA, V1), proposes(ALFA, SECOND), signs(ALFA, V2), shares(ALFA, [], V2)],
    ...[shares(ALFA, [signed], V2), shares(ALFA, [], V1), shares(ALFA, [], V_ELSEWHERE), proposes(ALFA, agreement)],
  ]
  const logs: [string, Uint8Array[]][] = [
    [ALFA, first],
    [BRAVO, [opens(BRAVO, V2), signs(BRAVO, V2), proposes(BRAVO, ELSEWHERE), shares(BRAVO, [signed], V2)]],
    [BRAVO_AGAIN, [opens(BRAVO_AGAIN, V2), signs(BRAVO_AGAIN, V1), signs(BRAVO_AGAIN, V2)]],
    [ALFA_AGAIN, [opens(ALFA_AGAIN, V1, pins(ALFA, first, 6)), shares(ALFA_AGAIN, [signed], V2)]],
    [
      ALFA_THIRD,
      [opens(ALFA_THIRD, V1, pins(ALFA_AGAIN, first, 1)), signs(ALFA_THIRD, V2), shares(ALFA_THIRD, [], V2)],
    ],
  ]
  const receipts = [
    ...[signed, receipt('watch', ALFA, 4, EXPIRES - 100), receipt('watch', BRAVO, 2, EXPIRES + 10)],
    ...[receipt('watch', BRAVO, 50, EXPIRES - 95), receipt('watch', ALFA, 9, EXPIRES - 300)],
    ...[receipt('watch', BRAVO_AGAIN, 3, EXPIRES + 500), receipt('watch', ALFA_AGAIN, 2, EXPIRES - 92)],
    ...[receipt('bravo', ALFA, 6, EXPIRES + 20), receipt('watch', ALFA, 6, EXPIRES + 15)],
  ]
  type Step = (into: Views) => Promise<boolean>
  const steps: Step[] = [
    ...[alfa, bravo, watch].map(
      (member): Step =>
        async (into) =>
          (await into.knowCard(member.file)).ok,
    ),
    ...[FIRST, ELSEWHERE].map(
      (draft): Step =>
        async (into) =>
          (await into.knowAgreement(canonicalAgreement(draft))).ok,
    ),
    ...logs.flatMap(([origin, log]) =>
      log.map(
        (_, i): Step =>
          (into) =>
            feed(origin, log.slice(0, i + 1), into),
      ),
    ),
    ...receipts.map(
      (one): Step =>
        async (into) => {
          await into.foldReceipt(one)
          return true
        },
    ),
    // Now and then what follows is brought up to date between two arrivals.
    ...[0, 1, 2, 3].map(
      (): Step => async (into) => {
        while (await into.settle()) continue
        return true
      },
    ),
  ]
  const foldAll = async (order: Step[], into: Views) => {
    // What is refused because a card, a draft or an earlier entry is missing comes again.
    for (let left = order; left.length > 0; ) {
      const again: Step[] = []
      for (const step of left) if (!(await step(into))) again.push(step)
      left = again
    }
    for (const [origin, log] of logs) await feed(origin, log, into)
    return into.digest()
  }
  const digest = await foldAll(steps, views)
  expect(await validity(ALFA, 3)).toEqual(VALID)
  expect(await validity(ALFA, 4)).toEqual(notInForce)
  expect(await validity(ALFA, 5)).toEqual(VALID)
  expect(await validity(ALFA_AGAIN, 1)).toEqual(VALID)
  expect(await validity(BRAVO, 3)).toEqual(notInForce)
  expect(views.force(PACT, V2, 'main')?.since).toBe(EXPIRES - 95)
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(steps, { minLength: steps.length }), async (order) => {
      const other = await fresh()
      try {
        expect(await foldAll(order, other)).toBe(digest)
      } finally {
        await other.close()
      }
    }),
    { numRuns: 12 },
  )
})
