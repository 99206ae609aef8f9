// Parts and spans of the balance, and opinions, in words.

import { useTranslation } from 'react-i18next'
import { localeOf, showNumber, showSpan } from '../../marks/amounts.ts'

const OPINIONS = ['strongly-disagree', 'disagree', 'neutral', 'agree', 'strongly-agree'] as const

/** One of the five of STIX as a key of the words; of anything else that it is one. */
export function opinionWord(opinion: string | null): (typeof OPINIONS)[number] | 'other' {
  return OPINIONS.find((one) => one === opinion) ?? 'other'
}

export function useAmounts(): { partOf: (part: number, of: number) => string; spanOf: (ms: number) => string } {
  const { t, i18n } = useTranslation()
  const percent = new Intl.NumberFormat(localeOf(i18n.language), { style: 'percent' })
  return {
    partOf: (part, of) => {
      const number = showNumber(part, i18n.language)
      return of === 0 ? number : `${number} (${percent.format(part / of)})`
    },
    /** However far before or after. */
    spanOf: (ms) => showSpan(Math.round(Math.abs(ms) / 1_000), t),
  }
}
