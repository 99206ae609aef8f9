/**
 * What the agreement says of a record and of the types of its objects, whatever their markings are.
 */

import type { StixObject } from '../stix-object.ts'
import { atMost } from '../tlp.ts'
import type { ReleaseReason } from './decision.ts'
import type { ReleaseRequest, ReleaseRules } from './gate.ts'

export function recordReasons({ type, marking, to }: ReleaseRequest, rules: ReleaseRules): ReleaseReason[] {
  const { from, parties, markingMax, records } = rules
  const reasons: ReleaseReason[] = []
  if (!ALWAYS.test(type) && !records.includes(type)) {
    const message = `The agreement does not permit records of type ${type}.`
    reasons.push({ code: 'release/record-type', message })
  }
  if (!atMost(marking, markingMax)) {
    const message = `The record is marked ${marking}; the agreement permits at most ${markingMax}.`
    reasons.push({ code: 'release/marking-above-agreement', message })
  }
  if (to.length === 0 && !ALWAYS.test(type)) {
    reasons.push({ code: 'release/no-recipient', message: 'The record names no recipient.' })
  }
  for (const party of to) {
    if (parties.includes(party) && party !== from) continue
    const others = parties.filter((one) => one !== from).join(', ')
    const message = `“${party}” is no other party of this channel; address ${others}, or name nobody for all of them.`
    reasons.push({ code: 'release/unknown-recipient', message })
  }
  return reasons
}

/** Families of records that carry the agreement itself. */
const ALWAYS = /^(?:log|pact|party|content)\//

export function typeReasons(object: StixObject, { stix }: ReleaseRules): ReleaseReason[] {
  const reasons: ReleaseReason[] = []
  if (!('allow' in stix ? stix.allow.includes(object.type) : !stix.deny.includes(object.type))) {
    const message = `The agreement does not permit objects of type ${object.type}.`
    reasons.push({ code: 'release/stix-type', message })
  }
  if (pointsAtIdentity(object)) {
    const message = 'An indicator must not point at an identity: no indicator is a person.'
    reasons.push({ code: 'release/indicator-of-person', message })
  }
  return reasons
}

/** A relationship by which an indicator stands for an identity; that an identity made or saw one is another matter. */
function pointsAtIdentity(object: StixObject): boolean {
  if (object.type !== 'relationship' || object.value['relationship_type'] !== 'indicates') return false
  const ends = new Map(object.references.map(({ property, id }) => [property, id]))
  return (
    ends.get('source_ref')?.startsWith('indicator--') === true &&
    ends.get('target_ref')?.startsWith('identity--') === true
  )
}
