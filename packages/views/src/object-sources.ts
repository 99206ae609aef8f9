// Where each object came from. A source counts while its record is valid; showing and hiding goes in bounded steps, for
// one record may carry a hundred thousand.

import { sha256, toHex, utf8 } from '@countersign/log'
import type { Sqlite } from './database.ts'
import type { Feedback } from './feedback.ts'
import { OBJECTS_PER_FOLD_MAX, SOURCES_PER_STEP } from './limits.ts'
import type { ObjectShelf, Source } from './object-shelf.ts'
import { COUNTS, VALIDITY } from './schema.ts'
import { versionOrder } from './times.ts'
import type { ObjectToFold } from './views.ts'

type Place = Pick<Source, 'origin' | 'idx' | 'part' | 'position'>

const SOURCE_COLUMNS = 'origin, idx, part, position, pact, collection, id, version_order, digest, type, spec_version'

export class ObjectSources {
  private readonly shelf: ObjectShelf
  private readonly feedback: Feedback
  private readonly sql

  constructor(sqlite: Sqlite, shelf: ObjectShelf, feedback: Feedback) {
    this.shelf = shelf
    this.feedback = feedback
    this.sql = {
      text: sqlite.prepare<[string, string]>('insert into object_texts values (?, ?) on conflict do nothing'),
      source: sqlite.prepare(
        'insert into object_sources values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0) on conflict do nothing',
      ),
      validity: sqlite.prepare<[string, number], { validity: number }>(
        'select validity from records where origin = ? and idx = ?',
      ),
      any: sqlite.prepare<[string, number], { n: number }>(
        'select 1 as n from object_sources where origin = ? and idx = ? limit 1',
      ),
      due: sqlite.prepare<[string, number, number]>(
        `insert into sources_due values (?, ?, ?, 0, -1)
         on conflict (origin, idx) do update set shown = excluded.shown, part = 0, position = -1`,
      ),
      nextDue: sqlite.prepare<[], { origin: string; idx: number; shown: number; part: number; position: number }>(
        'select origin, idx, shown, part, position from sources_due limit 1',
      ),
      some: sqlite.prepare<[string, number, number, number, number], Source>(
        `select ${SOURCE_COLUMNS} from object_sources
         where origin = ? and idx = ? and (part, position) > (?, ?) order by part, position limit ?`,
      ),
      ofPart: sqlite.prepare<[string, number, number, number], Source>(
        `select ${SOURCE_COLUMNS} from object_sources where origin = ? and idx = ? and part = ? order by position limit ?`,
      ),
      remove: sqlite.prepare<[string, number, number, number]>(
        'delete from object_sources where origin = ? and idx = ? and part = ? and position = ?',
      ),
      removeText: sqlite.prepare<[string, string]>(
        'delete from object_texts where digest = ? and not exists (select 1 from object_sources where digest = ?)',
      ),
      advance: sqlite.prepare<[number, number, string, number]>(
        'update sources_due set part = ?, position = ? where origin = ? and idx = ?',
      ),
      done: sqlite.prepare<[string, number]>('delete from sources_due where origin = ? and idx = ?'),
      left: sqlite.prepare<[], { n: number }>(
        'select (select count(*) from sources_due) + (select count(*) from places_due) as n',
      ),
      // Not by `or`: SQLite would go through all of a record's places for each of them, and a party that takes back a
      // large share place by place would hold up the folding for many minutes.
      isTakenBack: sqlite.prepare<[string, number, number, number], { n: number }>(
        `select 1 as n from taken_back where origin = ? and idx = ? and (part, position) in (values (-1, -1), (?, ?)) limit 1`,
      ),
      placeDue: sqlite.prepare<[string, number, number, number]>(
        'insert into places_due values (?, ?, ?, ?) on conflict do nothing',
      ),
      placesDue: sqlite.prepare<[number], Place>('select origin, idx, part, position from places_due limit ?'),
      placeDone: sqlite.prepare<[string, number, number, number]>(
        'delete from places_due where origin = ? and idx = ? and part = ? and position = ?',
      ),
      at: sqlite.prepare<[string, number, number, number], Source>(
        `select ${SOURCE_COLUMNS} from object_sources where origin = ? and idx = ? and part = ? and position = ?`,
      ),
    }
  }

