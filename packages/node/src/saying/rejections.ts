// Content that is sealed to us and cannot be opened, or is not what was committed to: its author is told once for each
// part (spec/content.md). A record whose validity is not known yet is told of when it is; a void one never.

import type { Rejection } from '@countersign/views'
import { alarmCode } from '../alarm-kinds.ts'
import type { EngineParts } from '../engine-parts.ts'
import { Lane } from '../folding/lane.ts'
import type { Saying } from './saying.ts'

export class Rejections {
  private readonly parts: EngineParts
  private readonly saying: Saying
  private readonly lane: Lane
  private readonly waiting = new Map<string, Rejection>()
  /** Those not decided when they were last looked at. */
  private readonly passed = new Set<string>()

  constructor(parts: EngineParts, saying: Saying) {
    this.parts = parts
    this.saying = saying
    this.lane = new Lane(
      () => this.step(),
      (cause) => parts.around.report('error', 'rejection-failed', { message: String(cause) }),
      parts.around.turn,
    )
  }

  /** What an earlier run found and did not say any more. */
  async recall(): Promise<void> {
    for (const rejection of await this.parts.views.rejectionsToSay()) this.waiting.set(keyOf(rejection), rejection)
    this.look()
  }

  add(rejection: Rejection): void {
    this.waiting.set(keyOf(rejection), rejection)
    this.look()
  }

  /** More may be decided now, or a log of ours may speak again. */
  look(): void {
    this.passed.clear()
    if (this.waiting.size > 0) this.lane.wake()
  }

  stop(): Promise<void> {
    return this.lane.stop()
  }

  private async step(): Promise<boolean> {
    for (const [key, rejection] of this.waiting) {
      if (this.passed.has(key)) continue
      if (await this.decided(rejection)) this.waiting.delete(key)
      else this.passed.add(key)
      return true
    }
    return false
  }

  /** Whether nothing is left to do about it. */
  private async decided({ record, part, code }: Rejection): Promise<boolean> {
    const { views, channels, identity, alarm } = this.parts
    const detail = await views.record(record)
    if (detail === undefined || detail.row.validity.kind === 'undecided') return false
    if (detail.row.validity.kind === 'void') return true
    // What we said after the split of a log of ours does not count for us.
    const ours = detail.answers.filter(
      ({ type, from, afterSplit }) => type === 'content/rejected' && from === identity.party && !afterSplit,
    )
    if (ours.some(({ body }) => (body as { part?: unknown } | null)?.part === part)) return true
    const { pact, channel, from } = detail.row
    if (channels.get(`${pact}/${channel}`)?.own.state !== 'ready') return false
    const said = await this.saying.say({
      pact,
      channel,
      type: 'content/rejected',
      to: [from],
      body: { part, reason: code.replace('content/', '') },
      re: [record],
      account: 'node',
    })
    alarm(
      alarmCode(code, 'content/cannot-open'),
      record,
      `The content of ${record} could not be taken${said.ok ? '; its author was told' : ''}.`,
    )
    return true
  }
}

function keyOf({ record, part }: Rejection): string {
  return `${record}.${part}`
}
