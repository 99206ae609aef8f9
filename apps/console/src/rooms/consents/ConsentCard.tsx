// One consent to passing on: who lets whom, what, under which agreement and to whom, and whether it stands.

import type { ConsentRow } from '@countersign/client'
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { showNumber } from '../../marks/amounts.ts'
import { Foreign, namesOf, plain } from '../../marks/Foreign.tsx'
import { ModeBanner } from '../../marks/Marks.tsx'
import { Time } from '../../marks/Time.tsx'
import { pathOf } from '../record/words.ts'
import { useReach } from '../share/gone-by.tsx'

export function ConsentCard({ row, retract }: { row: ConsentRow; retract: (() => void) | undefined }) {
  const { t, i18n } = useTranslation()
  const reach = useReach()
  const { record, from, to, of, objects, at, mode } = row
  const what =
    objects === null
      ? t('consents.all')
      : t('consents.some', { count: objects, number: showNumber(objects, i18n.language) })
  return (
    <li className="card">
      <ModeBanner mode={mode} />
      <div className="card-line">
        <Standing row={row} />
      </div>
      <div className="card-title">
        <Link to="/record/$" params={{ _splat: pathOf(record) }} className="row-link" data-row-link={record}>
          <Foreign max={500}>{t('consents.lets', { from: plain(from, 255), to: namesOf(to) })}</Foreign>
        </Link>
      </div>
      <p>
        <span className="quiet">{t('consents.what')}</span> {what}{' '}
        {of.map((one, i) => (
          <span key={one}>
            {i > 0 && ', '}
            <Link to="/record/$" params={{ _splat: pathOf(one) }}>
              {t('consents.record', { number: one.split('#').at(-1) ?? '' })}
            </Link>
          </span>
        ))}
      </p>
      <p>
        <span className="quiet">{t('consents.reach')}</span> <Foreign max={1_000}>{reach(row)}</Foreign>
      </p>
      <p>
        <span className="quiet">{t('consents.given')}</span> <Time at={at / 1000} />
      </p>
      {retract !== undefined && (
        <div className="actions">
          <Button onClick={retract} aria-keyshortcuts="t">
            {t('consents.retract')}
          </Button>
        </div>
      )}
    </li>
  )
}

function Standing({ row: { validity, to, retractedFor } }: { row: ConsentRow }) {
  const { t } = useTranslation()
  if (validity.kind === 'void') return <span className="tag bad">{t('consents.void')}</span>
  if (retractedFor.length === to.length) return <span className="tag warn">{t('consents.retracted')}</span>
  if (retractedFor.length > 0) {
    return <span className="tag warn">{t('consents.retractedFor', { parties: namesOf(retractedFor) })}</span>
  }
  if (validity.kind === 'undecided') return <span className="tag warn">{t('consents.undecided')}</span>
  return <span className="tag">{t('consents.stands')}</span>
}
