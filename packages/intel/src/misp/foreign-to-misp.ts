/** STIX objects that were not made of an event of MISP, in one event of their own. */

import { observables } from '../pattern/observables.ts'
import { parsePattern } from '../pattern/parse.ts'
import { isRecord, own } from '../properties.ts'
import { kindOfType } from '../stix/object-kinds.ts'
import type { StixObject } from '../stix-object.ts'
import { ATTRIBUTE_TYPES } from './attribute-types.ts'
import { type Json, type StixAtHand, type StixSource, secondsOf, textIn, textsIn } from './back.ts'
import { observableValues, patternValues, type Said } from './foreign-values.ts'
import { clusterFromStix, galaxiesFromStix } from './galaxy-from-stix.ts'
import { mispSightingOf } from './sightings.ts'
import { derivedUuid } from './stix-ids.ts'
import { isStricter, joinMispMarkings, markingOfTags, tagsOfMarking, UNMARKED } from './tags.ts'

/** What an event must have and STIX does not say. */
export interface NewEvent {
  readonly uuid: string
  readonly info: string
  /** YYYY-MM-DD. */
  readonly date: string
  /** Seconds since 1970. */
  readonly timestamp: number
  /** As MISP counts: 0 for our organisation only. */
  readonly distribution: string
}

/** UTF-16 units of an object that travels as the value of an attribute: what MISP takes as a value. */
const CARRIED_CHARS = 65_535

export class ForeignToMisp {
  readonly #atHand: StixAtHand
  readonly #fresh: NewEvent
  readonly #attributes: Json[] = []
  readonly #objects: Json[] = []
  readonly #reports: Json[] = []
  readonly #clusters: StixObject[] = []
  /** The attributes made of an object, by its id. */
  readonly #made = new Map<string, Json[]>()
  /** What became a report, a cluster or a sighting, none of which has tags. */
  readonly #untagged: StixObject[] = []
  #carried = 0

  constructor(atHand: StixAtHand, fresh: NewEvent) {
    this.#atHand = atHand
    this.#fresh = fresh
  }

