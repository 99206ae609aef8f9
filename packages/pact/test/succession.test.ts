// What a log inherits from those it succeeds, by the vectors of spec/succession.md.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { inheritedSight, type NamedReceipt, type Predecessor } from '../src/index.ts'

interface Named {
  logs: { origin: string; size: number }[]
  receipts: NamedReceipt[]
}
const { cases } = JSON.parse(
  readFileSync(new URL('../../../spec/vectors/succession.json', import.meta.url), 'utf8'),
) as {
  cases: {
    name: string
    logs: Record<string, Named[]>
    held: Record<string, Predecessor>
    entry: { origin: string; index: number }
    sizes: { origin: string; size: number }[]
    named: NamedReceipt
  }[]
}

test.each(cases)('$name', ({ logs, held, entry, sizes, named }) => {
  const seenAt = (origin: string, index: number) => {
    const upTo = (logs[origin] ?? []).slice(0, index + 1)
    const of = (by: string, on: string) =>
      upTo.flatMap(({ receipts }) => receipts).findLast((one) => one.by === by && one.origin === on)
    const size = (other: string) =>
      Math.max(0, ...upTo.flatMap((one) => one.logs.filter(({ origin: on }) => on === other).map((log) => log.size)))
    return { size, named: of }
  }
  const sight = inheritedSight(entry, seenAt, (origin) => held[origin])
  expect(sizes.map(({ origin }) => ({ origin, size: sight.size(origin) }))).toEqual(sizes)
  expect(sight.named(named.by, named.origin)).toEqual(named)
})
