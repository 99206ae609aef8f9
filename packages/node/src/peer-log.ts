// Hearing one log of a peer: fetch its head, take what is new, verify it, hold it, countersign it. The only way in for
// the words of others. What cannot be verified is refused and leaves the mirror as it was (spec/directory.md); a
// receipt is given only for bytes that are durable (spec/receipt.md).

import { createHash } from 'node:crypto'
import type { Mirror, Receipts } from '@countersign/ledger'
import { cosign, equalBytes, logNote, toHex, verifyCheckpoint } from '@countersign/log'
import { type Card, padmeSize, parseEntry, receiptKeyName, type SignerPair, type Statement } from '@countersign/record'
import { type Branch, contradictingBranch, readBranch } from './branches.ts'
import { type Damage, damageOf } from './carried-damage.ts'
import { LIMITS } from './limits.ts'
import { freshEntries, type Head, type LogSource, type SignedHead } from './log-source.ts'
import { PeerUnreachable } from './peer-requests.ts'
import { type Cosigner, signedHead } from './signed-heads.ts'
import type { Surroundings } from './surroundings.ts'

export interface PeerLogOptions {
  origin: string
  /** The author's card, whose root the agreement pins. */
  author: Card
  mirror: Mirror
  /** The author's node first, then whoever else serves a mirror of it: the depositary. */
  sources: LogSource[]
  /** Whose receipts show heads that the author signed on the way to its newest. */
  cosigners: readonly Cosigner[]
  us: { party: string; receipt: SignerPair }
  pact: string
  /** `recipient`: holds what is addressed to us. `depositary`: holds everything. `observer`: holds statements only. */
  role: 'recipient' | 'depositary' | 'observer'
  limits: { partBytes: number; parts: number }
  /** A neutral cosigns anew each so many seconds; undefined for a party. */
  cosignSeconds: number | undefined
  receipts: Receipts
  around: Surroundings
  /** Whether we may countersign: not before the start-up check of our own log on this channel. */
  mayCountersign(): boolean
  /** Whether entries and content may be missing that our own receipts attest: then all of it is looked for again. */
  mayLack?: boolean
  /** New entries are held. */
  onEntries(): void
  /** Sealed content is held that was missed before. */
  onContent(): void
  /** Whether a valid record destroyed that part: then nobody needs to hold it. */
  isDestroyed(index: number, part: number): boolean
  /** We gave a receipt. */
  onReceipt(receipt: { size: number; time: number; bytes: Uint8Array }): void
  /** The author's log contradicts what it signed before; `served` is the note that does. */
  onContradiction(code: string, message: string, served: SignedHead, branch: Branch | undefined): Promise<void>
  /** Other nodes that are known to hold more of the log than we do, or another one under its name. */
  shownElsewhere?(): LogSource[]
  /** A statement that was not looked at before, void or not. */
  onStatement?(statement: Statement): void
  /** The log is further ahead than can be taken at once, and nobody shows a head on the way. */
  onTooFarBehind(message: string): void
  /** How much of this log one that succeeds it pins; undefined while none is known. */
  pinnedSize(): Promise<number | undefined>
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

interface MissingPart {
  part: number
  sealed: string
  sizeMax: number
}

export class PeerLog {
  readonly origin: string
  readonly mirror: Mirror
  /** Index of the newest entry that is no pin; -1 where there is none. */
  lastSaid = -1
  /** When the author's head was last fetched from the author itself; 0 where never. */
  lastHeardMs = 0
  private readonly options: PeerLogOptions
  /** Every part that a receipt must cover is held below this size. */
  private completeTo = 0
  private scannedTo = 0
  /** The size of the older head that the author last served. */
  private rewoundTo: number | undefined
  /** Root of the last head whose entries did not lead to it, hex. */
  private examined = ''
  private newEntriesHeld = false
  private newContentHeld = false
  /** Whether something that was carried here could not be countersigned then. */
  private carriedAwaits = false
  private contradicted = 0
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
    this.scannedTo = Math.min(attested, options.mirror.size)
    this.completeTo = this.scannedTo
  }

  /** Finds the newest entry that is no pin among those not looked at again. */
  async recall(): Promise<void> {
    for (let index = this.scannedTo - 1; index >= 0; index--) {
      const entry = parseEntry(await this.mirror.entry(index))
      if (entry.ok && entry.value.statement.type === 'log/pin') continue
      this.lastSaid = index
      return
    }
  }

