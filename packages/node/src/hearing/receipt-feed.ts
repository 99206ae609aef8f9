// Fetching what one cosigner countersigned of one log, ours or a peer's. A receipt is held only once it verifies, stands
// over the very log that is held here, and does not contradict what its cosigner gave before; a bad one is skipped, so
// that it spoils no other. Of each size only those are held that can be a bound (spec/receipt.md), so a quiet year of
// cosignatures is a dozen files. The cosigner's index is read in bounded parts and may be of any length. It is
// signed by nobody: it says what to ask for, and nothing about its cosigner. What is read of it is read a second time in
// the next round, and left behind only where it was the same, so that what harmed it on its way costs no receipt. What is
// read next begins with the end of what was read before: whoever stood at the address of the cosigner for a while may have
// shown another index, and where that was longer, lines of the true one would never be looked at.

import { originHash, parseReceiptName, type Receipts } from '@countersign/ledger'
import { equalBytes, fromUtf8, sha256, toHex } from '@countersign/log'
import { receiptKeyIds } from '@countersign/record'
import { LIMITS } from '../limits.ts'
import { PeerUnreachable } from './peer-requests.ts'
import type { Cosigner } from './signed-heads.ts'
import { type HeldReceipt, type ReceiptSubject, weighReceipt } from './weigh-receipt.ts'

export interface ReceiptFeedOptions extends ReceiptSubject {
  cosigner: Cosigner
  /** Asks for the newest card of the cosigner; true where that was answered. */
  suspect(): Promise<boolean>
  receipts: Receipts
  /** Whether nobody can have signed more of the log than is held here: it is ours, and we go on signing it. */
  isWhole(): boolean
  onReceipt(receipt: HeldReceipt): void
  /** A receipt held before is superfluous now; its file goes where the answer is true. */
  onSuperseded(receipt: Omit<HeldReceipt, 'bytes' | 'key' | 'isDeposit'>): Promise<boolean>
  /** A receipt over another log under this name than the one held: another root, or more entries than there can be. */
  onFork(receipt: HeldReceipt, kind: 'other-root' | 'beyond'): Promise<void>
  /**
   * `receipt/order`: receipts that the cosigner signed contradict each other. `receipt/invalid`: a name that its index bore
   * in two rounds brought no receipt, whoever's fault that is. Told once for each code, until it is over.
   */
  onFault(code: FaultCode, message: string): void
  /** Every receipt that was missing came, or is named no more. */
  onFaultOver?(code: FaultCode): void
  /** A receipt that the index names is not given, or does not verify. Told of each. */
  onPassedOver?(name: string): void
  limits?: { indexBytes: number; receiptsPerRound: number }
}

export type FaultCode = 'receipt/invalid' | 'receipt/order'

interface Name {
  size: number
  time: number
}

/** With the ids of the keys it was made with. */
interface MadeBy extends Name {
  key: string
}

/** A part of the index, and the last bytes of it. */
interface Stretch {
  from: number
  length: number
  hash: string
  end: Uint8Array
}

/** A line and more: no two lines of an index that is whole are equal. */
const END_BYTES = 32

export class ReceiptFeed {
  private readonly hash: string
  private readonly options: ReceiptFeedOptions
  private readonly limits: { indexBytes: number; receiptsPerRound: number }
  /** How much of the index was gone through, in bytes, and was the same when it was read again. */
  private settled = 0
  /** The last bytes of that. */
  private settledEnd: Uint8Array = new Uint8Array()
  /** What was gone through after that, in order and without a gap. */
  private readOnce: Stretch[] = []
  /** What was read before did not end as it does now, when it was looked at last. */
  private endedOtherwise = false
  /** Names that brought no receipt: asked for again in each round, and told of once their line was read twice. */
  private readonly missing = new Map<string, { name: Name; from: number }>()
  /** Of each size the times of those that are held, rising. */
  private held: Map<number, number[]> | undefined
  /** The size of the largest. */
  private largest = 0
  /** The newest by each pair of keys of the cosigner. */
  private readonly newestBy = new Map<string, Name>()
  /** Of the ids of its keys, in receipts and in deposits, those in receipts. */
  private readonly pairs = new Map<string, string>()
  private readonly faults = new Set<string>()
  /** The size of a receipt in the index over more than is held here yet; 0 where there is none. */
  waitsFor = 0

