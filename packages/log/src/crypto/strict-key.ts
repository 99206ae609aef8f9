// The rules for Ed25519 public keys and for R, one implementation for both platforms, whose own libraries disagree on
// edge cases. The one for keys runs once for each key, so speed is no matter and agreement is everything.

import { ed25519 } from '@noble/curves/ed25519.js'

/** Canonical encoding, on the curve, in the prime-order subgroup, not the identity. */
function isStrictPublicKey(publicKey: Uint8Array): boolean {
  try {
    const point = ed25519.Point.fromBytes(publicKey, false)
    return !point.is0() && !point.isSmallOrder() && point.isTorsionFree()
  } catch {
    return false
  }
}

/**
 * Whether R, the first half of a signature, is of small order. Under a strict key the equation can only yield the
 * identity among these, and with it alone a signature says nothing of a nonce: one library takes it, another does not.
 */
export function hasSmallOrderR(signature: Uint8Array): boolean {
  return signature[0] === 1 && signature.subarray(1, 32).every((byte) => byte === 0)
}

/** Keys asked about lately and the answer, so that a log of a million entries, or a card read at each start, asks once. */
export class StrictKeys {
  private readonly answers = new Map<string, boolean>()
  private readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  has(publicKey: Uint8Array): boolean {
    if (publicKey.length !== 32) return false
    const name = String.fromCharCode(...publicKey)
    const known = this.answers.get(name)
    if (known !== undefined) return known
    const strict = isStrictPublicKey(publicKey)
    if (this.answers.size >= this.limit) this.answers.clear()
    this.answers.set(name, strict)
    return strict
  }
}
