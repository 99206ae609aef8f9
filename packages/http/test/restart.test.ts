// When a restarted node signs again: whom it waits for, and for how long. Its clock and its machine are handed in.

import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Disk, nodeDisk, openOwnLog } from '@countersign/ledger'
import { utf8 } from '@countersign/log'
import { loadIdentity, Node, realSurroundings, type Surroundings, signRequest } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { delivered, type Parties, startParties, until, value } from './parties.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
})
afterAll(() => parties.close())

/** Only ever put on, as a clock should be. */
const clock = { aheadMs: 0 }
const around = (more: Partial<Surroundings> = {}): Surroundings => ({
  ...realSurroundings(),
  now: () => Date.now() + clock.aheadMs,
  ...more,
})
const ready = () => parties.alfa.node.health().ready
const status = () => parties.alfa.node.status()
const awaited = async () => new Set((await status()).pacts[0]?.channels.flatMap((channel) => channel.awaited))
const alarms = async () => (await status()).alarms.map(({ code }) => code)

/** alfa starts anew while `silent` is down; resolves once everybody else has answered, and the clock is put on. */
async function restartWithout(silent: 'bravo' | 'watch', surroundings: Surroundings, aheadMs: number): Promise<void> {
  await parties.alfa.stop()
  await parties[silent].stop()
  onTestFinished(async () => {
    await parties.alfa.restart(around())
    await until('alfa to be ready', ready)
  })
  await parties.alfa.start(surroundings)
  await until('the others to answer', async () => (await awaited()).size === 1)
  expect(await awaited()).toEqual(new Set([`${silent}.example`]))
  clock.aheadMs += aheadMs
}

const GRACE_MS = 11_000
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 700))

/** Not ready, however long it was waited for, before `silent` answers. */
async function waitsFor(silent: 'bravo' | 'watch'): Promise<void> {
  await aMoment()
  expect(ready()).toBe(false)
  await parties[silent].start()
  await until('alfa to be ready', ready)
}

test('a partial tile of an earlier checkpoint is given as it was, though its file is gone', async () => {
  const { alfa, bravo } = parties
  const reader = value(await loadIdentity(bravo.dir))
  const get = async (path: string, range?: string) => {
    const url = new URL(path, alfa.url).href
    const request = { method: 'GET', url, nowMs: Date.now(), nonce: randomBytes(18).toString('base64url') }
    const signed = signRequest(request, { party: reader.party, signer: reader.keys.request })
    const headers = new Headers(signed)
    if (range !== undefined) headers.set('range', range)
    const response = await fetch(url, { headers })
    return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) }
  }
  const origin = (await status()).pacts[0]?.channels.find(({ name }) => name === 'main')?.origin ?? ''
  const folder = `logs/${origin.split('/').slice(1).join('/')}`
  // Of an earlier run only the widest stay.
  await alfa.restart()
  await until('alfa to be ready', ready)
  expect(existsSync(join(alfa.dir, folder, 'tile/0/000.p/1'))).toBe(false)
  const widths = readdirSync(join(alfa.dir, folder, 'tile/entries/000.p')).map(Number)
  const widest = Math.max(...widths)
  const tile = readFileSync(join(alfa.dir, folder, `tile/0/000.p/${widest}`))
  const bundle = readFileSync(join(alfa.dir, folder, `tile/entries/000.p/${widest}`))
  const first = bundle.subarray(0, 2 + bundle.readUInt16BE(0))
  expect(await get(`${folder}/tile/0/000.p/1`)).toEqual({ status: 200, bytes: tile.subarray(0, 32) })
  expect(await get(`${folder}/tile/entries/000.p/1`)).toEqual({ status: 200, bytes: first })
  // A range reaches no further than what is asked for.
  expect(await get(`${folder}/tile/entries/000.p/1`, `bytes=2-${bundle.length}`)).toEqual({
    status: 206,
    bytes: first.subarray(2),
  })
  expect((await get(`${folder}/tile/0/000.p/255`)).status).toBe(404)
})

test('a silent peer is waited for ten seconds, and no longer once the neutral has answered', async () => {
  await restartWithout('bravo', around(), 0)
  await aMoment()
  expect(ready()).toBe(false)
  clock.aheadMs += GRACE_MS
  await until('alfa to be ready', ready)
  expect(await alarms()).toEqual([])
  await parties.bravo.start()
})

test('a silent neutral is waited for without end', async () => {
  await restartWithout('watch', around(), GRACE_MS)
  await waitsFor('watch')
})

