// Work that nobody waits for. Where it fails a person is told, the node goes on, and it is done again, later and later,
// until it succeeds: one at a time for each thing it is.

import type { AlarmCode } from './alarm-kinds.ts'
import { LIMITS } from './limits.ts'
import type { Surroundings } from './surroundings.ts'

export interface UnattendedMeans {
  around: Pick<Surroundings, 'after' | 'report'>
  onAlarm(code: AlarmCode, subject: string, message: string): void
  onAlarmOver(code: AlarmCode, subject: string): void
}

export class Unattended {
  private readonly means: UnattendedMeans
  /** What is done again later, by what it is. */
  private readonly retries = new Map<string, () => void>()
  /** What is on its way into the views. */
  private readonly handing = new Set<Promise<unknown>>()
  private stopped = false

  constructor(means: UnattendedMeans) {
    this.means = means
  }

  /** `what` names the work in an alarm; `again` is what is done after a failure. */
  begin(what: string, work: () => Promise<unknown>, again = work): void {
    work().catch((cause: unknown) => this.tryLater(what, again, cause, 0))
  }

  /** Likewise, and whoever waits for the views waits for it. */
  handOver(what: string, work: () => Promise<unknown>, again = work): void {
    const handed = () => {
      const one = work().finally(() => this.handing.delete(one))
      this.handing.add(one)
      return one
    }
    this.begin(what, handed, again)
  }

  /** Resolves once nothing is on its way into the views. */
  async handedOver(): Promise<void> {
    while (this.handing.size > 0) await Promise.allSettled([...this.handing])
  }

  stop(): void {
    this.stopped = true
    for (const cancel of this.retries.values()) cancel()
  }

  private tryLater(what: string, again: () => Promise<unknown>, cause: unknown, failures: number): void {
    if (this.stopped) return
    const { around, onAlarm, onAlarmOver } = this.means
    const message = cause instanceof Error ? cause.message : String(cause)
    around.report('error', 'unattended-failed', { what, message: cause instanceof Error ? cause.stack : message })
    onAlarm('node/failed', what, `${what} failed (${message}). The node goes on, and tries it again by itself.`)
    if (this.retries.has(what)) return
    const ms = Math.min(LIMITS.backoffMsMax, LIMITS.backoffMsMin * 2 ** Math.min(failures, 16))
    const cancel = around.after(ms, () => {
      this.retries.delete(what)
      again().then(
        () => onAlarmOver('node/failed', what),
        (next: unknown) => this.tryLater(what, again, next, failures + 1),
      )
    })
    this.retries.set(what, cancel)
  }
}
