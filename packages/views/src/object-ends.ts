// Between what a relationship is: a list in which two hundred are called “indicates” tells nobody anything.

import type { Store } from './database.ts'
import type { ListedObject, ObjectEnd } from './object-rows.ts'
import { relationshipOf } from './object-words.ts'
import { WITHDRAWN } from './schema.ts'

/** The ends of each object that is asked for, null of one that is no relationship. What one end is called is looked up once. */
export function endsOf({ sqlite, textIfHeld }: Store): (of: { type: string; digest: string }) => ListedObject['ends'] {
  const named = sqlite.prepare<[string], { name: string | null }>(
    `select s.name from objects o
       join object_sources s on s.origin = o.origin and s.idx = o.idx and s.part = o.part and s.position = o.position
     where o.id = ? and o.collection < ${WITHDRAWN} and not exists (
       select 1 from removed_here h where h.pact = o.pact and h.collection = o.collection and h.id = o.id
         and h.version_order = o.version_order)
     order by o.version_order desc, o.seq desc limit 1`,
  )
  const known = new Map<string, ObjectEnd>()
  const endOf = (id: string): ObjectEnd => {
    const end = known.get(id) ?? { id, name: named.get(id)?.name ?? null }
    known.set(id, end)
    return end
  }
  return ({ type, digest }) => {
    const source = type === 'relationship' ? textIfHeld(digest) : undefined
    const related = source === undefined ? null : relationshipOf(source)
    return related === null ? null : { from: endOf(related.source), to: endOf(related.target) }
  }
}
