// Giving to a MISP what may leave: added once, changed where it is ours and older, never wider than it is marked, and taken
// back where it was taken back here. And the whole way: from one MISP through two nodes into another.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleOfMisp } from '@countersign/intel'
import type { PushReport } from '@countersign/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { attribute, event, uuid, wholeEvent } from '../../intel/test/misp/sample-event.ts'
import { type ForeignMisp, failure, type Json, KEY, OUR_ORG, startMisp } from './foreign-misp.ts'
import { bytesInput, type Parties, type Party, startParties, until, value } from './parties.ts'
import { readAll } from './taxii-client.ts'

const CLEAR = 'marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487'
const GREEN = 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb'
const AMBER = 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421'
const THEIR_ORG = { uuid: '5c0b1f2a-0bbb-4000-8000-000000000001', name: 'Others' }

let parties: Parties
const servers: ForeignMisp[] = []
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

type Destination = Parameters<Party['node']['feeds']['add']>[0]['destination']

async function foreign(events: readonly Json[] = [], to: Party = parties.alfa, destination?: Destination) {
  const server = await startMisp(events)
  servers.push(server)
  const asked = { name: 'misp', kind: 'misp', url: server.url, everyMinutes: 0, account: 'test' } as const
  const credential = { kind: 'key', key: KEY } as const
  value(await to.node.feeds.add({ ...asked, credential, destination: destination ?? { kind: 'drafts' } }))
  return server
}

