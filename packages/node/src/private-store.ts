// A node's private matters, true in SQL alone: who said what under which account, what waits to be said until the
// start-up check is over, and alarms with who has acknowledged them. Never rebuilt from the logs, so it is synced.

import type { RemovedHere } from '@countersign/views'
import type Database from 'better-sqlite3'
import { SharedOnceStore } from './content/shared-once-store.ts'
import { RuleChangeStore } from './releasing/rule-change-store.ts'
import { RoundStore } from './rounds/round-store.ts'
import { GoneByStore } from './saying/gone-by.ts'
import { WaitingStore } from './saying/waiting-store.ts'

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

/** Something that two officers agree on (approvals.ts). */
export interface ApprovalRow {
  id: string
  act: string
  reason: string
  asked_by: string
  asked_id: string
  asked_at: number
  expires_at: number
  state: string
  ended_by: string | null
  ended_at: number | null
  outcome: string
}

/** That content is destroyed as soon as it may be: who wanted it here, when, and why. Private to this node. */
export interface DestructionWish {
  /** `origin#index`. */
  record: string
  reason: string
  account: string
  at: number
  done: boolean
}

/** That content must be kept: who had that said here, when, and why. Private to this node. */
export interface HoldReason {
  reason: string
  account: string
  at: number
}

type WishRow = Omit<DestructionWish, 'done'> & { done: number }

function wishOf(row: WishRow): DestructionWish {
  return { ...row, done: row.done === 1 }
}

export class PrivateStore {
  /** Shares that wait for a second person. */
  readonly waiting: WaitingStore
  /** Changes of the house’s rules. */
  readonly ruleChanges: RuleChangeStore
  /** By whose consents what was said went on. */
  readonly goneBy: GoneByStore
  /** Whose that was whose content is destroyed here. */
  readonly sharedOnce: SharedOnceStore
  /** What is gathered for the weekly rounds. */
  readonly rounds: RoundStore
  private readonly db: Database.Database
  /** Asked whenever anything goes well: prepared once. */
  private readonly over: readonly Database.Statement<[string, string | null]>[]
  /** Alarms that could not be written: a full disk must not silence the alarm about it. */
  private readonly unwritten = new Map<string, Omit<Alarm, 'id'>>()

  constructor(database: Database.Database) {
    this.db = database
    this.db.pragma('journal_mode = WAL')
    this.db.pragma('synchronous = FULL')
    // What waited here to be said is gone once it is said, and content may have to be destroyed everywhere.
    this.db.pragma('secure_delete = ON')
    this.db.pragma('temp_store = MEMORY')
    this.db.exec(`
      CREATE TABLE IF NOT EXISTS said_by (statement TEXT PRIMARY KEY, account TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS destruction (
        record TEXT PRIMARY KEY, reason TEXT NOT NULL, account TEXT NOT NULL, at INTEGER NOT NULL, done INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS hold_reason (
        record TEXT NOT NULL, reason TEXT NOT NULL, account TEXT NOT NULL, at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS hold_reason_record ON hold_reason (record);
      CREATE TABLE IF NOT EXISTS removed_here (
        pact TEXT NOT NULL, collection TEXT NOT NULL, id TEXT NOT NULL, version_order TEXT NOT NULL,
        account TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (pact, collection, id, version_order)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS held_here (id INTEGER PRIMARY KEY, request TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS alarm (
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, code TEXT NOT NULL, subject TEXT NOT NULL,
        message TEXT NOT NULL, UNIQUE (code, subject)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS alarm_acknowledged (
        code TEXT NOT NULL, subject TEXT NOT NULL, approval TEXT NOT NULL, PRIMARY KEY (code, subject)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS approval (
        id TEXT PRIMARY KEY, act TEXT NOT NULL, reason TEXT NOT NULL, asked_by TEXT NOT NULL, asked_id TEXT NOT NULL,
        asked_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, state TEXT NOT NULL, ended_by TEXT, ended_at INTEGER,
        outcome TEXT NOT NULL
      ) STRICT;
    `)
    this.over = ['alarm', 'alarm_acknowledged'].map((table) =>
      this.db.prepare(`DELETE FROM ${table} WHERE code = ? AND subject = coalesce(?, subject)`),
    )
    this.waiting = new WaitingStore(this.db)
    this.ruleChanges = new RuleChangeStore(this.db)
    this.rounds = new RoundStore(this.db)
    this.goneBy = new GoneByStore(this.db)
    this.sharedOnce = new SharedOnceStore(this.db)
  }

  noteSpeaker(statementId: string, account: string): void {
    this.db.prepare('INSERT OR REPLACE INTO said_by VALUES (?, ?)').run(statementId, account)
  }

  speakerOf(statementId: string): string | undefined {
    return this.db
      .prepare<[string], { account: string }>('SELECT account FROM said_by WHERE statement = ?')
      .get(statementId)?.account
  }

  /** Somebody here wants the content of a record destroyed, and why. True where nobody did before. */
  wishDestroyed({ record, reason, account, at }: Omit<DestructionWish, 'done'>): boolean {
    const insert = this.db.prepare('INSERT INTO destruction VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING')
    return insert.run(record, reason, account, at).changes > 0
  }

