// The files that shares are read from: those that are kept stand under DIR/private/held by the share's UUID, the others have
// no name any more, so that only this process reaches them and a crash leaves nothing of them.

import { join } from 'node:path'
import type { DiskFile } from '@countersign/ledger'
import { type Result, toHex } from '@countersign/log'
import type { EngineParts } from '../engine-parts.ts'
import { LIMITS } from '../limits.ts'
import { bytesOf } from './judgement.ts'
import { type Spooled, spool } from './spooled.ts'

/** Nameless files for as long as something is judged and said. */
export interface Scratch extends AsyncDisposable {
  open(): Promise<DiskFile>
}

export class PrivateCopies {
  private readonly parts: Pick<EngineParts, 'around' | 'identity'>
  private readonly folder: string
  private readonly heldBytes: () => number

  /** `heldBytes`: of all that is kept already. */
  constructor(parts: Pick<EngineParts, 'around' | 'identity'>, heldBytes: () => number) {
    this.parts = parts
    this.folder = join(parts.identity.dir, 'private', 'held')
    this.heldBytes = heldBytes
  }

  /** Forgets what is kept under other names than these. */
  async tidy(names: ReadonlySet<string>): Promise<void> {
    const { disk } = this.parts.around
    await disk.makeFolder(this.folder, true)
    for (const name of await disk.list(this.folder)) if (!names.has(name)) await this.remove(name)
  }

  /** Under a name that lasts, or without one. */
  async spool(input: AsyncIterable<Uint8Array>, name: string | undefined): Promise<Result<Spooled>> {
    if (name === undefined) return spool(input, await this.nameless(), LIMITS.shareBytes)
    const most = Math.min(LIMITS.shareBytes, LIMITS.heldShareBytes - this.heldBytes())
    const spooled = await spool(input, await this.open(name), most)
    if (!spooled.ok) await this.remove(name)
    return spooled
  }

  /** Has it last under that name; `isNamed` where it stands there already. */
  async keep(spooled: Spooled, name: string, isNamed: boolean): Promise<Result<undefined>> {
    if (isNamed) await spooled.file.datasync()
    else {
      const copy = await spool(bytesOf(spooled), await this.open(name), spooled.size)
      if (!copy.ok) return copy
      try {
        await copy.value.file.datasync()
      } finally {
        await copy.value.file.close()
      }
    }
    await this.parts.around.disk.syncFolder(this.folder)
    return { ok: true, value: undefined }
  }

  open(name: string): Promise<DiskFile> {
    return this.parts.around.disk.open(join(this.folder, name))
  }

  scratch(): Scratch {
    const files: DiskFile[] = []
    return {
      open: async () => {
        const file = await this.nameless()
        files.push(file)
        return file
      },
      [Symbol.asyncDispose]: async () => {
        for (const file of files) await file.close()
      },
    }
  }

  async remove(name: string): Promise<void> {
    const { disk } = this.parts.around
    const path = join(this.folder, name)
    if (await disk.exists(path)) await disk.remove(path)
  }

  private async nameless(): Promise<DiskFile> {
    const { disk, random } = this.parts.around
    const path = join(this.parts.identity.dir, 'private', 'spool', toHex(random(16)))
    const file = await disk.open(path)
    try {
      await disk.remove(path)
      return file
    } catch (cause) {
      await file.close()
      throw cause
    }
  }
}
