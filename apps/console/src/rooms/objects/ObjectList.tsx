// Objects as a list: a table, or cards where it is narrow. It follows whoever types a search, so a row is drawn again only
// where something of it is another, and holds nothing that watches the address.

import type { ListedObject } from '@countersign/client'
import { VisuallyHidden } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useRouter } from '@tanstack/react-router'
import { type MouseEvent, memo } from 'react'
import { useTranslation } from 'react-i18next'
import { rememberOpened } from '../../frame/lastOpened.ts'
import { NARROW } from '../../marks/Filters.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Time } from '../../marks/Time.tsx'
import { choose, useChosen } from './chosen.ts'
import { ObjectFlags, ObjectMarking, ObjectTitle, StixType } from './object-marks.tsx'

interface ObjectListProps {
  objects: ListedObject[]
  label: string
  list?: string
  /** Whether objects are ticked in it. */
  ticks?: boolean
}

export function ObjectList({ objects, label, list, ticks = false }: ObjectListProps) {
  const { t } = useTranslation()
  const ticked = useChosen()
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false
  const shown = (row: ListedObject): ShownProps => ({ row, list, ticked: ticks ? ticked.has(row.id) : undefined })
  if (narrow) {
    return (
      <ul className="cards" aria-label={label}>
        {objects.map((row) => (
          <Card key={row.seq} {...shown(row)} />
        ))}
      </ul>
    )
  }
  return (
    <div className="table-frame">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            {ticks && (
              <th scope="col">
                <VisuallyHidden>{t('objects.tickColumn')}</VisuallyHidden>
              </th>
            )}
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
            <Line key={row.seq} {...shown(row)} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface ShownProps {
  row: ListedObject
  list: string | undefined
  /** Undefined where nothing is ticked in the list. */
  ticked: boolean | undefined
}

const Line = memo(function Line({ row, list, ticked }: ShownProps) {
  return (
    <tr>
      {ticked !== undefined && (
        <td className="tick-cell">
          <Tick row={row} ticked={ticked} />
        </td>
      )}
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
  )
})

const Card = memo(function Card({ row, list, ticked }: ShownProps) {
  return (
    <li className="card">
      <div className="card-line">
        <span className="card-type">
          {ticked !== undefined && <Tick row={row} ticked={ticked} />}
          <StixType type={row.type} />
        </span>
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
  )
})

/** The browser's own box: fifty of the library's take as long to draw as all else in their rows. */
function Tick({ row, ticked }: { row: ListedObject; ticked: boolean }) {
  const { t } = useTranslation()
  return (
    <input
      type="checkbox"
      className="tick"
      aria-label={t('objects.tick', { name: plain(titleOf(row), 100) })}
      checked={ticked}
      onChange={(event) => choose([row.id], event.currentTarget.checked)}
    />
  )
}

/** As the router's link, which reckons its address anew at each step of each search. */
function ObjectLink({ row, list }: { row: ListedObject; list: string | undefined }) {
  const router = useRouter()
  const there = { to: '/object/$id', params: { id: row.id } } as const
  const open = (event: MouseEvent) => {
    if (list !== undefined) rememberOpened(list, row.id)
    // In another tab or window, as the browser does it.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    void router.navigate(there)
  }
  const prepare = () => void router.preloadRoute(there)
  return (
    <a
      href={router.buildLocation(there).href}
      className="row-link"
      data-row-link={row.id}
      onClick={open}
      onFocus={prepare}
      onMouseEnter={prepare}
    >
      <ObjectTitle of={row} />
    </a>
  )
}

/** What it is called; a relationship by what it is between. */
function titleOf({ id, type, name, ends }: ListedObject): string {
  if (ends === null) return name ?? id
  return `${ends.from.name ?? ends.from.id} ${name ?? type} ${ends.to.name ?? ends.to.id}`
}
