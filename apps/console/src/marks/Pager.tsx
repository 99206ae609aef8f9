// Older, newer, newest; and which rows these are. Of a list that is here as a whole: before and after.

import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Pages } from '../frame/paging.ts'
import { showNumber } from './amounts.ts'

export function Pager(props: { pages: Pages; shown: number; total: number; totalIsLeast?: boolean }) {
  const { pages, shown, total, totalIsLeast = false } = props
  const { t, i18n } = useTranslation()
  const number = (value: number) => showNumber(value, i18n.language)
  return (
    <nav className="pager" aria-label={t('paging.label')}>
      {pages.first !== undefined && shown > 0 && (
        <span className="quiet">
          {t(totalIsLeast ? 'paging.rangeAtLeast' : 'paging.range', {
            first: number(pages.first + 1),
            last: number(pages.first + shown),
            // It was counted up to some number, and the rows may go past that.
            total: number(Math.max(total, pages.first + shown)),
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

/** `at` counts pages of `page` rows from 0; nothing is shown where there is one page alone. */
export function Turns(props: { at: number; page: number; total: number; turn: (to: number) => void }) {
  const { at, page, total, turn } = props
  const { t, i18n } = useTranslation()
  const number = (value: number) => showNumber(value, i18n.language)
  if (total <= page) return null
  return (
    <nav className="pager" aria-label={t('paging.label')}>
      <span className="quiet">
        {t('paging.range', {
          first: number(at * page + 1),
          last: number(Math.min(total, (at + 1) * page)),
          total: number(total),
        })}
      </span>
      <Button onClick={() => turn(at - 1)} disabled={at === 0}>
        {t('paging.previous')}
      </Button>
      <Button onClick={() => turn(at + 1)} disabled={(at + 1) * page >= total}>
        {t('paging.next')}
      </Button>
    </nav>
  )
}
