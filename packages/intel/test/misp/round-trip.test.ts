import { utf8 } from '@countersign/log'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ATTRIBUTE_TYPES,
  eventToStix,
  type MispEvent,
  type MispOfStix,
  readMispEvents,
  readObject,
  type StixOfEvent,
  stixToMisp,
} from '../../src/index.ts'
import { attribute, event, type Json, uuid, wholeEvent } from './sample-event.ts'

const FRESH = { uuid: uuid(900), info: 'From STIX', date: '2026-02-01', timestamp: 1_769_900_000, distribution: '0' }

function read(of: Json): MispEvent {
  const result = readMispEvents(utf8(JSON.stringify({ Event: of })))
  if (!result.ok) throw new Error(result.message)
  const [first] = result.value
  if (first === undefined) throw new Error('no event')
  return first
}

function back(objects: StixOfEvent['objects']): MispOfStix {
  const sources = objects.map((value) => {
    const source = JSON.stringify(value)
    const object = readObject(source)
    if (!object.ok) throw new Error(object.message)
    return { object: object.value, source }
  })
  return stixToMisp(sources, FRESH)
}

function once(of: Json): MispOfStix {
  return back(eventToStix(read(of)).objects)
}

/** Numbers by which one MISP counts, and what tells of other events: it does not come back. */
const LOCAL = ['id', 'sharing_group_id', 'RelatedEvent', 'event_creator_email', 'disable_correlation', 'object_uuid']

/** An element without what does not come back, and with what MISP takes for granted. */
function kept(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(kept)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([name, said]) => {
    return !LOCAL.includes(name) && said !== null && name !== 'exportable' && !(name === 'deleted' && said === false)
  })
  return Object.fromEntries(members.map(([name, said]) => [name, name === 'Tag' ? tags(said) : kept(said)]))
}

function tags(said: unknown): unknown {
  return Array.isArray(said) ? said.filter((tag: Json) => tag['local'] === undefined).map(kept) : said
}

const emptyOf = (said: Json): Json => ({
  ...said,
  Attribute: said['Attribute'] ?? [],
  Object: said['Object'] ?? [],
})

