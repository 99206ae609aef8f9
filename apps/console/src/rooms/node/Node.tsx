// How this node is: alarms first, then its peers, its logs' start-up check, and the words of its own card.

import type { AlarmRow, ApprovalRow, ChannelStatus, NodeStatus } from '@countersign/client'
import { Button } from '@mantine/core'
import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconClockPause,
  IconHandStop,
  IconPlugConnectedX,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Acknowledging, askedFor, beyondBanner } from '../../frame/AlarmBanner.tsx'
import { SucceedFirst } from '../../frame/approving.tsx'
import { showNumber } from '../../marks/amounts.ts'
import { Block } from '../../marks/Blocks.tsx'
import { useDialogs } from '../../marks/Dialogs.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Code, FingerprintWords, Parties } from '../../marks/Marks.tsx'
import { Failed, Loading } from '../../marks/Notice.tsx'
import { Time } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { pathOf } from '../record/words.ts'

export function NodeRoom() {
  const { t } = useTranslation()
  const status = useQuery(ask.status())
  const me = useQuery(ask.me()).data
  return (
    <>
      <div className="room-head">
        <h1>{t('node.title')}</h1>
      </div>
      {status.data !== undefined && !status.isError ? (
        <Status status={status.data} />
      ) : status.isError ? (
        <Failed error={status.error} again={() => void status.refetch()} />
      ) : (
        <Loading words={t('loading.node')} />
      )}
      {me !== undefined && (
        <Block title={t('node.words')}>
          <p>
            <Foreign max={200}>{me.node.name}</Foreign> <span className="quiet">{me.node.party}</span>
          </p>
          <FingerprintWords words={me.node.words} />
          <p className="quiet small">{t('node.wordsNote')}</p>
        </Block>
      )}
    </>
  )
}

function Status({ status }: { status: NodeStatus }) {
  const { t } = useTranslation()
  const hidden = beyondBanner(status)
  return (
    <>
      <Block title={t('node.alarms')}>
        {status.alarms.length === 0 ? (
          <p className="quiet">{t('node.alarmsNone')}</p>
        ) : (
          <ul className="alarms">
            {status.alarms.map((alarm) => (
              <OneAlarm
                key={`${alarm.at ?? ''} ${alarm.code} ${alarm.subject}`}
                alarm={alarm}
                isAcknowledgedHere={hidden.includes(alarm)}
                asked={askedFor(status, alarm)}
              />
            ))}
          </ul>
        )}
      </Block>
      <Block title={t('node.peers')}>
        <Peers status={status} />
      </Block>
      <Block title={t('node.logs')}>
        <Logs status={status} />
      </Block>
    </>
  )
}

interface OneAlarmProps {
  alarm: AlarmRow
  /** Whether the officer acknowledges it here, and not in the banner. */
  isAcknowledgedHere: boolean
  asked: ApprovalRow | undefined
}

function OneAlarm({ alarm, isAcknowledgedHere, asked }: OneAlarmProps) {
  const { t } = useTranslation()
  return (
    <li>
      <IconAlertTriangleFilled aria-hidden size="1.1em" />
      <span>
        {alarm.code === 'round/due' ? (
          // The node's own words are for whoever sits at its shell.
          <>
            {t('round.alarm')} <Link to="/rounds">{t('round.openRounds')}</Link>
          </>
        ) : (
          <Foreign max={1_000}>{alarm.message}</Foreign>
        )}{' '}
        <span className="quiet small">
          <Code>{`${alarm.code} ${alarm.subject}`}</Code>
        </span>{' '}
        {typeof alarm.record === 'string' && (
          <Link to="/record/$" params={{ _splat: pathOf(alarm.record) }}>
            {t('node.openRecord')}
          </Link>
        )}
        {isAcknowledgedHere && <Acknowledging alarm={alarm} asked={asked} />}
      </span>
      {alarm.at !== undefined && <Time at={alarm.at / 1000} stacked />}
    </li>
  )
}

