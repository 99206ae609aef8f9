// Pulling from a MISP, good and bad: each published event is taken once in each version, none is left out, nothing is more
// open than MISP had it, and every pull ends.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FeedRow, initNode, Node, type PullReport, realSurroundings, type Surroundings } from '@countersign/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { attribute, event, uuid, wholeEvent } from '../../intel/test/misp/sample-event.ts'
import { type Behaviour, type ForeignMisp, type Json, KEY, startMisp } from './foreign-misp.ts'
import { value } from './parties.ts'
import { objectTexts } from './taxii-client.ts'

let dir: string
let node: Node
let misp: ForeignMisp
let nowMs: number
const lines: string[] = []
const opened: { close(): Promise<void> }[] = []

function around(): Surroundings {
  const real = realSurroundings((level, name, facts) => lines.push(JSON.stringify([level, name, facts])))
  return {
    ...real,
    now: () => nowMs,
    after: (ms, act) => real.after(ms >= 500 && ms <= 10_000 ? 1 : ms, act),
  }
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-feeds-misp-'))
  lines.length = 0
  nowMs = Date.now()
  const at = join(dir, 'alfa')
  value(await initNode({ dir: at, party: 'alfa.example', endpoint: 'http://127.0.0.1:1/' }, realSurroundings()))
  node = value(await Node.open(at, around()))
})
afterEach(async () => {
  await node.stop()
  for (const one of opened.splice(0)) await one.close()
  rmSync(dir, { recursive: true, force: true })
})

/** The n-th event, with one attribute. */
function eventOf(n: number, more: Json = {}): Json {
  const one = attribute(1000 + n, 'domain', `host-${n}.example`, { to_ids: true })
  return event({ uuid: uuid(n), info: `Event ${n}`, Attribute: [one], ...more })
}
const eventsOf = (count: number) => Array.from({ length: count }, (_, i) => eventOf(i + 10))
const published = (ms: number) => ({ publish_timestamp: String(Math.floor(ms / 1000)) })

async function serve(events: readonly Json[], behaviour: Behaviour = {}): Promise<void> {
  misp = await startMisp(events, behaviour)
  opened.push(misp)
}

async function add(more: Partial<Parameters<Node['feeds']['add']>[0]> = {}): Promise<FeedRow> {
  const asked = { destination: { kind: 'drafts' }, credential: { kind: 'key', key: KEY }, everyMinutes: 0 } as const
  return value(await node.feeds.add({ ...asked, kind: 'misp', name: 'misp', url: misp.url, account: 'test', ...more }))
}

async function pull(): Promise<PullReport> {
  return value(await node.feeds.pull('misp'))
}

/** The objects in all files of drafts, in their order. */
function drafts(): Json[] {
  const folder = join(node.dir, 'private', 'feeds', 'misp')
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
  return files.sort().flatMap((name) => objectTexts(readFileSync(join(folder, name), 'utf8')).map((t) => JSON.parse(t)))
}

const reports = () => drafts().filter(({ type }) => type === 'report')
const namesOf = (objects: readonly Json[]) => objects.map(({ name }) => name)
const views = () => misp.asked.filter((path) => path.includes('/events/view/')).length

test('an event is taken as STIX with its UUIDs, and a second pull takes nothing and fetches nothing', async () => {
  await serve([wholeEvent(), ...eventsOf(3)])
  expect(await add()).toMatchObject({ kind: 'misp', signsIn: 'by the key of a user of MISP' })
  const first = await pull()
  expect([first.failure, first.events, first.whole]).toEqual([undefined, 4, true])
  expect(reports().map(({ id }) => id)).toEqual([1, 10, 11, 12].map((n) => `report--${uuid(n)}`))
  expect(drafts().some(({ id }) => id === `indicator--${uuid(1010)}`)).toBe(true)
  expect(new Set(misp.authorizations)).toEqual(new Set([KEY]))
  const before = views()
  const second = await pull()
  expect([second.failure, second.fresh, second.whole]).toEqual([undefined, 0, true])
  expect(views()).toBe(before)
})

