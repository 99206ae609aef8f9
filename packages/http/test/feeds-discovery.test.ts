// Which collections a foreign TAXII server has: found from whatever address a person has of it, and bounded whatever it says.

import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Credential, type Discovered, FEED_LIMITS, initNode, Node, realSurroundings } from '@countersign/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ForeignServer, startForeign } from './foreign-taxii.ts'
import { startParties, value } from './parties.ts'

let dir: string
let node: Node
const opened: { close(): Promise<void> }[] = []

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-discovery-'))
  const around = {
    ...realSurroundings(),
    after: (ms: number, act: () => void) => realSurroundings().after(ms / 100, act),
  }
  value(await initNode({ dir, party: 'alfa.example', endpoint: 'http://127.0.0.1:1/' }, around))
  node = value(await Node.open(dir, around))
})
afterEach(async () => {
  await node.stop()
  for (const one of opened.splice(0)) await one.close()
  rmSync(dir, { recursive: true, force: true })
})

/** A server that answers these paths, and 404 to every other. */
async function serve(answers: Record<string, unknown>): Promise<ForeignServer> {
  const foreign = await startForeign([], {
    answer(_request: IncomingMessage, response: ServerResponse, url: URL) {
      const found = answers[url.pathname]
      const json = { 'content-type': 'application/taxii+json;version=2.1' }
      if (found === undefined) response.writeHead(404, json).end('{"title":"Nothing here"}')
      else response.writeHead(200, json).end(typeof found === 'string' ? found : JSON.stringify(found))
      return true
    },
  })
  opened.push(foreign)
  return foreign
}

const at = ({ url }: ForeignServer, path: string) => new URL(path, url).href
const discover = (url: string, credential: Credential = { kind: 'none' }) => node.feeds.discover({ url, credential })
const collection = (id: string, more: Record<string, unknown> = {}) => ({
  ...{ id, title: `Title of ${id}`, can_read: true, can_write: false, media_types: [] },
  ...more,
})
const titles = ({ roots }: Discovered) => roots.map(({ collections }) => collections.map(({ title }) => title))

test('the collections of a server are found from its name, its discovery address, an API root, their list, and one of them', async () => {
  const foreign = await serve({
    '/taxii2/': { title: 'Partner', default: '/one/', api_roots: ['/one/', '/one', '/two'] },
    '/one/': { title: 'First', versions: ['application/taxii+json;version=2.1'], max_content_length: 1000 },
    '/one/collections/': { collections: [collection('a', { description: 'What\nit is' }), collection('b')] },
    // It has none for us, and leaves the property out.
    '/two/collections/': {},
  })
  const a = {
    ...{ url: at(foreign, '/one/collections/a/'), id: 'a', title: 'Title of a', description: 'What it is' },
    ...{ mayRead: true, mayWrite: false },
  }
  for (const path of ['/', '/taxii2', '/taxii2/']) {
    const found = value(await discover(at(foreign, path)))
    expect(found).toMatchObject({ title: 'Partner', elsewhere: [], more: false })
    expect(found.roots).toMatchObject([
      { url: at(foreign, '/one/'), title: 'First', more: false },
      { url: at(foreign, '/two/'), title: '', collections: [] },
    ])
    expect(found.roots[0]?.collections[0]).toEqual(a)
    expect(found.roots.some(({ failure }) => failure !== undefined)).toBe(false)
  }
  for (const path of ['/one', '/one/', '/one/collections/', '/one/collections/b/objects/']) {
    const found = value(await discover(at(foreign, path)))
    expect([path, titles(found)]).toEqual([path, [['Title of a', 'Title of b']]])
    expect(found.roots[0]?.collections[0]).toEqual(a)
  }
})

test('what is found can be added as a feed', async () => {
  const foreign = await serve({ '/r/': { title: 'R' }, '/r/collections/': { collections: [collection('x/../y z')] } })
  const [root] = value(await discover(at(foreign, '/r/'))).roots
  const url = root?.collections[0]?.url ?? ''
  expect(url).toBe(at(foreign, '/r/collections/x%2F..%2Fy%20z/'))
  const feed = { name: 'found', url, destination: { kind: 'drafts' }, credential: { kind: 'none' }, everyMinutes: 0 }
  expect(value(await node.feeds.add({ ...feed, account: 'test' } as Parameters<Node['feeds']['add']>[0])).url).toBe(url)
})

test('an API root on another server is named, and gets neither a question nor our credentials', async () => {
  const other = await serve({ '/root/collections/': { collections: [collection('secret')] } })
  const foreign = await serve({
    '/taxii2/': { title: 'Partner', api_roots: [at(other, '/root/'), 'https://name:word@taxii.example/', 7, '/mine/'] },
    '/mine/collections/': { collections: [] },
  })
  const found = value(await discover(at(foreign, '/'), { kind: 'bearer', token: 'a-token' }))
  expect(found.elsewhere).toEqual([at(other, '/root/')])
  expect(found.roots.map(({ url }) => url)).toEqual([at(foreign, '/mine/')])
  expect(other.asked).toEqual([])
  expect(foreign.authorizations).toContain('Bearer a-token')
})

