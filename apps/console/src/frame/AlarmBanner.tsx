// What stands on every page until two different officers have acknowledged it: a log that contradicts itself.

import type { AlarmRow, ApprovalRow, NodeStatus } from '@countersign/client'
import { Button } from '@mantine/core'
import { IconAlertTriangleFilled } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useDialogs } from '../marks/Dialogs.tsx'
import { Foreign, plain } from '../marks/Foreign.tsx'
import { showTime } from '../marks/Time.tsx'
import { ask } from '../queries.ts'
import { en } from '../words/en.ts'
import { AcknowledgeFirst, ConfirmSecond, useIsMine } from './approving.tsx'

/** More than these are named by their number: the page below must still be reached. */
const SHOWN = 2

export function AlarmBanner() {
  const { t } = useTranslation()
  const status = useQuery(ask.status()).data
  const alarms = status === undefined ? [] : twoOfficersFor(status)
  if (status === undefined || alarms.length === 0) return null
  return (
    <section className="banner" aria-label={t('banner.label')}>
      {alarms.slice(0, SHOWN).map((alarm) => (
        <OneAlarm key={`${alarm.code} ${alarm.subject}`} alarm={alarm} asked={askedFor(status, alarm)} />
      ))}
      {alarms.length > SHOWN && (
        <p className="banner-more">
          <Link to="/node">{t('banner.more', { count: alarms.length - SHOWN })}</Link>
        </p>
      )}
    </section>
  )
}

function twoOfficersFor(status: NodeStatus): AlarmRow[] {
  return status.alarms.filter(({ twoOfficers }) => twoOfficers === true)
}

/** Those that two officers must acknowledge and that the banner has no room for. */
export function beyondBanner(status: NodeStatus): AlarmRow[] {
  return twoOfficersFor(status).slice(SHOWN)
}

/** Whether one officer has acknowledged it already. */
export function askedFor(status: NodeStatus, { code, subject }: AlarmRow): ApprovalRow | undefined {
  return status.approvals.find(
    ({ act }) => act.kind === 'alarm/acknowledge' && act.code === code && act.subject === subject,
  )
}

function OneAlarm({ alarm, asked }: { alarm: AlarmRow; asked: ApprovalRow | undefined }) {
  const { t } = useTranslation()
  const [code, party] = [knownCode(alarm.code), plain(alarm.subject.split('/')[0] ?? '', 128)]
  return (
    <div className="banner-alarm">
      <IconAlertTriangleFilled aria-hidden size={20} />
      <div>
        <p className="banner-title" role="alert">
          <Foreign>{t(`banner.what.${code}`, { party })}</Foreign>
        </p>
        <p>
          <Foreign>{t(`banner.means.${code}`, { party })}</Foreign>
        </p>
        <details>
          <summary>{t('banner.found')}</summary>
          <p>
            <Foreign max={1_000}>{alarm.message}</Foreign>{' '}
            <code className="code quiet">
              <Foreign max={400}>{`${alarm.code} ${alarm.subject}`}</Foreign>
            </code>
          </p>
        </details>
        <Acknowledging alarm={alarm} asked={asked} />
      </div>
    </div>
  )
}

/** Who has acknowledged it, and the button for the officer who is missing. */
export function Acknowledging({ alarm, asked }: { alarm: AlarmRow; asked: ApprovalRow | undefined }) {
  const { t, i18n } = useTranslation()
  const isMine = useIsMine()
  const open = useDialogs()
  const mine = asked !== undefined && isMine(asked)
  return (
    <>
      <p className="who">
        {asked === undefined ? (
          t('banner.nobody')
        ) : (
          <Foreign>
            {t(mine ? 'banner.yours' : 'banner.one', {
              officer: plain(asked.askedBy, 100),
              reason: plain(asked.reason, 300),
              until: showTime(asked.expiresAt, i18n.language).local,
            })}
          </Foreign>
        )}
      </p>
      <div className="actions">
        {asked === undefined ? (
          <Button onClick={() => open((close) => <AcknowledgeFirst alarm={alarm} onClose={close} />)}>
            {t('banner.acknowledge')}
          </Button>
        ) : (
          <>
            <Button
              disabled={mine}
              onClick={() => open((close) => <ConfirmSecond approval={asked} alarm={alarm} onClose={close} />)}
              {...(mine ? { 'aria-describedby': `own-${asked.id}` } : {})}
            >
              {t('banner.second')}
            </Button>
            {mine && <span id={`own-${asked.id}`}>{t('banner.yourOwn')}</span>}
          </>
        )}
      </div>
    </>
  )
}

type KnownCode = keyof typeof en.banner.what

function knownCode(code: string): KnownCode {
  const known = Object.keys(en.banner.what).filter((key): key is KnownCode => Object.hasOwn(en.banner.what, key))
  return known.find((key) => key === code) ?? 'other'
}
