import { createOwnLog, type Disk, nodeDisk, type OwnLog, openOwnLog } from '@countersign/ledger'
import { utf8 } from '@countersign/log'
import { expect, onTestFinished, test } from 'vitest'
import { alfa, bravo, entry, type Member, ORIGIN, opening, watch } from '../../../spec/vectors/samples.ts'
import { PeerUnreachable } from '../src/hearing/peer-requests.ts'
import { type CheckOptions, startCheck } from '../src/own-logs/startup-check.ts'
import { realSurroundings } from '../src/surroundings.ts'
import { down, folder, logFiles, requestsTo, type Serve, value } from './served-files.ts'

const PREFIX = 'mirrors/x'
const ALL = [opening(), ...Array.from({ length: 300 }, () => entry())]
const files = (entries: readonly Uint8Array[], served = entries): Serve => {
  const made = logFiles(PREFIX, entries, served)
  return (path) => made.get(path)
}
const HONEST = files(ALL)
/** The head that we signed, and entries that we did not under it. */
const GARBAGE = files(ALL, [...ALL.slice(0, 5), ...ALL.slice(5).map(() => utf8('garbage'))])
/** Another log that we signed. */
const OTHER = files([opening(), ...ALL.slice(1, 8)])
const NOTHING: Serve = () => undefined

/** Our log as a restored backup has it: its first `held` entries. */
async function restored(held: number, disk: Disk = nodeDisk()): Promise<OwnLog> {
  const dir = folder()
  const at = { disk, dir, origin: ORIGIN, signers: alfa.log }
  const log = value(await createOwnLog(at))
  for (const one of ALL.slice(0, held)) await log.append(one)
  await log.close()
  const again = value(await openOwnLog(at))
  onTestFinished(() => again.close())
  return again
}

interface Asked {
  bravo: Serve
  watch: Serve
}

