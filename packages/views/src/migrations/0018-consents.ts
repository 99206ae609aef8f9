// Consents to passing on, and what takes them back. Empties what was folded where any of these came before: they were of no
// known type.

import { type Kysely, sql } from 'kysely'
import { emptyFolded } from './emptying.ts'

const YOUNGER = [
  ...['destruction_waits', 'destroyed_parts', 'removals_due', 'log_cards', 'notice_entries', 'notices_due', 'notices'],
  ...['frozen', 'successions', 'witnessed', 'taken_back', 'places_due', 'record_feeds', 'feedback', 'object_counts'],
]

export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql
    .raw(`select 1 from records where type in ('intel/consent', 'intel/retract') limit 1`)
    .execute(db)
  if (rows.length === 0) return
  await emptyFolded(db, YOUNGER)
  // Made when the views open.
  for (const table of ['search_words', 'search_pairs']) await sql.raw(`drop table if exists ${table}`).execute(db)
}
