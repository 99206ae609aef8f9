// The engine of a node. Read this first: it is the whole way of a record, both ways.
//
//   say   → gate → seal → sign → append to our log → publish → hint the peers          saying/
//   hear  ← fold ← open ← verify ← mirror of their log ← poll, or a hint                channel/, hearing/, folding/
//
// There are two doors and no third: `say` (and `share`, which says many) for our own words, the channels' `hear` for
// theirs. Both end in the same fold into the same views. What a record means is decided in the pure packages.

import { join } from 'node:path'
import { earlierTile, type LogFiles, openReceipts, wipeUnprotectedKeys } from '@countersign/ledger'
import { ok, type Result, refuse } from '@countersign/log'
import { type Card, parseRecordRef, partyOf } from '@countersign/record'
import { openViews, type Views } from '@countersign/views'
import { Agreements, type Signed } from './agreements.ts'
import { type AlarmCode, codesEndedBy, isOutlived } from './alarm-kinds.ts'
import { type CarriedIn, carryIn } from './carrying/carry-in.ts'
import type { Channel } from './channel/channel.ts'
import type { ChannelContext } from './channel/context.ts'
import { Destroying } from './content/destroying.ts'
import { Removing } from './content/removing.ts'
import { DailyUse } from './daily-use.ts'
import { Directory, type DirectoryAnswer } from './directory.ts'
import { overDisk } from './disk-failure.ts'
import { blankRecord, type EngineParts, noSuchPact } from './engine-parts.ts'
import { cutEvidence, cutExchange } from './evidence/evidence.ts'
import { evidenceSources } from './evidence/evidence-sources.ts'
import { Folding, type OpenedPart } from './folding/folding.ts'
import { rightOfWay } from './folding/right-of-way.ts'
import { MirrorLists } from './hearing/mirror-list.ts'
import { PeersReached } from './hearing/peers-reached.ts'
import type { HeldReceipt } from './hearing/weigh-receipt.ts'
import { HeldLogs } from './held-logs.ts'
import { CardFetching } from './keys/card-fetching.ts'
import { type Identity, loadIdentity } from './keys/identity.ts'
import { takeDecidedCard } from './keys/key-decision.ts'
import { NoticeRelay } from './keys/notice-relay.ts'
import { type KeyStatus, OwnKeys, type Rotated, type RotateRequest } from './keys/own-keys.ts'
import { TrustedCards } from './keys/trust.ts'
import { LIMITS } from './limits.ts'
import { OfficersActs } from './officers/officers-acts.ts'
import { GivenUp } from './own-logs/given-up.ts'
import { SecondHost } from './own-logs/second-host.ts'
import { Whereabouts } from './own-logs/whereabouts.ts'
import { Pacts, type StoredPact } from './pacts.ts'
import { PrivateStore } from './private-store.ts'
import { Rejections } from './saying/rejections.ts'
import { type Said, Saying, type SayRequest, type ShareRequest } from './saying/saying.ts'
import type { ShareResult, Tried } from './saying/share.ts'
import { ChangingDesk } from './sealing/changing-desk.ts'
import { type NodeStatus, statusOf } from './status.ts'
import type { Surroundings } from './surroundings.ts'
import { Unattended } from './unattended.ts'

/** The channel that every agreement has for what is small and urgent. */
const LINE = 'line'

/** Of a change of keys that the disk broke off. */
const KEYS_UNFINISHED =
  'Mend that and start the node again: a change that its root had signed is finished then, and any other is as if it had not been asked for.'

