// Objects along time over the API, on whole nodes: what is claimed and what is countersigned, for those who are signed in, within
// its limits.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NodeClient } from '@countersign/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from './parties.ts'

let parties: Parties
let client: NodeClient
const id = (n: number) => `indicator--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const TIMES = { created: '2026-11-20T08:00:00.000Z', modified: '2026-11-20T08:00:00.000Z' }
const indicator = (n: number) => ({
  ...{ type: 'indicator', spec_version: '2.1', id: id(n), ...TIMES, name: `Relay ${n}` },
  ...{ pattern: `[ipv4-addr:value = '192.0.2.${n}']`, pattern_type: 'stix' },
  ...{ valid_from: '2026-11-20T08:00:00Z', valid_until: '9999-12-31T23:59:59Z' },
})

beforeAll(async () => {
  parties = await startParties()
  const token = readFileSync(join(parties.alfa.dir, 'private', 'api-token'), 'utf8').trim()
  client = new NodeClient(parties.alfa.url, token)
  const bundle = JSON.stringify({ objects: [1, 2, 3].map(indicator) })
  value(await parties.bravo.node.share({ pact: parties.pact, account: 'test', input: bytesInput(Buffer.from(bundle)) }))
  for (const n of [1, 2, 3]) {
    await until('it to be shown', async () => (await parties.alfa.node.views.object(id(n))) !== undefined)
  }
}, 240_000)
afterAll(() => parties.close())

test('what was shared is told with its claims, and with the interval that others signed', async () => {
  const read = async () => value(await client.timeline({ ids: [id(1)] })).lanes[0]
  await until('the receipt to be held', async () => (await read())?.events[0]?.hi != null)
  const lane = await read()
  expect(lane).toMatchObject({
    ...{ id: id(1), name: 'Relay 1', state: 'shown' },
    spans: [{ from: '2026-11-20T08:00:00Z', until: '9999-12-31T23:59:59Z' }],
    moments: [{ property: 'created', at: TIMES.created }],
    events: [{ kind: 'said', party: 'bravo.example', ours: false, state: 'delivered' }],
  })
  const [event] = lane?.events ?? []
  const claimed = Date.parse(event?.time ?? '') / 1000
  expect(Math.abs((event?.hi ?? 0) - claimed)).toBeLessThan(120)
  expect(value(await client.timeline({ ids: [id(9)] }))).toMatchObject({ lanes: [], missing: 1 })
})

test('a search narrows it as it narrows the list, and what found no room is counted', async () => {
  const names = async (asked: object) => value(await client.timeline(asked)).lanes.map(({ name }) => name)
  expect(await names({ search: { q: 'relay 2' } })).toEqual(['Relay 2'])
  expect(await names({ search: { collection: 'outbox' } })).toEqual([])
  expect(await names({ search: { type: 'malware' } })).toEqual([])
  expect(await names({ search: { pact: parties.pact, collection: 'inbox', party: 'bravo.example' } })).toHaveLength(3)
  expect(value(await client.timeline({ search: {}, lanes: 1 }))).toMatchObject({ lanes: [{}], left: 2 })
})

test('what is asked for in another form, or past a limit, is refused with a sentence', async () => {
  const long = Array.from({ length: 1_001 }, (_, n) => id(n))
  for (const asked of [
    {},
    { ids: [] },
    { ids: [id(1)], search: {} },
    { ids: [7] },
    { ids: long },
    { search: { cursor: '1' } },
    { search: {}, lanes: 0 },
    { search: {}, lanes: 201 },
    { search: { collection: 'all' } },
  ]) {
    const answer = await client.timeline(asked as never)
    expect([asked, answer]).toMatchObject([asked, { ok: false, code: 'request/form' }])
    expect(answer).toMatchObject({ message: expect.stringMatching(/^The request is not understood at/) })
  }
  const words = await client.timeline({ search: { q: 'x'.repeat(201) } })
  expect(words).toMatchObject({ ok: false, code: 'views/query' })
})

test('nobody reads it without having signed in', async () => {
  const { status } = await fetch(`${parties.alfa.url}api/timeline`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ ids: [id(1)] }),
  })
  expect(status).toBe(401)
})
