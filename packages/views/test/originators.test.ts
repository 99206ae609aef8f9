// Whose an object is: what another party says of the time, and what stands under an id, decide nothing about it.

import { leafHash, toHex } from '@countersign/log'
import type { Statement } from '@countersign/record'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PACT } from '../../../spec/vectors/samples.ts'
import type { Views } from '../src/index.ts'
import { ORIGINATOR_TEXTS_MAX } from '../src/limits.ts'
import {
  bundle,
  CAROL,
  IN_FORCE,
  LOGS,
  object,
  openAll,
  others,
  seenBy,
  shares,
  three,
  VERSION,
} from './three-parties.ts'
import { ALFA, BRAVO, feed, fresh, know, receipt, said } from './two-parties.ts'

// The views are alfa's.
const ELSEWHERE = { pact: 'ab'.repeat(16), to: ['carol.example'] }
const HERE = { pact: PACT, to: ['carol.example'] }
const BEACON = object('indicator', { id: 'aa', name: 'Beacon' })
const at = (time: string) => ({ time: `2026-11-30T${time}.000Z` })
const seconds = (time: string) => Date.parse(`2026-11-30T${time}.000Z`) / 1000

let logs: Map<string, Uint8Array[]>
let views: Views
beforeEach(async () => {
  logs = new Map(LOGS.map((origin, i) => [origin, [...(openAll[i] ?? [])]]))
  views = await fresh()
  await know([three], views)
})
afterEach(() => views.close())

const log = (origin: string) => logs.get(origin) ?? []
const say = (origin: string, more: Partial<Statement> = {}) => log(origin).push(shares(origin, more)) - 1
async function fold(...contents: [origin: string, index: number, ...objects: ReturnType<typeof object>[]][]) {
  for (const origin of LOGS) expect(await feed(origin, log(origin), views)).toBe(true)
  await views.foldReceipts(IN_FORCE)
  for (const [origin, index, ...objects] of contents)
    await views.foldObjects(`${origin}#${index}`, 0, bundle(...objects))
  while (await views.settle()) continue
}
const whose = async (going: { pact: string; to: string[] }, { id, version, source } = BEACON) =>
  (await views.originators([{ id, version, texts: () => [source] }], going))[0]?.party
const seen = (of: string, sizes: Record<string, number>): Statement['seen'] => {
  const { logs: all, receipts } = seenBy(of)
  return { logs: all.map((one) => ({ ...one, size: sizes[one.origin] ?? one.size })), receipts }
}

test('what came back to us after we had said it stays ours, however early its author says it was', async () => {
  const ours = say(ALFA, at('12:00:00'))
  const theirs = say(BRAVO, at('11:00:00'))
  await fold([ALFA, ours, BEACON], [BRAVO, theirs, BEACON])
  await views.foldReceipt(receipt('alfa', BRAVO, theirs + 1, seconds('13:00:00')))
  expect(await whose(ELSEWHERE)).toBeUndefined()
})

test('what our log had seen of another before we said it too is theirs, however late its author says it was', async () => {
  const theirs = say(BRAVO, at('23:00:00'))
  const ours = say(ALFA, { ...at('12:00:00'), seen: seen(ALFA, { [BRAVO]: theirs + 1 }) })
  await fold([ALFA, ours, BEACON], [BRAVO, theirs, BEACON])
  // Of our own clock nothing is taken where our log shows it.
  await views.foldReceipt(receipt('alfa', BRAVO, theirs + 1, seconds('12:59:00')))
  expect(await whose(ELSEWHERE)).toBe('bravo.example')
})

test('what is void is its author’s all the same', async () => {
  const theirs = say(BRAVO, { seen: { logs: [], receipts: [] } })
  await fold([BRAVO, theirs, BEACON])
  expect((await views.record(`${BRAVO}#${theirs}`))?.row.validity).toMatchObject({ kind: 'void' })
  expect(await whose(ELSEWHERE)).toBe('bravo.example')
})

test('to those who have its very content it may go, and not as what they have of it is another', async () => {
  const [theirs, carols] = [say(BRAVO, { to: ['alfa.example'] }), say(CAROL)]
  const junk = object('indicator', { id: 'aa', name: 'Junk' })
  await fold([BRAVO, theirs, BEACON], [CAROL, carols, junk])
  expect(await whose(HERE)).toBe('bravo.example')
  const again = say(BRAVO, at('14:00:00'))
  await fold([BRAVO, again, { ...BEACON, source: JSON.stringify(JSON.parse(BEACON.source), null, 1) }])
  expect(await whose(HERE)).toBeUndefined()
  expect(await whose({ ...HERE, to: ['dora.example'] })).toBe('bravo.example')
})

test('junk under its id and version, however much, hides neither whose it is nor that others have it', async () => {
  const carols = say(CAROL, at('01:00:00'))
  const theirs = say(BRAVO)
  const junk = Array.from({ length: ORIGINATOR_TEXTS_MAX + 1 }, (_, n) =>
    object('indicator', { id: 'aa', name: `${n}` }),
  )
  await fold([CAROL, carols, ...junk])
  expect(await whose(HERE)).toBe('carol.example')
  await fold([BRAVO, theirs, BEACON])
  expect(await whose(HERE)).toBeUndefined()
})

test('what its originator took back is passed on no more', async () => {
  const theirs = say(BRAVO)
  await fold([BRAVO, theirs, BEACON])
  expect(await whose(HERE)).toBeUndefined()
  const re = [{ origin: BRAVO, index: theirs, leaf: toHex(leafHash(log(BRAVO)[theirs] ?? new Uint8Array())) }]
  const body = { reason: 'mistake', objects: null }
  log(BRAVO).push(said(BRAVO, VERSION, { type: 'intel/revoke', to: others(BRAVO), body, re, seen: seenBy(BRAVO) }))
  await fold()
  expect(await whose(HERE)).toBe('bravo.example')
})
