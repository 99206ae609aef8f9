// Records and their content, as a node’s API tells of them, and what is asked of it to say one.

import type { GoneBy } from './shares.ts'

export type Mode = 'Actual' | 'Exercise' | 'Test'

export type RecordState = 'said' | 'held' | 'delivered' | 'void' | 'undecided' | 'superseded'

export type DeliveryState = 'said' | 'held' | 'delivered'

export interface DeliveryRow {
  recipient: string
  state: DeliveryState
  /** POSIX seconds; null where there is no bound. */
  lo: number | null
  hi: number | null
}

export interface PartRow {
  part: number
  role: string
  mediaType: string
  size: number
  sealed: string
  state: 'not-for-us' | 'awaited' | 'held' | 'opened' | 'rejected' | 'destroyed'
  code?: string
}

export type Validity =
  | { kind: 'valid' }
  | { kind: 'void'; code: string; message: string }
  | { kind: 'undecided'; code: string; message: string }

export interface RecordRow {
  /** `origin#index` */
  record: string
  origin: string
  index: number
  leaf: string
  pact: string
  channel: string
  from: string
  to: string[]
  type: string
  id: string
  time: string
  mode: Mode
  marking: { tlp: string; class?: string }
  body: unknown
  validity: Validity
  delivery: DeliveryRow[]
  state: RecordState
  /** The witnesses of the agreement that cosigned it, and whether they are enough (spec/witness.md). */
  witnessed: { by: string[]; enough: boolean }
  /** It stands on one branch of its log only, for its author signed two (spec/fork.md). */
  afterSplit: boolean
  supersededBy: string | null
  parts: PartRow[]
  title: string | null
}

export interface ReceiptRow {
  by: string
  role: 'recipient' | 'depositary' | 'neutral' | 'other'
  size: number
  /** POSIX seconds. */
  time: number
  digest: string
}

export interface RecordDetail {
  row: RecordRow
  /** The payload's text, verbatim; null for an unreadable entry. */
  statement: string | null
  receipts: ReceiptRow[]
  re: RecordRow[]
  answers: RecordRow[]
  answersTotal: number
  /** The local account that said it; null for what others said. */
  saidBy: string | null
  /** Who approved it besides; milliseconds since 1970. */
  approvedBy: { name: string; at: number }[]
  /** By whose consents what came from others was passed on in it; kept also once its content is destroyed. */
  goneBy: GoneByInRecord[]
}

/** A consent to passing on (spec/records.md, Passing on), and what of one record went by it. */
export interface GoneByInRecord extends GoneBy {
  /** Places in the record from 0, from and up to, counted through its parts; null where they are too scattered. */
  places: [from: number, to: number][] | null
}

export interface RecordQuery {
  pact?: string | undefined
  channel?: string | undefined
  type?: string | undefined
  party?: string | undefined
  state?: string | undefined
  q?: string | undefined
  cursor?: string | undefined
  limit?: string | undefined
}

export interface RecordPage {
  records: RecordRow[]
  next: string | null
  total: number
}

export interface SayInput {
  pact: string
  type: string
  channel?: string
  to?: string[]
  marking?: { tlp: string; class?: string }
  mode?: string
  body: Record<string, unknown>
  content?: { role: string; mediaType: string; bytes: Uint8Array }[]
  re?: string[]
}

export type SaidOutcome = { state: 'said'; record: string } | { state: 'held-here'; awaited: string[] }

/** What was said of a record's content, and what its destruction still needs (spec/destruction.md). */
export interface ContentState {
  /** Parts that are destroyed. */
  destroyed: number[]
  /** Parties that consent to the destruction of every part, and the author and addressees that do not yet. */
  consents: string[]
  awaited: string[]
  holds: { party: string; record: string }[]
  charges: string[]
  /** POSIX seconds; null while it is not shown since when it was held. */
  retainedUntil: number | null
  /** What was asked for at this node. */
  wish: { record: string; reason: string; account: string; at: number; done: boolean } | null
  /** Why holds of this node stand, the oldest first; `at` in milliseconds. */
  holdReasons: { reason: string; account: string; at: number }[]
}

export type DestroyAnswer =
  | { state: 'destroyed'; ground: 'consent' | 'retention' }
  | { state: 'already' }
  | { state: 'asked'; awaited: string[]; retainedUntil: number | null }
