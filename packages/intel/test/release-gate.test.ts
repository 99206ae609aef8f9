// What the release gate lets through, and what it refuses with which reason.

import { describe, expect, test } from 'vitest'
import {
  decideRelease,
  markingIdOf,
  type ReleaseRequest,
  type ReleaseRules,
  readObject,
  type StixObject,
  type Tlp,
} from '../src/index.ts'

const rules: ReleaseRules = {
  from: 'alfa.example',
  parties: ['alfa.example', 'bravo.example'],
  markingMax: 'TLP:AMBER',
  records: ['intel/share'],
  stix: { deny: ['x-secret'] },
}
const request: ReleaseRequest = { type: 'intel/share', marking: 'TLP:GREEN', to: ['bravo.example'] }
const uuid = (n: number) => `7d2b4a9e-0a1b-4c3d-8e5f-${String(n).padStart(12, '0')}`
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

/** The codes of all that is refused; none where it may leave. */
function refused(objects: StixObject[], asked: Partial<ReleaseRequest> = {}, ruled: Partial<ReleaseRules> = {}) {
  const decision = decideRelease({ ...request, ...asked, objects }, { ...rules, ...ruled })
  return decision.passes ? [] : decision.refusals.map(({ code }) => code)
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

  test('that our own side holds back is refused', () => {
    const tool = object('tool', { name: 'x' })
    expect(refused([tool], {}, { withheld: new Set([tool.id]) })).toEqual(['release/withheld'])
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

test('every reason is counted, and the objects are named by their place', () => {
  const decision = decideRelease({ ...request, objects: [object('x-secret'), marked('TLP:RED')] }, rules)
  expect(decision).toMatchObject({
    passes: false,
    objects: 2,
    refusalsTotal: 2,
    refusals: [
      { code: 'release/stix-type', object: { index: 0, id: `x-secret--${uuid(1)}` } },
      { code: 'release/marking-above-agreement', object: { index: 1 } },
    ],
  })
})