test('an event that is changed, or seen, is taken again, and what was deleted in it comes revoked', async () => {
  await serve(eventsOf(3))
  await add()
  await pull()
  const [gone] = misp.events.get(uuid(10))?.['Attribute'] as Json[]
  const changed = { timestamp: '1769870000', ...published(nowMs) }
  misp.events.set(uuid(10), {
    ...eventOf(10, changed),
    Attribute: [{ ...gone, deleted: true, timestamp: '1769870000' }],
  })
  misp.events.set(uuid(11), { ...eventOf(11), sighting_timestamp: '1769879999' })
  const second = await pull()
  expect([second.events, second.goneTotal]).toEqual([1, 0])
  expect(drafts().findLast(({ id }) => id === `indicator--${uuid(1010)}`)).toMatchObject({ revoked: true })
  // That of the sighting is found by the next list of all.
  nowMs += 86_400_001
  expect((await pull()).events).toBe(1)
})

test('an event whose content changed without its time is taken when it is published again', async () => {
  await serve(eventsOf(2))
  await add()
  await pull()
  const later = attribute(77, 'domain', 'later.example')
  misp.events.set(uuid(10), { ...eventOf(10), ...published(nowMs), Attribute: [later] })
  expect(await pull()).toMatchObject({ events: 1, known: 1 })
  expect(drafts().some(({ id }) => String(id).endsWith(uuid(77)))).toBe(true)
})

test('an event that was published long ago and comes into sight now is found by the list of all', async () => {
  await serve(eventsOf(2))
  await add()
  await pull()
  misp.events.set(uuid(20), eventOf(20))
  expect((await pull()).events).toBe(0)
  nowMs += 86_400_001
  expect((await pull()).events).toBe(1)
  expect(namesOf(reports())).toEqual(['Event 10', 'Event 11', 'Event 20'])
})

test('what is not published is not taken, also where it was taken back into work while it was listed', async () => {
  await serve([eventOf(10, { published: false }), ...eventsOf(3).slice(1)])
  misp.behaviour.answer = (_request, _response, { pathname }) => {
    if (pathname === '/events/index') return false
    misp.events.set(uuid(11), eventOf(11, { published: false }))
    return false
  }
  await add()
  expect(await pull()).toMatchObject({ events: 1, whole: true, unreadableTotal: 0 })
  expect(namesOf(reports())).toEqual(['Event 12'])
})

test('what a MISP keeps to few is marked so, and so is what it says nothing of', async () => {
  const { distribution: _, ...silent } = eventOf(13)
  await serve([
    eventOf(10, { distribution: '0' }),
    eventOf(11, { distribution: '1' }),
    eventOf(12, { distribution: '4', SharingGroup: { uuid: uuid(99), name: 'Few' } }),
    silent,
    eventOf(14, { Tag: [{ name: 'tlp:red' }] }),
    eventOf(15, { Tag: [{ name: 'tlp:amber', local: true }] }),
    eventOf(16, { Attribute: [attribute(1016, 'domain', 'host.example', { distribution: '0' })] }),
  ])
  await add()
  await pull()
  const markings = new Map(drafts().map(({ id, object_marking_refs: refs }) => [id, refs]))
  const of = (id: string) => (markings.get(id) as string[] | undefined)?.map((ref) => TLP.get(ref))
  expect([10, 11, 12, 13, 14, 15].map((n) => of(`report--${uuid(n)}`)?.[0])).toEqual([
    ...['amber+strict', 'green', 'amber+strict', 'amber+strict', 'red', 'amber'],
  ])
  expect(of(`report--${uuid(16)}`)).toBeUndefined()
  expect(of(`observed-data--${uuid(1016)}`)).toEqual(['amber+strict'])
})

test.each<[string, Behaviour]>([
  ['names every event twice, the last one first', { repeats: true }],
  ['lists all events, whatever is asked for', { ignoresFilter: true }],
])('of a server that %s each event is taken once and none left out', async (_, behaviour) => {
  await serve(eventsOf(23), behaviour)
  await add()
  const first = await pull()
  expect([first.failure, first.events, first.whole]).toEqual([undefined, 23, true])
  misp.events.set(uuid(200), eventOf(200, published(nowMs)))
  const second = await pull()
  expect([second.failure, second.whole]).toEqual([undefined, true])
  expect(namesOf(reports()).sort()).toEqual([...eventsOf(23).map(({ info }) => info), 'Event 200'].sort())
  expect((await pull()).fresh).toBe(0)
})

