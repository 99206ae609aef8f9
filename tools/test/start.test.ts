// `npm start` as a newcomer types it: npm, the bootstrap, the demonstration and its three nodes, all of them real.

import { type ChildProcess, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { listenOn, threeFreePorts } from '../ports.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'countersign-start-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface Running {
  child: ChildProcess
  out(): string
  err(): string
  /** Resolves with the exit code once everything is closed. */
  ended: Promise<number | null>
}

const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  running.clear()
})

/** In a process group of its own, as a terminal gives it one: so Ctrl-C can be pressed. */
function begin(command: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Running {
  const env = { ...process.env, ...options.env }
  const cwd = options.cwd ?? ROOT
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  running.add(child)
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk) => (out += chunk))
  child.stderr?.on('data', (chunk) => (err += chunk))
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      running.delete(child)
      resolve(code)
    })
  })
  return { child, out: () => out, err: () => err, ended }
}

const start = (...args: string[]) => begin('npm', ['start', '--silent', '--', ...args])

async function press(signal: NodeJS.Signals, { child, ended }: Running): Promise<number | null> {
  process.kill(-(child.pid ?? 0), signal)
  return ended
}

async function firstLine(of: Running): Promise<{ pact: string; nodes: { party: string; url: string; dir: string }[] }> {
  const exited = of.ended.then((code) => `ended with ${code}: ${of.err()}`)
  for (;;) {
    const line = of.out().split('\n')[0] ?? ''
    if (of.out().includes('\n')) return JSON.parse(line)
    const early = await Promise.race([exited, new Promise<undefined>((resolve) => setTimeout(resolve, 100, undefined))])
    if (early !== undefined) throw new Error(early)
  }
}

describe('npm start', () => {
  const demo = join(dir, 'demo')
  let port: number
  beforeAll(async () => {
    port = await threeFreePorts()
  })

  test('brings up three nodes under one agreement, stops them at Ctrl-C, carries on, and begins anew when asked', {
    timeout: 240_000,
  }, async () => {
    const args = ['--json', '--dir', demo, '--port', String(port)]
    const first = start(...args)
    const ready = await firstLine(first)
    expect(ready.nodes.map(({ party }) => party)).toEqual(['alfa.example', 'bravo.example', 'watch.example'])
    for (const [i, { url }] of ready.nodes.entries()) {
      expect(url).toBe(`http://127.0.0.1:${port + i}/`)
      expect((await fetch(new URL('healthz', url))).status).toBe(200)
    }
    const size = sizeOfLine(join(demo, 'alfa.example'))
    expect(await press('SIGINT', first)).toBe(0)
    for (const { url } of ready.nodes) await expect(fetch(new URL('healthz', url))).rejects.toThrow()
    expect(first.err()).toMatch(/Stopped\./)

    const second = start(...args)
    expect(await firstLine(second)).toEqual({ ...ready })
    expect(sizeOfLine(join(demo, 'alfa.example'))).toBeGreaterThanOrEqual(size)
    expect(await press('SIGTERM', second)).toBe(0)

    const anew = start('--fresh', ...args)
    expect((await firstLine(anew)).pact).not.toBe(ready.pact)
    expect(await press('SIGINT', anew)).toBe(0)
  })

  test('a first run that is broken off is begun again by the next', { timeout: 120_000 }, async () => {
    const args = ['--json', '--dir', join(dir, 'broken-off'), '--port', String(port)]
    const broken = start(...args)
    while (!existsSync(join(dir, 'broken-off', 'bravo.example', 'card'))) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await press('SIGKILL', broken)
    const next = start(...args)
    expect((await firstLine(next)).nodes).toHaveLength(3)
    expect(await press('SIGINT', next)).toBe(0)
  })

  test('a port in use is named in one sentence', async () => {
    const taken = await listenOn(port + 1)
    const ran = start('--dir', join(dir, 'taken'), '--port', String(port))
    expect(await ran.ended).toBe(1)
    expect(ran.err()).toMatch(
      new RegExp(`^countersign: Port ${port + 1}, for bravo\\.example, is in use; [^\\n]+\\.\\n$`),
    )
    expect(existsSync(join(dir, 'taken'))).toBe(false)
    await new Promise((resolve) => taken.close(resolve))
  })

  test('a folder that cannot be made is named in one sentence', async () => {
    writeFileSync(join(dir, 'a-file'), '')
    const ran = start('--dir', join(dir, 'a-file', 'below'), '--port', String(port))
    expect(await ran.ended).toBe(1)
    expect(ran.err()).toMatch(/^countersign: \S+ cannot be written \([^\n]+\); choose another folder with --dir\.\n$/)
  })
})

