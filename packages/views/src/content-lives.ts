// What is known of the life of content: who consents to its destruction, who holds it, what is destroyed and must be
// removed here, and whose retention has run out (spec/destruction.md).

import { type Agreement, heldSince, retainedUntil } from '@countersign/pact'
import type { Bounds } from './bounds.ts'
import type { Sqlite } from './database.ts'
import type { KnownAgreements } from './known.ts'
import { LIVES_PER_STEP } from './limits.ts'
import type { ContentLife, PartToRemove, RetentionOver } from './rows.ts'
import { VALIDITY } from './schema.ts'
import type { Splits } from './splits.ts'

interface Place {
  origin: string
  idx: number
}

interface Mention extends Place {
  type: string
  author: string
  parts: string | null
}

const START = { at: -1, origin: '', idx: -1 }
/** Of a record `r`, with the statement `t` of it: a valid record on content that counts. */
const COUNTS = `r.validity = ${VALIDITY.valid} and r.mode = 'Actual'`
/** A hold `r` that its author lifted. */
const LIFTED = `exists (
  select 1 from mentions lm join records l on l.origin = lm.origin and l.idx = lm.idx
  where lm.re_origin = r.origin and lm.re_idx = r.idx and l.type = 'content/lift' and l.mode = 'Actual'
  and l.validity = ${VALIDITY.valid})`

export class ContentLives {
  private readonly party: string
  private readonly agreements: KnownAgreements
  private readonly bounds: Bounds
  private readonly splits: Splits
  private readonly sql

  constructor(sqlite: Sqlite, of: { party: string; agreements: KnownAgreements; bounds: Bounds; splits: Splits }) {
    this.party = of.party
    this.agreements = of.agreements
    this.bounds = of.bounds
    this.splits = of.splits
    const held = (by: string, origin: string, idx: string) => `exists (
      select 1 from mentions m join records r on r.origin = m.origin and r.idx = m.idx
      where m.re_origin = ${origin} and m.re_idx = ${idx} and r.type = 'content/hold' and ${COUNTS} and ${by}
      and not ${LIFTED})`
    const charged = (origin: string, idx: string) => `exists (
      select 1 from mentions m join records r on r.origin = m.origin and r.idx = m.idx
      where m.re_origin = ${origin} and m.re_idx = ${idx} and r.type like 'charge/%' and ${COUNTS})`
    this.sql = {
      destroyed: sqlite.prepare<[string, number], { part: number }>(
        'select distinct part from destroyed_parts where origin = ? and idx = ? and lawful = 1 order by part',
      ),
      /** Of any that its own log lets stand: no receipt asks for it. */
      isExcused: sqlite.prepare<[string, number, number], { n: number }>(
        'select 1 as n from destroyed_parts where origin = ? and idx = ? and part = ? limit 1',
      ),
      excused: sqlite.prepare<[], { origin: string; index: number; part: number; sealed: string }>(
        `select distinct p.origin, p.idx as "index", p.part, p.sealed from destroyed_parts d
         join parts p on p.origin = d.origin and p.idx = d.idx and p.part = d.part order by p.origin, p.idx, p.part`,
      ),
      anyDue: sqlite.prepare<[], { n: number }>('select 1 as n from removals_due limit 1'),
      /** Of parts that are destroyed and not removed: those that no hold or charge keeps that is known here by now. */
      toRemove: sqlite.prepare<
        { party: string; limit: number },
        { origin: string; index: number; part: number; sealed: string; last: number; toSay: number }
      >(
        `select p.origin, p.idx as "index", p.part, p.sealed,
         not exists (
           select 1 from parts o where o.origin = p.origin and o.sealed = p.sealed
           and not exists (select 1 from destroyed_parts od where od.origin = o.origin and od.idx = o.idx and od.part = o.part
             and od.lawful = 1)
         ) as last,
         (exists (select 1 from records a where a.origin = p.origin and a.idx = p.idx and a.author = :party)
           or exists (select 1 from addressees a where a.origin = p.origin and a.idx = p.idx and a.party = :party))
         and not exists (
           select 1 from destroyed_parts mine join records m on m.origin = mine.by_origin and m.idx = mine.by_idx
           where mine.origin = p.origin and mine.idx = p.idx and mine.part = p.part and mine.lawful = 1
           and m.author = :party) as toSay
         from removals_due d cross join parts p on p.origin = d.origin and p.idx = d.idx and p.part = d.part
         where exists (
           select 1 from destroyed_parts e where e.origin = d.origin and e.idx = d.idx and e.part = d.part and e.lawful = 1)
         and not ${held('1', 'p.origin', 'p.idx')} and not ${charged('p.origin', 'p.idx')}
         order by p.origin, p.idx, p.part limit :limit`,
      ),
      record: sqlite.prepare<[string, number], { author: string; version: string; pact: string }>(
        'select author, version, pact from records where origin = ? and idx = ?',
      ),
      addressees: sqlite.prepare<[string, number], { party: string }>(
        'select party from addressees where origin = ? and idx = ?',
      ),
      parts: sqlite.prepare<[string, number], { part: number }>(
        'select part from parts where origin = ? and idx = ? order by part',
      ),
      said: sqlite.prepare<[string, number], Mention>(
        `select r.origin, r.idx, r.type, r.author, json_extract(t.payload, '$.body.parts') as parts from mentions m
         join records r on r.origin = m.origin and r.idx = m.idx
         join statements t on t.origin = r.origin and t.idx = r.idx
         where m.re_origin = ? and m.re_idx = ? and ${COUNTS} and (r.type = 'content/consent'
           or (r.type = 'content/hold' and not ${LIFTED}) or r.type like 'charge/%') order by r.origin, r.idx`,
      ),
      /** Ours or to us, with a part that is not destroyed, and no hold or charge on it; from a place on, by time. */
      old: sqlite.prepare<
        { pact: string; channel: string; party: string; at: number; limit: number } & {
          fromMs: number
          fromOrigin: string
          fromIdx: number
        },
        Place & { at: number; version: string; pact: string; eligible: number }
      >(
        `select r0.origin, r0.idx, r0.at_ms as at, r0.version, r0.pact,
         (r0.author = :party or exists (
           select 1 from addressees a where a.origin = r0.origin and a.idx = r0.idx and a.party = :party))
         and exists (
           select 1 from parts p where p.origin = r0.origin and p.idx = r0.idx and not exists (
             select 1 from destroyed_parts d where d.origin = p.origin and d.idx = p.idx and d.part = p.part and d.lawful = 1))
         and not ${held('1', 'r0.origin', 'r0.idx')}
         and not exists (
           select 1 from mentions m join records r on r.origin = m.origin and r.idx = m.idx
           where m.re_origin = r0.origin and m.re_idx = r0.idx and r.validity = ${VALIDITY.valid}
           and (r.type like 'charge/%' or (r.type = 'content/destroyed' and r.author = :party))) as eligible
         from records r0 where r0.pact = :pact and r0.channel = :channel and r0.at_ms <= :at
         and (r0.at_ms, r0.origin, r0.idx) > (:fromMs, :fromOrigin, :fromIdx)
         order by r0.at_ms, r0.origin, r0.idx limit :limit`,
      ),
    }
  }

