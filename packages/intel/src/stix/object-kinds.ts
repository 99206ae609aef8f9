/**
 * The types STIX 2.1 defines, by kind. Names alone: what each type is made of stands in its own file, and
 * `object-types.ts` puts the two together.
 */

/** Domain objects, relationships, cyber-observables, and the objects about objects. */
export type ObjectKind = 'sdo' | 'sro' | 'sco' | 'meta'

const SDO_TYPES = [
  ...(['attack-pattern', 'campaign', 'course-of-action', 'grouping', 'identity', 'incident', 'indicator'] as const),
  ...(['infrastructure', 'intrusion-set', 'location', 'malware', 'malware-analysis', 'note'] as const),
  ...(['observed-data', 'opinion', 'report', 'threat-actor', 'tool', 'vulnerability'] as const),
] as const

const SRO_TYPES = ['relationship', 'sighting'] as const

const SCO_TYPES = [
  ...(['artifact', 'autonomous-system', 'directory', 'domain-name', 'email-addr', 'email-message', 'file'] as const),
  ...(['ipv4-addr', 'ipv6-addr', 'mac-addr', 'mutex', 'network-traffic', 'process', 'software', 'url'] as const),
  ...(['user-account', 'windows-registry-key', 'x509-certificate'] as const),
] as const

const META_TYPES = ['extension-definition', 'language-content', 'marking-definition'] as const

export type StandardType =
  | (typeof SDO_TYPES)[number]
  | (typeof SRO_TYPES)[number]
  | (typeof SCO_TYPES)[number]
  | (typeof META_TYPES)[number]

const KINDS = new Map<string, ObjectKind>([
  ...SDO_TYPES.map((type) => [type, 'sdo'] as const),
  ...SRO_TYPES.map((type) => [type, 'sro'] as const),
  ...SCO_TYPES.map((type) => [type, 'sco'] as const),
  ...META_TYPES.map((type) => [type, 'meta'] as const),
])

/** Undefined for a type that the standard does not define. */
export function kindOfType(type: string): ObjectKind | undefined {
  return KINDS.get(type)
}
