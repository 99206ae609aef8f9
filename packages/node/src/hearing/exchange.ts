// What peers show of each other's logs. A party that shows two faces shows each to somebody: each peer says in `seen` which
// heads it was shown, names them in its receipts, and serves its mirror to the readers of the channel. Whatever differs from
// what is held here is followed to the mirror behind it, where the author's own signature stands; and a log that only
// others know of is heard. Nothing is believed of a peer's word alone: it is told where its mirror does not bear it out,
// looked at several times, for what comes from there may have been harmed on its way. Each peer has a queue and
// rounds of its own: one that names much and answers nothing, or slowly, holds up no other.

import type { LogFiles } from '@countersign/ledger'
import { equalBytes, fromHex } from '@countersign/log'
import { type Card, parseOrigin, type Statement, typeNamed } from '@countersign/record'
import { LIMITS } from '../limits.ts'
import { type Branch, readBranch } from './branches.ts'
import { type LogSource, type SignedHead, signedHeadOf } from './log-source.ts'
import { PeerUnreachable } from './peer-requests.ts'

export interface ExchangeMeans {
  us: string
  parties: readonly string[]
  /** A log as it is held here, ours or a mirror. */
  log(origin: string): LogFiles | undefined
  /** By whose key a log is signed; undefined where its party's card is not trusted here. */
  authorOf(origin: string): Card | undefined
  /** Cards of a log's party by which it may have shown others a face: another of its keys may have signed that. */
  cardsOf(origin: string): Promise<readonly Card[]>
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
  /** There are claims of a peer to be looked into: a round with it is due. */
  onClaims(by: string): void
}

interface Claim {
  by: string
  origin: string
  size: number
  /** Undefined where only the size is known, as of a receipt that was not fetched yet. */
  root: string | undefined
  /** How often its peer's mirror did not bear it out. */
  looks?: number
}

export class Exchange {
  private readonly means: ExchangeMeans
  /** By log and peer the largest size that the peer is known to hold. */
  private readonly elsewhere = new Map<string, Map<string, number>>()
  /** By peer and log what is not looked into yet, or must be looked into again, as when the peer was not reachable. */
  private readonly open = new Map<string, Map<string, Claim>>()

  constructor(means: ExchangeMeans) {
    this.means = means
  }

  /** A statement in a log of `by`, whoever it says it is from. */
  said(by: string, statement: Statement): void {
    for (const { origin, size, root } of statement.seen.logs) this.note({ by, origin, size, root })
    const predecessor = predecessorOf(statement)
    if (predecessor != null) this.note({ by, ...predecessor })
    if (this.open.has(by)) this.means.onClaims(by)
  }

  /** A receipt of `by` over more of a log than is held here. */
  holds(by: string, origin: string, size: number): void {
    this.note({ by, origin, size, root: undefined })
    this.means.onClaims(by)
  }

  /** Who is known to hold more of a log than `size`. */
  aheadOf(origin: string, size: number): LogSource[] {
    return [...(this.elsewhere.get(origin) ?? [])].flatMap(([by, held]) =>
      held > size ? (this.means.mirrorAt(by, origin) ?? []) : [],
    )
  }

  /**
   * Looks into what one peer claimed; of several peers this may be under way at once. Once the peer does not answer, the
   * rest waits for its next round. Rejects where some of it must be looked into again.
   */
  async round(by: string): Promise<void> {
    const claims = [...(this.open.get(by)?.values() ?? [])]
    this.open.delete(by)
    let failure: unknown
    for (const [i, claim] of claims.entries()) {
      try {
        await this.lookInto(claim)
      } catch (cause) {
        failure ??= cause
        if (!(cause instanceof PeerUnreachable)) continue
        for (const left of claims.slice(i)) this.noteAgain(left)
        break
      }
    }
    if (failure !== undefined) throw failure
  }

  /** Whether anything is open of a peer. */
  awaits(by: string): boolean {
    return this.open.has(by)
  }

  private note(claim: Claim): void {
    const { by, origin } = claim
    const parsed = parseOrigin(origin)
    if (!parsed.ok || !this.means.parties.includes(parsed.value.party) || by === this.means.us) return
    const ofPeer = this.open.get(by) ?? new Map<string, Claim>()
    // One open claim of each peer on each log is enough: the newest, which its mirror must bear out too.
    if (!ofPeer.has(origin) && ofPeer.size >= LIMITS.claimsOpen) return
    ofPeer.set(origin, claim)
    this.open.set(by, ofPeer)
  }

  private noteAgain(claim: Claim): void {
    if (this.open.get(claim.by)?.has(claim.origin) !== true) this.note(claim)
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
        if (!isAuthor && (await this.headAt(source, origin, author)) !== undefined) means.onUnknownOwn(origin, by)
      } else await means.hear(origin, author, source)
      return
    }
    if (isAuthor) return
    if (size > log.size) {
      // Only a head that the author signed has its log looked for there: that somebody names more is anybody's word.
      const head = source && (await this.headAt(source, origin, author))
      if (head === undefined || head.size <= log.size) return
      const known = this.elsewhere.get(origin) ?? new Map<string, number>()
      known.set(by, Math.max(head.size, known.get(by) ?? 0))
      this.elsewhere.set(origin, known)
      means.wake(origin)
      return
    }
    if (root === undefined || equalBytes(await log.rootAt(size), fromHex(root) ?? new Uint8Array())) return
    if (source !== undefined) await this.compare(claim, source, author, log)
  }

  /** What a peer says it had seen contradicts what is held: the head behind it tells which of the two lies. */
  private async compare(claim: Claim, source: LogSource, author: Card, log: LogFiles): Promise<void> {
    const { by, origin, size, looks = 0 } = claim
    const head = await this.headAt(source, origin, author)
    const differs = head !== undefined && head.size <= log.size && !equalBytes(await log.rootAt(head.size), head.root)
    const read = head === undefined ? undefined : await readBranch(source, head, log)
    const branch = read === 'follows' ? undefined : read
    if (head !== undefined && (branch !== undefined || differs)) await this.means.onFork(origin, by, head, branch)
    else if (looks + 1 < LIMITS.unbackedLooks) this.noteAgain({ ...claim, looks: looks + 1 })
    else {
      const message = `${by} says it had seen another log of ${size} entries under the name ${origin} than is held here, and shows no head of its author that bears it out.`
      this.means.onUnbacked(by, message)
    }
  }

  /** By whichever of its keys its author signed it. */
  private async headAt(source: LogSource, origin: string, author: Card): Promise<SignedHead | undefined> {
    return signedHeadOf(source, origin, [author, ...(await this.means.cardsOf(origin))])
  }
}

/** Void statements are heard too, and their bodies may be anything. */
function predecessorOf({ type, body }: Statement): { origin: string; size: number; root: string } | null | undefined {
  const read = type === 'log/open' ? typeNamed(type)?.body.safeParse(body) : undefined
  return read?.success === true
    ? (read.data as { predecessor: { origin: string; size: number; root: string } | null }).predecessor
    : null
}
