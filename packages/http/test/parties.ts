// Whole nodes for the tests: real folders, real servers on loopback, real requests between them. One of them may stand
// behind a proxy that changes what it serves, as a peer that cannot be trusted would.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { type Identity, initNode, Node, realSurroundings, type Surroundings, TrustedCards } from '@countersign/node'
import Database from 'better-sqlite3'
import { type Accounts, type Served, serveNode } from '../src/index.ts'

const DEMO = readFileSync(new URL('../../../agreements/demo.yaml', import.meta.url), 'utf8')

/** A certificate for 127.0.0.1 and localhost that only tests trust, with its key. */
export const TLS = {
  certFile: fileURLToPath(new URL('tls/cert.pem', import.meta.url)),
  keyFile: fileURLToPath(new URL('tls/key.pem', import.meta.url)),
}

export interface Party {
  party: string
  dir: string
  port: number
  node: Node
  url: string
  taxii: { user: string; password: string }
  accounts: Accounts
  /** Ends it and starts it again on the same folder and port. */
  restart(around?: Surroundings): Promise<void>
  stop(): Promise<void>
  start(around?: Surroundings): Promise<void>
}

export interface Parties {
  dir: string
  alfa: Party
  bravo: Party
  watch: Party
  /** Where there is a third party. */
  carol: Party | undefined
  pact: string
  /** Of the agreement among them, as alfa proposed it. */
  invitation: Uint8Array
  close(): Promise<void>
}

/** What a proxy answers instead, as a whole or without end; undefined passes the real answer on. */
export type Meddler = (
  path: string,
  body: Uint8Array,
  status: number,
  /** Who signed the request. */
  asker: string,
) => Uint8Array | AsyncIterable<Uint8Array> | 'missing' | undefined

export interface PartiesOptions {
  /** Changes the draft before it is proposed. */
  yaml?: (text: string) => string
  /** Whether the agreement is signed by everybody; otherwise only proposed by alfa. */
  signed?: boolean
  /** Every node serves TLS with the certificate of `tls/`, which this process must trust. */
  tls?: boolean
  /** Alfa stands behind a proxy that is reached here. Nobody but tests asks it. */
  behindProxy?: string
  /** Where alfa's folder is made instead of beside the others'. */
  alfaDir?: string
  /** Watch is a third party, and there is no neutral. */
  withoutNeutral?: boolean
  /** A third party takes part, which the draft has to name. */
  carol?: boolean
  /** Stands between alfa and everybody who asks it. */
  meddler?: { meddle: Meddler }
  /** The built console, served by each of them. */
  consoleDir?: string
}

