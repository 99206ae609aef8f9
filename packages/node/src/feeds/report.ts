// What one pull, or one push, came to, for a person.

import type { ObjectDecision } from '@countersign/intel'
import type { FeedLimits } from './limits.ts'

export interface PullReport {
  feed: string
  pages: number
  /** Of a MISP: events that were fetched. */
  events?: number
  /** Of a MISP: events that were taken earlier and are not in its list any more, the first of them by UUID. */
  gone?: string[]
  goneTotal?: number
  /** Objects that were new, and that were known already. */
  fresh: number
  known: number
  /** Elements that are no STIX 2.1 objects, the first of them by name. */
  unreadable: { object: string; message: string }[]
  unreadableTotal: number
  /** What was said, as `origin#index`, and how many objects stand in it. */
  records: string[]
  shared: number
  /** Files of drafts that were written. */
  files: string[]
  /** Objects that the release gate does not let go, the first of them by name; they stand among the drafts. */
  heldBack: { object: string; message: string }[]
  heldBackTotal: number
  /** Objects that the release gate let go without some of it, or left out by a rule; the first of them by name. */
  redacted: { object: string; message: string }[]
  redactedTotal: number
  /** Objects that were put into a round. */
  gathered: number
  /** Objects of shares that wait for a second person (saying/waiting-shares.ts). */
  toApprove: number
  /** Objects that were taken and wait to be passed on. */
  waiting: number
  /** Whether the server has no more now. */
  whole: boolean
  doubt?: string
  /** Why it ended before that. */
  failure?: { code: string; message: string }
  /** Milliseconds since the epoch: before this its server wants to be left alone. */
  waitUntilMs?: number
}

export interface PushReport {
  feed: string
  /** Objects that the server took, and those it had taken in an earlier push. */
  taken: number
  known: number
  /** Objects that the server refused, the first of them by name. */
  refused: { object: string; message: string }[]
  refusedTotal: number
  /** Objects that may not leave, the first of them by name. */
  heldBack: { object: string; message: string }[]
  heldBackTotal: number
  /** Objects that the release gate let go without some of it, or left out by a rule; the first of them by name. */
  redacted: { object: string; message: string }[]
  redactedTotal: number
  /** Objects of which the server has not said yet whether it takes them; the next push sends them again. */
  open: number
  /** To a MISP: events that were added, changed, and there already; parts of events that were deleted there. */
  events?: { added: number; changed: number; known: number; deleted: number }
  /** All of it would need a second person, and a push asks none. */
  needsPerson?: boolean
  /** To a MISP: sightings that were added to attributes it had. */
  sightings?: number
  failure?: { code: string; message: string }
  waitUntilMs?: number
}

/** Of what the gate tells of each object, those it cut or left out. */
export function redactedIn(told: readonly ObjectDecision[], limits: FeedLimits): PullReport['redacted'] {
  return told
    .filter(({ cut, leftOut }) => leftOut || cut.length > 0)
    .slice(0, limits.told)
    .map(({ id, reasons }) => ({ object: id ?? '', message: reasons.map(({ message }) => message).join(' ') }))
}

export function emptyReport(feed: string): PullReport {
  const lists = { unreadable: [], records: [], files: [], heldBack: [], redacted: [] }
  return {
    ...{
      feed,
      pages: 0,
      fresh: 0,
      known: 0,
      unreadableTotal: 0,
      shared: 0,
      heldBackTotal: 0,
      redactedTotal: 0,
      gathered: 0,
      toApprove: 0,
      waiting: 0,
      whole: false,
    },
    ...lists,
  }
}
