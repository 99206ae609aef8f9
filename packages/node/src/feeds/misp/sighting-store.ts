// Which sightings went to a MISP and which came from it, in the database of the feeds, so that none goes twice and none of
// ours comes back. What is about to be sent is kept before it is sent: whether it arrived, the next push sees there.

import type { StandsFor } from '@countersign/intel'
import type Database from 'better-sqlite3'

/** An attribute that we gave, and the event it is in. */
export interface GivenAttribute {
  uuid: string
  event: string
}

export class SightingStore {
  private readonly db: Database.Database

  constructor(database: Database.Database) {
    this.db = database
    this.db.exec(`
      CREATE TABLE IF NOT EXISTS standing_part (
        feed TEXT NOT NULL, uuid TEXT NOT NULL, event TEXT NOT NULL, object TEXT NOT NULL, tlp TEXT NOT NULL,
        PRIMARY KEY (feed, uuid)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS standing_object ON standing_part (feed, object);
      CREATE TABLE IF NOT EXISTS given_sighting (
        feed TEXT NOT NULL, id TEXT NOT NULL, there TEXT, done INTEGER NOT NULL, PRIMARY KEY (feed, id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS given_sighting_there ON given_sighting (feed, there);
      CREATE TABLE IF NOT EXISTS seen_sighting (
        feed TEXT NOT NULL, uuid TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (feed, uuid)
      ) STRICT, WITHOUT ROWID;
    `)
  }

  /** What the attributes of an event stand for. */
  keepStanding(name: string, event: string, standing: ReadonlyMap<string, StandsFor>): void {
    const put = this.db.prepare('INSERT OR REPLACE INTO standing_part VALUES (?, ?, ?, ?, ?)')
    this.db.transaction(() => {
      for (const [uuid, { id, tlp }] of standing) put.run(name, uuid.toLowerCase(), event, id, tlp)
    })()
  }

  /** The attributes that stand for an object, the same first each time. */
  attributesOf(name: string, object: string): GivenAttribute[] {
    return this.db
      .prepare<[string, string], GivenAttribute>(
        'SELECT uuid, event FROM standing_part WHERE feed = ? AND object = ? ORDER BY uuid',
      )
      .all(name, object)
  }

  standing(name: string, event: string): Map<string, StandsFor> {
    const rows = this.db
      .prepare<[string, string], StandsFor & { uuid: string }>(
        'SELECT uuid, object AS id, tlp FROM standing_part WHERE feed = ? AND event = ?',
      )
      .all(name, event)
    return new Map(rows.map(({ uuid, id, tlp }) => [uuid, { id, tlp }]))
  }

  isDone(name: string, id: string): boolean {
    return (
      this.db.prepare('SELECT 1 FROM given_sighting WHERE feed = ? AND id = ? AND done = 1').get(name, id) !== undefined
    )
  }

  /** It is about to be sent. */
  begin(name: string, id: string): void {
    this.db.prepare('INSERT OR IGNORE INTO given_sighting VALUES (?, ?, NULL, 0)').run(name, id)
  }

  /** It is there, under that UUID where MISP names it. */
  done(name: string, id: string, there: string | null): void {
    this.db.prepare('INSERT OR REPLACE INTO given_sighting VALUES (?, ?, ?, 1)').run(name, id, there)
  }

  /** Whether a sighting there is one that we sent: by the UUID it got, or by what stands in `source`. */
  isOurs(name: string, { uuid, source }: { uuid?: string | undefined; source?: string | undefined }): boolean {
    return (
      this.db
        .prepare('SELECT 1 FROM given_sighting WHERE feed = ? AND (id = ? OR there = ?) LIMIT 1')
        .get(name, source ?? '', uuid?.toLowerCase() ?? '') !== undefined
    )
  }

  isSeen(name: string, uuid: string): boolean {
    return this.db.prepare('SELECT 1 FROM seen_sighting WHERE feed = ? AND uuid = ?').get(name, uuid) !== undefined
  }

  /** Within the transaction that keeps what was made of them. `at`: seconds since the epoch. */
  seen(name: string, sightings: readonly { uuid: string; at: number }[]): void {
    const put = this.db.prepare('INSERT OR REPLACE INTO seen_sighting VALUES (?, ?, ?)')
    for (const { uuid, at } of sightings) put.run(name, uuid, at)
  }

  /** What is not asked for again need not be told apart any more. */
  forgetSeen(name: string, before: number): void {
    this.db.prepare('DELETE FROM seen_sighting WHERE feed = ? AND at < ?').run(name, before)
  }

  remove(name: string): void {
    for (const table of ['standing_part', 'given_sighting', 'seen_sighting'])
      this.db.prepare(`DELETE FROM ${table} WHERE feed = ?`).run(name)
  }
}
