/**
 * Whether a sighting may name who saw something (spec/agreement.md, Sightings). What names them is cut like what a rule of a
 * house cuts: without it, nobody has to remember, and what is left is decided on once more.
 */

import { typeOfId } from '../identifier.ts'
import { isRecord, own } from '../properties.ts'
import { eachReference } from '../references.ts'
import type { StixObject } from '../stix-object.ts'
import type { ReleaseReason } from './decision.ts'
import type { CutProperty, RuleHit } from './house-rules.ts'

/** The term of the agreement; undefined where it says nothing. */
export type SighterTerm = 'withheld' | 'optional' | 'named' | undefined

/** The type of the records that feedback is said in (spec/records.md). */
const FEEDBACK = 'intel/sighting'
/** Types that say who saw, or who thinks so. */
const SAYING: ReadonlySet<string> = new Set(['sighting', 'opinion', 'note'])
/** Types that stand for somebody, or for where somebody is. */
const WHO: ReadonlySet<string> = new Set(['identity', 'location'])
/** What a sighting is of, and what an opinion or a note is about, whoever that is. */
const ABOUT: ReadonlySet<string> = new Set(['sighting_of_ref', 'object_refs'])
const BY = propertiesOf('created_by_ref')
const NAMING = propertiesOf('where_sighted_refs', 'created_by_ref', 'authors')
/** What was observed tells where: an address inside, a host, a user. */
const OBSERVED = propertiesOf('observed_data_refs')
const RULE = 'sighter-withheld'

/** What is cut from an object, or that it is left out, so that nobody is named. `names`: whoever says it wants to name. */
export function sighterHits(
  object: StixObject,
  { record, names, term }: { record: string; names: boolean; term: SighterTerm },
): RuleHit[] {
  const isFeedback = record === FEEDBACK
  const withheld = term === undefined ? isFeedback : term === 'withheld' || (term === 'optional' && !names)
  if (!withheld) return []
  if (SAYING.has(object.type)) {
    return [cuts([...NAMING, ...referencesToWho(object), ...(isFeedback ? OBSERVED : [])])]
  }
  if (object.type === 'language-content' && isAboutSaying(object)) return [cuts([...BY, ...translatedAuthors(object)])]
  if (!isFeedback) return []
  if (object.type === 'marking-definition') return [cuts(BY)]
  if (object.type === 'extension-definition') {
    // It must have a creator, and what uses it names it, so that it can be neither cut nor left out.
    const reason =
      'An extension definition names its creator, and this feedback names nobody: give it without the definition, which readers may have from elsewhere.'
    return [{ rule: RULE, reason, effect: { kind: 'hold-back' } }]
  }
  const reason = 'Feedback that does not name who saw it carries sightings and opinions alone.'
  return [{ rule: RULE, reason, effect: { kind: 'leave-out' } }]
}

function cuts(properties: CutProperty[]): RuleHit {
  return { rule: RULE, reason: 'Who saw it is not named.', effect: { kind: 'cut', properties } }
}

/** Also in extensions and in properties that nobody knows. */
function referencesToWho({ type, value }: StixObject): CutProperty[] {
  const found: CutProperty[] = []
  eachReference(value, type, (property, id, path) => {
    if (id === undefined || ABOUT.has(property) || !WHO.has(typeOfId(id))) return
    found.push({ names: path.filter((name) => typeof name === 'string') })
  })
  return found
}

/** Section 7.1 of STIX 2.1. */
function isAboutSaying({ value }: StixObject): boolean {
  const of = own(value, 'object_ref')
  return typeof of === 'string' && SAYING.has(of.split('--')[0] ?? '')
}

function translatedAuthors({ value }: StixObject): CutProperty[] {
  const contents = own(value, 'contents')
  return isRecord(contents)
    ? Object.keys(contents).map((language) => ({ names: ['contents', language, 'authors'] }))
    : []
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
