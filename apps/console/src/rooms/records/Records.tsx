// The list of records: what was said and heard, newest first, each with the state of its proof.

import type { RecordRow } from '@countersign/client'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useListKeys } from '../../frame/keyboard.ts'
import { rememberOpened, useReturnToRow } from '../../frame/lastOpened.ts'
import { usePages } from '../../frame/paging.ts'
import { type Choice, Filters, NARROW, SEARCH_FIELD } from '../../marks/Filters.tsx'
import { Foreign } from '../../marks/Foreign.tsx'
import { ModeMark, Parties, TlpChip } from '../../marks/Marks.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { Pager } from '../../marks/Pager.tsx'
import { SplitMark } from '../../marks/SplitMark.tsx'
import { StateMark } from '../../marks/StateMark.tsx'
import { Time } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { isKnownType, KNOWN_TYPES, pathOf, titleLine, typeWords } from '../record/words.ts'

const STATES = ['said', 'held', 'delivered', 'void', 'undecided', 'superseded'] as const
const LIST = 'records'
const route = getRouteApi('/records')

export function Records() {
  const { t } = useTranslation()
  const filters = route.useSearch()
  const records = useQuery(ask.records(filters))
  const pages = usePages(filters.cursor, records.data?.next)
  const choices = useChoices(filters)
  useListKeys(SEARCH_FIELD, { n: () => pages.older?.(), p: () => pages.newer?.() })
  useReturnToRow(LIST, records.data !== undefined)

  const filtered = choices.some((choice) => choice.value !== undefined) || filters.q !== undefined
  return (
    <>
      <div className="room-head">
        <h1>{t('records.title')}</h1>
        {records.data !== undefined && (
          <Pager pages={pages} shown={records.data.records.length} total={records.data.total} />
        )}
      </div>
      <Filters q={filters.q ?? ''} label={t('records.search')} hint={t('records.searchHint')} choices={choices} />
      {records.isError && records.data === undefined ? (
        <Failed error={records.error} again={() => void records.refetch()} />
      ) : records.data === undefined ? (
        <Loading words={t('loading.records')} />
      ) : records.data.records.length === 0 ? (
        <Empty
          title={t(filtered ? 'records.noneTitle' : 'records.emptyTitle')}
          next={t(filtered ? 'records.none' : 'records.empty')}
        />
      ) : (
        <RecordList records={records.data.records} label={t('records.list')} list={LIST} />
      )}
    </>
  )
}

/** A dense table, or cards where the screen is narrow. Rows are links: focus moves, Enter opens. */
function RecordList({ records, label, list }: { records: RecordRow[]; label: string; list: string }) {
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false
  return narrow ? (
    <RecordCards records={records} label={label} list={list} />
  ) : (
    <RecordTable records={records} label={label} list={list} />
  )
}

export function RecordCards({ records, label, list }: { records: RecordRow[]; label: string; list?: string }) {
  return (
    <ul className="cards" aria-label={label}>
      {records.map((row) => (
        <RecordCard key={row.record} row={row} list={list} />
      ))}
    </ul>
  )
}

function RecordTable({ records, label, list }: { records: RecordRow[]; label: string; list: string }) {
  const { t } = useTranslation()
  return (
    <div className="table-frame">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{t('records.state')}</th>
            <th scope="col">{t('records.time')}</th>
            <th scope="col">{t('records.fromTo')}</th>
            <th scope="col">{t('records.type')}</th>
            <th scope="col" className="wide">
              {t('records.what')}
            </th>
            <th scope="col">{t('records.marking')}</th>
            <th scope="col">{t('records.channel')}</th>
          </tr>
        </thead>
        <tbody>
          {records.map((row) => (
            <tr key={row.record} data-state={row.state} data-quiet={row.type.startsWith('log/')}>
              <td>
                <StateMark state={row.state} />
              </td>
              <td>
                <Time at={row.time} />
              </td>
              <td className="from-to">
                <FromTo row={row} />
              </td>
              <td className={isKnownType(row.type) ? 'type' : 'type unknown'}>
                <RecordLink row={row} list={list}>
                  {typeWords(row.type, t)}
                </RecordLink>{' '}
                <ModeMark mode={row.mode} /> {row.afterSplit && <SplitMark />}
              </td>
              <td className="wide">
                <Title row={row} />
              </td>
              <td>
                <TlpChip tlp={row.marking.tlp} kind={row.marking.class} />
              </td>
              <td>{row.channel}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function RecordCard({ row, list }: { row: RecordRow; list: string | undefined }) {
  const { t } = useTranslation()
  return (
    <li className="card" data-state={row.state} data-quiet={row.type.startsWith('log/')}>
      <div className="card-line">
        <StateMark state={row.state} />
        <TlpChip tlp={row.marking.tlp} />
      </div>
      <div className="card-title">
        <RecordLink row={row} list={list}>
          {typeWords(row.type, t)}
        </RecordLink>{' '}
        <ModeMark mode={row.mode} /> {row.afterSplit && <SplitMark />}
      </div>
      <Title row={row} />
      <div className="card-line quiet">
        <FromTo row={row} />
        <span>{row.channel}</span>
      </div>
      <Time at={row.time} />
    </li>
  )
}

function RecordLink(props: { row: RecordRow; list: string | undefined; children: string }) {
  const { row, list } = props
  return (
    <Link
      to="/record/$"
      params={{ _splat: pathOf(row.record) }}
      className="row-link"
      data-row-link={row.record}
      onClick={() => list !== undefined && rememberOpened(list, row.record)}
    >
      {props.children}
    </Link>
  )
}

function Title({ row }: { row: RecordRow }) {
  const { t } = useTranslation()
  const line = titleLine(row, t)
  if (line === '') return null
  return (
    <span className="title" data-validity={row.validity.kind}>
      <Foreign>{line}</Foreign>
    </span>
  )
}

function FromTo({ row }: { row: RecordRow }) {
  const { t } = useTranslation()
  return (
    <span>
      <Parties names={[row.from]} /> <span aria-hidden>→</span>{' '}
      {row.to.length === 0 ? <span className="quiet">{t('records.all')}</span> : <Parties names={row.to} />}
    </span>
  )
}

function useChoices(filters: Record<string, string | undefined>): Choice[] {
  const { t } = useTranslation()
  const pacts = useQuery(ask.pacts()).data ?? []
  const parties = new Set(
    pacts.flatMap((pact) => [...pact.agreement.parties, ...pact.agreement.neutrals].map((one) => one.party)),
  )
  const channels = new Set(pacts.flatMap((pact) => pact.channels.map((channel) => channel.name)))
  const same = (names: Iterable<string>) => [...names].sort().map((value) => ({ value, label: value }))
  const choices: Choice[] = [
    {
      key: 'state',
      label: t('records.state'),
      value: filters.state,
      options: STATES.map((value) => ({ value, label: t(`state.${value}`) })),
    },
    {
      key: 'type',
      label: t('records.type'),
      value: filters.type,
      options: KNOWN_TYPES.map((value) => ({ value, label: typeWords(value, t) })),
    },
    { key: 'party', label: t('records.party'), value: filters.party, options: same(parties) },
    { key: 'channel', label: t('records.channel'), value: filters.channel, options: same(channels) },
  ]
  if (pacts.length > 1 || filters.pact !== undefined) {
    choices.push({
      key: 'pact',
      label: t('records.agreement'),
      value: filters.pact,
      options: pacts.map((pact) => ({ value: pact.id, label: pact.title })),
    })
  }
  return choices
}
