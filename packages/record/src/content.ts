// Sealed content (spec/content.md): the frame inside the seal, its padding, and the commitment that binds plaintext to
// statement. The age file itself is made by a `Sealer` that is handed in, for age draws its own randomness.

import { equalBytes, ok, type Result, refuse, sha256, toHex, uint64be, utf8 } from '@countersign/log'
import { canonicalJson } from './canonical.ts'
import { LIMITS } from './limits.ts'
import type { ContentPart } from './statement.ts'

export interface Sealer {
  /** An age file of `plaintext` for exactly these recipients. */
  seal(plaintext: Uint8Array, recipients: readonly string[]): Promise<Uint8Array>
}

export interface Opener {
  /** The plaintext, or undefined where the file is malformed or not for us. */
  open(file: Uint8Array): Promise<Uint8Array | undefined>
}

/** What a commitment is bound to: nobody can offer another’s commitment as their own. */
export interface ContentContext {
  /** The statement’s. */
  id: string
  origin: string
  /** Index of the part. */
  part: number
  role: string
  mediaType: string
}

export const SALT_BYTES = 32
const HEADER_BYTES = SALT_BYTES + 8
const TAG = sha256(utf8('countersign commitment v1'))

/** The size after padding, at least 256: Padmé leaves at most about an eighth, and log log L bits of the length. */
export function padmeSize(bytes: number): number {
  if (bytes <= LIMITS.frameBytesMin) return LIMITS.frameBytesMin
  const exponent = Math.floor(Math.log2(bytes))
  const kept = Math.floor(Math.log2(exponent)) + 1
  const step = 2 ** (exponent - kept)
  return Math.ceil(bytes / step) * step
}

/** What a statement gives as the size of a part with so many bytes of plaintext. */
export function frameSize(plaintextBytes: number): number {
  return padmeSize(HEADER_BYTES + plaintextBytes)
}

/** salt ‖ length ‖ plaintext ‖ zeroes. */
export function encodeFrame(plaintext: Uint8Array, salt: Uint8Array): Uint8Array {
  mustBeSalt(salt)
  const frame = new Uint8Array(frameSize(plaintext.length))
  frame.set(salt)
  frame.set(uint64be(plaintext.length), SALT_BYTES)
  frame.set(plaintext, HEADER_BYTES)
  return frame
}

/** `size` is what the statement says. */
export function decodeFrame(frame: Uint8Array, size: number): Result<{ salt: Uint8Array; plaintext: Uint8Array }> {
  const bad = (why: string) =>
    refuse('content/size-mismatch', `The content is not framed as its statement says: ${why}.`)
  if (frame.length !== size) return bad('its size differs')
  if (frame.length < LIMITS.frameBytesMin) return bad('it is too short')
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const length = view.getBigUint64(SALT_BYTES)
  if (length > BigInt(frame.length - HEADER_BYTES)) return bad('its length does not fit')
  const end = HEADER_BYTES + Number(length)
  if (padmeSize(end) !== frame.length) return bad('it is padded otherwise')
  for (let i = end; i < frame.length; i++) if (frame[i] !== 0) return bad('its padding is not zero')
  return ok({ salt: frame.slice(0, SALT_BYTES), plaintext: frame.subarray(HEADER_BYTES, end) })
}

/** Throws for a salt of another length than 32: salt and plaintext are joined, and nothing else would part them. */
export function commitment(context: ContentContext, salt: Uint8Array, plaintext: Uint8Array): Uint8Array {
  mustBeSalt(salt)
  const { id, mediaType, origin, part, role } = context
  return sha256(TAG, sha256(canonicalJson({ id, mediaType, origin, part, role })), salt, plaintext)
}

/** Seals one part; gives the age file and what the statement says of it. `salt` is 32 fresh random bytes. */
export async function sealPart(
  of: { context: ContentContext; plaintext: Uint8Array; salt: Uint8Array; recipients: readonly string[] },
  sealer: Sealer,
): Promise<{ file: Uint8Array; descriptor: ContentPart }> {
  const frame = encodeFrame(of.plaintext, of.salt)
  const size = frame.length
  const committed = toHex(commitment(of.context, of.salt, of.plaintext))
  const file = await sealer.seal(frame, of.recipients)
  const { role, mediaType } = of.context
  return { file, descriptor: { role, mediaType, size, sealed: toHex(sha256(file)), commitment: committed } }
}

/** Opens and checks one part, in the order of spec/content.md, Opening. */
export async function openPart(
  of: { context: ContentContext; descriptor: ContentPart; file: Uint8Array },
  opener: Opener,
): Promise<Result<{ plaintext: Uint8Array; salt: Uint8Array }>> {
  if (toHex(sha256(of.file)) !== of.descriptor.sealed) {
    return refuse('content/hash', 'The sealed file is not the one the statement names.')
  }
  const frame = await opener.open(of.file)
  if (frame === undefined) return refuse('content/cannot-open', 'The sealed content cannot be opened with our key.')
  const decoded = decodeFrame(frame, of.descriptor.size)
  if (!decoded.ok) return decoded
  const { salt, plaintext } = decoded.value
  const committed = commitment(of.context, salt, plaintext)
  if (!equalBytes(committed, commitmentOf(of.descriptor))) {
    return refuse('content/commitment-mismatch', 'The content is not what its statement committed to.')
  }
  return ok({ plaintext, salt })
}

function mustBeSalt(salt: Uint8Array): void {
  if (salt.length !== SALT_BYTES) throw new Error(`A salt has ${SALT_BYTES} bytes.`)
}

function commitmentOf(descriptor: ContentPart): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(descriptor.commitment.slice(2 * i, 2 * i + 2), 16))
}
