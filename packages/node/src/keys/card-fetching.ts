// Finding the cards of others (spec/keys.md): the newest of a party from its own node, from time to time and when
// something of it does not verify, with those that came and went since the last one; and any that a log or a notice names,
// from its party or whoever else has it, with those between it and a root that is believed. What does not lead to such a
// root is not kept. Requests are few: each party, and each card that nobody shows, is asked for after ever longer pauses.

import { type Card, parseCard } from '@countersign/record'
import type { AlarmCode } from '../alarm-kinds.ts'
import { type PeerRequests, PeerUnreachable } from '../hearing/peer-requests.ts'
import { LIMITS } from '../limits.ts'
import type { Surroundings } from '../surroundings.ts'
import type { TrustedCards } from './trust.ts'

export interface CardFetchingOptions {
  us: string
  trusted: TrustedCards
  around: Surroundings
  requestsTo(card: Card): PeerRequests
  /** Further cards are held. */
  onCards(cards: readonly Card[]): Promise<void>
  onAlarm(code: AlarmCode, subject: string, message: string): void
}

export class CardFetching {
  private readonly options: CardFetchingOptions
  /** When a party’s newest card was last asked for, and answered. */
  private readonly looked = new Map<string, number>()
  private readonly looking = new Map<string, Promise<boolean>>()
  /** When a card may be asked for again, and after how many failures. */
  private readonly later = new Map<string, { notBefore: number; failures: number }>()
  private readonly wanted = new Map<string, Promise<boolean>>()

  constructor(options: CardFetchingOptions) {
    this.options = options
  }

  /** Asks for the newest card of a party where that was not done for a while. */
  async lookFromTimeToTime(party: string): Promise<void> {
    if (this.options.around.now() - (this.looked.get(party) ?? Number.NEGATIVE_INFINITY) < LIMITS.cardLookMs) return
    await this.look(party)
  }

  /**
   * Asks for the newest card of a party, because something of it does not verify. True where that was answered after
   * `sinceMs`; false where it was asked only just before, or does not answer.
   */
  async suspect(party: string): Promise<boolean> {
    const { now } = this.options.around
    const last = this.looked.get(party)
    if (last !== undefined && now() - last < LIMITS.cardLookAgainMs) return false
    return this.look(party)
  }

  /** Looks for a card that is needed, where it is not being looked for and was not looked for in vain just now. */
  async want(party: string, digest: string): Promise<boolean> {
    const under = this.wanted.get(digest)
    if (under !== undefined) return under
    const { notBefore = 0, failures = 0 } = this.later.get(digest) ?? {}
    const { around } = this.options
    if (around.now() < notBefore || this.options.trusted.of(party) === undefined) return false
    const work = this.fetchChain(party, digest)
      .then((found) => {
        if (found) this.later.delete(digest)
        else {
          const ms = Math.min(LIMITS.backoffMsMax, LIMITS.backoffMsMin * 2 ** Math.min(failures, 16))
          this.later.set(digest, { notBefore: around.now() + ms, failures: failures + 1 })
          if (this.later.size > LIMITS.cardsPerParty) this.later.delete(this.later.keys().next().value ?? '')
        }
        return found
      })
      .finally(() => this.wanted.delete(digest))
    this.wanted.set(digest, work)
    return work
  }

  /** Keeps those of cards found elsewhere, such as on a stick, that lead to a root that is believed. Says which. */
  async take(found: readonly Card[]): Promise<Card[]> {
    const { trusted, onCards, onAlarm } = this.options
    const kept: Card[] = []
    // Serials rise along every chain, so that each comes after the one it succeeds.
    for (const card of [...found].sort((a, b) => a.body.serial - b.body.serial)) {
      if (trusted.set.of(card.digest) !== undefined || trusted.reaches(card) !== 'reaches') continue
      const held = await trusted.keep(card)
      if (held.ok) kept.push(card)
      else if (held.code === 'trust/too-many') onAlarm('party/too-many-cards', card.party, held.message)
    }
    for (const { digest } of kept) this.later.delete(digest)
    if (kept.length > 0) await onCards(kept)
    return kept
  }