  /** No event where nothing is left to put into one. */
  read(): { readonly event: Json | undefined; readonly carried: number } {
    const atHand = this.#atHand
    const left = atHand.all.filter(({ object }) => !atHand.isUsed(object.id))
    const roots = left.filter(({ object: { type } }) => type === 'report' || type === 'grouping')
    const root = roots.length === 1 ? roots[0]?.object : undefined
    if (root !== undefined) atHand.use(root.id)
    const creator = atHand.get(root === undefined ? undefined : own(root.value, 'created_by_ref'))
    if (creator !== undefined) atHand.use(creator.id)
    const seenIn = new Set(
      left.flatMap(({ object }) => (object.type === 'observed-data' ? textsIn(object.value, 'object_refs') : [])),
    )
    for (const { object } of left) this.#first(object, seenIn.has(object.id))
    for (const { object } of left) this.#second(object)
    for (const source of left) this.#rest(source)
    const empty = this.#attributes.length + this.#objects.length + this.#reports.length + this.#clusters.length === 0
    if (empty && root === undefined) return { event: undefined, carried: this.#carried }
    return { event: this.#event(root, creator), carried: this.#carried }
  }

  #event(root: StixObject | undefined, creator: StixObject | undefined): Json {
    const { uuid, info, date, timestamp, distribution } = this.#fresh
    const said = root?.value ?? {}
    const modified = own(said, 'modified')
    const published = secondsOf(own(said, 'published'))
    const description = textIn(said, 'description')
    const reports =
      root === undefined || description === undefined || description === ''
        ? this.#reports
        : [
            report(derivedUuid(root.id, 'description'), textIn(said, 'name') ?? info, description, secondsOf(modified)),
            ...this.#reports,
          ]
    const labels = textsIn(said, 'labels').map((name) => ({ name }))
    return {
      uuid: root?.id.slice(-36) ?? uuid,
      info: textIn(said, 'name') ?? info,
      date: typeof modified === 'string' ? modified.slice(0, 10) : date,
      threat_level_id: '4',
      analysis: '2',
      distribution,
      ...(published === undefined ? {} : { publish_timestamp: published }),
      timestamp: secondsOf(modified) ?? String(timestamp),
      published: false,
      ...(creator === undefined
        ? {}
        : { Orgc: { uuid: creator.id.slice(-36), name: textIn(creator.value, 'name') ?? '' } }),
      ...this.#tags(root, labels, distribution),
      ...galaxiesFromStix(this.#atHand, this.#clusters),
      Attribute: this.#attributes,
      Object: this.#objects,
      ...(reports.length === 0 ? {} : { EventReport: reports }),
    }
  }

  /** Those of the report, and what all that bears no tags of its own is marked with. */
  #tags(root: StixObject | undefined, labels: readonly Json[], distribution: string): Json {
    const atHand = this.#atHand
    const tagged = root === undefined ? labels : tagList(atHand.tagged(root, labels, distribution, UNMARKED))
    const said = markingOfTags(tagged as { name: string }[], distribution)
    const closest = joinMispMarkings(...this.#untagged.map((object) => atHand.markingOf(object)))
    const more = isStricter(closest, said) ? tagsOfMarking(closest).map((name) => ({ name })) : []
    const all = [...tagged, ...more]
    return all.length === 0 ? {} : { Tag: all }
  }

  /** What stands for itself. */
  #first(object: StixObject, isSeen: boolean): void {
    const { type, value } = object
    if (this.#atHand.isUsed(object.id)) return
    if (type === 'marking-definition') return this.#atHand.use(object.id)
    if (type === 'indicator') return this.#indicator(object)
    if (type === 'observed-data') return this.#observed(object)
    if (kindOfType(type) === 'sco') return isSeen ? undefined : this.#observable(object, object)
    if (type === 'note') {
      const [abstract, content] = [textIn(value, 'abstract'), textIn(value, 'content')]
      if (content === undefined) return
      this.#untagged.push(object)
      this.#reports.push(report(object.id.slice(-36), abstract ?? 'Note', content, secondsOf(own(value, 'modified'))))
      return this.#atHand.use(object.id)
    }
    const cve = type === 'vulnerability' ? textIn(value, 'name') : undefined
    if (cve !== undefined && /^CVE-[0-9]{4}-[0-9]{4,}$/.test(cve)) {
      return this.#take(object, [{ type: 'vulnerability', value: cve }], false)
    }
    if (clusterFromStix(object) === undefined) return
    this.#untagged.push(object)
    this.#clusters.push(object)
  }

  /** What is about something else: it needs the attributes. */
  #second(object: StixObject): void {
    const { type, value } = object
    if (this.#atHand.isUsed(object.id)) return
    if (type === 'relationship') {
      const target = this.#atHand.get(own(value, 'target_ref'))
      const attributes = this.#made.get(String(own(value, 'source_ref')))
      if (attributes === undefined || target === undefined || !this.#clusters.includes(target)) return
      this.#untagged.push(object)
      this.#attach(attributes, galaxiesFromStix(this.#atHand, [target]))
      return this.#atHand.use(object.id)
    }
    const said = mispSightingOf(object)
    if (said === undefined) return
    const attributes = this.#made.get(said.about)
    if (attributes === undefined) return
    const [where] = textsIn(value, 'where_sighted_refs')
    const who = this.#atHand.get(where)
    if (who?.type === 'identity') this.#atHand.use(who.id)
    const sighting = {
      uuid: object.id.slice(-36),
      type: said.type,
      date_sighting: said.date,
      ...(who?.type === 'identity'
        ? { Organisation: { uuid: who.id.slice(-36), name: textIn(who.value, 'name') ?? '' } }
        : {}),
    }
    this.#untagged.push(object)
    this.#attach(attributes, { Sighting: [sighting] })
    this.#atHand.use(object.id)
  }

  /** What found no place. */
  #rest({ object, source }: StixSource): void {
    const atHand = this.#atHand
    if (atHand.isUsed(object.id) || this.#clusters.includes(object)) return
    atHand.use(object.id)
    this.#carried++
    if (source.length > CARRIED_CHARS)
      return atHand.tell(object, 'MISP has no place for it, and it is too long for a value.')
    atHand.tell(object, 'MISP has no place for it; it travels as the text of an attribute.')
    this.#add(object, [{ type: 'other', value: source }], false, `STIX 2.1 ${object.type}, for which MISP has no place`)
  }

  #indicator(object: StixObject): void {
    const { value } = object
    const pattern = textIn(value, 'pattern')
    const language = textIn(value, 'pattern_type')
    if (pattern === undefined || language === undefined) return
    if (language !== 'stix') {
      const found = [...ATTRIBUTE_TYPES.values()].find(
        ({ mapping }) => mapping.to === 'rule' && mapping.patternType === language,
      )
      if (found !== undefined) this.#take(object, [{ type: found.type, value: pattern }], true)
      return
    }
    const parsed = parsePattern(pattern)
    const values = parsed.ok ? patternValues(parsed.value) : undefined
    if (values === undefined && parsed.ok && observables(parsed.value).length === 0) return
    this.#take(object, values ?? [{ type: 'stix2-pattern', value: pattern }], true)
  }

  #observed(object: StixObject): void {
    const refs = textsIn(object.value, 'object_refs')
    const parts = refs.flatMap((id) => this.#atHand.get(id) ?? [])
    if (parts.length === 0) return
    const named = new Set(parts.flatMap(({ references }) => references.map(({ id }) => String(id))))
    for (const part of parts) if (!named.has(part.id)) this.#observable(part, object)
    this.#atHand.use(object.id)
  }

  #observable(object: StixObject, by: StixObject): void {
    const atHand = this.#atHand
    if (atHand.isUsed(object.id)) return
    const read = observableValues(object.value, (id) => atHand.get(id)?.value)
    if (read === undefined) return
    for (const { id } of read.taken) atHand.use(String(id))
    if (!read.whole) atHand.tell(object, 'It says more than MISP has a place for here; that part stayed behind.')
    if (read.object === undefined) return this.#take(by, read.values, false, object)
    const { uuid, timestamp } = { uuid: object.id.slice(-36), timestamp: secondsOf(own(by.value, 'modified')) }
    const made = this.#attributesOf(by, read.values, false, object)
    this.#objects.push({ uuid, ...read.object, ...(timestamp === undefined ? {} : { timestamp }), Attribute: made })
    this.#remember(by, made)
  }

  #take(object: StixObject, values: readonly Said[], toIds: boolean, of: StixObject = object): void {
    this.#atHand.use(of.id)
    this.#add(object, values, toIds, undefined, of)
  }

