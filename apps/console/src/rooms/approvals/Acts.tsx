// What was asked for that takes two officers: what waits, with what this officer may do about it, and what came of the
// rest.

import type { ApprovalRow } from '@countersign/client'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { actWords, ConfirmSecond, useIsMine, Withdraw } from '../../frame/approving.tsx'
import { useDialogs } from '../../marks/Dialogs.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Failed, Loading } from '../../marks/Notice.tsx'
import { Time } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'

export function Acts() {
  const { t } = useTranslation()
  const approvals = useQuery(ask.approvals())
  if (approvals.isError) return <Failed error={approvals.error} again={() => void approvals.refetch()} />
  if (approvals.data === undefined) return <Loading words={t('loading.approvals')} />
  const waiting = approvals.data.filter(({ state }) => state === 'open')
  const past = approvals.data.filter(({ state }) => state !== 'open')
  return (
    <>
      {waiting.length === 0 && <p className="quiet">{t(past.length === 0 ? 'approval.noneEver' : 'approval.none')}</p>}
      {waiting.length > 0 && (
        <ul className="approvals">
          {waiting.map((approval) => (
            <Waiting key={approval.id} approval={approval} />
          ))}
        </ul>
      )}
      {past.length > 0 && (
        <details>
          <summary>{t('approval.past')}</summary>
          <ul className="approvals">
            {past.map((approval) => (
              <Past key={approval.id} approval={approval} />
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function Waiting({ approval }: { approval: ApprovalRow }) {
  const { t } = useTranslation()
  const isMine = useIsMine()(approval)
  const { act } = approval
  const alarm = useQuery(ask.status()).data?.alarms.find(
    ({ code, subject }) => act.kind === 'alarm/acknowledge' && act.code === code && act.subject === subject,
  )
  const open = useDialogs()
  return (
    <li>
      <What approval={approval} />
      <p className="quiet">
        {t('approval.waiting')} {t('approval.until')} <Time at={approval.expiresAt / 1000} />
      </p>
      <div className="actions">
        <Button
          disabled={isMine}
          onClick={() => open((close) => <ConfirmSecond approval={approval} alarm={alarm} onClose={close} />)}
          {...(isMine ? { 'aria-describedby': `asked-${approval.id}` } : {})}
        >
          {t('approval.confirm')}
        </Button>
        <Button onClick={() => open((close) => <Withdraw approval={approval} isMine={isMine} onClose={close} />)}>
          {t(isMine ? 'approval.takeBack' : 'approval.refuse')}
        </Button>
        {isMine && <span id={`asked-${approval.id}`}>{t('approval.yourOwn')}</span>}
      </div>
    </li>
  )
}

function Past({ approval }: { approval: ApprovalRow }) {
  const { t } = useTranslation()
  const { state, endedBy, endedAt, outcome } = approval
  return (
    <li>
      <What approval={approval} />
      <p>
        <strong>{t(`approval.state.${state}`)}</strong>{' '}
        {endedBy !== null && (
          <>
            <Foreign>{t('approval.endedBy', { officer: plain(endedBy, 100) })}</Foreign>{' '}
          </>
        )}
        {endedAt !== null && <Time at={endedAt / 1000} />}
      </p>
      {state === 'expired' && <p className="quiet">{t('approval.expiredNote')}</p>}
      {outcome !== '' && (
        <p>
          <Foreign max={1_000}>{outcome}</Foreign>
        </p>
      )}
    </li>
  )
}

function What({ approval }: { approval: ApprovalRow }) {
  const { t } = useTranslation()
  return (
    <>
      <h3>
        <Foreign max={800}>{actWords(approval.act, t)}</Foreign>
      </h3>
      <p className="quiet">
        <Foreign>{t('approval.askedBy', { officer: plain(approval.askedBy, 100) })}</Foreign>{' '}
        <Time at={approval.askedAt / 1000} />
      </p>
      <blockquote className="quoted">
        <Foreign max={2_000}>{approval.reason}</Foreign>
      </blockquote>
    </>
  )
}
