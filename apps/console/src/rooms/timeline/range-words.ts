// From when until when, in one line.

import type { TFunction } from 'i18next'
import { showTime } from '../../marks/Time.tsx'
import type { Fact } from './facts.ts'

export function rangeWords({ from, until, isReversed }: Fact, t: TFunction, language: string): string {
  const words = (at: number | null) => (at === null ? t('timeline.open') : showTime(at, language).local)
  const range = from === until ? words(from) : `${words(from)} – ${words(until)}`
  return isReversed ? `${range} (${t('timeline.reversedTag')})` : range
}
