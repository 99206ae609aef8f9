// What markings come to: of one definition, of several together, and for each part of an object.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  aboveCeiling,
  type Equivalent,
  effectiveMarking,
  joinMarkings,
  type Marking,
  MarkingDefinitions,
  markingIdOf,
  NO_MARKING,
  PAP_NAMES,
  parseId,
  parsePap,
  readEquivalence,
  type StixId,
  TLP_NAMES,
} from '../src/index.ts'
import {
  definitions,
  granularFor,
  marked,
  PAP_IDS,
  placesIn,
  read,
  reckoned,
  type Strictness,
  selectorOf,
  strictest,
  UNKNOWN_MARKING,
  uuid,
  type Value,
} from './marked-objects.ts'

const OWN = `marking-definition--${uuid(77)}` as StixId
const TLP_EXTENSION = 'extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d'
const PAP_EXTENSION = 'extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b'

function definition(more: Value, id: string = OWN) {
  return read({ type: 'marking-definition', spec_version: '2.1', id, created: '2026-01-01T00:00:00.000Z', ...more })
}
const statement = (text: string, more: Value = {}) =>
  definition({ definition_type: 'statement', definition: { statement: text }, ...more })

/** What a definition comes to beside a table of equivalents. */
function said(more: ReturnType<typeof definition>, equivalence: Equivalent[] = []) {
  const known = new MarkingDefinitions(equivalence)
  known.learn(more)
  return known.said(more.id)
}

describe('a definition', () => {
  test('of PAP is known by its published id, or by its extension; WHITE is CLEAR', () => {
    const known = new MarkingDefinitions()
    expect(PAP_IDS.map((id) => known.said(id as StixId))).toEqual(
      PAP_NAMES.map((pap) => ({ tlp: null, pap, statement: false })),
    )
    const white = 'marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730' as StixId
    expect(known.said(white)).toMatchObject({ pap: 'PAP:CLEAR' })
    expect(said(definition({ extensions: { [PAP_EXTENSION]: { pap: 'amber' } } }))).toMatchObject({ pap: 'PAP:AMBER' })
    expect(said(definition({ extensions: { [PAP_EXTENSION]: { pap: 'purple' } } }))).toBe('unclear')
    expect(said(definition({ extensions: { [PAP_EXTENSION]: 5 } }))).toBe('unclear')
    expect([parsePap('PAP:WHITE'), parsePap('PAP:RED'), parsePap('pap:red'), parsePap(5)]).toEqual([
      'PAP:CLEAR',
      'PAP:RED',
      undefined,
      undefined,
    ])
  })

  test('gives a TLP and a PAP at once', () => {
    const extensions = { [PAP_EXTENSION]: { pap: 'red' }, [TLP_EXTENSION]: { tlp_2_0: 'green' } }
    expect(said(definition({ extensions }))).toEqual({ tlp: 'TLP:GREEN', pap: 'PAP:RED', statement: false })
  })

  test('that takes a published id and says something else is unclear', () => {
    const red = PAP_IDS[3] ?? ''
    expect(said(definition({ extensions: { [PAP_EXTENSION]: { pap: 'clear' } } }, red))).toBe('unclear')
    expect(said(definition({ extensions: { [PAP_EXTENSION]: { pap: 'red' } } }, red))).toMatchObject({ pap: 'PAP:RED' })
  })

  test('that is said twice in two ways is unclear, whatever a table of equivalents says', () => {
    const known = new MarkingDefinitions([{ theirs: OWN, tlp: 'TLP:CLEAR' }])
    known.learn(definition({ extensions: { [PAP_EXTENSION]: { pap: 'red' } } }))
    known.learn(definition({ extensions: { [PAP_EXTENSION]: { pap: 'clear' } } }))
    expect(known.said(OWN)).toBe('unclear')
  })

  test('whose words are exactly those of a TLP or a PAP is taken at its word, and only then', () => {
    expect(said(statement('TLP:RED'))).toEqual({ tlp: 'TLP:RED', pap: null, statement: true })
    expect(said(statement('x', { name: 'TLP:AMBER+STRICT' }))).toMatchObject({ tlp: 'TLP:AMBER+STRICT' })
    expect(said(statement('TLP:GREEN', { name: 'TLP:RED' }))).toMatchObject({ tlp: 'TLP:RED' })
    expect(said(statement('PAP:GREEN', { name: 'PAP:RED' }))).toMatchObject({ tlp: null, pap: 'PAP:RED' })
    expect(said(statement('not TLP:RED'))).toEqual({ tlp: null, pap: null, statement: true })
  })
})

