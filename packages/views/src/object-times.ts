// The times that a STIX object gives of itself, by its own properties (STIX 2.1 sections 3.2, 4 to 6). They are claims of its
// author: nothing here believes them, or puts them in order. What is no timestamp is counted and left out.

import type { TimelineMoment, TimelineSpan } from './timeline-rows.ts'
import { microsecondsOf } from './times.ts'

/** From when until when something is so. */
const SPANS = [
  ['valid_from', 'valid_until'],
  ['first_seen', 'last_seen'],
  ['first_observed', 'last_observed'],
  ['start_time', 'stop_time'],
  ['analysis_started', 'analysis_ended'],
  ['start', 'end'],
  ['validity_not_before', 'validity_not_after'],
  ['account_created', 'account_expires'],
] as const
const MOMENTS = [
  'created',
  'published',
  'submitted',
  'date',
  'ctime',
  'mtime',
  'created_time',
  'modified_time',
] as const

export interface ObjectTimes {
  spans: TimelineSpan[]
  moments: TimelineMoment[]
  unreadable: number
}

/** Of the text of an object; none of a text that is no JSON object. */
export function timesOf(source: string): ObjectTimes {
  const object = parsed(source)
  let unreadable = 0
  const timeAt = (property: string): string | null => {
    const value = object[property]
    if (typeof value === 'string' && isTime(value)) return value
    if (value !== undefined) unreadable++
    return null
  }
  const spans = SPANS.flatMap((properties) => {
    const [from, until] = [timeAt(properties[0]), timeAt(properties[1])]
    return from === null && until === null ? [] : [{ properties, from, until }]
  })
  const moments = MOMENTS.flatMap((property) => {
    const at = timeAt(property)
    return at === null ? [] : [{ property, at }]
  })
  return { spans, moments, unreadable }
}

export function isTime(text: string): boolean {
  return microsecondsOf(text) !== undefined
}

function parsed(source: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(source)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
