// Consents to passing on that were given and heard under an agreement, and whether they were taken back (spec/records.md,
// Passing on).

import type { ConsentBody, Statement } from '@countersign/record'
import type { Sqlite } from './database.ts'
import { CONSENTS_LISTED_MAX } from './limits.ts'
import { validityOf } from './read-records.ts'
import type { Validity } from './rows.ts'
import type { Tables } from './schema.ts'
import { VALIDITY } from './schema.ts'

export interface ConsentRow extends Pick<ConsentBody, 'agreement' | 'parties'> {
  /** `origin#index`. */
  record: string
  from: string
  to: string[]
  channel: string
  mode: Statement['mode']
  /** The records that it is about. */
  of: string[]
  /** How many objects of these; null for all. */
  objects: number | null
  /** POSIX milliseconds, by its author and held within what was witnessed. */
  at: number
  validity: Validity
  /** Those of `to` that may not go by it any more. */
  retractedFor: string[]
}

type Row = Pick<Tables['records'], 'origin' | 'idx' | 'author' | 'channel' | 'validity' | 'code' | 'message'> & {
  at: number
  payload: string
  retractedFor: string
}

/** The newest first, and at most CONSENTS_LISTED_MAX. */
export function consentsUnder(sqlite: Sqlite, pact: string): ConsentRow[] {
  return sqlite
    .prepare<[string, number], Row>(
      `select k.origin, k.idx, k.author, k.channel, k.at_ms as at, k.validity, k.code, k.message, c.payload,
         (select json_group_array(party) from (
            select distinct a.party from mentions m
            join records q on q.origin = m.origin and q.idx = m.idx and q.type = 'intel/retract' and q.validity = ${VALIDITY.valid}
            join addressees a on a.origin = m.origin and a.idx = m.idx
            where m.re_origin = k.origin and m.re_idx = k.idx order by a.party)) as retractedFor
       from records k join statements c on c.origin = k.origin and c.idx = k.idx
       where k.type = 'intel/consent' and k.pact = ? order by k.at_ms desc, k.origin, k.idx limit ?`,
    )
    .all(pact, CONSENTS_LISTED_MAX)
    .map((row) => {
      const { body, to, mode, re } = JSON.parse(row.payload) as Statement
      const { agreement, parties, objects } = body as unknown as ConsentBody
      const retracted = JSON.parse(row.retractedFor) as string[]
      return {
        ...{ record: `${row.origin}#${row.idx}`, from: row.author, to, channel: row.channel, mode },
        ...{ agreement, parties, at: row.at, validity: validityOf(row) },
        of: re.map(({ origin, index }) => `${origin}#${index}`),
        objects: objects === null ? null : objects.reduce((sum, { places }) => sum + places.length, 0),
        retractedFor: to.filter((party) => retracted.includes(party)),
      }
    })
}
