// Records as they are listed and shown: newest first, each with what it comes to and what bounds its time.

import { ok, type Result, refuse } from '@countersign/log'
import { depositaryOf, witnessedTo, witnessesFor } from '@countersign/pact'
import { parseRecordRef, type Statement } from '@countersign/record'
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { Bounds } from './bounds.ts'
import { CURSOR_REFUSED, parseRecordCursor, type RecordPlace, recordCursor } from './cursors.ts'
import type { Store } from './database.ts'
import type { RowDeriver } from './derive-rows.ts'
import type { KnownAgreements } from './known.ts'
import { ANSWERS_MAX, PROVENANCE_MAX, QUERY_MAX, RECORD_PAGE_DEFAULT, RECORD_PAGE_MAX } from './limits.ts'
import type { Provenance } from './object-rows.ts'
import type {
  PartRow,
  ReceiptRow,
  RecordDetail,
  RecordOfShare,
  RecordPage,
  RecordQuery,
  RecordRow,
  Rejection,
  SaidLately,
  Validity,
} from './rows.ts'
import { PART_STATES, STATES, type Tables, VALIDITY } from './schema.ts'
import type { Splits } from './splits.ts'
import type { RecordTimes } from './timeline-rows.ts'

type Row = Tables['records']

export class RecordReader {
  private readonly store: Store
  private readonly party: string
  private readonly deriver: RowDeriver
  private readonly bounds: Bounds
  private readonly agreements: KnownAgreements
  private readonly splits: Splits
  private readonly sql

  constructor(
    store: Store,
    of: { party: string; deriver: RowDeriver; bounds: Bounds; agreements: KnownAgreements; splits: Splits },
  ) {
    this.store = store
    this.party = of.party
    this.deriver = of.deriver
    this.bounds = of.bounds
    this.agreements = of.agreements
    this.splits = of.splits
    const { sqlite } = store
    this.sql = {
      record: sqlite.prepare<[string, number], Row>('select * from records where origin = ? and idx = ?'),
      payload: sqlite.prepare<[string, number], { payload: string }>(
        'select payload from statements where origin = ? and idx = ?',
      ),
      carriers: sqlite.prepare<
        [string, string, string, number, string, number],
        { origin: string; idx: number; refused: number; takenBack: number }
      >(
        `select s.origin, s.idx, min(s.refused) as refused, min(s.shown = 2) as takenBack from object_sources s
         join records r on r.origin = s.origin and r.idx = s.idx
         where s.id = ? and s.version_order = ? and s.pact = ? and s.collection = ? and s.shown <> 0
         group by s.origin, s.idx order by s.origin || '#' || s.idx <> ?, r.at_ms, s.origin, s.idx limit ?`,
      ),
      lately: sqlite.prepare<[{ author: string; pact: string; sinceMs: number }], SaidLately>(
        `select r.id, r.time_ms as at, coalesce(json_extract(s.payload, '$.body.objects'),
             (select count(*) from object_sources o where o.origin = r.origin and o.idx = r.idx)) as objects,
           (select coalesce(sum(p.size), 0) from parts p where p.origin = r.origin and p.idx = r.idx) as bytes
         from records r join statements s on s.origin = r.origin and s.idx = r.idx
         where r.pact = @pact and r.author = @author and r.type in ('intel/share', 'intel/sighting') and r.time_ms > @sinceMs`,
      ),
      shared: sqlite.prepare<
        [{ pact: string; author: string; share: string }],
        { origin: string; idx: number; objects: number }
      >(
        `select r.origin, r.idx, coalesce(json_extract(s.payload, '$.body.objects'), 0) as objects
         from records r join statements s on s.origin = r.origin and s.idx = r.idx
         where r.pact = @pact and r.author = @author and r.validity <> ${VALIDITY.void}
           and ((r.type = 'intel/share' and json_extract(s.payload, '$.body.share') = @share)
             or (r.type = 'intel/sighting' and substr(r.id, -17) = substr(@share, -17))) order by r.origin, r.idx`,
      ),
      to: sqlite.prepare<[string, number], { party: string }>(
        'select party from addressees where origin = ? and idx = ? order by place',
      ),
      parts: sqlite.prepare<[string, number], Tables['parts'] & { state: number | null; code: string | null }>(
        `select p.*, s.state, s.code from parts p
         left join part_states s on s.origin = p.origin and s.idx = p.idx and s.part = p.part
         where p.origin = ? and p.idx = ? order by p.part`,
      ),
      title: sqlite.prepare<[string, number], { title: string }>(
        'select title from part_titles where origin = ? and idx = ? order by part limit 1',
      ),
      rejected: sqlite.prepare<[string, string, string], { origin: string; idx: number; part: number; code: string }>(
        `select s.origin, s.idx, s.part, s.code from part_states s
         join records r on r.origin = s.origin and r.idx = s.idx
         where s.state = ${PART_STATES.indexOf('rejected')} and r.validity <> ${VALIDITY.void} and r.author <> ?
         and exists (select 1 from addressees a where a.origin = r.origin and a.idx = r.idx and a.party = ?)
         and not exists (
           select 1 from mentions m
           join records answer on answer.origin = m.origin and answer.idx = m.idx
           join statements t on t.origin = m.origin and t.idx = m.idx
           where m.re_origin = s.origin and m.re_idx = s.idx and answer.author = ?
           and answer.type = 'content/rejected' and json_extract(t.payload, '$.body.part') = s.part
           and not exists (select 1 from splits x where x.origin = answer.origin and answer.idx >= x.common))
         order by s.origin, s.idx, s.part`,
      ),
      witnessed: sqlite.prepare<[string], { witness: string; size: number }>(
        'select witness, size from witnessed where origin = ? order by witness',
      ),
      mentions: sqlite.prepare<[string, number], { re_origin: string; re_idx: number; re_leaf: string }>(
        'select re_origin, re_idx, re_leaf from mentions where origin = ? and idx = ? order by place',
      ),
      answers: sqlite.prepare<[string, number, string, number], Row>(
        `select r.* from mentions m join records r on r.origin = m.origin and r.idx = m.idx
         where m.re_origin = ? and m.re_idx = ? and m.re_leaf = ? order by r.at_ms desc, r.origin, r.idx limit ?`,
      ),
      answersTotal: sqlite.prepare<[string, number, string], { n: number }>(
        'select count(*) as n from mentions where re_origin = ? and re_idx = ? and re_leaf = ?',
      ),
    }
  }

