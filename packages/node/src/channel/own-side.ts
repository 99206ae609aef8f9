// Our side of a channel: the log that speaks, those it succeeded (spec/succession.md), and whether it may sign.

import {
  createOwnLog,
  type EndedLog,
  type LogFiles,
  type OwnLog,
  type OwnLogOptions,
  openOwnLog,
  type ReadableLog,
  recordGeneration,
} from '@countersign/ledger'
import { ok, type Result, refuse, toHex } from '@countersign/log'
import { type Card, parseEntry, type SignerPair, type Statement } from '@countersign/record'
import { type AlarmEnd, alarmCode, codesEndedBy } from '../alarm-kinds.ts'
import { diskRefusal } from '../disk-failure.ts'
import { goneLogs, wayBack } from '../own-logs/gone.ts'
import { KeptHeads } from '../own-logs/kept-heads.ts'
import { type FormerLog, openFormer, statementsIn } from '../own-logs/own-logs.ts'
import { type Contradiction, commonSize, generationsFault } from '../own-logs/succession.ts'
import { type Head, Speaker } from '../saying/speaker.ts'
import type { Channel } from './channel.ts'
import { OwnCheck } from './own-check.ts'
import { OwnContent } from './own-content.ts'
import { OwnLost } from './own-lost.ts'
import { Pinning } from './pinning.ts'

/** A log of ours that another one succeeded, with what that one pins of it. */
export interface Succeeded {
  origin: string
  predecessor: { origin: string; size: number; root: string }
}

export type OwnState = 'none' | 'checking' | 'ready' | 'stopped'

export const WAY_OUT = 'Where it cannot be mended, two officers open a log that succeeds it: countersign log succeed.'

export class OwnSide {
  speaker: Speaker | undefined
  state: OwnState = 'none'
  /** Whether our log is whole here, and the keys by which it would be signed are not. */
  lacksKeys = false
  /** Whether a log that succeeds ours is being opened. */
  isSucceeding = false
  readonly check: OwnCheck
  readonly content: OwnContent
  readonly lost: OwnLost
  private readonly channel: Channel
  private readonly pinning: Pinning
  /** Our logs that were succeeded by another. */
  private readonly former = new Map<string, FormerLog>()
  /** Our logs of this channel in this folder, whether they are open or not. */
  private readonly known = new Set<string>()
  private contradiction: Contradiction | undefined
  private heads: KeptHeads | undefined
  private readonly readiness = Promise.withResolvers<void>()

  constructor(channel: Channel) {
    this.channel = channel
    this.check = new OwnCheck(channel)
    this.content = new OwnContent(channel)
    this.lost = new OwnLost(channel)
    this.pinning = new Pinning(channel)
  }

  /** These logs of ours are in this folder, whether they can be opened or not. */
  know(generations: readonly string[]): void {
    for (const one of generations) this.known.add(this.originOf(one))
    const { alarmed, onAlarmOver } = this.channel.context
    for (const one of alarmed('log/unknown-own')) if (this.known.has(one)) onAlarmOver('log/unknown-own', one)
  }

  /** Whether a log of ours is in this folder, open or not. */
  isKnown(origin: string): boolean {
    return this.known.has(origin)
  }

  /** Those known of, in the order in which they came here. */
  generations(): string[] {
    return [...this.known].map((origin) => origin.slice(origin.lastIndexOf('/') + 1))
  }

  /**
   * Opens our logs from disk, in the order in which they were begun, and starts the check of the one that speaks with the
   * peers. One that cannot be opened silences its channel, and no other. Called again where logs of ours came back, with
   * those that are open already: where one of them speaks from now on, the one that spoke is a former one.
   */
  async open(generations: readonly string[], back: ReadonlyMap<string, EndedLog> = new Map()): Promise<void> {
    const { identity, around, onAlarm } = this.channel.context
    const origins = await this.withoutGone(generations.map((one) => this.originOf(one)))
    if (origins.length === 0) return
    const before = this.speaker
    const isOpen = new Map<string, FormerLog['log']>(back)
    for (const [of, { log }] of this.former) isOpen.set(of, log)
    if (before !== undefined) isOpen.set(before.log.origin, before.log)
    const at = { ...around, dir: identity.dir }
    const { newest, former, faults } = await openFormer(origins, at, isOpen, before?.log.origin, this.isGivenUp)
    for (const { code, origin, message } of faults) {
      onAlarm(alarmCode(code, 'ledger/unopened'), origin, this.withWayBack(code, origin, message))
    }
    for (const origin of origins) await this.channel.contradictions.recall(origin)
    for (const one of former) await this.keepFormer(one)
    if (before?.log.origin === newest) return
    this.speaker = undefined
    if (before !== undefined) await this.check.ended()
    await this.openSpeaking(newest)
  }

