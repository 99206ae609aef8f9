// A log for the tests: whatever is appended, its checkpoints and proofs. `fork` goes its own way from there on.

import {
  type Cosigned,
  consistencyProof,
  ed25519,
  formatAddCheckpoint,
  formatVerifierKey,
  type LeafRange,
  leafHash,
  logKeys,
  mldsa44,
  nodeHash,
  type Root,
  type SignerPair,
  type SubtreeId,
  signCheckpoint,
  subtreeConsistencyProof,
  subtreeHash,
  TreeFrontier,
  utf8,
} from '../src/index.ts'

export const signersOf = (n: number): SignerPair => ({
  ed25519: ed25519.signer(new Uint8Array(32).fill(n)),
  mldsa44: mldsa44.signer(new Uint8Array(32).fill(n)),
})
export const publicOf = (of: SignerPair) => ({ ed25519: of.ed25519.publicKey, mldsa44: of.mldsa44.publicKey })

export class SampleLog {
  readonly origin: string
  private readonly signers: SignerPair
  private readonly leaves: Uint8Array[]
  private readonly roots: Root[]

  constructor(
    origin: string,
    signers: SignerPair,
    leaves: Uint8Array[] = [],
    roots: Root[] = [new TreeFrontier().root()],
  ) {
    this.origin = origin
    this.signers = signers
    this.leaves = leaves
    this.roots = roots
  }

  get size(): number {
    return this.leaves.length
  }

  grow(count: number, word = 'entry'): this {
    const tree = new TreeFrontier()
    for (const leaf of this.leaves) tree.append(leaf as ReturnType<typeof leafHash>)
    for (let i = 0; i < count; i++) {
      const leaf = leafHash(utf8(`${word} ${this.size}`))
      tree.append(leaf)
      this.leaves.push(leaf)
      this.roots.push(tree.root())
    }
    return this
  }

  fork(): SampleLog {
    return new SampleLog(this.origin, this.signers, [...this.leaves], [...this.roots])
  }

  /** The same log when it had `size` entries. */
  upTo(size: number): SampleLog {
    return new SampleLog(this.origin, this.signers, this.leaves.slice(0, size), this.roots.slice(0, size + 1))
  }

  at(size = this.size): Cosigned {
    const root = this.roots[size]
    if (root === undefined) throw new Error(`The log has no size ${size}.`)
    return { size, root }
  }

  note(size = this.size): Uint8Array {
    return signCheckpoint({ origin: this.origin, ...this.at(size) }, this.signers)
  }

  proof(old: number, size = this.size): Uint8Array[] {
    return old === 0 ? [] : consistencyProof(old, size, (id) => this.subtree(id))
  }

  request(old: number, size = this.size): Uint8Array {
    return formatAddCheckpoint({ oldSize: old, proof: this.proof(old, size), checkpoint: this.note(size) })
  }

  subtreeHash(range: LeafRange): Uint8Array {
    return subtreeHash(range, (id) => this.subtree(id))
  }

  /** Of leaves of the tree of `size`. */
  subtreeProof(range: LeafRange, size = this.size): Uint8Array[] {
    return subtreeConsistencyProof(range, size, (id) => this.subtree(id))
  }

  /** The lines of a policy that knows this log by both its keys. */
  policyLines(): string {
    return logKeys(this.origin, publicOf(this.signers))
      .map((key) => `log ${formatVerifierKey(key)}\n`)
      .join('')
  }

  private subtree({ level, index }: SubtreeId): Uint8Array {
    if (level === 0) return this.leaves[index] ?? new Uint8Array()
    return nodeHash(
      this.subtree({ level: level - 1, index: 2 * index }),
      this.subtree({ level: level - 1, index: 2 * index + 1 }),
    )
  }
}
