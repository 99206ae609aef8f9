// Sightings between a node and a MISP: what is seen here of what that MISP has goes there once, what is seen there comes
// back once, none of it comes round, and none goes where more may see it than its marking permits.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PullReport, PushReport } from '@countersign/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { attribute, event, uuid } from '../../intel/test/misp/sample-event.ts'
import { type ForeignMisp, failure, type Json, KEY, OUR_ORG, see, startMisp } from './foreign-misp.ts'
import { bytesInput, type Parties, type Party, startParties, until, value } from './parties.ts'
import { readAll } from './taxii-client.ts'

const AMBER = 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421'
const GREEN = 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb'
const THEIR_ORG = { uuid: '5c0b1f2a-0bbb-4000-8000-000000000001', name: 'Others' }

let parties: Parties
const servers: ForeignMisp[] = []
beforeAll(async () => {
  parties = await startParties()
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
  for (const { node } of [parties.alfa, parties.bravo])
    for (const { name } of await node.feeds.list()) value(await node.feeds.remove(name))
})
afterAll(() => parties.close())

async function foreign(events: readonly Json[] = [], to: Party = parties.alfa) {
  const server = await startMisp(events)
  servers.push(server)
  const asked = { name: 'misp', kind: 'misp', url: server.url, everyMinutes: 0, account: 'test' } as const
  const destination = { kind: 'drafts' } as const
  value(await to.node.feeds.add({ ...asked, credential: { kind: 'key', key: KEY }, destination }))
  return server
}

