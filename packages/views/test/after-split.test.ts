// What a log says after its author split it binds the author and counts for nothing in its favour (spec/fork.md): by the
// vectors, alike in whatever order things arrive, and in what this node does next.

import { readFileSync } from 'node:fs'
import { formatVerifierKey, leafHash, makeVerifierKey, toHex } from '@countersign/log'
import { canonicalJson, parseEntry, verifyEntry } from '@countersign/record'
import { describe, expect, test } from 'vitest'
import { agreement, alfa, bravo, pair } from '../../../spec/vectors/samples.ts'
import { openViews, type ReceiptToFold, type Views } from '../src/index.ts'
import {
  ALFA,
  ALFA_AGAIN,
  BRAVO,
  feed,
  fresh,
  know,
  opens,
  pins,
  receipt,
  said,
  shares,
  signs,
  VERSION,
  validity,
  versionOf,
} from './two-parties.ts'

interface Case {
  name: string
  logs: { origin: string; entries: number[] }[]
  receipts: ReceiptToFold[]
  splits: { origin: string; common: number }[]
  records: { origin: string; index: number; expect: string; hi: number | null }[]
  since: number
  destroyed: boolean
  frozen: { origin: string; size: number }[]
}
const file = JSON.parse(readFileSync(new URL('../../../spec/vectors/after-split.json', import.meta.url), 'utf8')) as {
  agreement: unknown
  cards: string[]
  entries: string[]
  cases: Case[]
}

async function folded(of: Case, order: (steps: (() => Promise<unknown>)[]) => (() => Promise<unknown>)[]) {
  const views = await openViews({ path: ':memory:', party: 'watch.example', now: () => 1_790_000_100_000 })
  for (const card of file.cards) await views.knowCard(new TextEncoder().encode(card))
  await views.knowAgreement(canonicalJson(file.agreement))
  const steps = [
    ...of.logs.map(({ origin, entries }) => async () => {
      const author = origin.startsWith('alfa.example/') ? alfa : bravo
      const all = entries.map((place) => {
        const bytes = new Uint8Array(Buffer.from(file.entries[place] ?? '', 'base64'))
        const parsed = parseEntry(bytes)
        return { bytes, parsed, signature: parsed.ok && verifyEntry(parsed.value, author.card.keys.statement) }
      })
      expect(await views.foldEntries(origin, 0, all)).toMatchObject({ ok: true })
    }),
    ...of.receipts.map((one) => () => views.foldReceipt(one)),
    // What is known first may be more than both branches have in common.
    ...of.splits.flatMap(({ origin, common }) => [
      () => views.foldSplit(origin, common + 2),
      () => views.foldSplit(origin, common),
    ]),
  ]
  for (const [i, step] of order(steps).entries()) {
    await step()
    if (i % 2 === 0) while (await views.settle()) continue
  }
  while (await views.settle()) continue
  return views
}

test.each(file.cases.map((of) => [of.name, of] as const))('vector: %s', async (_name, of) => {
  const views = await folded(of, (steps) => steps)
  for (const { origin, index, expect: wanted, hi } of of.records) {
    const row = (await views.record(`${origin}#${index}`))?.row
    expect(row?.validity.kind === 'void' ? row.validity.code : row?.validity.kind).toBe(wanted)
    expect(row?.delivery[0]?.hi).toBe(hi)
    if (hi === null) expect(row?.state).toBe(wanted === 'valid' ? 'said' : 'void')
  }
  const { id, version } = (await views.pacts())[0] ?? { id: '', version: '' }
  expect(views.force(id, version, 'main')?.since).toBe(of.since)
  expect(views.isDestroyed(of.logs[0]?.origin ?? '', 2, 0)).toBe(of.destroyed)
  const isValid = of.records.some(({ expect: wanted }) => wanted === 'valid')
  expect(await views.partsToRemove()).toHaveLength(of.destroyed && isValid ? 1 : 0)
  expect(of.logs.flatMap(({ origin }) => ({ origin, size: views.frozenAt(origin) }))).toEqual(
    of.logs.map(({ origin }) => ({ origin, size: of.frozen.find((one) => one.origin === origin)?.size })),
  )
  await views.close()
})

