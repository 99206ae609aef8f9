// How a node is put together: what is made from what, in which order it begins, and in which order it ends. Each part is
// handed what it asks and tells as plain functions; what a part does stands in its own file, and what others may ask of the
// whole in node.ts.

import { join } from 'node:path'
import { earlierTile, openReceipts } from '@countersign/ledger'
import { ok, type Result, refuse } from '@countersign/log'
import { type Card, partyOf } from '@countersign/record'
import { openViews, preparedWhenRun } from '@countersign/views'
import { Agreements } from './agreements.ts'
import type { AlarmCode } from './alarm-kinds.ts'
import { Alarms } from './alarms.ts'
import { Balancing } from './balance.ts'
import { Sticks } from './carrying/sticks.ts'
import type { ChannelContext } from './channel/context.ts'
import { Destroying } from './content/destroying.ts'
import { Removing } from './content/removing.ts'
import { DailyUse } from './daily-use.ts'
import { Directory } from './directory.ts'
import { blankRecord, type EngineParts } from './engine-parts.ts'
import { Feeds } from './feeds/feeds.ts'
import { Arrivals } from './folding/arrivals.ts'
import { Folding } from './folding/folding.ts'
import { rightOfWay } from './folding/right-of-way.ts'
import { IndexLooks } from './hearing/index-looks.ts'
import { MirrorLists } from './hearing/mirror-list.ts'
import { PeersReached } from './hearing/peers-reached.ts'
import { HeldLogs } from './held-logs.ts'
import { CardFetching } from './keys/card-fetching.ts'
import type { Identity } from './keys/identity.ts'
import { takeDecidedCard } from './keys/key-decision.ts'
import { NoticeRelay } from './keys/notice-relay.ts'
import { OwnKeys } from './keys/own-keys.ts'
import { TrustedCards } from './keys/trust.ts'
import { OfficersActs } from './officers/officers-acts.ts'
import { PossibleCopy } from './own-logs/possible-copy.ts'
import { Pacts, type StoredPact } from './pacts.ts'
import { PrivateStore } from './private-store.ts'
import { RuleChanges } from './releasing/rule-changes.ts'
import { WeeklyRounds } from './rounds/weekly-rounds.ts'
import { NamedShares } from './saying/named-shares.ts'
import { OwnWords } from './saying/own-words.ts'
import { Rejections } from './saying/rejections.ts'
import { Saying } from './saying/saying.ts'
import { Triaging } from './saying/triage.ts'
import { ChangingDesk } from './sealing/changing-desk.ts'
import type { Surroundings } from './surroundings.ts'
import { Unattended } from './unattended.ts'

/** The channel that every agreement has for what is small and urgent. */
const LINE = 'line'

/** What is opened before anything is made of it. */
interface Opened
  extends Pick<EngineParts, 'identity' | 'around' | 'trusted' | 'pacts' | 'store' | 'receipts' | 'views'> {
  desk: ChangingDesk
  /** Lets other processes have the folder. */
  release(): void
}

export class Engine {
  readonly parts: EngineParts
  readonly agreements: Agreements
  readonly balancing: Balancing
  readonly content: Destroying
  readonly directory: Directory
  readonly feeds: Feeds
  readonly folding: Folding
  readonly arrivals: Arrivals
  readonly logs: HeldLogs
  readonly notices: NoticeRelay
  readonly officers: OfficersActs
  readonly ownKeys: OwnKeys
  readonly ownWords: OwnWords
  readonly possibleCopy: PossibleCopy
  readonly reached: PeersReached
  readonly saying: Saying
  readonly namedShares: NamedShares
  readonly rounds: WeeklyRounds
  readonly rules: RuleChanges
  readonly sticks: Sticks
  readonly triaging: Triaging
  readonly unattended: Unattended
  private readonly opened: Opened
  private readonly alarms: Alarms
  private readonly indexes: IndexLooks
  private readonly rejections: Rejections
  private readonly removing: Removing
  /** By agreement. */
  private readonly dailyUse = new Map<string, DailyUse>()
  private readonly listeners = new Set<() => void>()
  private isStopped = false
  /** How a part raises an alarm, and ends it. */
  private readonly alarming = {
    onAlarm: (code: AlarmCode, subject: string, message: string) => this.alarms.raise(code, subject, message),
    onAlarmOver: (code: AlarmCode, subject: string) => this.alarms.over(code, subject),
  }

