// Which entries are over the limits of a day, by the vectors of spec/agreement.md; and that the days counted by ranges are
// those of each entry.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { agreement } from '../../../spec/vectors/samples.ts'
import { type Agreement, dayOfEntry, entriesOfDay, entriesOverLimits, type PartyLog } from '../src/index.ts'

interface Vector {
  name: string
  limits: Agreement['limits']
  quorum?: number
  neutrals?: { party: string; operator: string }[]
  logs: (Omit<PartyLog, 'entries'> & {
    entries: { bytes: number; statement: { time: string; content: { size: number }[] } | null }[]
  })[]
  over: Record<string, number[]>
}
const vectors = (file: string): { agreement: Agreement; cases: Vector[] } =>
  JSON.parse(readFileSync(new URL(`../../../spec/vectors/${file}`, import.meta.url), 'utf8'))

describe.each(['daily-limits.json', 'daily-proposals.json'])('the vectors of %s', (file) => {
  const { agreement, cases } = vectors(file)
  test.each(cases)('$name', ({ limits, quorum, neutrals, logs, over }) => {
    const under = {
      ...agreement,
      limits,
      ...(quorum === undefined ? {} : { quorum }),
      ...(neutrals === undefined ? {} : { neutrals: neutrals.map((one) => ({ ...NEUTRAL, ...one })) }),
    }
    const read = logs.map((log) => ({
      ...log,
      entries: log.entries.map(({ bytes, statement }) => ({ bytes, statement: (statement ?? undefined) as never })),
    }))
    expect(Object.fromEntries(entriesOverLimits(under, read))).toEqual(over)
  })
})

const NEUTRAL: Agreement['neutrals'][number] = {
  ...{ party: '', name: 'A neutral', operator: '', roles: ['observer'] },
  root: 'a'.repeat(64),
}
const neutrals = ['guard.example', 'watch.example', 'zeta.example'].map((party) => ({
  ...{ ...NEUTRAL, party },
  operator: party === 'zeta.example' ? 'watch.example' : party,
}))

test('the entries of a day, counted as a range, are those whose own day it is', () => {
  const cosignature = fc.record({
    by: fc.constantFrom('guard.example', 'watch.example', 'zeta.example', 'bravo.example'),
    size: fc.integer({ min: 0, max: 9 }),
    time: fc.integer({ min: 0, max: 4 * 86_400 }),
  })
  fc.assert(
    fc.property(fc.array(cosignature, { maxLength: 8 }), fc.constantFrom(1, 2), (cosignatures, quorum) => {
      const under = { ...agreement, neutrals, quorum }
      for (const day of [null, 0, 1, 2, 3, 4, 5]) {
        const { from, to } = entriesOfDay(under, day, 8, cosignatures)
        const ranged = Array.from({ length: 8 }, (_, i) => i).filter((i) => i >= from && i < to)
        const single = Array.from({ length: 8 }, (_, i) => i).filter((i) => dayOfEntry(under, i, cosignatures) === day)
        expect(ranged).toEqual(single)
      }
    }),
  )
})
