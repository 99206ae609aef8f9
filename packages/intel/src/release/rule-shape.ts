/**
 * Whether a policy in Cedar says no more than a line of the table could, and which: told from the policy as Cedar’s own
 * parser gives it in JSON. Whatever is not recognised to the last part of it is no line, and is shown as it was written.
 */

import { PAP_NAMES } from '../marking/pap.ts'
import { isRecord, own } from '../properties.ts'
import { TLP_NAMES } from '../tlp.ts'
import { effectOf, effectText } from './rule-effect.ts'
import { DISABLED, EXPRESSIONS } from './rule-text.ts'
import { readTableRule, SET_FACTS, SINGLE_FACTS, type TableCondition, type TableRule } from './table-rule.ts'

const ANNOTATIONS = ['id', 'reason', 'redact', 'approve', 'disabled']

/** Undefined where the policy is no line of the table. */
export function tableRuleOf(policy: unknown): TableRule | undefined {
  if (!isRecord(policy)) return undefined
  const { effect, principal, action, resource, conditions, annotations = {}, ...more } = policy
  if (Object.keys(more).length > 0 || effect !== 'forbid' || !isRecord(annotations)) return undefined
  if (!isAny(principal) || !isAny(resource) || !(isAny(action) || isRelease(action))) return undefined
  const texts = Object.entries(annotations)
  if (!texts.every(([name, text]) => ANNOTATIONS.includes(name) && typeof text === 'string')) return undefined
  const { id: name, reason = '', disabled, ...does } = annotations as Record<string, string>
  if (disabled !== undefined && disabled !== DISABLED) return undefined
  const read = effectOf(does)
  if (read === undefined) return undefined
  const when = conditionsOf(conditions)
  if (when === undefined) return undefined
  const rule = readTableRule({ name, reason, enabled: disabled === undefined, effect: effectText(read), when })
  return rule.ok ? rule.value : undefined
}

function isAny(scope: unknown): boolean {
  return isRecord(scope) && scope['op'] === 'All'
}

function isRelease(action: unknown): boolean {
  if (!isRecord(action) || action['op'] !== '==') return false
  const { entity } = action
  return isRecord(entity) && entity['type'] === 'Action' && entity['id'] === 'release'
}

function conditionsOf(conditions: unknown): TableCondition[] | undefined {
  if (!Array.isArray(conditions) || conditions.length > 1) return undefined
  const [clause] = conditions
  if (clause === undefined) return []
  if (!isRecord(clause) || clause['kind'] !== 'when') return undefined
  const parts = partsOf(clause['body'])
  const found: TableCondition[] = []
  for (let at = 0; at < parts.length; ) {
    const optional = optionalOf(parts[at], parts[at + 1])
    const condition = optional ?? conditionOf(parts[at])
    if (condition === undefined) return undefined
    found.push(condition)
    at += optional === undefined ? 1 : 2
  }
  return found
}

/** What is joined by `&&`, in its order. Deep nesting is Cedar’s to refuse; the loop goes down the left, where it grows. */
function partsOf(body: unknown): unknown[] {
  const parts: unknown[] = []
  let rest = body
  for (;;) {
    const both = operands(rest, '&&')
    if (both === undefined) return [rest, ...parts]
    parts.unshift(...partsOf(both.right))
    rest = both.left
  }
}

/** `resource has x && …x…`: of what not every object has. */
function optionalOf(has: unknown, then: unknown): TableCondition | undefined {
  const attr = hasOf(has)
  if (attr === undefined) return undefined
  if (attr === 'createdBy') {
    const of = singleOf(then)
    return of?.about === 'creator' ? { ...of, is: 'any' } : undefined
  }
  if (attr === 'tlp' || attr === 'pap') {
    const names: readonly string[] = attr === 'tlp' ? TLP_NAMES : PAP_NAMES
    const least = names[boundOf(then, '>=', 'resource', attr) ?? -1]
    return least === undefined ? undefined : ({ about: attr, atLeast: least } as TableCondition)
  }
  const below = attr === 'confidence' ? boundOf(then, '<', 'resource', attr) : undefined
  return below === undefined ? undefined : { about: 'confidence', below }
}