  private constructor(opened: Opened) {
    const { identity, around, trusted, pacts, store, views, receipts, desk } = opened
    const { dir, party } = identity
    const channels: EngineParts['channels'] = new Map()
    const changed = () => this.changed()
    const stopped = () => this.isStopped
    this.opened = opened
    this.alarms = new Alarms({ store, around, changed, stopped })
    this.logs = new HeldLogs(channels)
    this.unattended = new Unattended({ around, ...this.alarming })
    const begin: Unattended['begin'] = (...of) => this.unattended.begin(...of)
    this.reached = new PeersReached({
      ...{ identity, around, trusted, begin },
      lookAt: (peer, which) => this.lookAt(peer, which),
    })
    const requestsTo = (card: Card) => this.reached.to(card)
    this.parts = {
      ...{ identity, around, trusted, pacts, store, desk, receipts, views, channels, requestsTo },
      alarm: this.alarming.onAlarm,
      alarmOver: this.alarming.onAlarmOver,
      cards: new CardFetching({
        ...{ us: party, trusted, around, requestsTo },
        onCards: (cards) => this.cardsArrived(cards),
        onAlarm: this.alarming.onAlarm,
      }),
      caughtUp: (channel) => this.arrivals.caughtUp(channel),
      giveWay: rightOfWay(around, () => this.lineIsBusy()),
    }
    this.folding = new Folding({
      ...{ us: party, views, desk, around, changed, giveWay: this.parts.giveWay },
      card: (digest) => trusted.set.of(digest),
      awaitsCard: (whose, digest) =>
        begin(`Looking for a card of ${whose}`, () => this.parts.cards.want(whose, digest)),
      log: (origin) => this.logs.of(origin),
      rejected: (rejection) => this.rejections.add(rejection),
      caughtUp: () => this.lookAgain(),
    })
    const { folding, unattended } = this
    this.arrivals = new Arrivals({
      ...{ us: party, views, receipts, folding, unattended, changed, stopped, giveWay: this.parts.giveWay },
    })
    this.possibleCopy = new PossibleCopy({
      ...{ identity, around, pacts, channels, begin, stopped, ...this.alarming },
      unlearned: (pact) => this.indexes.unlearned(pact),
    })
    const ownWords = new OwnWords(this.parts, { folding, arrivals: this.arrivals, saying: () => this.saying })
    this.ownWords = ownWords
    this.saying = new Saying(this.parts, async (...of) => (await ownWords.shareState(...of)) === 'said')
    this.namedShares = new NamedShares({
      share: (request) => this.saying.share(request),
      placeOf: ({ pact, channel }) => {
        const found = this.saying.placeOf(pact, 'intel/share', channel)
        return found.ok ? ok({ pact: found.value.pact, awaited: () => found.value.channel.awaited() }) : found
      },
      state: (pact, share) => ownWords.shareState(pact, share),
      recordsOf: (pact, share) => views.recordsOfShare(party, pact, share),
      waiting: (share) => this.saying.waiting.find(share),
    })
    this.rounds = new WeeklyRounds(this.parts, {
      store: store.rounds,
      share: (request) => this.saying.share(request),
      tryShare: (request) => this.saying.tryShare(request),
      shareState: (pact, share) => ownWords.shareState(pact, share),
      ownFolded: (pact) => ownWords.folded(pact),
      isReady: (pact, channel) => ownWords.isReady(pact, channel),
    })
    this.rules = new RuleChanges({
      ...{ parts: this.parts, changed },
      tryShare: (...asked) => this.saying.tryShare(...asked),
    })
    this.feeds = new Feeds(this.parts, {
      share: (request) => this.saying.share(request),
      shareState: (pact, share) => ownWords.shareState(pact, share),
      gather: (...what) => this.rounds.put(...what),
    })
    this.triaging = new Triaging(this.parts, {
      share: ({ share, ...request }) =>
        share === undefined ? this.saying.share(request) : this.namedShares.share({ ...request, share }),
      shareState: (pact, share) => ownWords.shareState(pact, share),
      ownFolded: (pact) => ownWords.folded(pact),
      feedbackWaits: (pact) => this.saying.feedbackWaits(pact),
    })
    this.rejections = new Rejections(this.parts, this.saying)
    this.removing = new Removing(this.parts, this.saying, (origin) => this.logs.of(origin))
    this.balancing = new Balancing(this.parts)
    this.content = new Destroying(this.parts, this.saying, this.removing)
    this.indexes = new IndexLooks(this.parts, () => this.possibleCopy.settle())
    this.agreements = new Agreements(
      this.parts,
      (pact, channel) => this.contextOf(pact, channel),
      this.indexes,
      () => {
        this.saying.sayHeld()
        this.lookAgain()
        begin('Saying our new keys in our logs', () => this.ownKeys.bringUpToDate())
      },
    )
    this.officers = new OfficersActs(this.parts, {
      succeed: (pact, channel) => this.agreements.succeed(pact, channel),
      awaited: (pact, name) => {
        const channel = channels.get(`${pact}/${name}`)
        return channel === undefined || !this.possibleCopy.mayBe ? [] : this.possibleCopy.awaited(channel)
      },
      giveUp: (...whom) => this.possibleCopy.giveUp(...whom),
      changed,
    })
    this.ownKeys = new OwnKeys(this.parts, {
      card: async (card) => {
        desk.change()
        await this.cardsArrived([card])
      },
      notice: (notice) => this.notices.take(notice),
      succeed: (channel) => this.agreements.succeed(channel.pact, channel.name),
      mayBeCopy: () => this.possibleCopy.mayBe,
    })
    this.notices = new NoticeRelay(this.parts, changed)
    this.sticks = new Sticks(this.parts, {
      takeNotice: (notice) => this.notices.take(notice),
      settled: () => this.arrivals.settled(),
      stopped,
    })
    const mirrorLists = new MirrorLists({ disk: around.disk, dir })
    this.directory = new Directory(party, {
      dir,
      agreement: (id) => pacts.get(id)?.agreement,
      origins: () => this.logs.origins(),
      earlierTile: (path) => earlierTile(around.disk, path),
      listMirrors: (...of) => mirrorLists.list(...of),
      listHeld: (origin, cosigner) => receipts.listHeld(origin, cosigner),
      unconfirmed: (origin) => this.logs.channelOf(origin)?.own.isUnconfirmed(origin) ?? false,
      holdsOurs: async (origin, sealed) => {
        const own = this.logs.channelOf(origin)?.own
        const isHeld = (await own?.log(origin)?.hasAddendum(sealed)) === true
        if (!isHeld) own?.content.missed(origin)
        return isHeld
      },
      // Whoever was just told of a record asks for its content before it is folded here.
      addressees: async (origin, sealed) => {
        const named = await views.addressees(origin, sealed)
        if (named !== undefined) return named
        await folding.caughtUp(origin)
        return views.addressees(origin, sealed)
      },
    })
  }

