import { z } from 'zod'
import { namesRecordsOfChannel } from '../content-parts.ts'
import { noParts, type RecordType } from '../record-type.ts'

/** Whoever said a hold ends it (spec/destruction.md). */
export const contentLift: RecordType = {
  name: 'content/lift',
  beforeForce: false,
  to: 'none',
  channel: 'main',
  body: z.strictObject({}),
  checkParts: noParts,
  checkStatement: namesRecordsOfChannel,
  answers: ['content/hold'],
  standing: 'author',
  example: {},
  words: { en: 'Hold lifted', ru: 'Запрет снят', zh: '保留解除' },
}
