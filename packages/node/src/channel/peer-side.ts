// The peers' side of a channel: every log of theirs that is heard, each through a mirror of our own.

import { type Mirror, openMirror } from '@countersign/ledger'
import { type Card, partyOf } from '@countersign/record'
import type { ShownBy } from '../hearing/countersigning.ts'
import { mayHear } from '../hearing/generations.ts'
import type { LogSource } from '../hearing/log-source.ts'
import { PeerEar } from '../hearing/peer-ear.ts'
import { type CarriedHearing, PeerLog } from '../hearing/peer-log.ts'
import { PeerUnreachable } from '../hearing/peer-requests.ts'
import type { Cosigner } from '../hearing/signed-heads.ts'
import { LIMITS } from '../limits.ts'
import { OwnReceipts } from '../own-logs/own-receipts.ts'
import type { Channel } from './channel.ts'

export class PeerSide {
  private readonly channel: Channel
  private readonly ears = new Map<string, PeerEar>()
  /** By whose log keys each of them is kept. */
  private readonly authors = new Map<string, Card>()
  /** Origins of which it is being looked whether they may be heard. */
  private readonly opening = new Map<string, Promise<void>>()
  /** In a folder that may be a copy, or may have forgotten the agreement: our own receipts on each log, asked back. */
  private readonly recalls = new Map<string, OwnReceipts>()
  private mayHaveForgotten = false

  constructor(channel: Channel) {
    this.channel = channel
  }

  /**
   * The folder is no copy any more, and was set back before this agreement was taken up: what we countersigned under it is
   * asked back of every log that is heard from now on.
   */
  forgot(): void {
    this.mayHaveForgotten = true
  }

  /** Whether our receipts on a log are all here, as far as anybody holds them. */
  knowsOurReceipts(origin: string): boolean {
    return this.recalls.get(origin)?.done ?? true
  }

  /** Starts hearing a log; does nothing where it is heard already, or where its author does not show it yet. */
  async hear(origin: string, author: Card, shownBy?: LogSource): Promise<void> {
    if (this.ears.has(origin) || this.opening.has(origin) || this.channel.isStopping) return
    const source = shownBy ?? this.channel.members.atAuthor(origin, author)
    const opening = this.beginWhereShown(origin, author, source).finally(() => this.opening.delete(origin))
    this.opening.set(origin, opening)
    await opening
  }

  /** Likewise from its author first, and from whoever else was shown it. */
  async hearShown(origin: string, author: Card, shownBy: LogSource): Promise<void> {
    try {
      await this.hear(origin, author)
    } catch (cause) {
      if (!(cause instanceof PeerUnreachable)) throw cause
    }
    if (!this.ears.has(origin)) await this.hear(origin, author, shownBy)
  }

  /**
   * Takes from what was carried here by hand what it has of a log, whose author need not be reachable. Undefined where
   * the log is not heard: no source shows it, or its mirror cannot be opened.
   */
  async hearCarried(
    origin: string,
    author: Card,
    sources: readonly LogSource[],
    cosigners: readonly Cosigner[],
  ): Promise<CarriedHearing | undefined> {
    for (const source of sources) {
      // Its author may be asked for it at this moment, and be long in answering.
      await this.opening.get(origin)?.catch(() => {})
      await this.hear(origin, author, source)
    }
    return this.ears.get(origin)?.hearCarried(sources, cosigners)
  }

  logs(): PeerLog[] {
    return [...this.ears.values()].flatMap(({ log }) => log ?? [])
  }

  mirror(origin: string): Mirror | undefined {
    return this.ears.get(origin)?.log?.mirror
  }

  /** By whose log keys a log is kept here. */
  author(origin: string): Card | undefined {
    return this.authors.get(origin)
  }

  /** Looks again at the logs of `party`; of all where none is named. */
  wake(party?: string): void {
    for (const [origin, ear] of this.ears) if (party === undefined || partyOf(origin) === party) ear.wake()
  }

  /** Looks again at one log. */
  wakeLog(origin: string): void {
    this.ears.get(origin)?.wake()
  }