  /** Opens what lies in the folder of that identity, and begins every loop. */
  static async open(identity: Identity, around: Surroundings): Promise<Result<Engine>> {
    const { disk } = around
    const { dir, party } = identity
    await disk.makeFolder(join(dir, 'private', 'spool'), true)
    const release = disk.lock(join(dir, 'private', 'node.lock'))
    if (release === undefined) {
      return refuse('node/locked', `Another process runs the node in ${dir}; end it first, or speak through it.`)
    }
    await takeDecidedCard(identity, disk)
    const trusted = await TrustedCards.open(identity, disk)
    const engine = new Engine({
      identity,
      around,
      trusted,
      pacts: await Pacts.open({ disk, dir }),
      store: new PrivateStore(around.database(join(dir, 'private', 'private.db'))),
      desk: new ChangingDesk(() => around.sealingDesk(identity.keys.sealing.identity)),
      receipts: await openReceipts({ disk, dir }),
      views: await openViews({
        path: join(dir, 'views.db'),
        open: (path) => preparedWhenRun(around.database(path)),
        party,
        now: () => around.now(),
      }),
      release,
    })
    await engine.begin()
    return ok(engine)
  }

  private async begin(): Promise<void> {
    const { identity, trusted, views, pacts } = this.parts
    // Before any channel is opened: what each waits for depends on it.
    await this.possibleCopy.open()
    views.recallRemoved(this.parts.store.removedHere())
    views.recallSharedOnce(this.parts.store.sharedOnce.all())
    await views.knowCard(identity.card.bytes)
    for (const card of trusted.every()) await views.knowCard(card.bytes)
    for (const pact of pacts.all()) await this.agreements.join(pact)
    // What was put in force counts before anything that was kept leaves.
    await this.rules.start()
    await this.saying.start()
    this.folding.wake()
    await this.rejections.recall()
    this.removing.start()
    this.unattended.begin('Finishing a change of our keys', () => this.ownKeys.resume())
    this.possibleCopy.settle()
  }

  /** Ends every loop and closes every file; what is durable stays as it is. */
  async stop(): Promise<void> {
    if (this.isStopped) return
    this.isStopped = true
    const { channels, store, views } = this.parts
    this.reached.stopHints()
    this.unattended.stop()
    this.indexes.stop()
    // First: what comes on a stick waits for a look at a log, and that for a peer that may never answer.
    this.reached.close()
    await this.sticks.ended()
    this.rounds.stop()
    await this.feeds.stop()
    this.possibleCopy.secondHost.close()
    await this.saying.stop()
    await Promise.all([...channels.values()].map((channel) => channel.stop()))
    await this.folding.stop()
    await this.rejections.stop()
    await this.content.stop()
    await this.removing.stop()
    await this.possibleCopy.stop()
    await this.opened.desk.close()
    await views.close()
    store.close()
    this.opened.release()
  }

