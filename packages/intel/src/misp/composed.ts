/**
 * Objects of MISP that are one observable of STIX, such as a file with its name, hashes and size: beside the attributes, each
 * for itself, stands observed data of the whole, so that whoever knows nothing of MISP knows that they belong together. It
 * is as closely held as the closest of the attributes that it is made of, and is made anew on the way back.
 */

import { networkFamily } from '../pattern/network.ts'
import { isRecord, own, type Properties } from '../properties.ts'
import { mappingOf } from './attribute-types.ts'
import { type EventMaking, stamp } from './making.ts'
import type { MispAttribute, MispObject } from './schema.ts'
import { joinMispMarkings, type MispMarking, markingRefs } from './tags.ts'

export interface Part {
  readonly attribute: MispAttribute
  readonly marking: MispMarking
}

/** What becomes of the parts: the observable, and which of them are in it. */
interface Composed {
  readonly type: string
  readonly properties: Properties
  /** Observables that it names, by the property that names them. */
  readonly named: readonly { readonly property: string; readonly list: boolean; readonly observable: Properties }[]
  readonly used: readonly Part[]
}

/** The attributes that the observed data says; none where the object is none of those, or has fewer than two of its parts. */
export function composeObject(
  making: EventMaking,
  object: MispObject,
  parts: readonly Part[],
  path: string,
): readonly Part[] {
  const standing = parts.filter(({ attribute }) => attribute.deleted !== true)
  const composed = object.deleted === true ? undefined : COMPOSERS.get(object.name)?.(standing)
  if (composed === undefined || composed.used.length < 2) return []
  const marking = joinMispMarkings(...composed.used.map((part) => part.marking))
  const refs = markingRefs(marking)
  const marked = refs.length === 0 ? {} : { object_marking_refs: [...refs] }
  const make = (type: string, seed: string, properties: Properties) => {
    const id = making.ids.derive(type, object.uuid, 'whole', seed)
    return { type, spec_version: '2.1', id, ...marked, ...properties }
  }
  const named = composed.named.map(({ property, list, observable }, i) => {
    const { type, ...said } = observable
    return { property, list, made: make(String(type), String(i), said) }
  })
  const references: { [property: string]: unknown } = {}
  for (const { property, list, made } of named) {
    const before = references[property]
    references[property] = list ? [...(Array.isArray(before) ? before : []), made.id] : made.id
  }
  const main = make(composed.type, 'main', { ...composed.properties, ...references })
  const observables = [main, ...named.map(({ made }) => made)]
  const at = stamp(making.seconds(object.timestamp))
  const data = {
    ...making.head(making.ids.derive('observed-data', object.uuid, 'whole'), object.timestamp, marking),
    ...{ first_observed: at, last_observed: at, number_observed: 1 },
    object_refs: observables.map(({ id }) => id),
    x_misp_composed: true,
  }
  // Where a value is not of its form the parts stand for themselves alone.
  if ([data, ...observables].some((made) => making.fault(made) !== undefined)) return []
  for (const made of [data, ...observables]) making.add(made, path)
  return composed.used
}

type Composer = (parts: readonly Part[]) => Composed

const COMPOSERS = new Map<string, Composer>([
  ['file', file],
  ['x509', certificate],
  ['domain-ip', domain],
  ['ip-port', traffic],
])

/** The first part with the relation. */
function named(parts: readonly Part[], ...relations: readonly string[]): Part | undefined {
  return parts.find(({ attribute }) => relations.includes(attribute.object_relation ?? ''))
}

/** Properties from the first part of each relation; the value is converted, and left out where it cannot be. */
function properties(
  parts: readonly Part[],
  wanted: { readonly [property: string]: readonly [relation: string, convert: (value: string) => unknown] },
) {
  const used: Part[] = []
  const said = Object.entries(wanted).flatMap(([property, [relation, convert]]) => {
    const part = named(parts, relation)
    const value = part === undefined || part.attribute.value === '' ? undefined : convert(part.attribute.value)
    if (part === undefined || value === undefined) return []
    used.push(part)
    return [[property, value] as const]
  })
  return { said: Object.fromEntries(said), used }
}

