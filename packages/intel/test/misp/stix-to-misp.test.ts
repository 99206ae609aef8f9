import { utf8 } from '@countersign/log'
import { expect, test } from 'vitest'
import { type MispOfStix, readMispEvents, readObject, stixToMisp } from '../../src/index.ts'
import { type Json, uuid } from './sample-event.ts'

// The ids that OASIS published.
const RED = 'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1'
const AMBER_1 = 'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82'
const FRESH = { uuid: uuid(900), info: 'From STIX', date: '2026-02-01', timestamp: 1_769_900_000, distribution: '0' }
const NOW = '2026-01-31T12:00:00.000Z'

function stix(type: string, n: number, more: Json): Json {
  return { type, spec_version: '2.1', id: `${type}--${uuid(n)}`, created: NOW, modified: NOW, ...more }
}

function sco(type: string, n: number, more: Json): Json {
  return { type, spec_version: '2.1', id: `${type}--${uuid(n)}`, ...more }
}

function indicator(n: number, pattern: string, more: Json = {}): Json {
  return stix('indicator', n, { pattern, pattern_type: 'stix', valid_from: NOW, ...more })
}

function mapped(...objects: Json[]): MispOfStix {
  const sources = objects.map((value) => {
    const source = JSON.stringify(value)
    const object = readObject(source)
    if (!object.ok) throw new Error(object.message)
    return { object: object.value, source }
  })
  const made = stixToMisp(sources, FRESH)
  // Whatever comes of it, MISP's own format takes it.
  const read = readMispEvents(utf8(JSON.stringify(made.events.map((Event) => ({ Event })))))
  if (!read.ok && made.events.length > 0) throw new Error(read.message)
  return made
}

function attributesOf({ events }: MispOfStix): string[] {
  const [event = {}] = events
  return (event['Attribute'] as Json[]).map(
    ({ type, value, to_ids: toIds }) => `${type} ${value}${toIds === true ? ' !' : ''}`,
  )
}

test.each([
  ["[ipv4-addr:value = '192.0.2.1']", ['ip-dst 192.0.2.1 !']],
  ["[domain-name:value = 'a.example']", ['domain a.example !']],
  ["[url:value = 'https://a.example/it\\'s']", ["url https://a.example/it's !"]],
  ["[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']", ['md5 d41d8cd98f00b204e9800998ecf8427e !']],
  [
    "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' AND file:name = 'a|b']",
    ['filename|md5 a|b|d41d8cd98f00b204e9800998ecf8427e !'],
  ],
  [
    "[domain-name:value = 'a.example' OR url:value = 'https://b.example/']",
    ['domain a.example !', 'url https://b.example/ !'],
  ],
  [
    "[domain-name:value = 'a.example'] OR [domain-name:value = 'b.example']",
    ['domain a.example !', 'domain b.example !'],
  ],
  ["[domain-name:value IN ('a.example', 'b.example')]", ['domain a.example !', 'domain b.example !']],
  ["[domain-name:value LIKE '%.example']", ["stix2-pattern [domain-name:value LIKE '%.example'] !"]],
  ["[domain-name:value != 'a.example']", ["stix2-pattern [domain-name:value != 'a.example'] !"]],
  [
    "[domain-name:value = 'a.example'] FOLLOWEDBY [file:name = 'a']",
    ["stix2-pattern [domain-name:value = 'a.example'] FOLLOWEDBY [file:name = 'a'] !"],
  ],
])('the indicator %s becomes %j', (pattern, attributes) => {
  expect(attributesOf(mapped(indicator(10, pattern)))).toEqual(attributes)
})

test('one value has the UUID of its indicator, several have UUIDs that follow from it', () => {
  const one = mapped(indicator(10, "[domain-name:value = 'a.example']"))
  expect(one.events[0]).toMatchObject({ Attribute: [{ uuid: uuid(10) }] })
  const two = () =>
    mapped(indicator(10, "[domain-name:value IN ('a.example', 'b.example')]")).events[0]?.['Attribute'] as Json[]
  expect(new Set(two().map((made) => made['uuid'])).size).toBe(2)
  expect(two()).toEqual(two())
})

test('rules in other languages are attributes of their types', () => {
  const made = mapped(indicator(10, 'rule a { condition: true }', { pattern_type: 'yara', name: 'a' }))
  expect(attributesOf(made)).toEqual(['yara rule a { condition: true } !'])
})

test('observed data is its observables, and a file with several properties is an object', () => {
  const made = mapped(
    stix('observed-data', 10, {
      ...{ first_observed: NOW, last_observed: NOW, number_observed: 1 },
      object_refs: [
        `domain-name--${uuid(11)}`,
        `file--${uuid(12)}`,
        `network-traffic--${uuid(13)}`,
        `ipv4-addr--${uuid(14)}`,
      ],
    }),
    sco('domain-name', 11, { value: 'a.example' }),
    sco('file', 12, {
      name: 'a.exe',
      size: 3,
      hashes: { MD5: 'd41d8cd98f00b204e9800998ecf8427e', SHA256: 'x'.repeat(64) },
    }),
    sco('network-traffic', 13, { dst_ref: `ipv4-addr--${uuid(14)}`, dst_port: 443, protocols: ['ipv4'] }),
    sco('ipv4-addr', 14, { value: '192.0.2.1' }),
  )
  expect(attributesOf(made)).toEqual(['domain a.example', 'ip-dst|port 192.0.2.1|443'])
  const [{ Object: objects }] = made.events as [{ Object?: Json[] }]
  expect(objects?.map(({ name, uuid: own }) => [name, own])).toEqual([['file', uuid(12)]])
  expect((objects?.[0]?.['Attribute'] as Json[]).map(({ type }) => type)).toEqual([
    'filename',
    'md5',
    'sha256',
    'size-in-bytes',
  ])
  expect(made.notices).toEqual([])
})