function Peers({ status }: { status: NodeStatus }) {
  const { t } = useTranslation()
  const peers = [...new Map(status.pacts.flatMap((pact) => pact.peers.map((peer) => [peer.party, peer]))).values()]
  if (peers.length === 0) return <p className="quiet">{t('node.peersNone')}</p>
  return (
    <ul className="rows">
      {peers.map((peer) => (
        <li key={peer.party}>
          <span className="party">
            <Parties names={[peer.party]} />{' '}
            {peer.role === 'neutral' && <span className="tag">{t('node.neutral')}</span>}
          </span>
          <span className="mark" data-state={peer.reachable ? 'delivered' : 'void'}>
            {peer.reachable ? (
              <IconCircleCheckFilled aria-hidden size="1.05em" />
            ) : (
              <IconPlugConnectedX aria-hidden size="1.05em" />
            )}
            <span>{t(peer.reachable ? 'node.reachable' : 'node.unreachable')}</span>
          </span>
          <span>
            <span className="quiet">{t('node.lastHeard')}</span>{' '}
            {peer.lastHeardMs === null ? t('node.never') : <Time at={peer.lastHeardMs / 1000} />}
          </span>
        </li>
      ))}
    </ul>
  )
}

const LOOKS = {
  none: { icon: IconCircleDashed, as: 'said' },
  checking: { icon: IconClockPause, as: 'undecided' },
  ready: { icon: IconCircleCheckFilled, as: 'delivered' },
  stopped: { icon: IconHandStop, as: 'void' },
} as const

function Logs({ status }: { status: NodeStatus }) {
  const { t } = useTranslation()
  if (status.pacts.length === 0) return <p className="quiet">{t('node.logsNone')}</p>
  return (
    <ul className="rows">
      {status.pacts.flatMap((pact) =>
        pact.channels.map((channel) => (
          <li key={`${pact.id} ${channel.name}`}>
            <span>
              <strong>{plain(channel.name, 32)}</strong>{' '}
              <span className="quiet">
                <Foreign max={200}>{pact.title}</Foreign>
              </span>
            </span>
            <LogState channel={channel} />
            {channel.origin !== null && <Code>{channel.origin}</Code>}
            {channel.maySucceed && <Successor status={status} pact={pact.id} channel={channel.name} />}
          </li>
        )),
      )}
    </ul>
  )
}

function LogState({ channel }: { channel: ChannelStatus }) {
  const { t, i18n } = useTranslation()
  const { icon: Icon, as } = LOOKS[channel.state]
  const awaited = channel.awaited.map((party) => plain(party, 128)).join(', ')
  return (
    <span>
      <span className="mark" data-state={as}>
        <Icon aria-hidden size="1.05em" />
        <span>{t(`node.channelState.${channel.state}`)}</span>
      </span>{' '}
      <span className="quiet">
        {channel.state === 'checking' && t('node.checking', { parties: awaited })}
        {channel.state === 'stopped' && t('node.stopped')}
        {channel.state === 'none' && t('node.notOurs')}
        {channel.state === 'ready' &&
          t('node.size', { count: channel.size, number: showNumber(channel.size, i18n.language) })}
      </span>
    </span>
  )
}

/** The way out for a log that signs nothing and cannot be mended. */
function Successor({ status, pact, channel }: { status: NodeStatus; pact: string; channel: string }) {
  const { t } = useTranslation()
  const open = useDialogs()
  const isAsked = status.approvals.some(
    ({ act }) => act.kind === 'log/succeed' && act.pact === pact && act.channel === channel,
  )
  return (
    <div className="successor">
      <p className="quiet">{t('succeeding.offered')}</p>
      {isAsked ? (
        <Link to="/approvals">{t('approval.waiting')}</Link>
      ) : (
        <Button onClick={() => open((close) => <SucceedFirst pact={pact} channel={channel} onClose={close} />)}>
          {t('succeeding.open')}
        </Button>
      )}
    </div>
  )
}
