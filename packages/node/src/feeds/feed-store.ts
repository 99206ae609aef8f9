// What a node keeps of its feeds, in DIR/private/feeds.db: their settings, the sealed credentials, how far each has come,
// what is known of it, and what was taken from it and not passed on yet. How far a feed has come is written together with
// what came, so that whatever ends the process, nothing of a page is taken twice and nothing is skipped.

import type { Tlp } from '@countersign/intel'
import type Database from 'better-sqlite3'
import { EventStore } from './misp/event-store.ts'
import { SightingStore } from './misp/sighting-store.ts'
import type { PulledObject } from './page.ts'
import type { PushStanding } from './standing.ts'
import type { Cursor } from './way-on.ts'

/** Where what a feed brings goes. */
export type Destination =
  | { kind: 'drafts' }
  /** Into the next round of an agreement. */
  | { kind: 'round'; pact: string; channel?: string; to?: string[] }
  | {
      kind: 'share'
      pact: string
      channel?: string
      to?: string[]
      marking?: { tlp: string; class?: string }
      /** The feed of ours it is shared in. */
      feed?: string
    }

export interface FeedSettings {
  /** A MISP; otherwise a collection of TAXII 2.1. */
  kind?: 'misp'
  /** Of the collection, or of MISP, ending in a slash. */
  url: string
  destination: Destination
  /** How often a running node pulls by itself; 0 for never. */
  everyMinutes: number
  /** In whose name what it brings is said. */
  account: string
  /** What a running node pushes to it by itself. */
  push?: PushByItself
}

/** The outbox of an agreement, without what may not leave. */
export interface PushByItself {
  pact: string
  upTo: Tlp
  everyMinutes: number
  /** Who asked for it. */
  account: string
}

/** How a feed stands. Times are milliseconds since the epoch. */
export interface Standing {
  lastPullMs?: number
  /** Objects that were new in the last pull, and in all of them. */
  lastNew: number
  totalNew: number
  /** Before this it is not pulled by itself. */
  nextTryMs?: number
  /** Before this its server wants to be left alone. */
  waitUntilMs?: number
  failures: number
  failingSinceMs?: number
  error?: string
  /** What the server does that it should not. */
  doubt?: string
  push?: PushStanding
}

export interface Feed {
  name: string
  settings: FeedSettings
  credential: Uint8Array | null
  paused: boolean
  cursor: Cursor
  standing: Standing
}

export interface WaitingObject {
  n: number
  id: string
  source: Uint8Array
}

interface Row {
  name: string
  settings: string
  credential: Uint8Array | null
  paused: number
  cursor: string
  standing: string
}

const NOTHING_YET: Standing = { lastNew: 0, totalNew: 0, failures: 0 }

export class FeedStore {
  /** Of the feeds that are a MISP. */
  readonly events: EventStore
  readonly sightings: SightingStore
  private readonly db: Database.Database

  constructor(database: Database.Database) {
    this.db = database
    this.db.pragma('journal_mode = WAL')
    this.db.pragma('synchronous = FULL')
    this.db.pragma('secure_delete = ON')
    this.db.exec(`
      CREATE TABLE IF NOT EXISTS feed (
        name TEXT PRIMARY KEY, settings TEXT NOT NULL, credential BLOB, paused INTEGER NOT NULL,
        cursor TEXT NOT NULL, standing TEXT NOT NULL, files INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS known (
        n INTEGER PRIMARY KEY, feed TEXT NOT NULL, digest BLOB NOT NULL, UNIQUE (feed, digest)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS waiting (
        n INTEGER PRIMARY KEY AUTOINCREMENT, feed TEXT NOT NULL, id TEXT NOT NULL, source BLOB NOT NULL,
        share TEXT, file INTEGER, why TEXT
      ) STRICT;
      CREATE INDEX IF NOT EXISTS waiting_feed ON waiting (feed, share, file);
      CREATE TABLE IF NOT EXISTS pushed (
        feed TEXT NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (feed, digest)
      ) STRICT, WITHOUT ROWID;
    `)
    this.events = new EventStore(database)
    this.sightings = new SightingStore(database)
  }

  /** `files`: how many files of drafts there are of an earlier feed of that name. */
  add({ name, settings, credential, cursor }: Omit<Feed, 'paused' | 'standing'>, files: number): void {
    this.db
      .prepare('INSERT INTO feed VALUES (?, ?, ?, 0, ?, ?, ?)')
      .run(name, JSON.stringify(settings), credential, JSON.stringify(cursor), JSON.stringify(NOTHING_YET), files)
  }

  get(name: string): Feed | undefined {
    const row = this.db.prepare<[string], Row>('SELECT * FROM feed WHERE name = ?').get(name)
    return row === undefined ? undefined : feedOf(row)
  }

  all(): Feed[] {
    return this.db.prepare<[], Row>('SELECT * FROM feed ORDER BY name').all().map(feedOf)
  }

