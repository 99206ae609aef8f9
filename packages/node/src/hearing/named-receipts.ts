// Receipts that statements name and that their cosigner does not show us, or no more. Whether a statement was said in
// force may rest on the very receipt it names (spec/agreement.md), and a cosigner may give each reader another one of the
// same size, or none. So whoever named a receipt is asked for it, and must be able to produce it (spec/directory.md, Named
// receipts). It counts as any other of its cosigner, and is kept, for a statement names it.

import { originHash, parseReceiptName, type ReceiptFile, type Receipts } from '@countersign/ledger'
import { fromUtf8 } from '@countersign/log'
import { partyOf } from '@countersign/record'
import type { UnheldReceipt } from '@countersign/views'
import { LIMITS } from '../limits.ts'
import { type PeerFiles, PeerUnreachable } from './peer-requests.ts'
import { type HeldReceipt, type ReceiptSubject, weighReceipt } from './weigh-receipt.ts'

export interface NamedReceiptsOptions extends ReceiptSubject {
  receipts: Receipts
  /** As `Views.receiptsUnheld` gives them for this log and cosigner. */
  unheld(after: (namedIn: string) => number, most: number): Promise<readonly UnheldReceipt[]>
  /** What a party of the channel publishes; undefined for ourselves, and where no card of it is trusted. */
  filesOf(party: string): PeerFiles | undefined
  /** Whether nobody can have signed more of the log than is held here. */
  isWhole(): boolean
  onReceipt(receipt: HeldReceipt): void
  onFork(receipt: HeldReceipt, kind: 'other-root' | 'beyond'): Promise<void>
}

export class NamedReceipts {
  private readonly options: NamedReceiptsOptions
  private readonly folder: string
  /** Where the next look begins, for each log that names what is not held. */
  private readonly after = new Map<string, number>()
  constructor(options: NamedReceiptsOptions) {
    this.options = options
    this.folder = `held/${originHash(options.origin)}/${options.cosigner.party}`
  }

  /**
   * Asks those who named a receipt for it, in bounded steps: after its cosigner was asked, for most of what is missing is
   * on its way from there. One that is silent is asked again in the next round.
   */
  async round(): Promise<void> {
    for (const [party, named] of Map.groupBy(await this.wanted(), ({ namedIn }) => partyOf(namedIn))) {
      const files = this.options.filesOf(party)
      if (files === undefined) continue
      try {
        await this.take(files, this.folder, named)
      } catch (cause) {
        if (!(cause instanceof PeerUnreachable)) throw cause
      }
    }
  }

  /** Takes what is missing from a folder of receipts that was carried here. */
  async takeCarried(files: PeerFiles): Promise<void> {
    const wanted = await this.options.unheld(() => -1, LIMITS.namedReceiptsPerLook)
    if (wanted.length > 0) await this.take(files, `receipts/${originHash(this.options.origin)}`, wanted)
  }

  private async wanted(): Promise<UnheldReceipt[]> {
    const { unheld, receipts, origin, cosigner } = this.options
    const unfolded = await unheld((log) => this.after.get(log) ?? -1, LIMITS.namedReceiptsPerLook)
    this.after.clear()
    for (const [log, named] of Map.groupBy(unfolded, ({ namedIn }) => namedIn)) {
      if (named.length === LIMITS.namedReceiptsPerLook) this.after.set(log, named.at(-1)?.index ?? -1)
    }
    // What came just now is held, and folded a little later.
    const held = new Set(receipts.held(origin, cosigner.party).map(({ digest }) => digest))
    return unfolded.filter(({ digest }) => !held.has(digest))
  }

  private async take(files: PeerFiles, folder: string, wanted: readonly UnheldReceipt[]): Promise<void> {
    const { receipts, origin, cosigner, onReceipt, onFork } = this.options
    const digests = new Set(wanted.map(({ digest }) => digest))
    for (const name of await this.namesOf(files, folder, wanted)) {
      const file = await files.get(`${folder}/${name}`, LIMITS.noteBytes)
      const weighed = file.kind === 'bytes' ? await weighReceipt(file.bytes, this.options) : undefined
      if (weighed === undefined || !digests.has(weighed.receipt.digest)) continue
      const { receipt, over } = weighed
      // Under the name of a smaller one it may be over more than is held here yet, and would look like a longer log.
      const named = parseReceiptName(name)
      if (named?.size !== receipt.size || named.time !== receipt.time) continue
      if (over === 'this-log') {
        await receipts.hold(origin, cosigner.party, receipt)
        onReceipt(receipt)
      } else if (over !== 'other-keys') await onFork(receipt, over)
    }
  }

  /** Names in that folder that may be of what is wanted. */
  private async namesOf(files: PeerFiles, folder: string, wanted: readonly UnheldReceipt[]): Promise<string[]> {
    const fetched = await files.get(`${folder}/index`, LIMITS.heldIndexBytes)
    const index = fetched.kind === 'bytes' ? (fromUtf8(fetched.bytes) ?? '') : ''
    const sizes = new Set(wanted.map(({ size }) => size))
    const mayBe = (name: ReceiptFile | undefined) =>
      name !== undefined &&
      sizes.has(name.size) &&
      (name.size <= (this.options.log()?.size ?? 0) || this.options.isWhole())
    return index
      .split('\n')
      .filter((line) => mayBe(parseReceiptName(line)))
      .slice(0, LIMITS.namedReceiptsFetched)
  }
}
