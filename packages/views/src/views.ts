// What a node keeps of its logs to answer questions quickly, and the one way to write it. Guarantees: everything but the
// order in which objects joined a collection is a function of what was folded, in whatever order it was folded; folding
// the same thing twice changes nothing. Trusts its caller: that entries are the log's own (their place in the tree was
// checked), that `signature` tells the truth, and that receipts and opened content were verified.

import type { Result } from '@countersign/log'
import type { Force } from '@countersign/pact'
import type { Entry } from '@countersign/record'
import type Database from 'better-sqlite3'
import type { ConsentRow } from './consents.ts'
import type { Balance, BalanceQuery, FeedbackPage, FeedbackQuery } from './feedback-rows.ts'
import type { UnheldReceipt } from './named-receipts.ts'
import type {
  CollectionName,
  CollectionPage,
  CollectionQuery,
  ConflictRow,
  ConflictSource,
  GraphQuery,
  ObjectDetail,
  ObjectGraph,
  ObjectPage,
  ObjectQuery,
  ObjectRemark,
  OwnObject,
  RemovedHere,
  Selection,
  SelectionQuery,
  SharedPlace,
} from './object-rows.ts'
import type { Going, GoingObject, Passage } from './originators.ts'
import type {
  Alarm,
  CardRow,
  ContentLife,
  NoticeRow,
  PactRow,
  PartToRemove,
  RecordDetail,
  RecordOfShare,
  RecordPage,
  RecordQuery,
  Rejection,
  RetentionOver,
  SaidLately,
  Statistics,
} from './rows.ts'
import type { SharedOnce } from './shared-once.ts'
import type { ObjectTimeline, TimelineQuery } from './timeline-rows.ts'
import type { ReceivedObject, ReceivedQuery, SaidOf } from './triage-rows.ts'

export interface ViewsOptions {
  /** A file, or `:memory:`. */
  path: string
  /** How the database there is opened, where it is not by the machine’s own means. */
  open?(path: string): Database.Database
  /** Our own party: what it says is the outbox, what others say is the inbox. */
  party: string
  /** Milliseconds since 1970. Only for the time at which an object joined a collection, and for what has expired. */
  now: () => number
}

/** One entry of a log, and whether both its signatures were found to hold by the keys of its author's card. */
export interface EntryToFold {
  bytes: Uint8Array
  /** As `parseEntry` read these bytes, where the caller has done so. */
  parsed?: Result<Entry>
  signature: boolean
  /** Digest of the card by whose keys that was found; where another is in force, it is looked at again. */
  card?: string
}

/** A verified receipt or cosignature (spec/receipt.md). */
export interface ReceiptToFold {
  origin: string
  /** The signer's party domain. */
  by: string
  size: number
  /** POSIX seconds. */
  time: number
  /** SHA-256 of the receipt file, hex. */
  digest: string
  /** The ids of the keys of its signer's two lines, hex: what a notice of compromise is matched with. */
  key?: string
  /** It does not say that the author showed no more, and bounds no lo. */
  isDeposit?: boolean
}

/** What views keep of one STIX object; the source text is kept and served verbatim, whatever the rest says. */
export interface ObjectToFold {
  /** Its place in the bundle, from 0. */
  position: number
  source: string
  id: string
  type: string
  /** `modified`, else `created`; null for an object without either. */
  version: string | null
  specVersion: string
  name: string | null
  /** The strictest TLP 2.0 name its markings come to, such as `TLP:AMBER`; null where it has none. */
  tlp: string | null
  revoked: boolean
  /** What breaks the standard in it, errors first. */
  warnings: ObjectRemark[]
}

/** A log that contradicts itself, or a peer's other misdeed, as the node's files of evidence show it. */
export interface ContradictionToFold {
  code: string
  origin: string
  message: string
}

export interface Views {
  readonly party: string

  // ---- what has arrived; each may come at any time, in any order, and again ----

  /** Keeps a party's card. Refuses what `parseCard` refuses. */
  knowCard(file: Uint8Array): Promise<Result<{ party: string; digest: string }>>

  /** Keeps one version of an agreement, canonical bytes. Refuses what `parseAgreement` refuses. */
  knowAgreement(canonical: Uint8Array): Promise<Result<{ id: string; version: string }>>

