// The file of an exchange: several records that answer each other, and once what they share. Its form, and nothing about
// whether it holds (spec/evidence.md, A whole exchange).

import { ok, type Result, refuse } from '@countersign/log'
import { z } from 'zod'
import { canonicalJson, parseCanonical } from './canonical.ts'
import { firstIssue } from './evidence.ts'
import {
  cardEntries,
  cards,
  checkpointNote,
  EVIDENCE_LIMITS,
  entryBytes,
  isStrictlyRising,
  proof,
  receiptWithConsistency,
  revealedContent,
  someObject,
  sortedReceipts,
} from './evidence-pieces.ts'
import { index, origin, strictlySorted } from './schema-parts.ts'

export const EXCHANGE_LIMITS = {
  agreements: 8,
  /** Records, and so logs, of one file. */
  records: 64,
  receipts: 1_024,
} as const

const logSchema = z.strictObject({
  origin,
  checkpoint: checkpointNote,
  cardEntries,
  records: z
    .array(z.strictObject({ index, entry: entryBytes, inclusion: proof, content: revealedContent }))
    .min(1)
    .max(EXCHANGE_LIMITS.records)
    .refine((records) => isStrictlyRising(records.map((one) => one.index)), 'sorted by index'),
  receipts: z
    .array(receiptWithConsistency)
    .max(EXCHANGE_LIMITS.receipts)
    .refine(sortedReceipts, 'sorted by size and signer'),
})

const exchangeSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('exchange'),
  agreements: z.array(someObject).max(EXCHANGE_LIMITS.agreements),
  cards,
  logs: z
    .array(logSchema)
    .min(1)
    .max(EXCHANGE_LIMITS.records)
    .refine((logs) => strictlySorted(logs.map((log) => log.origin)), 'sorted by origin')
    .refine((logs) => logs.flatMap(({ records }) => records).length <= EXCHANGE_LIMITS.records, 'too many records')
    .refine((logs) => logs.flatMap(({ receipts }) => receipts).length <= EXCHANGE_LIMITS.receipts, 'too many receipts'),
})

/** JSON with base64 texts, as it stands in the file. */
export type ExchangeFile = z.infer<typeof exchangeSchema>

/** Reads the file of an exchange. Refuses with `exchange/form`; believes nothing of what it says. */
export function parseExchange(bytes: Uint8Array): Result<ExchangeFile> {
  const parsed = parseCanonical(bytes, { maxBytes: EVIDENCE_LIMITS.fileBytes, maxValues: EVIDENCE_LIMITS.values })
  if (!parsed.ok) return refuse('exchange/form', `This is no file of an exchange: ${parsed.message}`)
  const checked = exchangeSchema.safeParse(parsed.value)
  return checked.success
    ? ok(checked.data)
    : refuse('exchange/form', `This is no file of an exchange: ${firstIssue(checked.error)}`)
}

export function formatExchange(file: ExchangeFile): Uint8Array {
  return canonicalJson(file)
}
