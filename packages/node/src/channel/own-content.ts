// Sealed content of our own records on one channel: that it is here, or comes back from whoever holds it. What nobody holds
// keeps every receipt off the log from there on (spec/receipt.md), so that is alarmed, and a successor may be opened.

import type { LogFiles } from '@countersign/ledger'
import { depositaryOf } from '@countersign/pact'
import { Rounds } from '../backoff.ts'
import { pathOfMirror } from '../hearing/log-source.ts'
import { LIMITS } from '../limits.ts'
import { fetchBack, type OwnContentOptions, type OwnPart, partsLacking } from '../own-logs/own-content.ts'
import type { Channel } from './channel.ts'

interface LookedOver {
  log: LogFiles
  /** What it lacks, as far as is known. */
  lacking: Awaited<ReturnType<typeof partsLacking>>
  /** From which entry on it is still to be looked over; undefined once it was. */
  from: number | undefined
}

export class OwnContent {
  private readonly channel: Channel
  private readonly logs = new Map<string, LookedOver>()
  /** Of the log that speaks: what nobody holds who was asked. */
  private readonly lost = new Map<string, readonly OwnPart[]>()
  private rounds: Rounds | undefined
  private isLooking = false
  /** How long the next round waits while somebody is silent. */
  private waitMs: number = LIMITS.ownContentWaitMsMin
  private missedAt = Number.NEGATIVE_INFINITY

  constructor(channel: Channel) {
    this.channel = channel
  }

  /** Whether none is being looked for that somebody may hold who has not answered yet. */
  get isWhole(): boolean {
    return !this.isLooking
  }

  /** Whether content of that log is lost, so that no receipt can cover it any more. */
  isLost(origin: string): boolean {
    return this.lost.has(origin)
  }

  /** Looks these logs over from now on, the one that speaks and, in a folder that may lack more, those it succeeded. */
  begin(logs: readonly { log: LogFiles; from: number }[]): void {
    for (const { log, from } of logs) this.logs.set(log.origin, { log, lacking: [], from })
    this.isLooking = true
    const { around, onAlarm } = this.channel.context
    this.rounds ??= new Rounds(() => this.round(), {
      around,
      intervalMs: () => this.intervalMs(),
      failed: (cause) => {
        const message = `Content of our own records could not be looked over or fetched back; it is tried again: ${String(cause)}`
        onAlarm('log/content-unfetched', this.subject(), message)
      },
    })
    this.rounds.wake()
  }

  /** How much of a log holds nothing that could be lost: whoever countersigned so much holds what it names. */
  heldElsewhereTo(origin: string): number {
    const { members, context, pact } = this.channel
    const countersigned = (party: string) =>
      context.receipts.held(origin, party).reduce((most, { size }) => Math.max(most, size), 0)
    const depositary = depositaryOf(pact.agreement)?.party
    const parties = members.speaking.filter((party) => party !== context.identity.party)
    const byAll = parties.length === 0 ? 0 : Math.min(...parties.map(countersigned))
    return Math.max(byAll, depositary === undefined ? 0 : countersigned(depositary))
  }

  /** Somebody for whom it is asked for content of ours that is not here: the log is looked over once more. */
  missed(origin: string): void {
    const { own, context, isStopping } = this.channel
    const looked = this.logs.get(origin)
    const now = context.around.now()
    // Whoever asks again and again has it looked over no more often than that.
    if (looked === undefined || own.state !== 'ready' || isStopping || now - this.missedAt < LIMITS.ownContentMissedMs)
      return
    this.missedAt = now
    looked.from = Math.min(looked.from ?? looked.log.size, this.heldElsewhereTo(origin))
    this.rounds?.wake()
  }

  /** A successor was opened: what its predecessor lost holds up nothing any more. */
  succeeded(origin: string): void {
    this.lost.delete(origin)
  }

  async stop(): Promise<void> {
    await this.rounds?.stop()
  }

  private async round(): Promise<void> {
    const { context } = this.channel
    let isUnanswered = false
    for (const looked of this.logs.values()) {
      if (this.channel.isStopping) return
      if (await this.look(looked)) isUnanswered = true
    }
    context.onAlarmOver('log/content-unfetched', this.subject())
    this.waitMs = isUnanswered ? Math.min(this.waitMs * 2, LIMITS.ownContentWaitMsMax) : LIMITS.ownContentWaitMsMin
    if (isUnanswered || !this.isLooking || this.channel.isStopping) return
    this.isLooking = false
    context.onRecovered()
  }

  /** True where somebody has not answered who may hold what is lacking. */
  private async look(looked: LookedOver): Promise<boolean> {
    const { log, from } = looked
    const { members, context } = this.channel
    const options: OwnContentOptions = {
      log,
      stopped: () => this.channel.isStopping,
      isDestroyed: (index, part) => context.isDestroyed(log.origin, index, part),
    }
    if (from !== undefined) {
      looked.lacking = await partsLacking(from, options)
      looked.from = undefined
    }
    const without = context.without()
    const prefix = pathOfMirror(log.origin)
    const sources = members
      .cosignersOf(context.identity.party)
      .filter(({ party }) => !without.has(party))
      .map(({ requests }) => ({ requests, prefix }))
    const { found, lost, unanswered } = await fetchBack(looked.lacking, sources, options)
    if (this.channel.isStopping) return false
    looked.lacking = [...unanswered, ...lost].sort((a, b) => a.index - b.index || a.part - b.part)
    if (found > 0) context.onContent(log.origin)
    // Whether a part was destroyed is known once all is folded that is here.
    const isDecided = lost.length === 0 || context.isFolded()
    if (isDecided) this.tell(log.origin, lost)
    return unanswered.length > 0 || !isDecided
  }

  private tell(origin: string, lost: readonly OwnPart[]): void {
    const { own, context } = this.channel
    if (own.speaker?.log.origin !== origin) return
    const [first] = lost
    if (first === undefined) {
      this.lost.delete(origin)
      context.onAlarmOver('log/content-lost', origin)
      return
    }
    this.lost.set(origin, lost)
    const entries = new Set(lost.map(({ index }) => index)).size
    const what = entries === 1 ? `entry ${first.index} of ${origin}` : `${entries} entries of ${origin}`
    const message = `The sealed content of ${what} is neither here nor with anybody who reads it, so no receipt can cover this log from entry ${first.index} on. Where another copy of this folder or a stick has it (addenda/${first.sealed}), put the file back beside the log; where none has, two officers open a log that succeeds it, and what was lost is said again there: countersign log succeed`
    context.onAlarm('log/content-lost', origin, message)
  }

  private intervalMs(): number {
    if (this.isLooking) return this.waitMs
    const isLacking = [...this.logs.values()].some(({ lacking }) => lacking.length > 0)
    return isLacking ? LIMITS.ownContentLostMs : LIMITS.ownContentLookMs
  }

  private subject(): string {
    const { own, pact, name } = this.channel
    return own.speaker?.log.origin ?? `${pact.id}/${name}`
  }
}
