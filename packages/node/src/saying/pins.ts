// When a `log/pin` is due (spec/records.md): something worth naming has stayed unnamed for one pin interval. Pins of
// others, and receipts that cover nothing of ours but pins, are not worth naming: so two quiet logs fall silent.

import type { Pin } from './speaker.ts'

export interface PinSituation {
  /** For each peer log: index of its newest entry that is no pin (-1: none), and how much of it we have named. */
  peers: Iterable<{ lastSaid: number; named: number }>
  /** The newest receipt held on our own log by each cosigner, with the size we last named for that cosigner. */
  receipts: Iterable<Pick<Pin, 'size'> & { pinned: number }>
  /** Indexes of our own entries that are no pins, newest last; only the newest matters. */
  lastSaid: number
}

export function pinIsWorthwhile(situation: PinSituation): boolean {
  for (const { lastSaid, named } of situation.peers) if (lastSaid >= named) return true
  for (const { size, pinned } of situation.receipts) {
    if (size > pinned && situation.lastSaid >= pinned) return true
  }
  return false
}
