// C2SP tlog-cosignature for a part of a tree: an ML-DSA-44 line over the root of the leaves from `start` to `end`. It says
// that this part is consistent with everything its cosigner saw of the log, and nothing of when.

import { mldsa44 } from '#crypto'
import { concat, equalBytes, uint64be, utf8 } from './bytes.ts'
import { cosignedMessage } from './checkpoint.ts'
import { timeOfCosignature } from './cosignature.ts'
import type { Signer } from './crypto/contract.ts'
import { makeVerifierKey, type VerifierKey } from './key.ts'
import { HASH_BYTES, MAX_NAME_BYTES } from './limits.ts'
import { parseSignatureLine, signatureLine } from './note.ts'
import { ok, type Result, refuse } from './result.ts'
import { isSubtree, type LeafRange } from './subtree-proof.ts'

export interface Subtree extends LeafRange {
  origin: string
  hash: Uint8Array
}

/** A line for a subtree, of type 06 and without a time. Throws for leaves that are no subtree: the caller’s defect. */
export function subtreeLine(subtree: Subtree, name: string, signer: Signer): string {
  return undatedLine(name, signer, signer.sign(messageToSign(subtree, name)))
}

/** The same, with the slow signature made on another thread where the platform has one. */
export async function subtreeLineAsync(subtree: Subtree, name: string, signer: Signer): Promise<string> {
  return undatedLine(name, signer, await signer.signAsync(messageToSign(subtree, name)))
}

function messageToSign(subtree: Subtree, name: string): Uint8Array {
  const refused = checkForm(subtree)
  if (refused !== undefined) throw new Error(refused)
  if (!isSubtree(subtree)) throw new Error(`The leaves ${subtree.start} to ${subtree.end} are no subtree.`)
  return messageOf(subtree, name, 0)
}

function undatedLine(name: string, signer: Signer, signature: Uint8Array): string {
  return signatureLine(makeVerifierKey(name, 6, signer.publicKey), concat(uint64be(0), signature))
}

/**
 * Verifies the line of a cosigner for a subtree. Only from leaf 0 on may it name a time: elsewhere it cannot say that this
 * is the largest tree of the log.
 */
export function verifySubtreeLine(line: string, key: VerifierKey, subtree: Subtree): Result<{ time: number }> {
  const form = checkForm(subtree)
  if (form !== undefined) return refuse('subtree/form', form)
  const read = parseSignatureLine(line)
  if (!read.ok) return read
  const { name, keyId, signature } = read.value
  if (key.type !== 6) return refuse('subtree/key-type', 'Only a key of type 06 signs subtrees.')
  if (name !== key.name || !equalBytes(keyId, key.keyId))
    return refuse('subtree/unknown-key', `The line is not of this key of ${key.name}.`)
  const time = timeOfCosignature(signature)
  if (time === undefined) return refuse('subtree/time', 'The line names no time that is supported.')
  if (subtree.start !== 0 && time !== 0)
    return refuse('subtree/time', 'A line for a subtree that does not start at 0 names a time.')
  return mldsa44.verify(key.publicKey, messageOf(subtree, name, time), signature.subarray(8))
    ? ok({ time })
    : refuse('subtree/signature', `The signature of ${name} does not verify.`)
}

function messageOf({ origin, start, end, hash }: Subtree, name: string, time: number): Uint8Array {
  return cosignedMessage({ name, time, origin, start, size: end, root: hash })
}

function checkForm({ origin, start, end, hash }: Subtree): string | undefined {
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(end)
  const bytes = utf8(origin).length
  if (!whole || start < 0 || start >= end) return 'A subtree starts before it ends.'
  if (bytes === 0 || bytes > MAX_NAME_BYTES) return 'The origin of a subtree has 1 to 255 bytes.'
  return hash.length === HASH_BYTES ? undefined : 'The hash of a subtree has 32 bytes.'
}
