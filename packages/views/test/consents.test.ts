// Whether what others shared may be passed on: with the consent of everybody whose it may be, to that very content, for that
// agreement and those parties, while it is valid and not taken back (spec/records.md, Passing on).

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PACT } from '../../../spec/vectors/samples.ts'
import { at, BEACON, CAROLS_LINE, Sharers, seconds, seen } from './passing-on.ts'
import { CAROL, object, part } from './three-parties.ts'
import { ALFA, BRAVO, receipt } from './two-parties.ts'

const [OTHER, THIRD] = ['ab'.repeat(16), 'cd'.repeat(16)]
const THERE = { pact: OTHER, to: ['dora.example', 'ed.example'] }
const ANYWHERE = { pact: null, to: null }
const ONE_PLACE = [{ record: 0, part: 0, places: [0] }]
const body = (more: Record<string, unknown> = {}) => ({
  body: { agreement: OTHER, objects: null, parties: null, ...more },
})

let all: Sharers
beforeEach(async () => {
  all = await Sharers.start()
})
afterEach(() => all.views.close())

/** Bravo shared it, with something beside it. */
async function fromBravo(...beside: ReturnType<typeof object>[]): Promise<number> {
  const theirs = all.say(BRAVO)
  await all.fold([BRAVO, theirs, BEACON, ...beside])
  expect(await all.lacking(THERE)).toEqual(['bravo.example'])
  return theirs
}

test('it goes under the agreement that its originator consents to, and under no other', async () => {
  const theirs = await fromBravo()
  all.sayOf(BRAVO, 'intel/consent', [theirs], body())
  await all.fold()
  expect(await all.lacking(THERE)).toEqual([])
  expect(await all.lacking({ ...THERE, pact: THIRD })).toEqual(['bravo.example'])
  expect(await all.lacking({ pact: OTHER, to: null })).toEqual([])
  expect(await all.lacking(ANYWHERE)).toEqual(['bravo.example'])
})

test('the consent that it goes by is the oldest that covers it, and says by whom, under what and how far', async () => {
  const theirs = await fromBravo()
  const [given] = [
    all.sayOf(BRAVO, 'intel/consent', [theirs], {
      ...body({ parties: ['dora.example', 'ed.example'] }),
      ...at('15:00:00'),
    }),
    all.sayOf(BRAVO, 'intel/consent', [theirs], { ...body({ parties: null }), ...at('16:00:00') }),
  ]
  await all.fold()
  expect(await all.goneBy(THERE)).toEqual([
    {
      ...{ party: 'bravo.example', pact: PACT, record: `${BRAVO}#${given}`, at: expect.any(Number) },
      ...{ agreement: OTHER, parties: ['dora.example', 'ed.example'] },
    },
  ])
  expect(await all.goneBy({ ...THERE, to: ['zoe.example'] })).toMatchObject([{ parties: null }])
  all.sayOf(BRAVO, 'intel/retract', [given])
  await all.fold()
  expect(await all.goneBy(THERE)).toMatchObject([{ parties: null }])
  // Where nobody’s consent is needed there is none to name.
  expect(await all.goneBy({ pact: PACT, to: ['carol.example'] })).toEqual([])
})

test('it goes to the parties named, and to no other', async () => {
  const theirs = await fromBravo()
  all.sayOf(BRAVO, 'intel/consent', [theirs], body({ parties: ['dora.example', 'zoe.example'] }))
  await all.fold()
  expect(await all.lacking({ ...THERE, to: ['dora.example'] })).toEqual([])
  for (const going of [THERE, { ...THERE, to: null }, { pact: PACT, to: ['dora.example'] }]) {
    expect(await all.lacking(going)).toEqual(['bravo.example'])
  }
})

test('a consent under any agreement holds for each, and outside of all only where it names nobody', async () => {
  const theirs = await fromBravo()
  all.sayOf(BRAVO, 'intel/consent', [theirs], body({ agreement: null, parties: THERE.to }))
  await all.fold()
  expect(await all.lacking(THERE)).toEqual([])
  expect(await all.lacking({ ...THERE, pact: THIRD })).toEqual([])
  expect(await all.lacking(ANYWHERE)).toEqual(['bravo.example'])
  all.sayOf(BRAVO, 'intel/consent', [theirs], body({ agreement: null }))
  await all.fold()
  expect(await all.lacking(ANYWHERE)).toEqual([])
})

