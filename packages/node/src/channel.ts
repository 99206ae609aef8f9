// One channel of one agreement on this node: our own log, the peers' logs we hear, and the receipts each log has.
// It keeps the loops that hear, fetch receipts and say pins, and answers what a speaker must know of its channel.

import { createHash } from 'node:crypto'
import {
  createOwnLog,
  type LogFiles,
  type Mirror,
  type OwnLog,
  type OwnLogOptions,
  openMirror,
  openOwnLog,
  originHash,
  type ReadableLog,
  type Receipts,
  recordGeneration,
} from '@countersign/ledger'
import { ok, type Result, refuse, toHex, verifyCheckpoint } from '@countersign/log'
import { neutralsOf, pinnedRoot, readersOf } from '@countersign/pact'
import { type Card, FORK_LIMITS, parseEntry, receiptKeyIds, type SignerPair, type Statement } from '@countersign/record'
import { Rounds } from './backoff.ts'
import { type Branch, contradictingBranch } from './branches.ts'
import { ChannelWitnesses } from './channel-witnesses.ts'
import { DiskAlarm, diskRefusal } from './disk-failure.ts'
import { Exchange } from './exchange.ts'
import { Forks } from './forks.ts'
import { mayHear } from './generations.ts'
import type { Identity } from './identity.ts'
import { KeptHeads } from './kept-heads.ts'
import { LIMITS } from './limits.ts'
import { type LogSource, type SignedHead, signedHeadOf } from './log-source.ts'
import { fetchOwnContent } from './own-content.ts'
import { type FormerLog, openFormer, statementsIn } from './own-logs.ts'
import { OwnReceipts } from './own-receipts.ts'
import type { StoredPact } from './pacts.ts'
import { PeerEar } from './peer-ear.ts'
import { type CarriedHearing, PeerLog } from './peer-log.ts'
import { type PeerFiles, type PeerRequests, PeerUnreachable } from './peer-requests.ts'
import { pinIsWorthwhile } from './pins.ts'
import { type HeldReceipt, ReceiptFeed, type ReceiptFeedOptions } from './receipt-feed.ts'
import type { Cosigner } from './signed-heads.ts'
import { type ChannelSight, type Draft, type Head, type Pin, Speaker } from './speaker.ts'
import { type CheckOutcome, type StartupCheck, startCheck } from './startup-check.ts'
import type { Surroundings } from './surroundings.ts'
import type { WitnessedHead, WitnessingOptions } from './witnessing.ts'

export interface ChannelContext {
  identity: Identity
  around: Surroundings
  receipts: Receipts
  cardOf(party: string, root: string): Card | undefined
  /** Every card of a party that is accepted by the root that the agreement pins. */
  cardsOf(party: string, root: string): readonly Card[]
  /** One of our own cards. */
  ownCard(digest: string): Card | undefined
  /** Something of a party does not verify: its newest card is asked for. True where that was answered. */
  suspect(party: string): Promise<boolean>
  requestsTo(card: Card): PeerRequests
  /** The receipt by which the agreement is in force on this channel, once it is. */
  forcePin(): Pin | undefined
  /** Whether the folder may be a copy of another: then every peer is waited for before we sign. */
  mayBeCopy(): boolean
  /** Resolves once no other host answers with our keys; true where one did at first. */
  alone(): Promise<boolean>
  /** What was missing in a folder that may be a copy is there, all of it or in part. */
  onRecovered(): void
  /** A log, ours or a peer's, is open from here on. */
  onLog(origin: string): void
  onEntries(origin: string): void
  onContent(origin: string): void
  /** Whether a valid record destroyed that part. */
  isDestroyed(origin: string, index: number, part: number): boolean
  onReceipt(receipt: HeldReceipt): void
  /** A witness of the agreement cosigned a log, ours or a peer's. */
  onWitnessed(head: WitnessedHead): void
  /** A receipt held before is superfluous; true where nothing here rests on it. */
  onSuperseded(receipt: Omit<HeldReceipt, 'bytes' | 'key'>): Promise<boolean>
  /** We gave a receipt or said something: peers may look again. */
  onNews(): void
  onAlarm(code: string, subject: string, message: string): void
  /** What an alarm warned of is over. */
  onAlarmOver(code: string, subject: string): void
  /** A draft of a record without content, with a fresh id. */
  blank(type: string, pact: StoredPact): Draft
  /** How much of a log one that succeeds it pins; undefined while none is known. */
  pinnedSize(origin: string): Promise<number | undefined>
  /** What stands in a log from the entry `common` on stands on one branch of it only. */
  onSplit(origin: string, common: number): void
}

/** A log of ours that another one succeeded, with what that one pins of it. */
export interface Succeeded {
  origin: string
  predecessor: { origin: string; size: number; root: string }
}

/** Who showed that our key signed another branch of our log, and how far at most the two can be one. */
interface Contradiction {
  by: string
  upTo: number
}
/** What a witness may answer that its operator or ours must mend. */
const WITNESS_FAULTS = [
  'witness/unknown-log',
  'witness/untrusted',
  'witness/inconsistent',
  'witness/answer',
  'witness/ahead',
]

export type SpeakerState = 'none' | 'checking' | 'ready' | 'stopped'

const WAY_OUT = 'Where it cannot be mended, two officers open a log that succeeds it: countersign log succeed.'

/** What was raised of a log of ours before another succeeded it. */
const OVER_ONCE_SUCCEEDED = [
  ...['ledger/stopped', 'ledger/disk-full', 'ledger/disk-failed', 'ledger/unopened'],
  ...['log/contradicted', 'log/longer-tail', 'log/check-failed'],
]

/** What an earlier run may have raised of a log that is written again now. */
const OVER_ONCE_READY = ['ledger/stopped', 'ledger/disk-full', 'ledger/disk-failed', 'ledger/unopened']

