// Signed notes that contradict each other, kept for whoever must judge it: under evidence/<hash of the origin>, each case
// as two files, what was held here and what was served. The first of a name stays: a peer that contradicts itself without
// end fills no disk.

import { join } from 'node:path'
import type { Disk } from './disk.ts'
import { evidenceFolder, originHash } from './paths.ts'

/** Durable once it resolves. `name` is a file name: letters, digits, dots and dashes. */
export async function keepEvidence(
  at: { disk: Disk; dir: string },
  origin: string,
  name: string,
  notes: { held: Uint8Array | undefined; served: Uint8Array },
): Promise<void> {
  const { disk, dir } = at
  const folder = join(evidenceFolder(dir), originHash(origin))
  // It may stand there, and not durably: the sync that should have made it so may have failed, or never begun.
  if (await disk.exists(join(folder, `${name}-served`))) return disk.syncFolder(folder)
  await disk.makeFolder(folder, true)
  if (notes.held !== undefined) await disk.replace(join(folder, `${name}-held`), notes.held, true)
  await disk.replace(join(folder, `${name}-served`), notes.served, true)
}
