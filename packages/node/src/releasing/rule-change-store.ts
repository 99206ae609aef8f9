// Changes of the house’s rules: what was asked for, what lay there before, and what came of it. Rows in the private
// database; the oldest that are over go where they are too many, or too large.

import type Database from 'better-sqlite3'

export type RuleChangeState = 'open' | 'putting' | 'done' | 'refused' | 'withdrawn' | 'expired' | 'failed'

export interface RuleChangeRow {
  id: string
  /** Whose files they are: `house`, an agreement’s id or a party. */
  scope: string
  /** The sets before and after, in JSON (rules-set.ts). */
  before: string
  after: string
  /** What is another then, in JSON (rule-diff.ts). */
  diff: string
  /** The change that it takes back; empty where it is none of these. */
  putsBack: string
  reason: string
  askedBy: string
  askedId: string
  /** Milliseconds since 1970. */
  askedAt: number
  expiresAt: number
  state: RuleChangeState
  endedBy: string | null
  endedAt: number | null
  outcome: string
}

const COLUMNS =
  'id, scope, before, after, diff, putsBack, reason, askedBy, askedId, askedAt, expiresAt, state, endedBy, endedAt, outcome'
const LIVE = `state IN ('open', 'putting')`

export class RuleChangeStore {
  private readonly db: Database.Database

  constructor(db: Database.Database) {
    this.db = db
    db.exec(`
      CREATE TABLE IF NOT EXISTS rule_change (
        place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, scope TEXT NOT NULL, before TEXT NOT NULL,
        after TEXT NOT NULL, diff TEXT NOT NULL, putsBack TEXT NOT NULL, reason TEXT NOT NULL, askedBy TEXT NOT NULL,
        askedId TEXT NOT NULL, askedAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL, state TEXT NOT NULL,
        endedBy TEXT, endedAt INTEGER, outcome TEXT NOT NULL
      ) STRICT;
    `)
  }

  add(row: RuleChangeRow): void {
    const places = COLUMNS.replace(/\w+/g, (name) => `@${name}`)
    this.db.prepare(`INSERT INTO rule_change (${COLUMNS}) VALUES (${places})`).run(row)
  }

  /** Of one that is there, how it stands now. */
  end({ id, state, endedBy, endedAt, outcome }: RuleChangeRow): void {
    const update = 'UPDATE rule_change SET state = ?, endedBy = ?, endedAt = ?, outcome = ? WHERE id = ?'
    this.db.prepare(update).run(state, endedBy, endedAt, outcome, id)
  }

  get(id: string): RuleChangeRow | undefined {
    return this.db.prepare<[string], RuleChangeRow>(`SELECT ${COLUMNS} FROM rule_change WHERE id = ?`).get(id)
  }

  live(): RuleChangeRow[] {
    return this.db.prepare<[], RuleChangeRow>(`SELECT ${COLUMNS} FROM rule_change WHERE ${LIVE} ORDER BY place`).all()
  }

  /** Those of a scope that are over, the newest first. */
  ended(scope: string, limit: number): RuleChangeRow[] {
    const select = `SELECT ${COLUMNS} FROM rule_change WHERE NOT ${LIVE} AND scope = ? ORDER BY endedAt DESC, place DESC LIMIT ?`
    return this.db.prepare<[string, number], RuleChangeRow>(select).all(scope, limit)
  }

  /** What was put in force last. */
  lastDone(scope: string): RuleChangeRow | undefined {
    const select = `SELECT ${COLUMNS} FROM rule_change WHERE state = 'done' AND scope = ? ORDER BY endedAt DESC, place DESC LIMIT 1`
    return this.db.prepare<[string], RuleChangeRow>(select).get(scope)
  }

  /** Of those that are over only so many are kept, and so many characters of them. */
  forgetBeyond(count: number, chars: number): void {
    this.db
      .prepare(
        `DELETE FROM rule_change WHERE place IN (
           SELECT place FROM (
             SELECT place, row_number() OVER newest AS n, sum(length(before) + length(after)) OVER newest AS chars
             FROM rule_change WHERE NOT ${LIVE} WINDOW newest AS (ORDER BY place DESC)
           ) WHERE n > ? OR (n > 1 AND chars > ?))`,
      )
      .run(count, chars)
  }
}
