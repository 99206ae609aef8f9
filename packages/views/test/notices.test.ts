// Notices of compromised keys in the views (spec/keys.md, What a notice does): at which size they freeze a log, which
// receipts they set aside, and that the order in which logs, cards, receipts and notices come decides nothing.

import { leafHash, TreeFrontier, toHex } from '@countersign/log'
import { agreementDigest, canonicalAgreement } from '@countersign/pact'
import { cardDigestOf, makeCard, makeNotice, type NoticeBody, receiptKeyIds, signStatement } from '@countersign/record'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import {
  agreement,
  alfa,
  bravo,
  member,
  ORIGIN,
  PACT,
  pair,
  publicOf,
  statement,
  watch,
} from '../../../spec/vectors/samples.ts'
import { openViews, type ReceiptToFold, type Views } from '../src/index.ts'
import { CARDS_AWAITED_PER_LOG } from '../src/limits.ts'

const ALFA = ORIGIN
const BRAVO = ORIGIN.replace('alfa', 'bravo')
const VERSION = agreementDigest(agreement)

/** A second card of a party, with new statement and receipt keys; the log key stays. */
const second = (of: typeof alfa, n: number) => {
  const keys = { statement: pair(n), receipt: pair(n + 1) }
  const body = {
    ...structuredClone(of.card.body),
    serial: 2,
    succeeds: of.card.digest,
    keys: { ...of.card.body.keys, statement: publicOf(keys.statement), receipt: publicOf(keys.receipt) },
  }
  const signers = { log: of.log, ...keys, request: of.request.ed25519, root: [of.root] }
  return { file: makeCard(body, signers), digest: cardDigestOf(body), ...keys }
}
const alfaTwo = second(alfa, 200)
const notice = (change: Partial<NoticeBody>, root = alfa.root) => {
  const body: NoticeBody = {
    ...{ v: 1, party: 'alfa.example', cards: [alfa.card.digest], roles: ['log', 'statement'], by: alfaTwo.digest },
    ...change,
  }
  return JSON.parse(new TextDecoder().decode(makeNotice(body, [{ key: 0, ...root }])))
}

type Said = Parameters<typeof statement>[0]
const said = (origin: string, change: Said, keys = origin === BRAVO ? bravo.statement : alfa.statement) =>
  signStatement(
    statement({
      origin,
      from: origin.slice(0, 13).replace(/\/.*/, ''),
      pact: { id: PACT, version: VERSION },
      ...change,
    }),
    keys,
  )
const opens = (origin: string) => {
  const { digest } = (origin === ALFA ? alfa : bravo).card
  return said(origin, { type: 'log/open', body: { card: digest, predecessor: null } })
}
const pin = (origin: string, receipts: ReceiptToFold[] = []) =>
  said(origin, {
    seen: {
      logs: [],
      receipts: receipts.map(({ by, origin: on, size, digest }) => ({ by, origin: on, size, digest })),
    },
  })
let counter = 0
const receipt = (by: typeof alfa, origin: string, size: number, time: number): ReceiptToFold => ({
  ...{ origin, by: by.party, size, time, digest: (++counter).toString(16).padStart(64, '0') },
  key: receiptKeyIds(by.party, PACT, by.card.keys.receipt),
})

interface World {
  logs: Map<string, Uint8Array[]>
  receipts: ReceiptToFold[]
}
const fresh = () => openViews({ path: ':memory:', party: 'watch.example', now: () => 1_790_000_100_000 })

async function fold(
  world: World,
  into: Views,
  order: (steps: (() => Promise<unknown>)[]) => (() => Promise<unknown>)[],
) {
  const feed = async (origin: string, upTo: number) => {
    const from = await into.cursor(origin)
    const entries = (world.logs.get(origin) ?? []).slice(from, upTo)
    if (entries.length === 0) return
    // As a node does it: the signature is looked at by the card in force, entry by entry.
    for (const [i, bytes] of entries.entries()) {
      const folded = await into.foldEntries(origin, from + i, [{ bytes, signature: true, card: 'none' }])
      if (!folded.ok || folded.value.next === from + i) return
    }
  }
  const steps: (() => Promise<unknown>)[] = [
    () => into.knowAgreement(canonicalAgreement(agreement)),
    ...[alfa.file, bravo.file, watch.file, alfaTwo.file].map((file) => () => into.knowCard(file)),
    ...world.receipts.map((one) => () => into.foldReceipt(one)),
    ...[...world.logs.keys()].flatMap((origin) => [() => feed(origin, 2), () => feed(origin, 99)]),
  ]
  for (const step of order(steps)) await step()
  // What waited for a card or an agreement is fed again, as a node does.
  for (let round = 0; round < 3; round++) for (const origin of world.logs.keys()) await feed(origin, 99)
  while (await into.settle()) continue
}