export class Channel {
  readonly pact: StoredPact
  readonly name: string
  readonly isParty: boolean
  speaker: Speaker | undefined
  state: SpeakerState = 'none'
  /** Our logs that were succeeded by another. */
  private readonly former = new Map<string, FormerLog>()
  private contradiction: Contradiction | undefined
  private succeeding = false
  /** The size of our log when it was found to be what its peers hold, in this run. */
  private confirmedAt = 0
  private readonly context: ChannelContext
  private readonly peers = new Map<string, PeerEar>()
  private readonly feeds = new Map<string, Feed>()
  /** Origins of which it is being looked whether they may be heard. */
  private readonly opening = new Map<string, Promise<void>>()
  private check: StartupCheck | undefined
  /** In a folder that may be a copy: our own receipts on each log of a peer, asked back. */
  private readonly recalls = new Map<string, OwnReceipts>()
  private isContentWhole = true
  private heads: KeptHeads | undefined
  private readonly witnesses: ChannelWitnesses
  private pinSince: number | undefined
  private pins: Rounds | undefined
  private stopping = false
  private readonly forks: Forks
  /** Our logs of this channel in this folder, whether they are open or not. */
  private readonly ours = new Set<string>()
  private readonly exchange: Exchange
  private readonly exchanging: Rounds
  /** When each peer was last asked for a proof of each log. */
  private readonly proofLooks = new Map<string, number>()
  private readonly readiness = Promise.withResolvers<void>()

  constructor(pact: StoredPact, name: string, context: ChannelContext) {
    this.pact = pact
    this.name = name
    this.context = context
    const { pollSeconds } = pact.agreement.intervals
    this.witnesses = new ChannelWitnesses((round, party) => this.rounds(round, party, pollSeconds))
    const channel = pact.agreement.channels.find((one) => one.name === name)
    this.isParty = channel?.parties.includes(context.identity.party) ?? false
    this.forks = new Forks({ disk: context.around.disk, dir: context.identity.dir })
    this.exchange = this.exchangeOf(channel?.parties ?? [])
    this.exchanging = this.rounds(() => this.exchange.round(), context.identity.party, pollSeconds)
  }

  private exchangeOf(parties: readonly string[]): Exchange {
    const { identity, onAlarm } = this.context
    return new Exchange({
      us: identity.party,
      parties,
      log: (origin) => this.logOf(origin),
      authorOf: (origin) => this.cardOfParty(authorOf(origin)),
      mirrorAt: (by, origin) => this.mirrorAt(by, origin),
      hear: (origin, author, shownBy) => this.hearShown(origin, author, shownBy),
      wake: (origin) => this.peers.get(origin)?.wake(),
      onFork: async (origin, by, served, branch) => {
        if (this.ownLog(origin) !== undefined) await this.stopContradicted(origin, by, served.size, 'other-root')
        else
          await this.tellFork(
            origin,
            `${by} was shown another log than the one held here, signed by its author.`,
            served,
            branch,
          )
      },
      onUnknownOwn: (origin, by) => {
        // One that is in this folder may not be open yet, or not be openable.
        if (this.ours.has(origin)) return
        this.state = 'stopped'
        const message = `${by} holds a log that our key signed and that is not in this folder: it was opened after this folder was copied or backed up. Nothing is signed here; restore a newer backup, or take that log back from the mirrors.`
        onAlarm('log/unknown-own', origin, message)
      },
      onUnbacked: (by, message) => onAlarm('statement/seen-unbacked', `${by}/${this.pact.id}/${this.name}`, message),
    })
  }

  private cardOfParty(party: string): Card | undefined {
    const { identity, cardOf } = this.context
    if (party === identity.party) return identity.card
    const root = this.pact.agreement.parties.find((one) => one.party === party)?.root
    return root === undefined ? undefined : cardOf(party, root)
  }

  /** Its author first, and whoever else was shown it. */
  private async hearShown(origin: string, author: Card, shownBy: LogSource): Promise<void> {
    try {
      await this.hear(origin, author)
    } catch (cause) {
      if (!(cause instanceof PeerUnreachable)) throw cause
    }
    if (!this.peers.has(origin)) await this.hear(origin, author, shownBy)
  }

  /** These logs of ours are in this folder, whether they can be opened or not. */
  hasOwn(generations: readonly string[]): void {
    for (const one of generations) this.ours.add(this.ownOrigin(one))
  }

  private ownOrigin(generation: string): string {
    return `${this.context.identity.party}/${this.pact.id}/${this.name}/${generation}`
  }

  /**
   * Opens our logs of this channel from disk, in the order in which they were begun, and starts the check of the one that
   * speaks with the peers.
   */
  async openOwn(generations: readonly string[]): Promise<void> {
    const { identity, around, onAlarm, onLog } = this.context
    const origins = generations.map((one) => this.ownOrigin(one))
    const { newest: origin, former, faults } = await openFormer(origins, { ...around, dir: identity.dir })
    for (const fault of faults) onAlarm(fault.code, fault.origin, fault.message)
    for (const one of former) {
      const of = one.log.origin
      this.former.set(of, one)
      onLog(of)
      this.feedReceipts(of, await this.openedWith(one.log))
    }
    // One log that cannot be opened silences its channel, and no other.
    const silent = (code: string, message: string) => {
      this.state = 'stopped'
      this.context.onAlarm(code, origin, message)
    }
    let opened: OwnLog | undefined
    try {
      let card = identity.card
      // What it was opened with is read from what is durable: of what was published a power cut may have left less.
      const signers = async (of: ReadableLog) => {
        card = await this.openedWith(of)
        return identity.ring.of(card).log
      }
      const log = await openOwnLog({ ...this.ownLogAt(origin, identity.keys.log), signers })
      if (!log.ok) return silent(log.code, log.message)
      opened = log.value
      await this.attach(opened)
      this.state = 'checking'
      if (this.context.mayBeCopy()) void this.checkAlone(opened, card)
      else this.startChecking(opened, card)
    } catch (cause) {
      if (this.speaker === undefined) await opened?.close().catch(() => {})
      const refusal = diskRefusal(cause, 'Our log could not be opened. Mend it, then start the node again.')
      silent(refusal?.code ?? 'ledger/unopened', refusal?.message ?? `Our log could not be opened: ${String(cause)}`)
    }
  }

