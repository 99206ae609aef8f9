// Whether a record that answers exactly one other may answer it (spec/records.md, What may be answered): decided where both
// are folded, undecided until then. What is decided once stays so, for what stands at a place of a log never changes.

import { mayAnswer, recordTypes } from '@countersign/record'
import type { Sqlite } from './database.ts'
import type { Validity } from './rows.ts'

interface Named {
  re_origin: string
  re_idx: number
  re_leaf: string
  leaf: string | null
  type: string | null
}

const CODE = 'statement/answers'
const ANSWERS_ONE = new Set(recordTypes.flatMap(({ name, answersOne }) => (answersOne === true ? name : [])))

export class Answers {
  private readonly sql

  constructor(sqlite: Sqlite) {
    const types = [...ANSWERS_ONE].map((name) => `'${name}'`).join(', ')
    this.sql = {
      named: sqlite.prepare<[string, number], Named>(
        `select m.re_origin, m.re_idx, m.re_leaf, r.leaf, r.type from mentions m
         left join records r on r.origin = m.re_origin and r.idx = m.re_idx where m.origin = ? and m.idx = ?`,
      ),
      /** The part of the record named that a rejection is about, where that record addresses the one who rejects. */
      rejectable: sqlite.prepare<[string, number, string, number], { n: number }>(
        `select 1 as n from statements t
         join parts p on p.origin = ? and p.idx = ? and p.part = json_extract(t.payload, '$.body.part')
         join addressees a on a.origin = p.origin and a.idx = p.idx and a.party = json_extract(t.payload, '$.from')
         where t.origin = ? and t.idx = ?`,
      ),
      answersTo: sqlite.prepare<[string, number, number], { origin: string; idx: number }>(
        `select m.origin, m.idx from mentions m join records r on r.origin = m.origin and r.idx = m.idx
         where m.re_origin = ? and m.re_idx >= ? and m.re_idx < ? and r.type in (${types})`,
      ),
    }
  }

  /** Of a record that its own log found valid. */
  validity({ origin, idx, type }: { origin: string; idx: number; type: string }): Validity {
    if (!ANSWERS_ONE.has(type)) return { kind: 'valid' }
    const named = this.sql.named.get(origin, idx)
    if (named === undefined || named.type === null) {
      return { kind: 'undecided', code: CODE, message: 'The record it answers has not arrived yet.' }
    }
    const fits =
      named.leaf === named.re_leaf &&
      mayAnswer(type, named.type) &&
      (type !== 'content/rejected' || this.sql.rejectable.get(named.re_origin, named.re_idx, origin, idx) !== undefined)
    if (fits) return { kind: 'valid' }
    return { kind: 'void', code: CODE, message: 'The record it names is none that it may answer.' }
  }

  /** Records that answer one of these entries. */
  to(origin: string, first: number, past: number): { origin: string; idx: number }[] {
    return this.sql.answersTo.all(origin, first, past)
  }
}
