// Which events of a MISP are to be fetched, and which versions of them were taken, in the database of the feeds. What a list
// named is kept before anything of it is fetched, so a pull that is ended goes on without a list.

import type Database from 'better-sqlite3'

/** An event as a list names it. `version` changes with the event and with its sightings. */
export interface ListedEvent {
  uuid: string
  version: string
}

export interface WantedEvent extends ListedEvent {
  n: number
  tries: number
}

/** An event that we gave to a MISP. */
export interface GivenEvent {
  uuid: string
  /** The agreement whose outbox it was made of; `file` for a file. */
  place: string
  /** Of the event as we gave it. */
  digest: Uint8Array
  /** The UUID of its organisation there. */
  creator: string | null
}

export class EventStore {
  private readonly db: Database.Database

  constructor(database: Database.Database) {
    this.db = database
    this.db.exec(`
      CREATE TABLE IF NOT EXISTS wanted_event (
        n INTEGER PRIMARY KEY AUTOINCREMENT, feed TEXT NOT NULL, uuid TEXT NOT NULL, version TEXT NOT NULL,
        tries INTEGER NOT NULL, UNIQUE (feed, uuid)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS taken_event (
        feed TEXT NOT NULL, uuid TEXT NOT NULL, version TEXT NOT NULL, gone INTEGER NOT NULL, PRIMARY KEY (feed, uuid)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS given_event (
        feed TEXT NOT NULL, uuid TEXT NOT NULL, place TEXT NOT NULL, digest BLOB NOT NULL, creator TEXT,
        PRIMARY KEY (feed, uuid)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS given_part (
        feed TEXT NOT NULL, event TEXT NOT NULL, uuid TEXT NOT NULL, PRIMARY KEY (feed, event, uuid)
      ) STRICT, WITHOUT ROWID;
    `)
  }

  /**
   * Keeps what a list named and is not taken in that version; with `again`, also what is. Of a list of all events, gives
   * those that were taken and are missing in it, each once. Within a transaction.
   */
  want(name: string, listed: readonly ListedEvent[], { again, all }: { again: boolean; all: boolean }): string[] {
    const version = this.db.prepare<[string, string], { version: string }>(
      'SELECT version FROM taken_event WHERE feed = ? AND uuid = ?',
    )
    // An event that is wanted keeps its place, and is tried anew in its new version.
    const put = this.db.prepare(`
      INSERT INTO wanted_event (feed, uuid, version, tries) VALUES (?, ?, ?, 0)
      ON CONFLICT (feed, uuid) DO UPDATE SET version = excluded.version, tries = 0 WHERE version <> excluded.version
    `)
    for (const one of listed) {
      if (!again && version.get(name, one.uuid)?.version === one.version) continue
      put.run(name, one.uuid, one.version)
    }
    return all ? this.missing(name, new Set(listed.map(({ uuid }) => uuid))) : []
  }

  /** The first of those that are to be fetched behind a place; undefined where there is none. */
  next(name: string, behind: number): WantedEvent | undefined {
    return this.db
      .prepare<[string, number], WantedEvent>(
        'SELECT n, uuid, version, tries FROM wanted_event WHERE feed = ? AND n > ? ORDER BY n LIMIT 1',
      )
      .get(name, behind)
  }

  /** It could not be had. */
  failed(name: string, uuid: string): void {
    this.db.prepare('UPDATE wanted_event SET tries = tries + 1 WHERE feed = ? AND uuid = ?').run(name, uuid)
  }

  /** It is not to be fetched any more. */
  drop(name: string, uuid: string): void {
    this.db.prepare('DELETE FROM wanted_event WHERE feed = ? AND uuid = ?').run(name, uuid)
  }

  taken(name: string, { uuid, version }: ListedEvent): void {
    this.drop(name, uuid)
    this.db.prepare('INSERT OR REPLACE INTO taken_event VALUES (?, ?, ?, 0)').run(name, uuid, version)
  }

  isTaken(name: string, uuid: string): boolean {
    return this.db.prepare('SELECT 1 FROM taken_event WHERE feed = ? AND uuid = ?').get(name, uuid) !== undefined
  }

  count(name: string): number {
    const row = this.db
      .prepare<[string, string], { n: number }>(
        'SELECT (SELECT count(*) FROM taken_event WHERE feed = ?) + (SELECT count(*) FROM wanted_event WHERE feed = ?) AS n',
      )
      .get(name, name)
    return row?.n ?? 0
  }

  /** What we gave of an event; undefined where it is not from us. */
  given(name: string, uuid: string): GivenEvent | undefined {
    return this.db
      .prepare<[string, string], GivenEvent>(
        'SELECT uuid, place, digest, creator FROM given_event WHERE feed = ? AND uuid = ?',
      )
      .get(name, uuid)
  }

  /** All that we gave out of one place. */
  givenFrom(name: string, place: string): GivenEvent[] {
    return this.db
      .prepare<[string, string], GivenEvent>(
        'SELECT uuid, place, digest, creator FROM given_event WHERE feed = ? AND place = ? ORDER BY uuid',
      )
      .all(name, place)
  }

  partsGiven(name: string, event: string): string[] {
    return this.db
      .prepare<[string, string], { uuid: string }>('SELECT uuid FROM given_part WHERE feed = ? AND event = ?')
      .all(name, event)
      .map(({ uuid }) => uuid)
  }

  keepGiven(name: string, event: GivenEvent, parts: readonly string[]): void {
    const put = this.db.prepare('INSERT OR IGNORE INTO given_part VALUES (?, ?, ?)')
    this.db.transaction(() => {
      const { uuid, place, digest, creator } = event
      this.db
        .prepare('INSERT OR REPLACE INTO given_event VALUES (?, ?, ?, ?, ?)')
        .run(name, uuid, place, digest, creator)
      for (const part of parts) put.run(name, uuid, part)
    })()
  }

  /** They were taken back there. */
  forgetParts(name: string, event: string, parts: readonly string[]): void {
    const drop = this.db.prepare('DELETE FROM given_part WHERE feed = ? AND event = ? AND uuid = ?')
    this.db.transaction(() => {
      for (const part of parts) drop.run(name, event, part)
    })()
  }

  remove(name: string): void {
    for (const table of ['wanted_event', 'taken_event', 'given_event', 'given_part'])
      this.db.prepare(`DELETE FROM ${table} WHERE feed = ?`).run(name)
  }

  private missing(name: string, listed: ReadonlySet<string>): string[] {
    const taken = this.db
      .prepare<[string], { uuid: string; gone: number }>('SELECT uuid, gone FROM taken_event WHERE feed = ?')
      .all(name)
    const mark = this.db.prepare('UPDATE taken_event SET gone = ? WHERE feed = ? AND uuid = ?')
    const missing: string[] = []
    for (const { uuid, gone } of taken) {
      const isGone = !listed.has(uuid)
      if (isGone === (gone === 1)) continue
      mark.run(isGone ? 1 : 0, name, uuid)
      if (isGone) missing.push(uuid)
    }
    return missing
  }
}
