// Sightings and opinions by the objects they are about. Empties what was folded: feedback that came before was not read.

import { type Kysely, sql } from 'kysely'
import { up as empty } from './0011-object-remarks.ts'

const CHANGES = `
create table feedback (
  target text not null, origin text not null, idx bigint not null, part smallint not null, position bigint not null,
  kind smallint not null, count bigint not null, first_seen text, last_seen text, opinion text, verdict text,
  primary key (target, origin, idx, part, position)
);
create index feedback_by_place on feedback (origin, idx, part, position);
`
/** Tables of what was folded that are younger than the list of those that are emptied. */
const YOUNGER = ['taken_back', 'places_due', 'record_feeds']

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of CHANGES.split(';')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
  await empty(db)
  for (const table of YOUNGER) await sql.raw(`delete from ${table}`).execute(db)
}
