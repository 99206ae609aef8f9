// What a sighting or an opinion of STIX 2.1 says of other objects, read from its text as it came. What is malformed in it
// is as if it were not there; one that names no object says nothing.

import { FEEDBACK_VERDICTS, type FeedbackVerdict, VERDICT_EXTENSION } from '@countersign/record'
import { REFERENCES_MAX } from './limits.ts'
import { microsecondsOf, versionOrder } from './times.ts'

/** Sections 5.2 and 4.15 of STIX 2.1, and spec/records.md, Feedback. */
export interface FeedbackWords {
  kind: 'sighting' | 'opinion'
  /** Ids of the objects it is about, each once. */
  targets: string[]
  /** Of a sighting: how often it was seen, 1 where it does not say; 0 that it was looked for and not seen. */
  count: number
  /** As `versionOrder` writes them; null where it gives none. */
  firstSeen: string | null
  lastSeen: string | null
  /** Of an opinion: one of the five of STIX. */
  opinion: string | null
  verdict: FeedbackVerdict | null
}

const OPINIONS = new Set(['strongly-disagree', 'disagree', 'neutral', 'agree', 'strongly-agree'])
const COUNT_MAX = 999_999_999
const ID = /^[a-z0-9][a-z0-9-]{0,250}--[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

/** Undefined for anything else, and for what names no object. */
export function feedbackWords(type: string, source: string): FeedbackWords | undefined {
  if (type !== 'sighting' && type !== 'opinion') return undefined
  const object: unknown = JSON.parse(source)
  if (!isRecord(object)) return undefined
  const named = type === 'sighting' ? [object['sighting_of_ref']] : object['object_refs']
  const targets = [
    ...new Set((Array.isArray(named) ? named : []).filter((id): id is string => typeof id === 'string' && ID.test(id))),
  ].slice(0, REFERENCES_MAX)
  if (targets.length === 0) return undefined
  const { count, opinion, extensions } = object
  const isSighting = type === 'sighting'
  return {
    ...{ kind: type, targets },
    count: isSighting ? (isCount(count) ? count : 1) : 0,
    firstSeen: isSighting ? timeOf(object['first_seen']) : null,
    lastSeen: isSighting ? timeOf(object['last_seen']) : null,
    opinion: !isSighting && typeof opinion === 'string' && OPINIONS.has(opinion) ? opinion : null,
    verdict: isSighting ? null : verdictOf(extensions),
  }
}

/** Ids of the objects that a sighting or an opinion is about; none for anything else. */
export function feedbackTargets(type: string, source: string): readonly string[] {
  return feedbackWords(type, source)?.targets ?? []
}

/** Why, in the words of an opinion; null where it gives none. */
export function explanationOf(source: string): string | null {
  const object: unknown = JSON.parse(source)
  const explanation = isRecord(object) ? object['explanation'] : undefined
  return typeof explanation === 'string' ? explanation : null
}

function verdictOf(extensions: unknown): FeedbackVerdict | null {
  const ours = isRecord(extensions) ? extensions[VERDICT_EXTENSION] : undefined
  const verdict = isRecord(ours) ? ours['verdict'] : undefined
  return typeof verdict === 'string' && Object.hasOwn(FEEDBACK_VERDICTS, verdict) ? (verdict as FeedbackVerdict) : null
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= COUNT_MAX
}

function timeOf(value: unknown): string | null {
  return typeof value === 'string' && microsecondsOf(value) !== undefined ? versionOrder(value) : null
}

function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
