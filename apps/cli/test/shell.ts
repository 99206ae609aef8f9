// The shell as it is run, for the tests: real processes, their exit codes and what they print.

import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../bin/countersign.mjs', import.meta.url))

interface Ran {
  code: number | null
  out: string
  err: string
}

/** `more` is read from the file descriptors 3 and up. */
export function run(args: string[], input = '', env: Record<string, string> = {}, more: string[] = []): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['pipe', 'pipe', 'pipe', ...more.map(() => 'pipe' as const)],
      env: { ...process.env, ...env },
    })
    for (const [i, text] of more.entries()) (child.stdio[3 + i] as Writable).on('error', () => {}).end(text)
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (err += chunk))
    child.on('close', (code) => resolve({ code, out, err }))
    child.stdin.end(input)
  })
}
export async function done(args: string[], input?: string): Promise<string> {
  const { code, out, err } = await run(args, input)
  if (code !== 0) throw new Error(`countersign ${args.join(' ')} ended with ${code}: ${err}`)
  return out
}

export async function serve(folder: string, port: number, ...more: string[]): Promise<() => Promise<void>> {
  return (await serveWith(folder, port, more)).stop
}

/** `given` is read from the file descriptor 3. */
export async function serveWith(
  folder: string,
  port: number,
  more: string[],
  env: Record<string, string> = {},
  given?: string,
): Promise<{ pid: number; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--dir', folder, '--listen', `127.0.0.1:${port}`, ...more], {
    stdio: ['ignore', 'ignore', 'pipe', ...(given === undefined ? [] : ['pipe' as const])],
    env: { ...process.env, ...env },
  })
  if (given !== undefined) (child.stdio[3] as Writable).on('error', () => {}).end(given)
  await new Promise<void>((resolve, reject) => {
    let err = ''
    child.stderr?.on('data', (chunk) => {
      err += chunk
      if (err.includes('serves at')) resolve()
    })
    child.once('exit', () => reject(new Error(err)))
  })
  return {
    pid: child.pid ?? 0,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}

export async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 120; i++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error('Waited too long.')
}

export async function freePort(): Promise<number> {
  // Below the ports that outgoing connections are given, so that none of them takes it before it is bound.
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}
