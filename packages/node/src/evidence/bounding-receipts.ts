// Which receipts go into a file of evidence: those alone that can bound the time of its record (spec/receipt.md). With
// these a reader comes to the interval that all the receipts held here give.

import { type Agreement, neutralsOf, quorumBound } from '@countersign/pact'

export interface GivenReceipt {
  by: string
  /** Entries covered. */
  size: number
  /** POSIX seconds. */
  time: number
  /** SHA-256 of the file, hex. */
  digest: string
  isDeposit: boolean
}

/**
 * Of the receipts on one log those for its record at `index`: from each neutral the latest that does not cover it, with the
 * latest that is no deposit, and
 * from each addressee and neutral the earliest that does, with the earliest that is not dated before lo, for one that is
 * counts for nothing, and the earliest not dated before what its signer had given. Empty where the agreement is unknown.
 */
export function boundingReceipts(
  agreement: Agreement | undefined,
  { type, to }: { type: string; to: readonly string[] },
  index: number,
  receipts: readonly GivenReceipt[],
): GivenReceipt[] {
  if (agreement === undefined) return []
  const neutrals = new Set(neutralsOf(agreement).map(({ party }) => party))
  const excluding = receipts.filter(({ by, size }) => size <= index && neutrals.has(by))
  const latest = latestOfEach(excluding)
  const bounding = latestOfEach(excluding.filter(({ isDeposit }) => !isDeposit))
  const lo = quorumBound(agreement, bounding.values()) ?? Number.NEGATIVE_INFINITY
  const found = new Set([...bounding.values(), ...latest.values()])
  // Without a neutral the other parties show since when a notice stands (spec/keys.md).
  const others = type === 'party/notice' && neutrals.size === 0 ? agreement.parties.map(({ party }) => party) : []
  for (const by of new Set([...neutrals, ...to, ...others])) {
    const covering = receipts.filter((receipt) => receipt.by === by && receipt.size > index)
    for (const notBefore of [Number.NEGATIVE_INFINITY, lo, latest.get(by)?.time ?? Number.NEGATIVE_INFINITY]) {
      const counted = covering.filter(({ time }) => time >= notBefore)
      const first = counted.reduce<GivenReceipt | undefined>(
        (least, one) => (least === undefined || one.time < least.time ? one : least),
        undefined,
      )
      if (first !== undefined) found.add(first)
    }
  }
  return [...found].sort(bySizeAndSigner)
}

function latestOfEach(receipts: readonly GivenReceipt[]): Map<string, GivenReceipt> {
  const latest = new Map<string, GivenReceipt>()
  for (const receipt of receipts) {
    const { by, time } = receipt
    if (time > (latest.get(by)?.time ?? Number.NEGATIVE_INFINITY)) latest.set(by, receipt)
  }
  return latest
}

export function bySizeAndSigner(a: GivenReceipt, b: GivenReceipt): number {
  return a.size - b.size || (a.by < b.by ? -1 : a.by > b.by ? 1 : a.time - b.time)
}
