// The desk at which content is sealed and opened, while the keys it opens with change: the next call goes to a desk with
// the new ones, and what is under way at the one before ends there.

import type { SealingDesk } from './sealer.ts'

export class ChangingDesk implements SealingDesk {
  private readonly openOne: () => SealingDesk
  private desk: SealingDesk
  private readonly before: SealingDesk[] = []

  constructor(openOne: () => SealingDesk) {
    this.openOne = openOne
    this.desk = openOne()
  }

  /** From here on with the keys there are now. */
  change(): void {
    this.before.push(this.desk)
    this.desk = this.openOne()
  }

  seal(...args: Parameters<SealingDesk['seal']>): ReturnType<SealingDesk['seal']> {
    return this.desk.seal(...args)
  }

  open(...args: Parameters<SealingDesk['open']>): ReturnType<SealingDesk['open']> {
    return this.desk.open(...args)
  }

  async close(): Promise<void> {
    await Promise.all([...this.before, this.desk].map((desk) => desk.close()))
  }
}
