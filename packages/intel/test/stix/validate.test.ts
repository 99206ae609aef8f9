import { describe, expect, test } from 'vitest'
import { INTEL_LIMITS, readObject, validateObject } from '../../src/index.ts'
import { objectTypeOf, STANDARD_TYPES } from '../../src/stix/object-types.ts'
import { EXAMPLES, type Example, example, id, without } from './examples.ts'
import { errorsIn, warningsIn } from './judging.ts'

/** Beyond the common ones. */
const REQUIRED: [type: string, required: string[]][] = [
  ...['attack-pattern', 'campaign', 'course-of-action', 'identity', 'incident', 'infrastructure', 'intrusion-set'].map(
    named,
  ),
  ...['threat-actor', 'tool', 'vulnerability', 'mutex', 'software'].map(named),
  ...['domain-name', 'email-addr', 'ipv4-addr', 'ipv6-addr', 'mac-addr', 'url'].map(valued),
  ['grouping', ['context', 'object_refs']],
  ['indicator', ['pattern', 'pattern_type', 'valid_from']],
  ['malware', ['is_family']],
  ['malware-analysis', ['product']],
  ['note', ['content', 'object_refs']],
  ['observed-data', ['first_observed', 'last_observed', 'number_observed']],
  ['opinion', ['opinion', 'object_refs']],
  ['report', ['name', 'published', 'object_refs']],
  ['relationship', ['relationship_type', 'source_ref', 'target_ref']],
  ['sighting', ['sighting_of_ref']],
  ['autonomous-system', ['number']],
  ['directory', ['path']],
  ['email-message', ['is_multipart']],
  ['network-traffic', ['protocols']],
  ['extension-definition', ['created_by_ref', 'name', 'schema', 'version', 'extension_types']],
  ['language-content', ['object_ref', 'contents']],
]

function named(type: string): [string, string[]] {
  return [type, ['name']]
}

function valued(type: string): [string, string[]] {
  return [type, ['value']]
}

describe('every type of the standard', () => {
  test('has an example here', () => {
    expect([...EXAMPLES.keys()].sort()).toEqual([...STANDARD_TYPES].sort())
  })

  test.each([...EXAMPLES])('%s is right with all its properties', (_, object) => {
    expect(errorsIn(object)).toEqual([])
    expect(warningsIn(object)).toEqual([])
  })

  test.each([...EXAMPLES])(
    '%s: the example leaves out no property but those that exclude each other',
    (type, object) => {
      const { kind, properties } = objectTypeOf(type, 'sdo')
      expect([type, kind]).toEqual([type, read(object).kind])
      const absent = [...properties].filter((property) => !Object.hasOwn(object, property))
      expect(absent.sort()).toEqual([...(EXCLUDED[type] ?? [])].sort())
    },
  )

  test.each([...EXAMPLES])('%s: each property of the wrong JSON type is told with its place', (type, object) => {
    for (const property of Object.keys(object)) {
      // These decide whether the object can be taken in at all.
      if (['type', 'id', 'spec_version', 'created', 'modified', 'revoked'].includes(property)) continue
      if (['object_marking_refs', 'granular_markings'].includes(property)) continue
      const wrong = typeof object[property] === 'number' ? 'a' : -1.5
      const found = validateObject(JSON.stringify({ ...object, [property]: wrong })).errors
      expect(
        found.map(({ path }) => path),
        `${type}.${property}`,
      ).toContain(property)
      expect(found.every(({ section }) => /^[0-9]+(\.[0-9]+)*$/.test(section))).toBe(true)
    }
  })

  test.each(REQUIRED)('%s: what it lacks of %s is told', (type, required) => {
    for (const property of required) {
      expect(errorsIn(without(example(type), property)), property).toContainEqual(
        expect.stringMatching(new RegExp(`^required ${property} §`)),
      )
    }
  })
})

function read(object: Example) {
  const result = readObject(JSON.stringify(object))
  if (!result.ok) throw new Error(result.message)
  return result.value
}

const EXCLUDED: Record<string, string[]> = {
  'observed-data': ['objects'],
  'email-message': ['body'],
  artifact: ['url'],
}

