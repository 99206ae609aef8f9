// Hearing one log of a peer: fetch its head, take what is new, verify it, hold it, countersign it. The only way in for
// the words of others. What cannot be verified is refused and leaves the mirror as it was (spec/directory.md); a
// receipt is given only for bytes that are durable (spec/receipt.md).

import type { Mirror } from '@countersign/ledger'
import { equalBytes, toHex, verifyCheckpoint } from '@countersign/log'
import { weightOf } from '@countersign/pact'
import { parseEntry } from '@countersign/record'
import { type Damage, damageOf } from '../carrying/carried-damage.ts'
import type { Room } from '../daily-use.ts'
import { LIMITS } from '../limits.ts'
import { type Countersigning, countersign } from './countersigning.ts'
import { freshEntries, type Head, type LogSource, type SignedHead } from './log-source.ts'
import { PeerUnreachable } from './peer-requests.ts'
import { type Contradicted, RefusedHeads } from './refused-heads.ts'
import { type PartsToHold, SealedParts } from './sealed-parts.ts'
import { type Cosigner, signedHead } from './signed-heads.ts'

export interface PeerLogOptions extends Countersigning, Contradicted, PartsToHold {
  origin: string
  us: Countersigning['us']
  /** The author's node first, then whoever else serves a mirror of it: the depositary. */
  sources: LogSource[]
  /** Whose receipts show heads that the author signed on the way to its newest. */
  cosigners: readonly Cosigner[]
  /** Whether entries and content may be missing that our own receipts attest: then all of it is looked for again. */
  mayLack?: boolean
  /** New entries are held. */
  onEntries(): void
  /** Sealed content is held that was missed before. */
  onContent(): void
  /** Other nodes that are known to hold more of the log than we do, or another one under its name. */
  shownElsewhere?(): LogSource[]
  /** How many entries, and bytes by weight, the limits of the day leave room for. */
  room?(): Promise<Room>
  /** Does `work` while no other log is taken from for which the same room is left. */
  inTurn?<T>(work: () => Promise<T>): Promise<T>
  /** Whether the author put more into its logs than the limits of a day let it, so that some of it waits. */
  onOverLimits?(isOver: boolean): void
  /** Its author shows a log that leads to the head it signed, and all of it was taken. */
  onSound?(): void
  /** The log is further ahead than can be taken at once, and nobody shows a head on the way. */
  onTooFarBehind(message: string): void
  step?: { entriesPerStep: number; bytesPerStep: number }
}

/** What came of a log that was carried here. */
export interface CarriedHearing {
  /** Of the largest head on what was carried; 0 where there is none. */
  carried: number
  /** Entries taken, and records whose sealed content was taken. */
  entries: number
  content: number
  /** Sealed content that no source has, by its hash. */
  lacking: string[]
  /** Why a source was not taken from, or not to its end. */
  faults: { source: LogSource; message: string; damages: Damage[] }[]
  receipt: 'given' | 'had' | 'none'
}

const UNLIMITED: Room = { entries: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }
const NO_NOTE = new Uint8Array()
const OVER_LIMITS =
  'Its author put more into its logs than the limits of a day let it; what is left of it is taken on a later day: carry it in again then.'

export class PeerLog {
  readonly origin: string
  readonly mirror: Mirror
  /** When the author's head was last fetched from the author itself; 0 where never. */
  lastHeardMs = 0
  /** When its author was last asked for the head that is held here, and since when that is held; as `Shown` has it. */
  private seenMs = 0
  private heldMs = 0
  private heldTo: number
  private readonly options: PeerLogOptions
  private readonly parts: SealedParts
  private readonly refusedHeads: RefusedHeads
  private newEntriesHeld = false
  /** Whether something that is served found no room in this round, and in how many before it. */
  private isLeaving = false
  private roundsLeaving = 0
  private isToldOver: boolean | undefined
  /** Whether it was told in this run that its author shows it soundly, and nothing else since. */
  private isSound = false
  /** Whether something that was carried here could not be countersigned then. */
  private carriedAwaits = false
  /** Where this round looks for sealed content. */
  private sources: readonly LogSource[]
  /** Bytes of the entries held in the last, partial bundle. */
  private tailBytes = 0

