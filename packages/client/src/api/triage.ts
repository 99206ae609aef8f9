// Triage: what others shared, what we say of it, and giving many objects their verdicts at once (spec/records.md, Feedback).

import type { FeedbackVerdict } from '@countersign/record'
import type { FeedbackGiven } from './feedback.ts'
import type { Mode } from './records.ts'

export interface TriageScope {
  pact: string
  /** Who shared it. */
  from?: string
  /** The UUID of a share; or one record, `origin#index`. */
  share?: string
  record?: string
  /** RFC 3339 times, or dates: from then on, and before then. */
  since?: string
  until?: string
}

export interface TriageQuery extends TriageScope {
  /** Types of STIX, separated by commas. */
  types?: string
  /** In the name or the id. */
  text?: string
  /** `1`: also objects that have a verdict of ours. */
  all?: '0' | '1'
  limit?: string
}

export interface TriageInput extends TriageScope {
  /**
   * Of each object the first that fits it counts: one that names its id; or, where it has no verdict of ours yet, one that
   * names its type and a text in its name or id, each where it is given.
   */
  answers: { verdict: FeedbackVerdict; reason?: string; ids?: string[]; types?: string[]; text?: string }[]
  /** Also what has a verdict of ours already. */
  again?: boolean
}

export interface Triaged extends Omit<FeedbackGiven, 'objects'> {
  /** How many objects were answered, by the verdict. */
  verdicts: Record<FeedbackVerdict, number>
  /** How many of these had been told so before, in the records that are named too; nothing was said of them again. */
  told: number
  /** How many of what was looked at have no verdict of ours after it. */
  open: number
}

export interface TriagedShare {
  share: string
  from: string
  /** Of its first record, as it claims. */
  time: string
  records: number
  objects: number
  verdicts: Record<FeedbackVerdict, number>
  /** Without a verdict of ours, and of which types: the most frequent of them. */
  open: number
  openTypes: Record<string, number>
}

export interface TriageList {
  pact: string
  /** The last that came first. */
  shares: TriagedShare[]
  sharesTotal: number
  objects: ReceivedObject[]
  objectsTotal: number
}

/** An object that another party shared with us, in one record of it. */
export interface ReceivedObject {
  id: string
  type: string
  name: string | null
  version: string
  from: string
  channel: string
  mode: Mode
  tlp: string
  share: string
  record: string
  /** As its author claims. */
  time: string
  /** What we say now of it to whoever shared it, and the `modified` of the opinion that says so. */
  verdict: FeedbackVerdict | null
  saidAt: string | null
}
