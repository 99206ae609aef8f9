// Triage: what others shared and has no verdict of ours yet, made for speed. A key gives a verdict and leads on to the next
// row; nothing is told before an officer says so, and until then every step can be undone.

import type { TriageList as Heard, PactRow, Triaged, TriageQuery } from '@countersign/client'
import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useListKeys } from '../../frame/keyboard.ts'
import { useReturnToRow } from '../../frame/lastOpened.ts'
import { showNumber } from '../../marks/amounts.ts'
import { useDialogs } from '../../marks/Dialogs.tsx'
import { type Choice, Filters, SEARCH_FIELD } from '../../marks/Filters.tsx'
import { plain } from '../../marks/Foreign.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { Turns } from '../../marks/Pager.tsx'
import { showDay } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { ExchangeTabs } from '../exchange/ExchangeTabs.tsx'
import { pactsToShareUnder } from '../share/place.ts'
import { PAGE, useTriageDesk } from './desk.ts'
import { type Kept, useKept } from './kept.ts'
import { Preview } from './Preview.tsx'
import { LIST, TriageList } from './TriageList.tsx'
import { AnswerAll, Tell } from './telling.tsx'
import { REASON_FIELD, VerdictBar } from './VerdictBar.tsx'
import { VERDICT_LOOKS } from './verdict-marks.tsx'
import { VERDICTS, without } from './verdicts.ts'
import '../../look/share.css'
import '../../look/exchange.css'

const route = getRouteApi('/triage')

export function TriageRoom() {
  const { t } = useTranslation()
  const { pact: asked } = route.useSearch()
  const pacts = useQuery(ask.pacts())
  const me = useQuery(ask.me()).data
  if (pacts.data === undefined || me === undefined) {
    return pacts.isError ? (
      <Failed error={pacts.error} again={() => void pacts.refetch()} />
    ) : (
      <Loading words={t('loading.agreements')} />
    )
  }
  const some = pactsToShareUnder(pacts.data, me.node.party)
  const pact = some.find(({ id }) => id === asked) ?? some[0]
  return (
    <>
      <div className="room-head">
        <h1>{t('triage.title')}</h1>
        <ExchangeTabs here="/triage" pact={asked} />
      </div>
      {pact === undefined ? (
        <Empty title={t('triage.noAgreement')} next={t('triage.noAgreementNext')}>
          <Link to="/agreements">{t('share.toAgreements')}</Link>
        </Empty>
      ) : (
        <UnderPact key={pact.id} pact={pact} pacts={some} officer={me.account.email} />
      )}
    </>
  )
}

function UnderPact({ pact, pacts, officer }: { pact: PactRow; pacts: PactRow[]; officer: string }) {
  const { t } = useTranslation()
  const { share, type, q, show } = route.useSearch()
  const all = show === 'all'
  const query: TriageQuery = {
    ...{ pact: pact.id, all: all ? '1' : '0' },
    ...(share === undefined ? {} : { share }),
    ...(type === undefined ? {} : { types: type }),
    ...(q === undefined ? {} : { text: q }),
  }
  const heard = useQuery({ ...ask.triage(query), placeholderData: keepPreviousData })
  // Which shares there are to choose among is not told where one is chosen.
  const others = useQuery({ ...ask.triage({ pact: pact.id, limit: '1' }), enabled: share !== undefined })
  const shares = (share === undefined ? heard : others).data?.shares ?? []
  const kept = useKept(officer, pact.id)
  // Only what was asked for just now tells what is there no more.
  useLetGo(kept, pact.id, query, heard.isPlaceholderData || heard.isFetching ? undefined : heard.data)
  const choices = useChoices(pacts, pact, shares, heard.data)
  const isFiltered = [share, type, q].some((one) => one !== undefined) || all
  return (
    <>
      <Filters q={q ?? ''} label={t('triage.search')} hint={t('triage.searchHint')} choices={choices} />
      {heard.data === undefined ? (
        heard.isError ? (
          <Failed error={heard.error} again={() => void heard.refetch()} />
        ) : (
          <Loading words={t('triage.loading')} />
        )
      ) : (
        <>
          <Progress heard={heard.data} />
          {heard.data.objects.length > 0 ? (
            <OfHeard heard={heard.data} kept={kept} query={query} />
          ) : isFiltered && shares.some(({ open }) => open > 0) ? (
            <Empty title={t('triage.noneTitle')} next={t('triage.none')} />
          ) : heard.data.sharesTotal === 0 ? (
            <Empty title={t('triage.emptyTitle')} next={t('triage.empty')} />
          ) : (
            <Empty title={t('triage.doneTitle')} next={t('triage.doneNext')}>
              <Link to="/balance" search={{ pact: pact.id }}>
                {t('triage.toBalance')}
              </Link>
            </Empty>
          )}
        </>
      )}
    </>
  )
}

