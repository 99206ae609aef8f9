// Nodes restored from a backup when keys had changed before it was taken, or have changed since (spec/keys.md).

import { nodeDisk, openReceipts } from '@countersign/ledger'
import { auditNode, type Node, realSurroundings } from '@countersign/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backupOf, rollBack } from './backups.ts'
import { saidOnLine } from './on-the-line.ts'
import { delivered, type Parties, type Party, startParties, until, value } from './parties.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
}, 600_000)
afterAll(() => parties.close(), 600_000)

async function say(node: Node, subject: string): Promise<string> {
  const record = await saidOnLine(node, parties.pact, subject)
  await delivered(node, record, 600)
  return record
}

const originOf = (record: string) => record.split('#')[0] ?? ''
const validityAt = async (node: Node, record: string) => (await node.views.record(record))?.row.validity.kind
const codes = async (node: Node) => (await node.status()).alarms.map(({ code }) => code)
const inForce = async (node: Node) => (await node.keyStatus()).logs.every(({ upToDate }) => upToDate)
async function audited(party: Party): Promise<void> {
  await party.stop()
  const audit = value(await auditNode(party.dir, realSurroundings(), { views: true }))
  expect(audit).toMatchObject({ findings: [], views: 'equal' })
  await party.start()
}
async function nothingVoid(): Promise<void> {
  for (const { node } of [parties.alfa, parties.bravo, parties.watch]) {
    await node.settled()
    expect((await node.views.statistics()).void).toBe(0)
    expect((await codes(node)).filter((code) => /fork|contradict|rewind|two-|several|unknown-own/.test(code))).toEqual(
      [],
    )
  }
}

test('a backup taken after keys and logs changed: both logs come back, and receipts given by former and by present keys', {
  timeout: 1_200_000,
}, async () => {
  const { alfa, bravo } = parties
  const first = await say(alfa.node, 'in the first log')
  const theirs = originOf(await say(bravo.node, 'countersigned by the first key'))
  value(await alfa.node.rotateKeys({ roles: ['log', 'receipt'] }))
  await until('the new logs to speak', () => inForce(alfa.node), 600)
  const second = await say(alfa.node, 'in the second log')
  expect(originOf(second)).not.toBe(originOf(first))
  const backup = await backupOf(alfa.dir)
  const lost = await say(alfa.node, 'lost')
  await say(bravo.node, 'countersigned by the second key')
  const given = (await openReceipts({ disk: nodeDisk(), dir: alfa.dir })).given(theirs).map(({ digest }) => digest)
  await alfa.stop()
  await rollBack(alfa.dir, backup)
  await alfa.start()
  await until('alfa to be ready', () => alfa.node.health().ready, 600)
  for (const record of [first, second, lost]) {
    await until(`${record} to be there`, async () => (await validityAt(alfa.node, record)) === 'valid', 600)
  }
  const after = await say(alfa.node, 'after')
  expect(originOf(after)).toBe(originOf(second))
  await say(bravo.node, 'countersigned after all')
  const again = (await openReceipts({ disk: nodeDisk(), dir: alfa.dir })).given(theirs).map(({ digest }) => digest)
  expect(again).toEqual(expect.arrayContaining(given.slice(-1)))
  await nothingVoid()
  await audited(alfa)
})

test('a backup taken before keys changed: with those gone nothing is signed until the root has given others, and a log succeeds', {
  timeout: 1_200_000,
}, async () => {
  const { alfa, bravo } = parties
  await until('alfa to be ready', () => alfa.node.health().ready, 600)
  const before = await say(alfa.node, 'before')
  const backup = await backupOf(alfa.dir)
  const serial = alfa.node.card.body.serial
  value(await alfa.node.rotateKeys({ roles: ['statement', 'receipt'] }))
  await until('the new keys to speak', () => inForce(alfa.node), 600)
  const lost = await say(alfa.node, 'by keys that are lost')
  await say(bravo.node, 'countersigned by a key that is lost')
  await alfa.stop()
  await rollBack(alfa.dir, backup)
  await alfa.start()
  await until('the missing keys to be named', async () => (await codes(alfa.node)).includes('log/keys-missing'), 600)
  expect(alfa.node.card.body.serial).toBe(serial)
  expect(alfa.node.health().ready).toBe(false)
  expect((await alfa.node.status()).alarms.find(({ code }) => code === 'log/keys-missing')?.message).toContain(
    `countersign key rotate --dir ${alfa.dir}`,
  )

  const rotated = value(await alfa.node.rotateKeys({ roles: ['statement', 'receipt'] }))
  expect(rotated).toMatchObject({ state: 'accepted' })
  expect(alfa.node.card.body.serial).toBeGreaterThan(serial + 1)
  await until('its logs to be succeeded', async () => alfa.node.health().ready && (await inForce(alfa.node)), 600)
  const after = await say(alfa.node, 'by new keys')
  expect(originOf(after)).not.toBe(originOf(before))
  for (const node of [alfa.node, bravo.node]) {
    for (const record of [before, lost, after]) {
      await until(`${record} to be valid`, async () => (await validityAt(node, record)) === 'valid', 600)
    }
  }
  await say(bravo.node, 'countersigned by new keys')
  expect(await codes(alfa.node)).not.toContain('log/keys-missing')
  await nothingVoid()
  await audited(alfa)
})
