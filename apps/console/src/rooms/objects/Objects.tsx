// The STIX objects received and shared: search, choose, page, open.

import type { ObjectRow } from '@countersign/client'
import { useMediaQuery } from '@mantine/hooks'
import { IconSend } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useListKeys } from '../../frame/keyboard.ts'
import { rememberOpened, useReturnToRow } from '../../frame/lastOpened.ts'
import { usePages } from '../../frame/paging.ts'
import { type Choice, Filters, NARROW, SEARCH_FIELD } from '../../marks/Filters.tsx'
import { Foreign } from '../../marks/Foreign.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { Pager } from '../../marks/Pager.tsx'
import { Time } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { ObjectFlags, ObjectMarking, STIX_TYPES, StixType } from './object-marks.tsx'

const LIST = 'objects'
const route = getRouteApi('/objects')

export function Objects() {
  const { t } = useTranslation()
  const filters = route.useSearch()
  const objects = useQuery(ask.objects(filters))
  const pages = usePages(filters.cursor, objects.data?.next)
  const choices = useChoices(filters)
  useListKeys(SEARCH_FIELD, { n: () => pages.older?.(), p: () => pages.newer?.() })
  useReturnToRow(LIST, objects.data !== undefined)

  // The words whose rows these are: while others are looked for, the rows of the last stay.
  const shows = objects.data === undefined || objects.isPlaceholderData ? undefined : (filters.q ?? '')
  const filtered = choices.some((choice) => choice.value !== undefined) || filters.q !== undefined
  return (
    <>
      <div className="room-head">
        <h1>{t('objects.title')}</h1>
        <span className="push" />
        {objects.data !== undefined && (
          <Pager
            pages={pages}
            shown={objects.data.objects.length}
            total={objects.data.total}
            totalIsLeast={objects.data.totalIsLeast ?? false}
          />
        )}
        <Link to="/share" className="button-link">
          <IconSend aria-hidden size={16} stroke={1.8} />
          {t('share.link')}
        </Link>
      </div>
      <Filters q={filters.q ?? ''} label={t('objects.search')} hint={t('objects.searchHint')} choices={choices} />
      <div aria-busy={objects.isPlaceholderData} data-shows={shows}>
        {objects.isError && objects.data === undefined ? (
          <Failed error={objects.error} again={() => void objects.refetch()} />
        ) : objects.data === undefined ? (
          <Loading words={t('loading.objects')} />
        ) : objects.data.objects.length === 0 ? (
          <Empty
            title={t(filtered ? 'objects.noneTitle' : 'objects.emptyTitle')}
            next={t(filtered ? 'objects.none' : 'objects.empty')}
          />
        ) : (
          <ObjectList objects={objects.data.objects} label={t('objects.list')} list={LIST} />
        )}
      </div>
    </>
  )
}

export function ObjectList({ objects, label, list }: { objects: ObjectRow[]; label: string; list?: string }) {
  const { t } = useTranslation()
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false
  if (narrow) {
    return (
      <ul className="cards" aria-label={label}>
        {objects.map((row) => (
          <li className="card" key={row.seq}>
            <div className="card-line">
              <StixType type={row.type} />
              <ObjectMarking tlp={row.tlp} />
            </div>
            <div className="card-title">
              <ObjectLink row={row} list={list} />
            </div>
            <ObjectFlags row={row} />
            <div className="card-line quiet">
              <Foreign max={128}>{row.party}</Foreign>
            </div>
            <Time at={row.addedAt} />
          </li>
        ))}
      </ul>
    )
  }
  return (
    <div className="table-frame">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{t('objects.type')}</th>
            <th scope="col" className="wide">
              {t('objects.name')}
            </th>
            <th scope="col">{t('objects.party')}</th>
            <th scope="col">{t('objects.marking')}</th>
            <th scope="col">{t('objects.version')}</th>
            <th scope="col">{t('objects.added')}</th>
          </tr>
        </thead>
        <tbody>
          {objects.map((row) => (
            <tr key={row.seq}>
              <td>
                <StixType type={row.type} />
              </td>
              <td className="wide">
                <ObjectLink row={row} list={list} /> <ObjectFlags row={row} />
              </td>
              <td className="party">
                <Foreign max={128}>{row.party}</Foreign>
              </td>
              <td>
                <ObjectMarking tlp={row.tlp} />
              </td>
              <td>
                <Time at={row.version} stacked />
              </td>
              <td>
                <Time at={row.addedAt} stacked />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function ObjectLink({ row, list }: { row: ObjectRow; list: string | undefined }) {
  return (
    <Link
      to="/object/$id"
      params={{ id: row.id }}
      className="row-link"
      data-row-link={row.id}
      onClick={() => list !== undefined && rememberOpened(list, row.id)}
    >
      <Foreign max={300}>{row.name ?? row.id}</Foreign>
    </Link>
  )
}

function useChoices(filters: Record<string, string | undefined>): Choice[] {
  const { t } = useTranslation()
  const pacts = useQuery(ask.pacts()).data ?? []
  const parties = [...new Set(pacts.flatMap((pact) => pact.agreement.parties.map((one) => one.party)))].sort()
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
      options: (['inbox', 'outbox'] as const).map((value) => ({ value, label: t(`objects.${value}`) })),
    },
  ]
}
