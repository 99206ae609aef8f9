// What a log that succeeds another goes on from (spec/succession.md): it covers the entries of its predecessor below the
// size it pins, and has seen what the statements there had seen. Trusts its caller that the predecessor is held up to
// there with the root that is pinned.

import type { NamedReceipt, Sight } from './force.ts'

/** The log that another names as its predecessor, where the reader holds it up to `size` with the root pinned. */
export interface Predecessor {
  origin: string
  size: number
}

/** What the entry at `own` had seen, by itself and through the logs that its own succeeds. */
export function inheritedSight(
  own: { origin: string; index: number },
  seenAt: (origin: string, index: number) => Sight,
  predecessorOf: (origin: string) => Predecessor | undefined,
): Sight {
  const covered = new Map<string, number>()
  /** Of the entry's own log first. */
  const sights = [seenAt(own.origin, own.index)]
  const passed = new Set([own.origin])
  let before = predecessorOf(own.origin)
  while (before !== undefined && !passed.has(before.origin)) {
    passed.add(before.origin)
    covered.set(before.origin, before.size)
    sights.push(seenAt(before.origin, before.size - 1))
    before = predecessorOf(before.origin)
  }
  if (covered.size === 0 && sights[0] !== undefined) return sights[0]
  return {
    size: (origin) => Math.max(covered.get(origin) ?? 0, ...sights.map((sight) => sight.size(origin))),
    named(by, origin) {
      let largest: NamedReceipt | undefined
      // What a predecessor named was named before.
      for (const sight of sights.toReversed()) {
        const named = sight.named(by, origin)
        if (named !== undefined && named.size > (largest?.size ?? 0)) largest = named
      }
      return largest
    },
  }
}
