// What the files of evidence are made of (spec/evidence.md): the schemas of their members, each with its bound, so that no
// member of a hostile file is longer than its own format allows.

import { fromBase64, MAX_ENTRY_BYTES, MAX_NOTE_BYTES } from '@countersign/log'
import { z } from 'zod'
import { SALT_BYTES } from './content.ts'
import { LIMITS } from './limits.ts'
import { base64Of, index, partyDomain, size } from './schema-parts.ts'

export const EVIDENCE_LIMITS = {
  fileBytes: 268_435_456,
  /** JSON values of one file: what bounds the memory that reading it takes. */
  values: 262_144,
  cards: 64,
  /** The entry that opens the log, and those that change its keys. */
  cardEntries: 32,
  receipts: 256,
  parts: LIMITS.parts,
  proofHashes: 64,
} as const

const base64UpTo = (bytes: number) =>
  z
    .string()
    .max(4 * Math.ceil(bytes / 3))
    .refine((text) => fromBase64(text) !== undefined, 'not canonical base64')

export const entryBytes = base64UpTo(MAX_ENTRY_BYTES)
export const checkpointNote = base64UpTo(MAX_NOTE_BYTES)
export const proof = z.array(base64Of(32)).max(EVIDENCE_LIMITS.proofHashes)
export const someObject = z.record(z.string(), z.unknown())
export const cards = z.array(someObject).max(EVIDENCE_LIMITS.cards).refine(sortedByParty, 'sorted by party and serial')
export const cardEntries = z
  .array(z.strictObject({ index, entry: entryBytes, inclusion: proof }))
  .min(1)
  .max(EVIDENCE_LIMITS.cardEntries)
  .refine((entries) => entries[0]?.index === 0 && isStrictlyRising(entries.map((one) => one.index)), 'rising from 0')

/** A countersignature, and where it is over fewer entries or more. */
const receipt = { by: partyDomain, note: base64UpTo(LIMITS.receiptBytes), size }
export const receiptWithInclusion = z.strictObject({ ...receipt, inclusion: proof })
export const receiptWithConsistency = z.strictObject({ ...receipt, consistency: proof })

export const revealedContent = z
  .array(
    z.strictObject({
      part: index.max(EVIDENCE_LIMITS.parts - 1),
      // A salt of another length would let a part of the plaintext pass for salt, and what is left for the whole.
      salt: base64Of(SALT_BYTES),
      plaintext: base64UpTo(LIMITS.partBytes),
    }),
  )
  .max(EVIDENCE_LIMITS.parts)
  .refine((parts) => isStrictlyRising(parts.map(({ part }) => part)), 'sorted by part')

export function sortedReceipts(receipts: readonly { by: string; size: number; note: string }[]): boolean {
  return receipts.every((one, i) => {
    const before = receipts[i - 1]
    if (before === undefined || before.size < one.size) return true
    if (before.size > one.size || before.by > one.by) return false
    return before.by < one.by || before.note !== one.note
  })
}

export function isStrictlyRising(numbers: readonly number[]): boolean {
  return numbers.every((one, i) => i === 0 || (numbers[i - 1] ?? one) < one)
}

/** By what each card says of itself; whether it is one, its own parser decides. */
function sortedByParty(files: readonly Record<string, unknown>[]): boolean {
  const keys = files.map(({ card }): [string, number] => {
    if (typeof card !== 'object' || card === null || !('party' in card) || !('serial' in card)) return ['', 0]
    return [String(card.party), Number(card.serial)]
  })
  return keys.every(([party, serial], i) => {
    const [before, lower] = keys[i - 1] ?? ['', 0]
    return before < party || (before === party && lower <= serial)
  })
}
