// Times as an officer reads them: in the reader's own zone, with UTC beside. All through Intl, on a 24-hour clock.

import { useTranslation } from 'react-i18next'
import { localeOf } from './amounts.ts'

const UTC: Intl.DateTimeFormatOptions = { timeZone: 'UTC' }
const DAY: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'short', day: 'numeric' }
const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }

interface Formats {
  day: Intl.DateTimeFormat
  clock: Intl.DateTimeFormat
  utcDay: Intl.DateTimeFormat
  utcClock: Intl.DateTimeFormat
}

const known = new Map<string, Formats>()

/** Made once for each language: a list asks for hundreds. */
function formatsOf(language: string): Formats {
  const locale = localeOf(language)
  const made = known.get(locale)
  if (made !== undefined) return made
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options)
  const formats = {
    ...{ day: format(DAY), clock: format(CLOCK) },
    ...{ utcDay: format({ ...DAY, ...UTC }), utcClock: format({ ...CLOCK, ...UTC }) },
  }
  known.set(locale, formats)
  return formats
}

export interface ShownTime {
  /** Day and clock in the reader's zone. */
  local: string
  /** The clock in UTC, with the day where it is another one there. */
  utc: string
  /** Whether the reader's zone is UTC just then, so that one of the two is enough. */
  same: boolean
}

export function showTime(epochMs: number, language: string): ShownTime {
  const formats = formatsOf(language)
  const day = formats.day.format(epochMs)
  const clock = formats.clock.format(epochMs)
  const utcDay = formats.utcDay.format(epochMs)
  const utcClock = formats.utcClock.format(epochMs)
  return {
    local: `${day}, ${clock}`,
    utc: utcDay === day ? utcClock : `${utcDay}, ${utcClock}`,
    same: utcDay === day && utcClock === clock,
  }
}

/** The day alone, in the reader's zone. */
export function showDay(epochMs: number, language: string): string {
  return Number.isFinite(epochMs) ? formatsOf(language).day.format(epochMs) : ''
}

/** The clock alone in the reader's zone, with the day where it is not today: for lists that are read today. */
export function showClock(epochMs: number, language: string): string {
  return formatsOf(language).clock.format(epochMs)
}

export function Time({ at, stacked = false }: { at: string | number; stacked?: boolean }) {
  const { t, i18n } = useTranslation()
  const epochMs = typeof at === 'number' ? at * 1000 : Date.parse(at)
  if (!Number.isFinite(epochMs)) return <span className="time">{String(at).slice(0, 40)}</span>
  const shown = showTime(epochMs, i18n.language)
  return (
    <time className={stacked ? 'time stacked' : 'time'} dateTime={new Date(epochMs).toISOString()}>
      <span>{shown.same ? t('time.utc', { time: shown.local }) : shown.local}</span>
      {!shown.same && <span className="quiet">{t('time.utc', { time: shown.utc })}</span>}
    </time>
  )
}
