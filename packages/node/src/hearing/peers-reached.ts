// How each peer is reached: its address by the newest card, the request key of ours, and the hints that go both ways.

import type { Card } from '@countersign/record'
import type { Identity } from '../keys/identity.ts'
import type { TrustedCards } from '../keys/trust.ts'
import { LIMITS } from '../limits.ts'
import type { Surroundings } from '../surroundings.ts'
import { PeerRequests } from './peer-requests.ts'

export interface PeersReachedMeans {
  identity: Identity
  around: Surroundings
  trusted: TrustedCards
  /** Work that nobody waits for. */
  begin(what: string, work: () => Promise<unknown>): void
  /** A peer says that there is news: what it publishes is looked at again. */
  lookAt(party: string, which: 'line' | 'rest'): void
}

export class PeersReached {
  private readonly means: PeersReachedMeans
  private readonly requests = new Map<string, PeerRequests>()
  private cancelHints: (() => void) | undefined
  /** Looks that a hint put off, by party. */
  private readonly later = new Map<string, () => void>()

  constructor(means: PeersReachedMeans) {
    this.means = means
  }

  to(card: Card): PeerRequests {
    const known = this.requests.get(card.party)
    if (known !== undefined) return known
    const { identity, around, trusted } = this.means
    const signer = {
      party: identity.party,
      get signer() {
        return identity.keys.request
      },
    }
    const { endpoints } = (trusted.of(card.party) ?? card).body
    const requests = new PeerRequests(card.party, endpoints[0] ?? '', signer, around)
    this.requests.set(card.party, requests)
    return requests
  }

  /** A party has a newer card: it is reached at the address in that one. */
  moved(party: string): void {
    const endpoint = this.means.trusted.of(party)?.body.endpoints[0]
    if (endpoint !== undefined) this.requests.get(party)?.moveTo(endpoint)
  }

  stateOf(party: string): { reachable: boolean; lastHeardMs: number | null } {
    const { reachable = false, lastHeardMs = null } = this.requests.get(party) ?? {}
    return { reachable, lastHeardMs }
  }

  /** A peer says “look again”, and not where: the line is looked at first, everything else a little later. */
  hinted(party: string): void {
    const { around, lookAt } = this.means
    lookAt(party, 'line')
    if (this.later.has(party)) return
    const cancel = around.after(LIMITS.lineHeadStartMs, () => {
      this.later.delete(party)
      lookAt(party, 'rest')
    })
    this.later.set(party, cancel)
  }

  /** Tells every peer to look again; what happens within a moment is told once. */
  hint(): void {
    const { around, begin } = this.means
    this.cancelHints ??= around.after(LIMITS.hintGatherMs, () => {
      this.cancelHints = undefined
      for (const requests of this.requests.values()) begin('Hinting a peer', () => requests.hint())
    })
  }

  /** Whether the peers are about to be told to look again. */
  get isHinting(): boolean {
    return this.cancelHints !== undefined
  }

  /** No more hints; what is being asked goes on. */
  stopHints(): void {
    this.cancelHints?.()
    for (const cancel of this.later.values()) cancel()
  }

  close(): void {
    for (const requests of this.requests.values()) requests.close()
  }
}
