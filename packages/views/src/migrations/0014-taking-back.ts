// Objects that their author took back, the feeds of shares, and what follows for collections. Empties what was folded:
// revocations and shares in a feed that came before were not read.

import { type Kysely, sql } from 'kysely'
import { up as empty } from './0011-object-remarks.ts'

const CHANGES = `
create table taken_back (
  origin text not null, idx bigint not null, part smallint not null, position bigint not null,
  by_origin text not null, by_idx bigint not null,
  primary key (origin, idx, part, position, by_origin, by_idx)
);
create index taken_back_by on taken_back (by_origin, by_idx);
create table places_due (
  origin text not null, idx bigint not null, part smallint not null, position bigint not null,
  primary key (origin, idx, part, position)
);
create table record_feeds (
  origin text not null, idx bigint not null, feed text not null,
  primary key (origin, idx)
);
create index record_feeds_by_feed on record_feeds (feed);
create table feeds (number integer primary key, name text not null unique);
`

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of CHANGES.split(';')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
  await empty(db)
}
