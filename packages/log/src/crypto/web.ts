// `#crypto` in a browser: @noble. Ed25519 is verified here step by step, because the library’s own check multiplies by
// the cofactor and would let through signatures that OpenSSL refuses.

import { ed25519 as curve } from '@noble/curves/ed25519.js'
import { sha256 as nobleSha256, sha512 } from '@noble/hashes/sha2.js'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { concat, equalBytes } from '../bytes.ts'
import { KEY_CACHE_SIZE } from '../limits.ts'
import type { Ed25519, Sha256, SignatureScheme, Signer } from './contract.ts'
import { hasSmallOrderR, StrictKeys } from './strict-key.ts'

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const state = nobleSha256.create()
  for (const part of parts) state.update(part)
  return state.digest()
}

export function createSha256(): Sha256 {
  const state = nobleSha256.create()
  const wrapped: Sha256 = {
    update(bytes) {
      state.update(bytes)
      return wrapped
    },
    digest: () => state.digest(),
  }
  return wrapped
}

const L = curve.Point.Fn.ORDER
const strictKeys = new StrictKeys(KEY_CACHE_SIZE)

export const ed25519: Ed25519 = {
  publicKeyBytes: 32,
  signatureBytes: 64,
  isStrictPublicKey: (publicKey) => strictKeys.has(publicKey),
  publicKey: (seed) => curve.getPublicKey(seed),
  sign: (seed, message) => curve.sign(message, seed),
  signer(seed) {
    const key = Uint8Array.from(seed)
    return signerOf(curve.getPublicKey(key), (message) => curve.sign(message, key))
  },
  verify(publicKey, message, signature) {
    if (signature.length !== 64 || hasSmallOrderR(signature) || !strictKeys.has(publicKey)) return false
    const r = signature.subarray(0, 32)
    const s = littleEndian(signature.subarray(32))
    if (s >= L) return false
    const h = littleEndian(sha512(concat(r, publicKey, message))) % L
    const minusA = curve.Point.fromBytes(publicKey, false).negate()
    const point = curve.Point.BASE.multiplyUnsafe(s).add(minusA.multiplyUnsafe(h))
    return equalBytes(point.toBytes(), r)
  },
}

export const mldsa44: SignatureScheme = {
  publicKeyBytes: 1_312,
  signatureBytes: 2_420,
  publicKey: (seed) => ml_dsa44.keygen(seed).publicKey,
  // Without extra entropy a signature is a function of key and message, as a seeded simulation needs it.
  sign: (seed, message) => ml_dsa44.sign(message, ml_dsa44.keygen(seed).secretKey, { extraEntropy: false }),
  signer(seed) {
    const { publicKey, secretKey } = ml_dsa44.keygen(seed)
    return signerOf(publicKey, (message) => ml_dsa44.sign(message, secretKey, { extraEntropy: false }))
  },
  verify(publicKey, message, signature) {
    if (publicKey.length !== 1_312 || signature.length !== 2_420) return false
    try {
      return ml_dsa44.verify(signature, message, publicKey)
    } catch {
      return false
    }
  },
}

function signerOf(publicKey: Uint8Array, sign: (message: Uint8Array) => Uint8Array): Signer {
  return { publicKey, sign, signAsync: async (message) => sign(message) }
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0)
  return value
}
