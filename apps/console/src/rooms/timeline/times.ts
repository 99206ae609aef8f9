// Times of a timeline in words: on its axis as exactly as they must be beside their neighbours, in the reader’s own zone.

import { localeOf } from '../../marks/amounts.ts'
import type { Unit } from './scale.ts'

const OPTIONS: Record<Unit, Intl.DateTimeFormatOptions> = {
  year: { year: 'numeric' },
  month: { month: 'short' },
  day: { day: 'numeric', month: 'short' },
  hour: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  minute: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
}
const formats = new Map<string, Intl.DateTimeFormat>()

export function tickWords(at: number, unit: Unit, language: string): string {
  const key = `${unit} ${language}`
  const known = formats.get(key) ?? new Intl.DateTimeFormat(localeOf(language), OPTIONS[unit])
  formats.set(key, known)
  return known.format(at)
}

/** How far the reader’s clock is ahead of UTC then, milliseconds. */
export function offsetAt(at: number): number {
  return -new Date(at).getTimezoneOffset() * 60_000
}
