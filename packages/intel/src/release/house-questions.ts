/**
 * Asks the rules of a house about every object of a share, once for each set of facts that they ask for.
 */

import { LIMITS } from '../limits.ts'
import type { Marking } from '../marking/lattice.ts'
import { papLevel } from '../marking/pap.ts'
import type { StixObject } from '../stix-object.ts'
import { factsOf, type ObjectFacts, tlpLevel } from './facts.ts'
import type { HouseRules, RuleHit, ShareFacts } from './house-rules.ts'

export class HouseQuestions {
  readonly #rules: HouseRules
  readonly #share: ShareFacts
  readonly #answers = new Map<string, readonly RuleHit[]>()

  constructor(rules: HouseRules, share: ShareFacts) {
    this.#rules = rules
    this.#share = share
  }

  /** The rules that name an object whose markings come to `marking`. Throws where the rules cannot be asked. */
  naming(object: StixObject, marking: Marking): readonly RuleHit[] {
    const facts = { ...factsOf(object, this.#rules.asks, this.#rules.lists), ...this.#markingFacts(marking) }
    const key = JSON.stringify(facts)
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    if (this.#answers.size >= LIMITS.factsPerShare) {
      throw new Error(`they tell more than ${LIMITS.factsPerShare} objects of it apart; share it in several pieces`)
    }
    const hits = this.#rules.heldBackBy(facts, this.#share)
    this.#answers.set(key, hits)
    return hits
  }

  #markingFacts({ tlp, pap }: Marking): Partial<ObjectFacts> {
    const { asks } = this.#rules
    return {
      ...(asks.has('tlp') && tlp !== null ? { tlp: tlpLevel(tlp) } : {}),
      ...(asks.has('pap') && pap !== null ? { pap: papLevel(pap) } : {}),
    }
  }
}
