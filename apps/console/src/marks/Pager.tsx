// Older, newer, newest; and which rows these are.

import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Pages } from '../frame/paging.ts'
import { showNumber } from './amounts.ts'

export function Pager({ pages, shown, total }: { pages: Pages; shown: number; total: number }) {
  const { t, i18n } = useTranslation()
  const number = (value: number) => showNumber(value, i18n.language)
  return (
    <nav className="pager" aria-label={t('paging.label')}>
      {pages.first !== undefined && shown > 0 && (
        <span className="quiet">
          {t('paging.range', {
            first: number(pages.first + 1),
            last: number(pages.first + shown),
            total: number(total),
          })}
        </span>
      )}
      {pages.newest !== undefined && <Button onClick={pages.newest}>{t('paging.newest')}</Button>}
      {pages.newer !== undefined && <Button onClick={pages.newer}>{t('paging.newer')}</Button>}
      {(pages.older !== undefined || pages.newest !== undefined) && (
        <Button onClick={pages.older} disabled={pages.older === undefined}>
          {t('paging.older')}
        </Button>
      )}
    </nav>
  )
}
