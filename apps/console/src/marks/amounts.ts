// Numbers, sizes and spans of time in words of the reader's language and region.

import type { TFunction } from 'i18next'

const KILO = 1000

/** The reader's own region where it is of the chosen language, such as en-GB; else the language alone. */
export function localeOf(language: string): string {
  const own = navigator.languages.find((one) => one === language || one.startsWith(`${language}-`))
  return own !== undefined && isLocale(own) ? own : language
}

const locales = new Map<string, boolean>()

/** A browser without a set locale names one that its own formats refuse. */
function isLocale(tag: string): boolean {
  const known = locales.get(tag) ?? canBe(tag)
  locales.set(tag, known)
  return known
}

function canBe(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0
  } catch {
    return false
  }
}

export function showNumber(value: number, language: string): string {
  return new Intl.NumberFormat(localeOf(language)).format(value)
}

/** What a sentence with a number is told: `count` decides on its form, `number` is how it is written. */
export function counted(count: number, language: string): { count: number; number: string } {
  return { count, number: showNumber(count, language) }
}

export function showBytes(bytes: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const step = Math.min(units.length - 1, bytes < KILO ? 0 : Math.floor(Math.log(bytes) / Math.log(KILO)))
  const unit = units[step] ?? 'byte'
  return new Intl.NumberFormat(localeOf(language), {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(bytes / KILO ** step)
}

/** A span in whole seconds, in its largest fitting unit. */
export function showSpan(seconds: number, t: TFunction): string {
  if (seconds < 120) return t('time.seconds', { count: seconds })
  if (seconds < 120 * 60) return t('time.minutes', { count: Math.round(seconds / 60) })
  if (seconds < 48 * 3600) return t('time.hours', { count: Math.round(seconds / 3600) })
  return t('time.days', { count: Math.round(seconds / 86_400) })
}
