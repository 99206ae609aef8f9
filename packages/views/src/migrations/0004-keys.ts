// Which card is in force in each log and from where, which card a log waits for, the key of each receipt and whether it
// counts, the notices that logs carry, and the sizes at which they freeze logs. Empties what was folded.

import { type Kysely, sql } from 'kysely'
import { emptyFolded } from './emptying.ts'

const CHANGES = `
alter table logs add column awaits text;
alter table receipts add column key_name text not null default '';
alter table receipts add column aside smallint not null default 0;
create index receipts_by_key on receipts (by_party, key_name);
create index seen_receipts_by_digest on seen_receipts (digest);
create table log_cards (
  origin text not null, first bigint not null, card text not null,
  primary key (origin, first)
);
create table notice_entries (
  origin text not null, idx bigint not null, pact text not null, version text not null, digest text not null,
  party text not null, file text not null,
  primary key (origin, idx)
);
create index notice_entries_by_pact on notice_entries (pact, digest);
create table notices_due (
  pact text primary key
);
create table notices (
  pact text not null, digest text not null, party text not null, since bigint,
  primary key (pact, digest)
);
create table frozen (
  origin text primary key, size bigint not null, notice text not null
);
`

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of CHANGES.split(';')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
  await emptyFolded(db, ['destruction_waits', 'destroyed_parts', 'removals_due'])
}
