/**
 * What a house lays down for release beside its rules, as plain data: which PAP it lets out, and what the classifications
 * of the parties are treated as. No part of the signed agreement.
 */

import { ok, type Result, refuse } from '@countersign/log'
import { type Equivalent, readEquivalence } from '../marking/equivalence.ts'
import { PAP_NAMES, type Pap } from '../marking/pap.ts'
import { isRecord } from '../properties.ts'

export interface HouseTerms {
  /** Absent where the house says none. */
  readonly papMax?: Pap
  readonly equivalents: readonly Equivalent[]
}

/** Reads `{ pap, equivalents }`, both optional, from parsed JSON. Refuses `release/terms` and `equivalence/…`. */
export function readTerms(value: unknown): Result<HouseTerms> {
  if (!isRecord(value)) return refuse('release/terms', 'The terms are no object with pap and equivalents.')
  const { pap, equivalents = [], ...more } = value
  const [unknown] = Object.keys(more)
  if (unknown !== undefined) {
    return refuse('release/terms', `The terms have “${unknown}”, and may have pap and equivalents alone.`)
  }
  const papMax = PAP_NAMES.find((name) => name === pap)
  if (pap !== undefined && papMax === undefined) {
    return refuse('release/terms', `The pap of the terms must be one of ${PAP_NAMES.join(', ')}.`)
  }
  const table = readEquivalence(equivalents)
  return table.ok ? ok({ ...(papMax === undefined ? {} : { papMax }), equivalents: table.value }) : table
}

/** Several that hold for one recipient: of two PAPs the one that lets out less, and all equivalents. */
export function joinTerms(all: readonly HouseTerms[]): HouseTerms {
  return withPap(
    all.flatMap(({ papMax }) => papMax ?? []),
    all.flatMap(({ equivalents }) => equivalents),
  )
}

/** Those of several recipients who get the same: a PAP, or an equivalent, that is not there for each is there for none. */
export function termsForAll(each: readonly HouseTerms[]): HouseTerms {
  const paps = each.flatMap(({ papMax }) => papMax ?? [])
  const isForEach = ({ theirs }: Equivalent) =>
    each.every(({ equivalents }) => equivalents.some((one) => one.theirs === theirs))
  const equivalents = each.flatMap((terms) => terms.equivalents.filter(isForEach))
  return withPap(paps.length === each.length ? paps : [], equivalents)
}

function withPap(paps: readonly Pap[], equivalents: readonly Equivalent[]): HouseTerms {
  const least = PAP_NAMES.find((name) => paps.includes(name))
  return { ...(least === undefined ? {} : { papMax: least }), equivalents }
}
