/**
 * STIX objects as the events in which a MISP is given them, one for each report or grouping and one for each day of what
 * belongs to none, so that the same objects always come to the same events. An event goes no further than the strictest of
 * its objects: what is for few is for the organisation that owns the key, and what bears no marking counts as that.
 */

import { isId } from '../identifier.ts'
import { MarkingDefinitions, tlpOf } from '../markings.ts'
import { isRecord, own } from '../properties.ts'
import { kindOfType } from '../stix/object-kinds.ts'
import type { StixObject } from '../stix-object.ts'
import { compareTimestamps, isTimestamp } from '../timestamp.ts'
import { strictest, type Tlp } from '../tlp.ts'
import { type Json, type StixNotice, type StixSource, secondsOf, textIn, textsIn } from './back.ts'
import { distributionFor } from './sightings.ts'
import { derivedUuid } from './stix-ids.ts'
import { stixToMisp } from './stix-to-misp.ts'

export interface EventToPush {
  /** The member `Event`: never published, with a distribution of 0, 1 or 3 and no sharing group. */
  readonly event: Json
  /** Whether it was an event of MISP, with a creator of its own; otherwise it is ours. */
  readonly isOfMisp: boolean
  /** The objects it was made of, without the identities and markings that several may share. */
  readonly ids: readonly string[]
  /** By the UUID of an attribute, the object it stands for, and the marking under which that goes. */
  readonly standing: ReadonlyMap<string, { readonly id: string; readonly tlp: Tlp }>
}

export interface EventsToPush {
  readonly events: readonly EventToPush[]
  readonly notices: readonly StixNotice[]
}

/**
 * `seed` tells the events of one place from those of another where they are of days alone. `saidAs` gives the marking under
 * which an object was shared that bears none of its own; null where that is not known.
 */
export function eventsToPush(
  sources: readonly StixSource[],
  seed: string,
  saidAs: (id: string) => Tlp | null,
): EventsToPush {
  const events: EventToPush[] = []
  const notices: StixNotice[] = []
  const definitions = new MarkingDefinitions()
  for (const { object } of sources) definitions.learn(object)
  for (const { key, root, members } of new Grouping(sources).groups()) {
    const made = stixToMisp(members, freshOf(members, seed, key))
    const isOfMisp = root !== undefined && isEventOfMisp(root)
    const distribution = distributionOf(members, definitions, { isOfMisp, saidAs })
    const ids = members.map(({ object }) => object.id).filter((id) => !isCommonPart(id))
    notices.push(...made.notices)
    const how = { isOfMisp, saidAs }
    const byId = new Map(members.map(({ object }) => [String(object.id), object]))
    const standing = new Map(
      [...made.standing].map(([uuid, id]) => {
        const of = byId.get(id)
        return [uuid, { id, tlp: (of === undefined ? null : boundBy(of, definitions, how)) ?? 'TLP:RED' }] as const
      }),
    )
    made.events.forEach((event, i) => {
      const ofMisp = isOfMisp && i === 0
      events.push({ event: noWider(event, distribution, ofMisp), isOfMisp: ofMisp, ids: i === 0 ? ids : [], standing })
    })
  }
  return { events, notices }
}

interface Group {
  readonly key: string
  readonly root?: StixObject
  readonly members: readonly StixSource[]
}

/** Who is in which event. A cluster of a galaxy, an organisation and a marking may be in several, anything else is in one. */
class Grouping {
  readonly #byId = new Map<string, StixSource>()
  readonly #taken = new Set<string>()

  constructor(sources: readonly StixSource[]) {
    for (const source of sources) this.#byId.set(source.object.id, source)
  }

