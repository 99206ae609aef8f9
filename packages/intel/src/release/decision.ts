/**
 * What the gate decided and why, per object and for the whole: the same words for what happens and for what is shown.
 */

import type { StixId } from '../identifier.ts'
import type { Cut } from '../marking/redaction.ts'

/** From the one that lets most go: as it came; without some of it, or left out; once a second person approves; not at all. */
export const VERDICTS = ['passes', 'redacted', 'waits', 'refused'] as const
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
  | 'release/redacted'
  | 'release/waits'
  | 'release/cannot-redact'
  | 'release/tells-what-is-cut'
  | 'release/nothing-left'
  | 'release/indicator-of-person'
  | 'release/sighter-unnamed'
  | 'release/unreadable'
  | 'release/originator'
  | 'release/other-bytes'
  | 'release/revoked'

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
  /** What of it is cut. */
  readonly cut: readonly Cut[]
  /** Whether it does not leave at all, and the rest does. */
  readonly leftOut: boolean
  /** By whose consents it goes on, where it came from others: the party, and its record, `origin#index`. */
  readonly by?: readonly Pick<GoneBy, 'party' | 'record'>[]
}

/** `text` are the bytes that would leave: null where none do. */
export interface Decided extends ObjectDecision {
  readonly text: Uint8Array | null
}

/** Why something is refused, or waits; without an object where it is about the record itself. */
export interface ReleaseRefusal extends ReleaseReason {
  readonly object?: { readonly index: number; readonly id: string | null }
}

/** A consent to passing on (spec/records.md, Passing on), and what of a share goes by it. */
export interface GoneBy {
  /** Who gave it: under which agreement, in which record, `origin#index`, and when, POSIX milliseconds. */
  readonly party: string
  readonly pact: string
  readonly record: string
  readonly at: number
  /** How far: under which agreement, and to whom; null for any, and for anybody. */
  readonly agreement: string | null
  readonly parties: readonly string[] | null
  readonly objects: number
}

export interface Decision {
  /** Of the whole: one object that is refused keeps everything here, one that waits keeps everything waiting. */
  readonly verdict: Verdict
  readonly objects: number
  /** How many objects there are of each verdict. */
  readonly counts: Readonly<Record<Verdict, number>>
  /** How many objects are cut or left out, those among them that wait counted too. */
  readonly altered: number
  /**
   * The ids of what is left out. Where there are more than the gate was told of, what refers to these is not mended yet:
   * decide on all of it again, with them.
   */
  readonly leftOut: ReadonlySet<StixId>
  /** The first of those that do not pass as they came, and the first that do. */
  readonly told: readonly ObjectDecision[]
  /** The first of all reasons of refusal; then only counted. */
  readonly refusals: readonly ReleaseRefusal[]
  readonly refusalsTotal: number
  /** The first of all reasons for which it waits for a second person; then only counted. */
  readonly waits: readonly ReleaseRefusal[]
  readonly waitsTotal: number
  /** By whose consents it goes on, as far as it came from others: each once, with how many objects go by it. */
  readonly by: readonly GoneBy[]
}
