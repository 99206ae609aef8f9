// Sightings and opinions of STIX 2.1 as they are made here, of what a person or a program says about objects.

import { kindOfType, markingIdOf } from '@countersign/intel'
import { ok, type Result, refuse } from '@countersign/log'
import { FEEDBACK_VERDICTS, type FeedbackVerdict, type TlpLabel, VERDICT_EXTENSION } from '@countersign/record'

export interface SaidSighting {
  /** How often, 1 where it is left out; 0 for looked for and not seen. */
  count?: number
  /** RFC 3339. */
  first?: string
  last?: string
  description?: string
}

export interface SaidOpinion {
  verdict?: FeedbackVerdict
  /** One of the five of STIX; where it is left out, the one that goes with the verdict. */
  opinion?: string
  explanation?: string
}

interface Means {
  nowMs: number
  uuid(): string
  tlp: TlpLabel
  /** Id of the identity that saw it. */
  sighter?: string
}

/** Refuses `say/feedback` for times, a count or an opinion that are none. */
export function sightingOf(id: string, said: SaidSighting, means: Means): Result<object> {
  const { count = 1, description } = said
  if (!Number.isInteger(count) || count < 0 || count > 999_999_999) {
    return refuse('say/feedback', 'How often it was seen is a whole number from 0 to 999999999.')
  }
  if (kindOfType(id.split('--')[0] ?? '') === 'sco') {
    return refuse(
      'say/feedback',
      `STIX has sightings of indicators and other domain objects, not of observables such as ${id.slice(0, 300)}: say it of the indicator, or give an opinion on it.`,
    )
  }
  const [first, last] = [timeOf(said.first), timeOf(said.last)]
  if (first === null || last === null || (first !== undefined && last !== undefined && first > last)) {
    return refuse(
      'say/feedback',
      'When it was seen is given in RFC 3339, such as 2026-11-30T10:00:00Z, the first before the last.',
    )
  }
  return ok({
    ...blank('sighting', means),
    ...(description === undefined ? {} : { description }),
    ...(first === undefined ? {} : { first_seen: first }),
    ...(last === undefined ? {} : { last_seen: last }),
    ...{ count, sighting_of_ref: id },
    ...(means.sighter === undefined ? {} : { where_sighted_refs: [means.sighter] }),
  })
}

/** One opinion on all of these objects; a reader takes the first 1,000 (spec/records.md, Many objects at once). */
export function opinionOf(ids: readonly string[], said: SaidOpinion, means: Means): Result<object> {
  const { verdict, explanation } = said
  const opinion = said.opinion ?? (verdict === undefined ? undefined : FEEDBACK_VERDICTS[verdict])
  if (opinion === undefined || !OPINIONS.has(opinion)) {
    return refuse('say/feedback', `An opinion is one of ${[...OPINIONS].join(', ')}.`)
  }
  return ok({
    ...blank('opinion', means),
    ...(explanation === undefined ? {} : { explanation }),
    ...{ opinion, object_refs: ids },
    ...(verdict === undefined
      ? {}
      : { extensions: { [VERDICT_EXTENSION]: { extension_type: 'property-extension', verdict } } }),
  })
}

/** Who saw it, for what is said together. */
export function sighterOf(name: string, means: Means): { id: string } & Record<string, unknown> {
  return { ...blank('identity', means), name, identity_class: 'organization' }
}

/** The last version by which a sighting or an opinion is taken back (STIX 2.1 section 3.6). */
export function takenBack(source: string, nowMs: number): object {
  const object: Record<string, unknown> & { modified?: string } = JSON.parse(source)
  const before = Date.parse(object.modified ?? '')
  const modified = new Date(Number.isNaN(before) ? nowMs : Math.max(nowMs, before + 1)).toISOString()
  return { ...object, modified, revoked: true }
}

const OPINIONS = new Set(['strongly-disagree', 'disagree', 'neutral', 'agree', 'strongly-agree'])

function blank(type: string, { nowMs, uuid, tlp }: Means) {
  const now = new Date(nowMs).toISOString()
  return {
    ...{ type, spec_version: '2.1', id: `${type}--${uuid()}`, created: now, modified: now },
    object_marking_refs: [markingIdOf(tlp)],
  }
}

/** Undefined where none is given, null where it is none. */
function timeOf(text: string | undefined): string | undefined | null {
  if (text === undefined) return undefined
  const ms = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : Number.NaN
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}
