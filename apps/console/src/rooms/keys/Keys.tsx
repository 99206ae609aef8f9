// Our keys and the cards of the others, to be read: what speaks, since when, where it is in force, what was given up, and
// what is to be done about it. Keys are changed from the shell of the machine, never from a page.

import type { CardRow, KeyStatus } from '@countersign/client'
import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconClockPause,
  IconInfoCircle,
  IconSnowflake,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { showNumber } from '../../marks/amounts.ts'
import { Block, Fact } from '../../marks/Blocks.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Code, FingerprintWords } from '../../marks/Marks.tsx'
import { Failed, Loading } from '../../marks/Notice.tsx'
import { showDay, Time } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { en } from '../../words/en.ts'
import { type NextStep, nextSteps } from './next-steps.ts'

export function KeysRoom() {
  const { t } = useTranslation()
  const status = useQuery(ask.keyStatus())
  const cards = useQuery(ask.cards())
  return (
    <>
      <div className="room-head">
        <h1>{t('ownKeys.title')}</h1>
        <p className="quiet small">{t('ownKeys.readOnly')}</p>
      </div>
      {status.data !== undefined ? (
        <Ours status={status.data} />
      ) : status.isError ? (
        <Failed error={status.error} again={() => void status.refetch()} />
      ) : (
        <Loading words={t('loading.keys')} />
      )}
      {status.data !== undefined && cards.isError && <Failed error={cards.error} again={() => void cards.refetch()} />}
      {status.data !== undefined && cards.data !== undefined && (
        <Others cards={cards.data.filter(({ party }) => party !== status.data.party)} />
      )}
    </>
  )
}

function Ours({ status }: { status: KeyStatus }) {
  const { t } = useTranslation()
  return (
    <>
      <Block title={t('ownKeys.next')}>
        <Next status={status} />
      </Block>
      <Block title={t('ownKeys.card')}>
        <OurCard status={status} />
      </Block>
      <Block title={t('ownKeys.keys')}>
        <Roles status={status} />
      </Block>
      <Block title={t('ownKeys.logs')}>
        <Logs status={status} />
      </Block>
      <Block title={t('ownKeys.ourCards')}>
        <OurCards status={status} />
      </Block>
      <Block title={t('ownKeys.notices')}>
        <Notices status={status} />
      </Block>
    </>
  )
}

function Next({ status }: { status: KeyStatus }) {
  const { t, i18n } = useTranslation()
  const steps = nextSteps(status)
  const day = showDay(Date.parse(status.validity.notAfter), i18n.language)
  if (steps.length === 0) {
    return (
      <p className="verdict" data-ok="true">
        <IconCircleCheckFilled aria-hidden size={20} />
        <span>{t('ownKeys.nextNone', { day })}</span>
      </p>
    )
  }
  return (
    <ol className="next">
      {steps.map((step) => {
        const Icon = isUrgent(step) ? IconAlertTriangleFilled : IconInfoCircle
        return (
          <li key={stepKey(step)} data-urgent={isUrgent(step)}>
            <Icon aria-hidden size={18} />
            <span>
              <Foreign>{stepWords(step, day, t)}</Foreign>
            </span>
          </li>
        )
      })}
    </ol>
  )
}

function isUrgent({ kind }: NextStep): boolean {
  return kind === 'given-up' || kind === 'root-here' || kind === 'expired' || kind === 'notice'
}

function stepKey(step: NextStep): string {
  return step.kind === 'notice' ? `notice ${step.party} ${step.roles.join(' ')}` : step.kind
}

function stepWords(step: NextStep, day: string, t: TFunction): string {
  switch (step.kind) {
    case 'given-up':
      return t('ownKeys.nextOf.given-up', { roles: rolesPlain(step.roles) })
    case 'root-here':
      return t('ownKeys.nextOf.root-here', { here: step.here, keys: step.keys, threshold: step.threshold })
    case 'expires':
      return t('ownKeys.nextOf.expires', { count: step.days, day })
    case 'notice':
      return t('ownKeys.nextOf.notice', { party: plain(step.party, 128), roles: rolesPlain(step.roles) })
    case 'behind':
      return t('ownKeys.nextOf.behind', { count: step.logs })
    case 'waiting':
    case 'in-clear':
      return t(`ownKeys.nextOf.${step.kind}`)
    case 'expired':
      return t('ownKeys.nextOf.expired', { day })
  }
}

function rolesPlain(roles: readonly string[]): string {
  return roles.map((role) => plain(role, 40)).join(', ')
}

function OurCard({ status }: { status: KeyStatus }) {
  const { t } = useTranslation()
  const me = useQuery(ask.me()).data
  const { root, validity } = status
  const here =
    root.here >= root.threshold
      ? t('ownKeys.rootHere')
      : root.here === 0
        ? t('ownKeys.rootOffline')
        : t('ownKeys.rootSome', { count: root.here })
  return (
    <div className="own-card">
      <dl className="facts">
        <Fact name={t('ownKeys.party')}>
          <Foreign max={128}>{status.party}</Foreign>{' '}
          {me !== undefined && (
            <span className="quiet">
              <Foreign max={200}>{me.node.name}</Foreign>
            </span>
          )}
        </Fact>
        <Fact name={t('ownKeys.serial')}>{status.serial}</Fact>
        <Fact name={t('ownKeys.validity')}>
          {t('ownKeys.validFrom')} <Time at={validity.notBefore} /> {t('ownKeys.validUntil')}{' '}
          <Time at={validity.notAfter} />
        </Fact>
        <Fact name={t('ownKeys.root')}>
          {t('ownKeys.rootOf', { threshold: root.threshold, keys: root.keys })}; {here}
        </Fact>
        <Fact name={t('ownKeys.atRest')}>
          {t(status.underPassphrase ? 'ownKeys.underPassphrase' : 'ownKeys.inClear')}
        </Fact>
        <Fact name={t('ownKeys.digest')}>
          <Code>{status.card}</Code>
        </Fact>
      </dl>
      <div>
        <h3>{t('ownKeys.words')}</h3>
        <FingerprintWords words={status.words} />
        <p className="quiet small">{t('ownKeys.wordsNote')}</p>
      </div>
    </div>
  )
}

