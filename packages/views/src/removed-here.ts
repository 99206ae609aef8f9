// Objects that somebody here removed from what the others shared. They stay in the record they came in, and in the tables
// that are folded from it; they are only not shown any more. Which they are is the node's own matter and kept by it: this
// table is filled anew at each start, and is no part of what is folded.

import { orders } from './collections.ts'
import type { Sqlite } from './database.ts'
import type { RemovedHere } from './object-rows.ts'
import { COLLECTIONS } from './schema.ts'

export class RemovedObjects {
  private readonly sql

  constructor(sqlite: Sqlite) {
    this.sql = {
      insert: sqlite.prepare<[string, number, string, string]>(
        'insert into removed_here values (?, ?, ?, ?) on conflict do nothing',
      ),
      clear: sqlite.prepare('delete from removed_here'),
      versions: sqlite.prepare<[string, number, string], { version_order: string; spec_version: string }>(
        `select o.version_order, o.spec_version from objects o where o.pact = ? and o.collection = ? and o.id = ? and not exists (
           select 1 from removed_here r where r.pact = o.pact and r.collection = o.collection and r.id = o.id
             and r.version_order = o.version_order) order by o.version_order`,
      ),
    }
  }

  recall(all: readonly RemovedHere[]): void {
    this.sql.clear.run()
    for (const one of all) this.add(one)
  }

  add({ pact, collection, id, order }: RemovedHere): void {
    this.sql.insert.run(pact, COLLECTIONS.indexOf(collection), id, order)
  }

  /** Which versions on show are meant by those a client names; every one where it names none. */
  meant(
    { pact, collection, id }: Omit<RemovedHere, 'order'>,
    versions: readonly string[] = ['all'],
    specVersions?: readonly string[],
  ): RemovedHere[] {
    const shown = this.sql.versions
      .all(pact, COLLECTIONS.indexOf(collection), id)
      .filter((row) => specVersions?.includes(row.spec_version) ?? true)
      .map((row) => row.version_order)
    const named = new Set(
      versions.flatMap((one) => (one === 'first' ? shown.slice(0, 1) : one === 'last' ? shown.slice(-1) : orders(one))),
    )
    const meant = versions.includes('all') ? shown : shown.filter((order) => named.has(order))
    return meant.map((order) => ({ pact, collection, id, order }))
  }
}
