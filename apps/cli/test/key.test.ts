// Private keys under a passphrase, as the shell handles them: read from a descriptor or a credential, never shown.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDisk } from '@countersign/ledger'
import { afterAll, expect, test } from 'vitest'
import { run } from './shell.ts'

const dir = mkdtempSync(join(tmpdir(), 'countersign-key-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const node = join(dir, 'alfa')
const keys = () => readdirSync(join(node, 'private', 'keys'))
const PASSPHRASE = 'correct horse battery staple'
const OTHER = 'battery staple correct horse'
const given = (args: string[], ...passphrases: string[]) => run(args, '', {}, passphrases)

test('init, change, give up: the passphrase is read from a descriptor, and a wrong one changes nothing', {
  timeout: 240_000,
}, async () => {
  const init = ['init', '--party', 'alfa.example', '--dir', node, '--endpoint', 'http://127.0.0.1:1/']
  const short = await given([...init, '--passphrase-fd', '3'], 'short\n')
  expect(short).toMatchObject({ code: 1, err: expect.stringMatching(/at least 12/) })
  expect(await given([...init, '--passphrase-fd', '3'], `${PASSPHRASE}\n`)).toMatchObject({ code: 0 })
  expect(keys()).toEqual(['protected.age'])

  const records = await run(['records', '--dir', node])
  expect(records).toMatchObject({ code: 1, err: expect.stringMatching(/--passphrase-fd/) })
  // The card needs no key.
  expect(await run(['card', '--dir', node])).toMatchObject({ code: 0 })

  const change = ['key', 'protect', '--dir', node, '--passphrase-fd', '3', '--new-passphrase-fd', '4']
  const before = readFileSync(join(node, 'private', 'keys', 'protected.age'))
  const wrong = await given(change, OTHER, PASSPHRASE)
  expect(wrong).toMatchObject({ code: 1, err: expect.stringMatching(/nothing was changed/) })
  expect(wrong.err).not.toContain(OTHER)
  expect(readFileSync(join(node, 'private', 'keys', 'protected.age'))).toEqual(before)
  expect(await given(change, PASSPHRASE, OTHER)).toMatchObject({ code: 0 })

  const unprotect = ['key', 'unprotect', '--dir', node, '--passphrase-fd', '3']
  expect(await given(unprotect, OTHER)).toMatchObject({ code: 0 })
  expect(keys()).toContain('log.json')
  expect(await given(unprotect, OTHER)).toMatchObject({ code: 1, err: expect.stringMatching(/under no passphrase/) })
  expect(await given(['key', 'protect', '--dir', node, '--passphrase-fd', '3'], PASSPHRASE)).toMatchObject({ code: 0 })
  expect(keys()).toEqual(['protected.age'])
})

test('a node starts with the systemd credential; while it runs its keys are kept as they are', {
  timeout: 240_000,
}, async () => {
  const credentials = join(dir, 'credentials')
  mkdirSync(credentials)
  const env = { CREDENTIALS_DIRECTORY: credentials }
  writeFileSync(join(credentials, 'countersign-passphrase'), `${PASSPHRASE}\n`)
  expect(await run(['records', '--dir', node], '', env)).toMatchObject({ code: 0 })
  const release = nodeDisk().lock(join(node, 'private', 'node.lock'))
  const ran = await given(['key', 'unprotect', '--dir', node, '--passphrase-fd', '3'], PASSPHRASE)
  release?.()
  expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(/end it first/) })
  expect(keys()).toEqual(['protected.age'])
})

test('a descriptor that is not open, and a passphrase of two lines, are refused with a sentence', {
  timeout: 60_000,
}, async () => {
  const records = ['records', '--dir', node, '--passphrase-fd']
  expect(await run([...records, '9'])).toMatchObject({ code: 2, err: expect.stringMatching(/cannot be read/) })
  expect(await given([...records, '3'], 'one\ntwo')).toMatchObject({ code: 1, err: expect.stringMatching(/one line/) })
  // What npx sets for the program it runs; whoever typed 3<FILE is not told to type it.
  const npx = await run([...records, '9'], '', { npm_command: 'exec' })
  expect(npx).toMatchObject({ code: 2, err: expect.stringMatching(/npx does not pass it on.*node_modules\/\.bin/) })
})
