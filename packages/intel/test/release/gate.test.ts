// What the release gate lets through, and what it refuses with which reason.

import { beforeEach, describe, expect, test } from 'vitest'
import {
  decideRelease,
  type FactName,
  type HouseRules,
  MarkingDefinitions,
  markingIdOf,
  papMarkingIdOf,
  ReleaseGate,
  type ReleaseRequest,
  type ReleaseRules,
  readObject,
  type ShareFacts,
  type StixObject,
  type Tlp,
} from '../../src/index.ts'

const rules: ReleaseRules = {
  from: 'alfa.example',
  parties: ['alfa.example', 'bravo.example'],
  markingMax: 'TLP:AMBER',
  records: ['intel/share'],
  stix: { deny: ['x-secret'] },
}
const request: ReleaseRequest = { type: 'intel/share', marking: 'TLP:GREEN', to: ['bravo.example'] }
const uuid = (n: number) => `7d2b4a9e-0a1b-4c3d-8e5f-${String(n).padStart(12, '0')}`
const HOLD_BACK = { kind: 'hold-back' as const }
const HIT = { rule: 'all', reason: 'Nothing leaves.', effect: HOLD_BACK }
const OWN_MARKING = `marking-definition--${uuid(77)}`

function object(type: string, more: Record<string, unknown> = {}): StixObject {
  const times = { created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
  const value = { type, spec_version: '2.1', id: `${type}--${uuid(1)}`, ...times, ...more }
  const read = readObject(new TextEncoder().encode(JSON.stringify(value)))
  if (!read.ok) throw new Error(read.message)
  return read.value
}
const marked = (...tlps: Tlp[]) => object('tool', { name: 'x', object_marking_refs: tlps.map(markingIdOf) })
const definition = (more: Record<string, unknown>) =>
  object('marking-definition', { id: OWN_MARKING, modified: undefined, ...more })

const sourceOf = ({ value }: StixObject) => new TextEncoder().encode(JSON.stringify(value))
const release = (objects: StixObject[], asked: Partial<ReleaseRequest> = {}, ruled: Partial<ReleaseRules> = {}) =>
  decideRelease({ ...request, ...asked, objects: objects.map(sourceOf) }, { ...rules, ...ruled })
const decide = (...asked: Parameters<typeof release>) => release(...asked).decision

/** The codes of all that is refused; none where it may leave. */
function refused(objects: StixObject[], asked: Partial<ReleaseRequest> = {}, ruled: Partial<ReleaseRules> = {}) {
  return decide(objects, asked, ruled).refusals.map(({ code }) => code)
}

describe('the record', () => {
  test.each<[string, Partial<ReleaseRequest>, string[]]>([
    ['to another party of the channel, within the marking, passes', {}, []],
    ['of a type the agreement does not name', { type: 'incident/notice' }, ['release/record-type']],
    ['marked above the agreement', { marking: 'TLP:RED' }, ['release/marking-above-agreement']],
    ['to nobody', { to: [] }, ['release/no-recipient']],
    ['to somebody outside the channel', { to: ['carol.example'] }, ['release/unknown-recipient']],
    ['to ourselves', { to: ['alfa.example'] }, ['release/unknown-recipient']],
    ['that carries the agreement itself needs no permission', { type: 'pact/sign', to: [] }, []],
  ])('%s', (_what, asked, codes) => {
    expect(refused([], asked)).toEqual(codes)
  })
})

describe('an object', () => {
  test('of a type that is denied, or not among those allowed, keeps everything here', () => {
    const [tool, secret] = [object('tool', { name: 'x' }), object('x-secret')]
    expect(refused([tool, secret])).toEqual(['release/stix-type'])
    expect(refused([tool, secret], {}, { stix: { allow: ['tool'] } })).toEqual(['release/stix-type'])
    expect(refused([tool], {}, { stix: { allow: ['tool'] } })).toEqual([])
  })

  describe('under the rules of a house', () => {
    const asked: unknown[] = []
    const house = (asks: FactName[], heldBackBy: HouseRules['heldBackBy']) => ({
      house: {
        ...{ pact: 'p', channel: 'main' },
        rules: {
          ...{ asks: new Set(asks), lists: new Map() },
          heldBackBy: (facts: Parameters<HouseRules['heldBackBy']>[0], share: ShareFacts) => {
            asked.push({ facts, share })
            return heldBackBy(facts, share)
          },
        },
      },
    })
    beforeEach(() => {
      asked.length = 0
    })

    test('that one of them holds back is refused, with its words and its name', () => {
      const rules_ = house(['type'], ({ type }) =>
        type === 'tool' ? [{ rule: 'no-tools', reason: 'We keep tools.', effect: HOLD_BACK }] : [],
      )
      const decision = decide([object('malware', { is_family: true }), object('tool', { name: 'x' })], {}, rules_)
      expect(decision).toMatchObject({
        verdict: 'refused',
        refusals: [{ code: 'release/rule', message: 'We keep tools. (rule no-tools)', object: { index: 1 } }],
      })
    })

    test('is told apart by the facts that are asked for alone: a thousand alike are one question', () => {
      const tools = Array.from({ length: 1_000 }, (_, n) => object('tool', { name: `x${n}`, labels: ['kept'] }))
      expect(
        refused(
          tools,
          {},
          house(['type', 'labels'], () => []),
        ),
      ).toEqual([])
      expect(asked).toEqual([
        {
          facts: { type: 'tool', labels: ['kept'] },
          share: { pact: 'p', channel: 'main', marking: 1, to: ['bravo.example'] },
        },
      ])
      const held = decide(
        tools,
        {},
        house(['type'], () => [HIT]),
      )
      expect(held).toMatchObject({ refusalsTotal: 1_000 })
    })

    test('is asked with its strictest marking, once that is known: a definition may come after what it marks', () => {
      const [marked_, plain] = [
        object('tool', { name: 'x', object_marking_refs: [OWN_MARKING], labels: ['late'] }),
        object('tool', { name: 'y' }),
      ]
      const amber = definition({ definition_type: 'tlp', definition: { tlp: 'green' } })
      refused(
        [marked_, plain, amber],
        {},
        house(['tlp', 'type'], () => []),
      )
      expect(asked).toMatchObject([
        { facts: { type: 'tool', tlp: 1 } },
        { facts: { type: 'tool' } },
        { facts: { type: 'marking-definition' } },
      ])
      expect(asked[1]).not.toHaveProperty('facts.tlp')
    })

    test('hides no label behind sixty others, or behind one that is no text', () => {
      const many = [...Array.from({ length: 80 }, (_, n) => `l${n}`), 'victim']
      for (const labels of [many, [7, 'victim']]) {
        asked.length = 0
        refused(
          [object('identity', { name: 'x', labels })],
          {},
          house(['labels'], () => []),
        )
        expect(asked).toMatchObject([{ facts: { labels: expect.arrayContaining(['victim']) } }])
      }
    })

    test('does not leave where a rule asks what it names and its pattern cannot be read', () => {
      const broken = object('indicator', { pattern: '[ipv4-addr:value =', pattern_type: 'stix' })
      expect(
        refused(
          [broken],
          {},
          house(['lists'], () => []),
        ),
      ).toEqual(['release/rules-failed'])
      expect(
        refused(
          [broken],
          {},
          house(['type'], () => []),
        ),
      ).toEqual([])
    })

    test('does not leave where these cannot be asked, whatever they threw', () => {
      const failing = house(['type'], () => {
        throw new Error('the rule “x” failed')
      })
      const decision = decide([object('tool', { name: 'x' })], {}, failing)
      expect(decision).toMatchObject({ verdict: 'refused', refusals: [{ code: 'release/rules-failed' }] })
    })
  })

  test('that makes an indicator of a person is refused; who made or saw an indicator is another matter', () => {
    const relationship = (kind: string, source: string, target: string) =>
      object('relationship', { relationship_type: kind, source_ref: source, target_ref: target })
    const [indicator, identity, malware] = ['indicator', 'identity', 'malware'].map((type) => `${type}--${uuid(5)}`)
    if (indicator === undefined || identity === undefined || malware === undefined) throw new Error('Three ids.')
    expect(refused([relationship('indicates', indicator, identity)])).toEqual(['release/indicator-of-person'])
    expect(refused([relationship('indicates', indicator, malware)])).toEqual([])
    expect(refused([relationship('attributed-to', malware, identity)])).toEqual([])
  })
})

describe('a marking', () => {
  test('binds as the strictest of all that an object carries', () => {
    expect(refused([marked('TLP:CLEAR', 'TLP:GREEN')])).toEqual([])
    expect(refused([marked('TLP:CLEAR', 'TLP:AMBER')])).toEqual(['release/marking-above-record'])
    expect(refused([marked('TLP:GREEN', 'TLP:RED')])).toEqual(['release/marking-above-agreement'])
  })

  test('of a part of an object binds as one of the whole', () => {
    const granular = [{ marking_ref: markingIdOf('TLP:RED'), selectors: ['name'] }]
    const tool = object('tool', {
      name: 'x',
      object_marking_refs: [markingIdOf('TLP:CLEAR')],
      granular_markings: granular,
    })
    expect(refused([tool])).toEqual(['release/marking-above-agreement'])
  })

  test('of an object that others depend on binds too: a filter that lets dependencies out is no filter', () => {
    expect(refused([object('tool', { name: 'x' }), marked('TLP:RED')])).toEqual(['release/marking-above-agreement'])
  })

  test('means what its definition says, wherever in the share that stands', () => {
    const tool = object('tool', { name: 'x', object_marking_refs: [OWN_MARKING] })
    const statement = definition({ definition_type: 'statement', definition: { statement: 'Copyright 2026' } })
    expect(refused([tool])).toEqual(['release/marking-unknown'])
    expect(refused([tool, statement])).toEqual([])
    expect(refused([statement, tool])).toEqual([])
    expect(refused([tool, definition({ definition_type: 'tlp', definition: { tlp: 'red' } })])).toEqual([
      'release/marking-above-agreement',
    ])
  })

  test('that cannot be read, or is defined in two ways, is no permission', () => {
    const tool = object('tool', { name: 'x', object_marking_refs: [OWN_MARKING] })
    const green = definition({ definition_type: 'tlp', definition: { tlp: 'green' } })
    const odd = definition({ definition_type: 'tlp', definition: { tlp: 'mauve' } })
    const statement = definition({ definition_type: 'statement', definition: { statement: 'Share freely' } })
    expect(refused([tool, odd])).toEqual(['release/marking-unclear'])
    expect(refused([tool, green, statement])).toEqual(['release/marking-unclear'])
  })

  test('with a published id that says something else is nobody’s marking', () => {
    const id = markingIdOf('TLP:RED')
    const forged = definition({ id, definition_type: 'tlp', definition: { tlp: 'clear' } })
    expect(refused([forged, marked('TLP:RED')])).toEqual(['release/marking-unclear'])
  })
})

describe('the PAP of an object', () => {
  const withPap = (pap: 'PAP:CLEAR' | 'PAP:GREEN' | 'PAP:AMBER' | 'PAP:RED', more: Record<string, unknown> = {}) =>
    object('tool', { name: 'x', object_marking_refs: [papMarkingIdOf(pap)], ...more })

  test('stays here above what the house lets out, and lets out nothing but PAP:CLEAR where the house says none', () => {
    expect(refused([withPap('PAP:AMBER')], {}, { papMax: 'PAP:AMBER' })).toEqual([])
    expect(refused([withPap('PAP:RED')], {}, { papMax: 'PAP:AMBER' })).toEqual(['release/pap-above-house'])
    expect(refused([withPap('PAP:CLEAR')])).toEqual([])
    expect(refused([withPap('PAP:GREEN')])).toEqual(['release/pap-above-house'])
  })

  test('takes nothing from its TLP, which binds beside it, and each tells its reason', () => {
    const both = object('tool', { name: 'x', object_marking_refs: [papMarkingIdOf('PAP:RED'), markingIdOf('TLP:RED')] })
    expect(refused([both])).toEqual(['release/marking-above-agreement', 'release/pap-above-house'])
  })

  test('of a part binds as one of the whole, and is told as that of a part', () => {
    const part = object('tool', {
      ...{ name: 'x', description: 'y' },
      granular_markings: [{ marking_ref: papMarkingIdOf('PAP:RED'), selectors: ['description'] }],
    })
    const decision = decide([part], {}, { papMax: 'PAP:AMBER' })
    expect(decision.refusals).toMatchObject([
      {
        code: 'release/pap-above-house',
        message: 'A part of the object is marked PAP:RED; this house lets at most PAP:AMBER leave.',
      },
    ])
  })
})

describe('a classification of the parties’ own', () => {
  const restricted = definition({ definition_type: 'x-house', definition: { level: 3 }, name: 'RESTRICTED' })
  const tool = object('tool', { name: 'x', object_marking_refs: [OWN_MARKING] })

  test('is not clear, unless the table says what it is treated as', () => {
    expect(refused([tool, restricted])).toEqual(['release/marking-unclear'])
    const as = (tlp: Tlp) => ({ equivalents: [{ theirs: 'RESTRICTED', tlp }] })
    expect(refused([tool, restricted], {}, as('TLP:GREEN'))).toEqual([])
    expect(refused([tool, restricted], {}, as('TLP:AMBER'))).toEqual(['release/marking-above-record'])
    expect(refused([tool, restricted], {}, as('TLP:RED'))).toEqual(['release/marking-above-agreement'])
  })

  test('does not loosen what else an object bears', () => {
    const both = object('tool', { name: 'x', object_marking_refs: [OWN_MARKING, markingIdOf('TLP:RED')] })
    const equivalents = [{ theirs: 'RESTRICTED', tlp: 'TLP:CLEAR' as const }]
    expect(refused([both, restricted], {}, { equivalents })).toEqual(['release/marking-above-agreement'])
  })
})

test('a definition that was not seen in the first reading lets nothing leave', () => {
  const gate = new ReleaseGate(request, rules, new MarkingDefinitions())
  const late = definition({ definition_type: 'tlp', definition: { tlp: 'green' } })
  expect(gate.decide(late, sourceOf(late))).toMatchObject({
    verdict: 'refused',
    reasons: [{ code: 'release/marking-unclear' }],
  })
})

test('it tells of each object what happens with it, and counts them', () => {
  const decision = decide([object('tool', { name: 'x' }), marked('TLP:RED')])
  expect(decision).toMatchObject({
    ...{ verdict: 'refused', counts: { passes: 1, refused: 1 } },
    told: [
      { index: 0, verdict: 'passes', reasons: [] },
      { index: 1, verdict: 'refused', reasons: [{ code: 'release/marking-above-agreement' }] },
    ],
  })
})

test('every reason is counted, and the objects are named by their place', () => {
  const decision = decide([object('x-secret'), marked('TLP:RED')])
  expect(decision).toMatchObject({
    verdict: 'refused',
    objects: 2,
    refusalsTotal: 2,
    refusals: [
      { code: 'release/stix-type', object: { index: 0, id: `x-secret--${uuid(1)}` } },
      { code: 'release/marking-above-agreement', object: { index: 1 } },
    ],
  })
})
