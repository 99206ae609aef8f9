// Sightings and opinions by the objects they are about (spec/records.md, Feedback): what each party says now, alike in whatever
// order things arrive.

import { leafHash, toHex } from '@countersign/log'
import type { Statement } from '@countersign/record'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PACT } from '../../../spec/vectors/samples.ts'
import type { ObjectFeedback, ObjectToFold, Views } from '../src/index.ts'
import {
  bundle,
  CAROL,
  feedbackOn,
  IN_FORCE,
  INDICATOR,
  LOGS,
  OTHER,
  object,
  openAll,
  opinion,
  seenBy,
  shares,
  sighting,
  three,
  uuid,
  VERSION,
  verdict,
} from './three-parties.ts'
import { ALFA, BRAVO, feed, fresh, know, said } from './two-parties.ts'

// The views are alfa's: it shared, the two others say what became of it.
const answers = (origin: string, more: Partial<Statement> = {}) =>
  feedbackOn({ origin: ALFA, index: 2, entry: alfa[2] }, origin, more)

let alfa: Uint8Array[]
let bravo: Uint8Array[]
let thirds: Uint8Array[]
let views: Views
beforeEach(async () => {
  ;[alfa, bravo, thirds] = openAll.map((log) => [...log]) as [Uint8Array[], Uint8Array[], Uint8Array[]]
  alfa.push(shares(ALFA))
  views = await fresh()
  await know([three], views)
})
afterEach(() => views.close())

async function settled(of = views): Promise<void> {
  while (await of.settle()) continue
}
async function fold(...contents: [record: string, objects: ObjectToFold[]][]): Promise<void> {
  for (const [i, log] of [alfa, bravo, thirds].entries()) expect(await feed(LOGS[i] ?? '', log, views)).toBe(true)
  await views.foldReceipts(IN_FORCE)
  await views.foldObjects(`${ALFA}#2`, 0, bundle(object('indicator', { id: 'aa', name: 'Beacon' })))
  for (const [record, objects] of contents) await views.foldObjects(record, 0, objects)
  await settled()
}
const saidNow = async (of = views): Promise<ObjectFeedback[]> => (await of.object(INDICATOR))?.feedback ?? []
const onOurs = async (query: Parameters<Views['feedback']>[0] = {}, of = views) => {
  const page = await of.feedback(query)
  if (!page.ok) throw new Error(page.message)
  return page.value
}

describe('sightings of an object', () => {
  test('are added up for each party, with when it was seen first and last', async () => {
    bravo.push(answers(BRAVO), answers(BRAVO))
    thirds.push(answers(CAROL))
    await fold(
      [
        `${BRAVO}#2`,
        bundle(sighting({ id: 'b1', count: 3, first_seen: '2026-11-28T10:00:00Z', last_seen: '2026-11-29T10:00:00Z' })),
      ],
      [
        `${BRAVO}#3`,
        bundle(sighting({ id: 'b2', first_seen: '2026-11-28T09:00:00.5Z' }), sighting({ id: 'b3', count: 0 })),
      ],
      [`${CAROL}#2`, bundle(sighting({ id: 'c1', count: 7 }))],
    )
    expect(await saidNow()).toMatchObject([
      {
        ...{ pact: PACT, party: 'bravo.example', mode: 'Actual', opinion: null },
        sightings: {
          sightings: 2,
          count: 4,
          notSeen: 1,
          first: '2026-11-28T09:00:00.5Z',
          last: '2026-11-29T10:00:00Z',
        },
      },
      { party: 'carol.example', sightings: { sightings: 1, count: 7, notSeen: 0, first: null, last: null } },
    ])
  })

  test('are corrected by a later version and taken back by a revoked one, whichever came first', async () => {
    bravo.push(answers(BRAVO), answers(BRAVO), answers(BRAVO))
    const [later, revoked] = ['2026-11-30T11:00:00.000Z', '2026-11-30T12:00:00.000Z']
    await fold(
      [`${BRAVO}#3`, bundle(sighting({ id: 'b1', count: 9, modified: later }))],
      [`${BRAVO}#2`, bundle(sighting({ id: 'b1', count: 3 }), sighting({ id: 'b2' }))],
      [`${BRAVO}#4`, bundle(sighting({ id: 'b2', modified: revoked, revoked: true }))],
    )
    expect(await saidNow()).toMatchObject([{ sightings: { sightings: 1, count: 9 } }])
  })

  test('count where a later version names another object for that one alone', async () => {
    bravo.push(answers(BRAVO))
    const modified = '2026-11-30T11:00:00.000Z'
    await fold([`${BRAVO}#2`, bundle(sighting({ id: 'b1' }), sighting({ id: 'b1', modified, sighting_of_ref: OTHER }))])
    expect(await saidNow()).toEqual([])
  })

  test('of an exercise are told apart from those in earnest', async () => {
    alfa.push(shares(ALFA, { mode: 'Exercise' }))
    const re = [{ origin: ALFA, index: 3, leaf: toHex(leafHash(alfa[3] ?? new Uint8Array())) }]
    bravo.push(answers(BRAVO), answers(BRAVO, { mode: 'Exercise', re }))
    await fold([`${BRAVO}#2`, bundle(sighting({ id: 'b1' }))], [`${BRAVO}#3`, bundle(sighting({ id: 'b1', count: 5 }))])
    expect(await saidNow()).toMatchObject([
      { mode: 'Actual', sightings: { count: 1 } },
      { mode: 'Exercise', sightings: { count: 5 } },
    ])
  })

  test('count where they were shared, and no more once their author took them back', async () => {
    bravo.push(shares(BRAVO))
    await fold([`${BRAVO}#2`, bundle(sighting({ id: 'b1' }))])
    expect(await saidNow()).toMatchObject([{ party: 'bravo.example', sightings: { count: 1 } }])
    const re = [{ origin: BRAVO, index: 2, leaf: toHex(leafHash(bravo[2] ?? new Uint8Array())) }]
    const body = { reason: 'mistake', objects: null }
    bravo.push(said(BRAVO, VERSION, { type: 'intel/revoke', to: ['alfa.example'], body, re, seen: seenBy(BRAVO) }))
    await fold()
    expect(await saidNow()).toEqual([])
  })

  test('in a record that may not be said of what it names count for nothing', async () => {
    bravo.push(answers(BRAVO, { re: [{ origin: ALFA, index: 2, leaf: '6'.repeat(64) }] }))
    await fold([`${BRAVO}#2`, bundle(sighting({ id: 'b1' }))])
    expect(await saidNow()).toEqual([])
    expect((await onOurs()).feedback).toEqual([])
  })

  test('with a count that is none count once, and with times that are none have none', async () => {
    bravo.push(answers(BRAVO))
    await fold([`${BRAVO}#2`, bundle(sighting({ id: 'b1', count: -1, first_seen: 'yesterday', last_seen: 7 }))])
    expect(await saidNow()).toMatchObject([{ sightings: { count: 1, notSeen: 0, first: null, last: null } }])
  })
})

