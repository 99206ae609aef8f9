/**
 * What a house lays down for release beside its rules, as plain data: which PAP it lets out, what the classifications of
 * the parties are treated as, and above what a second person approves. No part of the signed agreement.
 */

import { ok, type Result, refuse } from '@countersign/log'
import { type Equivalent, readEquivalence } from '../marking/equivalence.ts'
import { PAP_NAMES, type Pap } from '../marking/pap.ts'
import { isRecord } from '../properties.ts'
import { type ApprovalThresholds, joinApproval, readApproval } from './approval.ts'

export interface HouseTerms {
  /** Absent where the house says none. */
  readonly papMax?: Pap
  readonly equivalents: readonly Equivalent[]
  /** Absent where nothing waits for a second person by the terms. */
  readonly approval?: ApprovalThresholds
}

/** Reads `{ pap, equivalents, approval }`, each optional, from parsed JSON. Refuses `release/terms` and `equivalence/…`. */
export function readTerms(value: unknown): Result<HouseTerms> {
  if (!isRecord(value)) return refuse('release/terms', 'The terms are no object with pap, equivalents and approval.')
  const { pap, equivalents = [], approval, ...more } = value
  const [unknown] = Object.keys(more)
  if (unknown !== undefined) {
    return refuse('release/terms', `The terms have “${unknown}”, and may have pap, equivalents and approval alone.`)
  }
  const papMax = PAP_NAMES.find((name) => name === pap)
  if (pap !== undefined && papMax === undefined) {
    return refuse('release/terms', `The pap of the terms must be one of ${PAP_NAMES.join(', ')}.`)
  }
  const table = readEquivalence(equivalents)
  if (!table.ok) return table
  const thresholds = approval === undefined ? ok(undefined) : readApproval(approval)
  if (!thresholds.ok) return thresholds
  return ok({
    ...(papMax === undefined ? {} : { papMax }),
    equivalents: table.value,
    ...(thresholds.value === undefined ? {} : { approval: thresholds.value }),
  })
}

/** Several that hold for one recipient: of two PAPs the one that lets out less, all equivalents, all thresholds. */
export function joinTerms(all: readonly HouseTerms[]): HouseTerms {
  return termsOf(
    all,
    all.flatMap(({ papMax }) => papMax ?? []),
    all.flatMap(({ equivalents }) => equivalents),
  )
}

/**
 * Those of several recipients who get the same: a PAP, or an equivalent, that is not there for each is there for none; a
 * threshold that is there for one holds for all.
 */
export function termsForAll(each: readonly HouseTerms[]): HouseTerms {
  const paps = each.flatMap(({ papMax }) => papMax ?? [])
  const isForEach = ({ theirs }: Equivalent) =>
    each.every(({ equivalents }) => equivalents.some((one) => one.theirs === theirs))
  const equivalents = each.flatMap((terms) => terms.equivalents.filter(isForEach))
  return termsOf(each, paps.length === each.length ? paps : [], equivalents)
}

function termsOf(all: readonly HouseTerms[], paps: readonly Pap[], equivalents: readonly Equivalent[]): HouseTerms {
  const least = PAP_NAMES.find((name) => paps.includes(name))
  const thresholds = all.flatMap(({ approval }) => approval ?? [])
  return {
    ...(least === undefined ? {} : { papMax: least }),
    equivalents,
    ...(thresholds.length === 0 ? {} : { approval: joinApproval(thresholds) }),
  }
}
