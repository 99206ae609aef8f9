// The object graph: from one object, from those that were chosen, or from what a search found. The picture and the same in
// words beside it.

import type { GraphInput, ObjectGraph } from '@countersign/client'
import { Button, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useListKeys } from '../../frame/keyboard.ts'
import { leave } from '../../frame/leave.ts'
import { counted, showNumber } from '../../marks/amounts.ts'
import { Back } from '../../marks/Blocks.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { ask } from '../../queries.ts'
import { CHOSEN, useChosen } from '../objects/chosen.ts'
import { drawnOf, shownOf } from './drawn.ts'
import { Chosen, linksShown, NodeList } from './InWords.tsx'
import { iconsIn, Legend } from './Legend.tsx'
import { Picture, type PictureHandle } from './Picture.tsx'
import '../../look/graph.css'

const DEPTHS = ['0', '1', '2', '3', '4'] as const
const route = getRouteApi('/objects/graph')

type Begin = ReturnType<typeof route.useSearch>

export function GraphRoom() {
  const { t } = useTranslation()
  const begin = route.useSearch()
  const ticked = useChosen()
  const navigate = useNavigate()
  const depth = DEPTHS.find((one) => one === begin.depth) ?? (begin.of === undefined ? '0' : '1')
  const asked = askedBy(begin, ticked, Number(depth))
  const graph = useQuery({ ...ask.graph(asked ?? { ids: [] }), enabled: asked !== undefined })
  useListKeys('', { Escape: () => leave(() => void navigate({ to: '/objects' })) })
  return (
    <>
      <Back to="/objects" words={t('graph.back')} />
      <div className="room-head">
        <div>
          <h1>{t('graph.title')}</h1>
          <p className="quiet">{t(`graph.${kindOf(begin)}`)}</p>
        </div>
        <span className="push" />
        {graph.data !== undefined && <Counts graph={graph.data} />}
        <NativeSelect
          aria-label={t('graph.depth')}
          value={depth}
          data={DEPTHS.map((value) => ({
            value,
            label: t('graph.depths', { returnObjects: true })[Number(value)] ?? '',
          }))}
          onChange={(event) => {
            const value = event.currentTarget.value
            void navigate({ to: '.', search: (search: object) => ({ ...search, depth: value }), replace: true })
          }}
        />
        <Button onClick={() => void graph.refetch()} disabled={graph.isFetching}>
          {t('graph.again')}
        </Button>
      </div>
      {asked === undefined ? (
        <Empty title={t('graph.chosenGone')} next={t('graph.chosenGoneNext')} />
      ) : graph.data === undefined ? (
        graph.isError ? (
          <Failed error={graph.error} again={() => void graph.refetch()} />
        ) : (
          <Loading words={t('graph.loading')} />
        )
      ) : graph.data.nodes.length === 0 ? (
        <Empty title={t('graph.emptyTitle')} next={t('graph.empty')} />
      ) : (
        <Desk key={JSON.stringify(asked)} graph={graph.data} />
      )}
    </>
  )
}