function OfHeard({ heard, kept, query }: { heard: Heard; kept: Kept; query: TriageQuery }) {
  const { t, i18n } = useTranslation()
  const { at } = route.useSearch()
  const navigate = useNavigate()
  const open = useDialogs()
  const { objects, objectsTotal } = heard
  const setPage = (to: number) => {
    const next = to === 0 ? undefined : String(to)
    if (next === at) return
    void navigate({ to: '.', search: (search: object) => ({ ...search, at: next }), replace: true, resetScroll: false })
  }
  const desk = useTriageDesk(objects, kept, [Number(at) || 0, setPage])
  useReturnToRow(LIST, true)
  const { given } = kept.verdicts
  const listed = new Set(objects.map(({ id }) => id))
  const elsewhere = [...given.keys()].filter((id) => !listed.has(id)).length
  const parties = [...new Set(objects.filter(({ id }) => given.has(id)).map(({ from }) => from))].sort()
  const onTold = ({ state }: Triaged, ids: readonly string[]) => {
    kept.change((before) => without(before, ids))
    if (state !== 'said') kept.setWaiting((before) => new Set([...before, ...ids]))
  }
  const tell = () => {
    if (given.size === 0) return
    const { pact } = query
    open((onClose) => (
      <Tell {...{ pact, verdicts: kept.verdicts, onTold, onClose }} parties={elsewhere > 0 ? [] : parties} />
    ))
  }
  const { current, selected } = desk
  useListKeys(SEARCH_FIELD, {
    ...Object.fromEntries(VERDICTS.map((verdict) => [VERDICT_LOOKS[verdict].key, () => desk.judge(verdict)])),
    n: () => desk.turn(desk.page + 1),
    p: () => desk.turn(desk.page - 1),
    u: () => desk.undo?.(),
    x: () => current !== undefined && desk.select([current.id], !selected.has(current.id)),
    X: () => desk.selectTo(),
    t: tell,
    e: (event) => {
      const field = document.getElementById(REASON_FIELD)
      if (field === null || desk.explained.length === 0) return
      event.preventDefault()
      field.focus()
    },
    Escape: () => desk.select([...selected], false),
  })
  const number = (value: number) => showNumber(value, i18n.language)
  const { share, types, text } = query
  const answerAll =
    share === undefined || query.all === '1' || objectsTotal < 2
      ? undefined
      : () => {
          const some = types === undefined ? {} : { types: [types] }
          const scope = { pact: query.pact, share, ...some, ...(text === undefined ? {} : { text }) }
          open((onClose) => <AnswerAll scope={scope} total={objectsTotal} onClose={onClose} />)
        }
  return (
    <>
      <div className="table-head">
        <Turns at={desk.page} page={PAGE} total={objects.length} turn={desk.turn} />
        {objectsTotal > objects.length && (
          <p className="quiet">{t('triage.first', { listed: number(objects.length), total: number(objectsTotal) })}</p>
        )}
        {answerAll !== undefined && (
          <span className="actions">
            {given.size > 0 && <span className="quiet small">{t('triage.restFirst')}</span>}
            <Button onClick={answerAll} disabled={given.size > 0}>
              {t('triage.rest', { number: number(objectsTotal) })}
            </Button>
          </span>
        )}
      </div>
      <div className="triage-columns">
        <TriageList desk={desk} waiting={kept.waiting} />
        <aside className="triage-preview">
          <Preview row={current} />
        </aside>
      </div>
      <VerdictBar desk={desk} tell={tell} elsewhere={elsewhere} />
    </>
  )
}

