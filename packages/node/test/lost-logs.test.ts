// Logs of ours that a restored folder lacks, taken back from readers that cannot be trusted: what our key did not sign, or
// what does not lead to what it signed, makes nothing here; and a run that is ended half way is gone on with.

import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { logFolder, nodeDisk, openEndedLog, originHash } from '@countersign/ledger'
import { cosign, utf8, verifyCheckpoint } from '@countersign/log'
import { receiptKeyName } from '@countersign/record'
import { expect, onTestFinished, test } from 'vitest'
import {
  alfa,
  bravo,
  checkpointOf,
  entry,
  type Member,
  ORIGIN,
  opening,
  PACT,
  watch,
} from '../../../spec/vectors/samples.ts'
import { builtProcess } from '../../../tools/built-process/index.ts'
import { LIMITS } from '../src/limits.ts'
import { LostLogs, type LostLogsOptions, type TakenLog } from '../src/own-logs/lost-logs.ts'
import { realSurroundings } from '../src/surroundings.ts'
import { down, folder, logFiles, requestsTo, type Serve, value } from './served-files.ts'

const SHELF = `mirrors/${PACT}/main/alfa.example`
const GENERATION = ORIGIN.split('/').at(-1) ?? ''
const PREFIX = `${SHELF}/${GENERATION}`
const ALL = [opening(), ...Array.from({ length: 700 }, () => entry())]

/** A reader that holds these entries, signed by us, and names the log; `served` stands in its bundles. */
const holding = (
  entries: readonly Uint8Array[],
  served = entries,
  more: readonly [string, Uint8Array][] = [],
): Serve => {
  const files = new Map([...logFiles(PREFIX, entries, served), ...more])
  files.set(`${SHELF}/index`, utf8(`${GENERATION}\n`))
  return (path) => files.get(path)
}
const NOTHING: Serve = () => undefined

interface Asked {
  bravo: Serve
  watch: Serve
}

function takeBack(serve: Asked, more: Partial<LostLogsOptions> = {}) {
  const dir = folder()
  const taken = new Map<string, TakenLog & { close(): Promise<void> }>()
  let stopped = false
  const told = { contradicted: [] as string[], begun: [] as string[] }
  const reader = (member: Member, which: keyof Asked) => ({
    party: member.party,
    requests: requestsTo(member.card, (path) => serve[which](path)),
  })
  const readers = [reader(bravo, 'bravo'), reader(watch, 'watch')]
  const lost = new LostLogs({
    ...{ us: 'alfa.example', pact: PACT, channel: 'main', readers },
    around: realSurroundings(),
    cosigners: readers.map(({ party, requests }) => ({
      ...{ party, requests },
      keys: () => [(party === bravo.party ? bravo : watch).card.keys.receipt],
    })),
    without: () => new Set(),
    seenTo: () => new Set(),
    silent: async () => [...taken.values()].map((log) => ({ log, card: alfa.card })),
    cards: () => [alfa.card],
    findCard: async () => false,
    async begin(origin) {
      const log = value(await openEndedLog({ disk: nodeDisk(), dir, origin, begin: true }))
      taken.set(origin, log)
      return log
    },
    begun: async (origin) => void told.begun.push(origin),
    grown: () => {},
    contradicted: (_origin, by) => void told.contradicted.push(by),
    stopped: () => stopped,
    ...more,
  })
  onTestFinished(async () => {
    stopped = true
    await lost.ended.catch(() => {})
    for (const log of taken.values()) await log.close()
  })
  return { lost, taken, told, dir, log: () => taken.get(ORIGIN) }
}

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20))
}

async function isWhole(log: TakenLog | undefined): Promise<void> {
  const entries: Uint8Array[] = []
  for await (const one of log?.entries(0, log.size) ?? []) entries.push(one)
  expect(entries.length).toBe(ALL.length)
  expect(entries.every((one, i) => Buffer.from(one).equals(ALL[i] ?? new Uint8Array()))).toBe(true)
}

test('a log that nobody in this folder knows comes back from whoever holds most of it', async () => {
  const { lost, log, told } = takeBack({ bravo: holding(ALL.slice(0, 300)), watch: holding(ALL) })
  await lost.ended
  await isWhole(log())
  expect(told).toEqual({ contradicted: [], begun: [ORIGIN] })
})

