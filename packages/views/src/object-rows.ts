// What readers of the views get of threat data: objects, where each came from, and the collections as TAXII shows them. Words in
// them are as their authors wrote them (rows.ts).

import type { TlpLabel } from '@countersign/record'
import type { ObjectFeedback } from './feedback-rows.ts'
import type { RecordRow, RecordState } from './rows.ts'

/**
 * `inbox`: what others shared with us under an agreement; `outbox`: what we shared; `withdrawn`: what stood in the inbox
 * until everybody who had shared it took it back.
 */
export type CollectionName = 'inbox' | 'outbox' | 'withdrawn'

export interface ObjectRow {
  seq: number
  id: string
  type: string
  /** `modified`, else `created`, else empty: as the object says it. */
  version: string
  name: string | null
  tlp: string | null
  /** Who said the record it came in. */
  party: string
  /** The record it came in, `origin#index`. */
  record: string
  pact: string
  collection: CollectionName
  /** When it joined its collection here, RFC 3339 with microseconds, unique. */
  addedAt: string
  revoked: boolean
  warnings: ObjectRemark[]
  /** How many other texts of the same id and version were refused. */
  conflicts: number
}

/** An object of the list; of a relationship also between what it is, as far as that is held. */
export interface ListedObject extends ObjectRow {
  ends: { from: ObjectEnd; to: ObjectEnd } | null
}

export interface ObjectEnd {
  id: string
  /** Of its newest version; null where it has none, or is not shown here. */
  name: string | null
}

/** Where an object breaks STIX 2.1 (`error`) or does not follow its advice, and the section; empty where none speaks of it. */
export interface ObjectRemark {
  path: string
  message: string
  section: string
  error: boolean
}

export interface ObjectQuery {
  pact?: string
  collection?: CollectionName
  type?: string
  party?: string
  /** Case-insensitive part of the name, id, value, pattern, aliases or the beginning of the description. */
  q?: string
  cursor?: string
  limit?: number
}

export interface ObjectPage {
  objects: ListedObject[]
  next: string | null
  /** Of a search by words as many as were met on the way, up to OBJECT_TOTAL_MAX; `totalIsLeast` says that there may be more. */
  total: number
  totalIsLeast: boolean
}

/** What a graph begins with: objects by their ids, or those that a search finds, the newest. */
export interface GraphQuery {
  ids?: readonly string[]
  search?: Omit<ObjectQuery, 'cursor' | 'limit'>
  /** Only what was shared under that agreement. */
  pact?: string
  /** How many links away from those. Relationships and sightings are links, and count as none by themselves. */
  depth: number
  /** Objects at most; GRAPH_NODES_MAX unless fewer. */
  nodes?: number
}

/** `missing`: it is named and not held here. The others as of its newest version. */
export type GraphState = 'shown' | 'revoked' | 'withdrawn' | 'missing'

export interface GraphNode {
  id: string
  type: string
  name: string | null
  tlp: string | null
  /** Who shared it; null where it is missing. */
  party: string | null
  state: GraphState
  /** Links from where the graph begins. */
  depth: number
  /** Whether it is linked to anything that is not in the graph. */
  more: boolean
}

/** A relationship or sighting from one object to another, or what one names by its own properties. */
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
  /** In the order in which they were come upon. */
  nodes: GraphNode[]
  edges: GraphEdge[]
  /** Objects within the depth that found no room, and links between those in it. */
  nodesLeft: number
  edgesLeft: number
  /** Whether more may have been left, uncounted: a limit of what one question reads was met. */
  leftIsLeast: boolean
}

/** Objects to be taken out as a file, by their ids or by what a search finds. */
export type SelectionQuery = Pick<GraphQuery, 'ids' | 'search'>

export interface Selection {
  /** By id; `digest` is that of the text. With the definitions of their markings that are held. */
  objects: { id: string; digest: string }[]
  /** How many of them were asked for, and of how many that were nothing is shown. */
  chosen: number
  missing: number
  /** The strictest, of the objects and of the records they came in. */
  marking: TlpLabel
}

export interface ObjectDetail {
  /** Newest version first; `source` is the object's text as it came, byte for byte. */
  versions: (ObjectRow & { source: string; provenance: Provenance[] })[]
  /** Objects that name it, or that it names, relationships first. */
  relations: ListedObject[]
  /** What each party says now of it, under each agreement and in each mode (spec/records.md, Feedback). */
  feedback: ObjectFeedback[]
}

/** A record that one version of an object came in, in one collection; the first is the one whose text is kept. */
export interface Provenance {
  /** `origin#index`. */
  record: string
  /** Who said it, and the time it claims, RFC 3339. */
  party: string
  time: string
  state: RecordState
  /** Who countersigned it, and in which interval, POSIX seconds (spec/receipt.md). */
  delivery: RecordRow['delivery']
  /** It said something else under the same id and version, and was refused. */
  refused: boolean
  /** Its author took it back. */
  takenBack: boolean
}

/** Conflicts of one source: what one party said under one agreement. */
export interface ConflictSource {
  pact: string
  collection: CollectionName
  /** Who said what was refused. */
  party: string
  /** Texts that were refused, and how many objects they are about. */
  texts: number
  objects: number
  /** The records the first and the last of them came in, by the order of the log, `origin#index`. */
  first: string
  last: string
}

export interface ConflictRow {
  pact: string
  collection: CollectionName
  id: string
  version: string
  kept: { record: string; party: string; digest: string }
  refused: { record: string; party: string; part: number; position: number; digest: string }
}

/** Of all that was shared under an agreement, by whomever, what was shared in the feed of that name. */
export type FeedCollection = `feed:${string}`

export interface CollectionQuery {
  pact: string
  collection: CollectionName | FeedCollection
  /** RFC 3339; exclusive. */
  addedAfter?: string
  /** Opaque, from an earlier page of the same query; the limit may be another. */
  next?: string
  limit: number
  match?: {
    id?: string[]
    type?: string[]
    /** `first`, `last`, `all` or exact versions; where it is not given, `last`. */
    version?: string[]
    specVersion?: string[]
  }
}

/** One object of a collection as TAXII serves it. */
export interface CollectionObject {
  seq: number
  id: string
  /** As the object says it; one and the same time for every object without `modified` and `created`. */
  version: string
  specVersion: string
  addedAt: string
  /** Of the object's text: `collectionText`. */
  digest: string
}

export interface CollectionPage {
  objects: CollectionObject[]
  /** Null where there is no more. */
  next: string | null
  /** When its first and its last object joined; of an empty page the time after which was asked. */
  addedFirst: string
  addedLast: string
}

/** One place at which an object was shared, and what a revocation of it, or feedback on it, is said by. */
export interface SharedPlace {
  /** Who shared it. */
  from: string
  /** `origin#index`. */
  record: string
  part: number
  position: number
  /** `modified`, else `created`, as it is compared; empty without either. */
  order: string
  specVersion: string
  /** Of the object's text. */
  digest: string
  channel: string
  mode: 'Actual' | 'Exercise' | 'Test'
  tlp: string
  class: string | null
  feed: string | null
  to: string[]
}

/** An object at a place of a share of ours. */
export interface OwnObject {
  id: string
  /** `modified`, else `created`; empty without either. */
  version: string
  type: string
  part: number
  position: number
  digest: string
}

/** An object that somebody here removed from a collection; `order` is its version as it is compared. */
export interface RemovedHere {
  pact: string
  collection: CollectionName
  id: string
  order: string
}
