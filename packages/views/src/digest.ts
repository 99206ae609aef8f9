// One hash over everything the views hold that is a function of what was folded: not the order in which objects joined
// here, and nothing that only waits to be done. Two sets of views with one digest answer every question alike.

import { createSha256, toHex, utf8 } from '@countersign/log'
import type { Sqlite } from './database.ts'

/** Columns that are compared, for each table in the order of its key. */
const COMPARED: [table: string, columns: string, order: string][] = [
  ['cards', '*', 'digest'],
  ['agreements', '*', 'version'],
  ['logs', '*', 'origin'],
  ['log_versions', '*', 'origin, version'],
  [
    'records',
    'origin, idx, leaf, pact, version, channel, author, type, known, id, time, mode, tlp, class, own_code, validity, code, message, state, at_ms, superseded_by',
    'origin, idx',
  ],
  ['statements', '*', 'origin, idx'],
  ['addressees', '*', 'origin, idx, place'],
  ['parts', '*', 'origin, idx, part'],
  ['part_states', '*', 'origin, idx, part'],
  ['part_titles', 'origin, idx, part, title', 'origin, idx, part'],
  ['mentions', '*', 'origin, idx, place'],
  ['signatures', '*', 'origin, idx'],
  ['successions', '*', 'origin'],
  [
    'receipts',
    'origin, by_party, size, time, digest, key_name, aside, deposit',
    'origin, by_party, size, time, digest',
  ],
  ['log_cards', '*', 'origin, first'],
  ['notice_entries', '*', 'origin, idx'],
  ['notices', '*', 'pact, digest'],
  ['frozen', '*', 'origin'],
  ['forces', '*', 'version, channel'],
  ['force_points', '*', 'origin, version'],
  ['destroyed_parts', '*', 'origin, idx, part, by_origin, by_idx'],
  ['object_sources', '*', 'origin, idx, part, position'],
  [
    'objects where collection < 16',
    'pact, collection, id, version_order, type, spec_version, party, origin, idx, part, position, digest, conflicts',
    'pact, collection, id, version_order',
  ],
  ['taken_back', '*', 'origin, idx, part, position, by_origin, by_idx'],
  ['feedback', '*', 'target, origin, idx, part, position'],
  ['record_feeds', '*', 'origin, idx'],
  [
    'objects o join feeds f on o.collection = f.number + 16',
    'o.pact, f.name, o.id, o.version_order, o.party, o.origin, o.idx, o.part, o.position, o.digest',
    'o.pact, f.name, o.id, o.version_order',
  ],
  ['contradictions', '*', 'code, origin, message'],
  // A split is told anew from `evidence/` at each start, whether or not anything of its log is folded.
  ['splits where origin in (select origin from logs)', '*', 'origin'],
]

export function digestOf(sqlite: Sqlite): string {
  const hash = createSha256()
  for (const [table, digest] of digestsOf(sqlite)) hash.update(utf8(`${table} ${digest}\n`))
  return toHex(hash.digest())
}

/** The same for each table alone, by its name: what tells two sets of views apart. */
export function digestsOf(sqlite: Sqlite): Map<string, string> {
  return new Map(
    COMPARED.map(([table, columns, order]) => {
      const hash = createSha256()
      const rows = sqlite.prepare<[], unknown[]>(`select ${columns} from ${table} order by ${order}`).raw()
      for (const row of rows.iterate()) hash.update(utf8(`${JSON.stringify(row)}\n`))
      return [table.split(' where ')[0] ?? table, toHex(hash.digest())] as const
    }),
  )
}
