/** The policy in Cedar that a line of the table stands for. A function of the line alone: the same line, the same text. */

import { papLevel } from '../marking/pap.ts'
import { tlpLevel } from './facts.ts'
import { redactOf, SECOND_PERSON } from './rule-effect.ts'
import type { TableCondition, TableRule } from './table-rule.ts'

/** Where the language has what a condition is about. */
export const EXPRESSIONS = {
  type: { of: 'resource', attr: 'type' },
  kind: { of: 'resource', attr: 'kind' },
  creator: { of: 'resource', attr: 'createdBy' },
  agreement: { of: 'context', attr: 'pact' },
  channel: { of: 'context', attr: 'channel' },
  label: { of: 'resource', attr: 'labels' },
  property: { of: 'resource', attr: 'properties' },
  refersTo: { of: 'resource', attr: 'refersTo' },
  list: { of: 'resource', attr: 'lists' },
  recipient: { of: 'context', attr: 'to' },
} as const

/** What stands for a rule that is there and does not count. */
export const DISABLED = 'yes'

export function ruleText({ name, reason, enabled, effect, when }: TableRule): string {
  const redact = redactOf(effect)
  const lines = [
    `@id(${quoted(name)})`,
    ...(reason === '' ? [] : [`@reason(${quoted(reason)})`]),
    ...(redact === undefined ? [] : [`@redact(${quoted(redact)})`]),
    ...(effect.kind === 'approve' ? [`@approve(${quoted(SECOND_PERSON)})`] : []),
    ...(enabled ? [] : [`@disabled(${quoted(DISABLED)})`]),
    'forbid (principal, action == Action::"release", resource)',
  ]
  if (when.length === 0) return `${lines.join('\n')};`
  return `${lines.join('\n')}\nwhen {\n  ${when.map(conditionText).join(' &&\n  ')}\n};`
}

function conditionText(condition: TableCondition): string {
  switch (condition.about) {
    case 'tlp':
      return `resource has tlp && resource.tlp >= ${tlpLevel(condition.atLeast)}`
    case 'recordMarking':
      return `context.marking >= ${tlpLevel(condition.atLeast)}`
    case 'pap':
      return `resource has pap && resource.pap >= ${papLevel(condition.atLeast)}`
    case 'confidence':
      return `resource has confidence && resource.confidence < ${condition.below}`
    case 'creator': {
      const any = `resource has createdBy && ${single('resource.createdBy', condition.of)}`
      return condition.is === 'any' ? any : `!(${any})`
    }
    default: {
      const { of, attr } = EXPRESSIONS[condition.about]
      const expression = `${of}.${attr}`
      const any = isSet(condition.about) ? several(expression, condition.of) : single(expression, condition.of)
      return condition.is === 'any' ? any : `!(${any})`
    }
  }
}

function isSet(about: keyof typeof EXPRESSIONS): boolean {
  return ['label', 'property', 'refersTo', 'list', 'recipient'].includes(about)
}

function single(expression: string, values: readonly string[]): string {
  const [one] = values
  return values.length === 1 ? `${expression} == ${quoted(one ?? '')}` : `[${listed(values)}].contains(${expression})`
}

function several(expression: string, values: readonly string[]): string {
  const [one] = values
  return values.length === 1
    ? `${expression}.contains(${quoted(one ?? '')})`
    : `${expression}.containsAny([${listed(values)}])`
}

function listed(values: readonly string[]): string {
  return values.map(quoted).join(', ')
}

/** Cedar’s string literals: only what ends one, or its escape, need be escaped; a line holds no control characters. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
