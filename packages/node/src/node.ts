// The engine of a node. Read this first: it is the whole way of a record, both ways.
//
//   say   → gate → seal → sign → append to our log → publish → hint the peers          saying.ts, speaker.ts
//   hear  ← fold ← open ← verify ← mirror of their log ← poll, or a hint                channel.ts, peer-log.ts, folding.ts
//
// There are two doors and no third: `say` (and `share`, which says many) for our own words, the channels' `hear` for
// theirs. Both end in the same fold into the same views. What a record means is decided in the pure packages.

import { join } from 'node:path'
import { type LogFiles, openReceipts } from '@countersign/ledger'
import { fromBase64, ok, type Result, refuse, toHex } from '@countersign/log'
import { type Card, parseCard, parseRecordRef } from '@countersign/record'
import { openViews, type Views } from '@countersign/views'
import { Agreements, type Signed } from './agreements.ts'
import { type Act, type Approval, Approvals } from './approvals.ts'
import { CardFetching } from './card-fetching.ts'
import { type CarriedIn, carryIn } from './carry-in.ts'
import { ChangingDesk } from './changing-desk.ts'
import type { Channel, ChannelContext, Succeeded } from './channel.ts'
import { Destroying } from './destroying.ts'
import { Directory, type DirectoryAnswer } from './directory.ts'
import { overDisk } from './disk-failure.ts'
import { blankRecord, type EngineParts, noSuchPact } from './engine-parts.ts'
import { cutEvidence, cutExchange } from './evidence.ts'
import { Folding, type OpenedPart } from './folding.ts'
import { type Identity, loadIdentity } from './identity.ts'
import { wipeUnprotectedKeys } from './key-store.ts'
import { LIMITS } from './limits.ts'
import { NoticeRelay } from './notice-relay.ts'
import { type KeyStatus, OwnKeys, type Rotated, type RotateRequest } from './own-keys.ts'
import { Pacts, type StoredPact } from './pacts.ts'
import { PeerRequests } from './peer-requests.ts'
import { PrivateStore } from './private-store.ts'
import type { HeldReceipt } from './receipt-feed.ts'
import { Rejections } from './rejections.ts'
import { Removing } from './removing.ts'
import { rightOfWay } from './right-of-way.ts'
import { type Said, Saying, type SayRequest, type ShareRequest } from './saying.ts'
import { SecondHost } from './second-host.ts'
import type { ShareResult } from './share.ts'
import type { Surroundings } from './surroundings.ts'
import { TrustedCards } from './trust.ts'
import { Whereabouts } from './whereabouts.ts'

export interface PeerStatus {
  party: string
  role: 'party' | 'neutral'
  reachable: boolean
  lastHeardMs: number | null
}

export interface NodeStatus {
  party: string
  neutral: boolean
  pacts: {
    id: string
    title: string
    channels: {
      name: string
      origin: string | null
      state: Channel['state']
      awaited: string[]
      maySucceed: boolean
      size: number
    }[]
    peers: PeerStatus[]
  }[]
  heldHere: number
  /** What one officer asked for and a second may confirm. */
  approvals: Approval[]
  /** Raised here (with their time), or derived from the logs. */
  alarms: {
    at?: number
    code: string
    subject: string
    message: string
    count?: number
    record?: string | null
    /** It stands until two officers have acknowledged it. */
    twoOfficers?: boolean
  }[]
}

/** Alarms of logs that contradict themselves: they stand until two officers have acknowledged them. */
const TWO_OFFICERS = new Set(['mirror/fork', 'mirror/rewind', 'log/contradicted', 'log/longer-tail'])