async function views(world: World): Promise<Views> {
  const into = await fresh()
  await fold(world, into, (steps) => steps)
  return into
}
const codes = async (of: Views, origin: string, size: number) => {
  const found: (string | null)[] = []
  for (let i = 0; i < size; i++) {
    const row = (await of.record(`${origin}#${i}`))?.row
    found.push(row?.validity.kind === 'valid' ? null : (row?.validity.code ?? '?'))
  }
  return found
}
const T = 1_790_000_000

/** alfa says four entries; bravo says the notice as its entry 1, which the neutral covers at T + 100. */
function stolen(change: Partial<NoticeBody> = {}, more: ReceiptToFold[] = [], entries = 5): World {
  const logs = new Map([
    [ALFA, [opens(ALFA), ...Array.from({ length: entries - 1 }, () => pin(ALFA))]],
    [BRAVO, [opens(BRAVO), said(BRAVO, { type: 'party/notice', body: notice(change) }), pin(BRAVO)]],
  ])
  return { logs, receipts: [receipt(watch, BRAVO, 2, T + 100), ...more] }
}

test('a log is frozen at the largest size that was cosigned before the notice’s own cosignature', async () => {
  const of = await views(
    stolen({}, [receipt(watch, ALFA, 2, T), receipt(bravo, ALFA, 3, T + 50), receipt(watch, ALFA, 5, T + 101)]),
  )
  expect(of.frozenAt(ALFA)).toBe(3)
  expect(await codes(of, ALFA, 5)).toEqual([null, null, null, 'party/frozen', 'party/frozen'])
  expect(await of.notices()).toMatchObject([
    { party: 'alfa.example', since: T + 100, frozen: [{ origin: ALFA, size: 3 }] },
  ])
  expect((await of.alarms()).map(({ code }) => code)).toContain('party/notice')
})

test('a log that nobody had cosigned by then is frozen at nothing', async () => {
  const of = await views(stolen({}, [receipt(watch, ALFA, 5, T + 101)]))
  expect(await codes(of, ALFA, 5)).toEqual(Array(5).fill('party/frozen'))
})

test('a notice that no neutral has covered freezes nothing, whatever a party dates or says', async () => {
  const world = stolen({}, [receipt(watch, ALFA, 5, T), receipt(bravo, BRAVO, 2, T - 1_000)])
  world.receipts.shift()
  world.receipts.push(receipt(alfa, BRAVO, 3, T - 1_000))
  const of = await views(world)
  expect(of.frozenAt(ALFA)).toBeUndefined()
  expect((await of.notices())[0]?.since).toBeNull()
})

test('a neutral that dates its receipt on a notice back, before others that it gave, makes nothing void', async () => {
  // It had seen one entry of the log that carries the notice at T + 90, and says that it held the notice at 1.
  const world = stolen({}, [receipt(watch, ALFA, 5, T), receipt(watch, BRAVO, 1, T + 90), receipt(watch, BRAVO, 3, 1)])
  const of = await views(world)
  expect(await of.notices()).toMatchObject([{ since: T + 100, frozen: [{ origin: ALFA, size: 5 }] }])
  const alone = await views({ ...world, receipts: world.receipts.slice(1) })
  expect((await alone.notices())[0]?.since).toBeNull()
  expect(await codes(alone, ALFA, 5)).toEqual(Array(5).fill(null))
})

test('nor one that dates it back on a log that succeeds one it had cosigned', async () => {
  const successor = ALFA.replace(/[0-9a-f]{16}$/, '0'.repeat(16))
  const world = stolen({}, [receipt(watch, ALFA, 4, T), receipt(watch, successor, 2, 1)])
  const old = world.logs.get(ALFA) ?? []
  const tree = new TreeFrontier()
  for (const entry of old) tree.append(leafHash(entry))
  const predecessor = { origin: ALFA, size: old.length, root: toHex(tree.root()) }
  world.logs.set(successor, [
    said(successor, { type: 'log/open', body: { card: alfa.card.digest, predecessor } }),
    said(successor, { type: 'party/notice', body: notice({}) }),
  ])
  const of = await views(world)
  expect((await of.notices())[0]?.since).toBe(T + 100)
  expect(of.frozenAt(ALFA)).toBe(4)
})

