// Which records of a log count as witnessed (spec/witness.md, Witnessed): those that witnesses of enough operators, none
// of them the log's author, cosigned. It bounds no time and discharges nobody. Trusts its caller that the cosignatures
// were verified and are consistent with the log.

import type { Agreement } from './agreement.ts'

export type Witness = NonNullable<Agreement['witnesses']>['of'][number]

/** The witnesses that count for the logs of a party. */
export function witnessesFor(agreement: Agreement, author: string): Witness[] {
  return (agreement.witnesses?.of ?? []).filter(({ operator }) => operator !== author)
}

/** The records below this index are witnessed; 0 where none is. `sizeOf` is the largest size that a witness cosigned. */
export function witnessedTo(
  agreement: Agreement,
  author: string,
  sizeOf: (witness: string) => number | undefined,
): number {
  const byOperator = new Map<string, number>()
  for (const { name, operator } of witnessesFor(agreement, author)) {
    byOperator.set(operator, Math.max(sizeOf(name) ?? 0, byOperator.get(operator) ?? 0))
  }
  const sizes = [...byOperator.values()].sort((a, b) => b - a)
  return agreement.witnesses === undefined ? 0 : (sizes[agreement.witnesses.quorum - 1] ?? 0)
}
