// Consents to passing on, and what takes them back. Empties what was folded: they were of no known type before.

import type { Kysely } from 'kysely'
import { emptyFolded } from './emptying.ts'

const YOUNGER = [
  ...['destruction_waits', 'destroyed_parts', 'removals_due', 'log_cards', 'notice_entries', 'notices_due', 'notices'],
  ...['frozen', 'successions', 'witnessed', 'taken_back', 'places_due', 'record_feeds', 'feedback'],
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await emptyFolded(db, YOUNGER)
}
