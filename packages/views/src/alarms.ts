// What a person should look at, derived from what was folded: types that nobody here knows, objects in two texts, and
// logs or cosigners that contradict themselves.

import type { Sqlite } from './database.ts'
import { ALARMS_MAX } from './limits.ts'
import type { Alarm } from './rows.ts'
import { VALIDITY } from './schema.ts'

export class Alarms {
  private readonly sql

  constructor(sqlite: Sqlite) {
    this.sql = {
      unknown: sqlite.prepare<[number], { subject: string; count: number; record: string }>(
        `select type as subject, count(*) as count, min(origin || '#' || idx) as record from records
         where known = 0 and validity <> ${VALIDITY.void} group by type order by type limit ?`,
      ),
      conflicts: sqlite.prepare<[number], { subject: string; count: number; record: string }>(
        `select id as subject, count(*) as count, min(origin || '#' || idx) as record from object_sources
         where refused = 1 group by id order by id limit ?`,
      ),
      contradictions: sqlite.prepare<[number], { code: string; subject: string; message: string }>(
        'select code, origin as subject, message from contradictions order by code, origin, message limit ?',
      ),
    }
  }

  all(): Alarm[] {
    const contradictions = this.sql.contradictions.all(ALARMS_MAX).map((one) => ({ ...one, count: 1, record: null }))
    const unknown = this.sql.unknown.all(ALARMS_MAX).map((one): Alarm => {
      const message = `Records of the type ${one.subject} are not known to this node: they are shown unread. A newer version may know them.`
      return { code: 'type/unknown', message, ...one }
    })
    const conflicts = this.sql.conflicts.all(ALARMS_MAX).map((one): Alarm => {
      const message = `The object ${one.subject} came with another text under the same version; the first is kept.`
      return { code: 'object/conflict', message, ...one }
    })
    return [...contradictions, ...unknown, ...conflicts].slice(0, ALARMS_MAX)
  }
}
