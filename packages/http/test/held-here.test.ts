// What is said while a log may not sign: kept here, and said once.

import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Node, realSurroundings } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Parties, startParties, until, value } from './parties.ts'

/** A network on which nobody answers. */
const cutOff = { ...realSurroundings(), fetch: () => Promise.reject(new Error('unreachable')) }
const SUBJECTS = ['one', 'two', 'three', 'four', 'five']

let parties: Parties
beforeEach(async () => {
  parties = await startParties()
})
afterEach(() => parties.close())

function message(node: Node, subject: string) {
  const bytes = new TextEncoder().encode(JSON.stringify({ subject, text: 'Please look.' }))
  return node.say({
    pact: parties.pact,
    type: 'hotline/message',
    body: { precedence: 'FLASH' },
    content: [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes }],
    account: 'test',
  })
}

/** What stands in the log, oldest first. */
async function subjects(node: Node): Promise<(string | null)[]> {
  const { records } = value(await node.views.records({ type: 'hotline/message', limit: 50 }))
  const byIndex = (record: string) => Number(record.split('#')[1])
  return records.sort((a, b) => byIndex(a.record) - byIndex(b.record)).map(({ title }) => title)
}

async function holdFive(): Promise<void> {
  const { alfa } = parties
  await alfa.restart(cutOff)
  for (const subject of SUBJECTS) {
    expect(value(await message(alfa.node, subject))).toMatchObject({ state: 'held-here' })
  }
}

async function allSaid(): Promise<void> {
  const { alfa } = parties
  await until('alfa to be ready', () => alfa.node.health().ready)
  await until('all to be said', async () => (await alfa.node.status()).heldHere === 0)
}

test('what was held here is said once, in the order it was said', async () => {
  const { alfa } = parties
  await holdFive()
  await alfa.restart()
  await allSaid()
  // Whatever is said from now on comes after it.
  value(await message(alfa.node, 'six'))
  await until('six to be folded', async () => (await subjects(alfa.node)).includes('six'))
  expect(await subjects(alfa.node)).toEqual([...SUBJECTS, 'six'])
})

test('what was held here is said once, although the process ended after it was said and before it was forgotten', async () => {
  const { alfa } = parties
  await holdFive()
  await alfa.stop()
  const kept = mkdtempSync(join(tmpdir(), 'countersign-held-'))
  const folder = join(alfa.dir, 'private')
  const files = readdirSync(folder).filter((name) => name.startsWith('private.db'))
  for (const name of files) cpSync(join(folder, name), join(kept, name))
  await alfa.start()
  await allSaid()
  await alfa.stop()
  for (const name of readdirSync(folder)) if (name.startsWith('private.db')) rmSync(join(folder, name))
  for (const name of files) cpSync(join(kept, name), join(folder, name))
  rmSync(kept, { recursive: true })
  await alfa.start()
  await allSaid()
  value(await message(alfa.node, 'six'))
  await until('six to be folded', async () => (await subjects(alfa.node)).includes('six'))
  expect(await subjects(alfa.node)).toEqual([...SUBJECTS, 'six'])
})
