/** One attribute of MISP as STIX: an indicator, observed data, a domain object, or an object that carries it. */

import { LIMITS } from '../limits.ts'
import { parsePattern } from '../pattern/parse.ts'
import { checkPattern } from '../pattern/rules.ts'
import type { Properties } from '../properties.ts'
import { isBase64 } from '../stix/property-types.ts'
import { ATTRIBUTE_TYPES, type AttributeMapping, mappingOf, type ObservableMapping } from './attribute-types.ts'
import { type EventMaking, type MispNotice, ownUuid, present, stamp } from './making.ts'
import { fillObjects, readObjects, withReferences } from './observable-template.ts'
import { fillPattern, type Parts, readPattern } from './pattern-template.ts'
import { type MispAttribute, restOf } from './schema.ts'
import { observableId } from './stix-ids.ts'
import { type MispMarking, markingOfTags, markingRefs } from './tags.ts'

export interface MadeAttribute {
  /** The domain object that stands for the attribute; undefined where it could not be made at all. */
  readonly id: string | undefined
  readonly mapped: boolean
  /** Where it was carried: so that it can be said to be in the object's own observable after all. */
  readonly notice?: MispNotice
  readonly marking: MispMarking
}

/** Members of an attribute that have a place in STIX, or that belong to one MISP alone. */
export const KNOWN_OF_ATTRIBUTE = [
  ...['id', 'event_id', 'event_uuid', 'object_id', 'sharing_group_id', 'uuid', 'type', 'category', 'to_ids', 'value'],
  ...[
    'value1',
    'value2',
    'timestamp',
    'distribution',
    'comment',
    'deleted',
    'object_relation',
    'first_seen',
    'last_seen',
  ],
  ...['data', 'Tag', 'Galaxy', 'Sighting', 'RelatedAttribute', 'ShadowAttribute'],
]

/** `about` is what a note of it is a note on. */
export function attributeToStix(
  making: EventMaking,
  attribute: MispAttribute,
  path: string,
  about: string,
): MadeAttribute {
  const one = new AttributeMaking(making, attribute, path, about)
  for (const what of ['RelatedAttribute', 'ShadowAttribute']) {
    const said = attribute[what]
    if (!Array.isArray(said) || said.length === 0) continue
    const why =
      what === 'RelatedAttribute'
        ? 'It tells of other events, which may not go as far.'
        : 'A proposal that nobody accepted.'
    making.leaveOut(`${path}.${what}`, what, why)
  }
  return one.make()
}

class AttributeMaking {
  readonly making: EventMaking
  readonly attribute: MispAttribute
  readonly path: string
  readonly about: string
  readonly marking: MispMarking
  readonly #common: Properties
  readonly #labels: readonly string[]
  readonly #artifact: Properties | undefined
  /** Ids taken for objects that may come to nothing. */
  readonly #tried: string[] = []

