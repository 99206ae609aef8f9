// A folder that is carried by hand between nodes (spec/directory.md, “A carried directory”), on whatever file system.
// Whoever had it before may have put anything there, so nothing of it is followed or trusted: only regular files in real
// folders are opened, never links, devices or pipes; what is read of a file and of a list of names is bounded by the
// caller. What is written is whole, durable and under its name, or not there: a stick may be pulled out at any time.

import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, opendir, realpath, rename, rmdir, unlink } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { ok, type Result, refuse } from '@countersign/log'
import { LIMITS } from './limits.ts'

/** `total` is the length of the whole file. */
export type CarriedPart =
  | { kind: 'part'; bytes: Uint8Array; total: number }
  | { kind: 'missing' }
  /** Something stands there that is not read; `why` begins with a verb. */
  | { kind: 'refused'; why: string }

/** What keeping a file came to: `replaced` is one that was there and differed. */
export type Kept = 'new' | 'replaced' | 'same'

/** Writing failed, or something stands in the way. The message says what to do. */
export class CarriedFolderFailed extends Error {}

export interface CarriedFolder {
  /** Absolute, with links resolved. */
  readonly root: string
  /** At most `maxBytes` of a file from byte `offset` on. */
  part(path: string, maxBytes: number, offset: number): Promise<CarriedPart>
  /** At most `max` names in a folder, in no order; none where there is no real folder. */
  list(path: string, max: number): Promise<string[]>
  /**
   * Makes the file at `path` a copy of the file `from`, of any size. One that equals it already is not written again.
   * Undefined where there is no file `from`. Its name is durable once `settle` was called.
   */
  copy(path: string, from: string): Promise<Kept | undefined>
  /** Likewise with bytes. */
  keep(path: string, bytes: Uint8Array): Promise<Kept>
  /** Makes durable the names of all that was written, or was there: what follows may rely on it. */
  settle(): Promise<void>
}

export type OpenCarriedFolder = (path: string, apartFrom?: string) => Promise<Result<CarriedFolder>>

/**
 * Refuses `carry/no-folder` where there is none. With `apartFrom`, a node's folder, also `carry/own-folder` where one of
 * the two lies in the other: a stick that is handed to others holds no private key.
 */
export const openCarriedFolder: OpenCarriedFolder = async (path, apartFrom) => {
  let root: string
  try {
    root = await realpath(path)
    if (!(await lstat(root)).isDirectory()) return refuse('carry/no-folder', `${path} is no folder.`)
  } catch (cause) {
    return refuse(
      'carry/no-folder',
      `${path} cannot be opened (${codeOf(cause)}); see that the stick is in and mounted, or make the folder.`,
    )
  }
  if (apartFrom !== undefined) {
    const node = await realpath(apartFrom)
    if (isIn(root, node))
      return refuse('carry/own-folder', `${path} lies in the node’s own folder; give the folder of a stick.`)
    if (isIn(node, root)) {
      return refuse(
        'carry/own-folder',
        `${path} holds ${apartFrom} with its private keys, which must not be handed over; give a folder of its own.`,
      )
    }
  }
  return ok(new FolderOnStick(root))
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
}

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants

class FolderOnStick implements CarriedFolder {
  readonly root: string
  /** Folders found to be real, and those that this run named durably. */
  private readonly real = new Set<string>([''])
  private readonly making = new Map<string, Promise<void>>()
  /** Folders with names that are not durable yet. */
  private readonly unsettled = new Set<string>()
  /** Folders whose names of before this run were counted among these. */
  private readonly found = new Set<string>()

  constructor(root: string) {
    this.root = root
  }

  async part(path: string, maxBytes: number, offset: number): Promise<CarriedPart> {
    const opened = await this.openRegular(path)
    if ('kind' in opened) return opened
    const { file, size } = opened
    try {
      const bytes = Buffer.alloc(Math.max(0, Math.min(maxBytes, size - offset)))
      const read = await readFully(file, bytes, offset)
      return { kind: 'part', bytes: bytes.subarray(0, read), total: size }
    } catch (cause) {
      return { kind: 'refused', why: `cannot be read (${codeOf(cause)})` }
    } finally {
      await file.close().catch(() => {})
    }
  }