  pause(name: string, paused: boolean): void {
    this.db.prepare('UPDATE feed SET paused = ? WHERE name = ?').run(paused ? 1 : 0, name)
  }

  setCredential(name: string, credential: Uint8Array | null): void {
    this.db.prepare('UPDATE feed SET credential = ? WHERE name = ?').run(credential, name)
  }

  /** With what is known of it, and what waits. */
  remove(name: string): void {
    this.db.transaction(() => {
      for (const table of ['known', 'waiting', 'pushed'])
        this.db.prepare(`DELETE FROM ${table} WHERE feed = ?`).run(name)
      this.events.remove(name)
      this.sightings.remove(name)
      this.db.prepare('DELETE FROM feed WHERE name = ?').run(name)
    })()
  }

  setSettings(name: string, settings: FeedSettings): void {
    this.db.prepare('UPDATE feed SET settings = ? WHERE name = ?').run(JSON.stringify(settings), name)
  }

  setStanding(name: string, standing: Standing): void {
    this.db.prepare('UPDATE feed SET standing = ? WHERE name = ?').run(JSON.stringify(standing), name)
  }

  knownCount(name: string): number {
    return this.db.prepare<[string], { n: number }>('SELECT count(*) AS n FROM known WHERE feed = ?').get(name)?.n ?? 0
  }

  /** Forgets the older half of what is known: of a server that names times only what has the latest comes again. */
  forgetOlder(name: string): void {
    const half = Math.floor(this.knownCount(name) / 2)
    this.db
      .prepare(
        'DELETE FROM known WHERE feed = ? AND n <= (SELECT n FROM known WHERE feed = ? ORDER BY n LIMIT 1 OFFSET ?)',
      )
      .run(name, name, half)
  }

  /**
   * Keeps what is new of a page, and at once how far the feed has come with it, which depends on how much was new. Gives
   * that number.
   */
  take(name: string, objects: readonly PulledObject[], cursorOf: (fresh: number) => Cursor): number {
    return this.db.transaction(() => {
      const fresh = this.keep(name, objects)
      this.setCursor(name, cursorOf(fresh))
      return fresh
    })()
  }

  /** Keeps what is new of a part of a page, before the rest of it. Gives how many objects were new. */
  takeSome(name: string, objects: readonly PulledObject[]): number {
    return this.db.transaction(() => this.keep(name, objects))()
  }

  /** Keeps what is new of an event, and at once that this version of it was taken. Gives how many objects were new. */
  takeEvent(name: string, event: { uuid: string; version: string }, objects: readonly PulledObject[]): number {
    return this.db.transaction(() => {
      this.events.taken(name, event)
      return this.keep(name, objects)
    })()
  }

  /** Keeps what is new of the sightings of an event, and at once that they were seen. Gives how many objects were new. */
  takeSightings(
    name: string,
    sightings: Parameters<SightingStore['seen']>[1],
    objects: readonly PulledObject[],
  ): number {
    return this.db.transaction(() => {
      this.sightings.seen(name, sightings)
      return this.keep(name, objects)
    })()
  }

  /** Keeps which events are to be fetched, and at once how far the list was read. Gives those that are gone. */
  takeList(
    name: string,
    listed: Parameters<EventStore['want']>[1],
    options: Parameters<EventStore['want']>[2],
    cursor: Cursor,
  ): string[] {
    return this.db.transaction(() => {
      this.setCursor(name, cursor)
      return this.events.want(name, listed, options)
    })()
  }

  private keep(name: string, objects: readonly PulledObject[]): number {
    const know = this.db.prepare('INSERT OR IGNORE INTO known (feed, digest) VALUES (?, ?)')
    const wait = this.db.prepare('INSERT INTO waiting (feed, id, source) VALUES (?, ?, ?)')
    let fresh = 0
    for (const { id, source, digest } of objects) {
      if (know.run(name, digest).changes === 0) continue
      wait.run(name, id, source)
      fresh++
    }
    return fresh
  }

  setCursor(name: string, cursor: Cursor): void {
    this.db.prepare('UPDATE feed SET cursor = ? WHERE name = ?').run(JSON.stringify(cursor), name)
  }

  /** What was taken and is not passed on yet. */
  waiting(name: string): { objects: number; bytes: number } {
    const row = this.db
      .prepare<[string], { n: number; bytes: number }>(
        'SELECT count(*) AS n, coalesce(sum(length(source)), 0) AS bytes FROM waiting WHERE feed = ?',
      )
      .get(name)
    return { objects: row?.n ?? 0, bytes: row?.bytes ?? 0 }
  }

  /** The share that an earlier run had begun, if one did. */
  openShare(name: string): string | undefined {
    return this.db
      .prepare<[string], { share: string }>(
        'SELECT share FROM waiting WHERE feed = ? AND share IS NOT NULL AND file IS NULL LIMIT 1',
      )
      .get(name)?.share
  }

