/**
 * Reads a STIX pattern by the grammar of STIX 2.1 section 9, all of it: observation expressions with their operators and
 * qualifiers, comparison expressions, object paths, every kind of constant, comments. Keeps to a depth and a length, so
 * no text can exhaust the stack. What the standard says in words beyond the grammar, `checkPattern` judges.
 */

import { LIMITS } from '../limits.ts'
import {
  type ComparisonExpression,
  type ComparisonOperator,
  type Constant,
  type FloatConstant,
  type IntegerConstant,
  keywordOf,
  type ObjectPath,
  type ObservationExpression,
  type PathStep,
  type Pattern,
  type Qualifier,
  type StringConstant,
  type TimestampConstant,
} from './ast.ts'
import { type PatternRefusal, type Span, Stop } from './fault.ts'
import { type Mark, type TokenKind, Tokens } from './tokens.ts'

export type ParsedPattern = { readonly ok: true; readonly value: Pattern } | PatternRefusal

/**
 * The pattern, or its first fault with its place: `pattern/too-long`, `pattern/too-deep`, `pattern/syntax` (with what was
 * expected), `pattern/constant` (a string, time, hex or base64 that is none).
 */
export function parsePattern(text: string): ParsedPattern {
  if (text.length > LIMITS.patternChars) {
    const message = `The pattern has ${text.length} characters; at most ${LIMITS.patternChars} are taken. Make several of it.`
    const at = { offset: 0, length: 0, line: 1, column: 1 }
    return { ok: false, code: 'pattern/too-long', message, at, expected: [] }
  }
  try {
    return { ok: true, value: new Parser(text).pattern() }
  } catch (error) {
    if (error instanceof Stop) return error.refusal
    throw error
  }
}

class Parser {
  readonly #tokens: Tokens
  #depth = 0

  constructor(text: string) {
    this.#tokens = new Tokens(text)
  }

  pattern(): Pattern {
    const pattern = this.#observations()
    if (this.#tokens.kind !== 'end') {
      this.#expected([...QUALIFIERS, 'AND', 'OR', 'FOLLOWEDBY', 'the end of the pattern'])
    }
    return pattern
  }

