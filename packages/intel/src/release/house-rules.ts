/**
 * The rules of a house, as the gate asks them: they are written in a language of their own and handed in, for what reads
 * that language is no part of this package. They only ever hold back, or cut; what the agreement forbids no rule permits.
 */

import type { FactName, NamedLists, ObjectFacts } from './facts.ts'

/** The share that an object would leave with. */
export interface ShareFacts {
  readonly pact: string
  readonly channel: string
  /** The marking of the record: 0 for TLP:CLEAR to 4 for TLP:RED. */
  readonly marking: number
  readonly to: readonly string[]
}

/** Why an object is held back: the rule by its name, and its own words where it has some. */
export interface RuleHit {
  readonly rule: string
  readonly reason: string
  readonly effect: RuleEffect
}

/** What a rule does with an object that it names. */
export type RuleEffect =
  /** It keeps the whole share here. */
  | { readonly kind: 'hold-back' }
  /** The whole share waits until a second person approves it. */
  | { readonly kind: 'approve' }
  /** The object is left out, and what refers to it is mended. */
  | { readonly kind: 'leave-out' }
  /** Those parts are cut that are marked above what may go. */
  | { readonly kind: 'cut-marked' }
  | { readonly kind: 'cut'; readonly properties: readonly CutProperty[] }

/** A property by the names that lead to it, through lists into each item. */
export interface CutProperty {
  readonly names: readonly string[]
  /** Where given, only those items of it are cut whose `url` names a host on that list. */
  readonly onList?: string
}

export interface HouseRules {
  /** The facts that some rule asks for; objects alike in these are decided once. */
  readonly asks: ReadonlySet<FactName>
  readonly lists: NamedLists
  /**
   * The rules that hold back an object with these facts; none where it may leave. Throws where a rule cannot be
   * evaluated: then nothing leaves.
   */
  heldBackBy(facts: Partial<ObjectFacts>, share: ShareFacts): readonly RuleHit[]
}
