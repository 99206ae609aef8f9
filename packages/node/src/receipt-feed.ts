// Fetching what one cosigner countersigned of one log, ours or a peer's. A receipt is held only once it verifies, stands
// over the very log that is held here, and does not contradict what its cosigner gave before; a bad one is skipped, so
// that it spoils no other. Of each size the first and the last are held: only they can be a bound (spec/receipt.md), so
// a quiet year of cosignatures is two files. The cosigner's index is read in bounded parts and may be of any length.

import { createHash } from 'node:crypto'
import type { LogFiles, Receipts } from '@countersign/ledger'
import { equalBytes, fromUtf8 } from '@countersign/log'
import { type Card, parseReceipt } from '@countersign/record'
import { LIMITS } from './limits.ts'
import { PeerUnreachable } from './peer-requests.ts'
import type { Cosigner } from './signed-heads.ts'

export interface HeldReceipt {
  origin: string
  by: string
  size: number
  time: number
  digest: string
  /** The ids of the keys it was made with. */
  key: string
  bytes: Uint8Array
}

export interface ReceiptFeedOptions {
  origin: string
  author: Card
  cosigner: Cosigner
  pact: string
  /** Asks for the newest card of the cosigner; true where that was answered. */
  suspect(): Promise<boolean>
  receipts: Receipts
  /** The log as it is held here. */
  log(): LogFiles | undefined
  /** Whether nobody can have signed more of the log than is held here: it is ours, and we go on signing it. */
  isWhole(): boolean
  onReceipt(receipt: HeldReceipt): void
  /** A receipt held before is superfluous now; its file goes where the answer is true. */
  onSuperseded(receipt: Omit<HeldReceipt, 'bytes' | 'key'>): Promise<boolean>
  /** A receipt over another log under this name than the one held: another root, or more entries than there can be. */
  onFork(receipt: HeldReceipt, kind: 'other-root' | 'beyond'): Promise<void>
  /** The cosigner gave what is no receipt, or receipts that contradict each other. Told once for each code. */
  onFault(code: 'receipt/invalid' | 'receipt/order', message: string): void
  /** A receipt that the index names is not given, or does not verify. Told of each. */
  onPassedOver?(name: string): void
  limits?: { indexBytes: number; receiptsPerRound: number }
}

interface Name {
  size: number
  time: number
}

export class ReceiptFeed {
  private readonly hash: string
  private readonly options: ReceiptFeedOptions
  private readonly limits: { indexBytes: number; receiptsPerRound: number }
  /** How much of the index was gone through, in bytes, and the last receipt it named before. */
  private offset = 0
  private listed: Name = { size: 0, time: 0 }
  /** What is held of each size. */
  private held: Map<number, { first: number; last: number }> | undefined
  private newest: Name = { size: 0, time: 0 }
  private readonly faults = new Set<string>()
  /** The size of a receipt in the index over more than is held here yet; 0 where there is none. */
  waitsFor = 0

  constructor(options: ReceiptFeedOptions) {
    this.options = options
    this.limits = options.limits ?? LIMITS
    this.hash = createHash('sha256').update(options.origin).digest('hex')
  }

  get waits(): boolean {
    return this.waitsFor > 0
  }

  /** Whether a receipt is missing that the cosigner may have given by now. */
  get outstanding(): boolean {
    return this.newest.size < (this.options.log()?.size ?? 0)
  }

  /** What is held was changed by another hand: it is looked at again before the next receipt is taken. */
  forgetHeld(): void {
    this.held = undefined
    this.newest = { size: 0, time: 0 }
  }

  /** False where more may be taken at once than one round takes. */
  async round(): Promise<boolean> {
    this.waitsFor = 0
    await this.recall()
    let left = this.limits.receiptsPerRound
    while (left > 0) {
      const lines = await this.indexLines()
      if (lines.length === 0) return true
      for (const [i, line] of lines.entries()) {
        const name = nameOf(line)
        if (name !== undefined) {
          if (name.size > (this.options.log()?.size ?? 0) && !this.options.isWhole()) {
            this.waitsFor = name.size
            return true
          }
          if (this.isWanted(name, nameOf(lines[i + 1] ?? ''))) {
            if (left-- === 0) return false
            await this.take(name)
          }
          this.listed = { size: Math.max(name.size, this.listed.size), time: Math.max(name.time, this.listed.time) }
        }
        this.offset += Buffer.byteLength(line) + 1
      }
    }
    return false
  }

  /** What an earlier run held; what it did not come to remove goes now. */
  private async recall(): Promise<void> {
    if (this.held !== undefined) return
    const { receipts, origin, cosigner } = this.options
    this.held = new Map()
    const names = [...receipts.held(origin, cosigner.party)].sort((a, b) => a.size - b.size || a.time - b.time)
    for (const [i, name] of names.entries()) {
      const { size, time } = name
      if (size > this.newest.size) this.held.set(size, { first: time, last: time })
      else if (names[i + 1]?.size === size) await this.forget(name)
      else this.held.set(size, { first: this.held.get(size)?.first ?? time, last: time })
      this.newest = { size, time }
    }
  }