  constructor(making: EventMaking, attribute: MispAttribute, path: string, about: string) {
    this.making = making
    this.attribute = attribute
    this.path = path
    this.about = about
    const { type, category, to_ids: toIds = false, object_relation, first_seen, last_seen } = attribute
    this.marking = making.markingOf(markingOfTags(attribute.Tag, attribute.distribution))
    const { labels, rest } = making.tagsOf(attribute.Tag, `${path}.`)
    this.#labels = [
      `misp:type="${type}"`,
      `misp:category="${category ?? ATTRIBUTE_TYPES.get(type)?.category ?? 'Other'}"`,
      `misp:to_ids="${toIds ? 'True' : 'False'}"`,
      ...labels,
    ]
    const members = { ...restOf(attribute, KNOWN_OF_ATTRIBUTE), ...rest }
    if (members['disable_correlation'] === false) delete members['disable_correlation']
    this.#artifact = this.#makeArtifact()
    this.#common = {
      ...present({
        x_misp_object_relation: object_relation,
        x_misp_distribution: attribute.distribution,
        x_misp_first_seen: first_seen,
        x_misp_last_seen: last_seen,
        x_misp_data_ref: this.#artifact?.['id'],
      }),
      ...making.members(members, path),
    }
  }

  make(): MadeAttribute {
    const { making, attribute, marking, path } = this
    const mapping = mappingOf(attribute.type)
    const made = this.#mapped(mapping)
    if (typeof made !== 'string') {
      const [main, ...others] = made
      if (main !== undefined && making.add(main, path)) {
        for (const other of others) making.add(other, path)
        this.#addArtifact()
        return { id: String(main['id']), mapped: true, marking }
      }
    }
    const why = typeof made === 'string' ? made : 'It is too large.'
    for (const id of this.#tried) making.ids.release(id)
    const id = making.ids.take('x-misp-attribute', attribute.uuid, 'carried')
    const { type, category, comment, value } = attribute
    const carried = {
      ...this.#head(id),
      x_misp_type: type,
      ...present({
        x_misp_category: category ?? ATTRIBUTE_TYPES.get(type)?.category ?? 'Other',
        x_misp_comment: comment,
      }),
      x_misp_value: value,
      ...this.#common,
    }
    if (!making.add(carried, path)) return { id: undefined, mapped: false, marking }
    this.#addArtifact()
    const notice = { path, what: type, why }
    making.carried.push(notice)
    return { id, mapped: false, notice, marking }
  }

  /** The objects of a mapping, the one that stands for the attribute first; or why there are none. */
  #mapped(mapping: AttributeMapping): readonly Properties[] | string {
    switch (mapping.to) {
      case 'carried':
        return mapping.why
      case 'rule':
        return this.#rule(mapping.patternType)
      case 'object':
        return this.#object(mapping)
      case 'observable':
        return this.attribute.to_ids === true ? this.#indicator(mapping) : this.#observed(mapping)
    }
  }

  #rule(patternType: string): readonly Properties[] | string {
    const { value } = this.attribute
    if (value === '') return 'The rule is empty.'
    if (patternType === 'stix') {
      const parsed = parsePattern(value)
      if (!parsed.ok) return `The pattern cannot be read: ${parsed.message}`
      const fault = checkPattern(parsed.value).find(({ severity }) => severity === 'error')
      if (fault !== undefined) return fault.message
    }
    return this.#indicatorOf(value, patternType)
  }

  #object(mapping: Extract<AttributeMapping, { to: 'object' }>): readonly Properties[] | string {
    const { type, property, beside, within } = mapping
    const { attribute, about } = this
    const { value, comment } = attribute
    if (within !== undefined && (attribute.to_ids === true || !about.startsWith('x-misp-object--'))) return within
    if (value === '') return 'The value is empty.'
    const id = this.#id(type)
    const said = type === 'note' ? { x_misp_comment: comment } : { description: comment }
    const object: Properties = {
      ...this.#head(id),
      ...(type === 'note' ? { ...present({ abstract: attribute.object_relation }), object_refs: [about] } : {}),
      [property]: value,
      ...beside,
      ...present(said),
      ...(CVE.test(value) && type === 'vulnerability'
        ? { external_references: [{ source_name: 'cve', external_id: value }] }
        : {}),
      ...this.#common,
    }
    return this.making.fault(object) ?? [object]
  }

  #indicator(mapping: ObservableMapping): readonly Properties[] | string {
    const parts = partsOf(this.attribute.value, mapping.split)
    const pattern = parts === undefined ? undefined : fillPattern(mapping.pattern, parts)
    if (parts === undefined || pattern === undefined) return MALFORMED
    const parsed = parsePattern(pattern)
    const read = parsed.ok ? readPattern(mapping.pattern, parsed.value) : undefined
    return read === undefined ? MALFORMED : this.#indicatorOf(pattern, 'stix', this.#spelling(read))
  }

  #indicatorOf(pattern: string, patternType: string, spelling: Properties = {}): readonly Properties[] | string {
    const { attribute, making } = this
    const { first_seen: first, comment, timestamp } = attribute
    const indicator = {
      ...this.#head(this.#id('indicator')),
      ...present({ description: comment }),
      pattern,
      pattern_type: patternType,
      ...(patternType === 'stix' ? { pattern_version: '2.1' } : {}),
      valid_from: utc(first) ?? stamp(making.seconds(timestamp)),
      ...spelling,
      ...this.#common,
    }
    return making.fault(indicator) ?? [indicator]
  }

  #observed(mapping: ObservableMapping): readonly Properties[] | string {
    const { attribute, making } = this
    const { objects: templates } = mapping
    if (templates === undefined) return 'STIX can say it in a pattern only, and it is not for detection.'
    const parts = partsOf(attribute.value, mapping.split)
    const filled = parts === undefined ? undefined : fillObjects(templates, parts)
    if (filled === undefined) return MALFORMED
    const observables = this.#withIds(filled)
    for (const observable of observables) {
      const fault = making.fault(observable)
      if (fault !== undefined) return fault
    }
    const [main] = observables
    const byId = new Map(observables.map((observable) => [observable['id'], observable]))
    const read = main === undefined ? undefined : readObjects(templates, main, (id) => byId.get(id))
    if (read === undefined) return MALFORMED
    const at = stamp(making.seconds(attribute.timestamp))
    const first = utc(attribute.first_seen) ?? utc(attribute.last_seen) ?? at
    const last = utc(attribute.last_seen)
    const data = {
      ...this.#head(this.#id('observed-data')),
      first_observed: first,
      last_observed: last === undefined || last < first ? first : last,
      number_observed: 1,
      object_refs: [
        ...observables.map(({ id }) => id),
        ...(this.#artifact === undefined ? [] : [this.#artifact['id']]),
      ],
      ...present({ x_misp_comment: attribute.comment }),
      ...this.#spelling(read.parts),
      ...this.#common,
    }
    return making.fault(data) ?? [data, ...observables]
  }

  /** From the last to the first, as each names those behind it. */
  #withIds(filled: readonly Properties[]): readonly Properties[] {
    const { making, attribute } = this
    const refs = this.#markingOfObservables()
    const ids: string[] = []
    const made: Properties[] = []
    for (let i = filled.length - 1; i >= 0; i--) {
      const { type, ...said } = withReferences(filled[i], ids) as { [property: string]: unknown }
      const observable = { type, spec_version: '2.1', ...refs, ...said }
      const id = observableId(observable, () => making.ids.derive(String(type), attribute.uuid, String(i)))
      ids[i] = id
      made.unshift({ type, spec_version: '2.1', id, ...refs, ...said })
    }
    return made
  }

  /** What is under TLP:CLEAR goes anywhere, and so does an observable without a marking, which is the same for everyone. */
  #markingOfObservables(): Properties {
    const { tlp, pap } = this.marking
    const refs = markingRefs({ tlp: tlp === 'TLP:CLEAR' ? null : tlp, pap })
    return refs.length === 0 ? {} : { object_marking_refs: [...refs] }
  }

  #makeArtifact(): Properties | undefined {
    const { data, uuid, type } = this.attribute
    if (data === undefined || data === '') return undefined
    const content = data.replaceAll(/\s/g, '')
    if (!isBase64(content) || content.length > LIMITS.mispDataChars) {
      const why = isBase64(content) ? 'The content is larger than one STIX object may be.' : 'The content is no base64.'
      this.making.leaveOut(`${this.path}.data`, 'data', why)
      return undefined
    }
    // MISP keeps samples in an archive with this password.
    const sample =
      type === 'malware-sample'
        ? { mime_type: 'application/zip', encryption_algorithm: 'mime-type-indicated', decryption_key: 'infected' }
        : {}
    const { making } = this
    const id = making.ids.derive('artifact', uuid)
    return {
      type: 'artifact',
      spec_version: '2.1',
      id,
      ...this.#markingOfObservables(),
      payload_bin: content,
      ...sample,
    }
  }

  #addArtifact(): void {
    if (this.#artifact !== undefined) this.making.add(this.#artifact, `${this.path}.data`)
  }

  /** The value as MISP has it, where STIX spells it otherwise. */
  #spelling(read: Parts): Properties {
    const { value } = this.attribute
    return read.join('|') === value ? {} : { x_misp_value: value }
  }

  #id(type: string): string {
    const id = this.making.ids.take(type, this.attribute.uuid)
    this.#tried.push(id)
    return id
  }

  #head(id: string): Properties {
    const { timestamp, deleted, uuid } = this.attribute
    const head = this.making.head(id, timestamp, this.marking, this.#labels)
    return { ...head, ...(deleted === true ? { revoked: true } : {}), ...ownUuid(id, uuid) }
  }
}

/** Undefined where the value has no bar to be cut at. */
export function partsOf(value: string, split: ObservableMapping['split']): Parts | undefined {
  if (split === undefined) return [value]
  const at = split === 'first' ? value.indexOf('|') : value.lastIndexOf('|')
  return at === -1 ? undefined : [value.slice(0, at), value.slice(at + 1)]
}

/** A time with an offset as a STIX timestamp, exact to the millisecond; undefined for none. */
function utc(moment: string | undefined): string | undefined {
  const time = moment === undefined ? Number.NaN : Date.parse(moment)
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

const MALFORMED = 'The value is not of the form that its type says.'
const CVE = /^CVE-[0-9]{4}-[0-9]{4,}$/
