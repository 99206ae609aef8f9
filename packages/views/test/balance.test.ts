// The balance of what was exchanged: how much went each way, what of it was new to whoever got it, and what became of it.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { PACT } from '../../../spec/vectors/samples.ts'
import type { Balance, Exchanged, ObjectToFold, Views } from '../src/index.ts'
import {
  bundle,
  CAROL,
  feedbackOn,
  IN_FORCE,
  LOGS,
  object,
  openAll,
  opinion,
  shares,
  sighting,
  three,
  uuid,
  verdict,
} from './three-parties.ts'
import { ALFA, BRAVO, feed, fresh, know } from './two-parties.ts'

// The views are alfa's.
let logs: Map<string, Uint8Array[]>
let contents: [record: string, objects: ObjectToFold[]][]
let views: Views
let turns: number
beforeEach(async () => {
  logs = new Map(LOGS.map((origin, i) => [origin, [...(openAll[i] ?? [])]]))
  contents = []
  turns = 0
  views = await fresh()
  await know([three], views)
})
afterEach(() => views.close())

const logOf = (origin: string) => logs.get(origin) ?? []
const indicator = (id: string, more: Record<string, unknown> = {}) => object('indicator', { id, name: id, ...more })
const idOf = (id: string) => `indicator--${uuid(id)}`

/** Says it in the log of that author; gives its place. */
function say(origin: string, entry: Uint8Array, ...objects: ReturnType<typeof object>[]) {
  const index = logOf(origin).push(entry) - 1
  contents.push([`${origin}#${index}`, bundle(...objects)])
  return { origin, index, entry }
}
type Place = ReturnType<typeof say>
const share = (origin: string, objects: ReturnType<typeof object>[], more: Parameters<typeof shares>[1] = {}) =>
  say(origin, shares(origin, more), ...objects)
const answer = (origin: string, of: Place, ...objects: ReturnType<typeof object>[]) =>
  say(origin, feedbackOn(of, origin), ...objects)

async function fold(): Promise<void> {
  for (const [origin, log] of logs) expect(await feed(origin, log, views)).toBe(true)
  await views.foldReceipts(IN_FORCE)
  for (const [record, objects] of contents) await views.foldObjects(record, 0, objects)
  while (await views.settle()) continue
}
const OCTOBER = { fromMs: Date.parse('2026-10-01T00:00:00Z'), untilMs: Date.parse('2026-11-01T00:00:00Z') }
const at = (time: string) => ({ time: `2026-${time}Z` })
async function balances(of = OCTOBER): Promise<Balance[]> {
  return views.balance({ pact: PACT, ...of }, async () => turns++)
}
async function withBravo(of = OCTOBER): Promise<Balance> {
  const found = (await balances(of)).find(({ party }) => party === 'bravo.example')
  if (found === undefined) throw new Error('There is no balance with bravo.')
  return found
}
const NOTHING: Exchanged = {
  ...{ records: 0, objects: 0, fresh: 0, answered: 0, untouched: 0, sighted: 0, leadMs: null, leads: 0 },
  verdicts: { accepted: 0, 'already-known': 0, 'false-positive': 0, stale: 0 },
}

test('with nothing exchanged is there for each other party, and is nothing', async () => {
  await fold()
  const none = (party: string) => ({ party, received: NOTHING, given: NOTHING })
  expect(await balances()).toEqual([none('bravo.example'), none('carol.example')])
})

test('counts each object once where it first went that way, and the records it went in', async () => {
  share(BRAVO, [indicator('aa'), indicator('ab')], at('10-02T10:00:00.000'))
  share(BRAVO, [indicator('ab'), indicator('ac'), indicator('ac')], at('10-03T10:00:00.000'))
  share(ALFA, [indicator('ba')], at('10-04T10:00:00.000'))
  await fold()
  const { received, given } = await withBravo()
  expect(received).toEqual({ ...NOTHING, records: 2, objects: 3, fresh: 3, untouched: 3 })
  expect(given).toEqual({ ...NOTHING, records: 1, objects: 1, fresh: 1, untouched: 1 })
  expect(turns).toBeGreaterThan(0)
})

test('is of the time that is asked for, its first moment with it and its last without', async () => {
  share(BRAVO, [indicator('aa')], at('09-30T23:59:59.999'))
  share(BRAVO, [indicator('ab')], at('10-01T00:00:00.000'))
  share(BRAVO, [indicator('aa'), indicator('ac')], at('10-31T23:59:59.999'))
  share(BRAVO, [indicator('ad')], at('11-01T00:00:00.000'))
  await fold()
  // The one that had come in September is none of October.
  expect((await withBravo()).received).toEqual({ ...NOTHING, records: 2, objects: 2, fresh: 2, untouched: 2 })
})

