// What TAXII 2.1 asks of a collection (sections 3.4, 5.4 to 5.8): objects, manifest and versions, ascending by the order in
// which they joined. A page begins after a sequence number or after an added time; both rise together and are never
// given twice, so a client that goes on from either neither misses an object nor meets one twice.

import { ok, type Result, refuse } from '@countersign/log'
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import { CURSOR_REFUSED, parseSequenceCursor, sequenceCursor } from './cursors.ts'
import type { Store } from './database.ts'
import { MATCH_VALUES_MAX, OBJECT_PAGE_MAX, PAGE_CHARACTERS_MAX } from './limits.ts'
import type { CollectionObject, CollectionPage, CollectionQuery } from './rows.ts'
import { COLLECTIONS, type Tables } from './schema.ts'
import { microsecondsOf, microsecondsText, versionOrder } from './times.ts'

export type CollectionView = 'objects' | 'manifest' | 'versions'

type Eb = ExpressionBuilder<Tables & { o: Tables['objects'] }, 'o'>

/**
 * One page. `versions` shows every version whatever `match.version` says. Refuses `views/cursor`, `views/added-after`,
 * `views/limit` and `views/match`.
 */
export async function readCollection(
  store: Store,
  view: CollectionView,
  query: CollectionQuery,
): Promise<Result<CollectionPage>> {
  const { limit, match = {} } = query
  if (!Number.isSafeInteger(limit) || limit < 1)
    return refuse('views/limit', 'The limit must be a whole number above zero.')
  const after = query.next === undefined ? 0 : parseSequenceCursor(query.next)
  if (after === undefined) return CURSOR_REFUSED
  const addedAfter = query.addedAfter === undefined ? undefined : microsecondsOf(query.addedAfter)
  if (query.addedAfter !== undefined && addedAfter === undefined) {
    return refuse('views/added-after', 'added_after must be a time in UTC such as 2026-03-01T09:30:00.000000Z.')
  }
  if (Object.values(match).some((values) => values.length > MATCH_VALUES_MAX)) {
    return refuse('views/match', `At most ${MATCH_VALUES_MAX} values can be matched at once.`)
  }
  const size = Math.min(limit, OBJECT_PAGE_MAX)

  const rows = await store.db
    .selectFrom('objects as o')
    .innerJoin('object_sources as s', (join) =>
      join
        .onRef('s.origin', '=', 'o.origin')
        .onRef('s.idx', '=', 'o.idx')
        .onRef('s.part', '=', 'o.part')
        .onRef('s.position', '=', 'o.position'),
    )
    .innerJoin('object_texts as t', 't.digest', 'o.digest')
    .select(['o.seq', 'o.added_us', 'o.id', 's.version', 'o.spec_version', 'o.digest'])
    .select(sql<number>`length(t.source)`.as('characters'))
    .where('o.pact', '=', query.pact)
    .where('o.collection', '=', COLLECTIONS.indexOf(query.collection))
    .where('o.seq', '>', after)
    .where((eb) => {
      const wanted: Expression<SqlBool>[] = []
      if (addedAfter !== undefined) wanted.push(eb('o.added_us', '>', addedAfter))
      if (match.id !== undefined) wanted.push(eb('o.id', 'in', match.id))
      if (match.type !== undefined) wanted.push(eb('o.type', 'in', match.type))
      if (match.specVersion !== undefined) wanted.push(eb('o.spec_version', 'in', match.specVersion))
      if (view !== 'versions') wanted.push(versionsWanted(eb, match.version ?? ['last']))
      return eb.and(wanted)
    })
    .orderBy('o.seq')
    .limit(size + 1)
    .execute()

  const page: CollectionObject[] = []
  let characters = 0
  for (const row of rows.slice(0, size)) {
    if (view === 'objects') {
      characters += row.characters
      if (page.length > 0 && characters > PAGE_CHARACTERS_MAX) break
    }
    const addedAt = microsecondsText(row.added_us)
    const source = view === 'objects' ? store.textOf(row.digest) : ''
    const version = row.version === '' ? addedAt : row.version
    page.push({ seq: row.seq, id: row.id, version, specVersion: row.spec_version, addedAt, source })
  }
  const last = page.at(-1)
  return ok({
    objects: page,
    next: last !== undefined && rows.length > page.length ? sequenceCursor(last.seq) : null,
    addedFirst: page[0]?.addedAt ?? null,
    addedLast: last?.addedAt ?? null,
  })
}

/** TAXII 2.1 section 3.4.3: `first`, `last` and exact versions may be mixed; `all` is all. */
function versionsWanted(eb: Eb, versions: readonly string[]): Expression<SqlBool> {
  if (versions.includes('all')) return eb.and([])
  const beyond = (comparison: '>' | '<') =>
    eb.not(
      eb.exists(
        eb
          .selectFrom('objects as other')
          .select('other.seq')
          .whereRef('other.pact', '=', 'o.pact')
          .whereRef('other.collection', '=', 'o.collection')
          .whereRef('other.id', '=', 'o.id')
          .whereRef('other.version_order', comparison, 'o.version_order'),
      ),
    )
  return eb.or(
    versions.map((version) =>
      version === 'last'
        ? beyond('>')
        : version === 'first'
          ? beyond('<')
          : eb('o.version_order', '=', versionOrder(version)),
    ),
  )
}
