// Notices of compromised keys, learned from a peer's log or brought by hand (spec/keys.md): kept, published under
// `notices/`, alarmed, and said once in each of our logs whose readers they concern. So a party whose own log is in a
// thief's hands is heard all the same. What is frozen, the views reckon; a log of ours that is, we say no more in.

import { ok, type Result, refuse } from '@countersign/log'
import { pinnedRoot } from '@countersign/pact'
import { type Notice, noticeOf, parseNotice } from '@countersign/record'
import type { Channel } from '../channel/channel.ts'
import { blankRecord, type EngineParts } from '../engine-parts.ts'

export class NoticeRelay {
  private readonly parts: EngineParts
  private readonly changed: () => void
  /** `<digest> <origin>` of what was said in this run and may not be folded yet. */
  private readonly said = new Set<string>()
  private looking: Promise<void> = Promise.resolve()

  constructor(parts: EngineParts, changed: () => void) {
    this.parts = parts
    this.changed = changed
  }

  /** Brought by hand. */
  async takeFile(file: Uint8Array): Promise<Result<{ party: string; roles: string[] }>> {
    const notice = parseNotice(file)
    if (!notice.ok) return notice
    const { party, by, cards, roles } = notice.value.body
    for (const digest of new Set([by, ...cards])) {
      if (this.parts.trusted.set.of(digest) === undefined) await this.parts.cards.want(party, digest)
    }
    const taken = await this.take(notice.value)
    return taken.ok ? ok({ party, roles: [...roles] }) : taken
  }

  /** Keeps a notice and passes it on. Refuses one that does not hold, or whose cards nobody shows. */
  async take(notice: Notice): Promise<Result<undefined>> {
    const { trusted, cards } = this.parts
    const { party } = notice.body
    const kept = await trusted.keepNotice(notice)
    if ('awaits' in kept) {
      await cards.want(party, kept.awaits)
      return refuse('notice/awaits', `A card of ${party} that this notice names is not held here; ask ${party} for it.`)
    }
    if (!kept.ok) return kept
    if (kept.value) this.warn(notice)
    await this.look()
    this.changed()
    return ok(undefined)
  }

  /** Learns what the logs carry, says what is not said yet, and stops in logs of ours that are frozen. */
  look(): Promise<void> {
    const next = this.looking.then(() => this.lookNow())
    this.looking = next.catch(() => {})
    return next
  }

  private async lookNow(): Promise<void> {
    const { trusted, views, channels } = this.parts
    const rows = await views.notices()
    for (const { file } of rows) {
      const notice = noticeOf(JSON.parse(file))
      if (!notice.ok) continue
      const kept = await trusted.keepNotice(notice.value)
      if (!('awaits' in kept) && kept.ok && kept.value) this.warn(notice.value)
    }
    for (const channel of channels.values()) {
      const origin = channel.own.speaker?.log.origin
      if (origin === undefined) continue
      if (views.frozenAt(origin) !== undefined) channel.own.freeze()
      for (const notice of trusted.notices()) {
        const carried = rows.some(
          ({ digest, carriedBy }) => digest === notice.digest && carriedBy.some((one) => one.startsWith(`${origin}#`)),
        )
        if (!carried) await this.sayIn(channel, notice)
      }
    }
  }

  private async sayIn(channel: Channel, notice: Notice): Promise<void> {
    const { pact } = channel
    const { speaker, state } = channel.own
    if (speaker === undefined || state !== 'ready' || pinnedRoot(pact.agreement, notice.body.party) === undefined)
      return
    const key = `${notice.digest} ${speaker.log.origin}`
    if (this.said.has(key)) return
    this.said.add(key)
    const body: Record<string, unknown> = JSON.parse(new TextDecoder().decode(notice.bytes))
    const said = await speaker.say({ ...blankRecord(this.parts.around, 'party/notice', pact), body })
    if (!said.ok) this.said.delete(key)
  }

  private warn({ body: { party, roles } }: Notice): void {
    const message = `${party} gave up its ${roles.join(', ')} keys as compromised. Talk to ${party} by a way you know from elsewhere; what it said before others had covered it may be void.`
    this.parts.alarm('party/notice', party, message)
  }
}
