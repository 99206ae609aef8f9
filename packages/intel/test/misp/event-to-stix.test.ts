import { utf8 } from '@countersign/log'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ATTRIBUTE_TYPES,
  deterministicId,
  eventToStix,
  judgeTogether,
  MarkingDefinitions,
  parsePattern,
  readMispEvents,
  readObject,
  type StixOfEvent,
  strictest,
  TLP_NAMES,
  tlpOf,
  validateObject,
} from '../../src/index.ts'
import { attribute, event, type Json, uuid, wholeEvent } from './sample-event.ts'

function mapped(of: Json): StixOfEvent {
  const read = readMispEvents(utf8(JSON.stringify({ Event: of })))
  if (!read.ok) throw new Error(read.message)
  const [first] = read.value
  if (first === undefined) throw new Error('no event')
  return eventToStix(first)
}

/** The errors that our own validator has of the objects, each alone and all together. */
function errorsOf({ objects }: StixOfEvent): string[] {
  const judged = objects.map((object) => validateObject(JSON.stringify(object)))
  const alone = judged.flatMap(({ object, errors }) =>
    errors.map(({ path, message }) => `${object?.id} ${path} ${message}`),
  )
  const together = [...judgeTogether(judged.flatMap(({ object }) => object ?? []))]
  return [...alone, ...together.flatMap(([id, { errors }]) => errors.map(({ message }) => `${id} ${message}`))]
}

function colourOf({ objects }: StixOfEvent, id: string): string {
  const definitions = new MarkingDefinitions()
  const read = readObject(JSON.stringify(objects.find((object) => object['id'] === id)))
  if (!read.ok) return read.message
  const marking = tlpOf(read.value, definitions)
  return marking.kind === 'tlp' ? marking.tlp : marking.kind
}

const one = (type: string, value: string, more: Json = {}) =>
  mapped(event({ Attribute: [attribute(10, type, value, more)] }))
const ofType = ({ objects }: StixOfEvent, type: string) => objects.filter((object) => object['type'] === type)

