/**
 * The rules of a house, as the gate asks them: they are written in a language of their own and handed in, for what reads
 * that language is no part of this package. They only ever hold back; what the agreement forbids no rule permits.
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
