// Objects along time. What an author says of itself (claims, RFC 3339) and what others countersigned (`lo`, `hi`, POSIX seconds)
// are told apart in every shape.

import type { FeedbackVerdict } from '@countersign/record'
import type { GraphInput, GraphState, ListedObject } from './objects.ts'
import type { Mode, RecordState } from './records.ts'

/** A timeline begins with `ids` or with what `search` finds. */
export interface TimelineInput extends Pick<GraphInput, 'ids' | 'search' | 'pact'> {
  /** Objects at most. */
  lanes?: number
}

export interface ObjectTimeline {
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
  events: TimelineEvent[]
  /** Whether there are more versions, records or answers than are told. */
  isCut: boolean
  /** Times in it that are none by RFC 3339. */
  unreadable: number
}

/** A claim: from when until when, by which properties of the object. */
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

/** What happened to an object in a record. */
export interface TimelineEvent {
  kind: 'said' | 'takenBack' | 'sighting' | 'opinion'
  /** `origin#index`, and who said it. */
  record: string
  party: string
  /** Said by us; else to us. */
  ours: boolean
  mode: Mode
  /** What its author claims. */
  time: string
  state: RecordState
  /** It was not there yet at `lo`, and held at `hi`, the earliest over all recipients; null without a bound. */
  lo: number | null
  hi: number | null
  /** Another text of the same id and version was there before. */
  refused: boolean
  /** Of a sighting: claims. 0 says that it was looked for and not seen. */
  seen: { count: number; first: string | null; last: string | null } | null
  opinion: { opinion: string | null; verdict: FeedbackVerdict | null } | null
}
