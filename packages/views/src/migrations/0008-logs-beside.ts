// Destructions that the other logs of their author bar (spec/destruction.md, Several logs). Empties what was folded: what
// was judged by one log alone is judged anew.

import { type Kysely, sql } from 'kysely'
import { emptyFolded } from './emptying.ts'

/** Tables of what was folded that are younger than the list of those that are emptied. */
const YOUNGER = [
  ...['destruction_waits', 'destroyed_parts', 'removals_due', 'log_cards', 'notice_entries', 'notices_due', 'notices'],
  ...['frozen', 'successions', 'witnessed'],
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await emptyFolded(db, YOUNGER)
  await sql.raw('alter table destroyed_parts add column lawful smallint not null default 1').execute(db)
}
