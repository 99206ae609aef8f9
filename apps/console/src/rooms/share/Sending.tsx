// Sending what the gate let pass, and what came of it. Each thing that may be sent has one name of its own, which the node
// keeps: pressed twice, or sent again after an answer that was lost, it is shared once.

import type { ShareOutcome } from '@countersign/client'
import { Button } from '@mantine/core'
import { IconCircleCheck, IconClockHour4 } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiFailure, api } from '../../api.ts'
import { bytesToSend, objectsOf } from '../../intake/draft.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Block } from '../../marks/Blocks.tsx'
import { plain } from '../../marks/Foreign.tsx'
import { failureWords } from '../../marks/Notice.tsx'
import { pathOf } from '../record/words.ts'
import { type Judging, keyOf } from './judging.ts'
import { Progress } from './Progress.tsx'
import { inputOf, type Place } from './place.ts'
import type { Taking } from './taking.ts'

interface SendingProps {
  taking: Taking
  place: Place
  judging: Judging
}

export function Sending({ taking, place, judging }: SendingProps) {
  const { t, i18n } = useTranslation()
  const { draft } = taking
  const client = useQueryClient()
  const names = useRef(new Map<string, string>())
  const underWay = useRef(false)
  const [sent, setSent] = useState(0)
  const key = keyOf(draft, place)
  const sending = useMutation({
    mutationFn: () => {
      setSent(0)
      const share = names.current.get(key) ?? crypto.randomUUID()
      names.current.set(key, share)
      return api.share({ ...inputOf(place), share }, bytesToSend(draft), setSent)
    },
    onSettled: () => {
      underWay.current = false
    },
    onSuccess: () => client.invalidateQueries({ predicate: ({ queryKey: [what] }) => what !== 'gate' }),
  })
  const mayLeave = judging.isNow && judging.judged !== undefined && judging.judged.tried.verdict !== 'refused'
  const parties = place.to.map((party) => plain(party, 128)).join(', ')
  const count = objectsOf(draft) - draft.leftOut.size
  const number = showNumber(count, i18n.language)
  const isLost = sending.error instanceof ApiFailure && sending.error.status === 0
  if (sending.data !== undefined) return <CameOfIt outcome={sending.data} parties={parties} again={taking.startOver} />
  return (
    <Block title={t('share.sendTitle')}>
      <p>{t('share.signedForGood')}</p>
      <div aria-live="polite">
        {sending.isPending && (
          <Progress
            part={sent === 1 ? 0 : sent}
            words={sent === 1 ? t('share.sealing') : t('share.sendingAt', { percent: Math.floor(sent * 100) })}
          />
        )}
      </div>
      <p role="alert" className="form-failure">
        {sending.isPending || sending.error === null ? '' : isLost ? t('share.lost') : failureWords(sending.error, t)}
      </p>
      <div className="actions">
        <Button
          variant="filled"
          disabled={sending.isPending || !mayLeave}
          onClick={() => {
            // The second press of two comes before this is drawn anew.
            if (underWay.current) return
            underWay.current = true
            sending.mutate()
          }}
        >
          {isLost ? t('share.sendAgain') : t('share.sendTo', { count, number, parties })}
        </Button>
        {!mayLeave && <span className="quiet">{t('share.cannotSend')}</span>}
      </div>
    </Block>
  )
}

function CameOfIt({ outcome, parties, again }: { outcome: ShareOutcome; parties: string; again: () => void }) {
  const { t, i18n } = useTranslation()
  const { state, objects, records, awaited, saidBefore } = outcome
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
            : t('share.kept', { parties: awaited.map((party) => plain(party, 128)).join(', ') })}
        </span>
      </p>
      {saidBefore === true && <p>{t('share.sentBefore')}</p>}
      {state === 'said' && <p>{t('share.sentNext', { count: records.length })}</p>}
      <div className="actions">
        {records.length === 1 && first !== undefined ? (
          <Link to="/record/$" params={{ _splat: pathOf(first) }} className="button-link">
            {t('share.openRecord')}
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
