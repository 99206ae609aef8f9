// Whether a record may say what it says of the records it names (spec/records.md, What may be answered; spec/destruction.md,
// The records): decided where all of them are folded, undecided until then. What is decided once stays so, for what
// stands at a place of a log never changes.

import { fitsAnswer, mayAnswer, parseOrigin, type RecordType, recordTypes, type Statement } from '@countersign/record'
import type { Sqlite } from './database.ts'
import type { Validity } from './rows.ts'

interface Named {
  place: number
  re_origin: string
  re_idx: number
  re_leaf: string
  leaf: string | null
  type: string | null
  author: string | null
}

const CODE = 'statement/answers'
/** Those that mean nothing without what they name. */
const BOUND = new Map(
  recordTypes.flatMap((type): [string, RecordType][] =>
    type.answersOne === true || type.standing !== undefined ? [[type.name, type]] : [],
  ),
)

export class Answers {
  private readonly sql

  constructor(sqlite: Sqlite) {
    const types = [...BOUND.keys()].map((name) => `'${name}'`).join(', ')
    this.sql = {
      named: sqlite.prepare<[string, number], Named>(
        `select m.place, m.re_origin, m.re_idx, m.re_leaf, r.leaf, r.type, r.author from mentions m
         left join records r on r.origin = m.re_origin and r.idx = m.re_idx where m.origin = ? and m.idx = ?`,
      ),
      /** The part of the record named that a rejection is about, where that record addresses the one who rejects. */
      rejectable: sqlite.prepare<[string, number, string, number], { n: number }>(
        `select 1 as n from statements t
         join parts p on p.origin = ? and p.idx = ? and p.part = json_extract(t.payload, '$.body.part')
         join addressees a on a.origin = p.origin and a.idx = p.idx and a.party = json_extract(t.payload, '$.from')
         where t.origin = ? and t.idx = ?`,
      ),
      addressed: sqlite.prepare<[string, number, string], { n: number }>(
        'select 1 as n from addressees where origin = ? and idx = ? and party = ?',
      ),
      parts: sqlite.prepare<[string, number], { n: number }>(
        'select count(*) as n from parts where origin = ? and idx = ?',
      ),
      statement: sqlite.prepare<[string, number], { payload: string }>(
        'select payload from statements where origin = ? and idx = ?',
      ),
      /** The greatest index among single parts that are named; null where all are. */
      lastPart: sqlite.prepare<[string, number], { last: number | null }>(
        `select max(j.value) as last from statements t, json_each(t.payload, '$.body.parts') j
         where t.origin = ? and t.idx = ?`,
      ),
      answersTo: sqlite.prepare<[string, number, number], { origin: string; idx: number }>(
        `select distinct m.origin, m.idx from mentions m join records r on r.origin = m.origin and r.idx = m.idx
         where m.re_origin = ? and m.re_idx >= ? and m.re_idx < ? and r.type in (${types})`,
      ),
    }
  }

  /** Of a record that its own log found valid. */
  validity({ origin, idx, type }: { origin: string; idx: number; type: string }): Validity {
    const rules = BOUND.get(type)
    if (rules === undefined) return { kind: 'valid' }
    const named = this.sql.named.all(origin, idx)
    if (named.length === 0 || named.some((one) => one.type === null)) {
      return { kind: 'undecided', code: CODE, message: 'A record it names has not arrived yet.' }
    }
    const fits = named.every(
      (one) =>
        one.leaf === one.re_leaf && mayAnswer(type, one.type ?? '') && this.maySay(rules, { origin, idx, type }, one),
    )
    if (fits) return { kind: 'valid' }
    return { kind: 'void', code: CODE, message: 'It names a record of which it may not say this.' }
  }

  /** Records that mean nothing without one of these entries. */
  to(origin: string, first: number, past: number): { origin: string; idx: number }[] {
    return this.sql.answersTo.all(origin, first, past)
  }

  private maySay(rules: RecordType, record: { origin: string; idx: number; type: string }, named: Named): boolean {
    const { origin, idx, type } = record
    const { re_origin, re_idx, author, place } = named
    if (type === 'content/rejected') return this.sql.rejectable.get(re_origin, re_idx, origin, idx) !== undefined
    if (rules.standing === undefined) return true
    if (rules.standing === 'sharer' || rules.standing === 'recipient') {
      const [answer, share] = [this.statementOf(origin, idx), this.statementOf(re_origin, re_idx)]
      return answer !== undefined && share !== undefined && fitsAnswer(answer, share, place)
    }
    const speaker = parseOrigin(origin)
    if (!speaker.ok) return false
    const { party } = speaker.value
    if (rules.standing === 'author') return author === party
    if (author !== party && this.sql.addressed.get(re_origin, re_idx, party) === undefined) return false
    // Their indexes rise from 0 without a gap.
    return (this.sql.parts.get(re_origin, re_idx)?.n ?? 0) > (this.sql.lastPart.get(origin, idx)?.last ?? 0)
  }

  private statementOf(origin: string, idx: number): Statement | undefined {
    const payload = this.sql.statement.get(origin, idx)?.payload
    return payload === undefined ? undefined : (JSON.parse(payload) as Statement)
  }
}
