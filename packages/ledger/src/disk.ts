// What the ledger needs of a disk, and no more. Paths are absolute. Every call may throw what the operating system throws;
// the ledger then stops the log it was writing. A disk is made of an operating system's own calls, one by one, so that a
// test can hand in calls that end at any point, and what is built of them is the same code as on a real machine.

import { dirname } from 'node:path'
import { LIMITS } from './limits.ts'

export interface DiskFile {
  /** At most `length` bytes from `position` on; fewer only at the end, or none. */
  read(position: number, length: number): Promise<Uint8Array>
  /** All of `bytes` at `position`; the file grows where needed. */
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Returns once everything written is durable. */
  datasync(): Promise<void>
  close(): Promise<void>
}

export interface Disk {
  /** The whole file; undefined where there is none. */
  read(path: string): Promise<Uint8Array | undefined>
  exists(path: string): Promise<boolean>
  /** Names in a folder, sorted; empty where there is none. */
  list(path: string): Promise<string[]>
  /** The same in no order, for a folder whose names should not all be held at once. */
  each(path: string): AsyncIterable<string>
  /** With all folders above it, whose names survive a power cut once this returns; with `durable` its own name too. */
  makeFolder(path: string, durable: boolean): Promise<void>
  /**
   * The file at once: a reader sees the old one or the new one, whole. With `durable` both its bytes and its name
   * survive a power cut once this returns.
   */
  replace(path: string, bytes: Uint8Array, durable: boolean): Promise<void>
  /**
   * At the end of the file, which is made where there is none; durable once this returns. Where it throws, a part may
   * stand there.
   */
  append(path: string, bytes: Uint8Array): Promise<void>
  /** For writing; made where there is none. */
  open(path: string): Promise<DiskFile>
  syncFile(path: string): Promise<void>
  syncFolder(path: string): Promise<void>
  remove(path: string): Promise<void>
  /**
   * Exclusive until the returned function is called or the process ends, however it ends. Undefined where another holds
   * it. The folder must exist.
   */
  lock(path: string): (() => void) | undefined
}

/** The single calls of an operating system. None but `datasync` and `syncFolder` makes anything durable. */
export interface DiskCalls extends Pick<Disk, 'read' | 'exists' | 'list' | 'syncFolder' | 'remove' | 'lock'> {
  /** Where it is left out, names are listed all at once. */
  each?(path: string): AsyncIterable<string>
  /** One folder, in one that exists. False where it was there. */
  makeOneFolder(path: string): Promise<boolean>
  /** For writing: `fresh` empties it, otherwise it is kept as it is; made where there is none. */
  open(path: string, fresh: boolean): Promise<DiskFile & { size(): Promise<number> }>
  /** In one folder, at once, over what has the new name. */
  rename(from: string, to: string): Promise<void>
}

export function diskOf(calls: DiskCalls): Disk {
  /** Folders whose names, and the names of all above them, are known to be durable. */
  const named = new Set<string>()
  const { read, exists, list, syncFolder, remove, lock } = calls
  return {
    ...{ read, exists, list, syncFolder, remove, lock },
    each:
      calls.each ??
      async function* (path) {
        yield* await list(path)
      },
    async makeFolder(path, durable) {
      // Somebody else may have removed it meanwhile.
      if (named.has(path) && !(await exists(path))) named.clear()
      const chain: string[] = []
      for (let at = path; !named.has(at) && dirname(at) !== at; at = dirname(at)) chain.unshift(at)
      for (const folder of chain) {
        const made = await calls.makeOneFolder(folder)
        if (folder === path && !durable) return
        // One that was there is named anew once: the run that made it may have ended before it did so itself.
        try {
          await syncFolder(dirname(folder))
        } catch (cause) {
          if (made || !isNotOurs(cause)) throw cause
        }
        named.add(folder)
      }
    },
    async replace(path, bytes, durable) {
      // One writer per path, so the name beside it is free; what a crash left there is written over.
      const beside = `${path}.new`
      const file = await calls.open(beside, true)
      try {
        if (!durable) await file.write(bytes, 0)
        // One long sync would hold up every other sync of the disk, and so a call on the line.
        for (let at = 0; durable && at < Math.max(1, bytes.length); at += LIMITS.syncBytes) {
          await file.write(bytes.subarray(at, at + LIMITS.syncBytes), at)
          await file.datasync()
        }
      } finally {
        await file.close()
      }
      await calls.rename(beside, path)
      if (durable) await syncFolder(dirname(path))
    },
    async append(path, bytes) {
      const isNew = !(await exists(path))
      const file = await calls.open(path, false)
      try {
        await file.write(bytes, await file.size())
        await file.datasync()
      } finally {
        await file.close()
      }
      if (isNew) await syncFolder(dirname(path))
    },
    open: (path) => calls.open(path, false),
    async syncFile(path) {
      const file = await calls.open(path, false)
      try {
        await file.datasync()
      } finally {
        await file.close()
      }
    },
  }
}

/** A folder above ours that belongs to somebody else, and that no run of ours made. */
function isNotOurs(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'EINVAL'
}
