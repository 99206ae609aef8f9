// One record: what was said in words first, then its content, when it was held and who says so, the proof that this browser
// can check by itself, what it answers and what answers it, and last the signed text as it stands in the log.

import type { RecordDetail, RecordRow } from '@countersign/client'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useKeys } from '../../frame/keyboard.ts'
import { leave } from '../../frame/leave.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Back, Block, Fact } from '../../marks/Blocks.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Code, ModeBanner, Parties, TlpChip } from '../../marks/Marks.tsx'
import { Failed, Loading } from '../../marks/Notice.tsx'
import { SplitMark } from '../../marks/SplitMark.tsx'
import { StateMark } from '../../marks/StateMark.tsx'
import { Time } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { RecordCards } from '../records/Records.tsx'
import { GoneByList } from '../share/gone-by.tsx'
import { Content } from './Content.tsx'
import { ContentLife } from './ContentLife.tsx'
import { Proof } from './Proof.tsx'
import { Times } from './Times.tsx'
import { pathOf, recordOf, sentences, stateMeaning, typeWords, validityWords } from './words.ts'

const route = getRouteApi('/record/$')

export function RecordRoom() {
  const { t } = useTranslation()
  const { _splat } = route.useParams()
  const ref = recordOf(_splat ?? '')
  const record = useQuery(ask.record(ref))
  const navigate = useNavigate()
  useKeys({ Escape: () => leave(() => void navigate({ to: '/records' })) })
  return (
    <>
      <Back to="/records" words={t('record.back')} />
      {record.data !== undefined ? (
        <OneRecord key={ref} detail={record.data} />
      ) : record.isError ? (
        <Failed error={record.error} again={() => void record.refetch()} />
      ) : (
        <Loading words={t('loading.record')} />
      )}
    </>
  )
}

function OneRecord({ detail }: { detail: RecordDetail }) {
  const { t } = useTranslation()
  const { row } = detail
  const [headline, ...more] = sentences(row, t)
  return (
    <article className="record">
      <ModeBanner mode={row.mode} />
      <header className="record-head" data-state={row.state}>
        <p className="record-kind">
          <span>
            {typeWords(row.type, t)} {row.afterSplit && <SplitMark />}
          </span>
          <TlpChip tlp={row.marking.tlp} kind={row.marking.class} />
        </p>
        <h1>
          <Foreign>{headline ?? ''}</Foreign>
        </h1>
        {more.map((sentence) => (
          <p key={sentence}>
            <Foreign>{sentence}</Foreign>
          </p>
        ))}
        {row.afterSplit && <p className="split-means">{t('split.means')}</p>}
        <div className="record-state" data-state={row.state}>
          <StateMark state={row.state} long />
          <span>{stateMeaning(row, t)}</span>
          {row.validity.kind !== 'valid' && (
            <span className="reason">
              {validityWords(row, t)} <Code>{row.validity.code}</Code>
            </span>
          )}
          {row.supersededBy !== null && (
            <Link to="/record/$" params={{ _splat: pathOf(row.supersededBy) }}>
              {t('record.openNewer')}
            </Link>
          )}
        </div>
      </header>
      <div className="record-columns">
        <div className="record-main">
          <Block title={t('record.content')}>
            <Content record={row.record} parts={row.parts} />
          </Block>
          <Block title={t('record.times')}>
            {row.delivery.length > 0 ? (
              <>
                <Times delivery={row.delivery} claim={row.time} />
                <p className="quiet small">{t('record.timesNote')}</p>
              </>
            ) : (
              <p className="quiet">{t('record.nobodyTo')}</p>
            )}
            {row.witnessed.by.length > 0 && !row.afterSplit && (
              <p className="quiet small">
                {t(row.witnessed.enough ? 'record.witnessed' : 'record.witnessedByFew', {
                  names: row.witnessed.by.map((name) => plain(name, 128)).join(', '),
                })}
              </p>
            )}
          </Block>
          {row.validity.kind === 'void' ? (
            <Block title={t('verify.title')}>
              <p className="quiet">{t('verify.void')}</p>
            </Block>
          ) : (
            <Proof row={row} isAlone={detail.re.length + detail.answersTotal === 0} />
          )}
          {row.parts.length > 0 && <ContentLife row={row} />}
          <Related detail={detail} />
        </div>
        <aside className="record-side">
          <Facts detail={detail} />
          <Receipts detail={detail} />
        </aside>
      </div>
      <details className="fold">
        <summary>{t('record.raw')}</summary>
        {detail.statement === null ? (
          <p className="quiet">{t('record.rawNone')}</p>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
          <pre className="raw" tabIndex={0}>
            {plain(detail.statement)}
          </pre>
        )}
      </details>
    </article>
  )
}

