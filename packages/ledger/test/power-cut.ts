// A disk in memory that knows what is durable, for tests that cut the power. File bytes and folder entries are kept apart,
// as an operating system may keep them. What was not synced survives a cut or not: each name by itself, so that a file
// may be found under its old name, its new one, both or none; each write by itself, whole or sector by sector, and where
// a file grew without its bytes, as zeros or as what lay on the disk before. Files and folders know nothing of each
// other's order. Where a sync of a file failed, what it should have written is shown until the cut and written by no
// later sync. What stands above it (replacing, appending, making folders) is the ledger's own code, as on a real disk.
//
// How many turns each call takes is drawn as well, so that one seed is one order in which all that runs at once is done.

import { basename, dirname } from 'node:path'
import { type Disk, type DiskCalls, type DiskFile, diskOf } from '../src/disk.ts'

export type Random = () => number

/** A small seeded generator (mulberry32): below 1. */
export function randomOf(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** What the machine answers once it has no power: to the ledger a call that failed. */
export class PowerIsCut extends Error {}

interface FileNode {
  kind: 'file'
  shown: Uint8Array
  durable: Uint8Array
  /** Not synced yet, oldest first; `empty` is a truncation to nothing. */
  pending: ({ at: number; bytes: Uint8Array } | 'empty')[]
  /** How often it is open at this moment. */
  open: number
}

interface FolderNode {
  kind: 'folder'
  shown: Map<string, Entry>
  durable: Map<string, Entry>
  /** What names stood for since the last sync, oldest first. */
  pending: { name: string; entry: Entry | undefined }[]
}

type Entry = FileNode | FolderNode

/**
 * What happens instead of call number `at`; `lose` before it: a file that was written, closed and not synced could not be
 * written by the machine, which tells nobody and shows from then on what is on the disk.
 */
export interface Fault {
  at: number
  kind: 'cut' | 'kill' | 'fail' | 'lose'
}

/** Turns a call takes at most. */
const TURNS = 12

const SECTOR_BYTES = 512

export class PowerCutDisk {
  readonly disk: Disk
  /** Calls so far in this life. */
  calls = 0
  /** The name of each call of this life. */
  readonly trace: string[] = []
  /** Whether the fault has struck. */
  struck = false
  /** Whether what was written was lost, and nobody told. */
  lost = false
  private readonly random: Random
  private readonly faults: readonly Fault[]
  private readonly root: FolderNode
  private readonly locks = new Set<string>()
  private ended = false

  constructor(random: Random, faults: readonly Fault[] = [], root: FolderNode = emptyFolder()) {
    this.random = random
    this.faults = faults.map((fault) => ({ ...fault }))
    this.root = root
    this.disk = diskOf(this.systemCalls())
  }

  /** The machine after the power came back: whatever ran before is over. */
  afterCut(faults?: readonly Fault[]): PowerCutDisk {
    this.ended = true
    return new PowerCutDisk(this.random, faults, this.survivorOf(this.root))
  }

  /** The machine after the process ended, and nothing else: what was not synced is still shown. */
  afterKill(faults?: readonly Fault[]): PowerCutDisk {
    this.ended = true
    return new PowerCutDisk(this.random, faults, this.root)
  }

  /** Random bytes of this machine, from its seed. */
  readonly bytes = (count: number): Uint8Array =>
    Uint8Array.from({ length: count }, () => Math.floor(this.random() * 256))

  /** What a reader finds under a path at this moment, without a call. */
  shown(path: string): Uint8Array | undefined {
    return this.fileAt(path)?.shown
  }

  /** One call to the machine. A call that the fault strikes may have been done, or not. */
  private async call<T>(name: string, act: () => T, failing?: () => void): Promise<T> {
    // Answers come some turns later, as a real disk's do, so that callers meet each other in between.
    for (let turns = Math.floor(this.random() * TURNS); turns >= 0; turns--) await Promise.resolve()
    if (this.ended) throw new PowerIsCut('The power is cut.')
    const number = this.calls++
    this.trace.push(name)
    const fault = this.faults.find(({ at }) => at === number)
    if (fault === undefined) return act()
    if (fault.kind === 'lose') {
      if (this.loseOne(this.root)) this.struck = this.lost = true
      else fault.at++
      return act()
    }
    if (fault.kind === 'fail') {
      if (failing === undefined) {
        // Reading and looking do not fail here; the next call that writes does.
        fault.at++
        return act()
      }
      this.struck = true
      failing()
      throw Object.assign(new Error(`EIO: i/o error, ${name}`), { code: 'EIO' })
    }
    this.struck = true
    if (this.random() < 0.5) act()
    this.ended = true
    throw new PowerIsCut('The power is cut.')
  }

  private loseOne(folder: FolderNode): boolean {
    const entries = [...folder.shown.values()]
    const from = Math.floor(this.random() * entries.length)
    for (const entry of [...entries.slice(from), ...entries.slice(0, from)]) {
      if (entry.kind === 'folder') {
        if (this.loseOne(entry)) return true
        continue
      }
      if (entry.open > 0 || entry.pending.length === 0) continue
      entry.durable = this.partlyWritten(entry)
      entry.shown = entry.durable
      entry.pending = []
      return true
    }
    return false
  }

  private systemCalls(): DiskCalls {
    return {
      read: (path) => this.call(`read ${path}`, () => this.fileAt(path)?.shown.slice()),
      exists: (path) => this.call(`exists ${path}`, () => this.entryAt(path) !== undefined),
      list: (path) =>
        this.call(`list ${path}`, () => {
          const entry = this.entryAt(path)
          return entry?.kind === 'folder' ? [...entry.shown.keys()].sort() : []
        }),
      makeOneFolder: (path) =>
        this.call(
          `makeFolder ${path}`,
          () => {
            if (this.entryAt(path) !== undefined) return false
            this.name(path, emptyFolder())
            return true
          },
          () => {},
        ),
      open: (path, fresh) =>
        this.call(
          `open ${path}`,
          () => {
            let file = this.fileAt(path)
            if (file === undefined) {
              file = { kind: 'file', shown: new Uint8Array(), durable: new Uint8Array(), pending: [], open: 0 }
              this.name(path, file)
            } else if (fresh) {
              file.shown = new Uint8Array()
              file.pending.push('empty')
            }
            return this.opened(path, file)
          },
          () => {},
        ),
      syncFolder: (path) =>
        this.call(
          `syncFolder ${path}`,
          () => {
            const folder = this.folderAt(path)
            folder.durable = new Map(folder.shown)
            folder.pending = []
          },
          () => {},
        ),
      rename: (from, to) =>
        this.call(
          `rename ${to}`,
          () => {
            const entry = this.entryAt(from)
            if (entry === undefined) throw new Error(`${from} is not there.`)
            this.name(to, entry)
            this.name(from, undefined)
          },
          () => {},
        ),
      remove: (path) =>
        this.call(
          `remove ${path}`,
          () => this.name(path, undefined),
          () => {},
        ),
      lock: (path) => {
        if (this.locks.has(path)) return undefined
        this.locks.add(path)
        return () => this.locks.delete(path)
      },
    }
  }

  private opened(path: string, file: FileNode): DiskFile & { size(): Promise<number> } {
    file.open++
    const write = (bytes: Uint8Array, at: number) => {
      file.pending.push({ at, bytes: bytes.slice() })
      file.shown = written(file.shown, at, bytes)
    }
    return {
      read: (at, length) => this.call(`read ${path}`, () => file.shown.slice(at, at + length)),
      write: (bytes, at) =>
        this.call(
          `write ${path}`,
          () => write(bytes, at),
          () => write(bytes.subarray(0, Math.floor(this.random() * bytes.length)), at),
        ),
      datasync: () =>
        this.call(
          `datasync ${path}`,
          () => {
            for (const one of file.pending.splice(0)) file.durable = after(file.durable, one)
          },
          () => {
            file.durable = this.partlyWritten(file)
            file.pending = []
          },
        ),
      close: async () => {
        file.open--
      },
      size: () => this.call(`size ${path}`, () => file.shown.length),
    }
  }

  private name(path: string, entry: Entry | undefined): void {
    const folder = this.folderAt(dirname(path))
    folder.pending.push({ name: basename(path), entry })
    if (entry === undefined) folder.shown.delete(basename(path))
    else folder.shown.set(basename(path), entry)
  }

  private entryAt(path: string): Entry | undefined {
    let at: Entry | undefined = this.root
    for (const name of path.split('/').filter((part) => part !== '')) {
      at = at?.kind === 'folder' ? at.shown.get(name) : undefined
    }
    return at
  }

  private fileAt(path: string): FileNode | undefined {
    const entry = this.entryAt(path)
    return entry?.kind === 'file' ? entry : undefined
  }

  private folderAt(path: string): FolderNode {
    const entry = this.entryAt(path)
    if (entry?.kind !== 'folder') throw new Error(`There is no folder ${path}.`)
    return entry
  }

  private survivorOf(folder: FolderNode): FolderNode {
    const names = new Map(folder.durable)
    for (const { name, entry } of folder.pending) {
      if (this.random() < 0.5) continue
      if (entry === undefined) names.delete(name)
      else names.set(name, entry)
    }
    const survivor = emptyFolder()
    for (const [name, entry] of names) {
      const copy: Entry = entry.kind === 'folder' ? this.survivorOf(entry) : fileOf(this.partlyWritten(entry))
      survivor.shown.set(name, copy)
      survivor.durable.set(name, copy)
    }
    return survivor
  }

  /** Of what was not synced, each write may be there, there in part, or not at all. */
  private partlyWritten(file: FileNode): Uint8Array {
    let bytes = file.durable
    for (const one of file.pending) {
      const chance = this.random()
      if (chance < 0.3) continue
      bytes = one === 'empty' || chance < 0.6 ? after(bytes, one) : this.torn(bytes, one.at, one.bytes)
    }
    return bytes
  }

  /** A write that reached the disk sector by sector, in any order, up to some moment; the file may have grown before. */
  private torn(bytes: Uint8Array, at: number, more: Uint8Array): Uint8Array {
    const reach = this.random() < 0.5 ? more.length : Math.floor(this.random() * more.length)
    const torn = written(bytes, at, more.subarray(0, reach))
    const share = this.random()
    const filling = this.random() < 0.5 ? 0 : 0xa5
    for (let from = at - (at % SECTOR_BYTES); from < at + reach; from += SECTOR_BYTES) {
      if (this.random() < share) continue
      const [start, end] = [Math.max(from, at), Math.min(from + SECTOR_BYTES, at + reach)]
      torn.fill(filling, start, end)
      if (start < bytes.length) torn.set(bytes.subarray(start, Math.min(end, bytes.length)), start)
    }
    return torn
  }
}

function emptyFolder(): FolderNode {
  return { kind: 'folder', shown: new Map(), durable: new Map(), pending: [] }
}

function fileOf(bytes: Uint8Array): FileNode {
  return { kind: 'file', shown: bytes, durable: bytes, pending: [], open: 0 }
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
