import { expect, test } from 'vitest'
import { type Example, example, id, without } from './examples.ts'
import { errorsIn, warningsIn } from './judging.ts'

const EARLY = '2026-01-01T00:00:00Z'
const LATE = '2026-01-01T00:00:01Z'
const refs = (type: string, property: string, ref: string) => example(type, { [property]: [ref] })

const SEEN_IN: Record<string, string> = {
  ...{ campaign: '4.2.1', infrastructure: '4.8.1', 'intrusion-set': '4.9.1', malware: '4.11.1' },
  ...{ 'threat-actor': '4.17.1', sighting: '5.2.1' },
}

const ERRORS: [claim: string, object: Example, told: string[]][] = [
  ...['campaign', 'infrastructure', 'intrusion-set', 'malware', 'threat-actor', 'sighting'].map(
    (type): [string, Example, string[]] => [
      `${type}: last_seen before first_seen`,
      example(type, { first_seen: LATE, last_seen: EARLY }),
      [`time-order last_seen §${SEEN_IN[type]}`],
    ],
  ),
  ['indicator: valid_until at valid_from', valid(EARLY, EARLY), ['time-order valid_until §4.7.1']],
  ['indicator: valid_until before valid_from', valid(LATE, EARLY), ['time-order valid_until §4.7.1']],
  ['indicator: a day that is none', valid('2026-02-30T00:00:00Z', undefined), ['timestamp valid_from §2.16']],
  ['indicator: a time with an offset', valid('2026-02-03T00:00:00+01:00', undefined), ['timestamp valid_from §2.16']],
  [
    'indicator: a pattern that is none',
    example('indicator', { pattern: '[file:name =]' }),
    ['pattern/syntax pattern §9'],
  ],
  [
    'indicator: a pattern about a domain object',
    example('indicator', { pattern: "[malware:name = 'a']" }),
    ['pattern/object-type pattern §9'],
  ],
  [
    'attack-pattern: an id of CAPEC of another form',
    capec('capec', '163'),
    ['external-id external_references[0].external_id §4.1.1'],
  ],
  [
    'attack-pattern: an id of CAPEC from elsewhere',
    capec('mitre', 'CAPEC-163'),
    ['external-id external_references[0].source_name §4.1.1'],
  ],
  [
    'vulnerability: an id of CVE of another form',
    example('vulnerability', { external_references: [{ source_name: 'cve', external_id: 'CVE-16-1' }] }),
    ['external-id external_references[0].external_id §4.19.1'],
  ],
  ['course-of-action: the reserved action', example('course-of-action', { action: 'rm' }), ['reserved action §3.8']],
  [
    'grouping: a bundle among its objects',
    refs('grouping', 'object_refs', id('bundle')),
    ['reference-type object_refs[0] §8'],
  ],
  ['note: no object', example('note', { object_refs: [] }), ['empty object_refs §2.12']],
  ['opinion: another word than the five', example('opinion', { opinion: 'maybe' }), ['enumeration opinion §10.18']],
  ['report: not when it was published', without(example('report'), 'published'), ['required published §4.16.1']],
  ['location: no place at all', place({}), ['one-of §4.10']],
  ['location: a latitude alone', place({ latitude: 1 }), ['required longitude §4.10.1']],
  ['location: a longitude alone', place({ longitude: 1 }), ['required latitude §4.10.1']],
  ['location: a precision without a point', place({ country: 'fr', precision: 1 }), ['required precision §4.10.1']],
  ['location: north of the pole', place({ latitude: 90.1, longitude: 0 }), ['range latitude §4.10.1']],
  ['location: east of the date line', place({ latitude: 0, longitude: 180.1 }), ['range longitude §4.10.1']],
  ['location: coordinates as texts', place({ latitude: '1', longitude: 2 }), ['json-type latitude §4.10.1']],
  [
    'malware: a family without a name',
    without(example('malware', { is_family: true }), 'name'),
    ['required name §4.11.1'],
  ],
  [
    'malware: samples that are no files',
    refs('malware', 'sample_refs', id('process')),
    ['reference-type sample_refs[0] §4.11.1'],
  ],
  [
    'malware: an operating system that is no software',
    refs('malware', 'operating_system_refs', id('tool')),
    ['reference-type operating_system_refs[0] §4.11.1'],
  ],
  [
    'malware-analysis: no result',
    without(example('malware-analysis'), 'result', 'analysis_sco_refs'),
    ['one-of §4.12'],
  ],
  [
    'malware-analysis: a sample that is a process',
    example('malware-analysis', { sample_ref: id('process') }),
    ['reference-type sample_ref §4.12.2'],
  ],
  [
    'malware-analysis: a virtual machine that is no software',
    example('malware-analysis', { host_vm_ref: id('process') }),
    ['reference-type host_vm_ref §4.12.1'],
  ],
  [
    'malware-analysis: captured objects that are none to observe',
    refs('malware-analysis', 'analysis_sco_refs', id('tool')),
    ['reference-type analysis_sco_refs[0] §4.12.1'],
  ],
  [
    'observed-data: it ends before it begins',
    example('observed-data', { last_observed: EARLY }),
    ['time-order last_observed §4.14.1'],
  ],
  [
    'observed-data: never observed',
    example('observed-data', { number_observed: 0 }),
    ['range number_observed §4.14.1'],
  ],
  [
    'observed-data: observed too often',
    example('observed-data', { number_observed: 1e9 }),
    ['range number_observed §4.14.1'],
  ],
  ['observed-data: no objects', without(example('observed-data'), 'object_refs'), ['one-of §4.14']],
  [
    'observed-data: objects in both forms',
    example('observed-data', { objects: { '0': { type: 'mutex', name: 'a' } } }),
    ['beside object_refs §4.14'],
  ],
  [
    'observed-data: a domain object',
    refs('observed-data', 'object_refs', id('tool')),
    ['reference-type object_refs[0] §4.14.2'],
  ],
  [
    'observed-data: relationships alone',
    refs('observed-data', 'object_refs', id('relationship')),
    ['reference-type object_refs §4.14.1'],
  ],
  ['relationship: it stops when it starts', lasts(EARLY, EARLY), ['time-order stop_time §5.1.2']],
  [
    'relationship: a type in capitals',
    example('relationship', { relationship_type: 'Uses' }),
    ['spelling relationship_type §5.1.2'],
  ],
  ...['relationship', 'sighting', 'bundle', 'language-content', 'marking-definition', 'extension-definition'].map(
    (type): [string, Example, string[]] => [
      `relationship: from a ${type}`,
      example('relationship', { source_ref: id(type) }),
      ['reference-type source_ref §5.1.2'],
    ],
  ),
  [
    'sighting: of an observable',
    example('sighting', { sighting_of_ref: id('file') }),
    ['reference-type sighting_of_ref §5.2.1'],
  ],
  ['sighting: less than never', example('sighting', { count: -1 }), ['range count §5.2.1']],
  [
    'sighting: data that is not observed',
    refs('sighting', 'observed_data_refs', id('file')),
    ['reference-type observed_data_refs[0] §5.2.1'],
  ],
  [
    'sighting: by a tool',
    refs('sighting', 'where_sighted_refs', id('tool')),
    ['reference-type where_sighted_refs[0] §5.2.1'],
  ],
]

