/**
 * Decides whether a record and every STIX object it carries may leave. Guarantees: all or nothing (one refusal and
 * nothing leaves), and what is unclear (a marking nobody defined, a recipient nobody named, an object that cannot be
 * read, a rule that cannot be asked) is refused with its reason. It looks at markings, recipients and types, and asks the
 * rules of the house; it never judges what an object says. It refuses an indicator that points at an identity: indicators
 * are about infrastructure, never about people. Trusts the rules and the request; nothing in the objects. Objects come one
 * by one and are not kept: what their markings mean was learned in a first reading of the same bytes.
 */

import type { StixId } from '../identifier.ts'
import { LIMITS } from '../limits.ts'
import { joinedMarking } from '../marking/effective.ts'
import type { Equivalent } from '../marking/equivalence.ts'
import type { Marking } from '../marking/lattice.ts'
import { type Pap, papAtMost } from '../marking/pap.ts'
import { MarkingDefinitions } from '../markings.ts'
import type { StixObject } from '../stix-object.ts'
import { atMost, type Tlp } from '../tlp.ts'
import type { Decision, ObjectDecision, ReleaseReason, ReleaseRefusal, Verdict } from './decision.ts'
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
  /** The strictest PAP that our own side lets out; where it says none, what bears one stays here, but for PAP:CLEAR. */
  readonly papMax?: Pap
  /** What the classifications of the parties are treated as. */
  readonly equivalents?: readonly Equivalent[]
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

/** The gate in one call, for objects already at hand. */
export function decideRelease(
  request: ReleaseRequest & { readonly objects: readonly StixObject[] },
  rules: ReleaseRules,
): Decision {
  const definitions = new MarkingDefinitions(rules.equivalents)
  for (const object of request.objects) definitions.learn(object)
  const gate = new ReleaseGate(request, rules, definitions)
  for (const object of request.objects) gate.decide(object)
  return gate.conclude()
}

/**
 * Decides on every object of a share by `decide` (or `refuseUnreadable`), in their order, and on the whole by `conclude`.
 * `definitions` must have learned every object of the share and nothing else: a definition that it did not learn is
 * refused. The decision holds for exactly the bytes these objects were read from: read them from what will be sealed.
 */
export class ReleaseGate {
  readonly #request: ReleaseRequest
  readonly #rules: ReleaseRules
  readonly #definitions: MarkingDefinitions
  readonly #house: HouseQuestions | undefined
  readonly #told: ObjectDecision[] = []
  readonly #passing: ObjectDecision[] = []
  readonly #refusals: ReleaseRefusal[] = []
  readonly #counts: Record<Verdict, number> = { passes: 0, refused: 0 }
  #refusalsTotal = 0
  #objects = 0

