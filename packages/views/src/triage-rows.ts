// What readers of the views get of what others shared with us and what we say of it (spec/records.md, Feedback).

import type { FeedbackVerdict } from '@countersign/record'

/** Which shares of other parties are meant: each that is given narrows it. */
export interface ReceivedQuery {
  pact: string
  /** Who shared it. */
  from?: string
  /** The UUID of a share, or one record, `origin#index`. */
  share?: string
  record?: string
  /** Milliseconds since 1970, by the time of the record: from `fromMs` up to, and without, `untilMs`. */
  fromMs?: number
  untilMs?: number
}

/** An opinion of ours that answers one record: its id, the record of ours in which it stands, and its reason. */
export interface SaidOf {
  id: string
  record: string
  reason: string | null
}

/** An object that another party shared with us, in one record of it. */
export interface ReceivedObject {
  id: string
  type: string
  name: string | null
  version: string
  from: string
  channel: string
  mode: 'Actual' | 'Exercise' | 'Test'
  /** Of the record. */
  tlp: string
  /** The UUID of the share, and the record, `origin#index`, with the time it claims. */
  share: string
  record: string
  time: string
  /** What we say now of it to whoever shared it, and the `modified` of the opinion that says so; null where it says none. */
  verdict: FeedbackVerdict | null
  saidAt: string | null
}
