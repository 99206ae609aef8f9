// The rules of the house as a table: on a narrow screen as cards. Each line can be changed, switched off or deleted, in the
// draft; what only a hand could have written is shown as it stands.

import { Button } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import { NARROW } from '../../marks/Filters.tsx'
import { Foreign } from '../../marks/Foreign.tsx'
import { Code } from '../../marks/Marks.tsx'
import { type Drafting, type DraftRow, testsOf } from './draft.ts'
import { About, ByHand, caseName, effectWords } from './rule-words.tsx'

interface TableProps {
  drafting: Drafting
  edit: (row: DraftRow) => void
}

export function RuleTable({ drafting, edit }: TableProps) {
  const { t } = useTranslation()
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false
  if (narrow) {
    return (
      <ul className="cards rule-cards" aria-label={t('rules.ours')}>
        {drafting.rows.map((row) => (
          <li className="card" key={row.key} data-draft={row.state}>
            <div className="card-line">
              <Named row={row} />
            </div>
            <AboutCell row={row} />
            <Does row={row} />
            <p>
              <Reason row={row} />
            </p>
            <Tests row={row} drafting={drafting} />
            <Acts row={row} drafting={drafting} edit={edit} />
          </li>
        ))}
      </ul>
    )
  }
  return (
    <div className="table-frame">
      <table className="table rules-table" aria-label={t('rules.ours')}>
        <thead>
          <tr>
            <th scope="col">{t('rules.columns.state')}</th>
            <th scope="col">{t('rules.columns.about')}</th>
            <th scope="col">{t('rules.columns.does')}</th>
            <th scope="col">{t('rules.columns.reason')}</th>
            <th scope="col">{t('rules.columns.tests')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {drafting.rows.map((row) => (
            <tr key={row.key} data-draft={row.state}>
              <td>
                <Named row={row} />
              </td>
              <td>
                <AboutCell row={row} />
              </td>
              <td>
                <Does row={row} />
              </td>
              <td>
                <Reason row={row} />
              </td>
              <td>
                <Tests row={row} drafting={drafting} />
              </td>
              <td>
                <Acts row={row} drafting={drafting} edit={edit} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Named({ row: { was, now, state } }: { row: DraftRow }) {
  const { t } = useTranslation()
  const enabled = now?.enabled ?? was?.enabled ?? true
  return (
    <div className="rule-name">
      <Code>{now?.name ?? was?.name ?? ''}</Code>
      <span className={enabled ? 'tag good' : 'tag warn'}>{t(enabled ? 'rules.enabled' : 'rules.disabled')}</span>
      {(state === 'added' || state === 'changed' || state === 'removed') && (
        <span className="tag accent">{t(`rules.marks.${state}`)}</span>
      )}
    </div>
  )
}

function AboutCell({ row: { was, now } }: { row: DraftRow }) {
  const line = now ?? was?.table
  if (line != null) return <About when={line.when} />
  return was === null ? null : <ByHand rule={was} />
}

function Does({ row: { was, now } }: { row: DraftRow }) {
  const { t } = useTranslation()
  const effect = (now ?? was?.table)?.effect
  if (effect !== undefined) return <Foreign max={600}>{effectWords(effect, t)}</Foreign>
  return <span>{t(was?.effect === 'cut' ? 'rules.does.cutSome' : `rules.does.${was?.effect ?? 'hold-back'}`)}</span>
}

function Reason({ row: { was, now } }: { row: DraftRow }) {
  return <Foreign max={500}>{now?.reason ?? was?.reason ?? ''}</Foreign>
}

function Tests({ row: { was, now }, drafting }: { row: DraftRow; drafting: Drafting }) {
  const { t } = useTranslation()
  const tests = testsOf(now?.name ?? was?.name ?? '', drafting.cases)
  if (tests.length === 0) return <span className="quiet small">{t('rules.noTests')}</span>
  return (
    <details>
      <summary>{t('rules.testCount', { count: tests.length })}</summary>
      <ul className="plain-list small">
        {tests.map((one) => (
          <li key={caseName(one)}>
            <Foreign max={200}>{caseName(one)}</Foreign>
          </li>
        ))}
      </ul>
    </details>
  )
}

function Acts({ row, drafting, edit }: TableProps & { row: DraftRow }) {
  const { t } = useTranslation()
  const { now, was, state } = row
  if (state === 'by-hand') return null
  if (now === null) {
    return (
      <div className="actions">
        <Button size="compact-xs" onClick={() => drafting.restore(row)}>
          {t('rules.restore')}
        </Button>
      </div>
    )
  }
  return (
    <div className="actions">
      <Button size="compact-xs" aria-label={t('rules.editOne', { name: now.name })} onClick={() => edit(row)}>
        {t('rules.edit')}
      </Button>
      <Button size="compact-xs" onClick={() => drafting.put(row, { ...now, enabled: !now.enabled })}>
        {t(now.enabled ? 'rules.switchOff' : 'rules.switchOn')}
      </Button>
      <Button size="compact-xs" onClick={() => drafting.remove(row)}>
        {t('rules.remove')}
      </Button>
      {state === 'changed' && was !== null && (
        <Button size="compact-xs" onClick={() => drafting.restore(row)}>
          {t('rules.restore')}
        </Button>
      )}
    </div>
  )
}
