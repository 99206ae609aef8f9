// Acts of a node in a process of its own, ended with SIGKILL at each of their steps (waiting-process.ts).

import { spawn } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Node, realSurroundings } from '@countersign/node'
import { expect } from 'vitest'
import { builtProcess } from '../../../tools/built-process/index.ts'
import { until, value } from './parties.ts'

const SOURCE = fileURLToPath(new URL('./waiting-process.ts', import.meta.url))
/** Of the steps, how many are tried in an ordinary run; in the nightly one all are. */
const TRIED = Number(process.env.COUNTERSIGN_STEPS ?? (process.env.COUNTERSIGN_NIGHTLY === undefined ? 5 : 10_000))

/** `root`: a folder of the test, for the built process and the copies. */
export async function killedAtSteps(root: string, pact: string) {
  const built = await builtProcess(SOURCE, join(root, 'built'))

  function act(dir: string, what: string, of: string, killAt: number) {
    return new Promise<{ steps: number; signal: string | null; err: string }>((resolve) => {
      const child = spawn(process.execPath, [built, dir, pact, what, of, String(killAt)])
      let [out, err] = ['', '']
      child.stdout.on('data', (chunk) => (out += chunk))
      child.stderr.on('data', (chunk) => (err += chunk))
      child.on('close', (_code, signal) => resolve({ steps: Number(out), signal, err }))
    })
  }

  /** At some steps, each of the `last` among them, a fresh copy of `from` is killed; then `after` says what became of it. */
  return async (
    from: string,
    what: string,
    of: string,
    after: (dir: string, at: string) => Promise<void>,
    { last = 0 } = {},
  ) => {
    const whole = join(root, `whole-${what}`)
    cpSync(from, whole, { recursive: true })
    const { steps, err } = await act(whole, what, of, -1)
    expect(steps, err).toBeGreaterThan(3)
    const every = Math.max(1, Math.floor(steps / TRIED))
    const all = Array.from({ length: steps }, (_, at) => at)
    for (const at of all.filter((one) => one % every === 0 || one >= steps - last)) {
      const dir = join(root, `${what}-${at}`)
      cpSync(from, dir, { recursive: true })
      const ended = await act(dir, what, of, at)
      // What goes on beside it has a step more in one run than in another.
      if (ended.signal === null) expect(ended.steps, ended.err).toBeLessThanOrEqual(at)
      else expect(ended.signal).toBe('SIGKILL')
      await after(dir, `${what}, step ${at} of ${steps}`)
      rmSync(dir, { recursive: true })
    }
  }
}

/** The node in that folder, once its log may be signed; it is stopped again. */
export async function opened<T>(dir: string, use: (node: Node) => Promise<T>): Promise<T> {
  const node = value(await Node.open(dir, realSurroundings()))
  try {
    await until('it to be ready', () => node.health().ready, 200)
    await node.settled()
    return await use(node)
  } finally {
    await node.stop()
  }
}
