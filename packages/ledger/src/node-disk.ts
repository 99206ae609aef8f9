// The disk of the machine.

import { existsSync } from 'node:fs'
import { access, type FileHandle, mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { Disk, DiskFile } from './disk.ts'
import { LIMITS } from './limits.ts'

export function nodeDisk(): Disk {
  return {
    async read(path) {
      try {
        return await readFile(path)
      } catch (cause) {
        if (isMissing(cause)) return undefined
        throw cause
      }
    },
    async exists(path) {
      try {
        await access(path)
        return true
      } catch (cause) {
        if (isMissing(cause)) return false
        throw cause
      }
    },
    async list(path) {
      try {
        return (await readdir(path)).sort()
      } catch (cause) {
        if (isMissing(cause)) return []
        throw cause
      }
    },
    async makeFolder(path) {
      await mkdir(path, { recursive: true })
    },
    async replace(path, bytes, durable) {
      // One writer per path, so the name beside it is free; what a crash left there is written over.
      const beside = `${path}.new`
      const file = await open(beside, 'w')
      try {
        if (!durable) await writeAll(file, bytes, 0)
        // One long sync would hold up every other sync of the disk, and so a call on the line.
        for (let at = 0; durable && at < Math.max(1, bytes.length); at += LIMITS.syncBytes) {
          await writeAll(file, bytes.subarray(at, at + LIMITS.syncBytes), at)
          await file.datasync()
        }
      } finally {
        await file.close()
      }
      await rename(beside, path)
      if (durable) await syncFolder(dirname(path))
    },
    async append(path, bytes) {
      const isNew = !existsSync(path)
      const file = await open(path, 'a')
      try {
        await file.appendFile(bytes)
        await file.datasync()
      } finally {
        await file.close()
      }
      if (isNew) await syncFolder(dirname(path))
    },
    async open(path): Promise<DiskFile> {
      const file = await open(path, existsSync(path) ? 'r+' : 'w+')
      return {
        write: (bytes, position) => writeAll(file, bytes, position),
        datasync: () => file.datasync(),
        truncate: (size) => file.truncate(size),
        close: () => file.close(),
      }
    },
    async syncFile(path) {
      const file = await open(path, 'r')
      try {
        await file.datasync()
      } finally {
        await file.close()
      }
    },
    syncFolder,
    remove: (path) => unlink(path),
    lock(path) {
      // SQLite takes the operating system's file locks alike everywhere, and they end with the process, killed or not.
      const database = new Database(path, { timeout: 0 })
      try {
        database.pragma('locking_mode = EXCLUSIVE')
        database.exec('BEGIN EXCLUSIVE')
      } catch (cause) {
        database.close()
        if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY')) return undefined
        throw cause
      }
      return () => database.close()
    },
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at)
    at += bytesWritten
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
}
