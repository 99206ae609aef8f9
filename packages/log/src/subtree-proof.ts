// Subtrees of an RFC 6962 tree and proofs that one is consistent with the whole (draft-ietf-plants-merkle-tree-certs,
// section 4), as C2SP tlog-witness asks for in `sign-subtree`. From leaf 0 on such a proof is a consistency proof, and for
// one leaf an inclusion proof.

import { equalBytes } from './bytes.ts'
import { nodeHash, type Root } from './hash.ts'
import { HASH_BYTES } from './limits.ts'
import { fold, half, type ProofNode, type ReadHash, splitPoint, subtreesOf } from './proof-nodes.ts'
import { ok, type Result, refuse } from './result.ts'

/** The leaves from `start` to `end`, which is one after the last. */
export interface LeafRange {
  start: number
  end: number
}

/**
 * Whether the leaves are a subtree: there is one at least, and `start` is a multiple of the least power of two that is not
 * below their number.
 */
export function isSubtree({ start, end }: LeafRange): boolean {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || start >= end) return false
  let width = 1
  while (width < end - start) width *= 2
  return start % width === 0
}

/** The root of a subtree. Throws where the leaves are none. */
export function subtreeHash(range: LeafRange, read: ReadHash): Uint8Array {
  needSubtree(range)
  return fold(subtreesOf(range.start, range.end).map(read))
}

/** Proof that the subtree is a part of the tree of `size`. Throws where it cannot be: the caller’s defect. */
export function subtreeConsistencyProof(range: LeafRange, size: number, read: ReadHash): Uint8Array[] {
  return proofNodes(range, size).map((node) => fold(node.map(read)))
}

/** Section 4.4.3 of the draft. `subtree/form` where the leaves are no subtree of a tree of that size. */
export function verifySubtreeConsistency(
  range: LeafRange,
  size: number,
  { proof, hash, root }: { proof: readonly Uint8Array[]; hash: Uint8Array; root: Root | Uint8Array },
): Result<undefined> {
  const { start, end } = range
  if (!isSubtree(range) || !Number.isSafeInteger(size) || end > size)
    return refuse('subtree/form', `The leaves ${start} to ${end} are no subtree of a tree of ${size}.`)
  if ([hash, root, ...proof].some((one) => one.length !== HASH_BYTES))
    return refuse('proof/hash-length', 'A hash in the proof has not 32 bytes.')
  let fn = start
  let sn = end - 1
  let tn = size - 1
  const up = () => {
    fn = half(fn)
    sn = half(sn)
    tn = half(tn)
  }
  // Up to the largest part of the subtree that is a node of the whole tree too.
  const reachesEnd = sn === tn
  while (fn !== sn && (reachesEnd || sn % 2 === 1)) up()
  const path = fn === sn ? [hash, ...proof] : [...proof]
  const first = path[0]
  if (first === undefined) return refuse('proof/too-short', 'The consistency proof of the subtree is empty.')
  let part: Uint8Array = first
  let whole: Uint8Array = first
  for (const sibling of path.slice(1)) {
    if (tn === 0) return refuse('proof/too-long', 'The consistency proof of the subtree is too long.')
    if (sn % 2 === 1 || sn === tn) {
      if (fn < sn) part = nodeHash(sibling, part)
      whole = nodeHash(sibling, whole)
      while (sn % 2 === 0) up()
    } else whole = nodeHash(whole, sibling)
    up()
  }
  if (tn !== 0) return refuse('proof/too-short', 'The consistency proof of the subtree is too short.')
  if (!equalBytes(part, hash)) return refuse('proof/subtree', 'The proof is of another subtree.')
  return equalBytes(whole, root) ? ok(undefined) : refuse('proof/root', 'The proof leads to another root.')
}

function proofNodes(range: LeafRange, size: number): ProofNode[] {
  needSubtree(range)
  const { start, end } = range
  if (end > size) throw new Error(`A tree of ${size} has no leaves ${start} to ${end}.`)
  const nodes: ProofNode[] = []
  let [from, to, first] = [0, size, start]
  // Whether the part in hand is the subtree itself: its root is known to the verifier and not repeated.
  let known = true
  while (from !== first || to !== end) {
    const middle = from + splitPoint(to - from)
    if (end <= middle) {
      nodes.push(subtreesOf(middle, to))
      to = middle
    } else {
      nodes.push(subtreesOf(from, middle))
      from = middle
      if (first < middle) {
        first = middle
        known = false
      }
    }
  }
  if (!known) nodes.push(subtreesOf(from, to))
  return nodes.reverse()
}

function needSubtree(range: LeafRange): void {
  if (!isSubtree(range)) throw new Error(`The leaves ${range.start} to ${range.end} are no subtree.`)
}