  /** Puts the oldest that wait under one share's UUID; false where none waits. */
  beginShare(name: string, share: string, bounds: { objects: number; bytes: number }): boolean {
    return this.mark(name, bounds, (n) => this.db.prepare('UPDATE waiting SET share = ? WHERE n = ?').run(share, n))
  }

  ofShare(share: string): WaitingObject[] {
    return this.db
      .prepare<[string], WaitingObject>('SELECT n, id, source FROM waiting WHERE share = ? AND file IS NULL ORDER BY n')
      .all(share)
  }

  /** It was refused: what is left of it goes under another UUID, or, beyond `keep` objects, waits again. */
  renameShare(share: string, to: string, keep: number): void {
    this.db.transaction(() => {
      for (const [i, { n }] of this.ofShare(share).entries()) {
        this.db.prepare('UPDATE waiting SET share = ? WHERE n = ?').run(i < keep ? to : null, n)
      }
    })()
  }

  /** All of it was said. */
  endShare(share: string): void {
    this.db.prepare('DELETE FROM waiting WHERE share = ? AND file IS NULL').run(share)
  }

  /** Puts the oldest that wait into the next file of drafts. */
  beginFile(name: string, bounds: { objects: number; bytes: number }): boolean {
    return this.db.transaction(() => {
      const file = this.nextFile(name)
      const put = this.db.prepare('UPDATE waiting SET file = ? WHERE n = ?')
      const marked = this.mark(name, bounds, (n) => put.run(file, n))
      if (marked) this.countFile(name, file)
      return marked
    })()
  }

  /** Puts these into a file of drafts of their own, each with why it may not be said. */
  holdBack(name: string, objects: readonly { n: number; why: string }[]): void {
    this.db.transaction(() => {
      const file = this.nextFile(name)
      const put = this.db.prepare('UPDATE waiting SET file = ?, share = NULL, why = ? WHERE n = ?')
      for (const { n, why } of objects) put.run(file, why, n)
      this.countFile(name, file)
    })()
  }

  /** A file of drafts that is still to be written, and what stands in it. */
  openFile(name: string): { file: number; objects: (WaitingObject & { why: string | null })[] } | undefined {
    const open = this.db
      .prepare<[string], { file: number }>(
        'SELECT file FROM waiting WHERE feed = ? AND file IS NOT NULL ORDER BY file LIMIT 1',
      )
      .get(name)
    if (open === undefined) return undefined
    const objects = this.db
      .prepare<[string, number], WaitingObject & { why: string | null }>(
        'SELECT n, id, source, why FROM waiting WHERE feed = ? AND file = ? ORDER BY n',
      )
      .all(name, open.file)
    return { file: open.file, objects }
  }

  endFile(name: string, file: number): void {
    this.db.prepare('DELETE FROM waiting WHERE feed = ? AND file = ?').run(name, file)
  }

  isPushed(name: string, digest: Uint8Array): boolean {
    return this.db.prepare('SELECT 1 FROM pushed WHERE feed = ? AND digest = ?').get(name, digest) !== undefined
  }

  keepPushed(name: string, digests: readonly Uint8Array[]): void {
    const keep = this.db.prepare('INSERT OR IGNORE INTO pushed VALUES (?, ?)')
    this.db.transaction(() => {
      for (const digest of digests) keep.run(name, digest)
    })()
  }

  close(): void {
    this.db.close()
  }

  private nextFile(name: string): number {
    const row = this.db.prepare<[string], { files: number }>('SELECT files FROM feed WHERE name = ?').get(name)
    return (row?.files ?? 0) + 1
  }

  private countFile(name: string, file: number): void {
    this.db.prepare('UPDATE feed SET files = ? WHERE name = ?').run(file, name)
  }

  /** The oldest that wait, up to a number of objects and of bytes; one in any case. */
  private mark(name: string, bounds: { objects: number; bytes: number }, put: (n: number) => unknown): boolean {
    const oldest = this.db.prepare<[string, number], { n: number; bytes: number }>(
      'SELECT n, length(source) AS bytes FROM waiting WHERE feed = ? AND share IS NULL AND file IS NULL ORDER BY n LIMIT ?',
    )
    return this.db.transaction(() => {
      let bytes = 0
      let count = 0
      for (const row of oldest.all(name, bounds.objects)) {
        bytes += row.bytes
        if (count > 0 && bytes > bounds.bytes) break
        put(row.n)
        count++
      }
      return count > 0
    })()
  }
}

function feedOf({ name, settings, credential, paused, cursor, standing }: Row): Feed {
  return {
    ...{ name, credential, paused: paused === 1 },
    settings: JSON.parse(settings),
    cursor: JSON.parse(cursor),
    standing: JSON.parse(standing),
  }
}
