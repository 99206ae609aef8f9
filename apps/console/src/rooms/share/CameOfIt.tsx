// What came of a share, in the place of the draft: what is done now, and what to do next.

import type { ShareOutcome } from '@countersign/client'
import { Button } from '@mantine/core'
import { IconCircleCheck, IconClockHour4 } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { showNumber } from '../../marks/amounts.ts'
import { Block } from '../../marks/Blocks.tsx'
import { namesOf } from '../../marks/Foreign.tsx'
import { pathOf } from '../record/words.ts'

export function CameOfIt({ outcome, parties, again }: { outcome: ShareOutcome; parties: string; again: () => void }) {
  const { t, i18n } = useTranslation()
  const { state, share, objects, records, awaited, saidBefore } = outcome
  const words = useRef<HTMLParagraphElement>(null)
  useEffect(() => words.current?.focus(), [])
  const [first] = records
  return (
    <Block title={t('share.sendTitle')}>
      <p className="outcome" role="status" tabIndex={-1} ref={words}>
        {state === 'said' ? <IconCircleCheck aria-hidden size={20} /> : <IconClockHour4 aria-hidden size={20} />}
        <span>
          {state === 'said'
            ? t('share.sent', { count: objects, number: showNumber(objects, i18n.language), parties })
            : state === 'waits'
              ? t('share.waiting')
              : t('share.kept', { parties: namesOf(awaited) })}
        </span>
      </p>
      {saidBefore === true && <p>{t('share.sentBefore')}</p>}
      {state === 'said' && <p>{t('share.sentNext', { count: records.length })}</p>}
      <div className="actions">
        {records.length === 1 && first !== undefined ? (
          <Link to="/record/$" params={{ _splat: pathOf(first) }} className="button-link">
            {t('share.openRecord')}
          </Link>
        ) : state === 'waits' ? (
          <Link to="/approval/$id" params={{ id: share }} className="button-link">
            {t('share.openWaiting')}
          </Link>
        ) : (
          state === 'said' && (
            <Link to="/records" search={{ type: 'intel/share' }} className="button-link">
              {t('share.openRecords')}
            </Link>
          )
        )}
        <Button onClick={again}>{t('share.another')}</Button>
      </div>
    </Block>
  )
}
