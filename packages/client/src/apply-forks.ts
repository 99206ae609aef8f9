// Files of a fork beside the evidence of a record (spec/evidence.md, A fork beside it): the author signed two histories of
// the log it stands in. What stands after both have parted binds its author, and no receipt on it counts in the author's
// favour. They take away, never add.

import { ok, type Result, refuse } from '@countersign/log'
import type { Card } from '@countersign/record'
import type { Found } from './evidence-steps.ts'
import { type ShownFork, verifyFork } from './verify-fork.ts'

/** Where a record stands in a log that forked: a file of a fork shows of the last entries alone that they are after it. */
export type PlaceInFork = 'after' | 'not-shown'

/** Reads files of a fork; each must hold for this reader. */
export function readForks(files: readonly Uint8Array[], trusted: readonly Card[]): Result<ShownFork[]> {
  const shown: ShownFork[] = []
  for (const [i, bytes] of files.entries()) {
    const { fork, steps } = verifyFork(bytes, trusted)
    const failed = steps.find((step) => !step.ok)
    if (fork === null || failed !== undefined)
      return refuse('evidence/fork', `The file of fork ${i + 1} cannot be applied: ${failed?.message ?? ''}`)
    shown.push(fork)
  }
  return ok(shown)
}

/** Stops what was said with one face and is denied with the other from counting for whoever has both. */
export function checkForks(found: Found, forks: readonly ShownFork[]): Result<string> {
  const { origin, index } = found.file.record
  const smaller = forks.filter((fork) => fork.origin === origin).map(({ heads }) => heads[0].size)
  if (smaller.length === 0) return ok('None of the forks is of the log of this record.')
  // The two heads differ somewhere below the smaller one.
  const common = Math.min(...smaller) - 1
  found.inFork = index >= common ? 'after' : 'not-shown'
  return ok(
    found.inFork === 'after'
      ? 'Its author signed another log of this name, and the record stands after both have parted: it binds its author, and no receipt on it counts in its author’s favour.'
      : 'Its author signed another log of this name. The record binds its author; whether it stands before both have parted, the files do not show.',
  )
}
