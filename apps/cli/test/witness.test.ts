// `countersign witness` as it is run: real processes, what they print and how they end.

import { type ChildProcess, spawn } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type KeyPair, parseVerifierKey, verifyCosignatures } from '@countersign/log'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SampleLog, signersOf } from '../../../packages/log/test/sample-log.ts'
import { done, run } from './shell.ts'

const MAIN = fileURLToPath(new URL('../bin/countersign.mjs', import.meta.url))
const NAME = 'witness.example/w1'
const ORIGIN = 'log.example/one'
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-witness-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Running {
  child: ChildProcess
  url: string
  log: () => string
  exited: Promise<number | null>
}

async function start(dir: string, ...more: string[]): Promise<Running> {
  const child = spawn(process.execPath, [MAIN, 'witness', '--dir', dir, '--listen', '127.0.0.1:0', ...more], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let err = ''
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', (chunk) => {
      err += chunk
      const at = / logs at (http\S+)\n/.exec(err)?.[1]
      if (at !== undefined) resolve(at)
    })
    child.once('exit', () => reject(new Error(err)))
  })
  return { child, url, log: () => err, exited }
}

const post = (url: string, body: Uint8Array) =>
  fetch(`${url}add-checkpoint`, { method: 'POST', body: Uint8Array.from(body) })

function keysOf(vkeys: string): KeyPair {
  const [four, six] = vkeys.trimEnd().split('\n').map(parseVerifierKey)
  if (four?.ok !== true || six?.ok !== true) throw new Error(vkeys)
  expect([four.value.type, six.value.type]).toEqual([4, 6])
  return { ed25519: four.value.publicKey, mldsa44: six.value.publicKey }
}

test('is made, is shown, is stopped cleanly, rereads its policy when told, and logs a line for each request', async () => {
  const dir = join(folder, 'w1')
  const made = await run(['witness', 'init', '--dir', dir, '--name', NAME])
  expect(made).toMatchObject({ code: 0, err: expect.stringContaining('countersign witness --dir') })
  expect(readFileSync(join(dir, 'vkeys'), 'utf8')).toBe(made.out)
  expect(statSync(join(dir, 'private', 'keys', 'witness.json')).mode & 0o777).toBe(0o600)
  const keys = keysOf(made.out)
  const log = new SampleLog(ORIGIN, signersOf(1)).grow(5)
  const { child, url, log: said, exited } = await start(dir)
  expect((await post(url, log.request(0))).status).toBe(404)
  writeFileSync(join(dir, 'policy'), `${log.policyLines()}quorum none\n`)
  child.kill('SIGHUP')
  while (!said().includes('"policy-read"')) await new Promise((resolve) => child.stderr?.once('data', resolve))
  const answer = await post(url, log.request(0))
  const note = Buffer.concat([log.note(), Buffer.from(await answer.text())])
  expect(verifyCosignatures(note, NAME, keys)).toMatchObject({ ok: true, value: { size: 5 } })
  expect(await run(['witness', '--dir', dir, '--listen', '127.0.0.1:0'])).toMatchObject({
    ...{ code: 1, err: expect.stringContaining('Another process') },
  })
  expect(await done(['witness', 'show', '--dir', dir])).toMatch(/log\.example\/one: 5 entries, 20/)
  child.kill('SIGTERM')
  expect(await exited).toBe(0)
  const lines = said().trimEnd().split('\n').slice(1)
  const events = lines.map((line): Record<string, unknown> => JSON.parse(line))
  expect(events.map(({ event, status }) => [event, status])).toEqual([
    ['add-checkpoint', 404],
    ['policy-read', undefined],
    ['add-checkpoint', 200],
  ])
})

test('says what is wrong with how it is called', async () => {
  const cases: [string[], number, string][] = [
    [['witness', '--dir', join(folder, 'none'), '--listen', '127.0.0.1:0'], 1, 'countersign witness init'],
    [['witness', '--dir', join(folder, 'none')], 2, '--listen'],
    [['witness', 'init', '--dir', join(folder, 'x'), '--name', 'https://witness.example/w1'], 2, 'witness.example/w1'],
    [['witness', 'init', '--dir', join(folder, 'x'), '--name', 'a+b'], 1, 'plus'],
  ]
  for (const [args, code, said] of cases) {
    expect(await run(args)).toMatchObject({ code, err: expect.stringContaining(said) })
  }
})

