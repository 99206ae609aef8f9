// Keys that change (spec/keys.md): every vector, and that the order in which cards come decides nothing.

import { readFileSync } from 'node:fs'
import { fromBase64, utf8 } from '@countersign/log'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Card, CardSet, checkNotice, LogReader, parseCard, parseNotice } from '../src/index.ts'

const { root, origin, parties, cards, reach, newest, notices, logs } = JSON.parse(
  readFileSync(new URL('../../../spec/vectors/keys.json', import.meta.url), 'utf8'),
) as {
  root: string
  origin: string
  parties: string[]
  cards: Record<string, string>
  reach: { name: string; held: string[]; card: string; expect: string }[]
  newest: { name: string; held: string[]; newest: string | null; contradictions: string[] }[]
  notices: { name: string; held: string[]; notice: string; expect: string }[]
  logs: { name: string; held: string[]; entries: string[]; outcomes: string[] }[]
}
const files = new Map(
  Object.entries(cards).map(([name, text]) => {
    const parsed = parseCard(utf8(text))
    if (!parsed.ok) throw new Error(`${name}: ${parsed.message}`)
    return [name, parsed.value]
  }),
)
const card = (name: string): Card => {
  const held = files.get(name)
  if (held === undefined) throw new Error(`There is no card ${name}.`)
  return held
}
const setOf = (names: string[]) => new CardSet(names.map(card))

describe('whether a root succeeds another', () => {
  test.each(reach)('$name: $expect', ({ held, card: name, expect: wanted }) => {
    expect(setOf(held).reach(card(name), root).kind).toBe(wanted)
  })

  test('does not depend on the order in which cards come', () => {
    fc.assert(
      fc.property(fc.constantFrom(...reach), fc.infiniteStream(fc.nat()), (one, random) => {
        const order = one.held.map((name) => ({ name, by: random.next().value })).sort((a, b) => a.by - b.by)
        const set = setOf(order.map(({ name }) => name))
        return set.reach(card(one.card), root).kind === one.expect
      }),
      { numRuns: 60 },
    )
  })
})

test.each(newest)('the newest card: $name', ({ held, newest: wanted, contradictions }) => {
  for (const order of [held, [...held].reverse()]) {
    const set = setOf(order)
    expect(set.newest('alfa.example', root)?.digest).toBe(wanted === null ? undefined : card(wanted).digest)
    expect(set.contradictions('alfa.example', root).map(({ code }) => code)).toEqual(contradictions)
  }
})

test.each(notices)('a notice: $name: $expect', ({ held, notice, expect: wanted }) => {
  const parsed = parseNotice(utf8(notice))
  const checked = parsed.ok ? checkNotice(parsed.value, setOf(held), root) : parsed
  expect('awaits' in checked ? 'awaits' : checked.ok ? 'valid' : checked.code).toBe(wanted)
})

describe('a log whose keys change', () => {
  const read = (reader: LogReader, entries: string[]): string[] => {
    const outcomes: string[] = []
    for (const entry of entries) {
      const outcome = reader.read(reader.position, fromBase64(entry) ?? new Uint8Array())
      outcomes.push(outcome.kind === 'void' ? outcome.code : outcome.kind)
      if (outcome.kind === 'awaits') break
    }
    return outcomes
  }

  test.each(logs)('$name', ({ held, entries, outcomes }) => {
    expect(read(new LogReader({ origin, root, parties, cards: setOf(held) }), entries)).toEqual(outcomes)
  })

  test.each(logs.filter(({ outcomes }) => outcomes.at(-1) === 'valid'))(
    'read again where each card comes only when it is asked for, from a snapshot each time: $name',
    ({ entries, outcomes }) => {
      const all = new Map(
        [...files].filter(([name]) => name !== 'stripped' && name !== 'tooFew').map(([, one]) => [one.digest, one]),
      )
      const held = new CardSet()
      const options = { origin, root, parties, cards: held }
      let reader = new LogReader(options)
      const found: string[] = []
      for (let i = 0; i < entries.length; ) {
        const outcome = reader.read(i, fromBase64(entries[i] ?? '') ?? new Uint8Array())
        reader = new LogReader(options, JSON.parse(JSON.stringify(reader.snapshot())))
        if (outcome.kind === 'awaits') {
          const asked = all.get(outcome.card)
          if (asked === undefined || !held.add(asked)) throw new Error('It waits for a card that it was given.')
          continue
        }
        found.push(outcome.kind === 'void' ? outcome.code : outcome.kind)
        i++
      }
      expect(found).toEqual(outcomes)
    },
  )
})
