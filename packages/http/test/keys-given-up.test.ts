// What whoever stole a log key can still do once its party has given the key up and speaks in logs of a new one
// (spec/keys.md): whole nodes, and the thief's logs made with the stolen key and shown by the folder of a peer.

import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createOwnLog, nodeDisk, originHash } from '@countersign/ledger'
import { signCheckpoint } from '@countersign/log'
import { loadIdentity, type Node, realSurroundings } from '@countersign/node'
import { makeForkEvidence, parseEntry, signStatement } from '@countersign/record'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { saidOnLine } from './on-the-line.ts'
import { delivered, type Parties, startParties, until, value } from './parties.ts'

let parties: Parties
beforeEach(async () => {
  parties = await startParties()
}, 120_000)
afterEach(() => parties.close(), 120_000)

const say = (node: Node, subject: string) => saidOnLine(node, parties.pact, subject)
const originOf = (record: string) => record.slice(0, record.indexOf('#'))
const codes = async (node: Node) => (await node.status()).alarms.map(({ code }) => code)

/** alfa gives up all its keys; what a thief copied before still has the old ones. */
async function stolen() {
  const { alfa } = parties
  const first = await say(alfa.node, 'by the old keys')
  await delivered(alfa.node, first)
  await alfa.stop()
  const copy = join(parties.dir, 'thief')
  cpSync(alfa.dir, copy, { recursive: true })
  await alfa.start()
  await until('alfa to be ready', () => alfa.node.health().ready)
  value(await alfa.node.rotateKeys({ compromised: { roles: ['log', 'receipt', 'request', 'sealing', 'statement'] } }))
  const after = await say(alfa.node, 'by the new keys')
  expect(originOf(after)).not.toBe(originOf(first))
  await delivered(alfa.node, after)
  return { copy, identity: value(await loadIdentity(copy)), first, after }
}

test('a log that a thief opens with a log key given up is none that its party lacks: it silences nobody, and is not gone on with', {
  timeout: 240_000,
}, async () => {
  const { alfa, bravo, pact } = parties
  const { copy, identity, first, after } = await stolen()
  // It begins like the one that alfa opened, later than any.
  const origin = `alfa.example/${pact}/line/${'ab'.repeat(8)}`
  const at = { disk: nodeDisk(), dir: copy, random: realSurroundings().random }
  const opening = value(parseEntry((await alfa.node.logOf(originOf(first))?.entry(0)) ?? new Uint8Array())).statement
  const log = value(await createOwnLog({ ...at, origin, signers: identity.keys.log }))
  const statement = {
    ...opening,
    origin,
    time: '2099-01-01T00:00:00.000Z',
    body: { ...opening.body, predecessor: null },
  }
  await log.append(signStatement(statement, identity.keys.statement))
  await log.published()
  await log.close()
  await bravo.stop()
  const [, ...place] = origin.split('/')
  const shelf = join(bravo.dir, 'mirrors', pact, 'line', 'alfa.example')
  cpSync(join(copy, 'logs', ...place), join(shelf, 'ab'.repeat(8)), { recursive: true })
  await bravo.start()
  await alfa.restart()
  await until('alfa to be ready', () => alfa.node.health().ready)
  const next = await say(alfa.node, 'after a start')
  await delivered(alfa.node, next)
  expect(originOf(next)).toBe(originOf(after))
  expect(await codes(alfa.node)).not.toContain('node/may-be-copy')
})

test('a proof of a fork that rests on a log key given up stops no log of the new key', {
  timeout: 240_000,
}, async () => {
  const { alfa, bravo, watch } = parties
  const { identity, after } = await stolen()
  const origin = originOf(after)
  const log = alfa.node.logOf(origin)
  if (log?.checkpoint === undefined) throw new Error('alfa speaks in it.')
  // Another beginning of the new log, by the old key, which the thief could make since it saw the name.
  const forged = signCheckpoint(
    { origin, size: log.size, root: new Uint8Array(32).fill(7) as never },
    identity.keys.log,
  )
  const cards = [identity.card, alfa.node.card]
  const file = value(makeForkEvidence({ origin, cards, notes: [forged, log.checkpoint] }))
  const folder = join(bravo.dir, 'evidence', originHash(origin))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'fork.evidence'), file)
  await bravo.restart()
  await alfa.restart()
  await watch.restart()
  await until('alfa to be ready', () => alfa.node.health().ready)
  const later = await say(alfa.node, 'goes on')
  await until('the neutral to hold it', async () => {
    const row = (await alfa.node.views.record(later))?.row
    return row?.state === 'held' || row?.state === 'delivered'
  })
  expect(originOf(later)).toBe(origin)
  expect(await codes(alfa.node)).not.toContain('log/contradicted')
})