function Roles({ status }: { status: KeyStatus }) {
  const { t } = useTranslation()
  return (
    <ul className="rows">
      {status.roles.map(({ role, serial, since, givenUp }) => (
        <li key={role}>
          <span>{roleWords(role, t)}</span>
          {givenUp ? (
            <span className="mark" data-state="void">
              <IconAlertTriangleFilled aria-hidden size="1.05em" />
              <span>{t('ownKeys.givenUp')}</span>
            </span>
          ) : (
            <span className="mark" data-state="delivered">
              <IconCircleCheckFilled aria-hidden size="1.05em" />
              <span>{t('ownKeys.speaks')}</span>
            </span>
          )}
          <span>
            <span className="quiet">
              {t('ownKeys.since')} {t('ownKeys.sinceSerial', { serial })},
            </span>{' '}
            <Time at={since} />
          </span>
        </li>
      ))}
    </ul>
  )
}

type KnownRole = keyof typeof en.ownKeys.role

function roleWords(role: string, t: TFunction): string {
  const known = Object.keys(en.ownKeys.role).filter((key): key is KnownRole => Object.hasOwn(en.ownKeys.role, key))
  return t(`ownKeys.role.${known.find((key) => key === role) ?? 'other'}`)
}

function Logs({ status }: { status: KeyStatus }) {
  const { t, i18n } = useTranslation()
  if (status.logs.length === 0) return <p className="quiet">{t('ownKeys.logsNone')}</p>
  return (
    <ul className="rows">
      {status.logs.map(({ origin, serial, upToDate, frozenAt }) => {
        const [, , channel = ''] = origin.split('/')
        const Icon = frozenAt !== null ? IconSnowflake : upToDate ? IconCircleCheckFilled : IconClockPause
        return (
          <li key={origin}>
            <strong>{plain(channel, 32)}</strong>
            <span className="mark" data-state={frozenAt !== null ? 'void' : upToDate ? 'delivered' : 'undecided'}>
              <Icon aria-hidden size="1.05em" />
              <span>
                {frozenAt !== null
                  ? t('ownKeys.frozen', { count: frozenAt, number: showNumber(frozenAt, i18n.language) })
                  : upToDate
                    ? t('ownKeys.inForce')
                    : serial === null
                      ? t('ownKeys.behindNone')
                      : t('ownKeys.behind', { serial })}
              </span>
            </span>
            <Code>{origin}</Code>
          </li>
        )
      })}
    </ul>
  )
}

function OurCards({ status }: { status: KeyStatus }) {
  const { t } = useTranslation()
  return (
    <ul className="rows">
      {[...status.cards].reverse().map(({ digest, serial }) => (
        <li key={digest}>
          <span>
            {t('ownKeys.serial')} {serial}
          </span>
          <span className={digest === status.card ? '' : 'quiet'}>
            {t(digest === status.card ? 'ownKeys.speaksNow' : 'ownKeys.replaced')}
          </span>
          <Code>{digest}</Code>
        </li>
      ))}
    </ul>
  )
}

function Notices({ status }: { status: KeyStatus }) {
  const { t } = useTranslation()
  if (status.notices.length === 0) return <p className="quiet">{t('ownKeys.noticesNone')}</p>
  return (
    <ul className="rows">
      {status.notices.map(({ party, digest, roles }) => (
        <li key={digest}>
          <span className="party">
            <Foreign max={128}>{party}</Foreign>
          </span>
          <span>
            {t(party === status.party ? 'ownKeys.noticeOurs' : 'ownKeys.noticeOf', { roles: rolesPlain(roles) })}
          </span>
          <Code>{digest}</Code>
        </li>
      ))}
    </ul>
  )
}

function Others({ cards }: { cards: CardRow[] }) {
  const { t } = useTranslation()
  return (
    <Block title={t('ownKeys.cards')}>
      {cards.length === 0 ? (
        <p className="quiet">{t('ownKeys.cardsNone')}</p>
      ) : (
        <>
          <p className="quiet">{t('ownKeys.cardsNote')}</p>
          <ul className="party-cards">
            {cards.map((card) => (
              <OtherCard key={card.digest} card={card} />
            ))}
          </ul>
        </>
      )}
    </Block>
  )
}

function OtherCard({ card }: { card: CardRow }) {
  const { t, i18n } = useTranslation()
  const end = Date.parse(card.notAfter)
  const day = showDay(end, i18n.language)
  return (
    <li className="card">
      <div className="card-line">
        <strong className="party">
          <Foreign max={128}>{card.party}</Foreign>
        </strong>
        <span className="quiet">
          {t('ownKeys.serial')} {card.serial}
        </span>
      </div>
      <p>
        <Foreign max={200}>{card.name}</Foreign>
      </p>
      <FingerprintWords words={card.words} />
      {end < Date.now() ? (
        <p className="warn-text small">{t('ownKeys.expiredOn', { day })}</p>
      ) : (
        <p className="quiet small">{t('ownKeys.validUntilDay', { day })}</p>
      )}
      <Code>{card.digest}</Code>
    </li>
  )
}
