// The statement: the clear part of a record, and the only thing a log entry carries (spec/statement.md, The payload).

import { z } from 'zod'
import { LIMITS } from './limits.ts'
import { hex32, index, origin, pactId, partyDomain, size, strictlySorted, timestamp } from './schema-parts.ts'

export const TLP_LABELS = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'] as const

const seenLog = z.strictObject({ origin, size, root: hex32 })
const seenReceipt = z.strictObject({ by: partyDomain, origin, size, digest: hex32 })

export const contentPartSchema = z.strictObject({
  role: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a role'),
  mediaType: z
    .string()
    .max(LIMITS.mediaTypeBytes)
    .regex(/^[\x21-\x7e]+$/, 'printable ASCII'),
  /** Bytes of the padded frame. */
  size: z.number().int().min(LIMITS.frameBytesMin).max(Number.MAX_SAFE_INTEGER),
  sealed: hex32,
  commitment: hex32,
})

export const statementSchema = z.strictObject({
  v: z.literal(1),
  type: z.string().regex(/^[a-z][a-z0-9-]{0,31}\/[a-z][a-z0-9-]{0,31}$/, 'family/name'),
  id: z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 'a UUIDv7'),
  origin,
  pact: z.strictObject({ id: pactId, version: hex32 }),
  from: partyDomain,
  to: z.array(partyDomain).max(LIMITS.listed).refine(strictlySorted, 'sorted, without duplicates'),
  time: timestamp,
  mode: z.enum(['Actual', 'Exercise', 'Test']),
  body: z.record(z.string(), z.unknown()),
  marking: z.strictObject({
    tlp: z.enum(TLP_LABELS),
    class: z.string().min(1).max(LIMITS.classChars).exactOptional(),
  }),
  re: z.array(z.strictObject({ origin, index, leaf: hex32 })).max(LIMITS.listed),
  seen: z.strictObject({
    logs: z
      .array(seenLog)
      .max(LIMITS.listed)
      .refine((logs) => strictlySorted(logs.map((log) => log.origin)), 'sorted by origin, without duplicates'),
    receipts: z
      .array(seenReceipt)
      .max(LIMITS.listed)
      .refine((pins) => strictlySorted(pins.map((pin) => `${pin.by} ${pin.origin}`)), 'sorted, without duplicates'),
  }),
  content: z.array(contentPartSchema).max(LIMITS.parts),
})

export type Statement = z.infer<typeof statementSchema>
export type ContentPart = z.infer<typeof contentPartSchema>
export type TlpLabel = (typeof TLP_LABELS)[number]

/** The part before the slash. */
export function familyOf(type: string): string {
  return type.slice(0, type.indexOf('/'))
}