test('a folder that ran on another machine waits for everybody, says so, and still does after a second start', async () => {
  const elsewhere = around({ host: () => 'another machine' })
  await restartWithout('bravo', elsewhere, GRACE_MS)
  await aMoment()
  expect(ready()).toBe(false)
  expect(await alarms()).toContain('node/may-be-copy')
  await parties.alfa.restart(elsewhere)
  clock.aheadMs += GRACE_MS
  await waitsFor('bravo')
  // Once everybody was asked it is at home there.
  await parties.alfa.restart(elsewhere)
  await until('alfa to be ready', ready)
  expect(JSON.parse(readFileSync(join(parties.alfa.dir, 'private', 'whereabouts.json'), 'utf8'))).toMatchObject({
    host: 'another machine',
  })
})

test('a folder whose clock stands before the time it last ran waits for everybody', async () => {
  await parties.alfa.stop()
  const [now, before] = [around(), { ...around(), now: () => Date.now() - 60_000 + clock.aheadMs }]
  await parties.alfa.start(now)
  await until('alfa to be ready', ready)
  await restartWithout('bravo', before, GRACE_MS)
  await waitsFor('bravo')
})

test('a folder that does not know where it ran last waits for everybody', async () => {
  await parties.alfa.stop()
  rmSync(join(parties.alfa.dir, 'private', 'whereabouts.json'))
  await restartWithout('bravo', around(), GRACE_MS)
  await waitsFor('bravo')
})

test('a node that lost its mirrors starts although their author is down, and hears it again once it is back', async () => {
  const { alfa, bravo, pact } = parties
  const mirrors = join(bravo.dir, 'mirrors', pact, 'line', alfa.party)
  await alfa.stop()
  await bravo.stop()
  rmSync(join(bravo.dir, 'mirrors'), { recursive: true })
  rmSync(join(bravo.dir, 'private', 'journals', alfa.party), { recursive: true })
  await bravo.start(around())
  expect(existsSync(mirrors)).toBe(false)
  await alfa.start(around())
  await until('alfa to be ready', ready)
  await until('it to be heard', () => existsSync(mirrors) && readdirSync(mirrors).length > 0)
})

test('a folder in which another log was signed than its peers hold says no more, and says so', async () => {
  const { alfa, bravo, pact } = parties
  const origin = (await status()).pacts[0]?.channels.find(({ name }) => name === 'line')?.origin ?? ''
  await alfa.stop()
  const copy = join(parties.dir, 'copy')
  cpSync(alfa.dir, copy, { recursive: true })
  await alfa.start(around())
  await until('alfa to be ready', ready)
  const content = [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes: utf8('{"subject":"x","text":"y"}') }]
  const body = { precedence: 'ROUTINE' }
  const said = value(await alfa.node.say({ pact, type: 'hotline/message', body, content, account: 'test' }))
  if (said.state !== 'said') throw new Error('It was held here.')
  await delivered(alfa.node, said.record)
  await alfa.stop()
  // The copy went on by itself, as a second host would.
  const { keys } = value(await loadIdentity(copy))
  const log = value(await openOwnLog({ disk: nodeDisk(), dir: copy, origin, signers: keys.log }))
  log.confirm()
  for (let i = 0; i < 3; i++) await log.append(utf8(`another face ${i}`))
  await log.close()
  rmSync(alfa.dir, { recursive: true })
  cpSync(copy, alfa.dir, { recursive: true })
  const held = bravo.node.logOf(origin)?.size
  await alfa.start(around())
  await until('the alarm', async () => (await alarms()).includes('log/contradicted'))
  const line = (await status()).pacts[0]?.channels.find(({ name }) => name === 'line')
  expect(line?.state).toBe('stopped')
  expect(ready()).toBe(false)
  // Nobody was shown the other face.
  expect(bravo.node.logOf(origin)?.size).toBe(held)
})

test('a node that is ended while it begins to keep what a peer says comes to its end, and asks nobody after it', async () => {
  const fresh = await startParties({ signed: false })
  onTestFinished(() => fresh.close())
  const { bravo, invitation } = fresh
  await bravo.stop()
  const disk = nodeDisk()
  const { promise: may, resolve: goOn } = Promise.withResolvers<void>()
  let isBegun = false
  const slow: Disk = {
    ...disk,
    async makeFolder(path, durable) {
      if (path.includes('/mirrors/')) {
        isBegun = true
        await may
      }
      await disk.makeFolder(path, durable)
    },
  }
  const askedAt: number[] = []
  const counting: Surroundings['fetch'] = (...asked) => {
    askedAt.push(performance.now())
    return fetch(...asked)
  }
  const node = value(await Node.open(bravo.dir, { ...realSurroundings(), disk: slow, fetch: counting }))
  value(await node.signPact(invitation))
  await until('a mirror to be begun', () => isBegun, 30)
  const ended = node.stop()
  await aMoment()
  goOn()
  await ended
  const endedAt = performance.now()
  // Longer than the agreement lets a look wait for the next.
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  expect(askedAt.length).toBeGreaterThan(0)
  expect(askedAt.filter((at) => at > endedAt)).toEqual([])
})
