// age's hybrid post-quantum recipient and identity (C2SP age, mlkem768x25519) over Node's own crypto, several times as
// fast as the library's, which they stand in for. HPKE is RFC 9180 in base mode with HKDF-SHA256 and ChaCha20-Poly1305;
// its KEM is the hybrid of ML-KEM-768 and X25519 whose secrets are joined by SHA3-256. A test opens with each what the
// other sealed.

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  hash,
  type KeyObject,
} from 'node:crypto'
import { utf8 } from '@countersign/log'
import { type Identity, type Recipient, Stanza } from 'age-encryption'

const KIND = 'mlkem768x25519'
const LABEL = utf8(`age-encryption.org/${KIND}`)
const JOIN = utf8('\\.//^\\')
/** HPKE, the KEM 0x647a, HKDF-SHA256, ChaCha20-Poly1305. */
const SUITE = Buffer.concat([utf8('HPKE'), Uint8Array.of(0x64, 0x7a, 0, 1, 0, 3)])
const MLKEM_KEY_BYTES = 1_184
const MLKEM_TEXT_BYTES = 1_088
const X25519_BYTES = 32
const TAG_BYTES = 16

/** Of the 1,216 bytes of a public key. */
export function hybridRecipient(publicKey: Uint8Array): Recipient {
  const lattice = publicOf('ml-kem-768', publicKey.subarray(0, MLKEM_KEY_BYTES))
  const curveBytes = publicKey.subarray(MLKEM_KEY_BYTES)
  const curve = publicOf('x25519', curveBytes)
  return {
    wrapFileKey(fileKey) {
      const { sharedKey, ciphertext } = encapsulate(lattice)
      const ephemeral = generateKeyPairSync('x25519')
      const share = ephemeral.publicKey.export({ format: 'raw-public' })
      const other = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: curve })
      const secret = joined(sharedKey, other, share, curveBytes)
      const { key, nonce } = keysOf(secret)
      const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES })
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()])
      return [new Stanza([KIND, unpadded(Buffer.concat([ciphertext, share]))], new Uint8Array(body))]
    },
  }
}

/** Of the 32 bytes of a seed. Stanzas of other kinds, and those not for us, are passed over. */
export function hybridIdentity(seed: Uint8Array): Identity {
  const expanded = hash('shake256', seed, { outputEncoding: 'buffer', outputLength: 96 })
  const lattice = createPrivateKey({
    key: expanded.subarray(0, 64),
    format: 'raw-seed',
    asymmetricKeyType: 'ml-kem-768',
  })
  const curve = createPrivateKey({ key: expanded.subarray(64), format: 'raw-private', asymmetricKeyType: 'x25519' })
  const curveBytes = createPublicKey(curve).export({ format: 'raw-public' })
  return {
    unwrapFileKey(stanzas) {
      for (const { args, body } of stanzas) {
        if (args[0] !== KIND) continue
        const share = Buffer.from(args[1] ?? '', 'base64')
        if (args.length !== 2 || share.length !== MLKEM_TEXT_BYTES + X25519_BYTES || body.length !== 2 * TAG_BYTES) {
          throw new Error(`A stanza ${KIND} of the age file is malformed.`)
        }
        const point = share.subarray(MLKEM_TEXT_BYTES)
        try {
          const shared = decapsulate(lattice, share.subarray(0, MLKEM_TEXT_BYTES))
          const other = diffieHellman({ privateKey: curve, publicKey: publicOf('x25519', point) })
          const { key, nonce } = keysOf(joined(shared, other, point, curveBytes))
          const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES })
          decipher.setAuthTag(body.subarray(TAG_BYTES))
          return new Uint8Array(Buffer.concat([decipher.update(body.subarray(0, TAG_BYTES)), decipher.final()]))
        } catch {
          // Sealed to somebody else: the next stanza may be ours.
        }
      }
      return null
    },
  }
}

function publicOf(kind: 'ml-kem-768' | 'x25519', raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(raw), format: 'raw-public', asymmetricKeyType: kind })
}

function joined(lattice: Uint8Array, curve: Uint8Array, share: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return hash('sha3-256', Buffer.concat([lattice, curve, share, publicKey, JOIN]), 'buffer')
}

/** RFC 9180 section 5.1, mode base. */
function keysOf(secret: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  const none = new Uint8Array()
  const context = Buffer.concat([
    Uint8Array.of(0),
    extract(none, 'psk_id_hash', none),
    extract(none, 'info_hash', LABEL),
  ])
  const root = extract(secret, 'secret', none)
  return { key: expand(root, 'key', context, 32), nonce: expand(root, 'base_nonce', context, 12) }
}

function extract(salt: Uint8Array, label: string, input: Uint8Array): Uint8Array {
  const key = salt.length === 0 ? new Uint8Array(32) : salt
  return createHmac('sha256', key).update('HPKE-v1').update(SUITE).update(label).update(input).digest()
}

function expand(root: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
  // No more than one block is ever asked for.
  const labelled = Buffer.concat([
    Uint8Array.of(0, length),
    utf8('HPKE-v1'),
    SUITE,
    utf8(label),
    info,
    Uint8Array.of(1),
  ])
  return createHmac('sha256', root).update(labelled).digest().subarray(0, length)
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '')
}
