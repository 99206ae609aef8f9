/**
 * Whether a sighting may name who saw something (spec/agreement.md, Sightings). What names them is cut like what a rule of a
 * house cuts: without it, nobody has to remember, and what is left is decided on once more.
 */

import { own } from '../properties.ts'
import type { StixObject } from '../stix-object.ts'
import type { ReleaseReason } from './decision.ts'
import type { CutProperty, RuleHit } from './house-rules.ts'

/** The term of the agreement; undefined where it says nothing. */
export type SighterTerm = 'withheld' | 'optional' | 'named' | undefined

/** The type of the records that feedback is said in (spec/records.md). */
const FEEDBACK = 'intel/sighting'
/** Types that say who saw, or who thinks so. */
const SAYING: ReadonlySet<string> = new Set(['sighting', 'opinion', 'note'])
/** Types that these may need to be understood. */
const DEFINING: ReadonlySet<string> = new Set(['marking-definition', 'extension-definition', 'language-content'])
const NAMING = propertiesOf('where_sighted_refs', 'created_by_ref', 'authors')
/** What was observed tells where: an address inside, a host, a user. */
const OBSERVED = propertiesOf('observed_data_refs')
const RULE = 'sighter-withheld'

/** What is cut from an object, or that it is left out, so that nobody is named. `names`: whoever says it wants to name. */
export function sighterHits(
  { type }: StixObject,
  { record, names, term }: { record: string; names: boolean; term: SighterTerm },
): RuleHit[] {
  const isFeedback = record === FEEDBACK
  const withheld = term === undefined ? isFeedback : term === 'withheld' || (term === 'optional' && !names)
  if (!withheld) return []
  if (SAYING.has(type)) {
    const properties = isFeedback ? [...NAMING, ...OBSERVED] : NAMING
    return [{ rule: RULE, reason: 'Who saw it is not named.', effect: { kind: 'cut', properties } }]
  }
  if (!isFeedback || DEFINING.has(type)) return []
  const reason = 'Feedback that does not name who saw it carries sightings and opinions alone.'
  return [{ rule: RULE, reason, effect: { kind: 'leave-out' } }]
}

/** Why a sighting may not leave where the agreement wants it to say who saw it. */
export function sighterReasons({ type, value }: StixObject, term: SighterTerm): ReleaseReason[] {
  if (term !== 'named' || type !== 'sighting') return []
  const where = own(value, 'where_sighted_refs')
  if (Array.isArray(where) && where.length > 0) return []
  const message = 'Under this agreement each sighting names who saw it: give it where_sighted_refs.'
  return [{ code: 'release/sighter-unnamed', message }]
}

function propertiesOf(...names: string[]): CutProperty[] {
  return names.map((name) => ({ names: [name] }))
}
