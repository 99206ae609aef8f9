// The statuses of what tools added, in DIR/private/taxii.db: a tool may ask for one a day long (TAXII 2.1 section 4.3), and
// a restart in between is no reason to forget it. Each belongs to the tool that asked, under one agreement.

import { join } from 'node:path'
import Database from 'better-sqlite3'
import { LIMITS } from '../limits.ts'
import type { Status } from './status.ts'

export interface KeptStatus {
  status: Status
  /** Whether it is one of this run, whose end this process writes by itself. */
  underWay: boolean
}

export class Statuses {
  private readonly db: Database.Database
  private readonly underWay = new Set<string>()
  private readonly now: () => number
  private readonly sql

  constructor(dir: string, now: () => number) {
    this.now = now
    const db = new Database(join(dir, 'private', 'taxii.db'))
    this.db = db
    db.pragma('journal_mode = WAL')
    // What was shared and destroyed again is named in no free page.
    db.pragma('secure_delete = ON')
    db.exec(`
      CREATE TABLE IF NOT EXISTS status (
        id TEXT PRIMARY KEY, pact TEXT NOT NULL, tool TEXT NOT NULL, ended INTEGER, body TEXT NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS status_ended ON status (ended)`)
    this.sql = {
      keep: db.prepare<[string, string, string, string]>('INSERT INTO status VALUES (?, ?, ?, NULL, ?)'),
      update: db.prepare<[number | null, string, string]>('UPDATE status SET ended = ?, body = ? WHERE id = ?'),
      get: db.prepare<[string, string, string], { body: string }>(
        'SELECT body FROM status WHERE id = ? AND pact = ? AND tool = ?',
      ),
      forget: db.prepare<[number]>('DELETE FROM status WHERE ended < ?'),
      remove: db.prepare<[string]>('DELETE FROM status WHERE id = ?'),
      size: db.prepare<[], { n: number; bytes: number }>(
        'SELECT count(*) AS n, coalesce(sum(length(body)), 0) AS bytes FROM status',
      ),
      oldest: db.prepare(
        'DELETE FROM status WHERE id = (SELECT id FROM status WHERE ended IS NOT NULL ORDER BY ended LIMIT 1)',
      ),
    }
  }

  /** Keeps a new one; false where too many are under way, so that none could be told of. */
  begin(status: Status, pact: string, tool: string): boolean {
    this.sql.forget.run(this.now() - LIMITS.statusKeptMs)
    for (;;) {
      const { n, bytes } = this.sql.size.get() ?? { n: 0, bytes: 0 }
      if (n < LIMITS.statusesMax && bytes < LIMITS.statusesBytesMax) break
      if (this.sql.oldest.run().changes === 0) return false
    }
    this.sql.keep.run(status.id, pact, tool, JSON.stringify(status))
    this.underWay.add(status.id)
    return true
  }

  update(status: Status): void {
    const hasEnded = status.status === 'complete'
    this.sql.update.run(hasEnded ? this.now() : null, JSON.stringify(status), status.id)
    if (hasEnded) this.underWay.delete(status.id)
  }

  /** It was answered by an error instead. */
  drop(id: string): void {
    this.sql.remove.run(id)
    this.underWay.delete(id)
  }

  get(id: string, pact: string, tool: string): KeptStatus | undefined {
    const row = this.sql.get.get(id, pact, tool)
    return row === undefined ? undefined : { status: JSON.parse(row.body) as Status, underWay: this.underWay.has(id) }
  }

  close(): void {
    this.db.close()
  }
}
