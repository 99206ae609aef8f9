// Notices of compromised keys in the views (spec/keys.md, What a notice does): at which size they freeze a log, which
// receipts they set aside, and that the order in which logs, cards, receipts and notices come decides nothing.

import { readFileSync } from 'node:fs'
import { utf8 } from '@countersign/log'
import { agreementDigest, canonicalAgreement } from '@countersign/pact'
import {
  canonicalJson,
  cardDigestOf,
  makeCard,
  makeNotice,
  type NoticeBody,
  receiptKeyIds,
  signStatement,
} from '@countersign/record'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import {
  agreement,
  alfa,
  bravo,
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
  key: receiptKeyIds(by.party, PACT, by.card.keys.receipt).receipt,
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
const T = 1_790_000_000

/** alfa says four entries; bravo says the notice as its entry 1, which the neutral covers at T + 100. */
function stolen(change: Partial<NoticeBody> = {}, more: ReceiptToFold[] = [], entries = 5): World {
  const logs = new Map([
    [ALFA, [opens(ALFA), ...Array.from({ length: entries - 1 }, () => pin(ALFA))]],
    [BRAVO, [opens(BRAVO), said(BRAVO, { type: 'party/notice', body: notice(change) }), pin(BRAVO)]],
  ])
  return { logs, receipts: [receipt(watch, BRAVO, 2, T + 100), ...more] }
}

interface Case {
  name: string
  agreement: number
  logs: { origin: string; entries: number[] }[]
  receipts: ReceiptToFold[]
  notices: { party: string; since: number | null; frozen: { origin: string; size: number }[] }[]
  records: { origin: string; index: number; expect: string }[]
  aside: string[]
}
interface Vectors {
  agreements: unknown[]
  cards: string[]
  entries: string[]
  cases: Case[]
}
const vectors = ['notices', 'notices-without-neutral'].flatMap((name) => {
  const url = new URL(`../../../spec/vectors/${name}.json`, import.meta.url)
  const file = JSON.parse(readFileSync(url, 'utf8')) as Vectors
  return file.cases.map((of) => ({ ...of, file }))
})
type Vector = (typeof vectors)[number]

/** A vector folded in an order of its own: `orders` gives a number for each step. */
async function folded({ file, ...of }: Vector, orders: () => number, into: Views): Promise<void> {
  const bytesOf = (place: number) => new Uint8Array(Buffer.from(file.entries[place] ?? '', 'base64'))
  const feed = async (origin: string, entries: readonly number[]) => {
    for (let at = await into.cursor(origin); at < entries.length; at++) {
      const bytes = bytesOf(entries[at] ?? -1)
      const next = await into.foldEntries(origin, at, [{ bytes, signature: true, card: 'none' }])
      if (!next.ok || next.value.next === at) return
    }
  }
  const steps = [
    ...file.cards.map((card) => () => into.knowCard(utf8(card))),
    () => into.knowAgreement(canonicalJson(file.agreements[of.agreement])),
    ...of.receipts.map((one) => () => into.foldReceipt(one)),
    ...of.logs.map(
      ({ origin, entries }) =>
        () =>
          feed(origin, entries),
    ),
  ]
  for (const { step } of steps.map((step) => ({ step, key: orders() })).sort((a, b) => a.key - b.key)) await step()
  // What waited for a card or an agreement is fed again, as a node does.
  for (let round = 0; round < 3; round++) for (const { origin, entries } of of.logs) await feed(origin, entries)
  while (await into.settle()) continue
}

test.each(vectors.map((of) => [of.name, of] as const))('vector: %s', async (_name, of) => {
  const database = new Database(':memory:')
  const open = () => database
  const into = await openViews({ path: ':memory:', party: 'watch.example', now: () => 1_790_000_100_000, open })
  await folded(of, () => 0, into)
  const told = (await into.notices()).map(({ party, since, frozen }) => ({ party, since, frozen: [...frozen] }))
  const sorted = (all: Case['notices']) =>
    all.map((one) => ({ ...one, frozen: one.frozen.sort((a, b) => a.origin.localeCompare(b.origin)) }))
  expect(sorted(told)).toEqual(sorted(of.notices))
  for (const { origin, index, expect: wanted } of of.records) {
    const validity = (await into.record(`${origin}#${index}`))?.row.validity
    expect(validity?.kind === 'void' ? validity.code : validity?.kind, `${origin}#${index}`).toBe(wanted)
  }
  const aside = database.prepare<[], { digest: string }>('select digest from receipts where aside = 1').all()
  expect(aside.map(({ digest }) => digest).sort()).toEqual([...of.aside].sort())
  await into.close()
})

test('every vector comes to the same in whatever order its logs, cards, receipts and agreement come', async () => {
  let seed = 7
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
  for (const of of vectors) {
    const first = await fresh()
    await folded(of, () => 0, first)
    const wanted = await first.digest()
    await first.close()
    for (let round = 0; round < 3; round++) {
      const other = await fresh()
      await folded(of, random, other)
      expect(await other.digest(), `${of.name}, round ${round}`).toBe(wanted)
      await other.close()
    }
  }
})

test('a notice is alarmed, and a card that one names and nobody holds is awaited', async () => {
  const of = await views(stolen({}, [receipt(watch, ALFA, 2, T)]))
  expect((await of.alarms()).map(({ code }) => code)).toContain('party/notice')
  const waiting = await views(stolen({ cards: ['f'.repeat(64)] }))
  expect(await waiting.cardsAwaited()).toContainEqual({ party: 'alfa.example', card: 'f'.repeat(64) })
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

test('of a party whose root signs notices without end so many count in one log as everybody passes on', async () => {
  const subsets = Array.from({ length: 70 }, (_, n) =>
    notice(
      { party: 'bravo.example', cards: [bravo.card.digest, (n + 1).toString(16).padStart(64, '0')].sort() },
      bravo.root,
    ),
  )
  const log = [...subsets, subsets[0]].map((body) => said(BRAVO, { type: 'party/notice', body }))
  const into = await fresh()
  await into.knowAgreement(canonicalAgreement(agreement))
  for (const { file } of [alfa, bravo, watch]) await into.knowCard(file)
  for (const [i, bytes] of [opens(BRAVO), ...log].entries())
    await into.foldEntries(BRAVO, i, [{ bytes, signature: true }])
  while (await into.settle()) continue
  const of = async (index: number) => (await into.record(`${BRAVO}#${index}`))?.row.validity
  // The cards they name are not held here yet.
  expect([await of(1), await of(64), await of(71)]).toMatchObject(Array(3).fill({ kind: 'undecided' }))
  expect([await of(65), await of(70)]).toMatchObject(Array(2).fill({ kind: 'void', code: 'party/notice' }))
  await into.close()
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

test('a deposit freezes a log as a receipt does, bounds no entry from below, and falls with the key it was made with', async () => {
  const ids = receiptKeyIds(watch.party, PACT, watch.card.keys.receipt)
  const deposit = (size: number, time: number): ReceiptToFold => ({
    ...receipt(watch, ALFA, size, time),
    ...{ key: ids.deposit, isDeposit: true },
  })
  const frozenAt = async (...more: ReceiptToFold[]) => {
    const into = await views(stolen({}, more))
    const [told] = await into.notices()
    await into.close()
    return told?.frozen.find(({ origin }) => origin === ALFA)?.size
  }
  const bravos = receipt(bravo, ALFA, 4, T + 10)
  expect(await frozenAt(bravos, receipt(watch, ALFA, 2, T + 50))).toBe(2)
  expect(await frozenAt(bravos, deposit(2, T + 50))).toBe(4)
  expect(await frozenAt(deposit(3, T + 50))).toBe(3)

  const body = makeNotice(
    { v: 1, party: watch.party, cards: [watch.card.digest], roles: ['receipt'], by: watch.card.digest },
    [{ key: 0, ...watch.root }],
  )
  const says = (origin: string) =>
    said(origin, { type: 'party/notice', body: JSON.parse(new TextDecoder().decode(body)) })
  const world: World = {
    logs: new Map([
      [ALFA, [opens(ALFA), pin(ALFA), says(ALFA)]],
      [BRAVO, [opens(BRAVO), says(BRAVO), pin(BRAVO)]],
    ]),
    receipts: [deposit(2, T)],
  }
  const into = await views(world)
  const byWatch = async () => (await into.record(`${ALFA}#1`))?.receipts.filter(({ by }) => by === watch.party)
  expect(await byWatch()).toHaveLength(1)
  await into.foldReceipt(receipt(alfa, BRAVO, 2, T + 100))
  await into.foldReceipt(receipt(bravo, ALFA, 3, T + 100))
  while (await into.settle()) continue
  expect(await byWatch()).toEqual([])
  await into.close()
})
