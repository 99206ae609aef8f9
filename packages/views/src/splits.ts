// Logs that their author signed twice, and from which entry on what stands in them stands after the split (spec/fork.md,
// What stands after the split): it binds its author and counts for nothing in the author's favour. What is asked here is
// only where an entry stands; what follows from it is decided where each thing is decided.

import type { Sqlite } from './database.ts'

interface Place {
  origin: string
  idx: number
}

export class Splits {
  private readonly common = new Map<string, number>()
  private readonly sql

  constructor(sqlite: Sqlite) {
    this.sql = {
      all: sqlite.prepare<[], { origin: string; common: number }>('select origin, common from splits'),
      keep: sqlite.prepare<[string, number]>(
        'insert into splits values (?, ?) on conflict (origin) do update set common = min(common, excluded.common)',
      ),
      destructions: sqlite.prepare<[string], Place>(
        `select r.origin, r.idx from logs l join logs o on o.pact = l.pact and o.channel = l.channel and o.party = l.party
         join records r on r.origin = o.origin and r.type = 'content/destroyed'
         where l.origin = ? order by r.origin, r.idx`,
      ),
    }
    this.recall()
  }

  /** Reads again what the tables hold, as after a transaction that failed. */
  recall(): void {
    this.common.clear()
    for (const { origin, common } of this.sql.all.all()) this.common.set(origin, common)
  }

  /**
   * Two branches of a log have `common` entries in common from the start; of several pairs the least counts. Gives up to
   * where entries stand after the split that did not before; undefined where there are none.
   */
  found(origin: string, common: number): { first: number; past: number } | undefined {
    const before = this.common.get(origin) ?? Number.MAX_SAFE_INTEGER
    if (common >= before) return undefined
    this.sql.keep.run(origin, common)
    this.common.set(origin, common)
    return { first: common, past: before }
  }

  /** Whether an entry stands after the split of its log. */
  isAfter({ origin, idx }: Place): boolean {
    const common = this.common.get(origin)
    return common !== undefined && idx >= common
  }

  /** The destructions that the author of a log said on its channel, in any of its logs: what it consented to may count no more. */
  destructionsOf(origin: string): Place[] {
    return this.sql.destructions.all(origin)
  }
}
