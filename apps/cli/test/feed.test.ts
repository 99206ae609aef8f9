// Feeds in the shell: real processes, one of them killed again and again in the middle of a pull.

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { joined, startForeign } from '../../../packages/http/test/foreign-taxii.ts'
import { startParties, until, value } from '../../../packages/http/test/parties.ts'
import { objectTexts } from '../../../packages/http/test/taxii-client.ts'
import { done, freePort, run, serve } from './shell.ts'

const MAIN = fileURLToPath(new URL('../bin/countersign.mjs', import.meta.url))
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-feed-'))
  closers.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

async function newNode(more: string[] = [], given: string[] = []): Promise<string> {
  const dir = join(folder(), 'alfa')
  const args = ['init', '--party', 'alfa.example', '--dir', dir, '--endpoint', 'http://127.0.0.1:1/', ...more]
  expect((await run(args, '', {}, given)).code).toBe(0)
  return dir
}

const objects = (count: number) => Array.from({ length: count }, (_, i) => joined(i))

test('a feed is added, listed, pulled, paused and removed; its password comes from a descriptor and is shown nowhere', async () => {
  const foreign = await startForeign(objects(12), { pageSize: 5 })
  closers.push(foreign.close)
  const dir = await newNode()
  const at = ['--dir', dir]
  const added = await run(
    ['feed', 'add', 'partner', ...at, '--url', foreign.url, '--user', 'alfa', '--password-fd', '3', '--every', '15'],
    '',
    {},
    ['s3cret-of-ours\n'],
  )
  expect(added).toMatchObject({ code: 0, err: '' })
  expect(added.out).toContain('partner is added, as alfa, by HTTP Basic.')
  const pulled = await run(['feed', 'pull', 'partner', ...at])
  expect(pulled.code).toBe(0)
  expect(pulled.err).toContain('partner: 12 new objects in 3 pages.')
  const file = pulled.out.trim()
  expect(objectTexts(readFileSync(file, 'utf8'))).toHaveLength(12)
  expect(foreign.authorizations[0]).toBe(`Basic ${Buffer.from('alfa:s3cret-of-ours').toString('base64')}`)
  const listed = await run(['feed', 'list', ...at])
  expect(listed.out).toMatch(/^FEED .*NEXT TRY\npartner +drafts +20\S+Z +12 +12 +0 +20\S+Z\n$/)
  foreign.behaviour.answer = (_request, response) => (response.writeHead(503, { 'retry-after': '900' }).end(), true)
  const refused = await run(['feed', 'pull', 'partner', ...at])
  expect([refused.code, refused.out]).toEqual([1, ''])
  expect(refused.err).toContain('asks us to come later (503).')
  const again = await run(['feed', 'list', ...at])
  expect(again.out).toMatch(/not before 20.*\n! partner \(http:.*asks us to come later \(503\)\.\n$/)
  expect((await run(['feed', 'pull', 'partner', ...at])).err).toContain('asks to be left alone until')
  await done(['feed', 'pause', 'partner', ...at])
  expect((await run(['feed', 'pull', 'partner', ...at])).err).toContain('is paused')
  for (const { out, err } of [added, pulled, listed, refused, again]) expect(out + err).not.toContain('s3cret')
  expect(await done(['feed', 'remove', 'partner', ...at])).toBe('partner is removed.\n')
  expect((await run(['feed', 'list', ...at])).err).toContain('There is no feed yet')
  expect(existsSync(file)).toBe(true)
})

test('the collections of a server are shown with what one may do in each, and its words do nothing to a terminal', async () => {
  const json = { 'content-type': 'application/taxii+json;version=2.1' }
  const foreign = await startForeign([], {
    answer(_request, response, { pathname }) {
      const collections = [
        { id: 'a', title: 'Malware', can_read: true, can_write: false },
        { id: 'b', title: 'Phish\u001b[2Jing', can_read: true, can_write: true },
        { id: 'c', title: 'Closed', can_read: false, can_write: false },
      ]
      const answers: Record<string, unknown> = {
        '/taxii2/': { title: 'Partner', api_roots: ['/one/', '/gone/', 'https://other.example/root/'] },
        '/one/collections/': { collections },
      }
      response.writeHead(answers[pathname] === undefined ? 404 : 200, json).end(JSON.stringify(answers[pathname] ?? {}))
      return true
    },
  })
  closers.push(foreign.close)
  const dir = await newNode()
  const server = new URL('/', foreign.url).href
  const found = await run(['feed', 'discover', '--dir', dir, '--url', server])
  expect(found.code).toBe(0)
  expect(found.out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['COLLECTION', 'YOU MAY', 'ADDRESS'],
    ['Malware', 'read', `${server}one/collections/a/`],
    ['Phish [2Jing', 'read, add', `${server}one/collections/b/`],
    ['Closed', 'nothing', `${server}one/collections/c/`],
    [''],
  ])
  expect(found.err).toMatch(/^Partner\n! http:\S+gone\/: .*404.*\n/)
  expect(found.err).toContain('It names https://other.example/root/ too, on another server; ask there')
  expect(found.err).toContain(`Pull one: countersign feed add NAME --dir ${dir} --url ${server}one/collections/a/`)
  const asTool = await run(
    ['feed', 'discover', '--dir', dir, '--url', server, '--user', 'siem', '--password-fd', '3'],
    '',
    {},
    ['secret'],
  )
  expect(asTool.err).toMatch(/Pull one: .*\/collections\/a\/ --user siem\n/)
  const refused = await run(['feed', 'add', 'partner', '--dir', dir, '--url', server])
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('countersign feed discover --url') })
})

