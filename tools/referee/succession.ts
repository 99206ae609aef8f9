// A log that succeeds another (spec/succession.md), for the referee to judge: two officers of the demonstration's first
// party open one, with the nodes run in this process on the folders that the demonstration left; and what it pins.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Served, serveNode } from '@countersign/http'
import { type Result, toHex } from '@countersign/log'
import { Node, realSurroundings, type Surroundings } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE, parseCard, parseEntry } from '@countersign/record'
import { type Case, flipHex, type KeepFile } from './cases.ts'
import { entryOf, readFolders } from './logs.ts'

const PASSWORD = 'of a demonstration alone'
const RECORDS = 40
const WAIT_SECONDS = 120

interface Running {
  node: Node
  served: Served
}

/** Has the line of the first folder's party succeeded, and says records in the successor until the last is delivered. */
export async function succeedLine(dirs: readonly string[], pact: string): Promise<void> {
  const [own = '', ...others] = dirs
  // Nobody else runs: a folder that woke on another machine waits for them, which is when officers may go on without.
  const alfa = await run(own, { ...realSurroundings(), host: () => 'another machine' })
  const running = [alfa]
  try {
    await approved(alfa, pact)
    for (const dir of others) running.push(await run(dir))
    let last = ''
    for (let i = 0; i < RECORDS; i++) last = await say(alfa.node, pact)
    const end = Date.now() + WAIT_SECONDS * 1000
    while ((await alfa.node.views.record(last))?.row.state !== 'delivered') {
      if (Date.now() > end) throw new Error(`${last} was not delivered in ${WAIT_SECONDS} seconds.`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  } finally {
    for (const { node, served } of running) {
      await served.close()
      await node.stop()
    }
  }
}

/** What each successor pins of its predecessor, judged by the predecessor's own head; and that neither passes for the other. */
export function* successionCases(dirs: readonly string[], file: KeepFile): Generator<Case> {
  const { logs } = readFolders(dirs)
  let successors = 0
  for (const log of logs) {
    const opening = parseEntry(entryOf(log, 0))
    const named = opening.ok ? opening.value.statement.body.predecessor : null
    const pinned = named as { origin: string; size: number; root: string } | null
    if (pinned === null) continue
    successors++
    const old = logs.find(({ origin }) => origin === pinned.origin)
    // Its author signed it no further.
    if (old === undefined || old.size !== pinned.size) throw new Error(`${log.origin} pins a log that is not there so.`)
    const grows = (root: string) => {
      const { size } = old
      const json = { type: 'consistency', old_size: size, old_root: root, size, root: toHex(old.root), proof: [] }
      return ['consistency', '-proof', file(JSON.stringify(json))]
    }
    yield { name: `${log.origin}: what it pins`, args: grows(pinned.root), accepted: true }
    yield { name: `${log.origin}: another root pinned`, args: grows(flipHex(pinned.root)), accepted: false }
    for (const [what, key, note] of [
      ['the head of its predecessor', log.vkey, old.note],
      ['its head as its predecessor’s', old.vkey, log.note],
    ] as const) {
      yield { name: `${log.origin}: ${what}`, args: ['checkpoint', '-vkey', key, '-note', file(note)], accepted: false }
    }
  }
  if (successors === 0) throw new Error('The demonstration has no log that succeeds another.')
}

async function run(dir: string, around: Surroundings = realSurroundings()): Promise<Running> {
  const card = value(parseCard(readFileSync(join(dir, 'card'))))
  const node = value(await Node.open(dir, around))
  const served = await serveNode(node, { listen: new URL(card.body.endpoints[0] ?? '').host })
  if (!served.ok) await node.stop()
  return { node, served: value(served) }
}

async function approved({ node, served: { accounts } }: Running, pact: string): Promise<void> {
  const officers = []
  for (const name of ['first', 'second']) {
    const email = `${name}@${node.party}`
    value(await accounts.addOfficer(email, name, PASSWORD))
    officers.push(value(await accounts.officerOf(email, PASSWORD)))
  }
  const [first, second] = officers
  const pins = await node.officers.offeredSuccession(pact, 'line')
  if (pins === undefined || first === undefined || second === undefined) throw new Error('No successor is offered.')
  const { approvals } = node.officers
  const act = { kind: 'log/succeed', pact, channel: 'line', pins } as const
  const asked = value(await approvals.ask(act, 'The others do not answer.', first))
  const done = value(await approvals.confirm(asked.id, second))
  if (done.state !== 'done') throw new Error(`The successor was not opened: ${done.outcome}`)
}

async function say(node: Node, pact: string): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify({ subject: 'Line check', text: 'In the new log.' }))
  const content = [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes }]
  const body = { precedence: 'ROUTINE' }
  const said = value(await node.say({ pact, type: 'hotline/message', body, content, account: 'referee' }))
  if (said.state !== 'said') throw new Error('A record could not be said.')
  return said.record
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`)
  return result.value
}
