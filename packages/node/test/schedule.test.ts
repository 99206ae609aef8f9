// When a weekly round is due.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextSlot } from '../src/rounds/schedule.ts'

const WEEK_MS = 7 * 86_400_000
const at = (weekday: number, hour: number, after: string) =>
  new Date(nextSlot({ weekday, hour }, Date.parse(after))).toISOString()

test('the next slot is on that weekday at that hour in UTC, behind the moment and within a week of it', () => {
  expect(at(1, 9, '2026-11-30T08:59:59.999Z')).toBe('2026-11-30T09:00:00.000Z')
  expect(at(1, 9, '2026-11-30T09:00:00.000Z')).toBe('2026-12-07T09:00:00.000Z')
  expect(at(7, 23, '2026-12-28T00:00:00.000Z')).toBe('2027-01-03T23:00:00.000Z')
  fc.assert(
    fc.property(
      ...[fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 23 })],
      fc.integer({ min: -1e12, max: 4e12 }),
      (weekday, hour, after) => {
        const slot = nextSlot({ weekday, hour }, after)
        const time = new Date(slot)
        expect([time.getUTCDay() || 7, time.getUTCHours(), Math.abs(slot % 3_600_000)]).toEqual([weekday, hour, 0])
        expect(slot).toBeGreaterThan(after)
        expect(slot - after).toBeLessThanOrEqual(WEEK_MS)
      },
    ),
  )
})
