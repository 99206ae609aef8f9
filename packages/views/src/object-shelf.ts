// Which objects stand in which collection. Each came in a record, and counts while that record is valid. Of several
// texts of one id and version the first is kept, to the byte; those that say something else are refused and listed: first by the time of the record
// (as held within its interval), then by origin, index, part and position, so that the order of arrival decides nothing.
// Joining a collection gives an object the next sequence number and a time later than any given before: that is our own
// order of arrival, the one thing here that is not folded again alike.

import { type Sqlite } from './database.ts'
import { type CountedAs, ObjectCounts } from './object-counts.ts'
import { objectWords } from './object-words.ts'
import { sameContent } from './same-content.ts'
import { COUNTS, FEEDS_FROM, INBOX, WITHDRAWN } from './schema.ts'
import { SearchIndex } from './search.ts'

/** One place where an object came from. */
export interface Source {
  origin: string
  idx: number
  part: number
  position: number
  pact: string
  collection: number
  id: string
  version_order: string
  digest: string
  type: string
  spec_version: string
}

interface Kept {
  seq: number
  origin: string
  idx: number
  part: number
  position: number
  digest: string
  conflicts: number
}

type Key = [id: string, order: string, pact: string, collection: number]
type Place = [origin: string, idx: number, part: number, position: number]

export class ObjectShelf {
  readonly search: SearchIndex
  readonly counts: ObjectCounts
  private readonly now: () => number
  private readonly sql

  constructor(sqlite: Sqlite, now: () => number) {
    this.now = now
    this.search = new SearchIndex(sqlite)
    this.counts = new ObjectCounts(sqlite)
    const key = 'id = ? and version_order = ? and pact = ? and collection = ?'
    const sourcesOf = `select s.origin, s.idx, s.part, s.position, s.pact, s.collection, s.id, s.version_order, s.digest, s.type,
      s.spec_version from object_sources s join records r on r.origin = s.origin and r.idx = s.idx`
    const inOrder = 'order by r.at_ms, s.origin, s.idx, s.part, s.position limit 1'
    const place = 'origin = ? and idx = ? and part = ? and position = ?'
    this.sql = {
      kept: sqlite.prepare<Key, Kept>(
        `select seq, origin, idx, part, position, digest, conflicts from objects where ${key}`,
      ),
      time: sqlite.prepare<[string, number], { at: number; author: string }>(
        'select at_ms as at, author from records where origin = ? and idx = ?',
      ),
      first: sqlite.prepare<Key, Source>(
        `${sourcesOf} where s.id = ? and s.version_order = ? and s.pact = ? and s.collection = ?
         and s.shown = ${COUNTS.yes} ${inOrder}`,
      ),
      firstTakenBack: sqlite.prepare<Key, Source>(
        `${sourcesOf} where s.id = ? and s.version_order = ? and s.pact = ? and s.collection = ?
         and s.shown = ${COUNTS.takenBack} ${inOrder}`,
      ),
      firstInFeed: sqlite.prepare<[id: string, order: string, pact: string, feed: string], Source>(
        `${sourcesOf} join record_feeds f on f.origin = s.origin and f.idx = s.idx
         where s.id = ? and s.version_order = ? and s.pact = ? and f.feed = ? and s.shown = ${COUNTS.yes} ${inOrder}`,
      ),
      feedOf: sqlite.prepare<[string, number], { feed: string }>(
        'select feed from record_feeds where origin = ? and idx = ?',
      ),
      addFeed: sqlite.prepare<[string]>('insert into feeds (name) values (?) on conflict do nothing'),
      feedNumber: sqlite.prepare<[string], { number: number }>('select number from feeds where name = ?'),
      digests: sqlite.prepare<Key, { digest: string }>(
        `select distinct digest from object_sources where ${key} and shown = 1`,
      ),
      refuse: sqlite.prepare<[number, string, ...Key]>(
        `update object_sources set refused = ? where digest = ? and ${key} and shown = 1`,
      ),
      isRefused: sqlite.prepare<Place, { refused: number }>(`select refused from object_sources where ${place}`),
      refused: sqlite.prepare<Key, { n: number }>(
        `select count(*) as n from object_sources where ${key} and refused = 1`,
      ),
      mark: sqlite.prepare<[number, number, ...Place]>(
        `update object_sources set shown = ?, refused = ? where ${place}`,
      ),
      insert: sqlite.prepare(
        'insert into objects values (:seq, :added, :pact, :collection, :id, :version_order, :type, :spec_version, :party, :origin, :idx, :part, :position, :digest, :conflicts)',
      ),
      move: sqlite.prepare(
        'update objects set origin = :origin, idx = :idx, part = :part, position = :position, party = :party where seq = :seq',
      ),
      counted: sqlite.prepare<[number], CountedAs>('select pact, collection, type, party from objects where seq = ?'),
      remove: sqlite.prepare<[number]>('delete from objects where seq = ?'),
      conflicts: sqlite.prepare<[number, number]>('update objects set conflicts = conflicts + ? where seq = ?'),
      text: sqlite.prepare<[string], { source: string }>('select source from object_texts where digest = ?'),
      refer: sqlite.prepare<[number, string]>('insert into object_references values (?, ?)'),
      unrefer: sqlite.prepare<[number]>('delete from object_references where seq = ?'),
      last: sqlite.prepare<[string], { value: number }>('select value from sequences where name = ?'),
      setLast: sqlite.prepare<[string, number]>(
        'insert into sequences values (?, ?) on conflict (name) do update set value = excluded.value',
      ),
    }
  }

