// The dialogues of a round: saying it, and skipping it with the reason.

import type { GateVerdict as GateVerdictKind, RoundLook, RoundPlace } from '@countersign/client'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Sentences } from '../../marks/Blocks.tsx'
import { Confirm } from '../../marks/Confirm.tsx'
import { namesOf } from '../../marks/Foreign.tsx'
import { TlpChip } from '../../marks/Marks.tsx'
import { showTime } from '../../marks/Time.tsx'
import { GateVerdict } from '../share/gate-marks.tsx'

interface SayProps {
  place: RoundPlace
  round: RoundLook
  parties: string[]
  verdict: GateVerdictKind | undefined
  onClose: () => void
}

export function SayRound({ place, round, parties, verdict, onClose }: SayProps) {
  const { t, i18n } = useTranslation()
  const number = (value: number) => showNumber(value, i18n.language)
  const { objects, marking } = round
  return (
    <Confirm
      title={t('round.saying')}
      finality={t('round.sayingFinal')}
      button={t('round.sayButton')}
      act={async () => {
        const { state, objects: count } = await api.sayRound(place)
        if (state === 'waits') return t('round.saidWaits')
        if (state === 'held-here') return t('round.saidHeld')
        return `${t('round.said', { count, number: number(count), parties: namesOf(parties) })} ${t('round.saidNext')}`
      }}
      onClose={onClose}
    >
      <p>
        <strong>{t('waiting.headline', { count: objects, number: number(objects), parties: namesOf(parties) })}</strong>{' '}
        {marking !== undefined && <TlpChip tlp={marking.tlp} kind={marking.class} />}
      </p>
      {verdict !== undefined && (
        <GateVerdict of={verdict} words={t(`share.verdict.${verdict}`, { count: round.objects })} />
      )}
      <Sentences of={t('round.sayingDoes', { returnObjects: true })} />
    </Confirm>
  )
}

export function SkipRound({ place, onClose }: { place: RoundPlace; onClose: () => void }) {
  const { t, i18n } = useTranslation()
  return (
    <Confirm
      title={t('round.skipping')}
      reason={{ label: t('round.skipReason'), hint: t('round.skipReasonHint') }}
      button={t('round.skipButton')}
      act={async (reason) => {
        const { dueAtMs } = await api.skipRound(place, reason)
        return t('round.skipped', { day: showTime(dueAtMs, i18n.language).local })
      }}
      onClose={onClose}
    >
      <p>{t('round.skippingDoes')}</p>
    </Confirm>
  )
}
