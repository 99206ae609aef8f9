/**
 * Decides whether a record and every STIX object it carries may leave. Guarantees: all or nothing (one refusal and nothing
 * leaves; where one object waits for a second person, everything waits), and what is unclear (a marking nobody defined, a
 * recipient nobody named, an object that cannot be read, a rule that cannot be asked) is refused with its reason. It looks
 * at markings, recipients and types, and asks the rules of the house; it never judges what an object says. It refuses an
 * indicator that points at an identity: indicators are about infrastructure, never about people. Trusts the rules and the
 * request; nothing in the objects. Objects come one by one and are not kept: what their markings mean was learned in a
 * first reading of the same bytes.
 */

import type { StixId } from '../identifier.ts'
import { LIMITS } from '../limits.ts'
import { joinedMarking } from '../marking/effective.ts'
import type { Equivalent } from '../marking/equivalence.ts'
import { aboveCeiling, type Ceiling, type Marking } from '../marking/lattice.ts'
import { type Pap, papAtMost } from '../marking/pap.ts'
import { type Cut, type CutOrder, redactAbove } from '../marking/redaction.ts'
import { MarkingDefinitions } from '../markings.ts'
import { readObject, type StixObject } from '../stix-object.ts'
import { atMost, type Tlp } from '../tlp.ts'
import { recordReasons, typeReasons } from './agreement-reasons.ts'
import { type ApprovalThresholds, type LeftLately, waitsForObject, waitsForShare } from './approval.ts'
import type {
  Decided,
  Decision,
  GoneBy,
  ObjectDecision,
  ReleaseCode,
  ReleaseReason,
  ReleaseRefusal,
  Verdict,
} from './decision.ts'
import { tlpLevel } from './facts.ts'
import { HouseQuestions } from './house-questions.ts'
import type { HouseRules, RuleEffect, RuleHit } from './house-rules.ts'
import type { CommonKnowledge } from './originator.ts'
import { ordersForReferences, ordersOf, tellsOf } from './redact-by-rule.ts'
import { type SighterTerm, sighterHits, sighterReasons } from './sighters.ts'

/** What the agreement, and our own side, permit. */
export interface ReleaseRules {
  /** The party that speaks. */
  readonly from: string
  /** The parties of the channel. */
  readonly parties: readonly string[]
  /** The highest marking a record may carry. */
  readonly markingMax: Tlp
  /** Who set that, for the sentence of a refusal; otherwise the agreement. */
  readonly permittedBy?: string
  /** The strictest PAP that our own side lets out; where it says none, what bears one stays here, but for PAP:CLEAR. */
  readonly papMax?: Pap
  /** What the classifications of the parties are treated as. */
  readonly equivalents?: readonly Equivalent[]
  /** The record types that may be said; the families log, pact, party and content always may. */
  readonly records: readonly string[]
  readonly stix: { readonly allow: readonly string[] } | { readonly deny: readonly string[] }
  /** Above what a second person approves. */
  readonly approval?: ApprovalThresholds
  readonly lately?: LeftLately
  /** What is nobody’s for whoever shared it first. */
  readonly common?: CommonKnowledge
  /** Whether it may be named who saw something; where the agreement says nothing, feedback does not name it. */
  readonly sighter?: Exclude<SighterTerm, undefined>
  /** What our own side holds back besides, and under which agreement and channel it is asked. */
  readonly house?: { readonly rules: HouseRules; readonly pact: string; readonly channel: string }
}

/** What is to be said. */
export interface ReleaseRequest {
  readonly type: string
  readonly marking: Tlp
  readonly to: readonly string[]
  /** Whoever says it wants to name who saw something, where the agreement leaves that open. */
  readonly namesSighter?: boolean
}

/** What the gate decided on objects at hand, and the texts that leave: none where something is refused or waits. */
export interface Release {
  readonly decision: Decision
  readonly leaving: readonly Uint8Array[]
}

/**
 * The gate in one call. What is redacted is decided on once more as if it had come so: only what then passes whole leaves.
 */
export function decideRelease(
  request: ReleaseRequest & { readonly objects: readonly Uint8Array[] },
  rules: ReleaseRules,
): Release {
  let known: ReadonlySet<StixId> = new Set()
  for (;;) {
    const { decision, leaving } = decideOnce(request, rules, known)
    if (decision.verdict === 'refused') return { decision, leaving: [] }
    if (decision.leftOut.size > known.size) known = decision.leftOut
    else if (decision.altered === 0) return { decision, leaving: decision.verdict === 'waits' ? [] : leaving }
    else {
      const mended = onceMended(decision, decideOnce({ ...request, objects: leaving }, rules, known).decision)
      return { decision: mended, leaving: mended.verdict === 'redacted' ? leaving : [] }
    }
  }
}