  /** Nobody waits for it any more: it is destroyed, or was taken back. */
  wishDone(record: string): void {
    this.db.prepare('UPDATE destruction SET done = 1 WHERE record = ?').run(record)
  }

  forgetWish(record: string): boolean {
    return this.db.prepare('DELETE FROM destruction WHERE record = ? AND done = 0').run(record).changes > 0
  }

  /** Those that are still waited for. */
  wishes(): DestructionWish[] {
    return this.db
      .prepare<[], WishRow>('SELECT * FROM destruction WHERE done = 0 ORDER BY at, record')
      .all()
      .map(wishOf)
  }

  wishFor(record: string): DestructionWish | undefined {
    const row = this.db.prepare<[string], WishRow>('SELECT * FROM destruction WHERE record = ?').get(record)
    return row === undefined ? undefined : wishOf(row)
  }

  noteHold(record: string, { reason, account, at }: HoldReason): void {
    this.db.prepare('INSERT INTO hold_reason VALUES (?, ?, ?, ?)').run(record, reason, account, at)
  }

  /** Why content is held by us, the oldest first; of holds that were lifted no more. */
  holdReasons(record: string): HoldReason[] {
    return this.db
      .prepare<[string], HoldReason>('SELECT reason, account, at FROM hold_reason WHERE record = ? ORDER BY rowid')
      .all(record)
  }

  forgetHolds(record: string): void {
    this.db.prepare('DELETE FROM hold_reason WHERE record = ?').run(record)
  }

  /** Somebody here removed these from what is shown; all of them are kept or none. */
  noteRemoved(some: readonly RemovedHere[], account: string, at: number): void {
    const insert = this.db.prepare('INSERT INTO removed_here VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
    this.db.transaction(() => {
      for (const { pact, collection, id, order } of some) insert.run(pact, collection, id, order, account, at)
    })()
  }

  removedHere(): RemovedHere[] {
    return this.db
      .prepare<[], RemovedHere>('SELECT pact, collection, id, version_order AS "order" FROM removed_here')
      .all()
  }

  /** Nothing that was deleted is left in the file or its log. */
  clean(): void {
    this.db.pragma('wal_checkpoint(TRUNCATE)')
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

  /** Both or neither: it is held here no more, and what `also` writes. */
  release(id: number, also: () => void): void {
    this.db.transaction(() => {
      also()
      this.db.prepare('DELETE FROM held_here WHERE id = ?').run(id)
    })()
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
      const [alarms = 0] = this.over.map((statement) => statement.run(code, subject ?? null).changes)
      return wasRaised || alarms > 0
    } catch {
      return wasRaised
    }
  }

  keepApproval(row: ApprovalRow): void {
    const { id, act, reason, asked_by, asked_id, asked_at, expires_at, state, ended_by, ended_at, outcome } = row
    this.db
      .prepare('INSERT OR REPLACE INTO approval VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(id, act, reason, asked_by, asked_id, asked_at, expires_at, state, ended_by, ended_at, outcome)
  }

  approval(id: string): ApprovalRow | undefined {
    return this.db.prepare<[string], ApprovalRow>('SELECT * FROM approval WHERE id = ?').get(id)
  }

  approvals(limit: number): ApprovalRow[] {
    return this.db
      .prepare<[number], ApprovalRow>('SELECT * FROM approval ORDER BY asked_at DESC, id LIMIT ?')
      .all(limit)
  }

  /** It stays raised, so that it is not raised anew, and is shown no more. */
  acknowledge(code: string, subject: string, approval: string): void {
    this.db.prepare('INSERT OR REPLACE INTO alarm_acknowledged VALUES (?, ?, ?)').run(code, subject, approval)
  }

  isAcknowledged(code: string, subject: string): boolean {
    const found = this.db.prepare('SELECT 1 FROM alarm_acknowledged WHERE code = ? AND subject = ?').get(code, subject)
    return found !== undefined
  }

  /** The subjects of all alarms of a code, also of those that were acknowledged. */
  alarmed(code: string): string[] {
    const rows = this.db.prepare<[string], { subject: string }>('SELECT subject FROM alarm WHERE code = ?').all(code)
    return rows.map(({ subject }) => subject)
  }

  isAlarmed(code: string, subject: string): boolean {
    return this.alarms().some((one) => one.code === code && one.subject === subject)
  }

  /** Those that nobody has acknowledged. */
  alarms(): Alarm[] {
    const written = this.db
      .prepare<[], Alarm>(`SELECT id, at, code, subject, message FROM alarm a WHERE NOT EXISTS (
           SELECT 1 FROM alarm_acknowledged k WHERE k.code = a.code AND k.subject = a.subject) ORDER BY id DESC LIMIT 200`)
      .all()
    return [...[...this.unwritten.values()].map((alarm) => ({ id: 0, ...alarm })), ...written]
  }

  close(): void {
    this.db.close()
  }
}
