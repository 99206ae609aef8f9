// Whose cards this node believes (spec/keys.md, Accepted cards). A root is believed after a person compared its fingerprint
// words; every card that such a root signed, or one that succeeds it, is kept under `cards/` and given to whoever asks.
// So that a hostile root fills no disk, only so many cards of a party are kept.

import { join } from 'node:path'
import type { Disk } from '@countersign/ledger'
import { ok, type Result, refuse, sha256, toHex } from '@countersign/log'
import {
  type Card,
  CardSet,
  cardValidAt,
  checkNotice,
  type KeyRole,
  keyName,
  type Notice,
  parseCard,
  parseNotice,
} from '@countersign/record'
import type { NoticeRow } from '@countersign/views'
import { LIMITS } from '../limits.ts'
import type { Member } from './identity.ts'

export class TrustedCards {
  /** All that are accepted, of whomever. */
  readonly set = new CardSet()
  /** The card of each party of which a person compared the words; of ours, our own. */
  private readonly anchors = new Map<string, Card>()
  private readonly disk: Disk
  private readonly dir: string
  private readonly us: string
  /** `<role> <name of a key>` that a valid notice gives up. */
  private readonly givenUp = new Set<string>()
  private readonly noticesHeld = new Map<string, Notice>()

  private constructor(us: Card, disk: Disk, dir: string) {
    this.us = us.party
    this.disk = disk
    this.dir = dir
    this.anchors.set(us.party, us)
    this.set.add(us)
  }

  static async open({ card, dir }: Pick<Member, 'card' | 'dir'>, disk: Disk): Promise<TrustedCards> {
    const trusted = new TrustedCards(card, disk, dir)
    for (const folder of [trusted.folder, join(dir, 'cards'), join(dir, 'notices')]) await disk.makeFolder(folder, true)
    for (const name of await disk.list(trusted.folder)) {
      const file = name.endsWith('.json') ? await disk.read(join(trusted.folder, name)) : undefined
      const kept = file === undefined ? undefined : parseCard(file)
      if (kept?.ok !== true || kept.value.party === card.party) continue
      trusted.anchors.set(kept.value.party, kept.value)
      trusted.set.add(kept.value)
    }
    for (const name of await disk.list(join(dir, 'cards'))) {
      const file = /^[0-9a-f]{64}$/.test(name) ? await disk.read(join(dir, 'cards', name)) : undefined
      const kept = file === undefined ? undefined : parseCard(file)
      // Ours, and others’ that were accepted when they were written.
      if (kept?.ok === true) trusted.set.add(kept.value)
    }
    for (const name of await disk.list(join(dir, 'notices'))) {
      const file = /^[0-9a-f]{64}$/.test(name) ? await disk.read(join(dir, 'notices', name)) : undefined
      const notice = file === undefined ? undefined : parseNotice(file)
      if (notice?.ok === true) trusted.take(notice.value)
    }
    return trusted
  }

  /** The newest of ours, or of a party whose root is believed. */
  of(party: string): Card | undefined {
    const anchor = this.anchors.get(party)
    return anchor && (this.set.newest(party, this.rootOf(anchor)) ?? anchor)
  }

  /** The newest card of `party`, where the root that an agreement pins is one that is believed. */
  withRoot(party: string, root: string): Card | undefined {
    return this.pins(party, root) ? this.set.newest(party, root) : undefined
  }

  /** Every card of a party that is accepted by the root that an agreement pins. */
  acceptedBy(party: string, root: string): Card[] {
    return this.pins(party, root) ? this.set.accepted(party, root) : []
  }

  /** Every card of our own party, those of roots that ours succeeded among them; the oldest first. */
  ours(): Card[] {
    const own = this.anchors.get(this.us)
    return own === undefined ? [] : this.set.accepted(this.us, this.rootOf(own))
  }

  /** The newest of each party but ours. */
  all(): Card[] {
    return [...this.anchors.keys()]
      .filter((party) => party !== this.us)
      .sort()
      .flatMap((party) => this.of(party) ?? [])
  }

  /** Every accepted card, ours too, the oldest of each party first. */
  every(): Card[] {
    return this.set.all()
  }

  /** Keeps a card whose fingerprint words a person has compared; durable once it resolves. */
  async add(file: Uint8Array, nowMs: number): Promise<Result<Card>> {
    const parsed = parseCard(file)
    if (!parsed.ok) return parsed
    const card = parsed.value
    if (card.party === this.us) {
      return refuse('trust/own', 'This is a card of our own party; give the other party’s.')
    }
    if (!cardValidAt(card, nowMs)) {
      return refuse(
        'trust/expired',
        `The card of ${card.party} is not valid now; ask ${card.party} for its current one.`,
      )
    }
    const anchor = this.anchors.get(card.party)
    if (anchor !== undefined) {
      if (this.reaches(card) !== 'reaches') {
        return refuse(
          'trust/other-root',
          `Another root is trusted for ${card.party} already. If it truly changed, remove ${join(this.folder, `${card.party}.json`)} after comparing the words with them by telephone.`,
        )
      }
      if ((this.of(card.party)?.body.serial ?? 0) > card.body.serial) {
        return refuse('trust/older', `A newer card of ${card.party} is trusted already.`)
      }
      return this.keep(card)
    }
    await this.disk.replace(join(this.folder, `${card.party}.json`), card.bytes, true)
    this.anchors.set(card.party, card)
    return this.keep(card)
  }

