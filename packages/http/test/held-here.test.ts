// What is said while a log may not sign: kept here, and said once.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDisk, openOwnLog } from '@countersign/ledger'
import { loadIdentity, type Node, realSurroundings } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from './parties.ts'
import { objectTexts, readAll, TAXII, taxii } from './taxii-client.ts'

const CAMPAIGN = readFileSync(new URL('../../../examples/data/campaign-2015.json', import.meta.url))

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
  value(await shareCampaign(alfa.node))
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
  expect(await shares(alfa.node)).toHaveLength(1)
})

test('what cannot be said now, for rules that nobody can read, waits and is not lost, and holds up no other agreement', async () => {
  const { alfa, bravo, watch, pact } = parties
  const demo = readFileSync(new URL('../../../agreements/demo.yaml', import.meta.url), 'utf8')
  const other = value(await alfa.node.proposePact(demo))
  for (const { node } of [watch, bravo, alfa]) value(await node.signPact(other.invitation))
  await until('both to be in force', async () =>
    (await alfa.node.views.pacts()).every(({ channels }) => channels.every(({ force }) => force !== null)),
  )
  await alfa.restart(cutOff)
  for (const of of [pact, other.pact]) {
    const shared = value(await alfa.node.share({ pact: of, account: 'test', input: bytesInput(CAMPAIGN) }))
    expect(shared.state).toBe('held-here')
  }
  const rules = join(alfa.dir, 'rules')
  mkdirSync(rules, { recursive: true })
  for (const scope of [pact, other.pact]) writeFileSync(join(rules, `${scope}.cedar`), 'forbid (')
  await alfa.restart()
  await until('alfa to be ready', () => alfa.node.health().ready)
  expect((await alfa.node.status()).heldHere).toBe(2)
  // What was asked for first still waits.
  rmSync(join(rules, `${other.pact}.cedar`))
  const said = async (of: string) => value(await alfa.node.views.records({ pact: of, type: 'intel/share' })).total
  await until('the other to be said', async () => (await said(other.pact)) === 1)
  expect([await said(pact), (await alfa.node.status()).heldHere]).toEqual([0, 1])
  rmSync(rules, { recursive: true })
  await until('it to be said too', async () => (await said(pact)) === 1)
  expect((await alfa.node.views.alarms()).map(({ code }) => code)).not.toContain('saying/refused')
})

const shareCampaign = (node: Node) => node.share({ pact: parties.pact, account: 'test', input: bytesInput(CAMPAIGN) })
const held = () => readdirSync(join(parties.alfa.dir, 'private', 'held'))
async function shares(node: Node) {
  return value(await node.views.records({ type: 'intel/share', limit: 50 })).records
}

test('a share while the log is compared with its peers is kept and answered, and said once when that is over', async () => {
  const { alfa, bravo, pact } = parties
  await alfa.restart(cutOff)
  value(await message(alfa.node, 'before'))
  const kept = value(await shareCampaign(alfa.node))
  expect(kept).toMatchObject({ state: 'held-here', records: [], awaited: ['bravo.example', 'watch.example'] })
  value(await message(alfa.node, 'after'))
  expect(held()).toEqual([kept.share])
  // What may not leave is refused at once, and not kept.
  const refused = await alfa.node.share({ pact, account: 'test', input: bytesInput(Buffer.from('{"type":"bundle"')) })
  expect(refused.ok).toBe(false)
  expect(held()).toEqual([kept.share])
  await alfa.restart(cutOff)
  expect(held()).toEqual([kept.share])
  await alfa.restart()
  await allSaid()
  await until('it to be folded', async () => (await shares(alfa.node)).length === 1)
  expect((await shares(alfa.node))[0]?.body).toMatchObject({ share: kept.share, piece: 1, pieces: 1 })
  const sources = objectTexts(CAMPAIGN.toString())
  await until('bravo to serve it', async () => (await readAll(bravo, pact, 'inbox')).length === sources.length)
  expect(held()).toEqual([])
  expect(await subjects(alfa.node)).toEqual(['before', 'after'])
})

test('what a tool writes meanwhile is pending until it is said, and then complete', async () => {
  const { alfa, pact } = parties
  let blocked = true
  const real = realSurroundings()
  const around = {
    ...real,
    fetch: (...args: Parameters<typeof fetch>) =>
      blocked ? Promise.reject(new Error('unreachable')) : real.fetch(...args),
  }
  await alfa.restart(around)
  const answer = await taxii(alfa, `${pact}/collections/outbox/objects/`, {
    method: 'POST',
    headers: { 'content-type': TAXII },
    body: CAMPAIGN,
  })
  expect(answer.status).toBe(202)
  const { id } = (await answer.json()) as { id: string }
  const status = async () => (await taxii(alfa, `${pact}/status/${id}/`)).json()
  const total = objectTexts(CAMPAIGN.toString()).length
  await until('it to be kept', async () => ((await status()) as { pending_count: number }).pending_count === total)
  expect(await status()).toMatchObject({ status: 'pending', total_count: total, success_count: 0 })
  blocked = false
  await until('it to be complete', async () => ((await status()) as { status: string }).status === 'complete')
  expect(await status()).toMatchObject({ success_count: total, failure_count: 0, pending_count: 0 })
})

