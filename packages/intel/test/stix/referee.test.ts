// The published JSON Schemas as a referee: nothing that they accept is called an error without a sentence of the standard.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deterministicId, splitBundle, validateObject } from '../../src/index.ts'
import { NEEDS_DATA, REAL_BUNDLES, realBundle, withoutRealData } from '../real-data.ts'
import { nearlyRight } from './changed-examples.ts'
import { type Example, example, id, without } from './examples.ts'
import { jsonSchemas } from './json-schemas.ts'

interface Difference {
  /** What we tell, and where the standard says so; `*` for every section in which the sentence stands. */
  readonly code: string
  readonly section: string
  readonly sentence: string
  /** They accept it, we tell this. */
  readonly object: Example
}

const MARKING = example('marking-definition')
const file = (name: string, extension: Example) => example('file', { extensions: { [name]: extension } })
const bare = (type: string, own: Example) => ({ type, spec_version: '2.1', id: id(type), ...own })

const VERSIONED = bare('mutex', { name: 'a', revoked: true })

const DIFFERENCES: readonly Difference[] = [
  {
    ...{ code: 'stix/reference', section: '2.9', object: example('file', { content_ref: 'me' }) },
    sentence: 'All identifiers … MUST follow the form object-type--UUID',
  },
  {
    ...{ code: 'stix/reference-type', section: '*', object: example('file', { content_ref: id('file') }) },
    sentence: 'The object referenced in this property MUST be of type artifact.',
  },
  {
    ...{ code: 'stix/markings', section: '', object: example('url', { object_marking_refs: [id('tool')] }) },
    sentence: 'the only valid target of the relationship is one or more marking-definition objects',
  },
  {
    ...{ code: 'stix/spec-version', section: '', object: example('url', { spec_version: '2.0' }) },
    sentence: 'The value of this property MUST be 2.1 for STIX Objects defined according to this specification.',
  },
  {
    ...{ code: 'stix/selector', section: '7.2.3.1' },
    sentence: 'Selectors MUST refer to properties or list items that are actually present on the marked object.',
    object: example('url', { granular_markings: [{ marking_ref: id('marking-definition'), selectors: ['name'] }] }),
  },
  {
    ...{ code: 'stix/one-of', section: '7.2.3.1' },
    sentence: 'one and only one of these properties MUST be present on each instance of a granular marking',
    object: example('url', {
      granular_markings: [{ marking_ref: id('marking-definition'), lang: 'de', selectors: ['value'] }],
    }),
  },
  {
    ...{
      code: 'stix/one-of',
      section: '6.7.5',
      object: file('raster-image-ext', { image_compression_algorithm: 'a' }),
    },
    sentence: 'An object using the Raster Image File Extension MUST contain at least one property from this extension.',
  },
  {
    ...{ code: 'stix/one-of', section: '6.13', object: bare('process', { name: 'a' }) },
    sentence: 'A Process object MUST contain at least one property (other than type) from this object',
  },
  {
    ...{
      code: 'stix/one-of',
      section: '6.17',
      object: bare('windows-registry-key', { modified: '2026-01-20T12:31:12.123Z' }),
    },
    sentence: 'at least one of the properties defined below MUST be included when using this object',
  },
  {
    ...{ code: 'stix/language', section: '*', object: example('tool', { lang: 'not a language' }) },
    sentence: 'When present, it MUST be a language code conformant to [RFC5646].',
  },
  {
    ...{ code: 'stix/not-applicable', section: '3.2', object: example('tool', { defanged: true }) },
    sentence: 'This property MUST NOT be used on any STIX Objects other than SCOs.',
  },
  {
    ...{ code: 'stix/reserved', section: '3.8', object: example('tool', { phone_number: '1' }) },
    sentence: 'The property names defined in this section … MUST NOT be … present in any STIX content',
  },
  {
    ...{ code: 'stix/property-name', section: '11.1.1', object: { ...MARKING, X_Own: 1 } },
    sentence:
      'Custom Property names MUST be in ASCII and MUST only contain the characters a-z …, 0-9, and underscore (_).',
  },
  {
    ...{ code: 'stix/property-name', section: '7.3.2.1' },
    sentence: 'Extension property names MUST … only contain the characters a–z …, 0–9, and underscore (_).',
    object: example('extension-definition', { extension_properties: ['Own'] }),
  },
  {
    ...{ code: 'stix/required', section: '3.2', object: without(example('extension-definition'), 'created_by_ref') },
    sentence: 'Required Common Properties: type, spec_version, id, created, modified, created_by_ref (section 7.3.1)',
  },
  {
    ...{ code: 'stix/milliseconds', section: '3.2', object: { ...MARKING, created: '2026-01-20T12:31:12Z' } },
    sentence: 'The minimum precision MUST be milliseconds (three digits after the decimal place in seconds)',
  },
  {
    ...{ code: 'stix/timestamp', section: '*', object: example('report', { published: '2026-02-30T00:00:00Z' }) },
    sentence: 'The timestamp property MUST be a valid RFC 3339-formatted timestamp',
  },
  {
    ...{ code: 'stix/time-order', section: '*', object: example('tool', { modified: '2026-01-01T00:00:00.000Z' }) },
    sentence: 'The modified time MUST NOT be earlier than the created time. (and so of each pair of times)',
  },
  {
    ...{ code: 'stix/circular', section: '3.2', object: { ...MARKING, object_marking_refs: [MARKING['id']] } },
    sentence: 'this property MUST NOT contain any references to the same Marking Definition object',
  },
  {
    ...{ code: 'stix/json-type', section: '6.13.1', object: example('process', { environment_variables: { A: 1 } }) },
    sentence: 'each corresponding value MUST be the environment variable value as a string',
  },
  {
    ...{ code: 'stix/json-type', section: '6.7.3.1', object: file('ntfs-ext', { alternate_data_streams: [null] }) },
    sentence: 'all values within the list MUST conform to the specified type',
  },
  {
    ...{ code: 'stix/json-type', section: '7.1.1', object: example('language-content', { contents: { de: 'a' } }) },
    sentence: 'The values each consist of a dictionary that mirrors the properties in the target object',
  },
  {
    ...{ code: 'stix/character-set', section: '3.9.1', object: example('file', { name_enc: 'a'.repeat(99) }) },
    sentence: 'All *_enc properties MUST specify their encoding using the corresponding name from the IANA … registry',
  },
  {
    ...{ code: 'stix/required', section: '3.1', object: without(example('file'), 'name') },
    sentence: 'The encoding property MUST NOT be present when the original property is not present.',
  },
  {
    ...{ code: 'stix/empty', section: '2.3', object: example('language-content', { contents: { de: {} } }) },
    sentence: 'Empty dictionaries are prohibited in STIX',
  },
  {
    ...{ code: 'stix/integer', section: '2.10', object: example('autonomous-system', { number: 2 ** 53 }) },
    sentence: 'all integers MUST be capable of being represented as a signed 54-bit value',
  },
  {
    ...{ code: 'stix/range', section: '6.12.1', object: example('network-traffic', { src_packets: -1 }) },
    sentence: 'Specifies the number of packets, as a positive integer',
  },
  {
    ...{ code: 'stix/hash', section: '10.7', object: example('file', { hashes: { SSDEEP: 'abc' } }) },
    sentence:
      'The corresponding hash string for this value MUST be a valid piecewise hash as defined in the [SSDEEP] specification.',
  },
  {
    ...{ code: 'stix/value', section: '*', object: example('domain-name', { value: 'a b' }) },
    sentence: 'The value of this property MUST conform to [RFC1034] (and so of each form of address)',
  },
  {
    ...{
      code: 'stix/cpe',
      section: '6.14.1',
      object: example('software', { cpe: `see ${example('software')['cpe']}` }),
    },
    sentence: 'The value for this property MUST be a CPE v2.3 entry',
  },
  {
    ...{ code: 'stix/registry-hive', section: '6.17.1', object: example('windows-registry-key', { key: 'HkLm\\a' }) },
    sentence: 'The hive portion of the key MUST be fully expanded and not truncated',
  },
  {
    ...{ code: 'stix/extension-name', section: '11.3' },
    sentence: 'Note, custom extensions can only be used with SCOs.',
    object: example('tool', { extensions: { 'x-example-ext': { own: 'a' } } }),
  },
  {
    ...{ code: 'stix/deterministic-id', section: '3.6' },
    sentence: 'producers versioning SCOs MUST NOT use the default namespace for deterministic ID creation',
    object: { ...VERSIONED, id: deterministicId(VERSIONED) },
  },
  {
    ...{ code: 'stix/tlp', section: '7.2.1.4' },
    sentence: 'the only instances of TLP marking definitions permitted are those defined here',
    object: {
      ...{
        type: 'marking-definition',
        spec_version: '2.1',
        id: 'marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9',
      },
      ...{ created: '2017-01-20T00:00:00.000Z', definition_type: 'tlp', name: 'TLP:WHITE', definition: {} },
    },
  },
  {
    ...{ code: 'pattern/syntax', section: '9', object: example('indicator', { pattern: '[file:name =]' }) },
    sentence: 'The value of this property MUST match the type of pattern data included in the pattern property.',
  },
  {
    ...{ code: 'pattern/object-type', section: '9', object: example('indicator', { pattern: "[malware:name = 'a']" }) },
    sentence: '<object-type> … MUST be the value of the type field specified for a given SCO',
  },
]

