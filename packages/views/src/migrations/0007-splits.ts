// Logs that their author signed twice, and how many entries both branches have in common.

import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('create table splits (origin text not null primary key, common bigint not null)').execute(db)
}
