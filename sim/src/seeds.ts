// Seeds run one after the other. One that fails is told, made as small as it still fails, and kept under
// sim/regressions, to be replayed for ever.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Case, caseOf } from './case.ts'
import { type Outcome, runCase, runOnce } from './run.ts'
import { shrink } from './shrink.ts'

/** What came of a number of seeds. */
export interface Tally {
  seeds: number
  failed: number
  steps: number
  /** What people did in them, and how often. */
  acts: Record<string, number>
}

export interface Seeds {
  from: number
  count: number
  /** From one seed to the next: more than 1 where others run those between. */
  stride: number
  /** Where a case that fails is kept; undefined where it is not. */
  keepIn: string | undefined
  say(line: string): void
  stopping(): boolean
  /** After each seed. */
  done(tally: Tally): void
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const sum: Tally = { seeds: 0, failed: 0, steps: 0, acts: {} }
  for (const { seeds, failed, steps, acts } of tallies) {
    sum.seeds += seeds
    sum.failed += failed
    sum.steps += steps
    for (const [act, times] of Object.entries(acts)) sum.acts[act] = (sum.acts[act] ?? 0) + times
  }
  return sum
}

export async function runSeeds({ from, count, stride, keepIn, say, stopping, done }: Seeds): Promise<Tally> {
  let tally = sumOf([])
  for (let n = 0; n < count && !stopping(); n++) {
    const the = caseOf(from + n * stride)
    const outcome = await runCase(the)
    const failed = outcome.violation === undefined ? 0 : 1
    tally = sumOf([tally, { seeds: 1, failed, steps: outcome.steps, acts: Object.fromEntries(outcome.acts) }])
    if (outcome.violation !== undefined) {
      say(`seed ${the.seed} fails: invariant ${outcome.violation.invariant}: ${outcome.violation.message}`)
      if (count === 1 && stride === 1) say(outcome.trace.last(80).join('\n'))
      if (keepIn !== undefined && !stopping()) say(await kept(the, outcome.violation, keepIn, stopping))
    }
    done(tally)
  }
  return tally
}

/** The smallest case that violates the same invariant, in a file; the sentence that says so. */
async function kept(
  the: Case,
  { invariant, message }: NonNullable<Outcome['violation']>,
  folder: string,
  stopping: () => boolean,
): Promise<string> {
  const smallest = await shrink(the, async (smaller) => {
    if (stopping()) return false
    // A difference between two runs shows only in two.
    const run = message.startsWith('Two runs') ? runCase(smaller) : runOnce(smaller, invariant === 5)
    return (await run).violation?.invariant === invariant
  })
  const name = `seed-${the.seed}-invariant-${invariant}.json`
  const shows = message.split('\n')[0]
  writeFileSync(join(folder, name), `${JSON.stringify({ ...smallest, shows }, undefined, 2)}\n`)
  return `shrunk from ${the.steps.length} steps to ${smallest.steps.length}, kept as ${name}`
}
