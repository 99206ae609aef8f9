// The shapes in which a node’s API answers, for whoever asks it: the console, the shell, a program of one’s own. Names are
// those of the answers; times are RFC 3339 texts where they come from a statement, and numbers with their unit named
// elsewhere.

import type { FeedbackVerdict } from '@countersign/record'

export type Mode = 'Actual' | 'Exercise' | 'Test'
export type RecordState = 'said' | 'held' | 'delivered' | 'void' | 'undecided' | 'superseded'
export type DeliveryState = 'said' | 'held' | 'delivered'

export interface Me {
  account: { id: string; name: string; email: string }
  node: NodeFacts & { words: string[] }
}

/** What the sign-in room may know before anyone has signed in: given beside the code in the 401 answer of /api/me. */
export interface NodeFacts {
  party: string
  name: string
  neutral: boolean
  demo: boolean
}

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
}

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

export interface ObjectDetail {
  versions: (ObjectRow & { source: string; pact: string; provenance: Provenance[] })[]
  relations: ObjectRow[]
  /** What each party says now of it: our own word on it too. */
  feedback: ObjectFeedback[]
}

export interface ObjectFeedback {
  pact: string
  party: string
  mode: Mode
  sightings: {
    sightings: number
    /** How often it was seen in all, and how many sightings say that it was looked for and not seen. */
    count: number
    notSeen: number
    first: string | null
    last: string | null
  } | null
  opinion: {
    id: string
    version: string
    opinion: string | null
    verdict: FeedbackVerdict | null
    explanation: string | null
    record: string
  } | null
}

/** One sighting or opinion of another party on one object of ours. */
export interface FeedbackRow {
  pact: string
  party: string
  mode: Mode
  /** The object it is about, and its name where it has one. */
  object: string
  name: string | null
  kind: 'sighting' | 'opinion'
  id: string
  version: string
  /** Of a sighting; 0 says that it was looked for and not seen. */
  count: number
  first: string | null
  last: string | null
  opinion: string | null
  verdict: FeedbackVerdict | null
  explanation: string | null
  record: string
  /** As its author claims. */
  time: string
}

/** What was exchanged under an agreement in some time, with each other party. */
export interface BalanceAnswer {
  pact: string
  /** RFC 3339: from then on, and before `until`. */
  from: string
  until: string
  /** `received` from that party, `given` to it. */
  parties: { party: string; received: Exchanged; given: Exchanged }[]
}

/** What went one way; an object counts once, where it first went that way. */
export interface Exchanged {
  records: number
  objects: number
  /** New to whoever got them. */
  fresh: number
  /** Of which whoever got them says something now. */
  answered: number
  verdicts: Record<FeedbackVerdict, number>
  sighted: number
  /** From the record to the first sighting by whoever got it: the median over `leads` objects, milliseconds. */
  leadMs: number | null
  leads: number
}