/** The channel that every agreement has for what is small and urgent. */
const LINE = 'line'

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
  private readonly requests = new Map<string, PeerRequests>()
  private readonly listeners = new Set<() => void>()
  private readonly release: () => void
  /** Set before any channel is opened. */
  private whereabouts: Whereabouts | undefined
  private readonly secondHost: SecondHost
  private cancelHints: (() => void) | undefined
  /** Looks that a hint put off, by party. */
  private readonly later = new Map<string, () => void>()
  /** What failed and is done again later, by what it is. */
  private readonly retries = new Map<string, () => void>()
  /** What is on its way into the views beside the lanes of folding. */
  private readonly handing = new Set<Promise<unknown>>()
  /** Sticks are taken in one after the other. */
  private carrying: Promise<unknown> = Promise.resolve()
  private stopped = false

  private constructor(
    identity: Identity,
    parts: Omit<EngineParts, 'requestsTo' | 'alarm' | 'caughtUp' | 'giveWay' | 'cards'>,
    release: () => void,
  ) {
    this.dir = identity.dir
    this.party = identity.party
    this.neutral = identity.neutral
    this.views = parts.views
    this.release = release
    this.parts = {
      ...parts,
      requestsTo: (card) => this.requestsTo(card),
      alarm: (code, subject, message) => this.alarm(code, subject, message),
      cards: new CardFetching({
        us: identity.party,
        trusted: parts.trusted,
        around: parts.around,
        requestsTo: (card) => this.requestsTo(card),
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
        this.unattended(`Looking for a card of ${party}`, () => this.parts.cards.want(party, digest))
      },
      log: (origin) => this.logOf(origin),
      rejected: (rejection) => this.rejections.add(rejection),
      caughtUp: () => this.lookAgain(),
      changed: () => this.changed(),
      giveWay: this.parts.giveWay,
    })
    this.approvals = new Approvals({
      around: parts.around,
      store: parts.store,
      may: (act) => this.mayAct(act),
      carryOut: (act, approval) => this.carryOut(act, approval),
    })
    this.secondHost = new SecondHost({
      ...{ identity, around: parts.around, stopped: () => this.stopped },
      onAlarm: (code, subject, message) => this.alarm(code, subject, message),
      onAlarmOver: (code, subject) => this.alarmOver(code, subject),
    })
    this.saying = new Saying(this.parts)
    this.rejections = new Rejections(this.parts, this.saying)
    this.removing = new Removing(this.parts, this.saying, (origin) => this.logOf(origin))
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
    this.ownKeys = new OwnKeys(this.parts, {
      card: (card) => this.speakWith(card),
      notice: (notice) => this.notices.take(notice),
      succeed: (channel) => this.agreements.succeed(channel.pact, channel.name),
    })
    this.notices = new NoticeRelay(this.parts, () => this.changed())
    this.files = new Directory(identity.party, {
      dir: identity.dir,
      agreement: (id) => parts.pacts.get(id)?.agreement,
      origins: () => this.origins(),
      listHeld: (origin, cosigner) => parts.receipts.listHeld(origin, cosigner),
      unconfirmed: (origin) => [...parts.channels.values()].some((channel) => channel.isUnconfirmed(origin)),
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
    // What failed in an earlier run is all done again now.
    node.parts.store.alarmOver('node/failed')
    node.whereabouts = await Whereabouts.open(dir, around, () => node.isWhole())
    const { doubt } = node.whereabouts
    if (doubt !== undefined) node.alarm('node/may-be-copy', node.party, doubt)
    await node.views.knowCard(identity.card.bytes)
    for (const card of trusted.every()) await node.views.knowCard(card.bytes)
    for (const pact of node.parts.pacts.all()) await node.agreements.join(pact)
    await node.saying.start()
    node.folding.wake()
    await node.rejections.recall()
    node.removing.start()
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

  speakerOf(statementId: string): string | undefined {
    return this.parts.store.speakerOf(statementId)
  }

  // ── keys ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  rotateKeys(request: RotateRequest): Promise<Result<Rotated>> {
    return overDisk('The keys are as they were. Mend that, then change them again.', this.ownKeys.rotate(request))
  }

  /** Takes what the root has signed: a card, a notice, or both. */
  acceptKeys(file: Uint8Array): Promise<Result<Rotated>> {
    return overDisk('It was not accepted whole. Mend that, then accept it again.', this.ownKeys.accept(file))
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
    this.unattended(`Asking ${party} for its card`, () => this.parts.cards.suspect(party))
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

  /** What takes two officers: what was asked, by whom, and what came of it. */
  readonly approvals: Approvals

  private async mayAct(act: Act): Promise<Result<undefined>> {
    if (act.kind === 'alarm/acknowledge') {
      if (!TWO_OFFICERS.has(act.code)) {
        return refuse(
          'approval/not-needed',
          `The alarm ${act.code} is over by itself once its cause is; nobody acknowledges it.`,
        )
      }
      return this.parts.store.isAlarmed(act.code, act.subject)
        ? ok(undefined)
        : refuse('approval/no-alarm', 'No such alarm stands; see them with: countersign status')
    }
    const offered = await this.offeredSuccession(act.pact, act.channel)
    if (offered === undefined) {
      return refuse(
        'log/not-open',
        `Our log on “${act.channel}” needs no successor: it neither waits for peers nor is it stopped.`,
      )
    }
    const same = offered.origin === act.pins.origin && offered.size === act.pins.size && offered.root === act.pins.root
    return same
      ? ok(undefined)
      : refuse(
          'approval/changed',
          `What a successor would pin is another by now (${offered.size} entries of ${offered.origin}); ask anew.`,
        )
  }

  private async carryOut(act: Act, approval: string): Promise<Result<string>> {
    if (act.kind === 'alarm/acknowledge') {
      this.parts.store.acknowledge(act.code, act.subject, approval)
      this.changed()
      return ok('The alarm was acknowledged.')
    }
    const opened = await this.succeedLog(act.pact, act.channel)
    if (!opened.ok) return opened
    const { origin, predecessor } = opened.value
    return ok(`${origin} succeeds ${predecessor.origin} after ${predecessor.size} entries.`)
  }

  /** What a log that succeeds ours would pin now; undefined where none is needed. */
  async offeredSuccession(
    id: string,
    name: string,
  ): Promise<{ origin: string; size: number; root: string } | undefined> {
    const channel = this.parts.channels.get(`${id}/${name}`)
    const head = channel?.maySucceed === true ? await channel.standsBy() : undefined
    return head && { origin: head.origin, size: head.size, root: toHex(head.root) }
  }

  /** Opens a log that succeeds ours on a channel; two officers must have agreed on it, or our root. */
  async succeedLog(id: string, channel: string): Promise<Result<Succeeded>> {
    const pact = this.parts.pacts.get(id)
    if (pact === undefined) return noSuchPact(id)
    return overDisk('Our log is stopped. Mend that, then do it again.', this.agreements.succeed(pact, channel))
  }

  // ── hearing ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A peer says “look again”, and not where: the line is looked at first, everything else a little later. */
  hint(party: string): void {
    for (const channel of this.parts.channels.values()) if (channel.name === LINE) channel.wake(party)
    if (this.later.has(party)) return
    const cancel = this.parts.around.after(LIMITS.lineHeadStartMs, () => {
      this.later.delete(party)
      for (const channel of this.parts.channels.values()) if (channel.name !== LINE) channel.wake(party)
      this.agreements.wake(party)
    })
    this.later.set(party, cancel)
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
    const { receipts, pacts } = this.parts
    const cut = options.exchange === true ? cutExchange : cutEvidence
    return cut({ origin: origin.text, index }, options, {
      log: (of) => this.logOf(of),
      receiptsOn: (of) => [
        ...receipts.given(of).map((receipt) => ({ by: this.party, ...receipt })),
        ...receipts.held(of).map(({ cosigner, ...receipt }) => ({ by: cosigner, ...receipt })),
      ],
      readReceipt: (of, receipt) => receipts.read(of, receipt.by === this.party ? undefined : receipt.by, receipt),
      agreement: (id, version) => {
        const pact = pacts.get(id)
        return pact?.version === version ? pact : undefined
      },
      cardsOf: async (party) => {
        const rows = (await this.views.cards()).filter((row) => row.party === party)
        const cards = rows.flatMap(({ bytes }) => {
          const card = parseCard(fromBase64(bytes) ?? new Uint8Array())
          return card.ok ? card.value : []
        })
        return cards.sort((a, b) => a.body.serial - b.body.serial)
      },
      keyChanges: (of) => this.keyChanges(of),
      witnessed: (of, above) => this.channelOf(of)?.witnessedOver(of, above),
      readPart: (of, part) => this.folding.readPart(of.origin, of.index, part),
      related: async (of) => {
        const detail = await this.views.record(`${of.origin}#${of.index}`)
        if (detail === undefined) return []
        const rows = [...detail.re, ...detail.answers]
        return rows.flatMap((row) => (row.validity.kind === 'void' ? [] : row.record))
      },
    })
  }

  private async keyChanges(origin: string): Promise<number[]> {
    const [party = '', pact = ''] = origin.split('/')
    const indexes: number[] = []
    let cursor: string | undefined
    do {
      const page = await this.views.records({
        pact,
        party,
        type: 'party/keys',
        ...(cursor !== undefined && { cursor }),
      })
      if (!page.ok) break
      for (const row of page.value.records) {
        if (row.origin === origin && row.validity.kind === 'valid') indexes.push(row.index)
      }
      cursor = page.value.next ?? undefined
    } while (cursor !== undefined)
    return indexes.sort((a, b) => a - b)
  }

  /** Our own log of that origin, or our mirror of it. */
  logOf(origin: string): LogFiles | undefined {
    const own = this.ownLog(origin)
    if (own !== undefined) return own
    for (const channel of this.parts.channels.values()) {
      const peer = channel.peerLogs().find((log) => log.origin === origin)
      if (peer !== undefined) return peer.mirror
    }
    return undefined
  }

  // ── state ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** `ready` once every log of ours may sign. */
  health(): { ready: boolean } {
    return { ready: [...this.parts.channels.values()].every(({ state }) => state === 'ready' || state === 'none') }
  }

  async status(): Promise<NodeStatus> {
    const { pacts, channels, store } = this.parts
    return {
      party: this.party,
      neutral: this.neutral,
      pacts: pacts.all().map(({ id, agreement }) => ({
        id,
        title: agreement.title,
        channels: agreement.channels
          .flatMap(({ name }) => channels.get(`${id}/${name}`) ?? [])
          .map((channel) => ({
            name: channel.name,
            origin: channel.speaker?.log.origin ?? null,
            state: channel.state,
            awaited: this.awaited(channel),
            maySucceed: channel.maySucceed,
            size: channel.speaker?.log.size ?? 0,
          })),
        peers: [
          ...agreement.parties.map(({ party }) => ({ party, role: 'party' as const })),
          ...agreement.neutrals.map(({ party }) => ({ party, role: 'neutral' as const })),
        ]
          .filter(({ party }) => party !== this.party)
          .map((member) => {
            const { reachable = false, lastHeardMs = null } = this.requests.get(member.party) ?? {}
            return { ...member, reachable, lastHeardMs }
          }),
      })),
      heldHere: store.heldCount(),
      approvals: this.approvals.open(),
      alarms: [
        ...store.alarms().map((one) => (TWO_OFFICERS.has(one.code) ? { ...one, twoOfficers: true } : one)),
        ...(await this.views.alarms()),
      ],
    }
  }

  /** Whom a channel waits for; in a folder that may be a copy also those whose logs are not known yet. */
  private awaited(channel: Channel): string[] {
    const unlearned = this.whereabouts?.doubt === undefined ? [] : this.agreements.unlearned(channel.pact.id)
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
    if (!this.stopped && this.whereabouts?.look() === true) this.alarmOver('node/may-be-copy', this.party)
  }

  /** Resolves once everything held is folded into the views. */
  async settled(): Promise<void> {
    while (this.handing.size > 0) await Promise.allSettled([...this.handing])
    await this.folding.settled()
  }

  /** Ends every loop and closes every file; what is durable stays as it is. */
  async stop(): Promise<void> {
    if (this.stopped) return
    this.stopped = true
    this.cancelHints?.()
    for (const cancel of [...this.later.values(), ...this.retries.values()]) cancel()
    this.agreements.stop()
    await this.carrying
    for (const requests of this.requests.values()) requests.close()
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
      ownCard: (digest) => {
        const card = trusted.set.of(digest)
        return card?.party === this.party ? card : undefined
      },
      suspect: (party) => this.parts.cards.suspect(party),
      requestsTo: (card) => this.requestsTo(card),
      forcePin: () => this.views.force(pact.id, pact.version, name)?.receipt,
      mayBeCopy: () => this.whereabouts?.doubt !== undefined,
      alone: () => (this.whereabouts?.doubt === undefined ? Promise.resolve(false) : this.secondHost.alone()),
      onRecovered: () => this.settle(),
      onLog: (origin) => this.handToFolding(`Folding ${origin}`, () => this.foldLogAnew(origin)),
      onEntries: (origin) => this.folding.wake(origin),
      onContent: (origin) =>
        this.handToFolding(`Opening content of ${origin}`, () => this.folding.lookForContent(origin)),
      isDestroyed: (origin, index, part) => this.views.isDestroyed(origin, index, part),
      onReceipt: (receipt) => {
        const { origin } = receipt
        this.handToFolding(
          `Folding receipts on ${origin}`,
          () => this.foldReceipt(receipt),
          () => this.foldLogAnew(origin),
        )
      },
      onWitnessed: ({ origin, witness, size, time }) =>
        this.unattended(`Folding a cosignature on ${origin}`, async () => {
          if (this.stopped) return
          await this.views.foldWitnessed({ origin, witness, size, time })
          this.changed()
        }),
      onSuperseded: async (receipt) => !this.stopped && (await this.views.forgetReceipt(receipt)),
      onNews: () => this.hintPeers(),
      onAlarm: (code, subject, message) => this.alarm(code, subject, message),
      onAlarmOver: (code, subject) => this.alarmOver(code, subject),
      blank: (type, of) => blankRecord(around, type, of),
      pinnedSize: (origin) => this.views.pinnedSize(origin),
      onSplit: (origin, common) => this.unattended(`Marking ${origin}`, () => this.views.foldSplit(origin, common)),
    }
  }

  private async caughtUp(channel: Channel): Promise<void> {
    while (this.handing.size > 0) await Promise.allSettled([...this.handing])
    const own = channel.speaker?.log.origin
    const origins = [...(own === undefined ? [] : [own]), ...channel.peerLogs().map(({ origin }) => origin)]
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
    this.unattended('Passing notices on', () => this.notices.look())
  }

  /** Whether a call is on its way, from us or to us. */
  private lineIsBusy(): boolean {
    if (this.cancelHints !== undefined || this.saying.isSaying) return true
    for (const channel of this.parts.channels.values()) if (channel.name === LINE && channel.isHearing()) return true
    return false
  }

  private hintPeers(): void {
    this.changed()
    this.cancelHints ??= this.parts.around.after(LIMITS.hintGatherMs, () => {
      this.cancelHints = undefined
      for (const requests of this.requests.values()) this.unattended('Hinting a peer', () => requests.hint())
    })
  }

  private requestsTo(card: Card): PeerRequests {
    const known = this.requests.get(card.party)
    if (known !== undefined) return known
    const { identity, around, trusted } = this.parts
    const signer = {
      party: this.party,
      get signer() {
        return identity.keys.request
      },
    }
    const { endpoints } = (trusted.of(card.party) ?? card).body
    const requests = new PeerRequests(card.party, endpoints[0] ?? '', signer, around)
    this.requests.set(card.party, requests)
    return requests
  }

  /** Further cards are held: what waited for them goes on. */
  private async cardsArrived(cards: readonly Card[]): Promise<void> {
    const { trusted } = this.parts
    for (const { bytes, party } of cards) {
      await this.views.knowCard(bytes)
      const endpoint = trusted.of(party)?.body.endpoints[0]
      if (endpoint !== undefined) this.requests.get(party)?.moveTo(endpoint)
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
    this.unattended('Saying our new keys in our logs', () => this.ownKeys.bringUpToDate())
  }

  /** The channel that a log stands on. */
  private channelOf(origin: string): Channel | undefined {
    const [, pact, name] = origin.split('/')
    return this.parts.channels.get(`${pact}/${name}`)
  }

  private ownLog(origin: string): LogFiles | undefined {
    for (const channel of this.parts.channels.values()) {
      const log = channel.ownLog(origin)
      if (log !== undefined) return log
    }
    return undefined
  }

  private *origins(): Generator<string> {
    for (const channel of this.parts.channels.values()) {
      yield* channel.ownOrigins()
      for (const { origin } of channel.peerLogs()) yield origin
    }
  }

  private alarm(code: string, subject: string, message: string): void {
    const { store, around } = this.parts
    if (this.stopped) return
    if (store.alarm(this.now(), code, subject, message)) around.report('error', 'alarm', { code, subject, message })
    this.changed()
  }

  private alarmOver(code: string, subject: string): void {
    const { store, around } = this.parts
    if (this.stopped || !store.alarmOver(code, subject)) return
    around.report('info', 'alarm-over', { code, subject })
    this.changed()
  }

  /**
   * Work that nobody waits for: where it fails a person is told, the node goes on, and `again` is done later and later
   * until it succeeds. One at a time for each `what`.
   */
  private unattended(what: string, work: () => Promise<unknown>, again = work): void {
    work().catch((cause: unknown) => this.tryLater(what, again, cause, 0))
  }

  /** Likewise, and whoever waits for the views waits for it. */
  private handToFolding(what: string, work: () => Promise<unknown>, again = work): void {
    this.unattended(
      what,
      () => {
        const handed = work().finally(() => this.handing.delete(handed))
        this.handing.add(handed)
        return handed
      },
      again,
    )
  }

  private tryLater(what: string, again: () => Promise<unknown>, cause: unknown, failures: number): void {
    if (this.stopped) return
    const { around } = this.parts
    const message = cause instanceof Error ? cause.message : String(cause)
    around.report('error', 'unattended-failed', { what, message: cause instanceof Error ? cause.stack : message })
    this.alarm('node/failed', what, `${what} failed (${message}). The node goes on, and tries it again by itself.`)
    if (this.retries.has(what)) return
    const ms = Math.min(LIMITS.backoffMsMax, LIMITS.backoffMsMin * 2 ** Math.min(failures, 16))
    const cancel = around.after(ms, () => {
      this.retries.delete(what)
      again().then(
        () => this.alarmOver('node/failed', what),
        (next: unknown) => this.tryLater(what, again, next, failures + 1),
      )
    })
    this.retries.set(what, cancel)
  }

  private changed(): void {
    for (const listener of this.listeners) listener()
  }
}
