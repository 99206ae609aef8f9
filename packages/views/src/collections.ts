// What TAXII 2.1 asks of a collection (sections 3.3 to 3.5, 5.3 to 5.8): objects, manifest and versions, ascending by the
// time at which they joined. That time is given once and only rises, across a rebuild of the views too, so a client that
// goes on from it, or from `next`, neither misses an object nor meets one twice. What no client sees at once is not read
// at once: a page names its objects, and their texts are read one by one.

import { ok, type Result, refuse, sha256, toHex, utf8 } from '@countersign/log'
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import { CURSOR_REFUSED } from './cursors.ts'
import type { Store } from './database.ts'
import { MATCH_VALUES_MAX, OBJECT_PAGE_MAX, PAGE_CHARACTERS_MAX, SEQUENCES_PER_LOOK } from './limits.ts'
import type { CollectionName, CollectionObject, CollectionPage, CollectionQuery } from './object-rows.ts'
import { COLLECTIONS, FEEDS_FROM, type Tables } from './schema.ts'
import { microsecondsOf, microsecondsText, versionOrder } from './times.ts'

export type CollectionView = 'objects' | 'manifest' | 'versions'

/** The version told of an object that has neither `modified` nor `created`: it has one only, so it is the same for ever. */
export const UNVERSIONED = '1970-01-01T00:00:00.000Z'

type Eb = ExpressionBuilder<Tables & { o: Tables['objects'] }, 'o'>

/**
 * One page. `versions` shows every version whatever `match.version` says. Refuses `views/cursor`, `views/other-query`,
 * `views/added-after`, `views/limit` and `views/match`.
 */
export async function readCollection(
  store: Store,
  view: CollectionView,
  query: CollectionQuery,
): Promise<Result<CollectionPage>> {
  const { limit, match = {} } = query
  if (!Number.isSafeInteger(limit) || limit < 1)
    return refuse('views/limit', 'The limit must be a whole number above zero.')
  const addedAfter = query.addedAfter === undefined ? 0 : microsecondsOf(query.addedAfter)
  if (addedAfter === undefined) {
    return refuse('views/added-after', 'added_after must be a time in UTC such as 2026-03-01T09:30:00.000000Z.')
  }
  if (Object.values(match).some((values) => values.length > MATCH_VALUES_MAX)) {
    return refuse('views/match', `At most ${MATCH_VALUES_MAX} values can be matched at once; ask several times.`)
  }
  const bond = bondOf(view, query, addedAfter)
  const next = query.next === undefined ? ok(0) : parsePlace(query.next, bond)
  if (!next.ok) return next
  const after = Math.max(addedAfter, next.value)
  const size = Math.min(limit, OBJECT_PAGE_MAX)

  const rows: Row[] = []
  for (let from = firstAfter(store, after); from !== undefined && rows.length <= size; ) {
    // An id is found by its own index; what is sought by anything else is looked for in bounded steps.
    const to = match.id === undefined ? from + SEQUENCES_PER_LOOK - 1 : Number.MAX_SAFE_INTEGER
    rows.push(...(await look(store, view, query, from, to, size + 1 - rows.length)))
    if (to >= lastSequence(store)) break
    from = to + 1
    await new Promise((resolve) => setImmediate(resolve))
  }

  const page: CollectionObject[] = []
  let characters = 0
  for (const { seq, id, version, spec_version, digest, ...row } of rows.slice(0, size)) {
    characters += row.characters
    if (view === 'objects' && page.length > 0 && characters > PAGE_CHARACTERS_MAX) break
    const addedAt = microsecondsText(row.added_us)
    page.push({ seq, id, version: version === '' ? UNVERSIONED : version, specVersion: spec_version, addedAt, digest })
  }
  const last = rows[page.length - 1]
  const nothing = microsecondsText(after)
  return ok({
    objects: page,
    next: last !== undefined && rows.length > page.length ? `${last.added_us.toString(36)}.${bond}` : null,
    addedFirst: page[0]?.addedAt ?? nothing,
    addedLast: page.at(-1)?.addedAt ?? nothing,
  })
}

/** Whether a collection shows any version of an object. */
export function inCollection(
  store: Store,
  pact: string,
  collection: CollectionQuery['collection'],
  id: string,
): boolean {
  const found = store.sqlite
    .prepare<[string, number, string], unknown>(
      `select 1 from objects o where o.pact = ? and o.collection = ? and o.id = ? and not exists (
         select 1 from removed_here r where r.pact = o.pact
           and r.collection = iif(o.collection >= ${FEEDS_FROM}, 0, o.collection) and r.id = o.id
           and r.version_order = o.version_order) limit 1`,
    )
    .get(pact, numberOf(store, collection), id)
  return found !== undefined
}

