// What stands where there is nothing to show: while loading, when there is nothing, when it failed. Each says what to do.

import { Button, Loader } from '@mantine/core'
import { IconAlertTriangle, IconInbox } from '@tabler/icons-react'
import type { TFunction } from 'i18next'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiFailure } from '../api.ts'
import { plain } from './Foreign.tsx'
import { withoutCommands } from './own-words.ts'

export function Loading({ words }: { words: string }) {
  return (
    <div className="notice" role="status">
      <Loader size="xs" color="var(--desk-quiet)" type="dots" />
      <p>{words}</p>
    </div>
  )
}

export function Empty({ title, next, children }: { title: string; next: string; children?: ReactNode }) {
  return (
    <div className="notice">
      <IconInbox aria-hidden size={22} stroke={1.5} />
      <h2>{title}</h2>
      <p>{next}</p>
      {children}
    </div>
  )
}

export function Failed({ error, again, title }: { error: unknown; again?: () => void; title?: string }) {
  const { t } = useTranslation()
  return (
    <div className="notice failed" role="alert">
      <IconAlertTriangle aria-hidden size={22} stroke={1.5} />
      <h2>{title ?? t(isNothing(error) ? 'failure.nothing' : 'failure.title')}</h2>
      <p>{failureWords(error, t)}</p>
      {again !== undefined && <Button onClick={again}>{t('failure.again')}</Button>}
    </div>
  )
}

function isNothing(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 404
}

/** One sentence for a person: our own where the failure is known, else the node's, which says what to do next. */
export function failureWords(error: unknown, t: TFunction): string {
  if (!(error instanceof ApiFailure)) return t('failure.broken')
  if (error.code === 'network/unreachable') return t('failure.unreachable')
  if (error.message !== '' && error.status < 500) {
    const words = withoutCommands(error.message)
    return words === '' ? t('failure.refused', { code: plain(error.code, 80) }) : plain(words, 500)
  }
  if (error.status === 403) return t('failure.forbidden')
  if (error.status === 404) return t('failure.missing')
  return t('failure.server', { code: plain(error.code, 80) })
}
