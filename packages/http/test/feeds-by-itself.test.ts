// What a running node does with its feeds by itself: it pushes what may leave on the interval that an officer set, tries
// later and later what fails, tells a person after a long time, and stops where a second person would have to be asked.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { realSurroundings, type Surroundings } from '@countersign/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type ForeignServer, joined, startForeign } from './foreign-taxii.ts'
import { bytesInput, type Parties, startParties, until, value } from './parties.ts'
import { objectTexts, readAll } from './taxii-client.ts'

const MINUTE_MS = 60_000
let parties: Parties
/** How far alfa's clock is ahead. */
let ahead = 0
let answers: 'takes' | 'fails' | 'breaks' = 'takes'
let server: ForeignServer

function later(): Surroundings {
  const real = realSurroundings()
  // What is due is looked at where a test says so, and nobody waits.
  const after: Surroundings['after'] = (ms, act) =>
    ms === 15_000 ? () => {} : real.after(ms >= 500 && ms <= 10_000 ? 1 : ms, act)
  return { ...real, after, now: () => real.now() + ahead }
}

beforeAll(async () => {
  parties = await startParties()
  await parties.alfa.restart(later())
  server = await startForeign([], {
    answer(request, response) {
      if (answers !== 'takes') return response.writeHead(500).end(), true
      const posted = request.method === 'POST' ? objectTexts(server.posted.at(-1) ?? '') : []
      const status = { id: 's1', status: 'complete', success_count: posted.length, failure_count: 0, failures: [] }
      response.writeHead(202, { 'content-type': 'application/taxii+json;version=2.1' }).end(JSON.stringify(status))
      return true
    },
  })
  await share(1)
})
afterEach(async () => {
  const { alfa } = parties
  for (const { name } of await alfa.node.feeds.list()) value(await alfa.node.feeds.remove(name))
  answers = 'takes'
  house({})
  server.posted.length = 0
})
afterAll(async () => {
  await server.close()
  await parties.close()
})

const feeds = () => parties.alfa.node.feeds
const look = () => feeds().lookAtAll()
const posted = () => server.posted.flatMap(objectTexts)
const row = async () => (await feeds().list())[0]?.pushes
const alarms = async () =>
  (await parties.alfa.node.status()).alarms
    .filter(({ code }) => code.startsWith('feed/'))
    .map(({ code, subject }) => [code, subject])

function house(rules: object): void {
  const dir = join(parties.alfa.dir, 'rules')
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'house.json'), JSON.stringify(rules))
}

async function share(...numbers: number[]): Promise<void> {
  const { alfa, pact } = parties
  const input = bytesInput(Buffer.from(`{"objects":[${numbers.map((n) => joined(n).text).join(',')}]}`))
  const before = (await readAll(alfa, pact, 'outbox')).length
  value(await alfa.node.share({ pact, account: 'test', marking: { tlp: 'TLP:CLEAR' }, input }))
  await until('them to stand in the outbox', async () => (await readAll(alfa, pact, 'outbox')).length > before)
}

async function add(everyMinutes = 0): Promise<void> {
  const asked = { name: 'partner', url: server.url, everyMinutes, account: 'test' } as const
  value(await feeds().add({ ...asked, credential: { kind: 'none' }, destination: { kind: 'drafts' } }))
}

const every = (everyMinutes: number) =>
  feeds().pushByItself('partner', { pact: parties.pact, upTo: 'TLP:CLEAR', everyMinutes, account: 'duty' })

test('what stands in the outbox is pushed on the interval that was asked for, what is new each time, until nobody asks any more', async () => {
  await add()
  await look()
  expect(server.posted).toEqual([])
  expect(value(await every(30)).pushes).toMatchObject({ everyMinutes: 30, upTo: 'TLP:CLEAR', account: 'duty' })
  await look()
  expect(posted()).toEqual([joined(1).text])
  expect(await row()).toMatchObject({ taken: 1, heldBack: 0, failures: 0 })
  await share(2)
  await look()
  expect(posted()).toHaveLength(1)
  ahead += 31 * MINUTE_MS
  await look()
  expect(posted()).toEqual([1, 2].map((n) => joined(n).text))
  ahead += 31 * MINUTE_MS
  value(await feeds().pause('partner', true))
  await share(3)
  await look()
  expect(posted()).toHaveLength(2)
  value(await feeds().pause('partner', false))
  value(await feeds().pushByItself('partner', null))
  await look()
  expect(posted()).toHaveLength(2)
  expect(await row()).toBeNull()
})