  /** The index of the first entry of a log that is not folded yet; may fall after `knowAgreement`: feed from here. */
  cursor(origin: string): Promise<number>
  /** Digest of the card in force for that entry; undefined for the first of a log, and in one that was not opened. */
  cardInForce(origin: string): Promise<string | undefined>
  /** Cards that a log, or a notice in one, needs to be read on, and that are not known; each with its party. */
  cardsAwaited(): Promise<{ party: string; card: string }[]>

  /**
   * Folds the entries of one log from `fromIndex` on; those below the cursor are passed over. At most
   * ENTRIES_PER_FOLD_MAX. Ends before an entry that needs a card that is not known: feed again once it is. Refuses
   * `views/gap` above the cursor, and `views/agreement-unknown` until a version of the agreement is known.
   */
  foldEntries(origin: string, fromIndex: number, entries: readonly EntryToFold[]): Promise<Result<{ next: number }>>

  foldReceipt(receipt: ReceiptToFold): Promise<void>
  /** Many at once, in one transaction. */
  foldReceipts(receipts: readonly ReceiptToFold[]): Promise<void>
  /**
   * Forgets a receipt that others of its size make superfluous. False, and it stays, where it bounds something, brought
   * an agreement into force, or is named by a statement.
   */
  forgetReceipt(receipt: ReceiptToFold): Promise<boolean>

  /**
   * Receipts by `by` on `origin` that statements name and that are not held: of each log that names some the first `most`
   * beyond the place in it that `after` tells (-1 for all).
   */
  receiptsUnheld(origin: string, by: string, after: (namedIn: string) => number, most: number): Promise<UnheldReceipt[]>

  /** A witness of the agreement cosigned a log up to that size, as the caller verified. */
  foldWitnessed(head: { origin: string; witness: string; size: number; time: number }): Promise<void>

  /** Where a part of a record stands on this node; `title` is for an opened message its subject. */
  contentState(
    record: string,
    part: number,
    state: 'awaited' | 'held' | 'opened' | 'rejected' | 'destroyed',
    code?: string,
    title?: string,
  ): Promise<void>

  /**
   * Folds STIX objects of one opened part, in order, at most OBJECTS_PER_FOLD_MAX a call: one short transaction. Let
   * the event loop turn between two calls. Objects of records that are void or undecided are kept and not shown.
   */
  foldObjects(record: string, part: number, objects: readonly ObjectToFold[]): Promise<void>

  /**
   * Whose the objects are that `forgetContent` would remove next, for whoever keeps it. Nothing more of that part is folded
   * from here on.
   */
  nextToForget(record: string, part: number): Promise<SharedOnce[]>
  /**
   * Removes some of what was made of the plaintext of one part; true while more is left. Once nothing is, the part is
   * shown as destroyed and nothing more of it is folded.
   */
  forgetContent(record: string, part: number): Promise<boolean>
  /** Nothing of that part is left anywhere here, and what was to be said of it is said: it is to be removed no more. */
  contentRemoved(record: string, part: number): Promise<void>
  /** Cleans the file of what was removed, in bounded steps; true while more is left. */
  clean(): Promise<boolean>

  /** Raises an alarm that stays: a fork, a rewind. */
  foldContradiction(contradiction: ContradictionToFold): Promise<void>

  /**
   * What a log says from the entry `common` on stands on one branch of it only: its author signed two. It binds its author
   * and counts for nothing in its favour (spec/fork.md, What stands after the split).
   */
  foldSplit(origin: string, common: number): Promise<void>

  /**
   * Brings a bounded number of rows up to date with what has arrived; true while more are left. Reads do some of it
   * themselves; after a large fold call it until false, letting the event loop turn between calls.
   */
  settle(): Promise<boolean>

  /** Forgets everything folded, so that it can be folded again. Sequence numbers and added times never fall. */
  reset(): Promise<void>

  /** SHA-256 over all content in canonical order, hex: equal for equal content however it arrived. Settles first. */
  digest(): Promise<string>
  /** Likewise of each table alone, by its name. */
  digests(): Promise<Map<string, string>>

  close(): Promise<void>

  // ---- what is asked ----