describe('the bootstrap', () => {
  /** The files it works on, where nothing is installed yet; `npm` stands in for the real one, which needs a registry. */
  function clone(name: string, npm: string): { root: string; env: NodeJS.ProcessEnv } {
    const root = join(dir, name)
    mkdirSync(join(root, 'tools'), { recursive: true })
    for (const file of ['bootstrap.mjs', 'node24.mjs', 'program.mjs'])
      cpSync(join(ROOT, 'tools', file), join(root, 'tools', file))
    cpSync(join(ROOT, 'package-lock.json'), join(root, 'package-lock.json'))
    writeFileSync(join(root, 'npm.mjs'), npm)
    return { root, env: { npm_execpath: join(root, 'npm.mjs') } }
  }
  const bootstrap = ({ root, env }: ReturnType<typeof clone>) =>
    begin(process.execPath, [join(root, 'tools', 'bootstrap.mjs')], { cwd: root, env })
  const INSTALL = `
    import { appendFileSync, mkdirSync } from 'node:fs'
    mkdirSync('node_modules/.bin', { recursive: true })
    appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n')`

  test('an install that fails says why in one sentence, and what to do', async () => {
    const ran = bootstrap(clone('fails', `console.error('npm error code ENETUNREACH'); process.exit(1)`))
    expect(await ran.ended).toBe(1)
    expect(ran.err()).toMatch(
      /^Installing packages…\ncountersign: The packages could not be installed \(code ENETUNREACH\); [^\n]+ start again\.\n$/,
    )
  })

  test('an install that was interrupted is done again by the next start, and only then', async () => {
    const at = clone('interrupted', `${INSTALL}\nsetInterval(() => {}, 1000)`)
    const broken = bootstrap(at)
    const called = () =>
      existsSync(join(at.root, 'calls')) && readFileSync(join(at.root, 'calls'), 'utf8').endsWith('\n')
    while (!called()) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await press('SIGINT', broken)).not.toBe(0)
    writeFileSync(join(at.root, 'npm.mjs'), INSTALL)
    expect(await bootstrap(at).ended).toBe(0)
    expect(await bootstrap(at).ended).toBe(0)
    expect(readFileSync(join(at.root, 'calls'), 'utf8').split('\n')).toHaveLength(3)
    expect(readdirSync(join(at.root, 'node_modules'))).toContain('.countersign-stamp')
  })

  test('packages are installed anew when the lock file changed, without their scripts', async () => {
    const at = clone('changed', INSTALL)
    expect(await bootstrap(at).ended).toBe(0)
    writeFileSync(join(at.root, 'package-lock.json'), '{}')
    expect(await bootstrap(at).ended).toBe(0)
    const calls = readFileSync(join(at.root, 'calls'), 'utf8').trim().split('\n')
    expect(calls).toHaveLength(2)
    for (const call of calls) expect(call).toMatch(/^ci --ignore-scripts/)
  })
})

describe('the program that a command runs', () => {
  test('is the one that was built, until a source is newer than that', async () => {
    const root = join(dir, 'built')
    const sources = ['log', 'record', 'pact', 'intel', 'ledger', 'views', 'node', 'listen', 'http', 'witness', 'client']
    for (const name of ['apps/cli', ...sources.map((one) => `packages/${one}`)]) {
      mkdirSync(join(root, name, 'src', 'below'), { recursive: true })
      writeFileSync(join(root, name, 'src', 'below', 'one.ts'), '')
    }
    mkdirSync(join(root, 'tools'))
    const single = [
      'package-lock.json',
      'apps/cli/vite.config.ts',
      'tools/paths-from-source.ts',
      'apps/cli/src/main.ts',
    ]
    for (const name of single) writeFileSync(join(root, name), '')
    cpSync(join(ROOT, 'tools', 'program.mjs'), join(root, 'tools', 'program.mjs'))
    const { programFile }: { programFile(): string } = await import(join(root, 'tools', 'program.mjs'))
    const fromSources = join(root, 'apps/cli/src/main.ts')
    expect(programFile()).toBe(fromSources)
    const builds = join(root, 'apps/cli/dist')
    mkdirSync(join(builds, '0123'), { recursive: true })
    writeFileSync(join(builds, 'current'), '0123')
    expect(programFile(), 'a build that is not there').toBe(fromSources)
    writeFileSync(join(builds, '0123', 'main.js'), '')
    expect(programFile()).toBe(join(builds, '0123', 'main.js'))
    const later = new Date(Date.now() + 60_000)
    utimesSync(join(root, 'packages/views/src/below/one.ts'), later, later)
    expect(programFile(), 'a source was changed since').toBe(fromSources)
  })
})

/** How many entries the line of a node of the demonstration has. */
function sizeOfLine(node: string): number {
  const [pact] = readdirSync(join(node, 'logs'))
  const line = join(node, 'logs', pact ?? '', 'line')
  const [generation] = readdirSync(line)
  return Number(readFileSync(join(line, generation ?? '', 'checkpoint'), 'utf8').split('\n')[1])
}
