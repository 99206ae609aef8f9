// What `npm run nightly` runs: the whole suite with the settings that take hours (every crash, every stick, ten thousand
// power cuts), then the simulator on seeds never run before, until it is told to stop or has run as many as `--seeds` says.
// Told to stop (SIGINT, SIGTERM) it ends what it is at, says what was run by then, and starts nothing more.

import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const simulator = fileURLToPath(new URL('../sim/src/main.ts', import.meta.url))

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    suite: { type: 'boolean', default: true },
    regressions: { type: 'boolean', default: true },
    seeds: { type: 'string' },
    /** Where it is left out, seeds of a night begin where no earlier one was. */
    from: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
  },
})

let stopping = false
let running: ChildProcess | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopping = true
    running?.kill(signal)
  })
}

function run(...args: string[]): Promise<number> {
  const child = spawn(process.execPath, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, COUNTERSIGN_NIGHTLY: '1' },
  })
  running = child
  return new Promise((resolve) => child.on('exit', (status) => resolve(status ?? 1)))
}

let failed = false
if (options.suite) {
  const status = await run(vitest, 'run')
  if (stopping) process.stdout.write('The suite was stopped before its end; the simulator was not started.\n')
  else failed = status !== 0
}
if (!stopping) {
  const seeds = options.seeds === undefined ? ['--forever'] : ['--seeds', options.seeds]
  const replay = options.regressions ? '--regressions' : '--no-regressions'
  failed = (await run(simulator, ...seeds, '--from', options.from, replay)) !== 0 || failed
}
process.exit(failed ? 1 : 0)
