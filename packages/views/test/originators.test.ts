// Whose an object is: what another party says of the time, and what stands under an id, decide nothing about it.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { PACT } from '../../../spec/vectors/samples.ts'
import { ORIGINATOR_TEXTS_MAX } from '../src/limits.ts'
import { at, BEACON, Sharers, seconds, seen } from './passing-on.ts'
import { CAROL, object } from './three-parties.ts'
import { ALFA, BRAVO, receipt } from './two-parties.ts'

// The views are alfa's.
const ELSEWHERE = { pact: 'ab'.repeat(16), to: ['carol.example'] }
const HERE = { pact: PACT, to: ['carol.example'] }

let all: Sharers
beforeEach(async () => {
  all = await Sharers.start()
})
afterEach(() => all.views.close())

test('what came back to us after we had said it stays ours, however early its author says it was', async () => {
  const ours = all.say(ALFA, at('12:00:00'))
  const theirs = all.say(BRAVO, at('11:00:00'))
  await all.fold([ALFA, ours, BEACON], [BRAVO, theirs, BEACON])
  await all.views.foldReceipt(receipt('alfa', BRAVO, theirs + 1, seconds('13:00:00')))
  expect(await all.lacking(ELSEWHERE)).toEqual([])
})

test('what our log had seen of another before we said it too is theirs, however late its author says it was', async () => {
  const theirs = all.say(BRAVO, at('23:00:00'))
  const ours = all.say(ALFA, { ...at('12:00:00'), seen: seen(ALFA, { [BRAVO]: theirs + 1 }) })
  await all.fold([ALFA, ours, BEACON], [BRAVO, theirs, BEACON])
  // Of our own clock nothing is taken where our log shows it.
  await all.views.foldReceipt(receipt('alfa', BRAVO, theirs + 1, seconds('12:59:00')))
  expect(await all.lacking(ELSEWHERE)).toEqual(['bravo.example'])
})

test('what is void is its author’s all the same', async () => {
  const theirs = all.say(BRAVO, { seen: { logs: [], receipts: [] } })
  await all.fold([BRAVO, theirs, BEACON])
  expect((await all.views.record(`${BRAVO}#${theirs}`))?.row.validity).toMatchObject({ kind: 'void' })
  expect(await all.lacking(ELSEWHERE)).toEqual(['bravo.example'])
})

test('to those who have its very content it may go, and not as what they have of it is another', async () => {
  const [theirs, carols] = [all.say(BRAVO, { to: ['alfa.example'] }), all.say(CAROL)]
  const junk = object('indicator', { id: 'aa', name: 'Junk' })
  await all.fold([BRAVO, theirs, BEACON], [CAROL, carols, junk])
  expect(await all.lacking(HERE)).toContain('bravo.example')
  const again = all.say(BRAVO, at('14:00:00'))
  await all.fold([BRAVO, again, { ...BEACON, source: JSON.stringify(JSON.parse(BEACON.source), null, 1) }])
  expect(await all.lacking(HERE)).toEqual([])
  expect(await all.lacking({ ...HERE, to: ['dora.example'] })).toContain('bravo.example')
})

test('junk under its id and version, however much, hides neither whose it is nor that others have it', async () => {
  const carols = all.say(CAROL, at('01:00:00'))
  const theirs = all.say(BRAVO)
  const junk = Array.from({ length: ORIGINATOR_TEXTS_MAX + 1 }, (_, n) =>
    object('indicator', { id: 'aa', name: `${n}` }),
  )
  await all.fold([CAROL, carols, ...junk])
  expect(await all.lacking(HERE)).toEqual(['carol.example'])
  await all.fold([BRAVO, theirs, BEACON])
  expect(await all.lacking(HERE)).toEqual([])
})

test('what its originator took back is passed on no more', async () => {
  const theirs = all.say(BRAVO)
  await all.fold([BRAVO, theirs, BEACON])
  expect(await all.lacking(HERE)).toEqual([])
  all.sayOf(BRAVO, 'intel/revoke', [theirs], { body: { reason: 'mistake', objects: null } })
  await all.fold()
  expect(await all.lacking(HERE)).toEqual(['bravo.example'])
})

test('whose it was is known once its content is destroyed here, and after a start that reads it from the node', async () => {
  const theirs = all.say(BRAVO)
  await all.fold([BRAVO, theirs, BEACON])
  const kept = await all.views.nextToForget(`${BRAVO}#${theirs}`, 0)
  expect(kept).toEqual([{ idDigest: expect.stringMatching(/^[0-9a-f]{64}$/), origin: BRAVO, index: theirs }])
  all.views.addSharedOnce(kept)
  while (await all.views.forgetContent(`${BRAVO}#${theirs}`, 0)) continue
  expect(await all.lacking(ELSEWHERE)).toEqual(['bravo.example'])
  const other = object('indicator', { id: 'bb', name: 'Other' })
  expect(await all.lacking(ELSEWHERE, other)).toEqual([])
  const digest = await all.views.digest()
  all.views.recallSharedOnce([])
  // What the logs do not say any more is no part of what is folded.
  expect(await all.views.digest()).toBe(digest)
  all.views.recallSharedOnce(kept)
  expect(await all.lacking(ELSEWHERE)).toEqual(['bravo.example'])
})

test('that we shared it first is known once the content of our record is destroyed', async () => {
  const ours = all.say(ALFA, at('12:00:00'))
  await all.fold([ALFA, ours, BEACON])
  all.views.addSharedOnce(await all.views.nextToForget(`${ALFA}#${ours}`, 0))
  while (await all.views.forgetContent(`${ALFA}#${ours}`, 0)) continue
  const theirs = all.say(BRAVO)
  await all.fold([BRAVO, theirs, BEACON])
  await all.views.foldReceipt(receipt('alfa', BRAVO, theirs + 1, seconds('13:00:00')))
  expect(await all.lacking(ELSEWHERE)).toEqual([])
})
