// A log that signed two histories, as a witness finds it: what proves it is kept as one file that anyone verifies offline
// (spec/fork.md), or as both notes where it cannot be made: the note cosigned last may be signed by keys that the policy
// no longer lists, and of a proof from a power of two only the log itself has the root.

import { join } from 'node:path'
import { type Disk, keepEvidence, keepForkFile, originHash } from '@countersign/ledger'
import { makeLogFork, type Root, toHex, type VerifierKey } from '@countersign/log'
import { LIMITS } from './limits.ts'

export interface ForkFound {
  origin: string
  /** Those of the policy. */
  keys: readonly VerifierKey[]
  held: { size: number; root: Root; note: Uint8Array }
  served: { size: number; root: Root; note: Uint8Array }
  /** What the log’s own proof says of as many leaves as are held; undefined between two checkpoints of one size. */
  prefix: { root: Root; consistency: readonly Uint8Array[] } | undefined
}

/** Durable once it resolves; gives where it stands below `dir`. */
export async function keepFork(at: { disk: Disk; dir: string }, found: ForkFound): Promise<string> {
  const { origin, keys, held, served, prefix } = found
  const file = makeLogFork({
    ...{ origin, keys, notes: [held.note, served.note] },
    ...(prefix === undefined ? {} : { prefix }),
  })
  const folder = join('evidence', originHash(origin))
  if (file.ok) {
    await keepForkFile(at, origin, file.value)
    return join(folder, 'fork.evidence')
  }
  const name = `${served.size}-${toHex(served.root).slice(0, 16)}`
  // A log that contradicts itself without end fills no disk.
  const isFull = (await at.disk.list(join(at.dir, folder))).length >= 2 * LIMITS.evidencePerLog
  if (!isFull) await keepEvidence(at, origin, name, { held: held.note, served: served.note })
  return join(folder, name)
}
