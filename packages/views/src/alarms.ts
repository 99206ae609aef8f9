// What a person should look at, derived from what was folded: types that nobody here knows, objects in two texts, and
// logs or cosigners that contradict themselves.

import type { Sqlite } from './database.ts'
import { ALARMS_MAX } from './limits.ts'
import type { Notices } from './notices.ts'
import type { Alarm } from './rows.ts'
import { VALIDITY } from './schema.ts'

export class Alarms {
  private readonly notices: Notices
  private readonly sql

  constructor(sqlite: Sqlite, notices: Notices) {
    this.notices = notices
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
    const notices = this.notices.rows().map((one): Alarm => {
      const since =
        one.since === null ? 'no neutral has covered it yet, so nothing is frozen' : `it stands since ${iso(one.since)}`
      const frozen = one.frozen.map(({ origin, size }) => ` ${origin} is frozen at ${size} entries.`).join('')
      const message = `${one.party} gave up keys as compromised (${one.roles.join(', ')}); ${since}.${frozen} Talk to ${one.party} by a way you know from elsewhere.`
      return { code: 'party/notice', subject: one.party, message, count: 1, record: one.carriedBy[0] ?? null }
    })
    const unknown = this.sql.unknown.all(ALARMS_MAX).map((one): Alarm => {
      const message = `Records of the type ${one.subject} are not known to this node: they are shown unread. A newer version may know them.`
      return { code: 'type/unknown', message, ...one }
    })
    const conflicts = this.sql.conflicts.all(ALARMS_MAX).map((one): Alarm => {
      const message = `The object ${one.subject} came with another text under the same version; the first is kept.`
      return { code: 'object/conflict', message, ...one }
    })
    return [...notices, ...contradictions, ...unknown, ...conflicts].slice(0, ALARMS_MAX)
  }
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
