/**
 * What the gate decided and why, per object and for the whole: the same words for what happens and for what is shown.
 */

import type { StixId } from '../identifier.ts'

/** From the one that lets most go: as it came, or not at all. */
export const VERDICTS = ['passes', 'refused'] as const
export type Verdict = (typeof VERDICTS)[number]

export type ReleaseCode =
  | 'release/record-type'
  | 'release/no-recipient'
  | 'release/unknown-recipient'
  | 'release/marking-above-agreement'
  | 'release/marking-above-record'
  | 'release/marking-unknown'
  | 'release/marking-unclear'
  | 'release/pap-above-house'
  | 'release/stix-type'
  | 'release/rule'
  | 'release/rules-failed'
  | 'release/indicator-of-person'
  | 'release/unreadable'
  | 'release/other-bytes'

export interface ReleaseReason {
  readonly code: ReleaseCode
  /** One sentence for the officer. */
  readonly message: string
  /** The rule of the house by its name, where one decided. */
  readonly rule?: string
}

/** What happens with one object, by its place in the share. */
export interface ObjectDecision {
  readonly index: number
  /** Null where it could not be read. */
  readonly id: StixId | null
  readonly verdict: Verdict
  /** Why it does not pass as it came; none where it does. */
  readonly reasons: readonly ReleaseReason[]
}

/** Why something is refused; without an object where it is about the record itself. */
export interface ReleaseRefusal extends ReleaseReason {
  readonly object?: { readonly index: number; readonly id: string | null }
}

export interface Decision {
  /** Of the whole: one object that is refused keeps everything here. */
  readonly verdict: Verdict
  readonly objects: number
  /** How many objects there are of each verdict. */
  readonly counts: Readonly<Record<Verdict, number>>
  /** The first of those that do not pass as they came, and the first that do. */
  readonly told: readonly ObjectDecision[]
  /** The first of all reasons of refusal; then only counted. */
  readonly refusals: readonly ReleaseRefusal[]
  readonly refusalsTotal: number
}