test('keeps the proof of a fork as one file, which anyone verifies offline with the keys of the log', async () => {
  const dir = join(folder, 'w2')
  await done(['witness', 'init', '--dir', dir, '--name', NAME])
  const log = new SampleLog(ORIGIN, signersOf(1)).grow(5)
  writeFileSync(join(dir, 'policy'), `${log.policyLines()}quorum none\n`)
  const { child, url, log: said, exited } = await start(dir)
  expect((await post(url, log.request(0))).status).toBe(200)
  expect((await post(url, new SampleLog(ORIGIN, signersOf(1)).grow(7, 'other').request(5))).status).toBe(422)
  child.kill('SIGTERM')
  expect(await exited).toBe(0)
  const told: Record<string, unknown>[] = said()
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line))
  const file = join(dir, String(told.find(({ event }) => event === 'log-forked')?.evidence))
  const vkeys = join(folder, 'log.vkeys')
  writeFileSync(vkeys, `# of the log\n\n${log.policyLines().replaceAll('log ', '')}`)
  for (const known of [join(dir, 'policy'), vkeys]) {
    const report = await done(['verify', file, '--key', known])
    expect(report).toContain(
      'the keys of log.example/one signed two checkpoints that contradict each other, of 5 and of 7',
    )
  }
  writeFileSync(vkeys, new SampleLog(ORIGIN, signersOf(3)).policyLines())
  expect(await run(['verify', file, '--key', vkeys])).toMatchObject({ code: 1, out: expect.stringContaining('--key') })
  writeFileSync(vkeys, 'x\n')
  expect(await run(['verify', file, '--key', vkeys])).toMatchObject({ code: 1, err: expect.stringContaining(vkeys) })
  expect(await run(['verify', file])).toMatchObject({ code: 2, err: expect.stringMatching(/--card.*--key/) })
})