  /** A log of which all files were taken away is taken back from the others, like one that the folder never had. */
  private async withoutGone(origins: readonly string[]): Promise<string[]> {
    const { context } = this.channel
    const { disk } = context.around
    const gone = await goneLogs({ disk, dir: context.identity.dir }, origins)
    for (const origin of gone) {
      this.known.delete(origin)
      await context.onSetBack(
        `The index in this folder names ${origin}, and nothing of that log lies here any more; nothing is signed before every peer and neutral was asked for it.`,
      )
    }
    return origins.filter((origin) => !gone.has(origin))
  }

  private withWayBack(code: string, origin: string, message: string): string {
    const isOfFiles = code === 'ledger/damaged' || code === 'ledger/empty'
    return isOfFiles ? `${message} ${wayBack(this.channel.context.identity.dir, origin)}` : message
  }

  private async keepFormer(one: FormerLog): Promise<void> {
    const { context, feeds } = this.channel
    const { origin } = one.log
    const isNew = !this.former.has(origin)
    this.former.set(origin, one)
    if (!isNew) return
    context.onAlarmOver('log/frozen', origin)
    context.onLog(origin)
    feeds.begin(origin, await this.openedWith(one.log))
  }

  private async openSpeaking(origin: string): Promise<void> {
    const { identity, onAlarm } = this.channel.context
    const silent = (code: string, message: string) => {
      this.state = 'stopped'
      onAlarm(alarmCode(code, 'ledger/unopened'), origin, this.withWayBack(code, origin, message))
    }
    let opened: OwnLog | undefined
    try {
      let card = identity.card
      // What it was opened with is read from what is durable: of what was published a power cut may have left less.
      const signers = async (of: ReadableLog) => {
        card = await this.openedWith(of)
        return identity.ring.has(card) ? identity.ring.of(card).log : withoutKeys(card)
      }
      const log = await openOwnLog({ ...this.logAt(origin, identity.keys.log), signers })
      if (!log.ok) return silent(log.code, log.message)
      opened = log.value
      await this.speakWith(await this.speakerOf(opened))
      this.state = 'checking'
      this.check.begin(opened, card)
    } catch (cause) {
      if (this.speaker === undefined) await opened?.close().catch(() => {})
      const refusal = diskRefusal(cause, 'Our log could not be opened. Mend it, then start the node again.')
      silent(refusal?.code ?? 'ledger/unopened', refusal?.message ?? `Our log could not be opened: ${String(cause)}`)
    }
  }

  /** Opens a fresh log: never seen by anyone, so nothing needs to be checked. */
  async create(generation: string): Promise<Speaker> {
    const origin = this.originOf(generation)
    this.known.add(origin)
    const log = await createOwnLog(this.logAt(origin, this.channel.context.identity.keys.log))
    if (!log.ok) throw new Error(log.message)
    const speaker = await this.speakerOf(log.value)
    await this.speakWith(speaker)
    this.state = 'ready'
    this.readiness.resolve()
    return speaker
  }

  /**
   * Whether a log may be opened that succeeds ours, without our key having changed: ours signs nothing as it is, or
   * content that nobody holds any more keeps receipts away from it.
   */
  get maySucceed(): boolean {
    const { speaker, state } = this
    if (!this.channel.isParty || speaker === undefined) return false
    return state === 'checking' || state === 'stopped' || this.content.isLost(speaker.log.origin)
  }

  /** Whether logs of ours are asked back and none is here: readers may be given up, but there is nothing to be succeeded. */
  get mayGoOnWithout(): boolean {
    return this.channel.isParty && this.state === 'checking' && this.speaker === undefined && this.lost.isAsking
  }

