// Work that is done in steps until none is left, one step after the other, the event loop turning between them. Several
// lanes take turns, so that a long one holds up none of the others.

export class Lane {
  private readonly step: () => Promise<boolean>
  private readonly failed: (cause: unknown) => void
  private readonly between: () => Promise<void>
  private running: Promise<void> | undefined
  private again = false
  private stopped = false

  /** `step` answers whether there was anything to do, `between` is awaited after each. A step that throws ends the run, until the lane is woken again. */
  constructor(step: () => Promise<boolean>, failed: (cause: unknown) => void, between: () => Promise<void>) {
    this.step = step
    this.failed = failed
    this.between = between
  }

  get isRunning(): boolean {
    return this.running !== undefined
  }

  get isStopped(): boolean {
    return this.stopped
  }

  wake(): void {
    if (this.stopped) return
    if (this.running !== undefined) {
      this.again = true
      return
    }
    this.running = this.run()
      .catch(this.failed)
      .finally(() => {
        this.running = undefined
        if (!this.again) return
        this.again = false
        this.wake()
      })
  }

  /** Resolves once nothing is left to do. */
  async settled(): Promise<void> {
    while (this.running !== undefined) await this.running
  }

  async stop(): Promise<void> {
    this.stopped = true
    await this.running
  }

  private async run(): Promise<void> {
    while (!this.stopped && (await this.step())) await this.between()
  }
}
