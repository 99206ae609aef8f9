// The graph of objects: what is a link and what an object, how far it goes, what is left out for want of room, and what it
// must not show.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { PACT } from '../../../spec/vectors/samples.ts'
import type { GraphQuery, ObjectGraph, Views } from '../src/index.ts'
import { GRAPH_NAMING_MAX, GRAPH_NODES_MAX } from '../src/limits.ts'
import { foldShared, id, inForceViews, object, type Said, takeBack } from './sharing.ts'
import { ALFA, BRAVO } from './two-parties.ts'

let views: Views
beforeEach(async () => {
  views = await inForceViews()
})
afterEach(() => views.close())

const relates = (n: number, from: Said, to: Said, how = 'uses', more = {}) =>
  object('relationship', n, { relationship_type: how, source_ref: from.id, target_ref: to.id, ...more })
const share = (objects: Said[], record = `${ALFA}#2`) => foldShared(views, objects, record)

async function graph(query: GraphQuery): Promise<ObjectGraph> {
  const read = await views.graph(query, async () => {})
  if (!read.ok) throw new Error(read.message)
  return read.value
}
const idsOf = ({ nodes }: ObjectGraph) => nodes.map((node) => node.id).sort()
const edgesOf = ({ edges }: ObjectGraph) => edges.map(({ from, to, kind, label }) => [from, kind, label, to]).sort()

const actor = object('threat-actor', 1, { name: 'Lantern' })
const malware = object('malware', 2, { name: 'Door' })
const indicator = object('indicator', 3, { created_by_ref: id('identity', 9) })
const uses = relates(4, actor, malware)
const indicates = relates(5, indicator, malware, 'indicates')

test('a relationship is a labelled link between its ends and no object, and the depth counts such links', async () => {
  await share([actor, malware, indicator, uses, indicates])
  const near = await graph({ ids: [actor.id], depth: 1 })
  expect(idsOf(near)).toEqual([malware.id, actor.id])
  expect(edgesOf(near)).toEqual([[actor.id, 'relationship', 'uses', malware.id]])
  expect(near.edges[0]?.by).toBe(uses.id)
  expect(near.nodes.map(({ id: one, more }) => [one, more])).toEqual([
    [actor.id, false],
    [malware.id, true],
  ])
  const two = await graph({ ids: [actor.id], depth: 2 })
  expect(two.nodes.map(({ id: one, depth }) => [one, depth])).toEqual([
    [actor.id, 0],
    [malware.id, 1],
    [indicator.id, 2],
  ])
  expect((await graph({ ids: [actor.id], depth: 0 })).edges).toEqual([])
})

test('a relationship to begin with shows both its ends, and one without an end that is named is an object', async () => {
  const halves = object('relationship', 6, { relationship_type: 'uses', source_ref: actor.id })
  await share([actor, malware, uses, halves])
  expect(idsOf(await graph({ ids: [uses.id], depth: 0 }))).toEqual([malware.id, actor.id])
  expect(idsOf(await graph({ ids: [halves.id], depth: 0 }))).toEqual([halves.id])
})

test('what an object names is a lighter link, by property; what is named and not held is said to be missing', async () => {
  const report = object('report', 7, { object_refs: [actor.id, uses.id], created_by_ref: id('identity', 9) })
  await share([actor, malware, uses, report])
  const shown = await graph({ ids: [report.id], depth: 1 })
  expect(edgesOf(shown)).toEqual([
    [report.id, 'reference', 'created_by_ref', id('identity', 9)],
    [report.id, 'reference', 'object_refs', malware.id],
    [report.id, 'reference', 'object_refs', actor.id],
    [actor.id, 'relationship', 'uses', malware.id],
  ])
  const missing = shown.nodes.find((node) => node.id === id('identity', 9))
  expect(missing).toMatchObject({ state: 'missing', type: 'identity', name: null, party: null })
})

test('a sighting links what was seen with where it was seen, or else with who says so', async () => {
  const place = object('identity', 8)
  const seen = object('sighting', 10, { sighting_of_ref: malware.id, where_sighted_refs: [place.id], count: 3 })
  const anywhere = object('sighting', 11, { sighting_of_ref: malware.id, created_by_ref: id('identity', 9) })
  const nobody = object('sighting', 12, { sighting_of_ref: malware.id })
  await share([malware, place, seen, anywhere, nobody])
  const shown = await graph({ ids: [malware.id], depth: 1 })
  expect(edgesOf(shown)).toEqual([
    [place.id, 'sighting', '3', malware.id],
    [id('identity', 9), 'sighting', '', malware.id],
    [nobody.id, 'reference', 'sighting_of_ref', malware.id],
  ])
})

test('whoever created something is not gone through to all else, unless one begins there', async () => {
  const author = object('identity', 9)
  const other = object('tool', 13, { created_by_ref: author.id })
  await share([indicator, author, other])
  const through = await graph({ ids: [indicator.id], depth: 3 })
  expect(idsOf(through)).toEqual([author.id, indicator.id])
  expect(idsOf(await graph({ ids: [author.id], depth: 1 }))).toEqual([author.id, indicator.id, other.id])
})