  /** A chain of one operator is one node: FOLLOWEDBY of ORs of ANDs. All of them associate to the left. */
  #observations(): ObservationExpression {
    return this.#combined('FOLLOWEDBY', () =>
      this.#combined('OR', () => this.#combined('AND', () => this.#qualified())),
    )
  }

  #combined(operator: 'AND' | 'OR' | 'FOLLOWEDBY', next: () => ObservationExpression): ObservationExpression {
    const from = this.#tokens.mark()
    const operands = this.#chain(operator, next)
    const [first] = operands
    if (first !== undefined && operands.length === 1) return first
    return { kind: 'combined', operator, operands, at: this.#tokens.since(from) }
  }

  #chain<T>(operator: TokenKind, next: () => T): readonly T[] {
    const operands = [next()]
    while (this.#tokens.kind === operator) {
      this.#tokens.advance()
      operands.push(next())
    }
    return operands
  }

  #qualified(): ObservationExpression {
    const from = this.#tokens.mark()
    const expression = this.#observation()
    const qualifiers: Qualifier[] = []
    for (;;) {
      const qualifier = this.#qualifier()
      if (qualifier === undefined) break
      qualifiers.push(qualifier)
    }
    if (qualifiers.length === 0) return expression
    return { kind: 'qualified', expression, qualifiers, at: this.#tokens.since(from) }
  }

  #observation(): ObservationExpression {
    const from = this.#tokens.mark()
    if (this.#tokens.kind === '(') return this.#within(')', () => this.#observations(), AFTER_OBSERVATION)
    if (this.#tokens.kind !== '[') {
      this.#expected(['“[”', '“(”'], 'Comparisons stand in square brackets, such as [file:size > 1024].')
    }
    const comparison = this.#within(']', () => this.#comparisons(), ['AND', 'OR', '“]”'])
    return { kind: 'observation', comparison, at: this.#tokens.since(from) }
  }

  /** What stands between two brackets; the opening one is at hand. */
  #within<T>(close: ')' | ']', inside: () => T, expected: readonly string[]): T {
    if (++this.#depth > LIMITS.patternDepth) {
      const message = `The brackets are nested more than ${LIMITS.patternDepth} deep, which is the most that is taken.`
      throw new Stop({ ok: false, code: 'pattern/too-deep', message, at: this.#tokens.here(), expected: [] })
    }
    this.#tokens.advance()
    const value = inside()
    if (this.#tokens.kind !== close) this.#expected(expected)
    this.#tokens.advance()
    this.#depth--
    return value
  }

  #qualifier(): Qualifier | undefined {
    const from = this.#tokens.mark()
    switch (this.#tokens.kind) {
      case 'WITHIN': {
        this.#tokens.advance()
        const seconds = this.#seconds()
        this.#word('SECONDS')
        return { kind: 'within', seconds, at: this.#tokens.since(from) }
      }
      case 'REPEATS': {
        this.#tokens.advance()
        const times = this.#times()
        this.#word('TIMES')
        return { kind: 'repeats', times, at: this.#tokens.since(from) }
      }
      case 'START': {
        this.#tokens.advance()
        const start = this.#timestamp()
        this.#word('STOP')
        const stop = this.#timestamp()
        return { kind: 'start-stop', start, stop, at: this.#tokens.since(from) }
      }
      default:
        return undefined
    }
  }

  #seconds(): IntegerConstant | FloatConstant {
    const { kind, value } = this.#tokens
    if ((kind !== 'integer' && kind !== 'float') || value.startsWith('-')) {
      return this.#expected(['a number of seconds, not negative'])
    }
    return { kind, text: value, at: this.#take() }
  }

  #times(): IntegerConstant {
    const { kind, value } = this.#tokens
    if (kind !== 'integer' || value.startsWith('-')) return this.#expected(['an integer, not negative'])
    return { kind, text: value, at: this.#take() }
  }

  #timestamp(): TimestampConstant {
    const { kind, value } = this.#tokens
    if (kind !== 'timestamp') {
      const advice = kind === 'string' ? 'Write t before its first apostrophe.' : undefined
      return this.#expected(["a time such as t'2026-01-31T08:00:00Z'"], advice)
    }
    return { kind, text: value, at: this.#take() }
  }

  #comparisons(): ComparisonExpression {
    return this.#boolean('OR', () => this.#boolean('AND', () => this.#comparison()))
  }

  #boolean(operator: 'AND' | 'OR', next: () => ComparisonExpression): ComparisonExpression {
    const from = this.#tokens.mark()
    const operands = this.#chain(operator, next)
    const [first] = operands
    if (first !== undefined && operands.length === 1) return first
    return { kind: 'boolean', operator, operands, at: this.#tokens.since(from) }
  }

  #comparison(): ComparisonExpression {
    const from = this.#tokens.mark()
    if (this.#tokens.kind === '(') return this.#within(')', () => this.#comparisons(), ['AND', 'OR', '“)”'])
    const negated = this.#taken('NOT')
    if (this.#tokens.kind === 'EXISTS') {
      this.#tokens.advance()
      const path = this.#path(['an object path'])
      return { kind: 'exists', path, negated, at: this.#tokens.since(from) }
    }
    if (negated) this.#expected(['EXISTS'], 'In a comparison NOT stands after the object path, before the operator.')
    return this.#compared(from)
  }

  #compared(from: Mark): ComparisonExpression {
    const path = this.#path(['an object path', 'EXISTS', 'NOT EXISTS', '“(”'])
    const negated = this.#taken('NOT')
    const operator = this.#tokens.kind
    switch (operator) {
      case 'IN': {
        this.#tokens.advance()
        const constants = this.#set()
        return { kind: 'in', path, negated, constants, at: this.#tokens.since(from) }
      }
      case '=':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=':
      case 'LIKE':
      case 'MATCHES':
      case 'ISSUBSET':
      case 'ISSUPERSET': {
        this.#tokens.advance()
        const constant = this.#operand(operator)
        return { kind: 'comparison', path, negated, operator, constant, at: this.#tokens.since(from) }
      }
      default:
        return this.#expected(negated ? OPERATORS : ['“.”', '“[”', 'NOT', ...OPERATORS])
    }
  }

  #operand(operator: ComparisonOperator): Constant {
    if (operator === '=' || operator === '!=') return this.#constant(CONSTANTS)
    if (OF_STRINGS.has(operator)) return this.#string()
    if (this.#tokens.kind === 'true' || this.#tokens.kind === 'false') {
      this.#expected(ORDERED, 'What is true or false has no order.')
    }
    return this.#constant(ORDERED)
  }

  #string(): StringConstant {
    const { kind, value } = this.#tokens
    if (kind !== 'string') return this.#expected(['a string'], 'Strings stand between apostrophes.')
    return { kind, value, at: this.#take() }
  }

  #set(): readonly Constant[] {
    if (this.#tokens.kind !== '(')
      this.#expected(['“(”'], "The members of a set stand in brackets, such as ('a', 'b').")
    this.#tokens.advance()
    if (this.#taken(')')) return []
    const constants = [this.#constant([...CONSTANTS, '“)”'])]
    while (this.#taken(',')) constants.push(this.#constant(CONSTANTS))
    if (!this.#taken(')')) this.#expected(['“,”', '“)”'])
    return constants
  }

  #constant(expected: readonly string[]): Constant {
    const { kind, value } = this.#tokens
    switch (kind) {
      case 'string':
        return { kind, value, at: this.#take() }
      case 'integer':
      case 'float':
      case 'timestamp':
        return { kind, text: value, at: this.#take() }
      case 'binary':
      case 'hex':
        return { kind, hex: value, at: this.#take() }
      case 'true':
      case 'false':
        return { kind: 'boolean', value: kind === 'true', at: this.#take() }
      case 'name':
      case 'hyphenated':
        return this.#expected(expected, 'Strings stand between apostrophes.')
      default:
        return this.#expected(expected)
    }
  }

  #path(expected: readonly string[]): ObjectPath {
    const from = this.#tokens.mark()
    const { kind, value: type } = this.#tokens
    if (kind !== 'name' && kind !== 'hyphenated') this.#expected(expected)
    this.#tokens.advance()
    if (!this.#taken(':'))
      this.#expected(['“:” and a property'], 'A colon divides the type of the object from its properties.')
    const steps: PathStep[] = [this.#key()]
    for (;;) {
      if (this.#taken('.')) steps.push(this.#key())
      else if (this.#tokens.kind === '[') steps.push(this.#index())
      else return { type, steps, at: this.#tokens.since(from) }
    }
  }

  #key(): PathStep {
    const { kind, value } = this.#tokens
    if (kind !== 'name' && kind !== 'string') {
      const advice = kind === 'hyphenated' || keywordOf(value) !== undefined
      this.#expected(['the name of a property'], advice ? 'Such a name stands between apostrophes.' : undefined)
    }
    return { kind: 'key', name: value, at: this.#take() }
  }

  #index(): PathStep {
    const from = this.#tokens.mark()
    this.#tokens.advance()
    const { kind, value } = this.#tokens
    const index = kind === '*' ? '*' : kind === 'integer' ? Number(value) : undefined
    if (index === undefined || (index !== '*' && !Number.isSafeInteger(index))) {
      return this.#expected(['a place in the list, counted from 0', '“*”'])
    }
    this.#tokens.advance()
    if (!this.#taken(']')) this.#expected(['“]”'])
    return { kind: 'index', index, at: this.#tokens.since(from) }
  }

  /** Goes past the word at hand if it is this one. */
  #taken(kind: TokenKind): boolean {
    if (this.#tokens.kind !== kind) return false
    this.#tokens.advance()
    return true
  }

  /** Goes past the word at hand and says where it stands. */
  #take(): Span {
    const at = this.#tokens.here()
    this.#tokens.advance()
    return at
  }

  #word(keyword: 'SECONDS' | 'STOP' | 'TIMES'): void {
    if (!this.#taken(keyword)) this.#expected([keyword])
  }

  #expected(expected: readonly string[], advice?: string): never {
    const { kind, value } = this.#tokens
    const meant = kind === 'name' ? (keywordOf(value.toUpperCase()) ?? keywordOf(value.toLowerCase())) : undefined
    const more = meant === undefined ? advice : `The word ${meant} is written in just this way.`
    const list = expected.length < 2 ? expected.join() : `${expected.slice(0, -1).join(', ')} or ${expected.at(-1)}`
    const message = `Here ${this.#tokens.found()}; expected is ${list}.${more === undefined ? '' : ` ${more}`}`
    throw new Stop({ ok: false, code: 'pattern/syntax', message, at: this.#tokens.here(), expected })
  }
}

const QUALIFIERS = ['WITHIN', 'REPEATS', 'START']
const AFTER_OBSERVATION = [...QUALIFIERS, 'AND', 'OR', 'FOLLOWEDBY', '“)”']
const OPERATORS = ['=', '!=', '<', '<=', '>', '>=', 'IN', 'LIKE', 'MATCHES', 'ISSUBSET', 'ISSUPERSET']
const OF_STRINGS: ReadonlySet<ComparisonOperator> = new Set(['LIKE', 'MATCHES', 'ISSUBSET', 'ISSUPERSET'])
const ORDERED = ['a string', 'a number', 'a time', 'hex', 'base64']
const CONSTANTS = [...ORDERED, 'true', 'false']
