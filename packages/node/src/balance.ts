// The balance of what was exchanged under an agreement, over some days: asked of the views, one at a time, for it reads all
// that was shared in that time.

import { ok, type Result, refuse } from '@countersign/log'
import type { Balance } from '@countersign/views'
import { type EngineParts, noSuchPact } from './engine-parts.ts'
import { LIMITS } from './limits.ts'

export interface BalanceAsked {
  pact: string
  /** RFC 3339 times, or dates, which begin at midnight UTC. Otherwise now, and seven days before `until`. */
  from?: string
  until?: string
}

export interface BalanceAnswer {
  pact: string
  /** RFC 3339. What was shared from then on. */
  from: string
  /** And before then. */
  until: string
  parties: Balance[]
}

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z)?$/

export class Balancing {
  private readonly parts: EngineParts
  private before: Promise<unknown> = Promise.resolve()

  constructor(parts: EngineParts) {
    this.parts = parts
  }

  async balance({ pact, from, until }: BalanceAsked): Promise<Result<BalanceAnswer>> {
    const { pacts, around, views, giveWay } = this.parts
    if (pacts.get(pact) === undefined) return noSuchPact(pact)
    const untilMs = until === undefined ? around.now() : timeOf(until)
    const fromMs = from === undefined ? untilMs - WEEK_MS : timeOf(from)
    if (Number.isNaN(fromMs) || Number.isNaN(untilMs)) {
      return refuse('balance/time', 'Give times as 2026-03-01, or as 2026-03-01T00:00:00Z.')
    }
    if (fromMs >= untilMs) return refuse('balance/time', 'The balance begins before it ends; give an earlier --from.')
    if (untilMs - fromMs > LIMITS.balanceDays * DAY_MS) {
      return refuse('balance/time', `One balance spans ${LIMITS.balanceDays} days at most; ask for several.`)
    }
    const reckoned = this.before.then(() => views.balance({ pact, fromMs, untilMs }, giveWay))
    this.before = reckoned.catch(() => {})
    const parties = await reckoned
    return ok({ pact, from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString(), parties })
  }
}

/** Milliseconds since 1970 of an RFC 3339 time or a date; NaN for what is no time. */
export function timeOf(text: string): number {
  return TIME.test(text) ? Date.parse(text) : Number.NaN
}
