// The sealed files beside one log, each under its own hash. One counts as held only once its bytes and its name are
// durable: that a file stands there is no proof of it, for an earlier run may have ended before the folder was synced.

import { join } from 'node:path'
import { sha256, toHex } from '@countersign/log'
import type { Disk } from './disk.ts'

export class Addenda {
  private readonly disk: Disk
  private readonly folder: string
  private readonly putting = new Map<string, Promise<void>>()
  /** Those whose keeping failed in this run: a later sync of the folder need not mend it. */
  private readonly doubtful = new Set<string>()
  private foundSynced: Promise<void> | undefined

  constructor(disk: Disk, folder: string) {
    this.disk = disk
    this.folder = join(folder, 'addenda')
  }

  /** Whether it is held durably. */
  async has(sealed: string): Promise<boolean> {
    const path = this.pathOf(sealed)
    for (let put = this.putting.get(sealed); put !== undefined; put = this.putting.get(sealed))
      await put.catch(() => {})
    if (this.doubtful.has(sealed) || !(await this.disk.exists(path))) return false
    this.foundSynced ??= this.disk.syncFolder(this.folder).catch((cause: unknown) => {
      this.foundSynced = undefined
      throw cause
    })
    await this.foundSynced
    return true
  }

  read(sealed: string): Promise<Uint8Array | undefined> {
    return this.disk.read(this.pathOf(sealed))
  }

  /** Gives the file's name, once it is held durably. */
  async put(bytes: Uint8Array): Promise<string> {
    const sealed = toHex(sha256(bytes))
    if (await this.has(sealed)) return sealed
    let put = this.putting.get(sealed)
    if (put === undefined) {
      put = this.keep(sealed, bytes)
      this.putting.set(sealed, put)
    }
    await put
    return sealed
  }

  /** Takes it away, with what an ended run left of it; durably once this resolves. */
  async remove(sealed: string): Promise<void> {
    await this.putting.get(sealed)?.catch(() => {})
    const path = this.pathOf(sealed)
    for (const at of [path, `${path}.new`]) if (await this.disk.exists(at)) await this.disk.remove(at)
    await this.disk.syncFolder(this.folder)
    this.doubtful.delete(sealed)
  }

  private async keep(sealed: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.disk.replace(this.pathOf(sealed), bytes, true)
      this.doubtful.delete(sealed)
    } catch (cause) {
      this.doubtful.add(sealed)
      throw cause
    } finally {
      this.putting.delete(sealed)
    }
  }

  private pathOf(sealed: string): string {
    if (!/^[0-9a-f]{64}$/.test(sealed)) throw new Error(`“${sealed}” names no sealed content.`)
    return join(this.folder, sealed)
  }
}
