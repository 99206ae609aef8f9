// Sightings and opinions by the objects they are about (spec/records.md, Feedback), and what each party says now of an object.
// A row stands for what one object says of another, at the place the first came from, and is a function of its text;
// which of them count is asked when somebody asks, so that the order of arrival decides nothing.

import { ok, type Result } from '@countersign/log'
import { CURSOR_REFUSED, parseSequenceCursor, sequenceCursor } from './cursors.ts'
import type { Sqlite } from './database.ts'
import type { FeedbackPage, FeedbackQuery, FeedbackRow, ObjectFeedback } from './feedback-rows.ts'
import { explanationOf, feedbackWords } from './feedback-words.ts'
import {
  FEEDBACK_OPINIONS_MAX,
  FEEDBACK_PAGE_DEFAULT,
  FEEDBACK_PAGE_MAX,
  TIMELINE_EVENTS_MAX,
  TIMELINE_FEEDBACK_MAX,
} from './limits.ts'
import { COLLECTIONS, COUNTS, FEEDBACK_KINDS } from './schema.ts'

const [SIGHTING, OPINION] = [FEEDBACK_KINDS.indexOf('sighting'), FEEDBACK_KINDS.indexOf('opinion')]

const addressed = (record: string) =>
  `exists (select 1 from addressees a where a.origin = ${record}.origin and a.idx = ${record}.idx and a.party = @to)`

/**
 * What counts of what was said: what else its author says under the same id counts instead of it, or it is revoked (What a
 * party says now, 2). `narrow`: by the party `@by` to `@to`, under `@pact` and in `@mode`, alone.
 */
const said = (narrow = false) => `from feedback f
  join object_sources s on s.origin = f.origin and s.idx = f.idx and s.part = f.part and s.position = f.position
  join records r on r.origin = s.origin and r.idx = s.idx
  where s.shown = ${COUNTS.yes} and s.revoked = 0 and not exists (
    select 1 from object_sources n join records w on w.origin = n.origin and w.idx = n.idx
    where n.id = s.id and n.pact = s.pact and n.collection = s.collection and n.shown = ${COUNTS.yes}
      and w.author = r.author and w.mode = r.mode and (n.version_order > s.version_order or (n.version_order = s.version_order
        and (w.at_ms, n.origin, n.idx, n.part, n.position) < (r.at_ms, s.origin, s.idx, s.part, s.position)))
      ${narrow ? `and ${addressed('w')}` : ''})
    ${narrow ? `and s.pact = @pact and r.author = @by and r.mode = @mode and ${addressed('r')}` : ''}`

/** Who says it to whom. */
export interface Between {
  pact: string
  by: string
  to: string
  mode: ObjectFeedback['mode']
}

/** With the digest of the opinion’s text instead of what it explains: one opinion may be about many objects. */
interface Saying extends Omit<ObjectFeedback, 'opinion'> {
  opinion: (Omit<NonNullable<ObjectFeedback['opinion']>, 'explanation'> & { digest: string }) | null
}

/** One sighting or opinion on an object, and the record it came in; times are claims, RFC 3339. */
interface FeedbackOn extends Pick<FeedbackRow, 'kind' | 'count' | 'first' | 'last' | 'opinion' | 'verdict'> {
  origin: string
  idx: number
}

