// Receipts that statements name and that their cosigner does not show us, or no more. Whether a statement was said in
// force may rest on the very receipt it names (spec/agreement.md), and a cosigner may give each reader another one of the
// same size, or none. So whoever named a receipt is asked for it, and must be able to produce it (spec/directory.md, Named
// receipts). It counts as any other of its cosigner, and is kept, for a statement names it.
//
// Each of them is asked in its own time: one that names what it does not show, or answers slowly, holds up no other, and
// none of the receipts that the cosigner shows. What they show is gone through in bounded steps, and taken between rounds.

import { originHash, parseReceiptName, type Receipts } from '@countersign/ledger'
import { fromUtf8 } from '@countersign/log'
import { partyOf, receiptDigest } from '@countersign/record'
import type { UnheldReceipt } from '@countersign/views'
import { LIMITS } from '../limits.ts'
import { type PeerFiles, PeerUnreachable } from './peer-requests.ts'
import { type HeldReceipt, type ReceiptSubject, weighReceipt } from './weigh-receipt.ts'

export interface NamedReceiptsOptions extends ReceiptSubject {
  receipts: Pick<Receipts, 'hold' | 'held'>
  /** As `Views.receiptsUnheld` gives them for this log and cosigner. */
  unheld(after: (namedIn: string) => number, most: number): Promise<readonly UnheldReceipt[]>
  /** What a party of the channel publishes; undefined for ourselves, and where no card of it is trusted. */
  filesOf(party: string): PeerFiles | undefined
  /** Whether nobody can have signed more of the log than is held here. */
  isWhole(): boolean
  onReceipt(receipt: HeldReceipt): void
  onFork(receipt: HeldReceipt, kind: 'other-root' | 'beyond'): Promise<void>
  /** Something was found: `takeFound` is due. */
  onFound(): void
}

export class NamedReceipts {
  private readonly options: NamedReceiptsOptions
  private readonly hash: string
  /** Where the next look begins, for each log that names what is not held. */
  private readonly after = new Map<string, number>()
  /** By party where in its index the next look begins, in bytes. */
  private readonly readTo = new Map<string, number>()
  /** By party, while it is being asked. */
  private readonly asking = new Map<string, Promise<void>>()
  /** By digest what was found and is not held yet. */
  private readonly found = new Map<string, HeldReceipt>()
  private failure: { cause: unknown } | undefined
  private stopped = false

  constructor(options: NamedReceiptsOptions) {
    this.options = options
    this.hash = originHash(options.origin)
  }

  /**
   * Begins to ask those who named a receipt for it, but for who is still being asked: after its cosigner was asked, for
   * most of what is missing is on its way from there. Waits for none of them.
   */
  async look(): Promise<void> {
    for (const [party, named] of Map.groupBy(await this.wanted(), ({ namedIn }) => partyOf(namedIn))) {
      const files = this.options.filesOf(party)
      if (files === undefined || this.stopped) continue
      const asking = this.ask(files, named)
        .catch((cause: unknown) => {
          // One that is silent is asked again in the next round.
          if (!(cause instanceof PeerUnreachable)) this.failure = { cause }
        })
        .finally(() => this.asking.delete(party))
      this.asking.set(party, asking)
    }
  }

  /** Holds what was found since. Nothing else may hold receipts of this cosigner on this log meanwhile. */
  async takeFound(): Promise<void> {
    const { receipts, origin, cosigner, onReceipt } = this.options
    for (const [digest, receipt] of this.found) {
      await receipts.hold(origin, cosigner.party, receipt)
      this.found.delete(digest)
      onReceipt(receipt)
    }
    const { failure } = this
    this.failure = undefined
    if (failure !== undefined) throw failure.cause
  }

  /** Takes what is missing from a folder of receipts that was carried here. */
  async takeCarried(files: PeerFiles): Promise<void> {
    const wanted = await this.options.unheld(() => -1, LIMITS.namedReceiptsPerLook)
    if (wanted.length === 0) return
    const folder = `receipts/${this.hash}`
    let offset: number | undefined = 0
    for (let parts = 0; parts < LIMITS.indexPartsPerLook && offset !== undefined; parts++) {
      const { names, next } = await this.namesOf(files, folder, wanted, offset, LIMITS.carriedNamesListed)
      await this.fetch(files, folder, names, wanted)
      await this.takeFound()
      offset = next
    }
  }