test('the newest version alone says what an object is linked to', async () => {
  const then = object('note', 14, { modified: '2026-01-01T00:00:00.000Z', object_refs: [actor.id] })
  const now = { ...then, modified: '2026-02-01T00:00:00.000Z', object_refs: [malware.id] }
  await share([actor, malware, then, now])
  expect(idsOf(await graph({ ids: [actor.id], depth: 1 }))).toEqual([actor.id])
  expect(edgesOf(await graph({ ids: [malware.id], depth: 1 }))).toEqual([
    [then.id, 'reference', 'object_refs', malware.id],
  ])
})

test('what is revoked is shown as such, objects and links', async () => {
  await share([actor, { ...malware, revoked: true }, { ...uses, revoked: true }])
  const shown = await graph({ ids: [actor.id], depth: 1 })
  expect(shown.nodes.map(({ id: one, state }) => [one, state])).toEqual([
    [actor.id, 'shown'],
    [malware.id, 'revoked'],
  ])
  expect(shown.edges.map(({ state }) => state)).toEqual(['revoked'])
})

test('what was taken back is shown as withdrawn where it is named, and links to nothing', async () => {
  await share([{ ...malware, created_by_ref: id('identity', 9) }], `${BRAVO}#2`)
  await share([actor, uses])
  expect((await graph({ ids: [actor.id], depth: 1 })).nodes[1]).toMatchObject({ id: malware.id, state: 'shown' })
  await takeBack(views)
  const shown = await graph({ ids: [actor.id], depth: 2 })
  expect(shown.nodes.map(({ id: one, state }) => [one, state])).toEqual([
    [actor.id, 'shown'],
    [malware.id, 'withdrawn'],
  ])
})

test('what somebody removed here, and what came under another agreement than asked for, is not in it', async () => {
  await share([actor, malware, indicator, uses, indicates])
  const [kept = ''] = idsOf(await graph({ ids: [malware.id], depth: 1, pact: PACT }))
  expect(kept).toBe(indicator.id)
  const elsewhere = await graph({ ids: [malware.id], depth: 1, pact: 'ab'.repeat(16) })
  expect(elsewhere.nodes.map(({ id: one, state }) => [one, state])).toEqual([[malware.id, 'missing']])
  expect(elsewhere.edges).toEqual([])
  views.removeHere([{ pact: PACT, collection: 'outbox', id: uses.id, order: '' }])
  views.removeHere([{ pact: PACT, collection: 'outbox', id: indicator.id, order: '' }])
  const shown = await graph({ ids: [malware.id], depth: 2 })
  expect(shown.edges.map(({ by }) => by)).toEqual([indicates.id])
  expect(shown.nodes.find((node) => node.id === indicator.id)?.state).toBe('missing')
})

test('what finds no room is counted, and links come before what is only named', async () => {
  const hub = object('malware', 20)
  const many = Array.from({ length: 300 }, (_, n) => object('indicator', 1000 + n))
  const links = many.slice(0, 150).map((one, n) => relates(2000 + n, one, hub, 'indicates'))
  const report = object('grouping', 21, { object_refs: [hub.id, ...many.map((one) => one.id)] })
  await share([hub, ...many, ...links, report])
  const shown = await graph({ ids: [hub.id], depth: 1, nodes: 100 })
  expect(shown.nodes).toHaveLength(100)
  expect(shown.nodes.slice(1).every(({ type }) => type === 'indicator')).toBe(true)
  expect(shown.nodesLeft).toBe(52)
  expect(shown.nodes[0]?.more).toBe(true)
  expect(shown.leftIsLeast).toBe(false)
  const all = await graph({ ids: [hub.id], depth: 2 })
  expect(all.nodes).toHaveLength(302)
  expect([all.nodesLeft, all.edgesLeft]).toEqual([0, 0])
})

test('a search begins it: with what it finds, and counting what it found beyond the room', async () => {
  await share([actor, malware, indicator, uses, indicates])
  expect(idsOf(await graph({ search: { type: 'malware' }, depth: 0 }))).toEqual([malware.id])
  const shown = await graph({ search: {}, depth: 0, nodes: 2 })
  expect(shown.nodes).toHaveLength(2)
  expect(shown.nodesLeft).toBeGreaterThan(0)
  const refused = await views.graph({ search: { q: 'x'.repeat(201) }, depth: 0 }, async () => {})
  expect(refused).toMatchObject({ ok: false, code: 'views/query' })
})

test('of what names one object no more than the newest is read, and it says that there may be more', async () => {
  const hub = object('malware', 20)
  const notes = Array.from({ length: GRAPH_NAMING_MAX }, (_, n) => object('note', n, { object_refs: [hub.id] }))
  await share([hub, ...notes])
  const shown = await graph({ ids: [hub.id], depth: 1 })
  expect(shown.nodes).toHaveLength(GRAPH_NODES_MAX)
  expect(shown.nodesLeft).toBe(GRAPH_NAMING_MAX + 1 - GRAPH_NODES_MAX)
  expect(shown.leftIsLeast).toBe(true)
})
