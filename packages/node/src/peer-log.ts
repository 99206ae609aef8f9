// Hearing one log of a peer: fetch its head, take what is new, verify it, hold it, countersign it. The only way in for
// the words of others. What cannot be verified is refused and leaves the mirror as it was (spec/directory.md); a
// receipt is given only for bytes that are durable (spec/receipt.md).

import { createHash } from 'node:crypto'
import type { Mirror, Receipts } from '@countersign/ledger'
import { cosign, equalBytes, logNote, toHex, verifyCheckpoint } from '@countersign/log'
import { type Card, padmeSize, parseEntry, receiptKeyName, type SignerPair } from '@countersign/record'
import { LIMITS } from './limits.ts'
import { freshEntries, type Head, type LogSource, provesFork, type SignedHead } from './log-source.ts'
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
  /** New entries are held. */
  onEntries(): void
  /** Sealed content is held that was missed before. */
  onContent(): void
  /** We gave a receipt. */
  onReceipt(receipt: { size: number; time: number; bytes: Uint8Array }): void
  /** The author's log contradicts what it signed before; `served` is the note that does. */
  onContradiction(code: string, message: string, served: Uint8Array): Promise<void>
  /** The log is further ahead than can be taken at once, and nobody shows a head on the way. */
  onTooFarBehind(message: string): void
  step?: { entriesPerStep: number; bytesPerStep: number }
}

interface MissingPart {
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
  /** Root of the last head whose entries did not lead to it, hex. */
  private examined = ''
  private newEntriesHeld = false
  private newContentHeld = false
  /** Bytes of the entries held in the last, partial bundle. */
  private tailBytes = 0

  constructor(options: PeerLogOptions) {
    this.options = options
    this.origin = options.origin
    this.mirror = options.mirror
    // What our own receipt attests was held when we gave it, and is not looked for again.
    this.scannedTo = Math.min(options.receipts.newest(options.origin)?.size ?? 0, options.mirror.size)
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
    let failure: unknown
    for (const [index, source] of this.options.sources.entries()) {
      try {
        const fromAuthor = index === 0
        if (await this.hear(source)) {
          if (fromAuthor) this.lastHeardMs = this.options.around.now()
          // The receipt first: whoever spoke waits for it, and for nothing that we do with what was said.
          await this.countersign(fromAuthor)
          this.tellWhatIsNew()
          return
        }
      } catch (cause) {
        this.tellWhatIsNew()
        if (!(cause instanceof PeerUnreachable)) throw cause
        failure ??= cause
      }
    }
    if (failure !== undefined) throw failure
  }

  private tellWhatIsNew(): void {
    if (this.newEntriesHeld) this.options.onEntries()
    if (this.newContentHeld) this.options.onContent()
    this.newEntriesHeld = false
    this.newContentHeld = false
  }

  /** False where the source does not hold the log. */
  private async hear(source: LogSource): Promise<boolean> {
    const { mirror } = this.options
    const fetched = await source.requests.get(`${source.prefix}/checkpoint`, LIMITS.noteBytes)
    if (fetched.kind !== 'bytes') return false
    if (mirror.checkpoint === undefined || !equalBytes(mirror.checkpoint, fetched.bytes)) {
      const head = verifyCheckpoint(fetched.bytes, { origin: this.origin, ...this.authorKeys() })
      if (!head.ok)
        throw new PeerUnreachable(
          `${this.options.author.party} sent a checkpoint that does not verify (${head.message})`,
        )
      // Another node's mirror may lag behind ours: an older head of the same log is no contradiction there.
      if (!this.isAuthor(source) && (await this.precedes(head.value))) return false
      await this.extendTo(source, { ...head.value, note: fetched.bytes })
    }
    await this.scan()
    await this.fetchContent()
    return true
  }

  /** Takes what leads to a head; where that is more than memory bears, in steps between heads that the author signed. */
  private async extendTo(source: LogSource, served: SignedHead): Promise<void> {
    const { mirror, step = LIMITS } = this.options
    let entriesMax: number = step.entriesPerStep
    for (;;) {
      const head = served.size - mirror.size <= entriesMax ? served : await this.headOnTheWay(source, entriesMax)
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

  private async headOnTheWay(source: LogSource, entriesMax: number): Promise<SignedHead> {
    const { origin, author, pact, cosigners, onTooFarBehind } = this.options
    const above = this.mirror.size
    const head = await signedHead({ origin, author, pact, source, cosigners }, { above, upTo: above + entriesMax })
    if (head !== undefined) return head
    const message = `The log of ${author.party} goes on after ${above} entries by more than can be taken at once, and nobody shows a head on the way; it is tried again.`
    onTooFarBehind(message)
    throw new PeerUnreachable(message)
  }

  private isAuthor(source: LogSource): boolean {
    return source === this.options.sources[0]
  }

  private async precedes({ size, root }: Head): Promise<boolean> {
    return size < this.mirror.size && equalBytes(await this.mirror.rootAt(size), root)
  }

  /** Tells a contradiction of the author from the garbage of a source. Throws in any case. */
  private async refuse(
    source: LogSource,
    served: SignedHead,
    refusal: { code: string; message: string },
  ): Promise<never> {
    const { mirror, onContradiction } = this.options
    const root = toHex(served.root)
    if (refusal.code !== 'mirror/root') {
      if (refusal.code !== 'mirror/entries') await onContradiction(refusal.code, refusal.message, served.note)
    } else if (this.examined !== root) {
      // Only the whole log tells whether its author signed another beginning than ours. One head is examined once.
      const forked = await provesFork(source, served, { size: mirror.size, root: mirror.root })
      this.examined = root
      const what = `The author signed two different logs: one of ${served.size} entries, and the one held here.`
      if (forked) await onContradiction('mirror/fork', what, served.note)
      else if (this.isAuthor(source)) await onContradiction(refusal.code, refusal.message, served.note)
    }
    throw new PeerUnreachable(`${source.requests.party}: ${refusal.message}`)
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
      .filter((part, i) => i < limits.parts && part.size <= sizeMax)
      .map(({ sealed, size }) => ({ sealed, sizeMax: size + LIMITS.sealOverheadBytes }))
  }

  private async fetchContent(): Promise<void> {
    for (;;) {
      const next = this.missing[0]
      if (next === undefined) break
      for (const part of next.parts) {
        if (await this.mirror.hasAddendum(part.sealed)) continue
        const bytes = await this.fetchAddendum(part)
        if (bytes === undefined) {
          this.completeTo = next.index
          return
        }
        await this.mirror.putAddendum(bytes)
      }
      this.missing.shift()
      this.newContentHeld = true
    }
    this.completeTo = this.mirror.size
  }

  private async fetchAddendum(part: MissingPart): Promise<Uint8Array | undefined> {
    for (const source of this.options.sources) {
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

  private async countersign(fromAuthor: boolean): Promise<void> {
    const { mirror, receipts, cosignSeconds, around } = this.options
    if (mirror.checkpoint === undefined || this.completeTo < mirror.size || !this.options.mayCountersign()) return
    const newest = receipts.newest(this.origin)
    const seconds = Math.floor(around.now() / 1000)
    const grown = newest === undefined || mirror.size > newest.size
    const due = cosignSeconds !== undefined && newest !== undefined && seconds >= newest.time + cosignSeconds
    // A neutral's cosignature says what the author showed by then: what it had from elsewhere may be old.
    if (cosignSeconds !== undefined && !fromAuthor) return
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

  get head() {
    return { origin: this.origin, size: this.mirror.size, root: this.mirror.root, rootHex: toHex(this.mirror.root) }
  }
}
