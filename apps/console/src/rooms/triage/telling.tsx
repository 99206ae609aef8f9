// The dialogues before anything leaves: telling the verdicts that were given, and one verdict for all that is listed.

import type { Triaged, TriageInput } from '@countersign/client'
import type { FeedbackVerdict } from '@countersign/record'
import { NativeSelect, Textarea } from '@mantine/core'
import type { TFunction } from 'i18next'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Sentences } from '../../marks/Blocks.tsx'
import { Confirm } from '../../marks/Confirm.tsx'
import { namesOf } from '../../marks/Foreign.tsx'
import { VerdictMark } from './verdict-marks.tsx'
import { answersOf, REASON_MAX, VERDICTS, type Verdicts } from './verdicts.ts'

interface TellProps {
  pact: string
  verdicts: Verdicts
  /** Who shared what is judged here; empty where that is not in the list. */
  parties: readonly string[]
  onTold: (told: Triaged, ids: readonly string[]) => void
  onClose: () => void
}

export function Tell({ pact, verdicts, parties, onTold, onClose }: TellProps) {
  const { t, i18n } = useTranslation()
  const [{ answers, ids }] = useState(() => answersOf(verdicts))
  const number = (value: number) => showNumber(value, i18n.language)
  return (
    <Confirm
      title={t('triage.telling')}
      button={t('triage.tellingButton')}
      act={async () => {
        const told = await api.triage({ pact, answers })
        onTold(told, ids)
        return cameOf(told, t, i18n.language)
      }}
      onClose={onClose}
    >
      <ul className="plain-list">
        {VERDICTS.map((verdict) => {
          const some = answers.filter((answer) => answer.verdict === verdict)
          const count = countOf(some)
          const explained = countOf(some.filter(({ reason }) => reason !== undefined))
          return count === 0 ? null : (
            <li key={verdict}>
              {number(count)} × <VerdictMark verdict={verdict} />{' '}
              {explained > 0 && (
                <span className="quiet">{t('triage.withReason', { count: explained, number: number(explained) })}</span>
              )}
            </li>
          )
        })}
      </ul>
      {parties.length > 0 && <p>{t('triage.tellingWho', { parties: namesOf(parties) })}</p>}
      <Sentences of={t('triage.tellingDoes', { returnObjects: true })} />
      {ids.length < verdicts.given.size && <p>{t('triage.tellingMore')}</p>}
    </Confirm>
  )
}

interface AnswerAllProps {
  scope: Omit<TriageInput, 'answers'> & { types?: string[]; text?: string }
  total: number
  onClose: () => void
}

export function AnswerAll({ scope: { types, text, ...scope }, total, onClose }: AnswerAllProps) {
  const { t, i18n } = useTranslation()
  const [verdict, setVerdict] = useState<FeedbackVerdict>('accepted')
  const [reason, setReason] = useState('')
  return (
    <Confirm
      title={t('triage.answerAll', { number: showNumber(total, i18n.language) })}
      button={t('triage.answerAllButton')}
      act={async () => {
        const answer = {
          verdict,
          ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
          ...(types === undefined ? {} : { types }),
          ...(text === undefined ? {} : { text }),
        }
        return cameOf(await api.triage({ ...scope, answers: [answer] }), t, i18n.language)
      }}
      onClose={onClose}
    >
      <p>{t('triage.answerAllDoes')}</p>
      <NativeSelect
        label={t('triage.verdict')}
        value={verdict}
        data={VERDICTS.map((value) => ({ value, label: t(`triage.word.${value}`) }))}
        onChange={(event) => setVerdict(VERDICTS.find((one) => one === event.currentTarget.value) ?? 'accepted')}
      />
      <Textarea
        label={t('triage.reason')}
        description={t('triage.whyHint')}
        rows={2}
        maxLength={REASON_MAX}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Sentences of={t('triage.tellingDoes', { returnObjects: true })} />
    </Confirm>
  )
}

function countOf(answers: TriageInput['answers']): number {
  return answers.reduce((sum, { ids }) => sum + (ids?.length ?? 0), 0)
}

/** What was done, and what happens next, in our own sentences. */
function cameOf(told: Triaged, t: TFunction, language: string): string {
  const { state, to, awaited, verdicts, open, redactedTotal } = told
  const number = (value: number) => showNumber(value, language)
  const what = VERDICTS.flatMap((verdict) =>
    verdicts[verdict] === 0 ? [] : [`${number(verdicts[verdict])} × ${t(`triage.word.${verdict}`)}`],
  ).join(', ')
  const sentences = [
    state === 'said'
      ? `${t('triage.told', { parties: namesOf(to), what })} ${t('triage.toldNext')}`
      : state === 'waits'
        ? t('triage.toldWaits')
        : t('triage.toldHeld', { parties: namesOf(awaited) }),
    ...(redactedTotal > 0 ? [t('triage.cut', { count: redactedTotal, number: number(redactedTotal) })] : []),
    ...(open > 0 ? [t('triage.openLeft', { count: open, number: number(open) })] : []),
  ]
  return sentences.join(' ')
}