  /** Refuses `views/cursor` and `views/query`. */
  async list(query: RecordQuery): Promise<Result<RecordPage>> {
    const after = query.cursor === undefined ? undefined : parseRecordCursor(query.cursor)
    if (query.cursor !== undefined && after === undefined) return CURSOR_REFUSED
    if ((query.q ?? '').length > QUERY_MAX) return refuse('views/query', `Search for at most ${QUERY_MAX} characters.`)
    const limit = Math.min(Math.max(query.limit ?? RECORD_PAGE_DEFAULT, 1), RECORD_PAGE_MAX)
    const rows = await this.store.db
      .selectFrom('records')
      .selectAll()
      .where((eb) => wanted(eb, query, after))
      .orderBy('at_ms', 'desc')
      .orderBy('origin', 'desc')
      .orderBy('idx', 'desc')
      .limit(limit + 1)
      .execute()
    const { n } = await this.store.db
      .selectFrom('records')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where((eb) => wanted(eb, query, undefined))
      .executeTakeFirstOrThrow()
    const page = rows.slice(0, limit)
    const last = page.at(-1)
    return ok({
      records: page.map((row) => this.row(row)),
      next:
        last !== undefined && rows.length > limit
          ? recordCursor({ at: last.at_ms, origin: last.origin, idx: last.idx })
          : null,
      total: n,
    })
  }

  saidLately(author: string, pact: string, sinceMs: number): SaidLately[] {
    return this.sql.lately.all({ author, pact, sinceMs })
  }

  recordsOfShare(author: string, pact: string, share: string): RecordOfShare[] {
    const rows = this.sql.shared.all({ pact, author, share })
    return rows.map(({ origin, idx, objects }) => ({ record: `${origin}#${idx}`, objects }))
  }