  /** Opens a fresh log: never seen by anyone, so nothing needs to be checked. */
  async createOwn(generation: string): Promise<Speaker> {
    const origin = this.ownOrigin(generation)
    this.ours.add(origin)
    const log = await createOwnLog(this.ownLogAt(origin, this.context.identity.keys.log))
    if (!log.ok) throw new Error(log.message)
    const speaker = await this.attach(log.value)
    this.state = 'ready'
    this.readiness.resolve()
    return speaker
  }

  /** Whether a log may be opened that succeeds ours, without our key having changed: ours signs nothing as it is. */
  get maySucceed(): boolean {
    return this.isParty && (this.state === 'checking' || this.state === 'stopped') && this.speaker !== undefined
  }

  /** How much of our log a successor pins as of now: what both branches have in common, where there are two. */
  async standsBy(): Promise<Head | undefined> {
    const log = this.speaker?.log
    if (log === undefined || log.size === 0) return undefined
    const size = await this.commonSize(log)
    return { origin: log.origin, size, root: await log.rootAt(size) }
  }

  /**
   * Opens a log that succeeds ours (spec/succession.md): ours is signed no further from here on, and stays published. The
   * new one is named in our index once it is durable; where this fails, our log is stopped, and it can be done again.
   */
  async succeed(generation: string): Promise<Result<Succeeded>> {
    const { identity, around, blank, onAlarmOver } = this.context
    const before = this.speaker?.log
    if (before === undefined || before.size === 0 || this.succeeding || this.stopping) {
      return refuse('log/not-open', `There is no log on “${this.name}” that another could succeed now.`)
    }
    if (this.former.size + 1 >= LIMITS.generationsPerChannel) {
      const most = LIMITS.generationsPerChannel
      return refuse(
        'log/generations',
        `Peers hear ${most} logs of a channel, and there are as many: agree on a new pact.`,
      )
    }
    this.succeeding = true
    try {
      this.state = 'stopped'
      await this.check?.outcome.catch(() => {})
      await before.close().catch(() => {})
      const pinned = await this.standsBy()
      if (pinned === undefined) throw new Error('The log has a size.')
      const origin = this.ownOrigin(generation)
      this.ours.add(origin)
      const log = await createOwnLog(this.ownLogAt(origin, identity.keys.log))
      if (!log.ok) return log
      const speaker = await this.speakerOf(log.value)
      const predecessor = { origin: pinned.origin, size: pinned.size, root: toHex(pinned.root) }
      const body = { card: identity.card.digest, predecessor }
      const said = await speaker.say({ ...blank('log/open', this.pact), body })
      if (!said.ok) return said
      await log.value.published()
      await recordGeneration({ disk: around.disk, dir: identity.dir }, this.pact.id, this.name, generation)
      this.former.set(before.origin, { log: before, pinned: pinned.size })
      this.contradiction = undefined
      await this.pins?.stop()
      await this.speakWith(speaker)
      this.state = 'ready'
      for (const code of OVER_ONCE_SUCCEEDED) onAlarmOver(code, before.origin)
      for (const { party } of this.cosignersOf(identity.party)) {
        onAlarmOver('log/tail-withheld', `${before.origin} by ${party}`)
      }
      this.readiness.resolve()
      this.context.onEntries(origin)
      this.context.onNews()
      for (const ear of this.peers.values()) ear.wake()
      return ok({ origin, predecessor })
    } finally {
      this.succeeding = false
    }
  }

  /** As far as we know the branches of our log: by reading the other one, where who showed it serves it. */
  private async commonSize(log: LogFiles): Promise<number> {
    const { contradiction } = this
    if (contradiction === undefined) return log.size
    const { by, upTo } = contradiction
    const source = this.mirrorAt(by, log.origin)
    const signed = source && (await signedHeadOf(source, log.origin, await this.openedWith(log)).catch(() => undefined))
    if (source !== undefined && signed !== undefined) {
      const branch = await contradictingBranch(source, signed, log)
      if (branch !== undefined) return Math.max(1, branch.common)
    }
    // Unread: what it countersigned of ours before is on both.
    const held = this.context.receipts.held(log.origin, by).map(({ size }) => size)
    return Math.max(1, ...held.filter((size) => size <= upTo))
  }

  private mirrorAt(by: string, origin: string): LogSource | undefined {
    const { identity } = this.context
    const [party, pact, channel, generation] = origin.split('/')
    const cosigner = this.cosignersOf(identity.party).find((one) => one.party === by)
    return cosigner && { requests: cosigner.requests, prefix: `mirrors/${pact}/${channel}/${party}/${generation}` }
  }

  /** Resolves once our log may sign. */
  ready(): Promise<void> {
    return this.readiness.promise
  }

  /** Our log is still compared with its peers' copies. */
  get checking(): boolean {
    return this.state === 'checking'
  }

  /** A notice of compromised keys froze our log: whoever says more in it says it in vain. */
  frozen(): void {
    if (this.state === 'stopped') return
    this.state = 'stopped'
    const message = `Our log on ${this.name} is frozen by a notice of compromised keys; open its successor with new keys: countersign log succeed`
    this.context.onAlarm('log/frozen', this.speaker?.log.origin ?? this.name, message)
  }

  /** Whose answer is awaited before we sign, and before we countersign. */
  awaited(): string[] {
    const checked = this.state === 'checking' ? (this.check?.awaited() ?? [this.context.identity.party]) : []
    const recalled = [...this.recalls.values()].flatMap((recall) => (recall.done ? [] : recall.awaited()))
    return [...new Set([...checked, ...recalled])].sort()
  }

