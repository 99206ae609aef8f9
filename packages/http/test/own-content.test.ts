// Sealed content of a party's own records that its folder lost: it comes back from whoever holds it; what nobody holds is
// alarmed, for no receipt can cover the log from there on, and the ways out lead out. Whole nodes.

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Node, realSurroundings, type Surroundings } from '@countersign/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { saidOnLine } from './on-the-line.ts'
import { delivered, type Parties, type Party, startParties, until, value } from './parties.ts'

let parties: Parties
/** As the machine's, but nothing is waited for longer than half a second. */
const hurried = (more: Partial<Surroundings> = {}): Surroundings => {
  const real = realSurroundings()
  return { ...real, after: (ms, act) => real.after(Math.min(ms, 500), act), ...more }
}

beforeEach(async () => {
  parties = await startParties()
}, 120_000)
afterEach(() => parties.close(), 120_000)

const saying = (node: Node, subject: string) => saidOnLine(node, parties.pact, subject)

/** The sealed file of a record's one part, by its author. */
async function sealedFile({ node, dir }: Party, record: string): Promise<string> {
  await until('it to be folded', async () => (await node.views.record(record)) !== undefined)
  const sealed = (await node.views.record(record))?.row.parts[0]?.sealed ?? ''
  return join(dir, 'logs', ...(record.split('#')[0] ?? '').split('/').slice(1), 'addenda', sealed)
}

const line = async (node: Node) => (await node.status()).pacts[0]?.channels.find(({ name }) => name === 'line')
const alarm = async (node: Node, code: string) => (await node.status()).alarms.find((one) => one.code === code)
const ready = (party: Party) => until(`${party.party} to be ready`, () => party.node.health().ready)

/** What alfa said while nobody fetched it, and whose sealed file is gone from its folder; the others answer again. */
async function lostByAlfa(): Promise<{ record: string; bytes: Buffer; file: string }> {
  const { alfa, bravo, watch } = parties
  await alfa.restart(hurried())
  await ready(alfa)
  await delivered(alfa.node, await saying(alfa.node, 'held by all'))
  for (const party of [bravo, watch]) await party.stop()
  const record = await saying(alfa.node, 'held by nobody')
  const file = await sealedFile(alfa, record)
  const bytes = readFileSync(file)
  rmSync(file)
  for (const party of [bravo, watch]) await party.start(hurried())
  return { record, bytes, file }
}

test('content of ours that nobody holds is alarmed once a reader asks for it in vain; two officers open a successor, where all is delivered again', {
  timeout: 180_000,
}, async () => {
  const { alfa, bravo, pact } = parties
  const { record } = await lostByAlfa()
  const [origin = '', index = ''] = record.split('#')
  await until('it to be told', async () => (await alarm(alfa.node, 'log/content-lost')) !== undefined)
  expect(await alarm(alfa.node, 'log/content-lost')).toMatchObject({
    subject: origin,
    message: expect.stringContaining(`no receipt can cover this log from entry ${index} on`),
  })
  expect(await line(alfa.node)).toMatchObject({ state: 'ready', maySucceed: true })
  // The other channel is as it was, and the log is spoken on.
  const main = (await alfa.node.status()).pacts[0]?.channels.find(({ name }) => name === 'main')
  expect(main?.maySucceed).toBe(false)
  await saying(alfa.node, 'said all the same')

  const { predecessor } = value(await alfa.node.officers.succeedLog(pact, 'line'))
  expect(predecessor.origin).toBe(origin)
  await until('it to be over', async () => (await alarm(alfa.node, 'log/content-lost')) === undefined)
  expect((await line(alfa.node))?.maySucceed).toBe(false)
  const again = await saying(alfa.node, 'said again')
  await delivered(alfa.node, again)
  expect((await bravo.node.views.record(again))?.row.validity).toEqual({ kind: 'valid' })
  for (const { node } of [alfa, bravo]) {
    const codes = (await node.status()).alarms.map(({ code }) => code)
    expect(codes.filter((code) => /fork|contradict|rewind|goes-on|several/.test(code))).toEqual([])
  }
})

