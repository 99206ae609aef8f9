// The shapes that readers of the views get: what the console, the shell and TAXII show. Every one is derived from the
// logs, the receipts and the opened content; nothing here is true by itself. Words in them that came from a peer
// (names, titles, bodies) are as the peer wrote them and are data, never markup.

import type { Agreement, Force } from '@countersign/pact'

export type Delivery = 'said' | 'held' | 'delivered'

/** `valid`, or the reason it is not, with a code of spec/statement.md. Undecided: something needed has not arrived. */
export type Validity =
  | { kind: 'valid' }
  | { kind: 'void'; code: string; message: string }
  | { kind: 'undecided'; code: string; message: string }

export type PartState = 'not-for-us' | 'awaited' | 'held' | 'opened' | 'rejected' | 'destroyed'

export type RecordState = Delivery | 'void' | 'undecided' | 'superseded'

export interface PartRow {
  part: number
  role: string
  mediaType: string
  /** The padded size, in bytes, as the statement says it. */
  size: number
  /** SHA-256 of the age file, hex: its name under `addenda/`. */
  sealed: string
  state: PartState
  /** Why it was rejected, such as `content/commitment-mismatch`. */
  code?: string
}

export interface RecordRow {
  /** `origin#index`. */
  record: string
  origin: string
  index: number
  /** The RFC 6962 leaf hash of the entry, hex. */
  leaf: string
  pact: string
  channel: string
  from: string
  to: string[]
  /** The record type; `(unreadable)` for an entry that holds no statement. */
  type: string
  /** False for a type this node does not know: it is shown as unread. */
  known: boolean
  id: string
  /** The author's claim, RFC 3339; empty for an unreadable entry. It judges nothing. */
  time: string
  mode: 'Actual' | 'Exercise' | 'Test'
  marking: { tlp: string; class?: string }
  body: unknown
  validity: Validity
  /** For each recipient: how far it got and its interval [lo, hi] in POSIX seconds (spec/receipt.md). */
  delivery: { recipient: string; state: Delivery; lo: number | null; hi: number | null }[]
  state: RecordState
  /** The witnesses of the agreement that cosigned it, and whether they are enough (spec/witness.md). */
  witnessed: { by: string[]; enough: boolean }
  /** It stands on one branch of its log only, for its author signed two: it binds its author, and counts for nothing in its favour. */
  afterSplit: boolean
  /** The record that took its place, `origin#index`. */
  supersededBy: string | null
  parts: PartRow[]
  title: string | null
}

export interface ReceiptRow {
  by: string
  /** What the signer is for this record by its agreement. */
  role: 'recipient' | 'depositary' | 'neutral' | 'other'
  size: number
  /** POSIX seconds. */
  time: number
  /** SHA-256 of the receipt file, hex. */
  digest: string
}

export interface RecordDetail {
  row: RecordRow
  /** The payload of the entry as text, verbatim; null for an unreadable entry. */
  statement: string | null
  /** The receipts that bound its interval: for each signer the earliest that covers it, and the latest that does not. */
  receipts: ReceiptRow[]
  /** The records it names, as far as they are known here. */
  re: RecordRow[]
  /** The newest records that name it; `answersTotal` counts all of them. */
  answers: RecordRow[]
  answersTotal: number
}

export interface RecordQuery {
  pact?: string
  channel?: string
  type?: string
  /** Said by this party or addressed to it. */
  party?: string
  state?: RecordState
  /** Case-insensitive part of the type, id, author or title. */
  q?: string
  cursor?: string
  /** 1 to RECORD_PAGE_MAX; 50 where it is not given. */
  limit?: number
}

export interface RecordPage {
  /** Newest first. */
  records: RecordRow[]
  next: string | null
  total: number
}

export interface PactRow {
  id: string
  /** The digest of this version. */
  version: string
  title: string
  /**
   * `draft`: not every party has signed on the channels all share. `signed`: all have, and the receipt that brings it
   * into force is missing. `in-force`: it is, on every channel that all parties share. `expired`: its offer or its term
   * has run out by our clock.
   */
  state: 'draft' | 'signed' | 'in-force' | 'expired'
  agreement: Agreement
  channels: {
    name: string
    /** One for each party of the channel; `record` and `time` (the signer's claim) are null until it has signed. */
    signatures: { party: string; record: string | null; time: string | null }[]
    force: Force | null
  }[]
  /** The card files of its parties and neutrals as far as they are known, base64. */
  cards: string[]
}

export interface CardRow {
  party: string
  name: string
  serial: number
  digest: string
  rootDigest: string
  /** The card file, base64. */
  bytes: string
}

/** A valid notice of compromised keys, as the logs of one agreement carry it (spec/keys.md). */
export interface NoticeRow {
  pact: string
  /** H(canonical notice), hex. */
  digest: string
  party: string
  /** POSIX seconds since which it stands; null while it does not. */
  since: number | null
  roles: string[]
  /** Digests of the cards whose keys are given up. */
  cards: string[]
  /** `origin#index` of each record that carries it. */
  carriedBy: string[]
  frozen: { origin: string; size: number }[]
  /** The notice file, canonical JSON. */
  file: string
}

export interface Alarm {
  code: 'type/unknown' | 'object/conflict' | 'receipt/time-fell' | (string & {})
  /** An origin, a type or a party: what it is about. */
  subject: string
  message: string
  count: number
  /** A record to look at first, `origin#index`, where there is one. */
  record: string | null
}

export interface Statistics {
  records: number
  valid: number
  void: number
  undecided: number
  objects: number
  receipts: number
  /** Rows whose state still follows what has arrived. */
  unsettled: number
}

/** A record by which STIX left, by the id of its statement; milliseconds by its author, and its objects and bytes. */
export interface SaidLately {
  id: string
  at: number
  objects: number
  bytes: number
}

/** One record of a share; `objects` as its author counts them. */
export interface RecordOfShare {
  record: string
  objects: number
}

/** A part of a record to us that could not be taken (spec/content.md). */
export interface Rejection {
  /** `origin#index` */
  record: string
  part: number
  /** The code with which it was refused, such as `content/cannot-open`. */
  code: string
}

/** A part that is to be removed wherever it stands here, for a valid record destroyed it (spec/destruction.md). */
export interface PartToRemove {
  origin: string
  index: number
  part: number
  sealed: string
  /** No other part of its log that still counts is the same sealed file. */
  last: boolean
  /** We are its author or an addressee, and have not said ourselves that it was destroyed. */
  toSay: boolean
}

/** What has been said of the content of a record, and what its destruction still needs. */
export interface ContentLife {
  /** Parts that are destroyed. */
  destroyed: number[]
  /** Parties that consent to the destruction of every part. */
  consents: string[]
  /** The author and addressees that do not yet. */
  awaited: string[]
  /** Valid holds that nobody lifted. */
  holds: { party: string; record: string }[]
  /** Charges that cite it. */
  charges: string[]
  /** POSIX seconds: until when it is retained in any case; null while it is not shown since when it was held. */
  retainedUntil: number | null
}

export interface RetentionOver {
  records: { origin: string; index: number; version: string }[]
  /** From where to look on; absent at the end. */
  next?: { at: number; origin: string; idx: number }
}