  constructor(options: ReceiptFeedOptions) {
    this.options = options
    this.limits = options.limits ?? LIMITS
    this.hash = originHash(options.origin)
  }

  get waits(): boolean {
    return this.waitsFor > 0
  }

  /** Whether a receipt is missing that the cosigner may have given by now. */
  get outstanding(): boolean {
    return this.largest < (this.options.log()?.size ?? 0)
  }

  /** What is held was changed by another hand: it is looked at again before the next receipt is taken. */
  forgetHeld(): void {
    this.held = undefined
    this.largest = 0
    this.newestBy.clear()
  }

  /** False where more may be taken at once than one round takes. */
  async round(): Promise<boolean> {
    this.waitsFor = 0
    await this.recall()
    await this.settle()
    for (const { name } of [...this.missing.values()]) await this.take(name)
    let left = this.limits.receiptsPerRound
    let from = this.readEnd
    for (let parts = 0; parts < LIMITS.indexPartsPerLook; parts++) {
      const read = await this.indexLines(from)
      if (read === undefined) return true
      let offset = from
      const through = () => {
        if (offset > from) this.readOnce.push(stretch(read.bytes, from, offset))
      }
      for (const [i, line] of read.lines.entries()) {
        const name = nameOf(line)
        if (name !== undefined) {
          if (name.size > (this.options.log()?.size ?? 0) && !this.options.isWhole()) {
            this.waitsFor = name.size
            through()
            return true
          }
          if (this.isWanted(name, nameOf(read.lines[i + 1] ?? ''))) {
            if (left-- === 0) {
              through()
              return false
            }
            if (!(await this.take(name))) this.misses(name, offset)
          }
        }
        offset += Buffer.byteLength(line) + 1
      }
      through()
      from = offset
    }
    return false
  }

  private get readEnd(): number {
    const last = this.readOnce.at(-1)
    return last === undefined ? this.settled : last.from + last.length
  }

  /** Reads again what was read once. Where it is another now it is gone through anew: nobody knows which was harmed. */
  private async settle(): Promise<void> {
    for (let read = this.readOnce[0]; read !== undefined; read = this.readOnce[0]) {
      const { from, length, hash, end } = read
      const again = await this.indexPart(from, length)
      if (again === undefined || toHex(sha256(again)) !== hash) {
        this.readOnce = []
        for (const [key, one] of this.missing) if (one.from >= from) this.missing.delete(key)
        break
      }
      this.settled = from + length
      this.settledEnd = end
      this.readOnce.shift()
    }
    const told = [...this.missing.values()].find(({ from }) => from < this.settled)
    if (told === undefined) this.faultOver('receipt/invalid')
    else {
      const { size, time } = told.name
      this.fault(
        'receipt/invalid',
        `The index of receipts of ${this.options.cosigner.party} names ${size}-${time}, and no receipt that verifies came under that name; it is asked for again. What was held before stands.`,
      )
    }
  }

  private misses(name: Name, from: number): void {
    this.options.onPassedOver?.(`${name.size}-${name.time}`)
    if (this.missing.size < LIMITS.receiptsMissing) this.missing.set(`${name.size}-${name.time}`, { name, from })
  }

  /** What an earlier run held; what it did not come to remove goes now. */
  private async recall(): Promise<void> {
    if (this.held !== undefined) return
    const { receipts, origin, cosigner } = this.options
    this.held = new Map()
    const names = [...receipts.held(origin, cosigner.party)].sort((a, b) => a.size - b.size || a.time - b.time)
    for (const [size, ofSize] of Map.groupBy(names, (name) => name.size)) {
      const kept = keptOf(ofSize.map(({ time }) => time))
      this.held.set(size, kept)
      for (const name of ofSize) {
        this.isNewest(name)
        if (!kept.includes(name.time)) await this.forget(name)
      }
    }
  }

