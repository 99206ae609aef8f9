// Objects and how they are linked, out to some distance from where one begins: what a person sees as a picture. Of each
// object the newest version counts. Relationships and sightings are links between others and no objects of their own, where
// both ends are told. All that one question reads is bounded, and what found no room is counted.

import type { Store } from './database.ts'
import {
  GRAPH_DEPTH_MAX,
  GRAPH_EDGES_MAX,
  GRAPH_NAME_MAX,
  GRAPH_NAMING_MAX,
  GRAPH_NODES_MAX,
  GRAPH_ROWS_MAX,
  GRAPH_TEXTS_MAX,
} from './limits.ts'
import type { GraphEdge, GraphNode, GraphState, ObjectGraph } from './object-rows.ts'
import { type Link, linksOf, relationshipOf, sightingOf } from './object-words.ts'
import { WITHDRAWN } from './schema.ts'

/** Objects read before others get their turn. */
const STRETCH = 50
const LINKING = ['relationship', 'sighting']
/** What is let in first where there is no room for all. */
const ORDER = { relationship: 0, sighting: 1, reference: 2 }

interface Newest {
  type: string
  party: string
  digest: string
  collection: number
  name: string | null
  tlp: string | null
  revoked: number
}

/** A relationship or sighting whose ends are known. */
interface Tie {
  kind: 'relationship' | 'sighting'
  from: string[]
  to: string
  label: string
  state: GraphState
}

export interface GraphStart {
  ids: readonly string[]
  /** What a search found beyond those. */
  left: number
  leftIsLeast: boolean
  pact?: string
  depth: number
  nodes?: number
}

/** `turn` is awaited between stretches of the work. */
export function readGraph(store: Store, start: GraphStart, turn: () => Promise<unknown>): Promise<ObjectGraph> {
  return new GraphReading(store, start).read(turn)
}

class GraphReading {
  private readonly store: Store
  private readonly start: GraphStart
  private readonly room: number
  private readonly depth: number
  private readonly nodes = new Map<string, GraphNode>()
  private readonly links = new Map<string, Link[]>()
  /** By the id of the relationship or sighting; null for one that is no link. */
  private readonly ties = new Map<string, Tie | null>()
  /** What each object of the graph is linked to, in it or not. */
  private readonly near = new Map<string, Set<string>>()
  private readonly left = new Set<string>()
  private rows = 0
  private texts = 0
  private isCut = false
  private readonly sql

  constructor(store: Store, start: GraphStart) {
    this.store = store
    this.start = start
    this.room = Math.min(Math.max(start.nodes ?? GRAPH_NODES_MAX, 1), GRAPH_NODES_MAX)
    this.depth = Math.min(Math.max(start.depth, 0), GRAPH_DEPTH_MAX)
    const { pact } = start
    const seen = `${pact === undefined ? '' : 'and o.pact = @pact'} and not exists (
      select 1 from removed_here h where h.pact = o.pact and h.collection = o.collection and h.id = o.id
        and h.version_order = o.version_order)`
    this.sql = {
      newest: store.sqlite.prepare<[Record<string, unknown>], Newest>(
        `select o.type, o.party, o.digest, o.collection, s.name, s.tlp, s.revoked from objects o
           join object_sources s on s.origin = o.origin and s.idx = o.idx and s.part = o.part and s.position = o.position
         where o.id = @id and o.collection <= ${WITHDRAWN} ${seen}
         order by o.collection = ${WITHDRAWN}, o.version_order desc, o.seq desc limit 1`,
      ),
      naming: store.sqlite.prepare<[Record<string, unknown>], { id: string; type: string }>(
        `select o.id, o.type from (
           select seq from object_references where target = @id order by seq desc limit ${GRAPH_NAMING_MAX}) r
           join objects o on o.seq = r.seq where o.collection < ${WITHDRAWN} ${seen}`,
      ),
    }
  }

  async read(turn: () => Promise<unknown>): Promise<ObjectGraph> {
    let level = this.admit(
      this.start.ids.map((id) => ({ id, kind: 'reference' })),
      0,
    )
    for (let depth = 0; level.length > 0; depth++) {
      const found: { id: string; kind: GraphEdge['kind'] }[] = []
      for (const [i, id] of level.entries()) {
        found.push(...this.around(id, depth))
        if (i % STRETCH === STRETCH - 1) await turn()
      }
      await turn()
      // What is one step too far is looked at no further: that it is there says `more`.
      level = depth < this.depth ? this.admit(found, depth + 1) : []
    }
    return this.told()
  }

  /** Takes in what is new, links first, while there is room; a link is taken in by its ends. */
  private admit(found: readonly { id: string; kind: GraphEdge['kind'] }[], depth: number): string[] {
    const level: string[] = []
    for (const { id } of [...found].sort((a, b) => ORDER[a.kind] - ORDER[b.kind])) {
      const tie = this.tie(id)
      for (const one of tie === undefined ? [id] : [...tie.from, tie.to]) {
        if (this.nodes.has(one)) continue
        if (this.nodes.size >= this.room) {
          this.left.add(one)
          continue
        }
        this.nodes.set(one, this.node(one, depth))
        level.push(one)
      }
    }
    return level
  }

  private node(id: string, depth: number): GraphNode {
    const row = this.newest(id)
    if (row === undefined) {
      const type = id.slice(0, Math.max(id.indexOf('--'), 0))
      return { ...{ id, type, name: null, tlp: null, party: null }, state: 'missing', depth, more: false }
    }
    // What was taken back links to nothing any more.
    if (row.collection < WITHDRAWN) this.links.set(id, linksOf(this.store.textOf(row.digest)))
    const { type, tlp, party } = row
    const name = row.name?.slice(0, GRAPH_NAME_MAX) ?? null
    return { id, type, name, tlp, party, state: stateOf(row), depth, more: false }
  }

