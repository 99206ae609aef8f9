// The simulator at the shell: `npm run sim -- --seeds 300`. What was found before is replayed first.

import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ACTS } from './acts.ts'
import type { Case } from './case.ts'
import { runCase } from './run.ts'
import { runSeeds, type Tally } from './seeds.ts'
import { rememberVerified } from './verified.ts'
import { spread } from './workers.ts'

const TOLD_EVERY = 25

const HELP = `npm run sim -- --seeds N [--from S]   so many seeds, from S on (1 where it is not given)
npm run sim -- --seed S               one seed; the end of its trace where it fails
npm run sim -- --case FILE            one case that was kept
npm run sim -- --forever [--from S]   until it is told to stop
What is kept under sim/regressions is replayed first (not with --no-regressions); a seed that fails is shrunk and kept
there (not with --no-keep). Seeds are run in as many processes as there are cores, or --workers N. With --kept DIR
another folder takes the place of sim/regressions. With --every-act it is a failure where something that people do
never came about.
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
    kept: { type: 'string', default: fileURLToPath(new URL('../regressions', import.meta.url)) },
    workers: { type: 'string', default: String(availableParallelism()) },
    'every-act': { type: 'boolean', default: false },
    stride: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})

let stopping = false
let stop = () => {}
for (const event of ['SIGINT', 'SIGTERM', 'disconnect'] as const) {
  process.on(event, () => {
    stopping = true
    stop()
  })
}

rememberVerified()
process.exitCode = await main()
if (process.connected) process.disconnect()

async function main(): Promise<number> {
  const alone = options.seed !== undefined
  const count = options.forever ? Infinity : whole(alone ? '1' : (options.seeds ?? '100'))
  const [from, workers, stride] = [whole(options.seed ?? options.from), whole(options.workers), whole(options.stride)]
  if (options.help || count === undefined || from === undefined || !workers || !stride) {
    process.stdout.write(HELP)
    return options.help ? 0 : 2
  }
  if (options.case !== undefined) return replay([options.case])
  if (!alone && options.regressions && (await replay(kept())) !== 0) return 1
  const began = performance.now()
  const seconds = () => ((performance.now() - began) / 1000).toFixed(0)
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  let told = 0
  const progress = (tally: Tally) => {
    // Whoever is told may be gone already; then this process is about to end too.
    if (process.connected) process.send?.(tally, undefined, undefined, () => {})
    if (Math.floor(tally.seeds / TOLD_EVERY) === told || stride > 1) return
    told = Math.floor(tally.seeds / TOLD_EVERY)
    say(`${tally.seeds} seeds, ${tally.failed} failed, ${seconds()} s`)
  }
  const processes = Math.min(workers, count)
  const keepIn = options.keep ? options.kept : undefined
  const { tally, sound } =
    processes > 1
      ? await spread(
          { main: fileURLToPath(import.meta.url), from, count, workers: processes, keepIn, done: progress },
          (stopAll) => {
            stop = stopAll
          },
        )
      : {
          tally: await runSeeds({
            ...{ from, count, stride, say, done: progress },
            keepIn,
            stopping: () => stopping,
          }),
          sound: true,
        }
  if (stride > 1) return tally.failed === 0 ? 0 : 1
  for (const [act, times] of Object.entries(tally.acts).sort()) say(`  ${act}: ${times}`)
  const missed = options['every-act'] ? ACTS.filter((act) => tally.acts[act] === undefined) : []
  if (missed.length > 0) say(`Never done in these seeds: ${missed.join('; ')}.`)
  const what = `${tally.seeds} seeds from ${from}, each run twice, ${tally.steps} steps, ${seconds()} s`
  if (!sound) say('A process of the simulator ended by an error of its own.')
  say(
    tally.failed === 0
      ? `Every invariant held: ${what}.`
      : `${tally.failed} failed of ${what}; replay one with --seed.`,
  )
  return tally.failed === 0 && sound && missed.length === 0 ? 0 : 1
}

/** Replays kept cases. One that is known to fail must still fail: else it is mended, and says so no longer. */
async function replay(files: readonly string[]): Promise<number> {
  let failed = 0
  for (const file of files) {
    if (stopping) break
    const the: Case = JSON.parse(readFileSync(file, 'utf8'))
    const { violation } = await runCase(the)
    const name = basename(file)
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

function kept(): string[] {
  return readdirSync(options.kept)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(options.kept, name))
}

function whole(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined
}
