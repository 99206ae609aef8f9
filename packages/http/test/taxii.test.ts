// TAXII 2.1 as a tool meets it (OASIS TAXII 2.1 sections 3.4 and 5): filters, times, versions, and paging while others write.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from './parties.ts'
import { objectTexts, readAll, TAXII, taxii } from './taxii-client.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
})
afterAll(() => parties.close())

interface Objects {
  more: boolean
  next?: string
  objects?: { id: string; date_added?: string; version?: string; media_type?: string; name?: string }[]
  versions?: string[]
}

/** Shares from alfa and waits until its own outbox shows it all. */
async function shareTexts(texts: readonly string[]): Promise<void> {
  const { alfa, pact } = parties
  const input = bytesInput(Buffer.from(`{"objects":[${texts.join(',')}]}`))
  value(await alfa.node.share({ pact, account: 'test', input }))
  await until('it to stand in the outbox', async () => {
    const ours = new Set(await readAll(alfa, pact, 'outbox'))
    return texts.every((text) => ours.has(text))
  })
}

async function ask(path: string): Promise<{ status: number; headers: Headers; body: Objects }> {
  const answer = await taxii(parties.alfa, `${parties.pact}/collections/outbox/${path}`)
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Objects }
}

const tool = (n: number, name: string, modified = '2026-02-01T00:00:00.000Z') =>
  `{"type":"tool","spec_version":"2.1","id":"tool--00000000-0000-4000-8000-${String(n).padStart(12, '0')}","created":"2026-02-01T00:00:00.000Z","modified":"${modified}","name":"${name}"}`