test('a file is pushed as far as it may leave, and what the server refuses is named', async () => {
  const foreign = await startForeign([], {
    answer(request, response) {
      if (request.method !== 'POST') return false
      const refused = objectTexts(foreign.posted.at(-1) ?? '').filter((text) => text.includes('tool 2'))
      const failures = refused.map((text) => ({ id: JSON.parse(text).id, message: 'Seen\u001b before.' }))
      const counts = { total_count: 3, success_count: 2, failure_count: failures.length, pending_count: 0 }
      response.writeHead(202, { 'content-type': 'application/taxii+json;version=2.1' })
      response.end(JSON.stringify({ id: 's1', status: 'complete', ...counts, failures }))
      return true
    },
  })
  closers.push(foreign.close)
  const dir = await newNode()
  await done(['feed', 'add', 'partner', '--dir', dir, '--url', foreign.url])
  const file = join(folder(), 'bundle.json')
  writeFileSync(file, `{"objects":[${objects(3).map(({ text }) => text)}]}`)
  const pushed = await run(['feed', 'push', 'partner', file, '--dir', dir])
  expect(pushed).toMatchObject({ code: 1, out: '' })
  expect(pushed.err).toMatch(
    /were refused by the server:\n {2}tool--\S+2: Seen\\u\{1b\} before\.\npartner: 2 objects taken\.\n$/,
  )
  writeFileSync(file, `{"objects":[${objects(2).map(({ text }) => text)}]}`)
  expect((await run(['feed', 'push', 'partner', file, '--dir', dir])).err).toBe(
    'partner: 0 objects taken, 2 in an earlier push.\n',
  )
  expect(await run(['feed', 'push', 'partner', '--dir', dir])).toMatchObject({ code: 2 })
})

test('an outbox is pushed by itself from when that is asked for, and the list tells how it goes', async () => {
  const parties = await startParties()
  closers.push(parties.close)
  const { alfa, pact } = parties
  const at = ['--dir', alfa.dir]
  await alfa.stop()
  await done(['feed', 'add', 'partner', ...at, '--url', 'https://taxii.example/root/collections/c1/'])
  const asked = await run(['feed', 'push', 'partner', ...at, '--pact', pact, '--up-to', 'TLP:GREEN', '--every', '30'])
  expect(asked).toMatchObject({ code: 0 })
  expect(asked.out).toBe('From now on a running node pushes to partner every 30 minutes, up to TLP:GREEN.\n')
  const line = `  partner: the outbox of ${pact.slice(0, 8)} is pushed to it every 30 minutes, up to TLP:GREEN; not yet.\n`
  expect((await run(['feed', 'list', ...at])).out).toContain(line)
  const file = join(folder(), 'bundle.json')
  writeFileSync(file, '{}')
  expect(await run(['feed', 'push', 'partner', file, ...at, '--every', '30'])).toMatchObject({ code: 2 })
  expect((await run(['feed', 'push', 'partner', ...at, '--every', '0'])).out).toBe(
    'Nothing is pushed to partner by itself any more.\n',
  )
  expect((await run(['feed', 'list', ...at])).out).not.toContain('is pushed to it')
}, 240_000)

test('a password may come from a file; it is no argument, and is refused where nobody says what it is', async () => {
  const dir = await newNode()
  const secret = join(folder(), 'token')
  writeFileSync(secret, 'a-token\n')
  const add = ['feed', 'add', 'partner', '--dir', dir, '--url', 'https://taxii.example/root/collections/c1/']
  expect(await run([...add, '--password-file', secret])).toMatchObject({ code: 2 })
  expect(await run([...add, '--password', 'x'])).toMatchObject({ code: 2 })
  expect((await run([...add, '--password-file', secret, '--token'])).out).toContain('by a bearer token')
})

