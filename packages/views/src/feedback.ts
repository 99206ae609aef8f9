// Sightings and opinions by the objects they are about (spec/records.md, Feedback), and what each party says now of an object.
// A row stands for what one object says of another, at the place the first came from, and is a function of its text;
// which of them count is asked when somebody asks, so that the order of arrival decides nothing.

import { ok, type Result } from '@countersign/log'
import { CURSOR_REFUSED, parseSequenceCursor, sequenceCursor } from './cursors.ts'
import type { Sqlite } from './database.ts'
import type { FeedbackPage, FeedbackQuery, FeedbackRow, ObjectFeedback } from './feedback-rows.ts'
import { explanationOf, feedbackWords } from './feedback-words.ts'
import { FEEDBACK_OPINIONS_MAX, FEEDBACK_PAGE_DEFAULT, FEEDBACK_PAGE_MAX } from './limits.ts'
import { COLLECTIONS, COUNTS, FEEDBACK_KINDS } from './schema.ts'

const [SIGHTING, OPINION] = [FEEDBACK_KINDS.indexOf('sighting'), FEEDBACK_KINDS.indexOf('opinion')]

/** What else its author says under the same id counts instead of it, or it is revoked (What a party says now, 2). */
const SAID = `from feedback f
  join object_sources s on s.origin = f.origin and s.idx = f.idx and s.part = f.part and s.position = f.position
  join records r on r.origin = s.origin and r.idx = s.idx
  where s.shown = ${COUNTS.yes} and s.revoked = 0 and not exists (
    select 1 from object_sources n join records w on w.origin = n.origin and w.idx = n.idx
    where n.id = s.id and n.pact = s.pact and n.collection = s.collection and n.shown = ${COUNTS.yes}
      and w.author = r.author and w.mode = r.mode and (n.version_order > s.version_order or (n.version_order = s.version_order
        and (w.at_ms, n.origin, n.idx, n.part, n.position) < (r.at_ms, s.origin, s.idx, s.part, s.position))))`

interface OpinionRow {
  pact: string
  party: string
  mode: string
  id: string
  version: string
  digest: string
  opinion: string | null
  verdict: string | null
  origin: string
  idx: number
}

export class Feedback {
  private readonly party: string
  private readonly sql

  constructor(sqlite: Sqlite, party: string) {
    this.party = party
    this.sql = {
      add: sqlite.prepare('insert into feedback values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing'),
      remove: sqlite.prepare<[string, number, number, number]>(
        'delete from feedback where origin = ? and idx = ? and part = ? and position = ?',
      ),
      sightings: sqlite.prepare<
        [string],
        {
          pact: string
          party: string
          mode: string
          sightings: number
          count: number
          notSeen: number
          first: string | null
          last: string | null
        }
      >(
        `select s.pact, r.author as party, r.mode, sum(f.count > 0) as sightings, sum(f.count) as count,
           sum(f.count = 0) as notSeen, min(case when f.count > 0 then coalesce(f.first_seen, f.last_seen) end) as first,
           max(case when f.count > 0 then coalesce(f.last_seen, f.first_seen) end) as last
         ${SAID} and f.target = ? and f.kind = ${SIGHTING} group by s.pact, r.author, r.mode`,
      ),
      opinions: sqlite.prepare<[string, number], OpinionRow>(
        `select * from (
           select s.pact, r.author as party, r.mode, s.id, s.version, s.digest, f.opinion, f.verdict, s.origin, s.idx,
             row_number() over (partition by s.pact, r.author, r.mode order by s.version_order desc, s.id desc) as place
           ${SAID} and f.target = ? and f.kind = ${OPINION})
         where place = 1 order by pact, party, mode limit ?`,
      ),
      onOurs: sqlite.prepare(
        `select f.rowid as seq, f.target, f.kind, f.count, f.first_seen as first, f.last_seen as last, f.opinion, f.verdict,
           s.pact, s.id, s.version, s.digest, s.origin, s.idx, r.author as party, r.mode, r.time,
           (select o.name from object_sources o where o.id = f.target and o.pact = s.pact and o.collection = ${COLLECTIONS.indexOf('outbox')}
            order by o.version_order desc, o.origin, o.idx limit 1) as name
         ${SAID} and r.author <> @party and f.rowid < @before
           and (@pact is null or s.pact = @pact) and (@from is null or r.author = @from)
           and exists (select 1 from object_sources o where o.id = f.target and o.pact = s.pact
             and o.collection = ${COLLECTIONS.indexOf('outbox')} and o.shown <> ${COUNTS.no})
         order by f.rowid desc limit @limit`,
      ),
      text: sqlite.prepare<[string], { source: string }>('select source from object_texts where digest = ?'),
    }
  }

