// One weekly round: how it stands and what to do next, what was gathered with the gate's verdict on each, saying it or
// skipping it, and when it is due.

import type { PactRow, RoundLook } from '@countersign/client'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useKeys } from '../../frame/keyboard.ts'
import { leave } from '../../frame/leave.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Back, Block } from '../../marks/Blocks.tsx'
import { useDialogs } from '../../marks/Dialogs.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Failed, failureWords, Loading } from '../../marks/Notice.tsx'
import { withoutCommands } from '../../marks/own-words.ts'
import { Time } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { Needed } from '../approvals/waiting-marks.tsx'
import { GateVerdict } from '../share/gate-marks.tsx'
import { Progress } from '../share/Progress.tsx'
import { Adding } from './Adding.tsx'
import { GatheredTable } from './GatheredTable.tsx'
import { type RoundGate, useRoundGate } from './gate.ts'
import { SayRound, SkipRound } from './round-acts.tsx'
import { DueMark, ToWhom } from './round-marks.tsx'
import { placeIn, recipientsOf } from './round-place.ts'
import { Terms } from './Terms.tsx'
import '../../look/share.css'
import '../../look/exchange.css'

const route = getRouteApi('/round')

export function RoundRoom() {
  const { t } = useTranslation()
  const place = placeIn(route.useSearch())
  const round = useQuery(ask.round(place))
  const pacts = useQuery(ask.pacts()).data
  const me = useQuery(ask.me()).data
  const pact = pacts?.find(({ id }) => id === place.pact)
  const navigate = useNavigate()
  useKeys({ Escape: () => leave(() => void navigate({ to: '/rounds' })) })
  return (
    <>
      <Back to="/rounds" words={t('round.back')} />
      {round.data !== undefined && pact !== undefined && me !== undefined ? (
        <OneRound key={JSON.stringify(place)} round={round.data} pact={pact} party={me.node.party} />
      ) : round.isError ? (
        <Failed error={round.error} again={() => void round.refetch()} />
      ) : (
        <Loading words={t('round.loading')} />
      )}
    </>
  )
}

interface OneRoundProps {
  round: RoundLook
  pact: PactRow
  party: string
}

function OneRound({ round, pact, party }: OneRoundProps) {
  const { t } = useTranslation()
  const place = placeIn(route.useSearch())
  const gate = useRoundGate(place, round)
  const parties = recipientsOf(round, pact, party)
  return (
    <article className="record">
      <header className="record-head">
        <h1>
          <Foreign max={300}>{t('round.ofAgreement', { title: plain(pact.title, 200) })}</Foreign>
        </h1>
        <p className="quiet">
          <ToWhom round={round} parties={parties} />
        </p>
        <p>
          <DueMark round={round} />
        </p>
      </header>
      <Stands round={round} />
      <div className="record-columns">
        <div className="record-main">
          {round.gathered.length > 0 && <Gate round={round} gate={gate} />}
          {round.gathered.length > 0 && <GatheredTable place={place} round={round} gate={gate} />}
          <Adding place={place} />
        </div>
        <aside className="record-side">
          <SayOrSkip round={round} gate={gate} parties={parties} />
          <Terms place={place} round={round} pact={pact} party={party} />
        </aside>
      </div>
    </article>
  )
}

