// Pulling from foreign TAXII servers, good and bad: each object is taken once, none is left out, and every pull ends.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FeedRow, initNode, Node, type PullReport, realSurroundings, type Surroundings } from '@countersign/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Behaviour, type ForeignServer, idOf, type Joined, joined, startForeign } from './foreign-taxii.ts'
import { TLS, value } from './parties.ts'
import { objectTexts } from './taxii-client.ts'

let dir: string
let node: Node
let foreign: ForeignServer
const opened: { close(): Promise<void> }[] = []
/** Waits of the engine are over at once; the log lines of the node. */
const lines: string[] = []
let waits: number[] = []

function around(): Surroundings {
  const real = realSurroundings((level, event, facts) => lines.push(JSON.stringify([level, event, facts])))
  return {
    ...real,
    after(ms, act) {
      waits.push(ms)
      return real.after(ms >= 500 && ms <= 10_000 ? 1 : ms, act)
    },
  }
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-feeds-'))
  lines.length = 0
  waits = []
  const at = join(dir, 'alfa')
  value(await initNode({ dir: at, party: 'alfa.example', endpoint: 'http://127.0.0.1:1/' }, realSurroundings()))
  node = value(await Node.open(at, around()))
})
afterEach(async () => {
  await node.stop()
  for (const one of opened.splice(0)) await one.close()
  rmSync(dir, { recursive: true, force: true })
})

const some = (count: number, from = 1) => Array.from({ length: count }, (_, i) => joined(from + i))

async function serve(objects: Joined[], behaviour: Behaviour = {}): Promise<void> {
  foreign = await startForeign(objects, behaviour)
  opened.push(foreign)
}

async function add(more: Partial<Parameters<Node['feeds']['add']>[0]> = {}): Promise<FeedRow> {
  const asked = { destination: { kind: 'drafts' }, credential: { kind: 'none' }, everyMinutes: 0 } as const
  return value(await node.feeds.add({ ...asked, name: 'foreign', url: foreign.url, account: 'test', ...more }))
}

async function pull(): Promise<PullReport> {
  return value(await node.feeds.pull('foreign'))
}

/** The texts in all files of drafts, in their order. */
function drafts(): string[] {
  const folder = join(node.dir, 'private', 'feeds', 'foreign')
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
  return files.sort().flatMap((name) => objectTexts(readFileSync(join(folder, name), 'utf8')))
}

const textsOf = (objects: readonly Joined[]) => objects.map(({ text }) => text)

/** Pulls, lets more join, pulls twice more: everything stands among the drafts once, in its order. */
async function everythingOnce(objects: Joined[], behaviour: Behaviour): Promise<PullReport[]> {
  await serve([...objects], behaviour)
  await add()
  const first = await pull()
  expect(first.failure).toBeUndefined()
  expect(drafts()).toEqual(textsOf(objects))
  const later = some(7, 5_000)
  foreign.objects.push(...later)
  const second = await pull()
  expect([second.failure, second.fresh]).toEqual([undefined, 7])
  const third = await pull()
  expect([third.failure, third.fresh]).toEqual([undefined, 0])
  expect(drafts()).toEqual(textsOf([...objects, ...later]))
  return [first, second, third]
}

test('a server that keeps to the standard gives each object once, byte for byte, and is asked for what is new alone', async () => {
  const objects = [joined(0, 0, { big: 1, x: 'é' }), ...some(22)]
  const [, , third] = await everythingOnce(objects, { pageSize: 5 })
  expect(third).toMatchObject({ pages: 1, known: 0, whole: true })
  expect(foreign.asked[0]).toBe('/root/collections/c1/objects/?limit=1000')
  expect(foreign.asked.at(-1)).toContain('added_after=2026-01-01T01%3A23%3A26.000000Z')
  // The filters stay what they were while a page follows from another.
  expect(foreign.asked.slice(0, 5).every((path) => !path.includes('added_after'))).toBe(true)
})

test.each<[string, Behaviour]>([
  ['names no next page', { next: 'none' }],
  ['names no next page and takes added_after for “at or after”', { next: 'none', inclusive: true }],
  ['takes added_after for “at or after”', { inclusive: true }],
  ['gives the last object of a page once more on the next', { overlaps: true }],
  ['says of the last page, too, that there is more', { more: 'always', next: 'none' }],
  ['says so, and takes added_after for “at or after”', { more: 'always', next: 'none', inclusive: true }],
  ['gives the first page for every next', { next: 'same' }],
  ['gives the first page for every next and has ever new ones', { next: 'fresh', more: 'always' }],
  ['names no times', { withoutTimes: true }],
  ['gives all at once, whatever was asked for', { pageSize: 100_000 }],
  ['gives one at a time', { pageSize: 1 }],
  ['spells its media type with a blank and quotes', { mediaType: 'application/taxii+json; version="2.1"' }],
  ['calls it JSON', { mediaType: 'application/json; charset=utf-8' }],
  ['takes a media type with a blank alone', { accepts: 'application/taxii+json; version=2.1' }],
  ['takes the media type under its old name alone', { accepts: 'application/vnd.oasis.taxii+json; version=2.1' }],
])('of a server that %s each object is taken once and none left out', async (_, behaviour) => {
  await everythingOnce(some(23), { pageSize: 5, ...behaviour })
})

