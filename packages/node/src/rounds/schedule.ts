// When a round is due: once a week, on a weekday at an hour in UTC. A function of times alone.

/** `weekday` from 1 for Monday to 7 (ISO 8601); `hour` from 0 to 23, in UTC. */
export interface WeeklySlot {
  weekday: number
  hour: number
}

const HOUR_MS = 3_600_000
const WEEK_MS = 7 * 24 * HOUR_MS
/** Monday, 5 January 1970, 00:00 UTC. */
const FIRST_MONDAY_MS = 4 * 24 * HOUR_MS

/** The first slot behind a moment; both in milliseconds since 1970. */
export function nextSlot({ weekday, hour }: WeeklySlot, afterMs: number): number {
  const first = FIRST_MONDAY_MS + (weekday - 1) * 24 * HOUR_MS + hour * HOUR_MS
  const passed = Math.floor((afterMs - first) / WEEK_MS)
  return first + (passed + 1) * WEEK_MS
}