test('without a neutral one party alone dates no notice back, and one alone keeps none from standing', async () => {
  const carol = member('carol.example', 4)
  const dave = member('dave.example', 5)
  const parties = [
    ...agreement.parties,
    ...[carol, dave].map(({ party, card }) => ({ party, name: party, root: card.rootDigest })),
  ]
  const channels = agreement.channels.map((one) => ({ ...one, parties: parties.map(({ party }) => party) }))
  const among = { ...agreement, neutrals: [], quorum: 0, parties, channels }
  const into = await fresh()
  await into.knowAgreement(canonicalAgreement(among))
  for (const { file } of [alfa, bravo, carol, dave, alfaTwo]) await into.knowCard(file)
  const under = { pact: { id: PACT, version: agreementDigest(among) } }
  const open = (origin: string, card: string) =>
    said(origin, { ...under, type: 'log/open', body: { card, predecessor: null } })
  const log = [
    open(ALFA, alfa.card.digest),
    said(ALFA, under),
    said(ALFA, { ...under, type: 'party/notice', body: notice({}) }),
  ]
  for (const [i, bytes] of log.entries()) await into.foldEntries(ALFA, i, [{ bytes, signature: true }])
  const since = async (...receipts: ReceiptToFold[]) => {
    await into.foldReceipts(receipts)
    while (await into.settle()) continue
    return (await into.notices())[0]?.since
  }
  expect(await since(receipt(bravo, ALFA, 3, 1))).toBeNull()
  // Two of three others: the one that dates back no longer decides, and the third is not waited for.
  expect(await since(receipt(carol, ALFA, 2, T), receipt(carol, ALFA, 3, T + 100))).toBe(T + 100)
  expect(await since(receipt(dave, ALFA, 3, T + 50))).toBe(T + 50)
  await into.close()
})

test('a recipient that dates its receipt back, before what the neutral had already left out, lifts no frozen size', async () => {
  // The neutral saw two entries at T + 90; bravo says it held five at T + 10.
  const of = await views(stolen({}, [receipt(watch, ALFA, 2, T + 90), receipt(bravo, ALFA, 5, T + 10)]))
  expect(of.frozenAt(ALFA)).toBe(2)
})

test('a notice said in the very log that it freezes counts all the same', async () => {
  const world = stolen()
  world.logs.set(ALFA, [opens(ALFA), said(ALFA, { type: 'party/notice', body: notice({}) }), pin(ALFA)])
  world.logs.set(BRAVO, [opens(BRAVO)])
  world.receipts = [receipt(watch, ALFA, 1, T), receipt(watch, ALFA, 3, T + 100)]
  const of = await views(world)
  expect(await codes(of, ALFA, 3)).toEqual([null, 'party/frozen', 'party/frozen'])
})

test('a log where a newer card is in force at the frozen size is not frozen for its old statement key', async () => {
  const world = stolen({ roles: ['statement'] }, [receipt(watch, ALFA, 3, T)])
  const change = said(ALFA, { type: 'party/keys', body: { card: alfaTwo.digest, serial: 2 } })
  world.logs.set(ALFA, [opens(ALFA), pin(ALFA), change, said(ALFA, {}, alfaTwo.statement)])
  const of = await views(world)
  expect(of.frozenAt(ALFA)).toBeUndefined()
  expect(await codes(of, ALFA, 4)).toEqual([null, null, null, null])
})

test('a notice that the root did not sign is void, and one whose cards are not held is undecided', async () => {
  const forged = stolen()
  forged.logs.set(BRAVO, [opens(BRAVO), said(BRAVO, { type: 'party/notice', body: notice({}, bravo.root) })])
  const of = await views(forged)
  expect(await codes(of, BRAVO, 2)).toEqual([null, 'party/notice'])
  expect(of.frozenAt(ALFA)).toBeUndefined()
  const unknown = stolen({ cards: ['f'.repeat(64)] })
  const waiting = await views(unknown)
  expect((await waiting.record(`${BRAVO}#1`))?.row.validity.kind).toBe('undecided')
  expect(await waiting.cardsAwaited()).toContainEqual({ party: 'alfa.example', card: 'f'.repeat(64) })
  expect(await codes(waiting, BRAVO, 3)).toEqual([null, 'party/notice', null])
})

