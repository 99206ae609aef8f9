// Two branches of one log: what is held here, and what its author signed elsewhere. The other branch is read whole, once,
// in bounded memory; its entries count only where they lead to the root that was signed. From it come the last size that
// both have in common, and what shows to anyone that the two contradict each other (spec/fork.md).

import type { LogFiles } from '@countersign/ledger'
import {
  consistencyProofFrom,
  equalBytes,
  type LeafHash,
  leafHash,
  type SubtreeId,
  TreeFrontier,
} from '@countersign/log'
import { freshEntries, type Head, type LogSource } from './log-source.ts'
import { PeerUnreachable } from './peer-requests.ts'

export interface Branch {
  /** How many entries both have in common from the start. */
  common: number
  /** What the larger says of as many entries as the smaller has; undefined where both have equally many. */
  prefix: { root: Uint8Array; consistency: Uint8Array[] } | undefined
}

/**
 * Compares the log that a source serves under a head its author signed with the one held. Undefined where what is served
 * does not lead to that head, which proves nothing; `follows` where one of the two goes on from the other.
 */
export async function readBranch(
  source: LogSource,
  signed: Head,
  held: Pick<LogFiles, 'size' | 'root' | 'entries' | 'rootAt' | 'consistencyProof'>,
): Promise<Branch | 'follows' | undefined> {
  const both = Math.min(held.size, signed.size)
  const proof = signed.size > held.size ? new ProofInMaking(held.size, signed.size) : undefined
  await proof?.begin()
  const tree = new TreeFrontier()
  const ours = held.entries(0, both)[Symbol.asyncIterator]()
  let common = 0
  let prefixRoot: Uint8Array | undefined
  for (let bundle = 0; bundle * 256 < signed.size; bundle++) {
    const width = Math.min(256, signed.size - bundle * 256)
    for (const entry of await freshEntries(source, bundle, { width, skip: 0, offset: 0 })) {
      if (common === tree.size && tree.size < both) {
        const next = await ours.next()
        if (next.done !== true && equalBytes(next.value, entry)) common++
      }
      const leaf = leafHash(entry)
      proof?.take(tree.size, leaf)
      tree.append(leaf)
      if (tree.size === held.size) prefixRoot = tree.root()
    }
  }
  if (!equalBytes(tree.root(), signed.root)) return undefined
  if (common === both) return 'follows'
  return { common, prefix: await prefixOf(signed, held, prefixRoot, proof) }
}

/** The same where both are known by their heads, and what is held is the larger or as large: nothing need be read. */
export async function heldPrefix(
  signed: Head,
  held: Pick<LogFiles, 'size' | 'rootAt' | 'consistencyProof'>,
): Promise<Branch['prefix']> {
  if (signed.size >= held.size) return undefined
  return { root: await held.rootAt(signed.size), consistency: await held.consistencyProof(signed.size, held.size) }
}

async function prefixOf(
  signed: Head,
  held: Pick<LogFiles, 'size' | 'rootAt' | 'consistencyProof'>,
  root: Uint8Array | undefined,
  proof: ProofInMaking | undefined,
): Promise<Branch['prefix']> {
  if (proof === undefined || root === undefined) return heldPrefix(signed, held)
  return { root, consistency: await proof.hashes() }
}

/** A consistency proof of a log that is read leaf by leaf: only the subtrees that it names are hashed. */
class ProofInMaking {
  private readonly sizes: [number, number]
  private readonly subtrees: { from: number; past: number; tree: TreeFrontier }[] = []

  constructor(oldSize: number, size: number) {
    this.sizes = [oldSize, size]
  }

  /** Learns which subtrees the proof names. */
  async begin(): Promise<void> {
    await this.prove((ids) => {
      for (const { level, index } of ids) {
        this.subtrees.push({ from: index * 2 ** level, past: (index + 1) * 2 ** level, tree: new TreeFrontier() })
      }
      return ids.map(() => new Uint8Array(32))
    })
  }

  take(index: number, leaf: LeafHash): void {
    for (const { from, past, tree } of this.subtrees) if (index >= from && index < past) tree.append(leaf)
  }

  hashes(): Promise<Uint8Array[]> {
    const made = this.subtrees.map(({ tree }) => tree.root() as Uint8Array)
    return this.prove((ids) => made.splice(0, ids.length))
  }

  private prove(read: (ids: readonly SubtreeId[]) => Uint8Array[]): Promise<Uint8Array[]> {
    return consistencyProofFrom(...this.sizes, async (ids) => read(ids))
  }
}

/** The same, where only a contradiction matters; undefined also where the source cannot be read now. */
export async function contradictingBranch(...of: Parameters<typeof readBranch>): Promise<Branch | undefined> {
  try {
    const branch = await readBranch(...of)
    return branch === 'follows' ? undefined : branch
  } catch (cause) {
    if (cause instanceof PeerUnreachable) return undefined
    throw cause
  }
}
