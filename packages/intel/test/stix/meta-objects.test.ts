import { describe, expect, test } from 'vitest'
import { BundleSplitter, judgeBundle, markingIdOf, TLP_NAMES } from '../../src/index.ts'
import { type Example, example, id, without } from './examples.ts'
import { errorsIn, warningsIn } from './judging.ts'

const MARKING = example('marking-definition')
const DEFINITION = example('extension-definition')
const contents = (own: unknown) => example('language-content', { contents: own })

const WHITE = {
  ...{
    type: 'marking-definition',
    spec_version: '2.1',
    id: 'marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9',
  },
  ...{ created: '2017-01-20T00:00:00.000Z', definition_type: 'tlp', name: 'TLP:WHITE', definition: { tlp: 'white' } },
}
const TLP_2_EXTENSION = 'extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d'

const ERRORS: [claim: string, object: Example, told: string[]][] = [
  [
    'marking: neither a definition nor an extension',
    without(MARKING, 'definition', 'definition_type', 'extensions'),
    ['required definition_type §7.2.1.1', 'required definition §7.2.1.1'],
  ],
  ['marking: a definition that is a text', { ...MARKING, definition: 'a' }, ['json-type definition §7.2.1.1']],
  [
    'marking: a statement that says nothing',
    { ...MARKING, definition: {} },
    ['required definition.statement §7.2.1.3'],
  ],
  ['marking: created to the second', { ...MARKING, created: '2026-01-20T12:31:12Z' }, ['milliseconds created §3.2']],
  [
    'marking: marked by itself',
    { ...MARKING, object_marking_refs: [MARKING['id']] },
    ['circular object_marking_refs §3.2'],
  ],
  ['TLP: another colour', { ...WHITE, definition: { tlp: 'blue' } }, ['tlp definition.tlp §7.2.1.4']],
  [
    'TLP: a colour of TLP 2.0 in the old form',
    { ...WHITE, definition: { tlp: 'clear' } },
    ['tlp definition.tlp §7.2.1.4'],
  ],
  ['TLP: another id', { ...WHITE, id: id('marking-definition') }, ['tlp id §7.2.1.4']],
  ['TLP: the id of another colour', { ...WHITE, name: 'TLP:RED', definition: { tlp: 'red' } }, ['tlp id §7.2.1.4']],
  ['TLP: another name', { ...WHITE, name: 'White' }, ['tlp name §7.2.1.4']],
  ['TLP: another time', { ...WHITE, created: '2017-01-21T00:00:00.000Z' }, ['tlp created §7.2.1.4']],
  [
    'extension: a type that is none',
    { ...DEFINITION, extension_types: ['toplevel-property-extension', 'new'] },
    ['enumeration extension_types[1] §10.5'],
  ],
  [
    'extension: properties at the top, but not of that type',
    { ...DEFINITION, extension_types: ['new-sdo'] },
    ['beside extension_properties §7.3.1'],
  ],
  [
    'extension: a property in capitals',
    { ...DEFINITION, extension_properties: ['Rank'] },
    ['property-name extension_properties[0] §7.3.2.1'],
  ],
  [
    'language: a key that is none',
    contents({ german: { name: 'a' }, 'd!': { name: 'a' } }),
    ['dictionary-key contents["d!"] §2.3', 'language contents["d!"] §7.1.1'],
  ],
  ['language: a translation that is a text', contents({ de: 'a' }), ['json-type contents.de §7.1.1']],
  ['language: a translation of nothing', contents({ de: {} }), ['empty contents.de §2.3']],
  [
    'language: of a bundle',
    example('language-content', { object_ref: id('bundle') }),
    ['reference-type object_ref §8'],
  ],
]

test.each(ERRORS)('an error is %s', (_, object, told) => {
  expect(errorsIn(object)).toEqual(told)
})

const WARNINGS: [claim: string, object: Example, told: string[]][] = [
  ['marking: of a kind of one’s own', { ...MARKING, definition_type: 'mine' }, ['vocabulary definition_type §7.2.1.1']],
  ['marking: versions', { ...MARKING, modified: MARKING['created'] }, ['not-applicable modified §3.2']],
  [
    'extension: at the top, without the names',
    without(DEFINITION, 'extension_properties'),
    ['required extension_properties §7.3.1'],
  ],
  ['extension: extended itself', { ...DEFINITION, extensions: { a: 1 } }, ['not-applicable extensions §3.2']],
  ['language: a language of its own', example('language-content', { lang: 'de' }), ['not-applicable lang §3.2']],
]