/**
 * What is told of a share that was redacted: what was decided on it as it came, where `again`, on what is left of it, says
 * that this leaves whole; it waits where either does.
 */
export function onceMended(decision: Decision, again: Decision): Decision {
  if (again.verdict === 'refused') return again
  if (again.altered > 0) return notMended(again)
  if (again.verdict !== 'waits' || decision.verdict === 'waits') return decision
  // Told without places: those of what is left are not those of what came.
  const waits = again.waits.map(({ code, message, rule }) => ({
    code,
    message,
    ...(rule === undefined ? {} : { rule }),
  }))
  return { ...decision, verdict: 'waits', waits, waitsTotal: again.waitsTotal }
}

function decideOnce(
  request: Parameters<typeof decideRelease>[0],
  rules: ReleaseRules,
  known: ReadonlySet<StixId>,
): Release {
  const objects = request.objects.map((source) => ({ source, read: readObject(source) }))
  const definitions = new MarkingDefinitions(rules.equivalents)
  for (const { read } of objects) if (read.ok) definitions.learn(read.value)
  const gate = new ReleaseGate(request, rules, definitions, known)
  const leaving = objects.flatMap(({ source, read }) => {
    const { text } = read.ok ? gate.decide(read.value, source) : gate.refuseUnreadable(read)
    return text ?? []
  })
  return { decision: gate.conclude(), leaving }
}

/** Of a share that was redacted, and would be redacted again. */
function notMended(again: Decision): Decision {
  const refusal: ReleaseRefusal = {
    code: 'release/cannot-redact',
    message: 'What was redacted would be redacted again, so nobody knows what it should be.',
  }
  return {
    ...again,
    verdict: 'refused',
    refusals: [refusal, ...again.refusals],
    refusalsTotal: again.refusalsTotal + 1,
  }
}

/**
 * Decides on every object of a share by `decide` (or `refuseUnreadable`), in their order, and on the whole by `conclude`.
 * `definitions` must have learned every object of the share and nothing else: a definition that it did not learn is
 * refused. `leftOut` are the ids of what is left out, as far as that is known from an earlier reading. The decision holds
 * for exactly the bytes that it gives back: seal these.
 */
export class ReleaseGate {
  readonly #request: ReleaseRequest
  readonly #rules: ReleaseRules
  readonly #definitions: MarkingDefinitions
  readonly #house: HouseQuestions | undefined
  readonly #ceiling: Ceiling
  readonly #known: ReadonlySet<StixId>
  readonly #leftOut: Set<StixId>
  readonly #told: ObjectDecision[] = []
  readonly #passing: ObjectDecision[] = []
  readonly #by = new Map<string, GoneBy>()
  readonly #refusals: ReleaseRefusal[] = []
  readonly #counts: Record<Verdict, number> = { passes: 0, redacted: 0, waits: 0, refused: 0 }
  readonly #waits: ReleaseRefusal[] = []
  #waitsTotal = 0
  #altered = 0
  #refusalsTotal = 0
  #objects = 0
  /** Of what would leave. */
  readonly #leaving = { objects: 0, bytes: 0 }

