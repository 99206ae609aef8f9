// Feeds into shares: what is pulled goes through the release gate like everything else, and into the record once.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Node, PullReport } from '@countersign/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type ForeignServer, idOf, type Joined, joined, startForeign } from './foreign-taxii.ts'
import { bytesInput, type Parties, startParties, until, value } from './parties.ts'
import { objectTexts, readAll } from './taxii-client.ts'

const AMBER = 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421'
const some = (count: number, from: number) => Array.from({ length: count }, (_, i) => joined(from + i))
const textsOf = (objects: readonly Joined[]) => objects.map(({ text }) => text)

let parties: Parties
const servers: ForeignServer[] = []
beforeAll(async () => {
  parties = await startParties()
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
  for (const { name } of await parties.alfa.node.feeds.list()) value(await parties.alfa.node.feeds.remove(name))
})
afterAll(() => parties.close())

async function foreign(objects: Joined[], behaviour: Parameters<typeof startForeign>[1] = {}): Promise<ForeignServer> {
  const server = await startForeign(objects, behaviour)
  servers.push(server)
  return server
}

const into = (more: { channel?: string; to?: string[]; marking?: { tlp: string }; feed?: string } = {}) =>
  ({ kind: 'share', pact: parties.pact, ...more }) as const

async function add(url: string, more: Partial<Parameters<Node['feeds']['add']>[0]> = {}): Promise<void> {
  const asked = { name: 'foreign', url, destination: into(), credential: { kind: 'none' }, everyMinutes: 0 } as const
  value(await parties.alfa.node.feeds.add({ ...asked, account: 'test', ...more }))
}

/** Once what it said can be seen. */
async function pull(): Promise<PullReport> {
  const { alfa } = parties
  const report = value(await alfa.node.feeds.pull('foreign'))
  for (const record of report.records) {
    await until(record, async () => (await alfa.node.views.record(record)) !== undefined)
  }
  return report
}

/** Of the shares in alfa's log, how many objects each says it has. */
async function shares(): Promise<{ ref: string; objects: number }[]> {
  await parties.alfa.node.settled()
  const query = { pact: parties.pact, type: 'intel/share', party: 'alfa.example', limit: 200 }
  const { records } = value(await parties.alfa.node.views.records(query))
  return records.map(({ origin, index, body }) => ({
    ref: `${origin}#${index}`,
    objects: Number((body as { objects?: unknown }).objects),
  }))
}

test('what is pulled reaches the other party once, byte for byte, in the name of the feed', async () => {
  const objects = some(40, 100)
  const server = await foreign([...objects], { pageSize: 7, inclusive: true })
  await add(server.url, { destination: into({ marking: { tlp: 'TLP:GREEN' }, feed: 'tools' }) })
  const before = (await shares()).length
  const report = await pull()
  expect(report).toMatchObject({ fresh: 40, shared: 40, heldBackTotal: 0, waiting: 0, whole: true })
  expect(await pull()).toMatchObject({ fresh: 0, shared: 0, records: [] })
  expect(await shares()).toHaveLength(before + 1)
  await until('bravo to have them', async () => {
    const texts = new Set(await readAll(parties.bravo, parties.pact, 'inbox'))
    return textsOf(objects).every((text) => texts.has(text))
  })
  const detail = await parties.alfa.node.views.record(report.records[0] ?? '')
  expect(detail?.row).toMatchObject({ marking: { tlp: 'TLP:GREEN' }, body: { feed: 'tools' } })
  expect(parties.alfa.node.speakerOf(detail?.row.id ?? '')).toBe('feed foreign, added by test')
})

test('what the gate does not let go stands among the drafts with its reason, and the rest is shared', async () => {
  const marked = [
    joined(201, 201, { object_marking_refs: [AMBER] }),
    joined(203, 203, { object_marking_refs: [AMBER] }),
  ]
  const server = await foreign([joined(200), marked[0], joined(202), marked[1], joined(204)] as Joined[])
  await add(server.url, { destination: into({ marking: { tlp: 'TLP:GREEN' } }) })
  const report = await pull()
  expect(report).toMatchObject({ fresh: 5, shared: 3, heldBackTotal: 2, waiting: 0, whole: true })
  expect(report.heldBack.map(({ object }) => object)).toEqual([idOf(201), idOf(203)])
  expect(report.heldBack[0]?.message).toContain('release/marking-above-record')
  const folder = join(parties.alfa.dir, 'private', 'feeds', 'foreign')
  const [bundle = '', reasons = ''] = readdirSync(folder).slice(-2)
  expect(objectTexts(readFileSync(join(folder, bundle), 'utf8'))).toEqual(textsOf(marked as Joined[]))
  expect(readFileSync(join(folder, reasons), 'utf8')).toContain(`${idOf(203)} `)
  expect(await readAll(parties.alfa, parties.pact, 'outbox')).not.toContain(marked[0]?.text)
})

