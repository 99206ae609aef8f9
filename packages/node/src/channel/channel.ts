// One channel of one agreement on this node: our own side, the peers' side, the receipts and witnesses of every log on
// both, and what is done where a log is contradicted. Each part gets the channel and takes what it needs of the others.

import type { LogFiles } from '@countersign/ledger'
import { type Card, keyName, partyOf } from '@countersign/record'
import { Rounds } from '../backoff.ts'
import { Exchange } from '../hearing/exchange.ts'
import { PeerUnreachable } from '../hearing/peer-requests.ts'
import type { WitnessingOptions } from '../hearing/witnessing.ts'
import { LIMITS } from '../limits.ts'
import type { StoredPact } from '../pacts.ts'
import type { ChannelContext } from './context.ts'
import { Contradictions } from './contradictions.ts'
import { Members } from './members.ts'
import { NotGiven } from './not-given.ts'
import { OwnSide } from './own-side.ts'
import { PeerSide } from './peer-side.ts'
import { ReceiptFeeds } from './receipt-feeds.ts'
import { ChannelWitnesses } from './witnesses.ts'

export class Channel {
  readonly pact: StoredPact
  readonly name: string
  /** Whether we speak on it; a neutral reads. */
  readonly isParty: boolean
  readonly context: ChannelContext
  readonly members: Members
  readonly own: OwnSide
  readonly peers: PeerSide
  readonly feeds: ReceiptFeeds
  readonly notGiven: NotGiven
  readonly witnesses: ChannelWitnesses
  readonly exchange: Exchange
  readonly contradictions: Contradictions
  isStopping = false
  /** With each peer that claimed something. */
  private readonly exchanging = new Map<string, Rounds>()

  constructor(pact: StoredPact, name: string, context: ChannelContext) {
    this.pact = pact
    this.name = name
    this.context = context
    const { party } = context.identity
    this.members = new Members(pact, name, context)
    this.isParty = this.members.speaking.includes(party)
    this.contradictions = new Contradictions(this)
    this.own = new OwnSide(this)
    this.peers = new PeerSide(this)
    this.feeds = new ReceiptFeeds(this)
    this.notGiven = new NotGiven(this)
    this.witnesses = new ChannelWitnesses({
      rounds: (round, of) => this.rounds(round, of),
      failed: (cause) => context.around.report('error', 'witness-failed', { message: String(cause) }),
    })
    this.exchange = this.exchangeWithPeers()
  }

  private exchangeWithPeers(): Exchange {
    const { members, peers, own, contradictions, context } = this
    return new Exchange({
      us: context.identity.party,
      parties: members.speaking,
      log: (origin) => this.logOf(origin),
      authorOf: (origin) => members.card(partyOf(origin)),
      cardsOf: (origin) => this.signersOf(origin),
      mirrorAt: (by, origin) => members.mirrorAt(by, origin),
      hear: (origin, author, shownBy) => peers.hearShown(origin, author, shownBy),
      wake: (origin) => peers.wakeLog(origin),
      onFork: (origin, by, head, branch) => contradictions.mirrored(origin, by, head, branch),
      onUnknownOwn: (origin, by) => own.foundUnknown(origin, by),
      onUnbacked: (by, message) =>
        context.onAlarm('statement/seen-unbacked', `${by}/${this.pact.id}/${this.name}`, message),
      onClaims: (by) => this.exchangingWith(by).wake(),
    })
  }

  /**
   * By whose log keys a head of a log counts as its author's: by none that was given up and is not the log's own, but for
   * what a cosigner had covered before the notice stood; `coveredAt` in POSIX seconds (spec/keys.md).
   */
  async signersOf(origin: string, coveredAt = Number.POSITIVE_INFINITY): Promise<readonly Card[]> {
    const { context, members } = this
    const keptBy = this.peers.author(origin) ?? (await this.own.keptBy(origin))
    const cards = members.cardsOf(partyOf(origin)).map(async (card) => {
      if (!context.isLogKeyGivenUp(card) || (keptBy !== undefined && haveOneLogKey(card, keptBy))) return card
      return coveredAt < ((await context.givenUpSince(card)) ?? Number.POSITIVE_INFINITY) ? card : []
    })
    return (await Promise.all(cards)).flat()
  }

