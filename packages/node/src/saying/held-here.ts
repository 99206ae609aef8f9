// What was said while a log was still compared with its peers' copies: kept durably and unsigned, and said once that is
// over, in the order in which it came. It has its id from the beginning: where a run ended after the record was durable
// and before it was forgotten here, the log itself shows that it was said, and it is not said again. What the log could
// not take is kept; what the gate or the agreement refuses by then is forgotten, with an alarm.

import { ok, type Refusal, type Result, refuse } from '@countersign/log'
import type { Statement } from '@countersign/record'
import type { Channel } from '../channel/channel.ts'
import type { EngineParts } from '../engine-parts.ts'
import { Lane } from '../folding/lane.ts'
import { LIMITS } from '../limits.ts'
import { isOfNow } from './of-now.ts'

export interface HeldRequest<Kept> {
  /** Of the statement, or the share, that it will be. */
  id: string
  /** Where our log ended when it was kept: it can only stand behind. Of no name where none was known. */
  since: { origin: string; size: number }
  /** As it was asked, in JSON's values. */
  kept: Kept
}

export interface HeldHereMeans<Kept> {
  /** The channel it is for; a refusal where there is none any more. */
  channelOf(kept: Kept): Result<Channel>
  say(held: HeldRequest<Kept>): Promise<Result<unknown>>
  /** It is over: said, in this run or an earlier one, or refused for good. Written with it, so that no crash parts them. */
  concluded(held: HeldRequest<Kept>, outcome: Result<unknown>): void
  /** Nothing of it waits here any more. */
  forgotten(held: HeldRequest<Kept>, outcome: Result<unknown>): void
}

export class HeldHere<Kept> {
  private readonly parts: EngineParts
  private readonly means: HeldHereMeans<Kept>
  private readonly lane: Lane
  /** Those waiting, by the row they stand in; the first is the oldest. */
  private readonly waiting = new Map<number, HeldRequest<Kept>>()
  /** For each log, the ids found in it where something waiting may stand; read once in a run of this process. */
  private readonly found = new Map<string, Set<string>>()
  /** Those on which something is in the way now: what comes later there waits, and what waits on others does not. */
  private readonly blocked = new Set<Channel>()
  private started = false
  private cancel: (() => void) | undefined

  constructor(parts: EngineParts, means: HeldHereMeans<Kept>) {
    this.parts = parts
    this.means = means
    for (const { id, request } of parts.store.held()) this.waiting.set(id, JSON.parse(request))
    this.lane = new Lane(
      () => this.step(),
      (cause) => parts.around.report('error', 'held-here-failed', { message: String(cause) }),
      parts.around.turn,
    )
  }

  /** Durable once this returns. Refuses where too much waits already, and where `keep` does; it gives the row. */
  hold(
    channel: Channel,
    id: string,
    kept: Kept,
    keep: (request: string) => Result<number> = (request) => ok(this.parts.store.hold(request)),
  ): Result<undefined> {
    const log = channel.own.speaker?.log
    if (this.waiting.size >= LIMITS.heldHereMax) {
      return refuse('node/not-ready', 'Too much waits to be said already; the start-up check must finish first.')
    }
    const held: HeldRequest<Kept> = { id, since: { origin: log?.origin ?? '', size: log?.size ?? 0 }, kept }
    const row = keep(JSON.stringify(held))
    if (!row.ok) return row
    this.waiting.set(row.value, held)
    // The check may have ended while the request was being kept.
    this.wake()
    return ok(undefined)
  }

  /** What waits to be said, the oldest first. */
  all(): Kept[] {
    return [...this.waiting.values()].map(({ kept }) => kept)
  }

  /** From here on every channel is open: what belongs to none is refused. */
  start(): void {
    this.started = true
    this.wake()
  }

  /** Says what may be said now. */
  wake(): void {
    this.blocked.clear()
    if (this.waiting.size > 0) this.lane.wake()
  }

  /** Resolves once nothing that came earlier is still to be said on the channel. */
  async saidBefore(channel: Channel): Promise<void> {
    const waits = [...this.waiting.values()].some(({ kept }) => this.channelOf(kept) === channel)
    if (!waits) return
    this.lane.wake()
    await this.lane.settled()
  }

  stop(): Promise<void> {
    this.cancel?.()
    return this.lane.stop()
  }

  /** What is in its way now may be over without anybody telling. */
  private tryLater(): void {
    this.cancel?.()
    this.cancel = this.parts.around.after(LIMITS.heldRetryMs, () => this.wake())
  }

  private channelOf(kept: Kept): Channel | undefined {
    const found = this.means.channelOf(kept)
    return found.ok ? found.value : undefined
  }

  private async step(): Promise<boolean> {
    if (!this.started) return false
    for (const [row, held] of this.waiting) {
      const channel = this.means.channelOf(held.kept)
      if (channel.ok && (channel.value.own.state !== 'ready' || this.blocked.has(channel.value))) continue
      const outcome = !channel.ok ? channel : await this.sayOnce(channel.value, held)
      if (channel.ok && !outcome.ok && isOfNow(outcome)) {
        this.blocked.add(channel.value)
        this.tryLater()
        continue
      }
      this.parts.store.release(row, () => this.means.concluded(held, outcome))
      this.waiting.delete(row)
      this.means.forgotten(held, outcome)
      if (!outcome.ok) this.refused(held.id, outcome)
      return true
    }
    return false
  }

  private async sayOnce(channel: Channel, held: HeldRequest<Kept>): Promise<Result<unknown>> {
    const speaker = channel.own.speaker
    const origin = speaker?.log.origin ?? ''
    let found = this.found.get(origin)
    if (found === undefined) this.found.set(origin, (found = await this.idsOf(channel)))
    if (found.has(held.id)) return ok(undefined)
    const said = await this.means.say(held)
    if (said.ok) found.add(held.id)
    return said
  }

  private async idsOf(channel: Channel): Promise<Set<string>> {
    const ids = new Set<string>()
    const { speaker } = channel.own
    if (speaker === undefined) return ids
    const { origin, size } = speaker.log
    const awaited = new Set([...this.waiting.values()].map(({ id }) => id))
    const note = ({ id, body }: Statement) => {
      for (const one of [id, body.share]) if (typeof one === 'string' && awaited.has(one)) ids.add(one)
    }
    const kept = [...this.waiting.values()].filter(({ kept: one }) => this.channelOf(one) === channel)
    // What was kept before our log was succeeded may stand anywhere in the one that speaks now, or in what that one pins.
    const from = kept.map(({ since }) => (since.origin === origin ? since.size : 0))
    for await (const { statement } of speaker.statements(Math.min(size, ...from))) note(statement)
    for await (const statement of channel.own.pinnedStatements(kept.map(({ since }) => since))) note(statement)
    return ids
  }

  private refused(id: string, refusal: Refusal): void {
    this.parts.alarm(
      'saying/refused',
      `held-here ${id}`,
      `What was kept to be said was refused in the end (${refusal.code}): ${refusal.message}`,
    )
  }
}
