// Every attempt to sign in, and who is made to wait. An account whose password was wrong too often in a row lets nobody in
// for a while, except from an address from which its officer came in lately: so whoever guesses from elsewhere keeps them
// out of nothing, and guessing from that address is counted by itself. What was tried is kept without the password.

import type Database from 'better-sqlite3'
import { LIMITS } from '../limits.ts'

export const SIGN_IN_OUTCOMES = ['in', 'wrong', 'locked', 'too-many'] as const
export type SignInOutcome = (typeof SIGN_IN_OUTCOMES)[number]

export interface SignIn {
  /** Milliseconds since 1970. */
  at: number
  /** As it was typed, in small letters; perhaps of nobody. */
  email: string
  /** Of the network. */
  address: string
  outcome: SignInOutcome
}

export class SignIns {
  private readonly now: () => number
  private readonly sql

  constructor(db: Database.Database, now: () => number) {
    this.now = now
    db.exec(`
      CREATE TABLE IF NOT EXISTS sign_in (
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, email TEXT NOT NULL, address TEXT NOT NULL, outcome TEXT NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS sign_in_by_email ON sign_in (email, at);
    `)
    const since = 'email = ? AND at > ?'
    this.sql = {
      note: db.prepare<[number, string, string, string]>(
        'INSERT INTO sign_in (at, email, address, outcome) VALUES (?, ?, ?, ?)',
      ),
      forget: db.prepare<[number]>('DELETE FROM sign_in WHERE id <= (SELECT max(id) FROM sign_in) - ?'),
      newest: db.prepare<[number], SignIn>('SELECT at, email, address, outcome FROM sign_in ORDER BY id DESC LIMIT ?'),
      cameFrom: db.prepare<[string, number, string], { at: number }>(
        `SELECT at FROM sign_in WHERE ${since} AND address = ? AND outcome = 'in' LIMIT 1`,
      ),
      wrong: db.prepare<[string, number, string | null, string | null], { n: number; last: number | null }>(
        `SELECT count(*) AS n, max(at) AS last FROM sign_in w WHERE ${since} AND outcome = 'wrong' AND (? IS NULL OR address = ?)
         AND id > coalesce((SELECT max(id) FROM sign_in i WHERE i.email = w.email AND i.outcome = 'in'), 0)`,
      ),
    }
  }

  note(email: string, address: string, outcome: SignInOutcome): void {
    this.sql.note.run(this.now(), folded(email), address.slice(0, LIMITS.addressChars), outcome)
    this.sql.forget.run(LIMITS.signInsKept)
  }

  /** When somebody may try this account again from there; undefined where they may now. Milliseconds since 1970. */
  lockedUntil(email: string, address: string): number | undefined {
    const now = this.now()
    const name = folded(email)
    const isUsual = this.sql.cameFrom.get(name, now - LIMITS.usualAddressMs, address) !== undefined
    const from = isUsual ? address : null
    const { n = 0, last = null } = this.sql.wrong.get(name, now - LIMITS.wrongCountedMs, from, from) ?? {}
    const until = (last ?? 0) + LIMITS.lockedMs
    return n >= LIMITS.wrongPasswordsMax && until > now ? until : undefined
  }

  /** The newest first. */
  newest(most: number): SignIn[] {
    return this.sql.newest.all(most)
  }
}

function folded(email: string): string {
  return email.slice(0, LIMITS.addressChars).toLowerCase()
}
