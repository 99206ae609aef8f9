/**
 * A table of equivalents: what the parties' own classifications are treated as. Plain data, as whoever keeps the rules of
 * release writes it; no part of the signed agreement.
 */

import { ok, type Result, refuse } from '@countersign/log'
import { LIMITS } from '../limits.ts'
import { isRecord } from '../properties.ts'
import { parseTlp, TLP_NAMES, type Tlp } from '../tlp.ts'

/**
 * One line of it. `theirs` is the id of a marking definition, or exactly its name or its statement. A definition that gives
 * a TLP of its own keeps it where that is stricter; of several lines that fit the strictest holds.
 */
export interface Equivalent {
  readonly theirs: string
  readonly tlp: Tlp
}

/**
 * Reads a list of `{ theirs, tlp }` from parsed JSON or YAML. Refuses with `equivalence/not-a-list`, `equivalence/too-long`,
 * `equivalence/line` (no such line, a property too many, a name that is empty or too long, a TLP that is none) and
 * `equivalence/twice` (one classification with two colours); nothing of a list that is refused holds.
 */
export function readEquivalence(value: unknown): Result<readonly Equivalent[]> {
  if (!Array.isArray(value)) {
    return refuse('equivalence/not-a-list', 'The equivalents are no list. Write a list of lines with theirs and tlp.')
  }
  if (value.length > LIMITS.equivalents) {
    const message = `There are ${value.length} equivalents; at most ${LIMITS.equivalents} are taken.`
    return refuse('equivalence/too-long', message)
  }
  const lines = new Map<string, Tlp>()
  for (const [place, line] of value.entries()) {
    const { theirs, tlp: text, ...more } = isRecord(line) ? line : {}
    const where = `Line ${place + 1} of the equivalents`
    if (typeof theirs !== 'string' || theirs.trim() === '' || theirs.length > LIMITS.equivalentChars) {
      const message = `${where} must name their classification as theirs, in 1 to ${LIMITS.equivalentChars} characters.`
      return refuse('equivalence/line', message)
    }
    const tlp = parseTlp(text)
    if (tlp === undefined)
      return refuse('equivalence/line', `${where} must give as tlp one of ${TLP_NAMES.join(', ')}.`)
    if (Object.keys(more).length > 0) {
      return refuse('equivalence/line', `${where} has more than theirs and tlp. Take out what else it has.`)
    }
    if ((lines.get(theirs) ?? tlp) !== tlp) {
      return refuse('equivalence/twice', `${where} gives a classification another TLP than a line before it. Keep one.`)
    }
    lines.set(theirs, tlp)
  }
  return ok([...lines].map(([theirs, tlp]) => ({ theirs, tlp })))
}
