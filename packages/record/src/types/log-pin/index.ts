import { z } from 'zod'
import { noParts, type RecordType } from '../record-type.ts'

/** Says nothing but what its author has seen. */
export const logPin: RecordType = {
  name: 'log/pin',
  beforeForce: true,
  to: 'none',
  channel: 'every',
  body: z.strictObject({}),
  checkParts: noParts,
  answers: 'none',
  example: {},
  words: { en: 'Pin', ru: 'Отметка об увиденном', zh: '已见标记' },
}