  private look(party: string): Promise<boolean> {
    const under = this.looking.get(party)
    if (under !== undefined) return under
    const work = this.fetchNewest(party).finally(() => this.looking.delete(party))
    this.looking.set(party, work)
    return work
  }

  /** False where its node does not answer. */
  private async fetchNewest(party: string): Promise<boolean> {
    const { trusted, requestsTo, around } = this.options
    const known = trusted.of(party)
    if (known === undefined || party === this.options.us) return false
    this.looked.set(party, around.now())
    try {
      const fetched = await requestsTo(known).get('card', LIMITS.cardFileBytes)
      const card = fetched.kind === 'bytes' ? parseCard(fetched.bytes) : undefined
      if (card?.ok !== true || card.value.party !== party) return fetched.kind === 'bytes'
      if (trusted.set.of(card.value.digest) === undefined) await this.keepWithChain(party, card.value)
      await this.fetchBetween(party)
      return true
    } catch (cause) {
      if (!(cause instanceof PeerUnreachable)) throw cause
      return false
    }
  }

  /** Cards that came and went between two looks: logs were opened and receipts given by their keys. */
  private async fetchBetween(party: string): Promise<void> {
    const { set } = this.options.trusted
    const tried = new Set<string>()
    while (tried.size < LIMITS.cardsPerChain) {
      const missing = set.all(party).find(({ succeeds }) => {
        // One of an earlier root is not accepted by this one.
        if (succeeds === undefined || succeeds.signatures.length > 0) return false
        return set.of(succeeds.card) === undefined && !tried.has(succeeds.card)
      })?.succeeds?.card
      if (missing === undefined) return
      tried.add(missing)
      await this.want(party, missing)
    }
  }

  private async fetchChain(party: string, digest: string): Promise<boolean> {
    const card = await this.fetchCard(party, digest)
    return card !== undefined && (await this.keepWithChain(party, card))
  }

  /** Keeps a card that leads to a root that is believed, and those on the way; nothing where it does not. */
  private async keepWithChain(party: string, newest: Card): Promise<boolean> {
    const { trusted, onCards, onAlarm } = this.options
    const chain = [newest]
    for (let at = newest; trusted.reaches(at) !== 'reaches'; ) {
      const previous = at.succeeds?.card
      const held = previous === undefined ? undefined : trusted.set.of(previous)
      if (previous === undefined || chain.length >= LIMITS.cardsPerChain || held !== undefined) return false
      const card = await this.fetchCard(party, previous)
      if (card === undefined) return false
      chain.push(card)
      at = card
    }
    for (const card of chain.reverse()) {
      const kept = await trusted.keep(card)
      if (kept.ok) continue
      if (kept.code === 'trust/too-many') onAlarm('party/too-many-cards', party, kept.message)
      return false
    }
    await onCards(chain)
    return true
  }

  /** From the party itself, then from anybody. */
  private async fetchCard(party: string, digest: string): Promise<Card | undefined> {
    const { trusted, requestsTo, us } = this.options
    const own = trusted.of(party)
    const others = trusted.all().filter((card) => card.party !== party && card.party !== us)
    for (const at of [...(own === undefined || party === us ? [] : [own]), ...others]) {
      try {
        const fetched = await requestsTo(at).get(`cards/${digest}`, LIMITS.cardFileBytes)
        const card = fetched.kind === 'bytes' ? parseCard(fetched.bytes) : undefined
        if (card?.ok !== true || card.value.digest !== digest || card.value.party !== party) continue
        // A file from which the succession was cut leads nowhere: another may have it whole.
        const reach = trusted.reaches(card.value)
        if (reach === 'reaches' || (typeof reach === 'object' && reach.awaits !== digest)) return card.value
      } catch (cause) {
        if (!(cause instanceof PeerUnreachable)) throw cause
      }
    }
    return undefined
  }
}
