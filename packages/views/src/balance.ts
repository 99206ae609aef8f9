// The balance of what was exchanged under an agreement in some time: between us and each other party, in both directions, how
// much was given, what of it was new to whoever got it, and what became of it there by that party's own feedback
// (spec/records.md, Feedback). It is reckoned from what is held when somebody asks; between objects others get their turn.

import type { Sqlite } from './database.ts'
import type { Feedback } from './feedback.ts'
import type { Balance, BalanceQuery, Exchanged } from './feedback-rows.ts'
import { BALANCE_STRETCH } from './limits.ts'
import { COUNTS, VALIDITY } from './schema.ts'

interface Place {
  origin: string
  idx: number
  at_ms: number
}

/** Objects that say something of others, or only carry them, are not what is exchanged. */
export const LEFT_OUT = [
  'sighting',
  'opinion',
  'note',
  'marking-definition',
  'extension-definition',
  'language-content',
]

/** Of a record that counts: valid, in earnest. */
const COUNTED = `r.validity = ${VALIDITY.valid} and r.mode = 'Actual'`

export class Balances {
  private readonly party: string
  private readonly feedback: Feedback
  private readonly sql

  constructor(sqlite: Sqlite, party: string, feedback: Feedback) {
    this.party = party
    this.feedback = feedback
    /** Whether an object stands in `place` of an earlier record, by the time of the record, then origin and index. */
    const earlier = (said: string) => `exists (
      select 1 from object_sources e join records r on r.origin = e.origin and r.idx = e.idx
      where e.id = @id and e.shown <> ${COUNTS.no} and e.refused = 0 and ${COUNTED}
        and (r.at_ms, r.origin, r.idx) < (@at, @origin, @idx) and ${said})`
    const addressed = (party: string) =>
      `exists (select 1 from addressees a where a.origin = r.origin and a.idx = r.idx and a.party = ${party})`
    this.sql = {
      parties: sqlite.prepare<[string, string], { party: string }>(
        'select distinct party from logs where pact = ? and party <> ? order by party',
      ),
      records: sqlite.prepare<[Record<string, unknown>], Place>(
        `select r.origin, r.idx, r.at_ms from records r
         where r.pact = @pact and r.type = 'intel/share' and ${COUNTED} and r.author = @giver and ${addressed('@taker')}
           and r.at_ms < @until and (r.at_ms, r.origin, r.idx) > (@at, @origin, @idx)
         order by r.at_ms, r.origin, r.idx limit ${BALANCE_STRETCH}`,
      ),
      objects: sqlite.prepare<[Record<string, unknown>], { id: string }>(
        `select distinct id from object_sources where origin = @origin and idx = @idx and shown <> ${COUNTS.no} and refused = 0
           and type not in (${LEFT_OUT.map((type) => `'${type}'`).join(', ')})
           and id > @after order by id limit ${BALANCE_STRETCH}`,
      ),
      /** `given`: by the same party to the same; `known`: the taker said it itself, or got it from anybody. */
      before: sqlite.prepare<[Record<string, unknown>], { given: number; known: number }>(
        `select ${earlier(`r.pact = @pact and r.author = @giver and ${addressed('@taker')}`)} as given,
           ${earlier(`(r.author = @taker or ${addressed('@taker')})`)} as known`,
      ),
    }
  }

  /** `turn` is awaited between stretches of the work. */
  async of({ pact, fromMs, untilMs }: BalanceQuery, turn: () => Promise<unknown>): Promise<Balance[]> {
    const balances: Balance[] = []
    for (const { party } of this.sql.parties.all(pact, this.party)) {
      const between = (giver: string, taker: string) => this.between({ pact, fromMs, untilMs, giver, taker }, turn)
      balances.push({ party, received: await between(party, this.party), given: await between(this.party, party) })
    }
    return balances
  }

  private async between(
    of: BalanceQuery & { giver: string; taker: string },
    turn: () => Promise<unknown>,
  ): Promise<Exchanged> {
    const { pact, giver, taker, fromMs, untilMs } = of
    const all: Exchanged = {
      ...{ records: 0, objects: 0, fresh: 0, answered: 0, untouched: 0, sighted: 0, leadMs: null, leads: 0 },
      verdicts: { accepted: 0, 'already-known': 0, 'false-positive': 0, stale: 0 },
    }
    const leads: number[] = []
    // The last that is before everything in that time.
    let place: Place = { origin: '', idx: -1, at_ms: fromMs }
    for (;;) {
      const records = this.sql.records.all({ ...{ pact, giver, taker, until: untilMs }, ...at(place) })
      for (const record of records) {
        all.records++
        for (let after = ''; ; ) {
          const objects = this.sql.objects.all({ origin: record.origin, idx: record.idx, after })
          for (const { id } of objects) this.count(id, record, of, all, leads)
          await turn()
          if (objects.length < BALANCE_STRETCH) break
          after = objects.at(-1)?.id ?? ''
        }
      }
      const last = records.at(-1)
      if (last === undefined || records.length < BALANCE_STRETCH) break
      place = last
    }
    return { ...all, leadMs: median(leads), leads: leads.length }
  }

  /** An object counts once for each direction, where it first went that way. */
  private count(
    id: string,
    record: Place,
    { pact, giver, taker }: { pact: string; giver: string; taker: string },
    all: Exchanged,
    leads: number[],
  ): void {
    const before = this.sql.before.get({ ...{ id, pact, giver, taker }, ...at(record) })
    if (before?.given === 1) return
    all.objects++
    if (before?.known === 0) all.fresh++
    const said = this.feedback.between(id, { pact, by: taker, to: giver, mode: 'Actual' })
    if (said === undefined) {
      all.untouched++
      return
    }
    all.answered++
    const verdict = said.opinion?.verdict
    if (verdict != null) all.verdicts[verdict]++
    if (said.sightings === null || said.sightings.count === 0) return
    all.sighted++
    if (said.sightings.first !== null) leads.push(Date.parse(said.sightings.first) - record.at_ms)
  }
}

const at = ({ origin, idx, at_ms }: Place) => ({ origin, idx, at: at_ms })

function median(numbers: readonly number[]): number | null {
  const rising = [...numbers].sort((a, b) => a - b)
  const [low, high] = [rising[(rising.length - 1) >> 1], rising[rising.length >> 1]]
  return low === undefined || high === undefined ? null : Math.round((low + high) / 2)
}
