// The balance of what was exchanged with each other party, as a picture of both directions with the figures beneath, and what
// came back on what we shared. No score is made of it: who looks at it judges.

import type { BalanceAnswer, PactRow } from '@countersign/client'
import { NativeSelect } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useListKeys } from '../../frame/keyboard.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Block } from '../../marks/Blocks.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { showDay } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { ExchangeTabs } from '../exchange/ExchangeTabs.tsx'
import { pactsToShareUnder } from '../share/place.ts'
import { FeedbackList } from './FeedbackList.tsx'
import { Figures } from './Figures.tsx'
import { Legend, Picture } from './Picture.tsx'
import '../../look/share.css'
import '../../look/exchange.css'

const route = getRouteApi('/balance')
const SPANS = { week: 7, month: 30, quarter: 90, year: 365 } as const
type Span = keyof typeof SPANS
const DAY_MS = 86_400_000

export function BalanceRoom() {
  const { t } = useTranslation()
  const { pact: asked } = route.useSearch()
  const pacts = useQuery(ask.pacts())
  const me = useQuery(ask.me()).data
  useListKeys('')
  const some = pacts.data === undefined || me === undefined ? undefined : pactsToShareUnder(pacts.data, me.node.party)
  const pact = some?.find(({ id }) => id === asked) ?? some?.[0]
  return (
    <>
      <div className="room-head">
        <h1>{t('balance.title')}</h1>
        <ExchangeTabs here="/balance" pact={asked} />
      </div>
      {some === undefined ? (
        pacts.isError ? (
          <Failed error={pacts.error} again={() => void pacts.refetch()} />
        ) : (
          <Loading words={t('loading.agreements')} />
        )
      ) : pact === undefined ? (
        <Empty title={t('triage.noAgreement')} next={t('triage.noAgreementNext')}>
          <Link to="/agreements">{t('share.toAgreements')}</Link>
        </Empty>
      ) : (
        <UnderPact pact={pact} pacts={some} />
      )}
    </>
  )
}

function UnderPact({ pact, pacts }: { pact: PactRow; pacts: PactRow[] }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const search = route.useSearch()
  const span: Span = (Object.keys(SPANS) as Span[]).find((one) => one === search.span) ?? 'month'
  // To the hour: a key that changes with each moment would ask anew without end.
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000
  const from = new Date(hour - SPANS[span] * DAY_MS).toISOString()
  const balance = useQuery({ ...ask.balance({ pact: pact.id, from }), placeholderData: keepPreviousData })
  const change = (changed: { pact?: string; span?: string }) =>
    void navigate({ to: '/balance', search: { ...search, ...changed }, replace: true, resetScroll: false })
  return (
    <div className="share">
      <p className="quiet">{t('balance.intro')}</p>
      <div className="filters">
        {pacts.length > 1 && (
          <NativeSelect
            aria-label={t('balance.agreement')}
            value={pact.id}
            data={pacts.map(({ id, title }) => ({ value: id, label: plain(title, 100) }))}
            onChange={(event) => change({ pact: event.currentTarget.value })}
          />
        )}
        <NativeSelect
          aria-label={t('balance.span')}
          value={span}
          data={(Object.keys(SPANS) as Span[]).map((value) => ({ value, label: t(`balance.spans.${value}`) }))}
          onChange={(event) => change({ span: event.currentTarget.value })}
        />
      </div>
      {balance.data === undefined ? (
        balance.isError ? (
          <Failed error={balance.error} again={() => void balance.refetch()} />
        ) : (
          <Loading words={t('balance.loading')} />
        )
      ) : (
        <Shown balance={balance.data} />
      )}
      <FeedbackList key={pact.id} pact={pact} />
    </div>
  )
}

function Shown({ balance }: { balance: BalanceAnswer }) {
  const { t, i18n } = useTranslation()
  const { parties, from, until, pact } = balance
  if (parties.length === 0) return <Empty title={t('balance.nobodyTitle')} next={t('balance.nobody')} />
  const most = Math.max(...parties.flatMap(({ received, given }) => [received.objects, given.objects]))
  if (most === 0) return <Empty title={t('balance.emptyTitle')} next={t('balance.empty')} />
  const day = (time: string) => showDay(Date.parse(time), i18n.language)
  return (
    <>
      <p className="quiet small">{t('balance.between', { from: day(from), until: day(until) })}</p>
      <Legend />
      {parties.map((one) => (
        <Block key={one.party} title={plain(one.party, 128)}>
          <Picture balance={one} most={most} />
          {one.received.untouched > 0 && (
            <p>
              <Link to="/triage" search={{ pact }}>
                <Foreign>
                  {t('balance.toTriage', {
                    count: one.received.untouched,
                    number: showNumber(one.received.untouched, i18n.language),
                  })}
                </Foreign>
              </Link>
            </p>
          )}
        </Block>
      ))}
      <Figures balance={balance} />
    </>
  )
}
