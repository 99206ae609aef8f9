/**
 * What STIX 2.1 says of its object types, as far as it can be checked one property at a time: which kind each type is,
 * what it must carry, which of its properties are times. Data only; the clauses are sections 4 to 7 of the standard.
 */

/** Domain objects, relationships, cyber-observables, and the objects about objects. */
export type ObjectKind = 'sdo' | 'sro' | 'sco' | 'meta'

/** Properties beyond the common ones without which the standard has no such object. */
const REQUIRED: Record<ObjectKind, Record<string, readonly string[]>> = {
  sdo: {
    'attack-pattern': ['name'],
    campaign: ['name'],
    'course-of-action': ['name'],
    grouping: ['context', 'object_refs'],
    identity: ['name'],
    incident: ['name'],
    indicator: ['pattern', 'pattern_type', 'valid_from'],
    infrastructure: ['name'],
    'intrusion-set': ['name'],
    location: [],
    malware: ['is_family'],
    'malware-analysis': ['product'],
    note: ['content', 'object_refs'],
    'observed-data': ['first_observed', 'last_observed', 'number_observed'],
    opinion: ['opinion', 'object_refs'],
    report: ['name', 'published', 'object_refs'],
    'threat-actor': ['name'],
    tool: ['name'],
    vulnerability: ['name'],
  },
  sro: {
    relationship: ['relationship_type', 'source_ref', 'target_ref'],
    sighting: ['sighting_of_ref'],
  },
  sco: {
    artifact: [],
    'autonomous-system': ['number'],
    directory: ['path'],
    'domain-name': ['value'],
    'email-addr': ['value'],
    'email-message': ['is_multipart'],
    file: [],
    'ipv4-addr': ['value'],
    'ipv6-addr': ['value'],
    'mac-addr': ['value'],
    mutex: ['name'],
    'network-traffic': ['protocols'],
    process: [],
    software: ['name'],
    url: ['value'],
    'user-account': [],
    'windows-registry-key': [],
    'x509-certificate': [],
  },
  meta: {
    'extension-definition': ['created_by_ref', 'name', 'schema', 'version', 'extension_types'],
    'language-content': ['object_ref', 'contents'],
    'marking-definition': [],
  },
}

const KINDS: readonly ObjectKind[] = ['sdo', 'sro', 'sco', 'meta']

const KNOWN = new Map(
  KINDS.flatMap((kind) =>
    Object.entries(REQUIRED[kind]).map(([type, required]) => [type, { kind, required }] as const),
  ),
)

/** Undefined for a type that the standard does not define. */
export function knownType(type: string): { kind: ObjectKind; required: readonly string[] } | undefined {
  return KNOWN.get(type)
}

/** Properties at the top of an object that are times wherever they occur. */
export const TIMES: readonly string[] = [
  'valid_from',
  'valid_until',
  'first_seen',
  'last_seen',
  'first_observed',
  'last_observed',
  'published',
  'start_time',
  'stop_time',
  'submitted',
  'analysis_started',
  'analysis_ended',
  'object_modified',
]

/** Pairs of times of which the second must not come before the first. */
export const TIME_ORDER: readonly (readonly [string, string])[] = [
  ['valid_from', 'valid_until'],
  ['first_seen', 'last_seen'],
  ['first_observed', 'last_observed'],
  ['start_time', 'stop_time'],
  ['analysis_started', 'analysis_ended'],
]
