// No party owns the clock: the interval [lo, hi] of a record, from receipts alone (spec/receipt.md). A further receipt
// never lowers lo, and raises hi only where it raises lo past it, in whatever order receipts are looked at.

import type { Agreement } from './agreement.ts'
import { depositaryOf } from './members.ts'

/** A verified receipt or cosignature. Times in POSIX seconds. */
export interface ReceiptFact {
  origin: string
  by: string
  size: number
  time: number
  digest: string
  /** It does not say that the author showed no more, and bounds no lo. */
  isDeposit?: boolean
}

/** POSIX seconds; null where nothing bounds. */
export interface Interval {
  lo: number | null
  hi: number | null
}

export type DeliveryState = 'said' | 'held' | 'delivered'

interface Bounded {
  origin?: string
  recipient: string
  index: number
  /** It stands after the split of its log (spec/fork.md): no receipt counts in its author’s favour. */
  afterSplit?: boolean
}

/**
 * The interval of the record at `index` for one recipient. `receipts` are those on the record’s origin; others are
 * passed over. With an empty `recipient` only the depositary gives hi.
 */
export function intervalOf(agreement: Agreement, record: Bounded, receipts: Iterable<ReceiptFact>): Interval {
  const all = [...receipts].filter(({ origin }) => record.origin === undefined || origin === record.origin)
  const lo = quorumBound(
    agreement,
    all.filter(({ size, isDeposit }) => size <= record.index && isDeposit !== true),
  )
  if (record.afterSplit === true) return { lo, hi: null }
  const depositary = depositaryOf(agreement)?.party
  let hi: number | null = null
  for (const { by, size, time } of all) {
    if (size <= record.index || (by !== record.recipient && by !== depositary)) continue
    if (lo !== null && time < lo) continue
    if (hi === null || time < hi) hi = time
  }
  return { lo, hi }
}

/** The k-th greatest time, each neutral at its greatest, counted over distinct keys and distinct operators. */
export function quorumBound(
  agreement: Agreement,
  cosignatures: Iterable<Pick<ReceiptFact, 'by' | 'time'>>,
): number | null {
  if (agreement.quorum < 1) return null
  const byOperator = new Map<string, number>()
  for (const { by, time } of cosignatures) {
    const operator = agreement.neutrals.find(({ party }) => party === by)?.operator
    if (operator !== undefined) byOperator.set(operator, Math.max(time, byOperator.get(operator) ?? time))
  }
  return [...byOperator.values()].sort((a, b) => b - a)[agreement.quorum - 1] ?? null
}

/** How far a record got towards one recipient. Never goes back as receipts are added, but for those dated before lo. */
export function deliveryState(agreement: Agreement, record: Bounded, receipts: Iterable<ReceiptFact>): DeliveryState {
  const all = [...receipts].filter(({ origin }) => record.origin === undefined || origin === record.origin)
  const { lo } = intervalOf(agreement, record, all)
  const covers = (by: string | undefined) =>
    all.some((receipt) => receipt.by === by && receipt.size > record.index && (lo === null || receipt.time >= lo))
  if (record.afterSplit === true) return 'said'
  if (record.recipient !== '' && covers(record.recipient)) return 'delivered'
  return covers(depositaryOf(agreement)?.party) ? 'held' : 'said'
}
