// The evidence file: its form, and nothing about whether it holds (spec/evidence.md). `parseEvidence` is the only maker
// of an `Evidence`.

import { fromBase64, ok, type Result, refuse } from '@countersign/log'
import { z } from 'zod'
import { canonicalJson, parseCanonical } from './canonical.ts'
import { SALT_BYTES } from './content.ts'
import { base64Of } from './schema-parts.ts'

export const EVIDENCE_LIMITS = {
  fileBytes: 268_435_456,
  cards: 64,
  /** Until cards can change within a log, exactly the entry that opens it. */
  cardEntries: 1,
  receipts: 256,
  parts: 16,
  proofHashes: 64,
} as const

const base64 = z.string().refine((text) => fromBase64(text) !== undefined, 'not canonical base64')
const proof = z.array(base64).max(EVIDENCE_LIMITS.proofHashes)
const size = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER)

const receiptSchema = z.union([
  z.strictObject({ by: z.string(), note: base64, size, inclusion: proof }),
  z.strictObject({ by: z.string(), note: base64, size, consistency: proof }),
])

const evidenceSchema = z.strictObject({
  v: z.literal(1),
  record: z.strictObject({ origin: z.string(), index: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER) }),
  entry: base64,
  cardEntries: z
    .array(z.strictObject({ index: z.literal(0), entry: base64, inclusion: proof }))
    .length(EVIDENCE_LIMITS.cardEntries),
  agreement: z.record(z.string(), z.unknown()).nullable(),
  cards: z.array(z.record(z.string(), z.unknown())).max(EVIDENCE_LIMITS.cards),
  checkpoint: base64,
  inclusion: proof,
  receipts: z.array(receiptSchema).max(EVIDENCE_LIMITS.receipts),
  content: z
    .array(
      z.strictObject({
        part: z
          .number()
          .int()
          .min(0)
          .max(EVIDENCE_LIMITS.parts - 1),
        // A salt of another length would let a part of the plaintext pass for salt, and what is left for the whole.
        salt: base64Of(SALT_BYTES),
        plaintext: base64,
      }),
    )
    .max(EVIDENCE_LIMITS.parts)
    .refine((parts) => parts.every(({ part }, i) => i === 0 || (parts[i - 1]?.part ?? part) < part), 'sorted by part'),
})

/** JSON with base64 texts, as it stands in the file. */
export type EvidenceFile = z.infer<typeof evidenceSchema>

/** Reads an evidence file. Refuses with `evidence/…` codes; believes nothing of what it says. */
export function parseEvidence(bytes: Uint8Array): Result<EvidenceFile> {
  const parsed = parseCanonical(bytes, { maxBytes: EVIDENCE_LIMITS.fileBytes })
  if (!parsed.ok) return refuse('evidence/form', `This is no evidence file: ${parsed.message}`)
  const checked = evidenceSchema.safeParse(parsed.value)
  if (!checked.success) {
    const issue = checked.error.issues[0]
    return refuse(
      'evidence/form',
      `This is no evidence file: ${issue?.path.join('.') || 'the file'} ${issue?.message ?? ''}`,
    )
  }
  return ok(checked.data)
}

export function formatEvidence(file: EvidenceFile): Uint8Array {
  return canonicalJson(file)
}

/** Bytes of a member already known to be base64. */
export function bytesOf(text: string): Uint8Array {
  const bytes = fromBase64(text)
  if (bytes === undefined) throw new Error('A checked evidence file held a text that is not base64.')
  return bytes
}