  /** Resolves once nobody is being asked. */
  async answered(): Promise<void> {
    await Promise.all(this.asking.values())
  }

  async stop(): Promise<void> {
    this.stopped = true
    await this.answered()
  }

  private async wanted(): Promise<UnheldReceipt[]> {
    const { unheld, receipts, origin, cosigner } = this.options
    const unfolded = await unheld((log) => this.after.get(log) ?? -1, LIMITS.namedReceiptsPerLook)
    const isAsked = (log: string) => this.asking.has(partyOf(log))
    for (const log of [...this.after.keys()]) if (!isAsked(log)) this.after.delete(log)
    for (const [log, named] of Map.groupBy(unfolded, ({ namedIn }) => namedIn)) {
      if (isAsked(log) || named.length < LIMITS.namedReceiptsPerLook) continue
      this.after.set(log, named.at(-1)?.index ?? -1)
    }
    if (unfolded.length === 0) return []
    // What came just now is held, and folded a little later.
    const held = new Set([...this.found.keys(), ...receipts.held(origin, cosigner.party).map(({ digest }) => digest)])
    return unfolded.filter(({ namedIn, digest }) => !isAsked(namedIn) && !held.has(digest))
  }

  /** One look at what a party holds of the cosigner's receipts: a part of its index, and of that some files. */
  private async ask(files: PeerFiles, wanted: readonly UnheldReceipt[]): Promise<void> {
    const folder = `held/${this.hash}/${this.options.cosigner.party}`
    const offset = this.readTo.get(files.party) ?? 0
    const { names, next } = await this.namesOf(files, folder, wanted, offset, LIMITS.namedReceiptsFetched)
    if (next === undefined) this.readTo.delete(files.party)
    else this.readTo.set(files.party, next)
    await this.fetch(files, folder, names, wanted)
    if (this.found.size > 0) this.options.onFound()
  }

  private async fetch(
    files: PeerFiles,
    folder: string,
    names: readonly string[],
    wanted: readonly UnheldReceipt[],
  ): Promise<void> {
    const digests = new Set(wanted.map(({ digest }) => digest))
    for (const name of names) {
      if (this.stopped) return
      const file = await files.get(`${folder}/${name}`, LIMITS.noteBytes)
      if (file.kind !== 'bytes' || !digests.has(receiptDigest(file.bytes))) continue
      const weighed = await weighReceipt(file.bytes, this.options)
      if (weighed === undefined) continue
      const { receipt, over } = weighed
      // Under the name of a smaller one it may be over more than is held here yet, and would look like a longer log.
      const named = parseReceiptName(name)
      if (named?.size !== receipt.size || named.time !== receipt.time) continue
      if (over === 'this-log') this.found.set(receipt.digest, receipt)
      else if (over !== 'other-keys') await this.options.onFork(receipt, over)
    }
  }

  /** Names, in a part of the index of a folder, that may be of what is wanted; `next` is where the part after it begins. */
  private async namesOf(
    files: PeerFiles,
    folder: string,
    wanted: readonly UnheldReceipt[],
    offset: number,
    most: number,
  ): Promise<{ names: string[]; next: number | undefined }> {
    const part = await files.part(`${folder}/index`, LIMITS.indexBytes, offset)
    const bytes = part.kind === 'part' ? part.bytes : new Uint8Array()
    const end = bytes.lastIndexOf(0x0a)
    const text = fromUtf8(bytes.subarray(0, Math.max(0, end)))
    const bySize = new Map<number, Set<string>>()
    for (const { size, digest } of wanted) bySize.set(size, (bySize.get(size) ?? new Set()).add(digest))
    const names: string[] = []
    let next = offset
    for (const line of text === undefined || end < 0 ? [] : text.split('\n')) {
      if (this.mayBe(line, bySize)) {
        if (names.length === most) return { names, next }
        names.push(line)
      }
      next += Buffer.byteLength(line) + 1
    }
    return { names, next: bytes.length === LIMITS.indexBytes && next > offset ? next : undefined }
  }

  private mayBe(line: string, wanted: ReadonlyMap<number, ReadonlySet<string>>): boolean {
    const name = parseReceiptName(line)
    const digests = name === undefined ? undefined : wanted.get(name.size)
    if (name === undefined || digests === undefined) return false
    if (name.size > (this.options.log()?.size ?? 0) && !this.options.isWhole()) return false
    return name.digest === undefined || digests.has(name.digest)
  }
}
