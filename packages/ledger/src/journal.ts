// The journal of one log: what makes entries and the checkpoint over them durable with one sync. It stands in segments;
// each begins again at a full bundle, so that an older one can go as soon as the bundles and tiles below are synced.
//
// A segment is four random bytes and then a sequence of frames: magic "CSJ1", CRC-32 and length of the body (uint32
// big-endian each), body. The body: start (uint64), number of entries (uint32), each entry with its uint16 length, then
// the note to the end. The CRC begins at the random bytes, so that no peer can write an entry that reads as a frame.

import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { ok, type Result, refuse } from '@countersign/log'
import type { Disk, DiskFile } from './disk.ts'
import { LIMITS } from './limits.ts'

export interface Frame {
  /** Index of its first entry. */
  start: number
  entries: readonly Uint8Array[]
  /** The signed checkpoint of size start + entries.length. */
  note: Uint8Array
}

/** So many random bytes. */
export type Random = (bytes: number) => Uint8Array

interface Segment {
  number: number
  /** What the CRC of its frames begins at. */
  salt: number
  /** Entries up to here are in this segment or below it. */
  end: number
}

/** Where a journal stands, and what it is written with. */
export interface JournalPlace {
  disk: Disk
  random: Random
  folder: string
}

const SALT_BYTES = 4
const HEADER_BYTES = 12
const MAGIC = 0x43534a31

export class Journal {
  private readonly disk: Disk
  private readonly random: Random
  private readonly folder: string
  private file: DiskFile
  private position: number
  private current: Segment
  /** Older segments, oldest first. */
  private readonly older: Segment[]

  private constructor(at: JournalPlace, file: DiskFile, position: number, segments: Segment[]) {
    this.disk = at.disk
    this.random = at.random
    this.folder = at.folder
    this.file = file
    this.position = position
    const current = segments.pop()
    if (current === undefined) throw new Error('A journal has a segment.')
    this.current = current
    this.older = segments
  }

  static async create(at: JournalPlace): Promise<Journal> {
    const { disk, folder } = at
    await disk.makeFolder(folder, true)
    const salt = Buffer.from(at.random(SALT_BYTES))
    await disk.replace(segmentPath(folder, 1), salt, true)
    const file = await disk.open(segmentPath(folder, 1))
    return new Journal(at, file, SALT_BYTES, [{ number: 1, salt: salt.readUInt32BE(), end: 0 }])
  }

  /**
   * Reads every frame back. What the last write left torn is cut off: nobody was told of it. Refuses `ledger/damaged`
   * where anything else is wrong, and `ledger/empty` where nothing was ever written. All that is read is durable once
   * this resolves: after a sync that failed the machine may show us bytes that it will never write again.
   */
  static async open(at: JournalPlace): Promise<Result<{ journal: Journal; frames: Frame[] }>> {
    const { disk, folder } = at
    const numbers = (await disk.list(folder)).flatMap((name) => numberOf(name) ?? []).sort((a, b) => a - b)
    const frames: Frame[] = []
    const segments: Segment[] = []
    let whole = Buffer.alloc(0)
    for (const number of numbers) {
      const path = segmentPath(folder, number)
      const bytes = Buffer.from((await disk.read(path)) ?? [])
      const isLast = number === numbers.at(-1)
      const salt = bytes.length < SALT_BYTES ? 0 : bytes.readUInt32BE()
      const read = readFrames(bytes, salt)
      if (read.end < bytes.length && (!isLast || holdsFrameAfter(bytes, read.end, salt))) {
        return refuse('ledger/damaged', `The journal ${path} is damaged at byte ${read.end}; restore it from a backup.`)
      }
      // A new segment of which not even the first frame was finished: the one before it is still whole.
      if (read.frames.length === 0 && segments.length > 0) {
        await disk.remove(path)
        continue
      }
      for (const frame of read.frames) frames.push(frame)
      const newest = frames.at(-1)
      segments.push({ number, salt, end: newest === undefined ? 0 : newest.start + newest.entries.length })
      whole = bytes.subarray(0, read.end)
    }
    const last = segments.at(-1)
    if (last === undefined || frames.length === 0) {
      return refuse('ledger/empty', `The journal in ${folder} holds nothing; restore it from a backup.`)
    }
    // Only a segment whose every sync succeeded is followed by another, so the last alone is in doubt. It is written
    // anew, beside the old one: a sync of the old file would find nothing to write.
    await disk.replace(segmentPath(folder, last.number), whole, true)
    const file = await disk.open(segmentPath(folder, last.number))
    return ok({ journal: new Journal(at, file, whole.length, segments), frames })
  }

  /** Whether the next frame should begin a new segment. */
  get isLong(): boolean {
    return this.position > LIMITS.segmentBytes
  }

  /** Durable once this resolves. */
  async write(frame: Frame): Promise<void> {
    const bytes = encodeFrame(frame, this.current.salt)
    await this.file.write(bytes, this.position)
    await this.file.datasync()
    this.position += bytes.length
    this.current.end = frame.start + frame.entries.length
  }

  /** Begins a new segment with a frame that starts at a full bundle: all that is not in full bundles yet. */
  async turnOver(frame: Frame): Promise<void> {
    const number = this.current.number + 1
    const random = Buffer.from(this.random(SALT_BYTES))
    const salt = random.readUInt32BE()
    const bytes = Buffer.concat([random, encodeFrame(frame, salt)])
    await this.disk.replace(segmentPath(this.folder, number), bytes, true)
    const before = this.file
    this.file = await this.disk.open(segmentPath(this.folder, number))
    await before.close()
    this.older.push(this.current)
    this.position = bytes.length
    this.current = { number, salt, end: frame.start + frame.entries.length }
  }