  /** Whole lines of the index from a place on; lines that name no receipt are among them. Undefined at its end. */
  private async indexLines(from: number): Promise<{ bytes: Uint8Array; lines: string[] } | undefined> {
    const { indexBytes } = this.limits
    const before = this.readOnce.at(-1)?.end ?? this.settledEnd
    const part = await this.indexPart(from - before.length, indexBytes + before.length)
    if (part === undefined) return undefined
    if (!equalBytes(part.subarray(0, before.length), before)) {
      // Once, it may have suffered on its way.
      if (this.endedOtherwise) this.readFromTheBeginning()
      this.endedOtherwise = !this.endedOtherwise
      return undefined
    }
    this.endedOtherwise = false
    const bytes = part.subarray(before.length)
    if (bytes.length === 0) return undefined
    const end = bytes.lastIndexOf(0x0a)
    const text = fromUtf8(bytes.subarray(0, Math.max(0, end)))
    if (text === undefined || (end < 0 && bytes.length === indexBytes)) {
      throw new PeerUnreachable(`${this.options.cosigner.party} sent an index of receipts that is no text`)
    }
    return end < 0 ? undefined : { bytes, lines: text.split('\n') }
  }

  private async indexPart(from: number, length: number): Promise<Uint8Array | undefined> {
    const fetched = await this.options.cosigner.requests.part(`receipts/${this.hash}/index`, length, from)
    if (fetched.kind !== 'part') return undefined
    if (fetched.total !== undefined && fetched.total < from) {
      // A cosigner restored from a backup: its index is another one now.
      this.readFromTheBeginning()
      return undefined
    }
    return fetched.bytes
  }

  private readFromTheBeginning(): void {
    this.settled = 0
    this.settledEnd = new Uint8Array()
    this.readOnce = []
    this.missing.clear()
  }

  /** One that would be kept; of those later than all that are held the last that the index names in one go, too. */
  private isWanted({ size, time }: Name, next: Name | undefined): boolean {
    const held = this.held?.get(size) ?? []
    const [first] = held
    const before = held.findLast((one) => one <= time)
    if (first === undefined || before === undefined) return true
    if (before === held.at(-1) && before < time && next?.size !== size) return true
    return stretchOf(time, first) > stretchOf(before, first)
  }

  /** False where no receipt of that name came. */
  private async take(name: Name): Promise<boolean> {
    const { origin, cosigner, suspect, receipts } = this.options
    const { size, time } = name
    const ask = async () => {
      const answer = await cosigner.requests.get(`receipts/${this.hash}/${size}-${time}`, LIMITS.noteBytes)
      // Refused for now, as where clocks differ: it is asked for again, and not passed over.
      if (answer.kind === 'refused') throw new PeerUnreachable(`${cosigner.party} answered ${answer.status}`)
      return answer.kind === 'bytes' ? answer.bytes : undefined
    }
    const weigh = async (file: Uint8Array | undefined) => file && weighReceipt(file, this.options)
    let file = await ask()
    let weighed = await weigh(file)
    // What came may have suffered on its way: nobody is accused of that, and no receipt is passed over for it.
    for (let again = 1; again < LIMITS.receiptTries && weighed === undefined; again++) {
      file = await ask()
      weighed = await weigh(file)
    }
    if (file !== undefined && weighed === undefined) {
      // It may have other keys by now. Until it was asked for its card nothing of it is passed over.
      if (!(await suspect())) throw new PeerUnreachable(`${cosigner.party} gave a receipt by keys not known here yet`)
      weighed = await weigh(file)
    }
    if (weighed === undefined || weighed.receipt.size !== size || weighed.receipt.time !== time) return false
    this.missing.delete(`${size}-${time}`)
    const { receipt, over } = weighed
    if (over === 'other-root' || over === 'beyond') await this.options.onFork(receipt, over)
    else if (over === 'other-keys') return true
    else if (this.contradicts(receipt)) {
      this.fault(
        'receipt/order',
        `${cosigner.party} gave receipts whose times fall as sizes grow; what it gave before stands.`,
      )
    } else {
      await receipts.hold(origin, cosigner.party, receipt)
      this.options.onReceipt(receipt)
      await this.remember(receipt)
    }
    return true
  }

