// What a backup holds: a state that the node could have had, read from its folder while it may be running, without its
// help and without holding it up. Whoever writes a log appends, replaces at once, or adds files that never change, and
// makes what something rests on before what rests on it. So everything that changes is pinned here in the other order:
// what waits to be said and the private databases, our own logs, receipts, the mirrors. A pin is a second name of the
// same file, with the length it had: what is appended later is not read, and what is removed meanwhile is read all the
// same. The views are left out, since they follow from the logs, and so is what belongs to one run.

import { copyFile, link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { type Disk, journalFolder, originHash, parseReceiptName, segmentSpan } from '@countersign/ledger'
import { entryBundlePath, parseCheckpoint, parseNote, TILE_WIDTH, tilePath, tilesForSize } from '@countersign/log'
import Database from 'better-sqlite3'
import { type LogOnDisk, logsOf } from '../logs-on-disk.ts'
import { isBackupPath } from './paths.ts'

export interface SnapshotFile {
  /** Below the node's folder, with slashes. */
  path: string
  size: number
  /** Under this path no other bytes ever stand. */
  immutable: boolean
  chunks(): AsyncGenerator<Uint8Array>
}

export interface Snapshot {
  /** Each file once, those of one log together: journal, checkpoint, entries, tiles, the rest. */
  files(): AsyncGenerator<SnapshotFile>
  /** What has a name that no backup takes, such as a file that somebody else put there. */
  readonly leftOut: readonly string[]
}

/** `scratch` is an empty folder of ours on the same disk. The snapshot is good for as long as it stands. */
export async function takeSnapshot(disk: Disk, dir: string, party: string, scratch: string): Promise<Snapshot> {
  const taking = new Taking(dir, scratch)
  await taking.pinPrivate()
  const logs = await logsOf(disk, dir, party)
  const own: PinnedLog[] = []
  for (const log of logs) if (!log.mirror) own.push(await taking.pinLog(log))
  await taking.nameReceipts(new Map(own.map(({ log, end }) => [originHash(log.origin), end])))
  const mirrors: PinnedLog[] = []
  // Looked for again: what our own logs name may be younger than the first look.
  for (const log of await logsOf(disk, dir, party)) if (log.mirror) mirrors.push(await taking.pinLog(log))
  return {
    leftOut: taking.leftOut,
    async *files() {
      yield* taking.rest('')
      yield* taking.pinned()
      for (const log of [...own, ...mirrors]) yield* taking.log(log)
      yield* taking.receipts()
    },
  }
}

/** How much is about to be read, at most. */
export async function measure(dir: string): Promise<number> {
  let bytes = 0
  for (const entry of await listed(dir)) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) bytes += NEVER.has(entry.name) || entry.name.endsWith('.p') ? 0 : await measure(path)
    else if (!entry.name.startsWith('views.db')) bytes += (await stat(path).catch(() => undefined))?.size ?? 0
  }
  return bytes
}

interface Pin {
  path: string
  /** Where it can be read. */
  at: string
  size: number
}

interface PinnedLog {
  log: LogOnDisk
  journal: Pin[]
  checkpoint: Pin | undefined
  /** Partial tiles and the partial bundle under the checkpoint, and the index of heads. */
  others: Map<string, Pin>
  /** The size of the checkpoint, where the journal begins, and up to where it goes. */
  size: number
  start: number
  end: number
}

/** Folders that belong to one run, or to backups themselves. */
const NEVER = new Set(['backup.tmp', 'backups', 'spool'])
/** What is taken by a way of its own. */
const ELSEWHERE = /^(?:logs|mirrors|receipts|held|private\/(?:journals|held))$/
const OF_ONE_RUN =
  /^(?:views\.db.*|private\/(?:serving\.json|restored\.json|given-up\.json|api\.sock|.*\.db(?:-.*)?))$|\.(?:new|lock(?:-journal)?)$/
const IMMUTABLE =
  /^(?:(?:logs|mirrors)\/.+\/(?:tile\/(?:entries|[0-9]+)\/[x0-9/]+|addenda\/[0-9a-f]{64}|heads\/[0-9]+)|(?:receipts|held)\/.+\/[0-9]+-[0-9]+(?:-[0-9a-f]{64})?|(?:cards|notices)\/[0-9a-f]{64}|evidence\/.+)$/
const TRIES = 32

class Taking {
  readonly leftOut: string[] = []
  private readonly dir: string
  private readonly scratch: string
  private readonly pins: Pin[] = []
  private readonly names: { folder: string; droppable: boolean; names: string[] }[] = []
  private count = 0

  constructor(dir: string, scratch: string) {
    this.dir = dir
    this.scratch = scratch
  }

