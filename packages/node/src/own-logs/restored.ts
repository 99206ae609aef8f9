// The mark of a folder that was restored: DIR/private/restored.json. While it stands, the folder may lack what was said
// and countersigned after the backup, and asks all its peers before it signs (whereabouts.ts); it goes once all of them
// have answered and nothing is missing any more.

import { join } from 'node:path'
import type { Disk } from '@countersign/ledger'
import { utf8 } from '@countersign/log'

const fileIn = (dir: string) => join(dir, 'private', 'restored.json')

/** When the backup was taken, RFC 3339 UTC; undefined where the folder is not marked. */
export async function restoredFrom(disk: Disk, dir: string): Promise<string | undefined> {
  const bytes = await disk.read(fileIn(dir))
  if (bytes === undefined) return undefined
  try {
    const { time }: { time?: unknown } = JSON.parse(new TextDecoder().decode(bytes))
    if (typeof time === 'string' && !Number.isNaN(Date.parse(time))) return new Date(time).toISOString()
  } catch {
    // Marked all the same.
  }
  return 'an unknown time'
}

/** Durable once it resolves. */
export function markRestored(
  disk: Disk,
  dir: string,
  backup: { id: string; time: string },
  nowMs: number,
): Promise<void> {
  const mark = { v: 1, backup: backup.id, time: backup.time, restored: new Date(nowMs).toISOString() }
  return disk.replace(fileIn(dir), utf8(`${JSON.stringify(mark)}\n`), true)
}

export async function unmarkRestored(disk: Disk, dir: string): Promise<void> {
  if (!(await disk.exists(fileIn(dir)))) return
  await disk.remove(fileIn(dir))
  await disk.syncFolder(join(dir, 'private'))
}