  /** What it makes superfluous of its size goes. */
  private async remember({ size, time, key }: MadeBy): Promise<void> {
    const times = [...new Set([...(this.held?.get(size) ?? []), time])]
    const kept = keptOf(times)
    this.held?.set(size, kept)
    this.isNewest({ size, time, key })
    const { receipts, origin, cosigner } = this.options
    for (const replaced of times.filter((one) => !kept.includes(one))) {
      const old = receipts.held(origin, cosigner.party).find((one) => one.size === size && one.time === replaced)
      if (old !== undefined) await this.forget(old)
    }
  }

  private isNewest({ size, time, key }: MadeBy): void {
    const pair = this.pairOf(key)
    const newest = this.newestBy.get(pair) ?? { size: 0, time: 0 }
    if (size > newest.size || (size === newest.size && time > newest.time)) this.newestBy.set(pair, { size, time })
    this.largest = Math.max(this.largest, size)
  }

  private async forget({ size, time, digest }: Name & { digest: string }): Promise<void> {
    const { receipts, origin, cosigner, onSuperseded } = this.options
    if (await onSuperseded({ origin, by: cosigner.party, size, time, digest }))
      await receipts.drop(origin, cosigner.party, digest)
  }

  /**
   * Whether what is held by the same key has an earlier time at a larger size, or a later one at a smaller. By another key
   * it may be a thief's: one that was dated far ahead would keep from being held whatever its owner gives with new keys.
   */
  private contradicts({ size, time, key }: MadeBy): boolean {
    const pair = this.pairOf(key)
    const newest = this.newestBy.get(pair)
    if (newest === undefined || size > newest.size) return newest !== undefined && time < newest.time
    const { receipts, origin, cosigner } = this.options
    return receipts
      .held(origin, cosigner.party)
      .some(
        (other) =>
          this.pairOf(other.key) === pair &&
          ((other.size > size && other.time < time) || (other.size < size && other.time > time)),
      )
  }

  /** By which of its pairs of keys: those of receipts and of deposits are the same, and named otherwise. */
  private pairOf(key: string): string {
    const known = this.pairs.get(key)
    if (known !== undefined) return known
    const { cosigner, pact } = this.options
    for (const keys of cosigner.keys()) {
      const { receipt, deposit } = receiptKeyIds(cosigner.party, pact, keys)
      if (key !== receipt && key !== deposit) continue
      this.pairs.set(key, receipt)
      return receipt
    }
    return key
  }

  private fault(code: FaultCode, message: string): void {
    if (this.faults.has(code)) return
    this.faults.add(code)
    this.options.onFault(code, message)
  }

  private faultOver(code: FaultCode): void {
    if (this.faults.delete(code)) this.options.onFaultOver?.(code)
  }
}

/**
 * Of the times (POSIX seconds) of receipts of one size those that are kept, rising: the first, the last, and of those
 * between the first of each stretch since the first, which begin after 1, 3, 7, 15 minutes and so on, up to a day and a
 * half. Where lo is later than the first, as by a clock that is behind, another one bounds hi; which, is not known before
 * all that bounds lo is here.
 */
function keptOf(times: readonly number[]): number[] {
  const rising = [...times].sort((a, b) => a - b)
  const [first = 0] = rising
  return rising.filter(
    (time, i) =>
      i === 0 || i === rising.length - 1 || stretchOf(time, first) > stretchOf(rising[i - 1] ?? first, first),
  )
}

function stretchOf(time: number, first: number): number {
  return Math.min(LIMITS.receiptStretches, Math.floor(Math.log2(1 + (time - first) / 60)))
}

/** What was read of the index from one place to another. */
function stretch(bytes: Uint8Array, from: number, past: number): Stretch {
  const length = past - from
  const end = bytes.slice(Math.max(0, length - END_BYTES), length)
  return { from, length, hash: toHex(sha256(bytes.subarray(0, length))), end }
}

function nameOf(line: string): Name | undefined {
  const name = parseReceiptName(line)
  return name?.digest === undefined ? name : undefined
}