  constructor(
    request: ReleaseRequest,
    rules: ReleaseRules,
    definitions: MarkingDefinitions,
    leftOut: ReadonlySet<StixId> = new Set(),
  ) {
    this.#request = request
    this.#rules = rules
    this.#definitions = definitions
    this.#known = leftOut
    this.#leftOut = new Set(leftOut)
    const tlp = atMost(request.marking, rules.markingMax) ? request.marking : rules.markingMax
    this.#ceiling = { tlp, pap: rules.papMax ?? 'PAP:CLEAR' }
    if (rules.house !== undefined) {
      const { pact, channel, rules: house } = rules.house
      this.#house = new HouseQuestions(house, {
        ...{ pact, channel, marking: tlpLevel(request.marking), to: [...request.to].sort() },
      })
    }
    for (const reason of recordReasons(request, rules)) this.#refuse(reason)
  }

  /** `source` is what the object was read from. */
  decide(object: StixObject, source: Uint8Array): Decided {
    const fate = this.#fateOf(object, source)
    if (fate.text === null && fate.refused.length === 0) this.#leftOut.add(object.id)
    return this.#note(object.id, fate)
  }

  /** An element of the share that could not be read as a STIX object; `reason` as `readObject` or the splitter gave it. */
  refuseUnreadable(reason: { readonly code: string; readonly message: string }): Decided {
    const message = `This element cannot be read (${reason.code}): ${reason.message}`
    return this.#note(null, refusedFor([{ code: 'release/unreadable', message }]))
  }

  /** An object that was decided on, and that stays here for what was shared before (shared-before.ts). */
  refuseDecided({ index, id, verdict, reasons, cut }: ObjectDecision, reason: ReleaseReason): void {
    this.#refuse(reason, { index, id })
    this.#counts[verdict]--
    this.#counts.refused++
    const told = verdict === 'passes' ? this.#passing : this.#told
    const at = told.findIndex((one) => one.index === index)
    if (at >= 0) told.splice(at, 1)
    if (this.#told.length >= LIMITS.refusalsTold) return
    this.#told.push({ index, id, verdict: 'refused', reasons: [...reasons, reason], cut, leftOut: false })
  }

  /** An object that was decided on goes on by these consents, each of another party. */
  passBy(decided: ObjectDecision, consents: readonly Omit<GoneBy, 'objects'>[]): void {
    for (const consent of consents) {
      const objects = (this.#by.get(consent.record)?.objects ?? 0) + 1
      this.#by.set(consent.record, { ...consent, objects })
    }
    const by = consents.map(({ party, record }) => ({ party, record }))
    for (const told of [this.#told, this.#passing]) {
      const at = told.findIndex(({ index }) => index === decided.index)
      const found = told[at]
      if (found !== undefined) told[at] = { ...found, by }
    }
  }

  conclude(): Decision {
    const [objects, refusalsTotal, counts] = [this.#objects, this.#refusalsTotal, { ...this.#counts }]
    const { marking } = this.#request
    const ofShare = waitsForShare(this.#rules.approval ?? {}, { marking, ...this.#leaving }, this.#rules.lately)
    const waits = [...ofShare, ...this.#waits]
    const waitsTotal = ofShare.length + this.#waitsTotal
    const altered = this.#altered
    const verdict = refusalsTotal > 0 ? 'refused' : waitsTotal > 0 ? 'waits' : altered > 0 ? 'redacted' : 'passes'
    const told = [...this.#told, ...this.#passing].sort((a, b) => a.index - b.index)
    const decided = { verdict, objects, counts, altered, leftOut: this.#leftOut, told } as const
    return { ...decided, refusals: this.#refusals, refusalsTotal, waits, waitsTotal, by: [...this.#by.values()] }
  }

  #fateOf(object: StixObject, source: Uint8Array): Fate {
    const marking = joinedMarking(object, this.#definitions)
    let hits: readonly RuleHit[] = []
    let orders: CutOrder[] = []
    try {
      const { type: record, namesSighter: names = false } = this.#request
      const withheld = sighterHits(object, { record, names, term: this.#rules.sighter })
      hits = [...withheld, ...(this.#house?.naming(object, marking.whole) ?? [])]
      orders = hits.flatMap((hit) => ordersOf(hit, object, this.#rules.house?.rules.lists ?? new Map()))
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const message = `The rules of this house could not be asked, so nothing may leave: ${why}`
      return refusedFor([{ code: 'release/rules-failed', message }])
    }
    const has = (kind: RuleEffect['kind']) => hits.filter(({ effect }) => effect.kind === kind)
    const leaving = has('leave-out').map((hit) => reasonOf(hit, 'release/redacted'))
    const [cutMarked] = has('cut-marked')
    const marked = this.#markingReasons(object, marking)
    const cutsMarked = cutMarked !== undefined && marked.length > 0 && this.#marksPartsAlone(object, marking.base)
    const refused = [
      ...(leaving.length > 0
        ? []
        : [...typeReasons(object, this.#rules), ...sighterReasons(object, this.#rules.sighter)]),
      ...(leaving.length > 0 || cutsMarked ? [] : marked),
      ...has('hold-back').map((hit) => reasonOf(hit, 'release/rule')),
    ]
    if (refused.length > 0) return refusedFor(refused)
    if (leaving.length > 0) return leftOutFor(leaving)
    const waits = [
      ...waitsForObject(this.#rules.approval ?? {}, object, marking.whole.tlp),
      ...has('approve').map((hit) => reasonOf(hit, 'release/waits')),
    ]
    const whole: Fate = { refused, reasons: [], waits, cut: [], text: source }
    const references = ordersForReferences(object, this.#known)
    const all = [...orders, ...references]
    if (all.length === 0 && !cutsMarked) return this.#unlessItTells(object, whole)
    const redaction = redactAbove(source, this.#ceiling, this.#definitions, all)
    if (!redaction.ok) return refusedFor([{ code: 'release/cannot-redact', message: redaction.message }])
    const { value } = redaction
    if (value.kind === 'whole') return this.#unlessItTells(object, whole)
    if (value.kind === 'withheld') {
      if (references.length > 0)
        return leftOutFor([{ code: 'release/redacted', message: CANNOT_BE_WITHOUT }], value.cut)
      const how = 'Leave the object out by a rule with @redact("object"), or mend it'
      return refusedFor([{ code: 'release/cannot-redact', message: `${value.message} ${how}.` }], value.cut)
    }
    const ordered = new Map(orders.map((order) => [order.rule, order.reason]))
    const reasons: ReleaseReason[] = [
      ...[...ordered].map(([rule, reason]) => reasonOf({ rule: rule ?? '', reason }, 'release/redacted')),
      ...(cutsMarked ? [reasonOf(cutMarked, 'release/redacted')] : []),
      ...(references.length > 0
        ? [{ code: 'release/redacted' as const, message: 'It referred to what is left out.' }]
        : []),
    ]
    const read = readObject(value.text)
    if (!read.ok) return refusedFor([{ code: 'release/cannot-redact', message: read.message }], value.cut)
    return this.#unlessItTells(read.value, { refused, reasons, waits, cut: value.cut, text: value.text })
  }

  /** Ids are looked for in what would leave, wherever they stand: in words, in a pattern, in a property nobody knows. */
  #unlessItTells({ id, value }: StixObject, fate: Fate): Fate {
    if (this.#known.has(id)) {
      return leftOutFor([{ code: 'release/redacted', message: 'Another version of it is left out.' }])
    }
    const told = tellsOf(value, this.#known)
    if (told === undefined) return fate
    const message = `It names ${told}, which is left out, and not by a reference that could be cut; take that out.`
    return refusedFor([{ code: 'release/tells-what-is-cut', message }], fate.cut)
  }

  /** Whether what is marked too high are parts, and not the whole, nor a definition that nobody saw. */
  #marksPartsAlone(object: StixObject, base: Marking): boolean {
    return object.type !== 'marking-definition' && aboveCeiling(base, this.#ceiling) === undefined
  }

  #markingReasons(object: StixObject, { whole, base }: { whole: Marking; base: Marking }): ReleaseReason[] {
    const { marking } = this.#request
    const { markingMax, permittedBy = 'the agreement', papMax = 'PAP:CLEAR' } = this.#rules
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
      const message = `${what} is marked ${whole.tlp}; ${permittedBy} permits at most ${markingMax}.`
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

  #note(id: StixId | null, { refused, reasons, waits, cut, text }: Fate): Decided {
    const index = this.#objects++
    const isRefused = refused.length > 0
    const isAltered = reasons.length > 0 && !isRefused
    const verdict = isRefused ? 'refused' : waits.length > 0 ? 'waits' : isAltered ? 'redacted' : 'passes'
    const leftOut = !isRefused && text === null
    const why = isRefused ? refused : [...waits, ...reasons]
    const decision: ObjectDecision = { index, id, verdict, reasons: why, cut, leftOut }
    this.#counts[verdict]++
    if (isAltered) this.#altered++
    if (text !== null) {
      this.#leaving.objects++
      this.#leaving.bytes += text.length
    }
    this.#waitsTotal += waits.length
    for (const reason of waits) {
      if (this.#waits.length < LIMITS.refusalsTold) this.#waits.push({ ...reason, object: { index, id } })
    }
    const told = verdict === 'passes' ? this.#passing : this.#told
    if (told.length < LIMITS.refusalsTold) told.push(decision)
    for (const reason of refused) this.#refuse(reason, { index, id })
    return { ...decision, text }
  }

  #refuse(reason: ReleaseReason, object?: NonNullable<ReleaseRefusal['object']>): void {
    this.#refusalsTotal++
    if (this.#refusals.length >= LIMITS.refusalsTold) return
    this.#refusals.push(object === undefined ? reason : { ...reason, object })
  }
}

/** What becomes of an object: why it is refused, else why it is not as it came; and the bytes that would leave. */
interface Fate {
  readonly refused: readonly ReleaseReason[]
  readonly reasons: readonly ReleaseReason[]
  /** Why it waits for a second person. */
  readonly waits: readonly ReleaseReason[]
  readonly cut: readonly Cut[]
  readonly text: Uint8Array | null
}

function refusedFor(refused: readonly ReleaseReason[], cut: readonly Cut[] = []): Fate {
  return { refused, reasons: [], waits: [], cut, text: null }
}

function leftOutFor(reasons: readonly ReleaseReason[], cut: readonly Cut[] = []): Fate {
  return { refused: [], reasons, waits: [], cut, text: null }
}

function reasonOf({ rule, reason }: Pick<RuleHit, 'rule' | 'reason'>, code: ReleaseCode): ReleaseReason {
  return { code, message: `${reason} (rule ${rule})`, rule }
}

const CANNOT_BE_WITHOUT = 'It refers to what is left out, and would say something else without that.'
