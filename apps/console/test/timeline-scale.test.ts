// The scale of a timeline, and what it does with times that nobody should have written.

import type { TimelineEvent, TimelineLane } from '@countersign/client'
import { expect, test } from 'vitest'
import { BIN, densityOf } from '../src/rooms/timeline/density.ts'
import { drawnOf, partsOf, typesOf } from '../src/rooms/timeline/drawn.ts'
import {
  DAY,
  EARLIEST,
  FAR,
  fitted,
  LATEST,
  moved,
  ticksOf,
  timeAt,
  viewOf,
  xOf,
  YEAR,
  zoomed,
} from '../src/rooms/timeline/scale.ts'
import { addressed, addressOf, lastOf, nameOf } from '../src/rooms/timeline/stretches.ts'

const at = (text: string) => Date.parse(text)
const utc = () => 0
const HOUR = 3_600_000
const view = { from: at('2026-11-01T00:00:00Z'), until: at('2026-12-01T00:00:00Z') }

test('a time stands where its share of the stretch is, and what is far off stays near the edge', () => {
  expect(xOf(view, 300, view.from)).toBe(0)
  expect(xOf(view, 300, at('2026-11-11T00:00:00Z'))).toBeCloseTo(100)
  expect(timeAt(view, 300, 100)).toBeCloseTo(at('2026-11-11T00:00:00Z'))
  expect(xOf(view, 300, LATEST)).toBe(600)
  expect(xOf(view, 300, EARLIEST)).toBe(-300)
})

test('what is zoomed holds its place, and ends at ten seconds and at the years 1 and 9999', () => {
  const hold = at('2026-11-11T00:00:00Z')
  const near = zoomed(view, 4, hold)
  expect(xOf(near, 300, hold)).toBeCloseTo(100)
  expect(near.until - near.from).toBeCloseTo((view.until - view.from) / 4)
  const least = zoomed(view, 1e12)
  expect(least.until - least.from).toBe(10_000)
  expect(zoomed(view, 1e-12)).toEqual({ from: EARLIEST, until: LATEST })
  expect(moved({ from: EARLIEST, until: EARLIEST + DAY }, -3)).toEqual({ from: EARLIEST, until: EARLIEST + DAY })
  expect(moved(view, 1).from).toBe(view.until)
})

test('an address is a stretch only where it is one', () => {
  expect(addressed('2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z')).toEqual(view)
  expect(addressOf(view)).toEqual({ from: '2026-11-01T00:00:00.000Z', until: '2026-12-01T00:00:00.000Z' })
  for (const [from, until] of [
    ['2026-12-01', '2026-11-01'],
    ['soon', '2026-11-01'],
    [undefined, '2026-11-01'],
    ['2026-11-01', '2026-11-01'],
  ]) {
    expect(addressed(from, until)).toBeUndefined()
  }
  expect(viewOf(-1e300, 1e300)).toEqual({ from: EARLIEST, until: LATEST })
  expect(nameOf(lastOf('week', view.until), view.until)).toBe('week')
  expect(nameOf(undefined, 0)).toBe('fit')
  expect(nameOf(view, 0)).toBe('other')
  expect(nameOf({ ...lastOf('week', 0), from: 0 }, 0)).toBe('other')
  expect(nameOf({ ...lastOf('week', 0), until: 0 }, 0)).toBe('other')
})

test('all of it is what happened and what is claimed within ten years of that; the rest is counted', () => {
  const records = [at('2026-11-20T00:00:00Z'), at('2026-11-21T00:00:00Z')]
  const { view: all, far } = fitted(records, [at('2020-01-01T00:00:00Z'), EARLIEST, LATEST])
  expect(far).toBe(2)
  expect(all.from).toBeLessThan(at('2020-01-01T00:00:00Z'))
  expect(all.from).toBeGreaterThan(at('2019-01-01T00:00:00Z'))
  expect(all.until).toBeLessThan(at('2027-06-01T00:00:00Z'))
  expect(fitted([], []).view.until).toBeGreaterThan(0)
  const one = fitted([at('2026-11-20T00:00:00Z')], [])
  expect(one.view.until - one.view.from).toBeGreaterThan(60_000)
  expect(fitted([0], [FAR, FAR + 1, -FAR]).far).toBe(1)
})

test.each([
  ['seconds', 20_000],
  ['minutes', 600_000],
  ['hours', 12 * HOUR],
  ['days', 10 * DAY],
  ['weeks', 60 * DAY],
  ['months', YEAR],
  ['years', 9 * YEAR],
  ['centuries', 900 * YEAR],
  ['all of it', LATEST - EARLIEST],
])('ticks over %s are round, rising, within it, and no more than there is room for', (_, span) => {
  for (const from of [EARLIEST, at('2026-03-29T00:17:31Z'), LATEST - span]) {
    const seen = { from, until: from + span }
    const ticks = ticksOf(seen, 10, utc)
    expect(ticks.length).toBeGreaterThan(1)
    expect(ticks.length).toBeLessThanOrEqual(11)
    for (const [n, tick] of ticks.entries()) {
      expect(tick.at).toBeGreaterThanOrEqual(seen.from)
      expect(tick.at).toBeLessThanOrEqual(seen.until)
      expect(Math.abs(tick.at % 1_000)).toBe(0)
      if (n > 0) expect(tick.at).toBeGreaterThan(ticks[n - 1]?.at ?? Infinity)
    }
  }
})