  #add(object: StixObject, values: readonly Said[], toIds: boolean, comment?: string, of: StixObject = object): void {
    const made = this.#attributesOf(object, values, toIds, of, comment)
    this.#attributes.push(...made)
    this.#remember(object, made)
  }

  #remember(object: StixObject, made: readonly Json[]): void {
    this.#atHand.use(object.id)
    this.#made.set(object.id, [...(this.#made.get(object.id) ?? []), ...made])
  }

  #attributesOf(object: StixObject, values: readonly Said[], toIds: boolean, of: StixObject, comment?: string): Json[] {
    const { value } = object
    const labels = textsIn(value, 'labels').map((name) => ({ name }))
    const words = [textIn(value, 'name'), textIn(value, 'description')].filter(
      (text) => text !== undefined && text !== '',
    )
    const timestamp = secondsOf(own(value, 'modified')) ?? String(this.#fresh.timestamp)
    const marked = this.#atHand.tagged(of, [], undefined, UNMARKED)
    const tags = this.#atHand.tagged(object, [...labels, ...tagList(marked)], undefined, UNMARKED)
    // One attribute has the UUID of its object, of several each has one that follows from it.
    const uuidAt = (i: number) =>
      values.length === 1 && of === object ? object.id.slice(-36) : derivedUuid(of.id, object.id, String(i))
    for (const i of values.keys()) this.#atHand.standing.set(uuidAt(i), object.id)
    return values.map(({ type, value: said, relation }, i) => ({
      uuid: uuidAt(i),
      type,
      category: ATTRIBUTE_TYPES.get(type)?.category ?? 'Other',
      to_ids: toIds,
      value: said,
      timestamp,
      distribution: '5',
      comment: comment ?? words.join(': '),
      deleted: object.revoked,
      ...(relation === undefined ? {} : { object_relation: relation }),
      ...tags,
    }))
  }

  /** Adds to each of the attributes, in place: what was made is this event's alone. */
  #attach(attributes: readonly Json[], members: Json): void {
    for (const attribute of attributes as { [member: string]: unknown }[]) {
      for (const [member, said] of Object.entries(members)) {
        const before = attribute[member]
        attribute[member] = [...(Array.isArray(before) ? before : []), ...(Array.isArray(said) ? said : [])]
      }
    }
  }
}

function tagList(tagged: Json): readonly Json[] {
  const tags = tagged['Tag']
  return Array.isArray(tags) ? tags.filter(isRecord) : []
}

function report(uuid: string, name: string, content: string, timestamp: string | undefined): Json {
  return { uuid, name, content, ...(timestamp === undefined ? {} : { timestamp }), distribution: '5', deleted: false }
}
