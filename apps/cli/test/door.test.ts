// How the shell finds the node that runs in a folder, however that serves the world.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { done, freePort, run, serve } from './shell.ts'

const DEMO = fileURLToPath(new URL('../../../agreements/demo.yaml', import.meta.url))
const CERT = fileURLToPath(new URL('../../../packages/http/test/tls/cert.pem', import.meta.url))
const KEY = fileURLToPath(new URL('../../../packages/http/test/tls/key.pem', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'countersign-door-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** A draft between this party and another, whose card is made and trusted too. */
async function alone(name: string): Promise<string> {
  const at = join(dir, name)
  await done(['init', '--party', 'alfa.example', '--dir', at])
  for (const other of ['bravo', 'watch']) {
    const folder = join(dir, `${name}-${other}`)
    await done(['init', '--party', `${other}.example`, '--dir', folder, ...(other === 'watch' ? ['--neutral'] : [])])
    writeFileSync(`${folder}.card`, await done(['card', '--dir', folder]))
    await done(['trust', '--dir', at, '--yes', `${folder}.card`])
  }
  return at
}

test('a node whose certificate nobody here trusts is used from its own shell: propose, records, say', {
  timeout: 60_000,
}, async () => {
  const at = await alone('tls')
  const stop = await serve(at, await freePort(), '--tls-cert', CERT, '--tls-key', KEY)
  try {
    await done(['pact', 'propose', '--dir', at, DEMO, '-o', join(dir, 'invitation')])
    expect(await done(['pact', 'show', '--dir', at])).toContain('bravo.example has not signed')
    expect(JSON.parse(await done(['records', '--dir', at, '--type', 'pact/propose', '--json']))).toHaveLength(2)
    // It speaks through the node, which answers that nothing is in force yet.
    expect(await run(['say', 'hotline/message', '--dir', at, '-'], 'hello')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/not in force/),
    })
    expect(statSync(join(at, 'private', 'api.sock')).mode & 0o077).toBe(0)
  } finally {
    await stop()
  }
  expect(existsSync(join(at, 'private', 'api.sock'))).toBe(false)
})

test('a folder whose path is too long for a socket is as good', async () => {
  const deep = join(dir, 'a'.repeat(100))
  mkdirSync(deep)
  const at = join(deep, 'node')
  await done(['init', '--party', 'alfa.example', '--dir', at])
  const stop = await serve(at, await freePort())
  const { socket } = JSON.parse(readFileSync(join(at, 'private', 'serving.json'), 'utf8'))
  expect(Buffer.byteLength(socket)).toBeLessThan(100)
  expect(await done(['records', '--dir', at])).toContain('No record yet.')
  await stop()
  expect(existsSync(socket)).toBe(false)
})

test('whoever speaks through a running node, or signs as a root, waits for no engine to be loaded', async () => {
  const at = join(dir, 'quick')
  await done(['init', '--party', 'alfa.example', '--dir', at])
  const stop = await serve(at, await freePort())
  const tells = "process.on('exit', () => process.stderr.write(process.moduleLoadList.join()))"
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(tells)}`
  const loadedBy = async (...args: string[]) => (await run(args, '', { NODE_OPTIONS })).err
  // Of what the platform has, nobody else needs the first; and what calls others loads the second.
  const [engine, calls] = ['NativeModule zlib', 'NativeModule internal/deps/undici/undici']
  for (const command of ['status', 'records']) {
    const loaded = await loadedBy(command, '--dir', at)
    expect(loaded).toContain('NativeModule http')
    expect(loaded).not.toContain(engine)
    expect(loaded).not.toContain(calls)
  }
  const made = await loadedBy('root', 'make', '--out', join(at, 'root.key'), '--no-passphrase')
  expect(made).toContain('NativeModule path')
  expect(made).not.toContain(engine)
  await stop()
  expect(await loadedBy('status', '--dir', at)).toContain(engine)
})

test('a node that was killed is opened again, and its token is told to nobody who took its place', async () => {
  const at = join(dir, 'killed')
  await done(['init', '--party', 'alfa.example', '--dir', at])
  const heard: string[] = []
  const port = await freePort()
  const stranger = createServer((socket) => socket.on('data', (chunk) => heard.push(String(chunk))))
  await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve))
  const socket = join(at, 'private', 'api.sock')
  const note = { url: `http://127.0.0.1:${port}/`, socket, pid: 1 }
  writeFileSync(join(at, 'private', 'serving.json'), JSON.stringify(note))
  expect(await done(['records', '--dir', at])).toContain('No record yet.')
  expect(heard).toEqual([])
  await new Promise((resolve) => stranger.close(resolve))
})

test('what nobody foresaw is one sentence; with COUNTERSIGN_DEBUG it says where it came from', async () => {
  const at = join(dir, 'broken')
  await done(['init', '--party', 'alfa.example', '--dir', at])
  rmSync(join(at, 'views.db'), { force: true })
  mkdirSync(join(at, 'views.db'))
  const ran = await run(['records', '--dir', at])
  expect(ran.code).toBe(1)
  expect(ran.err).not.toMatch(/\n\s+at /)
  expect(ran.err.trim().split('\n')).toHaveLength(1)
  expect((await run(['records', '--dir', at], '', { COUNTERSIGN_DEBUG: '1' })).err).toMatch(/\n\s+at /)
})