  records(query: RecordQuery): Promise<Result<RecordPage>>
  /** One record, `origin#index`. */
  record(record: string): Promise<RecordDetail | undefined>
  /** `goesOn` is asked now and then: where nobody waits for the answer any more, it ends with what there is by then. */
  objects(query: ObjectQuery, goesOn?: () => boolean): Promise<Result<ObjectPage>>
  /** Every version of an object in every collection, and what it is related to. */
  object(id: string): Promise<ObjectDetail | undefined>
  /**
   * Objects and how they are linked, from some ids or from what a search finds. `turn` is awaited between stretches of the
   * work. Refuses `views/query`.
   */
  graph(query: GraphQuery, turn: () => Promise<unknown>): Promise<Result<ObjectGraph>>
  /**
   * Objects along time, from some ids or from what a search finds. `turn` is awaited between stretches of the work. Refuses
   * `views/query`.
   */
  timeline(query: TimelineQuery, turn: () => Promise<unknown>): Promise<Result<ObjectTimeline>>
  /**
   * Objects to be taken out, and how strictly they are marked; at most SELECTED_MAX. Refuses `views/query` and
   * `views/selection`.
   */
  selection(query: SelectionQuery, turn: () => Promise<unknown>): Promise<Result<Selection>>
  /** What the others say now of objects that we shared, the last that came first (spec/records.md, Feedback). */
  feedback(query: FeedbackQuery): Promise<Result<FeedbackPage>>
  /**
   * What was exchanged with each other party under an agreement, both ways. `turn` is awaited between stretches of the
   * work, which grows with what was shared in that time.
   */
  balance(query: BalanceQuery, turn: () => Promise<unknown>): Promise<Balance[]>
  /**
   * What others shared with us, and what we say of it to them: a stretch at a time, in the order of the records, each object
   * once for each record it stands in.
   */
  received(query: ReceivedQuery): Generator<ReceivedObject[]>
  /** One object, once for each party that shared it with us, in the last record in which it did. */
  receivedObject(pact: string, id: string): ReceivedObject[]
  /** What we now say of it to whoever shared it, where that answers the record it stands in. */
  saidOf(pact: string, object: Pick<ReceivedObject, 'id' | 'from' | 'mode' | 'record'>): SaidOf | undefined
  /** Who said texts that were refused, most first. */
  conflictSources(): Promise<ConflictSource[]>
  conflicts(query: {
    pact?: string
    party?: string
    cursor?: string
    limit?: number
  }): Promise<Result<{ conflicts: ConflictRow[]; next: string | null }>>
  /** Every version of every agreement that is known, newest first. */
  pacts(): Promise<PactRow[]>
  /** The versions of one agreement, newest first. */
  pact(id: string): Promise<PactRow[]>
  /** When and by what a version came into force on a channel. Answered from memory, so that a speaker need not pause. */
  force(pact: string, version: string, channel: string): Force | undefined
  /** How much of a log one that validly succeeds it pins, the most of several; undefined where none is known. */
  pinnedSize(origin: string): Promise<number | undefined>
  /** Whether a party's signature under a version stands on a channel, valid as far as its own log tells. */
  hasSigned(pact: string, version: string, channel: string, party: string): Promise<boolean>
  /**
   * For each of these objects the text under which a collection shows its id and version; undefined where it shows
   * none. At most OBJECTS_PER_FOLD_MAX.
   */
  textsShown(
    pact: string,
    collection: CollectionName,
    objects: readonly { id: string; version: string | null }[],
  ): Promise<(string | undefined)[]>
  /** Of these ids those whose newest version in our outbox is revoked; at most OBJECTS_PER_FOLD_MAX. */
  revokedByUs(pact: string, ids: readonly string[]): Promise<ReadonlySet<string>>
  /** For each of these objects whose consent is missing that it goes there, or by whose it does; at most OBJECTS_PER_FOLD_MAX. */
  passages(objects: readonly GoingObject[], going: Going): Promise<Passage[]>
  /** Parts of one log that are sealed to us and are neither opened nor rejected yet, in order. */
  partsToOpen(origin: string): Promise<{ origin: string; index: number; part: number; size: number }[]>
  /** Parts of records to us, valid or undecided, that could not be taken and of which we have not told their author. */
  rejectionsToSay(): Promise<Rejection[]>

  /** Parts that a valid record destroyed and that stand here yet, but for those that a hold or charge keeps. */
  partsToRemove(): Promise<PartToRemove[]>

