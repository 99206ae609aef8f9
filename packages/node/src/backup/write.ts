// Writing a backup: a tar file whose first file says what it is and whose last is a manifest, a line for each file
// before it with its SHA-256 and size; under a passphrase all of it is one age file. It is written as it is read, in
// bounded memory, to wherever the bytes are wanted.

import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { utf8 } from '@countersign/log'
import { type Pack, pack } from 'tar-stream'
import { LIMITS } from '../limits.ts'
import { sealStream } from '../sealing/age.ts'
import { HEADER_NAME, MANIFEST_NAME } from './paths.ts'
import type { Snapshot, SnapshotFile } from './snapshot.ts'

export interface BackupHeader {
  format: 'countersign-backup'
  v: 1
  id: string
  party: string
  /** When it was taken, RFC 3339 UTC. */
  time: string
}

export interface Written {
  id: string
  time: string
  files: number
  /** Of the files, without what the container adds. */
  bytes: number
  /** Hex SHA-256. */
  manifest: string
}

export interface WriteOptions {
  party: string
  nowMs: number
  /** Undefined for a backup that anyone can read. */
  passphrase: string | undefined
  /** A folder for what is gathered meanwhile. */
  scratch: string
  progress?(bytes: number): void
  sink(chunk: Uint8Array): Promise<void>
}

export async function writeBackup(snapshot: Snapshot, options: WriteOptions): Promise<Written> {
  const { party, nowMs, passphrase } = options
  const time = new Date(nowMs).toISOString()
  const header: BackupHeader = { format: 'countersign-backup', v: 1, id: randomUUID(), party, time }
  const manifest = await Manifest.begin(join(options.scratch, 'manifest'))
  try {
    const plain = tarOf(snapshot, header, manifest, options)
    const chunks = passphrase === undefined ? plain : await sealStream(plain, passphrase)
    for await (const chunk of chunks) await options.sink(chunk)
    return { id: header.id, time, files: manifest.files, bytes: manifest.bytes, manifest: manifest.digest }
  } finally {
    await manifest.close()
  }
}

async function* tarOf(
  snapshot: Snapshot,
  header: BackupHeader,
  manifest: Manifest,
  { progress }: WriteOptions,
): AsyncGenerator<Uint8Array> {
  const tar = pack()
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  const writing = (async () => {
    const text = utf8(`${JSON.stringify(header)}\n`)
    await put(tar, HEADER_NAME, text.length, [text])
    for await (const file of snapshot.files()) {
      await put(tar, file.path, file.size, manifest.watch(file))
      progress?.(manifest.bytes)
    }
    await put(tar, MANIFEST_NAME, await manifest.end(), manifest.read())
    tar.finalize()
  })().catch((cause: unknown) => {
    failed.reject(cause)
    tar.destroy(cause instanceof Error ? cause : new Error(String(cause)))
  })
  try {
    for await (const chunk of tar) yield chunk as Uint8Array
  } catch (cause) {
    // The stream says that it ended; why, says whoever wrote into it.
    await Promise.race([failed.promise, new Promise((resolve) => setImmediate(resolve))])
    throw cause
  } finally {
    tar.destroy()
    await writing
  }
}

type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

async function put(tar: Pack, name: string, size: number, pieces: Pieces): Promise<void> {
  const about = { name, size, type: 'file' as const, mode: 0o600, mtime: new Date(0), uid: 0, gid: 0 }
  if (size > LIMITS.backupPieceBytes) return pipeline(Readable.from(pieces), tar.entry(about) as never)
  const gathered: Uint8Array[] = []
  for await (const piece of pieces) gathered.push(piece)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  tar.entry(about, Buffer.concat(gathered), (cause) => (cause == null ? resolve() : reject(cause)))
  return promise
}

/** One line for each file, in the order of the files. */
export function manifestLine(sha256: string, size: number, path: string): string {
  return `${sha256} ${size} ${path}\n`
}

/** Gathered on disk, for it may be long. */
class Manifest {
  files = 0
  bytes = 0
  private readonly path: string
  private readonly file: FileHandle
  private readonly hash = createHash('sha256')
  private gathered: string[] = []
  private final = ''

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.file = file
  }

  static async begin(path: string): Promise<Manifest> {
    return new Manifest(path, await open(path, 'wx', 0o600))
  }

  get digest(): string {
    return this.final
  }

  /** The file's bytes; what is read of them is entered. */
  async *watch(file: SnapshotFile): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256')
    for await (const chunk of file.chunks()) {
      hash.update(chunk)
      yield chunk
    }
    this.files++
    this.bytes += file.size
    this.gathered.push(manifestLine(hash.digest('hex'), file.size, file.path))
    if (this.gathered.length >= 1_024) await this.flush()
  }

  /** Its length. */
  async end(): Promise<number> {
    await this.flush()
    this.final = this.hash.digest('hex')
    return (await stat(this.path)).size
  }

  async *read(): AsyncGenerator<Uint8Array> {
    const file = await open(this.path, 'r')
    yield* file.createReadStream() as AsyncIterable<Uint8Array>
  }

  async close(): Promise<void> {
    await this.file.close()
  }

  private async flush(): Promise<void> {
    const bytes = utf8(this.gathered.join(''))
    this.gathered = []
    this.hash.update(bytes)
    await this.file.appendFile(bytes)
  }
}
