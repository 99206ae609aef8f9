// The disk of the machine, and its randomness.

import { randomFillSync } from 'node:crypto'
import { type Dir, existsSync } from 'node:fs'
import { access, type FileHandle, mkdir, open, opendir, readdir, readFile, rename, unlink } from 'node:fs/promises'
import Database from 'better-sqlite3'
import { type Disk, type DiskCalls, diskOf } from './disk.ts'

export function machineRandom(bytes: number): Uint8Array {
  return randomFillSync(new Uint8Array(bytes))
}

export function nodeDisk(): Disk {
  return diskOf(nodeCalls())
}

/** The calls of which it is made, one by one. */
export function nodeCalls(): DiskCalls {
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
    async *each(path) {
      let folder: Dir
      try {
        folder = await opendir(path, { bufferSize: 256 })
      } catch (cause) {
        if (isMissing(cause)) return
        throw cause
      }
      for await (const { name } of folder) yield name
    },
    async makeOneFolder(path) {
      try {
        await mkdir(path)
        return true
      } catch (cause) {
        if (existsSync(path)) return false
        throw cause
      }
    },
    async open(path, fresh) {
      const file = await open(path, fresh || !existsSync(path) ? 'w+' : 'r+')
      return {
        read: (position, length) => readUpTo(file, position, length),
        write: (bytes, position) => writeAll(file, bytes, position),
        datasync: () => file.datasync(),
        close: () => file.close(),
        size: async () => (await file.stat()).size,
      }
    },
    rename,
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

async function readUpTo(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  // A fresh buffer each time: whoever reads may hand out views of it.
  const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
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
