// Three whole nodes on loopback: alfa in this process, so that what it sees can be timed, the others in their own.

import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NodeClient } from '@countersign/client'
import { openAccounts, serveNode } from '@countersign/http'
import { toBase64 } from '@countersign/log'
import { initNode, Node, realSurroundings, TrustedCards } from '@countersign/node'

const MAIN = fileURLToPath(new URL('../../apps/cli/bin/countersign.mjs', import.meta.url))
const AGREEMENT = readFileSync(new URL('../../agreements/demo.yaml', import.meta.url), 'utf8')

export interface BenchNodes {
  alfa: Node
  /** Where alfa's console is, and who may sign in there. */
  console: { url: string; email: string; password: string }
  bravo: OtherNode
  pact: string
  close(): Promise<void>
}

/** A node in a process of its own. */
export interface OtherNode {
  dir: string
  url: string
  taxii: { user: string; password: string }
  client: NodeClient
  readonly pid: number
  stop(): Promise<void>
  /** Once it was stopped. */
  start(): Promise<void>
}

export function value<T>(result: { ok: true; value: T } | { ok: false; code: string; message: string }): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`)
  return result.value
}

export async function startNodes(options: { consoleDir?: string } = {}): Promise<BenchNodes> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const around = realSurroundings()
  const members = []
  for (const party of ['alfa.example', 'bravo.example', 'watch.example']) {
    const port = await freePort()
    const at = join(dir, party)
    const endpoint = `http://127.0.0.1:${port}/`
    const identity = value(await initNode({ dir: at, party, endpoint, neutral: party === 'watch.example' }, around))
    members.push({ party, port, dir: at, endpoint, identity })
  }
  for (const { identity } of members) {
    const trusted = await TrustedCards.open(identity, around.disk)
    for (const other of members)
      if (other.identity !== identity) value(await trusted.add(other.identity.card.bytes, Date.now()))
  }
  const [a, b, w] = members
  if (a === undefined || b === undefined || w === undefined) throw new Error('There are three nodes.')
  const accounts = await openAccounts(b.dir, b.endpoint)
  const taxii = value(accounts.tools.add('bench'))
  accounts.close()
  let bravo = await start(b.dir, b.port)
  const watch = await start(w.dir, w.port)
  const alfa = value(await Node.open(a.dir, around))
  const served = value(await serveNode(alfa, { listen: `127.0.0.1:${a.port}`, ...options }))
  const officer = { email: 'officer@alfa.example', password: 'bench, on loopback alone' }
  value(await served.accounts.addOfficer(officer.email, 'Officer', officer.password))
  const clientOf = (member: typeof b) =>
    new NodeClient(member.endpoint, readFileSync(join(member.dir, 'private', 'api-token'), 'utf8').trim())
  const proposed = value(await alfa.proposePact(AGREEMENT))
  const invitation = toBase64(proposed.invitation)
  for (const member of [w, b]) value(await clientOf(member).sign({ invitation }))
  value(await alfa.signPact(proposed.invitation))
  for (;;) {
    const rows = await alfa.views.pacts()
    if (rows.every(({ channels }) => channels.every(({ force }) => force !== null))) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return {
    alfa,
    console: { url: a.endpoint, ...officer },
    bravo: {
      ...{ dir: b.dir, url: b.endpoint, taxii, client: clientOf(b) },
      get pid() {
        return bravo.pid ?? 0
      },
      stop: () => end(bravo),
      async start() {
        bravo = await start(b.dir, b.port)
      },
    },
    pact: proposed.pact,
    async close() {
      await served.close()
      await alfa.stop()
      for (const child of [bravo, watch]) await end(child)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Resolves with the moment at which a record of ours was seen to be delivered. */
export function delivery(node: Node, record: string): Promise<number> {
  return new Promise((resolve) => {
    const look = async () => {
      if ((await node.views.record(record))?.row.delivery.every(({ state }) => state === 'delivered') !== true) return
      stop()
      resolve(performance.now())
    }
    const stop = node.onChange(() => void look())
    void look()
  })
}

function start(dir: string, port: number): Promise<ChildProcess> {
  const child = fork(MAIN, ['serve', '--dir', dir, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child))
    child.once('exit', (code) => reject(new Error(`A node ended with ${code}.`)))
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No free port.')
  return address.port
}