  /** Whole lines of the index from `offset` on; lines that name no receipt are among them. */
  private async indexLines(): Promise<string[]> {
    const { cosigner } = this.options
    const { requests } = cosigner
    const { indexBytes } = this.limits
    const fetched = await requests.part(`receipts/${this.hash}/index`, indexBytes, this.offset)
    if (fetched.kind !== 'part') return []
    if (fetched.total !== undefined && fetched.total < this.offset) {
      // A cosigner restored from a backup: its index is another one now.
      this.offset = 0
      this.listed = { size: 0, time: 0 }
      return []
    }
    const end = fetched.bytes.lastIndexOf(0x0a)
    const text = fromUtf8(fetched.bytes.subarray(0, Math.max(0, end)))
    if (text === undefined || (end < 0 && fetched.bytes.length === indexBytes)) {
      throw new PeerUnreachable(`${cosigner.party} sent an index of receipts that is no text`)
    }
    return end < 0 ? [] : text.split('\n')
  }

  /** The first of its size, or the last that the index names in one go. */
  private isWanted(name: Name, next: Name | undefined): boolean {
    const held = this.held?.get(name.size)
    if (held !== undefined && name.time <= held.last) return false
    if (name.size < this.listed.size || name.time < this.listed.time) {
      this.fault('receipt/order', 'lists receipts whose times fall as sizes grow')
      return false
    }
    return held === undefined || next?.size !== name.size
  }

  private async take(name: Name): Promise<void> {
    const { origin, cosigner, author, pact, suspect, receipts } = this.options
    const { size, time } = name
    const ask = async () => {
      const answer = await cosigner.requests.get(`receipts/${this.hash}/${size}-${time}`, LIMITS.noteBytes)
      // Refused for now, as where clocks differ: it is asked for again, and not passed over.
      if (answer.kind === 'refused') throw new PeerUnreachable(`${cosigner.party} answered ${answer.status}`)
      return answer
    }
    const parse = (bytes: Uint8Array) => {
      const by = { party: cosigner.party, pact, keys: cosigner.keys() }
      return parseReceipt(bytes, { author: author.keys.log, origin, by })
    }
    let fetched = await ask()
    let parsed = fetched.kind === 'bytes' ? parse(fetched.bytes) : undefined
    // What came may have suffered on its way: nobody is accused of that, and no receipt is passed over for it.
    for (let again = 1; again < LIMITS.receiptTries && parsed?.ok !== true; again++) {
      fetched = await ask()
      parsed = fetched.kind === 'bytes' ? parse(fetched.bytes) : undefined
    }
    if (fetched.kind === 'bytes' && parsed?.ok === false) {
      // It may have other keys by now. Until it was asked for its card nothing of it is passed over.
      if (!(await suspect())) throw new PeerUnreachable(`${cosigner.party} gave a receipt by keys not known here yet`)
      parsed = parse(fetched.bytes)
    }
    if (fetched.kind !== 'bytes' || parsed?.ok !== true || parsed.value.size !== size || parsed.value.time !== time) {
      this.options.onPassedOver?.(`${size}-${time}`)
      this.fault('receipt/invalid', `lists the receipt ${size}-${time} and gives none that verifies`)
      return
    }
    const { bytes } = fetched
    const { digest, key } = parsed.value
    const receipt = { origin, by: cosigner.party, size, time, digest, key, bytes }
    const log = this.options.log()
    if (log === undefined || size > log.size) return this.options.onFork(receipt, 'beyond')
    if (!equalBytes(await log.rootAt(size), parsed.value.root)) return this.options.onFork(receipt, 'other-root')
    if (this.contradicts(name)) {
      this.fault('receipt/order', 'gave receipts whose times fall as sizes grow')
      return
    }
    await receipts.hold(origin, cosigner.party, { size, time, bytes })
    this.options.onReceipt(receipt)
    await this.remember(name)
  }

  /** Keeps the first of its size and replaces the last. */
  private async remember(name: Name): Promise<void> {
    const { size, time } = name
    const before = this.held?.get(size)
    this.held?.set(size, { first: before?.first ?? time, last: time })
    if (size >= this.newest.size) this.newest = name
    if (before === undefined || before.last === before.first) return
    const { receipts, origin, cosigner } = this.options
    const old = receipts.held(origin, cosigner.party).find((one) => one.size === size && one.time === before.last)
    if (old !== undefined) await this.forget(old)
  }

  private async forget({ size, time, digest }: Name & { digest: string }): Promise<void> {
    const { receipts, origin, cosigner, onSuperseded } = this.options
    if (await onSuperseded({ origin, by: cosigner.party, size, time, digest }))
      await receipts.drop(origin, cosigner.party, { size, time })
  }

  /** Whether what is held has an earlier time at a larger size, or a later one at a smaller. */
  private contradicts({ size, time }: Name): boolean {
    if (size > this.newest.size) return time < this.newest.time
    for (const [other, { first, last }] of this.held ?? []) {
      if ((other > size && first < time) || (other < size && last > time)) return true
    }
    return false
  }

  private fault(code: 'receipt/invalid' | 'receipt/order', what: string): void {
    if (this.faults.has(code)) return
    this.faults.add(code)
    this.options.onFault(code, `${this.options.cosigner.party} ${what}; what it gave before stands.`)
  }
}

function nameOf(line: string): Name | undefined {
  const match = /^([1-9][0-9]{0,14})-([1-9][0-9]{0,14})$/.exec(line)
  return match === null ? undefined : { size: Number(match[1]), time: Number(match[2]) }
}
