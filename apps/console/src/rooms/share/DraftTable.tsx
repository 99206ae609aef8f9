// The objects of a draft, a page at a time: what the standard says of each, what the gate would do with it, and whether it
// is sent. What is shown is read again from where the draft lies.

import { Checkbox, NativeSelect } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useListKeys } from '../../frame/keyboard.ts'
import { type Draft, objectsWhere, placeOf } from '../../intake/draft.ts'
import { type DraftRow, MARK } from '../../intake/protocol.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Block } from '../../marks/Blocks.tsx'
import { NARROW } from '../../marks/Filters.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Code } from '../../marks/Marks.tsx'
import { Loading } from '../../marks/Notice.tsx'
import { Turns } from '../../marks/Pager.tsx'
import { StixType } from '../objects/object-marks.tsx'
import { GateMark, Why } from './gate-marks.tsx'
import { type Judged, type Judging, verdictOf } from './judging.ts'
import { Remarks } from './Remarks.tsx'
import type { Taking } from './taking.ts'

const PAGE = 50
const FILTERS = ['all', 'refused', 'waits', 'redacted', 'broken', 'advice', 'leftOut'] as const
type Filter = (typeof FILTERS)[number]

interface Shown {
  object: number
  row: DraftRow
}

export function DraftTable({ taking, judging }: { taking: Taking; judging: Judging }) {
  const { t, i18n } = useTranslation()
  const { draft } = taking
  const { judged } = judging
  const [filter, setFilter] = useState<Filter>('all')
  const [page, setPage] = useState(0)
  const lists = useMemo(() => listsOf(draft, judged), [draft, judged])
  const objects = lists[filter]
  const last = Math.max(0, Math.ceil(objects.length / PAGE) - 1)
  const at = Math.min(page, last)
  const some = objects.slice(at * PAGE, (at + 1) * PAGE)
  const rows = useRows(taking, some)
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false
  const number = (value: number) => showNumber(value, i18n.language)
  const turn = (to: number) => setPage(Math.max(0, Math.min(last, to)))
  useListKeys('', { n: () => turn(at + 1), p: () => turn(at - 1) })
  const List = narrow ? Cards : Table
  return (
    <Block title={t('share.table')}>
      <div className="table-head">
        <NativeSelect
          aria-label={t('share.show')}
          value={filter}
          data={FILTERS.filter((one) => one === 'all' || one === filter || lists[one].length > 0).map((value) => ({
            value,
            label: t(`share.filter.${value}`, { number: number(lists[value].length) }),
          }))}
          onChange={(event) => {
            setFilter(FILTERS.find((one) => one === event.currentTarget.value) ?? 'all')
            setPage(0)
          }}
        />
        <Turns at={at} page={PAGE} total={objects.length} turn={turn} />
      </div>
      {some.length === 0 ? (
        <p className="quiet">{t('share.noneOfThese')}</p>
      ) : rows === undefined ? (
        <Loading words={t('share.readingRows')} />
      ) : (
        <List rows={rows} taking={taking} judging={judging} />
      )}
    </Block>
  )
}

function useRows({ intake, draft }: Taking, objects: number[]): Shown[] | undefined {
  const { data } = useQuery({
    queryKey: ['draft-rows', draft.sources.map(({ key }) => key), objects],
    queryFn: async () => {
      const bySource = new Map<number, number[]>()
      for (const object of objects) {
        const { source } = placeOf(draft, object)
        bySource.set(source.key, [...(bySource.get(source.key) ?? []), object])
      }
      const shown: Shown[] = []
      for (const [key, ofSource] of bySource) {
        const found = await intake.rows(
          key,
          ofSource.map((object) => placeOf(draft, object).index),
        )
        for (const [i, row] of found.entries()) shown.push({ object: ofSource[i] ?? -1, row })
      }
      return shown
    },
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  })
  return data
}

