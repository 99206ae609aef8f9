import { z } from 'zod'
import { noParts, type RecordType } from '../record-type.ts'

export const REJECTION_REASONS = ['cannot-open', 'commitment-mismatch', 'size-mismatch', 'media-type'] as const

/** A recipient says that sealed content could not be opened, or was not what was committed to. */
export const contentRejected: RecordType = {
  name: 'content/rejected',
  beforeForce: false,
  to: 'some',
  channel: 'main',
  body: z.strictObject({ part: z.number().int().min(0).max(15), reason: z.enum(REJECTION_REASONS) }),
  checkParts: noParts,
  answers: 'any',
  answersOne: true,
  example: { part: 0, reason: 'cannot-open' },
  words: { en: 'Content rejected', ru: 'Содержание отклонено', zh: '内容被拒绝' },
}
