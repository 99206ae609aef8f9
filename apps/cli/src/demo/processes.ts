// One node in a process of its own. It ends with us: by a signal, or because the channel between us closed.

import { fork } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Refused } from '../output.ts'
import type { Member } from './members.ts'

const STOP_MS_MAX = 15_000
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

export interface StartedNode {
  url: string
  stop(): Promise<void>
  /** Rejects where the process ends by itself. */
  failed: Promise<never>
}

export async function startNode({ party, dir, port }: Member): Promise<StartedNode> {
  const logFile = join(dir, 'node.log')
  const log = openSync(logFile, 'a', 0o600)
  const child = fork(MAIN, ['serve', '--dir', dir, '--listen', `127.0.0.1:${port}`, '--demo'], {
    stdio: ['ignore', log, log, 'ipc'],
  })
  let stopping = false
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const failed = exited.then((): never => {
    if (stopping) return new Promise<never>(() => {}) as never
    const last = readFileSync(logFile, 'utf8').trim().split('\n').at(-1) ?? ''
    throw new Refused({
      code: 'demo/node-ended',
      message: `The node of ${party} ended by itself (${last}); see ${logFile}.`,
    })
  })
  failed.catch(() => {})
  const ready = new Promise<string>((resolve) => {
    child.on('message', (message: { ready?: boolean; url?: string }) => {
      if (message.ready === true && message.url !== undefined) resolve(message.url)
    })
  })
  return {
    url: await Promise.race([ready, failed]),
    failed,
    async stop() {
      stopping = true
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      // Nothing durable is lost by it, and a demonstration must end when it is told to.
      const cut = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX)
      await exited
      clearTimeout(cut)
    },
  }
}
