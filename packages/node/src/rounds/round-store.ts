// What was gathered for the next round of each agreement, in the private database: every object as its text came, where it
// is from, and whether it is left out. While a round is being said its objects stand under the share's UUID, so that a
// run that ended half-way leaves them there, and the log tells the next one what became of them.

import type Database from 'better-sqlite3'
import type { WeeklySlot } from './schedule.ts'

/** Which round: one for each agreement, channel and recipients. */
export interface RoundPlace {
  pact: string
  /** Otherwise `main`. */
  channel?: string
  /** Otherwise all other parties of the channel. */
  to?: readonly string[]
}

export interface RoundTerms extends WeeklySlot {
  marking?: { tlp: string; class?: string }
  /** The feed it is shared in. */
  feed?: string
}

/** A round that is being said, or waits for a second person or for its log. Times in milliseconds since 1970. */
export interface OpenSaying {
  share: string
  by: string
  at: number
  objects: number
  /** What `sinceMs` was before. */
  sinceBefore: number
}

/** A round that was passed over. */
export interface Skipped {
  by: string
  at: number
  /** Null where none was given. */
  reason: string | null
}

export interface RoundStanding {
  /** When it was last said or skipped; before that, when it was begun. */
  sinceMs: number
  open?: OpenSaying
  /** The last that was said. */
  last?: Omit<OpenSaying, 'sinceBefore'>
  /** What became of one that was not. */
  note?: string
  /** Who passed the last one over, if it was, and why. */
  skipped?: Skipped
}

export interface Round {
  key: string
  place: RoundPlace
  terms: RoundTerms
  standing: RoundStanding
}

export interface Gathered {
  n: number
  id: string
  type: string
  /** Its name or, of an observable, its value: the first 300 characters; null where it has neither. */
  name: string | null
  /** A feed, or who put it in. */
  source: string
  at: number
  bytes: number
  /** Who left it out; null where it is in. */
  leftOut: string | null
}

interface Row {
  key: string
  place: string
  terms: string
  standing: string
}

const NAME = `CASE WHEN json_valid(text) THEN
  substr(coalesce(json_extract(text, '$.name'), json_extract(text, '$.value')), 1, 300) END`
const COLUMNS = `n, id, type, ${NAME} AS name, source, at, octet_length(text) AS bytes, left_out AS leftOut`

export class RoundStore {
  private readonly db: Database.Database

  constructor(db: Database.Database) {
    this.db = db
    db.exec(`
      CREATE TABLE IF NOT EXISTS round (
        key TEXT PRIMARY KEY, place TEXT NOT NULL, terms TEXT NOT NULL, standing TEXT NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS round_object (
        n INTEGER PRIMARY KEY AUTOINCREMENT, round TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL,
        digest TEXT NOT NULL, text TEXT NOT NULL, source TEXT NOT NULL, at INTEGER NOT NULL,
        left_out TEXT, share TEXT, UNIQUE (round, digest)
      ) STRICT;
      CREATE INDEX IF NOT EXISTS round_object_share ON round_object (share) WHERE share IS NOT NULL;
    `)
  }

  get(key: string): Round | undefined {
    const row = this.db.prepare<[string], Row>('SELECT * FROM round WHERE key = ?').get(key)
    return row && roundOf(row)
  }

  all(): Round[] {
    return this.db.prepare<[], Row>('SELECT * FROM round ORDER BY key').all().map(roundOf)
  }

  put({ key, place, terms, standing }: Round): void {
    this.db
      .prepare('INSERT OR REPLACE INTO round VALUES (?, ?, ?, ?)')
      .run(key, JSON.stringify(place), JSON.stringify(terms), JSON.stringify(standing))
  }

