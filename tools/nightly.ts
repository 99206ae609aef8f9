// What `npm run nightly` runs: the whole suite with the settings that take hours.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const child = spawn(process.execPath, [vitest, 'run'], {
  stdio: 'inherit',
  env: { ...process.env, COUNTERSIGN_NIGHTLY: '1' },
})
child.on('exit', (status) => process.exit(status ?? 1))