  /** Keeps objects of one opened part; they are on show at once where their record is valid. */
  keep(
    place: { origin: string; idx: number; part: number; pact: string; collection: number },
    objects: readonly ObjectToFold[],
  ): void {
    if (objects.length > OBJECTS_PER_FOLD_MAX)
      throw new Error(`At most ${OBJECTS_PER_FOLD_MAX} objects are folded at once.`)
    const { origin, idx, part, pact, collection } = place
    const shown = this.isValid(origin, idx)
    for (const object of objects) {
      const digest = toHex(sha256(utf8(object.source)))
      const version = object.version ?? ''
      const order = versionOrder(version)
      this.sql.text.run(digest, object.source)
      const { changes } = this.sql.source.run(
        ...[origin, idx, part, object.position, pact, collection, object.id, version, order, digest, object.type],
        ...[object.specVersion, object.name, object.tlp, object.revoked ? 1 : 0],
        object.warnings.length === 0 ? null : JSON.stringify(object.warnings),
      )
      if (changes === 0) continue
      this.feedback.keep({ origin, idx, part, position: object.position }, object)
      if (!shown) continue
      const { id, type, position, specVersion } = object
      this.count({
        ...{ origin, idx, part, position, pact, collection, id, digest, type },
        ...{ version_order: order, spec_version: specVersion },
      })
    }
  }

  /** The record's validity, or its place in the order, is another now. */
  recordMoved(origin: string, idx: number, shown: boolean): void {
    if (this.sql.any.get(origin, idx) !== undefined) this.sql.due.run(origin, idx, shown ? 1 : 0)
  }

  /** All objects of a record must be looked at again. */
  recordTouched(origin: string, idx: number): void {
    this.recordMoved(origin, idx, this.isValid(origin, idx))
  }

  /** The object at one place must be looked at again. */
  placeTouched(origin: string, idx: number, part: number, position: number): void {
    if (this.sql.at.get(origin, idx, part, position) !== undefined) this.sql.placeDue.run(origin, idx, part, position)
  }

  /** Shows or hides some; true where it did something. */
  step(): boolean {
    const due = this.sql.nextDue.get()
    if (due === undefined) return this.placesStep()
    const { origin, idx, part, position } = due
    const sources = this.sql.some.all(origin, idx, part, position, SOURCES_PER_STEP)
    for (const source of sources) {
      if (due.shown === 1) this.count(source)
      else this.shelf.hide(source)
    }
    const last = sources.at(-1)
    if (last === undefined || sources.length < SOURCES_PER_STEP) this.sql.done.run(origin, idx)
    else this.sql.advance.run(last.part, last.position, origin, idx)
    return true
  }

  private placesStep(): boolean {
    const places = this.sql.placesDue.all(SOURCES_PER_STEP)
    for (const { origin, idx, part, position } of places) {
      this.sql.placeDone.run(origin, idx, part, position)
      const source = this.sql.at.get(origin, idx, part, position)
      if (source === undefined) continue
      if (this.isValid(origin, idx)) this.count(source)
      else this.shelf.hide(source)
    }
    return places.length > 0
  }

  /** One of a valid record: on show, unless its author took it back. */
  private count(source: Source): void {
    const { origin, idx, part, position } = source
    if (this.sql.isTakenBack.get(origin, idx, part, position) === undefined) this.shelf.show(source)
    else this.shelf.hide(source, COUNTS.takenBack)
  }

  private isValid(origin: string, idx: number): boolean {
    return this.sql.validity.get(origin, idx)?.validity === VALIDITY.valid
  }

  /** The ids of those that `forget` would remove next. */
  nextToForget(origin: string, idx: number, part: number): string[] {
    return this.sql.ofPart.all(origin, idx, part, SOURCES_PER_STEP).map(({ id }) => id)
  }

  /** Removes some objects of one part with their texts, for good; true while more are left. */
  forget(origin: string, idx: number, part: number): boolean {
    const sources = this.sql.ofPart.all(origin, idx, part, SOURCES_PER_STEP)
    for (const source of sources) {
      this.shelf.hide(source)
      this.feedback.forget(origin, idx, part, source.position)
      this.sql.remove.run(origin, idx, part, source.position)
      this.sql.removeText.run(source.digest, source.digest)
    }
    return sources.length === SOURCES_PER_STEP
  }

  unsettled(): number {
    return this.sql.left.get()?.n ?? 0
  }
}
