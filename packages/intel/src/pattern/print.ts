/**
 * Writes a pattern in one way, so that two texts of one meaning in one order become one text: single spaces, brackets only
 * where they are needed, names in apostrophes only where they must be. Parsed again it is the same tree. Trusts that the
 * tree is one that `parsePattern` could give.
 */

import { fromHex, toBase64 } from '@countersign/log'
import {
  type ComparisonExpression,
  type Constant,
  keywordOf,
  type ObjectPath,
  type ObservationExpression,
  type PathStep,
  type Pattern,
  type Qualifier,
} from './ast.ts'

export function printPattern(pattern: Pattern): string {
  return observations(pattern)
}

/** Of an object path the part behind the colon, such as `hashes.'SHA-256'`: the same text for the same way. */
export function printSteps(steps: readonly PathStep[]): string {
  return steps.map((step, place) => (place === 0 && step.kind === 'key' ? key(step.name) : printStep(step))).join('')
}

/** An object path as patterns have it. */
export function printPath({ type, steps }: Pick<ObjectPath, 'type' | 'steps'>): string {
  return `${type}:${printSteps(steps)}`
}

function printStep(step: PathStep): string {
  return step.kind === 'key' ? `.${key(step.name)}` : `[${step.index}]`
}

function key(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && keywordOf(name) === undefined ? name : string(name)
}

/** How little an operator binds. */
const LOOSENESS = { AND: 1, OR: 2, FOLLOWEDBY: 3 }

function observations(expression: ObservationExpression): string {
  switch (expression.kind) {
    case 'observation':
      return `[${comparisons(expression.comparison)}]`
    case 'qualified': {
      const { expression: inner, qualifiers } = expression
      const text = inner.kind === 'observation' ? observations(inner) : `(${observations(inner)})`
      return [text, ...qualifiers.map(qualifier)].join(' ')
    }
    case 'combined': {
      const { operator, operands } = expression
      return operands
        .map((operand) => {
          const loose = operand.kind === 'combined' && LOOSENESS[operand.operator] >= LOOSENESS[operator]
          return loose ? `(${observations(operand)})` : observations(operand)
        })
        .join(` ${operator} `)
    }
  }
}

function qualifier(of: Qualifier): string {
  switch (of.kind) {
    case 'within':
      return `WITHIN ${of.seconds.text} SECONDS`
    case 'repeats':
      return `REPEATS ${of.times.text} TIMES`
    case 'start-stop':
      return `START t'${of.start.text}' STOP t'${of.stop.text}'`
  }
}

function comparisons(expression: ComparisonExpression): string {
  switch (expression.kind) {
    case 'comparison': {
      const { path, negated, operator, constant } = expression
      return `${printPath(path)}${negated ? ' NOT' : ''} ${operator} ${printConstant(constant)}`
    }
    case 'in': {
      const { path, negated, constants } = expression
      return `${printPath(path)}${negated ? ' NOT' : ''} IN (${constants.map(printConstant).join(', ')})`
    }
    case 'exists':
      return `${expression.negated ? 'NOT ' : ''}EXISTS ${printPath(expression.path)}`
    case 'boolean': {
      const { operator, operands } = expression
      return operands
        .map((operand) => {
          const loose = operand.kind === 'boolean' && LOOSENESS[operand.operator] >= LOOSENESS[operator]
          return loose ? `(${comparisons(operand)})` : comparisons(operand)
        })
        .join(` ${operator} `)
    }
  }
}

function printConstant(constant: Constant): string {
  switch (constant.kind) {
    case 'string':
      return string(constant.value)
    case 'integer':
    case 'float':
      return constant.text
    case 'boolean':
      return String(constant.value)
    case 'timestamp':
      return `t'${constant.text}'`
    case 'hex':
      return `h'${constant.hex}'`
    case 'binary':
      return `b'${toBase64(fromHex(constant.hex) ?? new Uint8Array())}'`
  }
}

function string(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
