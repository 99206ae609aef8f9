/**
 * A MISP event as STIX 2.1 objects: a report where it is published, else a grouping, with all that is in it. The same event
 * gives the same objects in the same order. Every object keeps the standard by our own validator; what would not is
 * carried in an object `x-misp-attribute`, and named.
 */

import type { Properties } from '../properties.ts'
import { TLP_NAMES, type Tlp } from '../tlp.ts'
import { attributeToStix } from './attribute-to-stix.ts'
import { composeObject } from './composed.ts'
import { ClusterMaking } from './galaxy-to-stix.ts'
import { EventMaking, type MispNotice, ownUuid, present, stamp } from './making.ts'
import {
  type MispAttribute,
  type MispEvent,
  type MispObject,
  type MispReport,
  type MispSighting,
  restOf,
} from './schema.ts'
import { joinMispMarkings, type MispMarking, markingOfTags, tlpDefinition } from './tags.ts'

export interface MispFigures {
  /** Of the event and of its objects. */
  readonly attributes: number
  /** Attributes that STIX says in its own words. */
  readonly mapped: number
  /** Attributes that travel in an object `x-misp-attribute`; each is named. */
  readonly carried: number
  /** Of the mapped, those that a note says in words, and nothing that a machine understands. */
  readonly noted: number
  readonly objects: number
  readonly references: number
  readonly clusters: number
  readonly sightings: number
  readonly reports: number
  readonly tags: number
}

export interface StixOfEvent {
  readonly objects: readonly Properties[]
  readonly figures: MispFigures
  /** Attributes that were carried, each with the reason. */
  readonly carried: readonly MispNotice[]
  /** What the objects do not hold: of other events, of one MISP alone, proposals, contents too large. */
  readonly leftOut: readonly MispNotice[]
}

/** Members of an event that have a place in STIX, or that belong to one MISP alone. */
export const KNOWN_OF_EVENT = [
  ...['id', 'org_id', 'orgc_id', 'sharing_group_id', 'attribute_count', 'user_id', 'locked', 'uuid', 'info', 'date'],
  ...['timestamp', 'publish_timestamp', 'published', 'threat_level_id', 'analysis', 'distribution', 'extends_uuid'],
  ...['Orgc', 'Tag', 'Galaxy', 'Attribute', 'Object', 'EventReport', 'RelatedEvent', 'ShadowAttribute'],
  ...['event_creator_email', 'proposal_email_lock', 'disable_correlation'],
]

const LEFT_OUT: { readonly [member: string]: string } = {
  RelatedEvent: 'It tells of other events, which may not go as far.',
  ShadowAttribute: 'A proposal that nobody accepted.',
  event_creator_email: 'It names a person of the organisation, and MISP itself passes it on to nobody.',
}

export function eventToStix(event: MispEvent): StixOfEvent {
  return new EventToStix(event).make()
}

/** An object that an attribute of a MISP was made of, and the marking under which it went there. */
export interface StandsFor {
  readonly id: string
  readonly tlp: Tlp
}

/**
 * The sightings in an event, and the organisations they name. `standing` tells by the UUID of an attribute the object of
 * ours that it stands for: the sighting is then of that, and as closely held as it and the tags there. How far MISP itself
 * passes the event on is no marking of an object that was marked before it came there.
 */
export function sightingsOfEvent(event: MispEvent, standing: ReadonlyMap<string, StandsFor>): readonly Properties[] {
  const { objects } = new EventToStix(event, standing).make()
  const sightings = objects.filter((object) => object['x_misp_sighting'] !== undefined)
  const named = new Set(sightings.map((object) => object['created_by_ref']))
  return [...objects.filter((object) => named.has(object['id'])), ...sightings]
}

class EventToStix {
  readonly event: MispEvent
  readonly #making: EventMaking
  readonly #clusters: ClusterMaking
  /** What stands for an attribute or an object, by its UUID in MISP. */
  readonly #byUuid = new Map<string, { readonly id: string; readonly marking: MispMarking }>()
  /** Of all attributes and objects of the event. */
  readonly #uuids: ReadonlySet<string>
  /** Clusters at the event itself. */
  #ofEvent: readonly string[] = []
  #attributes = 0
  #mapped = 0
  #noted = 0
  #references = 0
  #sightings = 0

  readonly #standing: ReadonlyMap<string, StandsFor>

