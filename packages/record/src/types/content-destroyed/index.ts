import { z } from 'zod'
import { namesRecordsOfChannel, partsNamed, partsNamedFault } from '../content-parts.ts'
import { noParts, type RecordType } from '../record-type.ts'

export const DESTRUCTION_GROUNDS = ['consent', 'retention'] as const

/** An author or addressee removed content wherever it held it (spec/destruction.md). */
export const contentDestroyed: RecordType = {
  name: 'content/destroyed',
  beforeForce: false,
  to: 'none',
  channel: 'main',
  body: z.strictObject({ ground: z.enum(DESTRUCTION_GROUNDS), parts: partsNamed }),
  checkParts: noParts,
  checkStatement: (statement) => namesRecordsOfChannel(statement) ?? partsNamedFault(statement),
  answers: 'any',
  standing: 'holder',
  example: { ground: 'retention', parts: null },
  words: { en: 'Content destroyed', ru: 'Содержание уничтожено', zh: '内容已销毁' },
}
