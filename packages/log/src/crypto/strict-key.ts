// The rule for Ed25519 public keys, one implementation for both platforms: it runs once for each key, so speed is
// no matter and agreement is everything.

import { ed25519 } from '@noble/curves/ed25519.js'

/** Canonical encoding, on the curve, in the prime-order subgroup, not the identity. */
export function isStrictPublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false
  try {
    const point = ed25519.Point.fromBytes(publicKey, false)
    return !point.is0() && !point.isSmallOrder() && point.isTorsionFree()
  } catch {
    return false
  }
}

/** Keys asked about lately and the answer, so that a log of a million entries asks once. */
export class StrictKeys {
  private readonly answers = new Map<string, boolean>()
  private readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  has(name: string, publicKey: Uint8Array): boolean {
    const known = this.answers.get(name)
    if (known !== undefined) return known
    const strict = isStrictPublicKey(publicKey)
    if (this.answers.size >= this.limit) this.answers.clear()
    this.answers.set(name, strict)
    return strict
  }
}
