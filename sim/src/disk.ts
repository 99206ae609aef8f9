// The disk of a simulated machine. Bytes of files and names in folders are kept apart, as an operating system may keep
// them: what was not synced survives a power cut or not, each write and each name by itself, a write also in part. Where
// a sync failed, what it should have written is shown until the cut and written by no later sync. What stands above the
// single calls (replacing, appending, making folders) is the ledger's own code. A call that changes something takes
// time, so that others come between; a machine that was ended answers none of its calls any more.

import { basename, dirname } from 'node:path'
import { type Disk, type DiskCalls, type DiskFile, diskOf } from '@countersign/ledger'
import type { Draw } from './random.ts'

export interface FileNode {
  kind: 'file'
  shown: Uint8Array
  durable: Uint8Array
  /** Not synced yet, oldest first; `empty` is a truncation to nothing. */
  pending: ({ at: number; bytes: Uint8Array } | 'empty')[]
  /** The life in which a sync of it failed. */
  syncFailed?: number
}

export interface FolderNode {
  kind: 'folder'
  shown: Map<string, Entry>
  durable: Map<string, Entry>
  pending: { name: string; entry: Entry | undefined }[]
}

type Entry = FileNode | FolderNode

type Changing = 'write' | 'datasync' | 'open' | 'rename' | 'remove' | 'makeFolder' | 'syncFolder'

export interface DiskMeans {
  draw: Draw
  /** Runs `act` after a while, unless the life that asked has ended; then it never answers. */
  later<T>(what: string, act: () => T): Promise<T>
  /** Whether this call fails, and with what. */
  fails(call: Changing, path: string): 'EIO' | 'ENOSPC' | undefined
  /** A writer went on with a file whose sync had failed (invariant 8). */
  retried(path: string, call: string): void
}

const SECTOR_BYTES = 512

export class SimulatedDisk {
  root: FolderNode
  private life = 0
  private locks = new Set<string>()

  constructor(root: FolderNode = emptyFolder()) {
    this.root = root
  }

  /** The disk as one life of the machine sees it. */
  begin(means: DiskMeans): Disk {
    this.life++
    this.locks = new Set()
    return diskOf(this.calls(means, this.life, this.locks))
  }

  /** The power was cut: of what was not synced some is left. */
  cutPower(draw: Draw): void {
    this.root = survivorOf(this.root, draw)
  }

  /** A copy of all that is shown, durable as it stands: a backup, or the image a world begins from. */
  image(): FolderNode {
    return imageOf(this.root)
  }

  /** A copy of what is durable for certain, as after the worst of cuts. */
  durableImage(): FolderNode {
    return durableOf(this.root)
  }

  read(path: string): Uint8Array | undefined {
    const entry = entryAt(this.root, path)
    return entry?.kind === 'file' ? entry.shown : undefined
  }

  /** Names in a folder. */
  names(path: string): string[] {
    const entry = entryAt(this.root, path)
    return entry?.kind === 'folder' ? [...entry.shown.keys()].sort() : []
  }

  /** Bytes of all files. */
  size(of: FolderNode = this.root): number {
    let bytes = 0
    for (const entry of of.shown.values()) bytes += entry.kind === 'file' ? entry.shown.length : this.size(entry)
    return bytes
  }

