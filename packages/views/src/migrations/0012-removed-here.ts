// Objects that are not shown here any more, by the choice of this node. Nothing of what was folded changes.

import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table removed_here (pact text not null, collection smallint not null, id text not null, version_order text not null,
       primary key (pact, collection, id, version_order))`,
    )
    .execute(db)
}
