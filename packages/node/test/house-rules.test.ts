// The rules of a house in Cedar: what they hold back, and that what cannot be read or asked is never passed over.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeDisk } from '@countersign/ledger'
import { describe, expect, test } from 'vitest'
import { readHouseRules } from '../src/releasing/house-rules.ts'
import { folder, value } from './served-files.ts'

const PACT = 'ab'.repeat(16)
const SHARE = { pact: PACT, channel: 'main', marking: 1, to: ['bravo.example'] }
const OWN = `@id("own-infrastructure")
@reason("It names our own infrastructure.")
forbid (principal, action == Action::"release", resource)
when { resource.lists.contains("own-infrastructure") };
`

function house(files: Record<string, string | Uint8Array>) {
  const dir = folder()
  mkdirSync(join(dir, 'rules', 'lists'), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, 'rules', name), text)
  return dir
}
const read = (dir: string) => readHouseRules(nodeDisk(), dir, { pact: PACT, us: 'alfa.example', to: ['bravo.example'] })
const readOf = (files: Record<string, string | Uint8Array>) => read(house(files))
const heldBack = async (files: Record<string, string>, facts: object, share = SHARE) =>
  value(await readOf(files))
    .rules?.heldBackBy(facts, share)
    .map(({ rule }) => rule)

test('a house without rules asks for nothing', async () => {
  expect(value(await readOf({}))).toMatchObject({ rules: undefined, terms: { equivalents: [] } })
})

describe('a rule', () => {
  test('holds back what it names, tells its words, and asks only for the facts it uses', async () => {
    const { rules } = value(await readOf({ 'house.cedar': OWN, 'lists/own-infrastructure.txt': '192.0.2.0/24' }))
    expect([...(rules?.asks ?? [])]).toEqual(['lists'])
    expect(rules?.lists.get('own-infrastructure')?.has('192.0.2.1')).toBe(true)
    expect(rules?.heldBackBy({ lists: ['own-infrastructure'] }, SHARE)).toEqual([
      { rule: 'own-infrastructure', reason: 'It names our own infrastructure.', effect: { kind: 'hold-back' } },
    ])
    expect(rules?.heldBackBy({ lists: [] }, SHARE)).toEqual([])
  })

  test('of one agreement counts there beside those of the house, and nowhere else', async () => {
    const files = {
      'house.cedar':
        '@id("no-red") forbid (principal, action, resource) when { resource has tlp && resource.tlp > 3 };',
      [`${PACT}.cedar`]: '@id("no-tools") forbid (principal, action, resource) when { resource.type == "tool" };',
      [`${'cd'.repeat(16)}.cedar`]: '@id("nothing") forbid (principal, action, resource);',
    }
    expect(await heldBack(files, { type: 'tool', tlp: 4 })).toEqual(['no-red', 'no-tools'])
    expect(await heldBack(files, { type: 'tool' })).toEqual(['no-tools'])
    expect(await heldBack(files, { type: 'url', tlp: 3 })).toEqual([])
  })

  test('of one recipient counts for what goes to that one', async () => {
    const tools = '@id("no-tools") forbid (principal, action, resource) when { resource.type == "tool" };'
    expect(await heldBack({ 'bravo.example.cedar': tools }, { type: 'tool' })).toEqual(['no-tools'])
    expect(value(await readOf({ 'carol.example.cedar': tools })).rules).toBeUndefined()
  })

  test('may ask for the share: to whom, under which marking, on which channel', async () => {
    const text = `@id("not-to-bravo") forbid (principal, action, resource)
      when { context.to.contains("bravo.example") && context.marking < 2 && resource.labels.contains("victim") };`
    expect(await heldBack({ 'house.cedar': text }, { labels: ['victim'] })).toEqual(['not-to-bravo'])
    expect(await heldBack({ 'house.cedar': text }, { labels: ['victim'] }, { ...SHARE, marking: 2 })).toEqual([])
  })

  test.each([
    ['object', { kind: 'leave-out' }],
    ['marked-parts', { kind: 'cut-marked' }],
    ['x_notes, external_references.url', { kind: 'cut', properties: [['x_notes'], ['external_references', 'url']] }],
  ])('with @redact("%s") cuts instead of holding back', async (redact, effect) => {
    const text = `@id("a") @redact("${redact}") forbid (principal, action, resource);`
    const { rules } = value(await readOf({ 'house.cedar': text }))
    const [hit] = rules?.heldBackBy({}, SHARE) ?? []
    const told =
      hit?.effect.kind === 'cut'
        ? { ...hit.effect, properties: hit.effect.properties.map((one) => one.names) }
        : hit?.effect
    expect(told).toEqual(effect)
  })

  test('with @approve("second-person") has the share wait instead of refusing it', async () => {
    const text = '@id("a") @approve("second-person") forbid (principal, action, resource);'
    const { rules } = value(await readOf({ 'house.cedar': text }))
    expect(rules?.heldBackBy({}, SHARE).map(({ effect }) => effect)).toEqual([{ kind: 'approve' }])
  })

  test('that is another, or a list or terms that are, makes another digest, and nothing else does', async () => {
    const files = { 'house.cedar': OWN, 'house.json': '{}', 'lists/own-infrastructure.txt': '192.0.2.0/24' }
    const digest = async (more: Record<string, string> = {}) => value(await readOf({ ...files, ...more })).digest
    const first = await digest()
    expect(await digest({ 'notes.txt': 'x', 'carol.example.cedar': OWN })).toBe(first)
    const others = [
      { 'house.cedar': `${OWN}\n` },
      { 'house.json': '{ }' },
      { 'lists/own-infrastructure.txt': '192.0.2.0/25' },
      { 'lists/more.txt': '' },
      { [`${PACT}.json`]: '{}' },
    ]
    expect(new Set(await Promise.all([{}, ...others].map(digest))).size).toBe(others.length + 1)
  })

  test('that was found right before is asked as before, and refused where its list is gone or another has its name', async () => {
    const own = { 'house.cedar': OWN }
    const list = { 'lists/own-infrastructure.txt': '192.0.2.0/24' }
    for (let time = 0; time < 2; time++) {
      expect(await heldBack({ ...own, ...list }, { lists: ['own-infrastructure'] })).toEqual(['own-infrastructure'])
      expect(await heldBack({ ...own, ...list }, { lists: [] })).toEqual([])
    }
    expect((await readOf(own)).ok).toBe(false)
    expect((await readOf({ ...own, ...list, [`${PACT}.cedar`]: OWN })).ok).toBe(false)
    const other = { 'house.cedar': OWN.replace('forbid', 'permit'), ...list }
    expect((await readOf(other)).ok).toBe(false)
  })

  test('that fails while it is asked is an error, where Cedar itself would pass over it', async () => {
    const text = '@id("no-tools") forbid (principal, action, resource) when { resource.type == "tool" };'
    const { rules } = value(await readOf({ 'house.cedar': text }))
    expect(() => rules?.heldBackBy({}, SHARE)).toThrow('the rule “no-tools” failed')
  })
})