  private calls(means: DiskMeans, life: number, locks: Set<string>): DiskCalls {
    const { later, fails, retried, draw } = means
    const root = () => this.root
    const change = <T>(call: Changing, path: string, act: () => T, failing: (code: string) => void = () => {}) =>
      later(`${call} ${path}`, () => {
        const code = fails(call, path)
        if (code === undefined) return act()
        failing(code)
        throw Object.assign(new Error(`${code}: ${call} ${path}`), { code })
      })
    const name = (path: string, entry: Entry | undefined) => {
      const folder = folderAt(root(), dirname(path))
      folder.pending.push({ name: basename(path), entry })
      if (entry === undefined) folder.shown.delete(basename(path))
      else folder.shown.set(basename(path), entry)
    }
    const opened = (path: string, file: FileNode): DiskFile & { size(): Promise<number> } => {
      const write = (bytes: Uint8Array, at: number) => {
        if (file.syncFailed === life) retried(path, 'write')
        file.pending.push({ at, bytes: bytes.slice() })
        file.shown = written(file.shown, at, bytes)
      }
      return {
        read: async (at, length) => file.shown.slice(at, at + length),
        write: (bytes, at) =>
          change(
            'write',
            path,
            () => write(bytes, at),
            () => write(bytes.subarray(0, Math.floor(draw() * bytes.length)), at),
          ),
        datasync: () =>
          change(
            'datasync',
            path,
            () => {
              if (file.syncFailed === life) retried(path, 'datasync')
              for (const one of file.pending.splice(0)) file.durable = after(file.durable, one)
            },
            () => {
              file.durable = partlyWritten(file, draw)
              file.pending = []
              file.syncFailed = life
            },
          ),
        close: async () => {},
        size: async () => file.shown.length,
      }
    }
    return {
      read: async (path) => {
        const entry = entryAt(root(), path)
        return entry?.kind === 'file' ? entry.shown.slice() : undefined
      },
      exists: async (path) => entryAt(root(), path) !== undefined,
      list: async (path) => {
        const entry = entryAt(root(), path)
        return entry?.kind === 'folder' ? [...entry.shown.keys()].sort() : []
      },
      makeOneFolder: (path) =>
        change('makeFolder', path, () => {
          if (entryAt(root(), path) !== undefined) return false
          name(path, emptyFolder())
          return true
        }),
      open: (path, fresh) =>
        change('open', path, () => {
          const found = entryAt(root(), path)
          let file = found?.kind === 'file' ? found : undefined
          if (file === undefined) {
            file = { kind: 'file', shown: new Uint8Array(), durable: new Uint8Array(), pending: [] }
            name(path, file)
          } else if (fresh) {
            file.shown = new Uint8Array()
            file.pending.push('empty')
            // Written from nothing, whatever a sync that failed left of it.
            delete file.syncFailed
          }
          return opened(path, file)
        }),
      rename: (from, to) =>
        change('rename', to, () => {
          const entry = entryAt(root(), from)
          if (entry === undefined) throw Object.assign(new Error(`ENOENT: rename ${from}`), { code: 'ENOENT' })
          name(to, entry)
          name(from, undefined)
        }),
      syncFolder: (path) =>
        change('syncFolder', path, () => {
          const folder = folderAt(root(), path)
          folder.durable = new Map(folder.shown)
          folder.pending = []
        }),
      remove: (path) =>
        change('remove', path, () => {
          if (entryAt(root(), path) === undefined) {
            throw Object.assign(new Error(`ENOENT: remove ${path}`), { code: 'ENOENT' })
          }
          name(path, undefined)
        }),
      lock: (path) => {
        if (locks.has(path)) return undefined
        locks.add(path)
        return () => locks.delete(path)
      },
    }
  }
}

function entryAt(root: FolderNode, path: string): Entry | undefined {
  let at: Entry | undefined = root
  for (let from = 0, to: number; from < path.length; from = to + 1) {
    to = path.indexOf('/', from)
    if (to === -1) to = path.length
    if (to > from) at = at?.kind === 'folder' ? at.shown.get(path.slice(from, to)) : undefined
  }
  return at
}

function folderAt(root: FolderNode, path: string): FolderNode {
  const entry = entryAt(root, path)
  if (entry?.kind === 'folder') return entry
  throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' })
}

function emptyFolder(): FolderNode {
  return { kind: 'folder', shown: new Map(), durable: new Map(), pending: [] }
}

function fileOf(bytes: Uint8Array): FileNode {
  return { kind: 'file', shown: bytes, durable: bytes, pending: [] }
}

export function imageOf(folder: FolderNode): FolderNode {
  const copy = emptyFolder()
  for (const [name, entry] of folder.shown) {
    const one = entry.kind === 'folder' ? imageOf(entry) : fileOf(entry.shown)
    copy.shown.set(name, one)
    copy.durable.set(name, one)
  }
  return copy
}

function durableOf(folder: FolderNode): FolderNode {
  const copy = emptyFolder()
  for (const [name, entry] of folder.durable) {
    const one = entry.kind === 'folder' ? durableOf(entry) : fileOf(entry.durable)
    copy.shown.set(name, one)
    copy.durable.set(name, one)
  }
  return copy
}

function survivorOf(folder: FolderNode, draw: Draw): FolderNode {
  const names = new Map(folder.durable)
  for (const { name, entry } of folder.pending) {
    if (draw.chance(0.5)) continue
    if (entry === undefined) names.delete(name)
    else names.set(name, entry)
  }
  const survivor = emptyFolder()
  for (const [name, entry] of names) {
    const copy: Entry = entry.kind === 'folder' ? survivorOf(entry, draw) : fileOf(partlyWritten(entry, draw))
    survivor.shown.set(name, copy)
    survivor.durable.set(name, copy)
  }
  return survivor
}

/** Of what was not synced, each write may be there, there in part, there as zeros, or not at all. */
function partlyWritten(file: FileNode, draw: Draw): Uint8Array {
  let bytes = file.durable
  for (const one of file.pending) {
    const chance = draw()
    if (chance < 0.3) continue
    if (one === 'empty' || chance < 0.6) bytes = after(bytes, one)
    else {
      const sectors = Math.floor((draw() * one.bytes.length) / SECTOR_BYTES)
      const part = one.bytes.slice(0, chance < 0.8 ? sectors * SECTOR_BYTES : one.bytes.length)
      if (chance >= 0.8) part.fill(0, sectors * SECTOR_BYTES)
      bytes = written(bytes, one.at, part)
    }
  }
  return bytes
}

function after(bytes: Uint8Array, one: FileNode['pending'][number]): Uint8Array {
  return one === 'empty' ? new Uint8Array() : written(bytes, one.at, one.bytes)
}

function written(bytes: Uint8Array, at: number, more: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.max(bytes.length, at + more.length))
  whole.set(bytes)
  whole.set(more, at)
  return whole
}
