// What was folded by other rules goes, and is folded again from the logs.

import { type Kysely, sql } from 'kysely'

const EMPTIED = [
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

/** `younger`: tables of what was folded that were made after the first migration. */
export async function emptyFolded(db: Kysely<unknown>, younger: readonly string[] = []): Promise<void> {
  // The index of words is made when the views open.
  await sql.raw('drop table if exists search_index').execute(db)
  if (!(await isAnythingFolded(db))) return
  for (const table of [...EMPTIED, ...younger]) await sql.raw(`delete from ${table}`).execute(db)
}

/** New views go through all migrations, and hold nothing: no log is folded whose agreement and cards are not known. */
async function isAnythingFolded(db: Kysely<unknown>): Promise<boolean> {
  const tables = ['cards', 'agreements', 'logs', 'receipts', 'object_texts', 'contradictions']
  const any = tables.map((table) => `exists (select 1 from ${table})`).join(' or ')
  const { rows } = await sql.raw<{ folded: number }>(`select ${any} as folded`).execute(db)
  return rows[0]?.folded === 1
}
