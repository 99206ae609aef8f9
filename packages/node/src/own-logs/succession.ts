// What a log of ours that is succeeded leaves to the next (spec/succession.md): how much of it its author stands by, and
// whether peers would hear another.

import type { LogFiles } from '@countersign/ledger'
import { type Card, sameLogKeys } from '@countersign/record'
import { contradictingBranch } from '../hearing/branches.ts'
import { type LogSource, signedHeadOf } from '../hearing/log-source.ts'
import { LIMITS } from '../limits.ts'

/** Who showed that our key signed another branch of our log, and how far at most the two can be one. */
export interface Contradiction {
  by: string
  upTo: number
}

/** Why peers would not hear another log of ours beside those that these cards opened; undefined where they would. */
export function generationsFault(opened: readonly Card[], card: Card): string | undefined {
  const [most, ofKey] = [LIMITS.generationsPerChannel, LIMITS.generationsPerKey]
  if (opened.length >= most) return `Peers hear ${most} logs of a channel, and there are as many: agree on a new pact.`
  if (opened.filter((one) => sameLogKeys(one, card)).length < ofKey) return undefined
  return `Peers hear ${ofKey} logs of a channel that one log key opened, and there are as many: make a new log key first, with countersign key rotate --role log.`
}

/** What both branches of our log have in common, as far as we know them: by reading the other, where it is shown. */
export async function commonSize(
  log: LogFiles,
  card: Card,
  { upTo }: Contradiction,
  source: LogSource | undefined,
  countersigned: readonly number[],
): Promise<number> {
  const signed = source && (await signedHeadOf(source, log.origin, card).catch(() => undefined))
  if (source !== undefined && signed !== undefined) {
    const branch = await contradictingBranch(source, signed, log)
    if (branch !== undefined) return Math.max(1, branch.common)
  }
  // Unread: what it countersigned of ours before is on both.
  return Math.max(1, ...countersigned.filter((size) => size <= upTo))
}