  constructor(options: PeerLogOptions) {
    this.options = options
    this.sources = options.sources
    this.origin = options.origin
    this.mirror = options.mirror
    // What our own receipt attests was held when we gave it, and is not looked for again.
    const attested = options.mayLack === true ? 0 : (options.receipts.newest(options.origin)?.size ?? 0)
    this.parts = new SealedParts(options, Math.min(attested, options.mirror.size))
    this.heldTo = this.parts.heldTo
    this.refusedHeads = new RefusedHeads({
      mirror: options.mirror,
      pinnedSize: () => options.pinnedSize(),
      onContradiction: (...told) => {
        this.carriedAwaits = false
        this.isSound = false
        return options.onContradiction(...told)
      },
    })
  }

  /** Index of the newest entry that is no pin; -1 where there is none. */
  get lastSaid(): number {
    return this.parts.lastSaid
  }

  /** Finds the newest entry that is no pin among those not looked at again. */
  recall(): Promise<void> {
    return this.parts.recall()
  }

  /** One round: takes what is new and countersigns it. Throws PeerUnreachable where nobody could be asked. */
  async round(): Promise<void> {
    this.sources = this.options.sources
    let failure: unknown
    for (const source of this.sources) {
      try {
        if (await this.hear(source)) {
          await this.lookAgain(source)
          if (this.isAuthor(source)) {
            this.lastHeardMs = this.options.around.now()
            this.tellSound()
          }
          // The receipt first: whoever spoke waits for it, and for nothing that we do with what was said.
          await this.countersign(source)
          if (this.isAuthor(source)) this.tellOfLimits()
          this.tellWhatIsNew()
          await this.compareElsewhere()
          return
        }
      } catch (cause) {
        this.tellWhatIsNew()
        if (!(cause instanceof PeerUnreachable)) throw cause
        failure ??= cause
      }
    }
    await this.compareElsewhere()
    // What was carried here is held, though nobody answers now.
    if (this.carriedAwaits) await this.countersignHeld()
    if (failure !== undefined) throw failure
  }

  /**
   * Where taking all took longer than the second in which the head was seen, a neutral takes what came since: its
   * cosignature says, too, that by its time there was no more (spec/receipt.md).
   */
  private async lookAgain(source: LogSource): Promise<void> {
    if (this.options.cosignSeconds === undefined || !this.isAuthor(source)) return
    const isLate = () => Math.floor(this.heldMs / 1000) > Math.floor(this.seenMs / 1000)
    try {
      for (let looks = 1; looks < LIMITS.looksPerRound && isLate(); looks++) await this.hear(source)
    } catch (cause) {
      // What it deposited discharges it, though it went away meanwhile.
      if (!(cause instanceof PeerUnreachable)) throw cause
    }
  }

  /** Takes what others show of this log beyond what its author showed us; where that is another log, it is told. */
  private async compareElsewhere(): Promise<void> {
    for (const source of this.options.shownElsewhere?.() ?? []) {
      try {
        if (await this.hear(source)) await this.countersign(undefined)
      } catch (cause) {
        if (!(cause instanceof PeerUnreachable)) throw cause
        this.options.around.report('info', 'shown-elsewhere', { origin: this.origin, message: cause.message })
      }
    }
    this.tellWhatIsNew()
  }

