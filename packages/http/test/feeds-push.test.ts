// Pushing to foreign TAXII servers: what may leave arrives, once, and what was broken off goes on with the rest.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PushReport } from '@countersign/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Behaviour, type ForeignServer, idOf, type Joined, joined, startForeign } from './foreign-taxii.ts'
import { bytesInput, type Parties, startParties, until, value } from './parties.ts'
import { objectTexts, readAll } from './taxii-client.ts'

const AMBER = 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421'
const TAXII = { 'content-type': 'application/taxii+json;version=2.1' }
const some = (count: number, from: number) => Array.from({ length: count }, (_, i) => joined(from + i))
const textsOf = (objects: readonly Joined[]) => objects.map(({ text }) => text)

let parties: Parties
const servers: ForeignServer[] = []
beforeAll(async () => {
  parties = await startParties()
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
  for (const { node } of [parties.alfa, parties.bravo]) {
    for (const { name } of await node.feeds.list()) value(await node.feeds.remove(name))
  }
})
afterAll(() => parties.close())

type Post = (ids: string[], count: number) => Record<string, unknown> | number

/** A server whose adds are answered by `post`: a status, or the number of an error. */
async function foreign(post: Post, other?: Behaviour['answer']): Promise<ForeignServer> {
  let count = 0
  const server = await startForeign([], {
    answer(request, response, url) {
      if (request.method !== 'POST') return other?.(request, response, url) ?? (response.writeHead(404).end(), true)
      const { objects } = JSON.parse(server.posted.at(-1) ?? '') as { objects: { id: string }[] }
      const answer = post(
        objects.map(({ id }) => id),
        ++count,
      )
      if (typeof answer === 'number') response.writeHead(answer).end()
      else response.writeHead(202, TAXII).end(JSON.stringify(answer))
      return true
    },
  })
  servers.push(server)
  await add(server.url)
  return server
}

const complete = (ids: string[], failures: unknown[] = []) => ({
  ...{ id: 's1', status: 'complete', total_count: ids.length, success_count: ids.length - failures.length },
  ...{ failure_count: failures.length, failures, pending_count: 0 },
})

async function add(
  url: string,
  credential: { kind: 'none' } | { kind: 'basic'; user: string; password: string } = { kind: 'none' },
) {
  const asked = { name: 'partner', url, everyMinutes: 0, account: 'test', destination: { kind: 'drafts' } } as const
  value(await parties.alfa.node.feeds.add({ ...asked, credential }))
}

async function push(objects: readonly Joined[], upTo: 'TLP:CLEAR' | 'TLP:GREEN' = 'TLP:CLEAR'): Promise<PushReport> {
  const input = bytesInput(new TextEncoder().encode(`{"objects":[${textsOf(objects).join(',')}]}`))
  return value(await parties.alfa.node.feeds.push('partner', { upTo, input }))
}

test('objects reach the server in pieces, byte for byte, and a second push sends nothing', async () => {
  const server = await foreign((ids) => complete(ids))
  const objects = some(1_200, 0)
  expect(await push(objects)).toMatchObject({ taken: 1_200, known: 0, refusedTotal: 0, open: 0 })
  expect(server.posted.flatMap(objectTexts)).toEqual(textsOf(objects))
  expect(server.posted).toHaveLength(3)
  expect(await push([...objects, joined(5_000)])).toMatchObject({ taken: 1, known: 1_200 })
  expect(server.posted).toHaveLength(4)
})

test('a push that is broken off goes on with what was not taken', async () => {
  const server = await foreign((ids, count) => (count === 2 ? 413 : complete(ids)))
  const objects = some(1_200, 0)
  expect(await push(objects)).toMatchObject({ taken: 500, failure: { code: 'feed/too-large' } })
  expect(await push(objects)).toMatchObject({ taken: 700, known: 500 })
  expect(server.posted.flatMap(objectTexts).slice(1_000)).toEqual(textsOf(objects.slice(500)))
})

test('what the server refuses is named with its reason, and is sent again the next time', async () => {
  const server = await foreign((ids, count) =>
    count > 1
      ? complete(ids)
      : complete(ids, [{ id: idOf(1), version: '2026-02-01T00:00:00.000Z', message: 'No tools here.' }]),
  )
  const report = await push(some(3, 0))
  expect(report).toMatchObject({ taken: 2, refused: [{ object: idOf(1), message: 'No tools here.' }] })
  expect(await push(some(3, 0))).toMatchObject({ taken: 1, known: 2 })
  expect(server.posted.map((text) => objectTexts(text).length)).toEqual([3, 1])
})

test('a status that is not complete is asked for until it is', async () => {
  let looks = 0
  const server = await foreign(
    () => ({ id: 's 7', status: 'pending' }),
    (_request, response, url) => {
      if (url.pathname !== '/root/status/s%207/') return false
      response
        .writeHead(200, TAXII)
        .end(JSON.stringify(++looks < 3 ? { id: 's 7', status: 'pending' } : complete(['x'])))
      return true
    },
  )
  expect(await push([joined(1)])).toMatchObject({ taken: 1, open: 0 })
  expect([looks, server.posted.length]).toEqual([3, 1])
})

