// Receipts that statements name in `seen`, and which of them are not held here. What a statement names may bring it into
// force and pins what it names (spec/agreement.md, spec/keys.md), so such a receipt is never forgotten, and whoever named
// one that its cosigner does not show here is asked for it.

import type { Sqlite } from './database.ts'
import type { ReceiptToFold } from './views.ts'

/** A receipt that a statement names and that is not held. */
export interface UnheldReceipt {
  /** The log of the statement, and its place in it. */
  namedIn: string
  index: number
  size: number
  /** SHA-256 of the receipt file, hex. */
  digest: string
}

export class NamedReceipts {
  private readonly sql

  constructor(sqlite: Sqlite) {
    this.sql = {
      // Found by its digest, whatever else was named of that signer on that log: that may be without end, and nowhere.
      arrived: sqlite.prepare<[string, string, string, number]>(
        `update seen_receipts set held = 1
         where +receipt_origin = ? and +by_party = ? and digest = ? and size = ? and held = 0`,
      ),
      named: sqlite.prepare<[string, string, string], { idx: number }>(
        'select idx from seen_receipts where receipt_origin = ? and by_party = ? and digest = ? limit 1',
      ),
      any: sqlite.prepare<[string, string], { n: number }>(
        'select 1 as n from seen_receipts where receipt_origin = ? and by_party = ? and held = 0 limit 1',
      ),
      // From one log to the next, without looking at all that each names.
      logs: sqlite.prepare<{ on: string; by: string }, { origin: string }>(
        `with recursive naming (origin) as (
           select min(origin) from seen_receipts where receipt_origin = @on and by_party = @by and held = 0
           union all
           select (select min(s.origin) from seen_receipts s
             where s.receipt_origin = @on and s.by_party = @by and s.held = 0 and s.origin > naming.origin)
           from naming where naming.origin is not null)
         select origin from naming where origin is not null`,
      ),
      unheld: sqlite.prepare<[string, string, string, number, number], UnheldReceipt>(
        `select origin as namedIn, idx as "index", size, digest from seen_receipts
         where receipt_origin = ? and by_party = ? and origin = ? and idx > ? and held = 0 order by idx limit ?`,
      ),
    }
  }

  arrived({ origin, by, digest, size }: ReceiptToFold): void {
    this.sql.arrived.run(origin, by, digest, size)
  }

  isNamed({ origin, by, digest }: ReceiptToFold): boolean {
    return this.sql.named.get(origin, by, digest) !== undefined
  }

  /** Of each log that names such receipts by `by` on `origin` the first `most` beyond the place in it that `after` tells. */
  unheld(origin: string, by: string, after: (namedIn: string) => number, most: number): UnheldReceipt[] {
    // Asked in every round of every feed, and mostly nothing is.
    if (this.sql.any.get(origin, by) === undefined) return []
    return this.sql.logs
      .all({ on: origin, by })
      .flatMap((log) => this.sql.unheld.all(origin, by, log.origin, after(log.origin), most))
  }
}
