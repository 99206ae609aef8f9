// What was carried here by hand is taken in, one stick after the other.

import { ok, type Result } from '@countersign/log'
import { type EngineParts, noSuchPact } from '../engine-parts.ts'
import { type CarriedIn, type CarryInOptions, carryIn } from './carry-in.ts'

export interface SticksMeans extends Pick<CarryInOptions, 'takeNotice' | 'stopped'> {
  /** Resolves once everything held is folded into the views. */
  settled(): Promise<void>
}

export interface StickOptions {
  /** One agreement alone. */
  pact?: string
  progress?(done: number, total: number): void
}

export class Sticks {
  private readonly parts: EngineParts
  private readonly means: SticksMeans
  private taking: Promise<unknown> = Promise.resolve()

  constructor(parts: EngineParts, means: SticksMeans) {
    this.parts = parts
    this.means = means
  }

  /** Takes in the folder `from`, countersigns what it holds, and waits until that is folded. */
  takeIn(from: string, { pact, progress = () => {} }: StickOptions): Promise<Result<CarriedIn>> {
    const taken = this.taking.then(async (): Promise<Result<CarriedIn>> => {
      const { settled, takeNotice, stopped } = this.means
      if (pact !== undefined && this.parts.pacts.get(pact) === undefined) return noSuchPact(pact)
      const folder = await this.parts.around.carriedFolder(from)
      if (!folder.ok) return folder
      const of = pact === undefined ? {} : { pact }
      const report = await carryIn(this.parts, folder.value, { ...of, takeNotice, stopped, progress })
      await settled()
      return ok(report)
    })
    this.taking = taken.catch(() => {})
    return taken
  }

  /** Resolves once none is being taken in any more. */
  async ended(): Promise<void> {
    await this.taking
  }
}
