// STIX objects as the console lists and shows them, newest first: found by a part of what they say, with the version and
// provenance of each, and the texts that were refused.

import { ok, type Result, refuse } from '@countersign/log'
import { sql } from 'kysely'
import { CURSOR_REFUSED, parseSequenceCursor, sequenceCursor } from './cursors.ts'
import type { Store } from './database.ts'
import { findObjects } from './find-objects.ts'
import {
  CONFLICT_PAGE_MAX,
  CONFLICT_SOURCES_MAX,
  OBJECT_PAGE_DEFAULT,
  OBJECT_PAGE_MAX,
  OBJECT_RELATIONS_MAX,
  OBJECT_VERSIONS_MAX,
  QUERY_MAX,
} from './limits.ts'
import { endsOf } from './object-ends.ts'
import type {
  ConflictRow,
  ConflictSource,
  ObjectDetail,
  ObjectPage,
  ObjectQuery,
  ObjectRow,
  Provenance,
} from './object-rows.ts'
import type { ObjectShelf } from './object-shelf.ts'
import { foldWords, relationshipOf } from './object-words.ts'
import { COLLECTIONS, INBOX, WITHDRAWN } from './schema.ts'
import { microsecondsText } from './times.ts'

/** One page of the list. Refuses `views/cursor` and `views/query`. `goesOn`: see HowToFind. */
export async function readObjects(
  store: Store,
  shelf: ObjectShelf,
  query: ObjectQuery,
  goesOn?: () => boolean,
): Promise<Result<ObjectPage>> {
  const { cursor, q, limit: asked, ...narrowing } = query
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : parseSequenceCursor(cursor)
  if (before === undefined) return CURSOR_REFUSED
  const words = foldWords((q ?? '').trim())
  if (words.length > QUERY_MAX) return refuse('views/query', `Search for at most ${QUERY_MAX} characters.`)
  const limit = Math.min(Math.max(asked ?? OBJECT_PAGE_DEFAULT, 1), OBJECT_PAGE_MAX)

  const { seqs, ...found } = await findObjects(
    store.sqlite,
    shelf,
    { ...narrowing, words, before, limit },
    goesOn && { goesOn },
  )
  const shown = seqs.slice(0, limit)
  const rows = await rowsOf(store).where('o.seq', 'in', shown).orderBy('o.seq', 'desc').execute()
  const last = shown.at(-1)
  const next = last !== undefined && seqs.length > limit ? sequenceCursor(last) : null
  const ends = endsOf(store)
  return ok({ objects: rows.map((row) => ({ ...objectRow(row), ends: ends(row) })), next, ...found })
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
  const ends = endsOf(store)
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
      ends: ends(row),
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
