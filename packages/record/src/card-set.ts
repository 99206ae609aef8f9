// The cards of any parties as a set, and what follows from it (spec/keys.md, Accepted cards): whether the root of a card
// is, or succeeds, one that a reader accepts, and which card of a party is its newest. Answers depend on what is in the
// set and never on the order in which it came; a card that reaches a root always will.

import { equalBytes, ok, type Result, refuse } from '@countersign/log'
import { type Card, successionHolds } from './card.ts'

/** How a card stands to a root; `awaits` is the digest of a card that is needed to tell. */
export type Reach = { kind: 'reaches' } | { kind: 'foreign' } | { kind: 'awaits'; card: string }

const FILES_OF_ONE_CARD_MAX = 8
const REACHES: Reach = { kind: 'reaches' }
const FOREIGN: Reach = { kind: 'foreign' }

export class CardSet {
  private readonly cards = new Map<string, Card>()
  /** Of a card of which more than one file was given. */
  private readonly files = new Map<string, Card[]>()
  /** For each card that names one before it: whether it follows that one. */
  private readonly links = new Map<string, boolean>()

  constructor(cards: Iterable<Card> = []) {
    for (const card of cards) this.add(card)
  }

  /**
   * Keeps a card. Of several files of one card the one counts that follows the card it names; until there is one, a few
   * are kept. False where nothing changed.
   */
  add(card: Card): boolean {
    const known = this.cards.get(card.digest)
    if (known === undefined) {
      this.cards.set(card.digest, card)
      return true
    }
    const files = this.files.get(card.digest) ?? [known]
    if (files.length >= FILES_OF_ONE_CARD_MAX || files.some(({ bytes }) => equalBytes(bytes, card.bytes))) return false
    if (card.succeeds === undefined || this.follows(known) === true) return false
    this.files.set(card.digest, [...files, card])
    this.links.delete(card.digest)
    return true
  }

  of(digest: string): Card | undefined {
    return this.cards.get(digest)
  }

  /** Of one party, or all; the lowest serial first. */
  all(party?: string): Card[] {
    return [...this.cards.values()].filter((card) => party === undefined || card.party === party).sort(bySerial)
  }

  /** Whether the root of the card is the one of that digest, or succeeds it. */
  reach(card: Card, root: string): Reach {
    let at = this.cards.get(card.digest) ?? card
    for (;;) {
      if (at.rootDigest === root) return REACHES
      if (at.succeeds === undefined) return FOREIGN
      const previous = this.cards.get(at.succeeds.card)
      if (previous === undefined) return { kind: 'awaits', card: at.succeeds.card }
      // Another file of this card may carry signatures that hold.
      if (this.follows(at) !== true) return { kind: 'awaits', card: at.digest }
      // Serials rise along the chain, so it ends.
      at = previous
    }
  }

  /** The cards of a party that its reader accepts by a root: that root’s own, and those of roots that succeed it. */
  accepted(party: string, root: string): Card[] {
    return this.all(party).filter((card) => this.reach(card, root).kind === 'reaches')
  }

  /** The one by which requests are signed and to which content is sealed; undefined where there is none. */
  newest(party: string, root: string): Card | undefined {
    const accepted = this.accepted(party, root)
    // A root once succeeded does not come back.
    const passed = new Set<string>()
    let current = root
    for (;;) {
      passed.add(current)
      const next = new Set(
        accepted.flatMap((card) => {
          const before = this.cards.get(card.succeeds?.card ?? '')
          return before?.rootDigest === current && !passed.has(card.rootDigest) ? card.rootDigest : []
        }),
      )
      const [only, ...others] = next
      if (only === undefined || others.length > 0) break
      current = only
    }
    const ofRoot = accepted.filter(({ rootDigest }) => rootDigest === current)
    return ofRoot.filter((card) => ofRoot.every((other) => other === card || !sameSerial(other, card))).at(-1)
  }

  /** What a party’s root did that no root should: for people to look into. */
  contradictions(party: string, root: string): { code: 'party/two-cards' | 'party/two-roots'; message: string }[] {
    const accepted = this.accepted(party, root)
    const found: { code: 'party/two-cards' | 'party/two-roots'; message: string }[] = []
    const twin = accepted.find((card) => accepted.some((other) => other !== card && sameSerial(other, card)))
    if (twin !== undefined) {
      const message = `The root of ${party} signed two cards with the serial ${twin.body.serial}. Neither counts as its newest; ask ${party} for a further card.`
      found.push({ code: 'party/two-cards', message })
    }
    const successors = new Map<string, string>()
    for (const card of accepted) {
      const before = this.cards.get(card.succeeds?.card ?? '')
      if (before === undefined || before.rootDigest === card.rootDigest) continue
      const other = successors.get(before.rootDigest)
      if (other !== undefined && other !== card.rootDigest) {
        const message = `Two different roots succeed one root of ${party}. Neither counts for what is sealed or asked; talk to ${party} by a way you know from elsewhere.`
        found.push({ code: 'party/two-roots', message })
        break
      }
      successors.set(before.rootDigest, card.rootDigest)
    }
    return found
  }

  /** Whether a card follows the one it names; undefined while that is not held. */
  private follows(card: Card): boolean | undefined {
    const { digest, succeeds } = card
    const known = this.links.get(digest)
    if (known !== undefined) return known
    const previous = this.cards.get(succeeds?.card ?? '')
    if (previous === undefined) return undefined
    const file = (this.files.get(digest) ?? [card]).find((one) => successionHolds(one, previous))
    this.links.set(digest, file !== undefined)
    if (file !== undefined) {
      this.cards.set(digest, file)
      this.files.delete(digest)
    }
    return file !== undefined
  }
}

/** A card that is to be in force in a log after another (spec/keys.md, The record party/keys). */
export function mayFollow(
  cards: CardSet,
  inForce: Card,
  named: { card: string; serial: number; party: string },
): Result<Card> | { awaits: string } {
  const card = cards.of(named.card)
  if (card === undefined) return { awaits: named.card }
  if (card.party !== named.party || card.body.serial !== named.serial) {
    return refuse('party/card', 'The card named is another party’s, or has another serial than is said.')
  }
  if (card.body.serial <= inForce.body.serial) {
    return refuse('party/serial', 'The card named is not newer than the one in force.')
  }
  if (!sameLogKeys(card, inForce)) {
    return refuse('party/log-key', 'The card named has other log keys than this log; a successor is opened for these.')
  }
  const reach = cards.reach(card, inForce.rootDigest)
  if (reach.kind === 'awaits') return { awaits: reach.card }
  if (reach.kind === 'foreign') {
    return refuse('party/root', 'The root of the card named neither is nor succeeds the one of the card in force.')
  }
  return ok(card)
}

export function sameLogKeys(one: Card, other: Card): boolean {
  const [a, b] = [one.body.keys.log, other.body.keys.log]
  return a.ed25519 === b.ed25519 && a.mldsa44 === b.mldsa44
}

function sameSerial(one: Card, other: Card): boolean {
  return one.body.serial === other.body.serial
}

function bySerial(a: Card, b: Card): number {
  return a.body.serial - b.body.serial || (a.digest < b.digest ? -1 : 1)
}
