/**
 * The cases that a house writes beside its rules (docs/RULES.md): objects, and what the release gate should say of them.
 * They are asked of the gate itself, so a case that holds says what a share would meet.
 */

import { ok, type Result, refuse } from '@countersign/log'
import { isRecord } from '../properties.ts'
import { parseTlp, type Tlp } from '../tlp.ts'
import type { ObjectDecision, Verdict } from './decision.ts'

/** What may stand in a case. `by` is a rule, or the code of a refusal. */
export interface GateCase {
  /** The file it stands in, and its name there. */
  readonly file: string
  readonly name: string
  readonly objects: readonly unknown[]
  /** For each object in turn. */
  readonly expect: readonly Expected[]
  readonly by: readonly string[]
  /** Undefined: all others of the channel. */
  readonly to: readonly string[] | undefined
  readonly marking: Tlp | undefined
}

const EXPECTED = ['passes', 'redacted', 'left out', 'waits', 'refused'] as const
export type Expected = (typeof EXPECTED)[number]

/** What the gate said of an object, as far as a case asks. */
export type Told = Pick<ObjectDecision, 'index' | 'verdict' | 'leftOut'> & {
  readonly reasons: readonly { readonly code: string; readonly message: string; readonly rule?: string }[]
}

/** The parsed JSON of a file of cases; `ofParty` is whom they go to where they do not say. Refuses `release/case`. */
export function readGateCases(list: unknown, file: string, ofParty?: readonly string[]): Result<GateCase[]> {
  if (!Array.isArray(list)) return fault(file, 'it is no list of cases')
  const cases: GateCase[] = []
  for (const [place, one] of list.entries()) {
    const read = caseOf(one, `${file}, case ${place + 1}`, file, ofParty)
    if (!read.ok) return read
    cases.push(read.value)
  }
  return ok(cases)
}

/** What is otherwise than the case says, as a sentence; undefined where it holds. */
export function missedBy({ expect, by }: Pick<GateCase, 'expect' | 'by'>, told: readonly Told[]): string | undefined {
  const found = expect.map((_, index) => told.find((one) => one.index === index))
  for (const [index, expected] of expect.entries()) {
    const one = found[index]
    const verdict = one === undefined ? 'not decided' : expectedOf(one)
    if (verdict === expected) continue
    const why = one?.reasons.map(({ message }) => message).join(' ') ?? ''
    return `Object ${index + 1} should be ${expected} and is ${verdict}. ${why}`.trim()
  }
  const rules = new Set(found.flatMap((one) => one?.reasons.flatMap(({ rule, code }) => [rule, code]) ?? []))
  const missing = by.find((rule) => !rules.has(rule))
  return missing === undefined ? undefined : `It is so by no rule or code “${missing}”.`
}

/** What the gate said of an object, in the words of a case. */
function expectedOf({ verdict, leftOut }: { verdict: Verdict; leftOut: boolean }): Expected {
  return leftOut ? 'left out' : verdict
}

function caseOf(value: unknown, where: string, file: string, ofParty: readonly string[] | undefined): Result<GateCase> {
  const record = isRecord(value) ? value : {}
  const { case: name, objects, expect, by = [], to = ofParty, marking, ...more } = record
  const [unknown] = Object.keys(more)
  if (unknown !== undefined) {
    return fault(where, `it has “${unknown}”; a case has case, objects, expect, by, to and marking`)
  }
  if (typeof name !== 'string' || name === '') return fault(where, 'it needs a name, as case')
  if (!Array.isArray(objects) || objects.length === 0) return fault(where, 'it needs a list of objects')
  const each: unknown[] = Array.isArray(expect) ? expect : [expect]
  if (each.length !== objects.length || !each.every(isExpected)) {
    return fault(where, `expect must be one of ${EXPECTED.join(', ')} for each object`)
  }
  const rules: unknown[] = Array.isArray(by) ? by : [by]
  if (!rules.every((rule) => typeof rule === 'string')) return fault(where, 'by must name rules')
  if (to !== undefined && !(Array.isArray(to) && to.every((party): party is string => typeof party === 'string'))) {
    return fault(where, 'to must be a list of parties')
  }
  const tlp = parseTlp(marking)
  if (marking !== undefined && tlp === undefined) return fault(where, 'marking must be a TLP such as TLP:GREEN')
  return ok({ file, name, objects, expect: each, by: rules, to, marking: tlp })
}

function isExpected(value: unknown): value is Expected {
  return EXPECTED.some((one) => one === value)
}

function fault(where: string, what: string) {
  return refuse('release/case', `${where}: ${what}.`)
}
