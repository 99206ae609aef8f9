// Reading a backup as a hostile hand may have made it: file after file, each with a plain name, none twice what it says,
// none but files; first the header, last the manifest, which must list exactly what came before, byte for byte. Whoever
// is handed the files keeps none of them before this has come to its end.

import { createHash } from 'node:crypto'
import { fromUtf8, ok, type Refusal, type Result, refuse } from '@countersign/log'
import { isPartyDomain } from '@countersign/record'
import { extract, type Header } from 'tar-stream'
import { LIMITS } from '../limits.ts'
import { openStream } from '../sealing/age.ts'
import { HEADER_NAME, isBackupPath, MANIFEST_NAME } from './paths.ts'
import { type BackupHeader, manifestLine } from './write.ts'

export interface ReadBackup {
  header: BackupHeader
  files: number
  bytes: number
  /** Hex SHA-256 of the manifest. */
  manifest: string
}

export interface ReadMeans {
  passphrase: string | undefined
  /** Each file in its turn; all of it must be read. What it throws ends the reading, and is thrown. */
  file(path: string, size: number, chunks: AsyncIterable<Uint8Array>): Promise<void>
}

const AGE_MAGIC = 'age-encryption.org/v1\n'
const TAR_TYPE = 'ustar'

/**
 * Refuses `backup/passphrase-needed`, `backup/passphrase-wrong`, `backup/foreign`, `backup/version`, `backup/hostile` and
 * `backup/damaged`.
 */
export async function readBackup(source: AsyncIterable<Uint8Array>, means: ReadMeans): Promise<Result<ReadBackup>> {
  const opened = await opening(source, means.passphrase)
  if (!opened.ok) return opened
  const tar = extract()
  const feeding = feed(opened.value, tar)
  const reading = new Reading(means)
  try {
    for await (const entry of tar) await reading.take(entry.header, entry as AsyncIterable<Uint8Array>)
    await feeding
    return reading.end()
  } catch (cause) {
    if (cause instanceof Unfit) return cause.refusal
    if (cause instanceof NotKept) throw cause.cause
    return damaged(cause instanceof Error ? cause.message : String(cause))
  } finally {
    tar.destroy()
    await feeding.catch(() => {})
  }
}

/** Writes what is read into the tar parser, as fast as that takes it. */
async function feed(chunks: AsyncIterable<Uint8Array>, tar: ReturnType<typeof extract>): Promise<void> {
  let closed = false
  const over = new Promise<void>((resolve) =>
    tar.on('close', () => {
      closed = true
      resolve()
    }),
  )
  try {
    for await (const chunk of chunks) {
      if (closed) return
      if (!tar.write(chunk)) await Promise.race([new Promise<void>((resolve) => tar.once('drain', resolve)), over])
    }
    tar.end(undefined)
  } catch (cause) {
    tar.destroy(cause instanceof Error ? cause : new Error(String(cause)))
    throw cause
  }
}

/** The tar file inside, opened where it is under a passphrase. */
async function opening(
  source: AsyncIterable<Uint8Array>,
  passphrase: string | undefined,
): Promise<Result<AsyncIterable<Uint8Array>>> {
  const { head, whole } = await peek(source, 512)
  if (head.toString('latin1').startsWith(AGE_MAGIC)) {
    if (passphrase === undefined) {
      return refuse('backup/passphrase-needed', 'This backup is under a passphrase; give it with --passphrase-fd.')
    }
    const opened = await openStream(whole, passphrase)
    if (opened.ok) return opened
    return opened.code === 'age/passphrase'
      ? refuse('backup/passphrase-wrong', 'This passphrase does not open the backup; nothing was written.')
      : damaged(opened.message)
  }
  if (head.subarray(257, 262).toString('latin1') === TAR_TYPE) return ok(whole)
  return refuse('backup/foreign', 'This is no backup that countersign made.')
}

