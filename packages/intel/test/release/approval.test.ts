// What waits for a second person: by a rule, and above the thresholds of a house. Nothing leaves before.

import { describe, expect, test } from 'vitest'
import {
  type ApprovalThresholds,
  decideRelease,
  type HouseRules,
  joinTerms,
  markingIdOf,
  type ReleaseRules,
  type RuleHit,
  readTerms,
  termsForAll,
} from '../../src/index.ts'

const at = { spec_version: '2.1', created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
const uuid = (n: number) => `7d2b4a9e-0a1b-4c3d-8e5f-${String(n).padStart(12, '0')}`
const tool = (n: number, more: object = {}) => ({ type: 'tool', id: `tool--${uuid(n)}`, ...at, name: 'x', ...more })
const bytes = (value: object) => new TextEncoder().encode(JSON.stringify(value))

const rules: ReleaseRules = {
  from: 'alfa.example',
  parties: ['alfa.example', 'bravo.example'],
  markingMax: 'TLP:RED',
  records: ['intel/share'],
  stix: { deny: [] },
}
function release(objects: object[], ruled: Partial<ReleaseRules>, marking: 'TLP:GREEN' | 'TLP:RED' = 'TLP:GREEN') {
  const request = { type: 'intel/share', marking, to: ['bravo.example'] }
  return decideRelease({ ...request, objects: objects.map(bytes) }, { ...rules, ...ruled })
}
const above = (approval: ApprovalThresholds) => ({ approval })
const WAITS = { rule: 'look', reason: 'Somebody looks at it.', effect: { kind: 'approve' } } as const

/** Rules that hit by the properties of an object. */
function house(hit: (properties: readonly string[]) => RuleHit[]): Partial<ReleaseRules> {
  const asked: HouseRules = {
    asks: new Set(['properties']),
    lists: new Map(),
    heldBackBy: ({ properties = [] }) => hit(properties),
  }
  return { house: { rules: asked, pact: 'ab'.repeat(16), channel: 'main' } }
}

describe('what waits', () => {
  test('is above a bound of a day with what left in it before, and also where nobody knows what did', () => {
    const [one, left] = [tool(1), { objects: 2, bytes: 1000 }]
    const size = bytes(one).length
    for (const [bounds, verdict] of [
      [{ dayObjects: 3 }, 'passes'],
      [{ dayObjects: 2 }, 'waits'],
      [{ dayBytes: 1000 + size }, 'passes'],
      [{ dayBytes: 999 + size }, 'waits'],
      [{ objects: 2, bytes: size }, 'passes'],
    ] as const) {
      expect(release([one], { ...above(bounds), lately: left }).decision.verdict).toBe(verdict)
    }
    const unknown = release([one], above({ dayObjects: 1000 })).decision
    expect(unknown).toMatchObject({ verdict: 'waits', waits: [{ rule: 'approval.dayObjects' }] })
    // What is said of it is the same whatever left, so that an approval of it holds.
    const message = (objects: number) =>
      release([one], { ...above({ dayObjects: 2 }), lately: { ...left, objects } }).decision.waits[0]?.message
    expect(message(2)).toBe(message(99))
    expect(message(2)).toContain('more than 2 objects')
  })

  test('by a rule keeps the whole share here, and the rule and its object are told', () => {
    const looksAt = house((properties) => (properties.includes('x_case') ? [WAITS] : []))
    const { decision, leaving } = release([tool(1), tool(2, { x_case: 'Alfa-17' })], looksAt)
    expect(leaving).toEqual([])
    expect(decision).toMatchObject({
      ...{ verdict: 'waits', refusalsTotal: 0, waitsTotal: 1 },
      counts: { passes: 1, redacted: 0, waits: 1, refused: 0 },
      waits: [{ code: 'release/waits', rule: 'look', object: { index: 1, id: `tool--${uuid(2)}` } }],
    })
    expect(decision.told.map(({ verdict }) => verdict)).toEqual(['passes', 'waits'])
  })

  test('is no more than refused where anything is refused', () => {
    const both = house((properties) =>
      properties.includes('x_case') ? [{ ...WAITS, rule: 'no', effect: { kind: 'hold-back' } }] : [WAITS],
    )
    expect(release([tool(1), tool(2, { x_case: '1' })], both).decision.verdict).toBe('refused')
  })

  test('is cut besides, and what leaves is what was cut; it waits also where only what is left of it does', () => {
    const cut: RuleHit = { rule: 'cut', reason: 'x', effect: { kind: 'cut', properties: [{ names: ['x_case'] }] } }
    const object = tool(1, { x_case: '1' })
    const both = release(
      [object],
      house((names) => (names.includes('x_case') ? [cut, WAITS] : [])),
    )
    expect(both.decision).toMatchObject({ verdict: 'waits', altered: 1, told: [{ verdict: 'waits', cut: [{}] }] })
    const onlyWithout = release(
      [object],
      house((names) => (names.includes('x_case') ? [cut] : [WAITS])),
    )
    expect(onlyWithout.decision).toMatchObject({ verdict: 'waits', altered: 1, waitsTotal: 1 })
    expect([both.leaving, onlyWithout.leaving]).toEqual([[], []])
  })

  test('does not, where it is left out', () => {
    const out: RuleHit = { rule: 'out', reason: 'x', effect: { kind: 'leave-out' } }
    const leftOut = house((properties) => (properties.includes('x_case') ? [out, WAITS] : []))
    const { decision, leaving } = release([tool(1), tool(2, { x_case: '1' })], { ...leftOut, ...above({ objects: 1 }) })
    expect([decision.verdict, leaving.length]).toEqual(['redacted', 1])
  })
})

describe('a threshold', () => {
  const red = tool(2, { object_marking_refs: [markingIdOf('TLP:RED')] })
  test.each<[string, ApprovalThresholds, object[], 'TLP:GREEN' | 'TLP:RED', string[]]>([
    ['of marking, on the record', { marking: 'TLP:RED' }, [tool(1)], 'TLP:RED', ['approval.marking']],
    ['of marking, not reached', { marking: 'TLP:AMBER' }, [tool(1)], 'TLP:GREEN', []],
    ['of marking, on an object', { marking: 'TLP:AMBER' }, [red], 'TLP:RED', ['approval.marking', 'approval.marking']],
    ['of type', { types: ['identity', 'tool'] }, [tool(1)], 'TLP:GREEN', ['approval.types']],
    ['of another type', { types: ['identity'] }, [tool(1)], 'TLP:GREEN', []],
    ['of objects, reached and no more', { objects: 2 }, [tool(1), tool(3)], 'TLP:GREEN', []],
    ['of objects, passed', { objects: 1 }, [tool(1), tool(3)], 'TLP:GREEN', ['approval.objects']],
    ['of bytes, reached and no more', { bytes: bytes(tool(1)).length }, [tool(1)], 'TLP:GREEN', []],
    ['of bytes, passed', { bytes: bytes(tool(1)).length - 1 }, [tool(1)], 'TLP:GREEN', ['approval.bytes']],
  ])('%s', (_what, approval, objects, marking, waits) => {
    const { decision, leaving } = release(objects, above(approval), marking)
    expect(decision.waits.map(({ rule }) => rule)).toEqual(waits)
    expect(leaving.length).toBe(waits.length === 0 ? objects.length : 0)
  })

  test('stands in the terms; of several the strictest counts, and one for any recipient counts for all', () => {
    const read = (approval: unknown) => {
      const terms = readTerms({ approval })
      if (!terms.ok) throw new Error(terms.message)
      return terms.value
    }
    const house = read({ marking: 'TLP:AMBER+STRICT', types: ['identity'], objects: 1000 })
    const bravo = read({ marking: 'TLP:AMBER', types: ['incident'], objects: 2000, bytes: 10 })
    const all = { marking: 'TLP:AMBER', types: ['identity', 'incident'], objects: 1000, bytes: 10 }
    expect(joinTerms([house, bravo]).approval).toEqual(all)
    expect(termsForAll([house, { equivalents: [] }, bravo]).approval).toEqual(all)
  })

  test.each([
    null,
    {},
    [],
    { marking: 'AMBER' },
    { types: [] },
    { types: ['No Type'] },
    { objects: -1 },
    { objects: 1.5 },
    { bytes: '10' },
    { object: 5 },
  ])('that is none is refused: %j', (approval) => {
    expect(readTerms({ approval })).toMatchObject({ ok: false, code: 'release/terms' })
  })
})
