// Which versions each log speaks under and from where, and which signatures follow another on the same base in their
// log. Empties what was folded: force is told by other rules than before.

import { type Kysely, sql } from 'kysely'
import { emptyFolded } from './emptying.ts'

const CHANGES = `
create table log_versions (
  origin text not null, version text not null, first bigint not null,
  primary key (origin, version)
);
alter table signatures add column second smallint not null default 0;
create index signatures_second on signatures (pact, channel, origin, idx) where second = 1;
`

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of CHANGES.split(';')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
  await emptyFolded(db)
}
