import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Disk, nodeDisk, originHash } from '@countersign/ledger'
import { auditNode, realSurroundings } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { delivered, type Parties, type Party, startParties, until, value } from './parties.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
})
afterAll(() => parties.close())

/** The machine's disk, on which what is written under a path that `fails` knows ends with a code of the machine's. */
function failing(fails: (path: string, call: 'write' | 'datasync') => string | undefined): Disk {
  const disk = nodeDisk()
  const check = (path: string, call: 'write' | 'datasync') => {
    const code = fails(path, call)
    if (code !== undefined) throw Object.assign(new Error(`${code}: ${call} of ${path}`), { code })
  }
  return {
    ...disk,
    async replace(path, bytes, durable) {
      check(path, 'write')
      await disk.replace(path, bytes, durable)
    },
    async append(path, bytes) {
      check(path, 'write')
      await disk.append(path, bytes)
    },
    async open(path) {
      const file = await disk.open(path)
      return {
        ...file,
        async write(bytes, position) {
          check(path, 'write')
          await file.write(bytes, position)
        },
        async datasync() {
          check(path, 'datasync')
          await file.datasync()
        },
      }
    },
  }
}

const call = (subject: string) => ({
  pact: parties.pact,
  type: 'hotline/message',
  body: { precedence: 'FLASH' },
  content: [
    {
      role: 'message',
      mediaType: MESSAGE_MEDIA_TYPE,
      bytes: new TextEncoder().encode(JSON.stringify({ subject, text: 'Please look.' })),
    },
  ],
  account: 'test',
})
const said = async (by: Party, subject: string) => {
  const one = value(await by.node.say(call(subject)))
  if (one.state !== 'said') throw new Error('It was held here.')
  return one.record
}
const alarms = async (of: Party) => (await of.node.status()).alarms.map(({ code }) => code)
const isReady = (party: Party) => until(`${party.party} to be ready`, () => party.node.health().ready)
/** The largest size of a log that a party gave a receipt for, as it stands on its disk. */
const receipted = (by: Party, record: string): number => {
  const index = readFileSync(join(by.dir, 'receipts', originHash(record.split('#')[0] ?? ''), 'index'), 'utf8')
  return Math.max(...index.split('\n').map((line) => Number(line.split('-')[0])))
}
const line = async (of: Party) => (await of.node.status()).pacts[0]?.channels.find(({ name }) => name === 'line')

