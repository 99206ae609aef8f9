/** Attributes of MISP read back from the objects that were made of them, here or by misp-stix. */

import { parsePattern } from '../pattern/parse.ts'
import { own, type Properties } from '../properties.ts'
import type { StixObject } from '../stix-object.ts'
import { KNOWN_OF_ATTRIBUTE, partsOf } from './attribute-to-stix.ts'
import { mappingOf, type ObservableMapping } from './attribute-types.ts'
import { type Json, membersIn, membersOf, type StixAtHand, secondsOf, tagsIn, textIn, textsIn, uuidIn } from './back.ts'
import { readObjects } from './observable-template.ts'
import { fillPattern, type Parts, readPattern } from './pattern-template.ts'
import { restOf } from './schema.ts'
import { joinMispMarkings, type MispMarking, markingOfTags } from './tags.ts'

export interface ReadAttribute {
  readonly attribute: Json
  /** What its tags and those of the event say, which its sightings and clusters inherit. */
  readonly marking: MispMarking
}

/**
 * Undefined where the object was not made of an attribute, or says something else by now: it is then read as any other STIX
 * object. The labels that name type, category and `to_ids` come first; what stands behind them are tags, whatever they say.
 */
export function attributeFromStix(
  atHand: StixAtHand,
  object: StixObject,
  inherited: MispMarking,
): ReadAttribute | undefined {
  const said = labelsOf(object)
  if (said === undefined) return undefined
  const { type, category, toIds, tags: names } = said
  const value = valueOf(atHand, object, type)
  if (value === undefined) return undefined
  const { value: properties } = object
  const more = restOf(membersIn(properties), KNOWN_OF_ATTRIBUTE)
  const tags = tagsIn(names, membersIn(properties))
  const distribution = textIn(properties, 'x_misp_distribution')
  const comment = textIn(properties, COMMENTED.has(object.type) ? 'x_misp_comment' : 'description')
  const artifact = atHand.get(own(properties, 'x_misp_data_ref'))
  const data = artifact === undefined ? undefined : textIn(artifact.value, 'payload_bin')
  if (artifact !== undefined) atHand.use(artifact.id)
  atHand.use(object.id)
  atHand.standing.set(uuidIn(object), object.id)
  const attribute = {
    uuid: uuidIn(object),
    type,
    category,
    to_ids: toIds,
    value,
    ...present({ timestamp: secondsOf(own(properties, 'modified')) }),
    ...membersOf(properties, {
      distribution: 'x_misp_distribution',
      object_relation: 'x_misp_object_relation',
      first_seen: 'x_misp_first_seen',
      last_seen: 'x_misp_last_seen',
    }),
    comment: comment ?? '',
    deleted: object.revoked,
    ...present({ data }),
    ...more,
    ...atHand.tagged(object, tags, distribution, inherited),
  }
  const itsOwn = markingOfTags(
    names.map((name) => ({ name })),
    distribution,
  )
  return { attribute, marking: joinMispMarkings(inherited, itsOwn) }
}

/** Types whose comment stands in a property of MISP: the others have a description, which is it. */
const COMMENTED = new Set(['observed-data', 'note', 'x-misp-attribute'])

function labelsOf(object: StixObject) {
  const labels = textsIn(object.value, 'labels')
  const type = wordIn(labels[0], 'type')
  const category = wordIn(labels[1], 'category')
  if (type === undefined || category === undefined) return undefined
  const toIds = wordIn(labels[2], 'to_ids')
  return { type, category, toIds: toIds === 'True', tags: labels.slice(toIds === undefined ? 2 : 3) }
}

/** The word between the quotes, whatever quotes it has itself. */
function wordIn(label: string | undefined, name: string): string | undefined {
  const before = `misp:${name}="`
  return label?.startsWith(before) && label.endsWith('"') && label.length > before.length
    ? label.slice(before.length, -1)
    : undefined
}

function valueOf(atHand: StixAtHand, object: StixObject, type: string): string | undefined {
  const { value } = object
  if (object.type === 'x-misp-attribute') return textIn(value, 'x_misp_value')
  const mapping = mappingOf(type)
  switch (mapping.to) {
    case 'carried':
      return undefined
    case 'rule':
      return object.type === 'indicator' && own(value, 'pattern_type') === mapping.patternType
        ? textIn(value, 'pattern')
        : undefined
    case 'object':
      return object.type === mapping.type ? textIn(value, mapping.property) : undefined
    case 'observable':
      if (object.type === 'indicator') return fromPattern(value, mapping)
      return object.type === 'observed-data' ? fromObservables(atHand, object, mapping) : undefined
  }
}

function fromPattern(value: Properties, mapping: ObservableMapping): string | undefined {
  const pattern = textIn(value, 'pattern')
  const parsed = pattern === undefined ? undefined : parsePattern(pattern)
  const parts = parsed?.ok === true ? readPattern(mapping.pattern, parsed.value) : undefined
  return parts === undefined ? undefined : spelled(value, mapping, parts)
}

function fromObservables(atHand: StixAtHand, object: StixObject, mapping: ObservableMapping): string | undefined {
  const find = (id: string) => atHand.get(id)?.value
  for (const ref of textsIn(object.value, 'object_refs')) {
    const main = find(ref)
    const read = main === undefined ? undefined : readObjects(mapping.objects ?? [], main, find)
    if (read === undefined) continue
    for (const { id } of read.taken) atHand.use(String(id))
    return spelled(object.value, mapping, read.parts)
  }
  return undefined
}

/** As MISP had spelled it, where that still means what STIX says. */
function spelled(value: Properties, mapping: ObservableMapping, parts: Parts): string {
  const own = textIn(value, 'x_misp_value')
  const said = own === undefined ? undefined : partsOf(own, mapping.split)
  const meant = said === undefined ? undefined : fillPattern(mapping.pattern, said)
  return own !== undefined && meant !== undefined && meant === fillPattern(mapping.pattern, parts)
    ? own
    : parts.join('|')
}

function present(members: Json): Json {
  return Object.fromEntries(Object.entries(members).filter(([, said]) => said !== undefined))
}