const text = (value: string) => value
const number = (value: string) => (/^(?:0|[1-9][0-9]{0,14})$/.test(value) ? Number(value) : undefined)
const mime = (value: string) => (/^[a-z0-9.+-]+\/[a-z0-9.+-]+$/i.test(value) ? value : undefined)

/** The digests among the parts, by the names that STIX has; of two with one algorithm the first. */
function hashesOf(parts: readonly Part[], observable: string) {
  const hashes: { [algorithm: string]: string } = {}
  const used = parts.filter(({ attribute: { type, value } }) => {
    const mapping = mappingOf(type)
    const template = mapping.to === 'observable' && mapping.split === undefined ? mapping.objects?.[0] : undefined
    const said = template?.type === observable ? own(template, 'hashes') : undefined
    const [algorithm] = isRecord(said) ? Object.keys(said) : []
    if (algorithm === undefined || Object.hasOwn(hashes, algorithm) || value === '') return false
    hashes[algorithm] = value
    return true
  })
  return { said: used.length === 0 ? {} : { hashes }, used }
}

function file(parts: readonly Part[]): Composed {
  const hashes = hashesOf(parts, 'file')
  const more = properties(parts, {
    name: ['filename', text],
    size: ['size-in-bytes', number],
    mime_type: ['mimetype', mime],
  })
  return { type: 'file', properties: { ...hashes.said, ...more.said }, named: [], used: [...hashes.used, ...more.used] }
}

function certificate(parts: readonly Part[]): Composed {
  const hashes = hashesOf(parts, 'x509-certificate')
  const more = properties(parts, {
    version: ['version', text],
    serial_number: ['serial-number', text],
    issuer: ['issuer', text],
    subject: ['subject', text],
  })
  const used = [...hashes.used, ...more.used]
  return { type: 'x509-certificate', properties: { ...hashes.said, ...more.said }, named: [], used }
}

function domain(parts: readonly Part[]): Composed {
  const name = named(parts, 'domain', 'hostname')
  const addresses = parts.filter(({ attribute }) => attribute.object_relation === 'ip')
  const used = name === undefined ? [] : [name, ...addresses.filter((part) => addressOf(part) !== undefined)]
  return {
    type: 'domain-name',
    properties: { value: name?.attribute.value ?? '' },
    named: addresses.flatMap((part) => {
      const observable = addressOf(part)
      return observable === undefined ? [] : [{ property: 'resolves_to_refs', list: true, observable }]
    }),
    used,
  }
}

function traffic(parts: readonly Part[]): Composed {
  const more = properties(parts, { src_port: ['src-port', number], dst_port: ['dst-port', number] })
  const ends = (['src_ref', 'dst_ref'] as const).flatMap((property) => {
    const part = property === 'src_ref' ? named(parts, 'ip-src') : named(parts, 'ip-dst', 'ip', 'domain', 'hostname')
    const observable = part === undefined ? undefined : (addressOf(part) ?? hostOf(part))
    return part === undefined || observable === undefined ? [] : [{ property, list: false, observable, part }]
  })
  return {
    type: 'network-traffic',
    // The standard asks for a protocol, and the object tells of none but IP.
    properties: { ...more.said, protocols: ['ip'] },
    named: ends,
    used: ends.length === 0 ? [] : [...ends.map(({ part }) => part), ...more.used],
  }
}

function addressOf({ attribute: { value } }: Part): Properties | undefined {
  const family = networkFamily(value)
  return family === undefined ? undefined : { type: family === 4 ? 'ipv4-addr' : 'ipv6-addr', value }
}

function hostOf({ attribute }: Part): Properties | undefined {
  const host = ['domain', 'hostname'].includes(attribute.object_relation ?? '')
  return host ? { type: 'domain-name', value: attribute.value } : undefined
}