/** How it stands, and what to do next. */
function Stands({ round }: { round: RoundLook }) {
  const { t, i18n } = useTranslation()
  const { objects, leftOut, isDue, saying, last, note, skipped } = round
  const number = (value: number) => showNumber(value, i18n.language)
  const waiting = useQuery({ ...ask.waitingShares(), enabled: saying?.state === 'waits' }).data?.find(
    ({ id }) => id === saying?.share,
  )
  const next = objects === 0 ? (leftOut > 0 ? 'allOut' : 'empty') : isDue ? 'due' : ('notDue' as const)
  return (
    <Block title={t('round.stands')}>
      {saying === null ? (
        <p className="life-state">{t(`round.next.${next}`)}</p>
      ) : (
        <>
          <p className="life-state">
            {saying.state === 'waits'
              ? t('round.next.waits', { count: saying.objects, number: number(saying.objects) })
              : t(
                  saying.state === 'held-here'
                    ? 'round.next.held'
                    : saying.state === 'unknown'
                      ? 'round.next.unknown'
                      : 'round.next.saying',
                )}
          </p>
          <p className="quiet">
            <Foreign>{t('round.saidBy', { officer: plain(saying.by, 100) })}</Foreign> <Time at={saying.at / 1000} />
          </p>
          {waiting !== undefined && <Needed share={waiting} />}
          {saying.state === 'waits' && (
            <div className="actions">
              <Link to="/approval/$id" params={{ id: saying.share }} className="button-link">
                {t('round.openWaiting')}
              </Link>
            </div>
          )}
        </>
      )}
      {note !== null && (
        <p>
          <Foreign max={500}>{withoutCommands(note)}</Foreign>
        </p>
      )}
      {skipped !== null && (
        <div>
          <p className="quiet">
            <Foreign>{t('round.skippedBy', { officer: plain(skipped.by, 100) })}</Foreign>{' '}
            <Time at={skipped.at / 1000} />
          </p>
          {skipped.reason !== null && (
            <blockquote className="quoted">
              <Foreign max={2_000}>{skipped.reason}</Foreign>
            </blockquote>
          )}
        </div>
      )}
      <p className="quiet">
        {last === null ? (
          t('round.neverSaid')
        ) : (
          <>
            <Foreign>
              {t('round.last', { count: last.objects, number: number(last.objects), officer: plain(last.by, 100) })}
            </Foreign>{' '}
            <Time at={last.at / 1000} />
          </>
        )}
      </p>
    </Block>
  )
}

function Gate({ round, gate }: { round: RoundLook; gate: RoundGate }) {
  const { t } = useTranslation()
  const { tried, isAsking, error, ask: askGate } = gate
  if (round.objects === 0) return null
  const whole = tried?.refusals.filter(({ object }) => object === undefined) ?? []
  return (
    <Block title={t('round.gateTitle')}>
      <div aria-live="polite" className="gate-says">
        {isAsking ? (
          <Progress part={0} words={t('round.asking')} />
        ) : error !== null ? (
          <p className="form-failure">{t('share.gateFailed', { reason: failureWords(error, t) })}</p>
        ) : tried !== undefined ? (
          <GateVerdict
            of={tried.verdict}
            words={t(`share.verdict.${tried.verdict}`, { count: tried.counts.redacted })}
          />
        ) : (
          <p>{t('round.notAsked')}</p>
        )}
      </div>
      {whole.length > 0 && (
        <ul className="plain-list">
          {whole.map(({ code, message }) => (
            <li key={`${code} ${message}`}>
              <Foreign max={500}>{withoutCommands(message)}</Foreign>
            </li>
          ))}
        </ul>
      )}
      {askGate !== undefined && !isAsking && (
        <div className="actions">
          <Button onClick={askGate}>{t('round.ask')}</Button>
        </div>
      )}
    </Block>
  )
}

function SayOrSkip({ round, gate, parties }: { round: RoundLook; gate: RoundGate; parties: string[] }) {
  const { t, i18n } = useTranslation()
  const open = useDialogs()
  const place = placeIn(route.useSearch())
  const { objects, saying } = round
  const { tried } = gate
  const isRefused = tried?.verdict === 'refused'
  // What is said is what the gate was asked about, and that must be what is shown.
  const maySay = objects > 0 && saying === null && !gate.isAsking && tried?.objects === objects && !isRefused
  return (
    <Block title={t('round.sayTitle')}>
      <div className="actions">
        <Button
          variant="filled"
          disabled={!maySay}
          aria-describedby="say-why"
          onClick={() =>
            tried !== undefined && open((onClose) => <SayRound {...{ place, round, parties, tried, onClose }} />)
          }
        >
          {objects === 0
            ? t('round.sayNone')
            : t('round.say', { count: objects, number: showNumber(objects, i18n.language) })}
        </Button>
        <Button onClick={() => open((onClose) => <SkipRound place={place} onClose={onClose} />)}>
          {t('round.skip')}
        </Button>
      </div>
      {!maySay && (
        <p id="say-why" className="quiet small">
          {t(isRefused ? 'round.cannotSay' : objects === 0 || saying !== null ? 'round.cannotYet' : 'round.cannotSay')}
        </p>
      )}
    </Block>
  )
}
