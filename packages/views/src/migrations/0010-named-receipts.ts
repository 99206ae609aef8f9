// Which receipts that statements name are not held yet: whoever named one is asked for it.

import { type Kysely, sql } from 'kysely'

const CHANGES = `
alter table seen_receipts add column held smallint not null default 0;
update seen_receipts set held = 1 where exists (select 1 from receipts r where r.origin = seen_receipts.receipt_origin
  and r.by_party = seen_receipts.by_party and r.digest = seen_receipts.digest);
create index seen_receipts_not_held on seen_receipts (receipt_origin, by_party, origin, idx) where held = 0;
`

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of CHANGES.split(';')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
}
