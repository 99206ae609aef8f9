// What parties took back of what they shared (spec/records.md, Taking back). A revocation concerns objects at places of
// records of its own author, so it comes to the same whenever it arrives: where it counts, these do not.

import type { ObjectPlaces } from '@countersign/record'
import type { Sqlite } from './database.ts'
import type { ObjectSources } from './object-sources.ts'

/** Stands for every part, and for every place. */
const ALL = -1

export class TakenBack {
  private readonly party: string
  private readonly sources: ObjectSources
  private readonly sql

  constructor(sqlite: Sqlite, { party, sources }: { party: string; sources: ObjectSources }) {
    this.party = party
    this.sources = sources
    this.sql = {
      concerns: sqlite.prepare<[string, number, string, string, number, string], { n: number }>(
        `select 1 as n from records where origin = ? and idx = ? and author = ? union all
         select 1 from addressees where origin = ? and idx = ? and party = ? limit 1`,
      ),
      statement: sqlite.prepare<[string, number], { payload: string }>(
        'select payload from statements where origin = ? and idx = ?',
      ),
      named: sqlite.prepare<[string, number], { place: number; origin: string; idx: number }>(
        'select place, re_origin as origin, re_idx as idx from mentions where origin = ? and idx = ? order by place',
      ),
      add: sqlite.prepare<[string, number, number, number, string, number]>(
        'insert into taken_back values (?, ?, ?, ?, ?, ?) on conflict do nothing',
      ),
      by: sqlite.prepare<[string, number], { origin: string; idx: number; part: number; position: number }>(
        'select origin, idx, part, position from taken_back where by_origin = ? and by_idx = ?',
      ),
      remove: sqlite.prepare<[string, number]>('delete from taken_back where by_origin = ? and by_idx = ?'),
      inLog: sqlite.prepare<[string], { idx: number }>(
        'select distinct by_idx as idx from taken_back where by_origin = ?',
      ),
    }
  }

  /** A revocation became valid, or no longer is. One that is said to others alone takes nothing back here. */
  stands(origin: string, idx: number, valid: boolean): void {
    const { party } = this
    const before = this.sql.by.all(origin, idx)
    const counts = valid && this.sql.concerns.get(origin, idx, party, origin, idx, party) !== undefined
    if (counts === before.length > 0) return
    if (!counts) this.sql.remove.run(origin, idx)
    for (const of of counts ? this.add(origin, idx) : before) {
      if (of.part === ALL) this.sources.recordTouched(of.origin, of.idx)
      else this.sources.placeTouched(of.origin, of.idx, of.part, of.position)
    }
  }

  /** The log is folded again from its start. */
  forget(origin: string): void {
    for (const { idx } of this.sql.inLog.all(origin)) this.stands(origin, idx, false)
  }

  private add(origin: string, idx: number) {
    const payload = this.sql.statement.get(origin, idx)?.payload
    const { objects } = (JSON.parse(payload ?? '{}') as { body: { objects: ObjectPlaces } }).body
    const all = this.sql.named.all(origin, idx).flatMap((named) => {
      const of = { origin: named.origin, idx: named.idx }
      if (objects === null) return [{ ...of, part: ALL, position: ALL }]
      return objects
        .filter(({ record }) => record === named.place)
        .flatMap(({ part, places }) => places.map((position) => ({ ...of, part, position })))
    })
    for (const of of all) this.sql.add.run(of.origin, of.idx, of.part, of.position, origin, idx)
    return all
  }
}