/** Members that are empty where there is nothing: `[]` and `{}` are the same as their absence. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, said]): [string, unknown] => [name, withoutEmpty(said)])
  return Object.fromEntries(
    members.filter(([, said]) => typeof said !== 'object' || said === null || Object.keys(said).length > 0),
  )
}

const same = (said: unknown) => withoutEmpty(kept(said))

test('all that an event may have comes back: UUIDs, to_ids, tags, objects, categories, comments, times, distribution', () => {
  const whole = wholeEvent()
  const { events, figures, notices } = once(whole)
  expect(events.map(same)).toEqual([same(whole)])
  expect(figures.carried).toBe(0)
  expect(notices).toEqual([])
})

test('an event that came back gives the same STIX to the byte', () => {
  const first = eventToStix(read(wholeEvent())).objects
  const [again] = back(first).events
  expect(JSON.stringify(eventToStix(read(again as Json)).objects)).toBe(JSON.stringify(first))
})

const HEX = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
const HOSTILE = fc.string({
  unit: fc.constantFrom("'", '\\', '"', '|', ']', '\n', '\u0007', '\u2028', 'é', '$0', '@1', 'a', 'misp:to_ids="True"'),
})
const FITTING = fc.oneof(
  HOSTILE,
  fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text.isWellFormed()),
  fc.constantFrom(
    '192.0.2.1',
    '2001:db8::1',
    '198.51.100.0/24',
    'a.example',
    'A.Example',
    'https://a.example/b?c',
    'a@b.example',
  ),
  fc.constantFrom(
    '443',
    '64496',
    'AS64496',
    '00:00:5e:00:53:01',
    '00-00-5E-00-53-01',
    'HKLM\\a',
    'hkcu\\a',
    'CVE-2026-0001',
  ),
  fc.constantFrom('cpe:2.3:a:example:reader:2.0:*:*:*:*:*:*:*', "[file:name = 'a']", 'rule a { condition: true }'),
  fc.oneof(HEX(32), HEX(40), HEX(64), HEX(128)),
)
const VALUE = fc.oneof(
  FITTING,
  fc.tuple(FITTING, FITTING).map((parts) => parts.join('|')),
)
const TAG = fc.record({
  name: fc.oneof(
    fc.constantFrom('tlp:white', 'tlp:amber', 'TLP:RED', 'pap:green', 'misp:type="url"', 'misp:to_ids="True"'),
    HOSTILE.filter((name) => name !== ''),
  ),
  colour: fc.constantFrom('#ffffff', '#000000'),
})
const MEMBERS = fc.record(
  {
    to_ids: fc.boolean(),
    comment: fc.oneof(fc.constant(''), HOSTILE),
    category: fc.constantFrom('Other', 'Network activity', 'Payload "delivery"'),
    distribution: fc.constantFrom('0', '1', '3', '4', '5'),
    deleted: fc.boolean(),
    timestamp: fc.nat(2_000_000_000).map(String),
    first_seen: fc.constantFrom('2026-01-30T10:00:00.123456+01:00', '2026-01-30T10:00:00+00:00'),
    last_seen: fc.constantFrom('2026-01-29T10:00:00.000000+00:00', '2026-01-31T00:00:00+00:00'),
    object_relation: fc.constantFrom('filename', 'text', 'size-in-bytes', 'ip', 'dst-port', 'domain'),
    Tag: fc.array(TAG, { maxLength: 3 }),
    of_later: fc.jsonValue().filter((said) => said !== null && !/__proto__/.test(JSON.stringify(said))),
  },
  { requiredKeys: [] },
)
const ATTRIBUTES = fc.array(fc.tuple(fc.constantFrom(...ATTRIBUTE_TYPES.keys(), 'of-later'), VALUE, MEMBERS), {
  maxLength: 4,
})

const EVENT = fc
  .record({
    own: ATTRIBUTES,
    inObject: ATTRIBUTES,
    tags: fc.array(TAG, { maxLength: 3 }),
    name: fc.constantFrom('file', 'domain-ip', 'ip-port', 'x509', 'virustotal-report'),
    info: fc.oneof(HOSTILE, fc.constant('Phishing')),
    published: fc.boolean(),
    distribution: fc.constantFrom('0', '1', '2', '3', '4'),
  })
  .map(({ own, inObject, tags: ofEvent, name, ...more }) => {
    const made = (list: typeof own, from: number) => {
      return list.map(([type, value, members], i) => attribute(from + i, type, value, plain(members)))
    }
    const parts = made(inObject, 40)
    const object = { uuid: uuid(30), name, comment: '', timestamp: '1769860005', Attribute: parts }
    return event({ ...more, Tag: ofEvent, Attribute: made(own, 10), Object: parts.length === 0 ? [] : [object] })
  })

/** An object without the null prototype that generated records have. */
function plain(members: object): Json {
  return JSON.parse(JSON.stringify(members)) as Json
}

test('whatever an event holds, it comes back the same, and gives the same STIX again', () => {
  fc.assert(
    fc.property(EVENT, (of) => {
      const first = eventToStix(read(of)).objects
      const { events, figures } = back(first)
      expect(events.map(same)).toEqual([same(emptyOf(of))])
      expect(figures.carried).toBe(0)
      expect(JSON.stringify(eventToStix(read(events[0] as Json)).objects)).toBe(JSON.stringify(first))
    }),
    { numRuns: 100 },
  )
})

/**
 * A value of the kind that its type is for, and whether it is for detection: the first of those in the field that STIX says
 * in its own words.
 */
function fittingFor(type: string): { value: string; to_ids: boolean } | undefined {
  const hex = [32, 40, 56, 64, 72, 96, 128].map((length) => 'a1'.repeat(length / 2))
  const plain = [
    ...['198.51.100.7', 'host.example', 'https://host.example/a', 'a@host.example', '443', 'AS64496', 'CVE-2026-0001'],
    ...['HKLM\\Software\\Example', '00:00:5e:00:53:af', "[file:name = 'a.exe']", 'rule a { condition: true }'],
    ...['cpe:2.3:a:example:reader:2.0:*:*:*:*:*:*:*', 'text/plain', 'An example.', ...hex],
  ]
  const isPair = type.includes('|') || type === 'malware-sample'
  const values = isPair ? plain.flatMap((one) => plain.map((other) => `${one}|${other}`)) : plain
  const tries = [true, false].flatMap((to_ids) => values.map((value) => ({ value, to_ids })))
  return tries.find(({ value, to_ids }) => {
    const made = eventToStix(read(event({ Attribute: [attribute(10, type, value, { to_ids })] })))
    return made.figures.mapped === 1 && made.figures.noted === 0
  })
}

