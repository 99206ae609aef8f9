// Sending what the gate let pass, and what came of it. Each thing that may be sent has one name of its own, which the node
// keeps: pressed twice, or sent again after an answer that was lost, it is shared once.

import type { ShareOutcome } from '@countersign/client'
import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiFailure, api } from '../../api.ts'
import { bytesToSend, objectsOf } from '../../intake/draft.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Block } from '../../marks/Blocks.tsx'
import { namesOf } from '../../marks/Foreign.tsx'
import { failureWords } from '../../marks/Notice.tsx'
import { type Judging, keyOf } from './judging.ts'
import { Progress } from './Progress.tsx'
import { inputOf, type Place } from './place.ts'
import type { Taking } from './taking.ts'

interface SendingProps {
  taking: Taking
  place: Place
  judging: Judging
  /** It was shared, or is kept to be. */
  onOutcome: (outcome: ShareOutcome) => void
}

export function Sending({ taking, place, judging, onOutcome }: SendingProps) {
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
    onSuccess: (outcome) => {
      onOutcome(outcome)
      return client.invalidateQueries({ predicate: ({ queryKey: [what] }) => what !== 'gate' })
    },
  })
  const mayLeave = judging.isNow && judging.judged !== undefined && judging.judged.tried.verdict !== 'refused'
  const parties = namesOf(place.to)
  const count = objectsOf(draft) - draft.leftOut.size
  const number = showNumber(count, i18n.language)
  const isLost = sending.error instanceof ApiFailure && sending.error.status === 0
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