  /** Takes what was carried here, from every source that has something, and countersigns what is held then. */
  async hearCarried(sources: readonly LogSource[], cosigners: readonly Cosigner[]): Promise<CarriedHearing> {
    const { receipts } = this.options
    const { size: before } = this.mirror
    const given = receipts.newest(this.origin)?.size ?? 0
    const contradicted = this.refusedHeads.count
    const hearing: CarriedHearing = { carried: 0, entries: 0, content: 0, lacking: [], faults: [], receipt: 'none' }
    this.sources = sources
    for (const source of sources) {
      let head: SignedHead | undefined
      try {
        head = await this.headOf(source)
        if (head === undefined) continue
        hearing.carried = Math.max(hearing.carried, head.size)
        if (!(await this.precedes(head))) await this.extendTo(source, head, cosigners)
        if (this.isLeaving) hearing.faults.push({ source, message: OVER_LIMITS, damages: [] })
      } catch (cause) {
        if (!(cause instanceof PeerUnreachable)) throw cause
        const damages = head === undefined ? [] : await this.salvage(source, head, cosigners)
        hearing.faults.push({ source, message: cause.message, damages })
      }
    }
    await this.parts.scan()
    const wanting = this.parts.entriesMissing
    hearing.lacking = await this.parts.fetchAll(sources)
    hearing.content = wanting - this.parts.entriesMissing
    // A depositary's receipt discharges the author, so it is given for what its folder holds; never for an old head
    // again, and by no other neutral, whose cosignature would say what the author showed by now.
    const atAuthor = sources.find(({ carried }) => carried === 'author')
    // A log that forks is not countersigned.
    if (this.refusedHeads.count === contradicted) await this.countersign(atAuthor)
    this.tellWhatIsNew()
    const now = receipts.newest(this.origin)?.size ?? 0
    hearing.entries = this.mirror.size - before
    hearing.receipt = now > given ? 'given' : now >= this.mirror.size ? 'had' : 'none'
    this.isLeaving = false
    this.carriedAwaits = hearing.receipt === 'none' && this.refusedHeads.count === contradicted
    return hearing
  }

  private tellWhatIsNew(): void {
    if (this.newEntriesHeld) this.options.onEntries()
    if (this.parts.takeNews()) this.options.onContent()
    this.newEntriesHeld = false
  }

  /** Takes what lies before the damage, where the author signed a head there. */
  private async salvage(source: LogSource, served: SignedHead, cosigners: readonly Cosigner[]): Promise<Damage[]> {
    const { mirror } = this
    const { origin, author, pact } = this.options
    const { soundTo, damages } = await damageOf(source, { from: mirror.size, size: served.size })
    const upTo = Math.min(soundTo, served.size - 1)
    const looked = { origin, author, pact, source, cosigners }
    const head = upTo > mirror.size ? await signedHead(looked, { above: mirror.size, upTo }) : undefined
    try {
      if (head !== undefined) await this.extendTo(source, head, cosigners)
    } catch (cause) {
      if (!(cause instanceof PeerUnreachable)) throw cause
    }
    return damages
  }

  /** False where the source does not hold the log. */
  private async hear(source: LogSource): Promise<boolean> {
    const { cosigners } = this.options
    const askedMs = this.options.around.now()
    const head = await this.headOf(source)
    if (head === undefined) return false
    // Another node's mirror may lag behind ours: an older head of the same log is no contradiction there.
    if (!this.isAuthor(source) && head.size < this.mirror.size && (await this.precedes(head))) return false
    if (!equalBytes(this.mirror.checkpoint ?? new Uint8Array(), head.note)) {
      await this.extendTo(source, head, cosigners)
    }
    await this.parts.scan()
    await this.parts.fetch(this.sources)
    this.noteHeld()
    // Only here: where what it showed could not be taken, it showed more than is held.
    if (this.isAuthor(source)) this.seenMs = askedMs
    return true
  }

  /** Undefined where the source does not hold the log. */
  private async headOf({ requests, prefix }: LogSource): Promise<SignedHead | undefined> {
    const fetched = await requests.get(`${prefix}/checkpoint`, LIMITS.noteBytes)
    if (fetched.kind !== 'bytes') return undefined
    const { checkpoint, size, root } = this.mirror
    if (checkpoint !== undefined && equalBytes(checkpoint, fetched.bytes)) return { size, root, note: checkpoint }
    const head = verifyCheckpoint(fetched.bytes, { origin: this.origin, ...this.authorKeys() })
    if (head.ok) return { size: head.value.size, root: head.value.root, note: fetched.bytes }
    throw new PeerUnreachable(`${requests.party} sent a checkpoint that does not verify (${head.message})`)
  }

