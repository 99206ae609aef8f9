// The simulator at the shell: `npm run sim -- --seeds 300`. What was found before is replayed first. A seed that fails is
// made as small as it still fails and kept under sim/regressions, to be replayed for ever.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Case, caseOf } from './case.ts'
import { type Outcome, runCase, runOnce } from './run.ts'
import { shrink } from './shrink.ts'

const REGRESSIONS = new URL('../regressions/', import.meta.url)
const TOLD_EVERY = 25

const HELP = `npm run sim -- --seeds N [--from S]   so many seeds, from S on (1 where it is not given)
npm run sim -- --seed S               one seed; the end of its trace where it fails
npm run sim -- --case FILE            one case that was kept
npm run sim -- --forever [--from S]   until it is told to stop
What is kept under sim/regressions is replayed first (not with --no-regressions); a seed that fails is shrunk and kept
there (not with --no-keep).
`

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    case: { type: 'string' },
    forever: { type: 'boolean', default: false },
    regressions: { type: 'boolean', default: true },
    keep: { type: 'boolean', default: true },
    help: { type: 'boolean', default: false },
  },
})

let stopping = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (stopping = true))
process.on('disconnect', () => (stopping = true))

process.exitCode = await main()
if (process.connected) process.disconnect()

async function main(): Promise<number> {
  const count = options.forever
    ? Number.MAX_SAFE_INTEGER
    : whole(options.seed === undefined ? (options.seeds ?? '100') : '1')
  const from = whole(options.seed ?? options.from)
  if (options.help || count === undefined || from === undefined) {
    process.stdout.write(HELP)
    return options.help ? 0 : 2
  }
  if (options.case !== undefined) return replay([options.case])
  const alone = options.seed !== undefined
  if (!alone && options.regressions && (await replay(kept())) !== 0) return 1
  const began = performance.now()
  let failed = 0
  let done = 0
  let steps = 0
  for (let seed = from; seed < from + count && !stopping; seed++) {
    const the = caseOf(seed)
    const outcome = await runCase(the)
    done++
    steps += outcome.steps
    if (outcome.violation !== undefined) {
      failed++
      await told(the, outcome)
      if (alone) process.stdout.write(`${outcome.trace.last(80).join('\n')}\n`)
    }
    if (done % TOLD_EVERY === 0) process.stdout.write(`${done} seeds, ${failed} failed, ${seconds(began)} s\n`)
  }
  const what = `${done} seeds from ${from}, each run twice, ${steps} steps, ${seconds(began)} s`
  process.stdout.write(
    failed === 0 ? `Every invariant held: ${what}.\n` : `${failed} failed of ${what}; replay one with --seed.\n`,
  )
  return failed === 0 ? 0 : 1
}

/** Replays kept cases. One that is known to fail must still fail: else it is mended, and says so no longer. */
async function replay(files: readonly (string | URL)[]): Promise<number> {
  let failed = 0
  for (const file of files) {
    const the: Case = JSON.parse(readFileSync(file, 'utf8'))
    const { violation } = await runCase(the)
    const name = String(file).replace(/.*\//, '')
    if (the.known === true) {
      process.stdout.write(`known, not mended: ${name}: ${the.shows}\n`)
      if (violation !== undefined) continue
      process.stdout.write(`${name} holds now; take “known” out of it.\n`)
      failed++
    } else if (violation !== undefined) {
      failed++
      process.stdout.write(`${name} fails again: invariant ${violation.invariant}: ${violation.message}\n`)
    }
  }
  if (files.length > 0) process.stdout.write(`${files.length} kept cases replayed, ${failed} failed.\n`)
  return failed === 0 ? 0 : 1
}

function kept(): URL[] {
  return readdirSync(REGRESSIONS)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => new URL(name, REGRESSIONS))
}

async function told(the: Case, { violation }: Outcome): Promise<void> {
  if (violation === undefined) return
  const { invariant, message } = violation
  process.stdout.write(`seed ${the.seed} fails: invariant ${invariant}: ${message}\n`)
  if (!options.keep || stopping) return
  const smallest = await shrink(the, async (smaller) => {
    // A difference between two runs shows only in two.
    const { violation: other } = message.startsWith('Two runs')
      ? await runCase(smaller)
      : await runOnce(smaller, invariant === 5)
    return other?.invariant === invariant
  })
  const file = new URL(`seed-${the.seed}-invariant-${invariant}.json`, REGRESSIONS)
  writeFileSync(file, `${JSON.stringify({ ...smallest, shows: message.split('\n')[0] }, undefined, 2)}\n`)
  process.stdout.write(
    `shrunk from ${the.steps.length} steps to ${smallest.steps.length}, kept as ${file.pathname.replace(/.*\/sim\//, 'sim/')}\n`,
  )
}

function whole(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0)
}