  get isHearing(): boolean {
    return [...this.ears.values()].some((ear) => ear.isHearing)
  }

  /** Who has not told yet which receipts of ours it holds. */
  awaited(): string[] {
    return [...this.recalls.values()].flatMap((recall) => recall.awaited())
  }

  /** Whether nothing is missing of what we countersigned. */
  get isWhole(): boolean {
    return [...this.recalls.values()].every(({ done }) => done) && this.logs().every((log) => log.isWhole)
  }

  /** Resolves once no receipt of ours is asked back any more. */
  async recallsEnded(): Promise<void> {
    await Promise.allSettled([...this.recalls.values()].map(({ ended }) => ended))
  }

  async stop(): Promise<void> {
    // A file that does not close keeps open no other.
    await Promise.allSettled([...this.ears.values()].map((ear) => ear.stop()))
  }

  private async beginWhereShown(origin: string, author: Card, shownBy: LogSource): Promise<void> {
    const card = await this.mayHear(origin, author, shownBy)
    if (card !== undefined && !this.channel.isStopping) await this.begin(origin, card)
  }

  /** The card by whose log keys it is kept. */
  private async mayHear(origin: string, { party }: Card, shownBy: LogSource): Promise<Card | undefined> {
    const { context, members, pact, name } = this.channel
    const { identity, around, suspect, onAlarm } = context
    const at = { disk: around.disk, dir: identity.dir }
    const look = () => mayHear(at, origin, members.cardsOf(party), shownBy)
    let may = await look()
    if (may === 'other-keys' && (await suspect(party))) may = await look()
    if (may === 'too-many' && shownBy.carried === undefined) {
      const message = `${party} opened more logs of the channel ${name} than are heard (${LIMITS.generationsPerKey} that one log key opened, ${LIMITS.generationsPerChannel} in all); the others stay unheard. With a new log key it may open more.`
      onAlarm('peer/generations', `${party}/${pact.id}/${name}`, message)
    }
    return typeof may === 'object' ? may.card : undefined
  }

  private async begin(origin: string, author: Card): Promise<void> {
    const { context, members, feeds, notGiven, witnesses } = this.channel
    const { identity, around, onAlarm, onAlarmOver, onLog } = context
    const { disk, random } = around
    const ear = new PeerEar({
      origin,
      around,
      open: () => openMirror({ disk, dir: identity.dir, origin, keys: author.keys.log, random }),
      listen: (mirror) => this.listen(origin, author, mirror),
      rounds: (round) => this.channel.rounds(round, author.party),
      onAlarm: (code, message) => onAlarm(code, origin, message),
      onAlarmOver: (code) => onAlarmOver(code, origin),
      onOpen: (again) => {
        onLog(origin)
        // Opened while the channel is being ended: what would begin now, nobody would end.
        if (again || this.channel.isStopping) return
        feeds.begin(origin, author)
        notGiven.begin(origin, author)
        const held = () => this.channel.logOf(origin)
        witnesses.peers(this.channel.witnessing(origin, author), held, [members.atAuthor(origin, author)])
      },
    })
    this.authors.set(origin, author)
    this.ears.set(origin, ear)
    await ear.begin()
  }

