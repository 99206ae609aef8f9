// A share with a name of its asker's own, over the API of a real node: said once, however often it is asked for.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Parties, startParties, until, value } from './parties.ts'

const PASSWORD = 'a password of some length'
let parties: Parties
let cookie = ''
beforeAll(async () => {
  parties = await startParties()
  const { alfa } = parties
  value(await alfa.accounts.addOfficer('duty@alfa.example', 'Duty', PASSWORD))
  cookie = await signIn()
}, 120_000)
afterAll(() => parties.close())

async function signIn(): Promise<string> {
  const { url } = parties.alfa
  const answer = await fetch(`${url}api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(url).origin },
    body: JSON.stringify({ email: 'duty@alfa.example', password: PASSWORD }),
  })
  return answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
}

const NAME = '5d3b0c1e-2f57-4c7e-9a54-0f2d0a7b1c01'
const address = (last: number) =>
  `{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--00000000-0000-4000-8000-${String(last).padStart(12, '0')}","value":"192.0.2.${last}"}`

interface Told {
  state?: string
  code?: string
  records: string[]
  objects: number
  saidBefore?: boolean
}

async function share(name: string, text: string): Promise<Told> {
  const { alfa, pact } = parties
  const answer = await fetch(`${alfa.url}api/share?${new URLSearchParams({ pact, share: name })}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', cookie, origin: new URL(alfa.url).origin },
    body: text,
  })
  return (await answer.json()) as Told
}

async function sharesSaid(): Promise<number> {
  const { alfa, pact } = parties
  await alfa.node.settled()
  return value(await alfa.node.views.records({ pact, party: alfa.party, type: 'intel/share' })).total
}

test('a share that is asked for twice at once, again later, and after a restart, is said once', async () => {
  const text = `{"objects":[${address(1)},${address(2)}]}`
  const [first, second] = await Promise.all([share(NAME, text), share(NAME, text)])
  expect(first).toMatchObject({ state: 'said', objects: 2 })
  expect(second.records).toEqual(first.records)
  expect(await share(NAME, text)).toMatchObject({ state: 'said', saidBefore: true, records: first.records, objects: 2 })
  expect(await sharesSaid()).toBe(1)
  await parties.alfa.restart()
  cookie = await signIn()
  expect(await share(NAME, text)).toMatchObject({ saidBefore: true, records: first.records, objects: 2 })
  expect(await sharesSaid()).toBe(1)
}, 60_000)

test('a share that was refused may be asked for again under the same name, mended', async () => {
  const name = NAME.replace('5d3b', '5d3c')
  const before = await sharesSaid()
  expect(await share(name, 'no STIX')).toMatchObject({ code: expect.any(String) })
  expect(await share(name, address(3))).toMatchObject({ state: 'said', objects: 1 })
  await until('it to be shown', async () => (await sharesSaid()) === before + 1)
})

test('a name that is no UUID is refused before anything is read', async () => {
  expect(await share('again', address(4))).toMatchObject({ code: 'request/form' })
})