function check(log: OwnLog, serve: Asked, more: Partial<CheckOptions> = {}) {
  const told = { withheld: [] as string[], late: [] as string[] }
  let stopped = false
  const peer = (member: Member, neutral: boolean) => ({
    party: member.party,
    neutral,
    requests: requestsTo(member.card, (path) => serve[neutral ? 'watch' : 'bravo'](path)),
  })
  const started = startCheck({
    log,
    us: alfa.card,
    peers: [peer(bravo, false), peer(watch, true)],
    mirrorPath: PREFIX,
    ...{ pact: ORIGIN.split('/')[1] ?? '', cosigners: [] },
    around: realSurroundings(),
    waitForAll: () => false,
    graceMs: 300,
    stopped: () => stopped,
    withheld: (by) => told.withheld.push(by),
    late: (by) => told.late.push(by),
    ...more,
  })
  onTestFinished(async () => {
    stopped = true
    await started.outcome.catch(() => {})
  })
  let done = false
  void started.outcome
    .finally(() => {
      done = true
    })
    .catch(() => {})
  return { ...started, told, done: () => done }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const until = async (holds: () => boolean) => {
  while (!holds()) await wait(10)
}

test('a lost tail comes back from a peer, and every later one agrees', async () => {
  const log = await restored(3)
  expect(await check(log, { bravo: HONEST, watch: HONEST }).outcome).toEqual({ kind: 'confirmed', recovered: 298 })
  expect(log.size).toBe(301)
})

test('a lost tail larger than one step bears comes back in pieces, though nobody shows a head on the way; without the keys that signed it it is waited for', async () => {
  const step = { entriesPerStep: 258, bytesPerStep: 1_000_000 }
  const serve = { bravo: HONEST, watch: HONEST }
  const log = await restored(3)
  expect(await check(log, serve, { step, signers: alfa.log }).outcome).toEqual({ kind: 'confirmed', recovered: 298 })
  expect(log.size).toBe(301)
  const without = check(await restored(3), serve, { step })
  await until(() => without.told.withheld.length > 1)
  expect(without.done()).toBe(false)
})

test('a peer that serves garbage under a head we signed is asked again, and blocks nothing once another has the truth', async () => {
  const log = await restored(3)
  const serve = { bravo: GARBAGE, watch: NOTHING }
  const { outcome, told, awaited } = check(log, serve)
  await until(() => told.withheld.includes('bravo.example'))
  expect(awaited()).toEqual(['bravo.example'])
  serve.watch = HONEST
  const again = await check(log, serve).outcome
  expect(again).toEqual({ kind: 'confirmed', recovered: 298 })
  expect(await outcome).toMatchObject({ kind: 'confirmed' })
  expect(log.size).toBe(301)
})

test('a head that we signed beyond our log is waited for, although a neutral knows nothing of it', async () => {
  const log = await restored(3)
  const { told, done } = check(log, { bravo: GARBAGE, watch: files(ALL.slice(0, 3)) }, { graceMs: 0 })
  await until(() => told.withheld.length > 1)
  expect(done()).toBe(false)
  expect(log.size).toBe(3)
})

test.each([
  ['shorter than', 10],
  ['longer than', 3],
])('a log that we signed and that is %s ours contradicts it only where its beginning differs', async (_what, held) => {
  const log = await restored(held)
  const outcome = await check(log, { bravo: OTHER, watch: down }).outcome
  expect(outcome).toMatchObject({ kind: 'contradicted', by: 'bravo.example' })
  expect(log.size).toBe(held)
})

test('a copy that we did not sign says nothing, and its peer is asked again', async () => {
  const log = await restored(3)
  const serve = { bravo: HONEST, watch: (() => utf8('no checkpoint\n')) as Serve }
  const { done, awaited, outcome } = check(log, serve, { graceMs: 0 })
  await until(() => awaited().length === 1)
  await wait(100)
  expect([done(), awaited()]).toEqual([false, ['watch.example']])
  serve.watch = HONEST
  expect(await outcome).toMatchObject({ kind: 'confirmed' })
})

test('a silent peer is waited for as long as the grace lasts, once a neutral has answered', async () => {
  const from = Date.now()
  const { outcome, awaited } = check(await restored(3), { bravo: down, watch: NOTHING })
  expect(await outcome).toEqual({ kind: 'confirmed', recovered: 0 })
  expect(Date.now() - from).toBeGreaterThanOrEqual(300)
  expect(awaited()).toEqual(['bravo.example'])
})

test('a silent neutral is waited for without end', async () => {
  const { done } = check(await restored(3), { bravo: HONEST, watch: down }, { graceMs: 0 })
  await wait(700)
  expect(done()).toBe(false)
})

test('a folder that may be a copy waits for every peer', async () => {
  const serve = { bravo: down, watch: NOTHING }
  const { done, outcome } = check(await restored(3), serve, { graceMs: 0, waitForAll: () => true })
  await wait(700)
  expect(done()).toBe(false)
  serve.bravo = NOTHING
  expect(await outcome).toMatchObject({ kind: 'confirmed' })
})

test('a head that we signed beyond our log shows that the folder was set back: it is told before anything is taken, and all are waited for', async () => {
  const log = await restored(3)
  const told: [string, number][] = []
  const serve: Asked = { bravo: down, watch: files(ALL.slice(0, 5)) }
  const { done, awaited, outcome } = check(log, serve, {
    graceMs: 0,
    waitForAll: () => told.length > 0,
    beyond: async (what) => void told.push([what, log.size]),
  })
  await until(() => log.size === 5)
  expect(told).toEqual([['watch.example holds 5 entries of it, and 3 are here', 3]])
  await wait(700)
  expect([done(), awaited()]).toEqual([false, ['bravo.example']])
  serve.bravo = HONEST
  expect(await outcome).toEqual({ kind: 'confirmed', recovered: 298 })
})

test('a head that a receipt held here covers is waited for, though all others show less', async () => {
  const log = await restored(3)
  const serve: Asked = { bravo: files(ALL.slice(0, 3)), watch: files(ALL.slice(0, 3)) }
  const told: string[] = []
  const { done, outcome } = check(log, serve, {
    ...{ graceMs: 0, receipted: 200, waitForAll: () => told.length > 0 },
    beyond: async (what) => void told.push(what),
  })
  await wait(700)
  expect([done(), log.size]).toEqual([false, 3])
  expect(told).toEqual(['a receipt in this folder covers 200 entries of it, and 3 are here'])
  serve.watch = HONEST
  expect(await outcome).toMatchObject({ kind: 'confirmed' })
})

test('what else a peer is asked, it has to answer before it has answered', async () => {
  const log = await restored(3)
  let isSilent = true
  const { awaited, outcome } = check(
    log,
    { bravo: NOTHING, watch: NOTHING },
    {
      graceMs: 0,
      async askFurther({ party }) {
        if (isSilent && party === 'watch.example') throw new PeerUnreachable('silent')
      },
    },
  )
  await wait(700)
  expect(awaited()).toEqual(['watch.example'])
  isSilent = false
  expect(await outcome).toMatchObject({ kind: 'confirmed' })
})

test.each([
  ['a longer tail', HONEST],
  ['another log', OTHER],
])('%s that turns up after signing went on is told at once', async (_what, turnsUp) => {
  const serve: Asked = { bravo: down, watch: NOTHING }
  const log = await restored(10)
  const { outcome, told } = check(log, serve, { graceMs: 0 })
  await outcome
  serve.bravo = turnsUp
  await until(() => told.late.length > 0)
  expect(told.late).toEqual(['bravo.example'])
  expect(log.size).toBe(10)
})

test('a disk that fails while a lost tail is taken over ends the check without leave to sign', async () => {
  let full = false
  const disk: Disk = {
    ...nodeDisk(),
    async open(path) {
      const file = await nodeDisk().open(path)
      const write: typeof file.write = async (bytes, position) => {
        if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
        await file.write(bytes, position)
      }
      return { ...file, write }
    },
  }
  const log = await restored(3, disk)
  full = true
  await expect(check(log, { bravo: HONEST, watch: HONEST }).outcome).rejects.toThrow(/the disk is full/)
  expect([log.size, log.confirmed]).toEqual([3, false])
})
