// Which rows must be derived again, as ranges of a log. Ranges that touch are one, so that a thousand receipts that
// arrive before anyone asks cost one pass over the rows and not a thousand.

import type { Sqlite } from './database.ts'

export interface DueRange {
  origin: string
  first: number
  past: number
}

export class RowsDue {
  private readonly sql

  constructor(sqlite: Sqlite) {
    this.sql = {
      touching: sqlite.prepare<[string, number, number], { first: number; past: number }>(
        'select first, past from rows_due where origin = ? and first <= ? and past >= ?',
      ),
      add: sqlite.prepare<[string, number, number]>('insert into rows_due values (?, ?, ?)'),
      remove: sqlite.prepare<[string, number]>('delete from rows_due where origin = ? and first = ?'),
      any: sqlite.prepare<[], DueRange>('select origin, first, past from rows_due limit 1'),
      rows: sqlite.prepare<[], { n: number | null }>('select sum(past - first) as n from rows_due'),
    }
  }

  /** Rows from `first` up to but without `past`; `next` is how many rows the log has. */
  add(origin: string, first: number, past: number, next: number): void {
    let [from, to] = [Math.max(0, first), Math.min(past, next)]
    if (from >= to) return
    for (const range of this.sql.touching.all(origin, to, from)) {
      this.sql.remove.run(origin, range.first)
      from = Math.min(from, range.first)
      to = Math.max(to, range.past)
    }
    this.sql.add.run(origin, from, to)
  }

  /** Takes at most `rows` rows off; undefined where nothing is due. */
  take(rows: number): DueRange | undefined {
    const range = this.sql.any.get()
    if (range === undefined) return undefined
    this.sql.remove.run(range.origin, range.first)
    const past = Math.min(range.past, range.first + rows)
    if (past < range.past) this.sql.add.run(range.origin, past, range.past)
    return { ...range, past }
  }

  count(): number {
    return this.sql.rows.get()?.n ?? 0
  }
}
