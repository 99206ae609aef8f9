// The parts of a record's content. A message is read out; a bundle of STIX is listed; anything else can be saved. The bytes
// came from a peer: they are parsed within limits, shown as text and never as a page, and saved as an attachment.

import { type PartRow, withQuery } from '@countersign/client'
import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { SHOWN_UNASKED_BYTES } from '../../api.ts'
import { showBytes, showNumber } from '../../marks/amounts.ts'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Failed, Loading } from '../../marks/Notice.tsx'
import { ask } from '../../queries.ts'
import { type Message, parseMessage, parseStixList, parseText, type StixListed } from './content-kinds.ts'

const LISTED_OBJECTS = 100

export function Content({ record, parts }: { record: string; parts: PartRow[] }) {
  const { t } = useTranslation()
  if (parts.length === 0) return <p className="quiet">{t('content.none')}</p>
  return parts.map((part) => <OnePart key={part.part} record={record} part={part} alone={parts.length === 1} />)
}

function OnePart({ record, part, alone }: { record: string; part: PartRow; alone: boolean }) {
  const { t, i18n } = useTranslation()
  const size = showBytes(part.size, i18n.language)
  const [asked, setAsked] = useState(part.size <= SHOWN_UNASKED_BYTES)
  return (
    <section className="part">
      <div className="part-head">
        <h3>{alone ? plain(part.role, 40) : t('content.part', { part: part.part + 1, role: plain(part.role, 40) })}</h3>
        <span className="quiet">
          <Foreign max={127}>{part.mediaType}</Foreign> · {t('content.size', { size })}
        </span>
        {part.state === 'opened' && (
          <a
            className="save"
            href={withQuery('/api/record/content', { ref: record, part: String(part.part) })}
            download
          >
            <IconDownload aria-hidden size="1.1em" stroke={1.6} />
            {t('content.save')}
          </a>
        )}
      </div>
      {part.state === 'opened' ? (
        asked ? (
          <Opened record={record} part={part} />
        ) : (
          <p className="quiet">
            {t('content.large')} <Button onClick={() => setAsked(true)}>{t('content.show', { size })}</Button>
          </p>
        )
      ) : part.state === 'rejected' && part.code !== undefined ? (
        <p className="warn-text">{t('content.rejected', { code: plain(part.code, 80) })}</p>
      ) : (
        <p className="quiet">{part.state === 'rejected' ? t('content.rejectedPlain') : t(`content.${part.state}`)}</p>
      )}
    </section>
  )
}

function Opened({ record, part }: { record: string; part: PartRow }) {
  const { t } = useTranslation()
  const content = useQuery(ask.content(record, part.part))
  if (content.isError) return <Failed error={content.error} again={() => void content.refetch()} />
  if (content.data === undefined) return <Loading words={t('loading.content')} />
  if (part.mediaType === 'application/vnd.countersign.message.v1+json') {
    const message = parseMessage(content.data)
    return message === undefined ? (
      <p className="warn-text">{t('content.unreadable')}</p>
    ) : (
      <MessageText message={message} />
    )
  }
  if (part.mediaType.startsWith('application/stix+json')) {
    const objects = parseStixList(content.data)
    return objects === undefined ? (
      <p className="warn-text">{t('content.unreadable')}</p>
    ) : (
      <StixList objects={objects} />
    )
  }
  if (part.mediaType.startsWith('text/plain')) {
    const text = parseText(content.data)
    return text === undefined ? (
      <p className="warn-text">{t('content.unreadable')}</p>
    ) : (
      <div className="prose">
        <Foreign>{text}</Foreign>
      </div>
    )
  }
  return <p className="quiet">{t('content.binary')}</p>
}

function MessageText({ message }: { message: Message }) {
  const { t } = useTranslation()
  return (
    <article className="message" {...(message.language === undefined ? {} : { lang: message.language })}>
      <h4>
        <Foreign max={200}>{message.subject}</Foreign>
      </h4>
      <div className="prose">
        <Foreign>{message.text}</Foreign>
      </div>
      {message.remarks !== undefined && (
        <p className="quiet prose">
          {t('content.remarks')}: <Foreign>{message.remarks}</Foreign>
        </p>
      )}
    </article>
  )
}

function StixList({ objects }: { objects: StixListed[] }) {
  const { t, i18n } = useTranslation()
  const rest = objects.length - LISTED_OBJECTS
  return (
    <>
      <p>{t('content.objects', { count: objects.length })}</p>
      <ul className="plain-list">
        {objects.slice(0, LISTED_OBJECTS).map((object, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bundle may name one object twice; its place is what it is
          <li key={at}>
            <span className="stix-type">
              <Foreign max={80}>{object.type}</Foreign>
            </span>
            <Link to="/object/$id" params={{ id: object.id }}>
              <Foreign max={200}>{object.name ?? object.id}</Foreign>
            </Link>
          </li>
        ))}
      </ul>
      {rest > 0 && <p className="quiet">{t('content.more', { number: showNumber(rest, i18n.language) })}</p>}
    </>
  )
}