function listsOf(draft: Draft, judged: Judged | undefined): Record<Filter, number[]> {
  const of = (verdict: string) => (_: number, object: number) =>
    judged?.verdicts.get(object)?.verdict === verdict && !draft.leftOut.has(object)
  return {
    all: objectsWhere(draft, () => true),
    refused: objectsWhere(draft, of('refused')),
    waits: objectsWhere(draft, of('waits')),
    redacted: objectsWhere(draft, of('redacted')),
    broken: objectsWhere(draft, (mark) => mark >= MARK.broken),
    advice: objectsWhere(draft, (mark) => mark === MARK.advice),
    leftOut: [...draft.leftOut].sort((a, b) => a - b),
  }
}

interface ListProps {
  rows: Shown[]
  taking: Taking
  judging: Judging
}

function Table({ rows, taking, judging }: ListProps) {
  const { t } = useTranslation()
  return (
    <div className="table-frame">
      <table className="table draft" aria-label={t('share.table')}>
        <thead>
          <tr>
            <th scope="col">{t('share.include')}</th>
            <th scope="col">{t('share.object')}</th>
            <th scope="col">{t('share.gate')}</th>
            <th scope="col">{t('share.standard')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((shown) => (
            <tr key={shown.object} data-quiet={taking.draft.leftOut.has(shown.object)}>
              <td>
                <Include shown={shown} taking={taking} />
              </td>
              <td className="draft-object">
                <Named row={shown.row} />
              </td>
              <td>
                <GateCell object={shown.object} taking={taking} judging={judging} />
              </td>
              <td>
                <StandardCell row={shown.row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Cards({ rows, taking, judging }: ListProps) {
  const { t } = useTranslation()
  return (
    <ul className="cards" aria-label={t('share.table')}>
      {rows.map((shown) => (
        <li className="card" key={shown.object} data-quiet={taking.draft.leftOut.has(shown.object)}>
          <div className="card-pick">
            <Include shown={shown} taking={taking} />
            <div>
              <Named row={shown.row} />
            </div>
          </div>
          <GateCell object={shown.object} taking={taking} judging={judging} />
          <StandardCell row={shown.row} />
        </li>
      ))}
    </ul>
  )
}

function Include({ shown: { object, row }, taking }: { shown: Shown; taking: Taking }) {
  const { t } = useTranslation()
  const name = row.name || row.id || t('share.cannotRead')
  return (
    <Checkbox
      aria-label={t('share.includeOne', { name: plain(name, 200) })}
      data-row-link={object}
      checked={!taking.draft.leftOut.has(object)}
      onChange={(event) => taking.leaveOut([object], !event.currentTarget.checked)}
    />
  )
}

function Named({ row }: { row: DraftRow }) {
  const { t } = useTranslation()
  if (row.unreadable !== undefined) return <strong>{t('share.cannotRead')}</strong>
  return (
    <>
      <StixType type={row.type} />{' '}
      <strong>
        <Foreign max={200}>{row.name}</Foreign>
      </strong>
      <div className="quiet small">
        <Code>{row.id}</Code>
      </div>
    </>
  )
}

function GateCell({ object, taking, judging }: { object: number; taking: Taking; judging: Judging }) {
  const { judged } = judging
  const told = judged?.verdicts.get(object)
  const isOut = taking.draft.leftOut.has(object)
  const sign = isOut
    ? 'leftOut'
    : judged === undefined
      ? 'unknown'
      : told?.leftOut === true
        ? 'cutWhole'
        : verdictOf(judged, object)
  return (
    <div className="gate-cell">
      <GateMark sign={sign} />
      {told !== undefined && !isOut && <Why told={told} />}
    </div>
  )
}

function StandardCell({ row }: { row: DraftRow }) {
  const { t } = useTranslation()
  if (row.unreadable !== undefined) {
    return (
      <p>
        <span className="tag bad">{t('share.error')}</span> <Foreign max={500}>{row.unreadable}</Foreign>
      </p>
    )
  }
  if (row.errors.length + row.warnings.length === 0) return <span className="quiet">{t('share.fine')}</span>
  return <Remarks errors={row.errors} warnings={row.warnings} />
}
