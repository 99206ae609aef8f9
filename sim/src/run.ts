// One case, run: twice for its trace, and once more looked over from the ground up.

import { auditAs } from '@countersign/node'
import type { Case } from './case.ts'
import { forgetSignatures } from './identity.ts'
import { forbidSlips } from './slips.ts'
import { Trace } from './trace.ts'
import { beginningOf, Violation, World } from './world.ts'

export interface Outcome {
  violation: { invariant: number; message: string } | undefined
  steps: number
  lines: number
  digest: string
  trace: Trace
  /** What people did, and how often. */
  acts: ReadonlyMap<string, number>
}

/** Runs a case once. `audit` looks at every honest disk afterwards, and folds its views anew (5). */
export async function runOnce(the: Case, audit: boolean): Promise<Outcome> {
  const beginning = await beginningOf(the.world)
  const trace = new Trace()
  const world = new World(the, beginning, trace)
  let violation: Outcome['violation']
  let end: { lines: number; digest: string } | undefined
  const rejected = (cause: unknown) => {
    world.violated(7, `A rejection that nobody handles: ${cause instanceof Error ? cause.stack : String(cause)}`)
  }
  process.on('unhandledRejection', rejected)
  const slips = forbidSlips()
  try {
    try {
      await world.run()
    } finally {
      slips.end()
    }
    const [slip] = slips.found
    if (slip !== undefined) throw new Violation(0, slip)
    // The audit is no part of the trace.
    end = { lines: trace.count, digest: trace.digest() }
    if (audit) await auditAll(world)
  } catch (cause) {
    violation =
      cause instanceof Violation
        ? { invariant: cause.invariant, message: cause.message }
        : { invariant: 0, message: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }
  } finally {
    process.off('unhandledRejection', rejected)
    world.end()
  }
  const { lines, digest } = end ?? { lines: trace.count, digest: trace.digest() }
  return { violation, steps: world.clock.steps, lines, digest, trace, acts: world.acts }
}

/** Runs a case twice; a difference between the two traces is a violation like any other. */
export async function runCase(the: Case): Promise<Outcome> {
  forgetSignatures()
  const first = await runOnce(the, false)
  const second = await runOnce(the, true)
  if (first.violation !== undefined || second.violation !== undefined) {
    return first.violation === undefined ? second : first
  }
  if (first.digest === second.digest) return second
  return { ...second, violation: { invariant: 0, message: differenceOf(first.trace, second.trace) } }
}

async function auditAll(world: World): Promise<void> {
  await world.stopAll()
  for (const machine of world.honest()) {
    const around = machine.surroundings(() => true)
    const audited = await world.result(auditAs(machine.identity, around, { views: true }))
    const [finding] = audited.findings
    if (finding !== undefined) {
      throw new Violation(5, `The audit of ${machine.party}: ${finding.path}: ${finding.message}`)
    }
  }
}

function differenceOf(first: Trace, second: Trace): string {
  const [a, b] = [first.all(), second.all()]
  for (let line = Math.max(a.first, b.first); line < Math.max(first.count, second.count); line++) {
    const [x, y] = [a.lines[line - a.first], b.lines[line - b.first]]
    if (x !== y) return `Two runs differ at line ${line} of the trace: “${x ?? 'none'}” and “${y ?? 'none'}”.`
  }
  return `Two runs differ before line ${Math.max(a.first, b.first)} of the trace.`
}