test('all that an event may have becomes STIX without an error', () => {
  const made = mapped(wholeEvent())
  expect(errorsOf(made)).toEqual([])
  expect(made.figures).toEqual({
    ...{
      attributes: 18,
      mapped: 16,
      carried: 2,
      noted: 2,
      objects: 1,
      references: 1,
      clusters: 4,
      sightings: 3,
      reports: 1,
      tags: 4,
    },
  })
  expect(made.carried.map(({ path, what }) => `${path} ${what}`)).toEqual(['Attribute[3] url', 'Attribute[4] btc'])
  expect(made.leftOut.map(({ path }) => path)).toEqual(['RelatedEvent', 'event_creator_email', 'Tag[2]'])
  expect(JSON.stringify(made.objects)).not.toMatch(/Of somebody else|someone@example\.org"\}|workflow:state/)
})

test('the same event gives the same bytes', () => {
  expect(JSON.stringify(mapped(wholeEvent()))).toBe(JSON.stringify(mapped(wholeEvent())))
})

test('every UUID of MISP is the UUID of the object made of it', () => {
  const ids = mapped(wholeEvent()).objects.map(({ id }) => String(id))
  const kept = [1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 30, 32, 33, 34, 35, 40, 60, 61, 62, 70]
  for (const n of kept)
    expect(
      ids.filter((id) => id.endsWith(uuid(n))),
      uuid(n),
    ).toHaveLength(1)
})

test('a UUID that STIX does not know, or that another object has, becomes a UUIDv5 and is told', () => {
  const none = '00000000-0000-0000-0000-000000000010'
  const made = mapped(
    event({
      Attribute: [
        attribute(10, 'ip-dst', '192.0.2.1', { to_ids: true, uuid: none }),
        attribute(1, 'ip-dst', '192.0.2.2', { to_ids: true }),
        attribute(1, 'ip-dst', '192.0.2.3', { to_ids: true }),
      ],
    }),
  )
  const indicators = ofType(made, 'indicator')
  expect(new Set(indicators.map(({ id }) => id)).size).toBe(3)
  for (const { id } of indicators) expect(id).toMatch(/^indicator--.{14}5/)
  expect(indicators.map((indicator) => indicator['x_misp_uuid'])).toEqual([none, uuid(1), uuid(1)])
  expect(errorsOf(made)).toEqual([])
})

test.each([
  [
    'ip-dst',
    '192.0.2.1',
    "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1']",
  ],
  [
    'ip-src',
    '2001:db8::/32',
    "[network-traffic:src_ref.type = 'ipv6-addr' AND network-traffic:src_ref.value ISSUBSET '2001:db8::/32']",
  ],
  [
    'domain|ip',
    'a.example|192.0.2.1',
    "[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '192.0.2.1']",
  ],
  [
    'filename|md5',
    "it's|a|d41d8cd98f00b204e9800998ecf8427e",
    "[file:name = 'it\\'s|a' AND file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']",
  ],
  ['AS', 'AS64496', '[autonomous-system:number = 64496]'],
  ['regkey', 'HKCU\\Software\\a', "[windows-registry-key:key = 'HKEY_CURRENT_USER\\\\Software\\\\a']"],
  [
    'hostname|port',
    'a.example|8443',
    "[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'a.example' AND network-traffic:dst_port = 8443]",
  ],
])('%s with to_ids is a pattern', (type, value, pattern) => {
  expect(ofType(one(type, value, { to_ids: true }), 'indicator').map((indicator) => indicator['pattern'])).toEqual([
    pattern,
  ])
})

test.each([
  ['ip-dst', 'not an address', true, 'The value is not of the form that its type says.'],
  ['domain|ip', 'a.example', false, 'The value is not of the form that its type says.'],
  ['md5', 'd41d8', true, 'The value is not of the form that its type says.'],
  ['url', 'no url', false, 'value: This is not a URL as RFC 3986 has it.'],
  ['port', '443', false, 'STIX can say it in a pattern only, and it is not for detection.'],
  ['stix2-pattern', '[a', true, 'The pattern cannot be read: '],
  ['of-later', 'x', true, 'MISP lists no such type.'],
])('%s %s is carried with its reason', (type, value, toIds, why) => {
  const made = one(type, value, { to_ids: toIds })
  expect(made.carried).toEqual([{ path: 'Attribute[0]', what: type, why: expect.stringContaining(why) }])
  expect(ofType(made, 'x-misp-attribute')[0]).toMatchObject({ x_misp_type: type, x_misp_value: value })
  expect(errorsOf(made)).toEqual([])
})

const HOSTILE = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => text.isWellFormed()),
  fc.string({
    unit: fc.constantFrom("'", '\\', '"', '|', ']', '[', '\n', '\u0000', '$0', '@1', 'a', ' OR ', '/*', '//'),
  }),
)

test('whatever a value is, of whatever type, its pattern says that value and nothing else, and no object has an error', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ATTRIBUTE_TYPES.keys()), HOSTILE, fc.boolean(), (type, value, toIds) => {
      const made = one(type, value, { to_ids: toIds })
      expect(errorsOf(made)).toEqual([])
      expect(made.figures.mapped + made.figures.carried).toBe(1)
      for (const { pattern, pattern_type: language } of ofType(made, 'indicator')) {
        if (language !== 'stix' || type === 'stix2-pattern') continue
        const parsed = parsePattern(String(pattern))
        if (!parsed.ok) throw new Error(parsed.message)
        expect(parsed.value.kind).toBe('observation')
      }
    }),
    { numRuns: 500 },
  )
})

const TAGS = [
  'tlp:white',
  'tlp:clear',
  'tlp:green',
  'TLP:AMBER',
  'tlp:amber+strict',
  'tlp:red',
  'tlp:ex:chr',
  'tlp-amber',
  'a',
]
const SAYS = ['TLP:CLEAR', 'TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED', 'TLP:RED', 'TLP:AMBER']

