// The objects to triage, a page at a time: what each is, who shared it, and its verdict; on a wide screen as a table, on a
// narrow one as cards with room for a finger.

import type { ReceivedObject } from '@countersign/client'
import { ActionIcon, Button, Checkbox } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconArrowBackUp } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { rememberOpened } from '../../frame/lastOpened.ts'
import { NARROW } from '../../marks/Filters.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { ModeMark, TlpChip } from '../../marks/Marks.tsx'
import { Time } from '../../marks/Time.tsx'
import { StixType } from '../objects/object-marks.tsx'
import { keyOf, nameOf, PAGE, type TriageDesk } from './desk.ts'
import { VERDICT_LOOKS, VerdictMark } from './verdict-marks.tsx'
import { VERDICTS } from './verdicts.ts'

export const LIST = 'triage'

interface ListProps {
  desk: TriageDesk
  waiting: ReadonlySet<string>
}

export function TriageList({ desk, waiting }: ListProps) {
  const { t } = useTranslation()
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false
  const rows = desk.rows.slice(desk.page * PAGE, (desk.page + 1) * PAGE)
  const ids = rows.map(({ id }) => id)
  const picked = ids.filter((id) => desk.selected.has(id)).length
  const all = (
    <Checkbox
      aria-label={t('triage.selectPage')}
      checked={picked === ids.length}
      indeterminate={picked > 0 && picked < ids.length}
      onChange={() => desk.select(ids, picked < ids.length)}
    />
  )
  if (narrow) {
    return (
      <ul className="cards" aria-label={t('triage.list')}>
        {rows.map((row) => (
          <li className="card" key={keyOf(row)} data-picked={desk.selected.has(row.id)}>
            <div className="card-pick">
              <Pick row={row} desk={desk} />
              <div className="triage-named">
                <Named row={row} desk={desk} />
              </div>
            </div>
            <From row={row} />
            <Verdict row={row} desk={desk} waiting={waiting} words />
          </li>
        ))}
      </ul>
    )
  }
  return (
    <div className="table-frame">
      <table className="table triage-table" aria-label={t('triage.list')}>
        <thead>
          <tr>
            <th scope="col">{all}</th>
            <th scope="col" className="wide">
              {t('triage.object')}
            </th>
            <th scope="col">{t('triage.from')}</th>
            <th scope="col">{t('triage.verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={keyOf(row)}
              data-picked={desk.selected.has(row.id)}
              data-current={desk.current !== undefined && keyOf(desk.current) === keyOf(row)}
            >
              <td>
                <Pick row={row} desk={desk} />
              </td>
              <td className="wide">
                <div className="triage-named">
                  <Named row={row} desk={desk} />
                </div>
              </td>
              <td>
                <From row={row} />
              </td>
              <td>
                <Verdict row={row} desk={desk} waiting={waiting} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Pick({ row, desk }: { row: ReceivedObject; desk: TriageDesk }) {
  const { t } = useTranslation()
  return (
    <Checkbox
      aria-label={t('triage.selectOne', { name: nameOf(row) })}
      checked={desk.selected.has(row.id)}
      onChange={(event) => {
        const isRange = event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey
        if (isRange) desk.selectTo(keyOf(row))
        else desk.select([row.id], event.currentTarget.checked)
      }}
    />
  )
}

function Named({ row, desk }: { row: ReceivedObject; desk: TriageDesk }) {
  return (
    <>
      <Link
        to="/object/$id"
        params={{ id: row.id }}
        className="triage-name"
        data-row-link={keyOf(row)}
        onFocus={() => desk.setCurrent(keyOf(row))}
        onClick={() => rememberOpened(LIST, keyOf(row))}
      >
        <Foreign max={300}>{row.name === null || row.name === '' ? row.id : row.name}</Foreign>
      </Link>
      <div className="triage-marks">
        <StixType type={row.type} />
        <TlpChip tlp={row.tlp} />
        <ModeMark mode={row.mode} />
      </div>
    </>
  )
}

function From({ row }: { row: ReceivedObject }) {
  return (
    <div className="triage-from">
      <Foreign max={128}>{row.from}</Foreign>
      <span className="quiet small">
        <Time at={row.time} />
      </span>
    </div>
  )
}

interface VerdictProps extends ListProps {
  row: ReceivedObject
  /** Whether there is room for the words on the buttons. */
  words?: boolean
}

function Verdict({ row, desk, waiting, words = false }: VerdictProps) {
  const { t } = useTranslation()
  const given = desk.given.get(row.id)
  if (given !== undefined) {
    return (
      <div className="triage-verdict">
        <VerdictMark verdict={given.verdict} />
        <ActionIcon
          size="sm"
          variant="subtle"
          color="gray"
          aria-label={t('triage.takeBackOne', { name: nameOf(row) })}
          onClick={() => desk.takeBack([row.id])}
        >
          <IconArrowBackUp aria-hidden size={16} />
        </ActionIcon>
        <span className="quiet small">{t('triage.untold')}</span>
        {given.reason !== '' && (
          <p className="small triage-why">
            <Foreign max={300}>{t('triage.because', { reason: plain(given.reason, 300) })}</Foreign>
          </p>
        )}
      </div>
    )
  }
  return (
    <div className="triage-verdict">
      {row.verdict !== null && (
        <span>
          <VerdictMark verdict={row.verdict} /> <span className="quiet small">{t('triage.saidBefore')}</span>
        </span>
      )}
      {row.verdict === null && waiting.has(row.id) && <span className="tag warn">{t('triage.waits')}</span>}
      <span className={words ? 'triage-words' : 'triage-icons'}>
        {VERDICTS.map((verdict) => {
          const { icon: Icon } = VERDICT_LOOKS[verdict]
          const word = t(`triage.word.${verdict}`)
          const label = t('triage.judgeOne', { word, name: nameOf(row) })
          const act = () => desk.judge(verdict, [row.id])
          return words ? (
            <Button
              key={verdict}
              aria-label={label}
              data-verdict={verdict}
              leftSection={<Icon aria-hidden size={16} stroke={1.8} />}
              onClick={act}
            >
              {word}
            </Button>
          ) : (
            // The bar below has the same for the row in hand, and its keys: nobody has to tab through four of each row.
            <ActionIcon
              key={verdict}
              tabIndex={-1}
              aria-label={label}
              title={word}
              data-verdict={verdict}
              onClick={act}
            >
              <Icon aria-hidden size={16} stroke={1.8} />
            </ActionIcon>
          )
        })}
      </span>
    </div>
  )
}
