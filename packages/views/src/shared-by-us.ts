// What of ours may be taken back, and the feeds of an agreement.

import type { Sqlite } from './database.ts'
import { FEEDS_PER_PARTY_MAX, REVOKED_AT_ONCE_MAX } from './limits.ts'
import type { SharedPlace } from './rows.ts'
import { COLLECTIONS, COUNTS, VALIDITY } from './schema.ts'

/** Each place of an object in a record of ours that counts, with those it was said to. */
export function sharedByUs(sqlite: Sqlite, pact: string, id: string): SharedPlace[] {
  return sqlite
    .prepare<
      [string, string, number, number],
      Omit<SharedPlace, 'record' | 'to'> & { origin: string; idx: number; to: string }
    >(
      `select s.origin, s.idx, s.part, s.position, s.version_order as "order", s.spec_version as specVersion, s.digest,
         r.channel, r.mode, r.tlp, r.class, f.feed, (select json_group_array(party) from (
           select party from addressees a where a.origin = s.origin and a.idx = s.idx order by place)) as "to"
       from object_sources s join records r on r.origin = s.origin and r.idx = s.idx
       left join record_feeds f on f.origin = s.origin and f.idx = s.idx
       where s.id = ? and s.pact = ? and s.collection = ? and s.shown = ${COUNTS.yes}
       order by s.version_order, s.origin, s.idx, s.part, s.position limit ?`,
    )
    .all(id, pact, COLLECTIONS.indexOf('outbox'), REVOKED_AT_ONCE_MAX)
    .map(({ origin, idx, to, ...place }) => ({
      ...place,
      record: `${origin}#${idx}`,
      to: JSON.parse(to) as string[],
    }))
}

/** Of each party the first it shared in, so that none crowds out those of another; sorted. */
export function feedsOf(sqlite: Sqlite, pact: string): string[] {
  return sqlite
    .prepare<[string, number], { feed: string }>(
      `select distinct feed from (
         select feed, row_number() over (partition by author order by feed) as place from (
           select distinct f.feed, r.author from record_feeds f join records r on r.origin = f.origin and r.idx = f.idx
           where r.pact = ? and r.validity = ${VALIDITY.valid}))
       where place <= ? order by feed`,
    )
    .all(pact, FEEDS_PER_PARTY_MAX)
    .map(({ feed }) => feed)
}
