// What is told of an object beside its text: errors and warnings by STIX 2.1, each with its section. Empties what was
// folded: objects that came before were judged by fewer rules.

import type { Kysely } from 'kysely'
import { emptyFolded } from './emptying.ts'

/** Tables of what was folded that are younger than the list of those that are emptied. */
const YOUNGER = [
  ...['destruction_waits', 'destroyed_parts', 'removals_due', 'log_cards', 'notice_entries', 'notices_due', 'notices'],
  ...['frozen', 'successions', 'witnessed'],
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await emptyFolded(db, YOUNGER)
}