test('a log that says a notice, or junk about one, thousands of times costs its reader no more with every receipt', async () => {
  const body = notice({})
  const junk = (n: number) => notice({ cards: [n.toString(16).padStart(64, '0')] })
  const log = [
    opens(BRAVO),
    ...Array.from({ length: 120 }, (_, n) => said(BRAVO, { type: 'party/notice', body: n % 2 === 0 ? body : junk(n) })),
  ]
  const into = await fresh()
  await into.knowAgreement(canonicalAgreement(agreement))
  for (const { file } of [alfa, bravo, watch, alfaTwo]) await into.knowCard(file)
  for (const [i, bytes] of log.entries()) await into.foldEntries(BRAVO, i, [{ bytes, signature: true }])
  while (await into.settle()) continue
  expect(await into.cardsAwaited()).toHaveLength(CARDS_AWAITED_PER_LOG)
  expect((await into.notices()).map(({ carriedBy }) => carriedBy)).toEqual([[`${BRAVO}#1`]])
  const parsing = vi.spyOn(JSON, 'parse')
  for (let n = 0; n < 20; n++) {
    await into.foldReceipt(receipt(watch, BRAVO, 2, T + n))
    while (await into.settle()) continue
  }
  expect(parsing.mock.calls.length).toBeLessThan(120)
  parsing.mockRestore()
  expect(await into.notices()).toMatchObject([{ since: T }])
  await into.close()
})

test('a receipt by a stolen key counts only where another party had named it, and that was covered, before the notice', async () => {
  const pinned = receipt(bravo, ALFA, 2, T)
  const backdated = receipt(bravo, ALFA, 5, T + 1)
  const world: World = {
    logs: new Map([
      [ALFA, [opens(ALFA), pin(ALFA), pin(ALFA, [pinned]), pin(ALFA), pin(ALFA)]],
      [
        BRAVO,
        [
          opens(BRAVO),
          said(BRAVO, {
            type: 'party/notice',
            body: notice(
              { party: 'bravo.example', cards: [bravo.card.digest], roles: ['receipt'], by: bravo.card.digest },
              bravo.root,
            ),
          }),
        ],
      ],
    ]),
    receipts: [pinned, backdated, receipt(watch, ALFA, 3, T + 50), receipt(watch, BRAVO, 2, T + 100)],
  }
  const of = await views(world)
  const counted = (record: { receipts: { by: string; size: number }[] } | undefined) =>
    record?.receipts.filter(({ by }) => by === 'bravo.example').map(({ size }) => size)
  expect(counted(await of.record(`${ALFA}#1`))).toEqual([2])
  expect(counted(await of.record(`${ALFA}#4`))).not.toContain(5)
  // Before the notice stands it counts.
  const before = await views({ ...world, receipts: world.receipts.slice(0, 3) })
  expect(counted(await before.record(`${ALFA}#4`))).toContain(5)
})

test('the order in which logs, cards, receipts and notices come decides nothing', async () => {
  const pinned = receipt(bravo, ALFA, 2, T)
  const world = stolen({ roles: ['log', 'receipt', 'statement'] }, [
    ...[receipt(watch, ALFA, 2, T), pinned, receipt(bravo, ALFA, 4, T + 60), receipt(watch, ALFA, 5, T + 101)],
    ...[receipt(alfa, BRAVO, 1, T + 5), receipt(alfa, BRAVO, 3, T + 7), receipt(bravo, ALFA, 5, T + 2)],
  ])
  world.logs.get(ALFA)?.splice(3, 1, pin(ALFA, [pinned]))
  const wanted = await (await views(world)).digest()
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { minLength: 64, maxLength: 64 }), async (keys) => {
      const into = await fresh()
      await fold(world, into, (steps) =>
        steps
          .map((step, i) => ({ step, key: keys[i] ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ step }) => step),
      )
      const same = (await into.digest()) === wanted
      await into.close()
      return same
    }),
    { numRuns: 40 },
  )
})