test('what a tool wrote before the node ended is told of in the next run: pending while it waits, complete once it was said', async () => {
  const { alfa, pact } = parties
  await alfa.restart(cutOff)
  const init = { method: 'POST', headers: { 'content-type': TAXII }, body: CAMPAIGN }
  const posted = (await (await taxii(alfa, `${pact}/collections/outbox/objects/`, init)).json()) as { id: string }
  const status = async () =>
    (await (await taxii(alfa, `${pact}/status/${posted.id}/`)).json()) as { status: string; pending_count: number }
  const total = objectTexts(CAMPAIGN.toString()).length
  await until('it to be kept', async () => (await status()).pending_count === total)
  await alfa.restart(cutOff)
  expect(await status()).toMatchObject({ status: 'pending', pending_count: total })
  await alfa.restart()
  await allSaid()
  expect(await status()).toMatchObject({ status: 'complete', success_count: total, failure_count: 0, pending_count: 0 })
})

test('what a tool deletes meanwhile is accepted, stays where it is until that is said, and is gone then at both ends', async () => {
  const { alfa, bravo, pact } = parties
  value(await shareCampaign(alfa.node))
  const [text = ''] = objectTexts(CAMPAIGN.toString()).filter(
    (one) => one.includes('"type":"indicator"') || one.includes('"type": "indicator"'),
  )
  const { id } = JSON.parse(text) as { id: string }
  const path = (collection: string) => `${pact}/collections/${collection}/objects/${id}/`
  const isIn = async (of: typeof alfa, collection: string) => (await taxii(of, path(collection))).status === 200
  await until('bravo to have it', () => isIn(bravo, 'inbox'))
  await alfa.restart(cutOff)
  const answer = await taxii(alfa, path('outbox'), { method: 'DELETE' })
  expect([answer.status, await answer.text()]).toEqual([202, ''])
  // Nothing was said yet, so it still counts.
  expect(await isIn(alfa, 'outbox')).toBe(true)
  expect((await alfa.node.status()).heldHere).toBe(1)
  await alfa.restart()
  await allSaid()
  await until('it to be gone here', async () => !(await isIn(alfa, 'outbox')))
  await until('it to be gone there', async () => !(await isIn(bravo, 'inbox')))
  expect(await isIn(bravo, 'withdrawn')).toBe(true)
  expect((await taxii(alfa, path('outbox'), { method: 'DELETE' })).status).toBe(404)
})

test('where the log is stopped, a share is refused, and nothing of it is kept', async () => {
  const { alfa, bravo } = parties
  await alfa.stop()
  const backup = mkdtempSync(join(tmpdir(), 'countersign-held-'))
  cpSync(alfa.dir, backup, { recursive: true })
  await alfa.start()
  await until('alfa to be ready', () => alfa.node.health().ready)
  value(await shareCampaign(alfa.node))
  await until('bravo to hold it', async () => (await shares(bravo.node)).length === 1)
  // The copy says something else at the same place, unseen; then it is asked to go on with its peers.
  await alfa.stop()
  rmSync(alfa.dir, { recursive: true })
  cpSync(backup, alfa.dir, { recursive: true })
  rmSync(backup, { recursive: true })
  await contradict(alfa.dir)
  await alfa.start()
  await until('the check to end', async () =>
    (await alfa.node.status()).pacts.some(({ channels }) => channels.some(({ state }) => state === 'stopped')),
  )
  expect(await shareCampaign(alfa.node)).toMatchObject({ ok: false, code: 'node/not-ready' })
  expect(held()).toEqual([])
})

/** Signs another entry in the log of `main`, as a second host with a copy of the folder would. */
async function contradict(dir: string): Promise<void> {
  const identity = value(await loadIdentity(dir))
  const index = readFileSync(join(dir, 'logs', parties.pact, 'index'), 'utf8')
  const generation = /^main\/([0-9a-f]{16})$/m.exec(index)?.[1]
  const origin = `alfa.example/${parties.pact}/main/${generation}`
  const log = value(await openOwnLog({ disk: nodeDisk(), dir, origin, signers: identity.keys.log }))
  log.confirm()
  await log.append(new TextEncoder().encode('another word'))
  await log.close()
}
