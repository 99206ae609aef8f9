// A log of ours that is taken back from a mirror where nobody shows a head on the way, and that is more than memory bears
// at once. It is read twice. The first time nothing is kept but the root at each bundle, and it must lead to the head that
// we signed: whatever begins such a log is what we signed, too. So our key may sign those roots again, one for each piece,
// and each piece is durable under a head of its own. None of them is shown to others before the whole log was compared.

import { equalBytes, leafHash, type Root, signCheckpointAsync, TreeFrontier, toHex } from '@countersign/log'
import type { SignerPair } from '@countersign/record'
import { freshEntries, type LogSource, type SignedHead } from '../hearing/log-source.ts'
import { PeerUnreachable } from '../hearing/peer-requests.ts'

const BUNDLE = 256

export class Pieces {
  /** The root at each whole bundle, by the copy and the head that it leads to; of one copy at a time. */
  private read: { of: string; roots: Root[] } | undefined

  /** The largest head above `above` and up to `upTo` at which a piece may end. Throws PeerUnreachable as `freshEntries`. */
  async head(
    { origin, source, signers }: { origin: string; source: LogSource; signers: SignerPair },
    { above, upTo }: { above: number; upTo: number },
    served: SignedHead,
  ): Promise<SignedHead | undefined> {
    const bundles = Math.floor(upTo / BUNDLE)
    const size = bundles * BUNDLE
    if (size <= above) return undefined
    const root = (await this.rootsOf(source, served))[bundles - 1]
    if (root === undefined) return undefined
    return { size, root, note: await signCheckpointAsync({ origin, size, root }, signers) }
  }

  private async rootsOf(source: LogSource, served: SignedHead): Promise<Root[]> {
    const of = `${source.requests.party} ${source.prefix} ${served.size} ${toHex(served.root)}`
    if (this.read?.of === of) return this.read.roots
    const tree = new TreeFrontier()
    const roots: Root[] = []
    for (let bundle = 0; bundle * BUNDLE < served.size; bundle++) {
      const width = Math.min(BUNDLE, served.size - bundle * BUNDLE)
      for (const entry of await freshEntries(source, bundle, { width, skip: 0, offset: 0 }))
        tree.append(leafHash(entry))
      if (width === BUNDLE) roots.push(tree.root())
    }
    if (!equalBytes(tree.root(), served.root)) {
      throw new PeerUnreachable(`${source.requests.party} serves other entries than those of the head that we signed`)
    }
    this.read = { of, roots }
    return roots
  }
}
