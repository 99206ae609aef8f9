// What a person should look at, derived from what was folded: types that nobody here knows, objects in two texts, and
// logs or cosigners that contradict themselves; logs that go on after their author gave them up (spec/succession.md).

import type { Sqlite } from './database.ts'
import { ALARMS_MAX } from './limits.ts'
import type { Notices } from './notices.ts'
import type { Alarm } from './rows.ts'
import { SUCCESSION, VALIDITY } from './schema.ts'

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
        `select r.author as subject, s.pact, s.collection, count(*) as count, min(s.origin || '#' || s.idx) as record
         from object_sources s join records r on r.origin = s.origin and r.idx = s.idx
         where s.refused = 1 group by r.author, s.pact, s.collection order by r.author, s.pact, s.collection limit ?`,
      ),
      goesOn: sqlite.prepare<[number], { subject: string; size: number; count: number }>(
        `select s.predecessor as subject, s.size, l.next - s.size as count from successions s
         join logs l on l.origin = s.predecessor and l.next > s.size
         join records r on r.origin = s.origin and r.idx = 0 and r.validity <> ${VALIDITY.void}
         where s.state = ${SUCCESSION.held} order by s.predecessor, s.size limit ?`,
      ),
      otherPredecessor: sqlite.prepare<[number], { subject: string; origin: string; size: number }>(
        `select predecessor as subject, origin, size from successions
         where state = ${SUCCESSION.otherRoot} order by origin limit ?`,
      ),
      several: sqlite.prepare<[number], { subject: string; count: number; origin: string }>(
        `select l.party || '/' || l.pact || '/' || l.channel as subject, count(*) as count, min(l.origin) as origin
         from logs l join records r on r.origin = l.origin and r.idx = 0 and r.validity = ${VALIDITY.valid}
         where not exists (
           select 1 from successions s join records f on f.origin = s.origin and f.idx = 0
           where s.predecessor = l.origin and f.validity <> ${VALIDITY.void})
         group by l.pact, l.channel, l.party having count(*) > 1 order by subject limit ?`,
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
      const objects = one.count === 1 ? 'An object' : `${one.count} objects`
      const message = `${objects} from ${one.subject} came with other content under an id and version that were there before; the first is kept. Ask for a new version of each, with a later modified.`
      return { code: 'object/conflict', subject: one.subject, message, count: one.count, record: one.record }
    })
    return [...notices, ...contradictions, ...this.ofSuccession(), ...conflicts, ...unknown].slice(0, ALARMS_MAX)
  }

  private ofSuccession(): Alarm[] {
    const goesOn = this.sql.goesOn.all(ALARMS_MAX).map(({ subject, size, count }): Alarm => {
      const message = `The log ${subject} goes on after the ${size} entries up to which its author stands by it: what follows is shown, and binds its author.`
      return { code: 'log/goes-on', subject, message, count, record: `${subject}#${size}` }
    })
    const other = this.sql.otherPredecessor.all(ALARMS_MAX).map(({ subject, origin, size }): Alarm => {
      const message = `The log ${origin} names as its predecessor another log of ${size} entries than is held here under the name ${subject}: its author signed two.`
      return { code: 'log/other-predecessor', subject, message, count: 1, record: `${origin}#0` }
    })
    const several = this.sql.several.all(ALARMS_MAX).map(({ subject, count, origin }): Alarm => {
      const message = `${count} logs of ${subject} stand beside each other, and none goes on from another: all of them bind their author. Ask it which it speaks in, and why there are more.`
      return { code: 'log/several', subject, message, count, record: `${origin}#0` }
    })
    return [...goesOn, ...other, ...several]
  }
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