  /** Whether nothing is missing here that we signed, said or countersigned before. */
  get isWhole(): boolean {
    return (
      this.isContentWhole &&
      (this.state === 'ready' || this.state === 'none') &&
      [...this.recalls.values()].every(({ done }) => done) &&
      this.peerLogs().every((log) => log.isWhole)
    )
  }

  /** Starts hearing a peer's log; does nothing where it is heard already, or where its author does not show it yet. */
  async hear(origin: string, author: Card, shownBy = this.atAuthor(origin, author)): Promise<void> {
    if (this.peers.has(origin) || this.opening.has(origin) || this.stopping) return
    const opening = this.beginWhereShown(origin, author, shownBy).finally(() => this.opening.delete(origin))
    this.opening.set(origin, opening)
    await opening
  }

  private async beginWhereShown(origin: string, author: Card, shownBy: LogSource): Promise<void> {
    const card = await this.mayHear(origin, author, shownBy)
    if (card !== undefined && !this.stopping) await this.beginHearing(origin, card)
  }

  private atAuthor(origin: string, author: Card): LogSource {
    const [, pact, channel, generation] = origin.split('/')
    return { requests: this.context.requestsTo(author), prefix: `logs/${pact}/${channel}/${generation}` }
  }

  /** The card by whose log keys it is kept. */
  private async mayHear(origin: string, { party }: Card, shownBy: LogSource): Promise<Card | undefined> {
    const { identity, around, cardsOf, suspect, onAlarm } = this.context
    const look = () => {
      const cards = cardsOf(party, pinnedRoot(this.pact.agreement, party) ?? '')
      return mayHear({ disk: around.disk, dir: identity.dir }, origin, cards, shownBy)
    }
    let may = await look()
    if (may === 'other-keys' && (await suspect(party))) may = await look()
    if (may === 'too-many' && shownBy.carried === undefined) {
      const message = `${party} names more logs of the channel ${this.name} than the ${LIMITS.generationsPerChannel} that are heard; the others stay unheard.`
      onAlarm('peer/generations', `${party}/${this.pact.id}/${this.name}`, message)
    }
    return typeof may === 'object' ? may.card : undefined
  }

  private async beginHearing(origin: string, author: Card): Promise<void> {
    const { identity, around, onAlarm, onAlarmOver, onLog } = this.context
    const ear = new PeerEar({
      origin,
      around,
      open: () =>
        openMirror({
          disk: around.disk,
          dir: identity.dir,
          origin,
          keys: author.keys.log,
          random: around.random,
        }),
      listen: (mirror) => this.listen(origin, author, mirror),
      rounds: (round) => this.rounds(round, author.party, this.pact.agreement.intervals.pollSeconds),
      onAlarm: (code, message) => onAlarm(code, origin, message),
      onAlarmOver: (code) => onAlarmOver(code, origin),
      onOpen: (again) => {
        onLog(origin)
        if (again) return
        this.feedReceipts(origin, author)
        const sources = [this.atAuthor(origin, author)]
        this.unattended(this.witnesses.peers(this.witnessing(origin, author), () => this.logOf(origin), sources))
      },
    })
    this.peers.set(origin, ear)
    await ear.begin()
  }

  /** Hears the author of a log through our mirror of it. */
  private async listen(origin: string, author: Card, mirror: Mirror): Promise<PeerLog> {
    const { identity, around, receipts, requestsTo, cardOf } = this.context
    const { agreement } = this.pact
    const [, pact, channel, generation] = origin.split('/')
    const neutral = neutralsOf(agreement).find((one) => one.party === identity.party)
    const depositary = neutralsOf(agreement).find((one) => one.roles.includes('depositary'))
    const depositaryCard = depositary && cardOf(depositary.party, depositary.root)
    const log = new PeerLog({
      origin,
      author,
      mirror,
      sources: [
        this.atAuthor(origin, author),
        ...(depositaryCard === undefined || depositaryCard.party === identity.party
          ? []
          : [
              {
                requests: requestsTo(depositaryCard),
                prefix: `mirrors/${pact}/${channel}/${author.party}/${generation}`,
              },
            ]),
      ],
      cosigners: this.cosignersOf(author.party),
      us: {
        party: identity.party,
        get receipt() {
          return identity.keys.receipt
        },
      },
      pact: this.pact.id,
      role: neutral === undefined ? 'recipient' : neutral.roles.includes('depositary') ? 'depositary' : 'observer',
      limits: agreement.limits,
      cosignSeconds: neutral === undefined ? undefined : agreement.intervals.cosignSeconds,
      receipts,
      around,
      mayCountersign: () =>
        (!this.isParty || this.state === 'ready') &&
        !this.forks.isClosed(origin) &&
        (this.recalls.get(origin)?.done ?? !this.context.mayBeCopy()),
      mayLack: this.context.mayBeCopy(),
      pinnedSize: () => this.context.pinnedSize(origin),
      shownElsewhere: () => this.exchange.aheadOf(origin, mirror.size),
      onStatement: (statement) => {
        this.exchange.said(author.party, statement)
        if (!this.exchange.isIdle) this.exchanging.wake()
      },
      onEntries: () => {
        this.context.onEntries(origin)
        // Their cosigners may have been quicker than we: what they gave can be compared with the log now.
        for (const [key, { feed, rounds }] of this.feeds) if (feed.waits && key.startsWith(`${origin} `)) rounds.wake()
      },
      onContent: () => {
        this.context.onContent(origin)
        this.context.onRecovered()
      },
      isDestroyed: (index, part) => this.context.isDestroyed(origin, index, part),
      onReceipt: (receipt) => {
        const digest = sha256Hex(receipt.bytes)
        const key = receiptKeyIds(identity.party, this.pact.id, identity.card.keys.receipt)
        this.context.onReceipt({ origin, by: identity.party, ...receipt, digest, key })
        this.context.onNews()
      },
      onTooFarBehind: (message) => this.context.onAlarm('mirror/too-far-behind', origin, message),
      onContradiction: async (code, message, served, branch) => {
        const of = { origin, author, code, message, held: mirror, served, branch }
        this.context.onAlarm(code, origin, await this.forks.keep(of))
        if (branch !== undefined) this.context.onSplit(origin, branch.common)
      },
    })
    const common = await this.forks.recall(origin)
    if (common !== undefined) this.context.onSplit(origin, common)
    await log.recall()
    this.recallReceipts(origin, author)
    return log
  }

