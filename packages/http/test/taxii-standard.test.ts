// What TAXII 2.1 asks of a server, on a real one: media types, errors, filters, paging, statuses and removal (OASIS TAXII
// 2.1 sections 3 to 5). The table of packages/http/README.md names these tests.

import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LIMITS } from '../src/limits.ts'
import { formatRight, parseRight } from '../src/taxii/rights.ts'
import { bytesInput, type Parties, type Party, startParties, until, value } from './parties.ts'
import { objectTexts, readAll, TAXII, taxii } from './taxii-client.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
  await shareTexts([tool(1, 'one'), ADDRESS])
  await shareTexts([tool(1, 'one, newer', '2026-03-01T00:00:00.000Z'), tool(2, 'two')])
})
afterAll(() => parties.close())

const MICROSECONDS = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const idOf = (n: number) => `tool--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const tool = (n: number, name: string, modified = '2026-02-01T00:00:00.000Z') =>
  `{"type":"tool","spec_version":"2.1","id":"${idOf(n)}","created":"2026-02-01T00:00:00.000Z","modified":"${modified}","name":"${name}"}`
const ADDRESS_ID = 'ipv4-addr--00000000-0000-4000-8000-000000000099'
const ADDRESS = `{"type":"ipv4-addr","spec_version":"2.1","id":"${ADDRESS_ID}","value":"198.51.100.3"}`

async function shareTexts(texts: readonly string[]): Promise<void> {
  const { alfa, pact } = parties
  value(
    await alfa.node.share({
      pact,
      account: 'test',
      input: bytesInput(Buffer.from(`{"objects":[${texts.join(',')}]}`)),
    }),
  )
  await until('it to stand in the outbox', async () => {
    const ours = new Set(await readAll(alfa, pact, 'outbox'))
    return texts.every((text) => ours.has(text))
  })
}

interface Answer {
  status: number
  headers: Headers
  text: string
  body: {
    [name: string]: unknown
    more?: boolean
    next?: string
    objects?: Record<string, unknown>[]
    versions?: string[]
  }
}

async function call(path: string, init: RequestInit = {}, party: Party = parties.alfa): Promise<Answer> {
  const answer = await taxii(party, path, init)
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, body: text === '' ? {} : JSON.parse(text) }
}
const ask = (path: string, init: RequestInit = {}) => call(`${parties.pact}/collections/outbox/${path}`, init)
const names = async (query: string) => (await ask(`objects/?${query}`)).body.objects?.map(({ name, id }) => name ?? id)
const post = (body: string, headers: Record<string, string> = { 'content-type': TAXII }) =>
  ask('objects/', { method: 'POST', headers, body })

/** Whoever has these rights, by bearer token. */
function toolWith(...rights: string[]): { authorization: string } {
  const { password } = value(
    parties.alfa.accounts.tools.add(
      `t${randomUUID().slice(0, 8)}`,
      rights.map((text) => value(parseRight(text))),
    ),
  )
  return { authorization: `Bearer ${password}` }
}

describe('every answer', () => {
  const paths = () => [
    '',
    `${parties.pact}/`,
    `${parties.pact}/collections/`,
    `${parties.pact}/collections/outbox/`,
    ...['manifest/', 'objects/', `objects/${idOf(1)}/`, `objects/${idOf(1)}/versions/`].map(
      (end) => `${parties.pact}/collections/outbox/${end}`,
    ),
  ]

  test('has exactly the media type of TAXII 2.1, with its version', async () => {
    for (const path of paths()) {
      const { status, headers } = await call(path)
      expect([path, status, headers.get('content-type')]).toEqual([path, 200, TAXII])
    }
  })

  test.each([
    TAXII,
    'application/taxii+json; version=2.1',
    'application/taxii+json;version="2.1"',
    'application/taxii+json',
    'APPLICATION/TAXII+JSON',
    '*/*',
    'application/*',
    'application/taxii+json;version=2.1,application/stix+json;version=2.1',
    'text/html, application/taxii+json;q=0.5',
  ])('is given to whoever accepts %s', async (accept) => {
    for (const path of paths()) expect([path, (await call(path, { headers: { accept } })).status]).toEqual([path, 200])
  })

  test.each([
    'text/html',
    'application/json',
    'application/taxii+json;version=2.0',
    'application/vnd.oasis.taxii+json;version=2.0',
    'application/taxii+json;q=0',
  ])('is 406 to whoever accepts only %s', async (accept) => {
    for (const path of paths()) expect([path, (await call(path, { headers: { accept } })).status]).toEqual([path, 406])
  })

  test('to a request without User-Agent is the same', async () => {
    const { port } = new URL(parties.alfa.url)
    const { user, password } = parties.alfa.taxii
    const status = await new Promise((resolve, reject) => {
      const headers = { accept: TAXII, authorization: `Basic ${btoa(`${user}:${password}`)}` }
      httpRequest({ host: '127.0.0.1', port, path: '/taxii2/', headers }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
        .on('error', reject)
        .end()
    })
    expect(status).toBe(200)
  })

  test.each<[string, string, RequestInit, number]>([
    ['no root', '00000000-0000-4000-8000-000000000000/', {}, 404],
    ['nothing there', 'nowhere/at/all/', {}, 404],
    ['a path without its slash', 'PACT', {}, 404],
    ['no collection', 'PACT/collections/none/', {}, 404],
    ['no object', 'PACT/collections/outbox/objects/tool--00000000-0000-4000-8000-00000000dead/', {}, 404],
    [
      'versions of no object',
      'PACT/collections/outbox/objects/tool--00000000-0000-4000-8000-00000000dead/versions/',
      {},
      404,
    ],
    ['no status', 'PACT/status/00000000-0000-4000-8000-000000000000/', {}, 404],
    ['a method that is none', 'PACT/collections/', { method: 'PUT', body: '{}' }, 404],
    ['no password', '', { headers: { authorization: '' } }, 401],
    ['another media type', '', { headers: { accept: 'text/html' } }, 406],
    [
      'another body',
      'PACT/collections/outbox/objects/',
      { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } },
      415,
    ],
    [
      'another version of TAXII',
      'PACT/collections/outbox/objects/',
      { method: 'POST', body: '{}', headers: { 'content-type': 'application/taxii+json;version=2.0' } },
      415,
    ],
    ['a bad filter', 'PACT/collections/outbox/objects/?limit=-1', {}, 400],
    [
      'no envelope',
      'PACT/collections/outbox/objects/',
      { method: 'POST', body: '[]', headers: { 'content-type': TAXII } },
      422,
    ],
    [
      'what is not JSON',
      'PACT/collections/outbox/objects/',
      { method: 'POST', body: '{"objects":[', headers: { 'content-type': TAXII } },
      422,
    ],
    [
      'an empty envelope',
      'PACT/collections/outbox/objects/',
      { method: 'POST', body: '{}', headers: { 'content-type': TAXII } },
      422,
    ],
  ])('to %s is an error object with its status in it', async (_what, path, init, status) => {
    const answer = await call(path.replace('PACT', parties.pact), init)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, TAXII])
    expect(answer.body).toMatchObject({ title: expect.stringMatching(/\w.*\.$/), http_status: String(status) })
  })
})

describe('discovery', () => {
  test('stands at /taxii2/ and names each API root, without a query, relative where it is not served by TLS', async () => {
    const { body } = await call('')
    expect(body).toMatchObject({ title: expect.any(String), default: `/taxii2/${parties.pact}/` })
    expect(body['api_roots']).toEqual([`/taxii2/${parties.pact}/`])
  })

  test('names no root and no default to a tool that may use none', async () => {
    const { status, body } = await call('', {
      headers: toolWith(`read:inbox@${'0'.repeat(32)}`),
    })
    expect([status, Object.keys(body)]).toEqual([200, ['title', 'description']])
  })

  test('an API root tells its versions and how much one request may hold', async () => {
    const { body } = await call(`${parties.pact}/`)
    expect(body).toMatchObject({
      title: expect.any(String),
      versions: [TAXII],
      max_content_length: LIMITS.shareBodyBytes,
    })
  })

  test('collections have a UUID of version 4 that lasts, an alias of their own, and stand in one order', async () => {
    const listed = async () =>
      (await call(`${parties.pact}/collections/`)).body['collections'] as Record<string, unknown>[]
    const first = await listed()
    expect(await listed()).toEqual(first)
    expect(first.map(({ alias }) => alias)).toEqual(['inbox', 'outbox', 'withdrawn'])
    for (const one of first) {
      expect(one['id']).toMatch(UUID4)
      expect(one).toMatchObject({ title: expect.any(String), media_types: ['application/stix+json;version=2.1'] })
      for (const name of [one['id'], one['alias']]) {
        expect((await call(`${parties.pact}/collections/${name}/`)).body).toEqual(one)
      }
    }
  })
})

describe('filters', () => {
  test.each([
    'limit=0',
    'limit=-3',
    'limit=1.5',
    'limit=ten',
    'limit=1&limit=2',
    'next=',
    'next=abc',
    'next=1.0000000000000000',
    'added_after=yesterday',
    'added_after=2026-02-01',
    'added_after=2026-02-01T00:00:00%2B01:00',
    'added_after=2026-02-01T00:00:00Z&added_after=2026-02-02T00:00:00Z',
    'added_after=2026-02-01T00:00:00Z,2026-02-02T00:00:00Z',
    'match[type]=',
    'match[type]=tool,',
    'match[type]=tool&match[type]=malware',
    'match[version]=all,last',
    'match[version]=last,last',
    'match[version]=newest',
    'match[version]=2026-02-01',
  ])('%s is 400 at objects and manifest', async (query) => {
    for (const end of ['objects/', 'manifest/']) expect((await ask(`${end}?${query}`)).status).toBe(400)
  })

  test('that an endpoint does not have are 400; fields that no standard names are passed over', async () => {
    expect((await ask(`objects/${idOf(1)}/?match[type]=tool`)).status).toBe(400)
    expect((await ask(`objects/${idOf(1)}/versions/?match[version]=all`)).status).toBe(400)
    expect(await names('match[name]=nobody&match[type]=tool&x=1')).toEqual(['one, newer', 'two'])
  })

  test('of several fields all must hold, of several values one', async () => {
    expect(await names('match[type]=tool,ipv4-addr')).toEqual([ADDRESS_ID, 'one, newer', 'two'])
    expect(await names(`match[type]=tool&match[id]=${idOf(2)},${ADDRESS_ID}`)).toEqual(['two'])
    expect(await names('match[type]=tool&match[spec_version]=2.0,2.1')).toEqual(['one, newer', 'two'])
    expect(await names('match[spec_version]=2.0')).toBeUndefined()
  })

  test('for a type of STIX that nothing here has, or that no standard knows, are no error', async () => {
    for (const type of ['malware-analysis', 'x-nobody-knows']) {
      expect((await ask(`objects/?match[type]=${type}`)).text).toBe('{"more":false}')
    }
  })

  test('by version: the last without asking, first and last and times together, all alone', async () => {
    expect(await names(`match[id]=${idOf(1)}`)).toEqual(['one, newer'])
    expect(await names(`match[id]=${idOf(1)}&match[version]=first,last`)).toEqual(['one', 'one, newer'])
    expect(
      await names(`match[id]=${idOf(1)}&match[version]=2026-02-01T00:00:00Z,2026-03-01T00:00:00.000Z`),
    ).toHaveLength(2)
    expect(await names(`match[id]=${idOf(1)}&match[version]=all`)).toEqual(['one', 'one, newer'])
    expect(await names(`match[id]=${idOf(1)}&match[version]=2025-01-01T00:00:00Z`)).toBeUndefined()
  })

  test('an object without a time of its own has one version, the same in manifest, versions and filter', async () => {
    const { body } = await ask(`manifest/?match[id]=${ADDRESS_ID}`)
    const version = String(body.objects?.[0]?.['version'])
    expect((await ask(`objects/${ADDRESS_ID}/versions/`)).body.versions).toEqual([version])
    expect(await names(`match[id]=${ADDRESS_ID}&match[version]=${version}`)).toEqual([ADDRESS_ID])
  })
})

describe('pages', () => {
  test('tell the times of their first and last object, in microseconds, at all four endpoints', async () => {
    for (const end of ['manifest/', 'objects/', `objects/${idOf(1)}/`, `objects/${idOf(1)}/versions/`]) {
      const { headers } = await ask(`${end}?limit=1`)
      expect(headers.get('x-taxii-date-added-first')).toMatch(MICROSECONDS)
      expect(headers.get('x-taxii-date-added-last')).toBe(headers.get('x-taxii-date-added-first'))
    }
    const { headers, body } = await ask('manifest/?match[version]=all')
    const added = body.objects?.map(({ date_added }) => String(date_added)) ?? []
    expect(added).toEqual([...new Set(added)].sort())
    expect([headers.get('x-taxii-date-added-first'), headers.get('x-taxii-date-added-last')]).toEqual([
      added[0],
      added.at(-1),
    ])
  })

  test('without an object tell the time after which was asked, so that asking on from it misses nothing', async () => {
    const none = await ask('objects/?added_after=2099-01-01T00:00:00Z')
    expect([none.text, none.headers.get('x-taxii-date-added-last')]).toEqual([
      '{"more":false}',
      '2099-01-01T00:00:00.000000Z',
    ])
    const nothing = await ask('objects/?match[type]=x-nobody-knows')
    expect(nothing.headers.get('x-taxii-date-added-last')).toBe('1970-01-01T00:00:00.000000Z')
  })

  test('hold no more than the limit, say that there is more, and go on by next or by the time of the last', async () => {
    const whole = (await ask('manifest/?match[version]=all')).body.objects?.map((one) => JSON.stringify(one))
    for (const by of ['next', 'added_after'] as const) {
      const met: string[] = []
      for (let on = '', pages = 0; ; pages++) {
        expect(pages).toBeLessThan(10)
        const { headers, body } = await ask(`manifest/?match[version]=all&limit=1${on}`)
        expect(body.objects).toHaveLength(1)
        met.push(JSON.stringify(body.objects?.[0]))
        if (body.more !== true) break
        on = by === 'next' ? `&next=${body.next}` : `&added_after=${headers.get('x-taxii-date-added-last')}`
      }
      expect([by, met]).toEqual([by, whole])
    }
  })

  test('go on with another limit, but not with other filters: next belongs to its query', async () => {
    const { body } = await ask('objects/?match[version]=all&match[type]=tool,ipv4-addr&limit=1')
    const on = (query: string) => ask(`objects/?${query}&next=${body.next}`)
    expect((await on('match[version]=all&match[type]=ipv4-addr,tool&limit=3')).status).toBe(200)
    for (const query of [
      '',
      'match[version]=all',
      'match[version]=all&match[type]=tool,ipv4-addr&added_after=2026-01-01T00:00:00Z',
    ]) {
      const refused = await on(query)
      expect([refused.status, refused.body]).toMatchObject([400, { error_code: 'views/other-query' }])
    }
    expect((await ask(`manifest/?match[version]=all&match[type]=tool,ipv4-addr&next=${body.next}`)).status).toBe(400)
  })

  test('begin with the oldest; added_after leaves out what was added at that very time', async () => {
    const { body } = await ask('manifest/?match[version]=all')
    const [first, ...rest] = body.objects ?? []
    const later = await ask(`manifest/?match[version]=all&added_after=${first?.['date_added']}`)
    expect(later.body.objects).toEqual(rest)
  })
})

describe('adding', () => {
  const counts = ({ body }: Answer) => ['total', 'success', 'failure', 'pending'].map((one) => body[`${one}_count`])

  test('is answered with 202 and a status that a tool may ask for; what is complete can be read at once', async () => {
    const [a, b] = [tool(40, 'added a'), tool(41, 'added b')]
    const posted = await post(`{"objects":[${a},${b}]}`)
    expect([posted.status, counts(posted)]).toEqual([202, [2, 2, 0, 0]])
    expect(posted.body).toMatchObject({ id: expect.stringMatching(UUID4), status: 'complete' })
    expect(posted.body['request_timestamp']).toMatch(MICROSECONDS)
    expect(posted.body['successes']).toEqual(
      [40, 41].map((n) => ({ id: idOf(n), version: '2026-02-01T00:00:00.000Z' })),
    )
    expect((await call(`${parties.pact}/status/${posted.body['id']}/`)).body).toEqual(posted.body)
    expect(objectTexts((await ask(`objects/?match[id]=${idOf(40)},${idOf(41)}`)).text)).toEqual([a, b])
  })

  test('an exact duplicate is no error', async () => {
    expect(counts(await post(`{"objects":[${tool(2, 'two')}]}`))).toEqual([1, 1, 0, 0])
  })

  test('what is refused tells for each object why, in a list as long as its count, and nothing of the request is shared', async () => {
    const refused = await post(`{"objects":[${tool(50, 'fine')},${tool(2, 'other content')}]}`)
    expect([refused.status, refused.body['status'], counts(refused)]).toEqual([202, 'complete', [2, 0, 2, 0]])
    expect(refused.body['failures']).toEqual([
      {
        id: idOf(50),
        version: '2026-02-01T00:00:00.000Z',
        message: expect.stringContaining('other objects of it were refused'),
      },
      { id: idOf(2), version: '2026-02-01T00:00:00.000Z', message: expect.stringContaining('release/other-bytes') },
    ])
    expect(await names(`match[id]=${idOf(50)}`)).toBeUndefined()
  })

  test('of more objects than are named one by one the counts hold, no list is cut, and the first that failed are told apart', async () => {
    const many = Array.from({ length: LIMITS.statusObjectsMax }, (_, i) => tool(5000 + i, `many ${i}`))
    const refused = await post(`{"objects":[${many.join(',')},${tool(2, 'other content')}]}`)
    const id = refused.body['id']
    const status = () => call(`${parties.pact}/status/${id}/`)
    await until('it to be complete', async () => (await status()).body['status'] === 'complete')
    const { body } = await status()
    expect(body).toMatchObject({ total_count: LIMITS.statusObjectsMax + 1, failure_count: LIMITS.statusObjectsMax + 1 })
    expect(body['failures']).toBeUndefined()
    expect(body['x_countersign_failures']).toEqual([
      { id: idOf(2), version: expect.any(String), message: expect.stringContaining('release/other-bytes') },
    ])
  })

  test('a body that says it is longer than max_content_length is 413', async () => {
    const { port } = new URL(parties.alfa.url)
    const { user, password } = parties.alfa.taxii
    const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const headers = {
        ...{ accept: TAXII, 'content-type': TAXII, authorization: `Basic ${btoa(`${user}:${password}`)}` },
        'content-length': String(LIMITS.shareBodyBytes + 1),
      }
      const path = `/taxii2/${parties.pact}/collections/outbox/objects/`
      const asked = httpRequest({ host: '127.0.0.1', port, path, method: 'POST', headers }, (got) => {
        let body = ''
        got.on('data', (chunk) => (body += chunk))
        got.on('end', () => resolve({ status: got.statusCode, body }))
      })
      asked.on('error', reject)
      asked.write('{"objects":[')
    })
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([413, { http_status: '413' }])
  })

  test.skipIf(process.env['COUNTERSIGN_NIGHTLY'] === undefined)(
    'a body in chunks is 413 once it is longer than max_content_length, leaves nothing behind, and is nowhere held in memory',
    { timeout: 600_000 },
    async () => {
      const { port } = new URL(parties.alfa.url)
      const { user, password } = parties.alfa.taxii
      const spooled = () => readdirSync(join(parties.alfa.dir, 'private', 'spool'))
      const before = { files: spooled(), memory: process.memoryUsage().rss }
      const chunk = Buffer.alloc(1_048_576, ' ')
      let memory = 0
      let sent = 0
      const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
        const headers = { accept: TAXII, 'content-type': TAXII, authorization: `Basic ${btoa(`${user}:${password}`)}` }
        const path = `/taxii2/${parties.pact}/collections/outbox/objects/`
        let answered = false
        const asked = httpRequest({ host: '127.0.0.1', port, path, method: 'POST', headers }, (got) => {
          answered = true
          let body = ''
          got.on('data', (bytes) => (body += bytes))
          got.on('end', () => resolve({ status: got.statusCode, body }))
        })
        // The server ends the connection while the rest is still on its way.
        asked.on('error', (cause) => answered || reject(cause))
        const more = () => {
          memory = Math.max(memory, process.memoryUsage().rss)
          sent += chunk.length
          if (!answered && sent <= 2 * LIMITS.shareBodyBytes) asked.write(chunk, more)
        }
        asked.write('{"objects":[', more)
      })
      expect([answer.status, JSON.parse(answer.body)]).toMatchObject([413, { http_status: '413' }])
      expect(sent).toBeGreaterThan(LIMITS.shareBodyBytes)
      expect(sent).toBeLessThan(LIMITS.shareBodyBytes * 1.1)
      expect(memory - before.memory).toBeLessThan(LIMITS.shareBodyBytes / 4)
      expect(spooled()).toEqual(before.files)
      expect((await post(`{"objects":[${tool(43, 'after it')}]}`)).status).toBe(202)
    },
  )

  test('a status belongs to the tool that asked, and is kept over a restart', async () => {
    const mine = await post(`{"objects":[${tool(42, 'kept')}]}`)
    const path = `${parties.pact}/status/${mine.body['id']}/`
    expect((await call(path, { headers: toolWith('read:inbox', 'write:outbox') })).status).toBe(404)
    await parties.alfa.restart()
    expect((await call(path)).body).toEqual(mine.body)
  })
})

describe('rights', () => {
  const outbox = () => `${parties.pact}/collections/outbox/`
  const statusOf = async (path: string, init: RequestInit) => (await call(path, init)).status

  test('are written as one text and read back', () => {
    for (const text of ['read:inbox', 'write:inbox', 'read:outbox', `write:outbox@${parties.pact}`]) {
      expect(formatRight(value(parseRight(text)))).toBe(text)
    }
    for (const text of ['', 'read', 'read:all', 'own:inbox', 'read:inbox@demo', 'read:inbox ']) {
      expect(parseRight(text)).toMatchObject({ ok: false, code: 'tool/right' })
    }
  })

  test('let a tool see the collections it may read or write, and those alone', async () => {
    const headers = toolWith('read:outbox')
    const listed = (await call(`${parties.pact}/collections/`, { headers })).body['collections'] as Record<
      string,
      unknown
    >[]
    expect(listed.map(({ alias, can_read, can_write }) => [alias, can_read, can_write])).toEqual([
      ['outbox', true, false],
    ])
    expect(await statusOf(`${parties.pact}/collections/inbox/`, { headers })).toBe(404)
    expect(await statusOf(outbox(), { headers: toolWith(`read:outbox@${'0'.repeat(32)}`) })).toBe(404)
    expect(await statusOf(outbox(), { headers: toolWith(`read:outbox@${parties.pact}`) })).toBe(200)
  })

  test('to read: without it objects, manifest, one object and its versions are 403, and 404 where nothing may be done', async () => {
    for (const end of ['objects/', 'manifest/', `objects/${idOf(1)}/`, `objects/${idOf(1)}/versions/`]) {
      expect(await statusOf(outbox() + end, { headers: toolWith('read:outbox') })).toBe(200)
      expect(await statusOf(outbox() + end, { headers: toolWith('write:outbox') })).toBe(403)
      expect(await statusOf(outbox() + end, { headers: toolWith('read:inbox') })).toBe(404)
    }
  })

  test('to write: without it adding is 403, and 404 where nothing may be done', async () => {
    const adding = (rights: string) => ({
      ...{ method: 'POST', body: `{"objects":[${tool(2, 'two')}]}` },
      headers: { ...toolWith(rights), 'content-type': TAXII },
    })
    expect(await statusOf(`${outbox()}objects/`, adding('write:outbox'))).toBe(202)
    expect(await statusOf(`${outbox()}objects/`, adding('read:outbox'))).toBe(403)
    expect(await statusOf(`${outbox()}objects/`, adding('read:inbox'))).toBe(404)
  })

  test('the password serves by Basic, Bearer and Token; 401 names Basic and Bearer', async () => {
    const { user, password } = parties.alfa.taxii
    for (const authorization of [`Basic ${btoa(`${user}:${password}`)}`, `Bearer ${password}`, `Token ${password}`]) {
      expect(await statusOf('', { headers: { authorization } })).toBe(200)
    }
    for (const authorization of [
      '',
      'Basic',
      'Bearer',
      `Bearer ${password.slice(1)}x`,
      `Basic ${btoa(`other:${password}`)}`,
      `Digest ${password}`,
    ]) {
      const { status, headers } = await call('', { headers: { authorization } })
      expect([authorization, status]).toEqual([authorization, 401])
      expect(headers.get('www-authenticate')).toMatch(/^Basic realm="countersign", charset="UTF-8", Bearer /)
    }
  })

  test('a tool that was ended is let in no more, nor by a password that was replaced', async () => {
    const { tools } = parties.alfa.accounts
    const by = (password: string) => statusOf('', { headers: { authorization: `Bearer ${password}` } })
    const first = value(tools.add('siem')).password
    expect(await by(first)).toBe(200)
    const second = value(tools.add('siem')).password
    expect([await by(first), await by(second)]).toEqual([401, 200])
    value(tools.end('siem'))
    expect(await by(second)).toBe(401)
    expect(tools.end('siem')).toMatchObject({ ok: false, code: 'tool/unknown' })
  })
})

test('each object tells by the API which record it came in, who said it, and when it was countersigned', async () => {
  const { bravo } = parties
  const token = readFileSync(join(bravo.dir, 'private', 'api-token'), 'utf8').trim()
  const detail = async () => {
    const answer = await fetch(`${bravo.url}api/object?id=${idOf(1)}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return (answer.status === 200 ? await answer.json() : { versions: [] }) as {
      versions: { version: string; provenance: { delivery: { hi: number | null }[] }[] }[]
    }
  }
  await until('both versions to be countersigned', async () => {
    const { versions } = await detail()
    return (
      versions.length === 2 && versions.every(({ provenance }) => (provenance[0]?.delivery[0]?.hi ?? null) !== null)
    )
  })
  const { versions } = await detail()
  expect(versions.map(({ version }) => version)).toEqual(['2026-03-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'])
  for (const { provenance } of versions) {
    expect(provenance).toMatchObject([
      {
        ...{
          record: expect.stringContaining('alfa.example/'),
          party: 'alfa.example',
          refused: false,
          takenBack: false,
        },
        delivery: [{ recipient: 'bravo.example', hi: expect.any(Number) }],
      },
    ])
  }
})