  /** An object that is kept, at the place where it stands. */
  keep(
    { origin, idx, part, position }: { origin: string; idx: number; part: number; position: number },
    { type, source }: { type: string; source: string },
  ): void {
    const words = feedbackWords(type, source)
    if (words === undefined) return
    const { kind, targets, count, firstSeen, lastSeen, opinion, verdict } = words
    for (const target of targets) {
      this.sql.add.run(
        ...[target, origin, idx, part, position, FEEDBACK_KINDS.indexOf(kind), count, firstSeen, lastSeen],
        ...[opinion, verdict],
      )
    }
  }

  forget(origin: string, idx: number, part: number, position: number): void {
    this.sql.remove.run(origin, idx, part, position)
  }

  /** What each party says now of an object, under each agreement and in each mode. */
  of(id: string): ObjectFeedback[] {
    const all = new Map<string, ObjectFeedback>()
    const at = ({ pact, party, mode }: Pick<ObjectFeedback, 'pact' | 'party' | 'mode'>): ObjectFeedback => {
      const key = JSON.stringify([pact, party, mode])
      const found = all.get(key) ?? { pact, party, mode, sightings: null, opinion: null }
      all.set(key, found)
      return found
    }
    for (const { pact, party, mode, first, last, ...counts } of this.sql.sightings.all(id)) {
      const sightings = { ...counts, first: timeText(first), last: timeText(last) }
      at({ pact, party, mode: mode as ObjectFeedback['mode'] }).sightings = sightings
    }
    for (const row of this.sql.opinions.all(id, FEEDBACK_OPINIONS_MAX)) {
      at({ pact: row.pact, party: row.party, mode: row.mode as ObjectFeedback['mode'] }).opinion = {
        ...{ id: row.id, version: row.version, opinion: row.opinion },
        verdict: row.verdict as FeedbackRow['verdict'],
        explanation: this.explanationOf(row.digest),
        record: `${row.origin}#${row.idx}`,
      }
    }
    return [...all.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
  }

  /** What the others say now of objects that we shared, the last that came first. Refuses `views/cursor`. */
  onOurs({ pact, party, cursor, limit }: FeedbackQuery): Result<FeedbackPage> {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : parseSequenceCursor(cursor)
    if (before === undefined) return CURSOR_REFUSED
    const most = Math.min(Math.max(limit ?? FEEDBACK_PAGE_DEFAULT, 1), FEEDBACK_PAGE_MAX)
    const rows = this.sql.onOurs.all({
      ...{ party: this.party, before, pact: pact ?? null, from: party ?? null, limit: most + 1 },
    }) as (Omit<FeedbackRow, 'kind' | 'object' | 'record' | 'explanation'> & {
      seq: number
      target: string
      kind: number
      digest: string
      origin: string
      idx: number
    })[]
    const feedback = rows.slice(0, most).map((row) => ({
      ...{ pact: row.pact, party: row.party, mode: row.mode, object: row.target, name: row.name },
      ...{ kind: FEEDBACK_KINDS[row.kind] ?? 'sighting', id: row.id, version: row.version },
      ...{ count: row.count, first: timeText(row.first), last: timeText(row.last) },
      ...{ opinion: row.opinion, verdict: row.verdict },
      explanation: row.kind === OPINION ? this.explanationOf(row.digest) : null,
      ...{ record: `${row.origin}#${row.idx}`, time: row.time },
    }))
    const last = rows[most - 1]
    return ok({ feedback, next: rows.length > most && last !== undefined ? sequenceCursor(last.seq) : null })
  }

  private explanationOf(digest: string): string | null {
    return explanationOf(this.sql.text.get(digest)?.source ?? 'null')
  }
}

function timeText(order: string | null): string | null {
  return order === null ? null : `${order}Z`
}