describe('the opinion of a party', () => {
  test('is its latest, with the verdict and the reason', async () => {
    bravo.push(answers(BRAVO), answers(BRAVO))
    thirds.push(answers(CAROL))
    const modified = '2026-11-30T11:00:00.000Z'
    await fold(
      [
        `${BRAVO}#3`,
        bundle(
          opinion({
            id: 'b2',
            modified,
            opinion: 'strongly-disagree',
            explanation: 'A resolver.',
            ...verdict('false-positive'),
          }),
        ),
      ],
      [`${BRAVO}#2`, bundle(opinion({ id: 'b1', ...verdict('accepted') }))],
      [`${CAROL}#2`, bundle(opinion({ id: 'c1', ...verdict('of-our-own') }))],
    )
    expect(await saidNow()).toMatchObject([
      {
        ...{ party: 'bravo.example', sightings: null },
        opinion: {
          ...{ id: `opinion--${uuid('b2')}`, version: modified, opinion: 'strongly-disagree' },
          ...{ verdict: 'false-positive', explanation: 'A resolver.', record: `${BRAVO}#3` },
        },
      },
      { party: 'carol.example', opinion: { opinion: 'agree', verdict: null, explanation: null } },
    ])
  })

  test('names as many objects as it does, each once', async () => {
    bravo.push(answers(BRAVO))
    await fold([`${BRAVO}#2`, bundle(opinion({ id: 'b1', object_refs: [OTHER, INDICATOR, INDICATOR, 7, 'x'] }))])
    expect(await saidNow()).toMatchObject([{ opinion: { id: `opinion--${uuid('b1')}` } }])
    expect((await onOurs()).feedback.map((row) => row.object)).toEqual([INDICATOR])
  })

  test('stays with the party that said it where another says it too', async () => {
    bravo.push(answers(BRAVO))
    thirds.push(answers(CAROL))
    await fold(
      [`${BRAVO}#2`, bundle(opinion({ id: 'b1' }))],
      [`${CAROL}#2`, bundle(opinion({ id: 'b1', modified: '2026-12-01T00:00:00.000Z', opinion: 'disagree' }))],
    )
    expect(await saidNow()).toMatchObject([
      { party: 'bravo.example', opinion: { opinion: 'agree' } },
      { party: 'carol.example', opinion: { opinion: 'disagree' } },
    ])
  })

  test('goes with its content, once that was destroyed', async () => {
    const kept = async () => (await views.digests()).get('feedback')
    const none = await kept()
    bravo.push(answers(BRAVO))
    await fold([`${BRAVO}#2`, bundle(opinion({ id: 'b1' }), sighting({ id: 'b2' }))])
    expect(await saidNow()).toHaveLength(1)
    expect(await kept()).not.toBe(none)
    while (await views.forgetContent(`${BRAVO}#2`, 0)) continue
    await settled()
    expect(await saidNow()).toEqual([])
    expect(await kept()).toBe(none)
  })
})

