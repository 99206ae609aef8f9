// From whom an object first came to us, and whether it may go on: what came under one agreement, or to some of its parties,
// is its originator's. Asked of the sources of all valid records, those that were taken back too.

import type { Sqlite } from './database.ts'
import { ORIGINATOR_SOURCES_MAX } from './limits.ts'
import { VALIDITY } from './schema.ts'

/** Who shared it first, under which agreement, and in which record, `origin#index`. */
export interface Originator {
  party: string
  pact: string
  record: string
}

/** Where it would go. */
export interface Going {
  pact: string
  to: readonly string[]
}

export class Originators {
  private readonly us: string
  private readonly sql

  constructor(sqlite: Sqlite, us: string) {
    this.us = us
    this.sql = {
      sources: sqlite.prepare<
        [string, number],
        { author: string; pact: string; origin: string; idx: number; parties: string }
      >(
        `select distinct r.author, r.pact, r.origin, r.idx, (select json_group_array(party) from addressees a
           where a.origin = r.origin and a.idx = r.idx) as parties
         from object_sources s join records r on r.origin = s.origin and r.idx = s.idx
         where s.id = ? and r.validity = ${VALIDITY.valid} order by r.at_ms, r.origin, r.idx limit ?`,
      ),
    }
  }

  /**
   * Whose consent it takes that an object goes there: of whoever shared it first, where that was not us, and where it was not
   * shared under that agreement with all who would get it. Undefined where nobody's.
   */
  of(id: string, { pact, to }: Going): Originator | undefined {
    const sources = this.sql.sources.all(id, ORIGINATOR_SOURCES_MAX)
    const [first] = sources
    if (first === undefined || first.author === this.us) return undefined
    const isThere = sources.some(({ author, pact: under, parties }) => {
      const have = [author, ...(JSON.parse(parties) as string[])]
      return author !== this.us && under === pact && to.every((party) => have.includes(party))
    })
    if (isThere) return undefined
    return { party: first.author, pact: first.pact, record: `${first.origin}#${first.idx}` }
  }
}
