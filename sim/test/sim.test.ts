import { spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { connect } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Case, caseOf } from '../src/case.ts'
import { shrink } from '../src/shrink.ts'
import { forbidSlips } from '../src/slips.ts'
import { rememberVerified } from '../src/verified.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const NIGHTLY = fileURLToPath(new URL('../../tools/nightly.ts', import.meta.url))
/** The simulator with a defect in it. */
const PLANTED = fileURLToPath(new URL('planted.ts', import.meta.url))

/** In a process of its own, for it takes time and randomness away from everything in it. */
function sim(program: string, ...args: string[]): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    child.on('close', (status) => resolve({ status, output }))
  })
}

const SEEDS = 200

test('what was found before never comes back, every invariant holds for each seed, and everything people do came about', {
  timeout: 3_600_000,
}, async () => {
  const { status, output } = await sim(MAIN, '--seeds', String(SEEDS), '--from', '1001', '--no-keep', '--every-act')
  expect({ status, output }).toMatchObject({ status: 0 })
  expect(output).toContain(`${SEEDS} seeds from 1001, each run twice`)
})

test('a defect is found, made as small as it still shows, kept, and fails again when it is replayed', {
  timeout: 1_800_000,
}, async () => {
  const kept = mkdtempSync(join(tmpdir(), 'countersign-sim-'))
  const found = await sim(PLANTED, '--seeds', '1', '--from', '57', '--workers', '1', '--kept', kept)
  expect(found).toMatchObject({ status: 1, output: expect.stringContaining('fails: invariant 3') })
  const [file = '', ...others] = readdirSync(kept)
  expect(others).toEqual([])
  const smallest: Case = JSON.parse(readFileSync(join(kept, file), 'utf8'))
  // A receipt for what was never synced needs nothing but that somebody gives one.
  expect(smallest.hostile).toBeUndefined()
  expect(smallest.steps.length).toBeLessThan(caseOf(57).steps.length)
  expect(smallest.steps.length).toBeLessThanOrEqual(1)
  const again = await sim(PLANTED, '--case', join(kept, file))
  expect(again).toMatchObject({ status: 1, output: expect.stringContaining(`${file} fails again: invariant 3`) })
  // Before any seed, too, and by itself it is no failure: the defect is in what was planted.
  expect(await sim(PLANTED, '--seeds', '1', '--kept', kept)).toMatchObject({
    status: 1,
    output: expect.stringContaining('1 kept cases replayed, 1 failed'),
  })
  expect(await sim(MAIN, '--case', join(kept, file))).toMatchObject({ status: 0 })
  rmSync(kept, { recursive: true })
})

test('it is a failure where something that people do never came about', { timeout: 1_800_000 }, async () => {
  const { status, output } = await sim(MAIN, '--seed', '20', '--no-regressions', '--no-keep', '--every-act')
  expect(status).toBe(1)
  expect(output).toContain('Never done in these seeds: ')
  expect(output).toContain('a log succeeded by two officers')
  expect(output).toContain('Every invariant held: 1 seeds')
})

test('two processes run each seed once between them, and tell what both found', { timeout: 1_800_000 }, async () => {
  const args = ['--seeds', '3', '--from', '882', '--no-regressions', '--no-keep']
  const steps = (output: string) => /3 seeds from 882, each run twice, ([0-9]+) steps/.exec(output)?.[1]
  const [one, two] = await Promise.all([sim(MAIN, ...args, '--workers', '1'), sim(MAIN, ...args, '--workers', '2')])
  expect([one.status, two.status]).toEqual([0, 0])
  expect(steps(two.output)).toBeDefined()
  expect(steps(two.output)).toBe(steps(one.output))
})

test('a night that is told to stop ends what it is at, and tells what was run by then', {
  timeout: 1_800_000,
}, async () => {
  const args = ['--forever', '--from', '882', '--workers', '2', '--no-regressions', '--no-keep']
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  let output = ''
  let seeds = 0
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.on('message', (tally: { seeds: number }) => {
    seeds = tally.seeds
    child.kill('SIGINT')
  })
  const status = await new Promise((resolve) => child.on('close', resolve))
  expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('Every invariant held') })
  // The one that was done and, at most, what the other process was at.
  expect(output).toContain(`held: ${seeds} seeds from 882, each run twice`)
  expect(seeds).toBeLessThanOrEqual(3)
})

