// A time in words, always with its zone and always UTC, and by our own tables: what a platform knows of languages differs
// from one to the next, and a report must not.

import type { ReportWords } from './words-en.ts'

/** `seconds`: POSIX. */
export function timeWords(seconds: number, words: ReportWords): string {
  const [date = '', clock = ''] = new Date(seconds * 1000).toISOString().split('T')
  const [year = '', month = '', day = ''] = date.split('-')
  const values: Record<string, string> = {
    ...{ year, clock: clock.slice(0, 8), day: String(Number(day)) },
    month: words.months[Number(month) - 1] ?? month,
  }
  return words.date.replace(/\{([a-z]+)\}/g, (_, name: string) => values[name] ?? '')
}
