// Objects along time: those that a search finds, or those that were chosen; a strip for each, or for each type. What is asked
// for and which stretch is seen stand in the address.

import type { ObjectTimeline, TimelineInput } from '@countersign/client'
import { Button, NativeSelect } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconList } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useListKeys } from '../../frame/keyboard.ts'
import { rememberOpened, useReturnToRow } from '../../frame/lastOpened.ts'
import { leave } from '../../frame/leave.ts'
import { counted, showNumber } from '../../marks/amounts.ts'
import { Back } from '../../marks/Blocks.tsx'
import { Filters, SEARCH_FIELD } from '../../marks/Filters.tsx'
import { Foreign } from '../../marks/Foreign.tsx'
import { ModeMark } from '../../marks/Marks.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { ask } from '../../queries.ts'
import { CHOSEN, useChosen } from '../objects/chosen.ts'
import { startOf, useChoices } from '../objects/narrowing.ts'
import { iconOf, ObjectTitle } from '../objects/object-marks.tsx'
import { type Drawn, type DrawnLane, drawnOf, typesOf } from './drawn.ts'
import { Facts } from './Facts.tsx'
import { Legend } from './Legend.tsx'
import { Oddities } from './Oddities.tsx'
import { MOVE_STEP, Picture, type PictureRow, ZOOM_STEP } from './Picture.tsx'
import { moved, type View, zoomed } from './scale.ts'
import { addressed, addressOf, isStretch, lastOf, nameOf, STRETCHES } from './stretches.ts'
import '../../look/timeline.css'

const LIST = 'timeline'
const ADDRESS_MS = 250
const route = getRouteApi('/objects/timeline')

type Begin = ReturnType<typeof route.useSearch>

export function TimelineRoom() {
  const { t, i18n } = useTranslation()
  const begin = route.useSearch()
  const ticked = useChosen()
  const choices = useChoices(begin, true)
  const asked = askedBy(begin, ticked)
  const told = useQuery({ ...ask.timeline(asked ?? { ids: [] }), enabled: asked !== undefined })
  const isSearch = begin.of === undefined
  const filtered = Object.keys(startOf(begin)).length > 0
  const lanes = told.data?.lanes.length ?? 0
  return (
    <>
      <Back to="/objects" words={t('graph.back')} />
      <div className="room-head">
        <div>
          <h1>{t('timeline.title')}</h1>
          <p className="quiet">{t(`timeline.${kindOf(begin, filtered)}`)}</p>
        </div>
        <span className="push" />
        {told.data !== undefined && (
          <span className="quiet" role="status">
            {t('timeline.countObjects', counted(lanes, i18n.language))}
          </span>
        )}
        {isSearch && (
          <Link to="/objects" search={startOf(begin)} className="button-link plain">
            <IconList aria-hidden size={16} stroke={1.8} />
            {t('timeline.asList')}
          </Link>
        )}
        <Button onClick={() => void told.refetch()} disabled={told.isFetching}>
          {t('timeline.again')}
        </Button>
      </div>
      {isSearch && (
        <Filters q={begin.q ?? ''} label={t('objects.search')} hint={t('objects.searchHint')} choices={choices} />
      )}
      {asked === undefined ? (
        <Empty title={t('graph.chosenGone')} next={t('timeline.chosenGone')} />
      ) : told.data === undefined ? (
        told.isError ? (
          <Failed error={told.error} again={() => void told.refetch()} />
        ) : (
          <Loading words={t('timeline.loading')} />
        )
      ) : lanes === 0 ? (
        <Empty
          title={t('timeline.emptyTitle')}
          next={t(isSearch ? (filtered ? 'timeline.none' : 'timeline.empty') : 'timeline.gone')}
        />
      ) : (
        <div aria-busy={told.isPlaceholderData}>
          <Desk told={told.data} begin={begin} />
        </div>
      )}
    </>
  )
}

function Desk({ told, begin }: { told: ObjectTimeline; begin: Begin }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [now] = useState(() => Date.now())
  const drawn = useMemo(() => drawnOf(told), [told])
  const [seen, setSeen] = useAddressedView(begin)
  const view = seen ?? drawn.fit
  const isByType = begin.by === 'type'
  const rows = useRows(drawn, isByType)
  useListKeys(SEARCH_FIELD, {
    Escape: () => leave(() => void navigate({ to: '/objects' })),
    ArrowLeft: () => setSeen(moved(view, -MOVE_STEP)),
    ArrowRight: () => setSeen(moved(view, MOVE_STEP)),
    '+': () => setSeen(zoomed(view, ZOOM_STEP)),
    '=': () => setSeen(zoomed(view, ZOOM_STEP)),
    '-': () => setSeen(zoomed(view, 1 / ZOOM_STEP)),
    '0': () => setSeen(undefined),
  })
  useReturnToRow(LIST, true)
  const name = nameOf(seen, now)
  return (
    <>
      <Oddities drawn={drawn} more={useLeft(told, begin)} />
      <div className="tl-choices">
        <NativeSelect
          aria-label={t('timeline.stretch')}
          value={name}
          data={['fit', ...Object.keys(STRETCHES), ...(name === 'other' ? ['other'] : [])].map((value) => ({
            value,
            label: t(`timeline.stretches.${value as 'fit'}`),
          }))}
          onChange={(event) => {
            const { value } = event.currentTarget
            setSeen(isStretch(value) ? lastOf(value, now) : undefined)
          }}
        />
        <NativeSelect
          aria-label={t('timeline.lanes')}
          value={isByType ? 'type' : ''}
          data={[
            { value: '', label: t('timeline.byObject') },
            { value: 'type', label: t('timeline.byType') },
          ]}
          onChange={(event) => {
            const by = event.currentTarget.value || undefined
            void navigate({
              to: '.',
              search: (search: object) => ({ ...search, by }),
              replace: true,
              resetScroll: false,
            })
          }}
        />
      </div>
      <Picture
        rows={rows}
        view={view}
        change={setSeen}
        fit={() => setSeen(undefined)}
        now={now}
        label={t('timeline.picture')}
      />
      <p className="quiet small tl-hint">
        {isByType && <>{t('timeline.typeHint')} </>}
        {t('timeline.hint')}
      </p>
      <Legend />
      <Facts lanes={drawn.lanes} />
    </>
  )
}