  /** One round: takes what is new and countersigns it. Throws PeerUnreachable where nobody could be asked. */
  async round(): Promise<void> {
    this.sources = this.options.sources
    let failure: unknown
    for (const source of this.sources) {
      try {
        if (await this.hear(source)) {
          if (this.isAuthor(source)) this.lastHeardMs = this.options.around.now()
          // The receipt first: whoever spoke waits for it, and for nothing that we do with what was said.
          await this.countersign(source)
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
    const contradicted = this.contradicted
    const hearing: CarriedHearing = { carried: 0, entries: 0, content: 0, lacking: [], faults: [], receipt: 'none' }
    this.sources = sources
    for (const source of sources) {
      let head: SignedHead | undefined
      try {
        head = await this.headOf(source)
        if (head === undefined) continue
        hearing.carried = Math.max(hearing.carried, head.size)
        if (!(await this.precedes(head))) await this.extendTo(source, head, cosigners)
      } catch (cause) {
        if (!(cause instanceof PeerUnreachable)) throw cause
        const damages = head === undefined ? [] : await this.salvage(source, head, cosigners)
        hearing.faults.push({ source, message: cause.message, damages })
      }
    }
    await this.scan()
    const wanting = this.missing.length
    hearing.lacking = await this.fetchAllContent()
    hearing.content = wanting - this.missing.length
    // A depositary's receipt discharges the author, so it is given for what its folder holds; never for an old head
    // again, and by no other neutral, whose cosignature would say what the author showed by now.
    const atAuthor = sources.find(({ carried }) => carried === 'author')
    // A log that forks is not countersigned.
    if (this.contradicted === contradicted) await this.countersign(atAuthor)
    this.tellWhatIsNew()
    const now = receipts.newest(this.origin)?.size ?? 0
    hearing.entries = this.mirror.size - before
    hearing.receipt = now > given ? 'given' : now >= this.mirror.size ? 'had' : 'none'
    this.carriedAwaits = hearing.receipt === 'none' && this.contradicted === contradicted
    return hearing
  }

  private tellWhatIsNew(): void {
    if (this.newEntriesHeld) this.options.onEntries()
    if (this.newContentHeld) this.options.onContent()
    this.newEntriesHeld = false
    this.newContentHeld = false
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
    const head = await this.headOf(source)
    if (head === undefined) return false
    // Another node's mirror may lag behind ours: an older head of the same log is no contradiction there.
    if (!this.isAuthor(source) && head.size < this.mirror.size && (await this.precedes(head))) return false
    if (!equalBytes(this.mirror.checkpoint ?? new Uint8Array(), head.note)) {
      await this.extendTo(source, head, cosigners)
    }
    await this.scan()
    await this.fetchContent()
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

  /** Takes what leads to a head; where that is more than memory bears, in steps between heads that the author signed. */
  private async extendTo(source: LogSource, served: SignedHead, cosigners: readonly Cosigner[]): Promise<void> {
    const { mirror, step = LIMITS } = this.options
    let entriesMax: number = step.entriesPerStep
    for (;;) {
      const head =
        served.size - mirror.size <= entriesMax ? served : await this.headOnTheWay(source, entriesMax, cosigners)
      const fresh = await this.newEntries(source, head.size, served.size, step.bytesPerStep)
      if (fresh.fit !== undefined) {
        entriesMax = fresh.fit
        continue
      }
      const extended = await mirror.extend(fresh.entries, head.note)
      if (!extended.ok) await this.refuse(source, head, extended)
      if (fresh.entries.length > 0) {
        this.tailBytes = fresh.tailBytes
        this.newEntriesHeld = true
      }
      if (head === served) return
      await this.scan()
      await this.fetchContent()
      this.tellWhatIsNew()
      entriesMax = step.entriesPerStep
    }
  }

  private async headOnTheWay(
    source: LogSource,
    entriesMax: number,
    cosigners: readonly Cosigner[],
  ): Promise<SignedHead> {
    const { origin, author, pact, onTooFarBehind } = this.options
    const above = this.mirror.size
    const head = await signedHead({ origin, author, pact, source, cosigners }, { above, upTo: above + entriesMax })
    if (head !== undefined) return head
    const message = `The log of ${author.party} goes on after ${above} entries by more than can be taken at once, and nobody shows a head on the way; it is tried again.`
    if (source.carried === undefined) onTooFarBehind(message)
    throw new PeerUnreachable(message)
  }

  private isAuthor(source: LogSource): boolean {
    return source === this.options.sources[0]
  }

  /** Whether a head is one that our log had or has. */
  private async precedes({ size, root }: Head): Promise<boolean> {
    return size <= this.mirror.size && equalBytes(await this.mirror.rootAt(size), root)
  }

  /** Tells a contradiction of the author from the garbage of a source. Throws in any case. */
  private async refuse(
    source: LogSource,
    served: SignedHead,
    refusal: { code: string; message: string },
  ): Promise<never> {
    const { mirror } = this.options
    const onContradiction: PeerLogOptions['onContradiction'] = (...told) => {
      this.contradicted++
      this.carriedAwaits = false
      return this.options.onContradiction(...told)
    }
    const root = toHex(served.root)
    const { code, message } = refusal
    if (code === 'mirror/rewind') {
      // An author restored from a backup, or one that goes on in a log which succeeds this one.
      if (!(await this.isGivenUp(served))) await onContradiction(code, message, served, undefined)
    } else if (code === 'mirror/fork') {
      const branch = this.examined === root ? undefined : await this.examine(source, served)
      await onContradiction(code, message, served, branch)
    } else if (code !== 'mirror/root') {
      if (code !== 'mirror/entries') await onContradiction(code, message, served, undefined)
    } else if (this.examined !== root) {
      // Only the whole log tells whether its author signed another beginning than ours. One head is examined once.
      const branch = await readBranch(source, served, mirror)
      // Nobody is accused of what became of the bytes on their way.
      if (branch === 'follows') throw new PeerUnreachable(`${source.requests.party}: ${message}`)
      // What was carried here may have been damaged on the way, and its author will still show the whole.
      if (source.carried === undefined) this.examined = root
      const what = `The author signed two different logs: one of ${served.size} entries, and the one of ${mirror.size} held here.`
      if (branch !== undefined) await onContradiction('mirror/fork', what, served, branch)
      else if (this.isAuthor(source)) await onContradiction(code, message, served, undefined)
    }
    throw new PeerUnreachable(`${source.requests.party}: ${refusal.message}`)
  }

  /** Where both branches part, as far as the source shows it: the heads alone prove that they do. */
  private async examine(source: LogSource, served: SignedHead): Promise<Branch | undefined> {
    const branch = await contradictingBranch(source, served, this.mirror)
    if (branch !== undefined) this.examined = toHex(served.root)
    return branch
  }

  /** Whether its author has opened a log that pins no more of this one than it serves; asked for a second time. */
  private async isGivenUp({ size }: Head): Promise<boolean> {
    const isSecond = this.rewoundTo === size
    this.rewoundTo = size
    const pinned = await this.options.pinnedSize()
    return (pinned !== undefined && size >= pinned) || !isSecond
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

  /** Looks at entries not looked at yet: which parts must be held, and which entry is the newest that is no pin. */
  private readonly missing: { index: number; parts: MissingPart[] }[] = []

  private async scan(): Promise<void> {
    if (this.scannedTo === this.mirror.size) return
    let index = this.scannedTo
    for await (const bytes of this.mirror.entries(index, this.mirror.size)) {
      const entry = parseEntry(bytes)
      const statement = entry.ok ? entry.value.statement : undefined
      if (statement !== undefined) this.options.onStatement?.(statement)
      if (statement?.type !== 'log/pin') this.lastSaid = index
      const parts = statement === undefined ? [] : this.partsToHold(statement)
      const missing: MissingPart[] = []
      for (const part of parts) if (!(await this.mirror.hasAddendum(part.sealed))) missing.push(part)
      if (missing.length > 0) this.missing.push({ index, parts: missing })
      index++
    }
    this.scannedTo = index
  }

  /** What a receipt by us must cover of one statement, void or not (spec/receipt.md). */
  private partsToHold(statement: { to: string[]; content: { sealed: string; size: number }[] }): MissingPart[] {
    const { role, us, limits } = this.options
    if (role === 'observer' || (role === 'recipient' && !statement.to.includes(us.party))) return []
    // The frame has 40 bytes before the plaintext (spec/content.md).
    const sizeMax = padmeSize(40 + limits.partBytes)
    return statement.content
      .map(({ sealed, size }, part) => ({ part, sealed, size, sizeMax: size + LIMITS.sealOverheadBytes }))
      .filter(({ part, size }) => part < limits.parts && size <= sizeMax)
  }

  private async fetchContent(): Promise<void> {
    for (;;) {
      const next = this.missing[0]
      if (next === undefined) break
      for (const part of next.parts) {
        if (this.options.isDestroyed(next.index, part.part) || (await this.mirror.hasAddendum(part.sealed))) continue
        const bytes = await this.fetchAddendum(part)
        if (bytes === undefined) {
          this.completeTo = next.index
          return
        }
        await this.mirror.putAddendum(bytes)
        // It may have been destroyed while it was on its way.
        if (this.options.isDestroyed(next.index, part.part)) await this.mirror.removeAddendum(part.sealed)
      }
      this.missing.shift()
      this.newContentHeld = true
    }
    this.completeTo = this.mirror.size
  }

  /** Likewise, leaving out what is not there: it is named, and what comes after it is taken all the same. */
  private async fetchAllContent(): Promise<string[]> {
    const lacking = new Set<string>()
    for (const { index, parts } of this.missing) {
      const isGone = ({ part }: MissingPart) => this.options.isDestroyed(index, part)
      for (const part of parts) {
        if (isGone(part) || (await this.mirror.hasAddendum(part.sealed))) continue
        const bytes = await this.fetchAddendum(part)
        if (bytes === undefined) lacking.add(part.sealed)
        else await this.mirror.putAddendum(bytes)
        if (bytes !== undefined && isGone(part)) await this.mirror.removeAddendum(part.sealed)
      }
    }
    const left = this.missing.filter(({ parts }) => parts.some(({ sealed }) => lacking.has(sealed)))
    if (left.length < this.missing.length) this.newContentHeld = true
    this.missing.splice(0, Number.POSITIVE_INFINITY, ...left)
    this.completeTo = left[0]?.index ?? this.mirror.size
    return [...lacking]
  }

  private async fetchAddendum(part: MissingPart): Promise<Uint8Array | undefined> {
    for (const source of this.sources) {
      try {
        const fetched = await source.requests.get(`${source.prefix}/addenda/${part.sealed}`, part.sizeMax)
        if (fetched.kind !== 'bytes') continue
        if (createHash('sha256').update(fetched.bytes).digest('hex') === part.sealed) return fetched.bytes
        this.options.around.report('warn', 'content-hash', { origin: this.origin, from: source.requests.party })
      } catch (cause) {
        if (!(cause instanceof PeerUnreachable)) throw cause
      }
    }
    return undefined
  }

  private async countersignHeld(): Promise<void> {
    if (this.missing.length > 0) return
    this.completeTo = this.mirror.size
    await this.countersign(undefined)
  }

  /** `source` is where the head was seen just now; undefined where nowhere. */
  private async countersign(source: LogSource | undefined): Promise<void> {
    const { mirror, receipts, cosignSeconds, around } = this.options
    if (mirror.checkpoint === undefined || this.completeTo < mirror.size || !this.options.mayCountersign()) return
    const newest = receipts.newest(this.origin)
    // A mirror that was rolled back, and does not hold yet what we countersigned.
    if (newest !== undefined && mirror.size < newest.size) return
    const seconds = Math.floor(around.now() / 1000)
    const grown = newest === undefined || mirror.size > newest.size
    const due = cosignSeconds !== undefined && newest !== undefined && seconds >= newest.time + cosignSeconds
    // A neutral's cosignature says what the author showed by then: what it had from elsewhere may be old. A depositary's
    // receipt discharges the author, too: it is given for what the author's own folder held when it was carried here.
    const shown = source !== undefined && this.isAuthor(source)
    const deposited = source?.carried === 'author' && this.options.role === 'depositary' && grown
    if (cosignSeconds !== undefined && !shown && !deposited) return
    if (!grown && !due) return
    const time = Math.max(seconds, newest?.time ?? 0)
    // The author’s own two lines and nothing else that came with them.
    const head = verifyCheckpoint(mirror.checkpoint, { origin: this.origin, ...this.authorKeys() })
    if (!head.ok) return
    const bytes = cosign(
      logNote(head.value),
      { name: receiptKeyName(this.options.us.party, this.options.pact), ...this.options.us.receipt },
      time,
    )
    const receipt = { size: mirror.size, time, bytes }
    await receipts.give(this.origin, receipt)
    this.options.onReceipt(receipt)
  }

  private authorKeys() {
    const { log } = this.options.author.keys
    return { ed25519PublicKey: log.ed25519, mldsa44PublicKey: log.mldsa44 }
  }

  /** Whether all is held that our own receipts attest. */
  get isWhole(): boolean {
    return this.completeTo >= (this.options.receipts.newest(this.origin)?.size ?? 0)
  }

  get head() {
    return { origin: this.origin, size: this.mirror.size, root: this.mirror.root, rootHex: toHex(this.mirror.root) }
  }
}
