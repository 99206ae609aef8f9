// One share that waits for a second person, or did: why it waits, what the gate says of each object now, what would leave,
// and what this officer may do about it. What is approved is what is shown here: where the gate decides otherwise while
// the page is open, that is said, and nothing is approved before the officer has looked again.

import type { WaitingShare } from '@countersign/client'
import { Button } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { usePart } from '../../frame/for-me.ts'
import { useKeys } from '../../frame/keyboard.ts'
import { leave } from '../../frame/leave.ts'
import '../../look/share.css'
import { showBytes, showNumber } from '../../marks/amounts.ts'
import { Back, Block } from '../../marks/Blocks.tsx'
import { useDialogs } from '../../marks/Dialogs.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { ModeBanner, TlpChip } from '../../marks/Marks.tsx'
import { Empty, Failed, failureWords, Loading } from '../../marks/Notice.tsx'
import { saveFile } from '../../marks/save-file.ts'
import { ask } from '../../queries.ts'
import { GateVerdict } from '../share/gate-marks.tsx'
import { type LeavingRead, useLeaving } from './leaving.ts'
import { type Looked, type Looking, useLooking } from './looking.ts'
import { WaitingObjects } from './Objects.tsx'
import { CameOfIt, WaitingFacts } from './outcome.tsx'
import { Approve, Refuse, WithdrawShare } from './share-acts.tsx'
import { headlineOf, lookOf, Needed, WaitingMark } from './waiting-marks.tsx'

const route = getRouteApi('/approval/$id')

export function WaitingRoom() {
  const { t } = useTranslation()
  const { id } = route.useParams()
  const shares = useQuery(ask.waitingShares())
  const share = shares.data?.find((one) => one.id === id)
  const navigate = useNavigate()
  useKeys({ Escape: () => leave(() => void navigate({ to: '/approvals' })) })
  return (
    <>
      <Back to="/approvals" words={t('waiting.back')} />
      {share !== undefined ? (
        <OneShare key={id} share={share} />
      ) : shares.data !== undefined ? (
        <Empty title={t('waiting.missingTitle')} next={t('waiting.missing')} />
      ) : shares.isError ? (
        <Failed error={shares.error} again={() => void shares.refetch()} />
      ) : (
        <Loading words={t('loading.approvals')} />
      )}
    </>
  )
}

function OneShare({ share }: { share: WaitingShare }) {
  const { t, i18n } = useTranslation()
  return (
    <article className="record">
      <ModeBanner mode={share.mode} />
      <header className="record-head" data-state={lookOf(share.state)}>
        <p className="record-kind">
          <WaitingMark state={share.state} />
          <TlpChip tlp={share.marking.tlp} kind={share.marking.class} />
        </p>
        <h1>
          <Foreign max={1_000}>{headlineOf(share, t, i18n.language)}</Foreign>
        </h1>
      </header>
      <div className="record-columns">
        <div className="record-main">
          {share.state === 'open' ? <Open share={share} /> : <CameOfIt share={share} />}
        </div>
        <aside className="record-side">
          <WaitingFacts share={share} />
        </aside>
      </div>
    </article>
  )
}

function Open({ share }: { share: WaitingShare }) {
  const { t } = useTranslation()
  const looking = useLooking(share.id)
  const { looked, error } = looking
  const leaving = useLeaving(share.id, looked?.judgement ?? '', share.bytes)
  return (
    <>
      <Why share={share} looked={looked} />
      {looked !== undefined ? (
        <>
          <Gate looked={looked} looking={looking} leaving={leaving} />
          <Decide share={looked} isChanged={looking.before !== undefined} />
        </>
      ) : (
        <>
          <Block title={t('waiting.gate')}>
            {error === null ? (
              <Loading words={t('waiting.loading')} />
            ) : (
              <p role="alert" className="form-failure">
                {t('share.gateFailed', { reason: failureWords(error, t) })}
              </p>
            )}
          </Block>
          <Decide share={share} isChanged={false} />
        </>
      )}
    </>
  )
}

function Why({ share, looked }: { share: WaitingShare; looked: Looked | undefined }) {
  const { t, i18n } = useTranslation()
  const waits = looked?.tried.verdict !== 'passes' && looked?.tried.verdict !== 'redacted'
  return (
    <Block title={t('waiting.why')}>
      <ul className="plain-list">
        {share.because.map(({ rule, message, objects }) => (
          <li key={`${rule} ${message}`}>
            <Foreign max={500}>{message}</Foreign>{' '}
            {!message.includes(rule) && <span className="quiet">{t('share.rule', { rule: plain(rule, 100) })}</span>}{' '}
            {objects > 1 && t('waiting.ofObjects', { count: objects, number: showNumber(objects, i18n.language) })}
          </li>
        ))}
      </ul>
      {!waits && <p>{t('waiting.whyNone')}</p>}
      <Needed share={looked ?? share} />
    </Block>
  )
}