test('of many objects with one time none is left out, where a server has no way on but times', async () => {
  const oneTime = Array.from({ length: 40 }, (_, i) => joined(i + 10, 10))
  const objects = [...some(3), ...oneTime, ...some(3, 100)]
  // It gives a page of ten, and larger ones where more is asked for.
  await serve(objects, { next: 'none', divides: 100 })
  await add()
  const report = await pull()
  expect([report.failure, report.doubt]).toEqual([undefined, undefined])
  expect(drafts().sort()).toEqual(textsOf(objects).sort())
})

test('where a server cannot be brought to give all that has one time, that is told and the rest is taken', async () => {
  const oneTime = Array.from({ length: 40 }, (_, i) => joined(i + 10, 10))
  await serve([...some(3), ...oneTime, ...some(9, 100)], { next: 'none', pageSize: 10 })
  await add()
  const report = await pull()
  expect(report).toMatchObject({ whole: true, fresh: 22 })
  expect((await node.feeds.list())[0]?.doubt).toContain('some of them may be missing here')
})

test('what joins at the very time where the last pull ended is taken by the next, where the server gives it', async () => {
  await serve(some(3), { inclusive: true })
  await add()
  await pull()
  foreign.objects.push(joined(99, 3))
  expect((await pull()).fresh).toBe(1)
  expect(drafts()).toHaveLength(4)
})

test('a server that says for ever that there is more and never names a way on is told of, and the pull ends', async () => {
  await serve(some(12), { next: 'none', withoutTimes: true, pageSize: 5 })
  await add()
  for (const fresh of [5, 0]) {
    const report = await pull()
    expect(report).toMatchObject({ pages: 1, fresh, whole: false, failure: { code: 'feed/no-way-on' } })
  }
  expect((await node.feeds.list())[0]?.error).toContain('X-TAXII-Date-Added-Last')
  expect(drafts()).toHaveLength(5)
})

test('a server with ever new empty pages ends with what it did', async () => {
  await serve([], {
    answer(_request, response, url) {
      const next = Number(url.searchParams.get('next') ?? 0) + 1
      response.writeHead(200, { 'content-type': 'application/taxii+json;version=2.1' })
      response.end(`{"more":true,"next":"${next}"}`)
      return true
    },
  })
  await add()
  const report = await pull()
  expect(report.failure ?? report.doubt).toBeDefined()
  expect(foreign.asked.length).toBeLessThan(1_500)
})

test('a time far ahead of our clock leads nobody past what comes later', async () => {
  await serve(some(3))
  foreign.objects.push({ ...joined(4), at: Date.parse('9000-01-01T00:00:00Z') })
  await add()
  await pull()
  foreign.objects.splice(3, 1, joined(5, 50))
  expect((await pull()).fresh).toBe(1)
})

test('a next that the server has forgotten has the round begin again, and nothing is taken twice', async () => {
  await serve(some(20), { pageSize: 5 })
  let isBroken = false
  foreign.behaviour.answer = (_request, response, url) => {
    if (url.searchParams.get('next') === '10' && !isBroken) {
      isBroken = true
      response.writeHead(410).end()
      return true
    }
    return false
  }
  await add()
  expect((await pull()).failure).toBeUndefined()
  expect(drafts()).toEqual(textsOf(some(20)))
})

test('a server that asks us to come later is left alone until then, and the pull goes on where it was', async () => {
  await serve(some(12), { pageSize: 5 })
  let calls = 0
  foreign.behaviour.answer = (_request, response) => {
    if (++calls !== 2) return false
    response.writeHead(429, { 'retry-after': '3600' }).end('{"title":"Too many requests"}')
    return true
  }
  await add()
  const before = Date.now()
  const report = await pull()
  expect(report).toMatchObject({ fresh: 5, whole: false, failure: { code: 'feed/wait' } })
  expect(report.waitUntilMs).toBeGreaterThanOrEqual(before + 3_600_000)
  expect(report.failure?.message).toContain('It says: Too many requests')
  const refused = await node.feeds.pull('foreign')
  expect(refused).toMatchObject({ ok: false, code: 'feed/wait' })
  expect(calls).toBe(2)
  expect(value(await node.feeds.pull('foreign', { now: true }))).toMatchObject({ fresh: 7, known: 0, whole: true })
  expect((await node.feeds.list())[0]).toMatchObject({ totalNew: 12, error: null, waitUntilMs: null })
})

