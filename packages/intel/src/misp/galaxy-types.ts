/** Which domain object of STIX a cluster of a galaxy is, by the type of the galaxy. */

/** Space-separated galaxy types of MISP, by type of object. The `stix-2.1-…` galaxies hold what came from STIX. */
const TYPES: { readonly [type: string]: string } = {
  'attack-pattern': [
    'mitre-attack-pattern mitre-enterprise-attack-attack-pattern mitre-mobile-attack-attack-pattern',
    'mitre-pre-attack-attack-pattern mitre-ics-techniques cmtmf-attack-pattern stix-2.1-attack-pattern',
  ].join(' '),
  campaign: 'stix-2.1-campaign',
  'course-of-action': [
    'mitre-course-of-action mitre-enterprise-attack-course-of-action mitre-mobile-attack-course-of-action',
    'stix-2.1-course-of-action',
  ].join(' '),
  identity: 'sector',
  'intrusion-set': [
    'mitre-intrusion-set mitre-enterprise-attack-intrusion-set mitre-mobile-attack-intrusion-set',
    'mitre-pre-attack-intrusion-set stix-2.1-intrusion-set',
  ].join(' '),
  location: 'country region stix-2.1-location',
  malware: [
    'android backdoor banker cryptominers malpedia mitre-enterprise-attack-malware mitre-ics-software mitre-malware',
    'mitre-mobile-attack-malware ransomware stealer stix-2.1-malware',
  ].join(' '),
  'threat-actor': '360net-threat-actor microsoft-activity-group mitre-ics-groups threat-actor stix-2.1-threat-actor',
  tool: 'botnet exploit-kit mitre-enterprise-attack-tool mitre-mobile-attack-tool mitre-tool rat tds tool stix-2.1-tool',
  vulnerability: 'branded-vulnerability stix-2.1-vulnerability',
}

const BY_GALAXY = new Map(
  Object.entries(TYPES).flatMap(([type, galaxies]) => galaxies.split(' ').map((galaxy) => [galaxy, type] as const)),
)

/** The galaxy in which MISP keeps objects of this type that came from STIX; undefined where it has none. */
export function galaxyOfObjectType(type: string): string | undefined {
  const galaxy = `stix-2.1-${type}`
  return BY_GALAXY.has(galaxy) ? galaxy : undefined
}

/** Undefined where STIX has no object for it. */
export function objectTypeOfGalaxy(galaxy: string): string | undefined {
  return BY_GALAXY.get(galaxy)
}
