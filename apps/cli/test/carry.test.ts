// Two sites without a network, as officers meet it in the shell: nodes that serve nobody but their own machine, a stick,
// and a machine that is switched off in the middle.

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { done, freePort, run, serve } from './shell.ts'

const MAIN = fileURLToPath(new URL('../bin/countersign.mjs', import.meta.url))
const DEMO = readFileSync(new URL('../../../agreements/demo.yaml', import.meta.url), 'utf8')
const dir = mkdtempSync(join(tmpdir(), 'countersign-carry-'))
const at = (name: string) => join(dir, name)
const stick = at('stick')
const servers: (() => Promise<void>)[] = []

beforeAll(async () => {
  mkdirSync(stick)
  for (const name of ['alfa', 'bravo']) {
    await done(['init', '--party', `${name}.example`, '--dir', at(name)])
    writeFileSync(at(`${name}.card`), await done(['card', '--dir', at(name)]))
  }
  for (const [name, other] of [
    ['alfa', 'bravo'],
    ['bravo', 'alfa'],
  ] as const) {
    await done(['trust', at(`${other}.card`), '--dir', at(name), '--yes'])
    servers.push(await serve(at(name), await freePort()))
  }
})
afterAll(async () => {
  for (const stop of servers) await stop()
  rmSync(dir, { recursive: true, force: true })
})

const out = (name: string, ...more: string[]) => run(['carry', 'out', '--dir', at(name), '--to', stick, ...more])
const into = (name: string, ...more: string[]) => run(['carry', 'in', '--dir', at(name), '--from', stick, ...more])

test('two sites agree and deliver by a stick, and the shell says what came', async () => {
  const nothing = await into('alfa')
  expect(nothing).toMatchObject({ code: 1, err: expect.stringContaining('Nothing in') })

  writeFileSync(at('two.yaml'), DEMO.replace(/# The neutral both[^]*?roles: \[depositary, observer\]\n/, ''))
  const proposed = await done([
    'pact',
    'propose',
    at('two.yaml'),
    '--dir',
    at('alfa'),
    '-o',
    join(stick, 'pact.invitation'),
  ])
  const pact = /agreement ([0-9a-f]{32})/.exec(proposed)?.[1] ?? ''
  await done(['pact', 'sign', pact, '--dir', at('alfa')])
  expect(await out('alfa')).toMatchObject({
    code: 0,
    out: expect.stringContaining('ours  alfa.example line: 3 entries'),
  })
  await done(['pact', 'sign', join(stick, 'pact.invitation'), '--dir', at('bravo')])
  const first = await into('bravo')
  expect(first).toMatchObject({ code: 0, err: expect.stringContaining('Left alone: pact.invitation') })
  expect(first.out).toContain('alfa.example line: took 3 entries; 3 held, countersigned now')
  for (const name of ['bravo', 'alfa', 'bravo']) {
    expect((await into(name)).code).toBe(0)
    expect((await out(name)).code).toBe(0)
  }

  await done(['say', 'hotline/message', '--dir', at('bravo'), '-'], 'By stick.')
  await out('bravo')
  expect((await into('alfa')).out).toContain('took 1 entry and the content of 1 record')
  await out('alfa')
  expect((await into('bravo')).out).toMatch(
    /bravo\.example line: countersigned by alfa\.example up to \d+ entries; 1 new receipt/,
  )
  expect((await into('bravo')).err).toContain('nothing has to be carried back for it')
  const [record] = JSON.parse(await done(['records', '--dir', at('bravo'), '--type', 'hotline/message', '--json']))
  expect(record).toMatchObject({ state: 'delivered' })
  expect(await done(['audit', '--dir', at('alfa')])).toContain('mirror bravo.example')
})

test('what lacks is named, and the command does not end well', async () => {
  await done(['say', 'hotline/message', '--dir', at('alfa'), '-'], 'Its content is lost on the way.')
  await out('alfa')
  const sealed = readdirSync(stick, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /^alfa\.example\/logs\/.*\/addenda\/[0-9a-f]{64}$/.test(path),
  )
  for (const path of sealed) rmSync(join(stick, path))
  const lacking = await into('bravo')
  expect(lacking).toMatchObject({ code: 1, err: expect.stringContaining('on the next trip') })
  expect(sealed.some((path) => lacking.out.includes(`  ${path} is missing`))).toBe(true)
  expect(lacking.out).toContain('not countersigned yet')
  const { logs } = JSON.parse((await into('bravo', '--json')).out)
  expect(logs).toContainEqual(expect.objectContaining({ missingTotal: 1, receipt: 'none' }))
  await out('alfa')
  expect(await into('bravo')).toMatchObject({ code: 0, out: expect.stringContaining('countersigned now') })
})

/** Starts a command and ends it with -9 once `isTime` sees what it waits for below `folder`. */
function killed(args: string[], folder: string, isTime: (path: string) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' })
    const watcher = watch(folder, { recursive: true }, (_event, path) => {
      if (path !== null && isTime(path)) child.kill('SIGKILL')
    })
    child.once('exit', () => {
      watcher.close()
      resolve()
    })
  })
}

test('a run that is ended with -9 while it carries out or in is made up for by the next', async () => {
  // Alfa's node goes on; bravo has none that runs, so that the command itself writes its folder.
  await servers.pop()?.()
  for (let kill = 1; kill <= 2; kill++) {
    await done(['say', 'hotline/message', '--dir', at('alfa'), '-'], `Killed ${kill} times.`)
    let written = 0
    await killed(['carry', 'out', '--dir', at('alfa'), '--to', stick], stick, (path) => {
      return path.endsWith('.new') && ++written >= kill
    })
    expect((await into('bravo')).code).toBe(0)
    expect((await out('alfa')).code).toBe(0)
    let heard = 0
    await killed(['carry', 'in', '--dir', at('bravo'), '--from', stick], at('bravo'), (path) => {
      return /^(?:mirrors|receipts|private.journals)/.test(path) && ++heard >= kill
    })
    expect(await into('bravo')).toMatchObject({ code: 0, out: expect.not.stringContaining('not countersigned') })
    expect((await out('bravo')).code).toBe(0)
  }
  expect(await done(['audit', '--dir', at('bravo')])).toContain('The views equal what the logs say.')
  await into('alfa')
  const said = JSON.parse(await done(['records', '--dir', at('alfa'), '--type', 'hotline/message', '--json']))
  expect(said.map(({ state }: { state: string }) => state)).toEqual(said.map(() => 'delivered'))
})