  async list(path: string, max: number): Promise<string[]> {
    const names: string[] = []
    if ((await this.stepInto(path)) !== undefined) return names
    try {
      for await (const { name } of await opendir(join(this.root, path))) {
        if (names.length === max) break
        names.push(name)
      }
    } catch {
      // A folder that cannot be read lists nothing.
    }
    return names
  }

  async copy(path: string, from: string): Promise<Kept | undefined> {
    let source: FileHandle
    try {
      source = await open(from, O_RDONLY)
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return undefined
      throw cause
    }
    try {
      const { size } = await source.stat()
      const chunks = async (at: number) => {
        const bytes = Buffer.alloc(Math.min(LIMITS.carriedChunkBytes, size - at))
        if ((await readFully(source, bytes, at)) < bytes.length) throw new Error(`${from} became shorter.`)
        return bytes
      }
      return await this.write(path, size, chunks)
    } finally {
      await source.close()
    }
  }

  keep(path: string, bytes: Uint8Array): Promise<Kept> {
    return this.write(path, bytes.length, async (at) => bytes.subarray(at, at + LIMITS.carriedChunkBytes))
  }

  private async write(path: string, size: number, chunk: (at: number) => Promise<Uint8Array>): Promise<Kept> {
    const before = await this.openRegular(path)
    if ('file' in before) {
      try {
        if (before.size === size && (await equalsFile(before.file, size, chunk))) {
          this.unsettleFound(dirname(path))
          return 'same'
        }
      } finally {
        await before.file.close().catch(() => {})
      }
    }
    await this.attempt(path, async () => {
      await this.makeFolders(dirname(path))
      const whole = join(this.root, path)
      const beside = `${whole}.new`
      // What an earlier run left there, or somebody put there, is no file of ours and is not written through.
      await removeAny(beside)
      const file = await open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644)
      try {
        for (let at = 0; at < size; ) {
          const bytes = await chunk(at)
          for (let done = 0; done < bytes.length; ) {
            done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten
          }
          at += bytes.length
        }
        await file.sync()
      } finally {
        await file.close()
      }
      // A folder in the place of a file is moved out of the way only where it is empty: nothing of anybody's is lost.
      if ('kind' in before && before.kind === 'refused') await removeAny(whole)
      await rename(beside, whole)
      this.unsettled.add(dirname(path))
      this.unsettleFound(dirname(path))
    })
    return 'kind' in before && before.kind === 'missing' ? 'new' : 'replaced'
  }

  async settle(): Promise<void> {
    for (const folder of this.unsettled) {
      await this.attempt(folder, () => syncFolder(join(this.root, folder)))
      this.unsettled.delete(folder)
    }
  }

  /** What stands there may not be durable: an earlier run may have ended, or failed, before it made its names so. */
  private unsettleFound(folder: string): void {
    if (this.found.has(folder)) return
    this.found.add(folder)
    this.unsettled.add(folder)
    if (folder !== '.') this.unsettleFound(dirname(folder))
  }

  private async makeFolders(path: string): Promise<void> {
    if (path === '.' || this.real.has(path)) return
    const under = this.making.get(path)
    if (under !== undefined) return under
    const made = (async () => {
      await this.makeFolders(dirname(path))
      const whole = join(this.root, path)
      const found = await lstat(whole).catch(() => undefined)
      if (found !== undefined && !found.isDirectory()) {
        throw new CarriedFolderFailed(
          `${whole} is ${kindOf(found)}, where a folder must be; see what it is, remove it, and carry out again.`,
        )
      }
      if (found === undefined) await mkdir(whole)
      await syncFolder(dirname(whole))
      this.real.add(path)
    })()
    this.making.set(path, made)
    try {
      await made
    } finally {
      this.making.delete(path)
    }
  }

  private async attempt(path: string, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (cause) {
      if (cause instanceof CarriedFolderFailed) throw cause
      const code = codeOf(cause)
      const advice =
        code === 'ENOSPC'
          ? 'it is full: a FAT stick also where one folder has too many files. Make room or take a larger one, formatted as exFAT or ext4'
          : code === 'EROFS' || code === 'EACCES' || code === 'EPERM'
            ? 'it is write-protected or belongs to somebody else'
            : 'see that it is still in, or take another'
      throw new CarriedFolderFailed(
        `${join(this.root, path)} could not be written (${code}): ${advice}. What was on it before still counts; carry out again, and it goes on where it ended.`,
        { cause },
      )
    }
  }

  /** Says why a folder below the root is not entered; undefined where it is real, as all above it. */
  private async stepInto(path: string): Promise<Exclude<CarriedPart, { kind: 'part' }> | undefined> {
    if (path === '.' || this.real.has(path)) return undefined
    const above = await this.stepInto(dirname(path))
    if (above !== undefined) return above
    try {
      const found = await lstat(join(this.root, path))
      if (!found.isDirectory()) return { kind: 'refused', why: `lies in ${path}, which is ${kindOf(found)}` }
      this.real.add(path)
      return undefined
    } catch (cause) {
      return isMissing(cause) ? { kind: 'missing' } : { kind: 'refused', why: `cannot be reached (${codeOf(cause)})` }
    }
  }

  private async openRegular(
    path: string,
  ): Promise<{ file: FileHandle; size: number } | Exclude<CarriedPart, { kind: 'part' }>> {
    checkPath(path)
    const outside = await this.stepInto(dirname(path))
    if (outside !== undefined) return outside
    const whole = join(this.root, path)
    let file: FileHandle | undefined
    try {
      // Looked at before it is opened: opening alone is an act, where it is a device or a pipe.
      const found = await lstat(whole)
      if (!found.isFile()) return { kind: 'refused', why: `is ${kindOf(found)}` }
      file = await open(whole, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      const stat = await file.stat()
      if (!stat.isFile()) {
        await file.close()
        return { kind: 'refused', why: `is ${kindOf(stat)}` }
      }
      return { file, size: stat.size }
    } catch (cause) {
      await file?.close().catch(() => {})
      return isMissing(cause) ? { kind: 'missing' } : { kind: 'refused', why: `cannot be opened (${codeOf(cause)})` }
    }
  }
}

