/**
 * Patterns made of a template and a value, and read back. A value is put into the tree and not into the text, so the
 * printer of patterns writes it whatever quotes, backslashes or brackets it has; a value is a peer's, and hostile.
 */

import type { Comparison, Constant, Pattern } from '../pattern/ast.ts'
import { parsePattern } from '../pattern/parse.ts'
import { printPath, printPattern } from '../pattern/print.ts'
import { checkPattern } from '../pattern/rules.ts'
import { placeholderOf } from './conversions.ts'

export type Parts = readonly [string] | readonly [string, string]

/** Undefined where a part of the value is none of the kind, or the pattern would break a rule of section 9. */
export function fillPattern(template: string, parts: Parts): string | undefined {
  const operands: Comparison[] = []
  for (const comparison of comparisonsOf(template)) {
    const constant = fill(comparison.constant, parts)
    if (constant === undefined) return undefined
    const network = isNetwork(comparison, parts)
    operands.push({ ...comparison, constant, operator: network ? 'ISSUBSET' : comparison.operator })
  }
  const [first] = operands
  if (first === undefined) return undefined
  const { at } = first
  const comparison =
    operands.length === 1 ? first : { kind: 'boolean' as const, operator: 'AND' as const, operands, at }
  const text = printPattern({ kind: 'observation', comparison, at })
  const parsed = parsePattern(text)
  return parsed.ok && checkPattern(parsed.value).every(({ severity }) => severity === 'warning') ? text : undefined
}

/**
 * The parts of the value that would have made this pattern of the template; undefined where none would. Comparisons stand
 * in any order.
 */
export function readPattern(template: string, pattern: Pattern): Parts | undefined {
  const said = flat(pattern)
  const asked = comparisonsOf(template)
  if (said === undefined || said.length !== asked.length) return undefined
  const parts: [string | undefined, string | undefined] = [undefined, undefined]
  for (const comparison of asked) {
    const path = printPath(comparison.path)
    const found = said.filter((each) => printPath(each.path) === path)
    const [one] = found
    if (one === undefined || found.length > 1 || one.negated) return undefined
    if (one.operator !== '=' && one.operator !== 'ISSUBSET') return undefined
    const written = valueOf(one.constant)
    const placeholder = comparison.constant.kind === 'string' ? placeholderOf(comparison.constant.value) : undefined
    if (written === undefined) return undefined
    if (placeholder === undefined) {
      if (written !== valueOf(comparison.constant)) return undefined
    } else if (placeholder.conversion.read !== undefined) {
      const { part, conversion } = placeholder
      const value = conversion.read?.(written)
      if (value === undefined || (parts[part] ?? value) !== value) return undefined
      parts[part] = value
    }
  }
  const [first, second] = parts
  if (first === undefined) return undefined
  const read: Parts = second === undefined ? [first] : [first, second]
  // What is only written, such as the kind of an address, must be what it would be.
  return fillPattern(template, read) === printPattern(inOrderOf(asked, said, pattern)) ? read : undefined
}

const KNOWN = new Map<string, readonly Comparison[]>()

function comparisonsOf(template: string): readonly Comparison[] {
  const known = KNOWN.get(template)
  if (known !== undefined) return known
  const parsed = parsePattern(template)
  const comparisons = parsed.ok ? flat(parsed.value) : undefined
  if (comparisons === undefined) throw new Error(`This is no template of a pattern: ${template}`)
  KNOWN.set(template, comparisons)
  return comparisons
}

/** The comparisons of one observation that must all hold; undefined for any other pattern. */
function flat(pattern: Pattern): readonly Comparison[] | undefined {
  if (pattern.kind !== 'observation') return undefined
  const { comparison } = pattern
  if (comparison.kind === 'comparison') return [comparison]
  if (comparison.kind !== 'boolean' || comparison.operator !== 'AND') return undefined
  const plain = comparison.operands.filter((operand) => operand.kind === 'comparison')
  return plain.length === comparison.operands.length ? plain : undefined
}

function inOrderOf(asked: readonly Comparison[], said: readonly Comparison[], pattern: Pattern): Pattern {
  const operands = asked.flatMap(({ path }) => said.filter((each) => printPath(each.path) === printPath(path)))
  const [first] = operands
  if (first === undefined || operands.length === 1) return pattern
  return { kind: 'observation', comparison: { kind: 'boolean', operator: 'AND', operands, at: first.at }, at: first.at }
}

function fill(constant: Constant, parts: Parts): Constant | undefined {
  const placeholder = constant.kind === 'string' ? placeholderOf(constant.value) : undefined
  if (placeholder === undefined) return constant
  const written = placeholder.conversion.write(parts[placeholder.part] ?? '')
  if (written === undefined || written === '') return undefined
  const { at } = constant
  return typeof written === 'number'
    ? { kind: 'integer', text: String(written), at }
    : { kind: 'string', value: written, at }
}

/** A network is not compared for equality (section 9.6.1). */
function isNetwork({ constant, path }: Comparison, parts: Parts): boolean {
  if (constant.kind !== 'string' || path.type !== 'network-traffic') return false
  return /^\$0$/.test(constant.value) && /^[0-9A-Fa-f:.]+\/[0-9]+$/.test(parts[0])
}

/** Of the kinds that templates have. */
function valueOf(constant: Constant): string | number | undefined {
  if (constant.kind === 'string') return constant.value
  return constant.kind === 'integer' ? Number(constant.text) : undefined
}
