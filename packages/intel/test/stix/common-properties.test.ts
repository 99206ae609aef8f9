import { describe, expect, test } from 'vitest'
import { isLanguageTag } from '../../src/stix/language-tag.ts'
import { type Example, example, id, without } from './examples.ts'
import { errorsIn, warningsIn } from './judging.ts'

const tool = (changed: Example) => example('tool', changed)
const file = (changed: Example) => example('file', changed)
const reference = (changed: Example) => tool({ external_references: [{ source_name: 'a', ...changed }] })
const DEFINED = id('extension-definition')

/** What is wrong, and what is told of it. */
const ERRORS: [claim: string, object: Example, told: string[]][] = [
  ['times: created to the second', tool({ created: '2026-01-20T12:31:12Z' }), ['milliseconds created §3.2']],
  ['times: modified before created', tool({ modified: '2026-01-20T12:31:12.122Z' }), ['time-order modified §3.2']],
  ['confidence past 100', tool({ confidence: 101 }), ['range confidence §3.2']],
  ['confidence below 0', tool({ confidence: -1 }), ['range confidence §3.2']],
  ['confidence that is no whole number', tool({ confidence: 50.5 }), ['integer confidence §2.10']],
  ['a list that is empty', tool({ labels: [] }), ['empty labels §2.12']],
  ['a list with an item of another type', tool({ labels: ['a', 5] }), ['json-type labels[1] §3.2']],
  ['a language that is none', tool({ lang: 'english!' }), ['language lang §3.2']],
  ['an author that is no identity', tool({ created_by_ref: id('tool') }), ['reference-type created_by_ref §3.2']],
  ['an author that is no id', tool({ created_by_ref: 'me' }), ['reference created_by_ref §2.9']],
  ['a reserved name', tool({ severity: 'high' }), ['reserved severity §3.8']],
  ['a property in capitals', tool({ X_Name: 1 }), ['property-name X_Name §11.1.1']],
  ['a property of two letters', tool({ ab: 1 }), ['property-name ab §11.1.1']],
  ['a property of one’s own that is an empty list', tool({ x_none: [] }), ['empty x_none §2.12']],
  ['a property that is null', tool({ x_none: null }), ['null x_none §2']],
  ['a domain object that is defanged', tool({ defanged: true }), ['not-applicable defanged §3.2']],
  ['an external reference with its source alone', reference({}), ['one-of external_references[0] §2.5.2']],
  [
    'an external reference without a source',
    tool({ external_references: [{ external_id: '1' }] }),
    ['required external_references[0].source_name §2.5.1'],
  ],
  ['a url with a space', reference({ url: 'http://a b/' }), ['uri external_references[0].url §2.5']],
  [
    'a hash of another length',
    reference({ url: 'https://a.example/', hashes: { MD5: 'abc' } }),
    ['hash external_references[0].hashes.MD5 §10.7'],
  ],
  [
    'a hash that is no text',
    reference({ external_id: '1', hashes: { x_foo: 5 } }),
    ['json-type external_references[0].hashes.x_foo §2.7'],
  ],
  [
    'a kill chain phase without its name',
    tool({ kill_chain_phases: [{ kill_chain_name: 'a' }] }),
    ['required kill_chain_phases[0].phase_name §2.11'],
  ],
  [
    'a selector that leads nowhere',
    tool({
      granular_markings: [{ lang: 'de', selectors: ['name', 'pattern', 'labels.[2]', 'labels.name', 'name.[0]'] }],
    }),
    [1, 2, 3, 4].map((n) => `selector granular_markings[0].selectors[${n}] §7.2.3.1`),
  ],
  [
    'a granular marking with both a language and a marking',
    tool({ granular_markings: [{ lang: 'de', marking_ref: id('marking-definition'), selectors: ['name'] }] }),
    ['one-of granular_markings[0] §7.2.3.1'],
  ],
  [
    'a granular marking without selectors',
    tool({ granular_markings: [{ lang: 'de' }] }),
    ['required granular_markings[0].selectors §7.2.3.1'],
  ],
  ['extensions that are empty', tool({ extensions: {} }), ['empty extensions §2.3']],
  ['an extension that is a text', tool({ extensions: { [DEFINED]: 'a' } }), [`json-type extensions.${DEFINED} §3.2`]],
  [
    'an extension that does not say its type',
    tool({ extensions: { [DEFINED]: { rank: 5 } } }),
    [`required extensions.${DEFINED}.extension_type §3.2`],
  ],
  [
    'an extension of a type that is none',
    tool({ extensions: { [DEFINED]: { extension_type: 'new' } } }),
    [`enumeration extensions.${DEFINED}.extension_type §10.5`],
  ],
  [
    'a property of an extension in capitals',
    tool({ extensions: { [DEFINED]: { extension_type: 'property-extension', Rank: 5 } } }),
    [`property-name extensions.${DEFINED}.Rank §7.3.2.1`],
  ],
  [
    'a custom extension of a domain object',
    tool({ extensions: { 'x-example-ext': { a: 1 } } }),
    ['extension-name extensions.x-example-ext §11.3'],
  ],
  [
    'an extension of a file under a name that is none',
    file({ extensions: { ntfs: { sid: '1' } } }),
    ['extension-name extensions.ntfs §6.7.1'],
  ],
  [
    'a custom extension without properties',
    file({ extensions: { 'x-example-ext': {} } }),
    ['empty extensions.x-example-ext §11.3.1'],
  ],
]

