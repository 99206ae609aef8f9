// How much of each log the witnesses of its agreement cosigned.

import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table witnessed (
         origin text not null, witness text not null, size bigint not null, time bigint not null,
         primary key (origin, witness)
       )`,
    )
    .execute(db)
}
