// The verifier of a file that shows a fork (spec/fork.md). The mathematics is `verifyForkEvidence` of the record package,
// which stops at its first failure; here stands whom the reader trusts, and what such a file does not show.

import { ok, type Result, refuse } from '@countersign/log'
import { type Card, type Fork, verifyForkEvidence } from '@countersign/record'

export interface ForkStep {
  step: 'contradiction' | 'author'
  ok: boolean
  /** Stable, such as `fork/proof`; `evidence/ok` where the step holds. */
  code: string
  message: string
}

export interface ForkNotShown {
  code: 'who-held-the-key' | 'which-is-true' | 'what-differs' | 'who-was-shown'
  message: string
}

/** What no file of a fork shows. To be said wherever a report is. */
export const FORK_NOT_SHOWN: readonly ForkNotShown[] = [
  { code: 'who-held-the-key', message: 'who held the keys: their owner, or somebody who had taken them' },
  { code: 'which-is-true', message: 'which of the two histories is the true one' },
  { code: 'what-differs', message: 'what stands in either, or from which entry on they differ' },
  { code: 'who-was-shown', message: 'who was shown which of the two, or when' },
]

export interface ForkReport {
  kind: 'fork'
  /** The two checkpoints contradict each other, and the reader trusts the root of the keys that signed them. */
  holds: boolean
  steps: ForkStep[]
  /** There once the contradiction itself is verified, also where the reader trusts no card of the author. */
  fork: Fork | null
  notShown: readonly ForkNotShown[]
}

/** Verifies a file of a fork against the cards the reader trusts. Never throws for anything the file holds. */
export function verifyFork(bytes: Uint8Array, trusted: readonly Card[]): ForkReport {
  const steps: ForkStep[] = []
  const note = (step: ForkStep['step'], result: Result<string>): void => {
    steps.push(
      result.ok
        ? { step, ok: true, code: 'evidence/ok', message: result.value }
        : { step, ok: false, code: result.code, message: result.message },
    )
  }
  const fork = verifyForkEvidence(bytes)
  note('contradiction', fork.ok ? ok(describe(fork.value)) : fork)
  if (fork.ok) note('author', checkAuthor(fork.value, trusted))
  const holds = steps.every((step) => step.ok)
  return { kind: 'fork', holds, steps, fork: fork.ok ? fork.value : null, notShown: FORK_NOT_SHOWN }
}

/** Stops keys made up by whoever hands the file over. */
function checkAuthor({ party, cards }: Fork, trusted: readonly Card[]): Result<string> {
  const vouched = cards.every(({ rootDigest }) =>
    trusted.some((card) => card.party === party && card.rootDigest === rootDigest),
  )
  if (!vouched) {
    return refuse(
      'fork/author',
      `You trust no card of ${party} with this root; give it with --card after comparing its words.`,
    )
  }
  return ok(`The keys of both checkpoints are those of ${party}, by the root you trust.`)
}

function describe({ heads: [older, newer] }: Fork): string {
  return older.size === newer.size
    ? `Both checkpoints say ${older.size} entries, with different roots: no log can have both.`
    : `The log of ${newer.size} entries does not begin with the log of ${older.size} that was signed as well.`
}