test('no object is marked less strictly than the tags of the event and its own say', () => {
  const tags = fc.uniqueArray(fc.nat(TAGS.length - 1), { maxLength: 3 })
  fc.assert(
    fc.property(tags, tags, fc.boolean(), fc.boolean(), (ofEvent, own, toIds, local) => {
      const tagsOf = (places: number[]) => places.map((place) => ({ name: TAGS[place], local }))
      const more = { to_ids: toIds, Tag: tagsOf(own) }
      const made = mapped(event({ Tag: tagsOf(ofEvent), Attribute: [attribute(10, 'domain', 'a.example', more)] }))
      const least = strictest(...TLP_NAMES.filter((name) => [...ofEvent, ...own].some((place) => SAYS[place] === name)))
      for (const { id, type } of [...ofType(made, 'indicator'), ...ofType(made, 'observed-data')]) {
        expect(`${type} ${colourOf(made, String(id))}`).toBe(`${type} ${least ?? 'none'}`)
      }
      for (const { id } of ofType(made, 'domain-name')) {
        expect(colourOf(made, String(id))).toBe(least === undefined || least === 'TLP:CLEAR' ? 'none' : least)
      }
    }),
  )
})

test.each([
  ['0', 'TLP:AMBER+STRICT'],
  ['1', 'TLP:GREEN'],
  ['2', 'TLP:GREEN'],
  ['3', 'none'],
  ['4', 'TLP:AMBER+STRICT'],
  ['9', 'TLP:AMBER+STRICT'],
])('what MISP distributes as %s is marked %s', (distribution, colour) => {
  const made = mapped(event({ distribution, Attribute: [attribute(10, 'domain', 'a.example', { to_ids: true })] }))
  expect(colourOf(made, `indicator--${uuid(10)}`)).toBe(colour)
  const own = mapped(event({ Attribute: [attribute(10, 'domain', 'a.example', { to_ids: true, distribution })] }))
  expect(colourOf(own, `indicator--${uuid(10)}`)).toBe(colour)
})

test('an object, a relationship, a sighting and a cluster are as closely held as the closest of what they join', () => {
  const made = mapped(wholeEvent())
  expect(colourOf(made, `x-misp-object--${uuid(30)}`)).toBe('TLP:RED')
  expect(colourOf(made, `relationship--${uuid(40)}`)).toBe('TLP:RED')
  expect(colourOf(made, `sighting--${uuid(60)}`)).toBe('TLP:AMBER')
  expect(colourOf(made, `tool--${uuid(107)}`)).toBe('TLP:AMBER')
  expect(colourOf(made, `threat-actor--${uuid(101)}`)).toBe('TLP:GREEN')
})

test('an observable without a marking has the id of the standard, and two attributes share it', () => {
  const made = mapped(
    event({ Attribute: [attribute(10, 'domain', 'a.example'), attribute(11, 'hostname', 'a.example')] }),
  )
  expect(ofType(made, 'domain-name').map(({ id }) => id)).toEqual([
    deterministicId({ type: 'domain-name', value: 'a.example' }),
  ])
})

test('an event without content is a report with a note that says so', () => {
  const made = mapped(event())
  expect(errorsOf(made)).toEqual([])
  expect(ofType(made, 'note')).toHaveLength(1)
})

test('a content too large for one object is left out and named, and its attribute stays', () => {
  const made = one('attachment', 'a.bin', { data: 'A'.repeat(1_000_000) })
  expect(made.leftOut).toEqual([{ path: 'Attribute[0].data', what: 'data', why: expect.stringContaining('larger') }])
  expect(made.figures.mapped).toBe(1)
})

function ofObject(name: string, parts: [relation: string, type: string, value: string, more?: Json][]): StixOfEvent {
  const made = parts.map(([relation, type, value, more], i) => {
    return attribute(40 + i, type, value, { object_relation: relation, ...more })
  })
  return mapped(event({ Object: [{ uuid: uuid(30), name, timestamp: '1769860005', Attribute: made }] }))
}

/** The observables of the observed data of a whole object, without what has them found again. */
function wholeOf(made: StixOfEvent): Json[] {
  const [data] = made.objects.filter((object) => object['x_misp_composed'] === true)
  const refs = (data?.['object_refs'] ?? []) as string[]
  return made.objects
    .filter((object) => refs.includes(String(object['id'])))
    .map((object) => {
      const { id: _, spec_version: __, ...said } = object
      return said
    })
}

const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

