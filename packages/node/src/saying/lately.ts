// What left under each agreement in the 24 hours before without a second person: for thresholds of a day, which hold what is
// cut into many shares like one. Our own logs tell it after a start; from there on it is counted as it is let go, before it
// is sealed, so that shares that are asked for at once are counted too.

import type { ApprovalThresholds, LeftLately } from '@countersign/intel'

export interface LatelyMeans {
  now(): number
  /** What our logs show since then; once all of them are folded. */
  said(pact: string, sinceMs: number): Promise<(LeftLately & { at: number })[]>
}

const DAY_MS = 86_400_000

export class Lately {
  private readonly means: LatelyMeans
  private readonly left = new Map<string, (LeftLately & { at: number })[]>()
  private readonly loading = new Map<string, Promise<void>>()

  constructor(means: LatelyMeans) {
    this.means = means
  }

  async of(pact: string): Promise<LeftLately> {
    const known = this.loading.get(pact) ?? this.load(pact)
    this.loading.set(pact, known)
    // What failed is tried again by whoever asks next; this one is not let go.
    await known.catch((cause: unknown) => {
      this.loading.delete(pact)
      throw cause
    })
    return this.sum(pact)
  }

  /** Counts it as gone; undefined where it would be above a bound with what was let go meanwhile. Gives what undoes that. */
  take(pact: string, { objects, bytes }: LeftLately, bounds: ApprovalThresholds): (() => void) | undefined {
    const { dayObjects = Number.POSITIVE_INFINITY, dayBytes = Number.POSITIVE_INFINITY } = bounds
    const before = this.sum(pact)
    if (before.objects + objects > dayObjects || before.bytes + bytes > dayBytes) return undefined
    const gone = { at: this.means.now(), objects, bytes }
    const all = this.left.get(pact) ?? []
    this.left.set(pact, [...all, gone])
    return () =>
      this.left.set(
        pact,
        (this.left.get(pact) ?? []).filter((one) => one !== gone),
      )
  }

  private async load(pact: string): Promise<void> {
    this.left.set(pact, await this.means.said(pact, this.means.now() - DAY_MS))
  }

  private sum(pact: string): LeftLately {
    const since = this.means.now() - DAY_MS
    const all = (this.left.get(pact) ?? []).filter(({ at }) => at > since)
    this.left.set(pact, all)
    const of = (name: keyof LeftLately) => all.reduce((sum, one) => sum + one[name], 0)
    return { objects: of('objects'), bytes: of('bytes') }
  }
}