test('a short wait is waited for, and a server that fails is tried again, later each time and then no more', async () => {
  await serve(some(2))
  let calls = 0
  foreign.behaviour.answer = (_request, response) => {
    calls++
    if (calls > 2 && calls < 5) return false
    response.writeHead(calls === 1 ? 503 : 500, calls === 1 ? { 'retry-after': '2' } : {}).end()
    return true
  }
  await add()
  expect(await pull()).toMatchObject({ fresh: 2, whole: true })
  expect(waits).toEqual(expect.arrayContaining([2_000, 4_000]))
  calls = 4
  expect(await pull()).toMatchObject({ failure: { code: 'feed/unreachable' } })
  expect(calls).toBe(7)
})

test('credentials go to no other server, are given back to nobody and stand in no file and no line of the log', async () => {
  await serve(some(2))
  const other = await startForeign(some(1))
  opened.push(other)
  const secret = 'correct-horse-battery'
  await add({ credential: { kind: 'basic', user: 'alfa', password: secret } })
  await pull()
  const basic = `Basic ${Buffer.from(`alfa:${secret}`).toString('base64')}`
  expect(foreign.authorizations).toEqual([basic])
  foreign.behaviour.answer = (_request, response) => {
    response.writeHead(302, { location: `${other.url}objects/` }).end()
    return true
  }
  const sentOn = await pull()
  expect(sentOn.failure).toMatchObject({ code: 'feed/redirect' })
  expect(sentOn.failure?.message).toContain(new URL(other.url).origin)
  expect(other.asked).toEqual([])
  foreign.behaviour.answer = (request, response) => {
    response.writeHead(401).end(JSON.stringify({ title: `No: ${secret} ${request.headers.authorization}\u001b[2J` }))
    return true
  }
  const refused = await pull()
  expect(refused.failure?.message).toContain('It says: No: …')
  const rows = JSON.stringify([refused, await node.feeds.list(), lines])
  for (const told of [secret, basic.slice(6), '\u001b', '\\u001b']) expect(rows).not.toContain(told)
  expect((await node.feeds.list())[0]?.signsIn).toBe('as alfa, by HTTP Basic')
  await node.stop()
  for (const name of readdirSync(join(node.dir, 'private')).filter((one) => one.startsWith('feeds.db'))) {
    const bytes = readFileSync(join(node.dir, 'private', name))
    for (const told of [secret, basic.slice(6)]) expect(bytes.includes(told)).toBe(false)
  }
  node = value(await Node.open(node.dir, around()))
  foreign.behaviour = {}
  await pull()
  expect(foreign.authorizations.at(-1)).toBe(basic)
  value(await node.feeds.setCredential('foreign', { kind: 'bearer', token: 'ein-token' }))
  await pull()
  expect(foreign.authorizations.at(-1)).toBe('Bearer ein-token')
})

