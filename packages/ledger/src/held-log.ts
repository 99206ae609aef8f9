// A log that this process alone writes, as it is read: what our own log, one of ours that ended and a mirror have in
// common. What each of them lets into the log stands with it.

import type { Root } from '@countersign/log'
import type { LogFiles } from './log-files.ts'
import type { TiledLog } from './tiled-log.ts'

export abstract class HeldLog implements LogFiles {
  readonly origin: string
  protected readonly log: TiledLog
  private readonly release: () => void

  /** `release` lets other processes write it. */
  constructor(log: TiledLog, release: () => void) {
    this.origin = log.origin
    this.log = log
    this.release = release
  }

  get size(): number {
    return this.log.size
  }
  get root(): Root {
    return this.log.root
  }
  get checkpoint(): Uint8Array | undefined {
    return this.log.checkpoint
  }
  entry(index: number): Promise<Uint8Array> {
    return this.log.entry(index)
  }
  entries(from: number, to: number): AsyncIterable<Uint8Array> {
    return this.log.entries(from, to)
  }
  rootAt(size: number): Promise<Uint8Array> {
    return this.log.rootAt(size)
  }
  inclusionProof(index: number, size: number): Promise<Uint8Array[]> {
    return this.log.inclusionProof(index, size)
  }
  consistencyProof(oldSize: number, size: number): Promise<Uint8Array[]> {
    return this.log.consistencyProof(oldSize, size)
  }
  hasAddendum(sealed: string): Promise<boolean> {
    return this.log.hasAddendum(sealed)
  }
  readAddendum(sealed: string): Promise<Uint8Array | undefined> {
    return this.log.readAddendum(sealed)
  }
  putAddendum(bytes: Uint8Array): Promise<string> {
    return this.log.putAddendum(bytes)
  }
  removeAddendum(sealed: string): Promise<void> {
    return this.log.removeAddendum(sealed)
  }

  async close(): Promise<void> {
    try {
      await this.log.close()
    } finally {
      this.release()
    }
  }
}
