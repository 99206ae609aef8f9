// What parties say of each other’s objects, and the balance of what they exchanged (spec/records.md, Feedback).

import type { FeedbackVerdict } from '@countersign/record'
import type { Mode } from './records.ts'
import type { ObjectVerdict } from './shares.ts'

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

export interface FeedbackPage {
  feedback: FeedbackRow[]
  next: string | null
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
  /** Of which it says nothing. */
  untouched: number
  verdicts: Record<FeedbackVerdict, number>
  sighted: number
  /** From the record to the first sighting by whoever got it: the median over `leads` objects, milliseconds. */
  leadMs: number | null
  leads: number
}

export interface FeedbackInput {
  pact: string
  /** STIX ids of objects that others shared, each of which `sighting` and `opinion` are said of. */
  ids?: string[]
  /** `count` 0 says that it was looked for and not seen; times in RFC 3339. */
  sighting?: { count?: number; first?: string; last?: string; description?: string }
  opinion?: { verdict?: FeedbackVerdict; opinion?: string; explanation?: string }
  /** Instead of these: sightings and opinions of STIX, as text. */
  stix?: string
  /** Instead of these: ids of sightings and opinions of ours that are taken back. */
  takeBack?: string[]
  /** Who saw it, for agreements that want it named or leave it open. */
  sighter?: string
  namesSighter?: boolean
  /** Others who were given the same, and are told too. */
  to?: string[]
  marking?: { tlp: string; class?: string }
}

export interface FeedbackGiven {
  state: 'said' | 'held-here' | 'waits'
  awaited: string[]
  records: string[]
  objects: number
  to: string[]
  /** Of the sightings and opinions. */
  ids: string[]
  redacted: ObjectVerdict[]
  redactedTotal: number
}