export function value<T>(result: { ok: true; value: T } | { ok: false; code: string; message: string }): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`)
  return result.value
}

/** Two parties and a depositary under the agreement of the demonstration, which looks every second. */
export async function startParties(options: PartiesOptions = {}): Promise<Parties> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-parties-'))
  const around = realSurroundings()
  const closers: (() => Promise<void>)[] = []
  const made: { identity: Identity; port: number }[] = []
  const names = ['alfa.example', 'bravo.example', 'watch.example', ...(options.carol === true ? ['carol.example'] : [])]
  for (const name of names) {
    const port = await freePort()
    let endpoint = `${options.tls === true ? 'https' : 'http'}://127.0.0.1:${port}/`
    if (name === 'alfa.example' && options.meddler !== undefined) {
      const proxy = await startProxy(port, options.meddler)
      endpoint = `http://127.0.0.1:${proxy.port}/`
      closers.push(proxy.close)
    }
    const at = name === 'alfa.example' ? (options.alfaDir ?? join(dir, name)) : join(dir, name)
    if (name === 'alfa.example') endpoint = options.behindProxy ?? endpoint
    const identity = value(
      await initNode(
        { dir: at, party: name, endpoint, neutral: name === 'watch.example' && options.withoutNeutral !== true },
        around,
      ),
    )
    made.push({ identity, port })
  }
  for (const { identity } of made) {
    const trusted = await TrustedCards.open(identity, around.disk)
    for (const other of made)
      if (other !== made.find((one) => one.identity === identity))
        value(await trusted.add(other.identity.card.bytes, Date.now()))
  }
  const parties: Party[] = []
  for (const { identity, port } of made) parties.push(await startParty(identity.dir, identity.party, port, options))
  const [alfa, bravo, watch, carol] = parties
  if (alfa === undefined || bravo === undefined || watch === undefined) throw new Error('There are three nodes.')
  const draft = DEMO.replace('pollSeconds: 5', 'pollSeconds: 1')
  const proposed = value(await alfa.node.proposePact(options.yaml?.(draft) ?? draft))
  if (options.signed !== false) {
    for (const { node } of [watch, ...(carol === undefined ? [] : [carol]), bravo, alfa])
      value(await node.signPact(proposed.invitation))
    for (const { node } of [alfa, bravo]) await until('the agreement to be in force', () => inForce(node))
  }
  return {
    ...{ dir, alfa, bravo, watch, carol, pact: proposed.pact, invitation: proposed.invitation },
    async close() {
      await Promise.all(parties.map((party) => party.stop()))
      for (const close of closers) await close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function startParty(dir: string, party: string, port: number, options: PartiesOptions): Promise<Party> {
  const serving = {
    listen: `127.0.0.1:${port}`,
    ...(options.tls === true ? { tls: TLS } : {}),
    ...(options.consoleDir === undefined ? {} : { consoleDir: options.consoleDir }),
    ...(party === 'alfa.example' && options.behindProxy !== undefined ? { behindProxy: true } : {}),
  }
  let node: Node | undefined
  let served: Served | undefined
  const self: Party = {
    ...{
      party,
      dir,
      port,
      url: `${options.tls === true ? 'https' : 'http'}://127.0.0.1:${port}/`,
      taxii: { user: '', password: '' },
    },
    get node() {
      if (node === undefined) throw new Error(`${party} is stopped.`)
      return node
    },
    get accounts() {
      if (served === undefined) throw new Error(`${party} is stopped.`)
      return served.accounts
    },
    async start(around = realSurroundings()) {
      node = value(await Node.open(dir, around))
      served = value(await serveNode(node, serving))
      if (self.taxii.user === '') self.taxii = value(served.accounts.tools.add('test'))
    },
    async stop() {
      await served?.close()
      await node?.stop()
      node = undefined
      served = undefined
    },
    async restart(around) {
      await self.stop()
      await self.start(around)
    },
  }
  await self.start()
  return self
}

/** As if it had found a log that contradicts itself: the alarm alone, in a folder whose node may run. */
export function raiseAlarm(dir: string, code: string, subject: string, message: string): void {
  const db = new Database(join(dir, 'private', 'private.db'))
  db.prepare('INSERT INTO alarm (at, code, subject, message) VALUES (?, ?, ?, ?)').run(1, code, subject, message)
  db.close()
}

export async function inForce(node: Node): Promise<boolean> {
  const rows = await node.views.pacts()
  return rows.length > 0 && rows.every(({ channels }) => channels.every(({ force }) => force !== null))
}

export async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`Waited ${seconds} seconds for ${what}.`)
}

/** Until a record of ours is delivered. */
export function delivered(node: Node, record: string, seconds?: number): Promise<void> {
  const holds = async () => (await node.views.record(record))?.row.state === 'delivered'
  return until(`${record} to be delivered`, holds, seconds)
}

export async function freePort(): Promise<number> {
  // Below the ports that outgoing connections are given, so that none of them takes it before it is bound.
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const server = createTcpServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}

async function startProxy(to: number, meddler: { meddle: Meddler }): Promise<{ port: number; close(): Promise<void> }> {
  const server: Server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of request) chunks.push(chunk)
    const headers = new Headers()
    for (const [name, header] of Object.entries(request.headers)) {
      if (typeof header === 'string' && !['host', 'connection', 'content-length'].includes(name))
        headers.set(name, header)
    }
    try {
      const real = await fetch(`http://127.0.0.1:${to}${request.url}`, {
        method: request.method ?? 'GET',
        headers,
        ...(request.method === 'POST' ? { body: Buffer.concat(chunks) } : {}),
      })
      const body = new Uint8Array(await real.arrayBuffer())
      const asker = /keyid="([^"]+)"/.exec(headers.get('signature-input') ?? '')?.[1] ?? ''
      const changed = meddler.meddle(request.url ?? '', body, real.status, asker)
      const status = changed === 'missing' ? 404 : changed === undefined ? real.status : 200
      response.writeHead(status, { 'content-type': 'application/octet-stream' })
      if (typeof changed === 'object' && Symbol.asyncIterator in changed) await pipeline(changed, response)
      else response.end(changed === 'missing' ? '' : (changed ?? body))
    } catch {
      response.destroy()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No free port.')
  return {
    port: address.port,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function bytesInput(...chunks: Uint8Array[]): AsyncIterable<Uint8Array> {
  return (async function* () {
    yield* chunks
  })()
}
