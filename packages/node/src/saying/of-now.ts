// Refusals that are about this moment, and not about what is said: the disk, the node, a limit of the day, an agreement whose
// force is not known again yet, rules of the house that cannot be read. What is kept waits for these to be over.

import type { Refusal } from '@countersign/log'

const OF_NOW =
  /^(?:ledger\/|node\/|equivalence\/|say\/daily-limit$|pact\/not-in-force$|release\/(?:rules|terms|address-list)$)/

export function isOfNow({ code }: Refusal): boolean {
  return OF_NOW.test(code)
}