  /** The private databases, and the shares that rows of them name, which go once they were said. */
  async pinPrivate(): Promise<void> {
    const held = new Map<string, Pin>()
    const look = async () => {
      for (const { name } of await listed(join(this.dir, 'private', 'held'))) {
        const path = `private/held/${name}`
        const pin = held.has(path) ? undefined : await this.pin(path)
        if (pin !== undefined) held.set(path, pin)
      }
    }
    await look()
    for (const { name } of await listed(join(this.dir, 'private'))) {
      if (!name.endsWith('.db')) continue
      const at = join(this.scratch, String(this.count++))
      const database = new Database(join(this.dir, 'private', name), { readonly: true, fileMustExist: true })
      try {
        database.prepare('VACUUM INTO ?').run(at)
      } finally {
        database.close()
      }
      this.pins.push({ path: `private/${name}`, at, size: (await stat(at)).size })
    }
    await look()
    this.pins.push(...held.values())
    for (const { name } of await listed(join(this.dir, 'logs'))) {
      const pin = await this.pin(`logs/${name}/index`)
      if (pin !== undefined) this.pins.push(pin)
    }
  }

  async pinLog(log: LogOnDisk): Promise<PinnedLog> {
    for (let tries = 0; tries < TRIES; tries++) {
      const pinned = await this.tryPinLog(log)
      if (pinned !== undefined) return pinned
    }
    throw new Error(`The log ${log.origin} changes faster than it can be read; try again.`)
  }

  /** Undefined where something went away between two steps. */
  private async tryPinLog(log: LogOnDisk): Promise<PinnedLog | undefined> {
    const folder = relative(this.dir, log.folder)
    const others = new Map<string, Pin>()
    // The checkpoint before the journal, which never has less.
    const checkpoint = await this.pin(`${folder}/checkpoint`)
    const size = checkpoint === undefined ? 0 : await sizeOf(checkpoint.at)
    const partial = tilesForSize(size).filter(({ width }) => width < TILE_WIDTH)
    const paths = partial.map(({ level, index, width }) => tilePath(level, index, width))
    if (size % TILE_WIDTH > 0) paths.push(entryBundlePath(Math.floor(size / TILE_WIDTH), size % TILE_WIDTH))
    for (const path of paths) {
      const pin = await this.pin(`${folder}/${path}`)
      if (pin === undefined) return undefined
      others.set(path, pin)
    }
    const heads = await this.pin(`${folder}/heads/index`)
    if (heads !== undefined) others.set('heads/index', heads)
    const journalAt = relative(this.dir, journalFolder(this.dir, log.origin))
    const journal: Pin[] = []
    let [start, end] = [0, 0]
    for (const name of await segmentNames(join(this.dir, journalAt))) {
      const pin = await this.pin(`${journalAt}/${name}`)
      if (pin === undefined) return undefined
      const span = await spanOf(pin)
      if (journal.length === 0) start = span.start
      end = Math.max(end, span.end)
      journal.push(pin)
    }
    return { log, journal, checkpoint, others, size, start, end }
  }

  /** `ends` has the length of each of our own logs: a receipt over more of one is not ours to show in this state. */
  async nameReceipts(ends: ReadonlyMap<string, number>): Promise<void> {
    for (const { name: hash } of await listed(join(this.dir, 'receipts'))) {
      const index = await this.pin(`receipts/${hash}/index`)
      if (index !== undefined) this.pins.push(await this.wholeLines(index))
      await this.nameIn(`receipts/${hash}`, false)
    }
    for (const { name: hash } of await listed(join(this.dir, 'held'))) {
      for (const { name: cosigner } of await listed(join(this.dir, 'held', hash))) {
        await this.nameIn(`held/${hash}/${cosigner}`, true, ends.get(hash))
      }
    }
  }

  private async nameIn(folder: string, droppable: boolean, sizeMax = Number.POSITIVE_INFINITY): Promise<void> {
    const names = (await listed(join(this.dir, folder)))
      .map(({ name }) => name)
      .filter((name) => {
        const receipt = parseReceiptName(name)
        return receipt !== undefined && receipt.size <= sizeMax
      })
    this.names.push({ folder, droppable, names })
  }

  /** A line that was being appended at that moment is none. */
  private async wholeLines(pin: Pin): Promise<Pin> {
    const bytes = (await readFile(pin.at)).subarray(0, pin.size)
    return { ...pin, size: bytes.lastIndexOf(0x0a) + 1 }
  }

  async *pinned(): AsyncGenerator<SnapshotFile> {
    for (const pin of this.pins) yield fileOf(pin)
  }

  async *log({ log, journal, checkpoint, others, size, start }: PinnedLog): AsyncGenerator<SnapshotFile> {
    const folder = relative(this.dir, log.folder)
    for (const pin of journal) yield fileOf(pin)
    if (checkpoint !== undefined) yield fileOf(checkpoint)
    const full = Math.max(size, start)
    for (let index = 0; (index + 1) * TILE_WIDTH <= full; index++) {
      yield await this.mustRead(`${folder}/${entryBundlePath(index)}`)
    }
    const bundle = [...others].find(([path]) => path.startsWith('tile/entries/'))
    if (bundle !== undefined) yield fileOf(bundle[1])
    for (const { level, index, width } of tilesForSize(full)) {
      if (width === TILE_WIDTH) yield await this.mustRead(`${folder}/${tilePath(level, index)}`)
    }
    for (const [path, pin] of others) if (!path.startsWith('tile/entries/')) yield fileOf(pin)
    for (const { name, isDirectory } of (await listed(log.folder)).map(kindOf)) {
      if (isDirectory && name !== 'tile') yield* this.rest(`${folder}/${name}`, new Set([`${folder}/heads/index`]))
    }
  }

