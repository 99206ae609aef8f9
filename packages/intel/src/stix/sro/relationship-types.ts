/**
 * The relationship types that the standard lists with each object (sections 3.7, 4 and 6, with errata 01), and between
 * what they stand. Any other word may be used too; only a word of the standard's between other ends is remarked on.
 */

import { kindOfType } from '../object-kinds.ts'

/** Any cyber-observable. */
const SCO = '<sco>'

const VICTIMS = 'identity location vulnerability'
const MEANS = 'attack-pattern infrastructure malware tool'
const NETWORK = 'ipv4-addr ipv6-addr domain-name url'

/** Source types, relationship types, target types. */
const LISTED: readonly (readonly [string, string, string])[] = [
  ['attack-pattern', 'delivers', 'malware'],
  ['attack-pattern', 'targets', VICTIMS],
  ['attack-pattern', 'uses', 'malware tool'],
  ['campaign', 'attributed-to', 'intrusion-set threat-actor'],
  ['campaign intrusion-set threat-actor', 'compromises', 'infrastructure'],
  ['campaign intrusion-set malware', 'originates-from', 'location'],
  ['campaign intrusion-set threat-actor', 'targets', VICTIMS],
  ['campaign intrusion-set threat-actor malware', 'uses', MEANS],
  ['course-of-action', 'investigates', 'indicator'],
  ['course-of-action', 'mitigates', 'attack-pattern indicator malware tool vulnerability'],
  ['course-of-action', 'remediates', 'malware vulnerability'],
  ['identity infrastructure threat-actor', 'located-at', 'location'],
  ['indicator', 'indicates', 'attack-pattern campaign infrastructure intrusion-set malware threat-actor tool'],
  ['indicator', 'based-on', 'observed-data'],
  ['infrastructure', 'communicates-with', `infrastructure ${NETWORK}`],
  ['infrastructure', 'consists-of', `infrastructure observed-data ${SCO}`],
  ['infrastructure', 'controls', 'infrastructure malware'],
  ['infrastructure tool', 'delivers', 'malware'],
  ['infrastructure tool', 'has', 'vulnerability'],
  ['infrastructure', 'hosts', 'tool malware'],
  ['infrastructure tool', 'uses', 'infrastructure'],
  ['intrusion-set', 'attributed-to', 'threat-actor'],
  ['intrusion-set threat-actor', 'hosts owns', 'infrastructure'],
  ['malware', 'authored-by', 'threat-actor intrusion-set'],
  ['malware', 'beacons-to exfiltrates-to', 'infrastructure'],
  ['malware', 'communicates-with', NETWORK],
  ['malware', 'controls', 'malware'],
  ['malware', 'downloads drops', 'malware tool file'],
  ['malware', 'exploits', 'vulnerability'],
  ['malware tool', 'targets', `infrastructure ${VICTIMS}`],
  ['malware', 'variant-of', 'malware'],
  // Errata 01 writes av-analysis-of where the standard had analysis-of.
  ['malware-analysis', 'characterizes analysis-of av-analysis-of static-analysis-of dynamic-analysis-of', 'malware'],
  ['threat-actor', 'attributed-to impersonates', 'identity'],
  ['tool', 'drops', 'malware'],
  ['domain-name', 'resolves-to', 'domain-name ipv4-addr ipv6-addr'],
  ['ipv4-addr ipv6-addr', 'resolves-to', 'mac-addr'],
  ['ipv4-addr ipv6-addr', 'belongs-to', 'autonomous-system'],
]

const PAIRS = new Map<string, Set<string>>()
for (const [sources, types, targets] of LISTED) {
  for (const type of types.split(' ')) {
    const pairs = PAIRS.get(type) ?? new Set()
    PAIRS.set(type, pairs)
    for (const source of sources.split(' ')) for (const target of targets.split(' ')) pairs.add(`${source} ${target}`)
  }
}

/** False for a relationship type of the standard between ends for which it is not listed; types of others may be anything. */
export function fitsItsEnds(relationshipType: string, source: string, target: string): boolean {
  const kind = kindOfType(target)
  if (kindOfType(source) === undefined || kind === undefined) return true
  if (relationshipType === 'derived-from' || relationshipType === 'duplicate-of') return source === target
  const pairs = PAIRS.get(relationshipType)
  if (pairs === undefined) return true
  return pairs.has(`${source} ${target}`) || (kind === 'sco' && pairs.has(`${source} ${SCO}`))
}
