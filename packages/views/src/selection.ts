// Objects chosen to be taken out as a file: which text of each, and how strictly all of it is marked. What counts is the
// newest version that is shown, and the strictest of its own markings and of those of every record it came in.

import { ok, type Result, refuse } from '@countersign/log'
import { TLP_LABELS, type TlpLabel } from '@countersign/record'
import type { Store } from './database.ts'
import { SELECTED_MAX } from './limits.ts'
import type { Selection } from './object-rows.ts'
import { markingsOf } from './object-words.ts'
import { WITHDRAWN } from './schema.ts'

const STRETCH = 100
const ON_SHOW = `o.collection < ${WITHDRAWN} and not exists (
  select 1 from removed_here h where h.pact = o.pact and h.collection = o.collection and h.id = o.id
    and h.version_order = o.version_order)`

/** With the definitions of their markings that are held. Refuses `views/selection`. `turn` is awaited between stretches. */
export async function readSelection(
  store: Store,
  ids: readonly string[],
  turn: () => Promise<unknown>,
): Promise<Result<Selection>> {
  const newest = store.sqlite.prepare<[string], { digest: string; version_order: string }>(
    `select o.digest, o.version_order from objects o where o.id = ? and ${ON_SHOW}
     order by o.version_order desc, o.seq desc limit 1`,
  )
  // Of everything that was said under this id and version, refused or not: none of it may be taken for more open than it was.
  const marked = store.sqlite.prepare<[string, string], { tlp: string | null; share: string }>(
    `select distinct s.tlp, r.tlp as share from object_sources s
       join records r on r.origin = s.origin and r.idx = s.idx where s.id = ? and s.version_order = ?`,
  )
  const objects: Selection['objects'] = []
  const missing: string[] = []
  let strictest = -1
  const take = (id: string): string | undefined => {
    const row = newest.get(id)
    if (row === undefined) return undefined
    const { digest, version_order: order } = row
    for (const { tlp, share } of marked.all(id, order)) {
      strictest = Math.max(strictest, rankOf(tlp), rankOf(share))
    }
    objects.push({ id, digest })
    return digest
  }
  const asked = new Set(ids)
  const definitions = new Set<string>()
  let done = 0
  for (const id of asked) {
    const digest = take(id)
    if (digest === undefined) missing.push(id)
    else for (const one of markingsOf(store.textOf(digest))) if (!asked.has(one)) definitions.add(one)
    if (++done % STRETCH === 0) await turn()
  }
  if (objects.length === 0) {
    return refuse('views/selection', 'None of these objects is shown here; go back to the list and choose again.')
  }
  const chosen = objects.length
  for (const id of definitions) if (objects.length < SELECTED_MAX) take(id)
  objects.sort((a, b) => (a.id < b.id ? -1 : 1))
  return ok({ objects, chosen, missing: missing.length, marking: TLP_LABELS[strictest] ?? 'TLP:RED' })
}

/** A label that is none of the five binds as the strictest does. */
function rankOf(tlp: string | null): number {
  if (tlp === null) return -1
  const rank = TLP_LABELS.indexOf(tlp as TlpLabel)
  return rank < 0 ? TLP_LABELS.length - 1 : rank
}
