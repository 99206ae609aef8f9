// What rules of a house cut from a share or leave out of it, and that nothing which leaves tells of it.

import { describe, expect, test } from 'vitest'
import {
  AddressList,
  type Decision,
  decideRelease,
  markingIdOf,
  type ReleaseRules,
  type RuleEffect,
} from '../../src/index.ts'

const uuid = (n: number) => `7d2b4a9e-0a1b-4c3d-8e5f-${String(n).padStart(12, '0')}`
const TIMES = { created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
type Value = Record<string, unknown> & { id: string; type: string }
const sdo = (type: string, n: number, more: Record<string, unknown> = {}): Value => ({
  ...{ type, spec_version: '2.1', id: `${type}--${uuid(n)}`, ...TIMES },
  ...more,
})
const VICTIM = sdo('identity', 1, { name: 'Hospital of Bravo', labels: ['victim'] })
const TOOL = sdo('tool', 2, { name: 'x' })
const LEAVE_OUT: RuleEffect = { kind: 'leave-out' }
const cuts = (...properties: string[]): RuleEffect => ({
  kind: 'cut',
  properties: properties.map((property) => ({ names: property.split('.') })),
})
const own = AddressList.parse('intra.example')
if (!own.ok) throw new Error(own.message)

/** Objects with the label `victim`, or all of them, by a rule with this effect. */
function release(
  objects: Value[],
  effect: RuleEffect,
  names: 'victims' | 'all' = 'victims',
  more: Partial<ReleaseRules> = {},
  /** What a question meets: another effect, or what it throws. */
  met: () => RuleEffect | undefined = () => undefined,
) {
  const rules: ReleaseRules = {
    ...{ from: 'alfa.example', parties: ['alfa.example', 'bravo.example'], markingMax: 'TLP:AMBER' },
    ...{ records: ['intel/share'], stix: { deny: [] } },
    house: {
      ...{ pact: 'p', channel: 'main' },
      rules: {
        ...{ asks: new Set(['labels'] as const), lists: new Map([['own', own.ok ? own.value : new AddressList()]]) },
        heldBackBy: ({ labels }) => {
          const hit = { rule: 'r', reason: 'We keep it.', effect: met() ?? effect }
          return names === 'all' || labels?.includes('victim') ? [hit] : []
        },
      },
    },
    ...more,
  }
  const sources = objects.map((object) => new TextEncoder().encode(JSON.stringify(object)))
  const request = { type: 'intel/share', marking: 'TLP:GREEN' as const, to: ['bravo.example'], objects: sources }
  const { decision, leaving } = decideRelease(request, rules)
  return { decision, left: leaving.map((text): Value => JSON.parse(new TextDecoder().decode(text))), leaving }
}
const codes = ({ refusals }: Decision) => refusals.map(({ code }) => code)
const told = ({ told: all }: Decision) => all.map(({ verdict, leftOut }) => (leftOut ? 'left out' : verdict))

describe('an object that is left out by a rule', () => {
  test('does not leave; the others do, to the byte, and it is told by which rule', () => {
    const { decision, left } = release([VICTIM, TOOL], LEAVE_OUT)
    expect(left).toEqual([TOOL])
    expect(decision).toMatchObject({ verdict: 'redacted', counts: { passes: 1, redacted: 1, refused: 0 } })
    expect(decision.told[0]).toMatchObject({
      ...{ id: VICTIM.id, verdict: 'redacted', leftOut: true },
      reasons: [{ rule: 'r', message: 'We keep it. (rule r)' }],
    })
  })

  test('is cut from what refers to it, in lists and alone, wherever it stands in the share', () => {
    const report = sdo('report', 3, {
      ...{ name: 'x', published: TIMES.created, object_refs: [VICTIM.id, TOOL.id], created_by_ref: VICTIM.id },
    })
    const { decision, left } = release([report, VICTIM, TOOL], LEAVE_OUT)
    expect(left[0]).toMatchObject({ id: report.id, object_refs: [TOOL.id] })
    expect(left[0]).not.toHaveProperty('created_by_ref')
    expect(decision.told[0]?.cut.map(({ selector, because }) => [selector, because])).toEqual([
      ['object_refs.[0]', 'reference'],
      ['created_by_ref', 'reference'],
    ])
  })

  test('takes with it what would say something else without it, and what refers to that in its turn', () => {
    const targets = sdo('relationship', 4, { relationship_type: 'targets', source_ref: TOOL.id, target_ref: VICTIM.id })
    const note = sdo('note', 5, { content: 'x', object_refs: [targets.id] })
    const both = sdo('note', 6, { content: 'y', object_refs: [TOOL.id, note.id] })
    const { decision, left } = release([both, note, targets, TOOL, VICTIM], LEAVE_OUT)
    expect(told(decision)).toEqual(['redacted', 'left out', 'left out', 'passes', 'left out'])
    expect(left).toEqual([{ ...both, object_refs: [TOOL.id] }, TOOL])
    expect(decision.told[2]?.reasons).toMatchObject([{ message: expect.stringContaining('It refers to what is left') }])
  })

  test('takes its other versions with it', () => {
    const earlier = {
      ...VICTIM,
      modified: '2025-01-01T00:00:00.000Z',
      created: '2025-01-01T00:00:00.000Z',
      labels: ['x'],
    }
    expect(release([earlier, VICTIM, TOOL], LEAVE_OUT).left).toEqual([TOOL])
  })

  test.each<[string, Record<string, unknown>]>([
    ['in words', { description: `It hit ${VICTIM.id}.` }],
    ['by its UUID alone', { description: `It hit ${uuid(1).toUpperCase()}.` }],
    ['in a property nobody knows', { x_hit: { who: [VICTIM.id] } }],
    ['as the name of a property', { x_hit: { [VICTIM.id]: 1 } }],
  ])('lets nothing leave where another object names it %s', (_where, more) => {
    const { decision, leaving } = release([VICTIM, { ...TOOL, ...more }], LEAVE_OUT)
    expect(codes(decision)).toEqual(['release/tells-what-is-cut'])
    expect(leaving).toEqual([])
  })

  test('is no reason to refuse another whose UUID is the same under another type', () => {
    const twin = sdo('tool', 1, { name: 'x' })
    expect(release([VICTIM, twin], LEAVE_OUT).left).toEqual([twin])
  })

  test('may be of a type, or marked as, what the agreement does not permit', () => {
    const red = { ...VICTIM, object_marking_refs: [markingIdOf('TLP:RED')] }
    expect(release([red, TOOL], LEAVE_OUT, 'victims', { stix: { deny: ['identity'] } }).left).toEqual([TOOL])
  })

  test('which computes the id of another takes that with it: the id would tell it', () => {
    const address = { type: 'ipv4-addr', spec_version: '2.1', id: `ipv4-addr--${uuid(7)}`, value: '192.0.2.1' }
    const traffic = {
      ...{ type: 'network-traffic', spec_version: '2.1', id: 'network-traffic--2568d22a-8998-58eb-99ec-3c8ca74f527d' },
      ...{ protocols: ['tcp'], src_ref: address.id, dst_ref: address.id },
    }
    const { decision } = release([{ ...address, labels: ['victim'] }, traffic, TOOL], LEAVE_OUT)
    expect(told(decision)).toEqual(['left out', 'left out', 'passes'])
  })
})

describe('a property that a rule cuts', () => {
  test('is gone, at the top or within the items of a list; where there is none the object passes', () => {
    const full = {
      ...TOOL,
      x_case: 'Alfa-17',
      external_references: [{ source_name: 'a', description: 'b', url: 'https://a.example/' }],
    }
    const { decision, left } = release([full, TOOL], cuts('x_case', 'external_references.url'), 'all')
    expect(left).toEqual([{ ...TOOL, external_references: [{ source_name: 'a', description: 'b' }] }, TOOL])
    expect(told(decision)).toEqual(['redacted', 'passes'])
  })

  test('and without which the object would say something else keeps the share here', () => {
    const { decision, leaving } = release([TOOL], cuts('name'), 'all')
    expect(codes(decision)).toEqual(['release/cannot-redact'])
    expect(leaving).toEqual([])
  })

  test('may be only those external references that lead to our own systems', () => {
    const references = ['https://wiki.intra.example/1', 'https://attack.example/2'].map((url) => ({
      source_name: 'x',
      url,
    }))
    const onList: RuleEffect = { kind: 'cut', properties: [{ names: ['external_references'], onList: 'own' }] }
    const { left } = release([{ ...TOOL, external_references: references }], onList, 'all')
    expect(left[0]?.['external_references']).toEqual([references[1]])
  })
})

describe('parts marked above what may go', () => {
  const CUT: RuleEffect = { kind: 'cut-marked' }
  const part = (more: Record<string, unknown> = {}) => ({
    ...{ ...TOOL, description: 'secret' },
    granular_markings: [{ marking_ref: markingIdOf('TLP:RED'), selectors: ['description'] }],
    ...more,
  })

  test('are cut where a rule says so, and refuse the share where none does', () => {
    expect(release([part()], CUT, 'all').left).toEqual([TOOL])
    expect(codes(release([part()], CUT, 'victims').decision)).toEqual(['release/marking-above-agreement'])
  })

  test('are not cut from what is marked too high as a whole, which keeps the share here', () => {
    const whole = part({ object_marking_refs: [markingIdOf('TLP:AMBER')] })
    expect(codes(release([whole], CUT, 'all').decision)).toEqual(['release/marking-above-agreement'])
  })

  test('are those above the marking of the record too', () => {
    const amber = part({ granular_markings: [{ marking_ref: markingIdOf('TLP:AMBER'), selectors: ['description'] }] })
    expect(release([amber], CUT, 'all').left).toEqual([TOOL])
  })
})

describe('where asking the rules breaks', () => {
  const report = sdo('report', 3, { name: 'x', published: TIMES.created, object_refs: [VICTIM.id, TOOL.id] })

  test('at any question, in whatever reading it comes, nothing leaves', () => {
    let asked = 0
    const breaksAt = (question: number) => {
      asked = 0
      return release([report, VICTIM, TOOL], LEAVE_OUT, 'victims', {}, () => {
        if (asked++ === question) throw new Error('broken')
        return undefined
      })
    }
    const whole = breaksAt(-1)
    expect([whole.left.length, asked]).toEqual([2, expect.any(Number)])
    const questions = asked
    // Each reading asks once for what is alike: what has the label, and what has none.
    expect(questions).toBe(5)
    for (let question = 0; question < questions; question++) {
      const { decision, leaving } = breaksAt(question)
      expect(codes(decision)).toContain('release/rules-failed')
      expect(leaving).toEqual([])
    }
  })

  test('as a list that cannot be looked at, nothing leaves', () => {
    const onList: RuleEffect = { kind: 'cut', properties: [{ names: ['external_references'], onList: 'gone' }] }
    const { decision, leaving } = release([TOOL], onList, 'all')
    expect(codes(decision)).toEqual(['release/rules-failed'])
    expect(leaving).toEqual([])
  })

  test('as a redaction that comes to no end, nothing leaves', () => {
    let calls = 0
    const other = (): RuleEffect => ({ kind: 'cut', properties: [{ names: [calls++ === 0 ? 'x_a' : 'x_b'] }] })
    const { decision, leaving } = release([{ ...TOOL, x_a: 1, x_b: 2 }], LEAVE_OUT, 'all', {}, other)
    expect(codes(decision)).toEqual(['release/cannot-redact'])
    expect(leaving).toEqual([])
  })
})

test('what leaves passes whole when it is decided on once more', () => {
  const report = sdo('report', 3, { name: 'x', published: TIMES.created, object_refs: [VICTIM.id, TOOL.id] })
  const { left } = release([report, VICTIM, TOOL], LEAVE_OUT)
  const again = release(left, LEAVE_OUT)
  expect(again.decision.verdict).toBe('passes')
  expect(again.left).toEqual(left)
})
