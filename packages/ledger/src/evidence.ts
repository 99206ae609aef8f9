// What shows that a log contradicts itself: one file that anyone verifies (spec/fork.md), or, as long as that cannot be
// made, signed notes that contradict each other, kept for whoever must judge it: under evidence/<hash of the origin>, each case
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

const FORK_FILE = 'fork.evidence'

/** Keeps the file of a fork; the first stays, for one proves it. Durable once it resolves; gives where it stands. */
export async function keepForkFile(at: { disk: Disk; dir: string }, origin: string, file: Uint8Array): Promise<string> {
  const folder = join(evidenceFolder(at.dir), originHash(origin))
  const path = join(folder, FORK_FILE)
  if (await at.disk.exists(path)) await at.disk.syncFolder(folder)
  else {
    await at.disk.makeFolder(folder, true)
    await at.disk.replace(path, file, true)
  }
  return path
}

/** Whether anything kept here shows that the log forked; a log that only went back did not. */
export async function isShownForked(at: { disk: Disk; dir: string }, origin: string): Promise<boolean> {
  const folder = join(evidenceFolder(at.dir), originHash(origin))
  if (!(await at.disk.exists(folder))) return false
  return (await at.disk.list(folder)).some((name) => name === FORK_FILE || /^(?:fork|receipt)-/.test(name))
}

const COMMON = 'common'

/** Keeps how many entries the two branches of a log have in common: the least that is known. */
export async function keepCommonSize(at: { disk: Disk; dir: string }, origin: string, size: number): Promise<void> {
  const known = await commonSizeKept(at, origin)
  if (known !== undefined && known <= size) return
  const folder = join(evidenceFolder(at.dir), originHash(origin))
  await at.disk.makeFolder(folder, true)
  await at.disk.replace(join(folder, COMMON), new TextEncoder().encode(`${size}\n`), true)
}

export async function commonSizeKept(at: { disk: Disk; dir: string }, origin: string): Promise<number | undefined> {
  const bytes = await at.disk.read(join(evidenceFolder(at.dir), originHash(origin), COMMON))
  const text = new TextDecoder().decode(bytes ?? new Uint8Array())
  return /^[0-9]{1,15}\n$/.test(text) ? Number(text) : undefined
}