  /** Asks for our own receipts on a peer's log where some may be lost; once in a run. */
  private recallReceipts(origin: string, author: Card): void {
    const { identity, around, receipts, requestsTo, cardsOf, onAlarm, mayBeCopy, onRecovered } = this.context
    if (!mayBeCopy() || this.recalls.has(origin)) return
    const recall = new OwnReceipts({
      ...{ origin, author, us: identity.party, pact: this.pact.id, receipts, around },
      keys: () => {
        const past = cardsOf(identity.party, identity.card.rootDigest)
        return [identity.card, ...past].map(({ keys }) => keys.receipt)
      },
      readers: [requestsTo(author), ...this.cosignersOf(author.party).map(({ requests }) => requests)],
      stopped: () => this.stopping,
      onDone: () => {
        this.peers.get(origin)?.wake()
        onRecovered()
      },
    })
    this.recalls.set(origin, recall)
    recall.ended.catch((cause: unknown) => {
      onAlarm(
        'log/check-failed',
        origin,
        `Our own receipts could not be asked back; start the node again: ${String(cause)}`,
      )
    })
  }

  /**
   * Takes from what was carried here by hand what it has of a peer's log, whose author need not be reachable. Undefined
   * where the log is not heard: no source shows it, or its mirror cannot be opened.
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
    return this.peers.get(origin)?.hearCarried(sources, cosigners)
  }

  /** Takes the receipts of one cosigner on one log from what was carried here. Whether more wait for the log itself. */
  async takeCarriedReceipts(
    origin: string,
    cosigner: string,
    requests: PeerFiles,
    onPassedOver: (name: string) => void,
  ): Promise<{ waits: boolean } | undefined> {
    const own = this.feeds.get(`${origin} ${cosigner}`)
    if (own === undefined) return undefined
    const feed = new ReceiptFeed({
      ...own.options,
      cosigner: { ...own.options.cosigner, requests },
      onFault: () => {},
      onPassedOver,
    })
    await own.rounds.alone(async () => {
      try {
        for (let all = false; !all && !this.stopping; ) all = await own.watch(feed.round())
      } finally {
        own.feed.forgetHeld()
      }
    })
    return { waits: feed.waits }
  }

  /** Compares a copy of our log that was carried here, while or after it is compared with the peers' own. */
  async compareCarried(source: LogSource, answers: string | undefined): Promise<string | undefined> {
    const origin = this.speaker?.log.origin ?? ''
    const held = answers === undefined ? [] : this.context.receipts.held(origin, answers)
    return this.check?.carried(source, answers, Math.max(0, ...held.map(({ size }) => size)))
  }

  /** Looks again at everything that `party` publishes on this channel. */
  wake(party: string): void {
    for (const [origin, ear] of this.peers) if (authorOf(origin) === party) ear.wake()
    // A hint costs both sides a request for each feed: those that miss nothing wait for their time.
    for (const { feed, rounds, cosigner } of this.feeds.values())
      if (cosigner === party && feed.outstanding) rounds.wake()
  }

  /** How much of a log of this channel is held here. */
  sizeOf(origin: string): number {
    return this.logOf(origin)?.size ?? 0
  }

  /** A log of ours on this channel: the one that speaks, or one it succeeded. */
  ownLog(origin: string): LogFiles | undefined {
    const own = this.speaker?.log
    return own?.origin === origin ? own : this.former.get(origin)?.log
  }

  /** What was said in our former logs from these places on, as far as their successors pin it. */
  async *pinnedStatements(since: readonly { origin: string; size: number }[]): AsyncGenerator<Statement> {
    for (const [origin, { log, pinned }] of this.former) {
      const from = since.filter((one) => one.origin === origin).map(({ size }) => size)
      if (from.length > 0) yield* statementsIn(log, Math.min(...from), pinned)
    }
  }

  /** Whether it is ours and still compared with its peers' copies, so that its head is not shown. */
  isUnconfirmed(origin: string): boolean {
    const own = this.speaker?.log
    return own?.origin === origin && !own.confirmed
  }

  ownOrigins(): string[] {
    return [...this.former.keys(), ...(this.speaker === undefined ? [] : [this.speaker.log.origin])]
  }

  private logOf(origin: string): LogFiles | undefined {
    return this.ownLog(origin) ?? this.peers.get(origin)?.log?.mirror
  }

  peerLogs(): PeerLog[] {
    return [...this.peers.values()].flatMap(({ log }) => log ?? [])
  }

  /** Whether anything of a peer, its words or its receipts, is being fetched. */
  isHearing(): boolean {
    return (
      [...this.peers.values()].some((ear) => ear.isHearing) ||
      [...this.feeds.values()].some(({ rounds }) => rounds.isRunning)
    )
  }

  failing(party: string): boolean {
    return [...this.peers].some(([origin, ear]) => authorOf(origin) === party && ear.failing)
  }

  async stop(): Promise<void> {
    this.stopping = true
    await this.pins?.stop()
    await this.exchanging.stop()
    await Promise.all([...this.feeds.values()].map(({ rounds }) => rounds.stop()))
    await this.witnesses.stop()
    await this.check?.outcome.catch(() => {})
    await Promise.allSettled([...[...this.recalls.values()].map(({ ended }) => ended), this.fetching])
    // A file that does not close keeps open no other.
    const own = [this.speaker?.log, ...[...this.former.values()].map(({ log }) => log)]
    await Promise.allSettled([...own.map((log) => log?.close()), ...[...this.peers.values()].map((ear) => ear.stop())])
    await this.heads?.settled()
  }

