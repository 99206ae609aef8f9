// How long the content of a record lives: who consents to its destruction and who does not yet, which holds and charges
// keep it, until when it is kept anyway, what was asked for at this node and why; and what this officer may do about it.

import type { ContentState, RecordRow } from '@countersign/client'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Block, Fact } from '../../marks/Blocks.tsx'
import { useDialogs } from '../../marks/Dialogs.tsx'
import { Foreign, namesOf, plain } from '../../marks/Foreign.tsx'
import { Parties } from '../../marks/Marks.tsx'
import { Failed, Loading } from '../../marks/Notice.tsx'
import { showDay, Time } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { type ContentAct, ContentActDialog } from './content-acts.tsx'
import { pathOf } from './words.ts'

export function ContentLife({ row }: { row: RecordRow }) {
  const { t } = useTranslation()
  const state = useQuery(ask.contentState(row.record))
  return (
    <Block title={t('life.title')}>
      {state.data !== undefined ? (
        <Standing row={row} state={state.data} />
      ) : state.isError ? (
        <Failed error={state.error} again={() => void state.refetch()} />
      ) : (
        <Loading words={t('life.loading')} />
      )}
    </Block>
  )
}

function Standing({ row, state }: { row: RecordRow; state: ContentState }) {
  const { t } = useTranslation()
  if (state.destroyed.length === row.parts.length) {
    return (
      <>
        <p className="life-state">{t('life.destroyed')}</p>
        <Wish state={state} />
      </>
    )
  }
  const isAsked = state.wish !== null && !state.wish.done
  return (
    <>
      <p className="life-state">
        {state.holds.length > 0
          ? t('life.held')
          : state.charges.length > 0
            ? t('life.charged')
            : t(isAsked ? 'life.asked' : 'life.kept')}
      </p>
      {state.destroyed.length > 0 && (
        <p>{t('life.destroyedSome', { parts: state.destroyed.map((part) => part + 1).join(', ') })}</p>
      )}
      <dl className="facts properties">
        <Fact name={t('life.consents')}>
          {state.consents.length === 0 ? (
            <span className="quiet">{t('life.consentsNone')}</span>
          ) : (
            <Parties names={state.consents} />
          )}
        </Fact>
        <Fact name={t('life.awaited')}>
          {state.awaited.length === 0 ? (
            <span className="quiet">{t('life.awaitedNone')}</span>
          ) : (
            <Parties names={state.awaited} />
          )}
        </Fact>
        <Fact name={t('life.holds')}>
          {state.holds.length === 0 ? (
            <span className="quiet">{t('life.holdsNone')}</span>
          ) : (
            <ul className="inline-list">
              {state.holds.map(({ party, record }) => (
                <li key={record}>
                  <Parties names={[party]} />{' '}
                  <Link to="/record/$" params={{ _splat: pathOf(record) }}>
                    {t('life.openRecord')}
                  </Link>
                </li>
              ))}
            </ul>
          )}
        </Fact>
        {state.charges.length > 0 && (
          <Fact name={t('life.charges')}>
            <ul className="inline-list">
              {state.charges.map((record) => (
                <li key={record}>
                  <Link to="/record/$" params={{ _splat: pathOf(record) }}>
                    {t('life.openRecord')}
                  </Link>
                </li>
              ))}
            </ul>
          </Fact>
        )}
        <Fact name={t('life.retained')}>
          <Retained until={state.retainedUntil} />
        </Fact>
      </dl>
      <Wish state={state} />
      {state.holdReasons.map(({ reason, account, at }) => (
        <Why key={at} name={t('life.why')} reason={reason} account={account} at={at} />
      ))}
      <Acts row={row} state={state} />
    </>
  )
}

function Retained({ until }: { until: number | null }) {
  const { t, i18n } = useTranslation()
  if (until === null) return <span className="quiet">{t('life.retainedUnknown')}</span>
  const day = showDay(until * 1000, i18n.language)
  return (
    <>
      {day}
      {until * 1000 <= Date.now() && <span className="quiet">. {t('life.retainedOver')}</span>}
    </>
  )
}

function Wish({ state }: { state: ContentState }) {
  const { t } = useTranslation()
  if (state.wish === null) return null
  const { reason, account, at } = state.wish
  return <Why name={t('life.wish')} reason={reason} account={account} at={at} />
}

function Why({ name, reason, account, at }: { name: string; reason: string; account: string; at: number }) {
  const { t } = useTranslation()
  return (
    <div>
      <p className="quiet small">
        {name} <Foreign>{t('life.by', { account: plain(account, 100) })}</Foreign> <Time at={at / 1000} />
      </p>
      <blockquote className="quoted">
        <Foreign max={2_000}>{reason}</Foreign>
      </blockquote>
    </div>
  )
}

function Acts({ row, state }: { row: RecordRow; state: ContentState }) {
  const { t } = useTranslation()
  const openDialog = useDialogs()
  const party = useQuery(ask.me()).data?.node.party
  if (party === undefined) return null
  if (row.from !== party && !row.to.includes(party)) return <p className="quiet">{t('life.notOurs')}</p>
  const [hold] = state.holds
  const barred =
    hold !== undefined
      ? t('life.barredHold', { party: plain(hold.party, 128) })
      : state.charges.length > 0
        ? t('life.barredCharge')
        : undefined
  const others = state.awaited.filter((other) => other !== party)
  const isOver = state.retainedUntil !== null && state.retainedUntil * 1000 <= Date.now()
  const open = (act: ContentAct) =>
    openDialog((close) => <ContentActDialog act={act} row={row} state={state} others={others} onClose={close} />)
  const hasConsented = state.consents.includes(party)
  const isAsked = state.wish !== null && !state.wish.done
  const isWaiting = hasConsented && others.length > 0 && !isOver
  return (
    <>
      <div className="actions">
        {!isWaiting && (
          <Button
            disabled={barred !== undefined}
            onClick={() => open(others.length === 0 || isOver ? 'destroy' : 'consent')}
            {...(barred === undefined ? {} : { 'aria-describedby': 'life-barred' })}
          >
            {t(others.length === 0 || isOver ? 'life.destroy' : 'life.consent')}
          </Button>
        )}
        {isAsked && <Button onClick={() => open('takeBack')}>{t('life.takeBack')}</Button>}
        {state.holds.some((one) => one.party === party) ? (
          <Button onClick={() => open('lift')}>{t('life.lift')}</Button>
        ) : (
          <Button onClick={() => open('hold')}>{t('life.hold')}</Button>
        )}
        {barred !== undefined && !isWaiting && <span id="life-barred">{barred}</span>}
      </div>
      {isWaiting && <p>{t('life.consented', { parties: namesOf(others) })}</p>}
    </>
  )
}
