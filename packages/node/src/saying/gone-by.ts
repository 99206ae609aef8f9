// Which objects of a share go on by whose consent (spec/records.md, Passing on): kept while a share is judged, and then with
// each record that is said, in the private database: so an officer can show years later by whose word something was passed
// on, also once its content is destroyed. Places are told, and no ids.

import type { ConsentGone } from '@countersign/views'
import type Database from 'better-sqlite3'

/** Stretches of places that are kept of one consent in one record; beyond it only how many objects it was. */
const STRETCHES_MAX = 1_000

/** From and up to, both counted in. */
type Stretch = [from: number, to: number]

/** A consent, and what of one record went by it. */
export interface GoneByInRecord extends ConsentGone {
  objects: number
  /** Their places in that record from 0, counted through its parts in order; null where that is too scattered to be kept. */
  places: Stretch[] | null
}

export class GoneByPlaces {
  private readonly all = new Map<string, { consent: ConsentGone; stretches: Stretch[] }>()

  /** `place` of an object among all that leave; these rise. */
  add(consents: readonly ConsentGone[], place: number): void {
    for (const consent of consents) {
      const one = this.all.get(consent.record) ?? { consent, stretches: [] }
      this.all.set(consent.record, one)
      const last = one.stretches.at(-1)
      if (last?.[1] === place - 1) last[1] = place
      else one.stretches.push([place, place])
    }
  }

  /** For each record of a share with so many objects in each. */
  perRecord(objects: readonly number[]): GoneByInRecord[][] {
    let first = 0
    return objects.map((count) => {
      const [from, to] = [first, first + count - 1]
      first += count
      return [...this.all.values()].flatMap(({ consent, stretches }) => {
        const within = stretches.flatMap(([a, b]): Stretch[] =>
          b < from || a > to ? [] : [[Math.max(a, from) - from, Math.min(b, to) - from]],
        )
        const sum = within.reduce((total, [a, b]) => total + b - a + 1, 0)
        if (sum === 0) return []
        return [{ ...consent, objects: sum, places: within.length > STRETCHES_MAX ? null : within }]
      })
    })
  }
}

export class GoneByStore {
  private readonly db: Database.Database

  constructor(db: Database.Database) {
    this.db = db
    db.exec(`
      CREATE TABLE IF NOT EXISTS gone_by (
        statement TEXT NOT NULL, consent TEXT NOT NULL, at INTEGER NOT NULL, told TEXT NOT NULL,
        PRIMARY KEY (statement, consent)
      ) STRICT;
    `)
  }

  /** All of these or none; durable once it returns. */
  note(statement: string, all: readonly GoneByInRecord[]): void {
    if (all.length === 0) return
    const insert = this.db.prepare('INSERT OR REPLACE INTO gone_by VALUES (?, ?, ?, ?)')
    this.db.transaction(() => {
      for (const { record, at, ...told } of all) insert.run(statement, record, at, JSON.stringify(told))
    })()
  }

  /** By whose consents what a record of ours says was passed on; the oldest consent first. */
  of(statement: string): GoneByInRecord[] {
    return this.db
      .prepare<[string], { record: string; at: number; told: string }>(
        'SELECT consent AS record, at, told FROM gone_by WHERE statement = ? ORDER BY at, consent',
      )
      .all(statement)
      .map(({ record, at, told }) => ({ record, at, ...JSON.parse(told) }))
  }
}