  /** What one object is linked to, which is remembered. */
  private around(id: string, depth: number): { id: string; kind: GraphEdge['kind'] }[] {
    const near = new Map<string, GraphEdge['kind']>()
    const isNear = (other: string, kind: GraphEdge['kind']) => {
      if (other !== id && (ORDER[near.get(other) ?? 'reference'] >= ORDER[kind] || !near.has(other)))
        near.set(other, kind)
    }
    for (const { to } of this.links.get(id) ?? []) {
      const tie = this.tie(to)
      for (const end of tie === undefined ? [to] : [...tie.from, tie.to]) isNear(end, 'reference')
    }
    for (const other of this.naming(id, depth)) {
      const tie = this.tie(other.id)
      if (tie === undefined) isNear(other.id, 'reference')
      else if (tie.to === id) for (const end of tie.from) isNear(end, tie.kind)
      else if (tie.from.includes(id)) isNear(tie.to, tie.kind)
    }
    this.near.set(id, new Set(near.keys()))
    return [...near].map(([other, kind]) => ({ id: other, kind }))
  }

  /**
   * Which objects name this one, the newest of them. Whoever created something is not gone through to all else it created,
   * unless one began with it: everything would be two links from everything.
   */
  private naming(id: string, depth: number): { id: string; type: string }[] {
    if (this.rows >= GRAPH_ROWS_MAX) {
      this.isCut = true
      return []
    }
    const rows = this.sql.naming.all({ id, pact: this.start.pact })
    this.rows += rows.length
    if (rows.length >= GRAPH_NAMING_MAX) this.isCut = true
    const onlyLinks = depth > 0 && id.startsWith('identity--')
    const kept = onlyLinks ? rows.filter(({ type }) => LINKING.includes(type)) : rows
    return [...new Map(kept.map((row) => [row.id, row])).values()]
  }

  /** The link that a relationship or sighting is; undefined of everything else, and of one without both ends. */
  private tie(id: string): Tie | undefined {
    if (!LINKING.some((type) => id.startsWith(`${type}--`))) return undefined
    const known = this.ties.get(id)
    if (known !== undefined) return known ?? undefined
    if (this.texts >= GRAPH_TEXTS_MAX) {
      this.isCut = true
      return undefined
    }
    this.texts++
    const row = this.newest(id)
    const tie = row === undefined ? undefined : tieOf(this.store.textOf(row.digest), stateOf(row))
    this.ties.set(id, tie ?? null)
    return tie
  }

  private newest(id: string): Newest | undefined {
    return this.sql.newest.get({ id, pact: this.start.pact })
  }

  private told(): ObjectGraph {
    for (const node of this.nodes.values()) {
      node.more = [...(this.near.get(node.id) ?? [])].some((id) => !this.nodes.has(id))
    }
    const edges = this.edges()
    // An older version may have named what the newest does not.
    const linked = new Set(edges.flatMap(({ from, to }) => [from, to]))
    return {
      nodes: [...this.nodes.values()].filter(({ id, depth }) => depth === 0 || linked.has(id)),
      edges: edges.slice(0, GRAPH_EDGES_MAX),
      nodesLeft: this.left.size + this.start.left,
      edgesLeft: Math.max(edges.length - GRAPH_EDGES_MAX, 0),
      leftIsLeast: this.isCut || this.start.leftIsLeast,
    }
  }

  /** Relationships first, then sightings, then what objects name themselves. */
  private edges(): GraphEdge[] {
    const edges: GraphEdge[] = []
    const isIn = (...ids: string[]) => ids.every((id) => this.nodes.has(id))
    for (const [by, tie] of this.ties) {
      for (const from of tie?.from ?? []) {
        if (tie === null || from === tie.to || !isIn(from, tie.to)) continue
        edges.push({ from, to: tie.to, kind: tie.kind, label: tie.label, by, state: tie.state })
      }
    }
    edges.sort((a, b) => ORDER[a.kind] - ORDER[b.kind])
    for (const [from, links] of this.links) {
      if (!this.nodes.has(from)) continue
      const named = new Map<string, string[]>()
      for (const { property, to } of links) {
        const tie = this.ties.get(to)
        for (const end of tie == null ? [to] : [...tie.from, tie.to]) {
          if (end === from || !isIn(end)) continue
          const properties = named.get(end)
          if (properties === undefined) named.set(end, [property])
          else if (!properties.includes(property)) properties.push(property)
        }
      }
      for (const [to, properties] of named) {
        const label = properties.join(', ').slice(0, GRAPH_NAME_MAX)
        edges.push({ from, to, kind: 'reference', label, by: null, state: this.nodes.get(from)?.state ?? 'shown' })
      }
    }
    return edges
  }
}

function stateOf(row: Newest): GraphState {
  if (row.collection === WITHDRAWN) return 'withdrawn'
  return row.revoked === 1 ? 'revoked' : 'shown'
}

function tieOf(source: string, state: GraphState): Tie | undefined {
  const related = relationshipOf(source)
  if (related !== null) {
    const { type, source: from, target: to } = related
    return from === to
      ? undefined
      : { kind: 'relationship', from: [from], to, label: type.slice(0, GRAPH_NAME_MAX), state }
  }
  const seen = sightingOf(source)
  if (seen === undefined || seen.by.every((id) => id === seen.of)) return undefined
  return { kind: 'sighting', from: seen.by, to: seen.of, label: seen.count === null ? '' : String(seen.count), state }
}
