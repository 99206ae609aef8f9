// What arrives at the channels is brought into the views: a log that is open from here on, receipts, cosignatures of
// witnesses, content, and where a log splits. Each is handed over as work that is done again where it fails.

import type { Receipts } from '@countersign/ledger'
import type { Views } from '@countersign/views'
import type { Channel } from '../channel/channel.ts'
import type { HeldReceipt } from '../hearing/weigh-receipt.ts'
import type { WitnessedHead } from '../hearing/witnessing.ts'
import { LIMITS } from '../limits.ts'
import type { Unattended } from '../unattended.ts'
import type { Folding } from './folding.ts'
import type { GiveWay } from './right-of-way.ts'

export interface ArrivalsMeans {
  us: string
  views: Views
  receipts: Receipts
  folding: Folding
  unattended: Unattended
  changed(): void
  /** Whether the node ends: nothing more is written. */
  stopped(): boolean
  giveWay: GiveWay
}

export class Arrivals {
  private readonly means: ArrivalsMeans

  constructor(means: ArrivalsMeans) {
    this.means = means
  }

  log(origin: string): void {
    this.means.unattended.handOver(`Folding ${origin}`, () => this.foldLogAnew(origin))
  }

  content(origin: string): void {
    const { unattended, folding } = this.means
    unattended.handOver(`Opening content of ${origin}`, () => folding.lookForContent(origin))
  }

  receipt(receipt: HeldReceipt): void {
    const { origin } = receipt
    this.means.unattended.handOver(
      `Folding receipts on ${origin}`,
      () => this.foldReceipt(receipt),
      () => this.foldLogAnew(origin),
    )
  }

  witnessed({ origin, witness, size, time }: WitnessedHead): void {
    const { unattended, views, changed, stopped } = this.means
    unattended.begin(`Folding a cosignature on ${origin}`, async () => {
      if (stopped()) return
      await views.foldWitnessed({ origin, witness, size, time })
      changed()
    })
  }

  /** `marked` follows once the views know of it. */
  split(origin: string, common: number, marked: () => Promise<void>): void {
    const { unattended, views, changed, stopped } = this.means
    unattended.begin(`Marking ${origin}`, async () => {
      if (stopped()) return
      await views.foldSplit(origin, common)
      await marked()
      changed()
    })
  }

  /** Resolves once the views know what is held now of the logs of a channel. */
  async caughtUp(channel: Channel): Promise<void> {
    const { unattended, folding } = this.means
    await unattended.handedOver()
    const own = channel.own.speaker?.log.origin
    const origins = [...(own === undefined ? [] : [own]), ...channel.peers.logs().map(({ origin }) => origin)]
    for (const origin of origins) await folding.caughtUp(origin)
  }

  /** Resolves once the views know what we said on a channel up to now, its content too. */
  async ownFolded({ own }: Channel): Promise<void> {
    const { folding, views, giveWay, stopped } = this.means
    const origin = own.speaker?.log.origin
    if (origin === undefined) return
    await folding.caughtUp(origin)
    while (!stopped() && folding.isFolding && (await views.partsToOpen(origin)).length > 0) await giveWay()
    while (!stopped() && (await views.settle())) await giveWay()
  }

  /** Resolves once everything held is folded. */
  async settled(): Promise<void> {
    await this.means.unattended.handedOver()
    await this.means.folding.settled()
  }

  /** What an earlier run held and did not fold any more. */
  private async foldLogAnew(origin: string): Promise<void> {
    const { us, receipts, views, folding, stopped } = this.means
    const all = [
      ...receipts.given(origin).map((receipt) => ({ origin, by: us, ...receipt })),
      ...receipts.held(origin).map(({ cosigner, ...receipt }) => ({ origin, by: cosigner, ...receipt })),
    ]
    for (let from = 0; from < all.length && !stopped(); from += LIMITS.receiptsPerFold) {
      await views.foldReceipts(all.slice(from, from + LIMITS.receiptsPerFold))
    }
    if (stopped()) return
    folding.wake(origin)
    await folding.lookForContent(origin)
  }

  private async foldReceipt({ origin, by, size, time, digest, key, isDeposit }: HeldReceipt): Promise<void> {
    const { views, folding, changed, stopped } = this.means
    if (stopped()) return
    await views.foldReceipt({ origin, by, size, time, digest, key, isDeposit })
    folding.wake()
    changed()
  }
}
