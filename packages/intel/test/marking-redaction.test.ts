// What is cut from an object that goes to somebody who may not have all of it, what stays as it came, and when none of it goes.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Ceiling,
  deterministicId,
  effectiveMarking,
  MarkingDefinitions,
  markingIdOf,
  PAP_NAMES,
  type Redaction,
  redactAbove,
  TLP_NAMES,
} from '../src/index.ts'
import {
  definitions,
  type Granular,
  marked,
  PAP_IDS,
  placesIn,
  read,
  reckoned,
  selectorOf,
  UNKNOWN_MARKING,
  uuid,
  type Value,
} from './marked-objects.ts'

const [CLEAR = '', GREEN = '', AMBER = '', , RED = ''] = TLP_NAMES.map(markingIdOf)
const TIMES = { created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
const encode = (text: string) => new TextEncoder().encode(text)

function redact(source: string | Value, ceiling: Ceiling = { tlp: 'TLP:GREEN' }, known = definitions()): Redaction {
  const text = typeof source === 'string' ? source : JSON.stringify(source)
  const result = redactAbove(encode(text), ceiling, known)
  if (!result.ok) throw new Error(result.message)
  return result.value
}

function textOf(redaction: Redaction): string {
  if (redaction.kind === 'withheld') throw new Error(redaction.message)
  return new TextDecoder().decode(redaction.text)
}

const valueOf = (redaction: Redaction): Value => JSON.parse(textOf(redaction))
const cutOf = (redaction: Redaction) =>
  redaction.kind === 'whole' ? [] : redaction.cut.map(({ selector, because }) => `${selector} ${because}`)

function tool(more: Value, ...granular: Granular[]): Value {
  return {
    ...{ type: 'tool', spec_version: '2.1', id: `tool--${uuid(1)}`, ...TIMES, name: 'x' },
    ...more,
    ...(granular.length === 0 ? {} : { granular_markings: granular }),
  }
}
const marks = (marking_ref: string, ...selectors: string[]): Granular => ({ marking_ref, selectors })

describe('what is marked above the ceiling is cut', () => {
  test('a property, with its marking; the rest stays to the byte', () => {
    const before = `{ "type":"tool" ,\n  "id" : "tool--${uuid(1)}", "spec_version":"2.1",
      "created":"${TIMES.created}","modified":"${TIMES.modified}",
      "name":"\\u0041\\/\\"}]", "x_big": 12345678901234567890.10e+5, "x_list" : [ 1.0 , [ ] , { } , null ,true],`
    const source = `${before} "description":"se\\"cret}",
      "granular_markings":[{"selectors":["description"],"marking_ref":"${RED}"}], "__proto__": {"a":1} }`
    const redaction = redact(source)
    // What stood before a member goes with it.
    expect(textOf(redaction)).toBe(`${before.slice(0, -1)}, "__proto__": {"a":1} }`)
    expect(cutOf(redaction)).toEqual(['description tlp'])
    expect(redaction.kind === 'redacted' && redaction.cut[0]).toMatchObject({ by: RED })
  })

  test('an item of a list, and the selectors past it follow the list', () => {
    const source = tool(
      { x_notes: ['a', 'b', 'c', { d: ['e', 'f'] }], labels: ['g', 'h'] },
      marks(RED, 'x_notes.[0]', 'x_notes.[2]', 'x_notes.[3].d.[0]', 'labels.[0]'),
      marks(GREEN, 'x_notes.[3]', 'x_notes.[1]', 'x_notes.[2]'),
      { lang: 'de', selectors: ['x_notes.[3].d.[1]', 'labels.[0]', 'labels'] },
      marks(CLEAR, 'x_notes'),
    )
    expect(valueOf(redact(source))).toEqual(
      tool(
        { x_notes: ['b', { d: ['f'] }], labels: ['h'] },
        marks(GREEN, 'x_notes.[1]', 'x_notes.[0]'),
        { lang: 'de', selectors: ['x_notes.[1].d.[0]', 'labels'] },
        marks(CLEAR, 'x_notes'),
      ),
    )
  })

  test('what is inside it goes with it, and what is left empty goes too', () => {
    const source = tool(
      { x_notes: { a: [['b'], ['c']], d: { e: 'f' } }, labels: ['g'] },
      marks(RED, 'x_notes.a', 'x_notes.d.e', 'labels.[0]'),
      marks(GREEN, 'x_notes.a.[0]'),
    )
    const redaction = redact(source)
    expect(valueOf(redaction)).toEqual(tool({}))
    expect(cutOf(redaction).sort()).toEqual([
      'labels emptied',
      'labels.[0] tlp',
      'x_notes emptied',
      'x_notes.a tlp',
      'x_notes.d emptied',
      'x_notes.d.e tlp',
    ])
  })

  test('a reference without the name of its source, and a phase without its name, are none and go whole', () => {
    const source = tool(
      {
        external_references: [{ source_name: 'a', url: 'https://a.example/' }, { source_name: 'b' }],
        kill_chain_phases: [
          { kill_chain_name: 'c', phase_name: 'd' },
          { kill_chain_name: 'e', phase_name: 'f' },
        ],
      },
      marks(RED, 'external_references.[0].source_name', 'kill_chain_phases.[1].phase_name'),
    )
    const redaction = redact(source)
    expect(valueOf(redaction)).toEqual(
      tool({
        external_references: [{ source_name: 'b' }],
        kill_chain_phases: [{ kill_chain_name: 'c', phase_name: 'd' }],
      }),
    )
    expect(cutOf(redaction)).toContain('external_references.[0] incomplete')
  })

  test('by PAP where a PAP is the ceiling, and what nobody defined always', () => {
    const source = tool(
      { description: 'a', labels: ['b'], aliases: ['c'] },
      marks(PAP_IDS[3] ?? '', 'description'),
      marks(PAP_IDS[2] ?? '', 'labels'),
      marks(UNKNOWN_MARKING, 'aliases'),
    )
    expect(cutOf(redact(source, { tlp: 'TLP:RED' }))).toEqual(['aliases unclear'])
    expect(cutOf(redact(source, { tlp: 'TLP:RED', pap: 'PAP:AMBER' }))).toEqual(['description pap', 'aliases unclear'])
  })

  test('by a classification of their own, with its equivalent', () => {
    const known = new MarkingDefinitions([{ theirs: UNKNOWN_MARKING, tlp: 'TLP:AMBER' }])
    const source = tool({ description: 'a' }, marks(UNKNOWN_MARKING, 'description'))
    expect(cutOf(redact(source, { tlp: 'TLP:GREEN' }, known))).toEqual(['description tlp'])
    expect(redact(source, { tlp: 'TLP:AMBER' }, known).kind).toBe('whole')
  })

  test('nothing is above: the bytes that came', () => {
    const source = encode(JSON.stringify(tool({ object_marking_refs: [GREEN] }, marks(CLEAR, 'name'))))
    const result = redactAbove(source, { tlp: 'TLP:GREEN' }, definitions())
    expect(result.ok && result.value.kind === 'whole' && result.value.text).toBe(source)
  })

  test('a language whose selectors name nothing does not go along', () => {
    const source = tool({ description: 'a' }, marks(RED, 'description'), { lang: 'de', selectors: ['nothing', 'name'] })
    expect(valueOf(redact(source))).toEqual(tool({}, { lang: 'de', selectors: ['name'] }))
  })
})

describe('nothing goes', () => {
  const indicator = (more: Value, ...granular: Granular[]): Value => ({
    ...{ ...tool({}, ...granular), type: 'indicator', id: `indicator--${uuid(1)}` },
    ...{ pattern: "[file:name = 'a']", pattern_type: 'stix', valid_from: TIMES.created, ...more },
  })
  const report = (refs: string[], ...granular: Granular[]): Value => ({
    ...{ ...tool({}, ...granular), type: 'report', id: `report--${uuid(1)}` },
    ...{ published: TIMES.created, object_refs: refs },
  })
  const file = (version: number, ...granular: Granular[]): Value => ({
    ...{ type: 'file', spec_version: '2.1', id: `file--7d2b4a9e-0a1b-${version}c3d-8e5f-000000000001` },
    ...{ name: 'a', hashes: { MD5: '0123456789abcdef0123456789abcdef' }, size: 5, granular_markings: granular },
  })

  test.each<[string, Value, string]>([
    ['of an object marked above the ceiling', tool({ object_marking_refs: [AMBER] }), 'redaction/marked-whole'],
    [
      'of one marked with what nobody defined',
      tool({ object_marking_refs: [UNKNOWN_MARKING] }),
      'redaction/marked-whole',
    ],
    ['where a marking above it names nothing', tool({}, marks(RED, 'nothing')), 'redaction/marked-whole'],
    [
      'where something is to be cut and a marking below it names nothing',
      tool({ description: 'a' }, marks(RED, 'description'), marks(CLEAR, 'nothing')),
      'redaction/unplaced-marking',
    ],
    ['where a tool loses its name', tool({}, marks(RED, 'name')), 'redaction/needed'],
    ['where an indicator loses its pattern', indicator({}, marks(RED, 'pattern')), 'redaction/needed'],
    [
      'where an indicator would hold for ever',
      indicator({ valid_until: '2027-01-01T00:00:00Z' }, marks(RED, 'valid_until')),
      'redaction/needed',
    ],
    ['where what is revoked would hold again', tool({ revoked: true }, marks(RED, 'revoked')), 'redaction/needed'],
    ['where an object loses its id', tool({}, marks(RED, 'id')), 'redaction/needed'],
    [
      'where a list loses all that it must have',
      report([`tool--${uuid(1)}`, `tool--${uuid(2)}`], marks(RED, 'object_refs.[0]', 'object_refs.[1]')),
      'redaction/needed',
    ],
    [
      'where its own markings would go',
      tool({ object_marking_refs: [GREEN, CLEAR] }, marks(RED, 'object_marking_refs.[0]')),
      'redaction/needed',
    ],
    ['where the id is computed from what is cut', file(5, marks(RED, 'name')), 'redaction/derived-id'],
  ])('%s', (_what, source, code) => {
    const redaction = redact(source)
    expect(redaction.kind === 'withheld' ? redaction.code : textOf(redaction)).toBe(code)
  })

  test('but of a list that must be there and keeps an item, and of an id that tells nothing, the rest does', () => {
    const [one, two] = [`tool--${uuid(1)}`, `tool--${uuid(2)}`]
    expect(valueOf(redact(report([one, two], marks(RED, 'object_refs.[0]'))))['object_refs']).toEqual([two])
    expect(valueOf(redact(file(4, marks(RED, 'name'))))).toMatchObject({ size: 5 })
  })

  test('an id that is computed from what stays tells nothing of the rest', () => {
    const said = { type: 'file', spec_version: '2.1', name: 'a', size: 5, ctime: TIMES.created }
    const id = deterministicId(said)
    const other = redact({ ...said, id, granular_markings: [marks(RED, 'size')] })
    expect(valueOf(other)).toEqual({ type: 'file', spec_version: '2.1', id, name: 'a', ctime: TIMES.created })
    const own = redact({ ...said, id, granular_markings: [marks(RED, 'name')] })
    expect(own).toMatchObject({ kind: 'withheld', code: 'redaction/derived-id' })
  })

  test('what broke the standard before may go on doing so', () => {
    const source = tool(
      { labels: [5, 'a'], description: 'b', confidence: 101 },
      marks(RED, 'description', 'labels.[1]'),
    )
    expect(valueOf(redact(source))).toEqual(tool({ labels: [5], confidence: 101 }))
  })

  test('where an object without its extension would be taken for another kind', () => {
    const source = {
      ...tool({ extensions: { [`extension-definition--${uuid(3)}`]: { extension_type: 'new-sro' } } }),
      ...{ type: 'x-tie', id: `x-tie--${uuid(1)}`, granular_markings: [marks(RED, 'extensions')] },
    }
    expect(redact(source)).toMatchObject({ kind: 'withheld', code: 'redaction/not-mended' })
  })

  test('what is no object is refused', () => {
    expect(redactAbove(encode('{"type":"tool"'), { tlp: 'TLP:RED' }, definitions()).ok).toBe(false)
    expect(redactAbove(encode('{"type":"tool","type":"tool"}'), { tlp: 'TLP:RED' }, definitions()).ok).toBe(false)
  })
})

describe('of any object', () => {
  const ceilings: fc.Arbitrary<Ceiling> = fc.record(
    { tlp: fc.constantFrom(...TLP_NAMES), pap: fc.constantFrom(...PAP_NAMES) },
    { requiredKeys: ['tlp'] },
  )
  const written = fc.constantFrom(0, 1, '\t')
  const cases = fc.tuple(marked, ceilings, written)
  /** By the plain reckoning, at the place of each text. */
  function permitted(value: Value, { tlp, pap }: Ceiling): Set<string> {
    const most = { tlp: 1 + TLP_NAMES.indexOf(tlp), pap: pap === undefined ? 9 : 1 + PAP_NAMES.indexOf(pap) }
    const fits = (path: (string | number)[]) => {
      const found = reckoned(value, path)
      return found.tlp <= most.tlp && found.pap <= most.pap
    }
    return new Set(placesIn(value).texts.flatMap(([text, path]) => (fits([...path]) ? [text] : [])))
  }
  const textsOf = (value: Value) => placesIn(value).texts.filter(([, [property]]) => property !== 'granular_markings')
  /** A reference is none without the name of its source, nor without its one link: what stands beside them goes too. */
  const alone = (value: Value, kept: Set<string>) =>
    new Set(
      (value['external_references'] as Value[] | undefined)?.flatMap((reference) =>
        kept.has(String(reference['source_name'])) && kept.has(String(reference['url'] ?? reference['source_name']))
          ? []
          : placesIn(reference).texts.map(([text]) => text),
      ) ?? [],
    )

  test('every text above the ceiling is cut, every other stays, and what stays is marked as it was', () => {
    fc.assert(
      fc.property(cases, ([value, ceiling, space]) => {
        const redaction = redact(JSON.stringify(value, null, space), ceiling)
        const fit = permitted(value, ceiling)
        if (redaction.kind === 'withheld') {
          // The parts that are needed bear no marking of their own here, so only one of the whole can be the reason.
          expect(redaction.code).toBe('redaction/marked-whole')
          expect(fit.has('tool')).toBe(false)
          return
        }
        const kept = valueOf(redaction)
        const gone = alone(value, fit)
        const expected = textsOf(value).flatMap(([text]) => (fit.has(text) && !gone.has(text) ? [text] : []))
        expect(textsOf(kept).map(([text]) => text)).toEqual(expected)
        const places = new Map(textsOf(value))
        for (const [text, path] of textsOf(kept)) {
          // Texts are told apart by what they say, but for markings, times and the like.
          const before = places.get(text)
          if (before === undefined || !text.startsWith('text')) continue
          expect(reckoned(kept, path), text).toEqual(reckoned(value, before))
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('what stays has no part above the ceiling and no selector that names nothing, and asked again stays whole', () => {
    fc.assert(
      fc.property(cases, ([value, ceiling, space]) => {
        const redaction = redact(JSON.stringify(value, null, space), ceiling)
        if (redaction.kind === 'withheld') return
        const kept = valueOf(redaction)
        const selectors = placesIn(kept).paths.map(selectorOf)
        for (const granular of (kept['granular_markings'] as Granular[] | undefined) ?? []) {
          expect(granular.selectors.length).toBeGreaterThan(0)
          for (const selector of granular.selectors) expect(selectors).toContain(selector)
        }
        expect(effectiveMarking(read(kept), definitions()).dangling).toEqual([])
        expect(redact(textOf(redaction), ceiling).kind).toBe('whole')
      }),
      { numRuns: 500 },
    )
  })

  test('a higher ceiling keeps no less', () => {
    fc.assert(
      fc.property(marked, (value) => {
        let before = new Set<string>()
        for (const tlp of TLP_NAMES) {
          const redaction = redact(value, { tlp })
          const texts = redaction.kind === 'withheld' ? [] : textsOf(valueOf(redaction)).map(([text]) => text)
          const now = new Set(texts)
          for (const text of before) expect(now.has(text)).toBe(true)
          before = now
        }
      }),
      { numRuns: 200 },
    )
  })
})

test('of 10,000 items half are cut, and the selectors of the others follow', () => {
  const count = 10_000
  const notes = Array.from({ length: count }, (_, n) => `n${n}`)
  const odd = Array.from({ length: count / 2 }, (_, n) => `x_notes.[${2 * n + 1}]`)
  const even = Array.from({ length: count / 2 }, (_, n) => `x_notes.[${2 * n}]`)
  const kept = valueOf(redact(tool({ x_notes: notes }, marks(RED, ...odd), marks(GREEN, ...even))))
  expect(kept['x_notes']).toHaveLength(count / 2)
  expect(kept['granular_markings']).toEqual([marks(GREEN, ...even.map((_, n) => `x_notes.[${n}]`))])
})