  /** How much of our log a successor pins as of now: what both branches have in common, where there are two. */
  async standsBy(): Promise<Head | undefined> {
    const log = this.speaker?.log
    if (log === undefined || log.size === 0) return undefined
    const { contradiction } = this
    if (contradiction === undefined) return { origin: log.origin, size: log.size, root: log.root }
    const { by } = contradiction
    const source = this.channel.members.mirrorAt(by, log.origin)
    const countersigned = this.channel.context.receipts.held(log.origin, by).map((receipt) => receipt.size)
    const size = await commonSize(log, await this.openedWith(log), contradiction, source, countersigned)
    return { origin: log.origin, size, root: await log.rootAt(size) }
  }

  /**
   * Opens a log that succeeds ours: ours is signed no further from here on, and stays published. The new one is named in
   * our index once it is durable; where this fails, our log is stopped, and it can be done again.
   */
  async succeed(generation: string): Promise<Result<Succeeded>> {
    const { name } = this.channel
    const before = this.speaker?.log
    if (before === undefined || before.size === 0 || this.isSucceeding || this.channel.isStopping) {
      return refuse('log/not-open', `There is no log on “${name}” that another could succeed now.`)
    }
    const logs: ReadableLog[] = [...this.formerLogs(), before]
    const opened = await Promise.all(logs.map((log) => this.openedWith(log)))
    const full = generationsFault(opened, this.channel.context.identity.card)
    if (full !== undefined) return refuse('log/generations', full)
    this.isSucceeding = true
    try {
      return await this.openSuccessor(before, generation)
    } finally {
      this.isSucceeding = false
    }
  }

  private async openSuccessor(before: OwnLog, generation: string): Promise<Result<Succeeded>> {
    const { context, pact, name } = this.channel
    const { identity, around, blank } = context
    this.state = 'stopped'
    await this.check.ended()
    await before.close().catch(() => {})
    const pinned = await this.standsBy()
    if (pinned === undefined) throw new Error('The log has a size.')
    const origin = this.originOf(generation)
    this.known.add(origin)
    const log = await createOwnLog(this.logAt(origin, identity.keys.log))
    if (!log.ok) return log
    const speaker = await this.speakerOf(log.value)
    const predecessor = { origin: pinned.origin, size: pinned.size, root: toHex(pinned.root) }
    const body = { card: identity.card.digest, predecessor }
    const said = await speaker.say({ ...blank('log/open', pact), body })
    if (!said.ok) return said
    await log.value.published()
    await recordGeneration({ disk: around.disk, dir: identity.dir }, pact.id, name, generation)
    this.former.set(before.origin, { log: before, pinned: pinned.size })
    this.contradiction = undefined
    this.lacksKeys = false
    await this.speakWith(speaker)
    this.state = 'ready'
    this.channel.witnesses.wake(origin)
    this.succeeded(before.origin)
    context.onEntries(origin)
    context.onNews()
    return ok({ origin, predecessor })
  }

  private succeeded(origin: string): void {
    this.content.succeeded(origin)
    this.alarmsOver('successor', origin)
    this.readiness.resolve()
    this.channel.peers.wake()
  }

  /** Of alarms on a log of ours those that this ends; an earlier run may have raised them. */
  private alarmsOver(end: AlarmEnd, origin: string): void {
    const { context, members } = this.channel
    for (const code of codesEndedBy(end)) context.onAlarmOver(code, origin)
    for (const { party } of members.cosignersOf(context.identity.party))
      context.onAlarmOver('log/tail-withheld', `${origin} by ${party}`)
  }

  /** Our log is what its peers hold: it signs from here on. */
  goOn(): void {
    const { context, peers, witnesses } = this.channel
    this.state = 'ready'
    const origin = this.speaker?.log.origin ?? ''
    witnesses.wake(origin)
    this.alarmsOver('ready', origin)
    context.onRecovered()
    this.readiness.resolve()
    // What was held meanwhile may be countersigned now.
    peers.wake()
  }

