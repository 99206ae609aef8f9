// The same in figures: a column for each direction with each party.

import type { BalanceAnswer, Exchanged } from '@countersign/client'
import { useTranslation } from 'react-i18next'
import { showNumber } from '../../marks/amounts.ts'
import { Block } from '../../marks/Blocks.tsx'
import { plain } from '../../marks/Foreign.tsx'
import { VerdictMark } from '../triage/verdict-marks.tsx'
import { VERDICTS } from '../triage/verdicts.ts'
import { useAmounts } from './balance-words.ts'

export function Figures({ balance: { parties } }: { balance: BalanceAnswer }) {
  const { t, i18n } = useTranslation()
  const { partOf, spanOf } = useAmounts()
  const number = (value: number) => showNumber(value, i18n.language)
  const ways = parties.flatMap(({ party, received, given }) => [
    { key: `${party} in`, title: t('balance.received', { party: plain(party, 128) }), way: received },
    { key: `${party} out`, title: t('balance.given', { party: plain(party, 128) }), way: given },
  ])
  const lead = ({ leadMs }: Exchanged) =>
    leadMs === null ? '–' : leadMs < 0 ? t('balance.leadLate', { span: spanOf(leadMs) }) : spanOf(leadMs)
  const rows: [string, (way: Exchanged) => string][] = [
    [t('balance.rows.objects'), ({ objects }) => number(objects)],
    [t('balance.rows.fresh'), ({ fresh, objects }) => partOf(fresh, objects)],
    [t('balance.rows.answered'), ({ answered, objects }) => partOf(answered, objects)],
    [t('balance.rows.untouched'), ({ untouched }) => number(untouched)],
  ]
  const after: [string, (way: Exchanged) => string][] = [
    [t('balance.rows.sighted'), ({ sighted }) => number(sighted)],
    [t('balance.rows.lead'), lead],
  ]
  const line = ([name, of]: [string, (way: Exchanged) => string]) => (
    <tr key={name}>
      <th scope="row">{name}</th>
      {ways.map(({ key, way }) => (
        <td key={key}>{of(way)}</td>
      ))}
    </tr>
  )
  return (
    <Block title={t('balance.table')}>
      <div className="table-frame">
        <table className="table figures" aria-label={t('balance.table')}>
          <thead>
            <tr>
              <th scope="col">{t('balance.what')}</th>
              {ways.map(({ key, title }) => (
                <th scope="col" key={key}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(line)}
            {VERDICTS.map((verdict) => (
              <tr key={verdict}>
                <th scope="row">
                  <VerdictMark verdict={verdict} />
                </th>
                {ways.map(({ key, way }) => (
                  <td key={key}>{number(way.verdicts[verdict])}</td>
                ))}
              </tr>
            ))}
            {after.map(line)}
          </tbody>
        </table>
      </div>
    </Block>
  )
}