describe('what validation gives back', () => {
  test('names the path of a nested property, the section, and says the rest in a sentence', () => {
    const references = [
      { source_name: 'a', url: 'https://example.com/' },
      { source_name: 'b', url: 'no url' },
    ]
    expect(validateObject(JSON.stringify(example('tool', { external_references: references }))).errors).toEqual([
      {
        ...{ code: 'stix/uri', path: 'external_references[1].url', section: '2.5' },
        message: 'This is not a URL as RFC 3986 has it.',
      },
    ])
  })

  test('is the refusal of the reader where the object cannot be taken in', () => {
    const judged = validateObject('{"type":"tool"}')
    expect(judged.object).toBeUndefined()
    expect(judged).toMatchObject({ errors: [{ code: 'stix/no-id', path: '' }], warnings: [] })
  })

  test('never touches the object: its parsed value is what the source says, a key __proto__ included', () => {
    const source = `{"__proto__":{"name":5},"n":[1.0,9007199254740993],${JSON.stringify(example('tool')).slice(1)}`
    const { object } = validateObject(source)
    expect(object?.value).toEqual(JSON.parse(source))
    expect(Object.keys(object?.value ?? {})[0]).toBe('__proto__')
    expect(JSON.stringify(object?.value)).toBe(JSON.stringify(JSON.parse(source)))
  })

  test('judges no property that stands in __proto__ alone', () => {
    expect(errorsIn(without(example('tool'), 'name'))).toEqual(['required name §4.18.1'])
    const source = JSON.stringify(without(example('tool'), 'name')).replace('{', '{"__proto__":{"name":"Ivy"},')
    expect(validateObject(source).errors.map(({ path }) => path)).toContain('name')
  })

  test('tells no more than the limit, and how many more there are', () => {
    const labels = Array.from({ length: 5_000 }, () => 5)
    const { errors } = validateObject(JSON.stringify(example('tool', { labels })))
    expect(errors).toHaveLength(INTEL_LIMITS.problems)
    expect(errors.at(-1)).toMatchObject({ code: 'stix/more', message: 'There are 33 more like these.' })
  })

  test('cuts the name of a property that is endless', () => {
    const name = `x_${'é'.repeat(10_000)}`
    const { errors } = validateObject(JSON.stringify(example('tool', { [name]: 1 })))
    expect(errors[0]?.path.length).toBeLessThanOrEqual(INTEL_LIMITS.problemPathChars + 1)
  })

  test('keeps its limits on the worst that fits into one object', () => {
    const many = (n: number, item: unknown) => Array.from({ length: n }, () => item)
    const hostile = [
      example('tool', { aliases: many(400_000, 1) }),
      example('tool', { external_references: many(200_000, {}) }),
      example('file', { hashes: Object.fromEntries(many(60_000, 0).map((_, i) => [`key ${i}`, 1])) }),
      example('file', { extensions: Object.fromEntries(many(60_000, 0).map((_, i) => [`key ${i}`, 1])) }),
      example('tool', Object.fromEntries(many(60_000, 0).map((_, i) => [`X ${i}`, 1]))),
      example('tool', { granular_markings: many(3_000, { lang: 'de', selectors: many(60, 'no') }) }),
      example('artifact', { payload_bin: 'A'.repeat(1_000_001) }),
      example('grouping', { object_refs: many(200_000, 'no') }),
    ]
    for (const object of hostile) {
      const { errors } = validateObject(JSON.stringify(object))
      expect(errors.length).toBeGreaterThan(0)
      expect(errors.length).toBeLessThanOrEqual(INTEL_LIMITS.problems)
    }
  })
})

describe('of a type outside the standard', () => {
  const custom = without(example('campaign', { type: 'x-example-thing', id: id('x-example-thing') }), 'name')

  test('the common properties are judged, and nothing else', () => {
    expect(errorsIn({ ...custom, name: 5, first_seen: 'yesterday' })).toEqual([])
    expect(errorsIn({ ...custom, confidence: 101, labels: [] })).toEqual([
      'empty labels §2.12',
      'range confidence §3.2',
    ])
  })

  test('an extension that defines it, or x- before its name, is asked for', () => {
    const type = { type: 'thing', id: id('thing') }
    expect(warningsIn({ ...custom, ...type })).toEqual(['type type §11.2.1'])
    const extensions = { [id('extension-definition')]: { extension_type: 'new-sdo' } }
    expect(warningsIn({ ...custom, ...type, extensions })).toEqual([])
  })

  test('what is named _ref and is no id is remarked on, however deep', () => {
    const deep = { ...custom, some: [{ made_by_ref: 'me', others_refs: [id('tool'), 5] }] }
    expect(warningsIn(deep)).toEqual(['reference some[0].made_by_ref §3.1', 'reference some[0].others_refs[1] §3.1'])
  })
})
