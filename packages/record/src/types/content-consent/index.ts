import { z } from 'zod'
import { namesRecordsOfChannel, partsNamed, partsNamedFault } from '../content-parts.ts'
import { noParts, type RecordType } from '../record-type.ts'

/** An author or addressee consents to the destruction of content (spec/destruction.md). */
export const contentConsent: RecordType = {
  name: 'content/consent',
  beforeForce: false,
  to: 'none',
  channel: 'main',
  body: z.strictObject({ parts: partsNamed }),
  checkParts: noParts,
  checkStatement: (statement) => namesRecordsOfChannel(statement) ?? partsNamedFault(statement),
  answers: 'any',
  standing: 'holder',
  example: { parts: null },
  words: { en: 'Consent to destruction', ru: 'Согласие на уничтожение', zh: '同意销毁' },
}