  constructor(event: MispEvent, standing: ReadonlyMap<string, StandsFor> = new Map()) {
    this.event = event
    this.#standing = standing
    const { Attribute: attributes = [], Object: objects = [] } = event
    this.#uuids = new Set([
      ...attributes.map(({ uuid }) => uuid),
      ...objects.flatMap((object) => [object.uuid, ...(object.Attribute ?? []).map(({ uuid }) => uuid)]),
    ])
    this.#making = new EventMaking(event)
    this.#clusters = new ClusterMaking(this.#making)
  }

  make(): StixOfEvent {
    const { event } = this
    const making = this.#making
    for (const [member, why] of Object.entries(LEFT_OUT)) {
      const said = event[member]
      if (said === undefined || said === null || said === '' || (Array.isArray(said) && said.length === 0)) continue
      making.leaveOut(member, member, why)
    }
    const { Attribute: attributes = [], Object: objects = [], EventReport: reports = [] } = event
    attributes.forEach((attribute, i) => this.#attribute(attribute, `Attribute[${i}]`, making.reportId))
    objects.forEach((object, i) => this.#object(object, `Object[${i}]`))
    objects.forEach((object, i) => this.#referencesOf(object, `Object[${i}]`))
    this.#ofEvent = this.#clusters.add(event.Galaxy, making.marking, '')
    reports.forEach((report, i) => this.#report(report, `EventReport[${i}]`))
    this.#event()
    return {
      objects: this.#inOrder(),
      figures: {
        attributes: this.#attributes,
        mapped: this.#mapped,
        carried: making.carried.length,
        noted: this.#noted,
        objects: objects.length,
        references: this.#references,
        clusters: this.#clusters.count,
        sightings: this.#sightings,
        reports: reports.length,
        tags: making.tags,
      },
      carried: making.carried,
      leftOut: making.leftOut,
    }
  }

  #attribute(attribute: MispAttribute, path: string, about: string) {
    const making = this.#making
    this.#attributes++
    const made = attributeToStix(making, attribute, path, about)
    const { id, mapped, marking } = made
    if (id === undefined) return undefined
    if (mapped) this.#mapped++
    if (mapped && id.startsWith('note--')) this.#noted++
    this.#byUuid.set(attribute.uuid, { id, marking })
    for (const cluster of this.#clusters.add(attribute.Galaxy, marking, `${path}.`)) {
      const type = id.startsWith('indicator--') && INDICATED.test(cluster) ? 'indicates' : 'related-to'
      const relation = making.ids.derive('relationship', id, type, cluster)
      const head = making.head(relation, attribute.timestamp, marking)
      making.add({ ...head, relationship_type: type, source_ref: id, target_ref: cluster }, path)
    }
    const ours = this.#standing.get(attribute.uuid)
    const seen = ours === undefined ? { id, marking } : { id: ours.id, marking: this.#boundAs(ours, attribute) }
    attribute.Sighting?.forEach((sighting, i) =>
      this.#sighting(sighting, seen.id, seen.marking, `${path}.Sighting[${i}]`),
    )
    return { ...made, id, attribute }
  }

  #object(object: MispObject, path: string): void {
    const making = this.#making
    const { uuid, name, comment, timestamp, deleted, Attribute: attributes = [] } = object
    const id = making.ids.take('x-misp-object', uuid)
    const parts = attributes.flatMap((attribute, i) => this.#attribute(attribute, `${path}.Attribute[${i}]`, id) ?? [])
    const whole = new Set(composeObject(making, object, parts, path))
    const said = new Set(parts.filter((part) => whole.has(part)).map(({ notice }) => notice))
    const carried = making.carried.filter((notice) => !said.has(notice))
    this.#mapped += making.carried.length - carried.length
    making.carried = carried
    // It is as closely held as the closest of its parts.
    const own = markingOfTags([], object.distribution)
    const marking = making.markingOf(own, ...parts.map((part) => part.marking))
    const category = object['meta-category']
    const labels = [`misp:name="${name}"`, ...(category === undefined ? [] : [`misp:meta-category="${category}"`])]
    const made = {
      ...making.head(id, timestamp, marking, labels),
      ...(deleted === true ? { revoked: true } : {}),
      ...ownUuid(id, uuid),
      x_misp_name: name,
      ...present({
        x_misp_meta_category: category,
        x_misp_description: object.description,
        x_misp_template_uuid: object.template_uuid,
        x_misp_template_version: object.template_version,
        x_misp_comment: comment,
        x_misp_distribution: object.distribution,
        x_misp_first_seen: object.first_seen,
        x_misp_last_seen: object.last_seen,
      }),
      ...(parts.length === 0 ? {} : { x_misp_attribute_refs: parts.map((part) => part.id) }),
      ...making.members({ ...restOf(object, KNOWN_OF_OBJECT), ...this.#leadingOut(object) }, path),
    }
    if (making.add(made, path)) this.#byUuid.set(uuid, { id, marking })
  }

  #boundAs({ tlp }: StandsFor, attribute: MispAttribute): MispMarking {
    const tags = [...(this.event.Tag ?? []), ...(attribute.Tag ?? [])]
    return joinMispMarkings({ tlp, pap: null }, markingOfTags(tags))
  }

  /** References to what is not in the event: they stay with their object. */
  #leadingOut({ ObjectReference: references = [] }: MispObject): Properties {
    const out = references.filter(({ referenced_uuid: uuid }) => !this.#uuids.has(uuid))
    return out.length === 0
      ? {}
      : {
          ObjectReference: out.map(({ timestamp, ...reference }) => ({
            ...restOf(reference, LOCAL_OF_REFERENCE),
            ...(timestamp === undefined ? {} : { timestamp: String(timestamp) }),
          })),
        }
  }

  #referencesOf(object: MispObject, path: string): void {
    const making = this.#making
    const source = this.#byUuid.get(object.uuid)
    object.ObjectReference?.forEach((reference, i) => {
      const at = `${path}.ObjectReference[${i}]`
      if (!this.#uuids.has(reference.referenced_uuid)) return
      const target = this.#byUuid.get(reference.referenced_uuid)
      if (source === undefined || target === undefined) {
        return making.leaveOut(at, 'ObjectReference', 'It leads from or to what was left out.')
      }
      const { uuid, relationship_type: said = 'related-to', timestamp, comment, deleted } = reference
      const id = making.ids.take('relationship', uuid, object.uuid, reference.referenced_uuid, said, String(i))
      // Of lower-case letters, digits and hyphens (section 5.1).
      const type = said
        .toLowerCase()
        .replaceAll(/[^a-z0-9-]+/g, '-')
        .slice(0, 250)
      const made = {
        ...making.head(id, timestamp, joinMispMarkings(source.marking, target.marking)),
        ...(deleted === true ? { revoked: true } : {}),
        relationship_type: type === '' ? 'related-to' : type,
        ...present({ description: comment }),
        source_ref: source.id,
        target_ref: target.id,
        ...ownUuid(id, uuid),
        ...(type === said ? {} : { x_misp_relationship_type: said }),
        x_misp_reference: true,
        ...making.members(restOf(reference, KNOWN_OF_REFERENCE), at),
      }
      if (making.add(made, at)) this.#references++
    })
  }

  /** MISP's kinds: 0 seen, 1 a false positive, 2 it expires then, 3 seen and confirmed. */
  #sighting(sighting: MispSighting, of: string, marking: MispMarking, path: string): void {
    const making = this.#making
    const { type = '0', date_sighting: date, source, Organisation: organisation, uuid } = sighting
    const seed = [of, type, String(date ?? ''), source ?? '', path]
    const stixType = type === '1' ? 'opinion' : type === '2' ? 'note' : 'sighting'
    const id = making.ids.take(stixType, uuid, ...seed)
    const at = stamp(making.seconds(date))
    const who = making.organisation(organisation)
    const said = {
      opinion: { opinion: 'strongly-disagree', explanation: 'A false positive.', object_refs: [of] },
      note: { content: `This expires at ${at}.`, object_refs: [of] },
      sighting: {
        first_seen: at,
        last_seen: at,
        count: 1,
        sighting_of_ref: of,
        ...(who === undefined ? {} : { where_sighted_refs: [who] }),
      },
    }
    // Whoever saw it made the sighting; one without a name stays without.
    const { created_by_ref: _, ...head } = making.head(id, date, marking)
    const made = {
      ...head,
      ...(who === undefined ? {} : { created_by_ref: who }),
      ...said[stixType],
      ...present({ x_misp_source: source }),
      x_misp_sighting: type,
      ...ownUuid(id, uuid),
      ...making.members(
        {
          ...restOf(sighting, KNOWN_OF_SIGHTING),
          ...(who === undefined ? restOf({ Organisation: organisation }, []) : {}),
        },
        path,
      ),
    }
    if (making.add(made, path)) this.#sightings++
  }

  #report(report: MispReport, path: string): void {
    const { uuid, name, content, timestamp, deleted, distribution } = report
    const making = this.#making
    const id = making.ids.take('note', uuid)
    const note = {
      ...making.head(id, timestamp, making.markingOf(markingOfTags([], distribution))),
      ...(deleted === true ? { revoked: true } : {}),
      ...present({ abstract: name }),
      content,
      object_refs: [making.reportId],
      ...ownUuid(id, uuid),
      x_misp_report: true,
      ...present({ x_misp_distribution: distribution }),
      ...making.members(restOf(report, KNOWN_OF_REPORT), path),
    }
    making.add(note, path)
  }

  #event(): void {
    const { event } = this
    const making = this.#making
    const { labels, rest } = making.tagsOf(event.Tag, '')
    const id = making.reportId
    if (making.listed.length === 0) {
      const note = making.ids.derive('note', event.uuid, 'empty')
      const content = 'The event has no content.'
      making.add(
        { ...making.head(note, undefined, making.marking), content, object_refs: [id], x_misp_empty: true },
        '',
      )
    }
    const { publish_timestamp: published } = event
    const made = {
      // By the second label public converters know that labels misp:… are to be read.
      ...making.head(id, event.timestamp, making.marking, [...EVENT_LABELS, ...labels]),
      name: event.info,
      ...(event.published === true
        ? { published: stamp(making.seconds(published)) }
        : { context: 'suspicious-activity' }),
      object_refs: this.#inParts(),
      ...ownUuid(id, event.uuid),
      x_misp_date: event.date,
      ...present({
        x_misp_threat_level_id: event.threat_level_id,
        x_misp_analysis: event.analysis,
        x_misp_distribution: event.distribution,
        x_misp_extends_uuid: event.extends_uuid,
        x_misp_publish_timestamp: published === undefined ? undefined : String(published),
      }),
      ...(this.#ofEvent.length === 0 ? {} : { x_misp_galaxy_refs: [...this.#ofEvent] }),
      ...making.members({ ...restOf(event, KNOWN_OF_EVENT), ...rest }, ''),
    }
    making.add(made, '', false)
  }

  /** What the event refers to; of more than one object can name, groupings that name them part by part. */
  #inParts(): readonly string[] {
    const making = this.#making
    const { listed } = making
    if (listed.length <= REFS_OF_ONE) return [...listed]
    const parts: string[] = []
    for (let from = 0; from < listed.length; from += REFS_OF_ONE) {
      const id = making.ids.derive('grouping', this.event.uuid, 'part', String(from))
      const refs = listed.slice(from, from + REFS_OF_ONE)
      const head = making.head(id, this.event.timestamp, making.marking)
      making.add({ ...head, context: 'suspicious-activity', object_refs: refs, x_misp_part: true }, '', false)
      parts.push(id)
    }
    return parts
  }

  /** Markings, organisations and the event first, then the rest as the event has it. */
  #inOrder(): readonly Properties[] {
    const { objects, reportId } = this.#making
    const used = new Set(objects.flatMap((object) => (object['object_marking_refs'] ?? []) as readonly string[]))
    const definitions = TLPS.map(tlpDefinition).filter(({ id }) => used.has(String(id)))
    const first = (object: Properties) => object['id'] === reportId || object['identity_class'] === 'organization'
    return [...definitions, ...objects.filter((object) => first(object)), ...objects.filter((object) => !first(object))]
  }
}

