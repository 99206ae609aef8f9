// Objects along time: which times are claims and which are proved, what came back and what was taken back, what must not be
// shown, and what is left out for want of room.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { PACT } from '../../../spec/vectors/samples.ts'
import type { ObjectTimeline, TimelineLane, TimelineQuery, Views } from '../src/index.ts'
import {
  TIMELINE_EVENTS_MAX,
  TIMELINE_FEEDBACK_MAX,
  TIMELINE_LANES_MAX,
  TIMELINE_PLACES_MAX,
  TIMELINE_VERSIONS_MAX,
} from '../src/limits.ts'
import { timesOf } from '../src/object-times.ts'
import { bravo, foldShared, inForceViews, object, type Said, SINCE, takeBack } from './sharing.ts'
import { IN_FORCE, LOGS, others, shares as sharesAmongThree, VERSION as THREE, three } from './three-parties.ts'
import { ALFA, BRAVO, deposit, feed, fresh, know, opens, receipt, shares, signs } from './two-parties.ts'

let views: Views
beforeEach(async () => {
  views = await inForceViews()
})
afterEach(() => views.close())

const OURS = `${ALFA}#2`
const THEIRS = `${BRAVO}#2`
const share = (objects: Said[], record = THEIRS) => foldShared(views, objects, record)
const at = (day: number) => `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z`

async function timeline(query: TimelineQuery): Promise<ObjectTimeline> {
  const read = await views.timeline(query, async () => {})
  if (!read.ok) throw new Error(read.message)
  return read.value
}
async function laneOf(one: { id: string }, more: Partial<TimelineQuery> = {}): Promise<TimelineLane> {
  const [lane] = (await timeline({ ids: [one.id], ...more })).lanes
  if (lane === undefined) throw new Error('there is no lane')
  return lane
}
const kinds = ({ events }: TimelineLane) => events.map(({ kind, record }) => `${kind} ${record}`)

const indicator = object('indicator', 1, {
  ...{ name: 'Relay', created: at(1), modified: at(1), valid_from: at(2), valid_until: at(9) },
})

test('what an object says of itself stands apart from when it was said and countersigned', async () => {
  await share([indicator])
  expect(await laneOf(indicator)).toMatchObject({
    ...{ id: indicator.id, type: 'indicator', name: 'Relay', state: 'shown', isCut: false, unreadable: 0 },
    spans: [{ properties: ['valid_from', 'valid_until'], from: at(2), until: at(9) }],
    moments: [{ property: 'created', at: at(1) }],
    events: [{ kind: 'said', record: THEIRS, party: 'bravo.example', ours: false, lo: SINCE, hi: null, state: 'said' }],
  })
  await views.foldReceipts([receipt('watch', BRAVO, 3, SINCE + 90), receipt('alfa', BRAVO, 3, SINCE + 60)])
  while (await views.settle()) continue
  expect((await laneOf(indicator)).events).toMatchObject([{ lo: SINCE, hi: SINCE + 60, state: 'delivered' }])
})

test('a deposit proves that it was held, and bounds it as well', async () => {
  await share([indicator])
  await views.foldReceipts([deposit('watch', BRAVO, 3, SINCE + 30)])
  while (await views.settle()) continue
  expect((await laneOf(indicator)).events).toMatchObject([{ hi: SINCE + 30, state: 'held' }])
})

test('a relationship is told with both its ends', async () => {
  const tool = object('tool', 8, { name: 'Lamp' })
  const uses = object('relationship', 9, {
    ...{ relationship_type: 'uses', source_ref: tool.id, target_ref: indicator.id },
  })
  await share([tool, indicator, uses])
  expect((await laneOf(uses)).ends).toEqual({
    from: { id: tool.id, name: 'Lamp' },
    to: { id: indicator.id, name: 'Relay' },
  })
  expect((await laneOf(tool)).ends).toBeNull()
})

test('of several recipients the first that held it bounds it, and the last says how far it got', async () => {
  const all = await fresh()
  await know([three], all)
  for (const origin of LOGS) {
    const log = [opens(origin, THREE), signs(origin, THREE, others(origin)), sharesAmongThree(origin)]
    expect(await feed(origin, log, all)).toBe(true)
  }
  await all.foldReceipts([...IN_FORCE, receipt('carol', ALFA, 3, SINCE + 90), receipt('bravo', ALFA, 3, SINCE + 60)])
  await foldShared(all, [indicator], OURS)
  const read = await all.timeline({ ids: [indicator.id] }, async () => {})
  expect(read.ok && read.value.lanes[0]?.events).toMatchObject([{ lo: SINCE, hi: SINCE + 60, state: 'delivered' }])
  await all.close()
})