test.each(ERRORS)('an error is %s', (_, object, told) => {
  expect(errorsIn(object)).toEqual(told)
})

const WARNINGS: [claim: string, object: Example, told: string[]][] = [
  ['location: a country by its name', place({ country: 'France' }), ['country country §4.10.1']],
  [
    'malware-analysis: a product in capitals',
    example('malware-analysis', { product: 'My Scanner' }),
    ['spelling product §4.12.1'],
  ],
  [
    'malware-analysis: it ended before it started',
    example('malware-analysis', { analysis_started: LATE, analysis_ended: EARLY }),
    ['time-order analysis_ended §4.12.1'],
  ],
  [
    'relationship: a word of the standard between other ends',
    example('relationship', { source_ref: id('malware'), target_ref: id('indicator') }),
    ['relationship-type relationship_type §5.1.2'],
  ],
  [
    'relationship: a duplicate of another type',
    example('relationship', { relationship_type: 'duplicate-of', source_ref: id('malware'), target_ref: id('tool') }),
    ['relationship-type relationship_type §5.1.2'],
  ],
  [
    'indicator: a type of pattern of one’s own',
    example('indicator', { pattern_type: 'mine' }),
    ['vocabulary pattern_type §10.19'],
  ],
]

test.each(WARNINGS)('a warning and no error is %s', (_, object, told) => {
  expect(errorsIn(object)).toEqual([])
  expect(warningsIn(object)).toEqual(told)
})

