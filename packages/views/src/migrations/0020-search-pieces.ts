// The index of words holds of each piece which objects have it, and no longer where in them: nothing asks for that any
// more. It is made when the views open, and filled anew from the stored words as if none were indexed yet.

import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['search_words', 'search_pairs']) await sql.raw(`drop table if exists ${table}`).execute(db)
  await sql.raw(`delete from sequences where name = 'search'`).execute(db)
}
