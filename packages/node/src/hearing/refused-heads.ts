// A head of a peer's log that the mirror refused: whether its author contradicts what it signed before, which is told once
// and kept as evidence, or only the source serves garbage, of which nobody is accused.

import type { Mirror } from '@countersign/ledger'
import { toHex } from '@countersign/log'
import { type Branch, contradictingBranch, readBranch } from './branches.ts'
import type { Head, LogSource, SignedHead } from './log-source.ts'
import { PeerUnreachable } from './peer-requests.ts'

export interface Contradicted {
  mirror: Mirror
  /** The author's log contradicts what it signed before; `served` is the note that does. */
  onContradiction(code: string, message: string, served: SignedHead, branch: Branch | undefined): Promise<void>
  /** How much of this log one that succeeds it pins; undefined while none is known. */
  pinnedSize(): Promise<number | undefined>
}

export class RefusedHeads {
  /** How many were told. */
  count = 0
  private readonly options: Contradicted
  /** The size of the older head that the author last served. */
  private rewoundTo: number | undefined
  /** Root of the last head whose entries did not lead to it, hex. */
  private examined = ''

  constructor(options: Contradicted) {
    this.options = options
  }

  /** Tells a contradiction of the author from the garbage of a source. Throws PeerUnreachable in any case. */
  async refuse(
    { source, isAuthor }: { source: LogSource; isAuthor: boolean },
    served: SignedHead,
    { code, message }: { code: string; message: string },
  ): Promise<never> {
    const { mirror } = this.options
    const root = toHex(served.root)
    if (code === 'mirror/rewind') {
      // An author restored from a backup, or one that goes on in a log which succeeds this one.
      if (!(await this.isGivenUp(served))) await this.tell(code, message, served, undefined)
    } else if (code === 'mirror/fork') {
      const branch = this.examined === root ? undefined : await this.examine(source, served)
      await this.tell(code, message, served, branch)
    } else if (code !== 'mirror/root') {
      if (code !== 'mirror/entries') await this.tell(code, message, served, undefined)
    } else if (this.examined !== root) {
      // Only the whole log tells whether its author signed another beginning than ours. One head is examined once.
      const branch = await readBranch(source, served, mirror)
      // Nobody is accused of what became of the bytes on their way.
      if (branch === 'follows') throw new PeerUnreachable(`${source.requests.party}: ${message}`)
      // What was carried here may have been damaged on the way, and its author will still show the whole.
      if (source.carried === undefined) this.examined = root
      const what = `The author signed two different logs: one of ${served.size} entries, and the one of ${mirror.size} held here.`
      if (branch !== undefined) await this.tell('mirror/fork', what, served, branch)
      else if (isAuthor) await this.tell(code, message, served, undefined)
    }
    throw new PeerUnreachable(`${source.requests.party}: ${message}`)
  }

  private tell(...told: Parameters<Contradicted['onContradiction']>): Promise<void> {
    this.count++
    return this.options.onContradiction(...told)
  }

  /** Where both branches part, as far as the source shows it: the heads alone prove that they do. */
  private async examine(source: LogSource, served: SignedHead): Promise<Branch | undefined> {
    const branch = await contradictingBranch(source, served, this.options.mirror)
    if (branch !== undefined) this.examined = toHex(served.root)
    return branch
  }

  /** Whether its author has opened a log that pins no more of this one than it serves; asked for a second time. */
  private async isGivenUp({ size }: Head): Promise<boolean> {
    const isSecond = this.rewoundTo === size
    this.rewoundTo = size
    const pinned = await this.options.pinnedSize()
    return (pinned !== undefined && size >= pinned) || !isSecond
  }
}
