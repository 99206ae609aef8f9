/**
 * STIX 2.1 objects as events of MISP. What was made of events becomes them again: the same UUIDs, values, `to_ids`,
 * categories, comments, tags, times, distribution and objects. What came from elsewhere is mapped as well as MISP can say
 * it; an object that it has no place for travels as an attribute with the object's text, and is named. Nothing becomes more
 * open: a marking that the tags and the distribution do not say becomes a tag.
 */

import { publishedPap, publishedTlp } from '../markings.ts'
import { isRecord, own } from '../properties.ts'
import type { StixObject } from '../stix-object.ts'
import { attributeFromStix } from './attribute-from-stix.ts'
import {
  type Json,
  membersIn,
  membersOf,
  StixAtHand,
  type StixNotice,
  type StixSource,
  secondsOf,
  tagsIn,
  textIn,
  textsIn,
  uuidIn,
} from './back.ts'
import {
  EVENT_LABELS,
  eventToStix,
  KNOWN_OF_EVENT,
  KNOWN_OF_OBJECT,
  KNOWN_OF_REFERENCE,
  KNOWN_OF_REPORT,
  KNOWN_OF_SIGHTING,
} from './event-to-stix.ts'
import { ForeignToMisp, type NewEvent } from './foreign-to-misp.ts'
import { galaxiesFromStix } from './galaxy-from-stix.ts'
import { readMispEvent } from './read-events.ts'
import { restOf } from './schema.ts'
import { isStricter, joinMispMarkings, type MispMarking, markingOfTags, tagsOfMarking, UNMARKED } from './tags.ts'

export interface MispOfStix {
  /** Each as the member `Event` of a file. */
  readonly events: readonly Json[]
  readonly figures: {
    /** Objects that were given, each once. */
    readonly objects: number
    /** Objects that MISP says in its own words. */
    readonly mapped: number
    /** Objects that travel as text; each is named. */
    readonly carried: number
  }
  /** Objects that were carried, and what of others has no place, each with the reason. */
  readonly notices: readonly StixNotice[]
  /** By the UUID of an attribute, the object it stands for. */
  readonly standing: ReadonlyMap<string, string>
}

/** `fresh` says what MISP asks of the event that holds what belongs to none; it has no clock and no chance of its own. */
export function stixToMisp(sources: readonly StixSource[], fresh: NewEvent): MispOfStix {
  const atHand = new StixAtHand(sources)
  const events: Json[] = []
  for (const { object } of atHand.all) {
    if (!isEvent(object)) continue
    const event = atHand.attempt(() => asClosed(atHand, object, new EventFromStix(atHand, object).read()))
    if (event !== undefined) events.push(event)
    else atHand.tell(object, 'It has properties of an event of MISP, but MISP would not take that event.')
  }
  const { event, carried } = new ForeignToMisp(atHand, fresh).read()
  if (event !== undefined) events.push(event)
  const { all: objects } = atHand
  const figures = { objects: objects.length, mapped: objects.length - carried, carried }
  return { events, figures, notices: atHand.notices, standing: atHand.standing }
}

/**
 * The event, its tags as strict as all that it was read from: what became of it is mapped again, and where an object was
 * marked more strictly than that, as one may have been since, the event is. Undefined for an
 * event that MISP would not take.
 */
function asClosed(atHand: StixAtHand, root: StixObject, event: Json): Json | undefined {
  const read = readMispEvent(event)
  if (!read.ok) return undefined
  const again = new Map(eventToStix(read.value).objects.map((object) => [object['id'], object]))
  let closest: MispMarking = UNMARKED
  const creator = atHand.get(own(root.value, 'created_by_ref'))
  for (const object of [root, ...partsOf(atHand, root), ...(creator === undefined ? [] : [creator])]) {
    const refs = textsIn(again.get(object.id) ?? {}, 'object_marking_refs')
    const said = joinMispMarkings(
      ...refs.map((ref) => ({ tlp: publishedTlp(ref) ?? null, pap: publishedPap(ref) ?? null })),
    )
    const marking = atHand.markingOf(object)
    if (isStricter(marking, said)) closest = joinMispMarkings(closest, marking)
  }
  const more = tagsOfMarking(closest).map((name) => ({ name }))
  const tags = own(event, 'Tag')
  return more.length === 0 ? event : { ...event, Tag: [...(Array.isArray(tags) ? tags : []), ...more] }
}

function isEvent({ type, value }: StixObject): boolean {
  return (type === 'report' || type === 'grouping') && textIn(value, 'x_misp_date') !== undefined
}

