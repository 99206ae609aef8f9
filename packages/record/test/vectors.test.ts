import { readFileSync } from 'node:fs'
import { fromBase64, utf8 } from '@countersign/log'
import { describe, expect, test } from 'vitest'
import { commitment, encodeFrame, fingerprintWords, LogReader, parseCard } from '../src/index.ts'

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../spec/vectors/${name}`, import.meta.url), 'utf8'))
const bytes = (text: string) => fromBase64(text) ?? new Uint8Array()

describe('statements', () => {
  const { card, origin, parties, opening, cases } = read('statements.json')
  test.each(cases as { name: string; expect: string; entries: string[] }[])(
    '$name: $expect',
    ({ expect: code, entries }) => {
      const author = parseCard(utf8(card))
      if (!author.ok) throw new Error(author.message)
      const reader = new LogReader({ origin, card: author.value, parties })
      expect(reader.read(0, bytes(opening)).kind).toBe('valid')
      const outcomes = entries.map((entry, i) => reader.read(1 + i, bytes(entry)))
      const last = outcomes.at(-1)
      expect(last?.kind === 'void' ? last.code : last?.kind).toBe(code)
      // Whatever it was, the next honest entry is read.
      for (const before of outcomes.slice(0, -1)) expect(before.kind).toBe('valid')
    },
  )

  test('a reader that was put away and taken up again says the same', () => {
    const author = parseCard(utf8(card))
    if (!author.ok) throw new Error(author.message)
    const reused = (cases as { name: string; entries: string[] }[]).find(
      ({ name }) => name === 'an id for the second time',
    )
    const first = new LogReader({ origin, card: author.value, parties })
    first.read(0, bytes(opening))
    first.read(1, bytes(reused?.entries[0] ?? ''))
    const again = new LogReader({ origin, card: author.value, parties }, JSON.parse(JSON.stringify(first.snapshot())))
    expect(again.read(2, bytes(reused?.entries[1] ?? ''))).toMatchObject({ kind: 'void', code: 'statement/id-reused' })
  })

  test('a log that does not begin with its opening is void to its end', () => {
    const author = parseCard(utf8(card))
    if (!author.ok) throw new Error(author.message)
    const reader = new LogReader({ origin, card: author.value, parties })
    const pin = (cases as { name: string; entries: string[] }[]).find(({ name }) => name === 'a pin')?.entries[0] ?? ''
    expect(reader.read(0, bytes(pin))).toMatchObject({ kind: 'void', code: 'log/not-opened' })
    expect(reader.read(1, bytes(opening))).toMatchObject({ kind: 'void' })
  })
})

describe('cards', () => {
  test.each(
    read('cards.json') as { name: string; expect: string; card: string; digest?: string; rootDigest?: string }[],
  )('$name: $expect', ({ expect: wanted, card, digest, rootDigest }) => {
    const parsed = parseCard(utf8(card))
    expect(parsed.ok ? 'valid' : 'refused').toBe(wanted)
    if (parsed.ok) expect([parsed.value.digest, parsed.value.rootDigest]).toEqual([digest, rootDigest])
  })

  test('the fingerprint is twelve words, the same for every card of a root and others for another party', () => {
    const [own] = read('cards.json')
    const { trusted } = read('evidence.json')
    const words = [own.card, ...trusted].map((text: string) => {
      const card = parseCard(utf8(text))
      return card.ok ? fingerprintWords(card.value).join(' ') : ''
    })
    expect(words[0]?.split(' ')).toHaveLength(12)
    expect(words[1]).toBe(words[0])
    expect(new Set(words).size).toBe(3)
  })
})

test.each(
  read('commitments.json') as {
    context: Parameters<typeof commitment>[0]
    salt: string
    plaintext: string
    paddedSize: number
    commitment: string
  }[],
)('the commitment to $paddedSize padded bytes', (vector) => {
  const [salt, plaintext] = [bytes(vector.salt), bytes(vector.plaintext)]
  expect(Buffer.from(commitment(vector.context, salt, plaintext)).toString('hex')).toBe(vector.commitment)
  expect(encodeFrame(plaintext, salt).length).toBe(vector.paddedSize)
  const elsewhere = { ...vector.context, part: vector.context.part + 1 }
  expect(Buffer.from(commitment(elsewhere, salt, plaintext)).toString('hex')).not.toBe(vector.commitment)
})
