import { describe, expect, test } from 'vitest'
import { INTEL_LIMITS, judgeTogether, readObject, TogetherJudge } from '../../src/index.ts'
import { type Example, example, id } from './examples.ts'

const MODIFIED = '2026-02-20T12:31:12.123Z'
const LATER = '2026-03-20T12:31:12.123Z'

function read(object: Example) {
  const result = readObject(JSON.stringify(object))
  if (!result.ok) throw new Error(result.message)
  return result.value
}

/** `type code path §section` of each error and warning; warnings end in a question mark. */
function together(...objects: Example[]): string[] {
  return [...judgeTogether(objects.map(read))].flatMap(([of, { errors, warnings }]) => [
    ...errors.map(({ code, path, section }) => `${of.slice(0, -38)} ${code.slice(5)} ${path} §${section}`),
    ...warnings.map(({ code, path, section }) => `${of.slice(0, -38)} ${code.slice(5)} ${path} §${section}?`),
  ])
}

const campaign = (own: Example = {}) => example('campaign', own)
const translated = (own: Example) => example('language-content', { object_modified: MODIFIED, contents: { de: own } })

test('nothing is told of the examples together but that they share their UUIDs', () => {
  expect(
    together(campaign(), translated({ name: 'Grün', aliases: ['g'] })).filter((one) => !one.includes(' uuid ')),
  ).toEqual([])
})

describe('a translation', () => {
  const judged = (own: Example) => together(campaign(), { ...translated(own), id: id('language-content', 7) })

  test('of a text is a text, of a list a list, of an object an object', () => {
    expect(judged({ name: ['Grün'] })).toEqual(['language-content translation contents.de.name §7.1.1'])
    expect(judged({ aliases: 'g' })).toEqual(['language-content translation contents.de.aliases §7.1.1'])
    expect(judged({ extensions: 'g' })).toEqual(['language-content translation contents.de.extensions §7.1.1'])
    expect(judged({ external_references: [{ description: 'Ein Bericht' }, ''] })).toEqual([])
    expect(judged({ external_references: [{ description: 5 }, ''] })).toEqual([
      'language-content translation contents.de.external_references[0].description §7.1.1',
    ])
  })

  test('of a list is as long as the list', () => {
    expect(judged({ labels: ['eins'] })).toEqual(['language-content translation contents.de.labels §7.1.1'])
    expect(judged({ labels: ['eins', ''] })).toEqual([])
  })

  test('of what is not there, or is no text, is remarked on', () => {
    expect(judged({ motto: 'a', confidence: 'viel' })).toEqual([
      'language-content translation contents.de.motto §7.1.1?',
      'language-content translation contents.de.confidence §7.1.1?',
    ])
  })

  test('is judged by the version it names, and by the newest where it names none', () => {
    const content = { ...translated({ labels: ['eins'] }), id: id('language-content', 7) }
    const next = campaign({ modified: LATER, labels: ['one'] })
    expect(together(campaign(), next, content)).toEqual(['language-content translation contents.de.labels §7.1.1'])
    expect(together(campaign(), next, { ...content, object_modified: LATER })).toEqual([])
    expect(together(campaign(), next, { ...content, object_modified: undefined })).toEqual([])
    expect(together(campaign(), { ...content, object_modified: LATER })).toEqual([
      'language-content translation object_modified §7.1.1?',
    ])
  })
})

describe('the versions of an object', () => {
  test('keep its creation and its creator', () => {
    const earlier = '2026-01-19T12:31:12.123Z'
    expect(together(campaign(), campaign({ modified: LATER, created: earlier }))).toEqual([
      'campaign versions created §3.2',
    ])
    expect(together(campaign(), campaign({ modified: LATER, created_by_ref: id('identity', 2) }))).toEqual([
      'campaign versions created_by_ref §3.6',
    ])
    expect(together(campaign(), campaign({ modified: LATER, created: '2026-01-20T12:31:12.1230Z' }))).toEqual([])
  })

  test('end when it is revoked', () => {
    expect(together(campaign({ revoked: true }), campaign({ modified: LATER }))).toEqual([
      'campaign versions revoked §3.6',
    ])
    expect(together(campaign(), campaign({ modified: LATER, revoked: true }))).toEqual([])
  })
})

test('a UUID given to two types is an error of one creator, and remarked on of two', () => {
  expect(together(campaign(), example('tool'))).toEqual(['tool uuid id §2.9'])
  expect(together(campaign(), example('tool', { created_by_ref: id('identity', 2) }))).toEqual(['tool uuid id §2.9?'])
})

test('markings that mark each other in a circle are told, one that marks itself is not told again', () => {
  const marking = (n: number, by: number) =>
    example('marking-definition', {
      ...{ id: id('marking-definition', n), object_marking_refs: [id('marking-definition', by)] },
      granular_markings: undefined,
    })
  expect(together(marking(3, 4), marking(4, 5), marking(5, 3))).toEqual([
    'marking-definition circular object_marking_refs §3.2',
  ])
  expect(together(marking(3, 4), marking(4, 5))).toEqual([])
  expect(together(marking(3, 3))).toEqual([])
  const chain = Array.from({ length: 2_000 }, (_, n) => marking(n + 1, n + 2))
  expect(together(...chain)).toEqual([])
})

test('a family of malware is no variant of an instance', () => {
  const malware = (n: number, family: boolean) => example('malware', { id: id('malware', n), is_family: family })
  const variant = (source: number, target: number) =>
    example('relationship', {
      ...{ id: id('relationship', 9), relationship_type: 'variant-of' },
      ...{ source_ref: id('malware', source), target_ref: id('malware', target) },
    })
  const told = ['relationship relationship-type relationship_type §4.11.2']
  expect(together(malware(2, true), malware(3, false), variant(2, 3))).toEqual(told)
  expect(together(malware(2, true), malware(3, false), variant(3, 2))).toEqual([])
})

test('an extension is of a type that its definition lists', () => {
  const definition = example('extension-definition')
  const extended = { ...campaign(), id: id('campaign', 6) }
  expect(together(definition, extended)).toEqual([
    `campaign extension-type extensions.${id('extension-definition')}.extension_type §7.3.1`,
  ])
  expect(together({ ...definition, extension_types: ['property-extension'] }, extended)).toEqual([])
})

test('past the limits nothing is kept and nothing told', () => {
  const told = (objects: number, bytes: number) => {
    const judge = new TogetherJudge()
    for (let i = 0; i < objects; i++)
      judge.add(read(i === 0 ? campaign() : campaign({ modified: LATER, created: LATER })), bytes)
    return judge.conclude().size
  }
  expect(told(2, 1)).toBe(1)
  expect(told(2, INTEL_LIMITS.togetherBytes)).toBe(0)
})
