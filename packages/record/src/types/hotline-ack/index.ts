import { z } from 'zod'
import { noParts, type RecordType } from '../record-type.ts'

/** A person acknowledges a message on the line. */
export const hotlineAck: RecordType = {
  name: 'hotline/ack',
  beforeForce: false,
  to: 'some',
  channel: 'line',
  body: z.strictObject({ number: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
  checkParts: (parts) =>
    parts.length === 0
      ? undefined
      : parts.length === 1 && parts[0]?.role === 'remark' && parts[0].mediaType === 'text/plain;charset=utf-8'
        ? undefined
        : noParts(parts),
  checkStatement: ({ re }) => (re.length === 1 ? undefined : 'it names not exactly one message'),
  answers: ['hotline/message'],
  example: { number: 7 },
  words: { en: 'Message acknowledged', ru: 'Сообщение подтверждено', zh: '消息已确认' },
}
