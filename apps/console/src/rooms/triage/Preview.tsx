// What the object in hand says, beside the list: enough to judge most of them without leaving it. Fields are read from the
// source and nothing in them becomes a link.

import type { ReceivedObject } from '@countersign/client'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { rememberOpened } from '../../frame/lastOpened.ts'
import { Block } from '../../marks/Blocks.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Code } from '../../marks/Marks.tsx'
import { ask } from '../../queries.ts'
import { isObject } from '../record/content-kinds.ts'
import { keyOf, nameOf } from './desk.ts'
import { LIST } from './TriageList.tsx'

/** Held down, j passes many rows: only where it rests is asked for. */
const RESTS_MS = 120
const FIELDS_SHOWN = 14
const CHARACTERS = 600
const NOT_TOLD = new Set([
  'type',
  'id',
  'spec_version',
  'name',
  'object_marking_refs',
  'created_by_ref',
  'pattern_type',
])
/** What most is judged by comes first. */
const FIRST = [
  'pattern',
  'value',
  'description',
  'indicator_types',
  'confidence',
  'valid_from',
  'valid_until',
  'labels',
]

export function Preview({ row }: { row: ReceivedObject | undefined }) {
  const { t } = useTranslation()
  const [id] = useDebouncedValue(row?.id, RESTS_MS)
  const object = useQuery({ ...ask.object(id ?? ''), enabled: id !== undefined, refetchInterval: false, retry: false })
  const isNow = row !== undefined && id === row.id
  const source = isNow ? object.data?.versions[0]?.source : undefined
  return (
    <Block title={t('triage.preview')}>
      {row === undefined ? (
        <p className="quiet">{t('triage.previewNone')}</p>
      ) : (
        <>
          <h3>
            <Foreign max={200}>{nameOf(row)}</Foreign>
          </h3>
          {source !== undefined ? (
            <Fields source={source} />
          ) : (
            <p className="quiet">{t(isNow && object.isError ? 'triage.previewGone' : 'triage.previewLoading')}</p>
          )}
          <p className="small quiet">
            <Code>{row.id}</Code>
          </p>
          <p>
            <Link to="/object/$id" params={{ id: row.id }} onClick={() => rememberOpened(LIST, keyOf(row))}>
              {t('triage.previewOpen')}
            </Link>
          </p>
        </>
      )}
    </Block>
  )
}

function Fields({ source }: { source: string }) {
  const { t } = useTranslation()
  const fields = fieldsOf(source)
  return (
    <>
      <dl className="facts">
        {fields.slice(0, FIELDS_SHOWN).map(([name, value]) => (
          <div key={name}>
            <dt>{plain(name, 60)}</dt>
            <dd className={name === 'pattern' ? 'code' : undefined}>
              <Foreign max={CHARACTERS}>{value}</Foreign>
            </dd>
          </div>
        ))}
      </dl>
      {fields.length > FIELDS_SHOWN && <p className="quiet small">{t('triage.previewMore')}</p>}
    </>
  )
}

function fieldsOf(source: string): [string, string][] {
  let object: unknown
  try {
    object = JSON.parse(source)
  } catch {
    return []
  }
  if (!isObject(object)) return []
  const rank = (name: string) => {
    const at = FIRST.indexOf(name)
    return at === -1 ? FIRST.length : at
  }
  return Object.entries(object)
    .filter(([name]) => !NOT_TOLD.has(name))
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([name, value]) => [name, wordsOf(value)])
}

function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ')
  return JSON.stringify(value) ?? ''
}
