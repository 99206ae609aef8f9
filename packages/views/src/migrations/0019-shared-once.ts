// Under which ids something was shared whose content is destroyed here. Nothing of what was folded changes.

import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table shared_once (id_digest text not null, origin text not null, idx integer not null,
       primary key (id_digest, origin))`,
    )
    .execute(db)
}