function Desk({ graph }: { graph: ObjectGraph }) {
  const { t, i18n } = useTranslation()
  const navigate = useNavigate()
  const drawn = useMemo(() => drawnOf(graph), [graph])
  const [offTypes, setOffTypes] = useState<ReadonlySet<string>>(new Set())
  const [offKinds, setOffKinds] = useState<ReadonlySet<string>>(new Set())
  const shown = useMemo(() => shownOf(drawn, offTypes, offKinds), [drawn, offTypes, offKinds])
  const [chosenId, setChosenId] = useState(graph.nodes[1]?.depth === 0 ? undefined : graph.nodes[0]?.id)
  const [icons, setIcons] = useState<ReadonlyMap<string, readonly Path2D[]>>(new Map())
  const picture = useRef<PictureHandle>(null)
  const desk = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the legend has other icons when the graph is another
  useLayoutEffect(() => {
    if (desk.current !== null) setIcons(iconsIn(desk.current))
  }, [drawn])
  const number = drawn.numberOf.get(chosenId ?? '')
  const chosen = number !== undefined && shown.nodes[number] === true ? number : undefined
  const node = chosen === undefined ? undefined : drawn.nodes[chosen]
  const choose = (at: number | undefined) => setChosenId(at === undefined ? undefined : drawn.nodes[at]?.id)
  const find = (at: number) => {
    choose(at)
    picture.current?.show(at)
  }
  return (
    <>
      <Left graph={graph} />
      <div className="graph-desk" ref={desk}>
        <div className="graph-main">
          <Picture
            {...{ drawn, shown, icons }}
            handle={picture}
            chosen={chosen}
            saying={
              node === undefined
                ? ''
                : t('graph.said', {
                    ...{ type: node.type, name: node.label },
                    links: t('graph.links', counted(linksShown(node, shown), i18n.language)),
                  })
            }
            choose={choose}
            open={(id) => void navigate({ to: '/object/$id', params: { id } })}
          />
          <p className="quiet small graph-hint">{t('graph.pointerHint')}</p>
        </div>
        <div className="graph-side">
          <Chosen drawn={drawn} shown={shown} chosen={chosen} choose={find} />
          <Legend
            {...{ drawn, offTypes, offKinds }}
            flipType={(type) => setOffTypes(flipped(offTypes, type))}
            flipKind={(kind) => setOffKinds(flipped(offKinds, kind))}
          />
        </div>
        <div className="graph-words">
          <NodeList drawn={drawn} shown={shown} choose={find} />
        </div>
      </div>
    </>
  )
}

function Counts({ graph }: { graph: ObjectGraph }) {
  const { t, i18n } = useTranslation()
  return (
    <span className="quiet">
      {t('graph.counts', counted(graph.nodes.length, i18n.language))},{' '}
      {t('graph.links', counted(graph.edges.length, i18n.language))}
    </span>
  )
}

/** What there was no room for, in a sentence. */
function Left({ graph }: { graph: ObjectGraph }) {
  const { t, i18n } = useTranslation()
  const number = (value: number) => showNumber(value, i18n.language)
  const { nodesLeft, edgesLeft, leftIsLeast } = graph
  const said = [
    ...(nodesLeft > 0
      ? [
          t(leftIsLeast ? 'graph.leftLeast' : 'graph.left', {
            shown: number(graph.nodes.length),
            left: number(nodesLeft),
          }),
        ]
      : leftIsLeast
        ? [t('graph.leftUnknown')]
        : []),
    ...(edgesLeft > 0 ? [t('graph.edgesLeft', { left: number(edgesLeft) })] : []),
  ]
  return said.length === 0 ? null : (
    <p className="graph-left" role="note">
      {said.join(' ')}
    </p>
  )
}

function askedBy(begin: Begin, ticked: ReadonlySet<string>, depth: number): GraphInput | undefined {
  const { of, q, type, party, collection, pact } = begin
  const rest = { depth, ...(pact === undefined ? {} : { pact }) }
  if (of === undefined) return { search: { q, type, party, collection, pact }, ...rest }
  if (of !== CHOSEN) return { ids: [of], ...rest }
  return ticked.size === 0 ? undefined : { ids: [...ticked], ...rest }
}

function kindOf({ of, q, type, party, collection, pact }: Begin): 'ofOne' | 'ofChosen' | 'ofSearch' | 'ofAll' {
  if (of !== undefined) return of === CHOSEN ? 'ofChosen' : 'ofOne'
  return [q, type, party, collection, pact].some((one) => one !== undefined) ? 'ofSearch' : 'ofAll'
}

function flipped(of: ReadonlySet<string>, one: string): ReadonlySet<string> {
  const next = new Set(of)
  if (!next.delete(one)) next.add(one)
  return next
}
