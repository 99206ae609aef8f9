// Content that was validly destroyed is removed wherever it stands here (spec/destruction.md, What follows): what was made
// of it in the views, the sealed file, and what the databases still hold of it in their free pages and logs. Then we say
// so, where we are its author or addressee. Retention that has run out is carried out without being asked. Nothing is
// decided here: the views know what is valid, and whether a hold of ours keeps it.

import type { LogFiles } from '@countersign/ledger'
import { ok, type Result } from '@countersign/log'
import { retainedUntil, saidAfter } from '@countersign/pact'
import type { ContentLife, PartToRemove, RetentionOver } from '@countersign/views'
import type { Channel } from '../channel/channel.ts'
import type { EngineParts } from '../engine-parts.ts'
import { Lane } from '../folding/lane.ts'
import { LIMITS } from '../limits.ts'
import type { Saying } from '../saying/saying.ts'

export type Ground = 'consent' | 'retention'

export class Removing {
  private readonly parts: EngineParts
  private readonly saying: Saying
  private readonly logOf: (origin: string) => LogFiles | undefined
  private readonly lane: Lane
  private cancel: (() => void) | undefined
  /** Parts that could not be done when they were last looked at. */
  private readonly passed = new Set<string>()
  /** Records of which we said in this run that their content is destroyed. */
  private readonly said = new Set<string>()
  private unclean = false
  /** An earlier run may have ended in a failure. */
  private failing = true
  private stopped = false

  constructor(parts: EngineParts, saying: Saying, logOf: (origin: string) => LogFiles | undefined) {
    this.parts = parts
    this.saying = saying
    this.logOf = logOf
    this.lane = new Lane(
      async () => {
        const more = await this.step()
        if (this.failing) parts.alarmOver('content/removal-failed', parts.identity.party)
        this.failing = false
        return more
      },
      (cause) => {
        this.failing = true
        const message = cause instanceof Error ? cause.message : String(cause)
        parts.alarm('content/removal-failed', parts.identity.party, `Content could not be removed yet: ${message}`)
      },
      parts.giveWay,
    )
  }

  start(): void {
    this.sweepLater(LIMITS.retentionFirstMs)
  }

  /** More may be decided now, or a log of ours may speak again. */
  look(): void {
    this.passed.clear()
    this.lane.wake()
  }

  /** Resolves once all that can be removed now is. */
  settled(): Promise<void> {
    return this.lane.settled()
  }

  async stop(): Promise<void> {
    this.stopped = true
    this.cancel?.()
    await this.lane.stop()
  }

  /** By which ground a record of this channel could be said to be destroyed now; undefined where by none yet. */
  groundFor(life: ContentLife, channel: Channel): Ground | undefined {
    if (life.holds.length > 0 || life.charges.length > 0) return undefined
    if (life.awaited.length === 0) return 'consent'
    const proved = this.provedSeconds(channel)
    return life.retainedUntil !== null && proved !== null && proved >= life.retainedUntil ? 'retention' : undefined
  }

  /** Until when our log of a channel is dated by others: what is said next is later than that. POSIX seconds. */
  private provedSeconds({ pact, own: { speaker } }: Channel): number | null {
    if (speaker === undefined) return null
    const { identity, receipts } = this.parts
    const held = receipts.held(speaker.log.origin).map(({ cosigner, time }) => ({ by: cosigner, time }))
    return saidAfter(pact.agreement, identity.party, held)
  }

  /** Removes one part. False where there is none that could be done now. */
  private async step(): Promise<boolean> {
    const { views } = this.parts
    for (const part of await views.partsToRemove()) {
      const key = `${part.origin}#${part.index}.${part.part}`
      if (this.passed.has(key)) continue
      if (!(await this.remove(part))) this.passed.add(key)
      return true
    }
    if (!this.unclean) return false
    if (await views.clean()) return true
    this.parts.store.clean()
    this.unclean = false
    return true
  }

  /** Whether nothing of it is left to do. Each step may be done again. */
  private async remove({ origin, index, part, sealed, last, toSay }: PartToRemove): Promise<boolean> {
    const { views, giveWay, store } = this.parts
    const record = `${origin}#${index}`
    this.unclean = true
    for (let more = true; more; more = await views.forgetContent(record, part)) {
      await giveWay()
      // Durable first: a run that is killed in between would else not know any more whose it was.
      const shared = await views.nextToForget(record, part)
      store.sharedOnce.keep(shared)
      views.addSharedOnce(shared)
    }
    const log = this.logOf(origin)
    if (log === undefined) return false
    if (last) await log.removeAddendum(sealed)
    if (toSay && !(await this.say(record))) return false
    await views.contentRemoved(record, part)
    return true
  }

  /** Says that what others said was destroyed is destroyed here too. */
  private async say(record: string): Promise<boolean> {
    const { views, channels } = this.parts
    const row = (await views.record(record))?.row
    const life = await views.contentLife(record)
    const channel = row === undefined ? undefined : channels.get(`${row.pact}/${row.channel}`)
    if (row === undefined || life === undefined || channel?.own.state !== 'ready') return false
    const ground = this.groundFor(life, channel)
    if (ground === undefined) return false
    const parts = life.destroyed.length === row.parts.length ? null : life.destroyed
    return (await this.sayDestroyed(channel, { ground, parts }, [record])).ok
  }

  /** Says it once in a run: what was said is judged only when it was folded. */
  async sayDestroyed(
    channel: Channel,
    body: { ground: Ground; parts: number[] | null },
    records: string[],
    account?: string,
  ): Promise<Result<undefined>> {
    const fresh = records.filter((record) => !this.said.has(record))
    if (fresh.length === 0) return ok(undefined)
    for (const record of fresh) this.said.add(record)
    const said = await this.saying.sayOfContent(channel, 'content/destroyed', body, fresh, account)
    if (said.ok) return ok(undefined)
    for (const record of fresh) this.said.delete(record)
    return said
  }

  private sweepLater(ms: number): void {
    if (this.stopped) return
    this.cancel = this.parts.around.after(ms, () => {
      this.sweep()
        .catch((cause: unknown) => this.parts.around.report('error', 'retention-failed', { message: String(cause) }))
        .finally(() => this.sweepLater(LIMITS.retentionSweepMs))
    })
  }

  /** Says of all content whose retention has run out that it is destroyed; removing it follows from that. */
  private async sweep(): Promise<void> {
    const { views, channels, giveWay } = this.parts
    for (const channel of channels.values()) {
      const { pact, name } = channel
      const proved = this.provedSeconds(channel)
      // An agreement whose retention is longer than anybody's clock has run reads no record for it.
      if (proved === null || retainedUntil(pact.agreement, 0) > proved) continue
      let from: RetentionOver['next'] | undefined
      do {
        if (this.stopped || channel.own.state !== 'ready') break
        const over: RetentionOver = await views.retentionOver(pact.id, name, proved, from)
        for (let at = 0; at < over.records.length; at += LIMITS.destroyedPerRecord) {
          const records = over.records.slice(at, at + LIMITS.destroyedPerRecord)
          const named = records.map(({ origin, index }) => `${origin}#${index}`)
          if (!(await this.sayDestroyed(channel, { ground: 'retention', parts: null }, named)).ok) return
        }
        from = over.next
        await giveWay()
      } while (from !== undefined)
    }
  }
}