export class Node {
  readonly dir: string
  readonly party: string
  readonly neutral: boolean
  readonly views: Views
  private readonly parts: EngineParts
  private readonly folding: Folding
  private readonly files: Directory
  private readonly agreements: Agreements
  private readonly saying: Saying
  private readonly ownKeys: OwnKeys
  private readonly notices: NoticeRelay
  private readonly rejections: Rejections
  private readonly removing: Removing
  /** That content be destroyed, or held. */
  readonly content: Destroying
  /** What two officers may do together. */
  readonly officers: OfficersActs
  private readonly logs: HeldLogs
  private readonly reached: PeersReached
  private readonly unattended: Unattended
  /** By agreement. */
  private readonly dailyUse = new Map<string, DailyUse>()
  private readonly listeners = new Set<() => void>()
  private readonly release: () => void
  /** Set before any channel is opened. */
  private whereabouts: Whereabouts | undefined
  private givenUp: GivenUp | undefined
  private readonly secondHost: SecondHost
  /** Sticks are taken in one after the other. */
  private carrying: Promise<unknown> = Promise.resolve()
  private stopped = false

  private constructor(
    identity: Identity,
    parts: Omit<EngineParts, 'requestsTo' | 'alarm' | 'alarmOver' | 'caughtUp' | 'giveWay' | 'cards'>,
    release: () => void,
  ) {
    this.dir = identity.dir
    this.party = identity.party
    this.neutral = identity.neutral
    this.views = parts.views
    this.release = release
    this.logs = new HeldLogs(parts.channels)
    this.unattended = new Unattended({
      around: parts.around,
      onAlarm: (code, subject, message) => this.alarm(code, subject, message),
      onAlarmOver: (code, subject) => this.alarmOver(code, subject),
    })
    this.reached = new PeersReached({
      ...{ identity, around: parts.around, trusted: parts.trusted },
      begin: (what, work) => this.unattended.begin(what, work),
      lookAt: (party, which) => this.lookAt(party, which),
    })
    this.parts = {
      ...parts,
      requestsTo: (card) => this.reached.to(card),
      alarm: (code, subject, message) => this.alarm(code, subject, message),
      alarmOver: (code, subject) => this.alarmOver(code, subject),
      cards: new CardFetching({
        us: identity.party,
        trusted: parts.trusted,
        around: parts.around,
        requestsTo: (card) => this.reached.to(card),
        onCards: (cards) => this.cardsArrived(cards),
        onAlarm: (code, subject, message) => this.alarm(code, subject, message),
      }),
      caughtUp: (channel) => this.caughtUp(channel),
      giveWay: rightOfWay(parts.around, () => this.lineIsBusy()),
    }
    this.folding = new Folding({
      us: identity.party,
      views: parts.views,
      desk: parts.desk,
      around: parts.around,
      card: (digest) => parts.trusted.set.of(digest),
      awaitsCard: (party, digest) => {
        this.unattended.begin(`Looking for a card of ${party}`, () => this.parts.cards.want(party, digest))
      },
      log: (origin) => this.logs.of(origin),
      rejected: (rejection) => this.rejections.add(rejection),
      caughtUp: () => this.lookAgain(),
      changed: () => this.changed(),
      giveWay: this.parts.giveWay,
    })
    this.secondHost = new SecondHost({
      ...{ identity, around: parts.around, stopped: () => this.stopped },
      onAlarm: (code, subject, message) => this.alarm(code, subject, message),
      onAlarmOver: (code, subject) => this.alarmOver(code, subject),
    })
    this.saying = new Saying(this.parts)
    this.rejections = new Rejections(this.parts, this.saying)
    this.removing = new Removing(this.parts, this.saying, (origin) => this.logs.of(origin))
    this.content = new Destroying(this.parts, this.saying, this.removing)
    this.agreements = new Agreements(
      this.parts,
      (pact, channel) => this.contextOf(pact, channel),
      () => {
        this.saying.sayHeld()
        this.lookAgain()
        this.bringKeysUpToDate()
      },
      () => this.settle(),
    )
    this.officers = new OfficersActs(this.parts, {
      succeed: (pact, channel) => this.agreements.succeed(pact, channel),
      awaited: (pact, name) => {
        const channel = parts.channels.get(`${pact}/${name}`)
        return channel === undefined || this.whereabouts?.doubt === undefined ? [] : this.awaited(channel)
      },
      giveUp: async (...whom) => this.givenUp?.add(...whom),
      changed: () => this.changed(),
    })
    this.ownKeys = new OwnKeys(this.parts, {
      card: (card) => this.speakWith(card),
      notice: (notice) => this.notices.take(notice),
      succeed: (channel) => this.agreements.succeed(channel.pact, channel.name),
      mayBeCopy: () => this.whereabouts?.doubt !== undefined,
    })
    this.notices = new NoticeRelay(this.parts, () => this.changed())
    const mirrorLists = new MirrorLists({ disk: parts.around.disk, dir: identity.dir })
    this.files = new Directory(identity.party, {
      dir: identity.dir,
      agreement: (id) => parts.pacts.get(id)?.agreement,
      origins: () => this.logs.origins(),
      earlierTile: (path) => earlierTile(parts.around.disk, path),
      listMirrors: (...of) => mirrorLists.list(...of),
      listHeld: (origin, cosigner) => parts.receipts.listHeld(origin, cosigner),
      unconfirmed: (origin) => this.logs.channelOf(origin)?.own.isUnconfirmed(origin) ?? false,
      // Whoever was just told of a record asks for its content before it is folded here.
      addressees: async (origin, sealed) => {
        const named = await parts.views.addressees(origin, sealed)
        if (named !== undefined) return named
        await this.folding.caughtUp(origin)
        return parts.views.addressees(origin, sealed)
      },
    })
  }

