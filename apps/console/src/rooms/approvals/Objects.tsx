// The objects of a share that waits, a page at a time: what each is, what the gate decided on it and why, what the standard
// says of it, and its text as it would leave.

import type { ObjectVerdict, TriedShare } from '@countersign/client'
import { NativeSelect } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useListKeys } from '../../frame/keyboard.ts'
import { showNumber } from '../../marks/amounts.ts'
import { NARROW } from '../../marks/Filters.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Code } from '../../marks/Marks.tsx'
import { Turns } from '../../marks/Pager.tsx'
import { StixType } from '../objects/object-marks.tsx'
import { GateMark, Why } from '../share/gate-marks.tsx'
import { Remarks } from '../share/Remarks.tsx'
import type { Leaving } from './leaving.ts'

const PAGE = 50
const FILTERS = ['all', 'refused', 'waits', 'redacted'] as const
type Filter = (typeof FILTERS)[number]

interface ObjectsProps {
  tried: TriedShare
  leaving: Leaving | undefined
  /** What the gate decided when the officer looked before, where that is something else. */
  before: TriedShare | undefined
}

export function WaitingObjects({ tried, leaving, before }: ObjectsProps) {
  const { t, i18n } = useTranslation()
  const [filter, setFilter] = useState<Filter>('all')
  const [page, setPage] = useState(0)
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false
  const objects = filter === 'all' ? tried.told : tried.told.filter(({ verdict }) => verdict === filter)
  const last = Math.max(0, Math.ceil(objects.length / PAGE) - 1)
  const at = Math.min(page, last)
  const turn = (to: number) => setPage(Math.max(0, Math.min(last, to)))
  useListKeys('', { n: () => turn(at + 1), p: () => turn(at - 1) })
  const some = objects.slice(at * PAGE, (at + 1) * PAGE)
  const untold = tried.objects - tried.told.length
  const number = (value: number) => showNumber(value, i18n.language)
  const earlier = before === undefined ? undefined : new Map(before.told.map((told) => [told.index, wordsOf(told)]))
  const rows = some.map((told) => ({
    told,
    isChanged: earlier !== undefined && earlier.get(told.index) !== wordsOf(told),
    tried,
    found: told.id === null ? undefined : leaving?.rows.get(told.id),
  }))
  const List = narrow ? Cards : Table
  return (
    <>
      <div className="table-head">
        <NativeSelect
          aria-label={t('share.show')}
          value={filter}
          data={FILTERS.filter((one) => one === 'all' || one === filter || tried.counts[one] > 0).map((value) => ({
            value,
            label: t(`share.filter.${value}`, {
              number: number(value === 'all' ? tried.objects : tried.counts[value]),
            }),
          }))}
          onChange={(event) => {
            setFilter(FILTERS.find((one) => one === event.currentTarget.value) ?? 'all')
            setPage(0)
          }}
        />
        <Turns at={at} page={PAGE} total={objects.length} turn={turn} />
      </div>
      {rows.length === 0 ? <p className="quiet">{t('share.noneOfThese')}</p> : <List rows={rows} />}
      {filter === 'all' && at === last && untold > 0 && (
        <p className="quiet">{t('waiting.untold', { count: untold, number: number(untold) })}</p>
      )}
    </>
  )
}

interface Row {
  told: ObjectVerdict
  isChanged: boolean
  tried: TriedShare
  found: { row: { type: string; name: string }; text(): Promise<string> } | undefined
}

function wordsOf({ verdict, reasons, cut, leftOut }: ObjectVerdict): string {
  return JSON.stringify([verdict, leftOut, reasons, cut])
}

function Table({ rows }: { rows: Row[] }) {
  const { t } = useTranslation()
  return (
    <div className="table-frame">
      <table className="table draft verdicts" aria-label={t('waiting.table')}>
        <thead>
          <tr>
            <th scope="col">{t('share.object')}</th>
            <th scope="col">{t('share.gate')}</th>
            <th scope="col">{t('share.standard')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.told.index}>
              <td className="draft-object">
                <Named row={row} />
              </td>
              <td>
                <Decided row={row} />
              </td>
              <td>
                <Standard row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Cards({ rows }: { rows: Row[] }) {
  const { t } = useTranslation()
  return (
    <ul className="cards" aria-label={t('waiting.table')}>
      {rows.map((row) => (
        <li className="card" key={row.told.index}>
          <div>
            <Named row={row} />
          </div>
          <Decided row={row} />
          <Standard row={row} />
        </li>
      ))}
    </ul>
  )
}

function Named({ row: { told, found } }: { row: Row }) {
  const { t } = useTranslation()
  const { id } = told
  if (id === null) return <strong>{t('share.cannotRead')}</strong>
  return (
    <>
      <StixType type={found?.row.type ?? plain(id.split('--')[0] ?? '', 64)} />{' '}
      {found !== undefined && (
        <strong>
          <Foreign max={200}>{found.row.name}</Foreign>
        </strong>
      )}
      <div className="quiet small">
        <Code>{id}</Code>
      </div>
      {found !== undefined && <Text text={found.text} />}
    </>
  )
}

/** Read when it is opened. */
function Text({ text }: { text: () => Promise<string> }) {
  const { t } = useTranslation()
  const [shown, setShown] = useState<string>()
  return (
    <details
      className="inner-fold"
      onToggle={(event) => event.currentTarget.open && shown === undefined && void text().then(setShown)}
    >
      <summary className="small">{t('waiting.text')}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <pre className="raw" tabIndex={0}>
        {shown === undefined ? t('waiting.reading') : plain(shown)}
      </pre>
    </details>
  )
}

function Decided({ row: { told, isChanged } }: { row: Row }) {
  const { t } = useTranslation()
  return (
    <div className="gate-cell">
      <span>
        <GateMark sign={told.leftOut ? 'cutWhole' : told.verdict} />{' '}
        {isChanged && <span className="tag warn">{t('waiting.changedObject')}</span>}
      </span>
      <Why told={told} />
    </div>
  )
}

function Standard({ row: { told, tried } }: { row: Row }) {
  const { t } = useTranslation()
  const of = (all: TriedShare['errors']) => all.filter(({ object }) => object === told.id)
  const [errors, warnings] = [of(tried.errors), of(tried.warnings)]
  // Of many remarks the node tells the first: where there are more, an object without one may have some still.
  const isWhole = tried.errors.length === tried.errorsTotal && tried.warnings.length === tried.warningsTotal
  if (errors.length + warnings.length > 0) return <Remarks errors={errors} warnings={warnings} />
  return <span className="quiet">{t(isWhole ? 'share.fine' : 'share.untold')}</span>
}