describe('keys of a witness under a passphrase', () => {
  const PASSPHRASE = 'correct horse battery staple'
  const secret = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, `${text}\n`, { mode: 0o600 })
    return path
  }
  /** `fds`: files that stand open as descriptors 3 and on. */
  const runWith = (args: string[], fds: string[] = [], credentials?: string) => {
    const open = fds.map((path) => openSync(path, 'r'))
    const { CREDENTIALS_DIRECTORY: _none, ...env } = process.env
    const child = spawn(process.execPath, [MAIN, 'witness', ...args], {
      stdio: ['ignore', 'pipe', 'pipe', ...open],
      env: credentials === undefined ? env : { ...env, CREDENTIALS_DIRECTORY: credentials },
    })
    for (const fd of open) closeSync(fd)
    let err = ''
    const ready = Promise.withResolvers<string>()
    child.stderr?.on('data', (chunk) => {
      err += chunk
      const at = / logs at (http\S+)\n/.exec(err)?.[1]
      if (at !== undefined) ready.resolve(at)
    })
    child.stdout?.resume()
    const ended = new Promise<{ code: number | null; err: string }>((resolve) =>
      child.once('close', (code) => resolve({ code, err })),
    )
    return { child, url: ready.promise, ended }
  }
  const served = ['--listen', '127.0.0.1:0']
  const dir = () => join(folder, 'w3')
  const inKeys = () => readdirSync(join(dir(), 'private', 'keys'))

  // Each start of a process derives a key that is slow to derive on purpose.
  const timeout = 300_000

  test('are made under it, and open with no other and not without', { timeout }, async () => {
    const right = secret('right', PASSPHRASE)
    const wrong = secret('wrong', 'another passphrase')
    const log = new SampleLog(ORIGIN, signersOf(1)).grow(5)
    const init = ['init', '--dir', dir(), '--name', NAME, '--passphrase-fd', '3']
    expect(await runWith(init, [right]).ended).toMatchObject({ code: 0 })
    expect(inKeys()).toEqual(['protected.age'])
    writeFileSync(join(dir(), 'policy'), `${log.policyLines()}quorum none\n`)
    const start = ['--dir', dir(), ...served]
    expect(await runWith(start).ended).toMatchObject({
      ...{ code: 1, err: expect.stringMatching(/--passphrase-fd.*countersign-passphrase/) },
    })
    expect(await runWith([...start, '--passphrase-fd', '3'], [wrong]).ended).toMatchObject({
      ...{ code: 1, err: expect.stringContaining('does not open the keys') },
    })
  })

  test('are opened by a passphrase from a descriptor or a systemd credential', { timeout }, async () => {
    const right = secret('right', PASSPHRASE)
    const log = new SampleLog(ORIGIN, signersOf(1)).grow(5)
    const start = ['--dir', dir(), ...served]
    const byFd = runWith([...start, '--passphrase-fd', '3'], [right])
    expect((await post(await byFd.url, log.request(0, 3))).status).toBe(200)
    byFd.child.kill('SIGTERM')
    expect(await byFd.ended).toMatchObject({ code: 0 })
    mkdirSync(join(folder, 'credentials'))
    writeFileSync(join(folder, 'credentials', 'countersign-passphrase'), PASSPHRASE)
    const byCredential = runWith(start, [], join(folder, 'credentials'))
    const answer = await post(await byCredential.url, log.request(3))
    const keys = keysOf(readFileSync(join(dir(), 'vkeys'), 'utf8'))
    const note = Buffer.concat([log.note(), Buffer.from(await answer.text())])
    expect(verifyCosignatures(note, NAME, keys)).toMatchObject({ ok: true, value: { size: 5 } })
    // While it runs, how its keys are kept is changed by nobody.
    const unprotect = ['unprotect', '--dir', dir(), '--passphrase-fd', '3']
    expect(await runWith(unprotect, [right]).ended).toMatchObject({
      ...{ code: 1, err: expect.stringContaining('is running; end it first') },
    })
    byCredential.child.kill('SIGTERM')
    expect(await byCredential.ended).toMatchObject({ code: 0 })
    // What needs no private key asks for no passphrase.
    expect(await done(['witness', 'show', '--dir', dir()])).toContain('5 entries')
  })

  test('are put in the clear and under another passphrase, and stay the same keys', { timeout }, async () => {
    const [right, other] = [secret('right', PASSPHRASE), secret('other', 'another passphrase')]
    const vkeys = readFileSync(join(dir(), 'vkeys'), 'utf8')
    const protect = ['protect', '--dir', dir(), '--passphrase-fd', '3']
    const change = [...protect, '--new-passphrase-fd', '4']
    expect(await runWith(change, [other, right]).ended).toMatchObject({ code: 1 })
    expect(await runWith(change, [right, other]).ended).toMatchObject({ code: 0 })
    expect(await runWith(['unprotect', '--dir', dir(), '--passphrase-fd', '3'], [other]).ended).toMatchObject({
      code: 0,
    })
    expect(inKeys()).toEqual(['witness.json'])
    expect(statSync(join(dir(), 'private', 'keys', 'witness.json')).mode & 0o777).toBe(0o600)
    // A witness of before, whose keys stood in a file of their own.
    renameSync(join(dir(), 'private', 'keys', 'witness.json'), join(dir(), 'private', 'keys.json'))
    rmSync(join(dir(), 'private', 'keys'), { recursive: true })
    rmSync(join(dir(), 'vkeys'))
    const plain = runWith(['--dir', dir(), ...served])
    await plain.url
    plain.child.kill('SIGTERM')
    expect(await plain.ended).toMatchObject({ code: 0 })
    expect(readFileSync(join(dir(), 'vkeys'), 'utf8')).toBe(vkeys)
    expect(await runWith(protect, [right]).ended).toMatchObject({ code: 0 })
    expect(inKeys()).toEqual(['protected.age'])
    expect(readdirSync(join(dir(), 'private'))).not.toContain('keys.json')
  })
})
