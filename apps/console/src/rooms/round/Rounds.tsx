// The weekly rounds of every agreement: when each is due and what is in it.

import type { PactRow, RoundState } from '@countersign/client'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useListKeys } from '../../frame/keyboard.ts'
import { rememberOpened, useReturnToRow } from '../../frame/lastOpened.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Foreign } from '../../marks/Foreign.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { ask } from '../../queries.ts'
import { ExchangeTabs } from '../exchange/ExchangeTabs.tsx'
import { pactsToShareUnder } from '../share/place.ts'
import { DueMark, ToWhom } from './round-marks.tsx'
import { recipientsOf, searchOf } from './round-place.ts'
import '../../look/share.css'
import '../../look/exchange.css'

const LIST = 'rounds'
const route = getRouteApi('/rounds')

export function RoundsRoom() {
  const { t } = useTranslation()
  const { pact } = route.useSearch()
  const pacts = useQuery(ask.pacts())
  const me = useQuery(ask.me()).data
  useListKeys('')
  useReturnToRow(LIST, pacts.data !== undefined)
  const some = pacts.data === undefined || me === undefined ? undefined : pactsToShareUnder(pacts.data, me.node.party)
  return (
    <>
      <div className="room-head">
        <h1>{t('round.title')}</h1>
        <ExchangeTabs here="/rounds" pact={pact} />
      </div>
      {some === undefined || me === undefined ? (
        pacts.isError ? (
          <Failed error={pacts.error} again={() => void pacts.refetch()} />
        ) : (
          <Loading words={t('loading.agreements')} />
        )
      ) : some.length === 0 ? (
        <Empty title={t('round.emptyTitle')} next={t('round.empty')}>
          <Link to="/agreements">{t('share.toAgreements')}</Link>
        </Empty>
      ) : (
        some.map((one) => <OfPact key={one.id} pact={one} party={me.node.party} />)
      )}
    </>
  )
}

function OfPact({ pact, party }: { pact: PactRow; party: string }) {
  const { t } = useTranslation()
  const rounds = useQuery(ask.rounds(pact.id))
  return (
    <section className="block">
      <h2>
        <Foreign max={200}>{pact.title}</Foreign>
      </h2>
      {rounds.data === undefined ? (
        rounds.isError ? (
          <Failed error={rounds.error} again={() => void rounds.refetch()} />
        ) : (
          <Loading words={t('round.loading')} />
        )
      ) : (
        <ul className="cards waiting-cards" aria-label={t('round.list')}>
          {rounds.data.map((round) => (
            <OneRound key={JSON.stringify(searchOf(round))} round={round} parties={recipientsOf(round, pact, party)} />
          ))}
        </ul>
      )}
    </section>
  )
}

function OneRound({ round, parties }: { round: RoundState; parties: string[] }) {
  const { t, i18n } = useTranslation()
  const search = searchOf(round)
  const id = JSON.stringify(search)
  const { objects, leftOut, saying } = round
  const number = (value: number) => showNumber(value, i18n.language)
  return (
    <li className="card">
      <div className="card-title">
        <Link
          to="/round"
          search={search}
          className="row-link"
          data-row-link={id}
          onClick={() => rememberOpened(LIST, id)}
        >
          <Foreign max={500}>
            {objects === 0 ? t('round.nothingIn') : t('round.inIt', { count: objects, number: number(objects) })}
          </Foreign>
        </Link>
        {leftOut > 0 && (
          <span className="quiet"> · {t('round.leftOutCount', { count: leftOut, number: number(leftOut) })}</span>
        )}
      </div>
      <p>
        <DueMark round={round} />
      </p>
      <p className="quiet">
        <ToWhom round={round} parties={parties} />
      </p>
      {saying?.state === 'waits' && (
        <p>{t('round.next.waits', { count: saying.objects, number: number(saying.objects) })}</p>
      )}
    </li>
  )
}
