// Asking for what takes two officers, confirming it as the second, and taking it back: the dialogues of each. Who may
// press what is decided by the node; here only what the node would refuse anyway is not offered.

import type { Act, AlarmRow, ApprovalRow } from '@countersign/client'
import { useQuery } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { api } from '../api.ts'
import { showNumber } from '../marks/amounts.ts'
import { Fact, Sentences } from '../marks/Blocks.tsx'
import { Confirm } from '../marks/Confirm.tsx'
import { Foreign, plain } from '../marks/Foreign.tsx'
import { Code } from '../marks/Marks.tsx'
import { ask } from '../queries.ts'

/** Whether this officer is the one who asked: accounts are told apart by their address. */
export function useIsMine(): (asked: Pick<ApprovalRow, 'askedBy'>) => boolean {
  const me = useQuery(ask.me()).data
  return ({ askedBy }) => askedBy === me?.account.email
}

interface Open {
  onClose: () => void
}

export function AcknowledgeFirst({ alarm, onClose }: Open & { alarm: AlarmRow }) {
  const { t } = useTranslation()
  const act: Act = { kind: 'alarm/acknowledge', code: alarm.code, subject: alarm.subject }
  return (
    <Confirm
      title={t('acknowledging.title')}
      reason={{ label: t('acknowledging.reason'), hint: t('acknowledging.reasonHint') }}
      button={t('acknowledging.button')}
      act={async (reason) => {
        await api.askApproval(act, reason)
        return t('acknowledging.asked')
      }}
      onClose={onClose}
    >
      <p>{t('acknowledging.does')}</p>
      <Found alarm={alarm} />
    </Confirm>
  )
}

export function SucceedFirst({ pact, channel, onClose }: Open & { pact: string; channel: string }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(ask.succession(pact, channel))
  const pins = data?.pins ?? undefined
  return (
    <Confirm
      title={t('succeeding.title')}
      {...(pins === undefined
        ? {}
        : {
            finality: t('succeeding.finalityAsk'),
            reason: { label: t('succeeding.reason'), hint: t('succeeding.reasonHint') },
          })}
      button={t('succeeding.button')}
      isReady={pins !== undefined}
      act={async (reason) => {
        if (pins === undefined) return t('succeeding.none')
        await api.askApproval({ kind: 'log/succeed', pact, channel, pins }, reason)
        return t('succeeding.asked')
      }}
      onClose={onClose}
    >
      {pins !== undefined ? (
        <>
          <Sentences of={t('succeeding.does', { returnObjects: true })} />
          <Pins pins={pins} />
        </>
      ) : (
        <p>{data?.pins === null ? t('succeeding.none') : error === null ? t('succeeding.loading') : error.message}</p>
      )}
    </Confirm>
  )
}

/** What another officer asked for, to be confirmed. */
export function ConfirmSecond({
  approval,
  alarm,
  onClose,
}: Open & { approval: ApprovalRow; alarm?: AlarmRow | undefined }) {
  const { t } = useTranslation()
  const { act } = approval
  const officer = plain(approval.askedBy, 100)
  const isAlarm = act.kind === 'alarm/acknowledge'
  const isSuccessor = act.kind === 'log/succeed'
  return (
    <Confirm
      title={isSuccessor ? t('succeeding.titleSecond') : isAlarm ? t('acknowledging.titleSecond') : actWords(act, t)}
      finality={t(isAlarm ? 'acknowledging.finality' : 'succeeding.finality')}
      button={isSuccessor ? t('succeeding.buttonSecond') : isAlarm ? t('acknowledging.button') : t('goingOn.button')}
      act={async () => (await api.confirmApproval(approval.id)).outcome}
      onClose={onClose}
    >
      {isAlarm ? (
        <p>{t('acknowledging.doesSecond', { officer })}</p>
      ) : (
        <Sentences of={t(isSuccessor ? 'succeeding.doesSecond' : 'goingOn.doesSecond', { returnObjects: true })} />
      )}
      {alarm !== undefined && <Found alarm={alarm} />}
      {isSuccessor && <Pins pins={act.pins} />}
      <Reason approval={approval} />
    </Confirm>
  )
}

export function Withdraw({ approval, isMine, onClose }: Open & { approval: ApprovalRow; isMine: boolean }) {
  const { t } = useTranslation()
  return (
    <Confirm
      title={isMine ? t('approval.takingBack') : t('approval.refusing', { officer: plain(approval.askedBy, 100) })}
      button={t(isMine ? 'approval.takeBack' : 'approval.refuse').replace('…', '')}
      act={async () => {
        await api.withdrawApproval(approval.id)
        return t('approval.withdrawn')
      }}
      onClose={onClose}
    >
      <p>
        <Foreign max={500}>{actWords(approval.act, t)}</Foreign>
      </p>
      <Reason approval={approval} />
      <p>{t('approval.refusingDoes')}</p>
    </Confirm>
  )
}

export function actWords(act: Act, t: TFunction): string {
  switch (act.kind) {
    case 'log/succeed':
      return t('approval.log/succeed', { origin: plain(act.pins.origin, 300), size: act.pins.size })
    case 'log/go-on-without':
      return t('approval.log/go-on-without', {
        channel: plain(act.channel, 40),
        readers: plain(act.readers.join(', '), 300),
      })
    case 'alarm/acknowledge':
      return t('approval.alarm/acknowledge', { code: plain(act.code, 80), subject: plain(act.subject, 300) })
  }
}

function Found({ alarm }: { alarm: AlarmRow }) {
  return (
    <blockquote className="quoted">
      <Foreign max={1_000}>{alarm.message}</Foreign>
    </blockquote>
  )
}

function Reason({ approval }: { approval: ApprovalRow }) {
  const { t } = useTranslation()
  return (
    <div>
      <p className="quiet small">{t('acknowledging.firstSays', { officer: plain(approval.askedBy, 100) })}</p>
      <blockquote className="quoted">
        <Foreign max={2_000}>{approval.reason}</Foreign>
      </blockquote>
    </div>
  )
}

function Pins({ pins }: { pins: { origin: string; size: number; root: string } }) {
  const { t, i18n } = useTranslation()
  return (
    <dl className="facts">
      <Fact name={t('succeeding.log')}>
        <Code>{pins.origin}</Code>
      </Fact>
      <Fact name={t('succeeding.size')}>{showNumber(pins.size, i18n.language)}</Fact>
      <Fact name={t('succeeding.root')}>
        <Code>{pins.root}</Code>
      </Fact>
    </dl>
  )
}
