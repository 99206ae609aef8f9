// Where the next page begins, as an opaque text. What comes back is data from outside: anything but what we gave out is
// refused.

import { type Refusal, refuse } from '@countersign/log'
import { parseRecordRef } from '@countersign/record'

/** The place of a record in the list, newest first. */
export interface RecordPlace {
  at: number
  origin: string
  idx: number
}

export const CURSOR_REFUSED: Refusal = refuse(
  'views/cursor',
  'The cursor is none that was given out here; begin again without one.',
)

export function recordCursor(place: RecordPlace): string {
  return `${place.at}_${place.origin}#${place.idx}`
}

export function parseRecordCursor(text: string): RecordPlace | undefined {
  const match = /^(-?[0-9]{1,15})_(.{1,300})$/.exec(text)
  const record = match?.[2] === undefined ? undefined : parseRecordRef(match[2])
  if (match === null || record === undefined || !record.ok) return undefined
  return { at: Number(match[1]), origin: record.value.origin.text, idx: record.value.index }
}

export function sequenceCursor(seq: number): string {
  return String(seq)
}

export function parseSequenceCursor(text: string): number | undefined {
  return /^(?:0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : undefined
}
