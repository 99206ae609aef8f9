// Whole nodes that share no network: each is reached by a stick alone, a folder that is carried between them.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Result, utf8 } from '@countersign/log'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { onTestFinished } from 'vitest'
import type { CarriedIn } from '../src/carrying/carry-in.ts'
import { type CarriedOut, carryOut } from '../src/carrying/carry-out.ts'
import { initNode } from '../src/keys/identity.ts'
import { TrustedCards } from '../src/keys/trust.ts'
import { Node } from '../src/node.ts'
import type { SayRequest } from '../src/saying/saying.ts'
import { realSurroundings, type Surroundings } from '../src/surroundings.ts'
import { folder, value } from './served-files.ts'

const DEMO = readFileSync(new URL('../../../agreements/demo.yaml', import.meta.url), 'utf8')
/** Of two parties, and nobody between them. */
const ALONE = DEMO.replace(/# The neutral both[^]*?roles: \[depositary, observer\]\n/, '')

export interface Island {
  party: string
  dir: string
  node: Node
  restart(around?: Surroundings): Promise<void>
  out(stick: string, reader?: string): Promise<CarriedOut>
  tryOut(stick: string, reader?: string): Promise<Result<CarriedOut>>
  in(stick: string): Promise<CarriedIn>
}

/** How far the clock of all sites is ahead of the machine's, in milliseconds. */
let ahead = 0

/** Receipts are dated to the second: what must count as later than one of them is done in a later second. */
export function aSecondLater(): void {
  ahead += 1_000
}

/** Reaches nobody. */
export function noNetwork(): Surroundings {
  return {
    ...realSurroundings(),
    now: () => Date.now() + ahead,
    fetch: async () => {
      throw new Error('There is no network.')
    },
  }
}

/** On another file system than the nodes, where the machine has one in memory. */
export function stick(): string {
  const at = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'countersign-stick-'))
  onTestFinished(() => rmSync(at, { recursive: true, force: true }))
  return at
}

/** Nodes that trust each other's cards; the last is the neutral, where there are three. */
export async function islands(count: 2 | 3): Promise<{ all: Island[]; yaml: string }> {
  const names = ['alfa.example', 'bravo.example', 'watch.example'].slice(0, count)
  const dir = folder()
  const around = noNetwork()
  const made = []
  for (const party of names) {
    const neutral = party === 'watch.example'
    made.push(value(await initNode({ dir: join(dir, party), party, endpoint: `https://${party}/`, neutral }, around)))
  }
  const all: Island[] = []
  for (const identity of made) {
    const trusted = await TrustedCards.open(identity, around.disk)
    for (const { party, card } of made) if (party !== identity.party) value(await trusted.add(card.bytes, around.now()))
    all.push(await island(identity.party, identity.dir))
  }
  return { all, yaml: count === 2 ? ALONE : DEMO }
}

async function island(party: string, dir: string): Promise<Island> {
  const self: Island = {
    party,
    dir,
    node: value(await Node.open(dir, noNetwork())),
    async restart(around = noNetwork()) {
      await self.node.stop()
      self.node = value(await Node.open(dir, around))
    },
    async out(to, reader) {
      return value(await self.tryOut(to, reader))
    },
    tryOut(to, reader) {
      const asked = { dir, to, around: noNetwork(), progress: () => {} }
      return carryOut({ ...asked, ...(reader === undefined ? {} : { reader }) })
    },
    async in(from) {
      return value(await self.node.carryIn(from))
    },
  }
  onTestFinished(() => self.node.stop())
  return self
}

/** Proposed by the first, signed by all, and carried until it is in force. */
export async function inForceByStick(all: readonly Island[], yaml: string, at: string): Promise<string> {
  const [alfa, ...others] = all
  if (alfa === undefined) throw new Error('There is nobody.')
  const { pact, invitation } = value(await alfa.node.proposePact(yaml))
  for (const other of others) value(await other.node.signPact(invitation))
  value(await alfa.node.signPact(invitation))
  for (let trip = 0; trip < 3; trip++) for (const one of all) await visit(one, at)
  return pact
}

/** The stick comes to a site: what is on it is taken in, and what is new is carried out. */
export async function visit(one: Island, at: string): Promise<CarriedIn> {
  const taken = await one.in(at)
  await one.out(at)
  return taken
}

/** Our own logs. */
export function logsOf({ dir, party }: Island): string[] {
  return readdirSync(join(dir, 'logs')).flatMap((pact) =>
    readFileSync(join(dir, 'logs', pact, 'index'), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => `${party}/${pact}/${line}`),
  )
}

export function message(pact: string, text: string, channel = 'line'): SayRequest {
  const bytes = utf8(JSON.stringify({ subject: text, text }))
  return {
    ...{ pact, channel, type: 'hotline/message', account: 'duty', body: { precedence: 'ROUTINE' } },
    content: [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes }],
  }
}

export async function call(from: Island, pact: string, text: string, channel?: string): Promise<string> {
  const said = value(await from.node.say(message(pact, text, channel)))
  if (said.state !== 'said') throw new Error('It was not said.')
  return said.record
}

export async function stateOf(one: Island, record: string): Promise<string | undefined> {
  await one.node.settled()
  return (await one.node.views.record(record))?.row.state
}
