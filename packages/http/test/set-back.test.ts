// A folder that was set back in place, as by a snapshot of its file system: it ran here last, by its own record, and what
// it lacks only the others can tell. Whole nodes; the clock is handed in, so that nobody is waited for in vain.

import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Node, realSurroundings, type Surroundings } from '@countersign/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { saidOnLine } from './on-the-line.ts'
import { delivered, type Parties, type Party, startParties, until, value } from './parties.ts'

let parties: Parties
/** Only ever put on within a test, as a clock should be. */
const clock = { aheadMs: 0 }
const around = (more: Partial<Surroundings> = {}): Surroundings => ({
  ...realSurroundings(),
  now: () => Date.now() + clock.aheadMs,
  ...more,
})
const DAY_MS = 86_400_000
/** Longer than whoever is late is waited for. */
const GRACE_MS = 11_000

beforeEach(async () => {
  clock.aheadMs = 0
  parties = await startParties()
}, 120_000)
afterEach(() => parties.close(), 120_000)

const saying = (node: Node, subject: string) => saidOnLine(node, parties.pact, subject)
const sayAndWait = async (node: Node, subject: string) => {
  const record = await saying(node, subject)
  await delivered(node, record, 120)
  return record
}

/** A snapshot of the folder as it is at one moment of a run. */
function snapshot({ dir }: Party): () => void {
  const kept = join(parties.dir, `snapshot-${Math.random()}`)
  cpSync(dir, kept, { recursive: true })
  return () => {
    rmSync(dir, { recursive: true })
    cpSync(kept, dir, { recursive: true })
  }
}

const line = async (node: Node) => (await node.status()).pacts[0]?.channels.find(({ name }) => name === 'line')
const codes = async (node: Node) => (await node.status()).alarms.map(({ code }) => code)
const alarm = async (node: Node, code: string) => (await node.status()).alarms.find((one) => one.code === code)
const ready = (party: Party) => until(`${party.party} to be ready`, () => party.node.health().ready)
const opened = async (node: Node, record: string) =>
  (await node.views.record(record))?.row.parts.every(({ state }) => state === 'opened') === true
const validAt = async (node: Node, record: string) => (await node.views.record(record))?.row.validity.kind === 'valid'
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 700))

/** Nobody found that any log contradicts itself, and all is over that was raised. */
async function agreed(): Promise<void> {
  for (const { node } of [parties.alfa, parties.bravo, parties.watch]) {
    await until('every alarm to be over', async () => (await codes(node)).length === 0)
    await node.settled()
    expect((await node.views.statistics()).void).toBe(0)
  }
}

test('a snapshot rolled back by a day: what others hold tells it, so it waits for all of them, and signs no second time what only the silent one holds', {
  timeout: 180_000,
}, async () => {
  const { alfa, bravo, watch } = parties
  await alfa.restart(around())
  await ready(alfa)
  await sayAndWait(alfa.node, 'before the snapshot')
  await alfa.stop()
  const rollBack = snapshot(alfa)
  await alfa.start(around())
  await ready(alfa)
  const known = await sayAndWait(alfa.node, 'held by both')
  await until(
    'the depositary to hold it',
    () => watch.node.logOf(known.split('#')[0] ?? '')?.size === size(alfa, known),
  )
  await watch.stop()
  const lost = await saying(alfa.node, 'held by bravo alone')
  // With its content: what nobody holds, no receipt could cover.
  await until('bravo to hold it', () => opened(bravo.node, lost))
  await bravo.stop()
  await alfa.stop()
  rollBack()
  clock.aheadMs += DAY_MS
  await watch.start(around())
  await alfa.start(around())

  await until('it to be told', async () => (await codes(alfa.node)).includes('node/may-be-copy'))
  expect((await alarm(alfa.node, 'node/may-be-copy'))?.message).toContain('was set back')
  clock.aheadMs += GRACE_MS
  await aMoment()
  // What came back from the depositary does not end the doubt, nor does another start.
  expect(alfa.node.health().ready).toBe(false)
  await alfa.restart(around())
  await until('the others to answer', async () => (await line(alfa.node))?.awaited.join() === 'bravo.example')
  clock.aheadMs += GRACE_MS
  await aMoment()
  expect(alfa.node.health().ready).toBe(false)

  await bravo.start(around())
  await ready(alfa)
  const after = await sayAndWait(alfa.node, 'after')
  expect(Number(after.split('#')[1])).toBeGreaterThan(Number(lost.split('#')[1]))
  for (const node of [alfa.node, watch.node]) await until('it to be there', () => validAt(node, lost))
  await agreed()
  // It is at home again: a plain restart waits for a neutral and no other.
  await bravo.stop()
  await alfa.restart(around())
  await until('the neutral to answer', async () => (await line(alfa.node))?.awaited.join() === 'bravo.example')
  clock.aheadMs += GRACE_MS
  await ready(alfa)
})

const size = ({ node }: Party, record: string) => node.logOf(record.split('#')[0] ?? '')?.size

test('a snapshot from before our log was succeeded: whoever holds the new one names it, and nothing more is signed in the old', {
  timeout: 180_000,
}, async () => {
  const { alfa, bravo, watch, pact } = parties
  const first = await sayAndWait(bravo.node, 'in the first')
  await bravo.stop()
  const rollBack = snapshot(bravo)
  const second = await succeedOurs(bravo, alfa, pact)
  await bravo.stop()
  rollBack()
  await bravo.start(around())
  await ready(bravo)
  const after = await sayAndWait(bravo.node, 'after')
  expect(after.split('#')[0]).toBe(second.split('#')[0])
  const [old = ''] = first.split('#')
  for (const { node } of [alfa, watch]) expect(node.logOf(old)?.size).toBe(bravo.node.logOf(old)?.size)
  await agreed()
})

