// Whether a revocation, a consent, a retraction and feedback may be said of the records they name (spec/records.md, Taking
// back, Passing on and Feedback), as the views decide it: alike in whatever order things arrive.

import { readFileSync } from 'node:fs'
import { canonicalJson } from '@countersign/record'
import { expect, test } from 'vitest'
import { openViews, type ReceiptToFold } from '../src/index.ts'
import { feed, validity } from './two-parties.ts'

interface Vectors {
  cards: string[]
  agreement: unknown
  entries: string[]
  cases: {
    name: string
    logs: { origin: string; entries: number[] }[]
    receipts: ReceiptToFold[]
    record: { origin: string; index: number }
    expect: string
  }[]
}
const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../spec/vectors/${name}`, import.meta.url), 'utf8')) as Vectors
const cases = [
  ...[read('revocation-answers.json')].flatMap((all) =>
    all.cases.map((of) => [`a revocation ${of.name}`, of, all] as const),
  ),
  ...[read('consent-answers.json')].flatMap((all) => all.cases.map((of) => [of.name, of, all] as const)),
  ...[read('sighting-answers.json')].flatMap((all) => all.cases.map((of) => [`feedback ${of.name}`, of, all] as const)),
]

test.each(cases)('vector: %s', async (_name, of, vectors) => {
  for (const logs of [of.logs, of.logs.toReversed()]) {
    const views = await openViews({ path: ':memory:', party: 'watch.example', now: () => 1_790_000_100_000 })
    for (const card of vectors.cards) await views.knowCard(new TextEncoder().encode(card))
    await views.knowAgreement(canonicalJson(vectors.agreement))
    for (const { origin, entries } of logs) {
      const log = entries.map((place) => new Uint8Array(Buffer.from(vectors.entries[place] ?? '', 'base64')))
      expect(await feed(origin, log, views)).toBe(true)
    }
    await views.foldReceipts(of.receipts)
    const found = await validity(of.record.origin, of.record.index, views)
    expect(found?.kind === 'void' ? found.code : found?.kind).toBe(of.expect)
    await views.close()
  }
})