const idOf = (n: number) => `tool--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const ADDRESS =
  '{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--00000000-0000-4000-8000-000000000099","value":"198.51.100.3"}'

describe('what is asked of a collection', () => {
  beforeAll(async () => {
    await shareTexts([tool(1, 'one'), ADDRESS])
    await shareTexts([tool(1, 'one, newer', '2026-03-01T00:00:00.000Z'), tool(2, 'two')])
  })
  const names = async (query: string) =>
    (await ask(`objects/?${query}`)).body.objects?.map(({ name, id }) => name ?? id)

  test('by type, id and version of the standard', async () => {
    expect(await names('match[type]=ipv4-addr')).toEqual(['ipv4-addr--00000000-0000-4000-8000-000000000099'])
    expect(await names(`match[id]=${idOf(2)}`)).toEqual(['two'])
    expect(await names('match[type]=tool&match[spec_version]=2.0')).toBeUndefined()
    expect(await names('match[type]=tool,ipv4-addr&match[spec_version]=2.1')).toHaveLength(3)
  })

  test('by version: the last without asking; the first, all, or one by its time', async () => {
    expect(await names('match[type]=tool')).toEqual(['one, newer', 'two'])
    expect(await names('match[type]=tool&match[version]=first')).toEqual(['one', 'two'])
    expect(await names(`match[id]=${idOf(1)}&match[version]=all`)).toEqual(['one', 'one, newer'])
    expect(await names(`match[id]=${idOf(1)}&match[version]=2026-02-01T00:00:00Z`)).toEqual(['one'])
  })

  test('one object, its versions, and the manifest with each time of joining', async () => {
    expect((await ask(`objects/${idOf(1)}/`)).body.objects).toMatchObject([{ name: 'one, newer' }])
    const versions = await ask(`objects/${idOf(1)}/versions/`)
    expect(versions.body.versions).toEqual(['2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'])
    const manifest = await ask('manifest/?match[type]=tool')
    expect(manifest.body.objects).toMatchObject([
      { id: idOf(1), version: '2026-03-01T00:00:00.000Z', media_type: 'application/stix+json;version=2.1' },
      { id: idOf(2), version: '2026-02-01T00:00:00.000Z' },
    ])
    const added = manifest.body.objects?.map(({ date_added }) => date_added) ?? []
    expect(added).toEqual([...added].sort())
    expect(manifest.headers.get('x-taxii-date-added-first')).toBe(added[0])
    expect(manifest.headers.get('x-taxii-date-added-last')).toBe(added.at(-1))
  })

  test('added_after leaves out what was added at that very time', async () => {
    const { headers } = await ask('objects/?match[version]=all&limit=2')
    const second = headers.get('x-taxii-date-added-last') ?? ''
    const rest = await ask(`objects/?match[version]=all&added_after=${second}`)
    expect(rest.body.objects?.map(({ name }) => name)).toEqual(['one, newer', 'two'])
    const last = rest.headers.get('x-taxii-date-added-last')
    const none = await ask(`objects/?match[version]=all&added_after=${last}`)
    // Of a page without objects the headers tell the time after which was asked.
    expect([none.body.objects, none.body.more, none.headers.get('x-taxii-date-added-first')]).toEqual([
      undefined,
      false,
      last,
    ])
  })
})

test('paging while others write neither repeats an object nor misses one', async () => {
  const { alfa, pact } = parties
  await shareTexts(Array.from({ length: 20 }, (_, i) => tool(100 + i, `page ${i}`)))
  const more = (async () => {
    for (let i = 0; i < 5; i++) await shareTexts([tool(200 + i, `meanwhile ${i}`)])
  })()
  const met: string[] = []
  for (let next = '', pages = 0; ; pages++) {
    const query = `limit=3&match[version]=all${next === '' ? '' : `&next=${encodeURIComponent(next)}`}`
    const answer = await taxii(alfa, `${pact}/collections/outbox/objects/?${query}`)
    const text = await answer.text()
    met.push(...objectTexts(text))
    const page = JSON.parse(text) as Objects
    if (pages < 5) await new Promise((resolve) => setTimeout(resolve, 50))
    if (!page.more) break
    next = page.next ?? ''
  }
  await more
  const whole = await readAll(alfa, pact, 'outbox')
  expect(new Set(met).size).toBe(met.length)
  // What joined after the last page is all that may be missing.
  expect(met).toEqual(whole.slice(0, met.length))
  expect(met.length).toBeGreaterThanOrEqual(24)
})

test('another content under an id and version that was shared before is refused, to a tool too; the first stays', async () => {
  const { alfa, bravo, pact } = parties
  const id = `tool--${crypto.randomUUID()}`
  const tool = (name: string, modified = '2026-02-01T00:00:00.000Z') =>
    `{"type":"tool","spec_version":"2.1","id":"${id}","created":"2026-02-01T00:00:00.000Z","modified":"${modified}","name":"${name}"}`
  const posted = async (text: string) => {
    const init = { method: 'POST', headers: { 'content-type': TAXII }, body: `{"objects":[${text}]}` }
    const { id: status } = (await (await taxii(alfa, `${pact}/collections/outbox/objects/`, init)).json()) as {
      id: string
    }
    const now = async () => (await taxii(alfa, `${pact}/status/${status}/`)).json() as Promise<{ status: string }>
    await until('the status to be complete', async () => (await now()).status === 'complete')
    return now()
  }
  const ours = async () => (await readAll(alfa, pact, 'outbox')).filter((text) => text.includes(id))
  expect(await posted(tool('first'))).toMatchObject({ success_count: 1, failure_count: 0 })
  await until('it to stand in our outbox', async () => (await ours()).length === 1)
  expect(await posted(tool('second'))).toMatchObject({
    ...{ success_count: 0, failure_count: 1 },
    failures: [{ id, message: expect.stringContaining('release/other-bytes') }],
  })
  expect(
    await alfa.node.share({ pact, account: 'test', input: bytesInput(Buffer.from(`{"objects":[${tool('second')}]}`)) }),
  ).toMatchObject({
    code: 'release/other-bytes',
    refusals: [{ object: { index: 0, id } }],
  })
  // The same content in another order of its members, and a newer version, are no other content.
  const turned = `{"name":"first",${tool('first').slice(1).replace(',"name":"first"', '')}`
  expect(await posted(turned)).toMatchObject({ success_count: 1 })
  expect(await posted(tool('second', '2026-02-02T00:00:00.000Z'))).toMatchObject({ success_count: 1 })
  await until('bravo to serve both versions', async () => {
    const texts = (await readAll(bravo, pact, 'inbox')).filter((text) => text.includes(id))
    return texts.length === 2 && texts[0] === tool('first')
  })
})
