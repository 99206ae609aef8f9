// Repeats a round: at an interval while it succeeds, sooner when woken, later and later while it fails.

import { LIMITS } from './limits.ts'
import type { Surroundings } from './surroundings.ts'

export class Rounds {
  private readonly round: () => Promise<void>
  private readonly intervalMs: () => number
  private readonly around: Surroundings
  private readonly failed: (cause: unknown) => void
  private cancel: (() => void) | undefined
  private running: Promise<void> | undefined
  private again = false
  private stopped = false
  private failures = 0
  /** Failures since the last success or hint: what the back-off grows by. */
  private streak = 0

  constructor(
    round: () => Promise<void>,
    options: { intervalMs: () => number; around: Surroundings; failed: (cause: unknown) => void },
  ) {
    this.round = round
    this.intervalMs = options.intervalMs
    this.around = options.around
    this.failed = options.failed
  }

  get isRunning(): boolean {
    return this.running !== undefined
  }

  get failing(): boolean {
    return this.failures > 0
  }

  /** Runs a round now, or once more after the one that runs. A hint of a peer also ends its back-off. */
  wake(): void {
    this.streak = 0
    this.start()
  }

  /** Does `work` when no round runs; the next round waits for it. Rejects where it fails; that is no failure of a round. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.running !== undefined) await this.running
    if (this.stopped) throw new Error('The node is being stopped; do this again when it runs.')
    const done = work()
    this.running = done.then(
      () => {},
      () => {},
    )
    try {
      return await done
    } finally {
      this.running = undefined
      if (this.again && !this.stopped) {
        this.again = false
        this.start()
      }
    }
  }

  async stop(): Promise<void> {
    this.stopped = true
    this.cancel?.()
    await this.running
  }

  private start(): void {
    if (this.stopped) return
    if (this.running !== undefined) {
      this.again = true
      return
    }
    this.cancel?.()
    this.cancel = undefined
    this.running = this.run().finally(() => {
      this.running = undefined
      if (this.stopped) return
      if (this.again) {
        this.again = false
        this.start()
      } else this.cancel = this.around.after(this.delay(), () => this.start())
    })
  }

  private async run(): Promise<void> {
    try {
      await this.round()
      this.failures = 0
      this.streak = 0
    } catch (cause) {
      this.failures++
      this.streak++
      if (!this.stopped) this.failed(cause)
    }
  }

  private delay(): number {
    if (this.failures === 0) return this.intervalMs()
    return Math.min(LIMITS.backoffMsMax, LIMITS.backoffMsMin * 2 ** Math.min(this.streak, 16))
  }
}
