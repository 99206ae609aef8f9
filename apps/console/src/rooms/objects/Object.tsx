// One STIX object: its versions, what it says, how it relates to others, where it came from, and its source text exactly as
// it came. The fields are read from the source for reading only; nothing in them becomes a link, so that nobody opens a
// malicious address by a slip of the finger.

import type { ObjectDetail, ObjectRow } from '@countersign/client'
import { Button, NativeSelect } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconTimeline, IconTopologyStar3 } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiFailure } from '../../api.ts'
import { useKeys } from '../../frame/keyboard.ts'
import { leave } from '../../frame/leave.ts'
import { Back, Block, Fact } from '../../marks/Blocks.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Code } from '../../marks/Marks.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { showTime, Time } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { isObject } from '../record/content-kinds.ts'
import { pathOf } from '../record/words.ts'
import { Strip } from '../timeline/Strip.tsx'
import { ObjectList } from './ObjectList.tsx'
import { ObjectMarking, StixType } from './object-marks.tsx'
import { TakingBack } from './TakingBack.tsx'

/** Fields said elsewhere on the page, or that only machines need. */
const SAID_ELSEWHERE = new Set(['type', 'id', 'spec_version', 'name', 'revoked'])
const SHOWN_CHARACTERS = 20_000

const route = getRouteApi('/object/$id')

export function ObjectRoom() {
  const { t } = useTranslation()
  const { id } = route.useParams()
  const object = useQuery(ask.object(id))
  const navigate = useNavigate()
  useKeys({ Escape: () => leave(() => void navigate({ to: '/objects' })) })
  return (
    <>
      <Back to="/objects" words={t('object.back')} />
      {object.error instanceof ApiFailure && object.error.status === 404 ? (
        // It may have been shown until now: what we took back is not, any more.
        <Empty title={t('object.gone')} next={t('object.goneNext')}>
          <Link to="/objects/timeline" search={{ of: id }} className="with-icon">
            <IconTimeline aria-hidden size={16} stroke={1.8} />
            {t('timeline.ofObject')}
          </Link>
        </Empty>
      ) : object.data !== undefined ? (
        <OneObject key={id} detail={object.data} />
      ) : object.isError ? (
        <Failed error={object.error} again={() => void object.refetch()} />
      ) : (
        <Loading words={t('loading.object')} />
      )}
    </>
  )
}

function OneObject({ detail }: { detail: ObjectDetail }) {
  const { t, i18n } = useTranslation()
  const [chosen, setChosen] = useState(0)
  const newest = detail.versions[0]
  const version = detail.versions[chosen] ?? newest
  if (version === undefined || newest === undefined) {
    return <Empty title={t('frame.notFound')} next={t('failure.missing')} />
  }
  return (
    <article className="record">
      <header className="record-head">
        <p className="record-kind">
          <StixType type={version.type} />
          <ObjectMarking tlp={version.tlp} />
        </p>
        <h1>
          <Foreign max={300}>{version.name ?? version.id}</Foreign>
        </h1>
        {version.collection === 'withdrawn' && <p className="reason">{t('object.withdrawnBanner')}</p>}
        {version.revoked && <p className="reason">{t('object.revokedBanner')}</p>}
        <p>
          <Link to="/objects/graph" search={{ of: version.id }} className="with-icon">
            <IconTopologyStar3 aria-hidden size={16} stroke={1.8} />
            {t('graph.ofObject')}
          </Link>
        </p>
        {detail.versions.length > 1 && (
          <NativeSelect
            className="versions"
            label={t('object.versions')}
            value={String(chosen)}
            data={detail.versions.map((one, at) => {
              const shown = showTime(Date.parse(one.version), i18n.language)
              const words = t('object.versionOf', { time: shown.local })
              return { value: String(at), label: at === 0 ? `${words} (${t('object.current')})` : words }
            })}
            onChange={(event) => setChosen(Number(event.currentTarget.value))}
          />
        )}
      </header>
      <div className="record-columns">
        <div className="record-main">
          <Block title={t('object.properties')}>
            <Properties source={version.source} />
          </Block>
          {version.warnings.length > 0 && <Remarks row={version} />}
          <Strip id={version.id} />
          <Block title={t('object.relations')}>
            {detail.relations.length === 0 ? (
              <p className="quiet">{t('object.relationsNone')}</p>
            ) : (
              <ObjectList objects={detail.relations} label={t('object.relations')} />
            )}
          </Block>
        </div>
        <aside className="record-side">
          <Provenance row={version} />
          <TakingBack version={version} />
        </aside>
      </div>
      <Source text={version.source} />
    </article>
  )
}

