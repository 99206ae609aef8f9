/**
 * Decides whether a record and every STIX object it carries may leave. Guarantees: all or nothing (one refusal and
 * nothing leaves), and what is unclear (a marking nobody defined, a recipient nobody named, an object that cannot be
 * read) is refused with its reason. It looks at markings, recipients and types; it never judges what an object says.
 * It refuses an indicator that points at an identity: indicators are about infrastructure, never about people.
 * Trusts the rules and the request; nothing in the objects. Objects come one by one and are not kept, so the gate sees
 * all the marking definitions of a share, wherever they stand, however many parts the share is later cut into.
 */

import type { StixId } from '../identifier.ts'
import { LIMITS } from '../limits.ts'
import { MarkingDefinitions, type MarkingMeaning } from '../markings.ts'
import type { StixObject } from '../stix-object.ts'
import { atMost, type Tlp } from '../tlp.ts'
import { tlpLevel } from './facts.ts'
import { HouseQuestions } from './house-questions.ts'
import type { HouseRules } from './house-rules.ts'

/** What the agreement, and our own side, permit. */
export interface ReleaseRules {
  /** The party that speaks. */
  readonly from: string
  /** The parties of the channel. */
  readonly parties: readonly string[]
  /** The highest marking a record may carry. */
  readonly markingMax: Tlp
  /** The record types that may be said; the families log, pact, party and content always may. */
  readonly records: readonly string[]
  readonly stix: { readonly allow: readonly string[] } | { readonly deny: readonly string[] }
  /** What our own side holds back besides, and under which agreement and channel it is asked. */
  readonly house?: { readonly rules: HouseRules; readonly pact: string; readonly channel: string }
}

/** What is to be said. */
export interface ReleaseRequest {
  readonly type: string
  readonly marking: Tlp
  readonly to: readonly string[]
}

export type ReleaseCode =
  | 'release/record-type'
  | 'release/no-recipient'
  | 'release/unknown-recipient'
  | 'release/marking-above-agreement'
  | 'release/marking-above-record'
  | 'release/marking-unknown'
  | 'release/marking-unclear'
  | 'release/stix-type'
  | 'release/rule'
  | 'release/rules-failed'
  | 'release/indicator-of-person'
  | 'release/unreadable'
  | 'release/other-bytes'

export interface ReleaseRefusal {
  readonly code: ReleaseCode
  /** One sentence for the officer. */
  readonly message: string
  /** The object it is about, by its place in the share; absent where it is about the record itself. */
  readonly object?: { readonly index: number; readonly id: string | null }
}

export type Decision =
  | { readonly passes: true; readonly objects: number }
  | {
      readonly passes: false
      readonly objects: number
      /** The first of them, each object's every reason; then only counted. */
      readonly refusals: readonly ReleaseRefusal[]
      readonly refusalsTotal: number
    }

/** The gate in one call, for objects already at hand. */
export function decideRelease(
  request: ReleaseRequest & { readonly objects: Iterable<StixObject> },
  rules: ReleaseRules,
): Decision {
  const gate = new ReleaseGate(request, rules)
  for (const object of request.objects) gate.admit(object)
  return gate.conclude()
}

/**
 * Takes every object of a share by `admit` (or `admitUnreadable`), in their order, then decides by `conclude`. The
 * decision holds for exactly the bytes these objects were read from: read them from what will be sealed.
 */
export class ReleaseGate {
  readonly #request: ReleaseRequest
  readonly #rules: ReleaseRules
  readonly #definitions = new MarkingDefinitions()
  readonly #house: HouseQuestions | undefined
  readonly #told: ReleaseRefusal[] = []
  #total = 0
  #objects = 0
  /** For each marking named that had no agreeable meaning when it was met: who named it. */
  readonly #awaiting = new Map<StixId, { readonly named: Named[]; count: number }>()

