/**
 * What STIX 2.1 section 9 asks of a pattern in words, beyond its grammar. A pattern that breaks such a rule can still be
 * read, and real ones do: so these are told beside the pattern, and the caller decides.
 */

import { kindOfType } from '../stix/object-kinds.ts'
import { compareTimestamps } from '../timestamp.ts'
import type {
  Comparison,
  ComparisonExpression,
  Constant,
  ObjectPath,
  ObservationExpression,
  PathStep,
  Pattern,
  Qualifier,
  SetComparison,
} from './ast.ts'
import type { Span } from './fault.ts'
import { networkFamily } from './network.ts'
import { printPath } from './print.ts'

/** An `error` breaks what the standard asks; a `warning` is permitted and hardly meant. */
export interface PatternFault {
  readonly severity: 'error' | 'warning'
  readonly code:
    | 'pattern/object-types'
    | 'pattern/mixed-set'
    | 'pattern/empty-set'
    | 'pattern/network'
    | 'pattern/hash'
    | 'pattern/number-range'
    | 'pattern/list-index'
    | 'pattern/list-of-references'
    | 'pattern/object-type'
    | 'pattern/qualifier-twice'
    | 'pattern/qualifier-value'
    | 'pattern/time-order'
  readonly message: string
  readonly at: Span
}

/** Every rule that the pattern breaks, in the order of the text; none where it keeps them all. */
export function checkPattern(pattern: Pattern): readonly PatternFault[] {
  const check = new Check()
  check.observations(pattern)
  return check.faults.sort((a, b) => a.at.offset - b.at.offset)
}

class Check {
  readonly faults: PatternFault[] = []

  observations(expression: ObservationExpression): void {
    switch (expression.kind) {
      case 'observation':
        this.#comparisons(expression.comparison)
        break
      case 'combined':
        for (const operand of expression.operands) this.observations(operand)
        break
      case 'qualified':
        this.observations(expression.expression)
        this.#qualifiers(expression.qualifiers)
    }
  }