  constructor(request: ReleaseRequest, rules: ReleaseRules, definitions: MarkingDefinitions) {
    this.#request = request
    this.#rules = rules
    this.#definitions = definitions
    if (rules.house !== undefined) {
      const { pact, channel, rules: house } = rules.house
      this.#house = new HouseQuestions(house, {
        ...{ pact, channel, marking: tlpLevel(request.marking), to: [...request.to].sort() },
      })
    }
    for (const reason of recordReasons(request, rules)) this.#refuse(reason)
  }

  /** False once something was refused. */
  get passing(): boolean {
    return this.#refusalsTotal === 0
  }

  decide(object: StixObject): ObjectDecision {
    const marking = joinedMarking(object, this.#definitions)
    const reasons = [
      ...typeReasons(object, this.#rules),
      ...this.#markingReasons(object, marking),
      ...this.#houseReasons(object, marking.whole),
    ]
    return this.#note(object.id, reasons)
  }

  /** An element of the share that could not be read as a STIX object; `reason` as `readObject` or the splitter gave it. */
  refuseUnreadable(reason: { readonly code: string; readonly message: string }): ObjectDecision {
    const message = `This element cannot be read (${reason.code}): ${reason.message}`
    return this.#note(null, [{ code: 'release/unreadable', message }])
  }

  /** An object that was decided on, whose id and version were shared before with another content. */
  refuseOtherBytes(decided: ObjectDecision, version: string): void {
    const message = `Another content was shared before under this id and version (${version}); give the change a new “modified”.`
    const reason: ReleaseReason = { code: 'release/other-bytes', message }
    const { index, id } = decided
    this.#refuse(reason, { index, id })
    this.#counts[decided.verdict]--
    this.#counts.refused++
    const told = decided.verdict === 'passes' ? this.#passing : this.#told
    const at = told.indexOf(decided)
    if (at >= 0) told.splice(at, 1)
    const refused: ObjectDecision = { ...decided, verdict: 'refused', reasons: [...decided.reasons, reason] }
    if (this.#told.length < LIMITS.refusalsTold) this.#told.push(refused)
  }

  conclude(): Decision {
    const [objects, refusalsTotal] = [this.#objects, this.#refusalsTotal]
    const verdict = refusalsTotal > 0 ? 'refused' : 'passes'
    const told = [...this.#told, ...this.#passing].sort((a, b) => a.index - b.index)
    return { verdict, objects, counts: { ...this.#counts }, told, refusals: this.#refusals, refusalsTotal }
  }

  #markingReasons(object: StixObject, { whole, base }: { whole: Marking; base: Marking }): ReleaseReason[] {
    const { marking } = this.#request
    const { markingMax, papMax = 'PAP:CLEAR' } = this.#rules
    if (object.type === 'marking-definition' && !this.#definitions.hasLearned(object)) {
      const message =
        'This marking definition was not seen when the share was first read, so markings may mean another.'
      return [{ code: 'release/marking-unclear', message }]
    }
    if (whole.unclear !== null) {
      return this.#definitions.said(whole.unclear) === undefined
        ? [
            {
              code: 'release/marking-unknown',
              message: `The object is marked by ${whole.unclear}, which is defined nowhere in this share.`,
            },
          ]
        : [
            {
              code: 'release/marking-unclear',
              message: `What the marking ${whole.unclear} of the object means is not clear.`,
            },
          ]
    }
    const reasons: ReleaseReason[] = []
    if (whole.tlp !== null && !atMost(whole.tlp, markingMax)) {
      const what = base.tlp === whole.tlp ? 'The object' : 'A part of the object'
      const message = `${what} is marked ${whole.tlp}; the agreement permits at most ${markingMax}.`
      reasons.push({ code: 'release/marking-above-agreement', message })
    } else if (whole.tlp !== null && !atMost(whole.tlp, marking)) {
      const what = base.tlp === whole.tlp ? 'The object' : 'A part of the object'
      const message = `${what} is marked ${whole.tlp}, above the ${marking} of the record.`
      reasons.push({ code: 'release/marking-above-record', message })
    }
    if (whole.pap !== null && !papAtMost(whole.pap, papMax)) {
      const what = base.pap === whole.pap ? 'The object' : 'A part of the object'
      const permits =
        this.#rules.papMax === undefined
          ? 'this house has not said which PAP may leave under this agreement; write pap into its file of terms'
          : `this house lets at most ${papMax} leave`
      reasons.push({ code: 'release/pap-above-house', message: `${what} is marked ${whole.pap}; ${permits}.` })
    }
    return reasons
  }

  #houseReasons(object: StixObject, whole: Marking): ReleaseReason[] {
    try {
      const hits = this.#house?.heldBackBy(object, whole) ?? []
      return hits.map(({ rule, reason }) => ({ code: 'release/rule', message: `${reason} (rule ${rule})`, rule }))
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      return [
        {
          code: 'release/rules-failed',
          message: `The rules of this house could not be asked, so nothing may leave: ${why}`,
        },
      ]
    }
  }

  #note(id: StixId | null, reasons: readonly ReleaseReason[]): ObjectDecision {
    const index = this.#objects++
    const verdict = reasons.length > 0 ? 'refused' : 'passes'
    const decision: ObjectDecision = { index, id, verdict, reasons }
    this.#counts[verdict]++
    const told = verdict === 'passes' ? this.#passing : this.#told
    if (told.length < LIMITS.refusalsTold) told.push(decision)
    for (const reason of reasons) this.#refuse(reason, { index, id })
    return decision
  }

  #refuse(reason: ReleaseReason, object?: NonNullable<ReleaseRefusal['object']>): void {
    this.#refusalsTotal++
    if (this.#refusals.length >= LIMITS.refusalsTold) return
    this.#refusals.push(object === undefined ? reason : { ...reason, object })
  }
}

function recordReasons({ type, marking, to }: ReleaseRequest, rules: ReleaseRules): ReleaseReason[] {
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

function typeReasons(object: StixObject, { stix }: ReleaseRules): ReleaseReason[] {
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