  /**
   * Takes what leads to a head; where that is more than memory bears, or than the limits of the day leave room for, in
   * steps between heads that the author signed. What finds no room is left, and the author told of.
   */
  private async extendTo(source: LogSource, served: SignedHead, cosigners: readonly Cosigner[]): Promise<void> {
    const { mirror, step = LIMITS } = this.options
    let most: number = step.entriesPerStep
    let isShort = false
    while (!equalBytes(mirror.checkpoint ?? NO_NOTE, served.note)) {
      const room = (await this.options.room?.()) ?? UNLIMITED
      const ahead = served.size - mirror.size
      isShort ||= ahead > room.entries && room.entries < most
      const allowed = Math.min(most, Math.max(0, room.entries))
      const head = ahead <= allowed ? served : await this.headOnTheWay(source, allowed, cosigners, isShort)
      if (head === undefined) return this.leave()
      const bytesMax = Math.min(step.bytesPerStep, Math.max(0, room.bytes))
      const fresh = await this.newEntries(source, head.size, served.size, bytesMax)
      const fit = fresh.fit ?? this.fitting(fresh.entries, room.bytes)
      if (fit === 0) return this.leave()
      if (fit !== undefined) {
        isShort ||= fresh.fit === undefined || bytesMax < step.bytesPerStep
        most = fit
        continue
      }
      const extended = await this.extendWithin(fresh.entries, head.note)
      if (extended === undefined) continue
      if (!extended.ok) await this.refusedHeads.refuse({ source, isAuthor: this.isAuthor(source) }, head, extended)
      if (fresh.entries.length > 0) {
        this.tailBytes = fresh.tailBytes
        this.newEntriesHeld = true
      }
      if (head === served) return
      await this.parts.scan()
      await this.parts.fetch(this.sources)
      this.tellWhatIsNew()
      most = step.entriesPerStep
      isShort = false
    }
  }

  /** Undefined where other logs of its author took the room meanwhile: all were given the same while they were fetched. */
  private extendWithin(entries: Uint8Array[], note: Uint8Array) {
    const { room, inTurn = (work) => work() } = this.options
    return inTurn(async () => {
      const left = (entries.length > 0 ? await room?.() : undefined) ?? UNLIMITED
      const isRoom = entries.length <= left.entries && this.fitting(entries, left.bytes) === undefined
      return isRoom ? this.mirror.extend(entries, note) : undefined
    })
  }

  /** All that its author shows was taken. An earlier run may have told that it could not be. */
  private tellSound(): void {
    if (this.isSound || this.isLeaving) return
    this.isSound = true
    this.options.onSound?.()
  }

  private leave(): void {
    this.isLeaving = true
  }

  private tellOfLimits(): void {
    this.roundsLeaving = this.isLeaving ? this.roundsLeaving + 1 : 0
    this.isLeaving = false
    // At the turn of a day the receipts that date what follows may only be on their way.
    const isOver = this.roundsLeaving > 1
    if (isOver !== this.isToldOver && this.roundsLeaving !== 1) this.options.onOverLimits?.(isOver)
    this.isToldOver = isOver
  }

  /** How many of the entries the room takes; undefined where all. */
  private fitting(entries: readonly Uint8Array[], room: number): number | undefined {
    const { limits } = this.options
    const bytes = entries.reduce((sum, { length }) => sum + length, 0)
    if (bytes + entries.length * limits.parts * (limits.partBytes * 2) <= room) return undefined
    let left = room
    for (const [i, one] of entries.entries()) {
      const entry = parseEntry(one)
      left -= weightOf(limits, one.length, entry.ok ? entry.value.statement : undefined)
      if (left < 0) return i
    }
    return undefined
  }

