// Receipts that others say we gave and that are not among those we gave (spec/receipt.md, A receipt that its signer did
// not give). Whoever stole our receipt key has to have its receipts named before a notice gives the key up (spec/keys.md),
// so a name is the first that we can hear of it. A name alone is a peer's word; the file that bears our signature is not.
// A folder that is an older copy forgot receipts that it gave: while it may be one, or asks for those, it judges nothing.

import type { Card } from '@countersign/record'
import { partyOf } from '@countersign/record'
import type { Rounds } from '../backoff.ts'
import { NamedReceipts } from '../hearing/named-receipts.ts'
import type { HeldReceipt } from '../hearing/weigh-receipt.ts'
import { LIMITS } from '../limits.ts'
import type { Channel } from './channel.ts'

interface Watched {
  named: NamedReceipts
  rounds: Rounds
}

export class NotGiven {
  private readonly channel: Channel
  private readonly watched = new Map<string, Watched>()

  constructor(channel: Channel) {
    this.channel = channel
  }

  /** Looks from now on at what is said of our receipts on a log of a peer. */
  begin(origin: string, author: Card): void {
    if (this.watched.has(origin) || this.channel.isStopping) return
    const named = this.namedOn(origin, author)
    const rounds = this.channel.rounds(async () => {
      if (await this.isAnyNamed(origin)) {
        await named.look()
        await named.takeFound()
      }
    }, author.party)
    this.watched.set(origin, { named, rounds })
    rounds.wake()
  }

  async stop(): Promise<void> {
    await Promise.all([...this.watched.values()].flatMap(({ named, rounds }) => [rounds.stop(), named.stop()]))
  }

  /** A folder that was set back learns it by the comparison of our log. */
  private maySay(origin: string): boolean {
    const { context, own, peers, isParty } = this.channel
    return !context.mayBeCopy() && (!isParty || own.state === 'ready') && peers.knowsOurReceipts(origin)
  }

  /** Names of receipts of ours on a log that we did not give, said by others. */
  private async namedNotGiven(origin: string, after: (namedIn: string) => number) {
    const { context } = this.channel
    const us = context.identity.party
    if (!this.maySay(origin)) return []
    const unfolded = await context.receiptsUnheld(origin, us, after, LIMITS.namedReceiptsPerLook)
    const given = new Set(context.receipts.given(origin).map(({ digest }) => digest))
    return unfolded.filter(({ namedIn, digest }) => partyOf(namedIn) !== us && !given.has(digest))
  }

  private async isAnyNamed(origin: string): Promise<boolean> {
    if (!this.maySay(origin)) return false
    const { context } = this.channel
    const names = await this.namedNotGiven(origin, () => -1)
    const namers = new Set<string>()
    for (const { namedIn, index, size } of names) {
      const by = partyOf(namedIn)
      if (namers.has(by)) continue
      namers.add(by)
      const message = `${by} says in ${namedIn}#${index} that we gave a receipt over ${size} entries of ${origin}, and this folder gave none such: either this folder is an older copy, or somebody has the key, or ${by} made it up. Where ${by} shows it, an alarm says so; ask ${by} for it by a way you know from elsewhere.`
      context.onAlarm('receipt/not-given', `${origin} by ${by}`, message)
    }
    for (const subject of context.alarmed('receipt/not-given')) {
      const [of, by = ''] = subject.split(' by ')
      if (of === origin && !namers.has(by)) context.onAlarmOver('receipt/not-given', subject)
    }
    return names.length > 0
  }

  private namedOn(origin: string, author: Card): NamedReceipts {
    const { context, pact, members, contradictions } = this.channel
    const { identity, ownCards } = context
    return new NamedReceipts({
      ...{ origin, author, pact: pact.id },
      cosigner: {
        party: identity.party,
        keys: () => [identity.card, ...ownCards()].map(({ keys }) => keys.receipt),
      },
      cardsOfAuthor: () => members.cardsOf(author.party),
      log: () => this.channel.logOf(origin),
      // It is no receipt that we hold of somebody.
      receipts: { hold: async () => {}, held: () => [] },
      unheld: (after) => this.namedNotGiven(origin, after),
      filesOf: (speaker) => members.readers().find((one) => one.party === speaker)?.requests,
      isWhole: () => false,
      onReceipt: (receipt) => this.shown(receipt),
      onFork: async (receipt, kind) => {
        this.shown(receipt)
        await contradictions.shown(origin, identity.party, receipt, kind)
      },
      onFound: () => this.watched.get(origin)?.rounds.wake(),
    })
  }

  private shown({ origin, size, time, key }: HeldReceipt): void {
    const at = new Date(time * 1000).toISOString().replace('.000Z', 'Z')
    const message = `A receipt over ${size} entries of ${origin}, dated ${at}, bears the signature of our receipt key, and this folder did not give it: either this folder is an older copy, or somebody has the key. Where nobody has put back an older copy of it, give the key up: countersign key revoke --role receipt (docs/KEYS-STOLEN.md).`
    this.channel.context.onAlarm('receipt/by-our-key', `${origin} ${key}`, message)
  }
}