  /** The records in which a version of an object came to a collection, the one that is kept first. */
  provenance(of: { pact: string; collection: number; id: string; order: string; kept: string }): Provenance[] {
    const { pact, collection, id, order, kept } = of
    return this.sql.carriers
      .all(id, order, pact, collection, kept, PROVENANCE_MAX)
      .flatMap(({ origin, idx, refused, takenBack }) => {
        const stored = this.sql.record.get(origin, idx)
        if (stored === undefined) return []
        const { record, from: party, time, state, delivery } = this.row(stored)
        return [{ record, party, time, state, delivery, refused: refused === 1, takenBack: takenBack === 1 }]
      })
  }

  /** What a record claims of its time and what others proved of it; undefined where it is not held. */
  times(origin: string, idx: number): RecordTimes | undefined {
    const stored = this.sql.record.get(origin, idx)
    if (stored === undefined) return undefined
    const { author: party, mode, time, state } = stored
    const delivery = this.deriver.deliveryOf(stored)
    const his = delivery.flatMap(({ hi }) => hi ?? [])
    return {
      ...{ record: `${origin}#${idx}`, party, mode: mode as RecordTimes['mode'], time },
      state: STATES[state] ?? 'undecided',
      lo: delivery[0]?.lo ?? null,
      hi: his.length === 0 ? null : Math.min(...his),
    }
  }

  one(record: string): RecordDetail | undefined {
    const ref = parseRecordRef(record)
    const stored = ref.ok ? this.sql.record.get(ref.value.origin.text, ref.value.index) : undefined
    if (stored === undefined) return undefined
    const { origin, idx, leaf } = stored
    const row = this.row(stored)
    return {
      row,
      statement: this.sql.payload.get(origin, idx)?.payload ?? null,
      receipts: this.receipts(stored, row),
      re: this.sql.mentions.all(origin, idx).flatMap((mention) => {
        const named = this.sql.record.get(mention.re_origin, mention.re_idx)
        return named?.leaf === mention.re_leaf ? [this.row(named)] : []
      }),
      answers: this.sql.answers.all(origin, idx, leaf, ANSWERS_MAX).map((answer) => this.row(answer)),
      answersTotal: this.sql.answersTotal.get(origin, idx, leaf)?.n ?? 0,
    }
  }

  /** Parts of records to us that could not be taken, of which their author was not told in what counts for us. */
  rejectionsToSay(): Rejection[] {
    const rows = this.sql.rejected.all(this.party, this.party, this.party)
    return rows.map(({ origin, idx, part, code }) => ({ record: `${origin}#${idx}`, part, code }))
  }

  private row(stored: Row): RecordRow {
    const { origin, idx } = stored
    const to = this.sql.to.all(origin, idx).map(({ party }) => party)
    const payload = this.sql.payload.get(origin, idx)?.payload
    const statement: Statement | undefined = payload === undefined ? undefined : JSON.parse(payload)
    const forUs = stored.author === this.party || to.includes(this.party)
    return {
      record: `${origin}#${idx}`,
      origin,
      index: idx,
      leaf: stored.leaf,
      pact: stored.pact,
      channel: stored.channel,
      from: stored.author,
      to,
      type: stored.type,
      known: stored.known === 1,
      id: stored.id,
      time: stored.time,
      mode: stored.mode as RecordRow['mode'],
      marking: stored.class === null ? { tlp: stored.tlp } : { tlp: stored.tlp, class: stored.class },
      body: statement?.body ?? null,
      validity: validityOf(stored),
      delivery: this.deriver.deliveryOf(stored),
      state: STATES[stored.state] ?? 'undecided',
      witnessed: this.witnessed(stored),
      afterSplit: this.splits.isAfter(stored),
      supersededBy: stored.superseded_by === null ? null : `${origin}#${stored.superseded_by}`,
      parts: this.sql.parts.all(origin, idx).map((part): PartRow => {
        const state = forUs ? (PART_STATES[part.state ?? 0] ?? 'awaited') : 'not-for-us'
        return {
          ...{
            part: part.part,
            role: part.role,
            mediaType: part.media_type,
            size: part.size,
            sealed: part.sealed,
            state,
          },
          ...(part.code === null ? {} : { code: part.code }),
        }
      }),
      title: this.sql.title.get(origin, idx)?.title ?? null,
    }
  }