describe('a table of equivalents', () => {
  const table: Equivalent[] = [
    { theirs: 'RESTRICTED', tlp: 'TLP:AMBER' },
    { theirs: 'RESTRICTED', tlp: 'TLP:GREEN' },
    { theirs: OWN, tlp: 'TLP:GREEN' },
    { theirs: 'TLP:AMBER', tlp: 'TLP:CLEAR' },
  ]
  const own = (name: string) => definition({ definition_type: 'x-class', definition: { level: 3 }, name })

  test('gives a classification of their own its TLP, by name, by statement or by id; the strictest line that fits', () => {
    expect(said(own('RESTRICTED'), table)).toMatchObject({ tlp: 'TLP:AMBER' })
    expect(said(statement('RESTRICTED'), table)).toMatchObject({ tlp: 'TLP:AMBER' })
    expect(said(own('Restricted'), table)).toMatchObject({ tlp: 'TLP:GREEN' })
    expect(said(own('Restricted'), table.slice(0, 2))).toBe('unclear')
    expect(new MarkingDefinitions(table).said(OWN)).toEqual({ tlp: 'TLP:GREEN', pap: null, statement: false })
  })

  test('never loosens what a definition gives by itself', () => {
    const green = definition({ name: 'RESTRICTED', extensions: { [TLP_EXTENSION]: { tlp_2_0: 'green' } } })
    const red = definition({ name: 'RESTRICTED', extensions: { [TLP_EXTENSION]: { tlp_2_0: 'red' } } })
    expect(said(green, table)).toMatchObject({ tlp: 'TLP:AMBER' })
    expect(said(red, table)).toMatchObject({ tlp: 'TLP:RED' })
    expect(said(statement('TLP:AMBER'), [{ theirs: 'TLP:AMBER', tlp: 'TLP:CLEAR' }])).toMatchObject({
      tlp: 'TLP:AMBER',
    })
  })

  test('says nothing of a published marking by its name', () => {
    const amber = markingIdOf('TLP:AMBER')
    const carried = definition({ name: 'TLP:AMBER', extensions: { [TLP_EXTENSION]: { tlp_2_0: 'amber' } } }, amber)
    expect(said(carried, [{ theirs: 'TLP:AMBER', tlp: 'TLP:RED' }])).toMatchObject({ tlp: 'TLP:AMBER' })
  })

  test.each<[unknown, string | number]>([
    [[], 0],
    [
      [
        { theirs: 'RESTRICTED', tlp: 'TLP:AMBER' },
        { theirs: OWN, tlp: 'TLP:RED' },
      ],
      2,
    ],
    [
      [
        { theirs: 'RESTRICTED', tlp: 'TLP:AMBER' },
        { theirs: 'RESTRICTED', tlp: 'TLP:AMBER' },
      ],
      1,
    ],
    [{ theirs: 'RESTRICTED', tlp: 'TLP:AMBER' }, 'equivalence/not-a-list'],
    [Array.from({ length: 1_001 }, (_, n) => ({ theirs: `C${n}`, tlp: 'TLP:RED' })), 'equivalence/too-long'],
    [['RESTRICTED'], 'equivalence/line'],
    [[{ theirs: '  ', tlp: 'TLP:RED' }], 'equivalence/line'],
    [[{ theirs: 'x'.repeat(251), tlp: 'TLP:RED' }], 'equivalence/line'],
    [[{ theirs: 'RESTRICTED', tlp: 'TLP:PURPLE' }], 'equivalence/line'],
    [[{ theirs: 'RESTRICTED', tlp: 'TLP:RED', since: 2026 }], 'equivalence/line'],
    [
      [
        { theirs: 'A', tlp: 'TLP:RED' },
        { theirs: 'A', tlp: 'TLP:CLEAR' },
      ],
      'equivalence/twice',
    ],
  ])('is read whole or not at all: %j', (value, outcome) => {
    const read = readEquivalence(value)
    expect(read.ok ? read.value.length : read.code).toBe(outcome)
  })

  test('holds for an object that is marked so', () => {
    const known = new MarkingDefinitions(table)
    known.learn(own('RESTRICTED'))
    const tool = read({ ...TOOL, object_marking_refs: [OWN] })
    expect(effectiveMarking(tool, known).whole).toMatchObject({ tlp: 'TLP:AMBER', tlpBy: OWN, unclear: null })
    expect(effectiveMarking(tool, definitions()).whole).toMatchObject({ unclear: OWN })
  })
})

const TOOL: Value = {
  type: 'tool',
  spec_version: '2.1',
  id: `tool--${uuid(1)}`,
  created: '2026-01-01T00:00:00.000Z',
  modified: '2026-01-01T00:00:00.000Z',
  name: 'x',
  description: 'y',
  labels: ['a', 'b'],
  external_references: [{ source_name: 'a', url: 'https://a.example/' }, { source_name: 'b' }],
}
const [CLEAR, GREEN, AMBER, , RED] = TLP_NAMES.map(markingIdOf)

