// The cases that a house writes beside its rules (docs/RULES.md): objects, and what the release gate should say of them. They
// are asked of the gate itself, so a case that holds says what a share would meet.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ObjectVerdict } from '@countersign/client'
import { checkJson, TLP_LABELS, type TlpLabel } from '@countersign/record'
import { Refused } from './output.ts'

/** What may stand in a case. `by` is a rule, or the code of a refusal. */
export interface GateCase {
  /** The file it stands in, and its name there. */
  file: string
  name: string
  objects: readonly unknown[]
  /** For each object in turn. */
  expect: readonly Expected[]
  by: readonly string[]
  to: readonly string[] | undefined
  marking: TlpLabel | undefined
}

const EXPECTED = ['passes', 'redacted', 'left out', 'waits', 'refused'] as const
type Expected = (typeof EXPECTED)[number]

const FILE = /^(.+)\.cases\.json$/
const FILE_BYTES_MAX = 8_388_608

/** The cases of one agreement: those of the house, its own and those of its other parties. Refuses what is no case. */
export function readCases(dir: string, pact: string): GateCase[] {
  const folder = join(dir, 'rules')
  const names = existsSync(folder) ? readdirSync(folder).sort() : []
  return names.flatMap((file) => {
    const scope = FILE.exec(file)?.[1]
    if (scope === undefined || (AGREEMENT.test(scope) && scope !== pact)) return []
    const to = scope === 'house' || scope === pact ? undefined : [scope]
    const list = parse(file, join(folder, file))
    if (!Array.isArray(list)) throw fault(file, 'it is no list of cases')
    return list.map((one: unknown, place) => caseOf(one, `${file}, case ${place + 1}`, file, to))
  })
}

/** What the gate said of an object, in the words of a case. */
function verdictOf({ verdict, leftOut }: ObjectVerdict): Expected {
  return leftOut ? 'left out' : verdict
}

/** What is otherwise than the case says, as a sentence; undefined where it holds. */
export function missedBy({ expect, by }: GateCase, told: readonly ObjectVerdict[]): string | undefined {
  const found = expect.map((_, index) => told.find((one) => one.index === index))
  for (const [index, expected] of expect.entries()) {
    const one = found[index]
    const verdict = one === undefined ? 'not decided' : verdictOf(one)
    if (verdict === expected) continue
    const why = one?.reasons.map(({ message }) => message).join(' ') ?? ''
    return `Object ${index + 1} should be ${expected} and is ${verdict}. ${why}`.trim()
  }
  const rules = new Set(found.flatMap((one) => one?.reasons.flatMap(({ rule, code }) => [rule, code]) ?? []))
  const missing = by.find((rule) => !rules.has(rule))
  return missing === undefined ? undefined : `It is so by no rule or code “${missing}”.`
}

const AGREEMENT = /^[0-9a-f]{32}$/

function parse(file: string, path: string): unknown {
  if (statSync(path).size > FILE_BYTES_MAX) throw fault(file, `it has more than ${FILE_BYTES_MAX} bytes`)
  const bytes = readFileSync(path)
  const broken = checkJson(bytes, { maxBytes: FILE_BYTES_MAX, maxDepth: 68 })
  if (broken !== undefined) throw fault(file, `it is no proper JSON: ${broken.message}`)
  return JSON.parse(bytes.toString())
}

function caseOf(value: unknown, where: string, file: string, ofParty: readonly string[] | undefined): GateCase {
  const record = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const { case: name, objects, expect, by = [], to = ofParty, marking, ...more } = record
  const [unknown] = Object.keys(more)
  if (unknown !== undefined)
    throw fault(where, `it has “${unknown}”; a case has case, objects, expect, by, to and marking`)
  if (typeof name !== 'string' || name === '') throw fault(where, 'it needs a name, as case')
  if (!Array.isArray(objects) || objects.length === 0) throw fault(where, 'it needs a list of objects')
  const each = Array.isArray(expect) ? expect : [expect]
  if (each.length !== objects.length || !each.every(isExpected)) {
    throw fault(where, `expect must be one of ${EXPECTED.join(', ')} for each object`)
  }
  const rules = Array.isArray(by) ? by : [by]
  if (!rules.every((rule) => typeof rule === 'string')) throw fault(where, 'by must name rules')
  if (to !== undefined && !(Array.isArray(to) && to.every((party) => typeof party === 'string'))) {
    throw fault(where, 'to must be a list of parties')
  }
  if (marking !== undefined && !isTlp(marking)) throw fault(where, 'marking must be a TLP such as TLP:GREEN')
  return { file, name, objects, expect: each, by: rules, to, marking }
}

function isTlp(value: unknown): value is TlpLabel {
  return TLP_LABELS.some((label) => label === value)
}

function isExpected(value: unknown): value is Expected {
  return EXPECTED.some((one) => one === value)
}

function fault(where: string, what: string): Refused {
  return new Refused({ code: 'cli/case', message: `${where}: ${what}. Mend it, then test again.` })
}
