// Parts and spans of the balance in words.

import { useTranslation } from 'react-i18next'
import { localeOf, showNumber, showSpan } from '../../marks/amounts.ts'

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
