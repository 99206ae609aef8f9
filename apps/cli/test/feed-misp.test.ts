// A MISP as a feed in the shell: real processes, one of them killed again and again in the middle of a pull.

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { type Json, KEY, startMisp } from '../../../packages/http/test/foreign-misp.ts'
import { objectTexts } from '../../../packages/http/test/taxii-client.ts'
import { attribute, event, uuid } from '../../../packages/intel/test/misp/sample-event.ts'
import { done, run } from './shell.ts'

const MAIN = fileURLToPath(new URL('../bin/countersign.mjs', import.meta.url))
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-feed-misp-'))
  closers.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

async function newNode(): Promise<string> {
  const dir = join(folder(), 'alfa')
  await done(['init', '--party', 'alfa.example', '--dir', dir, '--endpoint', 'http://127.0.0.1:1/'])
  return dir
}

function events(count: number): Json[] {
  return Array.from({ length: count }, (_, i) =>
    event({ uuid: uuid(i + 10), info: `Event ${i}`, Attribute: [attribute(1000 + i, 'domain', `host-${i}.example`)] }),
  )
}

test('a MISP is added, pulled and pushed to; its key comes from a descriptor and is shown nowhere', async () => {
  const misp = await startMisp(events(3))
  closers.push(misp.close)
  const dir = await newNode()
  const at = ['--dir', dir]
  const added = await run(['feed', 'add', 'ours', ...at, '--misp', misp.url, '--password-fd', '3'], '', {}, [
    `${KEY}\n`,
  ])
  expect(added).toMatchObject({ code: 0, err: '' })
  expect(added.out).toContain('ours is added, by the key of a user of MISP.')
  const pulled = await run(['feed', 'pull', 'ours', ...at])
  expect(pulled.err).toMatch(/ours: \d+ new objects in 3 events, 2 known already\./)
  const file = pulled.out.trim()
  expect(objectTexts(readFileSync(file, 'utf8')).length).toBeGreaterThan(6)
  misp.events.clear()
  misp.user = { ...misp.user, sync: true }
  const pushed = await run(['feed', 'push', 'ours', file, ...at])
  expect(pushed).toMatchObject({ code: 0, out: '' })
  expect(pushed.err).toContain('3 events added, 0 changed, 0 there already.')
  expect([...misp.events.keys()].sort()).toEqual(events(3).map((one) => one['uuid']))
  const listed = await run(['feed', 'list', ...at])
  for (const { out, err } of [added, pulled, pushed, listed]) expect(out + err).not.toContain(KEY)
  expect(
    await run(['feed', 'credentials', 'ours', ...at, '--token', '--password-fd', '3'], '', {}, ['x']),
  ).toMatchObject({
    code: 1,
    err: expect.stringContaining('signed in to by the key of a user'),
  })
  expect(await done(['feed', 'credentials', 'ours', ...at, '--key', '--password-file', secret()])).toContain(
    'by the key',
  )
  const both = ['feed', 'add', 'x', ...at, '--misp', misp.url, '--url', misp.url]
  expect(await run(both)).toMatchObject({ code: 2 })
  expect(await run(['feed', 'add', 'x', ...at])).toMatchObject({ code: 2 })
}, 60_000)

function secret(): string {
  const file = join(folder(), 'key')
  writeFileSync(file, 'an0ther-key\n')
  return file
}

test('a pull from a MISP that is killed again and again takes every event once', async () => {
  const misp = await startMisp(events(30))
  closers.push(misp.close)
  const dir = await newNode()
  await run(['feed', 'add', 'ours', '--dir', dir, '--misp', misp.url, '--password-fd', '3'], '', {}, [`${KEY}\n`])
  let child: ReturnType<typeof spawn> | undefined
  let views = 0
  let kills = 0
  // It dies at the list, at the beginning of an answer, and in the middle of one.
  misp.behaviour.answer = (_request, response, { pathname }) => {
    const isView = pathname.includes('/events/view/')
    if (kills === 0 ? isView : !isView || ++views % 5 !== 0 || kills >= 5) return false
    kills++
    if (kills % 2 === 0) response.writeHead(200, { 'content-type': 'application/json' }).write('{"Event":{')
    child?.kill('SIGKILL')
    return true
  }
  const pull = () =>
    new Promise<string | number | null>((resolve) => {
      child = spawn(process.execPath, [MAIN, 'feed', 'pull', 'ours', '--dir', dir], { stdio: 'ignore' })
      child.once('exit', (code, signal) => resolve(signal ?? code))
    })
  const ends: (string | number | null)[] = []
  for (let i = 0; i < 12 && ends.at(-1) !== 0; i++) ends.push(await pull())
  expect(ends.at(-1)).toBe(0)
  expect(ends.filter((end) => end === 'SIGKILL')).toHaveLength(5)
  const files = join(dir, 'private', 'feeds', 'ours')
  const texts = readdirSync(files).flatMap((name) => objectTexts(readFileSync(join(files, name), 'utf8')))
  const names = texts.map((text) => JSON.parse(text) as Json).filter(({ type }) => type === 'report')
  expect(names.map(({ name }) => name).sort()).toEqual(
    events(30)
      .map(({ info }) => info)
      .sort(),
  )
  expect(new Set(texts).size).toBe(texts.length)
  // What was fetched before a kill was not fetched again; only what was being fetched was.
  const fetched = misp.asked.filter((path) => path.includes('/events/view/'))
  expect(fetched.length - new Set(fetched).size).toBeLessThanOrEqual(5)
}, 240_000)