  /**
   * The card in force in our log speaks by keys that were made after this folder was copied or backed up. A log that
   * succeeds ours is opened by a newer card: at once where there is one, else once the root has signed one.
   */
  async lackKeys(inForce: Card): Promise<void> {
    const { context } = this.channel
    const { identity, around, onAlarm } = context
    this.state = 'stopped'
    this.lacksKeys = true
    if (identity.card.body.serial > inForce.body.serial) {
      const opened = await this.succeed(toHex(around.random(8)))
      if (opened.ok) return
    }
    const message = `The keys of our card of serial ${inForce.body.serial}, by which this log is signed, are not here: they were made after this folder was backed up. Make new ones, which open a log that succeeds it: countersign key rotate --dir ${identity.dir}`
    onAlarm('log/keys-missing', this.speaker?.log.origin ?? '', message)
  }

  /**
   * Somebody showed that our key signed another branch of a log of ours, one with it for `upTo` entries at most. Where it
   * is the log that speaks, it signs nothing more; false for any other.
   */
  halt(origin: string, by: string, upTo = this.check.confirmedAt): boolean {
    if (this.speaker?.log.origin !== origin) return false
    this.state = 'stopped'
    this.contradiction = { by, upTo }
    return true
  }

  /** A notice of compromised keys froze our log: whoever says more in it says it in vain. */
  freeze(): void {
    if (this.state === 'stopped') return
    const { context, name } = this.channel
    this.state = 'stopped'
    const message = `Our log on ${name} is frozen by a notice of compromised keys; open its successor with new keys: countersign log succeed`
    context.onAlarm('log/frozen', this.speaker?.log.origin ?? name, message)
  }

  /** Our key signed a log that is not in this folder: whatever we signed might contradict what was said in it. */
  foundUnknown(origin: string, by: string): void {
    // One that is in this folder may not be open yet, or not be openable.
    if (this.known.has(origin)) return
    const { context } = this.channel
    if (context.mayBeCopy()) return this.lost.found(origin, by)
    this.state = 'stopped'
    context.onLack()
    const message = `${by} holds a log that our key signed and that is not in this folder: it was opened by a copy of this folder, or after a state that this folder was set back to. Nothing is signed here. Make sure that no other machine runs with the keys of this party, then start the node again: it takes that log back from the others before it signs anything.`
    context.onAlarm('log/unknown-own', origin, message)
  }

  /** Resolves once our log may sign. */
  ready(): Promise<void> {
    return this.readiness.promise
  }

  /** Our log is still compared with its peers' copies. */
  get isChecking(): boolean {
    return this.state === 'checking'
  }

  /** Whose answer is awaited before we sign. */
  awaited(): string[] {
    if (!this.isChecking) return []
    return [...(this.speaker === undefined ? [] : this.check.awaited()), ...this.lost.awaited()]
  }

  /** Whether nothing is missing here that we signed or said before. */
  get isWhole(): boolean {
    const isSettled = this.state === 'ready' || this.state === 'none'
    return isSettled && this.content.isWhole && this.lost.isWhole
  }

  /** A log of ours: the one that speaks, or one it succeeded. */
  log(origin: string): LogFiles | undefined {
    const own = this.speaker?.log
    return own?.origin === origin ? own : this.former.get(origin)?.log
  }

  origins(): string[] {
    return [...this.formerOrigins(), ...(this.speaker === undefined ? [] : [this.speaker.log.origin])]
  }

  formerOrigins(): string[] {
    return [...this.former.keys()]
  }

  /** Those that others succeeded. */
  formerLogs(): FormerLog['log'][] {
    return [...this.former.values()].map(({ log }) => log)
  }

  /** Logs of ours that do not speak and may lack what others hold of them, with the cards by whose keys they are kept. */
  async silentLogs(): Promise<{ log: FormerLog['log']; card: Card }[]> {
    const logs = this.formerLogs().filter((log) => !isConfirmed(log))
    return Promise.all(logs.map(async (log) => ({ log, card: await this.openedWith(log) })))
  }

  /** Those that were compared with every copy by their own start-up check, or are now. */
  seenTo(): Set<string> {
    const logs = [this.speaker?.log, ...this.formerLogs().filter(isConfirmed)]
    return new Set(logs.flatMap((log) => log?.origin ?? []))
  }