test('the rules and the list of docs/RULES.md are read as they stand there', async () => {
  const page = readFileSync(new URL('../../../docs/RULES.md', import.meta.url), 'utf8')
  const rules = /```cedar\n(.*?)```/s.exec(page)?.[1] ?? ''
  const list = /```\n(192\..*?)```/s.exec(page)?.[1] ?? ''
  const files = { 'house.cedar': rules, 'lists/own-infrastructure.txt': list }
  expect(await heldBack(files, { type: 'identity', labels: ['victim'], lists: [], tlp: 4 })).toEqual([
    'named-victims',
    'red-by-voice-only',
  ])
  const { rules: read_ } = value(await readOf(files))
  for (const fact of read_?.asks ?? []) expect(page).toContain(`resource.${fact}`)
  expect(read_?.lists.get('own-infrastructure')?.has('mail.cert.example')).toBe(true)
})

describe('terms', () => {
  test('of the house, of an agreement and of a recipient hold together: the least PAP, and every equivalent', async () => {
    const { terms } = value(
      await readOf({
        'house.json': '{"pap":"PAP:RED","equivalents":[{"theirs":"INTERNAL","tlp":"TLP:AMBER"}]}',
        [`${PACT}.json`]: '{"pap":"PAP:GREEN"}',
        'bravo.example.json': '{"equivalents":[{"theirs":"RESTRICTED","tlp":"TLP:RED"}]}',
        'carol.example.json': '{"pap":"PAP:CLEAR"}',
      }),
    )
    expect(terms).toEqual({
      papMax: 'PAP:GREEN',
      equivalents: [
        { theirs: 'INTERNAL', tlp: 'TLP:AMBER' },
        { theirs: 'RESTRICTED', tlp: 'TLP:RED' },
      ],
    })
  })

  test('of one recipient let nothing out to another who gets the same', async () => {
    const files = {
      'house.json': '{"equivalents":[{"theirs":"INTERNAL","tlp":"TLP:GREEN"}]}',
      'bravo.example.json': '{"pap":"PAP:RED","equivalents":[{"theirs":"RESTRICTED","tlp":"TLP:GREEN"}]}',
    }
    const of = { pact: PACT, us: 'alfa.example', to: ['bravo.example', 'carol.example'] }
    const { terms } = value(await readHouseRules(nodeDisk(), house(files), of))
    expect(terms.papMax).toBeUndefined()
    expect(new Set(terms.equivalents.map(({ theirs }) => theirs))).toEqual(new Set(['INTERNAL']))
  })

  test.each([
    ['{"pap":"PAP:AMBER"', 'house.json: This is no proper JSON'],
    ['{"pap":"amber"}', 'house.json: The pap of the terms must be one of PAP:CLEAR'],
    ['{"papp":"PAP:RED"}', 'house.json: The terms have “papp”'],
    ['{"equivalents":[{"theirs":"RESTRICTED","tlp":"red"}]}', 'house.json: Line 1 of the equivalents'],
    ['[]', 'house.json: The terms are no object'],
  ])('that read %s are refused', async (text, words) => {
    const refused = await readOf({ 'house.json': text })
    expect(refused.ok ? '' : refused.message).toContain(words)
  })
})

