// What readers of the views get of objects along time. Two kinds of time, kept apart in every shape: what an author says of
// itself (claims, RFC 3339 as it stands in the object), and what others countersigned (spec/receipt.md, POSIX seconds).

import type { FeedbackVerdict } from '@countersign/record'
import type { GraphQuery, GraphState, ListedObject } from './object-rows.ts'
import type { RecordState } from './rows.ts'

/** Objects by their ids, or those that a search finds, the newest; `pact`: only what was said under that agreement. */
export type TimelineQuery = Pick<GraphQuery, 'ids' | 'search' | 'pact'> & {
  /** Objects at most; TIMELINE_LANES_MAX unless fewer. */
  lanes?: number
}

export interface ObjectTimeline {
  /** In the order in which they were asked for, or found. */
  lanes: TimelineLane[]
  /** Of the ids that were asked for, how many nothing is shown of here. */
  missing: number
  /** Ids, or entries of the list (one for each version and direction of an object), that found no room. */
  left: number
  leftIsLeast: boolean
}

/** One object. What it says of itself is that of its newest version. */
export interface TimelineLane {
  id: string
  type: string
  name: string | null
  tlp: string | null
  /** Of a relationship, between what it is. */
  ends: ListedObject['ends']
  /** `withdrawn`: everybody who had said it took it back. */
  state: Exclude<GraphState, 'missing'>
  spans: TimelineSpan[]
  moments: TimelineMoment[]
  /** By when they were held, as far as that is known, else by what they claim. */
  events: TimelineEvent[]
  /** Whether there are more versions, records or answers than were looked at. */
  isCut: boolean
  /** Times in it that are none by RFC 3339. */
  unreadable: number
}

/** A claim: from when until when, by which properties of the object; an end that it does not give is null. */
export interface TimelineSpan {
  properties: readonly [from: string, until: string]
  from: string | null
  until: string | null
}

/** A claim: a property of the object; `modified` of each version, `revoked` where that version says so. */
export interface TimelineMoment {
  property: string
  at: string
}

/** A record, as far as time is concerned. */
export interface RecordTimes {
  /** `origin#index`. */
  record: string
  party: string
  mode: 'Actual' | 'Exercise' | 'Test'
  /** What its author claims, RFC 3339. */
  time: string
  state: RecordState
  /** It was not there yet at `lo`, and held at `hi`, the earliest over all recipients; null without a bound. */
  lo: number | null
  hi: number | null
}

/**
 * What happened to an object in records: it was said, or taken back; somebody saw it, or says what they think of it, as of
 * the newest they say.
 */
export interface TimelineEvent extends RecordTimes {
  kind: 'said' | 'takenBack' | 'sighting' | 'opinion'
  /** Said by us; else to us. */
  ours: boolean
  /** Another text of the same id and version was there before. */
  refused: boolean
  /** Of a sighting: claims. 0 says that it was looked for and not seen. */
  seen: { count: number; first: string | null; last: string | null } | null
  opinion: { opinion: string | null; verdict: FeedbackVerdict | null } | null
}
