// What a share that waited is, and what came of it: who decided, why, and the record it became.

import type { WaitingShare } from '@countersign/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { showBytes, showNumber } from '../../marks/amounts.ts'
import { Block, Fact } from '../../marks/Blocks.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Code, Parties } from '../../marks/Marks.tsx'
import { Time } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { pathOf } from '../record/words.ts'
import { Needed, SharedBy } from './waiting-marks.tsx'

export function CameOfIt({ share }: { share: WaitingShare }) {
  const { t } = useTranslation()
  const { state, endedBy, outcome } = share
  if (state === 'open') return null
  return (
    <Block title={t('waiting.outcome')}>
      <p className="life-state">
        <Foreign>{t(`waiting.came.${state}`, { officer: plain(endedBy ?? '', 200) })}</Foreign>
      </p>
      <Needed share={share} />
      {outcome !== '' && state !== 'done' && (
        <blockquote className="quoted">
          <Foreign max={2_000}>{outcome}</Foreign>
        </blockquote>
      )}
      {state === 'done' && <ItsRecords share={share} />}
      {state !== 'done' && state !== 'approved' && (
        <div className="actions">
          <Link to="/share">{t('waiting.shareAnew')}</Link>
        </div>
      )}
    </Block>
  )
}

function ItsRecords({ share: { id, type } }: { share: WaitingShare }) {
  const { t } = useTranslation()
  // Of feedback, a record does not name the share that it was.
  const isNamed = type === 'intel/share'
  const records = useQuery({ ...ask.recordsOfWaiting(id), enabled: isNamed }).data?.records
  const [first] = records ?? []
  if (isNamed && first === undefined) return <p className="quiet">{t('waiting.notShown')}</p>
  return (
    <div className="actions">
      {first !== undefined && records?.length === 1 ? (
        <Link to="/record/$" params={{ _splat: pathOf(first) }} className="button-link">
          {t('share.openRecord')}
        </Link>
      ) : (
        <Link to="/records" search={{ type }} className="button-link">
          {t('share.openRecords')}
        </Link>
      )}
    </div>
  )
}

export function WaitingFacts({ share }: { share: WaitingShare }) {
  const { t, i18n } = useTranslation()
  const { pact: id, channel, to, feed, mode, askedAt, expiresAt, endedAt, bytes, altered, objects } = share
  const pact = useQuery(ask.pacts()).data?.find((one) => one.id === id)
  const number = (value: number) => showNumber(value, i18n.language)
  return (
    <Block title={t('waiting.facts')}>
      <dl className="facts">
        <Fact name={t('waiting.sharedBy')}>
          <SharedBy share={share} />
        </Fact>
        <Fact name={t('waiting.recipients')}>
          <Parties names={to} />
        </Fact>
        <Fact name={t('waiting.agreement')}>
          <Link to="/agreement/$id" params={{ id }}>
            {pact === undefined ? <Code>{id}</Code> : <Foreign max={200}>{pact.title}</Foreign>}
          </Link>
        </Fact>
        <Fact name={t('waiting.channel')}>
          <Foreign max={64}>{channel}</Foreign>
        </Fact>
        {feed !== null && (
          <Fact name={t('waiting.feed')}>
            <Foreign max={64}>{feed}</Foreign>
          </Fact>
        )}
        <Fact name={t('record.mode')}>{t(`mode.${mode}`)}</Fact>
        <Fact name={t('waiting.size')}>
          {t('objectsCount', { count: objects })}, {showBytes(bytes, i18n.language)}
          {altered > 0 && <div>{t('waiting.altered', { count: altered, number: number(altered) })}</div>}
        </Fact>
        <Fact name={t(endedAt === null ? 'waiting.since' : 'waiting.asked')}>
          <Time at={askedAt / 1000} stacked />
        </Fact>
        <Fact name={t(endedAt === null ? 'waiting.until' : 'waiting.ended')}>
          <Time at={(endedAt ?? expiresAt) / 1000} stacked />
        </Fact>
        <Fact name={t('waiting.id')}>
          <Code>{share.id}</Code>
        </Fact>
      </dl>
    </Block>
  )
}
