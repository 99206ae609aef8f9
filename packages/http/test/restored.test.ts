// Nodes restored from a backup beside peers that go on: what was lost comes back, and nothing is signed twice.

import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { nodeDisk, openReceipts, originHash } from '@countersign/ledger'
import { auditNode, Node, realSurroundings, type Surroundings, verifyBackup } from '@countersign/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveNode } from '../src/index.ts'
import { backupOf, piecesOf, restoreTo, rollBack } from './backups.ts'
import { saidOnLine, sayOnLine } from './on-the-line.ts'
import { delivered, freePort, type Parties, type Party, startParties, until, value } from './parties.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
})
afterAll(() => parties.close())

const say = (node: Node, subject: string) => sayOnLine(node, parties.pact, subject)

async function sayAndWait(node: Node, subject: string): Promise<string> {
  const record = await saidOnLine(node, parties.pact, subject)
  await delivered(node, record)
  return record
}

const ready = (party: Party) => until(`${party.party} to be ready`, () => party.node.health().ready)
const isMarked = (dir: string) => existsSync(join(dir, 'private', 'restored.json'))
const alarms = async (node: Node) => (await node.status()).alarms.map(({ code }) => code)
const line = async (node: Node) => (await node.status()).pacts[0]?.channels.find(({ name }) => name === 'line')
const originOf = async (node: Node) => (await line(node))?.origin ?? ''

async function entriesOf(node: Node, origin: string): Promise<string[]> {
  const log = node.logOf(origin)
  const entries: string[] = []
  for await (const entry of log?.entries(0, log.size) ?? []) entries.push(Buffer.from(entry).toString('latin1'))
  return entries
}

async function subjects(node: Node): Promise<(string | null)[]> {
  const { records } = value(await node.views.records({ type: 'hotline/message', limit: 100 }))
  return records.map(({ title }) => title).sort()
}

test('a backup taken while its node speaks is whole, and so is each log in it', { timeout: 90_000 }, async () => {
  const { alfa } = parties
  const speaking = (async () => {
    for (let i = 0; i < 20; i++) await say(alfa.node, `while ${i}`)
  })()
  const backups: Buffer[] = []
  for (let i = 0; i < 3; i++) backups.push(await backupOf(alfa.dir))
  await speaking
  for (const backup of backups) {
    const verified = value(await verifyBackup(piecesOf(backup), undefined))
    expect(verified.findings).toEqual([])
    expect(verified.logs.filter(({ origin }) => origin.startsWith('alfa.example/'))).toHaveLength(2)
  }
  // What is restored stands any audit, before it was ever started.
  const dir = join(parties.dir, 'drill')
  await restoreTo(dir, backups[1] as Buffer)
  expect(value(await auditNode(dir, realSurroundings(), { views: true }))).toMatchObject({
    views: 'equal',
    findings: [],
  })
  const bytes = Buffer.from(backups[2] as Buffer)
  const at = bytes.indexOf(Buffer.from('addenda/')) + 512 + 100
  bytes[at] = (bytes[at] ?? 0) ^ 1
  expect((await verifyBackup(piecesOf(bytes), undefined)).ok).toBe(false)
})

test('a party rolled back takes its lost tail, its content and its receipts back, and goes on behind them', {
  timeout: 120_000,
}, async () => {
  const { alfa, bravo, watch } = parties
  await sayAndWait(alfa.node, 'before')
  const backup = await backupOf(alfa.dir)
  for (const subject of ['lost one', 'lost two']) await sayAndWait(alfa.node, subject)
  for (const subject of ['heard one', 'heard two']) await sayAndWait(bravo.node, subject)
  const origin = await originOf(alfa.node)
  const theirs = await originOf(bravo.node)
  await alfa.node.settled()
  const said = await entriesOf(alfa.node, origin)
  const shown = await subjects(alfa.node)
  await alfa.stop()
  const given = (await openReceipts({ disk: nodeDisk(), dir: alfa.dir })).newest(theirs)
  await rollBack(alfa.dir, backup)
  expect(isMarked(alfa.dir)).toBe(true)

  // Nobody can be reached: what is said is kept, and whom it awaits is named.
  const cutOff = { ...realSurroundings(), fetch: () => Promise.reject(new Error('unreachable')) }
  await alfa.start(cutOff)
  expect(await say(alfa.node, 'meanwhile')).toMatchObject({ state: 'held-here' })
  expect((await line(alfa.node))?.awaited).toEqual(['bravo.example', 'watch.example'])
  expect(await alarms(alfa.node)).toContain('node/may-be-copy')
  // The neutral alone is not enough, and a second start changes nothing.
  await bravo.stop()
  await alfa.restart()
  await until('watch to have answered', async () => (await line(alfa.node))?.awaited.join() === 'bravo.example')
  expect(alfa.node.health().ready).toBe(false)
  await bravo.start()
  await ready(alfa)
  await until('what waited to be said', async () => (await alfa.node.status()).heldHere === 0)
  await until('all to be there again', async () => !isMarked(alfa.dir))
  expect(await alarms(alfa.node)).toEqual([])

  expect((await entriesOf(alfa.node, origin)).slice(0, said.length)).toEqual(said)
  expect(await entriesOf(bravo.node, origin)).toEqual(
    (await entriesOf(alfa.node, origin)).slice(0, bravo.node.logOf(origin)?.size),
  )
  await sayAndWait(alfa.node, 'after')
  await alfa.node.settled()
  await until('every title', async () => (await subjects(alfa.node)).length === shown.length + 2)
  expect(await subjects(alfa.node)).toEqual([...shown, 'meanwhile', 'after'].sort())
  await until('our receipts', async () => (await subjects(bravo.node)).includes('after'))
  await alfa.stop()
  const again = await openReceipts({ disk: nodeDisk(), dir: alfa.dir })
  expect(again.given(theirs).map(({ size, time }) => `${size}-${time}`)).toContain(`${given?.size}-${given?.time}`)
  expect(value(await auditNode(alfa.dir, realSurroundings(), { views: true }))).toMatchObject({
    views: 'equal',
    findings: [],
  })
  // From here on it is at home: a plain restart waits for a neutral and no other.
  await alfa.start()
  await ready(alfa)
  for (const { node } of [bravo, watch]) expect(await alarms(node)).toEqual([])
})

