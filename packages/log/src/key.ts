// C2SP signed-note verifier keys, and the signers that write signature lines.

import { sha256 } from '#crypto'
import { concat, fromBase64, fromHex, toBase64, toHex, utf8 } from './bytes.ts'
import type { Signer } from './crypto/contract.ts'
import { MAX_NAME_BYTES } from './limits.ts'
import { ok, type Result, refuse } from './result.ts'

/** 1: Ed25519 over the note. 4: Ed25519 cosignature. 6: ML-DSA-44 over the tree (tlog-cosignature). */
export type SignatureType = 1 | 4 | 6

export interface VerifierKey {
  name: string
  type: SignatureType
  /** Four bytes: SHA-256(name ‖ 0x0A ‖ type ‖ key)[:4]. */
  keyId: Uint8Array
  publicKey: Uint8Array
}

/** Public keys of one role: both always sign, and both must verify. */
export interface KeyPair {
  ed25519: Uint8Array
  mldsa44: Uint8Array
}

export interface SignerPair {
  ed25519: Signer
  mldsa44: Signer
}

const KEY_BYTES: Record<SignatureType, number> = { 1: 32, 4: 32, 6: 1_312 }

/** As signed-note has it: not empty, no space of Unicode, no plus; and no control character, which no note may hold. */
export function isNoteName(name: string): boolean {
  return name.length > 0 && !/[\p{White_Space}\0-\x1f+]/u.test(name) && name.isWellFormed()
}

/** A name that a key can have here: at most 255 bytes, so that it fits the message of type 06. */
export function isKeyName(name: string): boolean {
  return isNoteName(name) && utf8(name).length <= MAX_NAME_BYTES
}

/** Throws for a name or key that cannot be one: the caller’s defect. */
export function makeVerifierKey(name: string, type: SignatureType, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw new Error(`“${name}” cannot name a key.`)
  if (publicKey.length !== KEY_BYTES[type]) throw new Error(`A key of type ${type} has ${KEY_BYTES[type]} bytes.`)
  const keyId = sha256(utf8(`${name}\n`), Uint8Array.of(type), publicKey).slice(0, 4)
  return { name, type, keyId, publicKey }
}

/** `name+hex8(keyID)+base64(type ‖ key)`. */
export function formatVerifierKey(key: VerifierKey): string {
  return `${key.name}+${toHex(key.keyId)}+${toBase64(concat(Uint8Array.of(key.type), key.publicKey))}`
}

export function parseVerifierKey(text: string): Result<VerifierKey> {
  const [name, id, ...rest] = text.split('+')
  const bytes = fromBase64(rest.join('+'))
  const keyId = fromHex(id ?? '')
  if (name === undefined || !isKeyName(name) || keyId?.length !== 4 || bytes === undefined) {
    return refuse('key/form', 'This is no verifier key: name+hex8+base64 is expected.')
  }
  const type = bytes[0]
  if (type !== 1 && type !== 4 && type !== 6) return refuse('key/type', `Keys of type ${type} are not known here.`)
  if (bytes.length !== 1 + KEY_BYTES[type])
    return refuse('key/length', `A key of type ${type} has ${KEY_BYTES[type]} bytes.`)
  const key = makeVerifierKey(name, type, bytes.subarray(1))
  return toHex(key.keyId) === id ? ok(key) : refuse('key/id', 'The key’s id does not follow from its name and bytes.')
}
