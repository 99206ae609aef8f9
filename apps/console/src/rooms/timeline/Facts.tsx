// The timeline in words: of each object what it claims, and what others countersigned, with the record it stands in.

import { useMediaQuery } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Block } from '../../marks/Blocks.tsx'
import { NARROW } from '../../marks/Filters.tsx'
import { Foreign } from '../../marks/Foreign.tsx'
import { ModeMark } from '../../marks/Marks.tsx'
import { Turns } from '../../marks/Pager.tsx'
import { Time } from '../../marks/Time.tsx'
import { ObjectTitle } from '../objects/object-marks.tsx'
import { pathOf } from '../record/words.ts'
import type { DrawnLane } from './drawn.ts'
import { type Fact, factsOf } from './facts.ts'

/** Objects on one page of the table. */
const PAGE = 10

export function Facts({ lanes }: { lanes: readonly DrawnLane[] }) {
  const { t } = useTranslation()
  const [page, setPage] = useState(0)
  const at = Math.min(page, Math.max(Math.ceil(lanes.length / PAGE) - 1, 0))
  return (
    <Block title={t('timeline.table')}>
      <p className="quiet">{t('timeline.tableHint')}</p>
      <Turns at={at} page={PAGE} total={lanes.length} turn={setPage} />
      <FactTable lanes={lanes.slice(at * PAGE, (at + 1) * PAGE)} />
    </Block>
  )
}

/** `isOne`: of the object whose page it stands on, which is not named again. */
export function FactTable({ lanes, isOne = false }: { lanes: readonly DrawnLane[]; isOne?: boolean }) {
  const { t, i18n } = useTranslation()
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false
  const told = lanes.map((one) => ({ one, facts: factsOf(one, t, i18n.language) }))
  if (narrow) {
    return (
      <ul className="cards" aria-label={t('timeline.table')}>
        {told.map(({ one, facts }) => (
          <li key={one.key} className="card">
            {!isOne && <Named one={one} />}
            <ul className="tl-facts">
              {facts.map((fact) => (
                <li key={fact.key}>
                  <What fact={fact} />
                  <span>
                    <span className="quiet">{t(`timeline.columns.${fact.isMoment ? 'at' : 'from'}`)}</span>{' '}
                    <End at={fact.from} />
                  </span>
                  {!fact.isMoment && (
                    <span>
                      <span className="quiet">{t('timeline.columns.until')}</span> <End at={fact.until} />
                    </span>
                  )}
                  <Word fact={fact} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    )
  }
  return (
    <div className="table-frame">
      <table className="table tl-table" aria-label={t('timeline.table')}>
        <thead>
          <tr>
            <th scope="col">{t('timeline.columns.what')}</th>
            <th scope="col">{t('timeline.columns.from')}</th>
            <th scope="col">{t('timeline.columns.until')}</th>
            <th scope="col">{t('timeline.columns.word')}</th>
          </tr>
        </thead>
        {told.map(({ one, facts }) => (
          <tbody key={one.key}>
            {!isOne && (
              <tr>
                <th scope="rowgroup" colSpan={4}>
                  <Named one={one} />
                </th>
              </tr>
            )}
            {facts.map((fact) => (
              <tr key={fact.key}>
                <td>
                  <What fact={fact} />
                </td>
                <td colSpan={fact.isMoment ? 2 : 1}>
                  <End at={fact.from} />
                </td>
                {!fact.isMoment && (
                  <td>
                    <End at={fact.until} />
                  </td>
                )}
                <td>
                  <Word fact={fact} />
                </td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  )
}

function Named({ one: { lane } }: { one: DrawnLane }) {
  return (
    <span className="tl-named">
      <Link to="/object/$id" params={{ id: lane.id }}>
        <ObjectTitle of={lane} />
      </Link>{' '}
      <span className="quiet">
        <Foreign max={80}>{lane.type}</Foreign>
      </span>
    </span>
  )
}

function What({ fact: { what, happening, isReversed } }: { fact: Fact }) {
  const { t } = useTranslation()
  return (
    <span className="tl-what">
      {happening === undefined ? <Foreign max={200}>{what}</Foreign> : what}{' '}
      {happening !== undefined && (
        <>
          <ModeMark mode={happening.event.mode} />{' '}
          <Link to="/record/$" params={{ _splat: pathOf(happening.event.record) }}>
            {t('timeline.openRecord')}
          </Link>
        </>
      )}
      {isReversed && <span className="tag bad">{t('timeline.reversedTag')}</span>}
    </span>
  )
}

function Word({ fact: { word, isProved, happening } }: { fact: Fact }) {
  const { t } = useTranslation()
  return (
    <span className="tl-word" data-proved={isProved}>
      {word}
      {happening !== undefined && Number.isFinite(happening.claimed) && (
        <span className="quiet small">
          {t('timeline.clock')} <Time at={happening.event.time} />
        </span>
      )}
    </span>
  )
}

function End({ at }: { at: number | null }) {
  const { t } = useTranslation()
  return at === null ? <span className="quiet">{t('timeline.open')}</span> : <Time at={at / 1000} />
}