test('what an observable says beyond its value is told', () => {
  const made = mapped(sco('domain-name', 11, { value: 'a.example', x_seen_by: 'us' }))
  expect(attributesOf(made)).toEqual(['domain a.example'])
  expect(made.notices.map(({ why }) => why)).toEqual([expect.stringContaining('stayed behind')])
})

test('actors, malware and their like are clusters, at the attribute where an indicator indicates them', () => {
  const made = mapped(
    stix('threat-actor', 20, {
      name: 'ANT "EXAMPLE"',
      aliases: ['A'],
      external_references: [{ source_name: 'a', url: 'https://a.example/' }],
    }),
    stix('malware', 21, { name: 'ExampleRAT', is_family: true }),
    indicator(10, "[domain-name:value = 'a.example']"),
    stix('relationship', 30, {
      relationship_type: 'indicates',
      source_ref: `indicator--${uuid(10)}`,
      target_ref: `malware--${uuid(21)}`,
    }),
    stix('sighting', 31, { sighting_of_ref: `indicator--${uuid(10)}`, last_seen: NOW }),
  )
  expect(made.events[0]).toMatchObject({
    Galaxy: [
      {
        type: 'stix-2.1-threat-actor',
        GalaxyCluster: [{ uuid: uuid(20), meta: { synonyms: ['A'], refs: ['https://a.example/'] } }],
      },
      { type: 'stix-2.1-malware', GalaxyCluster: [{ uuid: uuid(21), value: 'ExampleRAT' }] },
    ],
    Attribute: [
      {
        Galaxy: [{ type: 'stix-2.1-malware' }],
        Sighting: [{ uuid: uuid(31), type: '0', date_sighting: '1769860800' }],
      },
    ],
  })
  expect(made.figures).toEqual({ objects: 5, mapped: 5, carried: 0 })
})

test('a report gives the event its UUID, name, day and organisation; its description is a report in it', () => {
  const made = mapped(
    stix('identity', 40, { name: 'CERT Example', identity_class: 'organization' }),
    stix('report', 41, {
      name: 'Phishing',
      description: 'Long.',
      published: NOW,
      created_by_ref: `identity--${uuid(40)}`,
      object_refs: [`indicator--${uuid(10)}`],
    }),
    indicator(10, "[domain-name:value = 'a.example']"),
  )
  expect(made.events).toHaveLength(1)
  expect(made.events[0]).toMatchObject({
    ...{ uuid: uuid(41), info: 'Phishing', date: '2026-01-31', distribution: '0', published: false },
    ...{ Orgc: { uuid: uuid(40), name: 'CERT Example' }, EventReport: [{ content: 'Long.' }] },
  })
})

test('an object that MISP has no place for travels as its own text, and is named', () => {
  const relationship = stix('relationship', 30, {
    relationship_type: 'uses',
    source_ref: `threat-actor--${uuid(20)}`,
    target_ref: `malware--${uuid(21)}`,
  })
  const made = mapped(relationship, stix('infrastructure', 22, { name: 'C2' }))
  expect(made.figures).toEqual({ objects: 2, mapped: 0, carried: 2 })
  expect(made.notices.map(({ id }) => id)).toEqual([`relationship--${uuid(30)}`, `infrastructure--${uuid(22)}`])
  expect(attributesOf(made)[0]).toBe(`other ${JSON.stringify(relationship)}`)
})

test('every marking becomes a tag, also that of an observable, and the strictest where there are several', () => {
  const made = mapped(
    indicator(10, "[domain-name:value = 'a.example']", { object_marking_refs: [AMBER_1, RED] }),
    indicator(11, "[domain-name:value = 'b.example']", { object_marking_refs: [`marking-definition--${uuid(50)}`] }),
    stix('observed-data', 12, {
      first_observed: NOW,
      last_observed: NOW,
      number_observed: 1,
      object_refs: [`domain-name--${uuid(13)}`],
    }),
    sco('domain-name', 13, { value: 'c.example', object_marking_refs: [AMBER_1] }),
    stix('note', 14, { content: 'Secret.', object_refs: [`indicator--${uuid(10)}`], object_marking_refs: [RED] }),
    stix('malware', 15, { name: 'ExampleRAT', is_family: true, object_marking_refs: [AMBER_1] }),
  )
  const [event = {}] = made.events
  expect((event['Attribute'] as Json[]).map(({ value, Tag }) => [value, Tag])).toEqual([
    ['a.example', [{ name: 'tlp:red' }]],
    ['b.example', [{ name: 'tlp:red' }]],
    ['c.example', [{ name: 'tlp:amber' }]],
  ])
  // Reports and clusters bear no tags of their own: the event does.
  expect(event['Tag']).toEqual([{ name: 'tlp:red' }])
})

test('nothing at all gives no event', () => {
  expect(mapped()).toEqual({
    events: [],
    figures: { objects: 0, mapped: 0, carried: 0 },
    notices: [],
    standing: new Map(),
  })
})
