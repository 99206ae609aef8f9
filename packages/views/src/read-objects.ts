// STIX objects as the console lists and shows them, newest first: found by a part of what they say, with the version and
// provenance of each, and the texts that were refused.

import { ok, type Result, refuse } from '@countersign/log'
import { type ExpressionBuilder, sql } from 'kysely'
import { CURSOR_REFUSED, parseSequenceCursor, sequenceCursor } from './cursors.ts'
import type { Store } from './database.ts'
import {
  CONFLICT_PAGE_MAX,
  CONFLICT_SOURCES_MAX,
  OBJECT_PAGE_DEFAULT,
  OBJECT_PAGE_MAX,
  OBJECT_RELATIONS_MAX,
  OBJECT_TOTAL_MAX,
  OBJECT_VERSIONS_MAX,
  QUERY_MAX,
} from './limits.ts'
import type {
  ConflictRow,
  ConflictSource,
  ObjectDetail,
  ObjectPage,
  ObjectQuery,
  ObjectRow,
  Provenance,
} from './object-rows.ts'
import { foldWords, relationshipOf } from './object-words.ts'
import { COLLECTIONS, INBOX, type Tables, WITHDRAWN } from './schema.ts'
import { type SearchIndex, searchFor } from './search.ts'
import { microsecondsText } from './times.ts'

/** One page of the list. Refuses `views/cursor` and `views/query`. */
export async function readObjects(store: Store, index: SearchIndex, query: ObjectQuery): Promise<Result<ObjectPage>> {
  const before = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : parseSequenceCursor(query.cursor)
  if (before === undefined) return CURSOR_REFUSED
  const words = foldWords((query.q ?? '').trim())
  if (words.length > QUERY_MAX) return refuse('views/query', `Search for at most ${QUERY_MAX} characters.`)
  const limit = Math.min(Math.max(query.limit ?? OBJECT_PAGE_DEFAULT, 1), OBJECT_PAGE_MAX)

  const hides = store.sqlite.prepare('select 1 from removed_here limit 1').get() !== undefined
  const ways = (words === '' ? [everything] : waysToFind(words, index.reached())).map((way) => ({ ...way, hides }))
  const rows: Awaited<ReturnType<typeof page>> = []
  let total = 0
  for (const way of ways) {
    if (rows.length <= limit) rows.push(...(await page(store, query, way, before, limit + 1 - rows.length)))
    total += await count(store, query, way, words === '' ? Number.MAX_SAFE_INTEGER : OBJECT_TOTAL_MAX + 1 - total)
  }
  const objects = rows.slice(0, limit).map(objectRow)
  const last = objects.at(-1)
  return ok({
    objects,
    next: last !== undefined && rows.length > limit ? sequenceCursor(last.seq) : null,
    total: words === '' ? total : Math.min(total, OBJECT_TOTAL_MAX),
    totalIsLeast: words !== '' && total > OBJECT_TOTAL_MAX,
  })
}

/** Every version of an object in every collection, and its relations. Undefined where there is none. */
export async function readObject(
  store: Store,
  id: string,
  provenanceOf: (of: { pact: string; collection: number; id: string; order: string; kept: string }) => Provenance[],
): Promise<Omit<ObjectDetail, 'feedback'> | undefined> {
  const versions = await rowsOf(store)
    .where('o.id', '=', id)
    .where('o.collection', '<=', WITHDRAWN)
    .orderBy('o.version_order', 'desc')
    .orderBy('o.seq', 'desc')
    .limit(OBJECT_VERSIONS_MAX)
    .execute()
  if (versions.length === 0) return undefined
  const named = await rowsOf(store)
    .where('o.seq', 'in', (eb) => eb.selectFrom('object_references as r').select('r.seq').where('r.target', '=', id))
    .orderBy(sql`case when o.type = 'relationship' then 0 else 1 end`)
    .orderBy('o.seq', 'desc')
    .limit(OBJECT_RELATIONS_MAX)
    .execute()
  const links = named.flatMap(({ digest, type }) => {
    const link = type === 'relationship' ? relationshipOf(store.textOf(digest)) : null
    return link === null ? [] : [link.source, link.target]
  })
  const others = await rowsOf(store)
    .where('o.id', '!=', id)
    .where('o.collection', '<', WITHDRAWN)
    .where((eb) =>
      eb.or([
        eb('o.id', 'in', (one) =>
          one
            .selectFrom('object_references as r')
            .innerJoin('objects as us', 'us.seq', 'r.seq')
            .select('r.target')
            .where('us.id', '=', id),
        ),
        ...(links.length === 0 ? [] : [eb('o.id', 'in', links)]),
      ]),
    )
    .orderBy('o.seq', 'desc')
    .limit(OBJECT_RELATIONS_MAX)
    .execute()
  const seen = new Set(named.map(({ seq }) => seq))
  return {
    versions: versions.map((row) => ({
      ...objectRow(row),
      source: store.textOf(row.digest),
      provenance: provenanceOf({
        ...{
          pact: row.pact,
          collection: row.collection === WITHDRAWN ? INBOX : row.collection,
          id,
          order: row.version_order,
        },
        kept: `${row.origin}#${row.idx}`,
      }),
    })),
    relations: [...named, ...others.filter(({ seq }) => !seen.has(seq))].map((row) => ({
      ...objectRow(row),
      link: row.type === 'relationship' ? relationshipOf(store.textOf(row.digest)) : null,
    })),
  }
}

