// Canonical JSON: whatever bytes come, they are answered, and what is read is written again to the same bytes.

import { fromUtf8, utf8 } from '@countersign/log'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, parseCanonical, parseCard, parseEntry, parseEvidence } from '../src/index.ts'

const limits = { maxBytes: 1_000_000 }
const read = (text: string) => parseCanonical(utf8(text), limits)

describe('a number', () => {
  test.each(['0', '-1', '9007199254740991', '-9007199254740991', '[0,10,100]', '{"a":1}'])('%s is read', (text) => {
    const value = read(text)
    expect(value.ok && fromUtf8(canonicalJson(value.value))).toBe(text)
  })

  test.each([
    ['of infinite size', '1e400'],
    ['of infinite size, in an object', '{"a":-1e400}'],
    ['with a fraction', '1.5'],
    ['with a fraction that is none', '1.0'],
    ['with an exponent, in its canonical form', '1e+21'],
    ['with a negative exponent', '[1e-7]'],
    ['that is minus zero', '-0'],
    ['above 2⁵³ − 1', '9007199254740992'],
    ['below −(2⁵³ − 1)', '-9007199254740992'],
    ['that is rounded when read', '9007199254740993'],
    ['of seventeen digits', '10000000000000000'],
    ['of a thousand digits', '1'.repeat(1000)],
  ])('%s is refused, wherever it stands', (_what, text) => {
    for (const written of [text, `{"agreement":{"x":${text}}}`]) {
      expect(read(written)).toMatchObject({ ok: false, code: 'json/no-safe-integer' })
    }
  })
})

test('a key __proto__ is refused at any depth, however it is written', () => {
  for (const text of ['{"__proto__":1}', '[{"a":{"__proto__":{}}}]', '{"\\u005f_proto__":1}']) {
    expect(read(text)).toMatchObject({ ok: false, code: 'json/proto-key' })
  }
  expect(() => canonicalJson(JSON.parse('{"a":{"__proto__":1}}'))).toThrow('__proto__')
})

/** Texts that are nearly JSON: pieces of it in any order, and JSON of odd values. */
const token = fc.constantFrom(
  ...['{', '}', '[', ']', ',', ':', '"a"', '"b"', '"__proto__"', '"\\ud800"', '"é"', 'null', 'true', ' '],
  ...['0', '-0', '1', '1e400', '-1e400', '1.5', '1e21', '9007199254740993', '00', '1e', '.5', '"toJSON"'],
)
const nearly = fc.oneof(
  fc.array(token, { maxLength: 20 }).map((tokens) => utf8(tokens.join(''))),
  fc.json().map(utf8),
  fc.jsonValue({ noUnicodeString: false }).map((value) => utf8(JSON.stringify(value))),
  fc.uint8Array({ maxLength: 60 }),
)

test('anything at all is answered, and what is read is written again to the same bytes', () => {
  fc.assert(
    fc.property(nearly, (bytes) => {
      const value = parseCanonical(bytes, limits)
      if (value.ok) expect(canonicalJson(value.value)).toEqual(bytes)
      else expect(value.code).toMatch(/^json\//)
    }),
    { numRuns: 3000 },
  )
})

test('cards, entries and evidence answer the same bytes with a refusal', () => {
  fc.assert(
    fc.property(nearly, (bytes) => {
      for (const parse of [parseCard, parseEntry, parseEvidence]) expect(parse(bytes).ok).toBe(false)
    }),
    { numRuns: 500 },
  )
})