describe('removing', () => {
  const at = (name: string, n: number, query = '') => `${parties.pact}/collections/${name}/objects/${idOf(n)}/${query}`
  const remove = (path: string, headers: { authorization: string }) =>
    call(path, { method: 'DELETE', headers }, parties.bravo)
  let all: { authorization: string }
  beforeAll(async () => {
    await until('bravo to have it', async () =>
      (await readAll(parties.bravo, parties.pact, 'inbox')).includes(tool(2, 'two')),
    )
    const { bravo } = parties
    const every = ['read:inbox', 'write:inbox', 'read:outbox', 'write:outbox'].map((text) => value(parseRight(text)))
    all = { authorization: `Bearer ${value(bravo.accounts.tools.add('desk', every)).password}` }
  })
  const withRights = (...rights: string[]) => {
    const { password } = value(
      parties.bravo.accounts.tools.add(
        'narrow',
        rights.map((text) => value(parseRight(text))),
      ),
    )
    return { authorization: `Bearer ${password}` }
  }

  test('takes the right to read and to write: 403 with one of them, 404 with neither', async () => {
    expect((await remove(at('inbox', 2), withRights('read:inbox'))).status).toBe(403)
    expect((await remove(at('inbox', 2), withRights('write:inbox'))).status).toBe(403)
    expect((await remove(at('inbox', 2), withRights('read:outbox'))).status).toBe(404)
  })

  test('from the inbox removes here only: 404 and no line in the manifest, also after a restart; the sender has it as before', async () => {
    const { alfa, bravo, pact } = parties
    expect((await remove(at('inbox', 2, '?match[version]=2020-01-01T00:00:00Z'), all)).status).toBe(404)
    const gone = await remove(at('inbox', 2), all)
    expect([gone.status, gone.headers.get('content-type'), gone.text]).toEqual([200, TAXII, ''])
    const isGone = async () => {
      for (const end of ['', 'versions/']) expect((await call(at('inbox', 2, end), {}, bravo)).status).toBe(404)
      const { body } = await call(`${pact}/collections/inbox/manifest/?match[version]=all`, {}, bravo)
      expect(body.objects?.map(({ id }) => id)).not.toContain(idOf(2))
      expect(await readAll(bravo, pact, 'inbox')).not.toContain(tool(2, 'two'))
      const listed = value(await bravo.node.views.objects({ collection: 'inbox' })).objects.map(({ id }) => id)
      expect([listed.includes(idOf(1)), listed.includes(idOf(2))]).toEqual([true, false])
    }
    await isGone()
    expect((await remove(at('inbox', 2), all)).status).toBe(404)
    await bravo.restart()
    await isGone()
    expect(await readAll(alfa, pact, 'outbox')).toContain(tool(2, 'two'))
  })

  test('of one version leaves the others', async () => {
    expect((await remove(at('inbox', 1, '?match[version]=last'), all)).status).toBe(200)
    const { body } = await call(at('inbox', 1, 'versions/'), {}, parties.bravo)
    expect(body.versions).toEqual(['2026-02-01T00:00:00.000Z'])
    expect((await call(at('inbox', 1), {}, parties.bravo)).body.objects).toMatchObject([{ name: 'one' }])
  })

  test('from what was withdrawn, or from a feed, is 403; adding to the inbox is 422', async () => {
    const headers = toolWith('read:outbox', 'write:outbox', 'read:inbox', 'write:inbox')
    const refused = await call(at('withdrawn', 2), { method: 'DELETE', headers })
    expect([refused.status, refused.body]).toMatchObject([403, { title: expect.stringContaining('withdrawn') }])
    expect(await names(`match[id]=${idOf(2)}`)).toEqual(['two'])
    const init = {
      method: 'POST',
      body: `{"objects":[${tool(60, 'no')}]}`,
      headers: { ...headers, 'content-type': TAXII },
    }
    expect((await call(`${parties.pact}/collections/inbox/objects/`, init)).status).toBe(422)
  })
})
