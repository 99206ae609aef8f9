/**
 * What a STIX pattern says (STIX 2.1 section 9), as a tree. Brackets that change nothing leave no trace in it: a chain of
 * one operator is one node with all its operands in their order, and an operand of the same operator stood in brackets.
 */

import type { Span } from './fault.ts'

/** A whole pattern (section 9.4). */
export type Pattern = ObservationExpression

/** What observations must be there (section 9.5). */
export type ObservationExpression = Observation | CombinedObservations | QualifiedObservations

/** `[…]`: one observation, which one object must satisfy. */
export interface Observation {
  readonly kind: 'observation'
  readonly comparison: ComparisonExpression
  readonly at: Span
}

/** Two or more operands, each of which is satisfied by an observation of its own. AND binds most, FOLLOWEDBY least. */
export interface CombinedObservations {
  readonly kind: 'combined'
  readonly operator: 'AND' | 'OR' | 'FOLLOWEDBY'
  readonly operands: readonly ObservationExpression[]
  readonly at: Span
}

/** One or more qualifiers behind an expression, in the order of the text. */
export interface QualifiedObservations {
  readonly kind: 'qualified'
  readonly expression: ObservationExpression
  readonly qualifiers: readonly Qualifier[]
  readonly at: Span
}

/** Section 9.5.1. */
export type Qualifier =
  | { readonly kind: 'within'; readonly seconds: IntegerConstant | FloatConstant; readonly at: Span }
  | { readonly kind: 'repeats'; readonly times: IntegerConstant; readonly at: Span }
  | {
      readonly kind: 'start-stop'
      readonly start: TimestampConstant
      readonly stop: TimestampConstant
      readonly at: Span
    }

/** What one object must satisfy (section 9.6). */
export type ComparisonExpression = Comparison | SetComparison | Existence | CombinedComparisons

/** Two or more operands. AND binds more than OR. */
export interface CombinedComparisons {
  readonly kind: 'boolean'
  readonly operator: 'AND' | 'OR'
  readonly operands: readonly ComparisonExpression[]
  readonly at: Span
}

/** `==` and `<>`, which the grammar takes too, are `=` and `!=` here. */
export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'MATCHES' | 'ISSUBSET' | 'ISSUPERSET'

export interface Comparison {
  readonly kind: 'comparison'
  readonly path: ObjectPath
  /** Whether NOT stands before the operator. */
  readonly negated: boolean
  readonly operator: ComparisonOperator
  readonly constant: Constant
  readonly at: Span
}

/** `IN (…)`, of no member too. */
export interface SetComparison {
  readonly kind: 'in'
  readonly path: ObjectPath
  readonly negated: boolean
  readonly constants: readonly Constant[]
  readonly at: Span
}

/** `EXISTS path`. */
export interface Existence {
  readonly kind: 'exists'
  readonly path: ObjectPath
  readonly negated: boolean
  readonly at: Span
}

/** Section 9.7: the type of an object, then the way to one of its properties. */
export interface ObjectPath {
  readonly type: string
  /** At least one; the first is a key. */
  readonly steps: readonly PathStep[]
  readonly at: Span
}

/** A key as it is, without apostrophes and escapes; or a place in a list, `*` for any of them. */
export type PathStep =
  | { readonly kind: 'key'; readonly name: string; readonly at: Span }
  | { readonly kind: 'index'; readonly index: number | '*'; readonly at: Span }

/** Section 9.2. Numbers stay the text they came as, so that none is rounded. */
export type Constant =
  | StringConstant
  | IntegerConstant
  | FloatConstant
  | TimestampConstant
  | { readonly kind: 'boolean'; readonly value: boolean; readonly at: Span }
  /** `b'…'` and `h'…'`: the octets in lower-case hex. */
  | { readonly kind: 'binary'; readonly hex: string; readonly at: Span }
  | { readonly kind: 'hex'; readonly hex: string; readonly at: Span }

/** The text that is meant, escapes resolved. */
export interface StringConstant {
  readonly kind: 'string'
  readonly value: string
  readonly at: Span
}

/** Digits, with `-` before them where it is negative; no plus sign, no leading zero. */
export interface IntegerConstant {
  readonly kind: 'integer'
  readonly text: string
  readonly at: Span
}

/** As an integer, with a point and at least one digit on each side of it. */
export interface FloatConstant {
  readonly kind: 'float'
  readonly text: string
  readonly at: Span
}

/** Without the `t` and the apostrophes: a time as STIX 2.1 section 3.2 has it. */
export interface TimestampConstant {
  readonly kind: 'timestamp'
  readonly text: string
  readonly at: Span
}

/** Words that are no names unless they stand in apostrophes. They are written in just this way. */
const KEYWORDS = [
  'AND',
  'OR',
  'NOT',
  'FOLLOWEDBY',
  'LIKE',
  'MATCHES',
  'ISSUPERSET',
  'ISSUBSET',
  'EXISTS',
  'LAST',
  'IN',
  'START',
  'STOP',
  'SECONDS',
  'true',
  'false',
  'WITHIN',
  'REPEATS',
  'TIMES',
] as const

export type Keyword = (typeof KEYWORDS)[number]

const RESERVED = new Map<string, Keyword>(KEYWORDS.map((word) => [word, word]))

/** The keyword that a word is; undefined for a name. */
export function keywordOf(word: string): Keyword | undefined {
  return RESERVED.get(word)
}
