// The heads that our own log had on the way, kept beside it: `heads/<size>`, and their sizes in `heads/index`. Whoever
// is far behind takes the log in steps between them, also where nobody countersigned meanwhile (signed-heads.ts).

import { join } from 'node:path'
import { logFolder, type OwnLog } from '@countersign/ledger'
import { utf8 } from '@countersign/log'
import { LIMITS } from '../limits.ts'
import type { Surroundings } from '../surroundings.ts'

export class KeptHeads {
  private readonly log: OwnLog
  private readonly folder: string
  private readonly around: Surroundings
  private readonly entriesPerHead: number
  private newest: number
  private keeping: Promise<void> | undefined

  private constructor(log: OwnLog, folder: string, around: Surroundings, newest: number, entriesPerHead: number) {
    this.log = log
    this.folder = folder
    this.around = around
    this.newest = newest
    this.entriesPerHead = entriesPerHead
  }

  static async open(
    dir: string,
    log: OwnLog,
    around: Surroundings,
    entriesPerHead: number = LIMITS.entriesPerHead,
  ): Promise<KeptHeads> {
    const folder = join(logFolder(dir, log.origin), 'heads')
    const index = new TextDecoder().decode((await around.disk.read(join(folder, 'index'))) ?? new Uint8Array())
    const sizes = index.split('\n').map(Number).filter(Number.isSafeInteger)
    return new KeptHeads(log, folder, around, Math.max(0, ...sizes.slice(-2)), entriesPerHead)
  }

  /** Keeps the head that the log has now, where it has grown by enough since the last. */
  look(): void {
    const { size, checkpoint } = this.log
    if (checkpoint === undefined || size - this.newest < this.entriesPerHead || this.keeping !== undefined) return
    this.keeping = this.keep(size, checkpoint)
      .catch((cause: unknown) => this.around.report('error', 'head-not-kept', { message: String(cause) }))
      .finally(() => {
        this.keeping = undefined
      })
  }

  async settled(): Promise<void> {
    await this.keeping
  }

  private async keep(size: number, note: Uint8Array): Promise<void> {
    const { disk } = this.around
    await disk.makeFolder(this.folder, true)
    await disk.replace(join(this.folder, String(size)), note, true)
    await disk.append(join(this.folder, 'index'), utf8(`${size}\n`))
    this.newest = size
  }
}