function conditionOf(node: unknown): TableCondition | undefined {
  const marking = TLP_NAMES[boundOf(node, '>=', 'context', 'marking') ?? -1]
  if (marking !== undefined) return { about: 'recordMarking', atLeast: marking }
  const negated = isRecord(node) && isRecord(node['!']) ? node['!']['arg'] : undefined
  if (negated === undefined) return anyOf(node)
  const [has, then, ...more] = partsOf(negated)
  const optional = more.length === 0 && then !== undefined ? optionalOf(has, then) : undefined
  const of = optional?.about === 'creator' ? optional : anyOf(negated)
  return of && { ...of, is: 'none' }
}

type Named = Extract<TableCondition, { is: unknown }>

/** Of what every object, or share, has; not the creator, which is asked for only where there is one. */
function anyOf(node: unknown): Named | undefined {
  const one = singleOf(node) ?? severalOf(node)
  return one === undefined || one.about === 'creator' ? undefined : { ...one, is: 'any' }
}

/** `x == "a"`, or `["a", "b"].contains(x)`. */
function singleOf(node: unknown): Omit<Named, 'is'> | undefined {
  const equal = operands(node, '==')
  const among = operands(node, 'contains')
  const about = named(equal?.left ?? among?.right, SINGLE_FACTS)
  const of = equal === undefined ? textsOf(among?.left) : oneText(equal.right)
  return about === undefined || of === undefined ? undefined : { about, of }
}

/** `x.contains("a")`, or `x.containsAny(["a", "b"])`. */
function severalOf(node: unknown): Omit<Named, 'is'> | undefined {
  const one = operands(node, 'contains')
  const any = operands(node, 'containsAny')
  const about = named((one ?? any)?.left, SET_FACTS)
  const of = one === undefined ? textsOf(any?.right) : oneText(one.right)
  return about === undefined || of === undefined ? undefined : { about, of }
}

function named<Name extends keyof typeof EXPRESSIONS>(node: unknown, names: readonly Name[]): Name | undefined {
  return names.find((name) => isAttribute(node, EXPRESSIONS[name].of, EXPRESSIONS[name].attr))
}

function isAttribute(node: unknown, of: string, attr: string): boolean {
  if (!isRecord(node) || Object.keys(node).length !== 1 || !isRecord(node['.'])) return false
  const { left } = node['.']
  return node['.']['attr'] === attr && isRecord(left) && left['Var'] === of
}

function hasOf(node: unknown): string | undefined {
  const has = isRecord(node) && Object.keys(node).length === 1 ? own(node, 'has') : undefined
  if (!isRecord(has) || !isRecord(has['left']) || has['left']['Var'] !== 'resource') return undefined
  return typeof has['attr'] === 'string' ? has['attr'] : undefined
}

/** The number that an attribute is compared with; undefined where the node is no such comparison. */
function boundOf(node: unknown, operator: '>=' | '<', of: string, attr: string): number | undefined {
  const both = operands(node, operator)
  if (both === undefined || !isAttribute(both.left, of, attr) || !isRecord(both.right)) return undefined
  const bound = both.right['Value']
  return typeof bound === 'number' ? bound : undefined
}

function operands(node: unknown, operator: string): { left: unknown; right: unknown } | undefined {
  const both = isRecord(node) && Object.keys(node).length === 1 ? own(node, operator) : undefined
  return isRecord(both) && 'left' in both && 'right' in both ? { left: both['left'], right: both['right'] } : undefined
}

function oneText(node: unknown): string[] | undefined {
  const value = isRecord(node) ? node['Value'] : undefined
  return typeof value === 'string' ? [value] : undefined
}

function textsOf(node: unknown): string[] | undefined {
  const set = isRecord(node) ? node['Set'] : undefined
  if (!Array.isArray(set)) return undefined
  const texts = set.flatMap((one) => oneText(one) ?? [])
  return texts.length === set.length ? texts : undefined
}
