import { fromUtf8 } from '@countersign/log'
import { z } from 'zod'
import { noParts, type RecordType } from '../record-type.ts'

export const REMARK_MEDIA_TYPE = 'text/plain;charset=utf-8'
const REMARK_CHARS_MAX = 2_000

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
      : parts.length === 1 && parts[0]?.role === 'remark' && parts[0].mediaType === REMARK_MEDIA_TYPE
        ? undefined
        : noParts(parts),
  checkContent(_part, plaintext) {
    const remark = fromUtf8(plaintext)
    return remark === undefined || remark.length === 0 || remark.length > REMARK_CHARS_MAX
      ? `its remark is not 1 to ${REMARK_CHARS_MAX} characters of UTF-8`
      : undefined
  },
  answers: ['hotline/message'],
  answersOne: true,
  example: { number: 7 },
  words: { en: 'Message acknowledged', ru: 'Сообщение подтверждено', zh: '消息已确认' },
}
