// What proofs of an RFC 6962 tree are put together from: hashes of complete subtrees that a reader supplies, and how the
// ragged right edge of a tree is folded from them.

import { nodeHash } from './hash.ts'

/** The hash of the complete subtree of 2^level leaves whose first leaf is index · 2^level. */
export interface SubtreeId {
  level: number
  index: number
}

export type ReadHash = (id: SubtreeId) => Uint8Array
export type ReadHashes = (ids: readonly SubtreeId[]) => Promise<readonly Uint8Array[]>

/** A hash of a proof as the complete subtrees it is made of, left to right: one, or the ragged right edge. */
export type ProofNode = SubtreeId[]

/** The complete subtrees that make up the leaves [from, to), where `from` is a multiple of the first one’s width. */
export function subtreesOf(from: number, to: number): SubtreeId[] {
  const ids: SubtreeId[] = []
  let at = from
  while (at < to) {
    let level = 0
    let width = 1
    while (at + 2 * width <= to && at % (2 * width) === 0) {
      width *= 2
      level++
    }
    ids.push({ level, index: at / width })
    at += width
  }
  return ids
}

export function fold(hashes: readonly Uint8Array[]): Uint8Array {
  let hash = hashes.at(-1)
  if (hash === undefined) throw new Error('There is nothing to fold.')
  for (let i = hashes.length - 2; i >= 0; i--) hash = nodeHash(hashes[i] ?? hash, hash)
  return hash
}

export async function assemble(nodes: readonly ProofNode[], read: ReadHashes): Promise<Uint8Array[]> {
  const hashes = await read(nodes.flat())
  let at = 0
  return nodes.map((node) => {
    const mine = hashes.slice(at, at + node.length)
    at += node.length
    return fold(mine)
  })
}

/** The largest power of two below `size`; size ≥ 2. */
export function splitPoint(size: number): number {
  let point = 1
  while (2 * point < size) point *= 2
  return point
}

export function half(value: number): number {
  return Math.floor(value / 2)
}