interface GateProps {
  looked: Looked
  looking: Looking
  leaving: LeavingRead
}

function Gate({ looked, looking, leaving }: GateProps) {
  const { t } = useTranslation()
  const { tried } = looked
  const { before, lookedAgain } = looking
  // What stands above already as why it waits is not said twice.
  const known = new Set(looked.because.map(({ message }) => message))
  const whole = [...tried.refusals, ...tried.waits].filter(
    ({ object, message }) => object === undefined && !known.has(message),
  )
  return (
    <Block title={t('waiting.gate')}>
      {before !== undefined && (
        <>
          <p className="finality" role="alert">
            <IconAlertTriangle aria-hidden size={18} stroke={1.8} />
            <span>{t('waiting.changed')}</span>
          </p>
          <div className="actions">
            <Button onClick={lookedAgain}>{t('waiting.looked')}</Button>
          </div>
        </>
      )}
      <div aria-live="polite">
        <GateVerdict of={tried.verdict} words={t(`waiting.verdict.${tried.verdict}`, { count: tried.altered })} />
      </div>
      {whole.length > 0 && (
        <ul className="plain-list">
          {whole.map(({ code, message }) => (
            <li key={`${code} ${message}`}>
              <Foreign max={500}>{message}</Foreign>
            </li>
          ))}
        </ul>
      )}
      <WaitingObjects tried={tried} leaving={leaving.leaving} before={before?.tried} />
      {looked.judgement !== '' && <WouldLeave looked={looked} leaving={leaving} />}
    </Block>
  )
}

function WouldLeave({ looked: { id, judgement, bytes }, leaving }: { looked: Looked; leaving: LeavingRead }) {
  const { t, i18n } = useTranslation()
  const saving = useMutation({
    mutationFn: async () => {
      const stix = await api.leavingOf(id, judgement)
      saveFile(stix, `leaving-${id.slice(0, 8)}.json`, 'application/json')
    },
  })
  return (
    <>
      <p role="alert" className="form-failure">
        {leaving.error !== null && t('waiting.readFailed', { reason: failureWords(leaving.error, t) })}
        {saving.isError && failureWords(saving.error, t)}
      </p>
      <div className="actions">
        {leaving.read !== undefined && (
          <Button onClick={leaving.read}>{t('waiting.read', { size: showBytes(bytes, i18n.language) })}</Button>
        )}
        <Button onClick={() => saving.mutate()} disabled={saving.isPending}>
          {t(saving.isPending ? 'waiting.saving' : 'waiting.save')}
        </Button>
        {leaving.isReading && <span className="quiet">{t('waiting.reading')}</span>}
      </div>
    </>
  )
}

/** `share` is as it was looked at, with its judgement; without one there is nothing to approve. */
function Decide({ share, isChanged }: { share: WaitingShare | Looked; isChanged: boolean }) {
  const { t } = useTranslation()
  const open = useDialogs()
  const part = usePart()(share)
  const looked = 'tried' in share ? share : undefined
  const isRefused = looked?.tried.verdict === 'refused'
  const mayApprove = part === 'other' && looked !== undefined && !isRefused && !isChanged
  const why =
    part !== 'other' ? part : isRefused ? 'cannotRefused' : isChanged ? 'cannotChanged' : looked && ('may' as const)
  return (
    <Block title={t('waiting.decide')}>
      {why !== undefined && <p id="decide-why">{t(`waiting.${why}`)}</p>}
      <div className="actions">
        <Button
          variant="filled"
          disabled={!mayApprove}
          aria-describedby="decide-why"
          onClick={() => looked && open((onClose) => <Approve share={looked} onClose={onClose} />)}
        >
          {t('waiting.approve')}
        </Button>
        {part === 'author' ? (
          <Button onClick={() => open((onClose) => <WithdrawShare share={share} onClose={onClose} />)}>
            {t('waiting.withdraw')}
          </Button>
        ) : (
          <Button onClick={() => open((onClose) => <Refuse share={share} onClose={onClose} />)}>
            {t('waiting.refuse')}
          </Button>
        )}
      </div>
    </Block>
  )
}
