// The graph in words, for whoever does not see pictures and whoever looks for a name: the chosen object with its links, and
// every object of the graph.

import { ActionIcon } from '@mantine/core'
import { IconFocusCentered } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { counted } from '../../marks/amounts.ts'
import { Block } from '../../marks/Blocks.tsx'
import { Foreign } from '../../marks/Foreign.tsx'
import { Turns } from '../../marks/Pager.tsx'
import type { Drawn, DrawnEdge, DrawnNode, Shown } from './drawn.ts'
import { Sign } from './Legend.tsx'

const PAGE = 50
const LINKS_LISTED = 100

export function Chosen({
  drawn,
  shown,
  chosen,
  choose,
}: {
  drawn: Drawn
  shown: Shown
  chosen: number | undefined
  choose: (at: number) => void
}) {
  const { t } = useTranslation()
  const node = chosen === undefined ? undefined : drawn.nodes[chosen]
  if (node === undefined || chosen === undefined) {
    return (
      <section className="block graph-chosen">
        <p className="quiet">{t('graph.none')}</p>
      </section>
    )
  }
  const links = node.links.filter((at) => shown.edges[at] === true)
  return (
    <section className="block graph-chosen" aria-label={t('graph.linksOf', { name: node.label })}>
      <p className="graph-name">
        <Sign type={node.type} group={node.group} />
        <strong>
          <Foreign max={300}>{node.label}</Foreign>
        </strong>
      </p>
      <p className="graph-of quiet small">
        <Foreign max={80}>{node.type}</Foreign> <StateTag node={node} />
        {node.more && <span>{t('graph.hasMore')}</span>}
      </p>
      <p className="graph-acts">
        {node.state !== 'missing' && (
          <Link to="/object/$id" params={{ id: node.id }}>
            {t('graph.open')}
          </Link>
        )}
        <Link to="/objects/graph" search={{ of: node.id, depth: '1' }}>
          {t('graph.beginHere')}
        </Link>
      </p>
      {links.length === 0 ? (
        <p className="quiet">{t('graph.alone')}</p>
      ) : (
        <ul className="graph-links">
          {links.slice(0, LINKS_LISTED).map((at) => (
            <LinkLine key={at} drawn={drawn} edge={drawn.edges[at]} of={chosen} choose={choose} />
          ))}
        </ul>
      )}
      {links.length > LINKS_LISTED && (
        <p className="quiet small">{t('graph.moreLinks', { count: links.length - LINKS_LISTED })}</p>
      )}
    </section>
  )
}

function LinkLine({
  drawn,
  edge,
  of,
  choose,
}: {
  drawn: Drawn
  edge: DrawnEdge | undefined
  of: number
  choose: (at: number) => void
}) {
  const { t } = useTranslation()
  if (edge === undefined) return null
  const isOut = edge.from === of
  const at = isOut ? edge.to : edge.from
  const words = t(isOut ? 'graph.outgoing' : 'graph.incoming', { label: linkWords(edge, t) })
  return (
    <li>
      <span>
        {edge.by === null ? (
          <span className="quiet small">{words}</span>
        ) : (
          <Link to="/object/$id" params={{ id: edge.by }} className="graph-by">
            <Foreign>{words}</Foreign>
          </Link>
        )}{' '}
        {edge.by !== null && edge.state !== 'shown' && <span className="tag bad">{t(`graph.${edge.state}`)}</span>}
      </span>
      <button type="button" className="graph-to" onClick={() => choose(at)}>
        <Foreign max={120}>{drawn.nodes[at]?.label ?? ''}</Foreign>
      </button>
    </li>
  )
}

export function NodeList({ drawn, shown, choose }: { drawn: Drawn; shown: Shown; choose: (at: number) => void }) {
  const { t, i18n } = useTranslation()
  const [page, setPage] = useState(0)
  const all = drawn.nodes.flatMap((node, at) => (shown.nodes[at] === true ? [{ node, at }] : []))
  const at = Math.min(page, Math.max(Math.ceil(all.length / PAGE) - 1, 0))
  return (
    <Block title={t('graph.list')}>
      <Turns at={at} page={PAGE} total={all.length} turn={setPage} />
      <ul className="graph-list" aria-label={t('graph.list')}>
        {all.slice(at * PAGE, (at + 1) * PAGE).map(({ node, at: number }) => (
          <li key={node.id}>
            <Sign type={node.type} group={node.group} />
            <span className="graph-entry">
              <NodeLink node={node} /> <StateTag node={node} />
              <span className="quiet small">
                <Foreign max={80}>{node.type}</Foreign> ·{' '}
                {t('graph.links', counted(linksShown(node, shown), i18n.language))}
              </span>
            </span>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('graph.show', { name: node.label })}
              onClick={() => choose(number)}
            >
              <IconFocusCentered aria-hidden size={16} stroke={1.6} />
            </ActionIcon>
          </li>
        ))}
      </ul>
    </Block>
  )
}

function NodeLink({ node }: { node: DrawnNode }) {
  const name = <Foreign max={200}>{node.label}</Foreign>
  if (node.state === 'missing') return <span>{name}</span>
  return (
    <Link to="/object/$id" params={{ id: node.id }} className="row-link" data-row-link={node.id}>
      {name}
    </Link>
  )
}

function StateTag({ node: { state } }: { node: DrawnNode }) {
  const { t } = useTranslation()
  if (state === 'shown') return null
  return <span className={state === 'missing' ? 'tag' : 'tag bad'}>{t(`graph.${state}`)}</span>
}

export function linksShown({ links }: DrawnNode, shown: Shown): number {
  return links.filter((at) => shown.edges[at] === true).length
}

function linkWords({ kind, label }: DrawnEdge, t: TFunction): string {
  if (kind !== 'sighting') return label
  return label === '' ? t('graph.saw') : t('graph.sawTimes', { times: label })
}
