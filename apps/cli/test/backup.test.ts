// Backing up and restoring as the shell does it: one file or none, under a passphrase unless one asks for none.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { done, run } from './shell.ts'

const dir = mkdtempSync(join(tmpdir(), 'countersign-cli-backup-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const at = (name: string) => join(dir, name)
const PASSPHRASE = 'correct horse battery staple'
const FD = ['--passphrase-fd', '3']
const given = (args: string[]) => run(args, '', {}, [PASSPHRASE])

test('a backup is written, verified and restored; nothing is written over, and no passphrase is assumed', {
  timeout: 120_000,
}, async () => {
  await done(['init', '--party', 'alfa.example', '--dir', at('alfa'), '--endpoint', 'http://127.0.0.1:1/'])
  const take = ['backup', '--dir', at('alfa'), '--to', at('alfa.backup')]
  expect(await run(take)).toMatchObject({ code: 2, err: expect.stringMatching(/--unencrypted/) })
  expect(readdirSync(dir)).toEqual(['alfa'])
  expect(await given([...take, ...FD])).toMatchObject({ code: 0 })
  expect(readdirSync(dir)).toEqual(['alfa', 'alfa.backup'])
  expect(statSync(at('alfa.backup')).mode & 0o077).toBe(0)
  expect(await given([...take, ...FD])).toMatchObject({ code: 1, err: expect.stringMatching(/exists already/) })

  expect(await run(['backup', 'verify', at('alfa.backup')])).toMatchObject({ code: 2 })
  const verified = await given(['backup', 'verify', at('alfa.backup'), ...FD, '--json'])
  expect(JSON.parse(verified.out)).toMatchObject({ party: 'alfa.example', findings: [] })

  const restore = ['restore', '--from', at('alfa.backup'), '--dir']
  expect(await given([...restore, at('alfa'), ...FD])).toMatchObject({ code: 1 })
  const restored = await given([...restore, at('again'), ...FD])
  expect(restored).toMatchObject({ code: 0, out: expect.stringMatching(/countersign status/) })
  expect(await done(['card', '--dir', at('again')])).toBe(readFileSync(at('alfa/card'), 'utf8'))
  expect(await done(['status', '--dir', at('again')])).toContain('alfa.example')

  writeFileSync(at('cut.backup'), readFileSync(at('alfa.backup')).subarray(0, -10))
  expect(await given(['restore', '--from', at('cut.backup'), '--dir', at('cut'), ...FD])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/truncated or was altered/),
  })
  expect(existsSync(at('cut'))).toBe(false)
})

test('a backup under no passphrase says what it is, and goes to standard output where that is asked', {
  timeout: 60_000,
}, async () => {
  const ran = await run(['backup', '--dir', at('alfa'), '--to', '-', '--unencrypted'])
  expect(ran).toMatchObject({ code: 0, err: expect.stringMatching(/has the private keys/) })
  writeFileSync(at('open.backup'), ran.out)
  expect(await run(['backup', 'verify', at('open.backup')])).toMatchObject({ code: 0 })
})
