// Runs the process under strace: once as it is, which gives every call it makes to the machine under its folder; then
// with one of these calls struck. strace counts the calls of each thread apart, so the process has one thread for files,
// and a call is named by its path and its number among the calls of its name on that path.

import { execFileSync, spawn } from 'node:child_process'
import { constants, cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtProcess } from '../../../../tools/built-process/index.ts'
import type { Told } from './scripts.ts'

const SOURCE = fileURLToPath(new URL('./process.ts', import.meta.url))

/** The calls that write, name, or open: where a machine can end, or fail, with something half done. */
const CALLS =
  'write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,/^rename,/^link,/^unlink,/^mkdir,/^open,/^copy_file,sendfile'

export const STRIKES = ['SIGKILL', 'EIO', 'ENOSPC'] as const
export type Strike = (typeof STRIKES)[number]

export interface Call {
  script: string
  name: string
  /** Relative to the process's folder. */
  path: string
  /** Among the calls of this name on this path, from 1 on. */
  number: number
}

/** A folder as a script finds it, and what the process promised that made it. */
export interface Found {
  folder: string
  told: Told[]
}

export interface Run {
  told: Told[]
  /** Whether the call was struck. */
  hit: boolean
}

export function straceIsThere(): boolean {
  try {
    execFileSync('strace', ['-V'], { stdio: 'ignore' })
    // Some machines have it and let nobody trace.
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** What is struck, made once in the folder `dir`. */
export function builtHarness(dir: string): Promise<string> {
  return builtProcess(SOURCE, join(dir, 'built'))
}

/** What a script finds done, done once in `folder`: with most of it each case would only spend its time. */
export async function found(harness: string, script: string, folder: string): Promise<Found> {
  empty(folder)
  const { told } = await ended(begun(process.execPath, [harness, script, folder, 'before']))
  return { folder, told }
}

/** Every call that a script is about, in the order it makes them. */
export async function callsOf(harness: string, script: string, dir: string, before?: Found): Promise<Call[]> {
  await run(harness, script, dir, ['--seccomp-bpf'], before)
  const calls: Call[] = []
  const counts = new Map<string, number>()
  let isStruck = true
  for (const line of readFileSync(`${dir}.strace`, 'utf8').split('\n')) {
    const match = /^([0-9]+) +([a-z0-9_]+)\((.*)/.exec(line)
    if (match === null) continue
    const [, thread, name = '', rest = ''] = match
    if (name === 'write' && rest.startsWith('1<') && rest.includes('struck')) isStruck = rest.includes('true')
    const paths = new Set([...rest.matchAll(/"([^"]*)"|<([^>]*)>/g)].map(([, named, opened]) => named ?? opened ?? ''))
    let first = true
    for (const path of paths) {
      if (path !== dir && !path.startsWith(`${dir}/`)) continue
      const key = `${thread} ${name} ${path}`
      const number = (counts.get(key) ?? 0) + 1
      counts.set(key, number)
      if (first && isStruck) calls.push({ script, name, path: path.slice(dir.length), number })
      first = false
    }
  }
  return calls
}

/** The script in a fresh folder, with one call struck. What was promised before it began is told too. */
export function strike(
  harness: string,
  { script, name, path, number }: Call,
  by: Strike,
  dir: string,
  before?: Found,
): Promise<Run> {
  // A signal is lost where strace looks at single calls only.
  const how = by === 'SIGKILL' ? [`signal=SIGKILL`] : [`error=${by}`, '--seccomp-bpf']
  const [effect, ...more] = how
  const options = ['-P', `${dir}${path}`, '-e', `inject=${name}:${effect}:when=${number}`, ...more]
  return run(harness, script, dir, options, before)
}

function begun(file: string, args: string[]) {
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' }
  return spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
}

async function run(harness: string, script: string, dir: string, options: string[], before?: Found): Promise<Run> {
  empty(dir)
  if (before !== undefined) cpSync(before.folder, dir, { recursive: true, mode: constants.COPYFILE_FICLONE })
  const trace = `${dir}.strace`
  const args = ['-f', '-qq', '-y', '-s', '40', '-o', trace, '-e', `trace=${CALLS}`, ...options]
  const { told, killed } = await ended(begun('strace', [...args, process.execPath, harness, script, dir]))
  return {
    told: [...(before?.told ?? []), ...told],
    hit: killed || readFileSync(trace, 'utf8').includes('(INJECTED)'),
  }
}

function empty(dir: string): void {
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
}

/** Rejects where it ended in another way than by being killed, or after the last line of its script. */
function ended(child: ReturnType<typeof begun>): Promise<{ told: Told[]; killed: boolean }> {
  return new Promise((resolve, reject) => {
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (err += chunk))
    child.on('error', reject)
    child.on('close', (status, signal) => {
      // The last line may be cut off: the promise was made, and not told whole.
      const told = out
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Told)
      const killed = signal === 'SIGKILL' || status === 137
      const whole = status === 0 && told.some((line) => 'ended' in line)
      if (killed || whole) return resolve({ told, killed })
      return reject(new Error(`The process ended with ${status ?? signal}: ${err}\n${out.slice(-2000)}`))
    })
  })
}
