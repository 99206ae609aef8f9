// Private keys at rest: under a passphrase, under another, and in the clear again, whatever moment a run ends at.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KeyStore, keysAreProtected, wipeUnprotectedKeys } from '@countersign/ledger'
import { toHex } from '@countersign/log'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { initNode, loadIdentity, loadMember, realSurroundings } from '../src/index.ts'
import { value } from './served-files.ts'

const PASSPHRASE = 'correct horse battery staple'
const root = mkdtempSync(join(tmpdir(), 'countersign-keys-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let dir: string
let number = 0
const keys = () => join(dir, 'private', 'keys')
const init = (passphrase?: string) =>
  initNode(
    {
      ...{ dir, party: 'alfa.example', endpoint: 'http://127.0.0.1:1/' },
      ...(passphrase === undefined ? {} : { passphrase }),
    },
    realSurroundings(),
  )
const publicKey = async (passphrase?: string) =>
  toHex(value(await loadIdentity(dir, passphrase)).keys.log.ed25519.publicKey)
const open = async (passphrase?: string) => value(await KeyStore.open(dir, passphrase))

beforeEach(() => {
  dir = join(root, String(number++))
})

test('keys made under a passphrase open with it, and with no other and not without', async () => {
  value(await init(PASSPHRASE))
  expect(readdirSync(keys())).toEqual(['protected.age'])
  expect(statSync(join(keys(), 'protected.age')).mode & 0o077).toBe(0)
  expect(await publicKey(PASSPHRASE)).toHaveLength(64)
  const before = readFileSync(join(keys(), 'protected.age'))
  expect(await loadIdentity(dir, 'another passphrase')).toMatchObject({ ok: false, code: 'keys/passphrase-wrong' })
  expect(await loadIdentity(dir)).toMatchObject({ ok: false, code: 'keys/passphrase-needed' })
  expect(readFileSync(join(keys(), 'protected.age'))).toEqual(before)
  // What needs no key is known without one.
  expect(value(loadMember(dir)).card.party).toBe('alfa.example')
})

test('keys put under a passphrase, under another, and in the clear again are the same keys', async () => {
  value(await init())
  const key = await publicKey()
  const files = readdirSync(keys())
  const secret = JSON.parse(readFileSync(join(keys(), 'log.json'), 'utf8')).ed25519
  const store = await open()
  await store.protect(PASSPHRASE)
  expect(readdirSync(keys())).toEqual(['protected.age'])
  expect(readFileSync(join(keys(), 'protected.age'), 'latin1')).not.toContain(secret)
  expect(await publicKey(PASSPHRASE)).toBe(key)
  await (await open(PASSPHRASE)).protect('another passphrase')
  expect(await loadIdentity(dir, PASSPHRASE)).toMatchObject({ ok: false, code: 'keys/passphrase-wrong' })
  expect(await publicKey('another passphrase')).toBe(key)
  ;(await open('another passphrase')).unprotect()
  expect(readdirSync(keys())).toEqual(files)
  for (const file of files) expect(statSync(join(keys(), file)).mode & 0o077).toBe(0)
  expect(await publicKey()).toBe(key)
})

test('keys left in the clear by a run that ended half-way do not count, and are wiped at the next start', async () => {
  value(await init())
  const left = readFileSync(join(keys(), 'log.json'))
  const key = await publicKey()
  await (await open()).protect(PASSPHRASE)
  writeFileSync(join(keys(), 'log.json'), left)
  writeFileSync(join(keys(), 'receipt.json'), '{}')
  // Whoever only reads changes nothing.
  expect(await publicKey(PASSPHRASE)).toBe(key)
  expect(existsSync(join(keys(), 'log.json'))).toBe(true)
  wipeUnprotectedKeys(dir)
  expect(readdirSync(keys())).toEqual(['protected.age'])
  expect(await publicKey(PASSPHRASE)).toBe(key)
})

test('a key is added to a protected store under the same passphrase, and none is overwritten', async () => {
  value(await init(PASSPHRASE))
  const store = await open(PASSPHRASE)
  await store.add({ '2/log.json': '{"ed25519":"x"}\n' })
  await expect(store.add({ 'log.json': '{}' })).rejects.toThrow(/already/)
  expect(readdirSync(keys())).toEqual(['protected.age'])
  expect((await open(PASSPHRASE)).read('2/log.json')).toBe('{"ed25519":"x"}\n')
  ;(await open(PASSPHRASE)).unprotect()
  expect((await open()).read('2/log.json')).toBe('{"ed25519":"x"}\n')
  await (await open()).protect(PASSPHRASE)
  expect(keysAreProtected(dir)).toBe(true)
  expect((await open(PASSPHRASE)).names()).toContain('2/log.json')
})

test('a damaged file of protected keys is refused, and told from a wrong passphrase', async () => {
  value(await init(PASSPHRASE))
  const file = join(keys(), 'protected.age')
  const whole = readFileSync(file)
  writeFileSync(file, Buffer.concat([whole.subarray(0, -1), Buffer.from([(whole.at(-1) ?? 0) ^ 1])]))
  expect(await loadIdentity(dir, PASSPHRASE)).toMatchObject({ ok: false, code: 'keys/damaged' })
  writeFileSync(file, 'no age file')
  expect(await loadIdentity(dir, PASSPHRASE)).toMatchObject({ ok: false, code: 'keys/damaged' })
})
