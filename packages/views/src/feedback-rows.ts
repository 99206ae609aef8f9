// What readers of the views get of feedback (spec/records.md, Feedback), and of the balance of what was exchanged.

import type { FeedbackVerdict } from '@countersign/record'

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
  /** Of which whoever got them says something now to who gave them: a sighting or an opinion. */
  answered: number
  /** Of which it says nothing. */
  untouched: number
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
