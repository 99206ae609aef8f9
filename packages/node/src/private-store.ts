// A node's private matters, true in SQL alone: who said what under which account, what waits to be said until the
// start-up check is over, and alarms with who has acknowledged them. Never rebuilt from the logs, so it is synced.

import type Database from 'better-sqlite3'

export interface HeldRow {
  id: number
  request: string
}

export interface Alarm {
  id: number
  at: number
  code: string
  subject: string
  message: string
}

export class PrivateStore {
  private readonly db: Database.Database
  /** Alarms that could not be written: a full disk must not silence the alarm about it. */
  private readonly unwritten = new Map<string, Omit<Alarm, 'id'>>()

  constructor(database: Database.Database) {
    this.db = database
    this.db.pragma('journal_mode = WAL')
    this.db.pragma('synchronous = FULL')
    this.db.exec(`
      CREATE TABLE IF NOT EXISTS said_by (statement TEXT PRIMARY KEY, account TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS held_here (id INTEGER PRIMARY KEY, request TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS alarm (
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, code TEXT NOT NULL, subject TEXT NOT NULL,
        message TEXT NOT NULL, UNIQUE (code, subject)
      ) STRICT;
    `)
  }

  noteSpeaker(statementId: string, account: string): void {
    this.db.prepare('INSERT OR REPLACE INTO said_by VALUES (?, ?)').run(statementId, account)
  }

  speakerOf(statementId: string): string | undefined {
    return this.db
      .prepare<[string], { account: string }>('SELECT account FROM said_by WHERE statement = ?')
      .get(statementId)?.account
  }

  /** Keeps what waits to be said; the number of its row. */
  hold(request: string): number {
    return Number(this.db.prepare('INSERT INTO held_here (request) VALUES (?)').run(request).lastInsertRowid)
  }

  heldCount(): number {
    return this.db.prepare<[], { n: number }>('SELECT count(*) AS n FROM held_here').get()?.n ?? 0
  }

  held(): HeldRow[] {
    return this.db.prepare<[], HeldRow>('SELECT id, request FROM held_here ORDER BY id').all()
  }

  release(id: number): void {
    this.db.prepare('DELETE FROM held_here WHERE id = ?').run(id)
  }

  /** Raises an alarm once for each code and subject, until it is over. True where it is new. Never throws. */
  alarm(at: number, code: string, subject: string, message: string): boolean {
    const key = `${code} ${subject}`
    let isNew = !this.unwritten.has(key)
    if (isNew) this.unwritten.set(key, { at, code, subject, message })
    for (const [waiting, one] of this.unwritten) {
      try {
        const { changes } = this.db
          .prepare('INSERT OR IGNORE INTO alarm (at, code, subject, message) VALUES (?, ?, ?, ?)')
          .run(one.at, one.code, one.subject, one.message)
        if (waiting === key && changes === 0) isNew = false
        this.unwritten.delete(waiting)
      } catch {
        return isNew
      }
    }
    return isNew
  }

  /**
   * What it warned of is over; it may be raised anew. Without `subject` all of that code. Throws nothing: what cannot be
   * written stays an alarm. True where there was one.
   */
  alarmOver(code: string, subject?: string): boolean {
    let wasRaised = false
    for (const [key, one] of this.unwritten) {
      if (one.code !== code || (subject !== undefined && one.subject !== subject)) continue
      wasRaised = true
      this.unwritten.delete(key)
    }
    try {
      const { changes } = this.db
        .prepare('DELETE FROM alarm WHERE code = ? AND subject = coalesce(?, subject)')
        .run(code, subject ?? null)
      return wasRaised || changes > 0
    } catch {
      return wasRaised
    }
  }

  alarms(): Alarm[] {
    const written = this.db
      .prepare<[], Alarm>('SELECT id, at, code, subject, message FROM alarm ORDER BY id DESC LIMIT 200')
      .all()
    return [...[...this.unwritten.values()].map((alarm) => ({ id: 0, ...alarm })), ...written]
  }

  close(): void {
    this.db.close()
  }
}