  /** Hears the author of a log through our mirror of it. */
  private async listen(origin: string, author: Card, mirror: Mirror): Promise<PeerLog> {
    const { context, members, pact, feeds, contradictions, exchange } = this.channel
    const { identity, around, receipts, mayBeCopy } = context
    const { limits, intervals } = pact.agreement
    const { role } = members
    const log = new PeerLog({
      ...{ origin, author, mirror, pact: pact.id, role, limits, receipts, around },
      sources: members.sourcesOf(origin, author),
      cosigners: members.cosignersOf(author.party),
      us: {
        party: identity.party,
        get receipt() {
          return identity.keys.receipt
        },
      },
      cosignSeconds: role === 'recipient' ? undefined : intervals.cosignSeconds,
      mayCountersign: (shownBy) => this.mayCountersign(origin, shownBy),
      parties: members.speaking.length,
      mayLack: mayBeCopy(),
      room: () => context.dailyUse.room(mirror),
      inTurn: (work) => context.dailyUse.inTurn(origin, work),
      onEntry: (...entry) => context.dailyUse.note(origin, ...entry),
      onOverLimits: (isOver) => this.tellOfLimits(origin, author.party, isOver),
      pinnedSize: () => context.pinnedSize(origin),
      shownElsewhere: () => exchange.aheadOf(origin, mirror.size),
      onStatement: (statement) => exchange.said(author.party, statement),
      onEntries: () => {
        context.onEntries(origin)
        // Their cosigners may have been quicker than we.
        feeds.grown(origin)
      },
      onContent: () => {
        context.onContent(origin)
        context.onRecovered()
      },
      isDestroyed: (index, part) => context.isDestroyed(origin, index, part),
      onReceipt: (receipt) => {
        context.onReceipt({ origin, by: identity.party, ...receipt })
        context.onNews()
      },
      onTooFarBehind: (message) => context.onAlarm('mirror/too-far-behind', origin, message),
      onSound: () => {
        for (const code of ['mirror/root', 'mirror/too-far-behind'] as const) context.onAlarmOver(code, origin)
      },
      onContradiction: (code, message, head, branch) =>
        contradictions.served(origin, author, mirror, { code, message, head, branch }),
    })
    await contradictions.recall(origin)
    await log.recall()
    this.recallReceipts(origin, author)
    return log
  }

  private tellOfLimits(origin: string, party: string, isOver: boolean): void {
    const { onAlarm, onAlarmOver } = this.channel.context
    if (!isOver) return onAlarmOver('peer/over-limits', origin)
    const { entriesPerDay, bytesPerDay } = this.channel.pact.agreement.limits
    const message = `${party} put more into its logs than the agreement lets a party on one day (${entriesPerDay} entries, ${Math.floor(bytesPerDay / 1_048_576)} MiB). What is beyond is not taken in and gets no receipt today; some of it is taken on each day that follows.`
    onAlarm('peer/over-limits', origin, message)
  }

  /**
   * Where a reader was given up who may hold a receipt that we lost, only the head that the author shows itself is
   * countersigned: we gave none on a larger one, so that no time of ours falls as sizes grow.
   */
  private mayCountersign(origin: string, shownBy: ShownBy): boolean {
    const { own, isParty, contradictions, context } = this.channel
    if ((isParty && own.state !== 'ready') || contradictions.isClosed(origin)) return false
    const recall = this.recalls.get(origin)
    if (recall === undefined) return !context.mayBeCopy()
    recall.goOnWithout()
    return recall.done || (recall.isKnown && shownBy === 'author')
  }

  /** The folder may be a copy, as is known only now: our receipts on every log that is heard are asked back. */
  recallAll(): void {
    for (const { origin } of this.logs()) {
      const author = this.authors.get(origin)
      if (author !== undefined) this.recallReceipts(origin, author)
    }
  }

  /** Asks for our own receipts on a log where some may be lost; once in a run. */
  private recallReceipts(origin: string, author: Card): void {
    const { context, members, own, pact } = this.channel
    const { identity, around, receipts, requestsTo, ownCards, onAlarm, mayBeCopy, onRecovered } = context
    if (!(mayBeCopy() || this.mayHaveForgotten) || this.recalls.has(origin)) return
    const recall = new OwnReceipts({
      ...{ origin, author, us: identity.party, pact: pact.id, receipts, around },
      keys: () => [identity.card, ...ownCards()].map(({ keys }) => keys.receipt),
      knowsKeys: () => !this.channel.isParty || own.state === 'ready' || own.state === 'stopped',
      readers: [requestsTo(author), ...members.cosignersOf(author.party).map(({ requests }) => requests)],
      without: context.without,
      stopped: () => this.channel.isStopping,
      onDone: () => {
        this.wakeLog(origin)
        onRecovered()
      },
    })
    this.recalls.set(origin, recall)
    recall.ended.catch((cause: unknown) => {
      const message = `Our own receipts could not be asked back; start the node again: ${String(cause)}`
      onAlarm('log/check-failed', origin, message)
    })
  }
}
