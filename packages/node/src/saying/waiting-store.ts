// Shares that wait for a second person, and what became of those that did: rows in the private database. Their STIX stands
// beside it, in DIR/private/held, under the share's UUID.

import type { Result } from '@countersign/log'
import type Database from 'better-sqlite3'

/** Somebody who approved, in milliseconds since 1970, and what of the gate was seen: the digest of a judgement. */
export interface SharePerson {
  id: string
  name: string
  at: number
  judgement: string
}

/** Why a share waits: a rule, or a threshold of the terms, and how many objects it names; none where it is about the whole. */
export interface WaitsBecause {
  rule: string
  message: string
  objects: number
}

export type WaitingState = 'open' | 'approved' | 'done' | 'refused' | 'withdrawn' | 'expired' | 'failed'

export interface WaitingRow {
  share: string
  /** The share as it was asked for, in JSON. */
  kept: string
  bytes: number
  /** In whose name it was asked, and the officer’s id where it was one who had signed in; empty otherwise. */
  account: string
  authorId: string
  askedAt: number
  expiresAt: number
  /** What was judged when it came (judgement.ts), as a digest. */
  judgement: string
  objects: number
  altered: number
  because: WaitsBecause[]
  approvals: SharePerson[]
  state: WaitingState
  endedBy: string | null
  endedAt: number | null
  outcome: string
}

type Stored = Omit<WaitingRow, 'because' | 'approvals'> & { because: string; approvals: string }

const COLUMNS =
  'share, kept, bytes, account, authorId, askedAt, expiresAt, judgement, objects, altered, because, approvals, state, endedBy, endedAt, outcome'

export class WaitingStore {
  private readonly db: Database.Database

  constructor(db: Database.Database) {
    this.db = db
    db.exec(`
      CREATE TABLE IF NOT EXISTS waiting_share (
        share TEXT PRIMARY KEY, kept TEXT NOT NULL, bytes INTEGER NOT NULL, account TEXT NOT NULL,
        authorId TEXT NOT NULL, askedAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL, judgement TEXT NOT NULL,
        objects INTEGER NOT NULL, altered INTEGER NOT NULL, because TEXT NOT NULL, approvals TEXT NOT NULL,
        state TEXT NOT NULL, endedBy TEXT, endedAt INTEGER, outcome TEXT NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS waiting_share_state ON waiting_share (state);
      CREATE TABLE IF NOT EXISTS approved_by (
        statement TEXT NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY (statement, place)
      ) STRICT;
    `)
  }

  put(row: WaitingRow): void {
    const stored: Stored = { ...row, because: JSON.stringify(row.because), approvals: JSON.stringify(row.approvals) }
    const places = COLUMNS.replace(/\w+/g, (name) => `@${name}`)
    this.db.prepare(`INSERT OR REPLACE INTO waiting_share (${COLUMNS}) VALUES (${places})`).run(stored)
  }

  get(share: string): WaitingRow | undefined {
    const row = this.db.prepare<[string], Stored>(`SELECT ${COLUMNS} FROM waiting_share WHERE share = ?`).get(share)
    return row && rowOf(row)
  }

  /** Those that are not over yet, the oldest first. */
  live(): WaitingRow[] {
    return this.select(`WHERE state IN ('open', 'approved') ORDER BY askedAt, share`, -1)
  }

  /** Those that are over, the newest first. */
  ended(limit: number): WaitingRow[] {
    return this.select(`WHERE state NOT IN ('open', 'approved') ORDER BY endedAt DESC, share`, limit)
  }

  /** Of those that are over only so many are remembered. */
  forgetBeyond(count: number): void {
    this.db
      .prepare(
        `DELETE FROM waiting_share WHERE state NOT IN ('open', 'approved') AND share NOT IN (
           SELECT share FROM waiting_share WHERE state NOT IN ('open', 'approved') ORDER BY endedAt DESC, share LIMIT ?)`,
      )
      .run(count)
  }

  /** Both or neither: what `also` keeps, and the row. Nothing is kept where `also` refuses. */
  putWith<T>(row: WaitingRow, also: () => Result<T>): Result<T> {
    return this.db.transaction(() => {
      const kept = also()
      if (kept.ok) this.put(row)
      return kept
    })()
  }

  /** Who approved what a record of ours says, beside whoever said it. */
  noteApprovers(statement: string, persons: readonly Pick<SharePerson, 'name' | 'at'>[]): void {
    const insert = this.db.prepare('INSERT OR REPLACE INTO approved_by VALUES (?, ?, ?, ?)')
    for (const [place, { name, at }] of persons.entries()) insert.run(statement, place, name, at)
  }

  approversOf(statement: string): { name: string; at: number }[] {
    return this.db
      .prepare<[string], { name: string; at: number }>(
        'SELECT name, at FROM approved_by WHERE statement = ? ORDER BY place',
      )
      .all(statement)
  }

  private select(where: string, limit: number): WaitingRow[] {
    return this.db
      .prepare<[number], Stored>(`SELECT ${COLUMNS} FROM waiting_share ${where} LIMIT ?`)
      .all(limit)
      .map(rowOf)
  }
}

function rowOf({ because, approvals, ...row }: Stored): WaitingRow {
  return { ...row, because: JSON.parse(because), approvals: JSON.parse(approvals) }
}