describe('what came back on what we shared', () => {
  test('is listed page by page, the last that came first, without our own words and what is about others', async () => {
    bravo.push(answers(BRAVO))
    thirds.push(answers(CAROL))
    alfa.push(shares(ALFA))
    await fold(
      [`${ALFA}#3`, bundle(opinion({ id: 'a1' }))],
      [`${BRAVO}#2`, bundle(sighting({ id: 'b1', count: 3 }), sighting({ id: 'b2', sighting_of_ref: OTHER }))],
      [`${CAROL}#2`, bundle(opinion({ id: 'c1', explanation: 'Known.', ...verdict('already-known') }))],
    )
    const first = await onOurs({ limit: 1 })
    expect(first.feedback).toMatchObject([
      {
        ...{ pact: PACT, party: 'carol.example', object: INDICATOR, kind: 'opinion', opinion: 'agree' },
        ...{ verdict: 'already-known', explanation: 'Known.', record: `${CAROL}#2` },
      },
    ])
    const second = await onOurs({ limit: 1, cursor: first.next ?? '' })
    expect(second).toMatchObject({ feedback: [{ party: 'bravo.example', kind: 'sighting', count: 3 }], next: null })
    expect((await onOurs({ party: 'bravo.example' })).feedback).toHaveLength(1)
    expect((await onOurs({ pact: 'ab'.repeat(16) })).feedback).toEqual([])
    expect(await views.feedback({ cursor: 'x' })).toMatchObject({ ok: false, code: 'views/cursor' })
  })
})

test('in whatever order shares, feedback, receipts and objects arrive, the views are equal', async () => {
  bravo.push(answers(BRAVO), shares(BRAVO), answers(BRAVO))
  const re = [{ origin: BRAVO, index: 3, leaf: toHex(leafHash(bravo[3] ?? new Uint8Array())) }]
  bravo.push(
    said(BRAVO, VERSION, {
      ...{ type: 'intel/revoke', to: ['alfa.example'], body: { reason: 'other', objects: null }, re },
      seen: seenBy(BRAVO),
    }),
  )
  thirds.push(answers(CAROL), answers(CAROL, { to: ['alfa.example', 'bravo.example'] }))
  const logs: [string, Uint8Array[]][] = [
    [ALFA, alfa],
    [BRAVO, bravo],
    [CAROL, thirds],
  ]
  const later = '2026-11-30T11:00:00.000Z'
  const contents: [string, ObjectToFold[]][] = [
    [`${ALFA}#2`, bundle(object('indicator', { id: 'aa' }))],
    [`${BRAVO}#2`, bundle(sighting({ id: 'b1', count: 2 }), opinion({ id: 'b3' }))],
    [`${BRAVO}#3`, bundle(sighting({ id: 'b2', count: 50 }))],
    // The same version once more, and another of it: the first that was said counts.
    [
      `${BRAVO}#4`,
      bundle(sighting({ id: 'b1', count: 7 }), opinion({ id: 'b3', modified: later, ...verdict('stale') })),
    ],
    [`${CAROL}#2`, bundle(sighting({ id: 'c1', modified: later, count: 5 }))],
    [
      `${CAROL}#3`,
      bundle(sighting({ id: 'c1' }), opinion({ id: 'c2', modified: later, revoked: true }), opinion({ id: 'c2' })),
    ],
  ]
  const steps: ((of: Views) => Promise<unknown>)[] = [
    ...logs.flatMap(([origin, log]) =>
      log.map((_, i) => async (of: Views) => {
        if ((await of.cursor(origin)) <= i) await feed(origin, log.slice(0, i + 1), of)
      }),
    ),
    ...IN_FORCE.map((one) => (of: Views) => of.foldReceipts([one])),
    ...contents.map(
      ([record, objects]) =>
        (of: Views) =>
          of.foldObjects(record, 0, objects),
    ),
    (of) => settled(of),
  ]
  const foldAll = async (order: number[], of: Views) => {
    await know([three], of)
    for (const step of order) await steps[step]?.(of)
    await settled(of)
  }
  const inOrder = steps.map((_, i) => i)
  await foldAll(inOrder, views)
  const [digests, feedback] = [await views.digests(), await saidNow()]
  expect(feedback).toMatchObject([
    { party: 'bravo.example', sightings: { count: 2 }, opinion: { verdict: 'stale' } },
    { party: 'carol.example', sightings: { count: 5 }, opinion: null },
  ])
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(inOrder, { minLength: inOrder.length }), async (order) => {
      const other = await fresh()
      await foldAll(order, other)
      expect(await other.digests()).toEqual(digests)
      expect(await saidNow(other)).toEqual(feedback)
      const listed = (of: Views) =>
        onOurs({}, of).then((page) => page.feedback.map((row) => JSON.stringify(row)).sort())
      expect(await listed(other)).toEqual(await listed(views))
      await other.close()
    }),
    { numRuns: 12 },
  )
})