  /** Undefined where there is none and `isShort`, so that nobody wonders. */
  private async headOnTheWay(
    source: LogSource,
    entriesMax: number,
    cosigners: readonly Cosigner[],
    isShort: boolean,
  ): Promise<SignedHead | undefined> {
    const { origin, author, pact, onTooFarBehind } = this.options
    const above = this.mirror.size
    const upTo = above + entriesMax
    const head =
      entriesMax === 0 ? undefined : await signedHead({ origin, author, pact, source, cosigners }, { above, upTo })
    if (head !== undefined || isShort) return head
    const message = `The log of ${author.party} goes on after ${above} entries by more than can be taken at once, and nobody shows a head on the way; it is tried again.`
    if (source.carried === undefined) {
      this.isSound = false
      onTooFarBehind(message)
    }
    throw new PeerUnreachable(message)
  }

  private isAuthor(source: LogSource): boolean {
    return source === this.options.sources[0]
  }

  /** Whether a head is one that our log had or has. */
  private async precedes({ size, root }: Head): Promise<boolean> {
    return size <= this.mirror.size && equalBytes(await this.mirror.rootAt(size), root)
  }

  /** The entries up to `size` of a log that is served up to `served`; `fit` is how many there may be, where it is fewer. */
  private async newEntries(
    source: LogSource,
    size: number,
    served: number,
    bytesMax: number,
  ): Promise<{ entries: Uint8Array[]; tailBytes: number; fit?: number }> {
    const held = this.mirror.size
    if (size <= held) return { entries: [], tailBytes: this.tailBytes }
    const entries: Uint8Array[] = []
    let bytes = 0
    let tailBytes = 0
    for (let bundle = Math.floor(held / 256); bundle * 256 < size; bundle++) {
      // Asked for as wide as it is served: narrower ones of earlier heads are gone.
      const width = Math.min(256, served - bundle * 256)
      const skip = Math.max(0, held - bundle * 256)
      const offset = skip > 0 ? await this.heldTailBytes() : 0
      const decoded = await freshEntries(source, bundle, { width, skip, offset })
      const wanted = decoded.slice(0, size - bundle * 256 - skip)
      const fresh = wanted.reduce((sum, entry) => sum + 2 + entry.length, 0)
      bytes += fresh
      if (bytes > bytesMax && entries.length > 0) return { entries: [], tailBytes: 0, fit: entries.length }
      for (const entry of wanted) entries.push(entry)
      tailBytes = bundle * 256 + 256 <= size ? 0 : offset + fresh
    }
    return { entries, tailBytes }
  }

  private async heldTailBytes(): Promise<number> {
    if (this.tailBytes > 0) return this.tailBytes
    const from = this.mirror.size - (this.mirror.size % 256)
    let bytes = 0
    for await (const entry of this.mirror.entries(from, this.mirror.size)) bytes += 2 + entry.length
    this.tailBytes = bytes
    return bytes
  }

  private noteHeld(): void {
    if (this.parts.heldTo === this.heldTo) return
    this.heldTo = this.parts.heldTo
    this.heldMs = this.options.around.now()
  }

  private async countersignHeld(): Promise<void> {
    if (this.parts.settle()) await this.countersign(undefined)
  }

  /** `source` is where the head was seen just now; undefined where nowhere. */
  private async countersign(source: LogSource | undefined): Promise<void> {
    if (!this.parts.isHeldTo(this.mirror.size)) return
    this.noteHeld()
    const carried = source?.carried === 'author' ? 'carried from its author' : 'nobody'
    const byAuthor = this.isLeaving ? 'author with more' : 'author'
    const shownBy = source !== undefined && this.isAuthor(source) ? byAuthor : carried
    await countersign(this.options, { by: shownBy, seenMs: this.seenMs, heldMs: this.heldMs })
  }

  private authorKeys() {
    const { log } = this.options.author.keys
    return { ed25519PublicKey: log.ed25519, mldsa44PublicKey: log.mldsa44 }
  }

  /** Whether all is held that our own receipts attest. */
  get isWhole(): boolean {
    return this.parts.isHeldTo(this.options.receipts.newest(this.origin)?.size ?? 0)
  }

  get head() {
    return { origin: this.origin, size: this.mirror.size, root: this.mirror.root, rootHex: toHex(this.mirror.root) }
  }
}
