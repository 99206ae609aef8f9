// The shapes that readers of the views get: what the console, the shell and TAXII show. Every one is derived from the
// logs, the receipts and the opened content; nothing here is true by itself. Words in them that came from a peer
// (names, titles, bodies) are as the peer wrote them and are data, never markup.

import type { Agreement, Force } from '@countersign/pact'
import type { FeedbackVerdict } from '@countersign/record'

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
  objects: ObjectRow[]
  next: string | null
  /** Exact up to OBJECT_TOTAL_MAX matches of a search; `totalIsLeast` says that there are at least as many. */
  total: number
  totalIsLeast: boolean
}

export interface ObjectDetail {
  /** Newest version first; `source` is the object's text as it came, byte for byte. */
  versions: (ObjectRow & { source: string; provenance: Provenance[] })[]
  /** Objects that name it, or that it names, relationships first. */
  relations: ObjectRow[]
  /** What each party says now of it, under each agreement and in each mode (spec/records.md, Feedback). */
  feedback: ObjectFeedback[]
}

/** What one party says now of an object: our own word on it too. */
export interface ObjectFeedback {
  pact: string
  party: string
  mode: 'Actual' | 'Exercise' | 'Test'
  /** Null where it said nothing of the kind. */
  sightings: {
    /** How many sightings, and how often it was seen in all. */
    sightings: number
    count: number
    /** Sightings that say it was looked for and not seen. */
    notSeen: number
    /** RFC 3339; null where no sighting gives a time. */
    first: string | null
    last: string | null
  } | null
  opinion: {
    /** Of the opinion, and its `modified`. */
    id: string
    version: string
    /** One of the five of STIX 2.1; null where it is none. */
    opinion: string | null
    verdict: FeedbackVerdict | null
    explanation: string | null
    /** `origin#index`. */
    record: string
  } | null
}

export interface FeedbackQuery {
  pact?: string
  /** Who said it. */
  party?: string
  cursor?: string
  limit?: number
}

/** Times in milliseconds since 1970: from `fromMs` up to, and without, `untilMs`, by the time of the records. */
export interface BalanceQuery {
  pact: string
  fromMs: number
  untilMs: number
}

/** What was exchanged with one other party. */
export interface Balance {
  party: string
  /** By that party to us. */
  received: Exchanged
  /** By us to it. */
  given: Exchanged
}

/** What went one way, in valid records in earnest. An object counts once, where it first went that way. */
export interface Exchanged {
  records: number
  objects: number
  /** New to whoever got them: neither said nor received before by that party, in anything that is held here. */
  fresh: number
  /** Of which whoever got them says something now: a sighting or an opinion. */
  answered: number
  /** By the verdict that whoever got them says now. */
  verdicts: Record<FeedbackVerdict, number>
  /** That whoever got them saw. */
  sighted: number
  /**
   * From the record to the first sighting by whoever got it, milliseconds: the median over `leads` objects; below 0 where
   * it was seen before. Null where no sighting gives a time.
   */
  leadMs: number | null
  leads: number
}

export interface FeedbackPage {
  feedback: FeedbackRow[]
  next: string | null
}

/** One sighting or opinion of another party on one object of ours. */
export interface FeedbackRow {
  pact: string
  party: string
  mode: 'Actual' | 'Exercise' | 'Test'
  /** The object it is about, and its name where it has one. */
  object: string
  name: string | null
  kind: 'sighting' | 'opinion'
  /** Of the sighting or opinion, and its `modified`. */
  id: string
  version: string
  /** Of a sighting; 0 says that it was looked for and not seen. */
  count: number
  first: string | null
  last: string | null
  opinion: string | null
  verdict: FeedbackVerdict | null
  explanation: string | null
  /** The record it came in, `origin#index`, and the time that claims. */
  record: string
  time: string
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
  /** POSIX seconds since which it stands; null while no neutral has covered it. */
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

/** One record of a share; `objects` as its author counts them. */
export interface RecordOfShare {
  record: string
  objects: number
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

/** An object that somebody here removed from a collection; `order` is its version as it is compared. */
export interface RemovedHere {
  pact: string
  collection: CollectionName
  id: string
  order: string
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

export interface CollectionPage {
  objects: CollectionObject[]
  /** Null where there is no more. */
  next: string | null
  /** When its first and its last object joined; of an empty page the time after which was asked. */
  addedFirst: string
  addedLast: string
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
