// Taking back over TAXII: DELETE in the outbox of one party, and what the tools of the other learn of it. Feeds, read and
// written as collections. Whole nodes, real servers.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseRight } from '../src/taxii/rights.ts'
import { bytesInput, type Parties, type Party, startParties, until, value } from './parties.ts'
import { TAXII, taxii } from './taxii-client.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
})
afterAll(() => parties.close())

const addressId = (n: number) => `ipv4-addr--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const address = (n: number) => ({ type: 'ipv4-addr', spec_version: '2.1', id: addressId(n), value: `192.0.2.${n}` })
const toolId = (n: number) => addressId(n).replace('ipv4-addr', 'tool')
const tool = (n: number, month = '02') => {
  const at = (of: string) => `2026-${of}-01T00:00:00.000Z`
  return { type: 'tool', spec_version: '2.1', id: toolId(n), created: at('02'), modified: at(month), name: `${n}` }
}

async function share(objects: readonly object[], feed?: string, by: Party = parties.alfa): Promise<void> {
  const input = bytesInput(Buffer.from(JSON.stringify({ objects })))
  value(await by.node.share({ pact: parties.pact, account: 'test', input, ...(feed === undefined ? {} : { feed }) }))
}
async function call(of: Party, path: string, init: RequestInit = {}) {
  const answer = await taxii(of, `${parties.pact}/collections/${path}`, init)
  const text = await answer.text()
  return {
    status: answer.status,
    body: text === '' ? {} : JSON.parse(text),
    last: answer.headers.get('x-taxii-date-added-last') ?? '',
  }
}
interface Line {
  id: string
  date_added: string
  version: string
}
async function manifest(of: Party, collection: string): Promise<Line[]> {
  return (await call(of, `${collection}/manifest/?match[version]=all`)).body.objects ?? []
}
const idsIn = async (of: Party, collection: string) => (await manifest(of, collection)).map(({ id }) => id)
const remove = (of: Party, path: string, headers = {}) => call(of, path, { method: 'DELETE', headers })
const has = (of: Party, collection: string, id: string) =>
  until(`${of.party} to have ${id} in ${collection}`, async () => (await idsIn(of, collection)).includes(id))
const lacks = (of: Party, collection: string, id: string) =>
  until(`${of.party} to lack ${id} in ${collection}`, async () => !(await idsIn(of, collection)).includes(id))
function toolWith(of: Party, ...rights: string[]): { authorization: string } {
  const { tools } = of.accounts
  const added = tools.add(
    `t${randomUUID().slice(0, 8)}`,
    rights.map((text) => value(parseRight(text))),
  )
  return { authorization: `Bearer ${value(added).password}` }
}

describe('DELETE on the outbox', () => {
  test('takes the object back: gone here at once and from the inbox of the other, told of in its withdrawn, and the record stays', async () => {
    const { alfa, bravo } = parties
    await share([address(1), address(2), tool(1)])
    await has(bravo, 'inbox', addressId(1))
    expect((await remove(alfa, `outbox/objects/${addressId(1)}/`)).status).toBe(200)
    expect((await call(alfa, `outbox/objects/${addressId(1)}/`)).status).toBe(404)
    expect(await idsIn(alfa, 'outbox')).toEqual([addressId(2), toolId(1)])
    expect(await idsIn(alfa, 'withdrawn')).toEqual([])
    await lacks(bravo, 'inbox', addressId(1))
    expect((await call(bravo, `inbox/objects/${addressId(1)}/`)).status).toBe(404)
    const told = await call(bravo, 'withdrawn/objects/')
    expect(told.body.objects).toEqual([address(1)])
    const records = value(await bravo.node.views.records({ type: 'intel/share' })).records
    expect(records.map(({ from }) => from)).toEqual(['alfa.example'])
    const [revocation] = value(await bravo.node.views.records({ type: 'intel/revoke' })).records
    expect(revocation).toMatchObject({ from: 'alfa.example', to: ['bravo.example'] })
    const detail = await bravo.node.views.record(revocation?.record ?? '')
    expect(detail?.statement).not.toContain(addressId(1))
    expect((await remove(alfa, `outbox/objects/${addressId(1)}/`)).status).toBe(404)
  })

  test('of one version leaves the others', async () => {
    const { alfa, bravo } = parties
    await share([tool(2)])
    await share([tool(2, '03')])
    await until(
      'both versions',
      async () => (await idsIn(bravo, 'inbox')).filter((id) => id === toolId(2)).length === 2,
    )
    expect((await remove(alfa, `outbox/objects/${toolId(2)}/?match[version]=last`)).status).toBe(200)
    expect((await call(alfa, `outbox/objects/${toolId(2)}/versions/`)).body.versions).toEqual([tool(2).modified])
    await has(bravo, 'withdrawn', toolId(2))
    expect((await manifest(bravo, 'withdrawn')).filter(({ id }) => id === toolId(2))).toMatchObject([
      { version: tool(2, '03').modified },
    ])
    expect(await idsIn(bravo, 'inbox')).toContain(toolId(2))
  })

  test('takes the right to read and to write there, and nothing is said without', async () => {
    const { alfa, bravo } = parties
    await share([address(3)])
    await has(bravo, 'inbox', addressId(3))
    for (const right of ['read:outbox', 'write:outbox']) {
      expect((await remove(alfa, `outbox/objects/${addressId(3)}/`, toolWith(alfa, right))).status).toBe(403)
    }
    expect((await remove(alfa, `outbox/objects/${addressId(3)}/`, toolWith(alfa, 'read:inbox'))).status).toBe(404)
    expect(await idsIn(alfa, 'outbox')).toContain(addressId(3))
  })

  test('and in the inbox of the other it removes there only: two words, and neither does what the other does', async () => {
    const { alfa, bravo } = parties
    await share([address(4)])
    await has(bravo, 'inbox', addressId(4))
    const desk = toolWith(bravo, 'read:inbox', 'write:inbox')
    expect((await remove(bravo, `inbox/objects/${addressId(4)}/`, desk)).status).toBe(200)
    expect(await idsIn(bravo, 'withdrawn')).not.toContain(addressId(4))
    expect(await idsIn(alfa, 'outbox')).toContain(addressId(4))
    expect((await remove(bravo, `withdrawn/objects/${addressId(1)}/`, desk)).status).toBe(403)
    const post = {
      method: 'POST',
      headers: { ...desk, 'content-type': TAXII },
      body: JSON.stringify({ objects: [address(9)] }),
    }
    expect((await call(bravo, 'withdrawn/objects/', post)).status).toBe(403)
  })

  test('is said again and again without harm, and sharing again brings the object back', async () => {
    const { alfa, bravo } = parties
    await share([address(5)])
    await has(bravo, 'inbox', addressId(5))
    await remove(alfa, `outbox/objects/${addressId(5)}/`)
    await has(bravo, 'withdrawn', addressId(5))
    const [gone] = (await manifest(bravo, 'withdrawn')).filter(({ id }) => id === addressId(5))
    await share([address(5)])
    await has(bravo, 'inbox', addressId(5))
    const [back] = (await manifest(bravo, 'inbox')).filter(({ id }) => id === addressId(5))
    expect((back?.date_added ?? '') > (gone?.date_added ?? '')).toBe(true)
    expect(await idsIn(bravo, 'withdrawn')).not.toContain(addressId(5))
  })
})

test('of what we created the other learns by a new version that is revoked, and the older ones are withdrawn', async () => {
  const { alfa, bravo, pact } = parties
  const more = { confidence: 50, x_example_note: 'kept' }
  await share([{ ...tool(7), ...more }, address(7)], 'created')
  await share([{ ...tool(7, '03'), ...more }], 'created')
  await until(
    'both versions',
    async () => (await idsIn(bravo, 'created')).filter((id) => id === toolId(7)).length === 2,
  )
  const asked = { pact, reason: 'mistake', account: 'test', creator: true }
  const revoked = value(await alfa.node.revoke({ ...asked, ids: [toolId(7), addressId(7)] }))
  expect(revoked).toMatchObject({ objects: 3, shares: 2, versioned: [toolId(7)], to: ['bravo.example'] })
  expect(revoked.newVersions).toHaveLength(1)
  await lacks(bravo, 'inbox', addressId(7))
  await until('one version', async () => (await idsIn(bravo, 'created')).filter((id) => id === toolId(7)).length === 1)
  const { body } = await call(bravo, `inbox/objects/${toolId(7)}/?match[version]=all`)
  expect(body.objects).toMatchObject([{ ...tool(7), ...more, modified: expect.any(String), revoked: true }])
  expect(body.objects[0].modified > tool(7, '03').modified).toBe(true)
  const gone = (await manifest(bravo, 'withdrawn')).filter(({ id }) => id === toolId(7))
  expect(gone.map(({ version }) => version)).toEqual([tool(7).modified, tool(7, '03').modified])
  // What is revoked already gets no other version, and that one stays: by it readers learn that it is.
  await has(alfa, 'outbox', toolId(7))
  const again = value(await alfa.node.revoke({ ...asked, ids: [toolId(7)] }))
  expect(again).toMatchObject({ newVersions: [], records: [], objects: 0 })
  expect(await idsIn(bravo, 'inbox')).toContain(toolId(7))
  // Nor is another version of it shared by anything else, as by what was asked for before.
  for (const month of ['04', '12']) {
    const input = bytesInput(Buffer.from(JSON.stringify({ objects: [tool(7, month)] })))
    const refused = await alfa.node.share({ pact, account: 'test', input })
    expect(refused).toMatchObject({ refusals: [{ code: 'release/revoked' }] })
  }
})

test('of objects that we do not share nothing is taken back, also of the others that were named', async () => {
  const { alfa, pact } = parties
  await share([address(6)])
  await has(alfa, 'outbox', addressId(6))
  const of = { pact, reason: 'mistake', account: 'test' }
  expect(await alfa.node.revoke({ ...of, ids: [addressId(6), addressId(250)] })).toMatchObject({
    code: 'not-found/object',
  })
  expect(await alfa.node.revoke({ ...of, ids: [] })).toMatchObject({ code: 'say/objects' })
  expect(await alfa.node.revoke({ ...of, ids: [addressId(6)], reason: 'because' })).toMatchObject({
    code: 'release/record',
  })
  expect(await idsIn(alfa, 'outbox')).toContain(addressId(6))
})

describe('a feed', () => {
  test('is a collection of both, from when something was shared in it; what a tool adds there is shared in it', async () => {
    const { alfa, bravo } = parties
    await share([address(20)], 'ransomware')
    await has(bravo, 'ransomware', addressId(20))
    const listed = (await call(bravo, '')).body.collections as { alias: string; id: string; title: string }[]
    expect(listed.map(({ alias }) => alias)).toEqual(['inbox', 'outbox', 'withdrawn', 'created', 'ransomware'])
    const own = listed.at(-1)
    expect((await call(bravo, `${own?.id}/`)).body).toEqual(own)
    const body = JSON.stringify({ objects: [address(21)] })
    const added = await call(bravo, 'ransomware/objects/', { method: 'POST', headers: { 'content-type': TAXII }, body })
    expect(added.status).toBe(202)
    await has(alfa, 'ransomware', addressId(21))
    for (const one of [alfa, bravo]) expect(await idsIn(one, 'ransomware')).toEqual([addressId(20), addressId(21)])
    expect(await idsIn(alfa, 'inbox')).toContain(addressId(21))
    await remove(alfa, `outbox/objects/${addressId(20)}/`)
    await lacks(bravo, 'ransomware', addressId(20))
    expect((await call(bravo, `ransomware/objects/${addressId(20)}/`)).status).toBe(404)
  })

  test('is read by whoever may read inbox and outbox, written by whoever may share, and nothing is deleted there', async () => {
    const { alfa } = parties
    await share([address(22)], 'botnets')
    await has(alfa, 'botnets', addressId(22))
    const at = 'botnets/manifest/'
    expect((await call(alfa, at, { headers: toolWith(alfa, 'read:inbox') })).status).toBe(404)
    expect((await call(alfa, at, { headers: toolWith(alfa, 'write:outbox') })).status).toBe(403)
    expect((await call(alfa, at, { headers: toolWith(alfa, 'read:inbox', 'read:outbox') })).status).toBe(200)
    expect((await remove(alfa, `botnets/objects/${addressId(22)}/`)).status).toBe(403)
    expect((await call(alfa, 'nowhere/manifest/')).status).toBe(404)
  })

  test('with a name that is none is refused, and nothing is said', async () => {
    const { alfa, pact } = parties
    const input = bytesInput(Buffer.from(JSON.stringify({ objects: [address(23)] })))
    expect(await alfa.node.share({ pact, account: 'test', input, feed: 'Inbox' })).toMatchObject({ code: 'say/feed' })
  })
})

test('a tool that polls inbox and withdrawn holds what stands in the inbox, while objects are shared and taken back at once', async () => {
  const { alfa, bravo } = parties
  const mine = Array.from({ length: 24 }, (_, i) => 100 + i)
  const held = new Map<string, string>()
  const marks = new Map([
    ['inbox', '1970-01-01T00:00:00.000000Z'],
    ['withdrawn', '1970-01-01T00:00:00.000000Z'],
  ])
  const met = new Set<string>()
  const poll = async () => {
    const news: [string, Line][] = []
    for (const [collection, after] of marks) {
      const { body, last } = await call(
        bravo,
        `${collection}/manifest/?match[version]=all&limit=5&added_after=${after}`,
      )
      expect(last >= after).toBe(true)
      marks.set(collection, last)
      for (const line of (body.objects ?? []) as Line[]) {
        expect(met.has(`${collection} ${line.date_added}`)).toBe(false)
        met.add(`${collection} ${line.date_added}`)
        news.push([collection, line])
      }
    }
    // Of one object the later counts, in whichever collection it came.
    for (const [collection, { id, date_added }] of news) {
      if ((held.get(id) ?? '') > date_added.concat('~')) continue
      held.set(id, `${date_added} ${collection}`)
    }
    return news.length
  }
  let ended = false
  const polling = (async () => {
    while (!ended || (await poll()) > 0) await poll()
  })()
  for (let at = 0; at < mine.length; at += 6) {
    const some = mine.slice(at, at + 6)
    await share(some.map(address))
    await has(alfa, 'outbox', addressId(some[5] ?? 0))
    for (const n of some.filter((one) => one % 2 === 0)) await remove(alfa, `outbox/objects/${addressId(n)}/`)
    if (at % 12 === 0) await share([address(some[0] ?? 0)])
  }
  const wanted = await idsIn(alfa, 'outbox')
  await until('bravo to have all of it', async () => {
    const theirs = (await idsIn(bravo, 'inbox')).filter((id) => id >= addressId(100))
    return JSON.stringify(theirs.sort()) === JSON.stringify(wanted.filter((id) => id >= addressId(100)).sort())
  })
  ended = true
  await polling
  const standing = [...held].filter(([, at]) => at.endsWith(' inbox')).map(([id]) => id)
  const own = (ids: string[]) => ids.filter((id) => id >= addressId(100) && id.startsWith('ipv4')).sort()
  expect(own(standing)).toEqual(own(await idsIn(bravo, 'inbox')))
})