  #tell(severity: PatternFault['severity'], code: PatternFault['code'], at: Span, message: string): void {
    this.faults.push({ severity, code, message, at })
  }

  /** Section 9.5.1. */
  #qualifiers(qualifiers: readonly Qualifier[]): void {
    const kinds = new Set<string>()
    for (const qualifier of qualifiers) {
      const { kind, at } = qualifier
      if (kinds.has(kind)) {
        const message = `${QUALIFIER_NAMES[kind]} stands here twice for one expression. Put brackets round the first of them.`
        this.#tell('error', 'pattern/qualifier-twice', at, message)
      }
      kinds.add(kind)
      if (kind === 'within') this.#positive(qualifier.seconds)
      else if (kind === 'repeats') this.#positive(qualifier.times)
      else if (compareTimestamps(qualifier.start.text, qualifier.stop.text) >= 0) {
        this.#tell(
          'warning',
          'pattern/time-order',
          at,
          'Nothing is seen between these times: START is not before STOP.',
        )
      }
    }
  }

  #positive(constant: Extract<Constant, { kind: 'integer' | 'float' }>): void {
    this.#constant(constant)
    if (Number(constant.text) > 0) return
    this.#tell('error', 'pattern/qualifier-value', constant.at, 'This number must be more than zero.')
  }

  /**
   * The types of an object that could satisfy the expression (section 9.5): of OR those of any operand, of AND those that
   * all operands have. Undefined where a fault was told already, so that it is not told again around it.
   */
  #comparisons(expression: ComparisonExpression): ReadonlySet<string> | undefined {
    switch (expression.kind) {
      case 'comparison':
        this.#comparison(expression)
        return new Set([expression.path.type])
      case 'in':
        this.#set(expression)
        return new Set([expression.path.type])
      case 'exists':
        this.#path(expression.path)
        return new Set([expression.path.type])
      case 'boolean': {
        const all = expression.operands.map((operand) => this.#comparisons(operand))
        if (expression.operator === 'OR') {
          const any = new Set<string>()
          for (const types of all) {
            if (types === undefined) return undefined
            for (const type of types) any.add(type)
          }
          return any
        }
        return this.#intersection(all, expression.operands)
      }
    }
  }

  #intersection(
    all: readonly (ReadonlySet<string> | undefined)[],
    operands: readonly ComparisonExpression[],
  ): ReadonlySet<string> | undefined {
    let common: ReadonlySet<string> | undefined
    for (const [place, types] of all.entries()) {
      if (types === undefined) continue
      const before = common
      common = before === undefined ? types : new Set([...types].filter((type) => before.has(type)))
      const operand = operands[place]
      if (common.size > 0 || operand === undefined) continue
      const message = `AND asks that one object satisfies both sides, but no object is of the types ${named(before)} and ${named(types)} at once. Give each side square brackets of its own.`
      this.#tell('error', 'pattern/object-types', operand.at, message)
      return undefined
    }
    return common
  }

  #comparison({ path, operator, constant }: Comparison): void {
    this.#path(path)
    this.#constant(constant)
    if (operator === 'ISSUBSET' || operator === 'ISSUPERSET') this.#network(path, operator, constant)
    if (operator === '=' || operator === '!=') this.#hash(path, constant)
  }

  #set({ path, constants, at }: SetComparison): void {
    this.#path(path)
    if (constants.length === 0) this.#tell('warning', 'pattern/empty-set', at, 'Nothing is in a set without members.')
    const [first] = constants
    for (const constant of constants) {
      this.#constant(constant)
      this.#hash(path, constant)
    }
    const other = constants.find((constant) => first !== undefined && FAMILIES[constant.kind] !== FAMILIES[first.kind])
    if (first === undefined || other === undefined) return
    const message = `The members of a set must be of one kind; ${FAMILIES[other.kind]} stands among ${FAMILIES[first.kind]}.`
    this.#tell('error', 'pattern/mixed-set', other.at, message)
  }

  /** Section 2: what integers and floats may be. */
  #constant(constant: Constant): void {
    if (constant.kind === 'integer' ? Number.isSafeInteger(Number(constant.text)) : constant.kind !== 'float') return
    if (constant.kind === 'float' && Number.isFinite(Number(constant.text))) return
    this.#tell('error', 'pattern/number-range', constant.at, 'The number is larger than STIX can carry.')
  }

  /** Section 9.6.1: sets are networks. */
  #network(path: ObjectPath, operator: string, constant: Constant): void {
    const keys = path.steps.filter((step) => step.kind === 'key')
    const [last, before] = [keys.at(-1)?.name, keys.at(-2)?.name]
    const own = path.steps.length === 1 ? ADDRESS_TYPES.get(path.type) : undefined
    const referred = before !== undefined && /_refs?$/.test(before)
    if (last !== 'value' || (own === undefined && !referred)) {
      const message = `${operator} compares networks; ${printPath(path)} is not the value of an ipv4-addr or ipv6-addr.`
      this.#tell('error', 'pattern/network', path.at, message)
    }
    if (constant.kind !== 'string') return
    const family = networkFamily(constant.value)
    if (family === undefined || (own !== undefined && own !== family)) {
      const what = own === undefined ? 'an address or a network' : `an IPv${own} address or network`
      this.#tell('error', 'pattern/network', constant.at, `This is not ${what}, such as 192.0.2.0/24 or 2001:db8::/32.`)
    }
  }

  /** Section 2.7: the value of a hash is what its algorithm gives. Only algorithms that always give one length are looked at. */
  #hash(path: ObjectPath, constant: Constant): void {
    const [container, algorithm] = path.steps.slice(-2)
    if (constant.kind !== 'string' || container?.kind !== 'key' || container.name !== 'hashes') return
    const digits = algorithm?.kind === 'key' ? HASH_DIGITS.get(algorithm.name) : undefined
    if (digits === undefined || (constant.value.length === digits && /^[0-9A-Fa-f]+$/.test(constant.value))) return
    const name = algorithm?.kind === 'key' ? algorithm.name : ''
    this.#tell(
      'error',
      'pattern/hash',
      constant.at,
      `A hash by ${name} has ${digits} hexadecimal digits; this is none.`,
    )
  }

  /** Section 9.7. */
  #path(path: ObjectPath): void {
    const kind = kindOfType(path.type)
    if (kind !== undefined && kind !== 'sco') {
      const message = `Patterns are about cyber-observable objects; ${path.type} is none.`
      this.#tell('error', 'pattern/object-type', path.at, message)
    } else if (kind === undefined && !path.type.startsWith('x-')) {
      const message = `STIX 2.1 has no cyber-observable object of type ${path.type}: only who knows its extension can use this.`
      this.#tell('warning', 'pattern/object-type', path.at, message)
    }
    for (const [place, step] of path.steps.entries()) this.#step(step, path.steps[place + 1])
  }

  #step(step: PathStep, next: PathStep | undefined): void {
    if (step.kind === 'index') {
      if (step.index === '*' || step.index >= 0) return
      this.#tell(
        'error',
        'pattern/list-index',
        step.at,
        'Places in a list are counted from 0, so this is no place in any.',
      )
    } else if (step.name.endsWith('_refs') && next?.kind === 'key') {
      const message = `${step.name} is a list. Write ${step.name}[*] for any of its objects.`
      this.#tell('error', 'pattern/list-of-references', step.at, message)
    } else if (step.name.endsWith('_ref') && next?.kind === 'index') {
      this.#tell('error', 'pattern/list-of-references', step.at, `${step.name} names one object and is no list.`)
    }
  }
}

function named(types: ReadonlySet<string> | undefined): string {
  return [...(types ?? [])].slice(0, 5).join(', ')
}

const QUALIFIER_NAMES = { within: 'WITHIN', repeats: 'REPEATS', 'start-stop': 'START and STOP' }

const FAMILIES: Record<Constant['kind'], string> = {
  string: 'strings',
  integer: 'numbers',
  float: 'numbers',
  boolean: 'truth values',
  timestamp: 'times',
  binary: 'octets',
  hex: 'octets',
}

const ADDRESS_TYPES = new Map<string, 4 | 6>([
  ['ipv4-addr', 4],
  ['ipv6-addr', 6],
])

const HASH_DIGITS = new Map([
  ['MD5', 32],
  ['SHA-1', 40],
  ['SHA-256', 64],
  ['SHA-512', 128],
  ['SHA3-256', 64],
  ['SHA3-512', 128],
])
