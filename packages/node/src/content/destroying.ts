// What officers ask for the life of content (spec/destruction.md): that it be destroyed, that it be held, that a hold end.
// Destruction is asked for once: our consent is said, and as soon as everyone concerned has consented, or the retention
// has run out, it is said and carried out, whether we are asked again or not.

import { ok, type Result, refuse } from '@countersign/log'
import type { ContentLife, RecordRow } from '@countersign/views'
import type { Channel } from '../channel/channel.ts'
import type { EngineParts } from '../engine-parts.ts'
import { Lane } from '../folding/lane.ts'
import type { DestructionWish, HoldReason } from '../private-store.ts'
import type { Saying } from '../saying/saying.ts'
import type { Removing } from './removing.ts'

export interface DestroyRequest {
  /** `origin#index` */
  record: string
  /** For our own files; nobody else reads it. */
  reason: string
  account: string
}

/** `asked`: it is destroyed once these have consented too, or at that time (POSIX seconds) without their consent. */
export type DestroyAnswer =
  | { state: 'destroyed'; ground: 'consent' | 'retention' }
  | { state: 'already' }
  | { state: 'asked'; awaited: string[]; retainedUntil: number | null }

export interface ContentState extends ContentLife {
  /** What was asked for here. */
  wish: DestructionWish | null
  /** Why holds of ours stand, the oldest first. */
  holdReasons: HoldReason[]
}

const REASON_MAX = 2_000

export class Destroying {
  private readonly parts: EngineParts
  private readonly saying: Saying
  private readonly removing: Removing
  private readonly lane: Lane
  private readonly passed = new Set<string>()

  constructor(parts: EngineParts, saying: Saying, removing: Removing) {
    this.parts = parts
    this.saying = saying
    this.removing = removing
    this.lane = new Lane(
      () => this.step(),
      (cause) => parts.around.report('error', 'destruction-failed', { message: String(cause) }),
      parts.around.turn,
    )
  }

  /** More may be decided now, or a log of ours may speak again. */
  look(): void {
    this.passed.clear()
    this.lane.wake()
  }

  stop(): Promise<void> {
    return this.lane.stop()
  }

  async destroy({ record, reason, account }: DestroyRequest): Promise<Result<DestroyAnswer>> {
    const given = reasonGiven(reason)
    if (!given.ok) return given
    const found = await this.find(record)
    if (!found.ok) return found
    const { row, life, channel } = found.value
    if (life.destroyed.length === row.parts.length) return ok({ state: 'already' })
    const barred = barredBy(life)
    if (barred !== undefined) return barred
    this.parts.store.wishDestroyed({ record, reason: given.value, account, at: this.parts.around.now() })
    const ground = this.removing.groundFor(life, channel)
    if (ground !== undefined) {
      const said = await this.removing.sayDestroyed(channel, { ground, parts: null }, [record], account)
      return said.ok ? ok({ state: 'destroyed', ground }) : said
    }
    const { party } = this.parts.identity
    if (life.awaited.includes(party)) {
      const said = await this.saying.sayOfContent(channel, 'content/consent', { parts: null }, [record], account)
      if (!said.ok) return said
    }
    const awaited = life.awaited.filter((other) => other !== party)
    this.look()
    return ok({ state: 'asked', awaited, retainedUntil: life.retainedUntil })
  }

  /** Nobody here asks any more for what is not destroyed yet. A consent that was said stays said. */
  async takeBack(record: string): Promise<Result<undefined>> {
    if (this.parts.store.forgetWish(record)) return ok(undefined)
    return refuse('content/not-asked', 'Nobody here has asked for the destruction of that record’s content.')
  }

  /** Says that content must be kept. */
  async hold({ record, reason, account }: DestroyRequest): Promise<Result<{ hold: string }>> {
    const given = reasonGiven(reason)
    if (!given.ok) return given
    const found = await this.find(record)
    if (!found.ok) return found
    const { row, life, channel } = found.value
    if (life.destroyed.length === row.parts.length) {
      return refuse('content/destroyed', 'The content of this record is destroyed already; there is nothing to hold.')
    }
    const said = await this.saying.sayOfContent(channel, 'content/hold', {}, [record], account)
    if (!said.ok) return said
    const { store, around } = this.parts
    store.noteHold(record, { reason: given.value, account, at: around.now() })
    store.forgetWish(record)
    return ok({ hold: said.value })
  }