const time = (second: number) => `2026-02-01T00:00:${String(second).padStart(2, '0')}.000Z`
const idOf = (n: number, type = 'indicator') => `${type}--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const object = (type: string, n: number, more: Json): Json => ({
  ...{ type, spec_version: '2.1', id: idOf(n, type), created: time(0), modified: time(0) },
  ...more,
})
const indicator = (n: number, marking: string = GREEN) =>
  object('indicator', n, {
    ...{ name: `host ${n}`, pattern: `[domain-name:value = 'host-${n}.example']`, pattern_type: 'stix' },
    ...{ valid_from: time(0), object_marking_refs: [marking] },
  })
const sighting = (n: number, of: number, more: Json = {}) =>
  object('sighting', n, { sighting_of_ref: idOf(of), last_seen: time(40), object_marking_refs: [GREEN], ...more })
const bundle = (objects: readonly Json[]) => bytesInput(new TextEncoder().encode(JSON.stringify({ objects })))
const push = async (objects: readonly Json[], of = parties.alfa): Promise<PushReport> =>
  value(await of.node.feeds.push('misp', { upTo: 'TLP:AMBER', input: bundle(objects) }))
const pull = async (): Promise<PullReport> => value(await parties.alfa.node.feeds.pull('misp'))
const pushOutbox = async (of = parties.alfa) =>
  value(await of.node.feeds.push('misp', { upTo: 'TLP:AMBER', pact: parties.pact }))

const attributesOf = (one: Json | undefined) => (one?.['Attribute'] ?? []) as Json[]
const firstOf = ({ events }: ForeignMisp) => [...events.values()][0] ?? {}
const seenOf = (one: Json | undefined) => (one?.['Sighting'] ?? []) as Json[]
const seenIn = (misp: ForeignMisp) => attributesOf(firstOf(misp)).flatMap(seenOf)
const added = (misp: ForeignMisp) => misp.asked.filter((path) => path.includes('/sightings/add/'))
const drafts = (report: PullReport): Json[] =>
  report.files.flatMap((file) => (JSON.parse(readFileSync(file, 'utf8')) as { objects: Json[] }).objects)

test('what is seen of an indicator that was pushed before is added to its attribute, once, and changes nothing of the event', async () => {
  const misp = await foreign()
  await push([indicator(1), indicator(2)])
  const before = structuredClone(firstOf(misp))
  const notMine = object('opinion', 12, {
    opinion: 'strongly-disagree',
    object_refs: [idOf(2)],
    object_marking_refs: [GREEN],
  })
  expect(await push([sighting(11, 1), notMine])).toMatchObject({ sightings: 2, refusedTotal: 0 })
  expect(added(misp)).toEqual([1, 2].map((n) => `POST /sightings/add/${idOf(n).slice(-36)}`))
  expect(seenIn(misp)).toMatchObject([
    { type: '0', source: idOf(11, 'sighting'), date_sighting: String(Date.parse(time(40)) / 1000) },
    { type: '1', source: idOf(12, 'opinion'), date_sighting: String(Date.parse(time(0)) / 1000) },
  ])
  for (const one of attributesOf(firstOf(misp))) delete one['Sighting']
  expect(firstOf(misp)).toEqual(before)
  const asked = misp.asked.length
  expect(await push([sighting(11, 1), notMine])).toMatchObject({ sightings: 0, known: 2 })
  expect(misp.asked.length).toBe(asked)
})

test('a sighting whose answer was lost is found there, and is there once', async () => {
  const misp = await foreign()
  await push([indicator(1)])
  misp.behaviour.answer = (_request, response, { pathname }, body) => {
    if (!pathname.startsWith('/sightings/add/')) return false
    see(attributesOf(firstOf(misp))[0] ?? {}, { ...JSON.parse(body), Organisation: OUR_ORG })
    response.destroy()
    return true
  }
  expect((await push([sighting(11, 1)])).failure).toMatchObject({ code: 'feed/unreachable' })
  const count = seenIn(misp).length
  misp.behaviour.answer = () => false
  expect(await push([sighting(11, 1)])).toMatchObject({ sightings: 0, refusedTotal: 0 })
  expect(seenIn(misp)).toHaveLength(count)
})

test('one that is marked more closely than the event there goes, and one of what is not there, stay here and are named', async () => {
  const misp = await foreign()
  await push([indicator(1), indicator(2)])
  const first = await push([sighting(11, 1, { object_marking_refs: [AMBER] }), sighting(12, 9)])
  expect(first).toMatchObject({
    refused: [
      { object: idOf(12, 'sighting'), message: 'What it is of was not given to this MISP.' },
      { object: idOf(11, 'sighting'), message: expect.stringContaining('goes further than its marking permits') },
    ],
  })
  expect(added(misp)).toEqual([])
  expect(firstOf(misp)['distribution']).toBe('1')
  Object.assign(firstOf(misp), { distribution: '0' })
  expect(await push([sighting(11, 1, { object_marking_refs: [AMBER] })])).toMatchObject({ sightings: 1 })
})

test('a MISP that does not add a sighting is told of with its words', async () => {
  const misp = await foreign()
  await push([indicator(1)])
  misp.behaviour.answer = (_request, response, { pathname }) => {
    if (!pathname.startsWith('/sightings/add/')) return false
    response.writeHead(405, { 'content-type': 'application/json' })
    response.end(JSON.stringify(failure('Not allowed', 'You are not authorised to add sightings data.')))
    return true
  }
  const report = await push([sighting(11, 1)])
  expect(report.refused).toEqual([
    { object: idOf(11, 'sighting'), message: expect.stringContaining('You are not authorised to add sightings data.') },
  ])
  misp.behaviour.answer = (_request, response, { pathname }) => {
    if (!pathname.startsWith('/sightings/add/')) return false
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"message":"Could not add the Sighting. Reason: none"}')
    return true
  }
  expect(await push([sighting(11, 1)])).toMatchObject({ sightings: 0, refusedTotal: 1 })
  misp.behaviour.answer = () => false
  expect(await push([sighting(11, 1)])).toMatchObject({ sightings: 1, refusedTotal: 0 })
})

test('what another party saw of ours goes into our MISP with its leave alone', async () => {
  const misp = await foreign()
  const { alfa, bravo, pact } = parties
  value(await alfa.node.share({ pact, account: 'test', input: bundle([indicator(21, AMBER)]) }))
  await until('bravo to have it', async () => (await bravo.node.views.object(idOf(21))) !== undefined)
  expect(await pushOutbox()).toMatchObject({ events: { added: 1 } })
  const given = await bravo.node.giveFeedback({
    ...{ pact, account: 'test', ids: [idOf(21)], sighting: { count: 3, last: time(50) } },
  })
  value(given)
  await until('alfa to hear of it', async () => ((await alfa.node.views.object(idOf(21)))?.feedback.length ?? 0) > 0)
  const without = await pushOutbox()
  expect(without).toMatchObject({
    sightings: 0,
    heldBack: [{ message: expect.stringContaining('release/originator') }],
  })
  mkdirSync(join(alfa.dir, 'rules'), { recursive: true })
  const rules = join(alfa.dir, 'rules', 'house.json')
  writeFileSync(rules, JSON.stringify({ common: { types: ['sighting'] } }))
  try {
    expect(await pushOutbox()).toMatchObject({ sightings: 1, heldBackTotal: 0 })
  } finally {
    writeFileSync(rules, '{}')
  }
  expect(seenIn(misp)).toMatchObject([{ type: '0', date_sighting: String(Date.parse(time(50)) / 1000) }])
  expect(JSON.stringify(firstOf(misp))).not.toContain('bravo')
})

test('what we saw of another party’s indicator, and told it, goes into the MISP that was given that indicator', async () => {
  const { alfa, bravo, pact } = parties
  const misp = await foreign([], bravo)
  value(await alfa.node.share({ pact, account: 'test', input: bundle([indicator(22, GREEN)]) }))
  await until('bravo to have it', async () => (await bravo.node.views.object(idOf(22))) !== undefined)
  mkdirSync(join(bravo.dir, 'rules'), { recursive: true })
  const rules = join(bravo.dir, 'rules', 'house.json')
  writeFileSync(rules, JSON.stringify({ common: { types: ['indicator'] } }))
  try {
    const heard = (await readAll(bravo, pact, 'inbox')).map((text) => JSON.parse(text) as Json)
    await push(
      heard.filter(({ id }) => id === idOf(22)),
      bravo,
    )
    Object.assign(firstOf(misp), { distribution: '0' })
    const ids = [idOf(22)]
    value(await bravo.node.giveFeedback({ pact, account: 'test', ids, sighting: { last: time(50) } }))
    await until('it to be said', async () => (await pushOutbox(bravo)).sightings === 1)
    expect(await pushOutbox(bravo)).toMatchObject({ sightings: 0 })
  } finally {
    writeFileSync(rules, '{}')
  }
  expect(seenIn(misp)).toHaveLength(1)
})

test('what is seen there of what we gave comes back once as a sighting of our object, under the marking that this bears', async () => {
  const misp = await foreign()
  await push([indicator(1, AMBER), indicator(2, AMBER)])
  await push([sighting(11, 1, { object_marking_refs: [AMBER] })])
  expect(await pull()).toMatchObject({ fresh: 0, whole: true })
  const [, second] = attributesOf(firstOf(misp))
  const made = see(second ?? {}, { Organisation: THEIR_ORG })
  const report = await pull()
  const came = drafts(report)
  expect(came.map(({ type }) => type).sort()).toEqual(['identity', 'sighting'])
  expect(came.find(({ type }) => type === 'sighting')).toMatchObject({
    ...{ id: `sighting--${made['uuid']}`, sighting_of_ref: idOf(2) },
    object_marking_refs: [AMBER],
  })
  expect(await pull()).toMatchObject({ fresh: 0, files: [] })
  // A stricter tag there counts.
  Object.assign(firstOf(misp), { Tag: [{ name: 'tlp:red' }] })
  see(second ?? {}, { type: '1', Organisation: THEIR_ORG })
  const opinion = drafts(await pull()).find(({ type }) => type === 'opinion')
  expect(opinion).toMatchObject({ object_refs: [idOf(2)] })
  expect(opinion?.['object_marking_refs']).not.toContain(AMBER)
  // And what came from there does not go back as another one.
  const before = seenIn(misp).length
  await push([came.find(({ type }) => type === 'sighting') ?? {}, indicator(2, AMBER)])
  expect(seenIn(misp)).toHaveLength(before)
})

test('what is seen there of an event that we pulled comes, though it is not published anew', async () => {
  const at = String(Math.floor(Date.now() / 1000) - 60)
  const one = attribute(12, 'domain', 'host.example', { to_ids: true, timestamp: at })
  const misp = await foreign([
    event({ Attribute: [one], timestamp: at, publish_timestamp: at, Tag: [{ name: 'tlp:green' }] }),
  ])
  expect((await pull()).events).toBe(1)
  see(attributesOf(firstOf(misp))[0] ?? {}, { Organisation: THEIR_ORG })
  const came = drafts(await pull())
  expect(came.find(({ type }) => type === 'sighting')).toMatchObject({
    ...{ sighting_of_ref: `indicator--${uuid(12)}`, object_marking_refs: [GREEN] },
  })
  // One that was taken back into work has parts that are nobody's to know.
  Object.assign(firstOf(misp), { published: false })
  attributesOf(firstOf(misp)).push(attribute(13, 'domain', 'draft.example', { timestamp: String(Number(at) + 30) }))
  see(attributesOf(firstOf(misp))[1] ?? {}, { Organisation: THEIR_ORG })
  expect((await pull()).fresh).toBe(0)
})

test('a MISP that does not tell of sightings is pulled all the same, and that is said', async () => {
  const misp = await foreign([event()])
  misp.behaviour.answer = (_request, response, { pathname }) => {
    if (pathname !== '/sightings/restSearch') return false
    response.writeHead(404, { 'content-type': 'application/json' }).end('{}')
    return true
  }
  const report = await pull()
  expect(report.failure).toBeUndefined()
  expect(report).toMatchObject({
    whole: true,
    events: 1,
    doubt: expect.stringContaining('does not tell of sightings'),
  })
})