  private witnessed({ origin, idx, author, version, pact }: Row): RecordRow['witnessed'] {
    const agreement = this.agreements.of(version, pact)
    const counting = agreement === undefined ? [] : witnessesFor(agreement, author)
    if (agreement === undefined || counting.length === 0) return { by: [], enough: false }
    const sizes = new Map(this.sql.witnessed.all(origin).map(({ witness, size }) => [witness, size]))
    const by = counting.map(({ name }) => name).filter((name) => (sizes.get(name) ?? 0) > idx)
    // Witnesses say that they saw one history: after the split there were two.
    const enough =
      witnessedTo(agreement, author, (name) => sizes.get(name)) > idx && !this.splits.isAfter({ origin, idx })
    return { by, enough }
  }

  private receipts(stored: Row, { to, delivery }: Pick<RecordRow, 'to' | 'delivery'>): ReceiptRow[] {
    const lo = delivery[0]?.lo ?? null
    const agreement = this.agreements.of(stored.version, stored.pact)
    const neutrals = agreement?.neutrals.map(({ party }) => party) ?? []
    const depositary = agreement === undefined ? undefined : depositaryOf(agreement)?.party
    const signers = new Set([...to, ...neutrals, ...(agreement?.parties.map(({ party }) => party) ?? [])])
    signers.delete(stored.author)
    const rows: ReceiptRow[] = []
    for (const by of signers) {
      const role = to.includes(by)
        ? 'recipient'
        : by === depositary
          ? 'depositary'
          : neutrals.includes(by)
            ? 'neutral'
            : 'other'
      const { origin, idx } = stored
      const [first, counted] = [this.bounds.earliest(origin, by, idx), this.bounds.hi(origin, by, idx, lo)]
      // The first may be dated before lo and count for nothing: beside it stands the one that does.
      const found = [first, ...(counted?.digest === first?.digest ? [] : [counted]), this.bounds.lo(origin, by, idx)]
      for (const bound of found) {
        if (bound === undefined) continue
        rows.push({ by, role, size: bound.size, time: bound.time, digest: bound.digest })
      }
    }
    return rows.sort((a, b) => a.time - b.time || (a.by < b.by ? -1 : 1))
  }
}

export function validityOf({ validity, code, message }: Pick<Row, 'validity' | 'code' | 'message'>): Validity {
  if (validity === VALIDITY.valid) return { kind: 'valid' }
  return { kind: validity === VALIDITY.void ? 'void' : 'undecided', code: code ?? '', message }
}

function wanted(
  eb: ExpressionBuilder<Tables, 'records'>,
  query: RecordQuery,
  after: RecordPlace | undefined,
): Expression<SqlBool> {
  const all: Expression<SqlBool>[] = []
  if (query.pact !== undefined) all.push(eb('pact', '=', query.pact))
  if (query.channel !== undefined) all.push(eb('channel', '=', query.channel))
  if (query.type !== undefined) all.push(eb('type', '=', query.type))
  if (query.state !== undefined) all.push(eb('state', '=', STATES.indexOf(query.state)))
  if (query.party !== undefined) {
    const { party } = query
    const addressed = eb.exists(
      eb
        .selectFrom('addressees as a')
        .select('a.party')
        .whereRef('a.origin', '=', 'records.origin')
        .whereRef('a.idx', '=', 'records.idx')
        .where('a.party', '=', party),
    )
    all.push(eb.or([eb('author', '=', party), addressed]))
  }
  const words = (query.q ?? '').trim().toLowerCase()
  if (words !== '') {
    const holds = (column: 'type' | 'id' | 'author') => sql<SqlBool>`instr(lower(${sql.ref(column)}), ${words}) > 0`
    const titled = sql<SqlBool>`exists (select 1 from part_titles t where t.origin = records.origin
      and t.idx = records.idx and instr(lower(t.title), ${words}) > 0)`
    all.push(eb.or([holds('type'), holds('id'), holds('author'), titled]))
  }
  if (after !== undefined) {
    all.push(eb(eb.refTuple('at_ms', 'origin', 'idx'), '<', eb.tuple(after.at, after.origin, after.idx)))
  }
  return eb.and(all)
}