export interface FeedbackPage {
  feedback: FeedbackRow[]
  next: string | null
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

export interface AgreementText {
  v: 1
  id: string
  base: string | null
  title: string
  language: string
  parties: { party: string; name: string; root: string }[]
  neutrals: { party: string; name: string; root: string; operator: string; roles: string[] }[]
  quorum: number
  channels: { name: string; parties: string[] }[]
  term: { from: string | null; until: string | null }
  offer: { expires: string }
  marking: { scheme: string; max: string }
  share: { records: string[]; stix: { deny: string[] } | { allow: string[] } }
  limits: { entriesPerDay: number; bytesPerDay: number; partBytes: number; parts: number; openProposals: number }
  retention: { days: number }
  intervals: { pollSeconds: number; cosignSeconds: number; pinSeconds: number; rejectSeconds: number }
  clauses: { id: string; text: string; source: string }[]
}

export interface ForceRow {
  /** POSIX seconds. */
  since: number
  covers: { origin: string; index: number }[]
  receipt: { by: string; origin: string; size: number; digest: string }
}

export interface PactRow {
  id: string
  version: string
  title: string
  state: 'draft' | 'signed' | 'in-force' | 'expired'
  agreement: AgreementText
  channels: {
    name: string
    signatures: { party: string; record: string | null; time: string | null }[]
    force: ForceRow | null
  }[]
  cards: string[]
}

export interface CardRow {
  party: string
  name: string
  words: string[]
  digest: string
  serial: number
  /** RFC 3339. */
  notAfter: string
  /** The card file, base64. */
  bytes: string
}

export interface AlarmRow {
  /** Epoch milliseconds; not given for what is derived from the logs. */
  at?: number
  code: string
  subject: string
  message: string
  count?: number
  record?: string | null
  /** It stands until two officers have acknowledged it. */
  twoOfficers?: boolean
}

export interface ChannelStatus {
  name: string
  /** Our log of the channel; null where we speak on none. */
  origin: string | null
  /** `checking`: held until peers have answered; `stopped`: the log may not sign any more. */
  state: 'none' | 'checking' | 'ready' | 'stopped'
  awaited: string[]
  /** Whether two officers may have a log opened that succeeds ours. */
  maySucceed: boolean
  /** Whether it waits for readers who may hold a log of ours, has none itself, and two officers may go on without them. */
  mayGoOnWithout: boolean
  size: number
}

export interface NodeStatus {
  party: string
  neutral: boolean
  pacts: {
    id: string
    title: string
    channels: ChannelStatus[]
    peers: { party: string; role: 'party' | 'neutral'; reachable: boolean; lastHeardMs: number | null }[]
  }[]
  /** What was said here and waits for the start-up check before it is signed. */
  heldHere: number
  /** What one officer asked for and a second may confirm. */
  approvals: ApprovalRow[]
  /** Shares that wait for a second person. */
  toApprove: number
  alarms: AlarmRow[]
}

/** An act that takes two officers. */
export type Act =
  | { kind: 'log/succeed'; pact: string; channel: string; pins: { origin: string; size: number; root: string } }
  /** Where no log of ours is there that could be succeeded: `readers` are waited for no more. */
  | { kind: 'log/go-on-without'; pact: string; channel: string; readers: string[] }
  | { kind: 'alarm/acknowledge'; code: string; subject: string }

export interface ApprovalRow {
  id: string
  act: Act
  reason: string
  askedBy: string
  askedAt: number
  expiresAt: number
  state: 'open' | 'done' | 'withdrawn' | 'expired' | 'failed'
  endedBy: string | null
  endedAt: number | null
  outcome: string
}

/**
 * A share that waits for a second person, or did. It is approved by another than shared it; what no officer who had signed
 * in shared, as what a tool adds, by two. Times in milliseconds since 1970.
 */
export interface WaitingShare {
  /** Of the share: its UUID, in its records too. */
  id: string
  /** `approved`: it is said as soon as its log may be signed. `failed`: the gate, or the log, refused it in the end. */
  state: 'open' | 'approved' | 'done' | 'refused' | 'withdrawn' | 'expired' | 'failed'
  pact: string
  channel: string
  to: string[]
  marking: { tlp: string; class?: string }
  feed: string | null
  /** In whose name it was asked, and whether that is an officer who had signed in. */
  author: string
  isOfficers: boolean
  askedAt: number
  expiresAt: number
  bytes: number
  objects: number
  /** Objects that are cut or left out. */
  altered: number
  /** By which rules or thresholds; how many objects each names, 0 where it is about the whole. */
  because: { rule: string; message: string; objects: number }[]
  /** What the gate decided, as a digest: what is approved. */
  judgement: string
  approvals: { name: string; at: number }[]
  /** How many persons must approve it still. */
  needed: number
  endedBy: string | null
  endedAt: number | null
  /** Why it was refused, or what came of it. */
  outcome: string
}

/** A file on a carried folder that is missing or damaged; `why` begins with a verb. */
export interface CarriedFault {
  path: string
  why: string
}

/** What came of a folder that was carried here by hand. */
export interface CarriedIn {
  /** Members of our agreements of whom something lies there. */
  carriers: string[]
  keys: {
    /** Not held before. */
    cards: { party: string; serial: number }[]
    notices: { party: string; roles: string[] }[]
    /** Cards that logs or notices held here wait for, by their digests. */
    awaited: { party: string; card: string }[]
    missing: CarriedFault[]
  }
  logs: {
    origin: string
    entries: number
    content: number
    /** Held here now, and the largest head that the folder shows; 0 where it shows none. */
    size: number
    carried: number
    receipt: 'given' | 'had' | 'none'
    missing: CarriedFault[]
    missingTotal: number
    refused: string[]
  }[]
  receipts: {
    origin: string
    by: string
    taken: number
    covers: number
    waits: boolean
    missing: CarriedFault[]
  }[]
  /** Logs of ours that sign nothing yet. */
  checks: {
    origin: string
    state: ChannelStatus['state']
    awaited: string[]
    answers: { by: string; why: string }[]
  }[]
  leftAlone: string[]
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

export interface ObjectQuery {
  pact?: string | undefined
  collection?: string | undefined
  type?: string | undefined
  party?: string | undefined
  q?: string | undefined
  cursor?: string | undefined
  limit?: string | undefined
}

export interface RecordPage {
  records: RecordRow[]
  next: string | null
  total: number
}

export interface ObjectPage {
  objects: ObjectRow[]
  next: string | null
  total: number
  /** Whether there are at least `total`, and the rest was not counted. */
  totalIsLeast?: boolean
}

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

export interface KeyStatus {
  party: string
  card: string
  serial: number
  words: string[]
  root: { threshold: number; keys: number; here: number }
  validity: { notBefore: string; notAfter: string; daysLeft: number }
  cards: { digest: string; serial: number }[]
  roles: { role: string; serial: number; since: string; givenUp: boolean }[]
  logs: { origin: string; serial: number | null; upToDate: boolean; frozenAt: number | null }[]
  waiting: boolean
  /** Whether the private keys lie under a passphrase. */
  underPassphrase: boolean
  notices: { party: string; digest: string; roles: string[]; cards: string[] }[]
}

export type RotatedAnswer =
  | { state: 'accepted'; serial: number; notice: string | null }
  | { state: 'to-sign'; request: string }

/** Where what a feed brings goes: into files of drafts, or into shares through the release gate. */
export type FeedDestination =
  | { kind: 'drafts' }
  | {
      kind: 'share'
      pact: string
      channel?: string
      to?: string[]
      marking?: { tlp: string; class?: string }
      /** The feed of ours it is shared in. */
      feed?: string
    }

export type FeedCredential =
  | { kind: 'none' }
  | { kind: 'basic'; user: string; password: string }
  | { kind: 'bearer'; token: string }

export interface NewFeed {
  name: string
  /** Of the collection. */
  url: string
  destination: FeedDestination
  credential: FeedCredential
  /** 0 for never by itself. */
  everyMinutes: number
  since?: string
  account: string
}

/** What a foreign TAXII server has. */
export interface Discovered {
  title: string
  roots: {
    url: string
    title: string
    /** `url`: for a feed. */
    collections: {
      url: string
      id: string
      title: string
      description: string
      mayRead: boolean
      mayWrite: boolean
    }[]
    /** Whether it has more collections than these. */
    more: boolean
    /** Why its collections are not known. */
    failure?: string
  }[]
  /** API roots on other servers, which are asked by themselves. */
  elsewhere: string[]
  more: boolean
}

/** A foreign TAXII collection that is pulled from. Times are milliseconds since the epoch. */
export interface FeedRow {
  name: string
  url: string
  destination: FeedDestination
  /** How it signs in, and under which name; never the secret. */
  signsIn: string
  everyMinutes: number
  addedBy: string
  paused: boolean
  lastPullMs: number | null
  lastNew: number
  totalNew: number
  /** Objects that were taken and are not passed on yet. */
  waiting: number
  nextTryMs: number | null
  waitUntilMs: number | null
  error: string | null
  /** What its server does that it should not. */
  doubt: string | null
  addedAfter: string | null
}

/** What one pull came to. */
export interface PullReport {
  feed: string
  pages: number
  fresh: number
  known: number
  unreadable: { object: string; message: string }[]
  unreadableTotal: number
  records: string[]
  shared: number
  files: string[]
  heldBack: { object: string; message: string }[]
  heldBackTotal: number
  /** Cut, or left out by a rule. */
  redacted: { object: string; message: string }[]
  redactedTotal: number
  /** Objects of shares that wait for a second person. */
  toApprove: number
  waiting: number
  whole: boolean
  doubt?: string
  failure?: { code: string; message: string }
  waitUntilMs?: number
}

/** What one push came to. */
export interface PushReport {
  feed: string
  taken: number
  /** Taken in an earlier push. */
  known: number
  refused: { object: string; message: string }[]
  refusedTotal: number
  heldBack: { object: string; message: string }[]
  heldBackTotal: number
  /** Cut, or left out by a rule. */
  redacted: { object: string; message: string }[]
  redactedTotal: number
  open: number
  failure?: { code: string; message: string }
  waitUntilMs?: number
}