  /** How a card stands to the root that is believed of its party; `awaits` a card between. */
  reaches(card: Card): 'reaches' | 'foreign' | { awaits: string } {
    const anchor = this.anchors.get(card.party)
    if (anchor === undefined) return 'foreign'
    const probe = new CardSet([...this.set.all(card.party), card])
    const reach = probe.reach(card, this.rootOf(anchor))
    return reach.kind === 'awaits' ? { awaits: reach.card } : reach.kind
  }

  /** Our own card is another from here on; it was kept before. */
  speakWith(card: Card): void {
    this.anchors.set(card.party, card)
  }

  /** Keeps an accepted card; durable once it resolves. Refuses what is not accepted, and more than the limit. */
  async keep(card: Card): Promise<Result<Card>> {
    if (this.reaches(card) !== 'reaches') {
      return refuse('trust/not-accepted', `The root of this card of ${card.party} is not one that is trusted here.`)
    }
    if (this.set.of(card.digest) === undefined && this.set.all(card.party).length >= LIMITS.cardsPerParty) {
      return refuse('trust/too-many', `${card.party} has more than ${LIMITS.cardsPerParty} cards; no further is kept.`)
    }
    await this.disk.replace(join(this.dir, 'cards', card.digest), card.bytes, true)
    this.set.add(card)
    return ok(card)
  }

  /** Anomalies of roots that are believed. */
  contradictions(): ({ party: string } & ReturnType<CardSet['contradictions']>[number])[] {
    return [...this.anchors.values()].flatMap((anchor) =>
      this.set.contradictions(anchor.party, this.rootOf(anchor)).map((one) => ({ party: anchor.party, ...one })),
    )
  }

  // ── notices of compromised keys ───────────────────────────────────────────────────────────────────────────────────

  notices(): Notice[] {
    return [...this.noticesHeld.values()]
  }

  /** Keeps a notice that holds by a root that is believed; durable once it resolves. True where it is new. */
  async keepNotice(notice: Notice): Promise<Result<boolean> | { awaits: string }> {
    if (this.noticesHeld.has(notice.digest)) return ok(false)
    const { party } = notice.body
    const anchor = this.anchors.get(party)
    if (anchor === undefined) return refuse('notice/unknown-party', `No card of ${party} is trusted here.`)
    const checked = checkNotice(notice, this.set, this.rootOf(anchor))
    if ('awaits' in checked || !checked.ok) return checked
    const ofParty = this.notices().filter(({ body }) => body.party === party)
    if (ofParty.length >= LIMITS.noticesPerParty) {
      return refuse('notice/too-many', `${party} gave more than ${LIMITS.noticesPerParty} notices; no further is kept.`)
    }
    await this.disk.replace(join(this.dir, 'notices', toHex(sha256(notice.bytes))), notice.bytes, true)
    this.take(notice)
    return ok(true)
  }

  /** Whether a notice gives up the log key of a card. */
  isLogKeyGivenUp({ keys }: Card): boolean {
    return this.isGivenUp('log', keyName(keys.log))
  }

  /** Since when a notice that gives up the log key of a card stands under an agreement, as the views reckon it. */
  givenUpSince({ party, keys }: Card, pact: string, rows: readonly NoticeRow[]): number | undefined {
    const named = (digest: string) => {
      const card = this.set.of(digest)
      return card !== undefined && keyName(card.keys.log) === keyName(keys.log)
    }
    const times = rows.flatMap((row) => {
      const isMeant = row.pact === pact && row.party === party && row.roles.includes('log') && row.cards.some(named)
      return isMeant ? (row.since ?? []) : []
    })
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Whether a notice gives that key up in that role. */
  isGivenUp(role: KeyRole, key: Uint8Array | string): boolean {
    return this.givenUp.has(`${role} ${nameOf(key)}`)
  }

  private take(notice: Notice): void {
    const anchor = this.anchors.get(notice.body.party)
    const checked = anchor === undefined ? undefined : checkNotice(notice, this.set, this.rootOf(anchor))
    if (checked === undefined || 'awaits' in checked || !checked.ok) return
    this.noticesHeld.set(notice.digest, notice)
    for (const card of checked.value) {
      for (const role of notice.body.roles) {
        if (role === 'log') this.givenUp.add(`log ${keyName(card.keys.log)}`)
        if (role === 'request') this.givenUp.add(`request ${nameOf(card.keys.request.ed25519)}`)
        if (role === 'sealing') this.givenUp.add(`sealing ${nameOf(card.keys.sealing.age)}`)
      }
    }
  }

  /**
   * Whether the root that an agreement pins is the one believed, succeeds it, or is succeeded by it: a card names the one
   * before it under its own root’s signature.
   */
  private pins(party: string, root: string): boolean {
    const anchor = this.anchors.get(party)
    if (anchor === undefined) return false
    if (this.set.reach(anchor, root).kind === 'reaches') return true
    return this.set.accepted(party, this.rootOf(anchor)).some((card) => card.rootDigest === root)
  }

  /** The root from which cards of that party are reckoned: the one a person compared; of ours, our first. */
  private rootOf(anchor: Card): string {
    let first = anchor
    if (anchor.party === this.us) {
      for (;;) {
        const before = this.set.of(first.succeeds?.card ?? '')
        if (before === undefined || this.set.reach(anchor, before.rootDigest).kind !== 'reaches') break
        first = before
      }
    }
    return first.rootDigest
  }

  private get folder(): string {
    return join(this.dir, 'private', 'trusted')
  }
}

function nameOf(key: Uint8Array | string): string {
  return typeof key === 'string' ? key : keyName({ ed25519: key })
}
