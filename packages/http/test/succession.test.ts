// A log of ours that cannot go on, and the one that succeeds it (spec/succession.md): whole nodes, real folders.

import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Node, realSurroundings, type Surroundings } from '@countersign/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { saidOnLine, sayOnLine } from './on-the-line.ts'
import { delivered, type Parties, startParties, until, value } from './parties.ts'

let parties: Parties
const clock = { aheadMs: 0 }
const around = (more: Partial<Surroundings> = {}): Surroundings => ({
  ...realSurroundings(),
  now: () => Date.now() + clock.aheadMs,
  ...more,
})
beforeEach(async () => {
  parties = await startParties()
})
afterEach(() => parties.close())

const say = (node: Node, subject: string) => sayOnLine(node, parties.pact, subject)
const saying = (node: Node, subject: string) => saidOnLine(node, parties.pact, subject)
const lineOf = async (node: Node) => (await node.status()).pacts[0]?.channels.find(({ name }) => name === 'line')
const codes = async (node: Node) => (await node.status()).alarms.map(({ code }) => code)
const validAt = async (node: Node, record: string) => (await node.views.record(record))?.row.validity.kind === 'valid'

test('a log that waits for a peer is succeeded; what was kept meanwhile is said in the new one, once, and both stay readable', async () => {
  const { alfa, bravo, watch, pact } = parties
  const before = await saying(alfa.node, 'before')
  await delivered(alfa.node, before)
  await alfa.stop()
  await watch.stop()
  await alfa.start(around({ host: () => 'another machine' }))
  await until('bravo to answer', async () => (await lineOf(alfa.node))?.awaited.join() === 'watch.example')
  expect((await say(alfa.node, 'kept')).state).toBe('held-here')

  const old = (await lineOf(alfa.node))?.origin ?? ''
  const { origin, predecessor } = value(await alfa.node.officers.succeedLog(pact, 'line'))
  expect(predecessor).toMatchObject({ origin: old, size: alfa.node.logOf(old)?.size })
  // Whom two officers gave up is not waited for, neither for what we signed nor for the receipts that we gave.
  expect(await lineOf(alfa.node)).toMatchObject({ origin, state: 'ready', awaited: [] })
  await until('what was kept to be said', async () => (await alfa.node.status()).heldHere === 0)
  const after = await saying(alfa.node, 'after')
  expect(after.split('#')[0]).toBe(origin)
  await delivered(alfa.node, after)
  // Their author's signature of the agreement stands in the old log.
  for (const index of [1, 2]) expect(await validAt(bravo.node, `${origin}#${index}`)).toBe(true)

  // A restart waits for the silent one no more than the others do, and what others say gets our receipt.
  await alfa.restart(around({ host: () => 'another machine' }))
  await until('alfa to be ready', async () => (await lineOf(alfa.node))?.state === 'ready')
  expect(await codes(alfa.node)).toEqual(['node/may-be-copy'])
  await delivered(bravo.node, await saying(bravo.node, 'countersigned without the silent one'))

  // Another opens the log that no other names, and goes on serving the one before.
  await watch.start()
  await alfa.restart(around({ host: () => 'another machine' }))
  await until('alfa to be ready', async () => (await lineOf(alfa.node))?.state === 'ready')
  expect((await lineOf(alfa.node))?.origin).toBe(origin)
  await delivered(alfa.node, await saying(alfa.node, 'after a restart'))
  expect((await alfa.node.views.record(before))?.row.state).toBe('delivered')
  value(await alfa.node.evidence(before, { reveal: true, exchange: false }))
  for (const node of [watch.node, bravo.node]) {
    await until('both logs to be held', () => [old, origin].every((one) => node.logOf(one) !== undefined))
    expect(await codes(node)).toEqual([])
  }
})

test('a tail that turns up after we signed on stops the log; a successor pins what both branches have in common', async () => {
  const { alfa, bravo, watch, pact } = parties
  await delivered(bravo.node, await saying(bravo.node, 'common'))
  await bravo.stop()
  const copy = join(parties.dir, 'copy')
  cpSync(bravo.dir, copy, { recursive: true })
  // The tail is shown to alfa alone, and lost.
  await bravo.start(around())
  await until('bravo to be ready', () => bravo.node.health().ready)
  await watch.stop()
  const lost = await saying(bravo.node, 'lost')
  await delivered(bravo.node, lost)
  const common = Number(lost.split('#')[1])
  const [old = ''] = lost.split('#')
  await bravo.stop()
  await alfa.stop()
  rmSync(bravo.dir, { recursive: true })
  cpSync(copy, bravo.dir, { recursive: true })
  await watch.start()
  await bravo.start(around())
  await until('watch to answer', async () => (await lineOf(bravo.node))?.awaited.join() === 'alfa.example')
  clock.aheadMs += 11_000
  await until('bravo to be ready', () => bravo.node.health().ready)
  const second = await saying(bravo.node, 'on the other branch')
  expect(second).toBe(lost)
  await until('the depositary to hold it', () => (watch.node.logOf(old)?.size ?? 0) > common)
  await alfa.start()
  await until('the log to be stopped', async () => (await lineOf(bravo.node))?.state === 'stopped')
  expect((await bravo.node.say({ pact, type: 'log/pin', body: {}, account: 'test' })).ok).toBe(false)

  const { origin, predecessor } = value(await bravo.node.officers.succeedLog(pact, 'line'))
  expect(predecessor).toMatchObject({ origin: old, size: common })
  const after = await saying(bravo.node, 'after')
  for (const node of [alfa.node, watch.node]) await until('it to be valid', () => validAt(node, after))
  await delivered(bravo.node, after)
  // What was said on either branch binds its author.
  expect(await validAt(alfa.node, lost)).toBe(true)
  expect(await codes(alfa.node)).toContain('log/goes-on')
  expect(bravo.node.logOf(origin)?.size).toBeGreaterThan(1)
})
