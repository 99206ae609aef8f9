// Nodes that serve TLS, and nodes behind a proxy that does.

import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveNode } from '../src/index.ts'
import { delivered, type Parties, startParties, TLS, until, value } from './parties.ts'
import { taxii } from './taxii-client.ts'

const OFFICER = { email: 'duty@alfa.example', password: 'correct horse battery' }

function signIn(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(new URL('api/auth/sign-in/email', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(url).origin, ...headers },
    body: JSON.stringify(OFFICER),
  })
}

describe('a node that serves TLS', () => {
  const before = getCACertificates('default')
  let parties: Parties
  beforeAll(async () => {
    setDefaultCACertificates([...before, readFileSync(TLS.certFile, 'utf8')])
    parties = await startParties({ tls: true })
  })
  afterAll(async () => {
    await parties.close()
    setDefaultCACertificates(before)
  })

  test('answers its peers: a call is delivered', async () => {
    const { alfa, bravo, pact } = parties
    const bytes = new TextEncoder().encode(JSON.stringify({ subject: 'Over TLS', text: 'Please look.' }))
    const content = [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes }]
    const asked = { pact, type: 'hotline/message', body: { precedence: 'FLASH' }, content, account: 'test' }
    const said = value(await alfa.node.say(asked))
    if (said.state !== 'said') throw new Error('It was held here.')
    await delivered(alfa.node, said.record)
    await until('bravo to open it', async () => (await bravo.node.views.record(said.record))?.row.title === 'Over TLS')
  })

  test('answers tools, and names itself by https', async () => {
    const { bravo, pact } = parties
    const discovery = await (await taxii(bravo, '')).json()
    expect(discovery).toMatchObject({ default: `https://127.0.0.1:${bravo.port}/taxii2/${pact}/` })
  })

  test('lets an officer sign in, with a cookie that never travels in the clear', async () => {
    const { alfa } = parties
    value(await alfa.accounts.addOfficer(OFFICER.email, 'Duty officer', OFFICER.password))
    const answer = await signIn(alfa.url)
    expect(answer.status).toBe(200)
    const cookies = answer.headers.getSetCookie()
    expect(cookies.length).toBeGreaterThan(0)
    for (const cookie of cookies) expect(cookie).toMatch(/; Secure/i)
    const cookie = cookies.map((one) => one.split(';')[0]).join('; ')
    expect((await fetch(`${alfa.url}api/me`, { headers: { cookie } })).status).toBe(200)
  })
})

describe('a node behind a proxy that speaks TLS', () => {
  let parties: Parties
  const url = 'https://alfa.example/'
  beforeAll(async () => {
    parties = await startParties({ signed: false, behindProxy: url })
    value(await parties.alfa.accounts.addOfficer(OFFICER.email, 'Duty officer', OFFICER.password))
  })
  afterAll(() => parties.close())
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'alfa.example', 'x-forwarded-for': '192.0.2.7' }

  test('names itself as the proxy is reached', async () => {
    const { alfa, pact } = parties
    const discovery = await (await taxii(alfa, '', { headers: forwarded })).json()
    expect(discovery).toMatchObject({ default: `https://alfa.example/taxii2/${pact}/` })
  })

  test('gives Secure cookies, and takes a change from its own pages alone', async () => {
    const { alfa } = parties
    const answer = await signIn(alfa.url, { ...forwarded, origin: 'https://alfa.example' })
    expect(answer.status).toBe(200)
    for (const cookie of answer.headers.getSetCookie()) expect(cookie).toMatch(/; Secure/i)
    const cookie = answer.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ')
    const say = (origin?: string) =>
      fetch(`${alfa.url}api/say`, {
        method: 'POST',
        headers: {
          ...forwarded,
          cookie,
          'content-type': 'application/json',
          ...(origin === undefined ? {} : { origin }),
        },
        body: '{}',
      })
    // It is read, and found to say nothing.
    expect((await say('https://alfa.example')).status).toBe(400)
    for (const origin of ['http://alfa.example', `http://127.0.0.1:${alfa.port}`, 'https://evil.example', undefined]) {
      const refused = await say(origin)
      expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'auth/origin' }])
    }
  })
})

test('a certificate that is none is refused in one sentence', async () => {
  const parties = await startParties({ signed: false })
  const { certFile, keyFile } = TLS
  for (const tls of [
    { certFile: new URL(import.meta.url).pathname, keyFile },
    { certFile, keyFile: certFile },
    { certFile: '/nowhere', keyFile },
  ]) {
    const refused = await serveNode(parties.alfa.node, { listen: '127.0.0.1:0', tls })
    expect(refused).toMatchObject({ ok: false, code: 'serve/tls-files', message: expect.not.stringContaining('\n') })
  }
  await parties.close()
})
