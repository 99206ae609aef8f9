// Rules as lines of a table: what each says is what Cedar decides by it, and what a hand wrote stays as it was written.

import {
  AddressList,
  PAP_NAMES,
  readTableRule,
  ruleText,
  SET_FACTS,
  SINGLE_FACTS,
  type TableCondition,
  type TableRule,
  TLP_NAMES,
} from '@countersign/intel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCedarRules } from '../src/releasing/cedar-rules.ts'
import { rulesIn, withEdits } from '../src/releasing/rules-file.ts'
import { value } from './served-files.ts'

const US = 'alfa.example'
const WORDS = ['identity', 'sdo', 'a', 'b "quoted"', 'back\\slash', '// no comment', 'Ж“”', 'x_case', '@id("x")']
const word = fc.constantFrom(...WORDS)
const some = fc.uniqueArray(word, { minLength: 1, maxLength: 4 })
const condition: fc.Arbitrary<TableCondition> = fc.oneof(
  fc.record({
    about: fc.constantFrom(...SINGLE_FACTS, ...SET_FACTS),
    is: fc.constantFrom('any' as const, 'none' as const),
    of: some,
  }),
  fc.record({ about: fc.constant('tlp' as const), atLeast: fc.constantFrom(...TLP_NAMES) }),
  fc.record({ about: fc.constant('recordMarking' as const), atLeast: fc.constantFrom(...TLP_NAMES) }),
  fc.record({ about: fc.constant('pap' as const), atLeast: fc.constantFrom(...PAP_NAMES) }),
  fc.record({ about: fc.constant('confidence' as const), below: fc.integer({ min: 1, max: 100 }) }),
)
const effect: fc.Arbitrary<TableRule['effect']> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('hold-back' as const, 'approve' as const, 'leave-out' as const, 'cut-marked' as const),
  }),
  fc.record({
    kind: fc.constant('cut' as const),
    properties: fc.uniqueArray(fc.constantFrom('x_case', 'external_references.url', 'external_references[own]'), {
      minLength: 1,
    }),
  }),
)
const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/)
const rule: fc.Arbitrary<TableRule> = fc.record({
  name,
  reason: fc.oneof(
    fc.constant(''),
    word,
    fc.string({ maxLength: 60 }).filter((text) => !/\p{Cc}/u.test(text)),
  ),
  enabled: fc.boolean(),
  effect,
  when: fc.array(condition, { maxLength: 5 }),
})
/** What an object and a share may be; a name of `tlp` and so on is absent where it bears none. */
const facts = fc.record(
  {
    type: word,
    kind: word,
    labels: fc.array(word, { maxLength: 3 }),
    properties: fc.array(word, { maxLength: 3 }),
    refersTo: fc.array(word, { maxLength: 3 }),
    lists: fc.array(word, { maxLength: 3 }),
    createdBy: word,
    tlp: fc.integer({ min: 0, max: 4 }),
    pap: fc.integer({ min: 0, max: 3 }),
    confidence: fc.integer({ min: 0, max: 100 }),
  },
  { requiredKeys: ['type', 'kind', 'labels', 'properties', 'refersTo', 'lists'] },
)
const share = fc.record({ pact: word, channel: word, marking: fc.integer({ min: 0, max: 4 }), to: fc.array(word) })
type Facts = typeof facts extends fc.Arbitrary<infer F> ? F : never
type Share = typeof share extends fc.Arbitrary<infer S> ? S : never

/** What a line of the table says, told a second time and without Cedar. */
function names({ when }: TableRule, of: Facts, to: Share): boolean {
  return when.every((one) => {
    if (one.about === 'tlp') return of.tlp !== undefined && of.tlp >= TLP_NAMES.indexOf(one.atLeast)
    if (one.about === 'recordMarking') return to.marking >= TLP_NAMES.indexOf(one.atLeast)
    if (one.about === 'pap') return of.pap !== undefined && of.pap >= PAP_NAMES.indexOf(one.atLeast)
    if (one.about === 'confidence') return of.confidence !== undefined && of.confidence < one.below
    const has: Record<typeof one.about, readonly (string | undefined)[]> = {
      ...{ type: [of.type], kind: [of.kind], creator: [of.createdBy], agreement: [to.pact], channel: [to.channel] },
      ...{ label: of.labels, property: of.properties, refersTo: of.refersTo, list: of.lists, recipient: to.to },
    }
    return one.of.some((text) => has[one.about].includes(text)) === (one.is === 'any')
  })
}
const LISTS = new Map([...WORDS, 'own'].map((list) => [list, value(AddressList.parse(''))]))
const cedarOf = (text: string) => readCedarRules([{ name: 'house.cedar', text }], US, LISTS)

describe('a line of the table', () => {
  test('is a policy that Cedar reads, and that decides as the line says', () => {
    fc.assert(
      fc.property(rule, facts, share, (line, object, to) => {
        const hits = value(cedarOf(ruleText(line))).heldBackBy(object, to)
        const expected = line.enabled && names(line, object, to)
        expect(hits.map((hit) => [hit.rule, hit.effect.kind])).toEqual(expected ? [[line.name, line.effect.kind]] : [])
        if (expected && line.reason !== '') expect(hits[0]?.reason).toBe(line.reason)
      }),
      { numRuns: 250 },
    )
  })

  test('is read back from its policy as the very line, and passes for one that came from outside', () => {
    fc.assert(
      fc.property(rule, (line) => {
        expect(value(rulesIn({ name: 'house.cedar', text: ruleText(line) }))[0]?.table).toEqual(line)
        expect(value(readTableRule(JSON.parse(JSON.stringify(line))))).toEqual(line)
      }),
      { numRuns: 200 },
    )
  })
})