/** How a collection stands in the tables; -1 of a feed that nothing was shared in. */
function numberOf({ sqlite }: Store, collection: CollectionQuery['collection']): number {
  if (!collection.startsWith('feed:')) return COLLECTIONS.indexOf(collection as CollectionName)
  const feed = sqlite
    .prepare<[string], { number: number }>('select number from feeds where name = ?')
    .get(collection.slice('feed:'.length))
  return feed === undefined ? -1 : FEEDS_FROM + feed.number
}

interface Row {
  seq: number
  added_us: number
  id: string
  version: string
  spec_version: string
  digest: string
  characters: number
}

/** The matching objects from one sequence number up to and with another. */
function look(store: Store, view: CollectionView, query: CollectionQuery, from: number, to: number, limit: number) {
  const { match = {} } = query
  return store.db
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
    .where((eb) => {
      const [pact, collection] = [query.pact, numberOf(store, query.collection)]
      // The signs keep SQLite from going through the whole collection where ids are given that have an index.
      if (match.id !== undefined) {
        return sql<SqlBool>`+o.pact = ${pact} and +o.collection = ${collection} and +o.seq between ${from} and ${to}`
      }
      return eb.and([eb('o.pact', '=', pact), eb('o.collection', '=', collection), eb.between('o.seq', from, to)])
    })
    .where((eb) => {
      const wanted: Expression<SqlBool>[] = [notRemoved('o')]
      if (match.id !== undefined) wanted.push(eb('o.id', 'in', match.id))
      if (match.type !== undefined) wanted.push(eb('o.type', 'in', match.type))
      if (match.specVersion !== undefined) wanted.push(eb('o.spec_version', 'in', match.specVersion))
      if (view !== 'versions') wanted.push(versionsWanted(eb, match.version ?? ['last'], match.specVersion))
      return eb.and(wanted)
    })
    .orderBy('o.seq')
    .limit(limit)
    .execute()
}

function firstAfter({ sqlite }: Store, addedUs: number): number | undefined {
  return sqlite
    .prepare<[number], { seq: number }>('select seq from objects where added_us > ? order by added_us limit 1')
    .get(addedUs)?.seq
}

function lastSequence({ sqlite }: Store): number {
  return sqlite.prepare<[], { seq: number | null }>('select max(seq) as seq from objects').get()?.seq ?? 0
}

function notRemoved(alias: 'o' | 'other'): Expression<SqlBool> {
  const of = sql.raw(alias)
  // What was removed from the inbox is shown in no feed either.
  return sql<SqlBool>`not exists (select 1 from removed_here r where r.pact = ${of}.pact
    and r.collection = iif(${of}.collection >= ${sql.raw(String(FEEDS_FROM))}, 0, ${of}.collection) and r.id = ${of}.id and r.version_order = ${of}.version_order)`
}

/**
 * TAXII 2.1 section 3.4.1: `first`, `last` and exact versions may be mixed; `all` is all. The first and the last are those
 * of the specification versions that are asked for.
 */
function versionsWanted(eb: Eb, versions: readonly string[], specVersions?: string[]): Expression<SqlBool> {
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
          .whereRef('other.version_order', comparison, 'o.version_order')
          .where(notRemoved('other'))
          .$if(specVersions !== undefined, (one) => one.where('other.spec_version', 'in', specVersions ?? [])),
      ),
    )
  return eb.or(
    versions.map((version) =>
      version === 'last'
        ? beyond('>')
        : version === 'first'
          ? beyond('<')
          : eb('o.version_order', 'in', orders(version)),
    ),
  )
}

/** How a version that a client names stands in the tables. */
export function orders(version: string): string[] {
  const order = versionOrder(version)
  return order === versionOrder(UNVERSIONED) ? [order, ''] : [order]
}

/** Ties a place to the query it was given for: everything but the limit. */
function bondOf(view: CollectionView, { pact, collection, match = {} }: CollectionQuery, addedAfter: number): string {
  const sorted = [match.id, match.type, match.version, match.specVersion].map((values) => values?.toSorted() ?? null)
  return toHex(sha256(utf8(JSON.stringify([view, pact, collection, sorted, addedAfter])))).slice(0, 16)
}

function parsePlace(text: string, bond: string): Result<number> {
  const match = /^([0-9a-z]{1,11})\.([0-9a-f]{16})$/.exec(text)
  const place = Number.parseInt(match?.[1] ?? '', 36)
  if (!Number.isSafeInteger(place)) return CURSOR_REFUSED
  if (match?.[2] === bond) return ok(place)
  return refuse(
    'views/other-query',
    'This next belongs to another query. Send it with the same filters as the request that gave it, or begin again without it.',
  )
}