  private ownLogAt(origin: string, signers: SignerPair): OwnLogOptions {
    const { identity, around } = this.context
    const { disk, random } = around
    return { disk, dir: identity.dir, origin, signers, random }
  }

  /** The card that our log names as it opens: by its log keys the log is kept for all its life. */
  private async openedWith(log: ReadableLog | undefined): Promise<Card> {
    const { identity, ownCard } = this.context
    const opening = log === undefined || log.size === 0 ? undefined : parseEntry(await log.entry(0))
    const named = opening?.ok === true ? opening.value.statement.body.card : undefined
    return (typeof named === 'string' ? ownCard(named) : undefined) ?? identity.card
  }

  private async attach(log: OwnLog): Promise<Speaker> {
    const speaker = await this.speakerOf(log)
    await this.speakWith(speaker)
    return speaker
  }

  private speakerOf(log: OwnLog): Promise<Speaker> {
    const { identity, around, ownCard } = this.context
    const signersOf = {
      card: (digest: string) => ownCard(digest),
      signers: (card: Card) => identity.ring.of(card).statement,
    }
    return Speaker.open(log, { party: identity.party, signersOf }, this.sight(log.origin), around.now)
  }

  private async speakWith(speaker: Speaker): Promise<void> {
    const { identity, around } = this.context
    const { log } = speaker
    this.speaker = speaker
    log.onStopped((failure) => {
      if (this.speaker !== speaker) return
      this.state = 'stopped'
      this.context.onAlarm(failure.code, log.origin, failure.message)
    })
    const heads = await KeptHeads.open(identity.dir, log, around)
    this.heads = heads
    log.onPublished(() => {
      heads.look()
      this.context.onEntries(log.origin)
      this.context.onNews()
    })
    this.context.onLog(log.origin)
    const author = await this.openedWith(log)
    this.feedReceipts(log.origin, author)
    const maySign = () => this.state === 'ready'
    this.unattended(this.witnesses.own(this.witnessing(log.origin, author), log, maySign))
    const { pinSeconds } = this.pact.agreement.intervals
    this.pins = this.rounds(() => this.considerPin(), identity.party, Math.max(1, pinSeconds / 4))
    this.pins.wake()
  }

  /** Peers are asked once nobody else signs in this log: what they hold of it grows no more then. */
  private async checkAlone(log: OwnLog, card: Card): Promise<void> {
    await this.context.alone()
    if (!this.stopping && this.state === 'checking') this.startChecking(log, card)
  }

  private startChecking(log: OwnLog, card: Card): void {
    const { identity, around, cardOf, requestsTo, onAlarm } = this.context
    const { agreement } = this.pact
    const roots = new Map([...agreement.parties, ...agreement.neutrals].map(({ party, root }) => [party, root]))
    const neutrals = new Set(agreement.neutrals.map(({ party }) => party))
    const peers = readersOf(agreement, this.name).flatMap((party) => {
      const card = party === identity.party ? undefined : cardOf(party, roots.get(party) ?? '')
      return card === undefined ? [] : [{ party, neutral: neutrals.has(party), requests: requestsTo(card) }]
    })
    const [party, pact, channel, generation] = log.origin.split('/')
    const isOver = () => this.stopping || this.succeeding || this.speaker?.log !== log
    this.check = startCheck({
      log,
      us: card,
      peers,
      mirrorPath: `mirrors/${pact}/${channel}/${party}/${generation}`,
      around,
      waitForAll: this.context.mayBeCopy(),
      stopped: isOver,
      withheld: (by, message) => {
        if (!isOver()) onAlarm('log/tail-withheld', `${log.origin} by ${by}`, `${message} ${WAY_OUT}`)
      },
      late: (by, message) => {
        if (isOver()) return
        this.state = 'stopped'
        this.contradiction = { by, upTo: this.confirmedAt }
        onAlarm('log/longer-tail', log.origin, `${message} ${WAY_OUT}`)
      },
    })
    this.check.outcome
      .then((outcome) => this.checked(log, card, outcome))
      .catch((cause: unknown) => {
        if (isOver()) return
        this.state = 'stopped'
        onAlarm('log/check-failed', log.origin, `The start-up check failed; start the node again: ${String(cause)}`)
      })
  }

  private async checked(log: OwnLog, card: Card, outcome: CheckOutcome): Promise<void> {
    const { around, onAlarm, onAlarmOver, onEntries } = this.context
    // A receipt may have shown meanwhile that the log must not go on.
    if (this.stopping || this.state === 'stopped') return
    if (outcome.kind === 'contradicted') {
      this.state = 'stopped'
      this.contradiction = { by: outcome.by, upTo: log.size }
      onAlarm('log/contradicted', log.origin, `${outcome.message} ${WAY_OUT}`)
      return
    }
    if (outcome.recovered > 0) {
      await this.speaker?.recall(log.size - outcome.recovered)
      onEntries(log.origin)
      around.report('warn', 'tail-recovered', { origin: log.origin, entries: outcome.recovered })
    }
    if (await this.context.alone()) return this.checkAlone(log, card)
    // It may have been stopped while it was being checked.
    if (this.stopping || this.state !== 'checking') return
    log.confirm()
    this.confirmedAt = log.size
    this.state = 'ready'
    // What is missing of our own content comes back while the log goes on.
    const from = this.context.mayBeCopy() ? 0 : log.size - outcome.recovered
    if (from < log.size) this.fetching = this.fetchContent(log, from)
    for (const code of OVER_ONCE_READY) onAlarmOver(code, log.origin)
    this.context.onRecovered()
    this.readiness.resolve()
    // What was held meanwhile may be countersigned now.
    for (const ear of this.peers.values()) ear.wake()
  }

  private fetching: Promise<void> | undefined