  /** All of them or none; gives how many were not there yet, under this text. */
  add(
    round: Round,
    objects: readonly { id: string; type: string; digest: string; text: string }[],
    from: { source: string; at: number },
  ): number {
    const insert = this.db.prepare(
      'INSERT OR IGNORE INTO round_object (round, id, type, digest, text, source, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    return this.db.transaction(() => {
      if (this.get(round.key) === undefined) this.put(round)
      let added = 0
      for (const { id, type, digest, text } of objects) {
        added += insert.run(round.key, id, type, digest, text, from.source, from.at).changes
      }
      return added
    })()
  }

  /** Of what is not being said: how much is in, and how much is left out. */
  counts(key: string): { objects: number; bytes: number; leftOut: number } {
    const row = this.db
      .prepare<[string], { objects: number; bytes: number; leftOut: number }>(
        `SELECT count(*) FILTER (WHERE left_out IS NULL) AS objects, count(*) FILTER (WHERE left_out IS NOT NULL) AS leftOut,
           coalesce(sum(octet_length(text)), 0) AS bytes FROM round_object WHERE round = ? AND share IS NULL`,
      )
      .get(key)
    return row ?? { objects: 0, bytes: 0, leftOut: 0 }
  }

  sources(key: string): { source: string; objects: number }[] {
    return this.db
      .prepare<[string], { source: string; objects: number }>(
        `SELECT source, count(*) AS objects FROM round_object WHERE round = ? AND share IS NULL AND left_out IS NULL
         GROUP BY source ORDER BY objects DESC, source LIMIT 100`,
      )
      .all(key)
  }

  /** What is not being said, in the order in which it came, behind `after`. */
  objects(key: string, after: number, limit: number): Gathered[] {
    return this.db
      .prepare<[string, number, number], Gathered>(
        `SELECT ${COLUMNS} FROM round_object WHERE round = ? AND share IS NULL AND n > ? ORDER BY n LIMIT ?`,
      )
      .all(key, after, limit)
  }

  /** Texts of what is in and not being said; or with `share`, of what is said by it. */
  texts(key: string, share: string | null, after: number, limit: number): { n: number; text: string }[] {
    return this.db
      .prepare<[string, string | null, number, number], { n: number; text: string }>(
        'SELECT n, text FROM round_object WHERE round = ? AND share IS ? AND left_out IS NULL AND n > ? ORDER BY n LIMIT ?',
      )
      .all(key, share, after, limit)
  }

  /** Of what is in and not being said, behind `after`. */
  digests(key: string, after: number, limit: number): { n: number; id: string; digest: string }[] {
    return this.db
      .prepare<[string, number, number], { n: number; id: string; digest: string }>(
        `SELECT n, id, digest FROM round_object WHERE round = ? AND share IS NULL AND left_out IS NULL AND n > ?
         ORDER BY n LIMIT ?`,
      )
      .all(key, after, limit)
  }

  drop(some: readonly { n: number }[]): void {
    const remove = this.db.prepare('DELETE FROM round_object WHERE n = ? AND share IS NULL')
    this.db.transaction(() => {
      for (const { n } of some) remove.run(n)
    })()
  }

  /** Leaves out, or takes in where `by` is null, those of these ids, or types, or all; gives how many it changed. */
  choose(key: string, which: { ids?: readonly string[]; types?: readonly string[] }, by: string | null): number {
    const [column, values] = which.ids !== undefined ? ['id', which.ids] : ['type', which.types ?? [null]]
    const change = this.db.prepare(
      `UPDATE round_object SET left_out = ? WHERE round = ? AND share IS NULL AND (left_out IS NULL) = ?
         AND ${column} = coalesce(?, ${column})`,
    )
    return this.db.transaction(() =>
      values.reduce((all, value) => all + change.run(by, key, by === null ? 0 : 1, value).changes, 0),
    )()
  }

  /** Puts what is in under the share’s UUID, and `standing` beside it. */
  begin({ key }: Round, open: OpenSaying, standing: RoundStanding): void {
    this.db.transaction(() => {
      this.db
        .prepare('UPDATE round_object SET share = ? WHERE round = ? AND share IS NULL AND left_out IS NULL')
        .run(open.share, key)
      this.stand(key, { ...standing, open })
    })()
  }

  /** It was said: what it said is gathered no more, and of what is left out only the newest `keep`. */
  finish({ key }: Round, share: string, standing: RoundStanding, keep: number): void {
    this.db.transaction(() => {
      this.db.prepare('DELETE FROM round_object WHERE round = ? AND share = ?').run(key, share)
      this.db
        .prepare(
          `DELETE FROM round_object WHERE n IN (
             SELECT n FROM round_object WHERE round = ? AND left_out IS NOT NULL ORDER BY n DESC LIMIT -1 OFFSET ?)`,
        )
        .run(key, keep)
      this.stand(key, standing)
    })()
  }

  /** It was not said: all of it is gathered again. */
  giveBack({ key }: Round, share: string, standing: RoundStanding): void {
    this.db.transaction(() => {
      this.db.prepare('UPDATE round_object SET share = NULL WHERE round = ? AND share = ?').run(key, share)
      this.stand(key, standing)
    })()
  }

  stand(key: string, standing: RoundStanding): void {
    this.db.prepare('UPDATE round SET standing = ? WHERE key = ?').run(JSON.stringify(standing), key)
  }
}

function roundOf({ key, place, terms, standing }: Row): Round {
  // Written by us alone.
  return { key, place: JSON.parse(place), terms: JSON.parse(terms), standing: JSON.parse(standing) }
}
