/**
 * What a pattern names: each comparison of a property with a value, whatever the operators around it. For telling
 * duplicates, for other formats, and for asking whether an indicator names what it must not.
 */

import type { ComparisonExpression, ComparisonOperator, Constant, Pattern } from './ast.ts'
import { printSteps } from './print.ts'

/** One object path and one value. Both are texts in a single form, so equal things are equal texts. */
export interface Observable {
  /** The type of the object, such as `file`. */
  readonly type: string
  /** The way to the property from there, such as `hashes.'SHA-256'` or `dst_ref.value`. */
  readonly path: string
  /** A string as it is meant; a number or a time as its text; `true` or `false`; octets in lower-case hex. */
  readonly value: string
  readonly valueKind: 'string' | 'number' | 'boolean' | 'timestamp' | 'octets'
  /** `IN` for the member of a set; for LIKE and MATCHES the value is not one value but a form of many. */
  readonly operator: ComparisonOperator | 'IN'
  /** Whether it is named to be left out: by NOT, or by `!=` without NOT. */
  readonly excluded: boolean
}

/** In the order of the text, each once. EXISTS names no value and is not among them. */
export function observables(pattern: Pattern): readonly Observable[] {
  const found = new Map<string, Observable>()
  const take = ({ path, negated }: Named, operator: Observable['operator'], constant: Constant) => {
    const observable: Observable = {
      type: path.type,
      path: printSteps(path.steps),
      ...valueOf(constant),
      operator,
      excluded: negated !== (operator === '!='),
    }
    const { type, path: steps, value, valueKind, excluded } = observable
    // A type and a path hold no control character outside apostrophes, and a kind and an operator none at all.
    const known = [type, operator, valueKind, String(excluded), String(steps.length), steps, value].join('\u0000')
    if (!found.has(known)) found.set(known, observable)
  }
  const compare = (expression: ComparisonExpression): void => {
    if (expression.kind === 'boolean') expression.operands.forEach(compare)
    else if (expression.kind === 'comparison') take(expression, expression.operator, expression.constant)
    else if (expression.kind === 'in') for (const constant of expression.constants) take(expression, 'IN', constant)
  }
  const observe = (expression: Pattern): void => {
    if (expression.kind === 'observation') compare(expression.comparison)
    else if (expression.kind === 'qualified') observe(expression.expression)
    else expression.operands.forEach(observe)
  }
  observe(pattern)
  return [...found.values()]
}

type Named = Pick<Extract<ComparisonExpression, { kind: 'comparison' }>, 'path' | 'negated'>

function valueOf(constant: Constant): Pick<Observable, 'value' | 'valueKind'> {
  switch (constant.kind) {
    case 'string':
      return { value: constant.value, valueKind: 'string' }
    case 'integer':
    case 'float':
      return { value: constant.text, valueKind: 'number' }
    case 'boolean':
      return { value: String(constant.value), valueKind: 'boolean' }
    case 'timestamp':
      return { value: constant.text, valueKind: 'timestamp' }
    case 'binary':
    case 'hex':
      return { value: constant.hex, valueKind: 'octets' }
  }
}