describe('a full or broken disk', () => {
  test('of a recipient: it gives no receipt, raises an alarm, and catches up once there is room', async () => {
    const { alfa, bravo } = parties
    await delivered(alfa.node, await said(alfa, 'Before'))
    let full = false
    await bravo.restart({ ...realSurroundings(), disk: failing(() => (full ? 'ENOSPC' : undefined)) })
    await isReady(bravo)
    full = true
    const record = await said(alfa, 'While it is full')
    const size = Number(record.split('#')[1]) + 1
    await until('an alarm', async () => (await alarms(bravo)).includes('ledger/mirror-failing'))
    // However often it is hinted meanwhile.
    for (let i = 0; i < 5; i++) bravo.node.hint(alfa.party)
    await until('the depositary to hold it', () => receipted(parties.watch, record) >= size)
    expect(receipted(bravo, record)).toBeLessThan(size)
    full = false
    await until('the receipt', () => receipted(bravo, record) >= size)
    await until('the alarm to be over', async () => !(await alarms(bravo)).includes('ledger/mirror-failing'))
    await until(
      'it to be opened',
      async () => (await bravo.node.views.record(record))?.row.title === 'While it is full',
    )
    await bravo.stop()
    expect(value(await auditNode(bravo.dir, realSurroundings(), { views: true })).findings).toEqual([])
    await bravo.start()
    await isReady(bravo)
  })

  test('of content: the record is refused in a sentence, and said once there is room', async () => {
    const { alfa } = parties
    let full = false
    const disk = failing((path) => (full && path.includes('/addenda/') ? 'ENOSPC' : undefined))
    await alfa.restart({ ...realSurroundings(), disk })
    await isReady(alfa)
    full = true
    expect(await alfa.node.say(call('No room'))).toMatchObject({ ok: false, code: 'ledger/disk-full' })
    expect(alfa.node.health().ready).toBe(true)
    full = false
    await delivered(alfa.node, await said(alfa, 'Room'))
  })

  test('a log whose sync failed says nothing more, and says so', async () => {
    const { alfa } = parties
    let broken = false
    const journal = (path: string) => path.endsWith('.journal') && path.includes('/line/')
    const disk = failing((path, what) => (broken && what === 'datasync' && journal(path) ? 'EIO' : undefined))
    await alfa.restart({ ...realSurroundings(), disk })
    await isReady(alfa)
    const size = (await line(alfa))?.size ?? 0
    broken = true
    const refused = await alfa.node.say(call('Was it kept?'))
    expect(refused).toMatchObject({ ok: false, code: 'ledger/stopped' })
    // Whoever is refused must not say it once more before they have looked.
    expect(refused.ok ? '' : refused.message).toMatch(/may have been kept/)
    broken = false
    expect(await alfa.node.say(call('Another'))).toMatchObject({ ok: false, code: 'node/not-ready' })
    expect(await line(alfa)).toMatchObject({ state: 'stopped', size })
    expect(alfa.node.health().ready).toBe(false)
    expect(await alarms(alfa)).toContain('ledger/stopped')
    await alfa.restart()
    await isReady(alfa)
    expect(await alarms(alfa)).not.toContain('ledger/stopped')
    // It was in the file, and is made durable before anything is signed after it.
    expect(await line(alfa)).toMatchObject({ state: 'ready', size: size + 1 })
    await delivered(alfa.node, await said(alfa, 'After the restart'))
  })

  test('a change of keys that a failed sync ends half-way is refused in a sentence, and the next start finishes it', async () => {
    const { alfa } = parties
    let broken = false
    const journal = (path: string) => path.endsWith('.journal') && path.includes('/line/')
    const disk = failing((path, what) => (broken && what === 'datasync' && journal(path) ? 'EIO' : undefined))
    await alfa.restart({ ...realSurroundings(), disk })
    await isReady(alfa)
    const { serial } = await alfa.node.keyStatus()
    broken = true
    const refused = await alfa.node.rotateKeys({ roles: ['statement', 'receipt'] })
    expect(refused).toMatchObject({ ok: false, code: 'ledger/stopped' })
    expect(refused.ok ? '' : refused.message).toMatch(/start the node again/)
    broken = false
    await alfa.restart()
    await isReady(alfa)
    await until('the new card to be in force', async () =>
      (await alfa.node.keyStatus()).logs.every((log) => log.upToDate),
    )
    expect((await alfa.node.keyStatus()).serial).toBe(serial + 1)
    await delivered(alfa.node, await said(alfa, 'With new keys'))
  })

  test('on which one log cannot be opened silences its channel, and no other', async () => {
    const { alfa } = parties
    const disk = failing((path) => (path.endsWith('.journal') && path.includes('/line/') ? 'ENOSPC' : undefined))
    await alfa.stop()
    await alfa.start({ ...realSurroundings(), disk })
    const states = async () =>
      (await alfa.node.status()).pacts[0]?.channels.map(({ name, state }) => `${name} ${state}`).sort()
    await until('the other log to be ready', async () => (await states())?.includes('main ready') === true)
    expect(await states()).toContain('line stopped')
    expect(await alarms(alfa)).toContain('ledger/disk-full')
    expect(alfa.node.health().ready).toBe(false)
    await alfa.restart()
    await isReady(alfa)
    expect(await alarms(alfa)).not.toContain('ledger/disk-full')
    await delivered(alfa.node, await said(alfa, 'With room'))
  })

  test('what cannot be written into the views for a while ends no node, is alarmed, and is made up for', {
    // Each attempt waits for the lock as long as the views do.
    timeout: 180_000,
  }, async () => {
    const { alfa, bravo } = parties
    const other = new Database(join(bravo.dir, 'views.db'))
    other.exec('BEGIN IMMEDIATE')
    const record = await said(alfa, 'While the views are locked')
    await until('an alarm', async () => (await alarms(bravo)).includes('node/failed'))
    other.exec('COMMIT')
    other.close()
    await until('the alarm to be over', async () => !(await alarms(bravo)).includes('node/failed'))
    await delivered(bravo.node, record)
  })
})
