// Sharing and taking back: what is asked, what the release gate says of it, and what waits for a second person.

import type { Mode, Validity } from './records.ts'

export interface ShareInput {
  pact: string
  channel?: string
  to?: string[]
  marking?: { tlp: string; class?: string }
  mode?: string
  /** The feed it is shared in. */
  feed?: string
  /** A fresh UUID: asked for again under it, after an answer that was lost, it is not said twice. */
  share?: string
}

/** A bundle, an envelope or one object; a page gives a Blob, which the browser reads from the disk as it is sent. */
export type StixBody = ReadableStream<Uint8Array> | Uint8Array | Blob

export interface ShareOutcome {
  /**
   * `held-here`: kept, and said once the start-up check of the log is over. `waits`: kept until a second person approves
   * it. No record has a place yet.
   */
  state: 'said' | 'held-here' | 'waits'
  awaited: string[]
  share: string
  records: string[]
  objects: number
  /** It was asked for before under this UUID; what was sent now was not read. */
  saidBefore?: boolean
  /** What the gate cut or left out: the first of it, and how many objects it is. */
  redacted: ObjectVerdict[]
  redactedTotal: number
  /** Where STIX 2.1 is broken, and where its advice is not followed: the first of them, and how many there are. */
  errors: ShareRemark[]
  errorsTotal: number
  warnings: ShareRemark[]
  warningsTotal: number
  /** Why it waits for a second person: the first reasons, and how many there are. */
  waits: readonly GateReason[]
  waitsTotal: number
}

/** Of the whole, or of one object. */
export interface GateReason {
  code: string
  message: string
  /** The rule of the house, or the threshold in its terms. */
  rule?: string
  object?: { index: number; id: string | null }
}

export interface TriedShare
  extends Pick<
    ShareOutcome,
    'objects' | 'errors' | 'errorsTotal' | 'warnings' | 'warningsTotal' | 'waits' | 'waitsTotal'
  > {
  /** Whether all of it would leave at once, but for what is redacted. */
  passes: boolean
  verdict: GateVerdict
  counts: Record<GateVerdict, number>
  /** How many objects are cut or left out. */
  altered: number
  /** How many records it would be said in; 0 where it is refused. */
  records: number
  /** What happens with each object: the first that do not pass as they came, and the first that do. */
  told: readonly ObjectVerdict[]
  refusals: readonly GateReason[]
  refusalsTotal: number
  /** By whose consents what came from others would go on. */
  by: readonly GoneBy[]
}

/** A consent to passing on (spec/records.md, Passing on), and how many objects go by it. */
export interface GoneBy {
  party: string
  /** The agreement and the record, `origin#index`, in which it was given, and when: milliseconds since 1970. */
  pact: string
  record: string
  at: number
  /** How far: under which agreement, and to whom; null for any, and for anybody. */
  agreement: string | null
  parties: readonly string[] | null
  objects: number
}

/** `waits`: it leaves once a second person approves, cut where `cut` says so. */
export type GateVerdict = 'passes' | 'redacted' | 'waits' | 'refused'

/** What the release gate decided on one object, by its place in the share. */
export interface ObjectVerdict {
  index: number
  id: string | null
  verdict: GateVerdict
  /** Why it does not pass as it came, and by which rule of the house where one decided. */
  reasons: readonly { code: string; message: string; rule?: string }[]
  /** What of it is cut, by its selector in the object as it came. */
  cut: readonly { selector: string; message: string }[]
  /** Whether it does not leave at all, and the rest does. */
  leftOut: boolean
  /** By whose consents it goes on, where it came from others. */
  by?: readonly { party: string; record: string }[]
}

interface ShareRemark {
  object: string
  path: string
  message: string
  section: string
}

export interface RevokeInput {
  pact: string
  /** STIX ids. */
  ids: string[]
  /** As spec/records.md lists them. */
  reason: string
  /** `all`, `first`, `last` or exact versions; otherwise every one. */
  versions?: string[]
  /** We created them: a new version of each that has versions is shared as well, with `revoked` set to true. */
  creator?: boolean
}

export interface Revoked {
  /** `held-here`: some of it is kept, and said once the start-up check of the log is over. */
  state: 'said' | 'held-here'
  awaited: string[]
  /** The revocations. */
  records: string[]
  objects: number
  /** In how many records of ours they stood. */
  shares: number
  /** Whom it was said to. */
  to: string[]
  /** Ids among them that have versions. */
  versioned: string[]
  /** Records in which new versions of them were shared. */
  newVersions: string[]
}

export interface ConsentInput {
  pact: string
  /** STIX ids of objects in our outbox. */
  ids?: string[]
  /** `all`, `first`, `last` or exact versions of these; otherwise every one. */
  versions?: string[]
  /** Records of ours of which all objects are meant. */
  records?: string[]
  /** Who may pass them on; otherwise all they were shared with. */
  to?: string[]
  /** The id of the agreement under which; null for any, and outside of all. */
  agreement: string | null
  /** Its parties to whom; null for anybody. */
  parties: string[] | null
}

export interface Consented {
  /** `held-here`: some of it is kept, and said once the start-up check of the log is over. */
  state: 'said' | 'held-here'
  awaited: string[]
  /** The consents, or the retractions. */
  records: string[]
  /** Whom it was said to. */
  to: string[]
}

/** A consent to passing on; times in milliseconds since 1970. */
export interface ConsentRow extends Pick<ConsentInput, 'agreement' | 'parties'> {
  record: string
  from: string
  to: string[]
  channel: string
  mode: Mode
  /** The records it is about. */
  of: string[]
  /** How many objects of these; null for all. */
  objects: number | null
  at: number
  validity: Validity
  /** Those of `to` that may not go by it any more. */
  retractedFor: string[]
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
  /** Of the records it becomes: a share, or feedback on what others shared. */
  type: 'intel/share' | 'intel/sighting'
  pact: string
  channel: string
  to: string[]
  mode: Mode
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
  /** `judgement`: what was looked at, and approved; the gate may have decided otherwise since. */
  approvals: { name: string; at: number; judgement: string }[]
  /** How many persons must approve it still. */
  needed: number
  endedBy: string | null
  endedAt: number | null
  /** Why it was refused, or what came of it. */
  outcome: string
}