test('each version is a mark, one that is revoked another, and the newest says what it says now', async () => {
  const later = { ...indicator, modified: at(3), valid_until: at(20) }
  const last = { ...later, modified: at(4), revoked: true }
  await share([last, indicator, later])
  const lane = await laneOf(indicator)
  expect(lane.moments).toEqual([
    { property: 'created', at: at(1) },
    { property: 'modified', at: at(3) },
    { property: 'revoked', at: at(4) },
  ])
  expect(lane.spans[0]?.until).toBe(at(20))
  expect(lane.state).toBe('revoked')
  // All of it stands in one record.
  expect(kinds(lane)).toEqual([`said ${THEIRS}`])
})

test('what was said by both is one object with both records, ours told from theirs', async () => {
  await share([indicator])
  await share([indicator], OURS)
  const lane = await laneOf(indicator)
  expect(lane.events.map(({ record, ours }) => [record, ours]).sort()).toEqual([
    [OURS, true],
    [THEIRS, false],
  ])
})

test.each([false, true])(
  'a refused text is told as such and says nothing of the object, come first: %s',
  async (first) => {
    expect(await feed(BRAVO, [...bravo, shares(BRAVO)], views)).toBe(true)
    const refused = () => share([{ ...indicator, valid_until: at(25), revoked: true }], `${BRAVO}#3`)
    if (first) await refused()
    await share([indicator])
    if (!first) await refused()
    const lane = await laneOf(indicator)
    expect(lane.events.map(({ record, refused }) => [record, refused])).toEqual([
      [THEIRS, false],
      [`${BRAVO}#3`, true],
    ])
    expect(lane.spans[0]?.until).toBe(at(9))
    expect(lane.moments).toEqual([{ property: 'created', at: at(1) }])
  },
)

test('what came back stands on it: what was seen, by its own claim, and what is thought of it now', async () => {
  await share([indicator], OURS)
  const seen = object('sighting', 2, {
    ...{ sighting_of_ref: indicator.id, count: 3, first_seen: at(4), last_seen: at(5), modified: at(6) },
  })
  const thought = object('opinion', 3, { object_refs: [indicator.id], opinion: 'disagree', modified: at(6) })
  const now = { ...thought, opinion: 'agree', modified: at(7) }
  await share([seen, thought, now])
  const { events } = await laneOf(indicator)
  expect(events.filter(({ kind }) => kind !== 'said')).toMatchObject([
    {
      kind: 'sighting',
      refused: false,
      seen: { count: 3, first: at(4).replace('.000', ''), last: at(5).replace('.000', '') },
    },
    { kind: 'opinion', party: 'bravo.example', opinion: { opinion: 'agree', verdict: null }, seen: null },
  ])
})

test('what everybody took back is withdrawn, by which record, and the saying of it stays', async () => {
  await share([indicator])
  await takeBack(views)
  const lane = await laneOf(indicator)
  expect(lane.state).toBe('withdrawn')
  expect(kinds(lane)).toEqual([`said ${THEIRS}`, `takenBack ${BRAVO}#3`])
  expect((await timeline({ search: { collection: 'withdrawn' } })).lanes).toHaveLength(1)
  // Said by us as well, it is on show still.
  await share([indicator], OURS)
  expect((await laneOf(indicator)).state).toBe('shown')
})

test('what somebody removed here, and what came under another agreement than asked for, is not in it', async () => {
  await share([indicator])
  expect((await timeline({ ids: [indicator.id], pact: 'ab'.repeat(16) })).missing).toBe(1)
  expect((await timeline({ ids: [indicator.id], pact: PACT })).lanes).toHaveLength(1)
  const order = at(1).replace('.000Z', '')
  views.removeHere([{ pact: PACT, collection: 'inbox', id: indicator.id, order }])
  expect(await timeline({ ids: [indicator.id] })).toEqual({ lanes: [], missing: 1, left: 0, leftIsLeast: false })
  await share([{ ...indicator, modified: at(3) }], OURS)
  expect(kinds(await laneOf(indicator))).toEqual([`said ${OURS}`])
})

