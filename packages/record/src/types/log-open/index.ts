import { z } from 'zod'
import { hex32, origin, size } from '../../schema-parts.ts'
import { noParts, type RecordType } from '../record-type.ts'

/** Opens a log: names the card its author speaks with, and the log it succeeds, if any. */
export const logOpen: RecordType = {
  name: 'log/open',
  beforeForce: true,
  to: 'none',
  channel: 'every',
  body: z.strictObject({ card: hex32, predecessor: z.strictObject({ origin, size, root: hex32 }).nullable() }),
  checkParts: noParts,
  answers: 'none',
  example: { card: '6f'.repeat(32), predecessor: null },
  words: { en: 'Log opened', ru: 'Журнал открыт', zh: '日志开启' },
}
