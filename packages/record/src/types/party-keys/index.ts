import { z } from 'zod'
import { hex32 } from '../../schema-parts.ts'
import { noParts, type RecordType } from '../record-type.ts'

/** Says which card is in force in this log from the next entry on. Whether it may be, the log’s reader decides. */
export const partyKeys: RecordType = {
  name: 'party/keys',
  beforeForce: true,
  to: 'none',
  channel: 'every',
  body: z.strictObject({ card: hex32, serial: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
  checkParts: noParts,
  answers: 'none',
  example: { card: '6f'.repeat(32), serial: 2 },
  words: { en: 'Keys changed', ru: 'Ключи изменены', zh: '密钥变更' },
}