test('a root that does not answer is told of, and hides no other', async () => {
  const foreign = await serve({
    '/taxii2/': { api_roots: ['/gone/', '/here/'] },
    '/here/collections/': { collections: [collection('a')] },
  })
  const { roots } = value(await discover(at(foreign, '/')))
  expect(roots[0]).toMatchObject({ collections: [], failure: expect.stringContaining('Nothing here') })
  expect(roots[1]?.collections).toHaveLength(1)
  expect(roots[1]?.failure).toBeUndefined()
})

test('of roots and collections without end so many are shown as are bounded, and that there are more is said', async () => {
  const names = Array.from({ length: FEED_LIMITS.roots + 5 }, (_, i) => `/r${i}/`)
  const many = Array.from({ length: FEED_LIMITS.collections + 5 }, (_, i) => collection(`c${i}`))
  const lists = Object.fromEntries(names.map((name) => [`${name}collections/`, { collections: many }]))
  const foreign = await serve({ '/taxii2/': { api_roots: names }, ...lists })
  const found = value(await discover(at(foreign, '/')))
  expect(found.more).toBe(true)
  expect(found.roots).toHaveLength(FEED_LIMITS.roots)
  for (const root of found.roots) {
    expect(root.collections).toHaveLength(FEED_LIMITS.collections)
    expect(root.more).toBe(true)
  }
  expect(foreign.asked.length).toBeLessThanOrEqual(1 + 2 * FEED_LIMITS.roots)
})

test('what a server says of itself is one short line without control characters and without our secret', async () => {
  const title = `\u001b[2J${'long '.repeat(1000)}`
  const foreign = await serve({
    '/r/': { title },
    '/r/collections/': {
      collections: [
        collection('a', { title: 'It is s3cr3t\u202e' }),
        collection('', {}),
        collection('b'.repeat(FEED_LIMITS.idChars + 1)),
        'nonsense',
        null,
      ],
    },
  })
  const [root] = value(await discover(at(foreign, '/r/'), { kind: 'basic', user: 'u', password: 's3cr3t' })).roots
  expect(root?.title.length).toBeLessThanOrEqual(FEED_LIMITS.sentenceChars + 1)
  expect(root?.title).toMatch(/^\[2Jlong/)
  expect(root?.collections.map((one) => one.title)).toEqual(['It is …'])
})

test.each<[string, unknown, string]>([
  ['a list', '[]', 'feed/answer'],
  ['no JSON', 'hello', 'feed/answer'],
  ['more than an answer may have', `{"title":"${'x'.repeat(FEED_LIMITS.answerBytes)}"}`, 'feed/too-large'],
])('an answer that is %s is refused with a sentence', async (_what, body, code) => {
  const foreign = await serve({ '/taxii2/': body })
  const found = await discover(at(foreign, '/'))
  expect(found).toMatchObject({ ok: false, code, message: expect.stringMatching(/^127\.0\.0\.1:[0-9]+ .*\.$/) })
})

test.each([
  ['no address', 'nonsense'],
  ['http:// to another machine', 'http://taxii.example/taxii2/'],
  ['a name and a password', 'https://u:p@taxii.example/'],
  ['a query', 'https://taxii.example/?next=1'],
  ['more characters than an address may have', `https://taxii.example/${'a'.repeat(FEED_LIMITS.urlChars)}`],
])('an address of a server that is or has %s is refused, and nothing is asked', async (_what, url) => {
  expect(await discover(url)).toMatchObject({ ok: false, code: 'feed/url' })
})

test('our own server is discovered like any other', { timeout: 120_000 }, async () => {
  const parties = await startParties()
  opened.push(parties)
  const { alfa, pact } = parties
  const { user, password } = alfa.taxii
  const found = value(await discover(`${alfa.url}taxii2/`, { kind: 'basic', user, password }))
  expect(found.roots.map(({ url }) => url)).toEqual([`${alfa.url}taxii2/${pact}/`])
  expect(titles(found)[0]).toEqual(expect.arrayContaining([expect.stringMatching(/./)]))
  const readable = found.roots[0]?.collections.find(({ mayRead }) => mayRead)
  const feed = {
    destination: { kind: 'drafts' },
    credential: { kind: 'basic', user, password },
    everyMinutes: 0,
  } as const
  value(await node.feeds.add({ ...feed, name: 'alfa', url: readable?.url ?? '', account: 'test' }))
  expect(value(await node.feeds.pull('alfa')).failure).toBeUndefined()
})
