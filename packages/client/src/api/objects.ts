// Threat data held at a node: the objects, where each came from, and what was refused.

import type { ObjectFeedback } from './feedback.ts'
import type { RecordRow, RecordState } from './records.ts'

export interface ObjectRow {
  seq: number
  id: string
  type: string
  version: string
  name: string | null
  tlp: string | null
  party: string
  record: string
  collection: 'inbox' | 'outbox' | 'withdrawn'
  addedAt: string
  revoked: boolean
  /** Where it breaks STIX 2.1 (`error`) or does not follow its advice, errors first; the section may be empty. */
  warnings: { path: string; message: string; section: string; error: boolean }[]
  /** How many other texts of the same id and version were refused. */
  conflicts: number
}

/** An object of the list; of a relationship also between what it is, by their names where they are held and have one. */
export interface ListedObject extends ObjectRow {
  ends: { from: ObjectEnd; to: ObjectEnd } | null
}

export interface ObjectEnd {
  id: string
  name: string | null
}

export interface ObjectDetail {
  versions: (ObjectRow & { source: string; pact: string; provenance: Provenance[] })[]
  relations: ListedObject[]
  /** What each party says now of it: our own word on it too. */
  feedback: ObjectFeedback[]
}

/** A record that one version of an object came in; the first is the one whose text is kept. */
export interface Provenance {
  record: string
  party: string
  time: string
  state: RecordState
  delivery: RecordRow['delivery']
  /** It said something else under the same id and version, and was refused. */
  refused: boolean
  /** Its author took it back. */
  takenBack: boolean
}

/** What one party said under one agreement that was refused, for another text was there before. */
export interface ConflictSource {
  pact: string
  collection: 'inbox' | 'outbox' | 'withdrawn'
  party: string
  texts: number
  objects: number
  first: string
  last: string
}

export interface ConflictPage {
  conflicts: {
    pact: string
    collection: 'inbox' | 'outbox' | 'withdrawn'
    id: string
    version: string
    kept: { record: string; party: string; digest: string }
    refused: { record: string; party: string; part: number; position: number; digest: string }
  }[]
  next: string | null
}

export interface ObjectQuery {
  pact?: string | undefined
  collection?: string | undefined
  type?: string | undefined
  party?: string | undefined
  q?: string | undefined
  cursor?: string | undefined
  limit?: string | undefined
}

/** What one searches for among objects, without a place in the list. */
export type ObjectSearch = Pick<ObjectQuery, 'pact' | 'collection' | 'type' | 'party' | 'q'>

/** A graph begins with `ids` or with what `search` finds. */
export interface GraphInput {
  ids?: readonly string[]
  search?: ObjectSearch
  pact?: string
  /** Links away from those: 0 to 4. */
  depth?: number
  /** Objects at most. */
  nodes?: number
}

/** Objects to be taken out as a file. */
export type Taking = Pick<GraphInput, 'ids' | 'search'>

/** What such a file would hold. */
export interface TakingLook {
  objects: number
  /** Definitions of markings that go with them. */
  definitions: number
  /** Objects asked for that are not shown here. */
  missing: number
  /** The strictest of all. */
  marking: string
}

export interface ExportInput extends Taking {
  form: 'stix' | 'misp'
  /** As a person was shown it: where it is another by now, nothing is given out. */
  marking: string
  /** Of what is marked TLP:RED. */
  confirmed?: boolean
}

/** As of its newest version; `missing`: it is named and not held here. */
export type GraphState = 'shown' | 'revoked' | 'withdrawn' | 'missing'

export interface GraphNode {
  id: string
  type: string
  name: string | null
  tlp: string | null
  party: string | null
  state: GraphState
  depth: number
  /** Whether it is linked to anything that is not in the graph. */
  more: boolean
}

export interface GraphEdge {
  from: string
  to: string
  kind: 'relationship' | 'sighting' | 'reference'
  /** The type of a relationship, the count of a sighting or empty, the names of properties. */
  label: string
  /** The id of the relationship or sighting. */
  by: string | null
  state: GraphState
}

export interface ObjectGraph {
  nodes: GraphNode[]
  edges: GraphEdge[]
  nodesLeft: number
  edgesLeft: number
  /** Whether more may have been left, uncounted. */
  leftIsLeast: boolean
}

export interface ObjectPage {
  objects: ListedObject[]
  next: string | null
  total: number
  /** Whether there are at least `total`, and the rest was not counted. */
  totalIsLeast?: boolean
}
