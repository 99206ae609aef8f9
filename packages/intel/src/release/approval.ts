/**
 * Above what a share waits for a second person: thresholds that a house lays down beside its rules, of marking, type and
 * volume. Pure data; who may approve, and how, is decided elsewhere. Of several thresholds all hold: none loosens another.
 */

import { ok, type Result, refuse } from '@countersign/log'
import { isRecord } from '../properties.ts'
import type { StixObject } from '../stix-object.ts'
import { atMost, parseTlp, TLP_NAMES, type Tlp } from '../tlp.ts'
import type { ReleaseReason } from './decision.ts'

/** `bytes` are those of the objects’ texts that would leave. */
export interface ApprovalThresholds {
  /** From this marking on, of the record or of an object. */
  readonly marking?: Tlp
  /** Objects of these types. */
  readonly types?: readonly string[]
  /** More objects than this. */
  readonly objects?: number
  readonly bytes?: number
  /** The same of all that leaves under one agreement in a day, so that what is cut into many shares is not let go. */
  readonly dayObjects?: number
  readonly dayBytes?: number
}

/** What left under an agreement in the 24 hours before, and no second person had approved. */
export interface LeftLately {
  readonly objects: number
  readonly bytes: number
}

const BOUNDS = ['objects', 'bytes', 'dayObjects', 'dayBytes'] as const
const NAMES = ['marking', 'types', ...BOUNDS] as const
const TYPES_MAX = 200
const TYPE = /^[a-z0-9][a-z0-9-]{0,249}$/

/** Reads `{ marking, types, objects, bytes, dayObjects, dayBytes }`, at least one of them, from parsed JSON. Refuses `release/terms`. */
export function readApproval(value: unknown): Result<ApprovalThresholds> {
  const names: readonly string[] = NAMES
  if (
    !isRecord(value) ||
    Object.keys(value).length === 0 ||
    !Object.keys(value).every((name) => names.includes(name))
  ) {
    return refuse(
      'release/terms',
      `The approval of the terms must have one or more of ${NAMES.join(', ')}, and nothing else.`,
    )
  }
  const { marking, types } = value
  const tlp = parseTlp(marking)
  if (marking !== undefined && tlp === undefined) {
    return refuse('release/terms', `The marking of approval must be one of ${TLP_NAMES.join(', ')}.`)
  }
  if (types !== undefined && !isTypes(types)) {
    return refuse('release/terms', `The types of approval must be a list of 1 to ${TYPES_MAX} STIX types.`)
  }
  const bounds: { [name in (typeof BOUNDS)[number]]?: number } = {}
  for (const name of BOUNDS) {
    const bound = value[name]
    if (bound === undefined) continue
    if (!isBound(bound)) return refuse('release/terms', `The ${name} of approval must be a whole number from 0 on.`)
    bounds[name] = bound
  }
  return ok({ ...(tlp === undefined ? {} : { marking: tlp }), ...(types === undefined ? {} : { types }), ...bounds })
}

/** Of each kind the strictest. */
export function joinApproval(all: readonly ApprovalThresholds[]): ApprovalThresholds {
  const marking = TLP_NAMES.find((name) => all.some((one) => one.marking === name))
  const types = [...new Set(all.flatMap((one) => one.types ?? []))].sort()
  const least = (name: (typeof BOUNDS)[number]) => {
    const bounds = all.flatMap((one) => one[name] ?? [])
    return bounds.length === 0 ? {} : { [name]: Math.min(...bounds) }
  }
  return {
    ...(marking === undefined ? {} : { marking }),
    ...(types.length === 0 ? {} : { types }),
    ...least('objects'),
    ...least('bytes'),
    ...least('dayObjects'),
    ...least('dayBytes'),
  }
}

/** Why an object waits; none where it may go at once. `rule` names the threshold as it stands in the terms. */
export function waitsForObject(
  { marking, types }: ApprovalThresholds,
  { type }: Pick<StixObject, 'type'>,
  tlp: Tlp | null,
) {
  const reasons: ReleaseReason[] = []
  if (marking !== undefined && tlp !== null && atMost(marking, tlp)) {
    reasons.push(waits('approval.marking', `It is marked ${tlp}, and from ${marking} on a second person approves.`))
  }
  if (types?.includes(type)) {
    reasons.push(waits('approval.types', `A second person approves objects of type ${type}.`))
  }
  return reasons
}

/** Why the share as a whole waits: above a bound of a day also where it is not known what left in it. */
export function waitsForShare(
  thresholds: ApprovalThresholds,
  share: { readonly marking: Tlp; readonly objects: number; readonly bytes: number },
  lately: LeftLately | undefined,
): ReleaseReason[] {
  const reasons: ReleaseReason[] = []
  const { marking } = thresholds
  if (marking !== undefined && atMost(marking, share.marking)) {
    const message = `The record is marked ${share.marking}, and from ${marking} on a second person approves.`
    reasons.push(waits('approval.marking', message))
  }
  for (const name of ['objects', 'bytes'] as const) {
    const bound = thresholds[name]
    if (bound === undefined || share[name] <= bound) continue
    const message = `It has ${share[name]} ${name}, and above ${bound} a second person approves.`
    reasons.push(waits(`approval.${name}`, message))
  }
  for (const [name, of] of [
    ['dayObjects', 'objects'],
    ['dayBytes', 'bytes'],
  ] as const) {
    const bound = thresholds[name]
    if (bound === undefined || (lately !== undefined && lately[of] + share[of] <= bound)) continue
    // Without the numbers: they are others in a moment, and what is approved would be another judgement.
    const message = `With what left under this agreement in the 24 hours before it is more than ${bound} ${of}, and above that a second person approves.`
    reasons.push(waits(`approval.${name}`, message))
  }
  return reasons
}

function waits(rule: string, message: string): ReleaseReason {
  return { code: 'release/waits', message, rule }
}

function isTypes(value: unknown): value is string[] {
  const isType = (one: unknown) => typeof one === 'string' && TYPE.test(one)
  return Array.isArray(value) && value.length > 0 && value.length <= TYPES_MAX && value.every(isType)
}

function isBound(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