  /** Every part that no receipt asks for any more, whether or not it is to be removed; in the order of the records. */
  partsExcused(): Promise<{ origin: string; index: number; part: number; sealed: string }[]>
  /** Whether a record destroyed that part, so that no receipt asks for it (spec/destruction.md, What follows). */
  isDestroyed(origin: string, index: number, part: number): boolean
  /** What was said of the content of one record, `origin#index`. */
  contentLife(record: string): Promise<ContentLife | undefined>
  /**
   * Records of a channel, ours or to us, whose retention has run out by a time to which our own log is dated: some of
   * those after `from`, and from where to look on; undefined at the end.
   */
  retentionOver(
    pact: string,
    channel: string,
    provedSeconds: number,
    from?: RetentionOver['next'],
  ): Promise<RetentionOver>

  /** Whom the statements of a log, void ones too, name beside a sealed file; undefined where none names it. */
  addressees(origin: string, sealed: string): Promise<ReadonlySet<string> | undefined>
  cards(): Promise<CardRow[]>
  /** Valid notices of compromised keys, with the logs that carry each. */
  notices(): Promise<NoticeRow[]>
  /** The size at which a notice froze a log; undefined where none did. Answered from memory. */
  frozenAt(origin: string): number | undefined
  alarms(): Promise<Alarm[]>
  statistics(): Promise<Statistics>

  // ---- TAXII 2.1: one set of collections for each agreement; ascending by the time added ----

  collectionObjects(query: CollectionQuery): Promise<Result<CollectionPage>>
  /** The same without the texts. */
  collectionManifest(query: CollectionQuery): Promise<Result<CollectionPage>>
  /** Every version of one object in a collection; `match.id` and `match.type` are not used. */
  collectionVersions(id: string, query: CollectionQuery): Promise<Result<CollectionPage>>
  /** The text of an object of a page, verbatim; undefined where it was destroyed meanwhile. */
  collectionText(digest: string): string | undefined
  /** The same of some from a place on, one at least, until they have so many characters: faster than one by one. */
  collectionTexts(digests: readonly string[], from: number, characters: number): (string | undefined)[]
  /** Whether a collection shows any version of an object. */
  inCollection(pact: string, collection: CollectionQuery['collection'], id: string): boolean
  /**
   * The names of the feeds of an agreement in which anything was shared, sorted: of each party the first FEEDS_PER_PARTY_MAX
   * it shared in.
   */
  feeds(pact: string): string[]
  /**
   * The objects of a record, a share of ours, that count: past a place, in their order, at most OBJECTS_PER_FOLD_MAX. None
   * of what is no such record.
   */
  sharedInRecord(record: string, after: { part: number; position: number }): OwnObject[]
  /** The newest consents to passing on, given and heard (spec/records.md, Passing on). */
  consents(pact: string): ConsentRow[]
  /** What of an object in our outbox may be taken back, and to whom it was said; at most REVOKED_AT_ONCE_MAX. */
  sharedByUs(pact: string, id: string): SharedPlace[]
  /**
   * What of an object others shared with us may be answered: what was said in earnest first, then the newest version; at
   * most REVOKED_AT_ONCE_MAX. With `alsoTakenBack` also what its author took back: what was said of that can be taken back.
   */
  sharedWithUs(pact: string, id: string, options?: { alsoTakenBack?: boolean }): SharedPlace[]
  /** The newest text of a sighting or an opinion that we say, unless that is revoked. */
  feedbackByUs(pact: string, id: string): string | undefined

  /** The records by which a party shared anything, or gave feedback, since then by its own time. */
  saidLately(author: string, pact: string, sinceMs: number): SaidLately[]
  /**
   * The records that a party said of the share with this UUID and that are not void, in the order of its log. Of feedback,
   * which names no share, the first: its id ends as the UUID does.
   */
  recordsOfShare(author: string, pact: string, share: string): RecordOfShare[]

  /** Under which ids something stood whose content is destroyed, which the node keeps itself: all of it, as at a start. */
  recallSharedOnce(all: Iterable<SharedOnce>): void
  /** More of these. */
  addSharedOnce(some: readonly SharedOnce[]): void
  /** What this node does not show any more, and keeps itself: all of it, as at a start. */
  recallRemoved(all: readonly RemovedHere[]): void
  /** Removes from what is shown; the records they came in stay as they are. */
  removeHere(some: readonly RemovedHere[]): void
  /** What of an object stands in a collection and is meant by these versions (TAXII 2.1 section 3.4.1); all without any. */
  versionsMeant(
    of: Omit<RemovedHere, 'order'>,
    versions?: readonly string[],
    specVersions?: readonly string[],
  ): RemovedHere[]
}
