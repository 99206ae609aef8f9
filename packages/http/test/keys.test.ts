// Keys that change while nodes talk: three whole nodes, real requests between them (spec/keys.md).

import { verifyFile } from '@countersign/client'
import { utf8 } from '@countersign/log'
import { auditNode, realSurroundings } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { delivered, type Parties, type Party, startParties, until, value } from './parties.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
})
afterAll(() => parties.close())

async function call(from: Party, text: string): Promise<string> {
  const content = [
    { role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes: utf8(JSON.stringify({ subject: text, text })) },
  ]
  const body = { precedence: 'ROUTINE' }
  const { pact } = parties
  const said = value(await from.node.say({ pact, type: 'hotline/message', body, content, account: 'test' }))
  if (said.state !== 'said') throw new Error('It was held here.')
  return said.record
}
const inForce = async (of: Party) => (await of.node.keyStatus()).logs.every(({ upToDate }) => upToDate)
const serialSeen = (at: Party, of: Party) => at.node.cardOf(of.party)?.body.serial

test('statement, receipt, request and sealing keys change while calls go both ways: all are delivered, and none is void', async () => {
  const { alfa, bravo, watch } = parties
  const first = [alfa, bravo, watch].map(({ node }) => node.card)
  const before = await call(alfa, 'before')
  await delivered(alfa.node, before)
  const roles = ['statement', 'receipt', 'request', 'sealing'] as const
  const calls: string[] = []
  for (const party of [bravo, watch, alfa]) {
    calls.push(await call(alfa, `to bravo while ${party.party} changes its keys`))
    expect(value(await party.node.rotateKeys({ roles: [...roles] }))).toMatchObject({ state: 'accepted', serial: 2 })
    calls.push(await call(alfa, `to bravo after ${party.party}`), await call(bravo, `to alfa after ${party.party}`))
  }
  for (const record of calls) await delivered(record.startsWith('alfa') ? alfa.node : bravo.node, record)
  for (const party of [alfa, bravo]) await until('the new card to be in force', () => inForce(party))
  // A further exchange, all with the new keys.
  const last = await call(bravo, 'with new keys')
  await delivered(bravo.node, last)
  for (const [at, of] of [
    [alfa, bravo],
    [bravo, alfa],
    [alfa, watch],
  ] as const) {
    expect(serialSeen(at, of)).toBe(2)
  }
  for (const { node } of [alfa, bravo, watch]) {
    await node.settled()
    expect((await node.views.statistics()).void).toBe(0)
  }
  // Whoever trusts the first cards alone is shown the chain to each of these records, and to who received it.
  for (const record of [before, ...calls, last]) {
    for (const exchange of [false, true]) {
      const file = value(await alfa.node.evidence(record, { reveal: true, exchange }))
      const report = verifyFile(file, first)
      expect(report.steps.filter(({ ok }) => !ok)).toEqual([])
      const [one] = report.kind === 'exchange' ? report.records : [report]
      expect(one).toMatchObject({ holds: true, times: [{ hi: expect.any(Number) }] })
    }
  }
  // What was sealed to the keys before still opens, and so does what came after.
  for (const record of [before, ...calls, last]) {
    const reader = record.startsWith('alfa') ? bravo : alfa
    expect((await reader.node.readContent(record, 0)).ok).toBe(true)
  }
})

test('a log key that changes in good order: others succeed its logs, the old ones stand, and evidence of both verifies', async () => {
  const { alfa, bravo, watch } = parties
  const first = [alfa, bravo, watch].map(({ node }) => node.card)
  const before = await call(alfa, 'in the log of the old key')
  await delivered(alfa.node, before)
  const [old = ''] = before.split('#')
  const origins = async (of: Party) => (await of.node.keyStatus()).logs.map(({ origin }) => origin)
  const former = await origins(alfa)
  expect(value(await alfa.node.rotateKeys({ roles: ['log'] }))).toMatchObject({
    state: 'accepted',
    serial: 3,
    notice: null,
  })
  await until('the new logs to speak', () => inForce(alfa))
  expect((await origins(alfa)).filter((origin) => former.includes(origin))).toEqual([])
  // Only this key is another.
  expect((await alfa.node.keyStatus()).roles.map(({ role, serial }) => [role, serial])).toEqual([
    ['log', 3],
    ...['statement', 'receipt', 'request', 'sealing'].map((role) => [role, 2]),
  ])
  const after = await call(alfa, 'in the log of the new key')
  const answer = await call(bravo, 'an answer to it')
  await delivered(alfa.node, after)
  await delivered(bravo.node, answer)
  const [origin = ''] = after.split('#')
  expect(origin).not.toBe(old)
  for (const { node } of [bravo, watch]) {
    // Both are held, each by its own key, and what was pinned of the old one is all of it.
    await until('its new log to be held', () => node.logOf(origin)?.size === alfa.node.logOf(origin)?.size)
    expect(node.logOf(old)?.size).toBe(alfa.node.logOf(old)?.size)
    expect(node.logOf(origin)?.size).toBeGreaterThan(1)
    // What is held is folded a moment later.
    await until('its opening to be folded', async () => (await node.views.record(`${origin}#0`)) !== undefined)
    await node.settled()
    const opening = (await node.views.record(`${origin}#0`))?.row
    expect(opening).toMatchObject({ type: 'log/open', validity: { kind: 'valid' } })
    expect(node.views.frozenAt(old)).toBeUndefined()
    expect((await node.views.statistics()).void).toBe(0)
    expect((await node.status()).alarms).toEqual([])
  }
  for (const holder of [alfa, bravo, watch]) {
    for (const record of [before, after, answer]) {
      const file = value(await holder.node.evidence(record, { reveal: holder !== watch, exchange: false }))
      const report = verifyFile(file, first)
      expect(report.steps.filter(({ ok }) => !ok)).toEqual([])
      expect(report).toMatchObject({ holds: true, times: [{ hi: expect.any(Number) }] })
    }
  }
})

test('a node that was restarted speaks with its new keys, and its folder audits', async () => {
  const { alfa, bravo } = parties
  await alfa.restart()
  await until('alfa to be ready', () => alfa.node.health().ready)
  await delivered(alfa.node, await call(alfa, 'after a restart'))
  expect((await alfa.node.keyStatus()).serial).toBe(3)
  for (const party of [alfa, bravo]) {
    await party.stop()
    const audit = value(await auditNode(party.dir, realSurroundings(), { views: true }))
    expect(audit).toMatchObject({ findings: [], views: 'equal' })
    await party.start()
  }
})

test('whoever was away while a log key changed twice hears the log between, which was opened and succeeded meanwhile', async () => {
  const { alfa, bravo } = parties
  await bravo.stop()
  const between: string[] = []
  for (const text of ['by a key that came and went', 'by the key that stayed']) {
    value(await alfa.node.rotateKeys({ roles: ['log'] }))
    await until('the new logs to speak', () => inForce(alfa))
    between.push(await call(alfa, text))
  }
  await bravo.start()
  for (const record of between) await delivered(alfa.node, record)
  for (const record of between) {
    const [origin = ''] = record.split('#')
    await until('its log to be held', () => bravo.node.logOf(origin)?.size === alfa.node.logOf(origin)?.size)
    expect(await bravo.node.readContent(record, 0)).toMatchObject({ ok: true })
  }
  await bravo.node.settled()
  expect((await bravo.node.views.statistics()).void).toBe(0)
})