test('the parts of a file, a domain, traffic and a certificate are one observable too', () => {
  const file = ofObject('file', [
    ['filename', 'filename', 'a.exe'],
    ['sha256', 'sha256', SHA256],
    ['size-in-bytes', 'size-in-bytes', '12'],
    ['mimetype', 'mime-type', 'PE32 executable'],
    ['entropy', 'float', '4.23'],
  ])
  expect(wholeOf(file)).toEqual([{ type: 'file', hashes: { 'SHA-256': SHA256 }, name: 'a.exe', size: 12 }])
  expect(file.carried.map(({ what }) => what)).toEqual(['mime-type'])
  expect(file.figures).toMatchObject({ attributes: 5, mapped: 4, carried: 1, noted: 1 })
  const domain = ofObject('domain-ip', [
    ['domain', 'domain', 'a.example'],
    ['ip', 'ip-dst', '192.0.2.1'],
    ['ip', 'ip-dst', '2001:db8::1'],
  ])
  expect(wholeOf(domain)).toMatchObject([
    { type: 'domain-name', value: 'a.example', resolves_to_refs: [expect.any(String), expect.any(String)] },
    { type: 'ipv4-addr', value: '192.0.2.1' },
    { type: 'ipv6-addr', value: '2001:db8::1' },
  ])
  const traffic = ofObject('ip-port', [
    ['ip', 'ip-dst', '192.0.2.1'],
    ['dst-port', 'port', '443'],
  ])
  expect(wholeOf(traffic)).toMatchObject([{ type: 'network-traffic', dst_port: 443 }, { type: 'ipv4-addr' }])
  expect(traffic.carried).toEqual([])
  const certificate = ofObject('x509', [
    ['issuer', 'text', 'CN=Example CA'],
    ['x509-fingerprint-sha256', 'x509-fingerprint-sha256', SHA256],
  ])
  expect(wholeOf(certificate)).toEqual([
    { type: 'x509-certificate', hashes: { 'SHA-256': SHA256 }, issuer: 'CN=Example CA' },
  ])
  for (const made of [file, domain, traffic, certificate]) expect(errorsOf(made)).toEqual([])
})

test('the whole of an object is as closely held as the closest of its parts, and leaves out what was deleted', () => {
  const made = ofObject('file', [
    ['filename', 'filename', 'a.exe', { Tag: [{ name: 'tlp:amber' }] }],
    ['sha256', 'sha256', SHA256],
    ['size-in-bytes', 'size-in-bytes', '12', { deleted: true }],
  ])
  const [data] = made.objects.filter((object) => object['x_misp_composed'] === true)
  for (const id of [data?.['id'], ...(data?.['object_refs'] as string[])]) {
    expect(colourOf(made, String(id))).toBe('TLP:AMBER')
  }
  expect(wholeOf(made)[0]).not.toHaveProperty('size')
})

test('one part alone, or one that is not of its form, makes no whole', () => {
  expect(wholeOf(ofObject('file', [['sha256', 'sha256', SHA256]]))).toEqual([])
  const wrong = ofObject('file', [
    ['sha256', 'sha256', 'no hash'],
    ['filename', 'filename', 'a.exe'],
  ])
  expect(wholeOf(wrong)).toEqual([])
  expect(errorsOf(wrong)).toEqual([])
})

test('a number is a note within an object, and carried alone or for detection', () => {
  expect(one('float', '4.23').carried).toHaveLength(1)
  expect(ofObject('file', [['entropy', 'float', '4.23', { to_ids: true }]]).carried).toHaveLength(1)
  const [note] = ofType(ofObject('file', [['entropy', 'float', '4.23']]), 'note')
  expect(note).toMatchObject({ abstract: 'entropy', content: '4.23', object_refs: [`x-misp-object--${uuid(30)}`] })
})

test('a cluster at two places is as closely held as the closer one, whichever comes first', () => {
  const galaxy = [{ type: 'rat', GalaxyCluster: [{ uuid: uuid(50), value: 'ExampleRAT' }] }]
  const [red, green] = ['tlp:red', 'tlp:green'].map((name, i) => {
    return attribute(10 + i, 'domain', 'a.example', { Galaxy: galaxy, Tag: [{ name }] })
  }) as [Json, Json]
  for (const both of [
    [red, green],
    [green, red],
  ]) {
    expect(colourOf(mapped(event({ Attribute: both })), `tool--${uuid(50)}`)).toBe('TLP:RED')
  }
})
