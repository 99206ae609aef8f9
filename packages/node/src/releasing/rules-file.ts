// A file of rules as officers meet it: rule by rule, those that are a line of the table and those that only a hand could
// have written. A change replaces, takes out or adds single rules; every other byte of the file stays as it is, comments
// too. Cedar takes a moment to load, so whoever needs this now and then imports it then.

import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import { type RuleEffectText, ruleText, type TableRule, tableRuleOf } from '@countersign/intel'
import { ok, type Result, refuse } from '@countersign/log'
import { type CedarRule, type RulesFile, readRule } from './cedar-rules.ts'

export interface RuleInFile {
  name: string
  reason: string
  enabled: boolean
  effect: RuleEffectText['kind']
  /** As it stands in the file. */
  text: string
  /** Null where it was written by hand in a form that no line of the table has; it is then shown and never rewritten. */
  table: TableRule | null
}

/** What an officer changes: a rule is put, in the place of the one named `was` where there is one, or taken out. */
export type RuleEdit = { put: TableRule; was?: string } | { remove: string }

interface Placed {
  rule: RuleInFile
  /** In characters. */
  from: number
  until: number
}

/** Refuses `release/rules` where the file is none of rules. */
export function rulesIn(file: RulesFile): Result<RuleInFile[]> {
  const placed = placesIn(file)
  return placed.ok ? ok(placed.value.map(({ rule }) => rule)) : placed
}

/**
 * The text with these changes. Refuses `rules/by-hand` where one is about a rule that only a hand could have written,
 * `rules/unknown` where there is none of that name; and whatever would not read back as exactly these rules.
 */
export function withEdits(file: RulesFile, edits: readonly RuleEdit[]): Result<string> {
  const placed = placesIn(file)
  if (!placed.ok) return placed
  const expected = new Map(placed.value.map(({ rule }) => [rule.name, rule.text]))
  const cuts: { from: number; until: number; text: string }[] = []
  const added: string[] = []
  for (const edit of edits) {
    const about = 'put' in edit ? edit.was : edit.remove
    const found = placed.value.find(({ rule }) => rule.name === about)
    if (about !== undefined) {
      if (found === undefined) return refuse('rules/unknown', `There is no rule “${about}” in ${file.name}.`)
      if (found.rule.table === null) {
        const how = 'change it in the file itself'
        return refuse('rules/by-hand', `The rule “${about}” was written by hand in a form of its own; ${how}.`)
      }
      if (!expected.delete(about)) return refuse('rules/twice', `The rule “${about}” is changed twice.`)
    }
    const text = 'put' in edit ? ruleText(edit.put) : ''
    if ('put' in edit) {
      const { name } = edit.put
      if (expected.has(name)) return refuse('rules/name', `There is another rule named “${name}”; choose another name.`)
      expected.set(name, text)
    }
    if (found === undefined) added.push(text)
    else cuts.push({ ...found, text })
  }
  const whole = withoutGaps(patched(file.text, cuts), added)
  const again = placesIn({ ...file, text: whole })
  if (!again.ok) return again
  const isAsMeant =
    again.value.length === expected.size && again.value.every(({ rule }) => expected.get(rule.name) === rule.text)
  return isAsMeant ? ok(whole) : refuse('rules/unclear', 'These rules would not read back as they were written.')
}

function patched(text: string, cuts: { from: number; until: number; text: string }[]): string {
  let [out, at] = ['', 0]
  for (const cut of cuts.sort((a, b) => a.from - b.from)) {
    out += text.slice(at, cut.from) + cut.text
    // With what is taken out goes the rest of its line.
    at = cut.text === '' ? cut.until + (/^[ \t]*\n?\n?/.exec(text.slice(cut.until))?.[0].length ?? 0) : cut.until
  }
  return out + text.slice(at)
}

function withoutGaps(text: string, added: readonly string[]): string {
  if (added.length === 0) return text
  const before = text === '' ? '' : text.endsWith('\n') ? `${text}\n` : `${text}\n\n`
  return `${before}${added.join('\n\n')}\n`
}

function placesIn(file: RulesFile): Result<Placed[]> {
  const parts = cedar.policySetTextToParts(file.text)
  const read = parts.type === 'failure' ? undefined : parts
  if (read === undefined || read.policy_templates.length > 0) {
    const why = parts.type === 'failure' ? (parts.errors[0]?.message ?? 'it cannot be read') : 'a template is no rule'
    return refuse('release/rules', `${file.name}: ${why}.`)
  }
  const masked = withoutComments(file.text)
  const places: Placed[] = []
  let at = 0
  for (const text of read.policies) {
    at += masked.slice(at).search(/\S|$/)
    const until = at + text.length
    if (file.text.slice(at, until) !== text)
      return refuse('rules/unclear', `${file.name}: its rules cannot be told apart.`)
    const rule = readRule(file, text)
    if (!rule.ok) return rule
    places.push({ rule: ruleOf(rule.value, text, masked.slice(at, until) !== text), from: at, until })
    at = until
  }
  return ok(places)
}

/** A rule with a comment in it is no line of the table: the comment would be lost. */
function ruleOf({ name, reason, effect, isDisabled }: CedarRule, text: string, hasComment: boolean): RuleInFile {
  const parsed = hasComment ? undefined : cedar.policyToJson(text)
  const table = parsed?.type === 'success' ? tableRuleOf(parsed.json) : undefined
  return { name, reason, enabled: !isDisabled, effect: effect.kind, text, table: table ?? null }
}

/** The same length, with spaces for what stands behind `//`, but in string literals. */
function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*/gs, (found) =>
    found.startsWith('//') ? ' '.repeat(found.length) : found,
  )
}
