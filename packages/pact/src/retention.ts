// When the retention of content has run out (spec/destruction.md, When content may be destroyed), from cosignatures alone:
// nobody grows a record old by receipts of its own. Trusts its caller that these were verified.

import type { Agreement } from './agreement.ts'
import { quorumBound } from './interval.ts'

interface Cosigned {
  by: string
  /** POSIX seconds. */
  time: number
}

const DAY_SECONDS = 86_400

/**
 * By when enough had cosigned a record, of the earliest cosignatures of each that cover it; null where not enough have.
 * `party` is whoever destroys: without neutrals its own receipts say nothing.
 */
export function heldSince(agreement: Agreement, party: string, covering: Iterable<Cosigned>): number | null {
  const byWhom = new Map<string, number>()
  for (const { by, time } of covering) {
    const whom = countedAs(agreement, party, by)
    if (whom !== undefined) byWhom.set(whom, Math.min(time, byWhom.get(whom) ?? time))
  }
  return [...byWhom.values()].sort((a, b) => a - b)[Math.max(agreement.quorum, 1) - 1] ?? null
}

/** After when an entry of `party` was certainly said, of the latest cosignatures of each that exclude it; of no deposits. */
export function saidAfter(agreement: Agreement, party: string, excluding: Iterable<Cosigned>): number | null {
  if (agreement.neutrals.length > 0) return quorumBound(agreement, excluding)
  let latest: number | null = null
  for (const { by, time } of excluding) if (by !== party) latest = Math.max(time, latest ?? time)
  return latest
}

/** From when content may be destroyed that was held since `held`; both in POSIX seconds. */
export function retainedUntil(agreement: Agreement, held: number): number {
  return held + agreement.retention.days * DAY_SECONDS
}

function countedAs(agreement: Agreement, party: string, by: string): string | undefined {
  if (agreement.neutrals.length > 0) return agreement.neutrals.find((neutral) => neutral.party === by)?.operator
  return by === party ? undefined : by
}
