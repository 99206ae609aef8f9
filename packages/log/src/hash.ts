// RFC 6962 hashing. A leaf’s hash, a node’s hash and a root are different types to the compiler, so that none can be
// taken for another; the prefixes 0x00 and 0x01 keep them apart in the mathematics.

import { sha256 } from '#crypto'
import { HASH_BYTES, MAX_ENTRY_BYTES } from './limits.ts'

declare const kind: unique symbol
export type LeafHash = Uint8Array & { readonly [kind]: 'leaf' }
export type NodeHash = Uint8Array & { readonly [kind]: 'node' }
export type Root = Uint8Array & { readonly [kind]: 'root' }

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

// One hash over bytes that lie together is several times as fast as one fed in parts; an entry is copied for it.
const leaf = new Uint8Array(1 + MAX_ENTRY_BYTES)

/** SHA-256(0x00 ‖ entry). */
export function leafHash(entry: Uint8Array): LeafHash {
  if (entry.length > MAX_ENTRY_BYTES) return sha256(LEAF, entry) as LeafHash
  leaf.set(entry, 1)
  return sha256(leaf.subarray(0, 1 + entry.length)) as LeafHash
}

const pair = new Uint8Array(1 + 2 * HASH_BYTES)
pair.set(NODE)

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): NodeHash {
  pair.set(left, 1)
  pair.set(right, 1 + HASH_BYTES)
  return sha256(pair) as NodeHash
}

/** The root of a tree without entries: SHA-256 of nothing. */
export const emptyRoot: Root = sha256() as Root

/** The parser of hashes that come from elsewhere: 32 bytes, or undefined. */
export function asRoot(bytes: Uint8Array): Root | undefined {
  return bytes.length === HASH_BYTES ? (bytes as Root) : undefined
}

/** The same for a leaf that was hashed before. */
export function asLeafHash(bytes: Uint8Array): LeafHash | undefined {
  return bytes.length === HASH_BYTES ? (bytes as LeafHash) : undefined
}

export function rootOfNode(hash: Uint8Array): Root {
  return hash as Root
}
