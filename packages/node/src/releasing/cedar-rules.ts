// The rules of a house in Cedar (www.cedarpolicy.com): read, checked against what may be asked, and asked. Cedar itself
// passes over a rule that fails while it is evaluated, which would let out what the rule holds back; here that is an error,
// and so nothing leaves.

import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import {
  DISABLED,
  effectOf,
  type FactName,
  type HouseRules,
  type NamedLists,
  type ObjectFacts,
  RULE_NAME,
  type RuleEffect,
  type RuleHit,
  type ShareFacts,
} from '@countersign/intel'
import { ok, type Result, refuse, sha256, toHex, utf8 } from '@countersign/log'

/** What rules may ask: of an object, and of the share it would leave with (docs/RULES.md). */
const SCHEMA = `
entity Party;
entity Object = {
  id: String, type: String, kind: String, tlp?: Long, pap?: Long, labels: Set<String>, properties: Set<String>,
  refersTo: Set<String>, revoked: Bool, confidence?: Long, createdBy?: String, lists: Set<String>,
};
action release appliesTo {
  principal: Party, resource: Object,
  context: { pact: String, channel: String, marking: Long, to: Set<String> },
};
`
const FACTS: readonly FactName[] = [
  ...(['id', 'type', 'kind', 'tlp', 'pap', 'labels', 'properties', 'refersTo', 'revoked', 'confidence'] as const),
  ...(['createdBy', 'lists'] as const),
]
const RULES_MAX = 1_000
/** What is not held back may leave, as far as this house is concerned. */
const MAY_LEAVE = ' may leave'

/** A file of rules, by the name it is told by. */
export interface RulesFile {
  name: string
  text: string
}

/**
 * Refuses `release/rules` with the file, the line and the column: what is no Cedar, asks for what there is not, has no name
 * of its own, or permits instead of holding back.
 */
export function readCedarRules(files: readonly RulesFile[], us: string, lists: NamedLists): Result<HouseRules> {
  const policies: Record<string, string> = { [MAY_LEAVE]: 'permit (principal, action, resource);' }
  const rules = new Map<string, Omit<RuleHit, 'rule'>>()
  const asks = new Set<FactName>()
  for (const file of files) {
    const read = rulesIn(file)
    if (!read.ok) return read
    for (const { text, name, reason, effect, isDisabled, facts, listsNamed } of read.value) {
      // A list that is not there would hold nothing back, and nobody would notice.
      const missing = isDisabled ? undefined : listsNamed.find((list) => !lists.has(list))
      if (missing !== undefined) {
        const what = `the rule “${name}” names the list “${missing}”, and there is no lists/${missing}.txt`
        return placed(file, file.text.indexOf(text), what)
      }
      if (rules.has(name)) {
        return placed(
          file,
          file.text.lastIndexOf(text),
          `there is another rule named “${name}”; give this one another @id`,
        )
      }
      if (rules.size >= RULES_MAX) return refuse('release/rules', `There are more than ${RULES_MAX} rules.`)
      rules.set(name, { reason, effect })
      if (isDisabled) continue
      policies[name] = text
      for (const fact of facts) asks.add(fact)
    }
  }
  const key = toHex(sha256(utf8(JSON.stringify(policies))))
  const prepared = cedar.preparsePolicySet(key, { staticPolicies: policies })
  if (prepared.type === 'failure') return refuse('release/rules', prepared.errors[0]?.message ?? 'These are no rules.')
  return ok({ asks, lists, heldBackBy: (facts, share) => ask(key, us, facts, share, rules) })
}

/** The rules of files that were found right, by the texts of these: what is right once is so again, and to find it takes Cedar some milliseconds. */
const FOUND_RIGHT = new Map<string, readonly NamedRule[]>()
const FILES_KEPT = 32

