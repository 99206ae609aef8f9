// Which Node runs this project, found without any dependency and by any Node from 20 on: the one that runs now where it
// is new enough, otherwise the one under tools/node24, which the bootstrap installs.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const NODE_MINIMUM = [24, 15]

const FOLDER = fileURLToPath(new URL('./node24/', import.meta.url))

/** Whether a version such as `24.15.0` is new enough. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor >= NODE_MINIMUM[1])
}

/** The folder with its package.json and lock file. */
export function ownNodeFolder() {
  return FOLDER
}

/** The binary under tools/node24, whether it is there or not; undefined where there is none for this machine. */
export function ownNode() {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return undefined
  return join(FOLDER, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')
}

/** The path of the Node to run with; undefined where it must be installed first. */
export function suitableNode() {
  if (isNewEnough(process.versions.node)) return process.execPath
  const own = ownNode()
  return own !== undefined && existsSync(own) ? own : undefined
}