  /** Whether it is ours and still compared with its peers' copies, or taken back, so that its head is not shown. */
  isUnconfirmed(origin: string): boolean {
    const own = this.speaker?.log
    return own?.origin === origin ? !own.confirmed : this.lost.isAsking
  }

  /** What was said in our former logs from these places on, as far as their successors pin it. */
  async *pinnedStatements(since: readonly { origin: string; size: number }[]): AsyncGenerator<Statement> {
    for (const [origin, { log, pinned }] of this.former) {
      const from = since.filter((one) => one.origin === origin).map(({ size }) => size)
      if (from.length > 0) yield* statementsIn(log, Math.min(...from), pinned)
    }
  }

  /** Ends what is said by itself. */
  async stopPinning(): Promise<void> {
    await this.pinning.stop()
  }

  /** Closes every log. */
  async close(): Promise<void> {
    const logs = [this.speaker?.log, ...this.formerLogs()]
    // A file that does not close keeps open no other.
    await Promise.allSettled(logs.map(async (log) => log?.close()))
    await this.heads?.settled()
  }

  private originOf(generation: string): string {
    const { context, pact, name } = this.channel
    return `${context.identity.party}/${pact.id}/${name}/${generation}`
  }

  private logAt(origin: string, signers: SignerPair): OwnLogOptions {
    const { identity, around } = this.channel.context
    const { disk, random } = around
    return { disk, dir: identity.dir, origin, signers, random }
  }

  /** Whether the log key of one of our cards was given up: no log of it speaks where there is another. */
  private readonly isGivenUp = (digest: string): boolean => {
    const { ownCard, isLogKeyGivenUp } = this.channel.context
    const card = ownCard(digest)
    return card !== undefined && isLogKeyGivenUp(card)
  }

  /** By whose log keys a log of ours is kept; undefined where none of that name is open here. */
  async keptBy(origin: string): Promise<Card | undefined> {
    const log = this.log(origin)
    return log === undefined ? undefined : this.openedWith(log)
  }

  /** The card that our log names as it opens: by its log keys the log is kept for all its life. */
  private async openedWith(log: ReadableLog | undefined): Promise<Card> {
    const { identity, ownCard } = this.channel.context
    const opening = log === undefined || log.size === 0 ? undefined : parseEntry(await log.entry(0))
    const named = opening?.ok === true ? opening.value.statement.body.card : undefined
    return (typeof named === 'string' ? ownCard(named) : undefined) ?? identity.card
  }

  private speakerOf(log: OwnLog): Promise<Speaker> {
    const { identity, around, ownCard } = this.channel.context
    const signersOf = {
      card: (digest: string) => ownCard(digest),
      signers: (card: Card) => identity.ring.of(card).statement,
    }
    return Speaker.open(log, { party: identity.party, signersOf }, this.pinning.sight(log.origin), around.now)
  }

  private async speakWith(speaker: Speaker): Promise<void> {
    const { context, feeds, witnesses } = this.channel
    const { log } = speaker
    this.speaker = speaker
    log.onStopped((failure) => {
      if (this.speaker !== speaker) return
      this.state = 'stopped'
      context.onAlarm(alarmCode(failure.code, 'ledger/stopped'), log.origin, failure.message)
    })
    const heads = await KeptHeads.open(context.identity.dir, log, context.around)
    this.heads = heads
    log.onPublished(() => {
      heads.look()
      context.onEntries(log.origin)
      context.onNews()
    })
    context.onLog(log.origin)
    const author = await this.openedWith(log)
    feeds.begin(log.origin, author)
    witnesses.own(this.channel.witnessing(log.origin, author), log, () => this.state === 'ready')
    await this.pinning.begin(speaker)
  }
}

/** For a log that is whole here and by whose keys nothing can be signed: they were made after this folder was backed up. */
function withoutKeys({ keys, body }: Card): SignerPair {
  const refuse = (): never => {
    throw new Error(`The log key of our card of serial ${body.serial} is not here.`)
  }
  const of = (publicKey: Uint8Array) => ({ publicKey, sign: refuse, signAsync: refuse })
  return { ed25519: of(keys.log.ed25519), mldsa44: of(keys.log.mldsa44) }
}

const isConfirmed = (log: FormerLog['log']): boolean => 'confirmed' in log && log.confirmed === true