  /**
   * Opens the node in `dir` and starts every loop. Refuses a folder that holds none, or that another process has, and
   * keys that the passphrase does not open.
   */
  static async open(dir: string, around: Surroundings, passphrase?: string): Promise<Result<Node>> {
    const identity = await loadIdentity(dir, passphrase)
    const node = identity.ok ? await Node.openAs(identity.value, around) : identity
    if (node.ok) wipeUnprotectedKeys(dir)
    return node
  }

  /** The same for an identity that is known already, keys and all. */
  static async openAs(identity: Identity, around: Surroundings): Promise<Result<Node>> {
    const { disk } = around
    const { dir } = identity
    await disk.makeFolder(join(dir, 'private', 'spool'), true)
    const release = disk.lock(join(dir, 'private', 'node.lock'))
    if (release === undefined) {
      return refuse('node/locked', `Another process runs the node in ${dir}; end it first, or speak through it.`)
    }
    await takeDecidedCard(identity, disk)
    const trusted = await TrustedCards.open(identity, disk)
    const node = new Node(
      identity,
      {
        identity,
        around,
        trusted,
        pacts: await Pacts.open({ disk, dir }),
        store: new PrivateStore(around.database(join(dir, 'private', 'private.db'))),
        desk: new ChangingDesk(() => around.sealingDesk(identity.keys.sealing.identity)),
        receipts: await openReceipts({ disk, dir }),
        views: await openViews({
          path: join(dir, 'views.db'),
          open: around.database,
          party: identity.party,
          now: () => around.now(),
        }),
        channels: new Map(),
      },
      release,
    )
    // What these told of is done again now, or asked again.
    for (const code of codesEndedBy('start')) node.parts.store.alarmOver(code)
    const outlived = node.parts.store.alarms().filter((one) => isOutlived(one, around.now()))
    for (const { code, subject } of outlived) node.parts.store.alarmOver(code, subject)
    node.whereabouts = await Whereabouts.open(dir, around, () => node.isWhole())
    node.givenUp = await GivenUp.open({ disk, dir, host: around.host() })
    const { doubt } = node.whereabouts
    if (doubt === undefined) await node.givenUp.forget()
    if (doubt !== undefined) node.alarm('node/may-be-copy', node.party, doubt)
    await node.views.knowCard(identity.card.bytes)
    for (const card of trusted.every()) await node.views.knowCard(card.bytes)
    for (const pact of node.parts.pacts.all()) await node.agreements.join(pact)
    await node.saying.start()
    node.folding.wake()
    await node.rejections.recall()
    node.removing.start()
    node.unattended.begin('Finishing a change of our keys', () => node.ownKeys.resume())
    node.settle()
    return ok(node)
  }

