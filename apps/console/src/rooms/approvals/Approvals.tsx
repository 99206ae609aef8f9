// What waits for a second person: shares above a threshold of the house, those for this officer first, and what two officers
// do together. What is over stands below with what came of it.

import type { WaitingShare } from '@countersign/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { usePart } from '../../frame/for-me.ts'
import { useListKeys } from '../../frame/keyboard.ts'
import { rememberOpened, useReturnToRow } from '../../frame/lastOpened.ts'
import { Block } from '../../marks/Blocks.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { TlpChip } from '../../marks/Marks.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { Time } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { Acts } from './Acts.tsx'
import { headlineOf, Needed, SharedBy, WaitingMark } from './waiting-marks.tsx'

const LIST = 'approvals'

export function ApprovalsRoom() {
  const { t } = useTranslation()
  const shares = useQuery(ask.waitingShares())
  const acts = useQuery(ask.approvals())
  const partOf = usePart()
  useListKeys('')
  useReturnToRow(LIST, shares.data !== undefined)
  const live = shares.data?.filter(isLive) ?? []
  const mine = live.filter((share) => share.state === 'open' && partOf(share) === 'other')
  const others = live.filter((share) => !mine.includes(share))
  const over = shares.data?.filter((share) => !isLive(share)) ?? []
  const changes = useQuery(ask.openRuleChanges()).data?.length ?? 0
  const isQuiet =
    shares.data !== undefined && live.length === 0 && changes === 0 && acts.data?.every(({ state }) => state !== 'open')
  return (
    <>
      <div className="room-head">
        <h1>{t('waiting.title')}</h1>
      </div>
      {shares.data === undefined ? (
        shares.isError ? (
          <Failed error={shares.error} again={() => void shares.refetch()} />
        ) : (
          <Loading words={t('loading.approvals')} />
        )
      ) : (
        <>
          {isQuiet === true && <Empty title={t('waiting.emptyTitle')} next={t('waiting.empty')} />}
          <ShareList title={t('waiting.shares')} shares={mine} />
          <ShareList title={t('waiting.others')} shares={others} />
        </>
      )}
      <RuleChanges />
      {!(acts.data?.length === 0 && isQuiet === true) && (
        <Block title={t('approval.title')}>
          <Acts />
        </Block>
      )}
      {over.length > 0 && (
        <Block title={t('waiting.over')}>
          <details>
            <summary>{t('waiting.overCount', { count: over.length })}</summary>
            <Cards label={t('waiting.over')} shares={over} />
          </details>
        </Block>
      )}
    </>
  )
}

/** Changes of the rules are decided on where the rules stand. */
function RuleChanges() {
  const { t } = useTranslation()
  const changes = useQuery(ask.openRuleChanges()).data ?? []
  if (changes.length === 0) return null
  return (
    <Block title={t('rules.open.title')}>
      <ul className="plain-list">
        {changes.map(({ id, scope, askedBy }) => (
          <li key={id}>
            <Link to="/rules" search={scope === 'house' ? {} : { scope }}>
              <Foreign max={500}>
                {t('rules.open.elsewhere', {
                  scope: scope === 'house' ? t('rules.open.house') : scope,
                  officer: plain(askedBy, 100),
                })}
              </Foreign>
            </Link>
          </li>
        ))}
      </ul>
    </Block>
  )
}

function isLive({ state }: WaitingShare): boolean {
  return state === 'open' || state === 'approved'
}

function ShareList({ title, shares }: { title: string; shares: WaitingShare[] }) {
  if (shares.length === 0) return null
  return (
    <Block title={title}>
      <Cards label={title} shares={shares} />
    </Block>
  )
}

function Cards({ label, shares }: { label: string; shares: WaitingShare[] }) {
  return (
    <ul className="cards waiting-cards" aria-label={label}>
      {shares.map((share) => (
        <OneShare key={share.id} share={share} />
      ))}
    </ul>
  )
}

function OneShare({ share }: { share: WaitingShare }) {
  const { t, i18n } = useTranslation()
  const pact = useQuery(ask.pacts()).data?.find(({ id }) => id === share.pact)
  const isOver = share.endedAt !== null
  return (
    <li className="card">
      <div className="card-line">
        <WaitingMark state={share.state} />
        <TlpChip tlp={share.marking.tlp} kind={share.marking.class} />
      </div>
      <div className="card-title">
        <Link
          to="/approval/$id"
          params={{ id: share.id }}
          className="row-link"
          data-row-link={share.id}
          onClick={() => rememberOpened(LIST, share.id)}
        >
          <Foreign max={500}>{headlineOf(share, t, i18n.language)}</Foreign>
        </Link>
      </div>
      <p>
        <span className="quiet">{t('waiting.sharedBy')}</span> <SharedBy share={share} />
      </p>
      <p>
        <span className="quiet">{t('waiting.agreement')}</span> <Foreign max={200}>{pact?.title ?? share.pact}</Foreign>
      </p>
      <p>
        <span className="quiet">{t(isOver ? 'waiting.asked' : 'waiting.since')}</span>{' '}
        <Time at={share.askedAt / 1000} />
      </p>
      <p>
        <span className="quiet">{t(isOver ? 'waiting.ended' : 'waiting.until')}</span>{' '}
        <Time at={(share.endedAt ?? share.expiresAt) / 1000} />
      </p>
      {!isOver && <Needed share={share} />}
    </li>
  )
}