test('a list that is too large is asked for in parts of the time, and none of its events is left out', async () => {
  const spread = eventsOf(60).map((one, i) => ({ ...one, ...published(nowMs - i * 1_000_000) }))
  await serve(spread)
  misp.behaviour.answer = (_request, response, { pathname }, body) => {
    if (pathname !== '/events/index') return false
    const [from, to] = JSON.parse(body).publish_timestamp as [number, number]
    const count = spread.filter((one) => Number(one.publish_timestamp) >= from && Number(one.publish_timestamp) <= to)
    if (count.length <= 10) return false
    response.writeHead(200, { 'content-type': 'application/json' }).end('['.padEnd(17_000_000))
    return true
  }
  await add()
  expect(await pull()).toMatchObject({ events: 60, whole: true })
  expect(reports()).toHaveLength(60)
}, 60_000)

test('a server whose list has no end is given up, and the pull ends', async () => {
  await serve([], {
    answer(_request, response) {
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = () => {
        while (response.write(' '.repeat(65_536)));
        response.once('drain', more)
      }
      more()
      return true
    },
  })
  await add()
  expect((await pull()).failure).toMatchObject({ code: 'feed/too-large' })
}, 120_000)

test.each<[string, Behaviour['answer'], string, RegExp]>([
  [
    'sends a page of HTML with 200',
    (_request, response) => (response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'), true),
    'feed/media-type',
    /text\/html, not with the JSON of MISP/,
  ],
  [
    'calls a page of HTML JSON',
    (_request, response) => (response.writeHead(200, { 'content-type': 'application/json' }).end('<html>'), true),
    'feed/page',
    /no list of events of MISP/,
  ],
  [
    'sends us to its login page',
    (_request, response) => (response.writeHead(302, { location: '/users/login' }).end(), true),
    'feed/credentials',
    /login page \(302\)/,
  ],
  [
    'sends us to another server',
    (_request, response) => (response.writeHead(302, { location: 'https://other.example/events/index' }).end(), true),
    'feed/redirect',
    /where our credentials do not go/,
  ],
  [
    'says JSON that is no list',
    (_request, response) => (
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"message":"x"}'), true
    ),
    'feed/page',
    /it is no list/,
  ],
  [
    'wants to be left alone',
    (_request, response) => (response.writeHead(429, { 'x-rate-limit-reset': '300' }).end(), true),
    'feed/wait',
    /come later \(429\)/,
  ],
  ['fails', (_request, response) => (response.writeHead(500).end(), true), 'feed/unreachable', /failed \(500\)/],
])('of a server that %s the reason is told, and nothing is lost', async (_, answer, code, words) => {
  await serve(eventsOf(3), answer === undefined ? {} : { answer })
  await add()
  const report = await pull()
  expect(report.failure).toMatchObject({ code, message: expect.stringMatching(words) })
  misp.behaviour.answer = () => false
  expect(value(await node.feeds.pull('misp', { now: true }))).toMatchObject({ events: 3, whole: true })
})

test('a server that asks to be left alone is, for as long as it says', async () => {
  await serve(eventsOf(3), {
    answer: (_request, response) => (response.writeHead(429, { 'x-rate-limit-reset': '300' }).end(), true),
  })
  await add()
  expect((await pull()).waitUntilMs).toBe(nowMs + 300_000)
  expect(await node.feeds.pull('misp')).toMatchObject({ ok: false, code: 'feed/wait' })
})

test('a key that is not taken is told, and shown nowhere', async () => {
  await serve(eventsOf(1), {
    answer: (_request, response) => {
      const message = `The key wr0ng-key is not known.`
      response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify({ name: 'x', message }))
      return true
    },
  })
  await add({ credential: { kind: 'key', key: 'wr0ng-key' } })
  const { failure } = await pull()
  expect(failure).toMatchObject({
    code: 'feed/not-allowed',
    message: expect.stringContaining('The key … is not known'),
  })
  expect(JSON.stringify([failure, await node.feeds.list(), lines])).not.toContain('wr0ng-key')
  for (const name of ['feeds.db', 'feeds.db-wal']) {
    const file = join(node.dir, 'private', name)
    if (existsSync(file)) expect(readFileSync(file).includes('wr0ng-key')).toBe(false)
  }
})

