// The timeline of one object, on its own page: taken apart into what it claims, its versions, what was said of it from the
// first time until it was taken back, and what came back.

import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Block } from '../../marks/Blocks.tsx'
import { Failed, Loading } from '../../marks/Notice.tsx'
import { ask } from '../../queries.ts'
import { type DrawnLane, drawnOf, partsOf } from './drawn.ts'
import { FactTable } from './Facts.tsx'
import { Legend } from './Legend.tsx'
import { Oddities } from './Oddities.tsx'
import { Picture } from './Picture.tsx'
import type { View } from './scale.ts'
import '../../look/timeline.css'

const AGAIN_MS = 10_000

export function Strip({ id }: { id: string }) {
  const { t } = useTranslation()
  const told = useQuery({ ...ask.timeline({ ids: [id] }), refetchInterval: AGAIN_MS })
  const drawn = useMemo(() => (told.data === undefined ? undefined : drawnOf(told.data)), [told.data])
  const [one] = drawn?.lanes ?? []
  return (
    <Block title={t('timeline.strip')}>
      {drawn === undefined ? (
        told.isError ? (
          <Failed error={told.error} again={() => void told.refetch()} />
        ) : (
          <Loading words={t('timeline.loading')} />
        )
      ) : one === undefined ? (
        <p className="quiet">{t('timeline.stripNone')}</p>
      ) : (
        <>
          <Oddities drawn={drawn} />
          <OneObject one={one} all={drawn.fit} />
          <p className="quiet small tl-hint">{t('timeline.stripHint')}</p>
          <details className="fold">
            <summary>{t('timeline.table')}</summary>
            <FactTable lanes={[one]} isOne />
            <Legend />
          </details>
        </>
      )}
    </Block>
  )
}

function OneObject({ one, all }: { one: DrawnLane; all: View }) {
  const { t } = useTranslation()
  const [view, setView] = useState<View>()
  const [now] = useState(() => Date.now())
  const rows = useMemo(
    () =>
      partsOf(one).map((row) => ({
        ...row,
        label: (
          <span className="small">
            {row.part === 'span' ? (row.claims[0]?.properties.join(' – ') ?? '') : t(`timeline.part.${row.part}`)}
          </span>
        ),
      })),
    [one, t],
  )
  return (
    <Picture
      rows={rows}
      view={view ?? all}
      change={setView}
      fit={() => setView(undefined)}
      now={now}
      label={t('timeline.strip')}
    />
  )
}
