// How many objects there are, by what a list can be narrowed to: kept as they come and go, for to count a million anew takes
// longer than a question may. A function of the objects, and in no digest.

import type { Sqlite } from './database.ts'
import { COLLECTIONS, WITHDRAWN } from './schema.ts'
import type { Narrowing } from './search.ts'

export interface CountedAs {
  pact: string
  collection: number
  type: string
  party: string
}

export class ObjectCounts {
  private readonly sqlite: Sqlite
  private readonly sql

  constructor(sqlite: Sqlite) {
    this.sqlite = sqlite
    this.sql = {
      held: sqlite.prepare<[], { n: number }>(
        `select coalesce(sum(n), 0) as n from object_counts where collection < ${WITHDRAWN}`,
      ),
      more: sqlite.prepare<CountedAs>(
        `insert into object_counts values (:pact, :collection, :type, :party, 1)
         on conflict (pact, collection, type, party) do update set n = n + 1`,
      ),
      fewer: sqlite.prepare<CountedAs>(
        `update object_counts set n = n - 1
         where pact = :pact and collection = :collection and type = :type and party = :party`,
      ),
      none: sqlite.prepare<CountedAs>(
        `delete from object_counts
         where pact = :pact and collection = :collection and type = :type and party = :party and n = 0`,
      ),
    }
  }

  add(as: CountedAs): void {
    this.sql.more.run(as)
  }

  take(as: CountedAs): void {
    this.sql.fewer.run(as)
    // A type may be a word of its author's, which must not stay where the last object of it goes.
    this.sql.none.run(as)
  }

  /** How many were shared by us and with us, whether they are shown here or not. */
  held(): number {
    return this.sql.held.get()?.n ?? 0
  }

  /** How many a list would show that is narrowed to this, those that were removed here not counted. */
  of(narrowing: Narrowing): number {
    const { where, values } = narrowed('o', narrowing)
    const sum = this.sqlite.prepare<unknown[], { n: number }>(
      `select coalesce(sum(o.n), 0) as n from object_counts o where ${where}`,
    )
    // From the few that were removed to the row of each, never the other way round.
    const removed = this.sqlite.prepare<unknown[], { n: number }>(
      `select count(*) as n from removed_here r cross join objects o on o.pact = r.pact and o.collection = r.collection
         and o.id = r.id and o.version_order = r.version_order where ${where}`,
    )
    return (sum.get(...values)?.n ?? 0) - (removed.get(...values)?.n ?? 0)
  }
}

/** SQL that holds of what a list shows that is narrowed to this: of what was shared alone, where no collection is named. */
export function narrowed(
  alias: string,
  { pact, collection, type, party }: Narrowing,
): { where: string; values: unknown[] } {
  const parts: [string, unknown][] = [
    collection === undefined
      ? [`${alias}.collection < ?`, WITHDRAWN]
      : [`${alias}.collection = ?`, COLLECTIONS.findIndex((name) => name === collection)],
  ]
  for (const [name, value] of Object.entries({ pact, type, party })) {
    if (value !== undefined) parts.push([`${alias}.${name} = ?`, value])
  }
  return { where: parts.map(([part]) => part).join(' and '), values: parts.map(([, value]) => value) }
}