test('what was shared in an exercise stays here', async () => {
  const { alfa, pact } = parties
  const input = bytesInput(Buffer.from(`{"objects":[${joined(50).text}]}`))
  const marking = { tlp: 'TLP:CLEAR' } as const
  value(await alfa.node.share({ pact, account: 'test', mode: 'Exercise', marking, input }))
  const isHere = async () => (await readAll(alfa, pact, 'outbox')).includes(joined(50).text)
  await until('it to stand in the outbox', isHere)
  await add()
  value(await every(30))
  await look()
  expect(posted()).toContain(joined(1).text)
  expect(posted()).not.toContain(joined(50).text)
})

test('it is asked for as it stands when the node is started again', async () => {
  await add()
  value(await every(30))
  await parties.alfa.restart(later())
  await look()
  expect(posted().length).toBeGreaterThan(0)
})

test('what may not leave stays here each time, and what needs a second person is never pushed by itself', async () => {
  house({ approval: { types: ['tool'] } })
  await add()
  value(await every(30))
  await look()
  expect(server.posted).toEqual([])
  const pushes = await row()
  expect(pushes?.heldBack).toBeGreaterThan(0)
  expect(pushes).toMatchObject({ failures: 0, taken: 0 })
})

test('where all of it needs a second person it stops, tells so, and goes on when it is let', async () => {
  house({ approval: { objects: 0 } })
  await add()
  value(await every(30))
  await look()
  expect(server.posted).toEqual([])
  expect(await row()).toMatchObject({ stopped: expect.stringContaining('asks nobody') })
  expect(await alarms()).toEqual([['feed/push-stopped', 'partner']])
  // It is told again by the next run, which asks nobody by itself either.
  await parties.alfa.restart(later())
  feeds().start()
  await until('it to be told again', async () => (await alarms()).join() === 'feed/push-stopped,partner')
  house({})
  ahead += 10_000 * MINUTE_MS
  await look()
  expect(server.posted).toEqual([])
  value(await every(30))
  expect(await alarms()).toEqual([])
  await look()
  expect(posted().length).toBeGreaterThan(0)
})

test('rules that cannot be read let nothing leave, and are tried again', async () => {
  await add()
  value(await every(1))
  writeFileSync(join(parties.alfa.dir, 'rules', 'house.json'), '{')
  await look()
  expect(server.posted).toEqual([])
  expect(await row()).toMatchObject({ failures: 1, error: expect.stringContaining('nothing may leave') })
  house({})
  ahead += 2 * MINUTE_MS
  await look()
  expect(posted().length).toBeGreaterThan(0)
  expect((await row())?.error).toBeUndefined()
})

test('a server that fails is asked later and later, after hours a person is told, and that is over with the first that goes well', async () => {
  answers = 'fails'
  await add(1)
  value(await every(1))
  const waits: number[] = []
  for (let tries = 0; tries < 12; tries++) {
    await look()
    const [pull] = await feeds().list()
    const next = pull?.pushes?.nextTryMs ?? 0
    waits.push(Math.round((next - (pull?.pushes?.lastMs ?? 0)) / MINUTE_MS))
    if (tries < 2) expect(await alarms()).toEqual([])
    ahead += Math.max(next, pull?.nextTryMs ?? 0) - (Date.now() + ahead) + 1_000
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360])
  expect(await alarms()).toEqual(
    expect.arrayContaining([
      ['feed/failing', 'partner/pull'],
      ['feed/failing', 'partner/push'],
    ]),
  )
  answers = 'takes'
  await look()
  expect(await alarms()).not.toContainEqual(['feed/failing', 'partner/push'])
  expect(await row()).toMatchObject({ failures: 0 })
})

test('an agreement that is not there is refused, and so is a feed', async () => {
  await add()
  const what = { pact: 'nobody', upTo: 'TLP:CLEAR', everyMinutes: 5, account: 'duty' } as const
  expect(await feeds().pushByItself('partner', what)).toMatchObject({ ok: false })
  expect(await feeds().pushByItself('other', null)).toMatchObject({ ok: false, code: 'not-found/feed' })
})