  /** Ends every hold of ours on a record. */
  async lift(record: string, account: string): Promise<Result<{ lifted: string[] }>> {
    const found = await this.find(record)
    if (!found.ok) return found
    const { life, channel } = found.value
    const { party } = this.parts.identity
    const ours = life.holds.filter((hold) => hold.party === party).map((hold) => hold.record)
    if (ours.length === 0) return refuse('content/not-held', 'No hold of ours stands on this record.')
    const said = await this.saying.sayOfContent(channel, 'content/lift', {}, ours, account)
    if (!said.ok) return said
    this.parts.store.forgetHolds(record)
    return ok({ lifted: ours })
  }

  async state(record: string): Promise<ContentState | undefined> {
    const life = await this.parts.views.contentLife(record)
    if (life === undefined) return undefined
    const { store } = this.parts
    return { ...life, wish: store.wishFor(record) ?? null, holdReasons: store.holdReasons(record) }
  }

  private async find(record: string): Promise<Result<{ row: RecordRow; life: ContentLife; channel: Channel }>> {
    const { views, channels, identity } = this.parts
    const row = (await views.record(record))?.row
    const life = await views.contentLife(record)
    if (row === undefined || life === undefined)
      return refuse('not-found/record', 'This record is not held here; list what is held with: countersign records')
    if (row.from !== identity.party && !row.to.includes(identity.party)) {
      return refuse('content/not-for-us', 'Only the author and the addressees of a record decide on its content.')
    }
    if (row.parts.length === 0) return refuse('content/none', 'This record carries no content.')
    const channel = channels.get(`${row.pact}/${row.channel}`)
    if (channel === undefined || !channel.isParty) {
      return refuse('say/channel', 'This node does not speak on the channel of that record.')
    }
    const goOn = this.saying.mayGoOn(channel)
    return goOn.ok ? ok({ row, life, channel }) : goOn
  }

  /** Carries out one wish that can be. */
  private async step(): Promise<boolean> {
    for (const wish of this.parts.store.wishes()) {
      if (this.passed.has(wish.record)) continue
      this.passed.add(wish.record)
      await this.carryOut(wish)
      return true
    }
    return false
  }

  private async carryOut({ record, account }: DestructionWish): Promise<void> {
    const found = await this.find(record)
    if (!found.ok) return
    const { row, life, channel } = found.value
    if (life.destroyed.length === row.parts.length) return this.parts.store.wishDone(record)
    const ground = this.removing.groundFor(life, channel)
    if (ground === undefined || channel.own.state !== 'ready' || (await this.isSaid(record))) return
    await this.removing.sayDestroyed(channel, { ground, parts: null }, [record], account)
  }

  /** What we said of it is not judged yet. */
  private async isSaid(record: string): Promise<boolean> {
    const answers = (await this.parts.views.record(record))?.answers ?? []
    return answers.some(
      ({ type, from, validity }) =>
        type === 'content/destroyed' && from === this.parts.identity.party && validity.kind === 'undecided',
    )
  }
}

function reasonGiven(reason: string): Result<string> {
  const given = reason.trim()
  if (given.length > 0 && given.length <= REASON_MAX) return ok(given)
  return refuse('content/reason', `Give a reason of at most ${REASON_MAX} characters; it stays on this node.`)
}

function barredBy({ holds, charges }: ContentLife) {
  const [hold] = holds
  if (hold !== undefined) {
    return refuse(
      'content/held',
      `A legal hold of ${hold.party} stands on this record (${hold.record}); it must be lifted first.`,
    )
  }
  if (charges.length > 0)
    return refuse('content/charged', `A charge cites this record (${charges[0]}); its content must be kept.`)
  return undefined
}