test('a log that our key signed and that is not here is told by a peer that was silent at the start: nothing more is signed, and the next start takes it back', {
  timeout: 180_000,
}, async () => {
  const { alfa, bravo, watch, pact } = parties
  await sayAndWait(bravo.node, 'in the first')
  await bravo.stop()
  const rollBack = snapshot(bravo)
  await watch.stop()
  // Of the new log only alfa learns, and says that it had seen it.
  const second = await succeedOurs(bravo, watch, pact)
  await saying(alfa.node, 'I have seen your new log')
  await bravo.stop()
  await alfa.stop()
  rollBack()
  await watch.start(around())
  await bravo.start(around())
  await until('the neutral to answer', async () => (await line(bravo.node))?.awaited.join() === 'alfa.example')
  clock.aheadMs += GRACE_MS
  await ready(bravo)
  expect(await codes(bravo.node)).toEqual([])
  await alfa.start(around())
  await until('it to be told', async () => (await codes(bravo.node)).includes('log/unknown-own'))
  expect(await alarm(bravo.node, 'log/unknown-own')).toMatchObject({
    subject: second.split('#')[0],
    message: expect.stringMatching(/alfa\.example holds a log .* start the node again/),
  })
  expect((await line(bravo.node))?.state).toBe('stopped')
  expect(await bravo.node.say({ pact, type: 'log/pin', body: {}, account: 'test' })).toMatchObject({ ok: false })

  // Also where the watch is silent again: it is awaited, for it may hold more.
  await watch.stop()
  await bravo.restart(around())
  await until('alfa to answer', async () => (await line(bravo.node))?.awaited.join() === 'watch.example')
  clock.aheadMs += GRACE_MS
  await aMoment()
  expect(bravo.node.health().ready).toBe(false)
  await watch.start(around())
  await ready(bravo)
  const after = await sayAndWait(bravo.node, 'after')
  expect(after.split('#')[0]).toBe(second.split('#')[0])
  for (const { node } of [alfa, bravo]) await until('it to be there', () => validAt(node, second))
  // What was signed in the old log before it was told of the new one stays said, and is told.
  await until('the others to be over', async () => (await codes(bravo.node)).every((code) => code === 'log/goes-on'))
  for (const { node } of [alfa, watch, bravo])
    expect((await codes(node)).filter((code) => /fork|contradict|rewind/.test(code))).toEqual([])
})

test('a log of ours with damaged files: none that it succeeded speaks in its place; moved away, it is taken back from the others, or two officers open its successor', {
  timeout: 180_000,
}, async () => {
  const { alfa, bravo, watch, pact } = parties
  const [old = ''] = (await sayAndWait(bravo.node, 'in the first')).split('#')
  await bravo.stop()
  const second = await succeedOurs(bravo, alfa, pact)
  const [origin = ''] = second.split('#')
  await until('all to hold it', () => [alfa, watch].every(({ node }) => (node.logOf(origin)?.size ?? 0) > 1))
  const held = bravo.node.logOf(origin)?.size ?? 0
  await bravo.stop()
  const journal = join(bravo.dir, 'private', 'journals', ...origin.split('/'))
  const [segment = ''] = readdirSync(journal).sort()
  const bytes = readFileSync(join(journal, segment))
  bytes[40] = (bytes[40] ?? 0) ^ 1
  writeFileSync(join(journal, segment), bytes)

  await bravo.start(around())
  const damaged = await alarm(bravo.node, 'ledger/damaged')
  expect(damaged).toMatchObject({ subject: origin, message: expect.stringContaining(`and ${journal} to another disk`) })
  expect((await line(bravo.node))?.state).toBe('stopped')
  expect(await bravo.node.say({ pact, type: 'log/pin', body: {}, account: 'test' })).toMatchObject({ ok: false })
  expect(await bravo.node.officers.offeredSuccession(pact, 'line')).toBeUndefined()
  await bravo.stop()
  for (const folder of [journal, join(bravo.dir, 'logs', ...origin.split('/').slice(1))])
    renameSync(folder, join(parties.dir, `moved-${Math.random()}`))
  await watch.stop()

  await bravo.start(around())
  await until('alfa to answer', async () => (await line(bravo.node))?.awaited.join() === 'watch.example')
  expect(await codes(bravo.node)).toEqual(['node/may-be-copy'])
  clock.aheadMs += GRACE_MS
  await aMoment()
  expect(bravo.node.health().ready).toBe(false)
  // Two officers need not wait for the watch.
  expect(await bravo.node.officers.offeredSuccession(pact, 'line')).toMatchObject({ origin, size: held })
  await watch.start(around())
  await ready(bravo)
  expect(await validAt(bravo.node, second)).toBe(true)
  const after = await sayAndWait(bravo.node, 'after')
  expect(after.split('#')).toEqual([origin, expect.stringMatching(/^[0-9]+$/)])
  for (const { node } of [alfa, watch]) expect(node.logOf(old)?.size).toBe(bravo.node.logOf(old)?.size)
  await agreed()
})

/** A log that succeeds ours, opened while `silent` does not answer; gives what was said in it. `silent` is started again. */
async function succeedOurs(ours: Party, silent: Party, pact: string): Promise<string> {
  const wasUp = silent !== parties.watch
  if (wasUp) await silent.stop()
  await ours.start(around({ host: () => 'another machine' }))
  await until('the other to answer', async () => (await line(ours.node))?.awaited.join() === silent.party)
  value(await ours.node.officers.succeedLog(pact, 'line'))
  if (wasUp) await silent.start(around())
  const second = await saying(ours.node, 'in the second')
  await delivered(ours.node, second)
  return second
}