async function peek(source: AsyncIterable<Uint8Array>, length: number) {
  const iterator = source[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  let done = false
  while (head.length < length && !done) {
    const next = await iterator.next()
    if (next.done === true) done = true
    else head = Buffer.concat([head, next.value])
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      if (head.length > 0) yield head
      while (!done) {
        const next = await iterator.next()
        if (next.done === true) return
        yield next.value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return { head, whole: whole() }
}

/** What the backup is, or holds, ends the reading. */
class Unfit extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/** The one who was handed a file could not keep it. */
class NotKept extends Error {}

class Reading {
  private readonly means: ReadMeans
  private readonly lines = createHash('sha256')
  private header: BackupHeader | undefined
  private files = 0
  private bytes = 0
  private manifest: string | undefined

  constructor(means: ReadMeans) {
    this.means = means
  }

  async take({ name, size, type }: Header, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    if (this.header === undefined) {
      this.header = await readHeader(name, size, chunks)
      return
    }
    if (this.manifest !== undefined) throw hostile(`goes on with “${shown(name)}” after its manifest`)
    if (name === MANIFEST_NAME && type === 'file') {
      const hash = createHash('sha256')
      for await (const chunk of chunks) hash.update(chunk)
      this.manifest = hash.digest('hex')
      return
    }
    if (type !== 'file') throw hostile(`holds “${shown(name)}”, which is no file but a ${type}`)
    if (!isBackupPath(name) || name === HEADER_NAME) throw hostile(`holds a file of the name “${shown(name)}”`)
    if (size > LIMITS.backupFileBytes) throw hostile(`holds a file of ${size} bytes, “${shown(name)}”`)
    if (this.files >= LIMITS.backupFiles) throw hostile(`holds more than ${LIMITS.backupFiles} files`)
    const hash = createHash('sha256')
    let read = 0
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        hash.update(chunk)
        read += chunk.length
        yield chunk
      }
    }
    const inner = guarded(watched())
    try {
      await this.means.file(name, size, inner.chunks)
    } catch (cause) {
      // Reading failed, or keeping did.
      throw inner.failure() ?? new NotKept('not kept', { cause })
    }
    if (read !== size) throw new Error(`“${shown(name)}” ends early`)
    this.files++
    this.bytes += size
    this.lines.update(manifestLine(hash.digest('hex'), size, name))
  }

  end(): Result<ReadBackup> {
    const { header, files, bytes, manifest } = this
    if (header === undefined) return refuse('backup/foreign', 'This is no backup that countersign made.')
    if (manifest === undefined) return damaged('it ends before its manifest')
    if (this.lines.digest('hex') !== manifest) return damaged('its files are not those that its manifest lists')
    return ok({ header, files, bytes, manifest })
  }
}

/** Remembers whether it was the reading that failed. */
function guarded(source: AsyncIterable<Uint8Array>) {
  let failure: unknown
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      yield* source
    } catch (cause) {
      failure = cause
      throw cause
    }
  }
  return { chunks: chunks(), failure: () => failure }
}

async function readHeader(name: string, size: number, chunks: AsyncIterable<Uint8Array>): Promise<BackupHeader> {
  const foreign = new Unfit(refuse('backup/foreign', 'This is no backup that countersign made.'))
  if (name !== HEADER_NAME || size > LIMITS.backupHeaderBytes) throw foreign
  const gathered: Uint8Array[] = []
  for await (const chunk of chunks) gathered.push(chunk)
  let parsed: Partial<Record<keyof BackupHeader, unknown>>
  try {
    parsed = JSON.parse(fromUtf8(Buffer.concat(gathered)) ?? '')
  } catch {
    throw foreign
  }
  const { format, v, id, party, time } = parsed ?? {}
  if (format !== 'countersign-backup') throw foreign
  if (v !== 1) {
    const message = `This backup is of version ${shown(String(v))}, and this program reads version 1; use the one that made it.`
    throw new Unfit(refuse('backup/version', message))
  }
  const isTime = typeof time === 'string' && !Number.isNaN(Date.parse(time))
  if (
    typeof id !== 'string' ||
    !/^[0-9a-f-]{36}$/.test(id) ||
    typeof party !== 'string' ||
    !isPartyDomain(party) ||
    !isTime
  )
    throw foreign
  return { format, v, id, party, time }
}

function hostile(what: string): Unfit {
  return new Unfit(
    refuse('backup/hostile', `This backup ${what}; countersign never wrote it, and nothing of it was kept.`),
  )
}

function damaged(why: string): Refusal {
  return refuse('backup/damaged', `This backup is truncated or was altered (${why}); use another one.`)
}

/** A name that somebody else chose, safe to be shown. */
function shown(name: string): string {
  return name.slice(0, 80).replace(/[^\x20-\x7e]/g, '?')
}
