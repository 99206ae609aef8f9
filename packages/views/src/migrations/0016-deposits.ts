// Deposits: receipts that bound no lo. There were none among what was folded before.

import { type Kysely, sql } from 'kysely'

const CHANGES = `
alter table receipts add column deposit smallint not null default 0;
drop index receipts_by_lo;
create index receipts_by_lo on receipts (origin, by_party, deposit, size, time, digest) where bounds_lo = 1;
`

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of CHANGES.split(';')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
}