function Related({ detail }: { detail: RecordDetail }) {
  const { t } = useTranslation()
  return (
    <>
      {detail.re.length > 0 && (
        <Block title={t('record.follows')}>
          <RecordCards records={detail.re} label={t('record.follows')} />
        </Block>
      )}
      {detail.answers.length > 0 && (
        <Block title={t('record.answers')}>
          <RecordCards records={detail.answers} label={t('record.answers')} />
          {detail.answersTotal > detail.answers.length && (
            <p className="quiet">{t('record.answersMore', { count: detail.answersTotal - detail.answers.length })}</p>
          )}
        </Block>
      )}
    </>
  )
}

function Facts({ detail }: { detail: RecordDetail }) {
  const { t } = useTranslation()
  const { row } = detail
  return (
    <Block title={t('record.facts')}>
      <dl className="facts">
        <Fact name={t('record.from')}>
          <Parties names={[row.from]} />
        </Fact>
        <Fact name={t('record.to')}>
          {row.to.length === 0 ? <span className="quiet">{t('records.all')}</span> : <Parties names={row.to} />}
        </Fact>
        <Fact name={t('time.claimed')}>
          <Time at={row.time} stacked />
        </Fact>
        <Fact name={t('record.channel')}>{row.channel}</Fact>
        <Fact name={t('record.agreement')}>
          <AgreementLink row={row} />
        </Fact>
        <Fact name={t('record.mode')}>{t(`mode.${row.mode}`)}</Fact>
        {detail.saidBy !== null && (
          <Fact name={t('record.saidBy')}>
            <Foreign max={200}>{detail.saidBy}</Foreign>
          </Fact>
        )}
        {detail.approvedBy.length > 0 && (
          <Fact name={t('record.approvedBy')}>
            {detail.approvedBy.map(({ name, at }) => (
              <div key={name}>
                <Foreign max={200}>{name}</Foreign> <Time at={at / 1000} stacked />
              </div>
            ))}
          </Fact>
        )}
        {detail.goneBy.length > 0 && (
          <Fact name={t('record.goneBy')}>
            <GoneByList all={detail.goneBy} />
          </Fact>
        )}
        <Fact name={t('record.ref')}>
          <Code>{row.record}</Code>
        </Fact>
        <Fact name={t('record.id')}>
          <Code>{row.id}</Code>
        </Fact>
        <Fact name={t('record.leaf')}>
          <Code>{row.leaf}</Code>
        </Fact>
      </dl>
    </Block>
  )
}

function AgreementLink({ row }: { row: RecordRow }) {
  const pacts = useQuery(ask.pacts()).data
  const pact = pacts?.find((one) => one.id === row.pact)
  return (
    <Link to="/agreement/$id" params={{ id: row.pact }}>
      {pact === undefined ? <Code>{row.pact}</Code> : <Foreign max={200}>{pact.title}</Foreign>}
    </Link>
  )
}

function Receipts({ detail }: { detail: RecordDetail }) {
  const { t, i18n } = useTranslation()
  return (
    <Block title={t('record.receipts')}>
      {detail.receipts.length === 0 ? (
        <p className="quiet">{t('record.receiptsNone')}</p>
      ) : (
        <ul className="receipts">
          {detail.receipts.map((receipt) => (
            <li key={`${receipt.by} ${receipt.digest}`}>
              <span>
                <Parties names={[receipt.by]} /> <span className="quiet">{t(`role.${receipt.role}`)}</span>
              </span>
              <Time at={receipt.time} />
              <span className="quiet small">
                {t(receipt.size > detail.row.index ? 'record.receiptCovers' : 'record.receiptBefore', {
                  size: showNumber(receipt.size, i18n.language),
                })}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Block>
  )
}
