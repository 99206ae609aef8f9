// The scale of a timeline: which stretch of time is seen, how it moves, and where its ticks stand. All of it in milliseconds
// since 1970, pure, and within the years 1 to 9999, whatever an object claims.

export interface View {
  from: number
  until: number
}

export const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z')
export const LATEST = Date.parse('9999-12-31T23:59:59.999Z')
const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const YEAR = 365.25 * DAY
/** No stretch is shorter, or nothing would be told apart any more: proofs count whole seconds. */
const SPAN_MIN = 10 * SECOND
/** A claim further than this from every record is drawn at the edge, until a person goes there. */
export const FAR = 10 * YEAR
const MARGIN = 0.04

/** Where a time stands, in the picture’s own measure; far outside of it no further than `width` beyond its edges. */
export function xOf({ from, until }: View, width: number, at: number): number {
  const x = ((at - from) / (until - from)) * width
  return Math.min(2 * width, Math.max(-width, x))
}

export function timeAt({ from, until }: View, width: number, x: number): number {
  return from + (x / Math.max(width, 1)) * (until - from)
}

/** Longer or shorter by a factor, with one time held where it is. */
export function zoomed(view: View, factor: number, at = (view.from + view.until) / 2): View {
  const span = view.until - view.from
  const to = Math.min(LATEST - EARLIEST, Math.max(SPAN_MIN, span / factor))
  const from = at - (at - view.from) * (to / span)
  return held({ from, until: from + to })
}

/** Moved by a part of what is seen; later where it is above 0. */
export function moved(view: View, part: number): View {
  const by = (view.until - view.from) * part
  return held({ from: view.from + by, until: view.until + by })
}

/** A stretch as a person asked for it, in order, within bounds; undefined where it is none. */
export function viewOf(from: number, until: number): View | undefined {
  if (!Number.isFinite(from) || !Number.isFinite(until) || until <= from) return undefined
  return zoomed(held({ from, until }), 1)
}

function held({ from, until }: View): View {
  const span = Math.min(until - from, LATEST - EARLIEST)
  const start = Math.min(Math.max(from, EARLIEST), LATEST - span)
  return { from: start, until: start + span }
}

/**
 * All that happened in records, with what is claimed no further than FAR from it; `far` is how many claims are. Where there
 * are no records the claims stand for them.
 */
export function fitted(records: readonly number[], claims: readonly number[]): { view: View; far: number } {
  const sure = records.length > 0 ? records : claims.slice(0, 1)
  let [from, until] = [Math.min(...sure, LATEST), Math.max(...sure, EARLIEST)]
  if (from > until) [from, until] = [0, DAY]
  const near = claims.filter((at) => at >= from - FAR && at <= until + FAR)
  for (const at of near) {
    from = Math.min(from, at)
    until = Math.max(until, at)
  }
  const pad = Math.max((until - from) * MARGIN, MINUTE)
  return { view: held({ from: from - pad, until: until + pad }), far: claims.length - near.length }
}

export type Unit = 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year'

export interface Tick {
  at: number
  /** How exactly it must be written beside its neighbours: a midnight among hours is a day. */
  unit: Unit
  /** Whether a larger unit begins there than at its neighbours. */
  isMajor: boolean
}

const STEPS: readonly [unit: Unit, count: number, ms: number][] = [
  ...[1, 2, 5, 15, 30].map((count): [Unit, number, number] => ['second', count, count * SECOND]),
  ...[1, 2, 5, 15, 30].map((count): [Unit, number, number] => ['minute', count, count * MINUTE]),
  ...[1, 3, 6, 12].map((count): [Unit, number, number] => ['hour', count, count * HOUR]),
  ...[1, 2, 7, 14].map((count): [Unit, number, number] => ['day', count, count * DAY]),
  ...[1, 3, 6].map((count): [Unit, number, number] => ['month', count, count * 30.5 * DAY]),
  ...[1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500].map((count): [Unit, number, number] => [
    'year',
    count,
    count * YEAR,
  ]),
]

/**
 * At most so many ticks, on round times of the reader’s own clock; `offsetAt` is how far that is ahead of UTC, milliseconds.
 */
export function ticksOf({ from, until }: View, most: number, offsetAt: (at: number) => number): Tick[] {
  const least = (until - from) / Math.max(most, 1)
  const [unit, count, ms] = STEPS.find((step) => step[2] >= least) ?? ['year', 2_500, 2_500 * YEAR]
  const ticks: Tick[] = []
  const start = from + offsetAt(from)
  const begin = stepOn(start, unit, count, ms, 0)
  for (let n = 0; ticks.length <= most + 1; n++) {
    const local = stepOn(begin, unit, count, ms, n)
    const at = local - offsetAt(local - offsetAt(from))
    if (at > until) break
    if (at < from) continue
    const own = unitOf(local, unit)
    ticks.push({ at, unit: own, isMajor: own !== unit })
  }
  return ticks
}

/** The n-th round time from the last one that is not after `local`. */
function stepOn(local: number, unit: Unit, count: number, ms: number, n: number): number {
  if (unit !== 'month' && unit !== 'year') {
    // Days begin with a Monday where there are weeks: 1970 began with a Thursday.
    const shift = unit === 'day' && count % 7 === 0 ? 4 * DAY : 0
    return Math.floor((local - shift) / ms) * ms + shift + n * ms
  }
  const date = new Date(local)
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth()
  const step = unit === 'month' ? count : count * 12
  const to = (Math.floor(months / step) + n) * step
  // Years below 100 would be taken for those after 1900.
  return new Date(0).setUTCFullYear(Math.floor(to / 12), ((to % 12) + 12) % 12, 1)
}

function unitOf(local: number, unit: Unit): Unit {
  if (unit === 'year') return unit
  const date = new Date(local)
  if (unit === 'month') return date.getUTCMonth() === 0 ? 'year' : 'month'
  if (unit === 'day') return 'day'
  return local % DAY === 0 ? 'day' : unit === 'hour' ? 'hour' : local % MINUTE === 0 ? 'minute' : 'second'
}
