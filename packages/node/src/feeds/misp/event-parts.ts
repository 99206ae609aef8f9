// The parts of an event that MISP tells apart by UUID: attributes, objects with their attributes, and reports. What is sent
// to a MISP that has the event already is what it lacks or has older; it keeps the rest (`Event::_edit`).

import type { MispJson as Json, MispEvent } from '@countersign/intel'

export interface PartOfEvent {
  uuid: string
  kind: 'Attribute' | 'Object' | 'EventReport'
  /** Of an attribute of an object, that object. */
  within: string | null
  timestamp: number
  deleted: boolean
}

export function partsOf(event: Json): PartOfEvent[] {
  const parts = (list: Json[], kind: PartOfEvent['kind'], within: string | null) =>
    list.map((one) => ({
      ...{ uuid: uuidOf(one), kind, within, timestamp: secondsIn(one['timestamp']) },
      deleted: one['deleted'] === true || one['deleted'] === 1 || one['deleted'] === '1',
    }))
  return [
    ...parts(listIn(event, 'Attribute'), 'Attribute', null),
    ...listIn(event, 'Object').flatMap((object) => [
      ...parts([object], 'Object', null),
      ...parts(listIn(object, 'Attribute'), 'Attribute', uuidOf(object)),
    ]),
    ...parts(listIn(event, 'EventReport'), 'EventReport', null),
  ]
}

/** Without what is deleted: nobody is told of what they never had. */
export function living(event: Json): Json {
  const alive = (list: Json[]) => list.filter(({ deleted }) => deleted !== true)
  return {
    ...event,
    Attribute: alive(listIn(event, 'Attribute')),
    Object: alive(listIn(event, 'Object')).map((object) => ({
      ...object,
      Attribute: alive(listIn(object, 'Attribute')),
    })),
    ...(event['EventReport'] === undefined ? {} : { EventReport: alive(listIn(event, 'EventReport')) }),
  }
}

/** An event without the parts that are named; undefined where nothing of it is left. */
export function without<E extends MispEvent>(event: E, uuids: ReadonlySet<string>): E | undefined {
  const isOther = ({ uuid }: { uuid: string }) => !uuids.has(uuid.toLowerCase())
  const attributes = (event.Attribute ?? []).filter(isOther)
  const reports = (event.EventReport ?? []).filter(isOther)
  const objects = (event.Object ?? []).flatMap((object) => {
    const parts = (object.Attribute ?? []).filter(isOther)
    return isOther(object) || parts.length > 0 ? [{ ...object, Attribute: parts }] : []
  })
  if (attributes.length + objects.length + reports.length === 0) return undefined
  return { ...event, Attribute: attributes, Object: objects, EventReport: reports }
}

/**
 * What of our event theirs lacks or has older, and what is deleted there and to be restored. Undefined where it is nothing.
 * MISP takes a part only where its time is later than that of what it has (`MispAttribute::editAttribute`).
 */
export function newerThan(ours: Json, theirs: Json, toRestore: (uuid: string) => boolean): Json | undefined {
  const known = new Map(partsOf(theirs).map((part) => [part.uuid, part]))
  const news = (one: Json): Json[] => {
    const had = known.get(uuidOf(one))
    if (had === undefined) return one['deleted'] === true ? [] : [one]
    if (secondsIn(one['timestamp']) > had.timestamp) return [one]
    const isBack = had.deleted && one['deleted'] !== true && toRestore(had.uuid)
    return isBack ? [{ ...one, deleted: false, timestamp: String(had.timestamp + 1) }] : []
  }
  const attributes = listIn(ours, 'Attribute').flatMap(news)
  const objects = listIn(ours, 'Object').flatMap((object) => {
    const parts = listIn(object, 'Attribute').flatMap(news)
    const [whole] = news(object)
    return parts.length > 0 || whole !== undefined ? [{ ...(whole ?? object), Attribute: parts }] : []
  })
  const reports = listIn(ours, 'EventReport').flatMap(news)
  if (attributes.length + objects.length + reports.length === 0) return undefined
  return { ...ours, Attribute: attributes, Object: objects, EventReport: reports }
}

/**
 * The members of an event that delete parts of it softly, as far as it has them and they are not deleted: `deleted` is
 * one of the members that may be edited (`MispAttribute::EDITABLE_FIELDS`), and what is not given stays.
 */
export function deleting(uuids: ReadonlySet<string>, theirs: Json): { members: Json; count: number } {
  const gone = partsOf(theirs).filter(({ uuid, deleted }) => uuids.has(uuid) && !deleted)
  const later = (part: PartOfEvent): Json => ({
    ...{ uuid: part.uuid, deleted: true, timestamp: String(part.timestamp + 1) },
  })
  const of = (kind: PartOfEvent['kind'], within: string | null = null) =>
    gone.filter((part) => part.kind === kind && part.within === within)
  const touched = new Set(gone.flatMap(({ kind, uuid, within }) => (kind === 'Object' ? [uuid] : (within ?? []))))
  const objects = listIn(theirs, 'Object').filter((object) => touched.has(uuidOf(object)))
  return {
    members: {
      Attribute: of('Attribute').map((part) => ({
        ...valueOf(part.uuid, listIn(theirs, 'Attribute')),
        ...later(part),
      })),
      Object: objects.map((object) => {
        const [whole] = of('Object').filter(({ uuid }) => uuid === uuidOf(object))
        const parts = of('Attribute', uuidOf(object))
        return {
          ...{ uuid: uuidOf(object), name: object['name'], 'meta-category': object['meta-category'] },
          ...{ template_uuid: object['template_uuid'], template_version: object['template_version'] },
          timestamp: object['timestamp'],
          ...(whole === undefined ? {} : later(whole)),
          Attribute: parts.map((part) => ({ ...valueOf(part.uuid, listIn(object, 'Attribute')), ...later(part) })),
        }
      }),
      EventReport: of('EventReport').map((part) => {
        const report = listIn(theirs, 'EventReport').find((one) => uuidOf(one) === part.uuid)
        return { name: report?.['name'], content: report?.['content'], ...later(part) }
      }),
    },
    count: gone.length,
  }
}

/** What an attribute is asked to have even where it is only deleted. */
function valueOf(uuid: string, list: readonly Json[]): Json {
  const one = list.find((attribute) => uuidOf(attribute) === uuid) ?? {}
  const { type, category, value, to_ids, object_relation } = one
  return { type, category, value, to_ids, ...(typeof object_relation === 'string' ? { object_relation } : {}) }
}

export function listIn(of: Json, member: string): Json[] {
  const list = of[member]
  return Array.isArray(list) ? list.filter((one): one is Json => typeof one === 'object' && one !== null) : []
}

export function uuidOf(one: Json): string {
  return String(one['uuid']).toLowerCase()
}

export function secondsIn(said: unknown): number {
  return /^\d{1,12}$/.test(String(said)) ? Number(said) : 0
}
