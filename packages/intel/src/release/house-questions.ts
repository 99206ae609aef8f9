/**
 * Asks the rules of a house about every object of a share: once for each set of facts that they ask for, and after all
 * objects were seen, for only then is it certain what a marking means.
 */

import type { StixId } from '../identifier.ts'
import { LIMITS } from '../limits.ts'
import { type MarkingDefinitions, tlpOf } from '../markings.ts'
import type { StixObject } from '../stix-object.ts'
import { type FactName, factsOf, type ObjectFacts, tlpLevel } from './facts.ts'
import type { HouseRules, RuleHit, ShareFacts } from './house-rules.ts'

interface Alike {
  readonly facts: Partial<ObjectFacts>
  readonly markingRefs: readonly StixId[]
  readonly named: { readonly index: number; readonly id: StixId }[]
  count: number
}

export interface HeldBack {
  readonly hit: RuleHit
  readonly index: number
  readonly id: StixId
  /** Further objects held back alike that are not told one by one. */
  readonly more: number
}

export class HouseQuestions {
  readonly #rules: HouseRules
  readonly #share: ShareFacts
  readonly #ofObject: ReadonlySet<FactName>
  readonly #alike = new Map<string, Alike>()
  /** Why the rules cannot be asked about this share. */
  #failure: string | undefined

  constructor(rules: HouseRules, share: ShareFacts) {
    this.#rules = rules
    this.#share = share
    this.#ofObject = rules.asks
  }

  take(object: StixObject, index: number): void {
    const facts = this.#factsOf(object)
    if (facts === undefined) return
    const markingRefs = this.#ofObject.has('tlp') ? [...object.markingRefs].sort() : []
    const key = JSON.stringify([facts, markingRefs])
    const same = this.#alike.get(key)
    if (same === undefined) {
      if (this.#alike.size >= LIMITS.factsPerShare) {
        this.#failure ??= `they tell more than ${LIMITS.factsPerShare} objects of it apart; share it in several pieces`
      } else this.#alike.set(key, { facts, markingRefs, named: [{ index, id: object.id }], count: 1 })
      return
    }
    same.count++
    if (same.named.length < LIMITS.objectsToldPerMarking) same.named.push({ index, id: object.id })
  }

  /** What is held back, in the order of the share. Throws where the rules cannot be asked. */
  conclude(definitions: MarkingDefinitions): HeldBack[] {
    if (this.#failure !== undefined) throw new Error(this.#failure)
    const held: HeldBack[] = []
    for (const { facts, markingRefs, named, count } of this.#alike.values()) {
      const marking = tlpOf({ markingRefs }, definitions)
      const tlp = marking.kind === 'tlp' ? { tlp: tlpLevel(marking.tlp) } : {}
      for (const hit of this.#rules.heldBackBy({ ...facts, ...tlp }, this.#share)) {
        for (const [i, one] of named.entries()) {
          held.push({ hit, ...one, more: i === 0 ? count - named.length : 0 })
        }
      }
    }
    this.#alike.clear()
    return held.sort((a, b) => a.index - b.index)
  }

  #factsOf(object: StixObject): Partial<ObjectFacts> | undefined {
    try {
      return factsOf(object, this.#ofObject, this.#rules.lists)
    } catch (cause) {
      this.#failure ??= cause instanceof Error ? cause.message : String(cause)
      return undefined
    }
  }
}