export const KNOWN_OF_OBJECT = [
  ...['id', 'event_id', 'sharing_group_id', 'uuid', 'name', 'meta-category', 'description', 'template_uuid'],
  ...['template_version', 'timestamp', 'distribution', 'comment', 'deleted', 'first_seen', 'last_seen'],
  ...['ObjectReference', 'Attribute'],
]

/** Numbers of one MISP, and what is said by where a reference stands. */
const LOCAL_OF_REFERENCE = [
  'id',
  'object_id',
  'event_id',
  'source_uuid',
  'object_uuid',
  'referenced_id',
  'referenced_type',
]

export const KNOWN_OF_REFERENCE = [
  ...LOCAL_OF_REFERENCE,
  ...['uuid', 'timestamp', 'referenced_uuid', 'relationship_type', 'comment', 'deleted', 'Object', 'Attribute'],
]

export const KNOWN_OF_REPORT = [
  ...['id', 'event_id', 'sharing_group_id', 'uuid', 'name', 'content', 'timestamp', 'deleted', 'distribution'],
]

export const KNOWN_OF_SIGHTING = [
  ...['id', 'attribute_id', 'attribute_uuid', 'event_id', 'org_id', 'uuid', 'type', 'date_sighting', 'source'],
  'Organisation',
]

/** Ids that one object names: with these it stays well below what one object may be. */
const REFS_OF_ONE = 8_000

export const EVENT_LABELS = ['Threat-Report', 'misp:tool="MISP-STIX-Converter"']

const TLPS = TLP_NAMES

/** What the standard lists as indicated by an indicator (section 4.7.2). */
const INDICATED = /^(?:attack-pattern|campaign|intrusion-set|malware|threat-actor|tool)--/
