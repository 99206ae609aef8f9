// What of ours may be taken back, what of the others may be answered, and the feeds of an agreement.

import type { Sqlite } from './database.ts'
import { FEEDS_PER_PARTY_MAX, REVOKED_AT_ONCE_MAX } from './limits.ts'
import type { CollectionName, OwnObject, SharedPlace } from './object-rows.ts'
import { COLLECTIONS, COUNTS, VALIDITY } from './schema.ts'

/** Each place of an object in a share of ours that counts, with those it was said to; the oldest version first. */
export function sharedByUs(sqlite: Sqlite, pact: string, id: string): SharedPlace[] {
  return sharedIn(sqlite, 'outbox', pact, id, 's.version_order')
}

/** Asks whether the newest version of an object that we share under an agreement, and did not take back, is revoked. */
export function askRevokedByUs(sqlite: Sqlite): (pact: string, id: string) => boolean {
  const newest = sqlite.prepare<[string, string, number], { revoked: number }>(
    `select revoked from object_sources where id = ? and pact = ? and collection = ? and shown = ${COUNTS.yes}
     order by version_order desc limit 1`,
  )
  const outbox = COLLECTIONS.indexOf('outbox')
  return (pact, id) => newest.get(id, pact, outbox)?.revoked === 1
}

/**
 * Each place of an object in a share of another party that counts here, or with `alsoTakenBack` counted before its author
 * took it back; what still counts first, then what was said in earnest, then the newest version, then what was said first.
 */
export function sharedWithUs(
  sqlite: Sqlite,
  pact: string,
  id: string,
  { alsoTakenBack = false }: { alsoTakenBack?: boolean } = {},
): SharedPlace[] {
  const shown = alsoTakenBack ? [COUNTS.yes, COUNTS.takenBack] : [COUNTS.yes]
  const order = `s.shown = ${COUNTS.yes} desc, r.mode = 'Actual' desc, s.version_order desc, r.at_ms`
  return sharedIn(sqlite, 'inbox', pact, id, order, shown)
}

/** The newest text of a sighting or an opinion that we say under an agreement, and that is not revoked. */
export function feedbackByUs(sqlite: Sqlite, pact: string, id: string): string | undefined {
  const newest = sqlite
    .prepare<[string, string, number], { source: string; revoked: number }>(
      `select t.source, s.revoked from object_sources s join object_texts t on t.digest = s.digest
       where s.id = ? and s.pact = ? and s.collection = ? and s.shown = ${COUNTS.yes} and s.type in ('sighting', 'opinion')
       order by s.version_order desc limit 1`,
    )
    .get(id, pact, COLLECTIONS.indexOf('outbox'))
  return newest?.revoked === 0 ? newest.source : undefined
}

/** The objects of a share of ours that count, in their order, from past a place on; at most `limit`. */
export function sharedInRecord(
  sqlite: Sqlite,
  record: { origin: string; idx: number },
  after: { part: number; position: number },
  limit: number,
): OwnObject[] {
  return sqlite
    .prepare<[string, number, number, number, number], OwnObject>(
      `select s.id, s.version, s.type, s.part, s.position, s.digest from object_sources s
       join records r on r.origin = s.origin and r.idx = s.idx
       where s.origin = ? and s.idx = ? and (s.part, s.position) > (?, ?) and s.shown = ${COUNTS.yes}
       and s.collection = ${COLLECTIONS.indexOf('outbox')} and r.type = 'intel/share'
       order by s.part, s.position limit ?`,
    )
    .all(record.origin, record.idx, after.part, after.position, limit)
}

function sharedIn(
  sqlite: Sqlite,
  collection: CollectionName,
  pact: string,
  id: string,
  order: string,
  shown: readonly number[] = [COUNTS.yes],
): SharedPlace[] {
  return sqlite
    .prepare<
      [string, string, number, number],
      Omit<SharedPlace, 'record' | 'to'> & { origin: string; idx: number; to: string }
    >(
      `select s.origin, s.idx, s.part, s.position, s.version_order as "order", s.spec_version as specVersion, s.digest,
         r.author as "from", r.channel, r.mode, r.tlp, r.class, f.feed, (select json_group_array(party) from (
           select party from addressees a where a.origin = s.origin and a.idx = s.idx order by place)) as "to"
       from object_sources s join records r on r.origin = s.origin and r.idx = s.idx
       left join record_feeds f on f.origin = s.origin and f.idx = s.idx
       where s.id = ? and s.pact = ? and s.collection = ? and s.shown in (${shown.join(', ')}) and r.type = 'intel/share'
       order by ${order}, s.origin, s.idx, s.part, s.position limit ?`,
    )
    .all(id, pact, COLLECTIONS.indexOf(collection), REVOKED_AT_ONCE_MAX)
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