test('knows for new what whoever got it had neither said nor been given by anybody', async () => {
  share(ALFA, [indicator('aa')], at('10-01T10:00:00.000'))
  share(CAROL, [indicator('ab')], { ...at('10-01T10:00:00.000'), to: ['alfa.example'] })
  share(CAROL, [indicator('ac')], { ...at('10-01T10:00:00.000'), to: ['bravo.example'] })
  share(BRAVO, [indicator('aa'), indicator('ab'), indicator('ac'), indicator('ad')], {
    ...at('10-02T10:00:00.000'),
    to: ['alfa.example'],
  })
  share(ALFA, [indicator('ad'), indicator('ae')], { ...at('10-03T10:00:00.000'), to: ['bravo.example'] })
  await fold()
  const { received, given } = await withBravo()
  // What carol told bravo alone was new to us.
  expect([received.objects, received.fresh]).toEqual([4, 2])
  // One bravo had said itself.
  expect([given.objects, given.fresh]).toEqual([3, 2])
})

test('tells what became of it by whoever got it, and by nobody else', async () => {
  const given = share(ALFA, [indicator('aa'), indicator('ab'), indicator('ac'), indicator('ad'), indicator('ae')], {
    ...at('10-02T10:00:00.000'),
  })
  const about = (id: string) => ({ object_refs: [idOf(id)] })
  answer(
    BRAVO,
    given,
    opinion({ id: 'b1', ...about('aa'), ...verdict('accepted') }),
    opinion({ id: 'b2', ...about('ab'), opinion: 'strongly-disagree', ...verdict('false-positive') }),
    opinion({ id: 'b3', ...about('ac'), opinion: 'neutral' }),
    sighting({ id: 'b4', sighting_of_ref: idOf('ad'), count: 0 }),
  )
  answer(CAROL, given, opinion({ id: 'c1', ...about('ae'), ...verdict('stale') }))
  const received = share(BRAVO, [indicator('ba')], at('10-03T10:00:00.000'))
  answer(ALFA, received, opinion({ id: 'a1', ...about('ba'), ...verdict('already-known') }))
  await fold()
  const with_ = await withBravo()
  expect(with_.given).toMatchObject({
    ...{ objects: 5, answered: 4, untouched: 1, sighted: 0 },
    verdicts: { accepted: 1, 'already-known': 0, 'false-positive': 1, stale: 0 },
  })
  expect(with_.received).toMatchObject({ objects: 1, answered: 1, verdicts: { 'already-known': 1 } })
})

test('counts what was answered to another who shared the same for nothing, and a later verdict instead of an earlier', async () => {
  const received = share(BRAVO, [indicator('aa'), indicator('ab')], at('10-02T10:00:00.000'))
  const ofCarol = share(CAROL, [indicator('aa')], { ...at('10-03T10:00:00.000'), to: ['alfa.example'] })
  const all = { object_refs: [idOf('aa'), idOf('ab')], modified: '2026-10-04T10:00:00.000Z' }
  answer(ALFA, received, opinion({ id: 'a1', ...all, ...verdict('accepted') }))
  const later = { object_refs: [idOf('ab')], modified: '2026-10-05T10:00:00.000Z' }
  answer(ALFA, received, opinion({ id: 'a2', ...later, ...verdict('stale') }))
  await fold()
  expect((await withBravo()).received).toMatchObject({ answered: 2, untouched: 0, verdicts: { accepted: 1, stale: 1 } })
  const withCarol = async () => (await balances()).find(({ party }) => party === 'carol.example')?.received
  expect(await withCarol()).toMatchObject({ objects: 1, answered: 0, untouched: 1 })
  answer(ALFA, ofCarol, opinion({ id: 'a3', ...all, ...verdict('false-positive') }))
  await fold()
  expect(await withCarol()).toMatchObject({ answered: 1, untouched: 0, verdicts: { 'false-positive': 1 } })
})

test('tells how long before it was seen whoever saw it was warned: the median, below zero where it was seen before', async () => {
  const given = share(
    ALFA,
    [indicator('aa'), indicator('ab'), indicator('ac'), indicator('ad')],
    at('10-02T10:00:00.000'),
  )
  const seen = (id: string, of: string, first?: string) =>
    sighting({ id, sighting_of_ref: idOf(of), ...(first === undefined ? {} : { first_seen: first }) })
  answer(
    BRAVO,
    given,
    seen('b1', 'aa', '2026-10-02T12:00:00Z'),
    seen('b2', 'aa', '2026-10-02T11:00:00Z'),
    seen('b3', 'ab', '2026-10-02T09:00:00Z'),
    seen('b4', 'ac', '2026-10-05T10:00:00.000Z'),
    seen('b5', 'ad'),
  )
  await fold()
  const hour = 3_600_000
  expect((await withBravo()).given).toMatchObject({ sighted: 4, leads: 3, leadMs: hour })
  answer(BRAVO, given, seen('b6', 'ad', '2026-10-02T13:00:00Z'))
  await fold()
  expect((await withBravo()).given).toMatchObject({ sighted: 4, leads: 4, leadMs: 2 * hour })
})

test('leaves out what only says something of other objects, and what was an exercise', async () => {
  share(BRAVO, [indicator('aa'), opinion({ id: 'b1' }), sighting({ id: 'b2' })], at('10-02T10:00:00.000'))
  share(BRAVO, [indicator('ab')], { ...at('10-03T10:00:00.000'), mode: 'Exercise' })
  await fold()
  expect((await withBravo()).received).toMatchObject({ records: 1, objects: 1 })
})
