// Restoring a backup into a new folder: everything is written beside it and checked, made durable, marked as restored,
// and put in place with one rename. Whatever goes wrong before leaves the place as it was.

import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ok, type Result, refuse } from '@countersign/log'
import { diskRefusal } from '../disk-failure.ts'
import { loadMember, reason } from '../keys/identity.ts'
import { markRestored } from '../own-logs/restored.ts'
import type { Surroundings } from '../surroundings.ts'
import { type ReadBackup, readBackup } from './read.ts'

export interface RestoreOptions {
  from: AsyncIterable<Uint8Array>
  /** A new folder, or an empty one. */
  dir: string
  passphrase: string | undefined
  /** Told bytes of files written. */
  progress?(bytes: number): void
}

/** Refuses `restore/not-empty`, `restore/failed`, what `readBackup` refuses, and a backup that holds no node. */
export async function restoreBackup(
  { from, dir, passphrase, progress }: RestoreOptions,
  around: Pick<Surroundings, 'now' | 'disk'>,
): Promise<Result<ReadBackup>> {
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    return refuse('restore/not-empty', `${dir} is not empty; restore into a new folder, and nothing is written over.`)
  }
  let beside: string | undefined
  try {
    await mkdir(dirname(dir), { recursive: true })
    beside = await mkdtemp(join(dirname(dir), `${basename(dir)}.restoring-`))
    const folder = new Folder(beside)
    const read = await readBackup(from, {
      passphrase,
      async file(path, size, chunks) {
        await folder.write(path, chunks)
        progress?.(size)
      },
    })
    if (!read.ok) return read
    const member = loadMember(beside)
    if (!member.ok || member.value.party !== read.value.header.party) {
      return refuse('restore/no-node', 'This backup holds no node that can be started; use another one.')
    }
    await markRestored(around.disk, beside, read.value.header, around.now())
    await syncTree(beside)
    if (existsSync(dir)) await rmdir(dir)
    await rename(beside, dir)
    beside = undefined
    await syncFolder(dirname(dir))
    return ok(read.value)
  } catch (cause) {
    return (
      diskRefusal(cause, 'Nothing was restored. Mend that, then restore again.') ??
      refuse('restore/failed', `Nothing was restored (${reason(cause)}); mend that, then restore again.`)
    )
  } finally {
    if (beside !== undefined) await rm(beside, { recursive: true, force: true })
  }
}

/** A folder that is being filled: what is private is its owner's alone. */
class Folder {
  private readonly root: string
  private readonly made = new Set<string>()

  constructor(root: string) {
    this.root = root
  }

  async write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const at = join(this.root, path)
    if (!this.made.has(dirname(at))) {
      await mkdir(dirname(at), { recursive: true, mode: path.startsWith('private/') ? 0o700 : 0o755 })
      this.made.add(dirname(at))
    }
    // Fails where the name is taken: no backup names a file twice.
    const file = await open(at, 'wx', path.startsWith('private/') ? 0o600 : 0o644)
    try {
      for await (const chunk of chunks) await file.writeFile(chunk)
    } finally {
      await file.close()
    }
  }
}

const SYNCS_AT_ONCE = 16

/** Every file and every folder. */
async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (let from = 0; from < entries.length; from += SYNCS_AT_ONCE) {
    await Promise.all(
      entries
        .slice(from, from + SYNCS_AT_ONCE)
        .map((entry) => (entry.isDirectory() ? syncTree : syncFolder)(join(folder, entry.name))),
    )
  }
  await syncFolder(folder)
}

/** Files alike. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
