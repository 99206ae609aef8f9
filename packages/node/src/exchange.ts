// What peers show of each other's logs. A party that shows two faces shows each to somebody: each peer says in `seen` which
// heads it was shown, names them in its receipts, and serves its mirror to the readers of the channel. Whatever differs from
// what is held here is followed to the mirror behind it, where the author's own signature stands; and a log that only
// others know of is heard. Nothing is believed of a peer's word alone: it is told where its mirror does not bear it out.

import type { LogFiles } from '@countersign/ledger'
import { equalBytes, fromHex } from '@countersign/log'
import { type Card, parseOrigin, type Statement } from '@countersign/record'
import { type Branch, readBranch } from './branches.ts'
import { LIMITS } from './limits.ts'
import { type LogSource, type SignedHead, signedHeadOf } from './log-source.ts'
import { PeerUnreachable } from './peer-requests.ts'

export interface ExchangeMeans {
  us: string
  parties: readonly string[]
  /** A log as it is held here, ours or a mirror. */
  log(origin: string): LogFiles | undefined
  /** By whose key a log is signed; undefined where its party's card is not trusted here. */
  authorOf(origin: string): Card | undefined
  /** Where `by` serves its mirror of a log. */
  mirrorAt(by: string, origin: string): LogSource | undefined
  /** Hears a log, as `by` shows it where its author does not. */
  hear(origin: string, author: Card, shownBy: LogSource): Promise<void>
  /** More of a log is known to be elsewhere: its next round should look there. */
  wake(origin: string): void
  onFork(origin: string, by: string, served: SignedHead, branch: Branch | undefined): Promise<void>
  /** Our key signed a log that is not in this folder. */
  onUnknownOwn(origin: string, by: string): void
  onUnbacked(by: string, message: string): void
  /** There are claims to be looked into: a round is due. */
  onClaims(): void
}

interface Claim {
  by: string
  origin: string
  size: number
  /** Undefined where only the size is known, as of a receipt that was not fetched yet. */
  root: string | undefined
}

export class Exchange {
  private readonly means: ExchangeMeans
  /** By log and peer the largest size that the peer is known to hold. */
  private readonly elsewhere = new Map<string, Map<string, number>>()
  /** Claims that could not be looked into yet, as when their peer was not reachable. */
  private readonly open: Claim[] = []

  constructor(means: ExchangeMeans) {
    this.means = means
  }

  /** A statement in a log of `by`, whoever it says it is from. */
  said(by: string, statement: Statement): void {
    for (const { origin, size, root } of statement.seen.logs) this.note({ by, origin, size, root })
    const { predecessor } = statement.body as { predecessor?: { origin: string; size: number; root: string } | null }
    if (statement.type === 'log/open' && predecessor != null) this.note({ by, ...predecessor })
    if (this.open.length > 0) this.means.onClaims()
  }

  /** A receipt of `by` over more of a log than is held here. */
  holds(by: string, origin: string, size: number): void {
    this.note({ by, origin, size, root: undefined })
    this.means.onClaims()
  }

  /** Who is known to hold more of a log than `size`. */
  aheadOf(origin: string, size: number): LogSource[] {
    return [...(this.elsewhere.get(origin) ?? [])].flatMap(([by, held]) =>
      held > size ? (this.means.mirrorAt(by, origin) ?? []) : [],
    )
  }

  /** Looks into what was claimed. Rejects where some of it must be looked into again. */
  async round(): Promise<void> {
    const claims = this.open.splice(0)
    let failure: unknown
    for (const claim of claims) {
      try {
        await this.lookInto(claim)
      } catch (cause) {
        if (!(cause instanceof PeerUnreachable)) throw cause
        failure ??= cause
        this.note(claim)
      }
    }
    if (failure !== undefined) throw failure
  }

  private note(claim: Claim): void {
    const parsed = parseOrigin(claim.origin)
    if (!parsed.ok || !this.means.parties.includes(parsed.value.party) || claim.by === this.means.us) return
    // One open claim of each peer on each log is enough: the newest, which its mirror must bear out too.
    const at = this.open.findIndex(({ by, origin }) => by === claim.by && origin === claim.origin)
    if (at >= 0) this.open[at] = claim
    else if (this.open.length < LIMITS.claimsOpen) this.open.push(claim)
  }

  private async lookInto(claim: Claim): Promise<void> {
    const { means } = this
    const { by, origin, size, root } = claim
    const log = means.log(origin)
    const author = means.authorOf(origin)
    const isAuthor = origin.startsWith(`${by}/`)
    if (author === undefined) return
    const source = means.mirrorAt(by, origin)
    if (log === undefined) {
      if (source === undefined) return
      if (author.party === means.us) {
        if (!isAuthor && (await signedHeadOf(source, origin, author)) !== undefined) means.onUnknownOwn(origin, by)
      } else await means.hear(origin, author, source)
      return
    }
    if (isAuthor) return
    if (size > log.size) {
      const known = this.elsewhere.get(origin) ?? new Map<string, number>()
      known.set(by, Math.max(size, known.get(by) ?? 0))
      this.elsewhere.set(origin, known)
      means.wake(origin)
      return
    }
    if (root === undefined || equalBytes(await log.rootAt(size), fromHex(root) ?? new Uint8Array())) return
    if (source !== undefined) await this.compare(claim, source, author, log)
  }

  /** What a peer says it had seen contradicts what is held: the head behind it tells which of the two lies. */
  private async compare({ by, origin, size }: Claim, source: LogSource, author: Card, log: LogFiles): Promise<void> {
    const head = await signedHeadOf(source, origin, author)
    const differs = head !== undefined && head.size <= log.size && !equalBytes(await log.rootAt(head.size), head.root)
    const read = head === undefined ? undefined : await readBranch(source, head, log)
    const branch = read === 'follows' ? undefined : read
    if (head !== undefined && (branch !== undefined || differs)) await this.means.onFork(origin, by, head, branch)
    else {
      const message = `${by} says it had seen another log of ${size} entries under the name ${origin} than is held here, and shows no head of its author that bears it out.`
      this.means.onUnbacked(by, message)
    }
  }
}