  /** The card that speaks for us. */
  get card(): Card {
    return this.parts.identity.card
  }

  now(): number {
    return this.parts.around.now()
  }

  /** Called whenever something may show differently. Returns how to stop. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  // ── saying ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Says one record: through the gate, sealed, signed, durable. */
  say(request: SayRequest): Promise<Result<Said>> {
    return overDisk('Nothing was said. Mend that, then say it again.', this.saying.say(request))
  }

  /** Shares STIX of any size in as few records as the agreement's limits allow; all of it or nothing. */
  share(request: ShareRequest): Promise<ShareResult> {
    const consequence =
      'The share ended there. Mend that, and look which of its records were said before sharing again.'
    return overDisk(consequence, this.saying.share(request))
  }

  /** What the gate would say of a share, with nothing said and nothing kept. */
  tryShare(request: ShareRequest): Promise<Result<Tried>> {
    return overDisk('Nothing was kept of it, and nothing left.', this.saying.tryShare(request))
  }

  speakerOf(statementId: string): string | undefined {
    return this.parts.store.speakerOf(statementId)
  }

  // ── keys ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  rotateKeys(request: RotateRequest): Promise<Result<Rotated>> {
    return overDisk(KEYS_UNFINISHED, this.ownKeys.rotate(request))
  }

  /** Takes what the root has signed: a card, a notice, or both. */
  acceptKeys(file: Uint8Array): Promise<Result<Rotated>> {
    return overDisk(KEYS_UNFINISHED, this.ownKeys.accept(file))
  }

  keyStatus(): Promise<KeyStatus> {
    return this.ownKeys.status()
  }

  /** Takes a notice of compromised keys, brought by hand, and passes it on. */
  takeNotice(file: Uint8Array): Promise<Result<{ party: string; roles: string[] }>> {
    return this.notices.takeFile(file)
  }

  /** The key by which a party signs requests; undefined where it has none that is believed. */
  requestKeyOf(party: string): Uint8Array | undefined {
    const key = this.cardOf(party)?.keys.request.ed25519
    return key === undefined || this.parts.trusted.isGivenUp('request', key) ? undefined : key
  }

  /** A request of that party did not verify: it may have other keys by now. */
  suspect(party: string): void {
    if (this.cardOf(party) === undefined || party === this.party) return
    this.unattended.begin(`Asking ${party} for its card`, () => this.parts.cards.suspect(party))
  }

  // ── agreements ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Keeps a card whose fingerprint words a person has compared. */
  async trust(file: Uint8Array): Promise<Result<Card>> {
    const added = await this.parts.trusted.add(file, this.now())
    if (added.ok) await this.cardsArrived([added.value])
    return added
  }

  trustedCards(): Card[] {
    return this.parts.trusted.all()
  }

  /** Ours, or one that is trusted here. */
  cardOf(party: string): Card | undefined {
    return this.parts.trusted.of(party)
  }

  pacts(): StoredPact[] {
    return this.parts.pacts.all()
  }

  proposePact(yaml: string): ReturnType<Agreements['propose']> {
    return overDisk(
      'The agreement is not proposed in every log. Mend that, then propose it anew.',
      this.agreements.propose(yaml),
    )
  }

  signPact(invitation: Uint8Array | string): Promise<Result<Signed>> {
    return overDisk(
      'It may not be signed in every log. Mend that, then sign it again.',
      this.agreements.sign(invitation),
    )
  }

  // ── hearing ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A peer says “look again”. */
  hint(party: string): void {
    this.reached.hinted(party)
  }

  private lookAt(party: string, which: 'line' | 'rest'): void {
    for (const channel of this.parts.channels.values()) {
      if ((channel.name === LINE) === (which === 'line')) channel.wake(party)
    }
    if (which === 'rest') this.agreements.wake(party)
  }

  /** Takes in what was carried here by hand in the folder `from`, countersigns it, and waits until it is folded. */
  carryIn(
    from: string,
    options: { pact?: string; progress?(done: number, total: number): void } = {},
  ): Promise<Result<CarriedIn>> {
    const { pact, progress = () => {} } = options
    const taken = this.carrying.then(async (): Promise<Result<CarriedIn>> => {
      if (pact !== undefined && this.parts.pacts.get(pact) === undefined) return noSuchPact(pact)
      const folder = await this.parts.around.carriedFolder(from)
      if (!folder.ok) return folder
      const stopped = () => this.stopped
      const report = await carryIn(this.parts, folder.value, {
        ...(pact === undefined ? {} : { pact }),
        takeNotice: (notice) => this.notices.take(notice),
        stopped,
        progress,
      })
      await this.settled()
      return ok(report)
    })
    this.carrying = taken.catch(() => {})
    return overDisk('Not everything was taken in; what was, is kept. Mend that, then carry in again.', taken)
  }

  /** What the published directory gives to `party`, who signed the request. */
  directory(party: string | undefined, path: string): Promise<DirectoryAnswer> {
    if (party === this.party) this.secondHost.asked(path)
    return this.files.answer(party, path)
  }

  /** Plaintext and salt of one part of `origin#index`, where it is sealed to us and held. */
  async readContent(record: string, part: number): Promise<Result<OpenedPart>> {
    const ref = parseRecordRef(record)
    return ref.ok ? this.folding.readPart(ref.value.origin.text, ref.value.index, part) : ref
  }

  /**
   * An evidence file of `origin#index` (spec/evidence.md); with `reveal` its content too, with `exchange` all that it
   * answers and that answers it.
   */
  async evidence(record: string, options: { reveal: boolean; exchange?: boolean }): Promise<Result<Uint8Array>> {
    const ref = parseRecordRef(record)
    if (!ref.ok) return ref
    const { origin, index } = ref.value
    const cut = options.exchange === true ? cutExchange : cutEvidence
    const sources = evidenceSources(this.parts, this.logs, this.folding)
    return cut({ origin: origin.text, index }, options, sources)
  }

  /** Our own log of that origin, or our mirror of it. */
  logOf(origin: string): LogFiles | undefined {
    return this.logs.of(origin)
  }

  // ── state ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** `ready` once every log of ours may sign. */
  health(): { ready: boolean } {
    return {
      ready: [...this.parts.channels.values()].every(({ own }) => own.state === 'ready' || own.state === 'none'),
    }
  }

  status(): Promise<NodeStatus> {
    return statusOf(this.parts, {
      approvals: this.officers.approvals.open(),
      awaited: (channel) => this.awaited(channel),
      peer: (party) => this.reached.stateOf(party),
    })
  }

  /** Whom a channel waits for; in a folder that may be a copy also those whose logs are not known yet. */
  private awaited(channel: Channel): string[] {
    const without = channel.context.without()
    const unlearned =
      this.whereabouts?.doubt === undefined
        ? []
        : this.agreements.unlearned(channel.pact.id).filter((party) => !without.has(party))
    return [...new Set([...channel.awaited(), ...unlearned])].sort()
  }

  /** Whether nothing is missing any more that this party signed or countersigned before. */
  private isWhole(): boolean {
    const { channels, pacts } = this.parts
    return (
      [...channels.values()].every((channel) => channel.isWhole) &&
      pacts.all().every(({ id }) => this.agreements.unlearned(id).length === 0)
    )
  }

  /** Looks whether a folder that may have been a copy is so no more. */
  private settle(): void {
    if (this.stopped || this.whereabouts?.look() !== true) return
    this.alarmOver('node/may-be-copy', this.party)
    this.unattended.begin('Forgetting whom officers gave up', async () => this.givenUp?.forget())
  }

  /** Resolves once everything held is folded into the views. */
  async settled(): Promise<void> {
    await this.unattended.handedOver()
    await this.folding.settled()
  }

  /** Ends every loop and closes every file; what is durable stays as it is. */
  async stop(): Promise<void> {
    if (this.stopped) return
    this.stopped = true
    this.reached.stopHints()
    this.unattended.stop()
    this.agreements.stop()
    await this.carrying
    this.reached.close()
    this.secondHost.close()
    await this.saying.stop()
    await Promise.all([...this.parts.channels.values()].map((channel) => channel.stop()))
    await this.folding.stop()
    await this.rejections.stop()
    await this.content.stop()
    await this.removing.stop()
    await this.whereabouts?.stop()
    await this.parts.desk.close()
    await this.views.close()
    this.parts.store.close()
    this.release()
  }

  // ── wiring ────────────────────────────────────────────────────────────────────────────────────────────────────────

  private contextOf(pact: StoredPact, name: string): ChannelContext {
    const { identity, around, receipts, trusted } = this.parts
    return {
      identity,
      around,
      receipts,
      cardOf: (party, root) => trusted.withRoot(party, root),
      cardsOf: (party, root) => trusted.acceptedBy(party, root),
      ownCards: () => trusted.ours(),
      findOwnCard: (digest) => this.parts.cards.want(this.party, digest),
      ownCard: (digest) => {
        const card = trusted.set.of(digest)
        return card?.party === this.party ? card : undefined
      },
      suspect: (party) => this.parts.cards.suspect(party),
      requestsTo: (card) => this.reached.to(card),
      forcePin: () => this.views.force(pact.id, pact.version, name)?.receipt,
      mayBeCopy: () => this.whereabouts?.doubt !== undefined,
      mayLack: () => this.whereabouts?.mayLack === true,
      onLack: () => this.whereabouts?.lack(),
      without: () => this.givenUp?.on(pact.id, name) ?? new Set(),
      alone: () => (this.whereabouts?.doubt === undefined ? Promise.resolve(false) : this.secondHost.alone()),
      onRecovered: () => this.settle(),
      onLog: (origin) => this.unattended.handOver(`Folding ${origin}`, () => this.foldLogAnew(origin)),
      onEntries: (origin) => this.folding.wake(origin),
      onContent: (origin) =>
        this.unattended.handOver(`Opening content of ${origin}`, () => this.folding.lookForContent(origin)),
      isDestroyed: (origin, index, part) => this.views.isDestroyed(origin, index, part),
      onReceipt: (receipt) => {
        const { origin } = receipt
        this.unattended.handOver(
          `Folding receipts on ${origin}`,
          () => this.foldReceipt(receipt),
          () => this.foldLogAnew(origin),
        )
      },
      onWitnessed: ({ origin, witness, size, time }) =>
        this.unattended.begin(`Folding a cosignature on ${origin}`, async () => {
          if (this.stopped) return
          await this.views.foldWitnessed({ origin, witness, size, time })
          this.changed()
        }),
      receiptsUnheld: async (...of) => (this.stopped ? [] : this.views.receiptsUnheld(...of)),
      onSuperseded: async (receipt) => !this.stopped && (await this.views.forgetReceipt(receipt)),
      onNews: () => {
        this.changed()
        this.reached.hint()
      },
      onAlarm: (code, subject, message) => this.alarm(code, subject, message),
      onAlarmOver: (code, subject) => this.alarmOver(code, subject),
      alarmed: (code) => this.parts.store.alarmed(code),
      blank: (type, of) => blankRecord(around, type, of),
      dailyUse: this.dailyUseOf(pact),
      pinnedSize: (origin) => this.views.pinnedSize(origin),
      onSplit: (origin, common) =>
        this.unattended.begin(`Marking ${origin}`, async () => {
          if (this.stopped) return
          await this.views.foldSplit(origin, common)
          if (partyOf(origin) === this.party) await this.rejections.recall()
          this.changed()
        }),
    }
  }

  private dailyUseOf({ id, agreement }: StoredPact): DailyUse {
    const { receipts } = this.parts
    const known = this.dailyUse.get(id)
    if (known !== undefined) return known
    const use = new DailyUse({
      ...{ agreement, us: this.party, now: () => this.now() },
      logsOf: (party) => this.logs.ofParty(id, party),
      cosignatures: (origin) => [
        ...receipts.given(origin).map(({ size, time }) => ({ by: this.party, size, time })),
        ...receipts.held(origin).map(({ cosigner, size, time }) => ({ by: cosigner, size, time })),
      ],
    })
    this.dailyUse.set(id, use)
    return use
  }

  private async caughtUp(channel: Channel): Promise<void> {
    await this.unattended.handedOver()
    const own = channel.own.speaker?.log.origin
    const origins = [...(own === undefined ? [] : [own]), ...channel.peers.logs().map(({ origin }) => origin)]
    for (const origin of origins) await this.folding.caughtUp(origin)
  }

  /** What an earlier run held and did not fold any more. */
  private async foldLogAnew(origin: string): Promise<void> {
    const { receipts } = this.parts
    const all = [
      ...receipts.given(origin).map((receipt) => ({ origin, by: this.party, ...receipt })),
      ...receipts.held(origin).map(({ cosigner, ...receipt }) => ({ origin, by: cosigner, ...receipt })),
    ]
    for (let from = 0; from < all.length && !this.stopped; from += LIMITS.receiptsPerFold) {
      await this.views.foldReceipts(all.slice(from, from + LIMITS.receiptsPerFold))
    }
    if (this.stopped) return
    this.folding.wake(origin)
    await this.folding.lookForContent(origin)
  }

  private async foldReceipt({ origin, by, size, time, digest, key }: HeldReceipt): Promise<void> {
    if (this.stopped) return
    await this.views.foldReceipt({ origin, by, size, time, digest, key })
    this.folding.wake()
    this.changed()
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

  /** Further cards are held: what waited for them goes on. */
  private async cardsArrived(cards: readonly Card[]): Promise<void> {
    const { trusted } = this.parts
    for (const { bytes, party } of cards) {
      await this.views.knowCard(bytes)
      this.reached.moved(party)
      this.agreements.wake(party)
    }
    for (const { party, code, message } of trusted.contradictions()) this.alarm(code, party, message)
    this.folding.wake()
    for (const channel of this.parts.channels.values()) for (const { party } of cards) channel.wake(party)
    this.changed()
  }

  /** Our own card is another from here on. */
  private async speakWith(card: Card): Promise<void> {
    if (this.parts.desk instanceof ChangingDesk) this.parts.desk.change()
    await this.cardsArrived([card])
  }

  private bringKeysUpToDate(): void {
    this.unattended.begin('Saying our new keys in our logs', () => this.ownKeys.bringUpToDate())
  }

  private alarm(code: AlarmCode, subject: string, message: string): void {
    const { store, around } = this.parts
    if (this.stopped) return
    if (store.alarm(this.now(), code, subject, message)) around.report('error', 'alarm', { code, subject, message })
    this.changed()
  }

  private alarmOver(code: AlarmCode, subject: string): void {
    const { store, around } = this.parts
    if (this.stopped || !store.alarmOver(code, subject)) return
    around.report('info', 'alarm-over', { code, subject })
    this.changed()
  }

  private changed(): void {
    for (const listener of this.listeners) listener()
  }
}