test('it is told at every start too; a file that is put back by hand is taken, and the log is countersigned', {
  timeout: 180_000,
}, async () => {
  const { alfa } = parties
  const { record, bytes, file } = await lostByAlfa()
  await alfa.stop()
  // Damaged counts as lost: another file under its name is nobody's content.
  writeFileSync(file, Buffer.from(bytes).fill(0, 100, 200))
  await alfa.start(hurried())
  await ready(alfa)
  await until('it to be told', async () => (await alarm(alfa.node, 'log/content-lost')) !== undefined)
  writeFileSync(file, bytes)
  await until('it to be over', async () => (await alarm(alfa.node, 'log/content-lost')) === undefined)
  expect((await line(alfa.node))?.maySucceed).toBe(false)
  await delivered(alfa.node, record)
})

test('whoever may hold it and is silent is waited for before it counts as lost', { timeout: 180_000 }, async () => {
  const { alfa, bravo, watch } = parties
  await alfa.restart(hurried())
  await ready(alfa)
  await delivered(alfa.node, await saying(alfa.node, 'held by all'))
  await watch.stop()
  const record = await saying(alfa.node, 'held by bravo')
  await until('bravo to hold it', async () => {
    return (await bravo.node.views.record(record))?.row.parts.every(({ state }) => state === 'opened') === true
  })
  const file = await sealedFile(alfa, record)
  await bravo.stop()
  await alfa.stop()
  // Neither the file nor the receipt by which it is known that bravo holds it.
  rmSync(file)
  rmSync(join(alfa.dir, 'held'), { recursive: true })
  await watch.start(hurried())
  await alfa.start(hurried())
  await ready(alfa)
  await until('the depositary to hold the entry', () => {
    return (watch.node.logOf(record.split('#')[0] ?? '')?.size ?? 0) > Number(record.split('#')[1])
  })
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  expect(await alarm(alfa.node, 'log/content-lost')).toBeUndefined()
  expect((await line(alfa.node))?.maySucceed).toBe(false)
  await bravo.start(hurried())
  await until('it to be back', () => existsSync(file))
  await delivered(alfa.node, record)
  expect(await alarm(alfa.node, 'log/content-lost')).toBeUndefined()
})

test('in a folder that may be a copy all of it is looked over: what is damaged is replaced, and what was destroyed is not missed', {
  timeout: 180_000,
}, async () => {
  const { alfa, bravo, watch } = parties
  await alfa.restart(hurried())
  await ready(alfa)
  const destroyed = await saying(alfa.node, 'destroyed')
  const kept = await saying(alfa.node, 'kept')
  for (const record of [destroyed, kept]) await delivered(alfa.node, record)
  const [gone, file] = [await sealedFile(alfa, destroyed), await sealedFile(alfa, kept)]
  const asks = ({ node }: Party) => node.content.destroy({ record: destroyed, reason: 'Agreed', account: 'test' })
  value(await asks(alfa))
  await until('bravo to see the consent', async () => {
    return (await bravo.node.views.contentLife(destroyed))?.consents.includes('alfa.example') === true
  })
  value(await asks(bravo))
  await until('it to be gone', () => !existsSync(gone))
  await until('the depositary to have removed it', () => !holds(watch, basename(gone)))
  const bytes = readFileSync(file)
  await alfa.stop()
  writeFileSync(file, Buffer.from(bytes).fill(0, 100, 200))
  // The views are folded anew, so that what was destroyed is not known at first.
  for (const name of readdirSync(alfa.dir).filter((one) => one.startsWith('views.db'))) rmSync(join(alfa.dir, name))
  const raised: unknown[] = []
  await alfa.start(
    hurried({
      host: () => 'another machine',
      report: (_level, event, details) => void (event === 'alarm' && raised.push(details?.code)),
    }),
  )
  await ready(alfa)
  await until('the damaged file to be replaced', () => existsSync(file) && readFileSync(file).equals(bytes))
  await until('no doubt to be left', async () => (await alarm(alfa.node, 'node/may-be-copy')) === undefined)
  await alfa.node.settled()
  expect(existsSync(gone)).toBe(false)
  expect(raised).toEqual(['node/may-be-copy'])
  expect((await line(alfa.node))?.maySucceed).toBe(false)
})

const holds = ({ dir }: Party, sealed: string): boolean =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).some((path) => path.endsWith(sealed))
