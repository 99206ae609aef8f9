// What peers say of each other's logs, one of them hostile: it stops nobody, is believed in nothing, and accuses nobody.

import { nodeDisk, openMirror } from '@countersign/ledger'
import { leafHash, TreeFrontier, toHex } from '@countersign/log'
import type { Card, Statement } from '@countersign/record'
import { expect, onTestFinished, test } from 'vitest'
import {
  alfa,
  bravo,
  checkpointOf,
  entry,
  member,
  ORIGIN,
  opening,
  PACT,
  statement,
  watch,
} from '../../../spec/vectors/samples.ts'
import { Exchange } from '../src/hearing/exchange.ts'
import { LIMITS } from '../src/limits.ts'
import { down, folder, logFiles, requestsTo, type Serve, value } from './served-files.ts'

const PREFIX = `mirrors/${PACT}/main/alfa.example/${'b0'.repeat(8)}`
const OURS = [opening(), entry(), entry()]
const OTHERS = [OURS[0] ?? entry(), entry()]
const elsewhere = (n: number) => `alfa.example/${PACT}/main/${n.toString(16).padStart(16, '0')}`

function rootOf(entries: readonly Uint8Array[]): string {
  const tree = new TreeFrontier()
  for (const one of entries) tree.append(leafHash(one))
  return toHex(tree.root())
}

/** A statement of a peer that had seen these. */
const sees = (logs: Statement['seen']['logs']): Statement => statement({ seen: { logs, receipts: [] } })
const sawOthers = sees([{ origin: ORIGIN, size: 2, root: rootOf(OTHERS) }])

/** We hold alfa's log; the mirrors of the others are what each test serves. */
async function exchange(mirrors: Record<string, Serve>, cards: readonly Card[] = [alfa.card]) {
  const mirror = value(await openMirror({ disk: nodeDisk(), dir: folder(), origin: ORIGIN, keys: alfa.card.keys.log }))
  onTestFinished(() => mirror.close())
  value(await mirror.extend(OURS, checkpointOf(OURS)))
  const claimed = new Set<string>()
  const told = { forks: [] as string[], unbacked: [] as string[], woken: 0 }
  const of = new Exchange({
    us: 'us.example',
    parties: ['alfa.example', 'bravo.example', 'watch.example'],
    log: (origin) => (origin === ORIGIN ? mirror : undefined),
    authorOf: () => alfa.card,
    cardsOf: async () => cards,
    mirrorAt(by, origin) {
      const [party, pact, channel, generation] = origin.split('/')
      const card = [bravo, watch].find((one) => one.party === by)?.card ?? bravo.card
      const prefix = `mirrors/${pact}/${channel}/${party}/${generation}`
      return { requests: requestsTo(card, mirrors[by] ?? (() => undefined)), prefix }
    },
    async hear(origin, _author, { requests, prefix }) {
      if (origin !== ORIGIN) await requests.get(`${prefix}/checkpoint`, LIMITS.noteBytes)
    },
    wake: () => void told.woken++,
    onFork: async (_origin, by, { size }) => void told.forks.push(`${by} ${size}`),
    onUnknownOwn: () => {},
    onUnbacked: (by) => void told.unbacked.push(by),
    onClaims: (by) => void claimed.add(by),
  })
  /** A round with each peer that claimed something, at once. */
  const rounds = async () => {
    const ended = await Promise.allSettled([...claimed].map((by) => of.round(by)))
    return ended.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
  }
  return { of, told, rounds }
}

const served = (entries: readonly Uint8Array[], signers = alfa.log): Serve => {
  const files = logFiles(PREFIX, entries)
  const note = checkpointOf(entries, ORIGIN, signers)
  return (path) => (path === `${PREFIX}/checkpoint` ? note : files.get(path))
}

test.each<[string, unknown]>([
  ['a number', 5],
  ['a text', 'abc'],
  ['a log of a size below nothing', { origin: ORIGIN, size: -1, root: rootOf(OURS) }],
  ['a log of half an entry', { origin: ORIGIN, size: 0.5, root: rootOf(OURS) }],
  ['a log with no origin', { size: 1, root: rootOf(OURS) }],
  ['a log with no root', { origin: ORIGIN, size: 1, root: null }],
])('a void record that names as its predecessor %s stops nothing', async (_what, predecessor) => {
  const { of, told, rounds } = await exchange({ 'bravo.example': () => undefined, 'watch.example': served(OTHERS) })
  of.said('bravo.example', { ...statement(), type: 'log/open', body: { card: alfa.card.digest, predecessor } })
  of.said('watch.example', sawOthers)
  expect(await rounds()).toEqual([])
  expect(told).toEqual({ forks: ['watch.example 2'], unbacked: [], woken: 0 })
})

test('a peer that names much and answers nothing holds up no other, and crowds out none', async () => {
  const { of, told, rounds } = await exchange({ 'bravo.example': down, 'watch.example': served(OTHERS) })
  for (let n = 0; n < 2 * LIMITS.claimsOpen; n += 64) {
    of.said('bravo.example', sees(Array.from({ length: 64 }, (_, i) => ({ ...seen(elsewhere(n + i)) }))))
  }
  of.said('watch.example', sawOthers)
  expect(await rounds()).toEqual([expect.stringContaining('bravo')])
  expect(told.forks).toEqual(['watch.example 2'])
  of.said('watch.example', sawOthers)
  expect(await rounds()).toEqual([expect.stringContaining('bravo')])
  expect(told.forks).toHaveLength(2)
})

test('a face that another key of its author signed is a fork of its author, and no lie of whoever was shown it', async () => {
  const other = member('alfa.example', 9)
  const { of, told, rounds } = await exchange({ 'watch.example': served(OTHERS, other.log) }, [alfa.card, other.card])
  of.said('watch.example', sawOthers)
  expect(await rounds()).toEqual([])
  expect(told).toEqual({ forks: ['watch.example 2'], unbacked: [], woken: 0 })
})

test('more of a log is looked for only where a head of it stands that its author signed', async () => {
  const { of, told, rounds } = await exchange({
    'bravo.example': served(OURS),
    'watch.example': served([...OURS, entry()]),
  })
  of.holds('bravo.example', ORIGIN, 900_000_000_000)
  expect(await rounds()).toEqual([])
  expect(of.aheadOf(ORIGIN, OURS.length)).toEqual([])
  of.holds('watch.example', ORIGIN, OURS.length + 1)
  expect(await rounds()).toEqual([])
  expect(of.aheadOf(ORIGIN, OURS.length)).toHaveLength(1)
  expect(told.woken).toBe(1)
})

test('a mirror that was harmed on its way accuses nobody; one that never bears its peer out is told once', async () => {
  const harmed = { is: true }
  const good = served(OTHERS)
  const serve: Serve = (path) => (harmed.is ? new Uint8Array([1]) : good(path))
  const { of, told, rounds } = await exchange({ 'watch.example': serve, 'bravo.example': served(OURS) })
  of.said('watch.example', sawOthers)
  of.said('bravo.example', sawOthers)
  expect(await rounds()).toEqual([])
  harmed.is = false
  expect(await rounds()).toEqual([])
  expect(told).toEqual({ forks: ['watch.example 2'], unbacked: [], woken: 0 })
  while (of.awaits('bravo.example')) await rounds()
  expect(told.unbacked).toEqual(['bravo.example'])
})

function seen(origin: string) {
  return { origin, size: 2, root: rootOf(OTHERS) }
}