test('a night runs as many seeds as it is asked for', { timeout: 1_800_000 }, async () => {
  const night = await sim(NIGHTLY, '--no-suite', '--no-regressions', '--seeds', '1', '--from', '882')
  expect(night).toEqual({ status: 0, output: expect.stringContaining('held: 1 seeds from 882, each run twice') })
})

test('a signature that was verified once is not taken for another message, key or signature', () => {
  rememberVerified()
  const [ours, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')]
  const [message, changed] = [Buffer.from('a message'), Buffer.from('a messagf')]
  const signature = sign(null, message, ours.privateKey)
  const turned = Buffer.from(signature)
  turned[3] = (turned[3] ?? 0) ^ 1
  for (const _ of ['asked', 'remembered']) {
    expect(verify(null, message, ours.publicKey, signature)).toBe(true)
    expect(verify(null, changed, ours.publicKey, signature)).toBe(false)
    expect(verify(null, message, other.publicKey, signature)).toBe(false)
    expect(verify(null, message, ours.publicKey, turned)).toBe(false)
    expect(
      verify(null, Buffer.concat([message, signature.subarray(0, 1)]), ours.publicKey, signature.subarray(1)),
    ).toBe(false)
  }
})

test('a seed stands for one case, and another seed for another', () => {
  expect(caseOf(7)).toEqual(caseOf(7))
  expect(caseOf(7)).not.toEqual(caseOf(8))
})

test('a failing case is made smaller until every step of it is needed', async () => {
  const the = caseOf(11)
  const [first, last] = [the.steps[0], the.steps.at(-1)]
  const needs = (smaller: typeof the) =>
    [first, last].every((one) => smaller.steps.some((step) => step.do === one?.do && sameActor(step, one)))
  const smallest = await shrink(the, async (smaller) => needs(smaller))
  expect(smallest.steps).toHaveLength(2)
  expect(smallest.hostile).toBeUndefined()
  expect(smallest.weather).toMatchObject({ lost: 0, doubled: 0, corrupted: 0 })
})

function sameActor(a: object, b: object): boolean {
  const actor = (one: object) => ('who' in one ? one.who : 'by' in one ? one.by : '')
  return actor(a) === actor(b)
}

test('what slips past the simulation is found with its stack', () => {
  const slips = forbidSlips()
  const slip = (act: () => unknown) => {
    try {
      act()
    } catch {
      // The call fails, and is found.
    }
  }
  const tried = {
    'Date.now': () => Date.now(),
    'new Date()': () => new Date(),
    'Math.random': () => Math.random(),
    'performance.now': () => performance.now(),
    'crypto.randomBytes': () => randomBytes(1),
    'webcrypto.getRandomValues': () => crypto.getRandomValues(new Uint8Array(1)),
    'globalThis.setTimeout': () => setTimeout(() => {}, 0),
    'globalThis.setImmediate': () => setImmediate(() => {}),
    'AbortSignal.timeout': () => AbortSignal.timeout(1_000),
    'fs.readFileSync': () => readFileSync('package.json'),
    'fs.existsSync': () => existsSync('package.json'),
    'fs/promises.open': () => open('package.json'),
    'os.hostname': () => hostname(),
    'net.connect': () => connect(1),
  }
  for (const act of Object.values(tried)) slip(act)
  slips.end()
  expect(slips.found.map((stack) => /^Error: (.*) slips past/.exec(stack)?.[1])).toEqual(Object.keys(tried))
  expect(slips.found.every((stack) => stack.includes('sim.test.ts'))).toBe(true)
  // A time that is given makes a date of it; and afterwards everything is as it was.
  expect(Date.now()).toBeGreaterThan(new Date(0).getTime())
})
