// Content that is destroyed: what a destruction that is not decided yet waits for, and which parts are. Empties what was
// folded, for records on the life of content were of no known type before.

import { type Kysely, sql } from 'kysely'
import { emptyFolded } from './emptying.ts'

const CHANGES = `
create table destruction_waits (
  origin text not null, idx bigint not null, kind smallint not null, on_origin text not null, at_least bigint not null
);
create index destruction_waits_by_record on destruction_waits (origin, idx);
create index destruction_waits_by_want on destruction_waits (kind, on_origin, at_least, idx);
create table destroyed_parts (
  origin text not null, idx bigint not null, part smallint not null, by_origin text not null, by_idx bigint not null,
  primary key (origin, idx, part, by_origin, by_idx)
);
create table removals_due (
  origin text not null, idx bigint not null, part smallint not null,
  primary key (origin, idx, part)
);
create index object_sources_by_digest on object_sources (digest);
create index destroyed_parts_by on destroyed_parts (by_origin, by_idx);
`

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of CHANGES.split(';')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
  await emptyFolded(db)
}
