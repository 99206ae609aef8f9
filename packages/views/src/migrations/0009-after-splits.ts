// What stands after a split counts for nothing in its author's favour (spec/fork.md). Splits are told anew from
// `evidence/` at each start: those that are forgotten here have their rows derived again then.

import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('delete from splits').execute(db)
}
