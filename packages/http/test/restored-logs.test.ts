// Nodes restored from a backup that knows nothing of logs that were opened after it: a disk lost whole, with only the
// mirrors left. Every log comes back byte for byte before anything is signed, and is gone on with.

import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { auditNode, type Node, realSurroundings, type Surroundings } from '@countersign/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backupOf, rollBack } from './backups.ts'
import { saidOnLine } from './on-the-line.ts'
import { delivered, inForce, type Parties, type Party, startParties, until, value } from './parties.ts'

let parties: Parties
beforeEach(async () => {
  parties = await startParties({ signed: false })
}, 120_000)
afterEach(() => parties.close(), 120_000)

async function saying(node: Node, subject: string): Promise<string> {
  const record = await saidOnLine(node, parties.pact, subject)
  await delivered(node, record)
  return record
}

async function sign(...who: Party[]): Promise<void> {
  for (const { node } of who) value(await node.signPact(parties.invitation))
  for (const { node } of [parties.alfa, parties.bravo]) await until('the agreement to be in force', () => inForce(node))
}

/** A backup of the folder as it stood when the agreement was kept and no log was opened yet. */
async function backupWithoutLogs({ dir, party }: Party): Promise<Buffer> {
  const before = join(parties.dir, 'before')
  cpSync(dir, before, { recursive: true })
  const gone = ['logs', 'mirrors', 'receipts', 'held', 'private/journals', 'views.db', 'views.db-wal', 'views.db-shm']
  for (const path of gone) rmSync(join(before, path), { recursive: true, force: true })
  expect(existsSync(join(before, 'private', 'pacts', parties.pact))).toBe(true)
  const backup = await backupOf(before)
  expect(backup.includes(Buffer.from(`logs/${parties.pact}`)), party).toBe(false)
  return backup
}

const PASSWORD = 'a password of some length'
/** Longer than whoever was given up is waited for. */
const GRACE_MS = 11_000
const channels = async (node: Node) => (await node.status()).pacts[0]?.channels ?? []
const line = async (node: Node) => (await channels(node)).find(({ name }) => name === 'line')
const codes = async (node: Node) => (await node.status()).alarms.map(({ code }) => code)
const validAt = async (node: Node, record: string) => (await node.views.record(record))?.row.validity.kind === 'valid'
const ready = (party: Party) => until(`${party.party} to be ready`, () => party.node.health().ready)
const isMarked = (dir: string) => existsSync(join(dir, 'private', 'restored.json'))

/** The receipts of a party that lie in a folder, each as `<hash of the origin>/<name>`. */
function receiptsOf(dir: string, party: string): string[] {
  const logs = readdirSync(join(dir, 'held')).filter((hash) => existsSync(join(dir, 'held', hash, party)))
  return logs.flatMap((hash) => readdirSync(join(dir, 'held', hash, party)).map((name) => `${hash}/${name}`))
}