test('a place is refused that is none', async () => {
  const url = 'https://taxii.example/root/collections/c1/'
  await expect(add(url, { destination: into({ channel: 'none' }) })).rejects.toThrow('feed/channel')
  await expect(add(url, { destination: into({ to: ['mallory.example'] }) })).rejects.toThrow('feed/to')
  await expect(add(url, { destination: into({ feed: 'inbox' }) })).rejects.toThrow('say/feed')
})

test('what cannot be said now waits, and is said by a later pull', async () => {
  const server = await foreign(some(3, 300))
  await add(server.url, { destination: into({ marking: { tlp: 'TLP:RED' } }) })
  const before = await shares()
  const report = await pull()
  expect(report).toMatchObject({ fresh: 3, shared: 0, waiting: 3, heldBackTotal: 0 })
  expect(report.failure?.code).toBe('release/marking-above-agreement')
  expect(await shares()).toEqual(before)
  expect((await parties.alfa.node.feeds.list())[0]).toMatchObject({ waiting: 3, error: report.failure?.message })
})

test('a share that was said before its run ended is not said again', async () => {
  const server = await foreign(some(6, 400))
  await add(server.url)
  const { alfa } = parties
  // As if the process had ended between saying and noting that: what waits is put back under the share's UUID.
  const { default: Database } = await import('better-sqlite3')
  const file = join(alfa.dir, 'private', 'feeds.db')
  const copy = new Database(file)
  copy.exec(
    'CREATE TABLE kept AS SELECT * FROM waiting; CREATE TRIGGER keep AFTER UPDATE ON waiting BEGIN INSERT INTO kept SELECT * FROM waiting WHERE n = new.n; END',
  )
  const said = await pull()
  expect(said.shared).toBe(6)
  copy.exec('DROP TRIGGER keep; INSERT INTO waiting SELECT * FROM kept; DROP TABLE kept')
  copy.close()
  const before = await shares()
  expect(await pull()).toMatchObject({ fresh: 0, shared: 0, waiting: 0, whole: true })
  expect(await shares()).toEqual(before)
})

test('our own TAXII server is pulled from, page after page, by one of us', async () => {
  const { bravo, alfa, pact } = parties
  const objects = some(2_100, 10_000)
  const text = `{"objects":[${textsOf(objects).join(',')}]}`
  value(await alfa.node.share({ pact, account: 'test', input: bytesInput(new TextEncoder().encode(text)) }))
  const isThere = async () => (await readAll(alfa, pact, 'outbox')).length >= objects.length
  await until('the objects to stand in the outbox', isThere)
  const { user, password } = alfa.taxii
  const asked = { name: 'alfa', url: `${alfa.url}taxii2/${pact}/collections/outbox/`, everyMinutes: 0, account: 'test' }
  const credential = { kind: 'basic', user, password } as const
  value(await bravo.node.feeds.add({ ...asked, credential, destination: { kind: 'drafts' } }))
  const report = value(await bravo.node.feeds.pull('alfa'))
  expect(report).toMatchObject({ known: 0, whole: true })
  expect([report.failure, report.doubt]).toEqual([undefined, undefined])
  expect(report.pages).toBeGreaterThan(2)
  const texts = report.files.flatMap((path) => objectTexts(readFileSync(path, 'utf8')))
  expect(texts).toEqual(await readAll(alfa, pact, 'outbox'))
  expect(value(await bravo.node.feeds.pull('alfa'))).toMatchObject({ pages: 1, fresh: 0, known: 0 })
})

test('only the shell of the machine’s owner changes feeds; an officer sees them', async () => {
  const { alfa } = parties
  value(await alfa.accounts.addOfficer('duty@alfa.example', 'Duty', 'a long password'))
  const origin = alfa.url.slice(0, -1)
  const json = { 'content-type': 'application/json', origin }
  const body = JSON.stringify({ email: 'duty@alfa.example', password: 'a long password' })
  const signed = await fetch(`${alfa.url}api/auth/sign-in/email`, { method: 'POST', headers: json, body })
  const cookie = signed.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  expect((await fetch(`${alfa.url}api/feeds`, { headers: { cookie } })).status).toBe(200)
  for (const path of ['add', 'remove', 'pause', 'credentials', 'pull']) {
    const init = { method: 'POST', headers: { ...json, cookie }, body: '{}' }
    expect((await fetch(`${alfa.url}api/feeds/${path}`, init)).status).toBe(403)
  }
})