  async *receipts(): AsyncGenerator<SnapshotFile> {
    for (const { folder, droppable, names } of this.names) {
      for (const name of names) {
        const file = await this.read(`${folder}/${name}`)
        if (file !== undefined) yield file
        else if (!droppable) throw new Error(`The receipt ${folder}/${name} went away.`)
      }
    }
  }

  /** Everything below a folder that is taken by no way of its own. */
  async *rest(folder: string, except: ReadonlySet<string> = new Set()): AsyncGenerator<SnapshotFile> {
    for (const entry of await listed(join(this.dir, folder))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (except.has(path) || NEVER.has(entry.name) || ELSEWHERE.test(path) || OF_ONE_RUN.test(path)) continue
      if (entry.isDirectory()) yield* this.rest(path, except)
      else if (!entry.isFile() || !isBackupPath(path)) this.leftOut.push(path)
      else {
        // What went away meanwhile was not needed: content that was destroyed, a file that another replaced.
        const file = IMMUTABLE.test(path) ? await this.read(path) : await this.pin(path).then(fileOfPin)
        if (file !== undefined) yield file
      }
    }
  }

  private async mustRead(path: string): Promise<SnapshotFile> {
    const file = await this.read(path)
    if (file === undefined) throw new Error(`${path} is missing; look what is wrong with: countersign audit`)
    return file
  }

  private async read(path: string): Promise<SnapshotFile | undefined> {
    const at = join(this.dir, path)
    try {
      return fileOf({ path, at, size: (await stat(at)).size })
    } catch (cause) {
      if (isMissing(cause)) return undefined
      throw cause
    }
  }

  private async pin(path: string): Promise<Pin | undefined> {
    const from = join(this.dir, path)
    const at = join(this.scratch, String(this.count++))
    try {
      await link(from, at).catch((cause: unknown) => {
        if (isMissing(cause)) throw cause
        // A disk without second names.
        return copyFile(from, at)
      })
      return { path, at, size: (await stat(at)).size }
    } catch (cause) {
      if (isMissing(cause)) return undefined
      throw cause
    }
  }
}

/** A folder of ours for one backup; whoever holds `private/backup.lock` may empty it. */
export async function freshScratch(dir: string): Promise<string> {
  const scratch = join(dir, 'private', 'backup.tmp')
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch, { mode: 0o700 })
  return scratch
}

const CHUNK_BYTES = 262_144

function fileOfPin(pin: Pin | undefined): SnapshotFile | undefined {
  return pin === undefined ? undefined : fileOf(pin)
}

function fileOf({ path, at, size }: Pin): SnapshotFile {
  return {
    path,
    size,
    immutable: IMMUTABLE.test(path),
    async *chunks() {
      if (size === 0) return
      const file = await open(at, 'r')
      try {
        for (let from = 0; from < size; ) {
          const { bytesRead, buffer } = await file.read(
            Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - from)),
            0,
            null,
            from,
          )
          if (bytesRead === 0) throw new Error(`${path} became shorter while it was read.`)
          yield buffer.subarray(0, bytesRead)
          from += bytesRead
        }
      } finally {
        await file.close()
      }
    },
  }
}

async function listed(folder: string) {
  try {
    return (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (cause) {
    if (isMissing(cause)) return []
    throw cause
  }
}

function kindOf(entry: { name: string; isDirectory(): boolean }) {
  return { name: entry.name, isDirectory: entry.isDirectory() }
}

async function segmentNames(folder: string): Promise<string[]> {
  const numbers = (await listed(folder)).flatMap(({ name }) => /^([1-9][0-9]*)\.journal$/.exec(name)?.[1] ?? [])
  return numbers
    .map(Number)
    .sort((a, b) => a - b)
    .map((number) => `${number}.journal`)
}

async function spanOf({ at, size }: Pin): Promise<{ start: number; end: number }> {
  const file = await open(at, 'r')
  try {
    return await segmentSpan(size, async (position, length) => {
      const buffer = Buffer.alloc(length)
      await file.read(buffer, 0, length, position)
      return buffer
    })
  } finally {
    await file.close()
  }
}

/** Of a published checkpoint; 0 where a power cut left none that parses. */
async function sizeOf(at: string): Promise<number> {
  const note = parseNote(await readFile(at))
  const head = note.ok ? parseCheckpoint(note.value.text) : undefined
  return head?.ok === true ? head.value.size : 0
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
}