test('ticks are round on the reader’s clock, and a midnight among hours is a day', () => {
  const ahead = () => 5.5 * HOUR
  const ticks = ticksOf({ from: at('2026-11-01T12:00:00Z'), until: at('2026-11-02T12:00:00Z') }, 5, ahead)
  expect(ticks.map((tick) => new Date(tick.at).toISOString())).toContain('2026-11-01T18:30:00.000Z')
  expect(ticks.find((tick) => tick.at === at('2026-11-01T18:30:00Z'))?.unit).toBe('day')
  const behind = ticksOf({ from: at('2026-11-01T05:00:00Z'), until: at('2026-11-01T17:00:00Z') }, 12, () => -5 * HOUR)
  expect(behind[0]?.at).toBe(at('2026-11-01T05:00:00Z'))
  const months = ticksOf({ from: at('2026-10-15T00:00:00Z'), until: at('2027-02-15T00:00:00Z') }, 6, utc)
  expect(months.map(({ at: one, unit }) => [new Date(one).toISOString().slice(0, 7), unit])).toEqual([
    ['2026-11', 'month'],
    ['2026-12', 'month'],
    ['2027-01', 'year'],
    ['2027-02', 'month'],
  ])
})

const event = (change: Partial<TimelineEvent>): TimelineEvent => ({
  ...{ kind: 'said', record: 'bravo.example/x/main/y#1', party: 'bravo.example', ours: false, mode: 'Actual' },
  ...{ time: '2026-11-20T08:00:00.000Z', state: 'said', lo: null, hi: null, refused: false, seen: null, opinion: null },
  ...change,
})
const lane = (change: Partial<TimelineLane>): TimelineLane => ({
  ...{
    id: 'tool--1',
    type: 'tool',
    name: null,
    tlp: null,
    ends: null,
    state: 'shown',
    spans: [],
    moments: [],
    events: [],
  },
  ...{ isCut: false, unreadable: 0 },
  ...change,
})
const drawn = (...lanes: TimelineLane[]) => drawnOf({ lanes, missing: 0, left: 0, leftIsLeast: false })
const second = (text: string) => at(text) / 1_000

test('a record stands where its author says, but never outside of what others countersigned', () => {
  const [lo, hi] = [second('2026-11-20T08:00:10Z'), second('2026-11-20T08:00:20Z')]
  const stands = (time: string) => drawn(lane({ events: [event({ time, lo, hi })] })).lanes[0]?.happenings[0]?.at
  expect(stands('2026-11-20T08:00:15.000Z')).toBe(at('2026-11-20T08:00:15Z'))
  expect(stands('0001-01-01T00:00:00.000Z')).toBe(lo * 1_000)
  expect(stands('9999-12-31T00:00:00.000Z')).toBe(hi * 1_000)
})

test('no claim decides on the scale: neither of an object nor of a record that nobody countersigned', () => {
  const proved = event({ lo: second('2026-11-20T08:00:00Z'), hi: second('2026-11-20T08:01:00Z') })
  const absurd = drawn(
    lane({
      events: [proved, event({ time: '9999-12-31T00:00:00.000Z' }), event({ time: '0001-01-01T00:00:00.000Z' })],
      spans: [{ properties: ['first_seen', 'last_seen'], from: '9998-01-01T00:00:00Z', until: '0002-01-01T00:00:00Z' }],
    }),
  )
  expect(absurd.fit.until - absurd.fit.from).toBeLessThan(DAY)
  expect([absurd.far, absurd.reversed]).toEqual([4, 1])
  const open = event({ time: '9999-12-31T00:00:00.000Z', lo: second('2026-11-20T08:00:00Z') })
  expect(drawn(lane({ events: [open] })).fit.until).toBeLessThan(at('2027-01-01T00:00:00Z'))
})

test('types are one strip each, the largest first; one object is taken apart', () => {
  const span = { properties: ['valid_from', 'valid_until'] as const, from: '2026-11-20T08:00:00Z', until: null }
  const { lanes } = drawn(
    lane({ id: 'tool--1', events: [event({})] }),
    lane({ id: 'malware--1', type: 'malware' }),
    lane({
      ...{
        id: 'malware--2',
        type: 'malware',
        spans: [span],
        moments: [{ property: 'created', at: '2026-11-20T08:00:00Z' }],
      },
      events: [event({}), event({ kind: 'opinion' }), event({ kind: 'takenBack' })],
    }),
  )
  expect(typesOf(lanes).map(({ type, objects }) => [type, objects])).toEqual([
    ['malware', 2],
    ['tool', 1],
  ])
  const [, , last] = lanes
  expect(last && partsOf(last).map(({ part, happenings }) => [part, happenings.length])).toEqual([
    ['span', 0],
    ['moments', 0],
    ['said', 2],
    ['answers', 1],
  ])
})

test('of many objects it is told how many claim a time, open ends too, and how many records there are', () => {
  const span = (from: string | null, until: string | null) => ({
    properties: ['valid_from', 'valid_until'] as const,
    from,
    until,
  })
  const { lanes } = drawn(
    lane({ spans: [span('2026-11-03T00:00:00Z', '2026-11-05T00:00:00Z'), span('2026-11-04T00:00:00Z', null)] }),
    lane({ spans: [span(null, '2026-11-02T00:00:00Z'), span('2026-11-05T00:00:00Z', '2026-11-03T00:00:00Z')] }),
    lane({ spans: [span('2020-01-01T00:00:00Z', '2020-02-01T00:00:00Z')], events: [event({}), event({})] }),
  )
  const [row] = typesOf(lanes)
  // A day for each bin.
  const { claimed, happened } = densityOf(row ?? { key: '', claims: [], moments: [], happenings: [] }, view, 30 * BIN)
  expect(claimed.slice(0, 7)).toEqual([1, 1, 2, 3, 3, 1, 1])
  expect(claimed).toHaveLength(30)
  expect(happened.flatMap((count, bin) => (count > 0 ? [[bin, count]] : []))).toEqual([[19, 2]])
})
