// Private keys at rest, of a node or of a witness. Without a passphrase each stands in a file of its own under DIR/private/keys,
// readable by its owner alone. Under one, all of them stand in one file there, `protected.age`: a passphrase file of age
// (scrypt), which any age program opens; what it holds is JSON, name and text of each key file. Where that file stands it
// alone counts. It is replaced at once or not at all, so that no failure leaves the keys half in one form; files in the
// clear beside it are what such a failure left. The passphrase itself is kept nowhere on disk. Whoever changes how keys
// are kept holds the lock of the folder.

import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { ok, type Result, refuse, utf8 } from '@countersign/log'
import { LIMITS } from './limits.ts'
import { openWithPassphrase, sealWithPassphrase } from './passphrase-file.ts'

/** Of a key file: `log.json`, or `<set>/log.json`. */
const NAME = /^(?:[a-z0-9][a-z0-9-]{0,63}\/)?[a-z0-9][a-z0-9-]{0,63}\.json$/
const PROTECTED = 'protected.age'

/** Whether the keys in `dir` are under a passphrase. */
export function keysAreProtected(dir: string): boolean {
  return existsSync(join(keyFolder(dir), PROTECTED))
}

/** Wipes keys in the clear that a run left beside protected ones when it ended half-way. */
export function wipeUnprotectedKeys(dir: string): void {
  const folder = keyFolder(dir)
  if (keysAreProtected(dir)) wipe(folder, plainFiles(folder).keys())
}

export class KeyStore {
  private readonly folder: string
  private files: ReadonlyMap<string, string>
  private passphrase: string | undefined

  private constructor(folder: string, files: ReadonlyMap<string, string>, passphrase: string | undefined) {
    this.folder = folder
    this.files = files
    this.passphrase = passphrase
  }

  /** Of a node whose keys were handed in: nothing stands in it, and nothing can be added. */
  static nowhere(): KeyStore {
    return new KeyStore('', new Map(), undefined)
  }

  /**
   * An empty store in a node that has none yet; what is added to it is under the passphrase from the beginning. Throws
   * where there are keys.
   */
  static create(dir: string, passphrase: string | undefined): KeyStore {
    const folder = keyFolder(dir)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    if (readdirSync(folder).length > 0) throw new Error(`There are keys in ${folder} already.`)
    return new KeyStore(folder, new Map(), passphrase)
  }

  /** Refuses `keys/passphrase-needed`, `keys/passphrase-wrong` and `keys/damaged`; nothing is changed then. */
  static async open(dir: string, passphrase: string | undefined): Promise<Result<KeyStore>> {
    const folder = keyFolder(dir)
    if (!keysAreProtected(dir)) return ok(new KeyStore(folder, plainFiles(folder), undefined))
    if (passphrase === undefined) {
      return refuse(
        'keys/passphrase-needed',
        `The keys in ${dir} are under a passphrase; give it with --passphrase-fd, or as the systemd credential countersign-passphrase.`,
      )
    }
    const opened = await openWithPassphrase(readFileSync(join(folder, PROTECTED)), passphrase)
    if (!opened.ok && opened.code === 'age/passphrase') {
      return refuse('keys/passphrase-wrong', `This passphrase does not open the keys in ${dir}; nothing was changed.`)
    }
    const files = opened.ok ? parse(opened.value) : undefined
    if (files === undefined) {
      return refuse('keys/damaged', `The keys in ${dir} are damaged; restore ${join(folder, PROTECTED)} from a backup.`)
    }
    return ok(new KeyStore(folder, files, passphrase))
  }

  get isProtected(): boolean {
    return this.passphrase !== undefined
  }

  names(): string[] {
    return [...this.files.keys()].sort()
  }

  read(name: string): string | undefined {
    return this.files.get(name)
  }

  /** Durable once it resolves. Throws where one of the names is taken, so that no key is ever overwritten. */
  async add(added: Readonly<Record<string, string>>): Promise<void> {
    for (const name of Object.keys(added)) {
      if (!NAME.test(name)) throw new Error(`“${name}” is no name of a key file.`)
      if (this.files.has(name)) throw new Error(`There is a key file ${name} already.`)
    }
    const files = new Map([...this.files, ...Object.entries(added)])
    if (this.passphrase === undefined) writePlain(this.folder, Object.entries(added))
    else await this.writeProtected(files, this.passphrase)
    this.files = files
  }

  /** Puts all keys under the passphrase, whatever they were under before. */
  async protect(passphrase: string): Promise<void> {
    await this.writeProtected(this.files, passphrase)
    wipe(this.folder, plainFiles(this.folder).keys())
    this.passphrase = passphrase
  }

  /** Puts all keys in the clear. */
  unprotect(): void {
    writePlain(this.folder, this.files)
    unlinkSync(join(this.folder, PROTECTED))
    syncFolder(this.folder)
    this.passphrase = undefined
  }

  private async writeProtected(files: ReadonlyMap<string, string>, passphrase: string): Promise<void> {
    const text = `${JSON.stringify({ v: 1, files: Object.fromEntries(files) })}\n`
    const sealed = await sealWithPassphrase(utf8(text), passphrase)
    replace(join(this.folder, PROTECTED), sealed)
    syncFolder(this.folder)
  }
}

function keyFolder(dir: string): string {
  return join(dir, 'private', 'keys')
}

function plainFiles(folder: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(folder.length + 1)
    if (NAME.test(name)) files.set(name, readFileSync(path, 'utf8'))
  }
  return files
}

/** Each file whole or not at all; one that stands there with the same text is written again. */
function writePlain(folder: string, files: Iterable<[name: string, text: string]>): void {
  const folders = new Set([folder])
  for (const [name, text] of files) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    replace(path, utf8(text))
    folders.add(dirname(path))
  }
  for (const one of folders) syncFolder(one)
}

function replace(path: string, bytes: Uint8Array): void {
  writeFileSync(`${path}.new`, bytes, { mode: 0o600, flush: true })
  renameSync(`${path}.new`, path)
}

/** Overwritten, then removed. What a disk keeps of a file besides, no program can reach (docs/SOUNDNESS.md). */
function wipe(folder: string, names: Iterable<string>): void {
  const folders = new Set<string>()
  for (const name of names) {
    const path = join(folder, name)
    const { size } = statSync(path)
    const file = openSync(path, 'r+')
    try {
      writeSync(file, new Uint8Array(size), 0, size, 0)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    unlinkSync(path)
    folders.add(dirname(path))
  }
  for (const one of folders) syncFolder(one)
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function parse(bytes: Uint8Array): Map<string, string> | undefined {
  if (bytes.length > LIMITS.keysBytes) return undefined
  try {
    const { v, files }: { v?: unknown; files?: Record<string, unknown> } = JSON.parse(new TextDecoder().decode(bytes))
    if (v !== 1 || typeof files !== 'object') return undefined
    const parsed = new Map<string, string>()
    for (const [name, text] of Object.entries(files)) {
      if (!NAME.test(name) || typeof text !== 'string') return undefined
      parsed.set(name, text)
    }
    return parsed
  } catch {
    return undefined
  }
}
