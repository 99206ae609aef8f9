import { fromUtf8 } from '@countersign/log'
import { z } from 'zod'
import { checkJson } from '../../strict-json.ts'
import { exactly, type RecordType } from '../record-type.ts'

export const MESSAGE_MEDIA_TYPE = 'application/vnd.countersign.message.v1+json'
/** Every character of a message written as an escape, and room for its members. */
const MESSAGE_BYTES_MAX = 262_144
export const PRECEDENCES = ['FLASH', 'IMMEDIATE', 'PRIORITY', 'ROUTINE'] as const

/** A message on the line: precedence and number in the clear, subject and text sealed. */
export const hotlineMessage: RecordType = {
  name: 'hotline/message',
  beforeForce: false,
  to: 'some',
  channel: 'line',
  body: z.strictObject({
    precedence: z.enum(PRECEDENCES),
    number: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
    clause: z.string().min(1).max(64).exactOptional(),
  }),
  checkParts: exactly(1, 'message', MESSAGE_MEDIA_TYPE),
  checkContent: (_part, plaintext) => messageFault(plaintext),
  answers: 'any',
  example: { precedence: 'IMMEDIATE', number: 7, clause: '4' },
  words: { en: 'Hotline message', ru: 'Сообщение по горячей линии', zh: '热线消息' },
}

/** The sealed part: what only sender and recipients read. */
export const messageSchema = z.strictObject({
  subject: z.string().min(1).max(200),
  text: z.string().min(1).max(20_000),
  remarks: z.string().min(1).max(2_000).exactOptional(),
  language: z
    .string()
    .max(35)
    .regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/, 'a BCP 47 tag')
    .exactOptional(),
})

export type Message = z.infer<typeof messageSchema>

function messageFault(plaintext: Uint8Array): string | undefined {
  const fault = checkJson(plaintext, { maxBytes: MESSAGE_BYTES_MAX, maxDepth: 1, protoKey: 'refuse' })
  if (fault !== undefined) return `its message is refused: ${fault.message}`
  const message = messageSchema.safeParse(JSON.parse(fromUtf8(plaintext) ?? ''))
  if (message.success) return undefined
  const [issue] = message.error.issues
  return `its message is malformed at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? ''}`
}