  /** Segments that hold nothing but what is now synced in full bundles, up to `synced` entries, go. */
  async forget(synced: number): Promise<void> {
    while (this.older[0] !== undefined && Math.floor(this.older[0].end / 256) * 256 <= synced) {
      await this.disk.remove(segmentPath(this.folder, this.older[0].number))
      this.older.shift()
    }
  }

  get hasOlder(): boolean {
    return this.older.length > 0
  }

  async close(): Promise<void> {
    await this.file.close()
  }
}

/**
 * The checkpoint over all that a journal holds, while nobody writes it; undefined where it holds nothing. Nothing is
 * written, and damage is left for whoever opens it to find.
 */
export async function newestNote(disk: Pick<Disk, 'list' | 'read'>, folder: string): Promise<Uint8Array | undefined> {
  const numbers = (await disk.list(folder)).flatMap((name) => numberOf(name) ?? []).sort((a, b) => b - a)
  for (const number of numbers) {
    const { frames } = framesOf(Buffer.from((await disk.read(segmentPath(folder, number))) ?? []))
    const last = frames.at(-1)
    if (last !== undefined) return last.note
  }
  return undefined
}

/** The whole frames of one segment, as its bytes are found; where they end, the rest is torn or damaged. */
export function framesOf(segment: Buffer): { frames: Frame[]; end: number } {
  return readFrames(segment, segment.length < SALT_BYTES ? 0 : segment.readUInt32BE())
}

/**
 * Where the entries of one segment begin and end, by the lengths of its frames alone: their content is not read. Zeros
 * where there is no frame.
 */
export async function segmentSpan(
  size: number,
  read: (position: number, length: number) => Promise<Buffer>,
): Promise<{ start: number; end: number }> {
  let span: { start: number; end: number } | undefined
  for (let at = SALT_BYTES; at + HEADER_BYTES + 12 <= size; ) {
    const head = await read(at, HEADER_BYTES + 12)
    const next = at + HEADER_BYTES + head.readUInt32BE(8)
    if (head.readUInt32BE(0) !== MAGIC || next > size) break
    const start = Number(head.readBigUInt64BE(HEADER_BYTES))
    span = { start: span?.start ?? start, end: start + head.readUInt32BE(HEADER_BYTES + 8) }
    at = next
  }
  return span ?? { start: 0, end: 0 }
}

/** Of a segment, by its file’s name. */
function numberOf(name: string): number | undefined {
  const match = /^([1-9][0-9]*)\.journal$/.exec(name)
  return match === null ? undefined : Number(match[1])
}

function segmentPath(folder: string, number: number): string {
  return join(folder, `${number}.journal`)
}

function encodeFrame({ start, entries, note }: Frame, salt: number): Uint8Array {
  let size = HEADER_BYTES + 12 + note.length
  for (const entry of entries) size += 2 + entry.length
  const bytes = Buffer.allocUnsafe(size)
  bytes.writeUInt32BE(MAGIC, 0)
  bytes.writeUInt32BE(size - HEADER_BYTES, 8)
  bytes.writeBigUInt64BE(BigInt(start), 12)
  bytes.writeUInt32BE(entries.length, 20)
  let at = 24
  for (const entry of entries) {
    bytes.writeUInt16BE(entry.length, at)
    bytes.set(entry, at + 2)
    at += 2 + entry.length
  }
  bytes.set(note, at)
  bytes.writeUInt32BE(crc32(bytes.subarray(HEADER_BYTES), salt), 4)
  return bytes
}

function readFrames(bytes: Buffer, salt: number): { frames: Frame[]; end: number } {
  const frames: Frame[] = []
  let at = Math.min(SALT_BYTES, bytes.length)
  for (;;) {
    const found = frameAt(bytes, at, salt)
    if (found === undefined) return { frames, end: at }
    frames.push(found.frame)
    at = found.end
  }
}

/** Undefined where no whole frame begins at `at`. */
function frameAt(bytes: Buffer, at: number, salt: number): { frame: Frame; end: number } | undefined {
  if (at + HEADER_BYTES + 12 > bytes.length || bytes.readUInt32BE(at) !== MAGIC) return undefined
  const body = at + HEADER_BYTES
  const end = body + bytes.readUInt32BE(at + 8)
  if (end > bytes.length || crc32(bytes.subarray(body, end), salt) !== bytes.readUInt32BE(at + 4)) return undefined
  const start = Number(bytes.readBigUInt64BE(body))
  const count = bytes.readUInt32BE(body + 8)
  const entries: Uint8Array[] = []
  let from = body + 12
  for (let i = 0; i < count; i++) {
    const length = bytes.readUInt16BE(from)
    entries.push(new Uint8Array(bytes.subarray(from + 2, from + 2 + length)))
    from += 2 + length
  }
  return { frame: { start, entries, note: new Uint8Array(bytes.subarray(from, end)) }, end }
}

/** A whole frame behind a broken one: then the broken one was once whole, and is no torn end. */
function holdsFrameAfter(bytes: Buffer, broken: number, salt: number): boolean {
  const magic = Buffer.alloc(4)
  magic.writeUInt32BE(MAGIC)
  for (let at = bytes.indexOf(magic, broken + 1); at !== -1; at = bytes.indexOf(magic, at + 1)) {
    if (frameAt(bytes, at, salt) !== undefined) return true
  }
  return false
}