test('in whatever order entries, receipts and splits arrive, the views are equal', async () => {
  let seed = 11
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
  for (const of of file.cases) {
    const first = await folded(of, (steps) => steps)
    const wanted = await first.digest()
    await first.close()
    for (let round = 0; round < 4; round++) {
      const other = await folded(of, (steps) =>
        steps
          .map((step) => ({ step, key: random() }))
          .sort((a, b) => a.key - b.key)
          .map(({ step }) => step),
      )
      expect(await other.digest(), `${of.name}, round ${round}`).toBe(wanted)
      await other.close()
    }
  }
})

test('a record is not witnessed after the split, however many witnesses cosigned one of its histories; those before it stay so', async () => {
  const key = makeVerifierKey('witness.example/w1', 4, pair(230).ed25519.publicKey)
  const of = {
    name: key.name,
    operator: 'witness.example',
    url: 'https://witness.example/',
    vkeys: [formatVerifierKey(key)],
  }
  const under = { ...agreement, witnesses: { quorum: 1, of: [of] } }
  const views = await fresh()
  await know([under], views)
  const version = versionOf(under)
  await feed(ALFA, [opens(ALFA, version), signs(ALFA, version), said(ALFA, version, {})], views)
  await views.foldWitnessed({ origin: ALFA, witness: of.name, size: 3, time: 1_790_000_000 })
  const witnessed = async (index: number) => (await views.record(`${ALFA}#${index}`))?.row.witnessed
  expect(await witnessed(2)).toEqual({ by: [of.name], enough: true })
  await views.foldSplit(ALFA, 2)
  // Who saw it is shown all the same.
  expect(await witnessed(2)).toEqual({ by: [of.name], enough: false })
  expect(await witnessed(1)).toEqual({ by: [of.name], enough: true })
  await views.close()
})

describe('this node, of a log of its own that forked', () => {
  const IN_FORCE = [ALFA, BRAVO].map((origin) => receipt('watch', origin, 2, 1_790_000_000))
  const share = shares(BRAVO, IN_FORCE)
  const re = [{ origin: BRAVO, index: 2, leaf: toHex(leafHash(share)) }]
  const named = shares(ALFA, IN_FORCE)
  const begin = async (...after: Uint8Array[]): Promise<Views> => {
    const views = await fresh()
    await know([agreement], views)
    await feed(ALFA, [opens(ALFA), signs(ALFA), named, ...after], views)
    await feed(BRAVO, [opens(BRAVO), signs(BRAVO), share], views)
    await views.foldReceipts(IN_FORCE)
    while (await views.settle()) continue
    return views
  }

  test('tells again of content that it could not take', async () => {
    const rejects = { type: 'content/rejected', to: ['bravo.example'], body: { part: 0, reason: 'cannot-open' }, re }
    const views = await begin(said(ALFA, VERSION, rejects))
    await views.contentState(`${BRAVO}#2`, 0, 'rejected', 'content/cannot-open')
    expect(await validity(ALFA, 3, views)).toEqual({ kind: 'valid' })
    expect(await views.rejectionsToSay()).toEqual([])
    await views.foldSplit(ALFA, 3)
    expect(await views.rejectionsToSay()).toHaveLength(1)
    await feed(
      ALFA_AGAIN,
      [opens(ALFA_AGAIN, VERSION, pins(ALFA, [opens(ALFA)], 1)), said(ALFA_AGAIN, VERSION, rejects)],
      views,
    )
    expect(await views.rejectionsToSay()).toEqual([])
    await views.close()
  })

  test('rests no destruction on its own consent there', async () => {
    const views = await begin(said(ALFA, VERSION, { type: 'content/consent', body: { parts: null }, re }))
    expect((await views.contentLife(`${BRAVO}#2`))?.consents).toEqual(['alfa.example'])
    await views.foldSplit(ALFA, 3)
    expect((await views.contentLife(`${BRAVO}#2`))?.awaited).toEqual(['bravo.example', 'alfa.example'])
    // Of the other party it counts, as for whoever acts on it.
    await views.foldSplit(BRAVO, 1)
    await feed(
      BRAVO,
      [opens(BRAVO), signs(BRAVO), share, said(BRAVO, VERSION, { type: 'content/consent', body: { parts: null }, re })],
      views,
    )
    expect((await views.contentLife(`${BRAVO}#2`))?.awaited).toEqual(['alfa.example'])
    await views.close()
  })
})