test('where nobody holds a log of ours nothing is made, and it is over at once', async () => {
  const { lost, taken } = takeBack({ bravo: NOTHING, watch: NOTHING })
  await lost.ended
  expect(taken.size).toBe(0)
})

test('a reader that is silent, or names a log that it does not show, is awaited until it answers', async () => {
  const named: Serve = (path) => (path.endsWith('/index') ? utf8(`${GENERATION}\n`) : undefined)
  const serve = { bravo: named, watch: down as Serve }
  const { lost, log, taken } = takeBack(serve)
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(lost.awaited().sort()).toEqual(['bravo.example', 'watch.example'])
  expect(taken.size).toBe(0)
  // Once another shows it, it is nothing to the one that named it.
  serve.watch = holding(ALL)
  await lost.ended
  await isWhole(log())
})

test('those whom officers gave up are waited for no longer than those who are late, and heard all the same', {
  timeout: LIMITS.startupGraceMs + 30_000,
}, async () => {
  const serve = { bravo: holding(ALL.slice(0, 5)), watch: down as Serve }
  const { lost, log } = takeBack(serve, { without: () => new Set(['watch.example']) })
  await lost.known
  expect(log()?.size).toBe(5)
  serve.watch = holding(ALL)
  await lost.ended
  await isWhole(log())
})

/** Another's log under our name: its checkpoint is signed by other keys than ours. */
const FORGED = ((): Serve => {
  const files = new Map(logFiles(PREFIX, ALL))
  files.set(`${PREFIX}/checkpoint`, checkpointOf(ALL, ORIGIN, bravo.log))
  files.set(`${SHELF}/index`, utf8(`${GENERATION}\n../../..\n${'x'.repeat(16)}\n`))
  return (path) => files.get(path)
})()

test.each<[string, Serve]>([
  ['a log that our key did not sign', FORGED],
  ['a log of ours that does not begin with its opening', holding(ALL.slice(1))],
])('%s is no log of ours: nothing is made of it, and it holds nobody up', async (_what, bravoServes) => {
  const { lost, taken, dir } = takeBack({ bravo: bravoServes, watch: NOTHING })
  await lost.ended
  expect(taken.size).toBe(0)
  expect(await nodeDisk().exists(logFolder(dir, ORIGIN))).toBe(false)
})

test('other entries under a head that we signed make nothing, and the honest copy of another reader is taken', async () => {
  const garbage = [...ALL.slice(0, 5), ...ALL.slice(5).map(() => utf8('garbage'))]
  const serve = { bravo: holding(ALL, garbage), watch: down as Serve }
  const { lost, taken, log, dir } = takeBack(serve)
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(taken.size).toBe(0)
  expect(await nodeDisk().exists(logFolder(dir, ORIGIN))).toBe(false)
  serve.watch = holding(ALL)
  await until(() => log()?.size === ALL.length)
  expect(lost.awaited()).not.toContain('watch.example')
  serve.bravo = holding(ALL)
  await lost.ended
  await isWhole(log())
})

test('another log that our key signed under one name is told of, and takes nothing of the one that is held', async () => {
  const other = [opening(), ...ALL.slice(1, 400)]
  const serve = { bravo: down as Serve, watch: holding(ALL) }
  const { lost, log, told } = takeBack(serve)
  await until(() => log()?.size === ALL.length)
  serve.bravo = holding(other)
  await lost.ended
  expect(told.contradicted).toEqual(['bravo.example'])
  await isWhole(log())
})

/** Receipts of bravo on the way: each carries the head that we signed then. */
const RECEIPTS = [100, 250, 333, 420, 600, 701].map((size): [string, Uint8Array] => {
  const name = receiptKeyName('bravo.example', PACT)
  const time = 1_700_000_000 + size
  return [`${size}-${time}`, cosign(checkpointOf(ALL.slice(0, size)), { name, ...bravo.receipt }, time)]
})
const receiptFiles = (folderOf: string): [string, Uint8Array][] => [
  ...RECEIPTS.map(([name, bytes]): [string, Uint8Array] => [`${folderOf}/${name}`, bytes]),
  [`${folderOf}/index`, utf8(RECEIPTS.map(([name]) => `${name}\n`).join(''))],
]