  constructor(request: ReleaseRequest, rules: ReleaseRules) {
    this.#request = request
    this.#rules = rules
    if (rules.house !== undefined) {
      const { pact, channel, rules: house } = rules.house
      this.#house = new HouseQuestions(house, {
        pact,
        channel,
        marking: tlpLevel(request.marking),
        to: [...request.to].sort(),
      })
    }
    this.#checkRecord()
  }

  /** True while nothing was refused for certain; markings may still fail in `conclude`. */
  get passing(): boolean {
    return this.#total === 0
  }

  admit(object: StixObject): void {
    const named: Named = { index: this.#objects++, id: object.id }
    this.#definitions.learn(object)
    if (!typePermitted(object.type, this.#rules.stix)) {
      this.#refuse('release/stix-type', `The agreement does not permit objects of type ${object.type}.`, named)
    }
    if (pointsAtIdentity(object)) {
      this.#refuse(
        'release/indicator-of-person',
        'An indicator must not point at an identity: no indicator is a person.',
        named,
      )
    }
    this.#house?.take(object, named.index)
    // What a marking means is certain only once every definition has been seen.
    for (const ref of object.markingRefs) this.#await(ref, named)
  }

  /** An element of the share that could not be read as a STIX object; `reason` as `readObject` or the splitter gave it. */
  admitUnreadable(reason: { readonly code: string; readonly message: string }): void {
    const named: Named = { index: this.#objects++, id: null }
    this.#refuse('release/unreadable', `This element cannot be read (${reason.code}): ${reason.message}`, named)
  }

  /** An object, at its place among those admitted, whose id and version were shared before with another content. */
  refuseOtherBytes(index: number, id: StixId, version: string): void {
    const message = `Another content was shared before under this id and version (${version}); give the change a new “modified”.`
    this.#refuse('release/other-bytes', message, { index, id })
  }

  conclude(): Decision {
    for (const [ref, { named, count }] of this.#awaiting) this.#checkMarking(ref, named, count)
    this.#awaiting.clear()
    this.#askHouse()
    if (this.#total === 0) return { passes: true, objects: this.#objects }
    return { passes: false, objects: this.#objects, refusals: this.#told, refusalsTotal: this.#total }
  }

  #askHouse(): void {
    try {
      for (const { hit, index, id, more } of this.#house?.conclude(this.#definitions) ?? []) {
        this.#refuse('release/rule', `${hit.reason} (rule ${hit.rule})`, { index, id })
        this.#total += more
      }
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      this.#refuse('release/rules-failed', `The rules of this house could not be asked, so nothing may leave: ${why}`)
    }
  }

  #checkRecord(): void {
    const { type, marking, to } = this.#request
    const { from, parties, markingMax, records } = this.#rules
    if (!ALWAYS.test(type) && !records.includes(type)) {
      this.#refuse('release/record-type', `The agreement does not permit records of type ${type}.`)
    }
    if (!atMost(marking, markingMax)) {
      this.#refuse(
        'release/marking-above-agreement',
        `The record is marked ${marking}; the agreement permits at most ${markingMax}.`,
      )
    }
    if (to.length === 0 && !ALWAYS.test(type)) {
      this.#refuse('release/no-recipient', 'The record names no recipient.')
    }
    for (const party of to) {
      if (!parties.includes(party) || party === from) {
        const others = parties.filter((one) => one !== from).join(', ')
        const message = `“${party}” is no other party of this channel; address ${others}, or name nobody for all of them.`
        this.#refuse('release/unknown-recipient', message)
      }
    }
  }

  #await(ref: StixId, named: Named): void {
    const waiting = this.#awaiting.get(ref)
    if (waiting === undefined) {
      this.#awaiting.set(ref, { named: [named], count: 1 })
    } else {
      waiting.count++
      if (waiting.named.length < LIMITS.objectsToldPerMarking) waiting.named.push(named)
    }
  }

  #checkMarking(ref: StixId, named: readonly Named[], count: number): void {
    const reason = this.#objection(ref, this.#definitions.meaning(ref))
    if (reason === undefined) return
    for (const object of named) this.#refuse(reason.code, reason.message, object)
    this.#total += count - named.length
  }

  #objection(ref: StixId, meaning: MarkingMeaning | undefined): { code: ReleaseCode; message: string } | undefined {
    const { marking } = this.#request
    const { markingMax } = this.#rules
    if (meaning === undefined) {
      return {
        code: 'release/marking-unknown',
        message: `The object is marked by ${ref}, which is defined nowhere in this share.`,
      }
    }
    if (meaning === 'unclear') {
      return { code: 'release/marking-unclear', message: `What the marking ${ref} of the object means is not clear.` }
    }
    if (meaning === 'statement') return undefined
    if (!atMost(meaning, markingMax)) {
      const message = `The object is marked ${meaning}; the agreement permits at most ${markingMax}.`
      return { code: 'release/marking-above-agreement', message }
    }
    if (!atMost(meaning, marking)) {
      const message = `The object is marked ${meaning}, above the ${marking} of the record.`
      return { code: 'release/marking-above-record', message }
    }
    return undefined
  }

  #refuse(code: ReleaseCode, message: string, object?: Named): void {
    this.#total++
    if (this.#told.length >= LIMITS.refusalsTold) return
    this.#told.push(object === undefined ? { code, message } : { code, message, object })
  }
}

interface Named {
  readonly index: number
  readonly id: StixId | null
}

/** Families of records that carry the agreement itself. */
const ALWAYS = /^(?:log|pact|party|content)\//

function typePermitted(type: string, rule: ReleaseRules['stix']): boolean {
  return 'allow' in rule ? rule.allow.includes(type) : !rule.deny.includes(type)
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
