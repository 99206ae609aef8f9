// Objects in the views of a node as if records of its logs had carried them: to say, seal, carry and open a million is no
// part of what is measured. Rows and words are written by the code of the node, many in one transaction and not a few.

import { join } from 'node:path'
import { parseRecordRef } from '@countersign/record'
import Database from 'better-sqlite3'
import { openStore } from '../../packages/views/src/database.ts'
import { Feedback } from '../../packages/views/src/feedback.ts'
import { ObjectShelf } from '../../packages/views/src/object-shelf.ts'
import { ObjectSources } from '../../packages/views/src/object-sources.ts'
import { COLLECTIONS } from '../../packages/views/src/schema.ts'
import { invent } from './invented.ts'
import { value } from './nodes.ts'

const A_TRANSACTION = 5_000
const AT_ONCE = 200

/** Records that a node holds, with one object each. */
export interface Carriers {
  dir: string
  party: string
  /** Of ten objects, so many are the first one’s and the rest the second’s. */
  records: readonly [theirs: string, ours: string]
  ofTen: number
}

/** Holds the invented objects from one number up to another; the node is stopped, or stands in this thread. */
export async function hold({ dir, party, records, ofTen }: Carriers, from: number, to: number): Promise<void> {
  const sqlite = new Database(join(dir, 'views.db'))
  await openStore(sqlite)
  // Of this connection alone: what is lost with the power is made again.
  for (const pragma of ['synchronous = OFF', 'secure_delete = OFF', 'cache_size = -262144']) sqlite.pragma(pragma)
  const shelf = new ObjectShelf(sqlite, Date.now)
  const sources = new ObjectSources(sqlite, shelf, new Feedback(sqlite, party))
  const places = records.map((record) => {
    const { origin, index } = value(parseRecordRef(record))
    const collection = COLLECTIONS.indexOf(origin.party === party ? 'outbox' : 'inbox')
    return { origin: origin.text, idx: index, part: 0, pact: origin.pact, collection }
  })
  const keep = sqlite.transaction((first: number, end: number) => {
    for (let at = first; at < end; at += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, end - at) }, (_, i) => invent(at + i).object)
      for (const [i, place] of places.entries()) {
        const its = some.filter(({ position }) => (position % 10 < ofTen ? 0 : 1) === i)
        // Past the one object that each record carried in truth.
        sources.keep(
          place,
          its.map((object) => ({ ...object, position: object.position + 1 })),
        )
      }
    }
    while (shelf.search.step()) continue
  })
  for (let first = from; first < to; first += A_TRANSACTION) keep(first, Math.min(first + A_TRANSACTION, to))
  sqlite.pragma('wal_checkpoint(TRUNCATE)')
  sqlite.close()
}
