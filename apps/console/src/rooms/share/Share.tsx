// Sharing threat data: what is given is read and checked in this browser, the gate of the node says of each object what
// would happen with it, an officer leaves out what should stay, and sends the rest.

import type { ShareOutcome } from '@countersign/client'
import { Button, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { objectsOf } from '../../intake/draft.ts'
import type { MispTaken, Remark } from '../../intake/protocol.ts'
import '../../look/share.css'
import { showNumber } from '../../marks/amounts.ts'
import { Back, Block } from '../../marks/Blocks.tsx'
import { Drop } from '../../marks/Drop.tsx'
import { Foreign, namesOf, plain } from '../../marks/Foreign.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { ask } from '../../queries.ts'
import { CameOfIt } from './CameOfIt.tsx'
import { DraftTable } from './DraftTable.tsx'
import { GateSays } from './GateSays.tsx'
import { useJudging } from './judging.ts'
import { PlaceChoice } from './PlaceChoice.tsx'
import { Progress } from './Progress.tsx'
import { type Place, pactsToShareUnder, usualPlace } from './place.ts'
import { Remarks } from './Remarks.tsx'
import { Sending } from './Sending.tsx'
import { filesOf, type Taking, textGiven, useGivenAnywhere, useTaking } from './taking.ts'

export function ShareRoom() {
  const { t } = useTranslation()
  const me = useQuery(ask.me())
  const pacts = useQuery(ask.pacts())
  const party = me.data?.node.party
  const error = me.error ?? pacts.error
  const known = pacts.data === undefined || party === undefined ? undefined : pactsToShareUnder(pacts.data, party)
  return (
    <>
      <Back to="/objects" words={t('share.back')} />
      <div className="room-head">
        <h1>{t('share.title')}</h1>
      </div>
      {known === undefined || party === undefined ? (
        error === null ? (
          <Loading words={t('loading.agreements')} />
        ) : (
          <Failed error={error} again={() => void pacts.refetch()} />
        )
      ) : known.length === 0 ? (
        <Empty title={t('share.noAgreement')} next={t('share.noAgreementNext')}>
          <Link to="/agreements">{t('share.toAgreements')}</Link>
        </Empty>
      ) : (
        <Sharing pacts={known} party={party} />
      )}
    </>
  )
}

function Sharing({ pacts, party }: { pacts: ReturnType<typeof pactsToShareUnder>; party: string }) {
  const taking = useTaking()
  const { draft } = taking
  const [chosen, setChosen] = useState<Place>()
  const [outcome, setOutcome] = useState<{ of: ShareOutcome; parties: string }>()
  // An agreement may end while the page is open.
  const pact = pacts.find(({ id }) => id === chosen?.pact) ?? pacts[0]
  const place = chosen?.pact === pact?.id ? chosen : pact === undefined ? undefined : usualPlace(pact, party)
  const judging = useJudging(draft, place !== undefined && place.to.length > 0 ? place : undefined)
  if (pact === undefined || place === undefined) return null
  if (outcome !== undefined) {
    const again = () => {
      taking.startOver()
      setOutcome(undefined)
    }
    return <CameOfIt outcome={outcome.of} parties={outcome.parties} again={again} />
  }
  const onOutcome = (of: ShareOutcome) => setOutcome({ of, parties: namesOf(place.to) })
  return (
    <div className="share">
      <Intake taking={taking} />
      {objectsOf(draft) > 0 && (
        <>
          <PlaceChoice pacts={pacts} pact={pact} place={place} party={party} choose={setChosen} />
          <GateSays taking={taking} judging={judging} />
          <DraftTable taking={taking} judging={judging} />
          <Sending key={draft.sources[0]?.key} {...{ taking, place, judging, onOutcome }} />
        </>
      )}
    </div>
  )
}

function Intake({ taking }: { taking: Taking }) {
  const { t, i18n } = useTranslation()
  const { draft, reading, troubles, take } = taking
  const isOver = useGivenAnywhere((given) => void take(given), t('share.pasted'))
  return (
    <Block title={t('share.what')}>
      <p className="quiet">{t('share.intro')}</p>
      <Drop words={t('share.drop')} isOver={isOver} choose={(files) => void take(filesOf(files))} />
      <ByHand taking={taking} />
      <Paste take={(text) => void take([textGiven(text, t('share.pasted'))])} />
      <div aria-live="polite">
        {reading !== undefined && (
          <Progress
            part={reading.part}
            words={
              reading.part === 0
                ? t('share.reading', { name: plain(reading.name, 200) })
                : t('share.readingAt', { name: plain(reading.name, 200), percent: Math.floor(reading.part * 100) })
            }
          />
        )}
      </div>
      <ul role="alert" className="plain-list form-failure">
        {troubles.map((trouble) => (
          <li key={trouble}>{trouble}</li>
        ))}
      </ul>
      {draft.sources.length > 0 && (
        <ul className="plain-list">
          {draft.sources.map(({ key, name, taken }) => (
            <li key={key} className="part">
              <strong>
                {t('share.taken', {
                  count: taken.marks.length,
                  name: plain(name, 200),
                  number: showNumber(taken.marks.length, i18n.language),
                })}
              </strong>
              {taken.misp !== undefined && <OfMisp misp={taken.misp} />}
              <OfBundle errors={taken.errors} warnings={taken.warnings} />
            </li>
          ))}
        </ul>
      )}
      {(draft.sources.length > 0 || reading !== undefined) && (
        <div className="actions">
          <Button onClick={taking.startOver}>{t('share.startOver')}</Button>
        </div>
      )}
    </Block>
  )
}

/** The form is fetched when it is opened. */
const Compose = lazy(async () => ({ default: (await import('./Compose.tsx')).Compose }))

function ByHand({ taking }: { taking: Taking }) {
  const { t } = useTranslation()
  const [wasOpened, setOpened] = useState(false)
  return (
    <details className="inner-fold" onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary>{t('compose.title')}</summary>
      {wasOpened && (
        <Suspense fallback={<Loading words={t('compose.loading')} />}>
          <Compose taking={taking} />
        </Suspense>
      )}
    </details>
  )
}

function Paste({ take }: { take: (text: string) => void }) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  return (
    <details className="inner-fold">
      <summary>{t('share.paste')}</summary>
      <Textarea
        aria-label={t('share.pasteLabel')}
        rows={6}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className="actions">
        <Button
          disabled={text.trim() === ''}
          onClick={() => {
            take(text)
            setText('')
          }}
        >
          {t('share.pasteTake')}
        </Button>
      </div>
    </details>
  )
}

function OfMisp({ misp }: { misp: MispTaken }) {
  const { t } = useTranslation()
  const { events, notices, noticesTotal, ...figures } = misp
  return (
    <>
      <p>{t('share.misp', { count: events, ...figures })}</p>
      {noticesTotal > 0 && (
        <details className="inner-fold">
          <summary>
            {t('share.mispNotices')} ({noticesTotal})
          </summary>
          <ul className="plain-list">
            {notices.map((notice) => (
              <li key={notice}>
                <Foreign max={500}>{notice}</Foreign>
              </li>
            ))}
            {noticesTotal > notices.length && <li>{t('share.more', { count: noticesTotal - notices.length })}</li>}
          </ul>
        </details>
      )}
    </>
  )
}

function OfBundle({ errors, warnings }: { errors: Remark[]; warnings: Remark[] }) {
  const { t } = useTranslation()
  if (errors.length + warnings.length === 0) return null
  return (
    <>
      <p className="quiet">{t('share.ofBundle')}</p>
      <Remarks errors={errors} warnings={warnings} />
    </>
  )
}