const RIGHT: [claim: string, object: Example][] = [
  ['a relationship type of one’s own', example('relationship', { relationship_type: 'delivered-by' })],
  ['related-to between any two', example('relationship', { relationship_type: 'related-to', target_ref: id('file') })],
  ['infrastructure that consists of any observable', linked('infrastructure', 'consists-of', 'mutex')],
  ['a word of the standard with a type of someone else’s', linked('attack-pattern', 'targets', 'x-mitre-asset')],
  ['a malware instance without a name', without(example('malware', { is_family: false }), 'name')],
  ['a sighting that counts nothing', example('sighting', { count: 0 })],
  ['a sighting of a type of someone else’s', example('sighting', { sighting_of_ref: id('x-mitre-asset') })],
  ['a pattern of another language', example('indicator', { pattern_type: 'sigma', pattern: 'title: a' })],
  [
    'a pattern of STIX 2.0',
    example('indicator', { pattern_version: '2.0', pattern: "[a:b = 'c'] START '1' STOP '2'" }),
  ],
  ['a place that is a region alone', place({ region: 'caribbean' })],
]

test.each(RIGHT)('nothing is told of %s', (_, object) => {
  expect([...errorsIn(object), ...warningsIn(object)]).toEqual([])
})

test('the old form of observed data: remarks on its objects, and errors where a reference leads nowhere', () => {
  const old = (objects: Example) => example('observed-data', { object_refs: undefined, objects })
  const traffic = { type: 'network-traffic', src_ref: '1', protocols: ['tcp'] }
  const address = { type: 'ipv4-addr', value: '198.51.100.1' }
  expect(errorsIn(old({ '0': traffic, '1': address }))).toEqual([])
  expect(warningsIn(old({ '0': traffic, '1': address }))).toEqual(['deprecated objects §2.13'])
  expect(errorsIn(old({ '0': traffic }))).toEqual(['reference objects.0.src_ref §2.13'])
  expect(errorsIn(old({ '0': { ...traffic, src_ref: '0' } }))).toEqual(['reference-type objects.0.src_ref §2.13'])
  expect(errorsIn(old({ '0': { name: 'a' } }))).toEqual(['required objects.0 §2.13'])
  expect(errorsIn(old({}))).toEqual(['empty objects §4.14.1'])
  const wrong = { type: 'file', size: -1, contains_refs: ['1'] }
  expect(errorsIn(old({ '0': wrong, '1': address }))).toEqual([])
  expect(warningsIn(old({ '0': wrong, '1': address }))).toEqual([
    'deprecated objects §2.13',
    'range objects.0.size §6.7.1',
    'one-of objects.0 §6.7',
  ])
})

function valid(from: string, until: string | undefined): Example {
  return example('indicator', { valid_from: from, valid_until: until })
}

function place(own: Example): Example {
  const bare = ['latitude', 'longitude', 'precision', 'region', 'country']
  return { ...without(example('location'), ...bare), ...own }
}

function capec(source: string, external: string): Example {
  return example('attack-pattern', { external_references: [{ source_name: source, external_id: external }] })
}

function lasts(start: string, stop: string): Example {
  return example('relationship', { start_time: start, stop_time: stop })
}

function linked(source: string, type: string, target: string): Example {
  return example('relationship', { relationship_type: type, source_ref: id(source), target_ref: id(target) })
}