/** What an event refers to, also by way of groupings that name it part by part. */
function partsOf(atHand: StixAtHand, event: StixObject): readonly StixObject[] {
  return textsIn(event.value, 'object_refs').flatMap((id) => {
    const part = atHand.get(id)
    if (part?.type !== 'grouping' || own(part.value, 'x_misp_part') !== true) return part ?? []
    atHand.use(part.id)
    return textsIn(part.value, 'object_refs').flatMap((ref) => atHand.get(ref) ?? [])
  })
}

class EventFromStix {
  readonly #atHand: StixAtHand
  readonly #event: StixObject
  /** What the event refers to, in its order. */
  readonly #parts: readonly StixObject[]
  readonly #marking: MispMarking
  readonly #tags: readonly Json[]

  constructor(atHand: StixAtHand, event: StixObject) {
    this.#atHand = atHand
    this.#event = event
    this.#parts = partsOf(atHand, event)
    const labels = textsIn(event.value, 'labels')
    const own = EVENT_LABELS.every((label, i) => labels[i] === label) ? labels.slice(EVENT_LABELS.length) : labels
    this.#tags = tagsIn(own, membersIn(event.value))
    this.#marking = joinMispMarkings(
      markingOfTags(
        own.map((name) => ({ name })),
        textIn(event.value, 'x_misp_distribution'),
      ),
      atHand.markingOf(event),
    )
  }

  read(): Json {
    const { value } = this.#event
    const atHand = this.#atHand
    atHand.use(this.#event.id)
    const more = restOf(membersIn(value), KNOWN_OF_EVENT)
    const distribution = textIn(value, 'x_misp_distribution')
    const objects = this.#parts.filter(({ type }) => type === 'x-misp-object')
    const inObjects = new Set(objects.flatMap((object) => textsIn(object.value, 'x_misp_attribute_refs')))
    const attributes = this.#parts.flatMap((part) => (inObjects.has(part.id) ? [] : (this.#attribute(part) ?? [])))
    const made = objects.map((object) => this.#object(object))
    const clusters = textsIn(value, 'x_misp_galaxy_refs').flatMap((id) => atHand.get(id) ?? [])
    const reports = this.#parts.flatMap((part) => this.#report(part) ?? [])
    for (const part of this.#parts) {
      const composed = own(part.value, 'x_misp_composed') === true
      if (composed || own(part.value, 'x_misp_empty') === true) atHand.use(part.id)
      // Their attributes say it too.
      if (composed) for (const id of textsIn(part.value, 'object_refs')) atHand.use(id)
    }
    const creator = this.#organisation(own(value, 'created_by_ref'))
    return {
      uuid: uuidIn(this.#event),
      info: textIn(value, 'name') ?? '',
      ...membersOf(value, {
        date: 'x_misp_date',
        threat_level_id: 'x_misp_threat_level_id',
        analysis: 'x_misp_analysis',
        distribution: 'x_misp_distribution',
        extends_uuid: 'x_misp_extends_uuid',
        publish_timestamp: 'x_misp_publish_timestamp',
      }),
      timestamp: secondsOf(own(value, 'modified')),
      published: this.#event.type === 'report',
      ...(creator === undefined ? {} : { Orgc: creator }),
      ...more,
      ...atHand.tagged(this.#event, this.#tags, distribution, UNMARKED),
      ...galaxiesFromStix(atHand, clusters),
      Attribute: attributes,
      Object: made,
      ...(reports.length === 0 ? {} : { EventReport: reports }),
    }
  }

  #attribute(object: StixObject): Json | undefined {
    if (own(object.value, 'x_misp_sighting') !== undefined) return undefined
    const read = attributeFromStix(this.#atHand, object, this.#marking)
    if (read === undefined) return undefined
    const clusters: StixObject[] = []
    const sightings: Json[] = []
    for (const part of this.#partsAbout(object.id)) {
      if (part.type === 'relationship' && own(part.value, 'x_misp_reference') !== true) {
        const target = this.#atHand.get(own(part.value, 'target_ref'))
        if (target === undefined) continue
        clusters.push(target)
        this.#atHand.use(part.id)
      } else if (own(part.value, 'x_misp_sighting') !== undefined) {
        sightings.push(this.#sighting(part))
      }
    }
    return {
      ...read.attribute,
      ...galaxiesFromStix(this.#atHand, clusters),
      ...(sightings.length === 0 ? {} : { Sighting: sightings }),
    }
  }

  #about: Map<string, StixObject[]> | undefined

  /** Relationships that begin at an object, and sightings of it. */
  #partsAbout(id: string): readonly StixObject[] {
    if (this.#about === undefined) {
      this.#about = new Map()
      for (const part of this.#parts) {
        const { value } = part
        const [noted] = textsIn(value, 'object_refs')
        const about =
          part.type === 'relationship'
            ? own(value, 'source_ref')
            : own(value, 'x_misp_sighting') === undefined
              ? undefined
              : (own(value, 'sighting_of_ref') ?? noted)
        if (typeof about !== 'string') continue
        this.#about.set(about, [...(this.#about.get(about) ?? []), part])
      }
    }
    return this.#about.get(id) ?? []
  }

  #sighting(object: StixObject): Json {
    const { value } = object
    this.#atHand.use(object.id)
    const who = this.#organisation(own(value, 'created_by_ref'))
    return {
      uuid: uuidIn(object),
      type: textIn(value, 'x_misp_sighting'),
      date_sighting: secondsOf(own(value, 'modified')),
      ...membersOf(value, { source: 'x_misp_source' }),
      ...restOf(membersIn(value), KNOWN_OF_SIGHTING),
      ...restOf({ Organisation: who ?? own(membersIn(value), 'Organisation') }, []),
    }
  }

  #object(object: StixObject): Json {
    const { value } = object
    this.#atHand.use(object.id)
    const leadingOut = own(membersIn(value), 'ObjectReference')
    const more = restOf(membersIn(value), KNOWN_OF_OBJECT)
    const parts = textsIn(value, 'x_misp_attribute_refs').flatMap((id) => this.#atHand.get(id) ?? [])
    const whole = own(value, 'x_misp_attributes')
    const references = [
      ...this.#partsAbout(object.id).flatMap((part) => this.#reference(object, part) ?? []),
      ...(Array.isArray(leadingOut) ? leadingOut.filter(isRecord) : []),
    ]
    return {
      uuid: uuidIn(object),
      name: textIn(value, 'x_misp_name') ?? '',
      ...membersOf(value, {
        'meta-category': 'x_misp_meta_category',
        description: 'x_misp_description',
        template_uuid: 'x_misp_template_uuid',
        template_version: 'x_misp_template_version',
        distribution: 'x_misp_distribution',
        first_seen: 'x_misp_first_seen',
        last_seen: 'x_misp_last_seen',
      }),
      timestamp: secondsOf(own(value, 'modified')),
      comment: textIn(value, 'x_misp_comment') ?? '',
      deleted: object.revoked,
      ...more,
      ...(references.length === 0 ? {} : { ObjectReference: references }),
      // As misp-stix writes what it cannot map, the attributes with their values.
      Attribute: [
        ...parts.flatMap((part) => this.#attribute(part) ?? []),
        ...(Array.isArray(whole) ? whole.filter(isRecord) : []),
      ],
    }
  }

  #reference(from: StixObject, object: StixObject): Json | undefined {
    const { value } = object
    const target = this.#atHand.get(own(value, 'target_ref'))
    if (object.type !== 'relationship' || own(value, 'x_misp_reference') !== true || target === undefined)
      return undefined
    this.#atHand.use(object.id)
    return {
      uuid: uuidIn(object),
      object_uuid: uuidIn(from),
      referenced_uuid: uuidIn(target),
      relationship_type: textIn(value, 'x_misp_relationship_type') ?? textIn(value, 'relationship_type'),
      timestamp: secondsOf(own(value, 'modified')),
      comment: textIn(value, 'description') ?? '',
      deleted: object.revoked,
      ...restOf(membersIn(value), KNOWN_OF_REFERENCE),
    }
  }

  #report(object: StixObject): Json | undefined {
    const { value } = object
    if (object.type !== 'note' || own(value, 'x_misp_report') !== true) return undefined
    this.#atHand.use(object.id)
    return {
      uuid: uuidIn(object),
      name: textIn(value, 'abstract') ?? '',
      content: textIn(value, 'content') ?? '',
      timestamp: secondsOf(own(value, 'modified')),
      ...membersOf(value, { distribution: 'x_misp_distribution' }),
      deleted: object.revoked,
      ...restOf(membersIn(value), KNOWN_OF_REPORT),
    }
  }

  #organisation(ref: unknown): Json | undefined {
    const identity = this.#atHand.get(ref)
    if (identity?.type !== 'identity') return undefined
    this.#atHand.use(identity.id)
    return { ...membersIn(identity.value), uuid: uuidIn(identity), name: textIn(identity.value, 'name') ?? '' }
  }
}
