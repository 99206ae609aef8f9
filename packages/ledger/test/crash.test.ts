import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditAfter } from './crash/audit.ts'
import {
  builtHarness,
  type Call,
  callsOf,
  type Found,
  found,
  STRIKES,
  type Strike,
  straceIsThere,
  strike,
} from './crash/strace.ts'

/** COUNTERSIGN_STRIKE='writer SIGKILL fsync 2 /logs' runs one case again, as a failure prints it. */
const ONE = process.env.COUNTERSIGN_STRIKE
const EVERY = process.env.COUNTERSIGN_NIGHTLY !== undefined || ONE !== undefined
const AT_ONCE = 2
/**
 * Without the nightly run: of each kind of call, struck in each way, so many, spread over the script; each way takes others,
 * so that three times as many calls of a kind are struck.
 */
const SCRIPTS = [
  { script: 'writer', ofEach: 2, findsSomething: false },
  { script: 'segments', ofEach: 1, findsSomething: true },
  { script: 'mirror', ofEach: 2, findsSomething: false },
  { script: 'carry', ofEach: 1, findsSomething: true },
]

const dir = mkdtempSync(join(tmpdir(), 'countersign-crash-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface Case {
  call: Call
  by: Strike
}

const nameOf = ({ call: { script, name, path, number }, by }: Case) => `${script} ${by} ${name} ${number} ${path}`

/** Some of `all`, evenly spread; `phase`, from 0 to 1, says where between the first and the next of them it begins. */
function spread<T>(all: readonly T[], count: number, phase: number): T[] {
  if (all.length <= count) return [...all]
  const places = Array.from({ length: count }, (_, i) => Math.floor(((i + phase) * all.length) / count))
  return all.filter((_, i) => places.includes(i))
}

function casesOf(calls: readonly Call[], ofEach: number): Case[] {
  const byName = Map.groupBy(calls, ({ name }) => name)
  return STRIKES.flatMap((by, i) => {
    const sample = (some: Call[]) => (EVERY ? some : spread(some, ofEach, i / STRIKES.length))
    return [...byName.values()].flatMap((some) => sample(some).map((call) => ({ call, by })))
  })
}

async function struck(one: Case, folder: string, before: Found | undefined): Promise<void> {
  const { told, hit } = await strike(harness, one.call, one.by, folder, before)
  expect(hit, 'the call was made again, and struck').toBe(true)
  await auditAfter(one.call.script, folder, told)
}

let harness: string
beforeAll(async () => {
  harness = await builtHarness(dir)
})

const straceMissing = !straceIsThere()
if (straceMissing) process.stdout.write('crash: strace is not here, or may trace nothing: no call is struck\n')

test.skipIf(straceMissing).each(SCRIPTS)(
  'killed, or failed by the disk, at any call: $script keeps what it promised, contradicts nothing and goes on',
  { timeout: 7_200_000 },
  async ({ script, ofEach, findsSomething }) => {
    if (ONE?.startsWith(`${script} `) === false) return
    const before = findsSomething ? await found(harness, script, join(dir, `${script}-found`)) : undefined
    const calls = await callsOf(harness, script, join(dir, script), before)
    const all = casesOf(calls, ofEach).filter((one) => ONE === undefined || nameOf(one) === ONE)
    const failures: string[] = []
    const waiting = [...all]
    const worker = async (number: number) => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        try {
          await struck(one, join(dir, `${script}-${number}`), before)
        } catch (cause) {
          const said = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
          const again = `COUNTERSIGN_STRIKE='${nameOf(one)}' npm test -- packages/ledger/test/crash.test.ts`
          failures.push(again)
          process.stdout.write(`crash: ${again}\n${said}\n`)
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, (_, number) => worker(number)))
    process.stdout.write(
      `crash: ${script}: ${all.length - failures.length} of ${all.length} cases, at ${calls.length} calls\n`,
    )
    expect(failures).toEqual([])
  },
)

test.skipIf(straceMissing)(
  'a file that stands on a stick already counts as carried once its name is durable, which an earlier trip may have left undone',
  async () => {
    const before = await found(harness, 'again', join(dir, 'again-found'))
    const calls = await callsOf(harness, 'again', join(dir, 'again'), before)
    expect(calls.filter(({ name }) => name === 'rename')).toEqual([])
    const synced = calls.filter(({ name }) => name === 'fsync').map(({ path }) => path)
    for (const folder of ['', '/alfa', '/alfa/addenda', '/alfa/tile/0/000.p', '/alfa/tile/entries/000.p']) {
      expect(synced).toContain(`/stick${folder}`)
    }
  },
)