  private async fetchContent(log: OwnLog, from: number): Promise<void> {
    const { around, onAlarm, onContent, onRecovered, isDestroyed } = this.context
    const [party, pact, channel, generation] = log.origin.split('/')
    const prefix = `mirrors/${pact}/${channel}/${party}/${generation}`
    this.isContentWhole = false
    try {
      await fetchOwnContent({
        ...{ log, from, around },
        sources: this.cosignersOf(party ?? '').map(({ requests }) => ({ requests, prefix })),
        stopped: () => this.stopping,
        isDestroyed: (index, part) => isDestroyed(log.origin, index, part),
        onContent: () => onContent(log.origin),
      })
      if (this.stopping) return
      this.isContentWhole = true
      onRecovered()
    } catch (cause) {
      onAlarm(
        'log/content-unfetched',
        log.origin,
        `Content of our own records could not be fetched back; start the node again: ${String(cause)}`,
      )
    }
  }

  /** Who countersigns a log of `author` on this channel, but for ourselves. */
  cosignersOf(author: string): Cosigner[] {
    const { identity, cardOf, cardsOf, requestsTo } = this.context
    const { agreement } = this.pact
    const readers = readersOf(agreement, this.name)
    return [...agreement.parties, ...agreement.neutrals].flatMap(({ party, root }) => {
      if (party === author || party === identity.party || !readers.includes(party)) return []
      const card = cardOf(party, root)
      if (card === undefined) return []
      const keys = () => cardsOf(party, root).map((one) => one.keys.receipt)
      return [{ party, keys, requests: requestsTo(card) }]
    })
  }

  /** Receipts on one log, ours or a peer's, from each cosigner of the channel but its author and ourselves. */
  private feedReceipts(origin: string, author: Card): void {
    const { receipts, suspect, onReceipt, onSuperseded, onAlarm } = this.context
    for (const cosigner of this.cosignersOf(author.party)) {
      const { party } = cosigner
      const options: ReceiptFeedOptions = {
        origin,
        author,
        cosigner,
        pact: this.pact.id,
        suspect: () => suspect(party),
        receipts,
        log: () => this.logOf(origin),
        isWhole: () => this.speaker?.log.origin === origin && this.state === 'ready',
        onReceipt,
        onSuperseded,
        onFork: (receipt, kind) => this.forked(receipt, kind),
        onFault: (code, message) => onAlarm(code, `${origin} by ${party}`, message),
      }
      const feed = new ReceiptFeed(options)
      const alarm = new DiskAlarm('ledger/receipts-failing', {
        onAlarm: (code, message) => this.context.onAlarm(code, `${origin} ${party}`, message),
        onAlarmOver: (code) => this.context.onAlarmOver(code, `${origin} ${party}`),
      })
      const watch = <T>(work: Promise<T>) =>
        alarm.watch('A receipt could not be kept; it is fetched again by itself.', work)
      const round = async () => {
        await watch(feed.round())
        await this.lookForProof(origin, author, cosigner.requests)
        if (!feed.waits) return
        this.exchange.holds(party, origin, feed.waitsFor)
        this.exchanging.wake()
      }
      const rounds = this.rounds(round, party, this.pact.agreement.intervals.pollSeconds)
      this.feeds.set(`${origin} ${party}`, { feed, options, rounds, watch, cosigner: party })
      rounds.wake()
    }
  }

  /** A peer that found a fork shows the proof to all who read the channel: whoever was shown one face alone learns of it. */
  private async lookForProof(origin: string, author: Card, requests: PeerFiles): Promise<void> {
    const { around, onAlarm } = this.context
    const key = `${origin} ${requests.party}`
    if (this.forks.isProven(origin) || around.now() < (this.proofLooks.get(key) ?? 0) + LIMITS.proofLookMs) return
    this.proofLooks.set(key, around.now())
    const fetched = await requests.get(`forks/${originHash(origin)}`, FORK_LIMITS.fileBytes)
    const told = fetched.kind === 'bytes' ? await this.forks.adopt(origin, author, fetched.bytes) : undefined
    if (told === undefined) return
    if (this.speaker?.log.origin === origin) {
      this.state = 'stopped'
      this.contradiction = { by: requests.party, upTo: this.confirmedAt }
    }
    const isOwn = this.ownLog(origin) !== undefined
    onAlarm(
      isOwn ? 'log/contradicted' : 'mirror/fork',
      origin,
      `${requests.party} shows: ${told}${isOwn ? ` ${WAY_OUT}` : ''}`,
    )
  }

  /** A cosigner saw another log under this name than we hold: its author signed both. */
  private async forked(receipt: HeldReceipt, kind: 'other-root' | 'beyond'): Promise<void> {
    const { origin, by, size, bytes } = receipt
    await this.contradicted(origin, by, size, bytes, kind)
  }

  /** A cosigner or witness shows a head, with its author's signature, that contradicts the log held. */
  private async contradicted(
    origin: string,
    by: string,
    size: number,
    note: Uint8Array,
    kind: 'other-root' | 'beyond' = 'other-root',
  ): Promise<void> {
    const author = this.cardOfParty(authorOf(origin))
    const head = author && headIn(note, origin, author)
    if (author === undefined || head === undefined) throw new Error('What contradicts a log is signed by its author.')
    if (this.ownLog(origin) !== undefined) return this.stopContradicted(origin, by, size, kind, head)
    const source = this.mirrorAt(by, origin)
    const log = this.logOf(origin)
    const shown = source && (await signedHeadOf(source, origin, author).catch(() => undefined))
    const branch = source && shown && log && (await contradictingBranch(source, shown, log))
    const what = `${by} countersigned a checkpoint of ${size} entries that its author signed and that contradicts the log held here.`
    // With the whole of the other log the file can be made for any two sizes.
    await this.tellFork(origin, what, branch !== undefined && shown !== undefined ? shown : head, branch)
  }