  /** Lets a source count that did not, or looks at it again after the time of its record moved. */
  show(source: Source): void {
    const kept = this.sql.kept.get(...keyOf(source))
    if (kept === undefined) {
      this.sql.mark.run(COUNTS.yes, 0, ...placeOf(source))
      this.join(source, 0)
      this.follow(source)
      return
    }
    const refused = !samePlace(kept, source) && !this.same(kept.digest, source.digest)
    if (refused && !this.isRefused(source)) this.sql.conflicts.run(1, kept.seq)
    this.sql.mark.run(COUNTS.yes, refused ? 1 : 0, ...placeOf(source))
    if (samePlace(kept, source) || this.precedes(source, kept)) this.elect(source, kept)
    this.follow(source)
  }

  /** Lets a source count no longer: as if it were not there, or as one that its author took back. */
  hide(source: Source, as: 0 | 2 = COUNTS.no): void {
    const kept = this.sql.kept.get(...keyOf(source))
    if (kept !== undefined && this.isRefused(source)) this.sql.conflicts.run(-1, kept.seq)
    this.sql.mark.run(as, 0, ...placeOf(source))
    if (kept !== undefined && samePlace(kept, source)) this.elect(source, kept)
    this.follow(source)
  }

  /** What stands in other collections by what counts in the first two. */
  private follow(source: Source): void {
    const [id, order, pact] = keyOf(source)
    if (source.collection === INBOX) {
      const key: Key = [id, order, pact, INBOX]
      const gone = this.sql.kept.get(...key) === undefined ? this.sql.firstTakenBack.get(...key) : undefined
      this.place(source, WITHDRAWN, gone)
    }
    const feed = this.sql.feedOf.get(source.origin, source.idx)?.feed
    if (feed !== undefined) this.place(source, this.numberOf(feed), this.sql.firstInFeed.get(id, order, pact, feed))
  }

  /** Lets a collection hold one text of an object, or none. */
  private place(source: Source, collection: number, first: Source | undefined): void {
    const kept = this.sql.kept.get(source.id, source.version_order, source.pact, collection)
    if (kept === undefined) {
      if (first !== undefined) this.join({ ...first, collection }, 0)
    } else if (first === undefined) this.leave(kept.seq)
    else if (samePlace(kept, first)) return
    else if (kept.digest !== first.digest) {
      this.leave(kept.seq)
      this.join({ ...first, collection }, 0)
    } else {
      this.move(kept.seq, first)
    }
  }

