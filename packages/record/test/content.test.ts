// Sealing and opening with a real age: what does not fit is told apart, and nothing opens elsewhere.

import { createHash } from 'node:crypto'
import { toHex, utf8 } from '@countersign/log'
import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from 'age-encryption'
import { beforeAll, expect, test } from 'vitest'
import { type ContentContext, type ContentPart, encodeFrame, openPart, padmeSize, sealPart } from '../src/index.ts'

const context: ContentContext = {
  id: '0195f3a0-7c11-7abc-8def-0123456789ab',
  origin: `alfa.example/${'7f'.repeat(16)}/main/${'b0'.repeat(8)}`,
  part: 0,
  role: 'message',
  mediaType: 'text/plain',
}
const plaintext = utf8('please look at your relays')
const salt = new Uint8Array(32).fill(3)
let identity = ''
let stranger = ''
let recipient = ''
beforeAll(async () => {
  identity = await generateHybridIdentity()
  stranger = await generateHybridIdentity()
  recipient = await identityToRecipient(identity)
})

const sealer = {
  seal(bytes: Uint8Array, recipients: readonly string[]) {
    const encrypter = new Encrypter()
    for (const one of recipients) encrypter.addRecipient(one)
    return encrypter.encrypt(bytes)
  },
}
const openerOf = (of: string) => ({
  async open(file: Uint8Array) {
    const decrypter = new Decrypter()
    decrypter.addIdentity(of)
    return decrypter.decrypt(file).catch(() => undefined)
  },
})
const sealed = () => sealPart({ context, plaintext, salt, recipients: [recipient] }, sealer)
const named = (file: Uint8Array, descriptor: ContentPart): ContentPart => ({
  ...descriptor,
  sealed: toHex(new Uint8Array(createHash('sha256').update(file).digest())),
})

test('what was sealed opens for its recipient, byte for byte, with its salt', async () => {
  const { file, descriptor } = await sealed()
  const opened = await openPart({ context, descriptor, file }, openerOf(identity))
  expect(opened.ok && [new Uint8Array(opened.value.plaintext), opened.value.salt]).toEqual([plaintext, salt])
})

test('it opens for nobody else', async () => {
  const { file, descriptor } = await sealed()
  expect(await openPart({ context, descriptor, file }, openerOf(stranger))).toMatchObject({
    code: 'content/cannot-open',
  })
})

test('another file than the one the statement names is refused before it is opened', async () => {
  const { descriptor } = await sealed()
  const { file } = await sealed()
  expect(await openPart({ context, descriptor, file }, openerOf(identity))).toMatchObject({ code: 'content/hash' })
})

test('a garbage age file cannot be opened', async () => {
  const { descriptor } = await sealed()
  const file = utf8('age-encryption.org/v1\n-> garbage\n')
  const wrong = named(file, descriptor)
  expect(await openPart({ context, descriptor: wrong, file }, openerOf(identity))).toMatchObject({
    code: 'content/cannot-open',
  })
})

test.each<[string, Partial<ContentContext>]>([
  ['another statement', { id: '0195f3a0-7c11-7abc-8def-0123456789ac' }],
  ['another log', { origin: context.origin.replace('alfa', 'bravo') }],
  ['another part', { part: 1 }],
  ['another role', { role: 'remark' }],
  ['another media type', { mediaType: 'text/html' }],
])('content carried into %s does not match its commitment', async (_what, elsewhere) => {
  const { file, descriptor } = await sealed()
  const opened = await openPart({ context: { ...context, ...elsewhere }, descriptor, file }, openerOf(identity))
  expect(opened).toMatchObject({ code: 'content/commitment-mismatch' })
})

test.each<[string, (frame: Uint8Array) => Uint8Array]>([
  ['of another size', (frame) => new Uint8Array([...frame, 0])],
  ['whose padding is not zero', (frame) => frame.with(frame.length - 1, 1)],
  ['whose length is more than it holds', (frame) => frame.with(38, 255)],
  ['too short to be one', () => new Uint8Array(10)],
])('a frame %s is refused', async (_what, spoil) => {
  const { descriptor } = await sealed()
  const file = await sealer.seal(spoil(encodeFrame(plaintext, salt)), [recipient])
  expect(await openPart({ context, descriptor: named(file, descriptor), file }, openerOf(identity))).toMatchObject({
    code: 'content/size-mismatch',
  })
})

test('padding hides the length to within an eighth, and never makes it smaller', () => {
  for (let size = 1; size < 100_000; size = Math.ceil(size * 1.37)) {
    expect(padmeSize(size)).toBeGreaterThanOrEqual(size)
    expect(padmeSize(size)).toBeLessThanOrEqual(Math.max(256, Math.ceil(size * 1.125)))
  }
})