function rulesIn(file: RulesFile): Result<readonly NamedRule[]> {
  const known = FOUND_RIGHT.get(file.text)
  if (known !== undefined) return ok(known)
  const parts = cedar.policySetTextToParts(file.text)
  if (parts.type === 'failure') return faultIn(file, 0, parts.errors[0])
  if (parts.policy_templates.length > 0) return refuse('release/rules', `${file.name}: a template is no rule.`)
  if (parts.policies.length > RULES_MAX) return refuse('release/rules', `There are more than ${RULES_MAX} rules.`)
  const rules: NamedRule[] = []
  for (const text of parts.policies) {
    const read = readRule(file, text)
    if (!read.ok) return read
    const checked = checkRule(file, text)
    if (!checked.ok) return checked
    rules.push({ text, ...read.value })
  }
  const [oldest] = FOUND_RIGHT.keys()
  if (FOUND_RIGHT.size >= FILES_KEPT && oldest !== undefined) FOUND_RIGHT.delete(oldest)
  FOUND_RIGHT.set(file.text, rules)
  return ok(rules)
}

interface NamedRule extends CedarRule {
  /** As it stands in its file. */
  text: string
}

export interface CedarRule {
  name: string
  reason: string
  effect: RuleEffect
  /** It is there, is checked, and holds nothing back. */
  isDisabled: boolean
  /** Those of the object that it asks for. */
  facts: Set<FactName>
  listsNamed: string[]
}

/** Refuses `release/rules` with the place in the file. */
export function readRule(file: RulesFile, text: string): Result<CedarRule> {
  const at = file.text.indexOf(text)
  const parsed = cedar.policyToJson(text)
  if (parsed.type === 'failure') return faultIn(file, at, parsed.errors[0])
  const { effect, annotations, conditions } = parsed.json
  const name = annotations?.['id'] ?? ''
  if (!RULE_NAME.test(name)) {
    const how = 'give it one by writing @id("a-name") before it, of small letters, digits and hyphens'
    return placed(file, at, `this rule has no name; ${how}`)
  }
  if (effect !== 'forbid') {
    return placed(file, at, `the rule “${name}” permits; rules of a house only hold back, so write forbid`)
  }
  const reason = annotations?.['reason'] ?? 'A rule of this house holds it back.'
  const approve = annotations?.['approve']
  if (approve !== undefined && approve !== 'second-person') {
    return placed(file, at, `the @approve of the rule “${name}” is not understood; write @approve("second-person")`)
  }
  if (approve !== undefined && annotations?.['redact'] !== undefined) {
    return placed(file, at, `the rule “${name}” has both @approve and @redact; make two rules of it`)
  }
  const disabled = annotations?.['disabled']
  if (disabled !== undefined && disabled !== DISABLED) {
    return placed(file, at, `the @disabled of the rule “${name}” is not understood; write @disabled("${DISABLED}")`)
  }
  const redact = annotations?.['redact']
  const read = effectOf({
    ...(approve === undefined ? {} : { approve }),
    // Written without a word it is not understood, and must not pass for none.
    ...(redact === undefined ? {} : { redact: redact ?? '' }),
  })
  if (read === undefined) return placed(file, at, `the @redact of the rule “${name}” ${HOW_TO_REDACT}`)
  const { facts, listsNamed } = asked(conditions)
  const lists = read.kind === 'cut' ? read.properties.flatMap(({ onList }) => onList ?? []) : []
  return ok({
    ...{ name, reason, effect: read, isDisabled: disabled !== undefined, facts },
    listsNamed: [...listsNamed, ...lists],
  })
}

const HOW_TO_REDACT =
  'is not understood; write "object", "marked-parts", or properties such as "x_notes, external_references[own-infrastructure]"'

/** Against the schema, strictly: a misspelt name is told now, and not while something waits to leave. */
function checkRule(file: RulesFile, text: string): Result<undefined> {
  const answer = cedar.validate({
    validationSettings: { mode: 'strict' },
    schema: SCHEMA,
    policies: { staticPolicies: { rule: text } },
  })
  const at = file.text.indexOf(text)
  if (answer.type === 'failure') return faultIn(file, at, answer.errors[0])
  const [fault] = answer.validationErrors
  return fault === undefined ? ok(undefined) : faultIn(file, at, fault.error)
}