test('a depositary rolled back asks back its own receipts before it gives another, and none contradicts another', {
  timeout: 120_000,
}, async () => {
  const { alfa, bravo, watch } = parties
  const origin = await originOf(alfa.node)
  const backup = await backupOf(watch.dir)
  for (const subject of ['kept one', 'kept two']) await sayAndWait(alfa.node, subject)
  await until('alfa to hold the receipt', () => heldSize(alfa, origin) === alfa.node.logOf(origin)?.size)
  await watch.stop()
  const before = await namesGiven(watch, origin)
  await rollBack(watch.dir, backup)
  expect(await namesGiven(watch, origin)).not.toEqual(before)
  // Who reads a log and may hold a receipt is silent: none is given on it.
  await bravo.stop()
  await watch.start()
  await until('alfa to have answered', async () => {
    const awaited = (await line(watch.node))?.awaited ?? []
    return awaited.length === 1 && awaited[0] === 'bravo.example'
  })
  await say(alfa.node, 'while one is silent')
  await until('watch to have heard it', () => watch.node.logOf(origin)?.size === alfa.node.logOf(origin)?.size)
  expect(
    (await namesGiven(watch, origin)).some((name) => Number(name.split('-')[0]) === watch.node.logOf(origin)?.size),
  ).toBe(false)
  await bravo.start()
  await until('it to be certain again', () => !isMarked(watch.dir))
  await sayAndWait(alfa.node, 'deposited')
  const names = await namesGiven(watch, origin)
  for (const name of before.slice(-1)) expect(names).toContain(name)
  const numbers = names.map((name) => name.split('-').map(Number))
  for (const [i, [size = 0, time = 0]] of numbers.entries()) {
    const [sizeBefore = 0, timeBefore = 0] = numbers[i - 1] ?? []
    expect(size >= sizeBefore && time >= timeBefore, names.join()).toBe(true)
  }
  for (const { node } of [alfa, bravo]) expect(await alarms(node)).toEqual([])
})

const heldSize = (party: Party, origin: string) => {
  const folder = join(party.dir, 'held', originHash(origin), 'watch.example')
  const names = existsSync(folder) ? readdirSync(folder) : []
  return Math.max(0, ...names.map((name) => Number(name.split('-')[0])).filter(Number.isFinite))
}
async function namesGiven(party: Party, origin: string): Promise<string[]> {
  const index = join(party.dir, 'receipts', originHash(origin), 'index')
  return readFileSync(index, 'utf8').split('\n').filter(Boolean)
}

test('a copy started on another host beside the original signs nothing, and both say so', {
  timeout: 90_000,
}, async () => {
  const { alfa, bravo } = parties
  const dir = join(parties.dir, 'copy-of-alfa')
  await restoreTo(dir, await backupOf(alfa.dir))
  const elsewhere: Surroundings = { ...realSurroundings(), host: () => 'another machine' }
  const copy = value(await Node.open(dir, elsewhere))
  const served = value(await serveNode(copy, { listen: `127.0.0.1:${await freePort()}` }))
  try {
    await until('the copy to see the other', async () => (await alarms(copy)).includes('node/second-host'))
    await until('the original to see the copy', async () => (await alarms(alfa.node)).includes('node/second-host'))
    expect(await say(copy, 'from the copy')).toMatchObject({ state: 'held-here' })
    expect(copy.health().ready).toBe(false)
    await sayAndWait(alfa.node, 'from the original')
    expect(copy.health().ready).toBe(false)
    expect((await alarms(bravo.node)).filter((code) => /fork|contradict|rewind/.test(code))).toEqual([])
    // Where the original ends for good, the copy takes its place and goes on behind it.
    await alfa.stop()
    await until('the copy to be ready', () => copy.health().ready)
    await until('what waited to be said', async () => (await copy.status()).heldHere === 0)
    expect((await alarms(copy)).includes('node/second-host')).toBe(false)
  } finally {
    await served.close()
    await copy.stop()
  }
  rmSync(alfa.dir, { recursive: true })
  renameSync(dir, alfa.dir)
  await alfa.start()
  await ready(alfa)
  await until('bravo to hear it', async () => (await subjects(bravo.node)).includes('from the copy'))
})