  groups(): readonly Group[] {
    const all = [...this.#byId.values()]
    const roots = all.filter(({ object }) => isRoot(object))
    // An event of MISP names all that is in it; a report may name what such an event has.
    const inOrder = [
      ...roots.filter(({ object }) => isEventOfMisp(object)),
      ...roots.filter(({ object }) => !isEventOfMisp(object)),
    ]
    const begun = inOrder.map(({ object }) => ({ key: object.id, root: object, ids: this.#reached([object.id]) }))
    const days = new Map<string, Set<string>>()
    const groupOf = new Map(begun.flatMap((group) => [...group.ids].map((id) => [id, group.ids] as const)))
    const left = all.filter(({ object }) => !this.#taken.has(object.id) && !isShared(object))
    // What is about something goes where that is; the rest by the day it was created on.
    for (const { object } of [...left.filter(isNoTie), ...left.filter((source) => !isNoTie(source))]) {
      if (this.#taken.has(object.id)) continue
      const day = dayOf(object)
      const ids = aboutOf(object).flatMap((id) => groupOf.get(id) ?? [])[0] ?? days.get(day) ?? new Set<string>()
      if (!groupOf.has(object.id) && ids.size === 0) days.set(day, ids)
      for (const id of this.#reached([object.id])) {
        ids.add(id)
        if (!groupOf.has(id)) groupOf.set(id, ids)
      }
    }
    // What nothing refers to is said all the same.
    for (const { object } of all) {
      if (groupOf.has(object.id) || object.type === 'marking-definition' || object.type === 'identity') continue
      const day = dayOf(object)
      const ids = days.get(day) ?? new Set<string>()
      days.set(day, ids)
      ids.add(object.id)
    }
    const members = (ids: ReadonlySet<string>) => [...ids].flatMap((id) => this.#byId.get(id) ?? [])
    return [
      ...begun.map(({ key, root, ids }) => ({ key, root, members: members(ids) })),
      ...[...days].map(([key, ids]) => ({ key, members: members(ids) })),
    ]
  }

  /** What the objects name, and what that names, as far as it is here and in no other event. */
  #reached(from: readonly string[]): Set<string> {
    const reached = new Set<string>()
    const open = [...from]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const source = this.#byId.get(id)
      if (source === undefined || reached.has(id) || this.#taken.has(id)) continue
      if (reached.size > 0 && isRoot(source.object) && own(source.object.value, 'x_misp_part') !== true) continue
      reached.add(id)
      if (!isShared(source.object)) this.#taken.add(id)
      open.push(...idsIn(source.object.value))
    }
    return reached
  }
}

function isRoot({ type, value }: StixObject): boolean {
  return (type === 'report' || type === 'grouping') && own(value, 'x_misp_part') !== true
}

function isEventOfMisp(object: StixObject): boolean {
  return isRoot(object) && textIn(object.value, 'x_misp_date') !== undefined
}

/** Becomes a cluster, an organisation or a tag: it has no UUID in an event that could be there once only. */
function isShared({ type }: StixObject): boolean {
  return SHARED.has(type) || type.startsWith('x-misp-galaxy')
}

function isCommonPart(id: string): boolean {
  return id.startsWith('identity--') || id.startsWith('marking-definition--')
}

const SHARED = new Set([
  ...['marking-definition', 'identity', 'threat-actor', 'intrusion-set', 'malware', 'tool', 'campaign'],
  ...['attack-pattern', 'course-of-action', 'location'],
])

const TIES = new Set(['relationship', 'sighting', 'opinion', 'note'])

function isNoTie({ object }: StixSource): boolean {
  return !TIES.has(object.type)
}

/** What an object is about, by which it belongs into an event. */
function aboutOf({ type, value }: StixObject): readonly string[] {
  const [source, target, seen] = ['source_ref', 'target_ref', 'sighting_of_ref'].map((name) => textIn(value, name))
  if (type === 'relationship') return [source ?? '', target ?? '']
  return type === 'sighting' ? [seen ?? ''] : TIES.has(type) ? textsIn(value, 'object_refs') : []
}

function idsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return isId(value) ? [value] : []
  if (Array.isArray(value)) return value.flatMap(idsIn)
  return isRecord(value) ? Object.values(value).flatMap(idsIn) : []
}

const UNDATED = '1970-01-01'

function dayOf({ value }: StixObject): string {
  const created = own(value, 'created')
  return isTimestamp(created) ? created.slice(0, 10) : UNDATED
}

function freshOf(members: readonly StixSource[], seed: string, key: string) {
  const times = members.map(({ object }) => own(object.value, 'modified')).filter(isTimestamp)
  const last = times.sort(compareTimestamps).at(-1) ?? `${UNDATED}T00:00:00.000Z`
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(key)
  return {
    uuid: derivedUuid('event to push', seed, key),
    info: isDay && key !== UNDATED ? `Threat data of ${key}` : 'Threat data',
    date: isDay && key !== UNDATED ? key : last.slice(0, 10),
    timestamp: Number(secondsOf(last) ?? 0),
    distribution: '0',
  }
}

/** MISP’s distributions that are used here, from the closest to the widest. */
const RANK = ['0', '1', '2', '3']

function distributionOf(
  members: readonly StixSource[],
  definitions: MarkingDefinitions,
  { isOfMisp, saidAs }: { isOfMisp: boolean; saidAs: (id: string) => Tlp | null },
): string {
  const named = new Set(members.flatMap(({ object }) => object.references.map(({ id }) => String(id))))
  let closest: Tlp = 'TLP:CLEAR'
  for (const { object } of members) {
    if (isCommonPart(object.id)) continue
    // An observable is marked by what names it.
    const isByName = kindOfType(object.type) === 'sco' && named.has(object.id)
    if (isByName && tlpOf(object, definitions).kind === 'none') continue
    closest = strictest(closest, tlpAs(object, definitions, { isOfMisp, saidAs })) ?? 'TLP:RED'
  }
  return distributionFor(closest)
}

function tlpAs(
  object: StixObject,
  definitions: MarkingDefinitions,
  { isOfMisp, saidAs }: { isOfMisp: boolean; saidAs: (id: string) => Tlp | null },
): Tlp {
  const itsOwn = tlpOf(object, definitions)
  if (itsOwn.kind === 'tlp') return itsOwn.tlp
  // What MISP gave to all bears no colour; its own distribution is looked at beside.
  return itsOwn.kind === 'none' ? (saidAs(object.id) ?? (isOfMisp ? 'TLP:CLEAR' : 'TLP:RED')) : 'TLP:RED'
}

/** What binds whoever tells of an object: its own marking and that of the record in which it went. */
function boundBy(object: StixObject, definitions: MarkingDefinitions, how: Parameters<typeof tlpAs>[2]): Tlp {
  const record = how.saidAs(object.id)
  return strictest(tlpAs(object, definitions, how), ...(record === null ? [] : [record])) ?? 'TLP:RED'
}

/** An event of MISP keeps a distribution that is closer; a sharing group of another MISP is none of the one it goes to. */
function noWider(event: Json, distribution: string, isOfMisp: boolean): Json {
  const said = isOfMisp ? String(event['distribution'] ?? '0') : distribution
  const rank = Math.min(RANK.indexOf(distribution), Math.max(0, RANK.indexOf(said)))
  const part = (one: Json): Json => {
    const { SharingGroup: _, sharing_group_id: __, ...rest } = one
    const of = String(one['distribution'] ?? '5')
    const narrower = RANK.indexOf(of)
    return { ...rest, distribution: of === '5' || narrower >= rank ? '5' : narrower < 0 ? '0' : of }
  }
  const parts = (list: unknown) => (Array.isArray(list) ? list.filter(isRecord).map(part) : [])
  const { SharingGroup: _, sharing_group_id: __, ...rest } = event
  return {
    ...rest,
    ...{ distribution: RANK[rank] ?? '0', published: false, Attribute: parts(event['Attribute']) },
    Object: parts(event['Object']).map((object) => ({ ...object, Attribute: parts(object['Attribute']) })),
    ...(event['EventReport'] === undefined ? {} : { EventReport: parts(event['EventReport']) }),
  }
}
