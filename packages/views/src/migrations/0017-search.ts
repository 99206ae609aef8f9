// Objects are counted as they come and go, by what a list is narrowed to; and the index of their words is another, which
// is filled anew from the stored words as if none were indexed yet. What a later migration empties it must take from both
// as well: neither is looked up in the objects when they are counted.

import { type Kysely, sql } from 'kysely'

const CHANGES = `
create table object_counts (
  pact text not null, collection smallint not null, type text not null, party text not null, n bigint not null,
  primary key (pact, collection, type, party)
);
insert into object_counts select pact, collection, type, party, count(*) from objects group by pact, collection, type, party;
drop table if exists search_index;
drop table if exists search_words;
drop table if exists search_pairs;
delete from sequences where name = 'search';
`

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of CHANGES.split(';')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
}
