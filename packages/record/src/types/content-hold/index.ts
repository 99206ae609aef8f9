import { z } from 'zod'
import { namesRecordsOfChannel } from '../content-parts.ts'
import { noParts, type RecordType } from '../record-type.ts'

/** An author or addressee needs content kept, whatever was agreed on its retention (spec/destruction.md). */
export const contentHold: RecordType = {
  name: 'content/hold',
  beforeForce: false,
  to: 'none',
  channel: 'main',
  body: z.strictObject({}),
  checkParts: noParts,
  checkStatement: namesRecordsOfChannel,
  answers: 'any',
  standing: 'holder',
  example: {},
  words: { en: 'Legal hold', ru: 'Запрет на уничтожение', zh: '法定保留' },
}
