/**
 * What several markings come to together, as a lattice: of two the stricter holds in each of TLP and PAP, and what cannot
 * be read stays unread whatever stands beside it. Joining is commutative and associative, and never loosens.
 */

import type { StixId } from '../identifier.ts'
import { atMost, type Tlp } from '../tlp.ts'
import { type Pap, papAtMost } from './pap.ts'

/** Each part null where no marking gives one. The ids are of the first marking that gives what is here. */
export interface Marking {
  readonly tlp: Tlp | null
  readonly tlpBy: StixId | null
  readonly pap: Pap | null
  readonly papBy: StixId | null
  /** A marking whose meaning is not known; it then binds more than any that is. */
  readonly unclear: StixId | null
}

/** The most that may be; `pap` absent where it is no limit. */
export interface Ceiling {
  readonly tlp: Tlp
  readonly pap?: Pap
}

export const NO_MARKING: Marking = { tlp: null, tlpBy: null, pap: null, papBy: null, unclear: null }

export function joinMarkings(a: Marking, b: Marking): Marking {
  if (a === NO_MARKING || a === b) return b
  if (b === NO_MARKING) return a
  const tlp = b.tlp === null || (a.tlp !== null && atMost(b.tlp, a.tlp)) ? a : b
  const pap = b.pap === null || (a.pap !== null && papAtMost(b.pap, a.pap)) ? a : b
  return { tlp: tlp.tlp, tlpBy: tlp.tlpBy, pap: pap.pap, papBy: pap.papBy, unclear: a.unclear ?? b.unclear }
}

/** Why a marking is above a ceiling; undefined where it is not. What bears no marking is above none. */
export function aboveCeiling(
  marking: Marking,
  ceiling: Ceiling,
): { readonly because: 'unclear' | 'tlp' | 'pap'; readonly by: StixId | null } | undefined {
  if (marking.unclear !== null) return { because: 'unclear', by: marking.unclear }
  if (marking.tlp !== null && !atMost(marking.tlp, ceiling.tlp)) return { because: 'tlp', by: marking.tlpBy }
  if (ceiling.pap !== undefined && marking.pap !== null && !papAtMost(marking.pap, ceiling.pap)) {
    return { because: 'pap', by: marking.papBy }
  }
  return undefined
}
