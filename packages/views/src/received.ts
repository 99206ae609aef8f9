// What others shared with us, record by record, and what we say of each object to whoever shared it: what a triage is made
// from. What only says something of other objects, or carries them, is not there, as in the balance.

import { parseRecordRef } from '@countersign/record'
import { LEFT_OUT } from './balance.ts'
import type { Sqlite } from './database.ts'
import type { Feedback } from './feedback.ts'
import { BALANCE_STRETCH, REVOKED_AT_ONCE_MAX } from './limits.ts'
import { COLLECTIONS, COUNTS, VALIDITY } from './schema.ts'
import type { ReceivedObject, ReceivedQuery, SaidOf } from './triage-rows.ts'

interface RecordPlace {
  origin: string
  idx: number
  at_ms: number
  from: string
  channel: string
  mode: ReceivedObject['mode']
  tlp: string
  time: string
  share: string
}

type OfObject = Pick<ReceivedObject, 'id' | 'type' | 'name' | 'version'>

const RECORD = `r.origin, r.idx, r.at_ms, r.author as "from", r.channel, r.mode, r.tlp, r.time,
  json_extract(st.payload, '$.body.share') as share`
const OF_OTHERS = `r.pact = @pact and r.type = 'intel/share' and r.author <> @us and r.validity = ${VALIDITY.valid}`
const SHOWN = `s.collection = ${COLLECTIONS.indexOf('inbox')} and s.shown = ${COUNTS.yes} and s.refused = 0
  and s.type not in (${LEFT_OUT.map((type) => `'${type}'`).join(', ')})`

export class Received {
  private readonly party: string
  private readonly feedback: Feedback
  private readonly sql

  constructor(sqlite: Sqlite, party: string, feedback: Feedback) {
    this.party = party
    this.feedback = feedback
    this.sql = {
      records: sqlite.prepare<[Record<string, unknown>], RecordPlace>(
        `select ${RECORD} from records r join statements st on st.origin = r.origin and st.idx = r.idx
         where ${OF_OTHERS} and (@from is null or r.author = @from) and r.at_ms >= @fromMs and r.at_ms < @untilMs
           and (@record is null or r.origin || '#' || r.idx = @record)
           and (@share is null or json_extract(st.payload, '$.body.share') = @share)
           and (r.at_ms, r.origin, r.idx) > (@at, @origin, @idx)
         order by r.at_ms, r.origin, r.idx limit ${BALANCE_STRETCH}`,
      ),
      // The newest of the versions that stand in the record.
      objects: sqlite.prepare<[Record<string, unknown>], OfObject & { order: string }>(
        `select s.id, s.type, s.name, s.version, max(s.version_order) as "order" from object_sources s
         where s.origin = @origin and s.idx = @idx and ${SHOWN} and s.id > @after
         group by s.id order by s.id limit ${BALANCE_STRETCH}`,
      ),
      answers: sqlite.prepare<[string, number, string, number, string], { reason: string | null }>(
        `select json_extract(t.source, '$.explanation') as reason from mentions m, object_texts t
         where m.origin = ? and m.idx = ? and m.re_origin = ? and m.re_idx = ? and t.digest = ? limit 1`,
      ),
      // Of each party the last record in which it shared it.
      one: sqlite.prepare<[Record<string, unknown>], OfObject & RecordPlace>(
        `select * from (
           select s.id, s.type, s.name, s.version, ${RECORD}, row_number() over (partition by r.author, r.channel, r.mode
             order by r.at_ms desc, r.origin, r.idx, s.version_order desc, s.part, s.position) as place
           from object_sources s join records r on r.origin = s.origin and r.idx = s.idx
           join statements st on st.origin = r.origin and st.idx = r.idx
           where s.id = @id and s.pact = @pact and ${SHOWN} and ${OF_OTHERS})
         where place = 1 order by "from", channel, mode limit ${REVOKED_AT_ONCE_MAX}`,
      ),
    }
  }

  /** A stretch at a time, in the order of the records; one object of several records stands in each. */
  *of({ pact, ...asked }: ReceivedQuery): Generator<ReceivedObject[]> {
    const { from = null, share = null, record = null, fromMs = 0, untilMs = Number.MAX_SAFE_INTEGER } = asked
    const ref = record === null ? undefined : parseRecordRef(record)
    if (ref?.ok === false) return
    const query = { ...{ pact, us: this.party, from, share, record, fromMs, untilMs } }
    let place = { at: -1, origin: '', idx: -1 }
    for (;;) {
      const records = this.sql.records.all({ ...query, ...place })
      for (const one of records) {
        for (let after = ''; ; ) {
          const objects = this.sql.objects.all({ origin: one.origin, idx: one.idx, after })
          yield objects.map((object) => this.row(pact, object, one))
          if (objects.length < BALANCE_STRETCH) break
          after = objects.at(-1)?.id ?? ''
        }
        place = { at: one.at_ms, origin: one.origin, idx: one.idx }
      }
      if (records.length < BALANCE_STRETCH) return
    }
  }

  /** One object, once for each party that shared it with us, in the last record in which it did. */
  one(pact: string, id: string): ReceivedObject[] {
    return this.sql.one.all({ pact, id, us: this.party }).map((row) => this.row(pact, row, row))
  }

  saidOf(
    pact: string,
    { id, from, mode, record }: Pick<ReceivedObject, 'id' | 'from' | 'mode' | 'record'>,
  ): SaidOf | undefined {
    const said = this.feedback.between(id, { pact, by: this.party, to: from, mode })?.opinion
    const [ours, theirs] = [said?.record, record].map((one) => parseRecordRef(one ?? ''))
    if (said == null || ours?.ok !== true || theirs?.ok !== true) return undefined
    const [of, answered] = [ours.value, theirs.value]
    const row = this.sql.answers.get(of.origin.text, of.index, answered.origin.text, answered.index, said.digest)
    return row && { id: said.id, record: said.record, reason: row.reason }
  }

  private row(pact: string, { id, type, name, version }: OfObject, place: RecordPlace): ReceivedObject {
    const { from, channel, mode, tlp, time, share, origin, idx } = place
    const said = this.feedback.verdictBetween(id, { pact, by: this.party, to: from, mode })
    return {
      ...{ id, type, name, version, from, channel, mode, tlp, share, record: `${origin}#${idx}`, time },
      ...{ verdict: said?.verdict ?? null, saidAt: said?.version ?? null },
    }
  }
}