test.each<[string, (response: import('node:http').ServerResponse) => void, RegExp]>([
  ['is broken', (response) => void response.writeHead(200, JSON_HEAD).end('{"Event":{"uuid":1}}'), /Event\.uuid/],
  [
    'is another one',
    (response) => void response.writeHead(200, JSON_HEAD).end(JSON.stringify({ Event: eventOf(99) })),
    /gave another event/,
  ],
  ['may not be seen', (response) => void response.writeHead(403, JSON_HEAD).end('{"message":"No."}'), /It says: No\./],
  [
    'breaks off',
    (response) => {
      response.writeHead(200, { ...JSON_HEAD, 'content-length': '1000' }).write('{', () => response.destroy())
    },
    /gave no whole answer/,
  ],
])('an event that %s holds up no other, and is named', async (_, play, words) => {
  await serve(eventsOf(5))
  misp.behaviour.answer = (_request, response, { pathname }) => {
    if (pathname !== `/events/view/${uuid(12)}`) return false
    play(response)
    return true
  }
  await add()
  const report = await pull()
  expect(report).toMatchObject({ events: 4, whole: true, unreadableTotal: 1 })
  expect(report.unreadable[0]).toMatchObject({
    object: `event ${uuid(12)}`,
    message: expect.stringMatching(words),
  })
  for (let n = 0; n < 6; n++) await pull()
  const before = views()
  expect(await pull()).toMatchObject({ unreadableTotal: 0, whole: true })
  expect(views()).toBe(before)
})

test('an event that was deleted since it was listed is no failure, and one that is gone later is told once', async () => {
  await serve(eventsOf(4))
  let listed = false
  misp.behaviour.answer = (_request, _response, { pathname }) => {
    if (pathname !== '/events/index' && !listed) misp.events.delete(uuid(13))
    listed = true
    return false
  }
  await add()
  expect(await pull()).toMatchObject({ whole: true, unreadableTotal: 0 })
  misp.events.delete(uuid(10))
  nowMs += 86_400_001
  expect(await pull()).toMatchObject({ goneTotal: 1, gone: [uuid(10)] })
  nowMs += 86_400_001
  expect(await pull()).toMatchObject({ goneTotal: 0 })
})

test('only what was published after a time is taken where that was asked for', async () => {
  await serve([eventOf(10), eventOf(11, published(Date.parse('2026-05-01T00:00:00Z')))])
  expect(await add({ since: '2026-04-01T00:00:00Z' })).toMatchObject({ addedAfter: '2026-04-01T00:00:00.000000Z' })
  expect(await pull()).toMatchObject({ events: 1, goneTotal: 0 })
  expect(namesOf(reports())).toEqual(['Event 11'])
})

test('a MISP is signed in to by a key alone, and a collection by none', async () => {
  await serve([])
  const asked = { name: 'x', url: misp.url, account: 'test', everyMinutes: 0, destination: { kind: 'drafts' } } as const
  const refused = { ok: false, code: 'feed/credentials' }
  expect(await node.feeds.add({ ...asked, kind: 'misp', credential: { kind: 'none' } })).toMatchObject(refused)
  expect(
    await node.feeds.add({ ...asked, url: `${misp.url}collections/c/`, credential: { kind: 'key', key: KEY } }),
  ).toMatchObject(refused)
  await add()
  expect(await node.feeds.setCredential('misp', { kind: 'bearer', token: 'x' })).toMatchObject(refused)
  for (const url of [
    'http://misp.example/',
    `${misp.url}events/index`,
    `${misp.url}?a=b`,
    'https://a:b@misp.example/',
  ]) {
    expect(await node.feeds.add({ ...asked, url, kind: 'misp', credential: { kind: 'key', key: KEY } })).toMatchObject({
      code: 'feed/url',
    })
  }
})

const JSON_HEAD = { 'content-type': 'application/json' }
const TLP = new Map([
  ['marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1', 'red'],
  ['marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003', 'amber+strict'],
  ['marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421', 'amber'],
  ['marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb', 'green'],
])
