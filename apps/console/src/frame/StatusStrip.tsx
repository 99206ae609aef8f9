// One line on every page: whose node this is, whether its peers answer, and whether anything is wrong.

import type { Me, NodeStatus } from '@countersign/client'
import {
  IconAlertTriangleFilled,
  IconCircleCheck,
  IconClockPause,
  IconHandStop,
  IconPlugConnected,
  IconPlugConnectedX,
  IconUsers,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Foreign } from '../marks/Foreign.tsx'
import { ask } from '../queries.ts'

export function StatusStrip({ me }: { me: Me }) {
  const { t } = useTranslation()
  const status = useQuery(ask.status())
  const down = status.isError
  const alarmed = down || (status.data?.alarms.length ?? 0) > 0
  return (
    <section className="strip" aria-label={t('strip.label')} data-alarmed={alarmed}>
      <Link to="/node" className="strip-link">
        <span className="strip-party">
          <Foreign max={128}>{me.node.party}</Foreign>
          <span className="quiet wide-only">
            <Foreign max={200}>{me.node.name}</Foreign>
          </span>
        </span>
        {me.node.demo && <span className="tag">{t('strip.demo')}</span>}
        {me.node.neutral && <span className="tag">{t('strip.neutral')}</span>}
        <span className="strip-facts" role="status">
          {down ? (
            <span className="fact bad">
              <IconPlugConnectedX aria-hidden size="1em" />
              {t('strip.unknown')}
            </span>
          ) : (
            status.data && <Facts status={status.data} />
          )}
        </span>
      </Link>
    </section>
  )
}

function Facts({ status }: { status: NodeStatus }) {
  const { t } = useTranslation()
  // One party may be a peer under several agreements; it is one peer.
  const peers = new Map(status.pacts.flatMap((pact) => pact.peers.map((peer) => [peer.party, peer.reachable])))
  const reachable = [...peers.values()].filter((answers) => answers).length
  const channels = status.pacts.flatMap((pact) => pact.channels)
  const checking = channels.filter((channel) => channel.state === 'checking').length
  const stopped = channels.filter((channel) => channel.state === 'stopped').length
  const allReachable = reachable === peers.size
  return (
    <>
      <span className={allReachable ? 'fact' : 'fact warn'}>
        {allReachable ? <IconPlugConnected aria-hidden size="1em" /> : <IconPlugConnectedX aria-hidden size="1em" />}
        {peers.size === 0 ? t('strip.peersNone') : t('strip.peers', { reachable, count: peers.size })}
      </span>
      {checking > 0 && (
        <span className="fact warn">
          <IconClockPause aria-hidden size="1em" />
          {t('strip.checking', { count: checking })}
        </span>
      )}
      {stopped > 0 && (
        <span className="fact bad">
          <IconHandStop aria-hidden size="1em" />
          {t('strip.stopped', { count: stopped })}
        </span>
      )}
      {status.heldHere > 0 && (
        <span className="fact warn">
          <IconClockPause aria-hidden size="1em" />
          {t('strip.held', { count: status.heldHere })}
        </span>
      )}
      {status.approvals.length > 0 && (
        <span className="fact warn">
          <IconUsers aria-hidden size="1em" />
          {t('approval.strip', { count: status.approvals.length })}
        </span>
      )}
      {status.toApprove > 0 && (
        <span className="fact warn">
          <IconUsers aria-hidden size="1em" />
          {t('waiting.strip', { count: status.toApprove })}
        </span>
      )}
      <span className={status.alarms.length > 0 ? 'fact bad' : 'fact'}>
        {status.alarms.length > 0 ? (
          <IconAlertTriangleFilled aria-hidden size="1em" />
        ) : (
          <IconCircleCheck aria-hidden size="1em" />
        )}
        {status.alarms.length > 0 ? t('strip.alarms', { count: status.alarms.length }) : t('strip.noAlarms')}
      </span>
    </>
  )
}
