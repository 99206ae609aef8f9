// What `npm run nightly` runs: the whole suite with the settings that take hours, then the simulator on seeds never run
// before, until it is told to stop.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const simulator = fileURLToPath(new URL('../sim/src/main.ts', import.meta.url))

/** Seeds of a night begin where no earlier one was. */
const from = String(Math.floor(Date.now() / 1000))

function run(...args: string[]): Promise<number> {
  const child = spawn(process.execPath, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, COUNTERSIGN_NIGHTLY: '1' },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => child.on('exit', (status) => resolve(status ?? 1)))
}

const suite = await run(vitest, 'run')
const seeds = await run(simulator, '--forever', '--from', from)
process.exit(Math.max(suite, seeds))
