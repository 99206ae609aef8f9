// What is drawn: the graph as the node told it, with numbers in place of ids, and how two links between the same two objects
// keep apart.

import type { GraphEdge, GraphNode, ObjectGraph } from '@countersign/client'
import { plain } from '../../marks/Foreign.tsx'
import { STIX_TYPES } from '../objects/object-marks.tsx'
import { type Group, groupOf } from './groups.ts'

const LABEL_MAX = 200

export interface DrawnNode extends GraphNode {
  group: Group
  /** Its name, else its id; nothing in it plays tricks. */
  label: string
  /** Numbers of its links. */
  links: number[]
}

export interface DrawnEdge extends Omit<GraphEdge, 'from' | 'to'> {
  from: number
  to: number
  /** How far its middle stands beside the straight line, to the left as seen from the lower number; 0 of one alone. */
  bend: number
}

export interface Drawn {
  nodes: DrawnNode[]
  edges: DrawnEdge[]
  numberOf: ReadonlyMap<string, number>
}

export function drawnOf(graph: ObjectGraph): Drawn {
  const numberOf = new Map(graph.nodes.map(({ id }, at) => [id, at]))
  const nodes = graph.nodes.map(
    (node): DrawnNode => ({
      ...node,
      group: groupOf(node.type, STIX_TYPES),
      label: plain(node.name ?? node.id, LABEL_MAX).replaceAll(/\s+/g, ' '),
      links: [],
    }),
  )
  const edges: DrawnEdge[] = []
  const between = new Map<string, number[]>()
  for (const edge of graph.edges) {
    const [from, to] = [numberOf.get(edge.from), numberOf.get(edge.to)]
    if (from === undefined || to === undefined) continue
    const at = edges.length
    edges.push({ ...edge, label: plain(edge.label, LABEL_MAX), from, to, bend: 0 })
    nodes[from]?.links.push(at)
    nodes[to]?.links.push(at)
    const pair = from < to ? `${from} ${to}` : `${to} ${from}`
    const others = between.get(pair)
    if (others === undefined) between.set(pair, [at])
    else others.push(at)
  }
  for (const pair of between.values()) {
    for (const [i, at] of pair.entries()) {
      const edge = edges[at]
      if (edge !== undefined) edge.bend = (i - (pair.length - 1) / 2) * 26
    }
  }
  return { nodes, edges, numberOf }
}

/** What of it is shown: kinds of links and types of objects that were not switched off. */
export interface Shown {
  nodes: boolean[]
  edges: boolean[]
}

export function shownOf({ nodes, edges }: Drawn, offTypes: ReadonlySet<string>, offKinds: ReadonlySet<string>): Shown {
  const typed = nodes.map(({ type }) => !offTypes.has(type))
  const isDrawn = edges.map(({ from, to, kind }) => !offKinds.has(kind) && typed[from] === true && typed[to] === true)
  return {
    // What only a hidden kind of link led to goes with it.
    nodes: nodes.map(
      ({ depth, links }, at) => typed[at] === true && (depth === 0 || links.some((one) => isDrawn[one])),
    ),
    edges: isDrawn,
  }
}