const found = (code: string, section: string) =>
  DIFFERENCES.find((known) => known.code === code && (known.section === section || known.section === '*'))

/** They are asked about the object as it is sent: what is undefined is not there. */
const sent = (object: Example): Example => JSON.parse(JSON.stringify(object)) as Example

describe(`The published JSON Schemas${NEEDS_DATA}`, () => {
  const schemas = jsonSchemas()
  const accepted = (object: Example, name = String(object['type'])) => schemas?.get(name)?.(sent(object)) === true

  test.skipIf(withoutRealData).each(DIFFERENCES)('accept what the standard does not: “$sentence” ($code)', (known) => {
    expect(accepted(known.object)).toBe(true)
    const { errors } = validateObject(JSON.stringify(known.object))
    expect(errors.map(({ code, section }) => found(code, section))).toContain(known)
  })

  test.skipIf(withoutRealData)(
    'accept nothing else that we call an error, whatever is changed in an example',
    { timeout: 300_000 },
    () => {
      let asked = 0
      const judge = ({ object }: { object: Example }) => {
        if (!accepted(object)) return
        asked++
        const unknown = validateObject(JSON.stringify(object)).errors.filter(
          ({ code, section }) => found(code, section) === undefined,
        )
        expect(unknown, JSON.stringify(object)).toEqual([])
      }
      fc.assert(fc.property(nearlyRight, judge), { numRuns: 5_000, seed: 20_210_610 })
      expect(asked).toBeGreaterThan(500)
    },
  )

  test.skipIf(withoutRealData).each(REAL_BUNDLES)('agree on every object of $file', ({ file: name }) => {
    const differently: string[] = []
    splitBundle(realBundle(name), {}, (element) => {
      if (!element.ok) throw new Error(element.message)
      const { object, errors } = validateObject(element.source)
      if (object === undefined) throw new Error('A real object was refused.')
      const theirs = schemas?.has(object.type) === true ? object.type : 'core'
      if (accepted(object.value, theirs) !== (errors.length === 0)) differently.push(object.id)
    })
    expect(differently).toEqual([])
  })
})
