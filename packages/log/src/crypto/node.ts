// `#crypto` under Node: OpenSSL through node:crypto. Imported keys are kept, for importing one at each call halves the
// rate. OpenSSL compares R byte for byte and refuses S ≥ L; what it lets through of public keys, StrictKeys refuses.

import { createHash, createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import { KEY_CACHE_SIZE } from '../limits.ts'
import type { Ed25519, Sha256, SignatureScheme, Signer } from './contract.ts'
import { hasSmallOrderR, StrictKeys } from './strict-key.ts'

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1 && parts[0] !== undefined) return fromLatin1(hash('sha256', parts[0], 'binary'))
  const state = createHash('sha256')
  for (const part of parts) state.update(part)
  return own(state.digest())
}

export function createSha256(): Sha256 {
  const state = createHash('sha256')
  const wrapped: Sha256 = {
    update(bytes) {
      state.update(bytes)
      return wrapped
    },
    digest: () => own(state.digest()),
  }
  return wrapped
}

function scheme(name: 'ed25519' | 'ml-dsa-44', publicKeyBytes: number, signatureBytes: number): SignatureScheme {
  const publicKeys = new Map<string, KeyObject>()

  function privateKey(seed: Uint8Array): KeyObject {
    if (seed.length !== 32) throw new Error(`A seed has 32 bytes, not ${seed.length}.`)
    const format = name === 'ed25519' ? 'raw-private' : 'raw-seed'
    return createPrivateKey({ key: Buffer.from(seed), format, asymmetricKeyType: name })
  }

  function signer(seed: Uint8Array): Signer {
    const key = privateKey(seed)
    const publicKey = own(createPublicKey(key).export({ format: 'raw-public' }))
    return {
      publicKey,
      sign: (message) => own(sign(null, message, key)),
      signAsync: (message) =>
        new Promise((resolve, reject) => {
          sign(null, message, key, (failure, signature) =>
            failure === null ? resolve(own(signature)) : reject(failure),
          )
        }),
    }
  }

  function imported(publicKey: Uint8Array): KeyObject | undefined {
    const label = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString('latin1')
    const known = publicKeys.get(label)
    if (known !== undefined) return known
    try {
      const key = createPublicKey({ key: Buffer.from(publicKey), format: 'raw-public', asymmetricKeyType: name })
      if (publicKeys.size >= KEY_CACHE_SIZE) publicKeys.clear()
      publicKeys.set(label, key)
      return key
    } catch {
      return undefined
    }
  }

  return {
    publicKeyBytes,
    signatureBytes,
    signer,
    publicKey: (seed) => signer(seed).publicKey,
    sign: (seed, message) => own(sign(null, message, privateKey(seed))),
    verify(publicKey, message, signature) {
      if (publicKey.length !== publicKeyBytes || signature.length !== signatureBytes) return false
      const key = imported(publicKey)
      return key !== undefined && verify(null, message, key, signature)
    },
  }
}

const strictKeys = new StrictKeys(KEY_CACHE_SIZE)
const plain = scheme('ed25519', 32, 64)

export const ed25519: Ed25519 = {
  ...plain,
  isStrictPublicKey: (publicKey) => strictKeys.has(publicKey),
  verify(publicKey, message, signature) {
    if (hasSmallOrderR(signature)) return false
    return strictKeys.has(publicKey) && plain.verify(publicKey, message, signature)
  },
}

export const mldsa44: SignatureScheme = scheme('ml-dsa-44', 1_312, 2_420)

/** Taken out of Node as a text: making it a Buffer costs twice as much as the hash of a small input itself. */
function fromLatin1(digest: string): Uint8Array {
  const bytes = new Uint8Array(digest.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = digest.charCodeAt(i)
  return bytes
}

/** A plain Uint8Array over the same memory: Buffer’s own methods must not leak into what runs in a browser too. */
function own(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}
