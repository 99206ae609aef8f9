// Who may sign in, from where a change may come, and what the node's own log never holds.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Parties, startParties, value } from './parties.ts'

const OFFICER = { email: 'duty@alfa.example', password: 'correct horse battery' }
const MAIN = fileURLToPath(new URL('../../../apps/cli/bin/countersign.mjs', import.meta.url))

let parties: Parties
beforeAll(async () => {
  parties = await startParties({ signed: false })
  value(await parties.alfa.accounts.addOfficer(OFFICER.email, 'Duty officer', OFFICER.password))
})
afterAll(() => parties.close())

function signIn(url: string, password: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(new URL('api/auth/sign-in/email', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(url).origin, ...headers },
    body: JSON.stringify({ email: OFFICER.email, password }),
  })
}

async function cookieOf(url: string): Promise<string> {
  const answer = await signIn(url, OFFICER.password)
  expect(answer.status).toBe(200)
  const cookies = answer.headers.getSetCookie()
  return cookies.map((one) => one.split(';')[0]).join('; ')
}

test('a change is taken from a page of this node alone; the shell’s token needs no page', async () => {
  const { alfa } = parties
  const cookie = await cookieOf(alfa.url)
  const say = async (headers: Record<string, string>) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: '{}' }
    return (await fetch(`${alfa.url}api/say`, init)).status
  }
  const origin = new URL(alfa.url).origin
  expect(await say({ cookie, origin })).toBe(400)
  expect(await say({ cookie })).toBe(403)
  expect(await say({ cookie, origin: 'https://evil.example' })).toBe(403)
  // Without a proxy nobody believes what a proxy would say.
  const pretended = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' }
  expect(await say({ cookie, origin: 'https://evil.example', ...pretended })).toBe(403)
  const token = readFileSync(join(alfa.dir, 'private', 'api-token'), 'utf8').trim()
  expect(await say({ authorization: `Bearer ${token}` })).toBe(400)
  expect(await say({ authorization: `Bearer ${token.slice(1)}x` })).toBe(401)
})

test('no page and no officer names a folder of the machine to be taken in; the shell does', async () => {
  const { alfa } = parties
  const origin = new URL(alfa.url).origin
  const stick = mkdtempSync(join(tmpdir(), 'countersign-stick-'))
  onTestFinished(() => rmSync(stick, { recursive: true }))
  const take = (headers: Record<string, string>, from: string) =>
    fetch(`${alfa.url}api/carry/in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ from }),
    })
  expect((await take({ cookie: await cookieOf(alfa.url), origin }, stick)).status).toBe(403)
  const token = readFileSync(join(alfa.dir, 'private', 'api-token'), 'utf8').trim()
  const lines = async (from: string) => {
    const answer = await take({ authorization: `Bearer ${token}` }, from)
    return (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  }
  expect((await lines(stick)).at(-1)).toMatchObject({ report: { carriers: [], logs: [] } })
  expect(await lines(join(stick, 'none'))).toMatchObject([{ code: 'carry/no-folder' }])
})

test('whoever guesses passwords is soon told to wait, whatever address he pretends to come from', async () => {
  const { bravo } = parties
  value(await bravo.accounts.addOfficer(OFFICER.email, 'Duty officer', OFFICER.password))
  const statuses: number[] = []
  for (let i = 0; i < 14; i++) {
    const headers = { 'x-forwarded-for': `192.0.2.${i}` }
    statuses.push((await signIn(bravo.url, `wrong password ${i}`, headers)).status)
  }
  expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401])
  expect(statuses.slice(-2)).toEqual([429, 429])
})

test('the log of a node holds no password, cookie, token or query', async () => {
  const { watch } = parties
  value(await watch.accounts.addOfficer(OFFICER.email, 'Duty officer', OFFICER.password))
  const tool = value(watch.accounts.tools.add('siem'))
  await watch.stop()
  const listen = ['--dir', watch.dir, '--listen', `127.0.0.1:${watch.port}`]
  const child = spawn(process.execPath, [MAIN, 'serve', ...listen], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk) => {
      log += chunk
      if (log.includes('serves at')) resolve()
    })
  })
  const cookie = await cookieOf(watch.url)
  const token = readFileSync(join(watch.dir, 'private', 'api-token'), 'utf8').trim()
  const basic = Buffer.from(`${tool.user}:${tool.password}`).toString('base64')
  await fetch(`${watch.url}api/records?q=overheard`, { headers: { cookie } })
  await fetch(`${watch.url}api/status`, { headers: { authorization: `Bearer ${token}` } })
  await fetch(`${watch.url}taxii2/?next=overheard`, { headers: { authorization: `Basic ${basic}` } })
  // What fails is logged too.
  await fetch(`${watch.url}api/record?ref=overheard`, { headers: { cookie } })
  child.kill('SIGTERM')
  await once(child, 'exit')
  const secrets = [OFFICER.password, token, basic, tool.password, 'overheard']
  for (const one of cookie.split('; ')) secrets.push(one.slice(one.indexOf('=') + 1))
  for (const secret of secrets) expect(log).not.toContain(secret)
  await watch.start()
})