test.each(WARNINGS)('a warning and no error is %s', (_, object, told) => {
  expect(errorsIn(object)).toEqual([])
  expect(warningsIn(object)).toEqual(told)
})

describe('TLP', () => {
  test.each([
    ['white', '613f2e26-407d-48c7-9eca-b8e91df99dc9'],
    ['green', '34098fce-860f-48ae-8e50-ebd3cc5e41da'],
    ['amber', 'f88d31f6-486f-44da-b317-01333bde0b82'],
    ['red', '5e57c739-391a-4eb3-b6be-7d15ca92d5ed'],
  ])('the marking %s of the standard is right', (colour, uuid) => {
    const named = { id: `marking-definition--${uuid}`, name: `TLP:${colour.toUpperCase()}` }
    const marking = { ...WHITE, ...named, definition: { tlp: colour } }
    expect([...errorsIn(marking), ...warningsIn(marking)]).toEqual([])
  })

  test.each(TLP_NAMES)('%s of TLP 2.0 is right under its own id, and under another remarked on', (tlp) => {
    const extension = { extension_type: 'property-extension', tlp_2_0: tlp.slice(4).toLowerCase() }
    const marking = {
      ...{ type: 'marking-definition', spec_version: '2.1', id: markingIdOf(tlp), name: tlp },
      ...{ created: '2022-10-01T00:00:00.000Z', extensions: { [TLP_2_EXTENSION]: extension } },
    }
    expect([...errorsIn(marking), ...warningsIn(marking)]).toEqual([])
    expect(errorsIn({ ...marking, id: id('marking-definition') })).toEqual([])
    expect(warningsIn({ ...marking, id: id('marking-definition') })).toEqual(['tlp id §7.2.1'])
  })

  test('a colour that TLP 2.0 does not have is remarked on', () => {
    const extension = { extension_type: 'property-extension', tlp_2_0: 'white' }
    const marking = {
      ...without(MARKING, 'definition', 'definition_type'),
      extensions: { [TLP_2_EXTENSION]: extension },
    }
    expect(warningsIn(marking)).toEqual([`tlp extensions.${TLP_2_EXTENSION}.tlp_2_0 §7.2.1`])
  })
})

describe('a bundle', () => {
  const told = (bundle: Example) => {
    const { errors, warnings } = judgeBundle(bundle)
    return [...errors, ...warnings].map(({ code, path, section }) => `${code.slice(5)} ${path} §${section}`)
  }

  test('has an id of its own, and objects or none', () => {
    expect(told({ type: 'bundle', id: id('bundle') })).toEqual([])
    expect(told({ type: 'bundle', id: id('bundle'), objects: [example('tool')] })).toEqual([])
    expect(told({ type: 'bundle' })).toEqual(['required id §8.1'])
    expect(told({ type: 'bundle', id: id('tool') })).toEqual(['id id §2.9'])
    expect(told({ type: 'bundle', id: 5 })).toEqual(['json-type id §8.1'])
    expect(told({ type: 'bundle', id: id('bundle'), objects: [] })).toEqual(['empty objects §2.12'])
    expect(told({ type: 'bundle', id: id('bundle'), objects: [5] })).toEqual(['json-type objects[0] §8.1'])
  })

  test('is remarked on for properties that nobody is asked to keep', () => {
    expect(told({ type: 'bundle', id: id('bundle'), x_own: 1 })).toEqual(['property-name x_own §8'])
  })

  test('is given by the splitter without its objects', () => {
    const splitter = new BundleSplitter(() => {})
    const text = `{"type":"bundle","objects":[${JSON.stringify(example('tool'))}],"x_own":1}`
    splitter.push(new TextEncoder().encode(text))
    expect(splitter.end().ok).toBe(true)
    expect(splitter.bundle).toEqual({ type: 'bundle', x_own: 1 })
  })
})
