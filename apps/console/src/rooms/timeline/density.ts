// Many objects in one strip: how many claim a time for themselves, and how many records there are, bin by bin.

import type { Row } from './drawn.ts'
import { type View, xOf } from './scale.ts'

/** Pixels of one bin. */
export const BIN = 4

export interface Density {
  claimed: number[]
  happened: number[]
}

export function densityOf({ claims, happenings }: Row, view: View, width: number): Density {
  const bins = Math.max(Math.ceil(width / BIN), 1)
  const binOf = (at: number) => Math.floor(xOf(view, width, at) / BIN)
  // What begins in a bin and what has ended by it, summed up from the left.
  const change = Array.from({ length: bins + 1 }, () => 0)
  for (const { from, until } of claims) {
    const [a, b] = [from ?? -Infinity, until ?? Infinity]
    const [first, last] = [Math.max(binOf(Math.min(a, b)), 0), Math.min(binOf(Math.max(a, b)), bins - 1)]
    if (first > last) continue
    change[first] = (change[first] ?? 0) + 1
    change[last + 1] = (change[last + 1] ?? 0) - 1
  }
  let now = 0
  const claimed = change.slice(0, bins).map((by) => (now += by))
  const happened = Array.from({ length: bins }, () => 0)
  for (const { at } of happenings) {
    const bin = binOf(at)
    if (bin >= 0 && bin < bins) happened[bin] = (happened[bin] ?? 0) + 1
  }
  return { claimed, happened }
}
