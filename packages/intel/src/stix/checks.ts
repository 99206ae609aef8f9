/**
 * How the schemas of this folder say what they find. A check tells its findings as zod issues that carry a code, a
 * section and whether it is only a remark; `issuesOf` runs a schema over a parsed value and gives them back. What zod
 * makes of the value is thrown away: it reorders keys and drops `__proto__`.
 */

import { z } from 'zod'
import { LIMITS } from '../limits.ts'
import { isRecord, type Properties } from '../properties.ts'
import type { PathPart } from './problems.ts'

export interface Finding {
  readonly code: string
  readonly message: string
  readonly section: string
  /** Below the value that is checked; absent for the value itself. */
  readonly path?: readonly PathPart[]
  /** A SHOULD, not a MUST. */
  readonly remark?: true
  /** Of a reference that is no identifier: the types it may name, for containers whose references are local keys. */
  readonly types?: readonly string[]
}

export type Tell = (finding: Finding) => void

/** What a schema found, in the order of its properties. `finding` is absent for a value of the wrong JSON type. */
export interface Issue {
  readonly path: readonly PathPart[]
  readonly finding: Finding | undefined
  /** Of a wrong JSON type: what is asked for, and whether the property is not there at all. */
  readonly expected: string
  readonly missing: boolean
}

type Payload = z.core.ParsePayload

export type Schema = z.core.$ZodType

/** Asks of a value what `holds` says. */
export function must<T>(holds: (value: T) => boolean, code: string, message: string, section: string) {
  return z.check<T>((payload) => {
    if (!holds(payload.value)) push(payload, { code, message, section })
  })
}

/** Recommends of a value what `holds` says. */
export function should<T>(holds: (value: T) => boolean, code: string, message: string, section: string) {
  return z.check<T>((payload) => {
    if (!holds(payload.value)) push(payload, { code, message, section, remark: true })
  })
}

/** A check that tells its findings one by one. */
export function judged<T>(judge: (value: T, tell: Tell) => void) {
  return z.check<T>((payload) => judge(payload.value, (finding) => push(payload, finding)))
}

/** A rule over several properties of an object. It is asked whatever else is broken, so it must not trust any type. */
export function rule(judge: (object: Properties, tell: Tell) => void) {
  const check = z.check<object>((payload) => {
    if (isRecord(payload.value)) judge(payload.value, (finding) => push(payload, finding))
  })
  check._zod.def.when = always
  return check
}

const always = () => true

/** An object whose properties are looked at by the checks that follow; zod does not copy it, nor drop a key of it. */
export const anObject = z.custom<Properties>().check(
  z.check<Properties>(({ value, issues }) => {
    if (!isRecord(value)) issues.push({ code: 'invalid_type', expected: 'object', input: value, path: [] })
  }),
)

/** A list whose items are looked at by the checks that follow. */
export const aList = z.custom<readonly unknown[]>().check(
  z.check<readonly unknown[]>(({ value, issues }) => {
    if (!Array.isArray(value)) issues.push({ code: 'invalid_type', expected: 'array', input: value, path: [] })
  }),
)

/** Runs another schema over a part of the value that is checked. */
export function within(schema: Schema, value: unknown, path: readonly PathPart[], payload: Payload): void {
  const { issues } = run(schema, value)
  for (const issue of issues) payload.issues.push({ ...issue, path: [...path, ...(issue.path ?? [])] })
}

/** The issues of a parsed value, never more than the limit. */
export function issuesOf(schema: Schema, value: unknown): Issue[] {
  return run(schema, value).issues.slice(0, LIMITS.issues).map(toIssue)
}

function run(schema: Schema, value: unknown): Payload {
  const result = schema._zod.run({ value, issues: [] }, { async: false })
  if (result instanceof Promise) throw new Error('A schema of STIX must not wait for anything.')
  return result
}

/** Each issue is an object of its own: zod writes into its path. */
export function push(payload: Payload, finding: Finding): void {
  payload.issues.push({
    ...{ code: 'custom', input: undefined, continue: true, params: { finding } },
    path: [...(finding.path ?? [])],
  })
}

function toIssue(issue: z.core.$ZodRawIssue): Issue {
  const path = (issue.path ?? []).map((part) => (typeof part === 'number' ? part : String(part)))
  const finding = issue.code === 'custom' ? (issue.params as { finding?: Finding } | undefined)?.finding : undefined
  const expected = issue.code === 'invalid_type' ? String(issue.expected) : issue.code
  return { path, finding, expected, missing: finding === undefined && issue.input === undefined }
}
