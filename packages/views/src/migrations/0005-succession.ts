// Which log succeeds which (spec/succession.md). Empties what was folded: a log that succeeds another goes on from what
// that one had seen.

import { type Kysely, sql } from 'kysely'
import { emptyFolded } from './emptying.ts'

const CHANGES = `
create table successions (
  origin text not null primary key, predecessor text not null, size bigint not null, root text not null,
  state smallint not null
);
create index successions_predecessor on successions (predecessor, origin);
`

/** Tables of what was folded that are younger than the list of those that are emptied. */
const YOUNGER = [
  'destruction_waits',
  'destroyed_parts',
  'removals_due',
  'log_cards',
  'notice_entries',
  'notices',
  'frozen',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of CHANGES.split(';')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
  await emptyFolded(db, YOUNGER)
}
