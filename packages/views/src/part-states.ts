// Where each part of a record stands on this node: awaited, held, opened, rejected or destroyed, what it is called, and
// whom it is sealed to. A part never goes back.

import type { Sqlite } from './database.ts'
import type { PartState } from './rows.ts'
import { PART_STATES } from './schema.ts'

const DESTROYED = PART_STATES.indexOf('destroyed')

export class PartStates {
  private readonly party: string
  private readonly sql

  constructor(sqlite: Sqlite, party: string) {
    this.party = party
    this.sql = {
      partState: sqlite.prepare<[string, number, number], { state: number }>(
        'select state from part_states where origin = ? and idx = ? and part = ?',
      ),
      setPartState: sqlite.prepare<[string, number, number, number, string | null]>(
        `insert into part_states values (?, ?, ?, ?, ?)
         on conflict (origin, idx, part) do update set state = excluded.state, code = excluded.code`,
      ),
      setTitle: sqlite.prepare<[string, number, number, string]>(
        `insert into part_titles values (?, ?, ?, 0, ?)
         on conflict (origin, idx, part) do update set title = excluded.title`,
      ),
      removeTitle: sqlite.prepare<[string, number, number]>(
        'delete from part_titles where origin = ? and idx = ? and part = ?',
      ),
      removed: sqlite.prepare<[string, number, number]>(
        'delete from removals_due where origin = ? and idx = ? and part = ?',
      ),
      toOpen: sqlite.prepare<[string, string, string], { origin: string; index: number; part: number; size: number }>(
        `select p.origin, p.idx as "index", p.part, p.size from parts p
         join records r on r.origin = p.origin and r.idx = p.idx
         left join part_states s on s.origin = p.origin and s.idx = p.idx and s.part = p.part
         where p.origin = ? and (s.state is null or s.state < ${PART_STATES.indexOf('rejected')})
         and (r.author = ? or exists (select 1 from addressees a where a.origin = p.origin and a.idx = p.idx and a.party = ?))
         order by p.idx, p.part`,
      ),
      naming: sqlite.prepare<[string, string], { idx: number; party: string | null }>(
        `select p.idx, a.party from parts p left join addressees a on a.origin = p.origin and a.idx = p.idx
         where p.origin = ? and p.sealed = ?`,
      ),
    }
  }

  /** `title` is for an opened message its subject. */
  set(
    origin: string,
    idx: number,
    part: number,
    state: Exclude<PartState, 'not-for-us'>,
    code?: string,
    title?: string,
  ): void {
    const rank = PART_STATES.indexOf(state)
    const before = this.sql.partState.get(origin, idx, part)?.state
    if (before === undefined || rank > before) this.sql.setPartState.run(origin, idx, part, rank, code ?? null)
    if (title !== undefined && before !== DESTROYED) this.sql.setTitle.run(origin, idx, part, title)
  }

  isDestroyed(origin: string, idx: number, part: number): boolean {
    return this.sql.partState.get(origin, idx, part)?.state === DESTROYED
  }

  /** From here on nothing is folded of it. */
  destroy(origin: string, idx: number, part: number): void {
    this.sql.setPartState.run(origin, idx, part, DESTROYED, null)
    this.sql.removeTitle.run(origin, idx, part)
  }

  /** Nothing of it is left anywhere here. */
  removed(origin: string, idx: number, part: number): void {
    this.sql.removed.run(origin, idx, part)
  }

  toOpen(origin: string): { origin: string; index: number; part: number; size: number }[] {
    return this.sql.toOpen.all(origin, this.party, this.party)
  }

  /** Whom the statements of a log name beside a sealed file; undefined where none names it. */
  addressees(origin: string, sealed: string): ReadonlySet<string> | undefined {
    const rows = this.sql.naming.all(origin, sealed)
    return rows.length === 0 ? undefined : new Set(rows.flatMap(({ party }) => party ?? []))
  }
}