describe('for each part of an object', () => {
  test('markings of the object, of what it stands in and its own add up; a later one takes no place', () => {
    const value = {
      ...TOOL,
      object_marking_refs: [GREEN],
      granular_markings: [
        { marking_ref: RED, selectors: ['external_references.[0].url', 'description'] },
        { marking_ref: AMBER, selectors: ['external_references'] },
        { marking_ref: CLEAR, selectors: ['description', 'labels.[1]'] },
        { marking_ref: PAP_IDS[2], selectors: ['labels'] },
      ],
    }
    const { whole, base, byPath, dangling } = effectiveMarking(read(value), definitions())
    const table = [...byPath].map(([path, { marking, within }]) => [path, marking.tlp, within.tlp, marking.pap])
    expect(
      table.filter(([path]) => !/^(?:type|id|spec|created|modified|object_m|granular)/.test(String(path))),
    ).toEqual([
      ['external_references.[0].url', 'TLP:RED', 'TLP:RED', null],
      ['external_references.[0]', 'TLP:AMBER', 'TLP:RED', null],
      ['external_references', 'TLP:AMBER', 'TLP:RED', null],
      ['description', 'TLP:RED', 'TLP:RED', null],
      ['labels.[1]', 'TLP:GREEN', 'TLP:GREEN', 'PAP:AMBER'],
      ['labels', 'TLP:GREEN', 'TLP:GREEN', 'PAP:AMBER'],
      ['name', 'TLP:GREEN', 'TLP:GREEN', null],
    ])
    expect(byPath.get('description')?.marking.tlpBy).toBe(RED)
    expect([whole.tlp, whole.pap, base.tlp, base.pap]).toEqual(['TLP:RED', 'PAP:AMBER', 'TLP:GREEN', null])
    expect(dangling).toEqual([])
  })

  test.each([
    ['pattern', 'a property that is not there'],
    ['external_references.[2]', 'a place past the end of a list'],
    ['external_references.[00]', 'a place with a zero before it'],
    ['external_references.0', 'a place without brackets'],
    ['description.[0]', 'a place in a text'],
    ['labels.name', 'a property of a list'],
    ['labels.[0].length', 'a property of a text'],
    ['labels.length', 'what every list has in the language'],
    ['constructor', 'what every object has in the language'],
    ['description.', 'a component that is empty'],
    ['', 'nothing'],
    ['granular_markings.[0]', 'the markings themselves'],
  ])('a marking of “%s”, %s, holds for the whole, for what it was meant for is not known', (selector) => {
    const value = { ...TOOL, granular_markings: [{ marking_ref: RED, selectors: ['labels', selector] }] }
    const { whole, base, byPath, dangling } = effectiveMarking(read(value), definitions())
    expect([whole.tlp, base.tlp, byPath.get('name')?.marking.tlp]).toEqual(['TLP:RED', 'TLP:RED', 'TLP:RED'])
    expect(dangling).toEqual([{ marking: 0, selector, of: 'data' }])
  })

  test.each([[{}], [{ selectors: [] }], [{ selectors: 'name' }], [{ selectors: [5] }]])(
    'a marking with %j in place of selectors holds for the whole',
    (more) => {
      const value = { ...TOOL, granular_markings: [{ marking_ref: RED, ...more }] }
      const { base, dangling } = effectiveMarking(read(value), definitions())
      expect([base.tlp, dangling]).toEqual(['TLP:RED', [{ marking: 0, selector: null, of: 'data' }]])
    },
  )

  test('languages are those marked nearest to it, else the object’s, else English', () => {
    const value = {
      ...TOOL,
      granular_markings: [
        { lang: 'de', selectors: ['labels', 'pattern'] },
        { lang: 'fr', selectors: ['labels.[1]'] },
        { lang: 'it', selectors: ['labels.[1]'] },
      ],
    }
    const languages = (more: Value, path: string) =>
      effectiveMarking(read({ ...value, ...more }), definitions()).byPath.get(path)?.languages
    expect(languages({}, 'name')).toEqual(['en'])
    expect(languages({ lang: 'nl' }, 'name')).toEqual(['nl'])
    expect(languages({ lang: 'nl' }, 'labels')).toEqual(['de'])
    expect(languages({}, 'labels.[1]')).toEqual(['fr', 'it'])
    const { base, dangling } = effectiveMarking(read(value), definitions())
    expect([base, dangling]).toEqual([NO_MARKING, [{ marking: 0, selector: 'pattern', of: 'language' }]])
  })
})

