// What both implementations of `#crypto` provide, equal in every answer and synchronous where it is not named otherwise: node.ts over node:crypto,
// web.ts over @noble. One suite of tests runs on both.

export interface Signer {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
  /** The same on another thread where the platform has one: this one goes on with its work meanwhile. */
  signAsync(message: Uint8Array): Promise<Uint8Array>
}

export interface Sha256 {
  update(bytes: Uint8Array): Sha256
  digest(): Uint8Array
}

export interface SignatureScheme {
  readonly publicKeyBytes: number
  readonly signatureBytes: number
  /** Public key of a 32-byte seed. */
  publicKey(seed: Uint8Array): Uint8Array
  /** A signer that holds the key ready. */
  signer(seed: Uint8Array): Signer
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array
  /** False for anything malformed; never throws for what a peer may send. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}

/**
 * RFC 8032 Ed25519, strict: the public key is canonical and of prime order, R and S are canonical, S < L, and the
 * equation is checked without the cofactor.
 */
export interface Ed25519 extends SignatureScheme {
  /** Canonical, on the curve, of prime order (no torsion), not the identity. */
  isStrictPublicKey(publicKey: Uint8Array): boolean
}