test('a search draws the newest, each object once, and counts the entries beyond', async () => {
  const many = Array.from({ length: 12 }, (_, n) => object('tool', n, { name: `Tool ${n}` }))
  await share([...many, indicator, { ...indicator, modified: at(3) }])
  const all = await timeline({ search: {} })
  expect([all.lanes.length, all.left]).toEqual([13, 0])
  expect(all.lanes[0]?.id).toBe(indicator.id)
  const some = await timeline({ search: {}, lanes: 3 })
  expect(some.lanes.map(({ name }) => name)).toEqual(['Relay', 'Tool 11', 'Tool 10'])
  expect([some.left, some.leftIsLeast]).toEqual([10, false])
  expect((await timeline({ search: { q: 'tool 1' } })).lanes).toHaveLength(3)
  expect((await timeline({ ids: many.map((one) => one.id), lanes: 5 })).left).toBe(7)
  expect((await timeline({ ids: [indicator.id, indicator.id] })).lanes).toHaveLength(1)
  const refused = await views.timeline({ search: { q: 'x'.repeat(201) } }, async () => {})
  expect(refused).toMatchObject({ ok: false, code: 'views/query' })
})

test('no more is drawn or read than there is room for, and it says so', async () => {
  const many = Array.from({ length: TIMELINE_LANES_MAX + 1 }, (_, n) => object('tool', n))
  await share(many)
  const { lanes, left } = await timeline({ search: {}, lanes: 10_000 })
  expect([lanes.length, left]).toEqual([TIMELINE_LANES_MAX, 1])
  const versions = Array.from({ length: TIMELINE_PLACES_MAX + 20 }, (_, n) => ({
    ...indicator,
    modified: new Date(Date.parse(at(1)) + n * 60_000).toISOString(),
  }))
  await share(versions, OURS)
  const lane = await laneOf(indicator)
  expect(lane.isCut).toBe(true)
  expect(lane.moments).toHaveLength(TIMELINE_VERSIONS_MAX + 1)
  expect(lane.moments.at(-1)?.at).toBe(versions.at(-1)?.modified)
  const sightings = Array.from({ length: TIMELINE_FEEDBACK_MAX + 1 }, (_, n) =>
    object('sighting', n, { sighting_of_ref: many[0]?.id }),
  )
  const before = await laneOf(many[0] ?? indicator)
  expect(before.isCut).toBe(false)
  await foldShared(views, sightings, `${ALFA}#2`)
  const answered = await laneOf(many[0] ?? indicator)
  expect(answered.isCut).toBe(true)
  expect(answered.events).toHaveLength(TIMELINE_EVENTS_MAX)
  // The first that happened stays, whatever came after.
  expect(kinds(answered)[0]).toBe(kinds(before)[0])
})

test('the first record is told however often it was said since, and that not all of it was looked at', async () => {
  await share([indicator])
  const again = { ...indicator, modified: at(3) }
  await share(
    Array.from({ length: TIMELINE_PLACES_MAX }, () => again),
    OURS,
  )
  const lane = await laneOf(indicator)
  expect(kinds(lane).sort()).toEqual([`said ${OURS}`, `said ${THEIRS}`])
  expect(lane.isCut).toBe(true)
})

test('times are read by name wherever STIX has them, and what is no time is counted and left out', () => {
  const { spans, moments, unreadable } = timesOf(
    JSON.stringify({
      ...{ first_observed: '0001-01-01T00:00:00Z', last_observed: '9999-12-31T23:59:59.999999Z' },
      ...{ valid_from: at(9), valid_until: at(2), start_time: 'yesterday', stop_time: at(3) },
      ...{ created: 12, published: '2026-02-30T00:00:00+02:00', submitted: at(4) },
    }),
  )
  expect(spans).toEqual([
    // As it says, the wrong way round too.
    { properties: ['valid_from', 'valid_until'], from: at(9), until: at(2) },
    {
      properties: ['first_observed', 'last_observed'],
      ...{ from: '0001-01-01T00:00:00Z', until: '9999-12-31T23:59:59.999999Z' },
    },
    { properties: ['start_time', 'stop_time'], from: null, until: at(3) },
  ])
  expect(moments).toEqual([{ property: 'submitted', at: at(4) }])
  expect(unreadable).toBe(3)
  for (const text of ['', 'null', '[1]', '"x"', '{"valid_from":{}']) {
    expect(timesOf(text)).toMatchObject({ spans: [], moments: [] })
  }
})
