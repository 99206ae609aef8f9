// Where the program is that a command runs: as it was built, or its sources where those were changed since. Each build has a
// folder of its own, named by what it was built of, so that a node that runs goes on with the files it was started from.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const PACKAGES = ['log', 'record', 'pact', 'intel', 'ledger', 'views', 'node', 'listen', 'http', 'witness', 'client']

/** The folder with all builds. */
export const BUILDS = join(ROOT, 'apps', 'cli', 'dist')
/** Names the build in force, and is as old as the last time it was compared with its sources. */
export const CURRENT_BUILD = join(BUILDS, 'current')

/** Every file the program is built of. */
export function programSources() {
  const folders = [join(ROOT, 'apps', 'cli', 'src'), ...PACKAGES.map((name) => join(ROOT, 'packages', name, 'src'))]
  return [
    join(ROOT, 'package-lock.json'),
    join(ROOT, 'apps', 'cli', 'vite.config.ts'),
    join(ROOT, 'tools', 'paths-from-source.ts'),
    ...folders.flatMap((folder) => filesIn(folder)),
  ]
}

/** The file to run with Node. */
export function programFile() {
  return builtProgram() ?? join(ROOT, 'apps', 'cli', 'src', 'main.ts')
}

function builtProgram() {
  if (!existsSync(CURRENT_BUILD)) return undefined
  const file = join(BUILDS, readFileSync(CURRENT_BUILD, 'utf8').trim(), 'main.js')
  const builtAt = statSync(CURRENT_BUILD).mtimeMs
  return existsSync(file) && programSources().every((source) => statSync(source).mtimeMs <= builtAt) ? file : undefined
}

/** Every file below `folder`, in an order that does not change. */
export function filesIn(folder, except = []) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (except.includes(entry.name)) return []
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesIn(path, except) : [path]
    })
}
