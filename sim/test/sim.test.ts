import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { connect } from 'node:net'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { caseOf } from '../src/case.ts'
import { shrink } from '../src/shrink.ts'
import { forbidSlips } from '../src/slips.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** In a process of its own, for it takes time and randomness away from everything in it. */
function sim(...args: string[]): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    child.on('close', (status) => resolve({ status, output }))
  })
}

const SEEDS = 40

test('what was found before never comes back, and every invariant holds for seeds never run', {
  timeout: 1_500_000,
}, async () => {
  const half = SEEDS / 2
  const runs = await Promise.all([
    sim('--seeds', String(half), '--from', '1', '--no-keep'),
    sim('--seeds', String(half), '--from', String(1 + half), '--no-regressions', '--no-keep'),
  ])
  for (const { status, output } of runs) expect({ status, output }).toMatchObject({ status: 0 })
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
