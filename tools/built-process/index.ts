// A process that a test starts again and again, built into a few files as the program is: to load its sources one by one
// takes longer than what most of them do.

import { execFile } from 'node:child_process'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const VITE = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
const CONFIG = fileURLToPath(new URL('./vite.config.ts', import.meta.url))

/** Builds the process of which `source` is the first file into the folder `out`, and gives the file to run. */
export async function builtProcess(source: string, out: string): Promise<string> {
  const args = ['build', ROOT, '--config', CONFIG, '--ssr', source, '--outDir', out, '--logLevel', 'error']
  await promisify(execFile)(process.execPath, [VITE, ...args], { env: { ...process.env, NODE_ENV: 'production' } })
  return join(out, `${basename(source, '.ts')}.js`)
}