  private numberOf(feed: string): number {
    this.sql.addFeed.run(feed)
    return FEEDS_FROM + (this.sql.feedNumber.get(feed)?.number ?? 0)
  }

  private same(a: string, b: string): boolean {
    if (a === b) return true
    const [one, other] = [this.sql.text.get(a)?.source, this.sql.text.get(b)?.source]
    return one !== undefined && other !== undefined && sameContent(one, other)
  }

  private isRefused(source: Source): boolean {
    return this.sql.isRefused.get(...placeOf(source))?.refused === 1
  }

  private precedes(source: Source, kept: Kept): boolean {
    const [a, b] = [this.timeOf(source).at, this.timeOf(kept).at]
    if (a !== b) return a < b
    if (source.origin !== kept.origin) return source.origin < kept.origin
    return (source.idx - kept.idx || source.part - kept.part || source.position - kept.position) < 0
  }

  private elect(source: Source, kept: Kept): void {
    const first = this.sql.first.get(...keyOf(source))
    if (first !== undefined && samePlace(kept, first)) return
    if (first === undefined || first.digest !== kept.digest) this.leave(kept.seq)
    if (first === undefined) return
    if (first.digest === kept.digest) {
      this.move(kept.seq, first)
      return
    }
    for (const { digest } of this.sql.digests.all(...keyOf(first))) {
      this.sql.refuse.run(this.same(first.digest, digest) ? 0 : 1, digest, ...keyOf(first))
    }
    this.join(first, this.sql.refused.get(...keyOf(first))?.n ?? 0)
  }

  private join(source: Source, conflicts: number): void {
    const seq = (this.sql.last.get('object')?.value ?? 0) + 1
    const added = Math.max(this.now() * 1000, (this.sql.last.get('added')?.value ?? 0) + 1)
    this.sql.setLast.run('object', seq)
    this.sql.setLast.run('added', added)
    const party = this.timeOf(source).author
    this.sql.insert.run({ ...source, seq, added, party, conflicts })
    this.counts.add({ pact: source.pact, collection: source.collection, type: source.type, party })
    // Only what was shared is searched and linked, and each of it once.
    if (source.collection >= WITHDRAWN) return
    const { words, references } = objectWords(this.sql.text.get(source.digest)?.source ?? '')
    this.search.add(seq, words)
    for (const target of references) if (target !== source.id) this.sql.refer.run(seq, target)
  }

  /** The same text stands there by another record, and maybe by another party. */
  private move(seq: number, { origin, idx, part, position }: Source): void {
    const counted = this.sql.counted.get(seq)
    const party = this.timeOf({ origin, idx }).author
    this.sql.move.run({ seq, origin, idx, part, position, party })
    if (counted === undefined || counted.party === party) return
    this.counts.take(counted)
    this.counts.add({ ...counted, party })
    if (counted.collection < WITHDRAWN) this.search.moved(seq)
  }

  private leave(seq: number): void {
    const counted = this.sql.counted.get(seq)
    if (counted !== undefined) this.counts.take(counted)
    this.sql.remove.run(seq)
    this.sql.unrefer.run(seq)
    this.search.remove(seq)
  }

  private timeOf(place: { origin: string; idx: number }): { at: number; author: string } {
    const record = this.sql.time.get(place.origin, place.idx)
    if (record === undefined) throw new Error(`an object of ${place.origin}#${place.idx} is shown without its record`)
    return record
  }
}

function keyOf(source: Source): Key {
  return [source.id, source.version_order, source.pact, source.collection]
}

function placeOf(source: Source): Place {
  return [source.origin, source.idx, source.part, source.position]
}

function samePlace(a: Kept, b: Source): boolean {
  return a.origin === b.origin && a.idx === b.idx && a.part === b.part && a.position === b.position
}