describe('refused, with its place, is', () => {
  test.each<[string, Record<string, string | Uint8Array>, string]>([
    [
      'what is no Cedar',
      { 'house.cedar': '// ours\nforbid (principal, action, resource) whn {};' },
      'house.cedar, line 2',
    ],
    [
      'a fact there is not',
      { 'house.cedar': '@id("a") forbid (principal, action, resource)\nwhen { resource.colour == "red" };' },
      'house.cedar, line 2, column 8: ',
    ],
    [
      'a fact asked for that an object may lack',
      { 'house.cedar': '@id("a") forbid (principal, action, resource)\nwhen { resource.tlp > 3 };' },
      'house.cedar, line 2, column 8: ',
    ],
    [
      'an act there is not',
      { 'house.cedar': '@id("a") forbid (principal, action == Action::"relase", resource);' },
      'house.cedar, line 1',
    ],
    [
      'a rule without a name',
      { 'house.cedar': `${OWN}\nforbid (principal, action, resource);`, 'lists/own-infrastructure.txt': '' },
      'house.cedar, line 6, column 1: this rule has no name',
    ],
    [
      'a rule that permits',
      { 'house.cedar': '@id("a") permit (principal, action, resource);' },
      'the rule “a” permits; rules of a house only hold back',
    ],
    [
      'two rules of one name',
      {
        'house.cedar': '@id("a") forbid (principal, action, resource);',
        [`${PACT}.cedar`]: '@id("a") forbid (principal, action, resource);',
      },
      'there is another rule named “a”',
    ],
    ['a list that is not there', { 'house.cedar': OWN }, 'there is no lists/own-infrastructure.txt'],
    [
      'a list with a line that is nothing',
      { 'house.cedar': OWN, 'lists/own-infrastructure.txt': '192.0.2.0/24\n???' },
      'lists/own-infrastructure.txt: Line 2',
    ],
    ['what is no text', { 'house.cedar': Uint8Array.of(0xff, 0xfe) }, 'house.cedar: this is no text in UTF-8'],
    [
      'an approval that is not understood',
      { 'house.cedar': '@id("a") @approve("anybody") forbid (principal, action, resource);' },
      'house.cedar, line 1, column 1: the @approve of the rule “a” is not understood; write @approve("second-person")',
    ],
    [
      'a rule that both cuts and has wait',
      { 'house.cedar': '@id("a") @approve("second-person") @redact("object") forbid (principal, action, resource);' },
      'the rule “a” has both @approve and @redact; make two rules of it',
    ],
    [
      'a redaction that is not understood',
      { 'house.cedar': '@id("a") @redact("x_notes; name") forbid (principal, action, resource);' },
      'house.cedar, line 1, column 1: the @redact of the rule “a” is not understood',
    ],
    [
      'a redaction by a list that is not there',
      { 'house.cedar': '@id("a") @redact("external_references[own]") forbid (principal, action, resource);' },
      'there is no lists/own.txt',
    ],
    ['a template', { 'house.cedar': '@id("a") forbid (principal == ?principal, action, resource);' }, 'template'],
  ])('%s', async (_what, files, words) => {
    const refused = await readOf(files)
    expect(refused.ok ? '' : refused.message).toContain(words)
  })

  test('a file that cannot be read, by throwing', async () => {
    const dir = house({})
    rmSync(join(dir, 'rules', 'lists'), { recursive: true })
    mkdirSync(join(dir, 'rules', 'house.cedar'))
    await expect(read(dir)).rejects.toThrow()
  })
})