interface SightingsRow {
  pact: string
  party: string
  mode: string
  sightings: number
  count: number
  notSeen: number
  first: string | null
  last: string | null
}

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
      of: asked(sqlite, said()),
      between: asked(sqlite, said(true)),
      onOurs: sqlite.prepare(
        `select f.rowid as seq, f.target, f.kind, f.count, f.first_seen as first, f.last_seen as last, f.opinion, f.verdict,
           s.pact, s.id, s.version, s.digest, s.origin, s.idx, r.author as party, r.mode, r.time,
           (select o.name from object_sources o where o.id = f.target and o.pact = s.pact and o.collection = ${COLLECTIONS.indexOf('outbox')}
            order by o.version_order desc, o.origin, o.idx limit 1) as name
         ${said()} and r.author <> @party and f.rowid < @before
           and (@pact is null or s.pact = @pact) and (@from is null or r.author = @from)
           and exists (select 1 from object_sources o where o.id = f.target and o.pact = s.pact
             and o.collection = ${COLLECTIONS.indexOf('outbox')} and o.shown <> ${COUNTS.no})
         order by f.rowid desc limit @limit`,
      ),
      on: sqlite.prepare<[Record<string, unknown>], Omit<FeedbackOn, 'kind'> & { kind: number }>(
        `select f.kind, f.count, f.first_seen as first, f.last_seen as last, f.opinion, f.verdict, s.origin, s.idx
         ${said()} and (@pact is null or s.pact = @pact) and f.rowid in (
           select rowid from feedback where target = @target order by rowid desc limit ${TIMELINE_FEEDBACK_MAX})
         order by f.rowid desc limit ${TIMELINE_EVENTS_MAX + 1}`,
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
    return this.says(this.sql.of, { target: id }).map(({ opinion, ...said }) => {
      if (opinion === null) return { ...said, opinion }
      const { digest, ...rest } = opinion
      return { ...said, opinion: { ...rest, explanation: this.explanationOf(digest) } }
    })
  }

  /**
   * What anybody says now of an object, the last that came first, one more than TIMELINE_EVENTS_MAX where there are more.
   * Only the last that came are looked at, TIMELINE_FEEDBACK_MAX.
   */
  on(id: string, pact: string | undefined): FeedbackOn[] {
    return this.sql.on.all({ target: id, pact: pact ?? null }).map(({ kind, first, last, ...row }) => ({
      ...row,
      kind: FEEDBACK_KINDS[kind] ?? 'sighting',
      first: timeText(first),
      last: timeText(last),
    }))
  }

  /** What one party says now of an object to another; undefined where it says nothing of it. */
  between(id: string, between: Between): Saying | undefined {
    return this.says(this.sql.between, { target: id, ...between })[0]
  }

  /** The verdict that one party now says of an object to another, and the `modified` of the opinion that says so. */
  verdictBetween(id: string, between: Between): { verdict: FeedbackRow['verdict']; version: string } | undefined {
    const [row] = this.sql.between.opinions.all({ target: id, ...between })
    return row && { verdict: row.verdict as FeedbackRow['verdict'], version: row.version }
  }

  private says({ sightings, opinions }: ReturnType<typeof asked>, of: { target: string } & Partial<Between>): Saying[] {
    const all = new Map<string, Saying>()
    const at = ({ pact, party, mode }: Pick<ObjectFeedback, 'pact' | 'party' | 'mode'>): Saying => {
      const key = JSON.stringify([pact, party, mode])
      const found = all.get(key) ?? { pact, party, mode, sightings: null, opinion: null }
      all.set(key, found)
      return found
    }
    for (const { pact, party, mode, first, last, ...counts } of sightings.all(of)) {
      const added = { ...counts, first: timeText(first), last: timeText(last) }
      at({ pact, party, mode: mode as ObjectFeedback['mode'] }).sightings = added
    }
    for (const row of opinions.all(of)) {
      at({ pact: row.pact, party: row.party, mode: row.mode as ObjectFeedback['mode'] }).opinion = {
        ...{ id: row.id, version: row.version, opinion: row.opinion },
        verdict: row.verdict as FeedbackRow['verdict'],
        ...{ digest: row.digest, record: `${row.origin}#${row.idx}` },
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

/** The questions about one object, `@target`. */
function asked(sqlite: Sqlite, from: string) {
  return {
    sightings: sqlite.prepare<[Record<string, unknown>], SightingsRow>(
      `select s.pact, r.author as party, r.mode, sum(f.count > 0) as sightings, sum(f.count) as count,
         sum(f.count = 0) as notSeen, min(case when f.count > 0 then coalesce(f.first_seen, f.last_seen) end) as first,
         max(case when f.count > 0 then coalesce(f.last_seen, f.first_seen) end) as last
       ${from} and f.target = @target and f.kind = ${SIGHTING} group by s.pact, r.author, r.mode`,
    ),
    opinions: sqlite.prepare<[Record<string, unknown>], OpinionRow>(
      `select * from (
         select s.pact, r.author as party, r.mode, s.id, s.version, s.digest, f.opinion, f.verdict, s.origin, s.idx,
           row_number() over (partition by s.pact, r.author, r.mode order by s.version_order desc, s.id desc) as place
         ${from} and f.target = @target and f.kind = ${OPINION})
       where place = 1 order by pact, party, mode limit ${FEEDBACK_OPINIONS_MAX}`,
    ),
  }
}

function timeText(order: string | null): string | null {
  return order === null ? null : `${order}Z`
}
