// Which partial tiles and bundles of one log are the current ones, and which may go. A width goes only some rounds of
// publishing after a larger width of the same tile was published, so that whoever reads by an earlier checkpoint still
// finds its own; the current width never goes, however long ago it was written. One of these is made for each opening,
// and told first of all that was written then.

import { dirname, join } from 'node:path'
import type { Disk } from './disk.ts'
import { LIMITS } from './limits.ts'

export class PartialTiles {
  private readonly disk: Disk
  private round = 0
  /** The width published last of each tile that is not full, by the folder of its widths. */
  private readonly current = new Map<string, string>()
  private replaced: string[] = []
  private readonly stale: { path: string; round: number }[] = []

  constructor(disk: Disk) {
    this.disk = disk
  }

  /** A tile or bundle was written under `path`; `full` with all that it will ever hold. */
  written(path: string, full: boolean): void {
    const widths = full ? `${path}.p` : dirname(path)
    const before = this.current.get(widths)
    if (before !== undefined && before !== path) this.replaced.push(before)
    if (full) this.current.delete(widths)
    else this.current.set(widths, path)
  }

  /** A checkpoint over all that was written is published. */
  async published(): Promise<void> {
    const round = ++this.round
    for (const path of this.replaced.splice(0)) this.stale.push({ path, round })
    for (let oldest = this.stale[0]; oldest !== undefined; oldest = this.stale[0]) {
      if (oldest.round + LIMITS.partialRoundsKept > round) return
      if (await this.disk.exists(oldest.path)) await this.disk.remove(oldest.path)
      this.stale.shift()
    }
  }

  /**
   * Removes from `folder` what is no current width. Those of an earlier run were not synced: a power cut may have left
   * them torn, and nobody is served what does not follow from the log.
   */
  async removeLeftovers(folder: string): Promise<void> {
    for (const name of await this.disk.list(folder)) {
      if (!name.endsWith('.p')) continue
      const widths = join(folder, name)
      for (const width of await this.disk.list(widths)) {
        const path = join(widths, width)
        if (this.current.get(widths) !== path) await this.disk.remove(path)
      }
    }
  }
}
