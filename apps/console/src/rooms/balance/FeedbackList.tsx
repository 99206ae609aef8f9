// What the others say of objects that we shared: verdicts, opinions and sightings with their reasons, the last that came
// first, a page at a time.

import type { FeedbackRow, PactRow } from '@countersign/client'
import { NativeSelect } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconEye, IconMessage } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { rememberOpened } from '../../frame/lastOpened.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Block } from '../../marks/Blocks.tsx'
import { NARROW } from '../../marks/Filters.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { ModeMark } from '../../marks/Marks.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { Pager } from '../../marks/Pager.tsx'
import { showDay, Time } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { pathOf } from '../record/words.ts'
import { VerdictMark } from '../triage/verdict-marks.tsx'
import { opinionWord } from './balance-words.ts'

const LIST = 'feedback'

export function FeedbackList({ pact }: { pact: PactRow }) {
  const { t } = useTranslation()
  const me = useQuery(ask.me()).data?.node.party
  const [party, setParty] = useState('')
  // Where each page began; the last is that which is shown.
  const [cursors, setCursors] = useState<readonly string[]>([''])
  const cursor = cursors.at(-1) ?? ''
  const query = {
    pact: pact.id,
    ...(party === '' ? {} : { party }),
    ...(cursor === '' ? {} : { cursor }),
  }
  const page = useQuery({ ...ask.feedback(query), placeholderData: keepPreviousData })
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false
  const next = page.data?.next
  const rows = page.data?.feedback ?? []
  const others = pact.agreement.parties.map((one) => one.party).filter((one) => one !== me)
  const pages = {
    first: undefined,
    older: next === null || next === undefined ? undefined : () => setCursors((all) => [...all, next]),
    newer: cursors.length > 1 ? () => setCursors((all) => all.slice(0, -1)) : undefined,
    newest: cursors.length > 1 ? () => setCursors(['']) : undefined,
  }
  return (
    <Block title={t('feedback.title')}>
      <div className="table-head">
        {others.length > 1 && (
          <NativeSelect
            aria-label={t('feedback.from')}
            value={party}
            data={[
              { value: '', label: t('feedback.anyParty') },
              ...others.map((value) => ({ value, label: plain(value, 128) })),
            ]}
            onChange={(event) => {
              setParty(event.currentTarget.value)
              setCursors([''])
            }}
          />
        )}
        <Pager pages={pages} shown={rows.length} total={rows.length} />
      </div>
      {page.data === undefined ? (
        page.isError ? (
          <Failed error={page.error} again={() => void page.refetch()} />
        ) : (
          <Loading words={t('feedback.loading')} />
        )
      ) : rows.length === 0 ? (
        <Empty title={t('feedback.emptyTitle')} next={t('feedback.empty')} />
      ) : narrow ? (
        <ul className="cards" aria-label={t('feedback.list')}>
          {rows.map((row) => (
            <li className="card" key={keyOf(row)}>
              <div className="card-line">
                <Says row={row} />
                <ModeMark mode={row.mode} />
              </div>
              <Of row={row} />
              {row.explanation !== null && row.explanation !== '' && <Why row={row} />}
              <div className="card-line quiet">
                <Foreign max={128}>{row.party}</Foreign>
                <InRecord row={row} />
              </div>
              <Time at={row.time} />
            </li>
          ))}
        </ul>
      ) : (
        <div className="table-frame">
          <table className="table feedback" aria-label={t('feedback.list')}>
            <thead>
              <tr>
                <th scope="col">{t('feedback.says')}</th>
                <th scope="col" className="wide">
                  {t('feedback.object')}
                </th>
                <th scope="col">{t('feedback.why')}</th>
                <th scope="col">{t('feedback.from')}</th>
                <th scope="col">{t('feedback.when')}</th>
                <th scope="col">{t('feedback.openRecord')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={keyOf(row)}>
                  <td>
                    <Says row={row} /> <ModeMark mode={row.mode} />
                  </td>
                  <td className="wide">
                    <Of row={row} />
                  </td>
                  <td>
                    <Why row={row} />
                  </td>
                  <td className="party">
                    <Foreign max={128}>{row.party}</Foreign>
                  </td>
                  <td>
                    <Time at={row.time} stacked />
                  </td>
                  <td>
                    <InRecord row={row} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Block>
  )
}

function keyOf({ party, id, object, version }: FeedbackRow): string {
  return `${party} ${id} ${version} ${object}`
}

function Says({ row: { kind, verdict, opinion, count, first, last } }: { row: FeedbackRow }) {
  const { t, i18n } = useTranslation()
  if (kind === 'opinion') {
    if (verdict !== null) return <VerdictMark verdict={verdict} />
    return (
      <span className="mark" data-look="quiet">
        <IconMessage aria-hidden size="1.1em" stroke={2} />
        <span>{t(`feedback.opinion.${opinionWord(opinion)}`)}</span>
      </span>
    )
  }
  const day = (time: string | null) => showDay(Date.parse(time ?? ''), i18n.language)
  return (
    <span>
      <span className="mark" data-look={count === 0 ? 'quiet' : 'warn'}>
        <IconEye aria-hidden size="1.1em" stroke={2} />
        <span>
          {count === 0
            ? t('feedback.notSeen')
            : t('feedback.seen', { count, number: showNumber(count, i18n.language) })}
        </span>
      </span>
      {day(first) !== '' && (
        <span className="quiet small">
          {' '}
          {t(day(last ?? first) === day(first) ? 'feedback.on' : 'feedback.between', {
            ...{ first: day(first), last: day(last ?? first) },
          })}
        </span>
      )}
    </span>
  )
}

function Of({ row }: { row: FeedbackRow }) {
  return (
    <Link
      to="/object/$id"
      params={{ id: row.object }}
      className="triage-name"
      data-row-link={keyOf(row)}
      onClick={() => rememberOpened(LIST, keyOf(row))}
    >
      <Foreign max={300}>{row.name === null || row.name === '' ? row.object : row.name}</Foreign>
    </Link>
  )
}

function Why({ row: { explanation } }: { row: FeedbackRow }) {
  if (explanation === null || explanation === '') return <span className="quiet">–</span>
  return <Foreign max={500}>{explanation}</Foreign>
}

function InRecord({ row }: { row: FeedbackRow }) {
  const { t } = useTranslation()
  return (
    <Link to="/record/$" params={{ _splat: pathOf(row.record) }}>
      {t('feedback.openRecord')}
    </Link>
  )
}
