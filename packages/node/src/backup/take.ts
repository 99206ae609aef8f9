// Backing up a node's folder, whether the node runs or not: one backup of a folder at a time.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ok, type Result, refuse } from '@countersign/log'
import { loadMember } from '../keys/identity.ts'
import type { Surroundings } from '../surroundings.ts'
import { freshScratch, measure, takeSnapshot } from './snapshot.ts'
import { type WriteOptions, type Written, writeBackup } from './write.ts'

export interface BackupOptions extends Pick<WriteOptions, 'passphrase' | 'sink'> {
  dir: string
  /** Told bytes read, and how many there are at most. */
  progress?(done: number, total: number): void
}

export interface BackedUp extends Written {
  party: string
  leftOut: readonly string[]
}

/** Refuses a folder that holds no node, and one that is being backed up. Throws what disk and sink throw. */
export async function takeBackup(
  { dir, passphrase, sink, progress }: BackupOptions,
  around: Pick<Surroundings, 'now' | 'disk'>,
): Promise<Result<BackedUp>> {
  const member = loadMember(dir)
  if (!member.ok) return member
  const { party } = member.value
  const release = around.disk.lock(join(dir, 'private', 'backup.lock'))
  if (release === undefined) return refuse('backup/running', `${dir} is being backed up already; wait for that to end.`)
  const scratch = await freshScratch(dir)
  try {
    const total = progress === undefined ? 0 : await measure(dir)
    const snapshot = await takeSnapshot(around.disk, dir, party, scratch)
    const written = await writeBackup(snapshot, {
      ...{ party, passphrase, scratch, sink, nowMs: around.now() },
      ...(progress === undefined ? {} : { progress: (done: number) => progress(Math.min(done, total), total) }),
    })
    return ok({ ...written, party, leftOut: snapshot.leftOut })
  } finally {
    await rm(scratch, { recursive: true, force: true })
    release()
  }
}
