// The demonstration: three nodes in three processes on loopback, each with its own folder. The first run makes them,
// signs the agreement, shares a campaign and calls on the line; later runs carry on with what is there.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { NodeClient } from '@countersign/client'
import { note, print, Refused, whyNot } from '../output.ts'
import { makeNodes, sayFirstRecords, signAgreement } from './first-run.ts'
import { type DemoNode, MEMBERS, type Settings } from './members.ts'
import { startNode } from './processes.ts'

export interface DemoOptions {
  dir: string
  port: number
  fresh: boolean
  json: boolean
}

const SETTINGS = 'demo.json'

export async function runDemo({ dir, port, fresh, json }: DemoOptions): Promise<void> {
  const say = json ? note : print
  if (fresh) inFolder(dir, () => forget(dir))
  const kept = read(dir)
  const members = MEMBERS.map((member, i) => ({ ...member, port: port + i, dir: join(dir, member.party) }))
  for (const member of members) await mustBeFree(member)
  if (kept !== undefined && kept.port !== port) {
    throw new Refused({
      code: 'demo/port',
      message: `The demonstration in ${dir} uses port ${kept.port}; start it with --port ${kept.port}, or anew with --fresh.`,
    })
  }
  let settings = kept
  if (settings === undefined) {
    // A first run that was broken off left no settings that say it was finished: it is begun again.
    inFolder(dir, () => {
      forget(dir)
      mkdirSync(dir, { recursive: true, mode: 0o700 })
      writeFileSync(join(dir, SETTINGS), '{}\n', { mode: 0o600 })
    })
    say('Making three nodes…')
    settings = { v: 1, port, finished: false, pact: null, logins: await makeNodes(members) }
    write(dir, settings)
  }

  const stops: (() => Promise<void>)[] = []
  const interrupted = Promise.withResolvers<'interrupted'>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.resolve('interrupted'))
  process.once('disconnect', () => interrupted.resolve('interrupted'))
  try {
    const nodes: DemoNode[] = []
    const ended: Promise<never>[] = []
    for (const member of members) {
      const started = await startNode(member)
      stops.push(started.stop)
      ended.push(started.failed)
      const token = readFileSync(join(member.dir, 'private', 'api-token'), 'utf8').trim()
      nodes.push({ ...member, url: started.url, client: new NodeClient(started.url, token) })
    }
    const prepare = async () => {
      if (settings?.finished !== false) return awaitReady(nodes)
      say('Signing the agreement…')
      const pact = await signAgreement(nodes)
      say('Sharing threat data and calling on the line…')
      await sayFirstRecords(nodes, pact)
      settings = { ...settings, pact, finished: true }
      return write(dir, settings)
    }
    const outcome = await Promise.race([prepare(), interrupted.promise, ...ended])
    if (outcome !== 'interrupted') {
      if (json) process.stdout.write(`${JSON.stringify(readyLine(nodes, settings))}\n`)
      else tell(nodes, settings)
      await Promise.race([interrupted.promise, ...ended])
    }
    say('Stopping…')
  } finally {
    await Promise.all(stops.map((stop) => stop()))
    if (process.connected) process.disconnect()
  }
  say('Stopped. The same command carries on with the same data.')
}

/** Deletes what an earlier demonstration made, and nothing else. */
function forget(dir: string): void {
  if (
    existsSync(dir) &&
    !existsSync(join(dir, SETTINGS)) &&
    MEMBERS.some(({ party }) => existsSync(join(dir, party)))
  ) {
    throw new Refused({
      code: 'demo/foreign-folder',
      message: `${dir} holds nodes that no demonstration made; choose another folder with --dir.`,
    })
  }
  for (const { party } of MEMBERS) rmSync(join(dir, party), { recursive: true, force: true })
  rmSync(join(dir, SETTINGS), { force: true })
}

/** What is done to the folder, and one sentence where the folder does not allow it. */
function inFolder(dir: string, act: () => void): void {
  try {
    act()
  } catch (cause) {
    if (cause instanceof Refused) throw cause
    throw new Refused({
      code: 'demo/unwritable',
      message: `${dir} cannot be written (${whyNot(cause)}); choose another folder with --dir.`,
    })
  }
}

/** Undefined where no demonstration was finished here. */
function read(dir: string): Settings | undefined {
  const file = join(dir, SETTINGS)
  if (!existsSync(file)) return undefined
  try {
    const settings: Settings = JSON.parse(readFileSync(file, 'utf8'))
    return settings.v === 1 && settings.finished ? settings : undefined
  } catch {
    return undefined
  }
}

function write(dir: string, settings: Settings): void {
  writeFileSync(join(dir, SETTINGS), `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600, flush: true })
}

async function mustBeFree({ port, party }: { port: number; party: string }): Promise<void> {
  const probe = createServer()
  const free = await new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)))
  })
  if (free) return
  throw new Refused({
    code: 'demo/port-in-use',
    message: `Port ${port}, for ${party}, is in use; stop what listens there, or choose other ports with --port.`,
  })
}

async function awaitReady(nodes: readonly DemoNode[]): Promise<void> {
  for (const { url } of nodes) {
    for (;;) {
      const health: { ready: boolean } = await (await fetch(new URL('healthz', url))).json()
      if (health.ready) break
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

function readyLine(nodes: readonly DemoNode[], settings: Settings) {
  return {
    ready: true,
    pact: settings.pact,
    nodes: nodes.map(({ party, url, dir }) => {
      const login = settings.logins[party]
      return { party, url, dir, taxii: { url: new URL('taxii2/', url).href, ...login?.taxii } }
    }),
  }
}

function tell(nodes: readonly DemoNode[], settings: Settings): void {
  print('')
  print('Two parties signed an agreement; a neutral keeps what they say and cannot read it.')
  print('alfa shared a campaign with bravo and called on the line; bravo and the neutral countersigned.')
  print('')
  for (const { party, role, url } of nodes) {
    const login = settings.logins[party]
    print(`  ${party.padEnd(14)} ${role}`)
    print(`    console  ${url}`)
    print(`    sign in  ${login?.officer.email}   ${login?.officer.password}`)
    if (login?.taxii !== undefined)
      print(`    TAXII    ${new URL('taxii2/', url).href}   ${login.taxii.user}   ${login.taxii.password}`)
  }
  const alfa = nodes[0]
  print('')
  print(`Try: npx countersign records --dir ${alfa?.dir}`)
  print('Ctrl-C stops all three; npm start carries on with the same data.')
}