  private async tellFork(
    origin: string,
    message: string,
    served: SignedHead,
    branch: Branch | undefined,
  ): Promise<void> {
    const author = this.cardOfParty(authorOf(origin))
    const held = this.logOf(origin)
    if (author === undefined || held === undefined) return
    const told = await this.forks.keep({ origin, author, code: 'mirror/fork', message, held, served, branch })
    this.context.onAlarm('mirror/fork', origin, told)
    if (branch !== undefined) this.context.onSplit(origin, branch.common)
  }

  /** Someone else signs with our key, or a tail of ours was lost: whatever we signed next would be a second face. */
  private async stopContradicted(
    origin: string,
    by: string,
    size: number,
    kind: 'other-root' | 'beyond',
    served?: SignedHead,
  ): Promise<void> {
    const { identity, onAlarm } = this.context
    const seen = `${by} holds a checkpoint of ${size} entries`
    const held = this.ownLog(origin)
    if (held === undefined) return
    const isSpeaking = this.speaker?.log.origin === origin
    const [code, message] =
      kind === 'beyond'
        ? (['log/longer-tail', `${seen} that our key signed; our log has ${held.size} entries.`] as const)
        : (['log/contradicted', `${seen} that our key signed and that contradicts our log.`] as const)
    if (isSpeaking) {
      this.state = 'stopped'
      this.contradiction = { by, upTo: kind === 'beyond' ? this.confirmedAt : size }
    }
    const told =
      served === undefined
        ? message
        : await this.forks.keep({
            ...{ origin, author: identity.card, message, held, served, branch: undefined },
            code: kind === 'beyond' ? 'log/longer-tail' : 'mirror/fork',
          })
    onAlarm(code, origin, isSpeaking ? `${told} ${WAY_OUT}` : told)
  }

  /** A checkpoint of more than `index` entries of a log here, with the lines of the witnesses that cosigned it. */
  witnessedOver(origin: string, index: number): Uint8Array | undefined {
    return this.witnesses.checkpointOver(origin, index)
  }

  private witnessing(origin: string, author: Card): WitnessingOptions {
    const { identity, around, onAlarm, onAlarmOver, onWitnessed } = this.context
    return {
      ...{ pact: this.pact, author, origin, dir: identity.dir, around, onWitnessed },
      onContradiction: (witness, size, note) => this.contradicted(origin, `the witness ${witness}`, size, note),
      onFault: (witness, code, message) => onAlarm(code, `${origin} by ${witness}`, `${witness}: ${message}`),
      onFaultOver: (witness) => {
        for (const code of WITNESS_FAULTS) onAlarmOver(code, `${origin} by ${witness}`)
      },
    }
  }

  private unattended(work: Promise<void>): void {
    work.catch((cause: unknown) => this.context.around.report('error', 'witness-failed', { message: String(cause) }))
  }

  private async considerPin(): Promise<void> {
    const speaker = this.speaker
    if (speaker === undefined || this.state !== 'ready') return
    const worthwhile = pinIsWorthwhile({
      peers: this.peerLogs().map((log) => ({ lastSaid: log.lastSaid, named: speaker.namedSize(log.origin) })),
      receipts: [...this.ownPins()].map(({ by, origin, size }) => ({ size, pinned: speaker.pinnedSize(by, origin) })),
      lastSaid: speaker.lastSaid,
    })
    const now = this.context.around.now()
    if (!worthwhile) {
      this.pinSince = undefined
      return
    }
    this.pinSince ??= now
    if (now - this.pinSince < this.pact.agreement.intervals.pinSeconds * 1000) return
    this.pinSince = undefined
    await speaker.say({
      ...this.context.blank('log/pin', this.pact),
      to: [],
      body: {},
    })
  }

  private sight(origin: string): ChannelSight {
    return {
      heads: (): Iterable<Head> => this.peerLogs().map((log) => log.head),
      pins: (): Iterable<Pin> => {
        const force = this.context.forcePin()
        // Of a log that ours succeeded too: it names no more by itself.
        const former = [...this.former.keys()].flatMap((one) => this.ownPins(one))
        return [...this.ownPins(origin), ...former, ...(force === undefined ? [] : [force])]
      },
    }
  }

  /** The largest receipt held on our own log by each cosigner; of several of one size the earliest, which all hold. */
  private ownPins(origin = this.speaker?.log.origin ?? ''): Pin[] {
    const newest = new Map<string, Pin & { time: number }>()
    for (const { cosigner, size, time, digest } of this.context.receipts.held(origin)) {
      const other = newest.get(cosigner)
      if (other !== undefined && (size < other.size || (size === other.size && time >= other.time))) continue
      newest.set(cosigner, { by: cosigner, origin, size, time, digest })
    }
    return [...newest.values()]
  }

  private rounds(round: () => Promise<void>, party: string, seconds: number): Rounds {
    const { around } = this.context
    return new Rounds(round, {
      intervalMs: () => Math.min(seconds * 1000, LIMITS.lookMsMax),
      around,
      failed: (cause) => {
        const level = cause instanceof PeerUnreachable ? 'info' : 'error'
        const message =
          cause instanceof Error ? (level === 'error' ? (cause.stack ?? cause.message) : cause.message) : String(cause)
        around.report(level, 'round-failed', { party, channel: this.name, message })
      },
    })
  }
}

/** Receipts of one cosigner on one log. */
interface Feed {
  feed: ReceiptFeed
  options: ReceiptFeedOptions
  rounds: Rounds
  cosigner: string
  /** Raises the alarm where the disk fails. */
  watch<T>(work: Promise<T>): Promise<T>
}

/** The head that a receipt was given for, with its author's lines. */
function headIn(receipt: Uint8Array, origin: string, author: Card): SignedHead | undefined {
  const { ed25519: ed25519PublicKey, mldsa44: mldsa44PublicKey } = author.keys.log
  const head = verifyCheckpoint(receipt, { origin, ed25519PublicKey, mldsa44PublicKey })
  return head.ok ? { size: head.value.size, root: head.value.root, note: receipt } : undefined
}

function authorOf(origin: string): string {
  return origin.slice(0, origin.indexOf('/'))
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