const idOf = (n: number) => `indicator--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const time = (second: number) => `2026-02-01T00:00:${String(second).padStart(2, '0')}.000Z`

function indicator(n: number, marking: string | undefined, more: Json = {}): Json {
  return {
    ...{ type: 'indicator', spec_version: '2.1', id: idOf(n), created: time(0), modified: time(0), name: `host ${n}` },
    ...{ pattern: `[domain-name:value = 'host-${n}.example']`, pattern_type: 'stix', valid_from: time(0) },
    ...(marking === undefined ? {} : { object_marking_refs: [marking] }),
    ...more,
  }
}

const bundle = (objects: readonly Json[]) => bytesInput(new TextEncoder().encode(JSON.stringify({ objects })))

async function push(objects: readonly Json[], upTo: 'TLP:AMBER' | 'TLP:AMBER+STRICT' = 'TLP:AMBER') {
  return value(await parties.alfa.node.feeds.push('misp', { upTo, input: bundle(objects) }))
}

async function pushOutbox(): Promise<PushReport> {
  return value(await parties.alfa.node.feeds.push('misp', { upTo: 'TLP:AMBER', pact: parties.pact }))
}

const only = ({ events }: ForeignMisp): Json => {
  expect(events.size).toBe(1)
  return [...events.values()][0] ?? {}
}
const attributesOf = (one: Json | undefined) => (one?.['Attribute'] ?? []) as Json[]

test('objects become one event of the organisation of the key, not published, and a second push asks nothing', async () => {
  const misp = await foreign()
  const objects = [indicator(1, GREEN), indicator(2, GREEN)]
  expect(await push(objects)).toMatchObject({ taken: 2, refusedTotal: 0, events: { added: 1, changed: 0, known: 0 } })
  const made = only(misp)
  expect(made).toMatchObject({ Orgc: OUR_ORG, published: false, date: '2026-02-01', info: 'Threat data of 2026-02-01' })
  expect(attributesOf(made).map(({ type, value: said, to_ids, uuid: of }) => [type, said, to_ids, of])).toEqual([
    ['domain', 'host-1.example', true, idOf(1).slice(-36)],
    ['domain', 'host-2.example', true, idOf(2).slice(-36)],
  ])
  const before = misp.asked.length
  expect(await push(objects)).toMatchObject({ taken: 0, known: 2, events: { added: 0, known: 1 } })
  expect(misp.asked.length).toBe(before)
})

test('an event goes no further than the closest of what is in it, and what bears no marking is for its own organisation', async () => {
  const misp = await foreign()
  const days: [Json[], string][] = [
    [[indicator(10, CLEAR, { created: '2026-01-01T00:00:00.000Z' })], '3'],
    [[indicator(11, CLEAR, { created: '2026-01-02T00:00:00.000Z' })], '3'],
    [[indicator(12, GREEN, { created: '2026-01-03T00:00:00.000Z' })], '1'],
    [[indicator(13, AMBER, { created: '2026-01-04T00:00:00.000Z' })], '0'],
    [[indicator(14, undefined, { created: '2026-01-05T00:00:00.000Z' })], '0'],
    [[15, 16].map((n) => indicator(n, n === 15 ? CLEAR : GREEN, { created: '2026-01-06T00:00:00.000Z' })), '1'],
  ]
  await push(days.flatMap(([objects]) => objects))
  const made = [...misp.events.values()].sort((a, b) => (String(a['date']) < String(b['date']) ? -1 : 1))
  expect(made.map(({ distribution }) => distribution)).toEqual(days.map(([, distribution]) => distribution))
  const tags = attributesOf(made[3]).flatMap(({ Tag }) => ((Tag ?? []) as Json[]).map(({ name }) => name))
  expect(tags).toEqual(['tlp:amber'])
})

test('a newer version changes its part of the event and no other, and what a person changed there stays', async () => {
  const misp = await foreign()
  await push([indicator(1, GREEN), indicator(2, GREEN)])
  const made = only(misp)
  const [first, second] = attributesOf(made)
  const edited = { ...second, comment: 'Looked at.', timestamp: String(Number(second?.['timestamp']) + 60) }
  const theirs = { ...made, info: 'Renamed there', distribution: '0', Attribute: [first, edited] }
  misp.events.set(String(made['uuid']), { ...theirs, timestamp: String(Number(made['timestamp']) + 60) })
  const newer = indicator(1, GREEN, { modified: time(30), name: 'Renamed here' })
  expect(await push([newer, indicator(2, GREEN), indicator(3, GREEN)])).toMatchObject({ events: { changed: 1 } })
  const after = only(misp)
  expect(after).toMatchObject({ info: 'Renamed there', distribution: '0' })
  expect(attributesOf(after).map(({ comment }) => comment)).toEqual(['Renamed here', 'Looked at.', 'host 3'])
})

test('a distribution there that is wider than the marking is now is closed', async () => {
  const misp = await foreign()
  await push([indicator(1, CLEAR)])
  expect(only(misp)['distribution']).toBe('3')
  await push([indicator(1, AMBER, { modified: time(20) })])
  expect(only(misp)['distribution']).toBe('0')
})

test('an event of another organisation is never touched, by whatever right the key has', async () => {
  const misp = await foreign()
  misp.user = { org: OUR_ORG, sync: true }
  await push([indicator(1, GREEN)])
  const made = only(misp)
  misp.events.set(String(made['uuid']), { ...made, Orgc: THEIR_ORG })
  const report = await push([indicator(1, GREEN, { modified: time(20) })])
  expect(report).toMatchObject({ taken: 0, refused: [{ message: expect.stringContaining('belongs to Others') }] })
  expect(only(misp)).toEqual({ ...made, Orgc: THEIR_ORG })
  expect(misp.asked.filter((path) => path.includes('/edit/'))).toEqual([])
})

test('a revoked object is deleted softly, and one that was never there does not arrive', async () => {
  const misp = await foreign()
  await push([indicator(1, GREEN), indicator(2, GREEN)])
  const gone = (n: number) => indicator(n, GREEN, { modified: time(20), revoked: true })
  await push([gone(1), indicator(2, GREEN), gone(7)])
  expect(attributesOf(only(misp)).map(({ value: said, deleted }) => [said, deleted])).toEqual([
    ['host-1.example', true],
    ['host-2.example', false],
  ])
})

test('what is taken back here is deleted softly there, and comes back where it is shared again', async () => {
  const misp = await foreign()
  const { alfa, pact } = parties
  const objects = [indicator(31, CLEAR), indicator(32, CLEAR)]
  const share = () => alfa.node.share({ pact, account: 'test', input: bundle(objects) })
  value(await share())
  const inOutbox = async (count: number) => (await readAll(alfa, pact, 'outbox')).length === count
  await until('them to stand in the outbox', () => inOutbox(2))
  expect(await pushOutbox()).toMatchObject({ taken: 2, events: { added: 1 } })
  value(await alfa.node.revoke({ pact, account: 'test', reason: 'mistake', ids: [idOf(31)] }))
  await until('it to be gone', () => inOutbox(1))
  expect(await pushOutbox()).toMatchObject({ events: { deleted: 1 } })
  const state = () => attributesOf(only(misp)).map(({ value: said, deleted }) => [said, deleted === true])
  expect(state()).toEqual([
    ['host-31.example', true],
    ['host-32.example', false],
  ])
  expect(await pushOutbox()).toMatchObject({ events: { deleted: 0 } })
  value(await share())
  await until('it to be back', () => inOutbox(2))
  await pushOutbox()
  expect(state()).toEqual([
    ['host-31.example', false],
    ['host-32.example', false],
  ])
  value(await alfa.node.revoke({ pact, account: 'test', reason: 'mistake', ids: [idOf(31), idOf(32)] }))
  await until('all to be gone', () => inOutbox(0))
  expect(await pushOutbox()).toMatchObject({ events: { deleted: 2 } })
  expect(state().map(([, deleted]) => deleted)).toEqual([true, true])
})

test('what bears no marking goes as far as the record in which it was shared', async () => {
  const misp = await foreign()
  const { alfa, pact } = parties
  for (const [n, tlp] of [
    [41, 'TLP:CLEAR'],
    [42, 'TLP:AMBER'],
  ] as const) {
    const objects = [indicator(n, undefined, { created: `2026-01-${n - 30}T00:00:00.000Z` })]
    value(await alfa.node.share({ pact, account: 'test', marking: { tlp }, input: bundle(objects) }))
  }
  await until('them to stand in the outbox', async () => (await readAll(alfa, pact, 'outbox')).length === 2)
  await pushOutbox()
  expect(Object.fromEntries([...misp.events.values()].map(({ date, distribution }) => [date, distribution]))).toEqual({
    '2026-01-11': '3',
    '2026-01-12': '0',
  })
  value(await alfa.node.revoke({ pact, account: 'test', reason: 'mistake', ids: [idOf(41), idOf(42)] }))
  await until('them to be gone', async () => (await readAll(alfa, pact, 'outbox')).length === 0)
})

test('a MISP that refuses is told of with its words, and what it takes without an answer is there once', async () => {
  const misp = await foreign()
  misp.behaviour.answer = (_request, response, { pathname }) => {
    if (pathname !== '/events/add') return false
    response.writeHead(403, { 'content-type': 'application/json' })
    response.end(JSON.stringify(failure('Blocked', `No \u001b room. ${KEY}`)))
    return true
  }
  const refused = await push([indicator(1, GREEN)])
  expect(refused).toMatchObject({ taken: 0, refusedTotal: 1 })
  expect(refused.refused[0]?.message).toMatch(/It says: No +room\. …/)
  misp.behaviour.answer = (_request, response, { pathname }, body) => {
    if (pathname !== '/events/add') return false
    const made = JSON.parse(body).Event as Json
    misp.events.set(String(made['uuid']), { ...made, Orgc: OUR_ORG })
    response.destroy()
    return true
  }
  expect((await push([indicator(1, GREEN)])).failure).toMatchObject({ code: 'feed/unreachable' })
  misp.behaviour.answer = () => false
  expect(await push([indicator(1, GREEN)])).toMatchObject({ known: 1, events: { known: 1, added: 0 } })
  expect(attributesOf(only(misp))).toHaveLength(1)
})

test('what was given to a MISP does not come back as its own, and what a person added to it there does', async () => {
  const misp = await foreign()
  await push([indicator(1, GREEN), indicator(2, GREEN)])
  const made = only(misp)
  const publish = (more: Json = {}) => {
    const at = String(Math.floor(Date.now() / 1000))
    misp.events.set(String(made['uuid']), { ...made, ...more, published: true, publish_timestamp: at })
  }
  publish()
  const pull = async () => value(await parties.alfa.node.feeds.pull('misp'))
  expect(await pull()).toMatchObject({ fresh: 0, whole: true })
  publish({ Attribute: [...attributesOf(made), attribute(50, 'domain', 'added.example')] })
  const report = await pull()
  expect(report.events).toBe(1)
  const drafts = readFileSync(report.files[0] ?? '', 'utf8')
  expect(drafts).toContain('added.example')
  expect(drafts).not.toContain('host-1.example')
})

test('a part that MISP drops without a word is named', async () => {
  const misp = await foreign()
  misp.behaviour.answer = (_request, response, { pathname }, body) => {
    if (pathname !== '/events/add') return false
    const made = JSON.parse(body).Event as Json
    const kept = { ...made, Orgc: OUR_ORG, Attribute: attributesOf(made).slice(1) }
    misp.events.set(String(made['uuid']), kept)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ Event: kept }))
    return true
  }
  const report = await push([indicator(1, GREEN), indicator(2, GREEN)])
  expect(report.refused).toEqual([
    { object: `Attribute ${idOf(1).slice(-36)}`, message: expect.stringContaining('did not take it') },
  ])
})

test('from one MISP through two nodes into another an event keeps its UUIDs, values, to_ids, tags and objects', async () => {
  const { alfa, bravo, pact } = parties
  // What is marked more closely than the record would stay at alfa.
  const open = JSON.stringify(wholeEvent())
    .replace('tlp:amber', 'workflow:done')
    .replace('TLP:RED', 'kill-chain:delivery')
  const source = { ...(JSON.parse(open) as Json), distribution: '1' }
  const left = await foreign([source], alfa, { kind: 'share', pact, marking: { tlp: 'TLP:GREEN' } })
  const pulled = value(await alfa.node.feeds.pull('misp'))
  expect([pulled.failure, pulled.heldBackTotal, pulled.events]).toEqual([undefined, 0, 1])
  await until('bravo to have it', async () => (await readAll(bravo, pact, 'inbox')).length >= pulled.shared)

  // Bravo's team has a MISP of its own; its key may synchronise, as the event was made by another organisation.
  const right = await foreign([], bravo)
  right.user = { org: THEIR_ORG, sync: true }
  const heard = (await readAll(bravo, pact, 'inbox')).map((text) => JSON.parse(text) as Json)
  mkdirSync(join(bravo.dir, 'rules'), { recursive: true })
  // What alfa shared goes on with its leave.
  const types = [...new Set(heard.map(({ type }) => type))]
  writeFileSync(join(bravo.dir, 'rules', 'house.json'), JSON.stringify({ common: { types } }))
  const given = value(await bravo.node.feeds.push('misp', { upTo: 'TLP:AMBER', input: bundle(heard) }))
  expect([given.failure, given.refused, given.events]).toEqual([
    undefined,
    [],
    { added: 1, changed: 0, known: 0, deleted: 0 },
  ])
  const [before, after] = [only(left), only(right)]
  expect(after['Orgc']).toMatchObject({ uuid: uuid(2), name: 'CERT Example' })
  expect(after).toMatchObject({ uuid: before['uuid'], info: before['info'], distribution: '1', published: false })
  const said = (one: Json) =>
    [...attributesOf(one), ...((one['Object'] ?? []) as Json[]).flatMap((object) => attributesOf(object))]
      .filter(({ deleted }) => deleted !== true)
      .map((of) => [of['uuid'], of['type'], of['value'], of['to_ids'], of['category'], namesIn(of['Tag'])])
      .sort()
  expect(said(after)).toEqual(said(before))
  const objectsOf = (one: Json) => ((one['Object'] ?? []) as Json[]).map((of) => [of['uuid'], of['name']]).sort()
  expect(objectsOf(after)).toEqual(objectsOf(before))
  expect(namesIn(after['Tag'])).toEqual(namesIn(before['Tag']))
  expect(said(after).length).toBeGreaterThan(10)

  // A key that may not synchronise cannot add what another organisation made.
  right.user = { org: THEIR_ORG }
  right.events.clear()
  value(await bravo.node.feeds.remove('misp'))
  const asked = { name: 'misp', kind: 'misp', url: right.url, everyMinutes: 0, account: 'test' } as const
  value(
    await bravo.node.feeds.add({ ...asked, credential: { kind: 'key', key: KEY }, destination: { kind: 'drafts' } }),
  )
  const refused = value(await bravo.node.feeds.push('misp', { upTo: 'TLP:AMBER', input: bundle(heard) }))
  expect(refused.refused[0]?.message).toContain('perm_sync')
  expect(right.events.size).toBe(0)
})

function namesIn(tags: unknown): unknown[] {
  return ((tags ?? []) as Json[]).flatMap(({ name, local }) => (local === 1 || local === true ? [] : [name])).sort()
}

test('what was for a sharing group elsewhere is for the own organisation there, and only where that may leave', async () => {
  const misp = await foreign()
  const group = { distribution: '4', SharingGroup: { uuid: uuid(98), name: 'Few' } }
  const made = event({ Orgc: OUR_ORG, ...group, Attribute: [attribute(12, 'domain', 'host.example', group)] })
  const { text } = value(bundleOfMisp(new TextEncoder().encode(JSON.stringify({ Event: made }))))
  const { objects } = JSON.parse(text) as { objects: Json[] }
  expect(await push(objects)).toMatchObject({ failure: { code: 'release/marking-above-agreement' } })
  expect(misp.events.size).toBe(0)
  expect(await push(objects, 'TLP:AMBER+STRICT')).toMatchObject({ events: { added: 1 } })
  expect(only(misp)).toMatchObject({ uuid: uuid(1), distribution: '0', Orgc: OUR_ORG })
  expect(JSON.stringify(only(misp))).not.toContain('SharingGroup')
  expect(attributesOf(only(misp))[0]).toMatchObject({ distribution: '0' })
})