test('of a file of which one object may not leave nothing leaves', async () => {
  const server = await foreign((ids) => complete(ids))
  const amber = joined(2, 2, { object_marking_refs: [AMBER] })
  const report = await push([joined(1), amber, joined(3)], 'TLP:GREEN')
  expect(report).toMatchObject({
    taken: 0,
    heldBackTotal: 1,
    failure: {
      code: 'release/marking-above-agreement',
      message: expect.stringContaining('this push (--up-to) permits'),
    },
  })
  expect(report.heldBack[0]?.object).toBe(idOf(2))
  const asked = {
    upTo: 'TLP:GREEN',
    input: bytesInput(new TextEncoder().encode('{"objects":[{"type":"x"}]}')),
  } as const
  expect(await parties.alfa.node.feeds.push('partner', asked)).toMatchObject({ ok: false, code: 'release/unreadable' })
  expect(server.asked).toEqual([])
})

test('the rules of the house hold for what is pushed', async () => {
  const server = await foreign((ids) => complete(ids))
  const folder = join(parties.alfa.dir, 'rules')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'feed-partner.cedar'),
    '@id("no-tools")\n@reason("No tools to this partner.")\nforbid (principal, action == Action::"release", resource) when { resource.type == "tool" };\n',
  )
  try {
    expect(await push([joined(1)])).toMatchObject({ taken: 0, failure: { code: 'release/rule' } })
    writeFileSync(join(folder, 'feed-partner.cedar'), 'forbid (')
    const input = bytesInput(new TextEncoder().encode(joined(1).text))
    const broken = await parties.alfa.node.feeds.push('partner', { upTo: 'TLP:CLEAR', input })
    expect(broken).toMatchObject({ ok: false, code: 'release/rules' })
    expect(server.asked).toEqual([])
  } finally {
    writeFileSync(join(folder, 'feed-partner.cedar'), '')
  }
})

test('what we shared is pushed without what may not leave, each of which is named', async () => {
  const server = await foreign((ids) => complete(ids))
  const { alfa, pact } = parties
  const share = async (tlp: string, ...objects: Joined[]) => {
    const text = new TextEncoder().encode(`{"objects":[${textsOf(objects).join(',')}]}`)
    value(await alfa.node.share({ pact, account: 'test', marking: { tlp }, input: bytesInput(text) }))
  }
  const [green, amber, unmarked, both] = [
    joined(300),
    joined(301, 301, { object_marking_refs: [AMBER] }),
    joined(302),
    joined(303),
  ]
  await share('TLP:GREEN', green, both)
  // What stands in a record is held under its marking, also what bears none; and it went out under the most open one.
  await share('TLP:AMBER', amber, unmarked, both)
  await until('them to stand in the outbox', async () => (await readAll(alfa, pact, 'outbox')).length === 4)
  const report = value(await alfa.node.feeds.push('partner', { upTo: 'TLP:GREEN', pact }))
  expect(report).toMatchObject({ taken: 2, heldBackTotal: 2 })
  expect(report.heldBack).toEqual(
    [301, 302].map((n) => ({
      object: idOf(n),
      message:
        'It was shared as TLP:AMBER, above what this push (--up-to) permits, which is TLP:GREEN. (release/marking-above-agreement)',
    })),
  )
  expect(server.posted.flatMap(objectTexts)).toEqual([green.text, both.text])
})

test('feedback on what another party shared is for that party, and is pushed to nobody', async () => {
  const server = await foreign((ids) => complete(ids))
  const { alfa, bravo, pact } = parties
  const text = new TextEncoder().encode(`{"objects":[${joined(400).text}]}`)
  value(await bravo.node.share({ pact, account: 'test', input: bytesInput(text) }))
  await until('alfa to have it', async () => (await readAll(alfa, pact, 'inbox')).length > 0)
  const before = (await readAll(alfa, pact, 'outbox')).length
  value(await alfa.node.giveFeedback({ pact, account: 'test', ids: [idOf(400)], sighting: { count: 3 } }))
  await until('it to stand in the outbox', async () => (await readAll(alfa, pact, 'outbox')).length === before + 1)
  value(await alfa.node.feeds.push('partner', { upTo: 'TLP:AMBER', pact }))
  expect(server.posted.join('\n')).not.toContain('sighting')
})

test('our own TAXII server takes what one of us pushes, and shares it', async () => {
  const { alfa, bravo, pact } = parties
  const { user, password } = bravo.taxii
  await add(`${bravo.url}taxii2/${pact}/collections/outbox/`, { kind: 'basic', user, password })
  const objects = some(40, 600)
  expect(await push(objects)).toMatchObject({ taken: 40, refusedTotal: 0, open: 0 })
  await until('alfa to have them', async () => {
    const texts = new Set(await readAll(alfa, pact, 'inbox'))
    return textsOf(objects).every((text) => texts.has(text))
  })
  const wrong = joined(600, 600, { name: 'another' })
  // What bravo shared is bravo's by now, and stays here.
  expect(await push([wrong])).toMatchObject({ taken: 0, failure: { code: 'release/originator' } })
  mkdirSync(join(alfa.dir, 'rules'), { recursive: true })
  writeFileSync(join(alfa.dir, 'rules', 'house.json'), '{"common":{"types":["tool"]}}')
  expect((await push([wrong])).refused[0]?.message).toContain('release/other-bytes')
})
