// The index by which objects are found by a part of what they say, in any script, newest first. Three letters and more are
// found by SQLite's own index of three-letter pieces; one or two, such as a Chinese word, by a second one that holds every
// letter and every pair of them. Beside the words both hold what a list is narrowed by, so that a word that half of all
// objects have and a type that few are of are sought together and not one after the other. The index follows the objects
// at its own pace; what it does not hold yet is found in the stored words (find-objects.ts).
// This file and search-question.ts are those that only SQLite understands; PostgreSQL has pg_trgm in its place.

import { sha256, utf8 } from '@countersign/log'
import type { Sqlite } from './database.ts'
import { FACETS_KEPT_MAX, MERGED_PER_STEP, SEARCH_PER_STEP } from './limits.ts'
import { COLLECTIONS } from './schema.ts'

export const TABLES = ['search_words', 'search_pairs'] as const

export function makeSearchIndex(sqlite: Sqlite): void {
  // Neither keeps the words themselves, nor where in them a piece stands: that would take two thirds of the first. Its
  // columns keep the words and each facet apart, so that no piece is made of two of them.
  sqlite.exec(
    `create virtual table if not exists search_words
     using fts5(words, pact, collection, type, party, tokenize = 'trigram case_sensitive 1',
       detail = none, content = '', contentless_delete = 1);
     create virtual table if not exists search_pairs
     using fts5(pairs, tokenize = 'ascii', detail = none, content = '', contentless_delete = 1)`,
  )
}

/** What a list is narrowed by; each is a value or left out. */
export interface Narrowing {
  pact?: string
  collection?: string
  type?: string
  party?: string
}

export class SearchIndex {
  private readonly sql

  constructor(sqlite: Sqlite) {
    const facets = 'o.pact, o.collection, o.type, o.party'
    this.sql = {
      reached: sqlite.prepare<[], { value: number }>(`select value from sequences where name = 'search'`),
      reach: sqlite.prepare<[number]>(
        `insert into sequences values ('search', ?) on conflict (name) do update set value = excluded.value`,
      ),
      next: sqlite.prepare<[number, number], Indexed>(
        `select t.seq, t.words, ${facets} from search_texts t join objects o on o.seq = t.seq
         where t.seq > ? order by t.seq limit ?`,
      ),
      one: sqlite.prepare<[number], Indexed>(
        `select t.seq, t.words, ${facets} from search_texts t join objects o on o.seq = t.seq where t.seq = ?`,
      ),
      add: sqlite.prepare<[number, string]>('insert into search_texts values (?, ?)'),
      index: sqlite.prepare<[number, string, ...string[]]>(
        `insert into search_words (rowid, words, ${FACETS.join(', ')}) values (?, ?, ?, ?, ?, ?)`,
      ),
      pair: sqlite.prepare<[number, string]>('insert into search_pairs (rowid, pairs) values (?, ?)'),
      remove: sqlite.prepare<[number]>('delete from search_texts where seq = ?'),
      unindex: TABLES.map((table) => sqlite.prepare<[number]>(`delete from ${table} where rowid = ?`)),
      merge: TABLES.map((table) =>
        sqlite.prepare<[number]>(`insert into ${table} (${table}, rank) values ('merge', ?)`),
      ),
      empty: TABLES.map((table) => sqlite.prepare(`insert into ${table} (${table}) values ('delete-all')`)),
      changes: sqlite.prepare<[], { n: number }>('select total_changes() as n'),
    }
  }

  add(seq: number, words: string): void {
    this.sql.add.run(seq, words)
  }

  remove(seq: number): void {
    const { changes } = this.sql.remove.run(seq)
    if (changes > 0 && seq <= this.reached()) this.unindex(seq)
  }

  /** What an object is narrowed by is another now: the party that said it. */
  moved(seq: number): void {
    const row = seq <= this.reached() ? this.sql.one.get(seq) : undefined
    if (row === undefined) return
    this.unindex(seq)
    this.index(row)
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
    return this.sql.merge.some((merge) => {
      const before = changes()
      merge.run(-MERGED_PER_STEP)
      // As the documentation of FTS5 says how to tell the end.
      return changes() - before >= 2
    })
  }

  /** Indexes some more; true where it did something. */
  step(): boolean {
    const rows = this.sql.next.all(this.reached(), SEARCH_PER_STEP)
    const last = rows.at(-1)
    if (last === undefined) return false
    for (const row of rows) this.index(row)
    this.sql.reach.run(last.seq)
    return true
  }

  /** Forgets all of it, when the objects go. */
  empty(): void {
    for (const empty of this.sql.empty) empty.run()
  }

  private index({ seq, words, collection, ...row }: Indexed): void {
    const narrowing: Narrowing = { ...row, collection: COLLECTIONS[collection] ?? '' }
    const facets = FACETS.map((name) => facet(name, narrowing[name] ?? ''))
    this.sql.index.run(seq, words, ...facets)
    this.sql.pair.run(seq, [...pairTokens(words), ...facets].join(' '))
  }

  private unindex(seq: number): void {
    for (const unindex of this.sql.unindex) unindex.run(seq)
  }
}

interface Indexed {
  seq: number
  words: string
  pact: string
  collection: number
  type: string
  party: string
}

export const FACETS = ['pact', 'collection', 'type', 'party'] as const

/**
 * One piece of three letters that stands for a value. Made from its digest, so that nothing of the value is kept here that
 * would have to be removed with it; two that are made to be alike are told apart by the row itself (find-objects.ts).
 */
export function facet(name: string, value: string): string {
  const key = `${name} ${value}`
  const known = facets.get(key)
  if (known !== undefined) return known
  const made = makeFacet(key)
  // There are few of them, unless somebody makes up many.
  if (facets.size >= FACETS_KEPT_MAX) facets.clear()
  facets.set(key, made)
  return made
}
const facets = new Map<string, string>()

function makeFacet(key: string): string {
  const digest = sha256(utf8(key))
  const letter = (at: number) => {
    const number = ((digest[at] ?? 0) << 8) | (digest[at + 1] ?? 0)
    return String.fromCharCode(FACETS_FROM + (number % FACET_LETTERS))
  }
  return letter(0) + letter(2) + letter(4)
}

// Parts of Unicode's private use area. What stands in an object may lie in it too: it is escaped where one letter is a token,
// and otherwise told apart by the look at what was found.
const [FACETS_FROM, FACET_LETTERS] = [0xe000, 0x1800]
const [ASCII_MOVED_TO, ESCAPE] = [0xf800, 0xf880]
const ESCAPED = String.fromCharCode(ESCAPE)

/** Every letter and every pair of letters, each once. */
function pairTokens(words: string): Set<string> {
  const tokens = new Set<string>()
  let before = ''
  for (const letter of words) {
    const token = letterToken(letter)
    tokens.add(token)
    if (before !== '') tokens.add(before + token)
    before = token
  }
  return tokens
}

/** The tokenizer splits at letters of ASCII and takes all others as they are: so the former stand moved out of its way. */
export function letterToken(letter: string): string {
  const code = letter.charCodeAt(0)
  if (code < 0x80) return String.fromCharCode(ASCII_MOVED_TO + code)
  return code >= ASCII_MOVED_TO && code <= ESCAPE ? ESCAPED + letter : letter
}
