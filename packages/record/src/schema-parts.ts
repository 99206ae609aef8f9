// Pieces that several formats share (spec/README.md).

import { fromBase64 } from '@countersign/log'
import { z } from 'zod'
import { isPartyDomain, parseOrigin } from './names.ts'

export const hex32 = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits')
export const pactId = z.string().regex(/^[0-9a-f]{32}$/, '32 lower-case hex digits')
export const partyDomain = z.string().refine(isPartyDomain, 'a party domain')
export const origin = z.string().refine((text) => parseOrigin(text).ok, 'an origin')
export const size = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
export const index = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

/** RFC 3339 in UTC with three digits of milliseconds, and a day that exists. */
export const timestamp = z
  .string()
  .regex(
    /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/,
    'a timestamp such as 2026-03-01T09:30:00.000Z',
  )
  .refine((text) => {
    const time = Date.parse(text)
    return !Number.isNaN(time) && new Date(time).toISOString() === text
  }, 'a time that exists')

export function base64Of(bytes: number) {
  return z.string().refine((text) => fromBase64(text)?.length === bytes, `base64 of ${bytes} bytes`)
}

/** Sorted ascending by UTF-16 units, which for the ASCII used here is the order of bytes; no two equal. */
export function strictlySorted(texts: readonly string[]): boolean {
  return texts.every((text, i) => i === 0 || (texts[i - 1] ?? '') < text)
}
