// A log that its author signed twice. From the moment it is found it is closed here: held as it is, served as it is, and
// countersigned no more, over every restart. What proves it is kept as one file that anyone verifies (spec/fork.md), or as
// both signed heads until somebody shows the entries it needs. A log that only went back is no fork, and is told as such.

import {
  commonSizeKept,
  type Disk,
  isShownForked,
  keepCommonSize,
  keepEvidence,
  keepForkFile,
  type LogFiles,
} from '@countersign/ledger'
import { type Card, keyName, makeForkEvidence, verifyForkEvidence } from '@countersign/record'
import { type Branch, heldPrefix } from './branches.ts'
import type { SignedHead } from './log-source.ts'

export interface Contradicting {
  origin: string
  /** Every card of its author that may have signed either. */
  cards: readonly Card[]
  /** `mirror/fork`, or another code of what is no proof of one. */
  code: string
  message: string
  held: Pick<LogFiles, 'size' | 'root' | 'checkpoint' | 'rootAt' | 'consistencyProof'>
  served: SignedHead
  /** What reading the other log gave. */
  branch: Branch | undefined
}

export class Forks {
  private readonly at: { disk: Disk; dir: string }
  private readonly closed = new Set<string>()
  /** Those of which the file is kept, as far as this run knows. */
  private readonly proven = new Set<string>()

  constructor(at: { disk: Disk; dir: string }) {
    this.at = at
  }

  /** Looks whether an earlier run found that the log forked. Gives how many entries both branches have, where known. */
  async recall(origin: string): Promise<number | undefined> {
    if (await isShownForked(this.at, origin)) this.closed.add(origin)
    return this.isClosed(origin) ? commonSizeKept(this.at, origin) : undefined
  }

  isClosed(origin: string): boolean {
    return this.closed.has(origin)
  }

  /** Keeps what shows it, durably. Gives the sentence that an alarm says. */
  async keep(found: Contradicting): Promise<string> {
    const { origin, code, message, held, served } = found
    const isFork = code === 'mirror/fork'
    if (isFork) this.closed.add(origin)
    try {
      if (found.branch !== undefined) await keepCommonSize(this.at, origin, found.branch.common)
      const path = isFork ? await this.keepFile(found) : undefined
      if (path !== undefined) {
        return `${message} The proof is one file, ${path}: anyone verifies it with countersign verify. Nothing more of this log is countersigned here.`
      }
      const name = `${code.split('/').at(-1)}-${held.size}`
      await keepEvidence(this.at, origin, name, { held: held.checkpoint, served: served.note })
      return isFork
        ? `${message} Both signed heads are kept under evidence/; the one file that proves it is made as soon as somebody shows the entries of the other log. Nothing more of this log is countersigned here.`
        : message
    } catch (cause) {
      // A full disk does not keep a contradiction from being told; it is kept when it is served again.
      return `${message} It could not be kept as evidence yet (${String(cause)}).`
    }
  }

  /**
   * Takes the proof that a peer shows of a log of the party whose accepted cards these are; by the log keys of `givenUp`
   * nothing of this log is believed. Gives the sentence that an alarm says; undefined where it proves nothing of this log.
   */
  async adopt(
    origin: string,
    cards: readonly Card[],
    givenUp: readonly Card[],
    file: Uint8Array,
  ): Promise<string | undefined> {
    const fork = verifyForkEvidence(file)
    if (!fork.ok || fork.value.origin !== origin) return undefined
    const roots = new Set(cards.map(({ rootDigest }) => rootDigest))
    if (!fork.value.cards.every(({ party, rootDigest }) => party === cards[0]?.party && roots.has(rootDigest)))
      return undefined
    const keys = new Set(givenUp.map((card) => keyName(card.keys.log)))
    if (fork.value.cards.some((card) => keys.has(keyName(card.keys.log)))) return undefined
    this.closed.add(origin)
    const path = await keepForkFile(this.at, origin, file)
    this.proven.add(origin)
    const [{ size: one }, { size: other }] = fork.value.heads
    // The two parted somewhere below the smaller; where, the file alone does not say.
    await keepCommonSize(this.at, origin, Math.max(0, one - 1))
    return `The author signed two different logs, of ${one} and of ${other} entries. The proof is one file, ${path}: anyone verifies it with countersign verify. Nothing more of this log is countersigned here.`
  }

  isProven(origin: string): boolean {
    return this.proven.has(origin)
  }

  /** The log may grow while its proof is made: it is made of one of its heads, or tried again of the next. */
  private async keepFile(found: Contradicting): Promise<string | undefined> {
    const { origin, cards, held, served, branch } = found
    for (let tries = 0; tries < 5; tries++) {
      const note = held.checkpoint
      if (note === undefined) return undefined
      const prefix = served.size < held.size ? await heldPrefix(served, held) : branch?.prefix
      const file = makeForkEvidence({
        ...{ origin, cards, notes: [note, served.note] },
        ...(prefix === undefined ? {} : { prefix }),
      })
      if (!file.ok) continue
      const path = await keepForkFile(this.at, origin, file.value)
      this.proven.add(origin)
      return path
    }
    return undefined
  }
}