function ask(
  key: string,
  us: string,
  facts: Partial<ObjectFacts>,
  share: ShareFacts,
  rules: ReadonlyMap<string, Omit<RuleHit, 'rule'>>,
): RuleHit[] {
  const resource = { type: 'Object', id: 'object' }
  const answer = cedar.statefulIsAuthorized({
    principal: { type: 'Party', id: us },
    action: { type: 'Action', id: 'release' },
    resource,
    context: { pact: share.pact, channel: share.channel, marking: share.marking, to: [...share.to] },
    preparsedPolicySetId: key,
    entities: [{ uid: resource, attrs: attributesOf(facts), parents: [] }],
  })
  if (answer.type === 'failure') throw new Error(answer.errors[0]?.message ?? 'the rules gave no answer')
  const { decision, diagnostics } = answer.response
  const [failed] = diagnostics.errors
  if (failed !== undefined) throw new Error(`the rule “${failed.policyId}” failed: ${failed.error.message}`)
  if (decision === 'allow') return []
  const hits = diagnostics.reason.flatMap((rule) => {
    const known = rules.get(rule)
    return known === undefined ? [] : [{ rule, ...known }]
  })
  if (hits.length === 0) throw new Error('the rules hold it back and do not say which')
  return hits.sort((a, b) => (a.rule < b.rule ? -1 : 1))
}

function attributesOf(facts: Partial<ObjectFacts>): Record<string, cedar.CedarValueJson> {
  const entries = Object.entries(facts) as [string, string | number | boolean | readonly string[]][]
  return Object.fromEntries(entries.map(([name, fact]) => [name, Array.isArray(fact) ? [...fact] : (fact as string)]))
}

/** Which facts of the object the conditions ask for, as `resource.name` or `resource has name`, and which lists by name. */
function asked(conditions: unknown): Pick<CedarRule, 'facts' | 'listsNamed'> {
  const facts = new Set<FactName>()
  const listsNamed: string[] = []
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk)
    if (typeof value !== 'object' || value === null) return
    for (const name of FACTS) if (namesOf(value, ['.', 'has']).includes(name)) facts.add(name)
    for (const operator of ['contains', 'containsAny', 'containsAll']) {
      const { left, right } = (value as Record<string, { left?: object; right?: unknown } | undefined>)[operator] ?? {}
      if (left !== undefined && namesOf(left, ['.']).includes('lists')) listsNamed.push(...textsIn(right))
    }
    Object.values(value).forEach(walk)
  }
  walk(conditions)
  return { facts, listsNamed }
}

/** Of an expression `resource.name` the name; of one that only holds others nothing. */
function namesOf(expression: object, operators: readonly string[]): unknown[] {
  return operators.flatMap((operator) => {
    const of = (expression as Record<string, { left?: { Var?: unknown }; attr?: unknown } | undefined>)[operator]
    if (of?.left?.Var !== 'resource') return []
    return Array.isArray(of.attr) ? [of.attr[0]] : [of.attr]
  })
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function faultIn(file: RulesFile, offset: number, error: cedar.DetailedError | undefined): Result<never> {
  const start = error?.sourceLocations?.[0]?.start ?? 0
  const words = [error?.message ?? 'it cannot be read', error?.help, error?.sourceLocations?.[0]?.label]
  return placed(file, offset + start, words.filter((word) => word !== null && word !== undefined).join('; '))
}

function placed(file: RulesFile, offset: number, what: string): Result<never> {
  const before = file.text.slice(0, Math.max(0, offset)).split('\n')
  const column = (before.at(-1)?.length ?? 0) + 1
  return refuse('release/rules', `${file.name}, line ${before.length}, column ${column}: ${what}.`)
}
