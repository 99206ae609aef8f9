// Who is on a channel besides us: by the cards that the agreement pins, and with where each of them serves a log.

import { depositaryOf, pinnedRoot, readersOf, rolesOf } from '@countersign/pact'
import type { Card } from '@countersign/record'
import { type LogSource, pathAtAuthor, pathOfMirror } from '../hearing/log-source.ts'
import type { Cosigner } from '../hearing/signed-heads.ts'
import type { CheckPeer } from '../own-logs/startup-check.ts'
import type { StoredPact } from '../pacts.ts'
import type { ChannelContext } from './context.ts'

export class Members {
  /** The parties that may speak on the channel, ourselves among them. */
  readonly speaking: readonly string[]
  private readonly pact: StoredPact
  private readonly channel: string
  private readonly context: ChannelContext

  constructor(pact: StoredPact, channel: string, context: ChannelContext) {
    this.pact = pact
    this.channel = channel
    this.context = context
    this.speaking = pact.agreement.channels.find(({ name }) => name === channel)?.parties ?? []
  }

  /** The card of a party of the agreement; undefined where none is trusted here. */
  card(party: string): Card | undefined {
    const { identity, cardOf } = this.context
    if (party === identity.party) return identity.card
    const root = this.pact.agreement.parties.find((one) => one.party === party)?.root
    return root === undefined ? undefined : cardOf(party, root)
  }

  /** Every card by which a log of that party may be kept. */
  cardsOf(party: string): readonly Card[] {
    return this.context.cardsOf(party, pinnedRoot(this.pact.agreement, party) ?? '')
  }

  /** Everybody else who reads the channel, as far as their cards are trusted here. */
  readers(): CheckPeer[] {
    const { identity, cardOf, requestsTo } = this.context
    const { agreement } = this.pact
    const neutrals = new Set(agreement.neutrals.map(({ party }) => party))
    return readersOf(agreement, this.channel).flatMap((party) => {
      const card = party === identity.party ? undefined : cardOf(party, pinnedRoot(agreement, party) ?? '')
      return card === undefined ? [] : [{ party, neutral: neutrals.has(party), requests: requestsTo(card) }]
    })
  }

  /** Who countersigns a log of `author`, but for ourselves. */
  cosignersOf(author: string): Cosigner[] {
    return this.readers().flatMap(({ party, requests }) => {
      if (party === author) return []
      const keys = () => this.cardsOf(party).map((card) => card.keys.receipt)
      return [{ party, keys, requests }]
    })
  }

  atAuthor(origin: string, author: Card): LogSource {
    return { requests: this.context.requestsTo(author), prefix: pathAtAuthor(origin) }
  }

  /** The mirror that `by` serves of a log; undefined where it reads none. */
  mirrorAt(by: string, origin: string): LogSource | undefined {
    const reader = this.readers().find(({ party }) => party === by)
    return reader && { requests: reader.requests, prefix: pathOfMirror(origin) }
  }

  /** Where a peer's log is fetched: its author first, then the depositary. */
  sourcesOf(origin: string, author: Card): LogSource[] {
    const depositary = depositaryOf(this.pact.agreement)
    const atDepositary = depositary && this.mirrorAt(depositary.party, origin)
    return [this.atAuthor(origin, author), ...(atDepositary === undefined ? [] : [atDepositary])]
  }

  /** As what we hear the logs of others. */
  get role(): 'recipient' | 'depositary' | 'observer' {
    const roles = rolesOf(this.pact.agreement, this.context.identity.party)
    if (roles.length === 0) return 'recipient'
    return roles.includes('depositary') ? 'depositary' : 'observer'
  }
}
