/**
 * Judges one object by STIX 2.1: OASIS Standard of 10 June 2021, its vocabularies as errata 01 has them. Errors are
 * where it says MUST, warnings where it says SHOULD or leaves room. An object with errors can still be read, kept and
 * passed on to the byte: real data is imperfect, and what to do about it is for the caller to say. What refuses an object
 * altogether is in `readObject`.
 *
 * Rules that stand between two objects are in `across-objects.ts`.
 */

import { readObject, type StixObject } from '../stix-object.ts'
import { issuesOf, type Tell } from './checks.ts'
import { judgeCommonRules } from './common-rules.ts'
import { problemOf } from './issue-words.ts'
import { objectTypeOf } from './object-types.ts'
import { ProblemList, type StixProblem } from './problems.ts'

export interface Judgement {
  readonly errors: readonly StixProblem[]
  readonly warnings: readonly StixProblem[]
}

export interface Validated extends Judgement {
  /** Absent where it cannot be told which object this is, which version, or how it is marked: nothing can be done with it. */
  readonly object?: StixObject
}

/** Reads and judges one object. A refusal of `readObject` is the one error then, under its own code. */
export function validateObject(source: string | Uint8Array): Validated {
  const read = readObject(source)
  if (read.ok) return { object: read.value, ...judgeObject(read.value) }
  return { errors: [{ code: read.code, path: '', message: read.message, section: '' }], warnings: [] }
}

/** Judges an object that was read. */
export function judgeObject(object: StixObject): Judgement {
  const errors = new ProblemList()
  const warnings = new ProblemList()
  const tell: Tell = ({ code, path = [], message, section, remark }) => {
    const list = remark === true ? warnings : errors
    list.add(code, path, message, section)
  }
  const type = objectTypeOf(object.type, object.kind)
  for (const issue of issuesOf(type.schema, object.value)) tell(problemOf(issue, type))
  judgeCommonRules(object, type, tell)
  return { errors: errors.told(), warnings: warnings.told() }
}