/** How much of what is in view has a verdict that was told. */
function Progress({ heard: { shares } }: { heard: Heard }) {
  const { t, i18n } = useTranslation()
  const total = shares.reduce((sum, { objects }) => sum + objects, 0)
  const open = shares.reduce((sum, one) => sum + one.open, 0)
  if (total === 0) return null
  const counts = VERDICTS.map(
    (verdict) => [verdict, shares.reduce((sum, { verdicts }) => sum + verdicts[verdict], 0)] as const,
  )
  const number = (value: number) => showNumber(value, i18n.language)
  return (
    <div className="triage-progress">
      <span>{t('triage.progress', { done: number(total - open), total: number(total) })}</span>
      <span className="share-bar" aria-hidden>
        {counts.map(([verdict, count]) =>
          count === 0 ? null : (
            <span
              key={verdict}
              data-verdict={verdict}
              style={{ flexGrow: count }}
              title={`${t(`triage.word.${verdict}`)}: ${count}`}
            />
          ),
        )}
        {open > 0 && <span data-verdict="open" style={{ flexGrow: open }} />}
      </span>
    </div>
  )
}

/** What the node says meanwhile: what a colleague answered, or its author took back, is not ours to tell any more. */
function useLetGo({ change, waiting, setWaiting }: Kept, pact: string, query: TriageQuery, heard: Heard | undefined) {
  const status = useQuery(ask.status()).data
  const shares = useQuery({ ...ask.waitingShares(), enabled: waiting.size > 0 }).data
  const { share, types, text, all } = query
  const isWhole = [share, types, text].every((one) => one === undefined) && all !== '1'
  useEffect(() => {
    if (heard === undefined || !isWhole || heard.objectsTotal > heard.objects.length) return
    const open = new Set(heard.objects.map(({ id }) => id))
    change((before) => {
      const gone = [...before.given.keys()].filter((id) => !open.has(id))
      return gone.length === 0 ? before : without(before, gone)
    })
  }, [heard, isWhole, change])
  const isHeld = (status?.heldHere ?? 1) > 0
  const isOpen =
    shares?.some(
      (one) => one.pact === pact && one.type === 'intel/sighting' && /^(?:open|approved)$/.test(one.state),
    ) ?? true
  useEffect(() => {
    if (waiting.size > 0 && !isHeld && !isOpen) setWaiting(() => new Set())
  }, [waiting, isHeld, isOpen, setWaiting])
}

function useChoices(pacts: PactRow[], pact: PactRow, shares: Heard['shares'], heard: Heard | undefined): Choice[] {
  const { t, i18n } = useTranslation()
  const { share, type, show } = route.useSearch()
  const [seen, setSeen] = useState<readonly string[]>([])
  const types = [...new Set((heard?.shares ?? []).flatMap(({ openTypes }) => Object.keys(openTypes)))].sort()
  const key = types.join(' ')
  useEffect(() => setSeen(key === '' ? [] : key.split(' ')), [key])
  const offered = type === undefined || seen.includes(type) ? seen : [...seen, type]
  return [
    ...(pacts.length < 2
      ? []
      : [
          {
            key: 'pact',
            label: t('triage.agreement'),
            value: pact.id,
            options: pacts.map(({ id, title }) => ({ value: id, label: plain(title, 100) })),
          },
        ]),
    {
      key: 'share',
      any: t('triage.allShares'),
      label: t('triage.share'),
      value: share,
      options: shares.map((one) => ({
        value: one.share,
        label: t('triage.shareOf', {
          ...{ party: plain(one.from, 60), day: showDay(Date.parse(one.time), i18n.language), count: one.open },
          number: showNumber(one.open, i18n.language),
        }),
      })),
    },
    {
      key: 'type',
      label: t('triage.type'),
      value: type,
      options: offered.map((value) => ({ value, label: plain(value, 60) })),
    },
    {
      ...{ key: 'show', label: t('triage.show'), value: show, any: t('triage.open') },
      options: [{ value: 'all', label: t('triage.all') }],
    },
  ]
}
