// Our copy of a peer's log. It only ever grows by entries that lead to the root its author signed; a checkpoint that
// rewinds or does not follow leaves it as it was. Whether that contradicts its author, or is garbage of whoever served
// it, the caller finds out (`mirror/fork` is proven), and keeps the notes as evidence.

import { equalBytes, type KeyPair, MAX_ENTRY_BYTES, ok, type Result, refuse, verifyCheckpoint } from '@countersign/log'
import type { Disk } from './disk.ts'
import { HeldLog } from './held-log.ts'
import { newestNote, type Random } from './journal.ts'
import type { LogFiles } from './log-files.ts'
import type { LogStopped } from './log-stopped.ts'
import { machineRandom } from './node-disk.ts'
import { journalFolder, mirrorFolder } from './paths.ts'
import { TiledLog } from './tiled-log.ts'

export interface Mirror extends LogFiles {
  /** Set once a write or a sync failed: it is not written any more until it was closed and opened anew. */
  readonly stopped: LogStopped | undefined
  /**
   * Adds `entries`, all from our size on, up to the size of the author's checkpoint `note`. Durable once it resolves.
   * Refuses `mirror/rewind`, `mirror/fork`, `mirror/root`, `mirror/entries`, and what `verifyCheckpoint` refuses.
   */
  extend(entries: readonly Uint8Array[], note: Uint8Array): Promise<Result<undefined>>
  close(): Promise<void>
}

export interface MirrorOptions {
  disk: Disk
  dir: string
  origin: string
  /** The `log` keys of the author's card. */
  keys: KeyPair
  /** Where it is not the machine’s own. */
  random?: Random
}

/**
 * The newest head of a mirror that is durable, while the mirror is not open; undefined where there is none. What is
 * published is not synced: a power cut may have left less of it, or nothing.
 */
export function durableHead(disk: Disk, dir: string, origin: string): Promise<Uint8Array | undefined> {
  return newestNote(disk, journalFolder(dir, origin))
}

/** Opens or begins the mirror of a log. Refuses `ledger/locked` and `ledger/damaged`. */
export async function openMirror(options: MirrorOptions): Promise<Result<Mirror>> {
  const { disk, dir, origin, random = machineRandom } = options
  const place = { folder: mirrorFolder(dir, origin), journal: journalFolder(dir, origin), origin, random }
  await disk.makeFolder(place.journal, true)
  const release = disk.lock(`${place.journal}.lock`)
  if (release === undefined) {
    return refuse('ledger/locked', `Another process writes the mirrors in ${dir}; end it first, or use another folder.`)
  }
  let log: TiledLog | undefined
  try {
    const opened = await TiledLog.openOrBegin(disk, place)
    if (!opened.ok) return opened
    log = opened.value
  } finally {
    if (log === undefined) release()
  }
  return ok(new HeldMirror(log, options, release))
}

class HeldMirror extends HeldLog implements Mirror {
  private readonly names: Parameters<typeof verifyCheckpoint>[1]

  constructor(log: TiledLog, { origin, keys }: MirrorOptions, release: () => void) {
    super(log, release)
    this.names = { origin, ed25519PublicKey: keys.ed25519, mldsa44PublicKey: keys.mldsa44 }
  }

  get stopped(): LogStopped | undefined {
    return this.log.stopped
  }

  async extend(entries: readonly Uint8Array[], note: Uint8Array): Promise<Result<undefined>> {
    const { log } = this
    const head = verifyCheckpoint(note, this.names)
    if (!head.ok) return head
    const { size, root } = head.value
    if (size < log.size) {
      const follows = equalBytes(await log.rootAt(size), root)
      return follows
        ? refuse('mirror/rewind', `The author serves a log of ${size} entries; it signed ${log.size} before.`)
        : refuse('mirror/fork', `The author signed two different logs of ${size} entries.`)
    }
    if (entries.length !== size - log.size || entries.some((entry) => entry.length > MAX_ENTRY_BYTES)) {
      return refuse('mirror/entries', `The checkpoint covers ${size} entries; not as many were served.`)
    }
    const extension = log.extended(entries)
    if (!equalBytes(extension.tree.root(), root)) {
      return entries.length === 0
        ? refuse('mirror/fork', `The author signed two different logs of ${size} entries.`)
        : refuse('mirror/root', 'The entries served do not lead to the root the author signed.')
    }
    if (entries.length > 0) await log.commit(extension, note)
    return ok(undefined)
  }
}
