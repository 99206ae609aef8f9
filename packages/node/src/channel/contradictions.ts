// What contradicts a log of the channel: another head that its author signed, shown by a cosigner, a witness, a peer's
// mirror or the author itself. A peer's log is closed and the proof of it kept; where it is ours, somebody else signs with
// our key or a tail of ours was lost, and it is signed no further.

import { type LogFiles, originHash } from '@countersign/ledger'
import { type Card, FORK_LIMITS, partyOf } from '@countersign/record'
import { alarmCode } from '../alarm-kinds.ts'
import { type Branch, contradictingBranch } from '../hearing/branches.ts'
import { Forks } from '../hearing/forks.ts'
import { type SignedHead, signedHeadIn, signedHeadOf } from '../hearing/log-source.ts'
import type { PeerFiles } from '../hearing/peer-requests.ts'
import { LIMITS } from '../limits.ts'
import type { Channel } from './channel.ts'
import { WAY_OUT } from './own-side.ts'

/** Another root under a name, or more entries than there can be. */
export type ContradictionKind = 'other-root' | 'beyond'

export class Contradictions {
  private readonly channel: Channel
  private readonly forks: Forks
  /** When each peer was last asked for a proof of each log. */
  private readonly proofLooks = new Map<string, number>()

  constructor(channel: Channel) {
    this.channel = channel
    const { around, identity } = channel.context
    this.forks = new Forks({ disk: around.disk, dir: identity.dir })
  }

  /** What an earlier run found of a log, a peer's or ours, holds on. */
  async recall(origin: string): Promise<void> {
    const common = await this.forks.recall(origin)
    if (common !== undefined) this.channel.context.onSplit(origin, common)
  }

  /** Whether a log is countersigned no more. */
  isClosed(origin: string): boolean {
    return this.forks.isClosed(origin)
  }

  /** The author of a peer's log served what contradicts what it signed before. */
  async served(
    origin: string,
    author: Card,
    held: LogFiles | undefined,
    { code, message, head, branch }: { code: string; message: string; head: SignedHead; branch: Branch | undefined },
  ): Promise<void> {
    if (held === undefined) return
    const { onAlarm, onSplit } = this.channel.context
    const cards = this.cardsOf(origin, author)
    onAlarm(
      alarmCode(code, 'mirror/root'),
      origin,
      await this.forks.keep({ origin, cards, code, message, held, served: head, branch }),
    )
    if (branch !== undefined) onSplit(origin, branch.common)
  }

  /**
   * A cosigner or witness shows a head, with its author's signature, that contradicts the log held here; `time` is that of a
   * receipt over it, POSIX seconds.
   */
  async shown(
    origin: string,
    by: string,
    { size, bytes, time }: { size: number; bytes: Uint8Array; time?: number },
    kind: ContradictionKind = 'other-root',
  ): Promise<void> {
    const { members, own } = this.channel
    const author = members.card(partyOf(origin))
    if (author === undefined) throw new Error('What contradicts a log is signed by its author.')
    const cards = [author, ...(await this.channel.signersOf(origin, time))]
    const head = signedHeadIn(bytes, origin, cards)
    // By a key that was given up, of another log: it says nothing about this one.
    if (head === undefined) return
    const source = members.mirrorAt(by, origin)
    const log = this.channel.logOf(origin)
    const read = async () => {
      const shown = source && (await signedHeadOf(source, origin, cards).catch(() => undefined))
      const branch = source && shown && log && (await contradictingBranch(source, shown, log))
      // With the whole of the other log the file can be made for any two sizes.
      return { branch, served: branch !== undefined && shown !== undefined ? shown : head }
    }
    if (own.log(origin) !== undefined) return this.ownShown(origin, by, kind, head, read)
    // Of a peer's log there may always be more than is held here.
    if (kind === 'beyond') return
    const message = `${by} countersigned a checkpoint of ${size} entries that its author signed and that contradicts the log held here.`
    const { branch, served } = await read()
    await this.served(origin, author, log, { code: 'mirror/fork', message, head: served, branch })
  }

  /** The mirror of a peer is one of another log than is held here, and its author signed it. */
  async mirrored(origin: string, by: string, head: SignedHead, branch: Branch | undefined): Promise<void> {
    const { members, own } = this.channel
    if (own.log(origin) !== undefined)
      return this.ownShown(origin, by, 'other-root', head, async () => ({ branch, served: head }))
    const author = members.card(partyOf(origin))
    if (author === undefined) return
    const message = `${by} was shown another log than the one held here, signed by its author.`
    await this.served(origin, author, this.channel.logOf(origin), { code: 'mirror/fork', message, head, branch })
  }

  /** A peer that found a fork shows the proof to all who read the channel: whoever was shown one face alone learns of it. */
  async lookForProof(origin: string, author: Card, requests: PeerFiles): Promise<void> {
    const { context, own } = this.channel
    const now = context.around.now()
    const key = `${origin} ${requests.party}`
    if (this.forks.isProven(origin) || now < (this.proofLooks.get(key) ?? 0) + LIMITS.proofLookMs) return
    this.proofLooks.set(key, now)
    const fetched = await requests.get(`forks/${originHash(origin)}`, FORK_LIMITS.fileBytes)
    if (fetched.kind !== 'bytes') return
    const cards = this.cardsOf(origin, author)
    const signers = [author, ...(await this.channel.signersOf(origin))]
    const givenUp = cards.filter((card) => !signers.includes(card))
    const told = await this.forks.adopt(origin, cards, givenUp, fetched.bytes)
    if (told === undefined) return
    const message = `${requests.party} shows: ${told}`
    const isSpeaking = own.halt(origin, requests.party)
    const code = own.log(origin) === undefined ? 'mirror/fork' : 'log/contradicted'
    await this.recall(origin)
    context.onAlarm(code, origin, isSpeaking ? `${message} ${WAY_OUT}` : message)
  }

  /** Under any of these its author may have signed a head of the log: that by which it is held here first. */
  private cardsOf(origin: string, author: Card): readonly Card[] {
    const others = this.channel.members.cardsOf(partyOf(origin))
    return [author, ...others.filter(({ digest }) => digest !== author.digest)]
  }

  private async ownShown(
    origin: string,
    by: string,
    kind: ContradictionKind,
    head: SignedHead,
    read: () => Promise<{ branch: Branch | undefined; served: SignedHead }>,
  ): Promise<void> {
    const { own, context } = this.channel
    const held = own.log(origin)
    if (held === undefined) return
    const seen = `${by} holds a checkpoint of ${head.size} entries`
    const [code, message] =
      kind === 'beyond'
        ? (['log/longer-tail', `${seen} that our key signed; our log has ${held.size} entries.`] as const)
        : (['log/contradicted', `${seen} that our key signed and that contradicts our log.`] as const)
    // Nothing more is signed while it is written down.
    const isSpeaking = own.halt(origin, by, kind === 'beyond' ? undefined : head.size)
    const cards = this.cardsOf(origin, context.identity.card)
    const kept = { origin, cards, message, held, code: kind === 'beyond' ? code : 'mirror/fork' }
    const told = await this.forks.keep({ ...kept, served: head, branch: undefined })
    context.onAlarm(code, origin, isSpeaking ? `${told} ${WAY_OUT}` : told)
    // What stands after the split of our log counts for nothing in our favour either.
    const { branch, served } = await read()
    if (branch === undefined) return
    await this.forks.keep({ ...kept, code: 'mirror/fork', served, branch })
    context.onSplit(origin, branch.common)
  }
}
