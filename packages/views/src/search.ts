// Finding objects by a part of what they say, in any script. SQLite's own index of three-letter pieces answers for three
// letters and more; one or two, such as a Chinese word, are looked for in the stored words themselves. The index follows
// the objects at its own pace: what it does not hold yet is searched in the stored words too, so nothing is missed.
// This is the one file that only SQLite understands; PostgreSQL has pg_trgm in its place.

import type { Sqlite } from './database.ts'
import { MERGED_PER_STEP, SEARCH_PER_STEP } from './limits.ts'

export function makeSearchIndex(sqlite: Sqlite): void {
  sqlite.exec(
    `create virtual table if not exists search_index
     using fts5(words, tokenize = 'trigram case_sensitive 1', content = '', contentless_delete = 1)`,
  )
}

/** A part of SQL that holds where the object `o` matches, and its parameters; `newest` objects are not indexed yet. */
export interface Search {
  /** Whether the index can answer. */
  indexed: boolean
  /** The words as the index wants them. */
  phrase: string
  /** The words as they stand. */
  words: string
}

export function searchFor(words: string): Search {
  return { indexed: [...words].length >= 3, phrase: `"${words.replaceAll('"', '""')}"`, words }
}

export class SearchIndex {
  private readonly sql

  constructor(sqlite: Sqlite) {
    this.sql = {
      reached: sqlite.prepare<[], { value: number }>(`select value from sequences where name = 'search'`),
      reach: sqlite.prepare<[number]>(
        `insert into sequences values ('search', ?) on conflict (name) do update set value = excluded.value`,
      ),
      next: sqlite.prepare<[number, number], { seq: number; words: string }>(
        'select seq, words from search_texts where seq > ? order by seq limit ?',
      ),
      add: sqlite.prepare<[number, string]>('insert into search_texts values (?, ?)'),
      index: sqlite.prepare<[number, string]>('insert into search_index (rowid, words) values (?, ?)'),
      remove: sqlite.prepare<[number]>('delete from search_texts where seq = ?'),
      unindex: sqlite.prepare<[number]>('delete from search_index where rowid = ?'),
      merge: sqlite.prepare<[number]>(`insert into search_index (search_index, rank) values ('merge', ?)`),
      changes: sqlite.prepare<[], { n: number }>('select total_changes() as n'),
      clear: sqlite.prepare('delete from search_texts'),
    }
  }

  add(seq: number, words: string): void {
    this.sql.add.run(seq, words)
  }

  remove(seq: number): void {
    this.sql.remove.run(seq)
    if (seq <= this.reached()) this.sql.unindex.run(seq)
  }

  /** The newest object that is indexed; every later one is found in the stored words. */
  reached(): number {
    return this.sql.reached.get()?.value ?? 0
  }

  /**
   * Writes some of the index anew without what was removed from it, which otherwise stands there until its own merges
   * come by; true while more is left.
   */
  clean(): boolean {
    const changes = () => this.sql.changes.get()?.n ?? 0
    const before = changes()
    this.sql.merge.run(-MERGED_PER_STEP)
    // As the documentation of FTS5 says how to tell the end.
    return changes() - before >= 2
  }

  /** Indexes some more; true where it did something. */
  step(): boolean {
    const rows = this.sql.next.all(this.reached(), SEARCH_PER_STEP)
    const last = rows.at(-1)
    if (last === undefined) return false
    for (const { seq, words } of rows) this.sql.index.run(seq, words)
    this.sql.reach.run(last.seq)
    return true
  }
}
