// The verifiers of files that show a fork (spec/fork.md). The mathematics is `verifyForkEvidence` of the record package, and
// `verifyLogFork` of the log package for a log of any software; both stop at their first failure. Here stands whom the
// reader trusts, and what such a file does not show.

import {
  equalBytes,
  type LogFork,
  ok,
  type Result,
  type Root,
  refuse,
  type VerifierKey,
  verifyLogFork,
} from '@countersign/log'
import { type Card, parseOrigin, verifyForkEvidence } from '@countersign/record'

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

/** A contradiction as a report shows it. */
export interface ShownFork {
  origin: string
  /** Whose log it is: the party, or for a log of other software its name. */
  party: string
  /** The smaller first. `card`: whose keys signed it, where the file has cards. */
  heads: [ShownHead, ShownHead]
}

interface ShownHead {
  size: number
  root: Root
  card?: Card
}

export interface ForkReport {
  kind: 'fork'
  /** The two checkpoints contradict each other, and the reader trusts the root of the keys that signed them. */
  holds: boolean
  steps: ForkStep[]
  /** There once the contradiction itself is verified, also where the reader trusts no card of the author. */
  fork: ShownFork | null
  notShown: readonly ForkNotShown[]
}

/** Verifies a file of a fork against the cards the reader trusts. Never throws for anything the file holds. */
export function verifyFork(bytes: Uint8Array, trusted: readonly Card[]): ForkReport {
  const fork = verifyForkEvidence(bytes)
  return reportOn(fork, (of) => checkAuthor(of, trusted))
}

/**
 * Verifies a file of a fork of any log against the keys of logs the reader knows; a card the reader trusts stands for the
 * keys of its party’s logs. Never throws for anything the file holds.
 */
export function verifyForkOfLog(
  bytes: Uint8Array,
  known: { cards: readonly Card[]; keys: readonly VerifierKey[] },
): ForkReport {
  const fork = verifyLogFork(bytes)
  if (!fork.ok) return reportOn(fork, () => ok(''))
  const { origin, heads } = fork.value
  const parsed = parseOrigin(origin)
  const shown: ShownFork = { origin, party: parsed.ok ? parsed.value.party : origin, heads }
  return reportOn(ok(shown), () => checkKeys(fork.value, shown.party, known))
}

function reportOn<T extends ShownFork>(fork: Result<T>, author: (fork: T) => Result<string>): ForkReport {
  const steps: ForkStep[] = []
  const note = (step: ForkStep['step'], result: Result<string>): void => {
    steps.push(
      result.ok
        ? { step, ok: true, code: 'evidence/ok', message: result.value }
        : { step, ok: false, code: result.code, message: result.message },
    )
  }
  note('contradiction', fork.ok ? ok(describe(fork.value)) : fork)
  if (fork.ok) note('author', author(fork.value))
  const holds = steps.every((step) => step.ok)
  return { kind: 'fork', holds, steps, fork: fork.ok ? fork.value : null, notShown: FORK_NOT_SHOWN }
}

/**
 * Stops keys that are not those of the log. Keys that the reader names stand for themselves; by a card both of its keys must
 * have signed each checkpoint, for one alone counts as none.
 */
function checkKeys(
  { keys, heads }: LogFork,
  party: string,
  known: { cards: readonly Card[]; keys: readonly VerifierKey[] },
): Result<string> {
  const isSame = (one: VerifierKey, other: VerifierKey) =>
    one.type === other.type && one.name === other.name && equalBytes(one.publicKey, other.publicKey)
  if (keys.every((key) => known.keys.some((one) => isSame(key, one))))
    return ok('The keys of both checkpoints are those that you know as the keys of this log.')
  const byCard = known.cards.some((card) => {
    const { ed25519, mldsa44 } = card.keys.log
    const isOfCard = (of: readonly VerifierKey[]) =>
      of.some(({ type, publicKey }) => type === 1 && equalBytes(publicKey, ed25519)) &&
      of.some(({ type, publicKey }) => type === 6 && equalBytes(publicKey, mldsa44))
    return card.party === party && heads.every((head) => isOfCard(head.keys))
  })
  if (byCard) return ok(`The keys of both checkpoints are those of ${party}, by the card you trust.`)
  return refuse(
    'fork/author',
    'You know no key of this log, or not all that signed: give them with --key, or its author’s card with --card, after comparing them by another way.',
  )
}

/** Stops keys made up by whoever hands the file over. */
function checkAuthor(
  { party, cards }: { party: string; cards: readonly Card[] },
  trusted: readonly Card[],
): Result<string> {
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

function describe({ heads: [older, newer] }: ShownFork): string {
  return older.size === newer.size
    ? `Both checkpoints say ${older.size} entries, with different roots: no log can have both.`
    : `The log of ${newer.size} entries does not begin with the log of ${older.size} that was signed as well.`
}