  /** Called whenever something may show differently. Returns how to stop. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Further cards are held: what waited for them goes on. */
  async cardsArrived(cards: readonly Card[]): Promise<void> {
    const { trusted, views, channels } = this.parts
    for (const { bytes, party } of cards) {
      await views.knowCard(bytes)
      this.reached.moved(party)
      this.indexes.wake(party)
    }
    for (const { party, code, message } of trusted.contradictions()) this.alarms.raise(code, party, message)
    this.folding.wake()
    for (const channel of channels.values()) for (const { party } of cards) channel.wake(party)
    this.changed()
  }

  private contextOf(pact: StoredPact, name: string): ChannelContext {
    const { identity, around, receipts, trusted, views, store, cards, requestsTo } = this.parts
    const { arrivals, possibleCopy } = this
    return {
      ...{ identity, around, receipts, requestsTo, ...this.alarming },
      cardOf: (party, root) => trusted.withRoot(party, root),
      cardsOf: (party, root) => trusted.acceptedBy(party, root),
      isLogKeyGivenUp: (card) => trusted.isLogKeyGivenUp(card),
      givenUpSince: async (card) => trusted.givenUpSince(card, pact.id, await views.notices()),
      ownCards: () => trusted.ours(),
      findOwnCard: (digest) => cards.want(identity.party, digest),
      ownCard: (digest) => {
        const card = trusted.set.of(digest)
        return card?.party === identity.party ? card : undefined
      },
      suspect: (party) => cards.suspect(party),
      forcePin: () => views.force(pact.id, pact.version, name)?.receipt,
      mayBeCopy: () => possibleCopy.mayBe,
      mayLack: () => possibleCopy.mayLack,
      onLack: () => possibleCopy.lack(),
      onSetBack: (message) => possibleCopy.setBack(message),
      without: () => possibleCopy.without(pact.id, name),
      alone: () => possibleCopy.alone(),
      onRecovered: () => {
        this.saying.sayHeld()
        possibleCopy.settle()
      },
      onLog: (origin) => arrivals.log(origin),
      onEntries: (origin) => this.folding.wake(origin),
      onContent: (origin) => arrivals.content(origin),
      isFolded: () => !this.folding.isFolding,
      isDestroyed: (origin, index, part) => views.isDestroyed(origin, index, part),
      onReceipt: (receipt) => arrivals.receipt(receipt),
      onWitnessed: (head) => arrivals.witnessed(head),
      receiptsUnheld: async (...of) => (this.isStopped ? [] : views.receiptsUnheld(...of)),
      onSuperseded: async (receipt) => !this.isStopped && (await views.forgetReceipt(receipt)),
      onNews: () => {
        this.changed()
        this.reached.hint()
      },
      alarmed: (code) => store.alarmed(code),
      blank: (type, of) => blankRecord(around, type, of),
      dailyUse: this.dailyUseOf(pact),
      pinnedSize: (origin) => views.pinnedSize(origin),
      onSplit: (origin, common) =>
        arrivals.split(origin, common, async () => {
          if (partyOf(origin) === identity.party) await this.rejections.recall()
        }),
    }
  }

  private dailyUseOf({ id, agreement }: StoredPact): DailyUse {
    const { around, identity, receipts } = this.parts
    const us = identity.party
    const known = this.dailyUse.get(id)
    if (known !== undefined) return known
    const use = new DailyUse({
      ...{ agreement, us, now: () => around.now() },
      logsOf: (party) => this.logs.ofParty(id, party),
      cosignatures: (origin) => [
        ...receipts.given(origin).map(({ size, time }) => ({ by: us, size, time })),
        ...receipts.held(origin).map(({ cosigner, size, time }) => ({ by: cosigner, size, time })),
      ],
    })
    this.dailyUse.set(id, use)
    return use
  }

  private lookAt(party: string, which: 'line' | 'rest'): void {
    for (const channel of this.parts.channels.values()) {
      if ((channel.name === LINE) === (which === 'line')) channel.wake(party)
    }
    if (which === 'rest') this.indexes.wake(party)
  }

  /** More was decided, or a log of ours speaks again. */
  private lookAgain(): void {
    this.rejections.look()
    this.content.look()
    this.removing.look()
    this.unattended.begin('Passing notices on', () => this.notices.look())
  }

  /** Whether a call is on its way, from us or to us. */
  private lineIsBusy(): boolean {
    if (this.reached.isHinting || this.saying.isSaying) return true
    for (const channel of this.parts.channels.values()) if (channel.name === LINE && channel.isHearing) return true
    return false
  }

  /** Something may show differently. */
  changed(): void {
    for (const listener of this.listeners) listener()
  }
}