  /** Parts of a record that a valid record destroyed. */
  destroyed(origin: string, index: number): number[] {
    return this.sql.destroyed.all(origin, index).map(({ part }) => part)
  }

  /** Whether nobody needs to hold a part any more to give a receipt (spec/destruction.md, What follows). */
  isExcused(origin: string, index: number, part: number): boolean {
    return this.sql.isExcused.get(origin, index, part) !== undefined
  }

  /** Every such part. */
  excused(): { origin: string; index: number; part: number; sealed: string }[] {
    return this.sql.excused.all()
  }

  toRemove(): PartToRemove[] {
    // Asked all the time, and mostly nothing is.
    if (this.sql.anyDue.get() === undefined) return []
    const rows = this.sql.toRemove.all({ party: this.party, limit: LIVES_PER_STEP })
    return rows.map(({ last, toSay, ...part }) => ({ ...part, last: last === 1, toSay: toSay === 1 }))
  }

  of(origin: string, index: number): ContentLife | undefined {
    const record = this.sql.record.get(origin, index)
    if (record === undefined) return undefined
    const all = this.sql.parts.all(origin, index).map(({ part }) => part)
    const said = this.sql.said.all(origin, index)
    const given = new Map<string, Set<number>>()
    for (const { type, author, parts, origin: by, idx } of said) {
      if (type !== 'content/consent') continue
      // A destruction of ours does not rest on what we said after the split of a log of ours; we say it again.
      if (author === this.party && this.splits.isAfter({ origin: by, idx })) continue
      const of = given.get(author) ?? new Set()
      for (const part of parts === null ? all : (JSON.parse(parts) as number[])) of.add(part)
      given.set(author, of)
    }
    const needed = [record.author, ...this.sql.addressees.all(origin, index).map(({ party }) => party)]
    const consents = needed.filter((party) => all.every((part) => given.get(party)?.has(part) === true))
    return {
      destroyed: this.destroyed(origin, index),
      consents,
      awaited: needed.filter((party) => !consents.includes(party)),
      holds: said
        .filter(({ type }) => type === 'content/hold')
        .map((hold) => ({ party: hold.author, record: `${hold.origin}#${hold.idx}` })),
      charges: said.filter(({ type }) => type.startsWith('charge/')).map((charge) => `${charge.origin}#${charge.idx}`),
      retainedUntil: this.retainedUntil(this.agreements.of(record.version, record.pact), { origin, idx: index }),
    }
  }

  /**
   * Records of a channel, ours or to us, whose retention has run out by `provedSeconds`, a time to which our own log is
   * dated: some of those after `from`, and from where to look on; undefined at the end.
   */
  retentionOver(pact: string, channel: string, provedSeconds: number, from = START): RetentionOver {
    const { party } = this
    const rows = this.sql.old.all({
      ...{ pact, channel, party, at: provedSeconds * 1000, limit: LIVES_PER_STEP },
      ...{ fromMs: from.at, fromOrigin: from.origin, fromIdx: from.idx },
    })
    const records = rows
      .filter(({ eligible }) => eligible === 1)
      .filter((row) => {
        const until = this.retainedUntil(this.agreements.of(row.version, row.pact), row)
        return until !== null && until <= provedSeconds
      })
      .map(({ origin, idx, version }) => ({ origin, index: idx, version }))
    const last = rows.at(-1)
    if (last === undefined || rows.length < LIVES_PER_STEP) return { records }
    return { records, next: { at: last.at, origin: last.origin, idx: last.idx } }
  }

  private retainedUntil(agreement: Agreement | undefined, { origin, idx }: Place): number | null {
    if (agreement === undefined) return null
    const others = [...agreement.neutrals, ...agreement.parties]
    const covering = others.flatMap(({ party }) => this.bounds.earliest(origin, party, idx) ?? [])
    const held = heldSince(agreement, this.party, covering)
    return held === null ? null : retainedUntil(agreement, held)
  }
}