test('only what stands at the places named may go, and only as it stands there', async () => {
  const beside = object('indicator', { id: 'bb', name: 'Beside' })
  const theirs = await fromBravo(beside)
  all.sayOf(BRAVO, 'intel/consent', [theirs], body({ objects: ONE_PLACE }))
  await all.fold()
  expect(await all.lacking(THERE)).toEqual([])
  expect(await all.lacking(THERE, beside)).toEqual(['bravo.example'])
  expect(await all.lacking(THERE, object('indicator', { id: 'aa', name: 'Other text' }))).toEqual(['bravo.example'])
  const later = object('indicator', { id: 'aa', name: 'Beacon', modified: '2026-11-30T11:00:00.000Z' })
  expect(await all.lacking(THERE, later)).toEqual(['bravo.example'])
  // The same content spelled otherwise is the same content.
  const spelled = { ...BEACON, source: JSON.stringify(JSON.parse(BEACON.source), null, 1) }
  expect(await all.lacking(THERE, spelled)).toEqual([])
})

test('a place in another of the records named, or in another of its parts, is not consented to', async () => {
  const beside = object('indicator', { id: 'bb', name: 'Beside' })
  const theirs = all.say(BRAVO, { content: [part, part] })
  const again = all.say(BRAVO, at('14:00:00'))
  await all.fold([BRAVO, theirs, BEACON], [BRAVO, again, beside])
  const of = (record: number, inPart: number) => ({ record, part: inPart, places: [0] })
  all.sayOf(BRAVO, 'intel/consent', [theirs, again], body({ objects: [of(0, 1), of(1, 0)] }))
  await all.fold()
  expect(await all.lacking(THERE)).toEqual(['bravo.example'])
  expect(await all.lacking(THERE, beside)).toEqual([])
})

test('what others have under an agreement may go to them, and not to anybody there', async () => {
  await fromBravo()
  expect(await all.lacking({ pact: PACT, to: ['carol.example'] })).toEqual([])
  expect(await all.lacking({ pact: PACT, to: null })).toEqual(['bravo.example'])
})

test('a consent that is said to others alone gives us nothing', async () => {
  const theirs = await fromBravo()
  all.sayOf(BRAVO, 'intel/consent', [theirs], { ...body(), to: ['carol.example'] })
  await all.fold()
  expect(await all.lacking(THERE)).toEqual(['bravo.example'])
})

test('a void consent gives nothing', async () => {
  const theirs = await fromBravo()
  const consent = all.sayOf(BRAVO, 'intel/consent', [theirs], { ...body(), mode: 'Exercise' })
  await all.fold()
  expect((await all.views.record(`${BRAVO}#${consent}`))?.row.validity).toMatchObject({ code: 'statement/answers' })
  expect(await all.lacking(THERE)).toEqual(['bravo.example'])
})

test('a consent to more parties than its share addressed is void', async () => {
  const theirs = all.say(BRAVO, { to: ['alfa.example'] })
  await all.fold([BRAVO, theirs, BEACON])
  const wide = all.sayOf(BRAVO, 'intel/consent', [theirs], body())
  await all.fold()
  expect((await all.views.record(`${BRAVO}#${wide}`))?.row.validity).toMatchObject({ code: 'statement/answers' })
  all.sayOf(BRAVO, 'intel/consent', [theirs], { ...body(), to: ['alfa.example'] })
  await all.fold()
  expect(await all.lacking(THERE)).toEqual([])
})

test('what is retracted gives nothing, and a consent said anew does', async () => {
  const theirs = await fromBravo()
  const consent = all.sayOf(BRAVO, 'intel/consent', [theirs], body())
  all.sayOf(BRAVO, 'intel/retract', [consent], { to: ['carol.example'] })
  await all.fold()
  // It was said to carol alone.
  expect(await all.lacking(THERE)).toEqual([])
  const inAnExercise = all.sayOf(BRAVO, 'intel/retract', [consent], { mode: 'Exercise' })
  await all.fold()
  expect((await all.views.record(`${BRAVO}#${inAnExercise}`))?.row.validity).toMatchObject({ kind: 'void' })
  expect(await all.lacking(THERE)).toEqual([])
  all.sayOf(BRAVO, 'intel/retract', [consent])
  await all.fold()
  expect(await all.lacking(THERE)).toEqual(['bravo.example'])
  all.sayOf(BRAVO, 'intel/consent', [theirs], body())
  await all.fold()
  expect(await all.lacking(THERE)).toEqual([])
})

test('a consent ends where the objects are taken back', async () => {
  const theirs = await fromBravo()
  all.sayOf(BRAVO, 'intel/consent', [theirs], body())
  all.sayOf(BRAVO, 'intel/revoke', [theirs], { body: { reason: 'mistake', objects: null } })
  await all.fold()
  expect(await all.lacking(THERE)).toEqual(['bravo.example'])
})

