// The dialogues of a round: saying it, and skipping it with the reason.

import type { RoundDifference, RoundLook, RoundLooked, RoundPlace } from '@countersign/client'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiFailure, api } from '../../api.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Sentences } from '../../marks/Blocks.tsx'
import { Confirm } from '../../marks/Confirm.tsx'
import { Foreign, namesOf, plain } from '../../marks/Foreign.tsx'
import { Code, TlpChip } from '../../marks/Marks.tsx'
import { showTime } from '../../marks/Time.tsx'
import { GateVerdict } from '../share/gate-marks.tsx'

const DIFFERENCES_SHOWN = 10

interface SayProps {
  place: RoundPlace
  round: RoundLook
  parties: string[]
  /** What was looked at. */
  tried: RoundLooked
  onClose: () => void
}

export function SayRound({ place, round, parties, tried: { looked, verdict }, onClose }: SayProps) {
  const { t, i18n } = useTranslation()
  const number = (value: number) => showNumber(value, i18n.language)
  const { objects, marking } = round
  const [difference, setDifference] = useState<RoundDifference>()
  return (
    <Confirm
      title={t('round.saying')}
      finality={t('round.sayingFinal')}
      button={t('round.sayButton')}
      isReady={difference === undefined}
      act={async () => {
        const { state, objects: count } = await api.sayRound(place, looked).catch((cause: unknown) => {
          if (cause instanceof ApiFailure && cause.difference != null) setDifference(cause.difference)
          throw cause
        })
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
      {difference === undefined ? (
        <>
          <GateVerdict of={verdict} words={t(`share.verdict.${verdict}`, { count: round.objects })} />
          <Sentences of={t('round.sayingDoes', { returnObjects: true })} />
        </>
      ) : (
        <Difference of={difference} />
      )}
    </Confirm>
  )
}

/** What is another than what was looked at. */
function Difference({ of }: { of: RoundDifference }) {
  const { t, i18n } = useTranslation()
  const number = (value: number) => showNumber(value, i18n.language)
  const { added, addedTotal, gone, goneTotal, verdicts, verdictsTotal, terms } = of
  const lists = [
    ['round.cameIn', added, addedTotal],
    ['round.wentOut', gone, goneTotal],
  ] as const
  const signs = {
    passes: 'passes',
    redacted: 'redacted',
    waits: 'waits',
    refused: 'refused',
    'left out': 'cutWhole',
  } as const
  const word = (verdict: string) => {
    const known = (Object.keys(signs) as (keyof typeof signs)[]).find((one) => one === verdict)
    return known === undefined ? plain(verdict, 32) : t(`share.${signs[known]}`)
  }
  return (
    <section aria-label={t('round.difference')}>
      <p>
        <strong>{t('round.difference')}</strong>
      </p>
      {lists.map(
        ([words, ids, total]) =>
          total > 0 && (
            <div key={words}>
              <p>{t(words, { count: total, number: number(total) })}</p>
              <ul className="plain-list">
                {ids.slice(0, DIFFERENCES_SHOWN).map((id) => (
                  <li key={id}>
                    <Code>{id}</Code>
                  </li>
                ))}
              </ul>
            </div>
          ),
      )}
      {verdictsTotal > 0 && (
        <>
          <p>{t('round.judgedOtherwise', { count: verdictsTotal, number: number(verdictsTotal) })}</p>
          <ul className="plain-list">
            {verdicts.slice(0, DIFFERENCES_SHOWN).map(({ id, before, now }) => (
              <li key={id}>
                <Code>{id}</Code>{' '}
                <Foreign max={200}>{t('round.thenNow', { before: word(before), now: word(now) })}</Foreign>
              </li>
            ))}
          </ul>
        </>
      )}
      {terms && <p>{t('round.markedOtherwise')}</p>}
    </section>
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