test.each(ERRORS)('an error is %s', (_, object, told) => {
  expect(errorsIn(object)).toEqual(told)
})

const WARNINGS: [claim: string, object: Example, told: string[]][] = [
  ['a word outside an open vocabulary', tool({ tool_types: ['hammer'] }), ['vocabulary tool_types[0] §10.26']],
  [
    'an algorithm outside the vocabulary',
    reference({ external_id: '1', hashes: { x_foo_hash: 'a' } }),
    ['vocabulary external_references[0].hashes.x_foo_hash §10.7'],
  ],
  [
    'a kill chain with spaces in its name',
    tool({ kill_chain_phases: [{ kill_chain_name: 'My Chain', phase_name: 'a_b' }] }),
    ['spelling kill_chain_phases[0].kill_chain_name §2.11', 'spelling kill_chain_phases[0].phase_name §2.11'],
  ],
  ['a property of one’s own without x_', tool({ rank: 5 }), ['property-name rank §11.1.1']],
  ['a property _hex without digits', tool({ x_own_hex: 'xy' }), ['hex x_own_hex §3.1']],
  ['a property _bin without base64', tool({ x_own_bin: 5 }), ['binary x_own_bin §3.1']],
  ['a common property that does not apply', file({ labels: ['a'] }), ['not-applicable labels §3.2']],
  [
    'a predefined extension of another type',
    file({ extensions: { 'tcp-ext': { src_flags_hex: '00' } } }),
    ['extension-name extensions.tcp-ext §3.10'],
  ],
  ['hexadecimal digits in upper case', file({ magic_number_hex: '504B' }), ['hex magic_number_hex §2.8']],
]

test.each(WARNINGS)('a warning and no error is %s', (_, object, told) => {
  expect(errorsIn(object)).toEqual([])
  expect(warningsIn(object)).toEqual(told)
})

const RIGHT: [claim: string, object: Example][] = [
  ['times to the nanosecond', tool({ created: '2026-01-20T12:31:12.123456789Z' })],
  ['a leap second', tool({ modified: '2026-12-31T23:59:60.000Z' })],
  [
    'modified in the same moment as created',
    tool({ created: '2026-01-20T12:31:12.1230Z', modified: '2026-01-20T12:31:12.123Z' }),
  ],
  ['confidence 0 and 100', tool({ confidence: 100 })],
  [
    'the least common properties',
    without(tool({}), ...['created_by_ref', 'labels', 'lang', 'confidence', 'extensions']),
  ],
  ['a property of one’s own that begins with x_', tool({ x_example_com_rank: 5 })],
  [
    'properties at the top that an extension adds',
    tool({ rank: 5, extensions: { [DEFINED]: { extension_type: 'toplevel-property-extension' } } }),
  ],
  ['a custom extension of an observable', file({ extensions: { 'x-example-ext': { foo_val: 'a' } } })],
  ['an SSDEEP and a TLSH hash', file({ hashes: { SSDEEP: '96:s4Ud1Lj:s4Ud1', TLSH: `T1${'A'.repeat(70)}` } })],
  [
    'selectors into lists and objects',
    tool({
      granular_markings: [{ lang: 'de', selectors: ['labels.[0]', 'external_references.[0].url', 'extensions'] }],
    }),
  ],
]

test.each(RIGHT)('nothing is told of %s', (_, object) => {
  expect([...errorsIn(object), ...warningsIn(object)]).toEqual([])
})

describe('language codes', () => {
  test.each([
    'en',
    'de-CH',
    'zh-Hans-CN',
    'sl-rozaj-biske',
    'x-whatever',
    'i-klingon',
    'en-GB-oed',
    'es-419',
    'de-a-value',
  ])('%s is one', (code) => expect(isLanguageTag(code)).toBe(true))
  test.each(['', 'e', 'english!', 'de_CH', 'de-', '-de', 'en-x', 'abcdefghi', `en${'-abcdefgh'.repeat(40)}`])(
    '%s is none',
    (code) => expect(isLanguageTag(code)).toBe(false),
  )
})
