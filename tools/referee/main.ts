// What `npm run referee` runs: programs that nobody here wrote accept what ours writes, and refuse each change to it. A
// demonstration is started, a few hundred records are said, two officers have one of its logs succeeded, all of them are
// shown to two of our witnesses, and all of it, with our vectors, is handed to the checker whose source REFEREE names (a Go program over golang.org/x/mod/sumdb). Where there is none, or no Go, that is said and nothing fails.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NodeClient } from '@countersign/client'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { threeFreePorts } from '../ports.ts'
import { type Case, referCases } from './cases.ts'
import { succeedLine, successionCases } from './succession.ts'
import { vectorCases } from './vector-cases.ts'
import { witnessedCases } from './witnessed-cases.ts'

const MAIN = fileURLToPath(new URL('../../apps/cli/bin/countersign.mjs', import.meta.url))
/** Enough for two full bundles, a partial one, and tiles of the second level. */
const RECORDS = 600
const AT_ONCE = 32

const work = mkdtempSync(join(tmpdir(), 'countersign-referee-'))
try {
  process.exitCode = await main()
} finally {
  rmSync(work, { recursive: true, force: true })
}

async function main(): Promise<number> {
  const referee = build()
  if (typeof referee !== 'object') return skipped(referee)
  const { dirs, pact } = await demonstration()
  await succeedLine(dirs, pact)
  let [passed, failed] = [0, 0]
  for await (const { name, args, accepted } of allCases(dirs)) {
    const ran = spawnSync(referee.program, args, { encoding: 'utf8' })
    const right = ran.status === (accepted ? 0 : 1)
    if (right) passed++
    else failed++
    if (!right) process.stdout.write(`✗ ${name}: ended with ${ran.status}: ${ran.stdout}${ran.stderr}\n`)
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  return failed === 0 && passed > 0 ? 0 : 1
}

async function* allCases(dirs: readonly string[]): AsyncGenerator<Case> {
  let files = 0
  const file = (bytes: Uint8Array | string) => {
    const path = join(work, `case-${files++}`)
    writeFileSync(path, bytes)
    return path
  }
  yield* vectorCases(work, file)
  yield* referCases(dirs, work, file)
  yield* successionCases(dirs, file)
  yield* witnessedCases(dirs, work, file)
}

function skipped(why: string): number {
  process.stdout.write(`Skipped: ${why}\n`)
  return 0
}

/** The checker, built from its source; or why it is not to be had here. */
function build(): { program: string } | string {
  const source = process.env.REFEREE
  if (source === undefined || !existsSync(source)) return 'REFEREE names no folder with the source of a checker.'
  const program = join(work, 'referee')
  const env = {
    ...process.env,
    GOFLAGS: '',
    GO111MODULE: 'off',
    GOPATH: '/usr/share/gocode',
    GOCACHE: join(work, 'go'),
  }
  const built = spawnSync('go', ['build', '-o', program, '.'], { cwd: source, env, encoding: 'utf8' })
  if (built.error !== undefined) return 'Go is not installed here (Debian: golang-go and golang-golang-x-mod-dev).'
  return built.status === 0 ? { program } : `The checker cannot be built here: ${built.stderr.trim()}`
}

/** Starts a demonstration, says records on both sides, and stops it: the folders of its nodes, and their agreement. */
async function demonstration(): Promise<{ dirs: string[]; pact: string }> {
  const dir = join(work, 'demo')
  const child = spawn(
    process.execPath,
    [MAIN, 'demo', '--json', '--dir', dir, '--port', String(await threeFreePorts())],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const exited = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`The demonstration ended by itself with ${code}.`)))
  })
  exited.catch(() => {})
  const line = new Promise<string>((resolve) => {
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
      if (out.includes('\n')) resolve(out.slice(0, out.indexOf('\n')))
    })
  })
  try {
    const ready: { pact: string; nodes: { url: string; dir: string }[] } = JSON.parse(
      await Promise.race([line, exited]),
    )
    const [alfa, bravo] = ready.nodes.map(
      (node) => new NodeClient(node.url, readFileSync(join(node.dir, 'private', 'api-token'), 'utf8').trim()),
    )
    if (alfa === undefined || bravo === undefined) throw new Error('A demonstration has two parties.')
    await Promise.all([say(alfa, ready.pact, RECORDS), say(bravo, ready.pact, 40)])
    return { dirs: ready.nodes.map((node) => node.dir), pact: ready.pact }
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    if (child.exitCode === null) await ended
  }
}

/** Resolves once all are said and the last is delivered. */
async function say(client: NodeClient, pact: string, count: number): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify({ subject: 'Line check', text: 'Nothing to report.' }))
  const content = [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes }]
  let next = 0
  let last = ''
  const caller = async () => {
    while (next++ < count) {
      const said = await client.say({ pact, type: 'hotline/message', body: { precedence: 'ROUTINE' }, content })
      if (!said.ok || said.value.state !== 'said') throw new Error('A record could not be said.')
      if (indexOf(said.value.record) > indexOf(last)) last = said.value.record
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, caller))
  for (;;) {
    const detail = await client.record(last)
    if (detail.ok && detail.value.row.state === 'delivered') return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function indexOf(record: string): number {
  return Number(record.split('#')[1] ?? -1)
}
