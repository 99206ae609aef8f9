// RFC 6962 inclusion and consistency proofs: made from hashes of complete subtrees that a reader supplies, verified by
// the loops of RFC 9162 sections 2.1.3.2 and 2.1.4.2, which are the same proofs with every step spelt out.

import { equalBytes } from './bytes.ts'
import { asRoot, type LeafHash, nodeHash, type Root } from './hash.ts'
import { HASH_BYTES } from './limits.ts'
import {
  assemble,
  fold,
  half,
  type ProofNode,
  type ReadHash,
  type ReadHashes,
  splitPoint,
  subtreesOf,
} from './proof-nodes.ts'
import { ok, type Result, refuse } from './result.ts'

/** Proof that the leaf at `index` is in the tree of `size`. Throws where index ≥ size: the caller’s defect. */
export function inclusionProof(index: number, size: number, read: ReadHash): Uint8Array[] {
  return inclusionNodes(index, size).map((node) => fold(node.map(read)))
}

/** Proof that the tree of `size` begins with the tree of `oldSize`. Throws where oldSize is 0 or > size. */
export function consistencyProof(oldSize: number, size: number, read: ReadHash): Uint8Array[] {
  return consistencyNodes(oldSize, size).map((node) => fold(node.map(read)))
}

/** As `inclusionProof`, where hashes come from disk or network: all are asked for at once. */
export async function inclusionProofFrom(index: number, size: number, read: ReadHashes): Promise<Uint8Array[]> {
  return assemble(inclusionNodes(index, size), read)
}

export async function consistencyProofFrom(oldSize: number, size: number, read: ReadHashes): Promise<Uint8Array[]> {
  return assemble(consistencyNodes(oldSize, size), read)
}

/** The root of the tree of `size` from the hashes of its complete subtrees; size ≥ 1. */
export async function rootFrom(size: number, read: ReadHashes): Promise<Uint8Array> {
  const [root] = await assemble([subtreesOf(0, size)], read)
  if (root === undefined) throw new Error('A tree of no size has no subtrees.')
  return root
}

export function verifyInclusion(
  index: number,
  size: number,
  leaf: LeafHash | Uint8Array,
  proof: readonly Uint8Array[],
  root: Root | Uint8Array,
): Result<undefined> {
  const whole = Number.isSafeInteger(index) && Number.isSafeInteger(size)
  if (!whole || index < 0 || index >= size)
    return refuse('proof/index-out-of-range', `There is no entry ${index} in a log of ${size}.`)
  if (leaf.length !== HASH_BYTES || root.length !== HASH_BYTES || proof.some((hash) => hash.length !== HASH_BYTES)) {
    return refuse('proof/hash-length', 'A hash in the proof has not 32 bytes.')
  }
  let fn = index
  let sn = size - 1
  let hash: Uint8Array = leaf
  for (const sibling of proof) {
    if (sn === 0) return refuse('proof/too-long', 'The inclusion proof is too long.')
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash)
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn)
        sn = half(sn)
      }
    } else hash = nodeHash(hash, sibling)
    fn = half(fn)
    sn = half(sn)
  }
  if (sn !== 0) return refuse('proof/too-short', 'The inclusion proof is too short.')
  return equalBytes(hash, root) ? ok(undefined) : refuse('proof/root', 'The inclusion proof leads to another root.')
}

/** Refuses size 0 on either side: there is nothing to be consistent with. */
export function verifyConsistency(
  oldSize: number,
  size: number,
  proof: readonly Uint8Array[],
  oldRoot: Root | Uint8Array,
  root: Root | Uint8Array,
): Result<undefined> {
  const whole = Number.isSafeInteger(oldSize) && Number.isSafeInteger(size)
  if (!whole || oldSize < 1 || oldSize > size)
    return refuse('proof/size-out-of-range', `A log of ${size} cannot continue one of ${oldSize}.`)
  if (oldSize === size) {
    if (proof.length > 0) return refuse('proof/too-long', 'Equal sizes need no consistency proof.')
    return equalBytes(oldRoot, root) ? ok(undefined) : refuse('proof/root', 'Two roots of one size differ.')
  }
  if (oldRoot.length !== HASH_BYTES || root.length !== HASH_BYTES || proof.some((hash) => hash.length !== HASH_BYTES)) {
    return refuse('proof/hash-length', 'A hash in the proof has not 32 bytes.')
  }
  const led = rootsByProof(oldSize, size, isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof)
  if (proof.length === 0) return refuse('proof/too-short', 'The consistency proof is empty.')
  if (!led.ok) return led
  const { older, newer } = led.value
  if (!equalBytes(older, oldRoot)) return refuse('proof/old-root', 'The consistency proof starts from another root.')
  return equalBytes(newer, root) ? ok(undefined) : refuse('proof/root', 'The consistency proof leads to another root.')
}