/** Those that the table gives a place by themselves; what is text in a note too is a place, and nothing that a machine reads. */
const PLACED = [...ATTRIBUTE_TYPES.values()].flatMap(({ type, mapping }) => {
  const isText = mapping.to === 'object' && (mapping.within !== undefined || mapping.type === 'note')
  return mapping.to === 'carried' || isText ? [] : type
})

test('an event with an attribute of every type comes back the same, and what STIX has no place for is carried and named', () => {
  const fitting = new Map(PLACED.map((type) => [type, fittingFor(type)]))
  expect(PLACED.filter((type) => fitting.get(type) === undefined)).toEqual([])
  const types = [...ATTRIBUTE_TYPES.keys()]
  const some = fc.tuple(
    fc.shuffledSubarray(types, { minLength: types.length }),
    fc.array(MEMBERS, { minLength: 6, maxLength: 6 }),
    fc.nat(types.length),
  )
  fc.assert(
    fc.property(some, ([inOrder, members, inObject]) => {
      const made = inOrder.map((type, i) => {
        const more: Json = { ...plain(members[i % members.length] ?? {}), uuid: uuid(1_000 + i), deleted: false }
        const { value = `A value of ${type}`, to_ids = more['to_ids'] ?? false } = fitting.get(type) ?? {}
        return attribute(10, type, value, { ...more, to_ids, object_relation: type })
      })
      const object = { uuid: uuid(30), name: 'of-later', comment: '', timestamp: '1769860005' }
      const parts = { Attribute: made.slice(inObject), Object: [{ ...object, Attribute: made.slice(0, inObject) }] }
      const { objects, figures, carried, leftOut } = eventToStix(read(event(parts)))
      expect([figures.attributes, figures.mapped + figures.carried, leftOut]).toEqual([types.length, types.length, []])
      expect(carried).toHaveLength(figures.carried)
      for (const { why } of carried) expect(why).toMatch(/\.$/)
      const placed = new Set(PLACED)
      const lost = carried.filter(({ what }) => placed.has(what))
      expect(lost.length).toBeLessThanOrEqual(placed.size * 0.05)
      const { events, figures: returned } = back(objects)
      expect(events.map(same)).toEqual([same(emptyOf(event(parts)))])
      expect(returned.carried).toBe(0)
    }),
    { numRuns: 10 },
  )
})

test('an indicator whose pattern was changed since says its new value, not the one MISP had spelled', () => {
  const { objects } = eventToStix(read(event({ Attribute: [attribute(10, 'AS', '64496', { to_ids: true })] })))
  const changed = objects.map((object) => {
    return object['type'] === 'indicator' ? { ...object, pattern: '[autonomous-system:number = 64511]' } : object
  })
  expect(back(objects).events[0]).toMatchObject({ Attribute: [{ value: '64496' }] })
  expect(back(changed).events[0]).toMatchObject({ Attribute: [{ value: 'AS64511' }] })
})

test('a marking that was made stricter since becomes a tag', () => {
  const { objects } = eventToStix(read(event({ Attribute: [attribute(10, 'domain', 'a.example', { to_ids: true })] })))
  const red = 'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1'
  const unknown = 'marking-definition--5c0b1f2a-7777-4000-8000-000000000001'
  for (const ref of [red, unknown]) {
    const marked = objects.map((object) =>
      object['type'] === 'indicator' ? { ...object, object_marking_refs: [ref] } : object,
    )
    expect(back(marked).events[0]).toMatchObject({ Attribute: [{ Tag: [{ name: 'tlp:red' }] }] })
  }
})

