// Signing in with a password: who is made to wait, who is not, and what is kept of it.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { LIMITS } from '../src/limits.ts'
import { type Accounts, openAccounts } from '../src/people/accounts.ts'
import { SignIns } from '../src/people/sign-ins.ts'
import { value } from './parties.ts'

const URL_OF_NODE = 'http://127.0.0.1:9/'
const EMAIL = 'duty@alfa.example'
const PASSWORD = 'long enough, and right'

interface Desk {
  accounts: Accounts
  /** Goes on by so many milliseconds. */
  wait(ms: number): void
  /** The status and the code of what is answered. */
  tryFrom(address: string, password: string, email?: string): Promise<[number, string | undefined]>
  /** So many wrong passwords, each from another address. */
  guess(times: number, email?: string): Promise<void>
}

async function desk(): Promise<Desk> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-sign-ins-'))
  mkdirSync(join(dir, 'private'))
  let now = Date.parse('2026-12-01T03:00:00Z')
  const accounts = await openAccounts(dir, URL_OF_NODE, () => now)
  onTestFinished(() => {
    accounts.close()
    rmSync(dir, { recursive: true })
  })
  value(await accounts.addOfficer(EMAIL, 'Duty officer', PASSWORD))
  const tryFrom: Desk['tryFrom'] = async (address, password, email = EMAIL) => {
    const headers = { 'content-type': 'application/json', origin: new URL(URL_OF_NODE).origin }
    const request = new Request(`${URL_OF_NODE}api/auth/sign-in/email`, {
      method: 'POST',
      headers: { ...headers, 'x-forwarded-for': address },
      body: JSON.stringify({ email, password }),
    })
    const answer = await accounts.handle(request)
    const { code }: { code?: string } = await answer.json()
    return [answer.status, answer.ok ? undefined : code]
  }
  let guesses = 0
  return {
    accounts,
    tryFrom,
    wait: (ms) => {
      now += ms
    },
    async guess(times, email) {
      for (let n = 0; n < times; n++) {
        guesses++
        const [status] = await tryFrom(`198.51.100.${guesses}`, `wrong password ${guesses}`, email)
        expect(status).toBe(401)
        now += 1_000
      }
    },
  }
}

test('ten wrong passwords keep everybody out for a quarter of an hour, from wherever they come', async () => {
  const { guess, tryFrom, wait } = await desk()
  await guess(LIMITS.wrongPasswordsMax - 1)
  expect((await tryFrom('203.0.113.1', 'wrong for the tenth time'))[0]).toBe(401)
  expect(await tryFrom('203.0.113.2', PASSWORD)).toEqual([429, 'account/locked'])
  wait(LIMITS.lockedMs - 2_000)
  expect(await tryFrom('203.0.113.3', PASSWORD)).toEqual([429, 'account/locked'])
  wait(2_000)
  expect(await tryFrom('203.0.113.4', PASSWORD)).toEqual([200, undefined])
})

test('once the wait is over one more wrong password begins another, until a day has passed', async () => {
  const { guess, tryFrom, wait } = await desk()
  await guess(LIMITS.wrongPasswordsMax)
  wait(LIMITS.lockedMs)
  await guess(1)
  expect(await tryFrom('203.0.113.2', PASSWORD)).toEqual([429, 'account/locked'])
  wait(LIMITS.wrongCountedMs)
  await guess(1)
  expect(await tryFrom('203.0.113.2', PASSWORD)).toEqual([200, undefined])
})

test('whoever guesses from elsewhere keeps no officer out of the desk they came in from lately', async () => {
  const { guess, tryFrom } = await desk()
  expect(await tryFrom('192.0.2.7', PASSWORD)).toEqual([200, undefined])
  await guess(LIMITS.wrongPasswordsMax)
  expect(await tryFrom('203.0.113.2', PASSWORD)).toEqual([429, 'account/locked'])
  expect(await tryFrom('192.0.2.7', PASSWORD)).toEqual([200, undefined])
})

test('guesses from that desk are counted as well', async () => {
  const { accounts, tryFrom } = await desk()
  // As many at once would be refused for their number.
  for (const outcome of ['in', ...Array<'wrong'>(LIMITS.wrongPasswordsMax).fill('wrong')] as const) {
    accounts.signIns.note(EMAIL, '192.0.2.7', outcome)
  }
  expect(await tryFrom('192.0.2.7', PASSWORD)).toEqual([429, 'account/locked'])
})

test('a desk that was not used for a month is one like others', async () => {
  const { guess, tryFrom, wait } = await desk()
  expect(await tryFrom('192.0.2.7', PASSWORD)).toEqual([200, undefined])
  wait(LIMITS.usualAddressMs + 1)
  await guess(LIMITS.wrongPasswordsMax)
  expect(await tryFrom('192.0.2.7', PASSWORD)).toEqual([429, 'account/locked'])
})

test('to sign in ends the count; case tells no accounts apart', async () => {
  const { guess, tryFrom } = await desk()
  await guess(LIMITS.wrongPasswordsMax - 1)
  expect(await tryFrom('192.0.2.7', PASSWORD)).toEqual([200, undefined])
  await guess(LIMITS.wrongPasswordsMax - 1, EMAIL.toUpperCase())
  expect(await tryFrom('192.0.2.8', PASSWORD)).toEqual([200, undefined])
})

test('an address that nobody has is answered like one that somebody has', async () => {
  const { guess, tryFrom } = await desk()
  const nobody = 'nobody@alfa.example'
  await guess(LIMITS.wrongPasswordsMax, nobody)
  expect(await tryFrom('203.0.113.2', PASSWORD, nobody)).toEqual([429, 'account/locked'])
  expect(await tryFrom('203.0.113.2', PASSWORD)).toEqual([200, undefined])
})

test('every attempt is kept with what came of it, and what was typed as the password is not', async () => {
  const { accounts, tryFrom, wait } = await desk()
  await tryFrom('192.0.2.7', 'wrong, and to be forgotten')
  wait(1_000)
  await tryFrom('192.0.2.8', PASSWORD)
  const kept = accounts.signIns.newest(10)
  const at = Date.parse('2026-12-01T03:00:00Z')
  expect(kept).toEqual([
    { at: at + 1_000, email: EMAIL, address: '192.0.2.8', outcome: 'in' },
    { at, email: EMAIL, address: '192.0.2.7', outcome: 'wrong' },
  ])
  expect(JSON.stringify(kept)).not.toContain('forgotten')
})

test('what was refused because there were too many is kept too', async () => {
  const { accounts, tryFrom } = await desk()
  const statuses: number[] = []
  for (let n = 0; n < 12; n++) statuses.push((await tryFrom('198.51.100.9', `guess ${n}`, `${n}@alfa.example`))[0])
  expect(statuses.at(-1)).toBe(429)
  expect(accounts.signIns.newest(1)).toMatchObject([{ email: '11@alfa.example', outcome: 'too-many' }])
})

test('the oldest attempts are forgotten beyond so many', () => {
  const signIns = new SignIns(new Database(':memory:'), () => 0)
  for (let n = 0; n <= LIMITS.signInsKept; n++) signIns.note(`${n}@alfa.example`, '192.0.2.7', 'wrong')
  const kept = signIns.newest(LIMITS.signInsKept + 1)
  expect(kept).toHaveLength(LIMITS.signInsKept)
  expect(kept.at(-1)?.email).toBe('1@alfa.example')
})