/**
 * The root of the first `oldSize` leaves of the tree of `size`, as the proof itself tells it; undefined where the proof does
 * not lead to `root`, or says nothing of it, because the verifier is taken to know it: where `oldSize` is a power of two.
 */
export function prefixRootByProof(
  oldSize: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Root | Uint8Array,
): Root | undefined {
  const whole = Number.isSafeInteger(oldSize) && Number.isSafeInteger(size)
  if (!whole || oldSize < 1 || oldSize >= size || isPowerOfTwo(oldSize)) return undefined
  if ([root, ...proof].some((hash) => hash.length !== HASH_BYTES)) return undefined
  const led = rootsByProof(oldSize, size, proof)
  return led.ok && equalBytes(led.value.newer, root) ? asRoot(led.value.older) : undefined
}

/** RFC 9162 section 2.1.4.2, steps 2 to 5: both roots to which the path leads. */
function rootsByProof(
  oldSize: number,
  size: number,
  path: readonly Uint8Array[],
): Result<{ older: Uint8Array; newer: Uint8Array }> {
  const [first] = path
  if (first === undefined) return refuse('proof/too-short', 'The consistency proof is empty.')
  let fn = oldSize - 1
  let sn = size - 1
  while (fn % 2 === 1) {
    fn = half(fn)
    sn = half(sn)
  }
  let older: Uint8Array = first
  let newer: Uint8Array = first
  for (const hash of path.slice(1)) {
    if (sn === 0) return refuse('proof/too-long', 'The consistency proof is too long.')
    if (fn % 2 === 1 || fn === sn) {
      older = nodeHash(hash, older)
      newer = nodeHash(hash, newer)
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn)
        sn = half(sn)
      }
    } else newer = nodeHash(newer, hash)
    fn = half(fn)
    sn = half(sn)
  }
  return sn === 0 ? ok({ older, newer }) : refuse('proof/too-short', 'The consistency proof is too short.')
}

function inclusionNodes(index: number, size: number): ProofNode[] {
  if (index < 0 || index >= size) throw new Error(`There is no entry ${index} in a tree of ${size}.`)
  const nodes: ProofNode[] = []
  let from = 0
  let to = size
  while (to - from > 1) {
    const middle = from + splitPoint(to - from)
    if (index < middle) {
      nodes.push(subtreesOf(middle, to))
      to = middle
    } else {
      nodes.push(subtreesOf(from, middle))
      from = middle
    }
  }
  return nodes.reverse()
}

function consistencyNodes(oldSize: number, size: number): ProofNode[] {
  if (oldSize < 1 || oldSize > size) throw new Error(`A tree of ${size} does not begin with one of ${oldSize}.`)
  const nodes: ProofNode[] = []
  let from = 0
  let to = size
  // Whether the part in hand is the whole old tree: its root is known to the verifier and not repeated.
  let known = true
  while (to !== oldSize) {
    const middle = from + splitPoint(to - from)
    if (oldSize <= middle) {
      nodes.push(subtreesOf(middle, to))
      to = middle
    } else {
      nodes.push(subtreesOf(from, middle))
      from = middle
      known = false
    }
  }
  if (!known) nodes.push(subtreesOf(from, to))
  return nodes.reverse()
}

function isPowerOfTwo(value: number): boolean {
  let power = 1
  while (power < value) power *= 2
  return power === value
}