function useRows(drawn: Drawn, isByType: boolean): PictureRow[] {
  const { t, i18n } = useTranslation()
  const navigate = useNavigate()
  return useMemo(() => {
    if (!isByType) {
      return drawn.lanes.map((one) => ({
        ...one,
        label: <LaneLabel one={one} />,
        open: () => {
          rememberOpened(LIST, one.key)
          void navigate({ to: '/object/$id', params: { id: one.key } })
        },
      }))
    }
    return typesOf(drawn.lanes).map(({ type, ...row }) => ({
      ...row,
      label: (
        <>
          <TypeSign type={type} />
          <span className="tl-name">
            <Link
              to="."
              search={(search: object) => ({ ...search, type, by: undefined })}
              className="row-link"
              data-row-link={type}
              aria-label={t('timeline.opens', { type })}
            >
              <Foreign max={80}>{type}</Foreign>
            </Link>
            <span className="quiet small">{t('timeline.countObjects', counted(row.objects, i18n.language))}</span>
          </span>
        </>
      ),
    }))
  }, [drawn, isByType, navigate, t, i18n.language])
}

function LaneLabel({ one: { lane, happenings } }: { one: DrawnLane }) {
  const { t } = useTranslation()
  const [first] = happenings
  const isPlayed = first !== undefined && happenings.every(({ event }) => event.mode !== 'Actual')
  return (
    <>
      <TypeSign type={lane.type} />
      <span className="tl-name">
        <Link
          to="/object/$id"
          params={{ id: lane.id }}
          className="row-link"
          data-row-link={lane.id}
          onClick={() => rememberOpened(LIST, lane.id)}
        >
          <ObjectTitle of={lane} />
        </Link>{' '}
        {lane.state !== 'shown' && <span className="tag bad">{t(`graph.${lane.state}`)}</span>}
        {isPlayed && <ModeMark mode={first.event.mode} />}
      </span>
    </>
  )
}

function TypeSign({ type }: { type: string }) {
  const Icon = iconOf(type)
  return <Icon aria-hidden size="1.1em" stroke={1.6} />
}

/** What found no room, in sentences. */
function useLeft({ lanes, left, leftIsLeast, missing }: ObjectTimeline, { of }: Begin): string[] {
  const { t, i18n } = useTranslation()
  const amounts = { shown: showNumber(lanes.length, i18n.language), left: showNumber(left, i18n.language) }
  return [
    ...(left === 0
      ? []
      : [t(of !== undefined ? 'timeline.leftChosen' : leftIsLeast ? 'timeline.leftLeast' : 'timeline.left', amounts)]),
    ...(missing === 0 ? [] : [t('timeline.missing', counted(missing, i18n.language))]),
  ]
}

/** The stretch that a person went to, which follows into the address a little later; undefined for all of it. */
function useAddressedView({ from, until }: Begin): [View | undefined, (to: View | undefined) => void] {
  const navigate = useNavigate()
  const [seen, setSeen] = useState(() => addressed(from, until))
  const written = useRef(`${from} ${until}`)
  useEffect(() => {
    // Somebody went back, or came by another link.
    if (written.current === `${from} ${until}`) return
    written.current = `${from} ${until}`
    setSeen(addressed(from, until))
  }, [from, until])
  const write = useDebouncedCallback((to: View | undefined) => {
    const address = addressOf(to)
    written.current = `${address.from} ${address.until}`
    void navigate({
      to: '.',
      search: (search: object) => ({ ...search, ...address }),
      ...{ replace: true, resetScroll: false },
    })
  }, ADDRESS_MS)
  return [
    seen,
    (to) => {
      setSeen(to)
      write(to)
    },
  ]
}

function askedBy(begin: Begin, ticked: ReadonlySet<string>): TimelineInput | undefined {
  const { of } = begin
  if (of === undefined) return { search: startOf(begin) }
  if (of !== CHOSEN) return { ids: [of] }
  return ticked.size === 0 ? undefined : { ids: [...ticked] }
}

function kindOf({ of }: Begin, filtered: boolean): 'ofOne' | 'ofChosen' | 'ofFound' | 'ofAll' {
  if (of !== undefined) return of === CHOSEN ? 'ofChosen' : 'ofOne'
  return filtered ? 'ofFound' : 'ofAll'
}