/** Every file of our own logs that others may read and that never changes, by its path. */
function published({ dir }: Party): Map<string, string> {
  const files = new Map<string, string>()
  const under = (path: string) => {
    for (const entry of readdirSync(join(dir, path), { withFileTypes: true })) {
      const at = `${path}/${entry.name}`
      if (entry.isDirectory()) under(at)
      else if (/\/tile\/entries\/|\/addenda\//.test(at)) files.set(at, readFileSync(join(dir, at)).toString('base64'))
    }
  }
  under(`logs/${parties.pact}`)
  return files
}

async function audited(party: Party): Promise<void> {
  await party.stop()
  const audit = value(await auditNode(party.dir, realSurroundings(), { views: true }))
  expect(audit).toMatchObject({ findings: [], views: 'equal' })
  await party.start()
}

/** Each peer holds what we have, and nobody found a contradiction. */
async function agreed(origin: string): Promise<void> {
  const { alfa, bravo, watch } = parties
  for (const { node } of [alfa, bravo, watch]) {
    await node.settled()
    expect((await node.views.statistics()).void).toBe(0)
    expect(await codes(node)).toEqual([])
  }
  const entries = async (node: Node) => {
    const log = node.logOf(origin)
    const all: string[] = []
    for await (const entry of log?.entries(0, log.size) ?? []) all.push(Buffer.from(entry).toString('base64'))
    return all
  }
  const own = await entries(bravo.node)
  for (const { node } of [alfa, watch]) {
    await until('all of it to be held', () => node.logOf(origin)?.size === bravo.node.logOf(origin)?.size)
    expect((await entries(node)).slice(0, own.length)).toEqual(own)
  }
}

test('a disk lost whole, and a backup that knows the agreement and none of our logs: they come back from the mirrors byte for byte, and are gone on with', {
  timeout: 180_000,
}, async () => {
  const { alfa, bravo, watch } = parties
  await sign(watch, bravo, alfa)
  const said = [await saying(bravo.node, 'one'), await saying(bravo.node, 'two')]
  const theirs = await saying(alfa.node, 'heard')
  const backup = await backupWithoutLogs(bravo)
  await bravo.node.settled()
  await bravo.stop()
  const before = published(bravo)
  await rollBack(bravo.dir, backup)

  // While one of them is silent nothing is opened and nothing is signed.
  await alfa.stop()
  await bravo.start()
  await until('watch to answer', async () => (await line(bravo.node))?.awaited.join() === 'alfa.example')
  await until('its log to be there', async () => (await line(bravo.node))?.origin !== null)
  expect(await codes(bravo.node)).toEqual(['node/may-be-copy'])
  expect((await channels(bravo.node)).map(({ state }) => state)).toEqual(['checking', 'checking'])
  expect(await bravo.node.signPact(parties.invitation)).toMatchObject({ ok: false, code: 'node/not-ready' })
  await alfa.start()
  await ready(bravo)
  await until('all to be there again', () => !isMarked(bravo.dir))

  const after = await saying(bravo.node, 'after')
  expect(after.split('#')[0]).toBe(said[0]?.split('#')[0])
  const now = published(bravo)
  const isPartial = (path: string) => path.includes('.p/')
  for (const [path, bytes] of before) if (!isPartial(path)) expect(now.get(path), path).toBe(bytes)
  for (const record of [...said, theirs]) await until(`${record} to be there`, () => validAt(bravo.node, record))
  await agreed(after.split('#')[0] ?? '')
  await audited(bravo)
  await ready(bravo)
  await saying(bravo.node, 'after a restart')
})

test('where nobody who answers holds a log of ours, and who may hold one never does, two officers go on without them, after a restart too; what comes back later stands beside the new log', {
  timeout: 240_000,
}, async () => {
  const { alfa, bravo, watch, pact } = parties
  await sign(watch, bravo, alfa)
  const lost = await saying(bravo.node, 'held by those who are gone')
  const backup = await backupWithoutLogs(bravo)
  await bravo.stop()
  await alfa.stop()
  await watch.stop()
  await rollBack(bravo.dir, backup)
  const clock = { aheadMs: 0 }
  const around = (): Surroundings => ({ ...realSurroundings(), now: () => Date.now() + clock.aheadMs })
  await bravo.start(around())
  const gone = ['alfa.example', 'watch.example']
  await until('both to be awaited', async () => (await line(bravo.node))?.awaited.join() === gone.join())
  expect(await line(bravo.node)).toMatchObject({ origin: null, maySucceed: false, mayGoOnWithout: true })
  expect(await bravo.node.officers.succeedLog(pact, 'line')).toMatchObject({ ok: false, code: 'log/not-open' })

  for (const name of ['duty', 'chief']) value(await bravo.accounts.addOfficer(`${name}@bravo.example`, name, PASSWORD))
  const officer = async (name: string) => value(await bravo.accounts.officerOf(`${name}@bravo.example`, PASSWORD))
  const { approvals } = bravo.node.officers
  expect(bravo.node.officers.offeredWithout(pact, 'line')).toEqual(gone)
  const nobody = { kind: 'log/go-on-without' as const, pact, channel: 'line', readers: ['carol.example'] }
  expect(await approvals.ask(nobody, 'gone', await officer('duty'))).toMatchObject({ ok: false, code: 'log/not-open' })
  for (const channel of ['line', 'main']) {
    const act = { kind: 'log/go-on-without' as const, pact, channel, readers: gone }
    const { id } = value(await approvals.ask(act, 'Both are gone for good', await officer('duty')))
    expect(await approvals.confirm(id, await officer('duty'))).toMatchObject({ ok: false })
    const { outcome } = value(await approvals.confirm(id, await officer('chief')))
    expect(outcome).toContain('nobody waits for alfa.example, watch.example any more')
    expect(outcome).toMatch(/lost to this folder, and what we said in it binds us still.*countersign pact sign --dir/)
  }
  clock.aheadMs += GRACE_MS
  const free = (state: string) =>
    until(state, async () => (await channels(bravo.node)).every((one) => one.state === state))
  await free('none')
  // Another start waits for them no more either, and says that the folder may be a copy until they have answered.
  await bravo.restart(around())
  clock.aheadMs += GRACE_MS
  await free('none')
  value(await bravo.node.signPact(pact))
  await free('ready')
  const opened = (await line(bravo.node))?.origin
  await bravo.restart(around())
  await until('the log to be there', async () => (await line(bravo.node))?.origin === opened)
  clock.aheadMs += GRACE_MS
  await free('ready')
  expect(await codes(bravo.node)).toEqual(['node/may-be-copy'])

  await alfa.start(around())
  await watch.start(around())
  await until('what was lost to be there', () => validAt(bravo.node, lost), 120)
  await until('all to be there again', () => !isMarked(bravo.dir), 120)
  const after = await saying(bravo.node, 'after')
  expect(after.split('#')[0]).toBe(opened)
  for (const { node } of [alfa, bravo, watch]) {
    await until('both to be valid', async () => (await validAt(node, lost)) && (await validAt(node, after)))
    expect((await codes(node)).filter((code) => code !== 'log/several')).toEqual([])
  }
})

test('a backup from before the agreement: signing it again takes our logs back, and signs nothing twice', {
  timeout: 180_000,
}, async () => {
  const { alfa, bravo, watch } = parties
  const backup = await backupOf(bravo.dir)
  await sign(watch, bravo, alfa)
  const record = await saying(bravo.node, 'one')
  await bravo.stop()
  // What bravo countersigned and alfa holds.
  const given = receiptsOf(alfa.dir, 'bravo.example')
  expect(given.length).toBeGreaterThan(0)
  await rollBack(bravo.dir, backup)
  await bravo.start()
  expect(await channels(bravo.node)).toEqual([])
  // That it was restored is remembered longer than the doubt.
  await until('the doubt to end', () => !isMarked(bravo.dir))
  await bravo.restart()
  const [origin = '', index] = record.split('#')
  value(await bravo.node.signPact(parties.invitation))
  await until('it to be in force', () => inForce(bravo.node))
  await ready(bravo)
  expect((await line(bravo.node))?.origin).toBe(origin)
  const after = await saying(bravo.node, 'after')
  expect(after.split('#')[0]).toBe(origin)
  expect(Number(after.split('#')[1])).toBeGreaterThan(Number(index))
  const { records } = value(await bravo.node.views.records({ type: 'pact/sign', limit: 100 }))
  expect(records.filter(({ origin: of }) => of === origin)).toHaveLength(1)
  // Else whoever names one of them would have it said that somebody else has our key.
  expect(given.filter((path) => !existsSync(join(bravo.dir, 'receipts', path)))).toEqual([])
  await agreed(origin)
})

test('a backup from before our log was succeeded: both logs come back, and the one that succeeds speaks', {
  timeout: 180_000,
}, async () => {
  const { alfa, bravo, watch, pact } = parties
  await sign(watch, bravo, alfa)
  const first = await saying(bravo.node, 'in the first')
  const backup = await backupOf(bravo.dir)
  const lost = await saying(bravo.node, 'lost')
  await bravo.stop()
  await alfa.stop()
  const elsewhere: Surroundings = { ...realSurroundings(), host: () => 'another machine' }
  await bravo.start(elsewhere)
  await until('watch to answer', async () => (await line(bravo.node))?.awaited.join() === 'alfa.example')
  const { origin } = value(await bravo.node.officers.succeedLog(pact, 'line'))
  await alfa.start()
  const second = await saying(bravo.node, 'in the second')
  expect(second.split('#')[0]).toBe(origin)
  await bravo.stop()
  await rollBack(bravo.dir, backup)
  await bravo.start()
  await ready(bravo)
  const after = await saying(bravo.node, 'after')
  expect(after.split('#')[0]).toBe(origin)
  for (const record of [first, lost, second]) await until(`${record} to be there`, () => validAt(bravo.node, record))
  await until('all to be there again', () => !isMarked(bravo.dir))
  for (const one of [first.split('#')[0] ?? '', origin]) await agreed(one)
  await audited(bravo)
})
