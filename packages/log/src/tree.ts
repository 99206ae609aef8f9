// The right edge of an RFC 6962 tree: enough to append leaves and to know the root, without keeping the tree.

import { emptyRoot, type LeafHash, nodeHash, type Root, rootOfNode } from './hash.ts'

export class TreeFrontier {
  private count: number
  /** Roots of the complete subtrees, largest first: one for each bit set in `count`. */
  private readonly peaks: Uint8Array[]

  constructor(size = 0, peaks: readonly Uint8Array[] = []) {
    this.count = size
    this.peaks = [...peaks]
  }

  get size(): number {
    return this.count
  }

  /** `complete` is told the root of each subtree of 2^level leaves, level ≥ 1, that this leaf makes complete. */
  append(leaf: LeafHash, complete?: (level: number, root: Uint8Array) => void): void {
    let hash: Uint8Array = leaf
    let level = 0
    for (let low = this.count; low % 2 === 1; low = (low - 1) / 2) {
      const left = this.peaks.pop()
      if (left === undefined) throw new Error('The frontier lost a peak.')
      hash = nodeHash(left, hash)
      complete?.(++level, hash)
    }
    this.peaks.push(hash)
    this.count++
  }

  root(): Root {
    let hash = this.peaks.at(-1)
    if (hash === undefined) return emptyRoot
    for (let i = this.peaks.length - 2; i >= 0; i--) hash = nodeHash(this.peaks[i] ?? hash, hash)
    return rootOfNode(hash)
  }

  clone(): TreeFrontier {
    return new TreeFrontier(this.count, this.peaks)
  }

  /** The complete subtrees from left to right, largest first. */
  subtrees(): readonly Uint8Array[] {
    return this.peaks
  }
}