test('it takes the consent of each party whose it may be, to that very content', async () => {
  const theirs = await fromBravo()
  const carols = all.say(CAROL, at('01:00:00'))
  await all.fold([CAROL, carols, object('indicator', { id: 'aa', name: 'Junk' })])
  all.sayOf(CAROL, 'intel/consent', [carols], body())
  await all.fold()
  // Carol's consent to its own words lets none of bravo's go, nor bravo's those that may be carol's.
  expect((await all.lacking(THERE)).toSorted()).toEqual(['bravo.example', 'carol.example'])
  all.sayOf(BRAVO, 'intel/consent', [theirs], body())
  await all.fold()
  expect(await all.lacking(THERE)).toEqual(['carol.example'])
  const again = all.say(CAROL)
  all.sayOf(CAROL, 'intel/consent', [again], body())
  await all.fold([CAROL, again, BEACON])
  expect(await all.lacking(THERE)).toEqual([])
})

test('who had seen the other’s record by its own log is later, whatever time it says, and need not consent', async () => {
  const theirs = await fromBravo()
  const carols = all.say(CAROL, { ...at('01:00:00'), seen: seen(CAROL, { [BRAVO]: theirs + 1 }) })
  await all.fold([CAROL, carols, BEACON])
  expect(await all.lacking(THERE)).toEqual(['bravo.example'])
  all.sayOf(BRAVO, 'intel/consent', [theirs], body())
  await all.fold()
  expect(await all.lacking(THERE)).toEqual([])
})

test('consent of one who is later is not enough', async () => {
  const theirs = await fromBravo()
  const carols = all.say(CAROL, { ...at('01:00:00'), seen: seen(CAROL, { [BRAVO]: theirs + 1 }) })
  all.sayOf(CAROL, 'intel/consent', [carols], body())
  await all.fold([CAROL, carols, BEACON])
  expect(await all.lacking(THERE)).toEqual(['bravo.example'])
})

test('two that each claim to have seen the other first are no excuse for one another', async () => {
  const carols = 2
  const theirs = all.say(BRAVO, { seen: seen(BRAVO, { [CAROL]: carols + 1 }) })
  expect(all.say(CAROL, { seen: seen(CAROL, { [BRAVO]: theirs + 1 }) })).toBe(carols)
  await all.fold([BRAVO, theirs, BEACON], [CAROL, carols, BEACON])
  expect((await all.lacking(THERE)).toSorted()).toEqual(['bravo.example', 'carol.example'])
})

describe('on another channel', () => {
  /** Bravo’s on main, held here at 10:00; carol’s on line, held here at 12:00, and not before `lo` as the neutral says. */
  async function carolsToo(lo?: string): Promise<string[]> {
    const theirs = await fromBravo()
    const carols = all.say(CAROLS_LINE, at('01:00:00'))
    await all.fold([CAROLS_LINE, carols, BEACON])
    await all.views.foldReceipts([
      receipt('alfa', BRAVO, theirs + 1, seconds('10:00:00')),
      receipt('alfa', CAROLS_LINE, carols + 1, seconds('12:00:00')),
      ...(lo === undefined ? [] : [receipt('watch', CAROLS_LINE, carols, seconds(lo))]),
    ])
    while (await all.views.settle()) continue
    return (await all.lacking(THERE)).toSorted()
  }

  test('who is dated by the neutral after we held the other’s need not consent', async () => {
    expect(await carolsToo('11:00:00')).toEqual(['bravo.example'])
  })

  test('whom nobody dates must consent', async () => {
    expect(await carolsToo()).toEqual(['bravo.example', 'carol.example'])
  })

  test('who may have been there before we held the other’s must consent', async () => {
    expect(await carolsToo('10:00:00')).toEqual(['bravo.example', 'carol.example'])
  })

  test('what the neutral dates after we held it ourselves shows nothing', async () => {
    expect(await carolsToo('12:00:01')).toEqual(['bravo.example', 'carol.example'])
  })
})

test('what we said first needs nobody’s consent', async () => {
  const ours = all.say(ALFA, at('12:00:00'))
  const theirs = all.say(BRAVO, { ...at('11:00:00'), seen: seen(BRAVO, { [ALFA]: ours + 1 }) })
  await all.fold([ALFA, ours, BEACON], [BRAVO, theirs, BEACON])
  await all.views.foldReceipt(receipt('alfa', BRAVO, theirs + 1, seconds('13:00:00')))
  expect(await all.lacking(THERE)).toEqual([])
})
