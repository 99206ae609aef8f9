// The STIX objects received and shared: search, choose, page, open.

import type { ObjectSearch } from '@countersign/client'
import { Button, Checkbox } from '@mantine/core'
import { IconSend, IconTimeline, IconTopologyStar3 } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useListKeys } from '../../frame/keyboard.ts'
import { useReturnToRow } from '../../frame/lastOpened.ts'
import { usePages } from '../../frame/paging.ts'
import { counted } from '../../marks/amounts.ts'
import { useDialogs } from '../../marks/Dialogs.tsx'
import { Filters, SEARCH_FIELD } from '../../marks/Filters.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { Pager } from '../../marks/Pager.tsx'
import { ask } from '../../queries.ts'
import { CHOSEN, CHOSEN_MAX, choose, chooseNone, useChosen } from './chosen.ts'
import { Exporting } from './Exporting.tsx'
import { startOf, useChoices } from './narrowing.ts'
import { ObjectList } from './ObjectList.tsx'

const LIST = 'objects'
const route = getRouteApi('/objects')

export function Objects() {
  const { t } = useTranslation()
  const filters = route.useSearch()
  const objects = useQuery(ask.objects(filters))
  const pages = usePages(filters.cursor, objects.data?.next)
  const choices = useChoices(filters)
  useListKeys(SEARCH_FIELD, { n: () => pages.older?.(), p: () => pages.newer?.() })
  useReturnToRow(LIST, objects.data !== undefined)

  // The words whose rows these are: while others are looked for, the rows of the last stay.
  const shows = objects.data === undefined || objects.isPlaceholderData ? undefined : (filters.q ?? '')
  const filtered = choices.some((choice) => choice.value !== undefined) || filters.q !== undefined
  return (
    <>
      <div className="room-head">
        <h1>{t('objects.title')}</h1>
        <span className="push" />
        {objects.data !== undefined && (
          <Pager
            pages={pages}
            shown={objects.data.objects.length}
            total={objects.data.total}
            totalIsLeast={objects.data.totalIsLeast ?? false}
          />
        )}
        {objects.data !== undefined && objects.data.objects.length > 0 && (
          <>
            <Link to="/objects/graph" search={startOf(filters)} className="button-link plain">
              <IconTopologyStar3 aria-hidden size={16} stroke={1.8} />
              {t('graph.link')}
            </Link>
            <Link to="/objects/timeline" search={startOf(filters)} className="button-link plain">
              <IconTimeline aria-hidden size={16} stroke={1.8} />
              {t('timeline.link')}
            </Link>
          </>
        )}
        <Link to="/share" className="button-link">
          <IconSend aria-hidden size={16} stroke={1.8} />
          {t('share.link')}
        </Link>
      </div>
      <Filters q={filters.q ?? ''} label={t('objects.search')} hint={t('objects.searchHint')} choices={choices} />
      <div aria-busy={objects.isPlaceholderData} data-shows={shows}>
        {objects.isError && objects.data === undefined ? (
          <Failed error={objects.error} again={() => void objects.refetch()} />
        ) : objects.data === undefined ? (
          <Loading words={t('loading.objects')} />
        ) : objects.data.objects.length === 0 ? (
          <Empty
            title={t(filtered ? 'objects.noneTitle' : 'objects.emptyTitle')}
            next={t(filtered ? 'objects.none' : 'objects.empty')}
          />
        ) : (
          <>
            <Ticked ids={objects.data.objects.map(({ id }) => id)} found={startOf(filters)} />
            <ObjectList objects={objects.data.objects} label={t('objects.list')} list={LIST} ticks />
          </>
        )}
      </div>
    </>
  )
}

/** What is ticked, over all pages, and what one may do with it. */
function Ticked({ ids, found }: { ids: readonly string[]; found: ObjectSearch }) {
  const { t, i18n } = useTranslation()
  const open = useDialogs()
  const ticked = useChosen()
  const isPage = ids.every((id) => ticked.has(id))
  return (
    <div className="ticked">
      <Checkbox
        label={t('objects.tickPage')}
        checked={isPage}
        indeterminate={!isPage && ids.some((id) => ticked.has(id))}
        onChange={() => choose(ids, !isPage)}
      />
      {ticked.size === 0 && (
        <Button
          variant="subtle"
          onClick={() => open((onClose) => <Exporting taking={{ search: found }} onClose={onClose} />)}
        >
          {t('objects.exportFound')}
        </Button>
      )}
      {ticked.size > 0 && (
        <>
          <span role="status">{t('objects.ticked', counted(ticked.size, i18n.language))}</span>
          <Button
            variant="subtle"
            onClick={() => open((onClose) => <Exporting taking={{ ids: [...ticked] }} onClose={onClose} />)}
          >
            {t('objects.exportTicked')}
          </Button>
          <Link to="/objects/graph" search={{ of: CHOSEN }}>
            {t('objects.graphOfTicked')}
          </Link>
          <Link to="/objects/timeline" search={{ of: CHOSEN }}>
            {t('objects.timelineOfTicked')}
          </Link>
          <Button variant="subtle" onClick={chooseNone}>
            {t('objects.tickNone')}
          </Button>
        </>
      )}
      {ticked.size >= CHOSEN_MAX && <span className="warn-text">{t('objects.tickedMost')}</span>}
    </div>
  )
}
