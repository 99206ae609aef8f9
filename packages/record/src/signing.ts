// Two signatures over one message: Ed25519 and ML-DSA-44, over DSSE’s pre-authentication encoding. One alone counts as
// none (spec/README.md, Conventions).

import { concat, ed25519, fromBase64, type KeyPair, mldsa44, type SignerPair, toBase64, utf8 } from '@countersign/log'

/** Two signatures as JSON carries them, base64. */
export interface SignaturePair {
  ed25519: string
  mldsa44: string
}

/** `DSSEv1 <len type> <type> <len body> <body>`. */
export function preAuthEncoding(type: string, body: Uint8Array): Uint8Array {
  return concat(utf8(`DSSEv1 ${utf8(type).length} ${type} ${body.length} `), body)
}

export function signBoth(message: Uint8Array, signers: SignerPair): SignaturePair {
  return { ed25519: toBase64(signers.ed25519.sign(message)), mldsa44: toBase64(signers.mldsa44.sign(message)) }
}

export function verifyBoth(message: Uint8Array, signatures: SignaturePair, keys: KeyPair): boolean {
  const classic = fromBase64(signatures.ed25519)
  const quantum = fromBase64(signatures.mldsa44)
  return (
    classic !== undefined &&
    quantum !== undefined &&
    ed25519.verify(keys.ed25519, message, classic) &&
    mldsa44.verify(keys.mldsa44, message, quantum)
  )
}

/** The public keys of two signers, as a card has them. */
export function publicOf(pair: SignerPair): { ed25519: string; mldsa44: string } {
  return { ed25519: toBase64(pair.ed25519.publicKey), mldsa44: toBase64(pair.mldsa44.publicKey) }
}

export function samePair(
  one: { ed25519: string; mldsa44: string },
  other: { ed25519: string; mldsa44: string },
): boolean {
  return one.ed25519 === other.ed25519 && one.mldsa44 === other.mldsa44
}
