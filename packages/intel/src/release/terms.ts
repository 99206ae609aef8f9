/**
 * What a house lays down for release beside its rules, as plain data: which PAP it lets out, what the classifications of
 * the parties are treated as, above what a second person approves, and what is common knowledge. No part of the signed
 * agreement.
 */

import { ok, type Result, refuse } from '@countersign/log'
import { type Equivalent, readEquivalence } from '../marking/equivalence.ts'
import { PAP_NAMES, type Pap } from '../marking/pap.ts'
import { isRecord } from '../properties.ts'
import { type ApprovalThresholds, joinApproval, readApproval } from './approval.ts'
import { type CommonKnowledge, commonForAll, joinCommon, readCommon } from './originator.ts'

export interface HouseTerms {
  /** Absent where the house says none. */
  readonly papMax?: Pap
  readonly equivalents: readonly Equivalent[]
  /** Absent where nothing waits for a second person by the terms. */
  readonly approval?: ApprovalThresholds
  /** Absent where the house says none. */
  readonly common?: CommonKnowledge
}

/** Reads `{ pap, equivalents, approval, common }`, each optional, from parsed JSON. Refuses `release/terms` and `equivalence/…`. */
export function readTerms(value: unknown): Result<HouseTerms> {
  if (!isRecord(value))
    return refuse('release/terms', 'The terms are no object with pap, equivalents, approval and common.')
  const { pap, equivalents = [], approval, common, ...more } = value
  const [unknown] = Object.keys(more)
  if (unknown !== undefined) {
    return refuse(
      'release/terms',
      `The terms have “${unknown}”, and may have pap, equivalents, approval and common alone.`,
    )
  }
  const papMax = PAP_NAMES.find((name) => name === pap)
  if (pap !== undefined && papMax === undefined) {
    return refuse('release/terms', `The pap of the terms must be one of ${PAP_NAMES.join(', ')}.`)
  }
  const table = readEquivalence(equivalents)
  if (!table.ok) return table
  const thresholds = approval === undefined ? ok(undefined) : readApproval(approval)
  if (!thresholds.ok) return thresholds
  const known = common === undefined ? ok(undefined) : readCommon(common)
  if (!known.ok) return known
  return ok({
    ...(papMax === undefined ? {} : { papMax }),
    equivalents: table.value,
    ...(thresholds.value === undefined ? {} : { approval: thresholds.value }),
    ...(known.value === undefined ? {} : { common: known.value }),
  })
}

/** Several that hold for one recipient: of two PAPs the one that lets out less, all equivalents, all thresholds. */
export function joinTerms(all: readonly HouseTerms[]): HouseTerms {
  return termsOf(
    all,
    all.flatMap(({ papMax }) => papMax ?? []),
    all.flatMap(({ equivalents }) => equivalents),
    joinCommon(all.flatMap(({ common }) => common ?? [])),
  )
}

/**
 * Those of several recipients who get the same: a PAP, or an equivalent, that is not there for each is there for none; a
 * threshold that is there for one holds for all, and common is what is so for each.
 */
export function termsForAll(each: readonly HouseTerms[]): HouseTerms {
  const paps = each.flatMap(({ papMax }) => papMax ?? [])
  const isForEach = ({ theirs }: Equivalent) =>
    each.every(({ equivalents }) => equivalents.some((one) => one.theirs === theirs))
  const equivalents = each.flatMap((terms) => terms.equivalents.filter(isForEach))
  const common = commonForAll(each.map((terms) => terms.common ?? NOTHING_COMMON))
  return termsOf(each, paps.length === each.length ? paps : [], equivalents, common)
}

const NOTHING_COMMON: CommonKnowledge = { types: [], creators: [] }

function termsOf(
  all: readonly HouseTerms[],
  paps: readonly Pap[],
  equivalents: readonly Equivalent[],
  common: CommonKnowledge,
): HouseTerms {
  const least = PAP_NAMES.find((name) => paps.includes(name))
  const thresholds = all.flatMap(({ approval }) => approval ?? [])
  return {
    ...(least === undefined ? {} : { papMax: least }),
    equivalents,
    ...(thresholds.length === 0 ? {} : { approval: joinApproval(thresholds) }),
    ...(common.types.length + common.creators.length === 0 ? {} : { common }),
  }
}
