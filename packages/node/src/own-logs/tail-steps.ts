// What a peer's copy has of a log of ours beyond what is held here, in steps: each ends at a head that we signed, or at one
// that we sign again where nobody shows any (pieces.ts), and none holds more in memory than one step of a mirror. What was
// taken is durable step by step, so that a run that ends half
// way goes on where it was.

import type { Card, SignerPair } from '@countersign/record'
import { freshEntries, type LogSource, type SignedHead } from '../hearing/log-source.ts'
import { PeerUnreachable } from '../hearing/peer-requests.ts'
import { type Cosigner, signedHead } from '../hearing/signed-heads.ts'
import { LIMITS } from '../limits.ts'
import type { Pieces } from './pieces.ts'

export interface TailSource {
  origin: string
  /** The card of ours by whose log keys it is kept. */
  author: Card
  pact: string
  source: LogSource
  /** Whose receipts show heads on the way. */
  cosigners: readonly Cosigner[]
  step?: { entriesPerStep: number; bytesPerStep: number }
  /** By whose keys the log is signed, where they are here. */
  signers?: SignerPair | undefined
  pieces?: Pieces
}

export interface TailStep {
  /** The index of the first entry. */
  first: number
  entries: Uint8Array[]
  /** The head that they should lead to. */
  head: SignedHead
}

/** The next step from `held` entries towards a larger head. Throws PeerUnreachable where the source does not give it. */
export async function nextStep(of: TailSource, held: number, served: SignedHead): Promise<TailStep> {
  const { source, step = LIMITS } = of
  for (let most: number = step.entriesPerStep; ; ) {
    const head =
      served.size - held <= most ? served : await headOnTheWay(of, { above: held, upTo: held + most }, served)
    if (head === undefined) {
      throw new PeerUnreachable(
        `${source.requests.party} holds more of our log than can be taken at once, and nobody shows a head on the way`,
      )
    }
    const taken = await entriesUpTo(source, held, head.size, served.size, step.bytesPerStep)
    if (taken.isWhole || taken.entries.length === 0) return { first: held, entries: taken.entries, head }
    most = taken.entries.length
  }
}

async function headOnTheWay(of: TailSource, between: { above: number; upTo: number }, served: SignedHead) {
  const { origin, source, signers, pieces } = of
  const shown = await signedHead(of, between)
  if (shown !== undefined || signers === undefined) return shown
  return pieces?.head({ origin, source, signers }, between, served)
}

/** The entries from `held` to `size` of a log that is served up to `served`; fewer where they are more than `bytesMax`. */
async function entriesUpTo(source: LogSource, held: number, size: number, served: number, bytesMax: number) {
  const entries: Uint8Array[] = []
  let bytes = 0
  for (let bundle = Math.floor(held / 256); bundle * 256 < size; bundle++) {
    const width = Math.min(256, served - bundle * 256)
    const skip = Math.max(0, held - bundle * 256)
    const fresh = (await freshEntries(source, bundle, { width, skip: 0, offset: 0 })).slice(skip, size - bundle * 256)
    for (const { length } of fresh) bytes += 2 + length
    // One bundle is always taken: it is no larger than what a request may bring.
    if (bytes > bytesMax && entries.length > 0) return { entries, isWhole: false }
    for (const entry of fresh) entries.push(entry)
  }
  return { entries, isWhole: true }
}