  private exchangingWith(by: string): Rounds {
    const known = this.exchanging.get(by)
    if (known !== undefined) return known
    const rounds = this.rounds(() => this.exchange.round(by), by)
    this.exchanging.set(by, rounds)
    return rounds
  }

  /** A log of the channel as it is held here, ours or a mirror. */
  logOf(origin: string): LogFiles | undefined {
    return this.own.log(origin) ?? this.peers.mirror(origin)
  }

  /** How much of a log of the channel is held here. */
  sizeOf(origin: string): number {
    return this.logOf(origin)?.size ?? 0
  }

  /** Whose answer is awaited before we sign, and before we countersign. */
  awaited(): string[] {
    return [...new Set([...this.own.awaited(), ...this.peers.awaited()])].sort()
  }

  /** Whether nothing is missing here that we signed, said or countersigned before. */
  get isWhole(): boolean {
    return this.own.isWhole && this.peers.isWhole
  }

  /** Whether anything of a peer, its words or its receipts, is being fetched. */
  get isHearing(): boolean {
    return this.peers.isHearing || this.feeds.isFetching
  }

  /** This folder was set back, as is known only now: what it lacks is asked of all, and nothing is signed before. */
  setBack(): void {
    if (this.isParty) this.own.lost.begin()
    this.peers.recallAll()
  }

  /** Looks again at everything that `party` publishes on this channel. */
  wake(party: string): void {
    this.peers.wake(party)
    this.feeds.wake(party)
  }

  /** What the witnesses of a log are asked with, and whom they tell. */
  witnessing(origin: string, author: Card): WitnessingOptions {
    const { context, pact, contradictions } = this
    const { identity, around, onAlarm, onAlarmOver, onWitnessed } = context
    return {
      ...{ pact, author, origin, dir: identity.dir, around, onWitnessed },
      onContradiction: (witness, size, note) =>
        contradictions.shown(origin, `the witness ${witness}`, { size, bytes: note }),
      onFault: (witness, code, message) => onAlarm(code, `${origin} by ${witness}`, `${witness}: ${message}`),
      onFaultOver: (witness, code) => onAlarmOver(code, `${origin} by ${witness}`),
    }
  }

  /** Repeats `round` at the interval at which the agreement has its members look, or at another one. */
  rounds(round: () => Promise<void>, party: string, seconds = this.pact.agreement.intervals.pollSeconds): Rounds {
    const { around } = this.context
    return new Rounds(round, {
      intervalMs: () => Math.min(seconds * 1000, LIMITS.lookMsMax),
      around,
      failed: (cause) => {
        const level = cause instanceof PeerUnreachable ? 'info' : 'error'
        const stack = cause instanceof Error && level === 'error' ? cause.stack : undefined
        const message = stack ?? (cause instanceof Error ? cause.message : String(cause))
        around.report(level, 'round-failed', { party, channel: this.name, message })
      },
    })
  }

  async stop(): Promise<void> {
    this.isStopping = true
    await this.own.stopPinning()
    await Promise.all([...this.exchanging.values()].map((rounds) => rounds.stop()))
    await this.feeds.stop()
    await this.notGiven.stop()
    await this.witnesses.stop()
    await this.own.check.ended()
    await this.own.lost.close()
    await this.peers.recallsEnded()
    await this.own.content.stop()
    await Promise.all([this.own.close(), this.peers.stop()])
  }
}

function haveOneLogKey(a: Card, b: Card): boolean {
  return keyName(a.keys.log) === keyName(b.keys.log)
}