test('a server whose certificate nobody vouches for is told nothing', async () => {
  await serve([])
  const asked: string[] = []
  const [cert, key] = [readFileSync(TLS.certFile), readFileSync(TLS.keyFile)]
  const server = createServer({ cert, key }, (request, response) => {
    asked.push(request.url ?? '')
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push({ close: () => new Promise((resolve) => server.close(() => resolve())) })
  const { port } = server.address() as AddressInfo
  await add({ url: `https://127.0.0.1:${port}/root/collections/c1/`, credential: { kind: 'bearer', token: 'ours' } })
  const { failure } = await pull()
  expect(failure?.code).toBe('feed/unreachable')
  expect(failure?.message).toContain('its certificate is not trusted here')
  expect(asked).toEqual([])
})

test('a redirect within the server is followed, a ring of them is not', async () => {
  await serve(some(2))
  foreign.behaviour.answer = (_request, response, url) => {
    if (url.pathname.startsWith('/moved')) return false
    response.writeHead(307, { location: `/moved${url.pathname}${url.search}` }).end()
    return true
  }
  await add()
  expect(await pull()).toMatchObject({ fresh: 2 })
  foreign.behaviour.answer = (_request, response, url) => {
    response.writeHead(302, { location: `${url.pathname}x` }).end()
    return true
  }
  expect((await pull()).failure).toMatchObject({ code: 'feed/redirect' })
  expect(foreign.asked.length).toBeLessThan(10)
})

test('an answer without end, one that breaks off, and one that is no TAXII are refused with a sentence, and nothing is taken', async () => {
  await serve([])
  await add()
  const answers: [string, string, NonNullable<Behaviour['answer']>][] = [
    [
      'feed/media-type',
      'text/html',
      (_request, response) => (response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Welcome</p>'), true),
    ],
    ['feed/page', 'no TAXII envelope', (_request, response) => (taxii(response).end('{"objects":[{]}'), true)],
    ['feed/page', 'one object', (_request, response) => (taxii(response).end(joined(1).text), true)],
    [
      'feed/unreachable',
      'no whole answer',
      (_request, response) => (taxii(response).write('{"obj'), response.destroy(), true),
    ],
    [
      'feed/too-large',
      'bytes',
      (_request, response) => {
        taxii(response)
        const chunk = Buffer.alloc(1_048_576, 32)
        const write = () => {
          while (!response.destroyed && response.write(chunk));
        }
        response.on('drain', write)
        write()
        return true
      },
    ],
  ]
  for (const [code, words, answer] of answers) {
    foreign.behaviour.answer = answer
    const { failure, fresh } = await pull()
    expect([failure?.code, fresh]).toEqual([code, 0])
    expect(failure?.message).toContain(words)
  }
  expect(drafts()).toEqual([])
})

const taxii = (response: Parameters<NonNullable<Behaviour['answer']>>[1]) =>
  response.writeHead(200, { 'content-type': 'application/taxii+json;version=2.1' })

test('what is no STIX 2.1 is named and left out, and the rest is taken', async () => {
  await serve([
    joined(1),
    { id: 'x', text: '{"type":"indicator","id":"indicator--1"}', at: 5 },
    { id: 'y', text: '7', at: 6 },
    joined(2),
  ])
  await add()
  expect(await pull()).toMatchObject({
    fresh: 2,
    unreadableTotal: 2,
    unreadable: [{ object: 'element 1' }, { object: 'element 2' }],
  })
  expect(drafts()).toEqual(textsOf(some(2)))
})

test('another order of keys is no other object, and another content of the same version is one', async () => {
  await serve(some(1), { inclusive: true })
  await add()
  await pull()
  const { id, at, text } = joined(1)
  const turned = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse()))
  foreign.objects = [{ id, at, text: turned }, joined(1, 1, { name: 'another' })]
  expect(await pull()).toMatchObject({ fresh: 1, known: 1 })
})

test('a feed is refused whose address, name or credentials are none', async () => {
  await serve([])
  const wrong: [string, Partial<Parameters<Node['feeds']['add']>[0]>][] = [
    ['feed/url', { url: 'http://taxii.example/root/collections/c1/' }],
    ['feed/url', { url: 'https://alfa:secret@taxii.example/root/collections/c1/' }],
    ['feed/url', { url: 'https://taxii.example/taxii2/' }],
    ['feed/url', { url: 'file:///collections/c1/' }],
    ['feed/name', { name: '../foreign' }],
    ['feed/credentials', { credential: { kind: 'bearer', token: 'two words' } }],
    ['feed/credentials', { credential: { kind: 'basic', user: 'a:b', password: 'x' } }],
    ['feed/since', { since: 'yesterday' }],
    ['pact/unknown', { destination: { kind: 'share', pact: 'none' } }],
  ]
  for (const [code, more] of wrong) {
    await expect(add(more), code).rejects.toThrow(code)
  }
  expect(await node.feeds.list()).toEqual([])
})

test('one that is paused is not pulled; one that is removed leaves its drafts, and one of its name writes others', async () => {
  await serve(some(2))
  await add({ since: '2026-01-01T00:00:01Z' })
  await pull()
  expect(drafts()).toEqual([joined(2).text])
  value(await node.feeds.pause('foreign', true))
  expect(await node.feeds.pull('foreign')).toMatchObject({ ok: false, code: 'feed/paused' })
  value(await node.feeds.remove('foreign'))
  await add()
  await pull()
  expect(drafts()).toEqual([joined(2).text, ...textsOf(some(2))])
})

test('two pulls at once are one', async () => {
  await serve(some(40), { pageSize: 2 })
  await add()
  const [one, other] = await Promise.all([node.feeds.pull('foreign'), node.feeds.pull('foreign')])
  expect([one?.ok, other]).toMatchObject([true, { code: 'feed/busy' }])
  expect(drafts()).toHaveLength(40)
  expect(idOf(1)).toContain('tool--')
})