/** Our own code makes every path, of names that were verified: any other is a defect. */
function checkPath(path: string): void {
  if (!/^[a-z0-9][a-z0-9.-]*(?:\/[a-z0-9][a-z0-9.-]*)*$/.test(path))
    throw new Error(`“${path}” is no path of a carried directory.`)
}

async function equalsFile(
  file: FileHandle,
  size: number,
  chunk: (at: number) => Promise<Uint8Array>,
): Promise<boolean> {
  try {
    for (let at = 0; at < size; ) {
      const ours = await chunk(at)
      const theirs = Buffer.alloc(ours.length)
      if ((await readFully(file, theirs, at)) < ours.length || !theirs.equals(ours)) return false
      at += ours.length
    }
    return true
  } catch (cause) {
    // A file on the stick that cannot be read is written again; one of ours that cannot be read is no matter of it.
    if (codeOf(cause) === 'EIO') return false
    throw cause
  }
}

async function readFully(file: FileHandle, into: Uint8Array, position: number): Promise<number> {
  let at = 0
  while (at < into.length) {
    const { bytesRead } = await file.read(into, at, into.length - at, position + at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return at
}

async function removeAny(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return
  if (!found.isDirectory()) return unlink(path)
  await rmdir(path).catch(() => {
    throw new CarriedFolderFailed(
      `${path} is a folder that is not empty, where a file must be; see what it is, remove it, and carry out again.`,
    )
  })
}

/** Some file systems of sticks cannot sync a folder, and keep its names with the files. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, O_RDONLY)
  try {
    await folder.sync()
  } catch (cause) {
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM', 'EBADF', 'EISDIR'].includes(codeOf(cause))) throw cause
  } finally {
    await folder.close()
  }
}

function kindOf(stat: {
  isSymbolicLink(): boolean
  isDirectory(): boolean
  isFIFO(): boolean
  isFile(): boolean
}): string {
  if (stat.isSymbolicLink()) return 'a link'
  if (stat.isDirectory()) return 'a folder'
  if (stat.isFIFO()) return 'a pipe'
  return stat.isFile() ? 'a file' : 'a device or socket'
}

function isMissing(cause: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(codeOf(cause))
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
}
