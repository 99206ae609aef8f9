// Consents to passing on (spec/records.md, Passing on): what others let us pass on, what we let them, how far each reaches,
// and what takes ours back. Nobody passes on what came from another without one.

import type { ConsentRow, PactRow } from '@countersign/client'
import { Button, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useListKeys } from '../../frame/keyboard.ts'
import { Block, Sentences } from '../../marks/Blocks.tsx'
import { useDialogs } from '../../marks/Dialogs.tsx'
import { plain } from '../../marks/Foreign.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { ask } from '../../queries.ts'
import { ExchangeTabs } from '../exchange/ExchangeTabs.tsx'
import { pactsToShareUnder } from '../share/place.ts'
import { ConsentCard } from './ConsentCard.tsx'
import { Give, Retract } from './consent-acts.tsx'
import '../../look/share.css'
import '../../look/exchange.css'

const route = getRouteApi('/consents')

export function ConsentsRoom() {
  const { t } = useTranslation()
  const { pact: asked } = route.useSearch()
  const pacts = useQuery(ask.pacts())
  const me = useQuery(ask.me()).data
  const some = pacts.data === undefined || me === undefined ? undefined : pactsToShareUnder(pacts.data, me.node.party)
  const pact = some?.find(({ id }) => id === asked) ?? some?.[0]
  return (
    <>
      <div className="room-head">
        <h1>{t('consents.title')}</h1>
        <ExchangeTabs here="/consents" pact={asked} />
      </div>
      {some === undefined || me === undefined ? (
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
        <UnderPact key={pact.id} {...{ pact, pacts: some, us: me.node.party }} />
      )}
    </>
  )
}

function UnderPact({ pact, pacts, us }: { pact: PactRow; pacts: PactRow[]; us: string }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { give: asked } = route.useSearch()
  const open = useDialogs()
  const consents = useQuery(ask.consents(pact.id))
  const give = (objects = '') => open((onClose) => <Give {...{ pact, pacts, us, objects, onClose }} />)
  const retract = (row: ConsentRow) => open((onClose) => <Retract {...{ pact: pact.id, row, onClose }} />)
  const ours = consents.data?.filter(({ from }) => from === us) ?? []
  const theirs = consents.data?.filter(({ from }) => from !== us) ?? []
  useListKeys('', {
    c: (event) => {
      event.preventDefault()
      give()
    },
    t: (event) => {
      // The row in which the focus stands.
      const record = document.activeElement?.getAttribute('data-row-link')
      const row = ours.find((one) => one.record === record)
      if (row === undefined || !isStanding(row)) return
      event.preventDefault()
      retract(row)
    },
  })
  // The page of an object leads here with its id.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the dialogue opens once for what the address asks
  useEffect(() => {
    if (asked === undefined) return
    give(asked)
    void navigate({ to: '/consents', search: { pact: pact.id }, replace: true })
  }, [asked])
  return (
    <div className="share">
      <p className="quiet">{t('consents.intro')}</p>
      <div className="filters">
        {pacts.length > 1 && (
          <NativeSelect
            aria-label={t('consents.agreement')}
            value={pact.id}
            data={pacts.map(({ id, title }) => ({ value: id, label: plain(title, 100) }))}
            onChange={(event) =>
              void navigate({ to: '/consents', search: { pact: event.currentTarget.value }, replace: true })
            }
          />
        )}
        <Button onClick={() => give()} aria-keyshortcuts="c">
          {t('consents.give')}
        </Button>
      </div>
      {consents.data === undefined ? (
        consents.isError ? (
          <Failed error={consents.error} again={() => void consents.refetch()} />
        ) : (
          <Loading words={t('consents.loading')} />
        )
      ) : consents.data.length === 0 ? (
        <Empty title={t('consents.emptyTitle')} next={t('consents.empty')}>
          <Link to="/records" search={{ type: 'intel/share' }}>
            {t('consents.toShares')}
          </Link>
        </Empty>
      ) : (
        <>
          <List title={t('consents.toUs')} none={t('consents.noneToUs')} rows={theirs} />
          <List title={t('consents.byUs')} none={t('consents.noneByUs')} rows={ours} retract={retract} />
        </>
      )}
      <details>
        <summary>{t('consents.doesTitle')}</summary>
        <Sentences of={t('consents.does', { returnObjects: true })} />
        <Sentences of={t('consents.retractDoes', { returnObjects: true })} />
      </details>
    </div>
  )
}

interface ListProps {
  title: string
  none: string
  rows: ConsentRow[]
  retract?: (row: ConsentRow) => void
}

function List({ title, none, rows, retract }: ListProps) {
  return (
    <Block title={title}>
      {rows.length === 0 ? (
        <p className="quiet">{none}</p>
      ) : (
        <ul className="cards" aria-label={title}>
          {rows.map((row) => (
            <ConsentCard
              key={row.record}
              row={row}
              retract={retract !== undefined && isStanding(row) ? () => retract(row) : undefined}
            />
          ))}
        </ul>
      )}
    </Block>
  )
}

/** Whether somebody may go by it still. */
function isStanding({ validity, to, retractedFor }: ConsentRow): boolean {
  return validity.kind !== 'void' && retractedFor.length < to.length
}