const BY_HAND = `// Agreed with the legal desk.
@id("odd-one")
@reason("One of two.")
forbid (principal, action == Action::"release", resource)
when { resource.type == "tool" || resource.revoked };
`
const LINE: TableRule = {
  ...{ name: 'no-tools', reason: 'Tools stay here.', enabled: true, effect: { kind: 'hold-back' } },
  when: [{ about: 'type', is: 'any', of: ['tool'] }],
}
const named = (text: string) =>
  value(rulesIn({ name: 'house.cedar', text })).map((one) => [one.name, one.table !== null])

describe('a file', () => {
  test.each([
    ['a rule that joins by “or”', BY_HAND, 'odd-one'],
    ['an unless', '@id("a") forbid (principal, action, resource) unless { resource.revoked };', 'a'],
    ['a comment inside', '@id("a") forbid (principal, action, resource) // why\n;', 'a'],
    ['an annotation of its own', '@id("a") @owner("me") forbid (principal, action, resource);', 'a'],
    ['another bound', '@id("a") forbid (principal, action, resource) when { context.marking < 2 };', 'a'],
    ['one principal', '@id("a") forbid (principal == Party::"x", action, resource);', 'a'],
    [
      'an optional fact not asked for first',
      '@id("a") forbid (principal, action, resource) when { resource has tlp };',
      'a',
    ],
  ])('with %s shows that rule as text, and nothing of it is changed or taken out', (_, text, which) => {
    const file = { name: 'house.cedar', text }
    expect(named(text)).toEqual([[which, false]])
    for (const edit of [{ remove: which }, { put: { ...LINE, name: which }, was: which }]) {
      expect(withEdits(file, [edit])).toMatchObject({ ok: false, code: 'rules/by-hand' })
    }
    const after = value(withEdits(file, [{ put: LINE }]))
    expect(after.startsWith(text)).toBe(true)
    expect(named(after)).toEqual([
      [which, false],
      ['no-tools', true],
    ])
  })

  test('whose rule is as docs/RULES.md writes it is a line, however it is spaced', () => {
    const text = `@id("own-infrastructure")\n@reason("It names our own.")\nforbid (principal, action == Action::"release", resource)\nwhen { resource.lists.contains("own") && (resource has tlp && resource.tlp >= 3) };`
    expect(value(rulesIn({ name: 'house.cedar', text }))[0]?.table?.when).toEqual([
      { about: 'list', is: 'any', of: ['own'] },
      { about: 'tlp', atLeast: 'TLP:AMBER+STRICT' },
    ])
  })

  test('changes in the rules that were changed alone: every other byte stays, comments that look like rules too', () => {
    const [first, last] = [ruleText({ ...LINE, name: 'first' }), ruleText({ ...LINE, name: 'last' })]
    const text = `// ${first.replaceAll('\n', ' ')}\n${first}\n\n\t// between\n${BY_HAND}  ${last} // tail`
    const file = { name: 'house.cedar', text }
    const off: TableRule = { ...LINE, name: 'first', enabled: false }
    expect(value(withEdits(file, [{ put: off, was: 'first' }]))).toBe(
      `// ${first.replaceAll('\n', ' ')}\n${ruleText(off)}\n\n\t// between\n${BY_HAND}  ${last} // tail`,
    )
    expect(value(withEdits(file, [{ remove: 'first' }, { put: LINE }]))).toBe(
      `// ${first.replaceAll('\n', ' ')}\n\t// between\n${BY_HAND}  ${last} // tail\n\n${ruleText(LINE)}\n`,
    )
    expect(value(withEdits({ ...file, text: '' }, [{ put: LINE }]))).toBe(`${ruleText(LINE)}\n`)
  })

  test.each([
    ['of a name that another has', [{ put: LINE }, { put: LINE }], 'rules/name'],
    ['of a rule that is not there', [{ remove: 'nothing' }], 'rules/unknown'],
    ['of one rule twice', [{ remove: 'first' }, { put: LINE, was: 'first' }], 'rules/twice'],
  ])('refuses a change %s', (_, edits, code) => {
    const text = ruleText({ ...LINE, name: 'first' })
    expect(withEdits({ name: 'house.cedar', text }, edits)).toMatchObject({ ok: false, code })
  })
})

describe('what comes from outside is no line', () => {
  test.each([
    ['with a name that is none', { ...LINE, name: 'No Tools' }],
    ['with more than a line has', { ...LINE, permit: true }],
    ['that does nothing known', { ...LINE, effect: { kind: 'permit' } }],
    ['that cuts a property which would be read as two', { ...LINE, effect: { kind: 'cut', properties: ['x_a, x_b'] } }],
    ['with a condition that names nothing', { ...LINE, when: [{ about: 'type', is: 'any', of: [] }] }],
    ['with a condition nobody knows', { ...LINE, when: [{ about: 'content', is: 'any', of: ['a'] }] }],
    ['with a line break in its reason', { ...LINE, reason: 'One.\nTwo.' }],
    ['with half a character', { ...LINE, reason: '\ud800' }],
    ['with a marking that is none', { ...LINE, when: [{ about: 'tlp', atLeast: 'TLP:WHITE' }] }],
    ['that is no object', null],
  ])('%s', (_, given) => {
    expect(readTableRule(given)).toMatchObject({ ok: false, code: 'release/table-rule' })
  })
})
