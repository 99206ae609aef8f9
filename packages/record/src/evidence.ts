// The evidence file of one record: its form, and nothing about whether it holds (spec/evidence.md). `parseEvidence` is the
// only maker of an `EvidenceFile` that came from elsewhere.

import { fromBase64, ok, type Result, refuse } from '@countersign/log'
import { z } from 'zod'
import { canonicalJson, parseCanonical } from './canonical.ts'
import {
  cardEntries,
  cards,
  checkpointNote,
  EVIDENCE_LIMITS,
  entryBytes,
  proof,
  receiptWithConsistency,
  receiptWithInclusion,
  revealedContent,
  someObject,
  sortedReceipts,
} from './evidence-pieces.ts'
import { index, origin } from './schema-parts.ts'

const evidenceSchema = z.strictObject({
  v: z.literal(1),
  record: z.strictObject({ origin, index }),
  entry: entryBytes,
  cardEntries,
  agreement: someObject.nullable(),
  cards,
  checkpoint: checkpointNote,
  inclusion: proof,
  receipts: z
    .array(z.union([receiptWithInclusion, receiptWithConsistency]))
    .max(EVIDENCE_LIMITS.receipts)
    .refine(sortedReceipts, 'sorted by size and signer'),
  content: revealedContent,
})

/** JSON with base64 texts, as it stands in the file. */
export type EvidenceFile = z.infer<typeof evidenceSchema>

/** Reads an evidence file. Refuses with `evidence/…` codes; believes nothing of what it says. */
export function parseEvidence(bytes: Uint8Array): Result<EvidenceFile> {
  const parsed = parseCanonical(bytes, { maxBytes: EVIDENCE_LIMITS.fileBytes, maxValues: EVIDENCE_LIMITS.values })
  if (!parsed.ok) return refuse('evidence/form', `This is no evidence file: ${parsed.message}`)
  const checked = evidenceSchema.safeParse(parsed.value)
  return checked.success
    ? ok(checked.data)
    : refuse('evidence/form', `This is no evidence file: ${firstIssue(checked.error)}`)
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

/** Where a file is first not as it must be, without quoting what stands there. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  return `${issue?.path.join('.') || 'the file'} ${issue?.message ?? 'is malformed'}`
}
