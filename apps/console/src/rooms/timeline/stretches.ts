// The stretches of time that a person picks by name, and the one that stands in the address.

import { DAY, type View, viewOf } from './scale.ts'

export const STRETCHES = { day: DAY, week: 7 * DAY, month: 30 * DAY, quarter: 90 * DAY, year: 365 * DAY } as const
export type Stretch = keyof typeof STRETCHES | 'fit' | 'other'
const BEYOND = 0.03
const NAMED = Object.keys(STRETCHES) as (keyof typeof STRETCHES)[]

/** Up to now, and so far beyond it that what happens now is not cut at the edge. */
export function lastOf(name: keyof typeof STRETCHES, now: number): View {
  return { from: now - STRETCHES[name], until: now + STRETCHES[name] * BEYOND }
}

/** How a stretch is called; without one it is all that is shown. */
export function nameOf(view: View | undefined, now: number): Stretch {
  if (view === undefined) return 'fit'
  return (
    NAMED.find((name) => {
      const { from, until } = lastOf(name, now)
      return Math.abs(view.from - from) < 1_000 && Math.abs(view.until - until) < 1_000
    }) ?? 'other'
  )
}

export function isStretch(text: string): text is keyof typeof STRETCHES {
  return Object.hasOwn(STRETCHES, text)
}

/** As an address has it; undefined for anything else. */
export function addressed(from: string | undefined, until: string | undefined): View | undefined {
  return viewOf(Date.parse(from ?? ''), Date.parse(until ?? ''))
}

export function addressOf(view: View | undefined): { from: string | undefined; until: string | undefined } {
  if (view === undefined) return { from: undefined, until: undefined }
  return { from: new Date(view.from).toISOString(), until: new Date(view.until).toISOString() }
}
