// The first tables. Plain SQL that SQLite and PostgreSQL both read: numbers are bigint (POSIX seconds, epoch
// milliseconds, or microseconds, as the name says), truth is 0 or 1, canonical bodies are text. The one table only
// SQLite has, the index for substrings, is made in search.ts.

import { type Kysely, sql } from 'kysely'

const TABLES = `
create table cards (
  digest text primary key, party text not null, root_digest text not null, serial bigint not null, name text not null,
  file text not null
);
create index cards_by_party on cards (party, serial);

create table agreements (
  version text primary key, pact text not null, body text not null
);
create index agreements_by_pact on agreements (pact);

create table logs (
  origin text primary key, pact text not null, channel text not null, party text not null, next bigint not null,
  card text not null, version text not null, opening_card text, opening_version text
);
create index logs_by_channel on logs (pact, channel, party);

create table records (
  origin text not null, idx bigint not null, leaf text not null, pact text not null, version text not null,
  channel text not null, author text not null, type text not null, known smallint not null, id text not null,
  time text not null, time_ms bigint not null, mode text not null, tlp text not null, class text,
  own_code text, own_message text not null,
  validity smallint not null, code text, message text not null, state smallint not null, at_ms bigint not null,
  superseded_by bigint, title text,
  primary key (origin, idx)
);
create index records_by_time on records (at_ms, origin, idx);
create index records_by_pact on records (pact, at_ms, origin, idx);
create index records_by_state on records (state, at_ms, origin, idx);
create index records_by_type on records (type, at_ms, origin, idx);

create table statements (
  origin text not null, idx bigint not null, payload text not null,
  primary key (origin, idx)
);

create table addressees (
  origin text not null, idx bigint not null, place smallint not null, party text not null,
  primary key (origin, idx, place)
);
create index addressees_by_party on addressees (party, origin, idx);

create table parts (
  origin text not null, idx bigint not null, part smallint not null, role text not null, media_type text not null,
  size bigint not null, sealed text not null,
  primary key (origin, idx, part)
);

create table part_states (
  origin text not null, idx bigint not null, part smallint not null, state smallint not null, code text,
  primary key (origin, idx, part)
);

create index part_states_rejected on part_states (origin, idx, part) where state = 2;

create table part_titles (
  origin text not null, idx bigint not null, part smallint not null, rank bigint not null, title text not null,
  primary key (origin, idx, part)
);

create table mentions (
  origin text not null, idx bigint not null, place smallint not null, re_origin text not null, re_idx bigint not null,
  re_leaf text not null,
  primary key (origin, idx, place)
);
create index mentions_by_target on mentions (re_origin, re_idx, origin, idx);

create table seen_logs (
  origin text not null, seen_origin text not null, idx bigint not null, size bigint not null, root text not null,
  primary key (origin, seen_origin, idx)
);

create table seen_receipts (
  origin text not null, by_party text not null, receipt_origin text not null, idx bigint not null, size bigint not null,
  digest text not null,
  primary key (origin, by_party, receipt_origin, idx)
);

create table signatures (
  origin text not null, idx bigint not null, pact text not null, version text not null, base text, channel text not null,
  party text not null, origins text not null,
  primary key (origin, idx)
);
create index signatures_by_version on signatures (version, channel, party);
create index signatures_by_base on signatures (pact, party, base);

create table proposals (
  origin text not null, idx bigint not null, version text not null, base text not null,
  primary key (origin, idx)
);
create index proposals_by_base on proposals (origin, base, idx);

create table receipts (
  origin text not null, by_party text not null, size bigint not null, time bigint not null, digest text not null,
  bounds_hi smallint not null, bounds_lo smallint not null,
  primary key (origin, by_party, size, time, digest)
);
create index receipts_by_hi on receipts (origin, by_party, size, time, digest) where bounds_hi = 1;
create index receipts_by_lo on receipts (origin, by_party, size, time, digest) where bounds_lo = 1;
create index receipts_by_time on receipts (origin, by_party, time, size);

create table receipts_before_lo (
  origin text not null, by_party text not null, idx bigint not null, lo bigint not null,
  primary key (origin, by_party, idx)
);

create table forces (
  version text not null, channel text not null, pact text not null, since bigint not null, force text not null,
  primary key (version, channel)
);

create table force_points (
  origin text not null, version text not null, idx bigint not null,
  primary key (origin, version)
);

create table rows_due (
  origin text not null, first bigint not null, past bigint not null,
  primary key (origin, first)
);

create table object_texts (
  digest text primary key, source text not null
);

create table object_sources (
  origin text not null, idx bigint not null, part smallint not null, position bigint not null,
  pact text not null, collection smallint not null, id text not null, version text not null,
  version_order text not null, digest text not null, type text not null, spec_version text not null, name text, tlp text, revoked smallint not null, warnings text,
  shown smallint not null, refused smallint not null,
  primary key (origin, idx, part, position)
);
create index object_sources_by_key on object_sources (id, version_order, pact, collection, shown);
create index object_sources_refused on object_sources (pact, collection, id, version_order, origin, idx, part, position)
  where refused = 1;

create table sources_due (
  origin text not null, idx bigint not null, shown smallint not null, part smallint not null, position bigint not null,
  primary key (origin, idx)
);

create table objects (
  seq integer primary key, added_us bigint not null,
  pact text not null, collection smallint not null, id text not null, version_order text not null, type text not null,
  spec_version text not null, party text not null,
  origin text not null, idx bigint not null, part smallint not null, position bigint not null, digest text not null,
  conflicts bigint not null,
  unique (pact, collection, id, version_order)
);
create index objects_by_collection on objects (pact, collection, seq);
create index objects_by_type on objects (type, seq);
create index objects_by_party on objects (party, seq);
create index objects_by_id on objects (id, version_order);
create unique index objects_by_added on objects (added_us);

create table object_references (
  seq bigint not null, target text not null,
  primary key (seq, target)
);
create index object_references_by_target on object_references (target, seq);

create table search_texts (
  seq integer primary key, words text not null
);

create table contradictions (
  code text not null, origin text not null, message text not null,
  primary key (code, origin, message)
);

create table sequences (
  name text primary key, value bigint not null
);
`

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of TABLES.split(';')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
}