test('a log larger than one step bears comes back between heads that receipts carry; without any it is waited for', async () => {
  const step = { entriesPerStep: 200, bytesPerStep: 1_000_000 }
  const whole = holding(ALL, ALL, receiptFiles(`receipts/${originHash(ORIGIN)}`))
  const { lost, log } = takeBack({ bravo: whole, watch: holding(ALL) }, { step })
  await lost.ended
  await isWhole(log())

  const without = takeBack({ bravo: holding(ALL), watch: NOTHING }, { step })
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(without.lost.awaited()).toEqual(['bravo.example'])
  expect(without.taken.size).toBe(0)
})

test('a log larger than one step bears comes back in pieces where nobody shows a head on the way: each is durable under a head that our key signs again, and none before the whole copy leads to the head that we signed', async () => {
  const step = { entriesPerStep: 300, bytesPerStep: 1_000_000 }
  const garbage = [...ALL.slice(0, 400), ...ALL.slice(400).map(() => utf8('garbage'))]
  const serve = { bravo: holding(ALL, garbage), watch: down as Serve }
  const { lost, log, taken } = takeBack(serve, { step, signersOf: () => alfa.log })
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(taken.size).toBe(0)
  // What is left over is given once, as the copy is read through, and then withheld for a while.
  let given = 1
  const whole = holding(ALL)
  serve.bravo = (path) => (path.endsWith('/tile/entries/002.p/189') && given-- < 1 ? 503 : whole(path))
  await until(() => log()?.size === 512)
  const head = {
    origin: ORIGIN,
    ed25519PublicKey: alfa.card.keys.log.ed25519,
    mldsa44PublicKey: alfa.card.keys.log.mldsa44,
  }
  expect(verifyCheckpoint(log()?.checkpoint ?? new Uint8Array(), head)).toMatchObject({
    ok: true,
    value: { size: 512 },
  })
  serve.bravo = whole
  serve.watch = whole
  await lost.ended
  await isWhole(log())
})

const SOURCE = fileURLToPath(new URL('./lost-logs-process.ts', import.meta.url))

/** Undefined where it was ended with -9 at that write of a journal; else how much it holds. */
function takenBackIn(built: string, at: string, dir: string, strikeAt: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [built, at, dir, String(strikeAt)], { stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (err += chunk))
    child.on('error', reject)
    child.on('close', (status, signal) => {
      if (signal === 'SIGKILL') resolve(undefined)
      else if (status === 0) resolve(Number(out))
      else reject(new Error(err))
    })
  })
}

test('ended with -9 half way, it goes on behind what is durable, and ends with every byte', {
  timeout: 180_000,
}, async () => {
  const [at, dir] = [folder(), folder()]
  const built = await builtProcess(SOURCE, join(folder(), 'built'))
  const files = new Map([...logFiles(PREFIX, ALL), ...receiptFiles(`receipts/${originHash(ORIGIN)}`)])
  files.set(`${SHELF}/index`, utf8(`${GENERATION}\n`))
  for (const [path, bytes] of files) {
    mkdirSync(join(at, 'bravo.example', dirname(path)), { recursive: true })
    writeFileSync(join(at, 'bravo.example', path), bytes)
  }
  const held: number[] = []
  for (const strikeAt of [1, 2, 2, 1]) {
    expect(await takenBackIn(built, at, dir, strikeAt)).toBeUndefined()
    const log = await openEndedLog({ disk: nodeDisk(), dir, origin: ORIGIN })
    held.push(log.ok ? log.value.size : 0)
    if (log.ok) await log.value.close()
  }
  // What was durable stays, and is what the next run goes on behind.
  expect(held).toEqual([...held].sort((a, b) => a - b))
  expect(held[0]).toBe(0)
  expect(held.at(-1)).toBeGreaterThan(0)
  expect(held.at(-1)).toBeLessThan(ALL.length)
  expect(await takenBackIn(built, at, dir, 0)).toBe(ALL.length)
  const log = value(await openEndedLog({ disk: nodeDisk(), dir, origin: ORIGIN }))
  onTestFinished(() => log.close())
  await isWhole(log)
})