test('under a passphrase a feed is pulled with it, and nothing in the folder opens its credentials without', async () => {
  const foreign = await startForeign(objects(3))
  closers.push(foreign.close)
  const passphrase = 'correct horse battery'
  const dir = await newNode(['--passphrase-fd', '3'], [passphrase])
  const secret = join(folder(), 'password')
  writeFileSync(secret, 's3cret-of-ours\n')
  const add = [
    'feed',
    'add',
    'partner',
    '--dir',
    dir,
    '--url',
    foreign.url,
    '--user',
    'alfa',
    '--password-file',
    secret,
  ]
  expect((await run([...add, '--passphrase-fd', '3'], '', {}, [passphrase])).code).toBe(0)
  const pull = ['feed', 'pull', 'partner', '--dir', dir]
  expect((await run(pull)).code).toBe(1)
  expect(foreign.asked).toEqual([])
  expect((await run([...pull, '--passphrase-fd', '3'], '', {}, [passphrase])).err).toContain('3 new objects')
  expect(foreign.authorizations).toEqual([`Basic ${Buffer.from('alfa:s3cret-of-ours').toString('base64')}`])
})

test('a node that runs pulls its feeds by itself, and the shell asks it', async () => {
  const foreign = await startForeign(objects(3))
  closers.push(foreign.close)
  const dir = await newNode()
  closers.push(await serve(dir, await freePort()))
  await done(['feed', 'add', 'partner', '--dir', dir, '--url', foreign.url, '--every', '1'])
  const row = async () => JSON.parse(await done(['feed', 'list', '--dir', dir, '--json']))[0]
  await until('the feed to be pulled', async () => (await row()).totalNew === 3)
  expect((await run(['feed', 'pull', 'partner', '--dir', dir])).err).toContain('0 new objects in 1 page.')
})

test('a pull that is killed again and again goes on where it was: everything is in the record once', async () => {
  const parties = await startParties()
  closers.push(parties.close)
  const { alfa, bravo, pact } = parties
  const all = objects(120)
  const foreign = await startForeign(all, { pageSize: 6, inclusive: true })
  closers.push(foreign.close)
  const asked = {
    name: 'partner',
    url: foreign.url,
    everyMinutes: 0,
    account: 'test',
    credential: { kind: 'none' },
  } as const
  value(await alfa.node.feeds.add({ ...asked, destination: { kind: 'share', pact } }))
  await alfa.stop()
  // It dies at every third page, at the beginning of an answer or in the middle of one, and while it says what it has.
  let child: ReturnType<typeof spawn> | undefined
  let pages = 0
  let kills = 0
  foreign.behaviour.answer = (_request, response) => {
    if (++pages % 3 !== 0 || kills >= 5) return false
    kills++
    if (kills % 2 === 0) {
      response
        .writeHead(200, { 'content-type': 'application/taxii+json;version=2.1' })
        .write('{"more":true,"objects":[{')
    }
    setTimeout(() => child?.kill('SIGKILL'), (kills % 3) * 40)
    return kills % 2 === 0
  }
  const pull = () =>
    new Promise<string | number | null>((resolve) => {
      child = spawn(process.execPath, [MAIN, 'feed', 'pull', 'partner', '--dir', alfa.dir], { stdio: 'ignore' })
      child.once('exit', (code, signal) => resolve(signal ?? code))
    })
  const ends: (string | number | null)[] = []
  for (let i = 0; i < 20 && ends.at(-1) !== 0; i++) ends.push(await pull())
  expect(ends.at(-1)).toBe(0)
  expect(ends.filter((end) => end === 'SIGKILL').length).toBeGreaterThan(3)
  // And while it passes on what came: killed at moments of its own.
  foreign.objects.push(...Array.from({ length: 60 }, (_, i) => joined(1_000 + i)))
  delete foreign.behaviour.answer
  for (const ms of [1_000, 1_600]) {
    const timer = setTimeout(() => child?.kill('SIGKILL'), ms)
    await pull()
    clearTimeout(timer)
  }
  expect(await pull()).toBe(0)

  await alfa.start()
  const wanted = foreign.objects.map(({ text }) => text)
  await until('all to be heard', async () => {
    const { records } = value(await bravo.node.views.records({ pact, type: 'intel/share', limit: 200 }))
    return records.reduce((sum, { body }) => sum + Number((body as { objects?: unknown }).objects), 0) >= wanted.length
  })
  // What each record holds, as it was sealed: nothing twice, nothing left out.
  const { records } = value(await bravo.node.views.records({ pact, type: 'intel/share', limit: 200 }))
  const said: string[] = []
  for (const { origin, index, parts } of records) {
    for (let part = 0; part < parts.length; part++) {
      const opened = value(await bravo.node.readContent(`${origin}#${index}`, part))
      said.push(...objectTexts(new TextDecoder().decode(opened.bytes)))
    }
  }
  expect(said.sort()).toEqual(wanted.sort())
  expect(readdirSync(join(alfa.dir, 'private')).includes('feeds')).toBe(false)
}, 240_000)
