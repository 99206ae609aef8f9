// What the objects are narrowed to, in the list and in the timeline alike: it stands in the address of both.

import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Choice } from '../../marks/Filters.tsx'
import { plain } from '../../marks/Foreign.tsx'
import { ask } from '../../queries.ts'
import { STIX_TYPES } from './object-marks.tsx'

export const NARROWING = ['q', 'type', 'party', 'collection', 'pact'] as const
export type Narrowing = { [Key in (typeof NARROWING)[number]]?: string | undefined }

/** The same choice without its page, and without what is not chosen. */
export function startOf(filters: Narrowing): { [Key in (typeof NARROWING)[number]]?: string } {
  const start: ReturnType<typeof startOf> = {}
  for (const key of NARROWING) {
    const value = filters[key]
    if (value !== undefined) start[key] = value
  }
  return start
}

/** `past`: what was taken back may be chosen too. */
export function useChoices(filters: Narrowing, past = false): Choice[] {
  const { t } = useTranslation()
  const pacts = useQuery(ask.pacts()).data ?? []
  const parties = [...new Set(pacts.flatMap((pact) => pact.agreement.parties.map((one) => one.party)))].sort()
  const directions = past ? (['inbox', 'outbox', 'withdrawn'] as const) : (['inbox', 'outbox'] as const)
  const agreements = pacts.map(({ id, agreement }) => ({ value: id, label: plain(agreement.title, 80) }))
  return [
    {
      key: 'type',
      label: t('objects.type'),
      value: filters.type,
      options: STIX_TYPES.map((value) => ({ value, label: value })),
    },
    {
      key: 'party',
      label: t('objects.party'),
      value: filters.party,
      options: parties.map((value) => ({ value, label: value })),
    },
    {
      key: 'collection',
      label: t('objects.collection'),
      value: filters.collection,
      options: directions.map((value) => ({ value, label: t(`objects.${value}`) })),
    },
    // With one agreement there is nothing to choose.
    ...(agreements.length > 1 || filters.pact !== undefined
      ? [{ key: 'pact', label: t('objects.pact'), value: filters.pact, options: agreements }]
      : []),
  ]
}