/** Who said texts that were refused, most first: one careless exporter is one line. */
export function readConflictSources({ sqlite }: Store): ConflictSource[] {
  return sqlite
    .prepare<
      [number],
      Omit<ConflictSource, 'collection' | 'first' | 'last'> & { at: number; firstAt: string; lastAt: string }
    >(
      `select s.pact, s.collection as at, r.author as party, count(*) as texts,
         count(distinct s.id || ' ' || s.version_order) as objects,
         min(printf('%s#%015d', s.origin, s.idx)) as firstAt, max(printf('%s#%015d', s.origin, s.idx)) as lastAt
       from object_sources s join records r on r.origin = s.origin and r.idx = s.idx
       where s.refused = 1 group by s.pact, s.collection, r.author order by texts desc, party, s.pact, at limit ?`,
    )
    .all(CONFLICT_SOURCES_MAX)
    .map(({ at, firstAt, lastAt, ...row }) => ({
      ...row,
      collection: COLLECTIONS[at] ?? 'inbox',
      first: firstAt.replace(/#0*(?=\d)/, '#'),
      last: lastAt.replace(/#0*(?=\d)/, '#'),
    }))
}

/** The texts that were refused because another of the same id and version came first. Refuses `views/cursor`. */
export async function readConflicts(
  store: Store,
  query: { pact?: string; party?: string; cursor?: string; limit?: number },
): Promise<Result<{ conflicts: ConflictRow[]; next: string | null }>> {
  const after = query.cursor === undefined ? undefined : parsePlace(query.cursor)
  if (query.cursor !== undefined && after === undefined) return CURSOR_REFUSED
  const limit = Math.min(Math.max(query.limit ?? OBJECT_PAGE_DEFAULT, 1), CONFLICT_PAGE_MAX)
  const rows = await store.db
    .selectFrom('object_sources as s')
    .innerJoin('objects as o', (join) =>
      join
        .onRef('o.pact', '=', 's.pact')
        .onRef('o.collection', '=', 's.collection')
        .onRef('o.id', '=', 's.id')
        .onRef('o.version_order', '=', 's.version_order'),
    )
    .innerJoin('records as r', (join) => join.onRef('r.origin', '=', 's.origin').onRef('r.idx', '=', 's.idx'))
    .select([
      's.origin',
      's.idx',
      's.part',
      's.position',
      's.pact',
      's.collection',
      's.id',
      's.version',
      's.digest',
      'r.author',
    ])
    .select(['o.origin as kept_origin', 'o.idx as kept_idx', 'o.digest as kept_digest', 'o.party as kept_party'])
    .where('s.refused', '=', 1)
    .$if(query.pact !== undefined, (one) => one.where('s.pact', '=', query.pact ?? ''))
    .$if(query.party !== undefined, (one) => one.where('r.author', '=', query.party ?? ''))
    .$if(after !== undefined, (one) =>
      one.where((eb) =>
        eb(
          eb.refTuple('s.origin', 's.idx', 's.part', 's.position'),
          '>',
          eb.tuple(after?.origin ?? '', after?.idx ?? 0, after?.part ?? 0, after?.position ?? 0),
        ),
      ),
    )
    .orderBy('s.origin')
    .orderBy('s.idx')
    .orderBy('s.part')
    .orderBy('s.position')
    .limit(limit + 1)
    .execute()
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return ok({
    conflicts: rows.slice(0, limit).map((row) => ({
      pact: row.pact,
      collection: COLLECTIONS[row.collection] ?? 'inbox',
      id: row.id,
      version: row.version,
      kept: { record: `${row.kept_origin}#${row.kept_idx}`, party: row.kept_party, digest: row.kept_digest },
      refused: {
        record: `${row.origin}#${row.idx}`,
        party: row.author,
        part: row.part,
        position: row.position,
        digest: row.digest,
      },
    })),
    next: last === undefined ? null : `${last.idx}.${last.part}.${last.position}.${last.origin}`,
  })
}

function parsePlace(text: string): { origin: string; idx: number; part: number; position: number } | undefined {
  const match = /^([0-9]{1,15})\.([0-9]{1,3})\.([0-9]{1,15})\.(.{1,255})$/.exec(text)
  if (match?.[4] === undefined) return undefined
  return { idx: Number(match[1]), part: Number(match[2]), position: Number(match[3]), origin: match[4] }
}

/** Objects `from` a sequence number on, up to and with `to`, that a text finds in one of the ways of search.ts. */
interface Way {
  by: 'nothing' | 'index' | 'words'
  text: string
  from: number
  to: number
  /** Whether anything at all was removed here: mostly nothing was, and then nothing is looked up for each object. */
  hides?: boolean
}

const everything: Way = { by: 'nothing', text: '', from: 0, to: Number.MAX_SAFE_INTEGER }

/** Newest first: what the index does not hold yet, then what it does. */
function waysToFind(words: string, reached: number): Way[] {
  const { indexed, phrase } = searchFor(words)
  const to = Number.MAX_SAFE_INTEGER
  if (!indexed) return [{ by: 'words', text: words, from: 0, to }]
  return [
    { by: 'words', text: words, from: reached + 1, to },
    { by: 'index', text: phrase, from: 0, to: reached },
  ]
}

function rowsOf(store: Store) {
  return store.db
    .selectFrom('objects as o')
    .innerJoin('object_sources as s', (join) =>
      join
        .onRef('s.origin', '=', 'o.origin')
        .onRef('s.idx', '=', 'o.idx')
        .onRef('s.part', '=', 'o.part')
        .onRef('s.position', '=', 'o.position'),
    )
    .select(['o.seq', 'o.added_us', 'o.pact', 'o.collection', 'o.id', 'o.type', 'o.party', 'o.origin', 'o.idx'])
    .select(['o.version_order', 'o.digest', 'o.conflicts', 's.version', 's.name', 's.tlp', 's.revoked', 's.warnings'])
}

function page(store: Store, query: ObjectQuery, way: Way, before: number, limit: number) {
  return rowsOf(store)
    .where('o.seq', '<', before)
    .where((eb) => wanted(eb, query, way))
    .orderBy('o.seq', 'desc')
    .limit(limit)
    .execute()
}

async function count(store: Store, query: ObjectQuery, way: Way, atMost: number): Promise<number> {
  if (atMost <= 0) return 0
  const some = store.db
    .selectFrom('objects as o')
    .select('o.seq')
    .where((eb) => wanted(eb, query, way))
    .$if(way.by !== 'nothing', (one) => one.limit(atMost))
  const { n } = await store.db
    .selectFrom(some.as('some'))
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

function wanted(eb: ExpressionBuilder<Tables & { o: Tables['objects'] }, 'o'>, query: ObjectQuery, way: Way) {
  const all = []
  // What somebody here removed is in no list, and is shown where its id is asked for.
  if (way.hides) {
    all.push(
      sql<boolean>`not exists (select 1 from removed_here r where r.pact = o.pact and r.collection = o.collection
        and r.id = o.id and r.version_order = o.version_order)`,
    )
  }
  if (query.pact !== undefined) all.push(eb('o.pact', '=', query.pact))
  if (query.collection === undefined) all.push(sql<boolean>`o.collection < ${WITHDRAWN}`)
  else all.push(eb('o.collection', '=', COLLECTIONS.indexOf(query.collection)))
  if (query.type !== undefined) all.push(eb('o.type', '=', query.type))
  if (query.party !== undefined) all.push(eb('o.party', '=', query.party))
  if (way.by !== 'nothing') all.push(eb.between('o.seq', way.from, way.to))
  if (way.by === 'index') {
    all.push(sql<boolean>`o.seq in (select rowid from search_index where search_index match ${way.text})`)
  }
  if (way.by === 'words') {
    all.push(
      sql<boolean>`exists (select 1 from search_texts t where t.seq = o.seq and instr(t.words, ${way.text}) > 0)`,
    )
  }
  return eb.and(all)
}

interface Row {
  seq: number
  added_us: number
  pact: string
  collection: number
  id: string
  type: string
  party: string
  origin: string
  idx: number
  version_order: string
  conflicts: number
  version: string
  name: string | null
  tlp: string | null
  revoked: number
  warnings: string | null
}

function objectRow(row: Row): ObjectRow {
  return {
    seq: row.seq,
    id: row.id,
    type: row.type,
    version: row.version,
    name: row.name,
    tlp: row.tlp,
    party: row.party,
    record: `${row.origin}#${row.idx}`,
    pact: row.pact,
    collection: COLLECTIONS[row.collection] ?? 'inbox',
    addedAt: microsecondsText(row.added_us),
    revoked: row.revoked === 1,
    warnings: row.warnings === null ? [] : (JSON.parse(row.warnings) as ObjectRow['warnings']),
    conflicts: row.conflicts,
  }
}
