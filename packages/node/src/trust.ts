// Whose cards this node believes. A card is kept only after a person compared its fingerprint words (spec/card.md);
// a later card of the same root needs no second comparison.

import { join } from 'node:path'
import type { Disk } from '@countersign/ledger'
import { ok, type Result, refuse } from '@countersign/log'
import { type Card, cardValidAt, parseCard } from '@countersign/record'
import type { Member } from './identity.ts'

export class TrustedCards {
  private readonly cards = new Map<string, Card>()
  private readonly disk: Disk
  private readonly folder: string
  private readonly us: Card

  private constructor(us: Card, disk: Disk, folder: string) {
    this.us = us
    this.disk = disk
    this.folder = folder
  }

  static async open({ card, dir }: Member, disk: Disk): Promise<TrustedCards> {
    const trusted = new TrustedCards(card, disk, join(dir, 'private', 'trusted'))
    await disk.makeFolder(trusted.folder, true)
    for (const name of await disk.list(trusted.folder)) {
      const file = name.endsWith('.json') ? await disk.read(join(trusted.folder, name)) : undefined
      const kept = file === undefined ? undefined : parseCard(file)
      if (kept?.ok === true) trusted.cards.set(kept.value.party, kept.value)
    }
    return trusted
  }

  /** Ours, or one that was trusted. */
  of(party: string): Card | undefined {
    return party === this.us.party ? this.us : this.cards.get(party)
  }

  /** The card of `party` where its root is the one an agreement pinned. */
  withRoot(party: string, rootDigest: string): Card | undefined {
    const card = this.of(party)
    return card?.rootDigest === rootDigest ? card : undefined
  }

  all(): Card[] {
    return [...this.cards.values()].sort((a, b) => (a.party < b.party ? -1 : 1))
  }

  /** Keeps a card whose fingerprint words a person has compared; durable once it resolves. */
  async add(file: Uint8Array, nowMs: number): Promise<Result<Card>> {
    const parsed = parseCard(file)
    if (!parsed.ok) return parsed
    const card = parsed.value
    if (card.party === this.us.party) {
      return refuse('trust/own', 'This is a card of our own party; give the other party’s.')
    }
    if (!cardValidAt(card, nowMs)) {
      return refuse(
        'trust/expired',
        `The card of ${card.party} is not valid now; ask ${card.party} for its current one.`,
      )
    }
    const known = this.cards.get(card.party)
    if (known !== undefined && known.rootDigest !== card.rootDigest) {
      return refuse(
        'trust/other-root',
        `Another root is trusted for ${card.party} already. If it truly changed, remove ${join(this.folder, `${card.party}.json`)} after comparing the words with them by telephone.`,
      )
    }
    if (known !== undefined && known.body.serial > card.body.serial) {
      return refuse('trust/older', `A newer card of ${card.party} is trusted already.`)
    }
    await this.disk.replace(join(this.folder, `${card.party}.json`), card.bytes, true)
    this.cards.set(card.party, card)
    return ok(card)
  }
}
