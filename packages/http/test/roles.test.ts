// Every route with every role, by the table of docs/SOUNDNESS.md: what the page says is what the node does.

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OPERATIONS } from '../src/operations.ts'
import { type Act, actsOf, mayDo, parseRoles, ROLES, type Role } from '../src/people/roles.ts'
import { type Parties, startParties, value } from './parties.ts'

const PAGE = readFileSync(new URL('../../../docs/SOUNDNESS.md', import.meta.url), 'utf8')
const SECTION = PAGE.slice(PAGE.indexOf('## Who may do what'), PAGE.indexOf('## Whom you trust'))
const PASSWORD = 'roles, on loopback alone'

const told = {
  may: new Map<string, Role[]>(),
  routes: new Map<string, string>(),
}
{
  const rows = SECTION.split('\n').filter((line) => line.startsWith('| '))
  const cells = (row: string) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
  const [, , ...roles] = cells(rows[0] ?? '')
  for (const row of rows.slice(1)) {
    const [act = '', , ...marks] = cells(row)
    const able = roles.filter((_, i) => marks[i] === 'yes').map((name) => name.replace(' ', '-') as Role)
    told.may.set(act.replaceAll('`', ''), able)
  }
  for (const line of SECTION.split('\n').filter((one) => one.startsWith('- `'))) {
    const [act = '', ...routes] = [...line.matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? '')
    for (const route of routes) told.routes.set(route, act)
  }
}

let parties: Parties
const cookies = new Map<Role | 'none', string>()
beforeAll(async () => {
  parties = await startParties({ signed: false })
  const { alfa } = parties
  for (const role of ROLES) {
    const email = `${role}@alfa.example`
    value(await alfa.accounts.addOfficer(email, role, PASSWORD, [role]))
    const answer = await fetch(`${alfa.url}api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: new URL(alfa.url).origin },
      body: JSON.stringify({ email, password: PASSWORD }),
    })
    expect(answer.status).toBe(200)
    const set = answer.headers.getSetCookie().map((one) => one.split(';')[0])
    cookies.set(role, set.join('; '))
  }
})
afterAll(() => parties.close())

function ask(method: string, path: string, role: Role, body?: unknown): Promise<Response> {
  const { alfa } = parties
  const headers: Record<string, string> = {
    cookie: cookies.get(role) ?? '',
    origin: new URL(alfa.url).origin,
    ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
  }
  // Nothing that any of them would do: where one may, the request is refused for its form.
  const given = method === 'POST' ? { body: JSON.stringify(body ?? { nothing: 'of the kind' }) } : {}
  return fetch(new URL(path, alfa.url), { method, headers, ...given })
}

test('the table names every route once, and every act and role that there is', () => {
  const routes = OPERATIONS.map(({ method, path }) => `${method} ${path}`)
  expect([...told.routes.keys()].sort()).toEqual(routes.sort())
  expect([...told.may.keys()].sort()).toEqual([...new Set(OPERATIONS.map(({ does }) => does))].sort())
  expect([...new Set([...told.may.values()].flat())].sort()).toEqual([...ROLES].sort())
})

test.each(ROLES)('%s: every route answers as the table says', async (role) => {
  for (const [route, act] of told.routes) {
    const [method = '', path = ''] = route.split(' ')
    const answer = await ask(method, path, role)
    const { code } = answer.headers.get('content-type')?.includes('json') ? await answer.json() : { code: '' }
    const lets = told.may.get(act)?.includes(role) === true
    expect([route, role, code === 'auth/role', answer.status === 403 && code === 'auth/role']).toEqual([
      ...[route, role, !lets, !lets],
    ])
  }
})

test('what is no call is said by an agreement officer, and by no duty officer', async () => {
  const said = { pact: parties.pact, type: 'content/hold', body: {} }
  expect(await (await ask('POST', '/api/say', 'duty-officer', said)).json()).toMatchObject({ code: 'auth/role' })
  const call = { ...said, type: 'hotline/message', body: { precedence: 'ROUTINE' } }
  expect(await (await ask('POST', '/api/say', 'duty-officer', call)).json()).not.toMatchObject({ code: 'auth/role' })
})

test('a refusal tells whom it takes', async () => {
  const { message } = await (await ask('POST', '/api/pact/sign', 'analyst')).json()
  expect(message).toBe(
    'To propose and sign agreements, trust cards, decide on content takes an agreement officer; you are an analyst. An administrator gives roles.',
  )
})

test('an officer who is given another role is let do it by the next request, and what they had is gone', async () => {
  const { accounts } = parties.alfa
  value(accounts.setRoles('auditor@alfa.example', ['duty-officer']))
  expect(await (await ask('POST', '/api/say', 'auditor')).json()).toMatchObject({ code: 'request/form' })
  value(accounts.setRoles('auditor@alfa.example', ['auditor']))
  expect(await (await ask('POST', '/api/say', 'auditor')).json()).toMatchObject({ code: 'auth/role' })
  expect(accounts.setRoles('nobody@alfa.example', ['analyst'])).toMatchObject({ ok: false, code: 'account/unknown' })
})

test('whoever signs in is told what their roles let', async () => {
  const { account, may } = await (await ask('GET', '/api/me', 'analyst')).json()
  expect(account.roles).toEqual(['analyst'])
  expect(may).toEqual(['watch', 'read', 'try', 'share', 'take-back'])
})

test('an officer who signs in beside the shell does there what their roles let, and no more', async () => {
  const { alfa } = parties
  const token = readFileSync(`${alfa.dir}/private/api-token`, 'utf8').trim()
  const decide = (email: string) =>
    fetch(`${alfa.url}api/approvals/confirm`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'none', officer: { email, password: PASSWORD } }),
    }).then((answer) => answer.json())
  expect(await decide('analyst@alfa.example')).toMatchObject({ code: 'auth/role' })
  expect(await decide('agreement-officer@alfa.example')).not.toMatchObject({ code: 'auth/role' })
})

test('several roles let what each of them lets; who audits does nothing else, whatever else is theirs', () => {
  expect(mayDo(['duty-officer', 'analyst'], 'call')).toBe(true)
  expect(mayDo(['duty-officer', 'analyst'], 'share')).toBe(true)
  expect(mayDo([], 'watch')).toBe(false)
  expect(actsOf(['auditor', ...ROLES])).toEqual(['watch', 'read', 'audit'])
  expect(mayDo(['analyst'], 'no-such-act' as Act)).toBe(false)
  expect(parseRoles(['auditor', 'analyst'])).toMatchObject({ ok: false, code: 'account/roles' })
  expect(parseRoles(['admin'])).toMatchObject({ ok: false, code: 'account/roles' })
  expect(parseRoles(['analyst', 'duty-officer', 'analyst'])).toEqual({ ok: true, value: ['duty-officer', 'analyst'] })
})
