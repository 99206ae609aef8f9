// Writes what is durable of one log into its published folder, round by round: bundles and tiles first, the checkpoint
// over them last. Several commits in a row are one round. Nothing here makes an entry durable: the journal did that, and
// it lets go of what stands here in full bundles and tiles once these are synced.

import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { encodeEntryBundle, entryBundlePath, formatNote, parseNote, TILE_WIDTH, tilePath } from '@countersign/log'
import type { Disk } from './disk.ts'
import type { HeldTree } from './held-tree.ts'
import type { Journal } from './journal.ts'
import { PartialTiles } from './partial-tiles.ts'

export interface Published {
  disk: Disk
  folder: string
  tree: HeldTree
  journal: Journal
  /** A write or a sync failed: nothing more is published. */
  onFailure(cause: unknown): void
}

export class Publisher {
  private readonly of: Published
  /** The checkpoint over all that the tree holds. */
  private note: Uint8Array | undefined
  private running: Promise<void> | undefined
  private isHalted = false
  private publishedSize = 0
  private carried: { size: number; lines: readonly string[]; published: boolean } | undefined
  /** Full bundles and tiles that were written and not synced, with the CRC-32 of each. */
  private unsynced: { path: string; checksum: number }[] = []
  private readonly partials: PartialTiles
  private readonly folders = new Set<string>()
  private readonly listeners = new Set<() => void>()

  constructor(of: Published) {
    this.of = of
    this.partials = new PartialTiles(of.disk)
  }

  /** Told after each round. */
  onPublished(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Publishes, by and by, all that the tree holds, under the checkpoint `note` over it. */
  show(note: Uint8Array): void {
    this.note = note
    this.wake()
  }

  /**
   * The first round after an opening, before anything is shown: writes again what an earlier run may have left torn, and
   * takes away what it left over.
   */
  async showAfresh(note: Uint8Array): Promise<void> {
    this.note = note
    await this.round(true)
    await this.removeLeftovers()
  }

  /** Lines of others for the checkpoint of that size are published with it while no later one stands there. */
  carry(size: number, lines: readonly string[]): void {
    if (size !== this.of.tree.size) return
    this.carried = { size, lines, published: false }
    this.wake()
  }

  /** Begins no further round. */
  halt(): void {
    this.isHalted = true
  }

  /** Resolves once nothing is being published, and nothing waits to be. */
  async rested(): Promise<void> {
    while (this.running !== undefined) await this.running
  }

  private wake(): void {
    if (this.running !== undefined || this.isHalted) return
    this.running = this.round(false)
      .catch((cause: unknown) => {
        this.of.onFailure(cause)
      })
      .finally(() => {
        this.running = undefined
        if (this.of.tree.size > this.publishedSize || this.carried?.published === false) this.wake()
      })
  }

  private async round(afresh: boolean): Promise<void> {
    const { disk, folder, tree, journal } = this.of
    const { note } = this
    const { size } = tree
    if (note === undefined) return
    // Counted at this moment: entries that become durable meanwhile wait for the next round.
    const heights = tree.heights()
    for (let first = tree.firstInMemory; first < size; first += TILE_WIDTH) {
      const width = Math.min(TILE_WIDTH, size - first)
      if (!afresh && first + width <= this.publishedSize) continue
      await this.put(entryBundlePath(first / TILE_WIDTH, width), encodeEntryBundle(tree.newest(first, width)), width)
    }
    let published = this.publishedSize
    for (const [level, height] of heights.entries()) {
      for (let first = tree.firstHashInMemory(level); first < height; first += TILE_WIDTH) {
        const width = Math.min(TILE_WIDTH, height - first)
        if (!afresh && first + width <= published) continue
        await this.put(tilePath(level, first / TILE_WIDTH, width), tree.newestTile(level, first, width), width)
      }
      published = Math.floor(published / TILE_WIDTH)
    }
    const carried = this.carried?.size === size ? this.carried : undefined
    if (carried === undefined) this.carried = undefined
    else carried.published = true
    const shown = carried === undefined ? note : withLines(note, carried.lines)
    await disk.replace(join(folder, 'checkpoint'), shown, false)
    this.publishedSize = size
    tree.forgetWritten(heights, size)
    await this.partials.published()
    for (const listener of this.listeners) listener()
    if (journal.hasOlder) await this.syncFull()
  }

  /** A bundle or tile of `width` entries or hashes. */
  private async put(path: string, bytes: Uint8Array, width: number): Promise<void> {
    const whole = join(this.of.folder, path)
    const full = width === TILE_WIDTH
    await this.makeFolderOf(whole)
    await this.of.disk.replace(whole, bytes, false)
    if (full) this.unsynced.push({ path: whole, checksum: crc32(bytes) })
    this.partials.written(whole, full)
  }

  private async makeFolderOf(path: string): Promise<void> {
    const folder = dirname(path)
    if (this.folders.has(folder)) return
    // Partial tiles are never relied on after a power cut, and so neither are their folders.
    await this.of.disk.makeFolder(folder, !folder.endsWith('.p'))
    this.folders.add(folder)
  }

  /** In the folders at the growing end of each level of tiles, and of the bundles. */
  private async removeLeftovers(): Promise<void> {
    const { folder, tree } = this.of
    const ends = tree.heights().map((height, level) => ({ height, path: (index: number) => tilePath(level, index) }))
    ends.push({ height: tree.size, path: (index) => entryBundlePath(index) })
    for (const { height, path } of ends) {
      const index = Math.floor(height / TILE_WIDTH)
      const folders = [index, Math.max(0, index - 1)].map((one) => dirname(join(folder, path(one))))
      for (const one of new Set(folders)) await this.partials.removeLeftovers(one)
    }
  }

  private async syncFull(): Promise<void> {
    const { disk, tree, journal } = this.of
    const files = this.unsynced.splice(0)
    const folders = new Set<string>()
    for (const { path, checksum } of files) {
      await disk.syncFile(path)
      // A write that failed in the background is reported to whoever syncs, or forgotten together with the pages that
      // were to be written: then the file reads back as the disk has it.
      const bytes = await disk.read(path)
      if (bytes === undefined || crc32(bytes) !== checksum) throw new Error(`${path} is not what was written into it`)
      folders.add(dirname(path))
    }
    for (const folder of folders) await disk.syncFolder(folder)
    await journal.forget(tree.firstInMemory)
  }
}

function withLines(note: Uint8Array, lines: readonly string[]): Uint8Array {
  const parsed = parseNote(note)
  if (!parsed.ok) throw new Error(`Our own checkpoint is no note: ${parsed.message}`)
  const { text, signatures } = parsed.value
  return formatNote(text, [...signatures.map(({ line }) => line), ...lines])
}