test('what stands as text beside an object adds to it and never says something else than the object', () => {
  const { objects } = eventToStix(read(event({ Attribute: [attribute(10, 'domain', 'a.example', { to_ids: true })] })))
  const more = { value: 'b.example', uuid: uuid(66), distribution: '3', Tag: [{ name: 'x' }], of_later: 1 }
  const forged = objects.map((object) => ({ ...object, x_misp_members: JSON.stringify(more) }))
  const [made = {}] = back(forged).events
  expect(made).toMatchObject({ uuid: uuid(1), of_later: 1, Orgc: { uuid: uuid(2) } })
  expect(made['Attribute']).toMatchObject([{ uuid: uuid(10), value: 'a.example', distribution: '5', of_later: 1 }])
  expect((made['Attribute'] as Json[])[0]).not.toHaveProperty('Tag')
})

test('objects that pretend to be of an event which MISP would not take are read as any others', () => {
  const { objects } = eventToStix(read(event({ Attribute: [attribute(10, 'domain', 'a.example', { to_ids: true })] })))
  const forged = objects.map((object) => {
    return object['type'] === 'indicator' ? { ...object, x_misp_uuid: 'no UUID' } : object
  })
  const { events, notices } = back(forged)
  expect(notices.map(({ why }) => why)).toContain(
    'It has properties of an event of MISP, but MISP would not take that event.',
  )
  expect(events).toMatchObject([
    { uuid: uuid(1), distribution: '0', Attribute: [{ uuid: uuid(10), value: 'a.example' }] },
  ])
})

test('a value that looks like a placeholder of ours is a value', () => {
  const parts = ['@0', '@1', '$0', '$1:integer'].map((value, i) => attribute(10 + i, 'email-header', value))
  const { objects } = eventToStix(read(event({ Attribute: parts })))
  const lines = objects.flatMap((object) => (object['received_lines'] ?? []) as string[])
  expect(lines).toEqual(['@0', '@1', '$0', '$1:integer'])
  expect(back(objects).events[0]).toMatchObject({ Attribute: parts.map(({ value }) => ({ value })) })
})

test('an attribute as misp-stix writes it, without a label for what is not for detection, is read', () => {
  const now = '2026-01-31T12:00:00.000Z'
  const common = { spec_version: '2.1', created: now, modified: now }
  const { objects } = eventToStix(read(event()))
  const [report] = objects.filter((object) => object['type'] === 'report')
  const custom = {
    ...{ ...common, type: 'x-misp-attribute', id: `x-misp-attribute--${uuid(10)}` },
    labels: ['misp:type="btc"', 'misp:category="Financial fraud"', 'a tag'],
    ...{ x_misp_type: 'btc', x_misp_category: 'Financial fraud', x_misp_value: '1ExampleWallet' },
  }
  const { events } = back([{ ...report, object_refs: [custom.id] }, custom])
  expect(events[0]).toMatchObject({
    Attribute: [{ uuid: uuid(10), type: 'btc', to_ids: false, value: '1ExampleWallet', Tag: [{ name: 'a tag' }] }],
  })
})

test('a UUID that STIX does not know comes back as it was', () => {
  const none = '00000000-0000-0000-0000-000000000010'
  const parts = [attribute(10, 'domain', 'a.example', { uuid: none }), attribute(1, 'btc', '1ExampleWallet')]
  expect(once(event({ Attribute: parts })).events[0]).toMatchObject({ Attribute: [{ uuid: none }, { uuid: uuid(1) }] })
})

test('a MAC address in another spelling is one all the same, and comes back as it was spelled', () => {
  const { objects } = eventToStix(read(event({ Attribute: [attribute(10, 'mac-address', '00-00-5E-00-53-AF')] })))
  expect(objects.find((object) => object['type'] === 'mac-addr')).toMatchObject({ value: '00:00:5e:00:53:af' })
  expect(back(objects).events[0]).toMatchObject({ Attribute: [{ value: '00-00-5E-00-53-AF' }] })
})

test('an event with more than one object can name comes back whole', () => {
  const parts = Array.from({ length: 20_000 }, (_, i) => {
    return attribute(1, 'btc', `1Example${i}`, { uuid: `5c0b1f2a-0001-4000-9000-${String(i).padStart(12, '0')}` })
  })
  const made = eventToStix(read(event({ Attribute: parts })))
  expect(made.leftOut).toEqual([])
  const { events } = back(made.objects)
  expect(events).toHaveLength(1)
  expect((events[0]?.['Attribute'] as Json[]).map(({ value }) => value)).toEqual(parts.map(({ value }) => value))
})