describe('as a lattice', () => {
  const ids = fc.nat({ max: 5 }).map((n) => {
    const id = parseId(`marking-definition--${uuid(n)}`)
    if (!id.ok) throw new Error(id.message)
    return id.value
  })
  const markings: fc.Arbitrary<Marking> = fc
    .record({
      tlp: fc.option(fc.constantFrom(...TLP_NAMES)),
      pap: fc.option(fc.constantFrom(...PAP_NAMES)),
      unclear: fc.option(ids, { freq: 4 }),
      by: ids,
    })
    .map(({ tlp, pap, unclear, by }) => ({
      ...{ tlp, pap, unclear },
      tlpBy: tlp === null ? null : by,
      papBy: pap === null ? null : by,
    }))
  const ceilings = fc.record(
    { tlp: fc.constantFrom(...TLP_NAMES), pap: fc.constantFrom(...PAP_NAMES) },
    { requiredKeys: ['tlp'] },
  )
  /** Without who gave it, of which the first is told. */
  const bare = ({ tlp, pap, unclear }: Marking) => ({ tlp, pap, unclear: unclear !== null })

  test('joining is commutative, associative and idempotent, and no marking is its neutral', () => {
    fc.assert(
      fc.property(markings, markings, markings, (a, b, c) => {
        expect(bare(joinMarkings(a, b))).toEqual(bare(joinMarkings(b, a)))
        expect(joinMarkings(joinMarkings(a, b), c)).toEqual(joinMarkings(a, joinMarkings(b, c)))
        expect(joinMarkings(a, { ...a })).toEqual(a)
        expect([joinMarkings(a, NO_MARKING), joinMarkings(NO_MARKING, a)]).toEqual([a, a])
      }),
    )
  })

  test('what is above a ceiling stays above it, whatever is joined', () => {
    fc.assert(
      fc.property(markings, markings, ceilings, (a, b, ceiling) => {
        const above = (marking: Marking) => aboveCeiling(marking, ceiling) !== undefined
        expect(above(joinMarkings(a, b))).toBe(above(a) || above(b))
      }),
    )
  })
})

describe('of any object', () => {
  /** A marking as numbers, for comparing with the plain reckoning. */
  const strictness = ({ tlp, pap, unclear }: Marking): Strictness => ({
    tlp: unclear !== null ? 9 : 1 + (tlp === null ? -1 : TLP_NAMES.indexOf(tlp)),
    pap: 1 + (pap === null ? -1 : PAP_NAMES.indexOf(pap)),
  })

  test('at each part the strictest of all that hold there wins, and of the whole the strictest of all', () => {
    fc.assert(
      fc.property(marked, (value) => {
        const { whole, byPath } = effectiveMarking(read(value), definitions())
        const { paths } = placesIn(value)
        for (const path of paths) {
          const found = byPath.get(selectorOf(path))
          if (found !== undefined) expect(strictness(found.marking)).toEqual(reckoned(value, path))
        }
        for (const property of Object.keys(value)) expect(byPath.has(property)).toBe(true)
        const all = paths.map((path) => reckoned(value, path))
        expect(strictness(whole)).toEqual(strictest(all))
      }),
      { numRuns: 300 },
    )
  })

  test('one marking more never loosens any part of it', () => {
    const cases = marked.chain((value) => fc.tuple(fc.constant(value), granularFor(value)))
    fc.assert(
      fc.property(cases, ([value, more]) => {
        const granular = value['granular_markings'] ?? []
        const before = effectiveMarking(read(value), definitions())
        const list = Array.isArray(granular) ? [more, ...granular] : [more]
        const after = effectiveMarking(read({ ...value, granular_markings: list }), definitions())
        const looser = (a: Strictness, b: Strictness) => b.tlp < a.tlp || b.pap < a.pap
        expect(looser(strictness(before.whole), strictness(after.whole))).toBe(false)
        for (const [path, { marking, within }] of before.byPath) {
          const then = after.byPath.get(path)
          if (then === undefined) throw new Error(`${path} is gone`)
          expect(looser(strictness(marking), strictness(then.marking))).toBe(false)
          expect(looser(strictness(within), strictness(then.within))).toBe(false)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('a marking that nobody defined binds more than any', () => {
    const value = { ...TOOL, granular_markings: [{ marking_ref: UNKNOWN_MARKING, selectors: ['labels'] }] }
    const { whole } = effectiveMarking(read(value), definitions())
    expect(aboveCeiling(whole, { tlp: 'TLP:RED' })).toEqual({ because: 'unclear', by: UNKNOWN_MARKING })
  })
})