function Properties({ source }: { source: string }) {
  const { t } = useTranslation()
  const fields = fieldsOf(source)
  if (fields === undefined) return <p className="quiet">{t('object.notJson')}</p>
  return (
    <dl className="facts properties">
      {fields.map(([name, value]) => (
        <div key={name}>
          <dt>
            <Foreign max={100}>{name}</Foreign>
          </dt>
          <dd>
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Value({ value }: { value: unknown }) {
  if (typeof value === 'string') return <Foreign max={SHOWN_CHARACTERS}>{value}</Foreign>
  if (Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number')) {
    return (
      <ul className="inline-list">
        {value.slice(0, 200).map((item, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a list in a peer's object may repeat itself
          <li key={at}>
            <Foreign max={500}>{String(item)}</Foreign>
          </li>
        ))}
      </ul>
    )
  }
  if (typeof value === 'object' && value !== null) {
    return <pre className="nested">{plain(JSON.stringify(value, undefined, 1), SHOWN_CHARACTERS)}</pre>
  }
  return <span>{String(value)}</span>
}

function Remarks({ row }: { row: ObjectRow }) {
  const { t } = useTranslation()
  return (
    <Block title={t('object.remarks')}>
      <p className="quiet">{t('object.remarksIntro')}</p>
      <ul className="plain-list">
        {row.warnings.map((warning) => (
          <li key={`${warning.path} ${warning.message}`}>
            {warning.error && <span className="tag bad">{t('object.error')}</span>} <Code>{warning.path}</Code>{' '}
            <Foreign max={500}>{warning.message}</Foreign>{' '}
            {warning.section !== '' && (
              <span className="quiet">{t('object.section', { section: warning.section })}</span>
            )}
          </li>
        ))}
      </ul>
    </Block>
  )
}

function Provenance({ row }: { row: ObjectRow }) {
  const { t } = useTranslation()
  return (
    <Block title={t('object.from')}>
      <dl className="facts">
        <Fact name={t('object.sharedBy')}>
          <Foreign max={128}>{row.party}</Foreign>
        </Fact>
        <Fact name={t('object.inRecord')}>
          <Link to="/record/$" params={{ _splat: pathOf(row.record) }}>
            {t('object.openRecord')}
          </Link>{' '}
          <Code>{row.record}</Code>
        </Fact>
        <Fact name={t('object.arrived')}>
          <Time at={row.addedAt} stacked />
        </Fact>
        <Fact name={t('objects.version')}>
          <Time at={row.version} stacked />
        </Fact>
        <Fact name={t('object.id')}>
          <Code>{row.id}</Code>
        </Fact>
      </dl>
    </Block>
  )
}

function Source({ text }: { text: string }) {
  const { t } = useTranslation()
  const clipboard = useClipboard({ timeout: 1_500 })
  return (
    <details className="fold">
      <summary>{t('object.source')}</summary>
      <Button onClick={() => clipboard.copy(text)}>{t(clipboard.copied ? 'object.copied' : 'object.copy')}</Button>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <pre className="raw" tabIndex={0}>
        {plain(text, 1_000_000)}
      </pre>
    </details>
  )
}

function fieldsOf(source: string): [string, unknown][] | undefined {
  try {
    const object: unknown = JSON.parse(source)
    return isObject(object) ? Object.entries(object).filter(([name]) => !SAID_ELSEWHERE.has(name)) : undefined
  } catch {
    return undefined
  }
}
