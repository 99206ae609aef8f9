// Which versions each log speaks under and from where, and which signatures follow another on the same base in their
// log. Empties what was folded: force is told by other rules than before.

import { type Kysely, sql } from 'kysely'

const CHANGES = `
create table log_versions (
  origin text not null, version text not null, first bigint not null,
  primary key (origin, version)
);
alter table signatures add column second smallint not null default 0;
create index signatures_second on signatures (pact, channel, origin, idx) where second = 1;
`

export const EMPTIED = [
  ...['logs', 'records', 'statements', 'addressees', 'parts', 'part_states', 'part_titles', 'mentions', 'seen_logs'],
  ...[
    'seen_receipts',
    'signatures',
    'proposals',
    'receipts',
    'receipts_before_lo',
    'forces',
    'force_points',
    'rows_due',
  ],
  ...['object_texts', 'object_sources', 'sources_due', 'objects', 'object_references', 'search_texts'],
  ...['contradictions', 'cards', 'agreements'],
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of CHANGES.split(';')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
  await emptyFolded(db)
}

/** Everything folded goes; the views are then folded again from the logs. */
export async function emptyFolded(db: Kysely<unknown>): Promise<void> {
  for (const table of EMPTIED) await sql.raw(`delete from ${table}`).execute(db)
  // The index of words is made when the views open.
  await sql.raw('drop table if exists search_index').execute(db)
}
