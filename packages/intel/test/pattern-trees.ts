// Patterns as trees that `parsePattern` could give, for tests of what holds for all of them; and trees without places.

import fc from 'fast-check'
import type {
  ComparisonExpression,
  ComparisonOperator,
  Constant,
  ObjectPath,
  ObservationExpression,
  PathStep,
  Qualifier,
} from '../src/index.ts'

const at = { offset: 0, length: 0, line: 1, column: 1 }

/** The same tree with every place the same, so that two texts of one pattern are equal. */
export function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, key === 'at' ? at : withoutPlaces(item)]))
}

const WORDS = [
  'file',
  'value',
  'hashes',
  'b',
  'h',
  't',
  'x_y',
  'AND',
  'IN',
  'true',
  'SHA-256',
  'a.b',
  "it's",
  'a\\b',
  '',
]
const text = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom("'", '\\', '\n', '//', '/*'),
)
const digits = fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String)
const sign = fc.constantFrom('', '-')
const hex = (minLength: number) =>
  fc.uint8Array({ minLength, maxLength: 8 }).map((octets) => Buffer.from(octets).toString('hex'))
const time = fc
  .date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString())

const float = fc
  .tuple(sign, digits, digits)
  .map(([minus, whole, part]) => ({ kind: 'float' as const, text: `${minus}${whole}.${part}`, at }))
const integer = fc
  .tuple(sign, digits)
  .map(([minus, whole]) => ({ kind: 'integer' as const, text: whole === '0' ? '0' : `${minus}${whole}`, at }))
const timestamp = time.map((value) => ({ kind: 'timestamp' as const, text: value, at }))
const string = text.map((value) => ({ kind: 'string' as const, value, at }))
const ordered: fc.Arbitrary<Constant> = fc.oneof(
  string,
  integer,
  float,
  timestamp,
  hex(0).map((octets) => ({ kind: 'hex' as const, hex: octets, at })),
  hex(1).map((octets) => ({ kind: 'binary' as const, hex: octets, at })),
)
const constant: fc.Arbitrary<Constant> = fc.oneof(
  ordered,
  fc.boolean().map((value) => ({ kind: 'boolean' as const, value, at })),
)

const key: fc.Arbitrary<PathStep> = text.map((name) => ({ kind: 'key', name, at }))
const step: fc.Arbitrary<PathStep> = fc.oneof(
  key,
  fc
    .oneof(fc.constant('*' as const), fc.integer({ min: -2, max: 9 }))
    .map((index) => ({ kind: 'index' as const, index, at })),
)
const path: fc.Arbitrary<ObjectPath> = fc
  .tuple(fc.constantFrom('file', 'ipv4-addr', 'x-acme-thing', 't', 'b', 'h'), key, fc.array(step, { maxLength: 3 }))
  .map(([type, first, more]) => ({ type, steps: [first, ...more], at }))

function compared(
  operators: readonly ComparisonOperator[],
  with_: fc.Arbitrary<Constant>,
): fc.Arbitrary<ComparisonExpression> {
  return fc
    .tuple(path, fc.boolean(), fc.constantFrom(...operators), with_)
    .map(([of, negated, operator, constant]) => ({ kind: 'comparison', path: of, negated, operator, constant, at }))
}

const comparison: fc.Arbitrary<ComparisonExpression> = fc.oneof(
  compared(['=', '!='], constant),
  compared(['<', '<=', '>', '>='], ordered),
  compared(['LIKE', 'MATCHES', 'ISSUBSET', 'ISSUPERSET'], string),
  fc
    .tuple(path, fc.boolean(), fc.array(constant, { maxLength: 3 }))
    .map(([of, negated, constants]) => ({ kind: 'in' as const, path: of, negated, constants, at })),
  fc.tuple(path, fc.boolean()).map(([of, negated]) => ({ kind: 'exists' as const, path: of, negated, at })),
)

const { comparisons } = fc.letrec<{ comparisons: ComparisonExpression }>((tie) => ({
  comparisons: fc.oneof(
    { maxDepth: 4 },
    comparison,
    fc
      .tuple(
        fc.constantFrom('AND' as const, 'OR' as const),
        fc.array(tie('comparisons'), { minLength: 2, maxLength: 3 }),
      )
      .map(([operator, operands]) => ({ kind: 'boolean' as const, operator, operands, at })),
  ),
}))

const positive = <T extends { readonly text: string }>(number: fc.Arbitrary<T>) =>
  number.filter((value) => !value.text.startsWith('-'))
const qualifier: fc.Arbitrary<Qualifier> = fc.oneof(
  fc.oneof(positive(integer), positive(float)).map((seconds) => ({ kind: 'within' as const, seconds, at })),
  positive(integer).map((times) => ({ kind: 'repeats' as const, times, at })),
  fc.tuple(timestamp, timestamp).map(([start, stop]) => ({ kind: 'start-stop' as const, start, stop, at })),
)

/** Any pattern, of any constants, names and nesting. */
export const { patterns } = fc.letrec<{ patterns: ObservationExpression }>((tie) => ({
  patterns: fc.oneof(
    { maxDepth: 4 },
    comparisons.map((inside) => ({ kind: 'observation' as const, comparison: inside, at })),
    fc
      .tuple(
        fc.constantFrom('AND' as const, 'OR' as const, 'FOLLOWEDBY' as const),
        fc.array(tie('patterns'), { minLength: 2, maxLength: 3 }),
      )
      .map(([operator, operands]) => ({ kind: 'combined' as const, operator, operands, at })),
    fc
      .tuple(tie('patterns'), fc.array(qualifier, { minLength: 1, maxLength: 2 }))
      .map(([expression, qualifiers]) => ({ kind: 'qualified' as const, expression, qualifiers, at })),
  ),
}))
