// Four eyes: a share above a threshold of the house waits for a second person, with real nodes.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NodeClient } from '@countersign/client'
import { type Officer, realSurroundings, type ShareRequest } from '@countersign/node'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from './parties.ts'
import { TAXII, taxii } from './taxii-client.ts'

const PASSWORD = 'a password of some length'
const DAY_MS = 86_400_000

/** How far alfa's clock is ahead. */
let ahead = 0
const later = () => {
  const real = realSurroundings()
  return { ...real, now: () => real.now() + ahead }
}

let parties: Parties
let [author, second, third]: Officer[] = []
beforeAll(async () => {
  parties = await startParties()
  const { accounts } = parties.alfa
  for (const name of ['author', 'second', 'third']) {
    value(await accounts.addOfficer(`${name}@alfa.example`, name, PASSWORD))
  }
  await parties.alfa.restart(later())
  ;[author, second, third] = await Promise.all(['author', 'second', 'third'].map(officer))
})
afterAll(() => parties.close())

const officer = async (name: string) => value(await parties.alfa.accounts.officerOf(`${name}@alfa.example`, PASSWORD))
const rules = () => join(parties.alfa.dir, 'rules')
function write(name: string, text: string): void {
  mkdirSync(rules(), { recursive: true })
  writeFileSync(join(rules(), name), text)
}
beforeEach(() => {
  rmSync(rules(), { recursive: true, force: true })
  write('house.json', '{"approval":{"types":["ipv4-addr"]}}')
})

let last = 0
const fresh = () => {
  const n = ++last
  return `{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--00000000-0000-4000-8000-${String(n).padStart(12, '0')}","value":"192.0.2.${n}"}`
}
const idOf = (text: string) => (JSON.parse(text) as { id: string }).id
const bundle = (...texts: string[]) => Buffer.from(`{"objects":[${texts.join(',')}]}`)
async function share(texts: string[], more: Partial<ShareRequest> = {}) {
  const { alfa, pact } = parties
  return value(await alfa.node.share({ pact, account: 'test', input: bytesInput(bundle(...texts)), ...more }))
}
const byAuthor = () => ({ account: author?.name ?? '', author: author as Officer })
const look = async (id: string) => value(await parties.alfa.node.waitingShares.look(id))
async function approve(id: string, by: Officer | undefined, judgement?: string) {
  const seen = judgement ?? (await look(id)).judgement
  return parties.alfa.node.approveShare(id, seen, by as Officer)
}
const held = () => readdirSync(join(parties.alfa.dir, 'private', 'held'))
async function atBravo(text: string): Promise<string | undefined> {
  const { bravo, pact } = parties
  await bravo.node.settled()
  const [found] = await bravo.node.views.textsShown(pact, 'inbox', [{ id: idOf(text), version: null }])
  return found
}
async function sharesSaid(): Promise<number> {
  const { alfa, pact } = parties
  await alfa.node.settled()
  return value(await alfa.node.views.records({ pact, party: alfa.party, type: 'intel/share' })).total
}

test('what is above a threshold leaves once another person approves it, never by its author, and both names are kept', async () => {
  const { alfa } = parties
  const [text, before] = [fresh(), await sharesSaid()]
  const shared = await share([text], byAuthor())
  expect(shared).toMatchObject({ state: 'waits', records: [], objects: 1, waits: [{ rule: 'approval.types' }] })
  const id = shared.share
  expect(held()).toEqual([id])
  expect(await look(id)).toMatchObject({
    ...{ state: 'open', author: 'author@alfa.example', isOfficers: true, needed: 1, to: ['bravo.example'] },
    tried: { passes: false, verdict: 'waits', told: [{ verdict: 'waits' }] },
  })
  expect(await approve(id, author)).toMatchObject({ code: 'approval/same-officer' })
  value(await alfa.accounts.addOfficer('late@alfa.example', 'late', PASSWORD))
  expect(await approve(id, await officer('late'))).toMatchObject({ code: 'approval/new-account' })
  expect(await sharesSaid()).toBe(before)
  expect(value(await approve(id, second))).toMatchObject({ state: 'done', endedBy: 'second@alfa.example', needed: 0 })
  await until('bravo to have it', async () => (await atBravo(text)) === text)
  await until('it to be shown', async () => (await sharesSaid()) === before + 1)
  expect(held()).toEqual([])
  const [row] = value(await alfa.node.views.records({ type: 'intel/share', limit: 1 })).records
  expect(alfa.node.speakerOf(row?.id ?? '')).toBe('author@alfa.example')
  expect(alfa.node.approversOf(row?.id ?? '')).toMatchObject([{ name: 'second@alfa.example' }])
  expect(await approve(id, third, 'x'.repeat(64))).toMatchObject({ code: 'not-found/approval' })
})

test('what nobody shared who had signed in takes two persons, and one alone is not both', async () => {
  const { alfa } = parties
  const before = await sharesSaid()
  const { share: id } = await share([fresh()])
  const { needed, judgement } = await look(id)
  expect(needed).toBe(2)
  expect(value(await approve(id, author))).toMatchObject({ state: 'open', needed: 1 })
  // The list tells which judgement it was that was approved.
  expect(alfa.node.waitingShares.find(id)?.approvals).toMatchObject([{ name: 'author@alfa.example', judgement }])
  expect(await approve(id, author)).toMatchObject({ code: 'approval/same-officer' })
  expect(await sharesSaid()).toBe(before)
  expect(value(await approve(id, second))).toMatchObject({ state: 'done' })
  await until('it to be shown', async () => (await sharesSaid()) === before + 1)
})

test('what the gate decides otherwise when it is approved does not leave, and says so; what is seen then may be approved', async () => {
  const { share: id } = await share([fresh()])
  const before = await sharesSaid()
  const seen = (await look(id)).judgement
  value(await approve(id, author, seen))
  write('house.cedar', '@id("later") @redact("x_case") forbid (principal, action, resource);')
  // The same objects would leave; by another text of the rules all the same.
  expect(await approve(id, second, seen)).toMatchObject({ ok: false, code: 'approval/changed' })
  expect([await sharesSaid(), held()]).toEqual([before, [id]])
  const now = await look(id)
  expect(now.judgement).not.toBe(seen)
  // Who approved the other has not approved this one.
  expect(now.needed).toBe(2)
  value(await approve(id, author))
  expect(value(await approve(id, third))).toMatchObject({ state: 'done' })
})

test('what the gate refuses by the time it is approved is over, and nothing of it is kept', async () => {
  const { share: id } = await share([fresh()], byAuthor())
  const before = await sharesSaid()
  const { judgement } = await look(id)
  write('house.cedar', '@id("no") forbid (principal, action, resource);')
  expect(await look(id)).toMatchObject({ judgement: '', tried: { verdict: 'refused' } })
  expect(await approve(id, second, judgement)).toMatchObject({ ok: false, code: 'release/rule' })
  expect(parties.alfa.node.waitingShares.find(id)).toMatchObject({ state: 'failed' })
  await until('its file to go', () => held().length === 0)
  expect(await sharesSaid()).toBe(before)
})

test('bytes that were changed on the disk do not leave', async () => {
  const [text, other] = [fresh(), fresh()]
  const { share: id } = await share([text], byAuthor())
  const { judgement } = await look(id)
  writeFileSync(join(parties.alfa.dir, 'private', 'held', id), bundle(other))
  expect(await approve(id, second, judgement)).toMatchObject({ ok: false, code: 'approval/changed' })
  value(await parties.alfa.node.waitingShares.withdraw(id, author as Officer))
  expect(await atBravo(other)).toBeUndefined()
})

test('another officer refuses it with a reason, its author withdraws it, and nobody else does either', async () => {
  const { alfa } = parties
  const before = await sharesSaid()
  const { share: id } = await share([fresh()], byAuthor())
  const { waitingShares } = alfa.node
  expect(await waitingShares.refuse(id, 'Mine', author as Officer)).toMatchObject({ code: 'approval/same-officer' })
  expect(await waitingShares.refuse(id, '  ', second as Officer)).toMatchObject({ code: 'approval/reason' })
  expect(await waitingShares.withdraw(id, second as Officer)).toMatchObject({ code: 'approval/not-author' })
  expect(await waitingShares.withdraw(id, 'shell')).toMatchObject({ code: 'approval/not-author' })
  value(await waitingShares.refuse(id, 'Ask the hospital first', second as Officer))
  expect(waitingShares.find(id)).toMatchObject({
    ...{ state: 'refused', endedBy: 'second@alfa.example', outcome: 'Ask the hospital first' },
  })
  const mine = (await share([fresh()], byAuthor())).share
  value(await waitingShares.withdraw(mine, author as Officer))
  const shells = (await share([fresh()])).share
  value(await waitingShares.withdraw(shells, 'shell'))
  for (const one of [id, mine, shells]) expect(await approve(one, third, 'x'.repeat(64))).toMatchObject({ ok: false })
  await until('the files to go', () => held().length === 0)
  expect(await sharesSaid()).toBe(before)
})

test('what nobody decides on for three days is over', async () => {
  const { share: id } = await share([fresh()], byAuthor())
  const { judgement } = await look(id)
  ahead = 2 * DAY_MS
  expect(parties.alfa.node.waitingShares.find(id)).toMatchObject({ state: 'open' })
  ahead = 3 * DAY_MS + 1
  expect(await approve(id, second, judgement)).toMatchObject({ code: 'not-found/approval' })
  expect(parties.alfa.node.waitingShares.find(id)).toMatchObject({ state: 'expired' })
  ahead = 0
  await until('its file to go', () => held().length === 0)
})

test('what a tool adds above a threshold is pending, over a restart too, and fails with the reason where it is refused', async () => {
  const { alfa, pact } = parties
  const post = async (text: string) => {
    const init = { method: 'POST', headers: { 'content-type': TAXII }, body: bundle(text) }
    const answer = await taxii(alfa, `${pact}/collections/outbox/objects/`, init)
    return { http: answer.status, ...((await answer.json()) as { id: string; status: string }) }
  }
  const status = async (id: string) => (await taxii(alfa, `${pact}/status/${id}/`)).json()
  const [text, other] = [fresh(), fresh()]
  const posted = await post(text)
  expect(posted).toMatchObject({
    ...{ http: 202, status: 'pending', pending_count: 1, success_count: 0 },
    x_countersign_message: expect.stringContaining('A second person approves objects of type ipv4-addr.'),
  })
  const refused = await post(other)
  await alfa.restart(later())
  await until('alfa to be ready', () => alfa.node.health().ready)
  for (const { id } of [posted, refused])
    expect(await status(id)).toMatchObject({ status: 'pending', pending_count: 1 })
  expect((await look(posted.id)).author).toBe('tool test')
  value(await approve(posted.id, author))
  value(await approve(posted.id, second))
  await until('it to be complete', async () => ((await status(posted.id)) as { status: string }).status === 'complete')
  expect(await status(posted.id)).toMatchObject({ success_count: 1, failure_count: 0, pending_count: 0 })
  value(await alfa.node.waitingShares.refuse(refused.id, 'A resolver of ours', second as Officer))
  expect(await status(refused.id)).toMatchObject({
    ...{ status: 'complete', success_count: 0, failure_count: 1 },
    failures: [{ message: expect.stringContaining('A resolver of ours') }],
  })
  // And of one that is decided on in the run that took it in.
  const here = await post(fresh())
  value(await alfa.node.waitingShares.refuse(here.id, 'Not today', second as Officer))
  expect(await status(here.id)).toMatchObject({ failures: [{ message: expect.stringContaining('Not today') }] })
})

test('what waits while the log is compared with its peers leaves once both are over', async () => {
  const { alfa } = parties
  const text = fresh()
  await alfa.restart({ ...later(), fetch: () => Promise.reject(new Error('unreachable')) })
  const { state, share: id } = await share([text], byAuthor())
  expect(state).toBe('waits')
  expect(value(await approve(id, second))).toMatchObject({ state: 'approved' })
  expect(await approve(id, third, 'x'.repeat(64))).toMatchObject({ code: 'not-found/approval' })
  await alfa.restart(later())
  await until('bravo to have it', async () => (await atBravo(text)) === text)
  await until('it to be done', () => alfa.node.waitingShares.find(id)?.state === 'done')
})

test('what was approved and the gate decides on otherwise before it can be said waits anew', async () => {
  const { alfa } = parties
  const text = fresh()
  await alfa.restart({ ...later(), fetch: () => Promise.reject(new Error('unreachable')) })
  const { share: id } = await share([text], byAuthor())
  expect(value(await approve(id, second))).toMatchObject({ state: 'approved' })
  write('house.cedar', '@id("other") @redact("x_case") forbid (principal, action, resource);')
  await alfa.restart(later())
  await until('it to wait again', () => alfa.node.waitingShares.find(id)?.state === 'open')
  expect(alfa.node.waitingShares.find(id)).toMatchObject({ approvals: [], needed: 1 })
  expect([held(), await atBravo(text)]).toEqual([[id], undefined])
  expect(value(await approve(id, second))).toMatchObject({ state: 'done' })
})

test('what was held here, and waits for a second person by the rules of when it would be said, waits', async () => {
  const { alfa } = parties
  rmSync(rules(), { recursive: true })
  await alfa.restart({ ...later(), fetch: () => Promise.reject(new Error('unreachable')) })
  const { state, share: id } = await share([fresh()], byAuthor())
  expect(state).toBe('held-here')
  write('house.cedar', '@id("look") @approve("second-person") forbid (principal, action, resource);')
  await alfa.restart(later())
  await until('it to wait', () => alfa.node.waitingShares.find(id)?.state === 'open')
  expect(held()).toEqual([id])
  expect((await look(id)).tried.waits).toMatchObject([{ rule: 'look' }])
  value(await approve(id, second))
})

test('one account fills no more than half of what may wait', async () => {
  const { alfa } = parties
  const ids: string[] = []
  for (;;) {
    const { pact } = parties
    const one = await alfa.node.share({ pact, account: 'tool x', input: bytesInput(bundle(fresh())) })
    if (!one.ok) {
      expect(one.code).toBe('approval/too-many')
      break
    }
    ids.push(one.value.share)
  }
  expect(ids).toHaveLength(100)
  expect(held().sort()).toEqual([...ids].sort())
  const other = (await share([fresh()], byAuthor())).share
  for (const id of [...ids, other]) value(await alfa.node.waitingShares.refuse(id, 'Too many', second as Officer))
  await until('the files to go', () => held().length === 0)
})

test('an officer sees over the API what would leave, cut as the rules say, and approves exactly that', async () => {
  const { alfa, pact } = parties
  const token = readFileSync(join(alfa.dir, 'private', 'api-token'), 'utf8')
  const client = new NodeClient(alfa.url, token)
  write('house.cedar', '@id("notes") @redact("x_case") forbid (principal, action, resource);')
  const text = fresh().replace('}', ',"x_case":"Alfa-17"}')
  const { share: id } = value(await client.share({ pact }, bundle(text)))
  const { judgement, tried } = value(await client.waitingShare(id))
  expect(tried).toMatchObject({ verdict: 'waits', altered: 1, told: [{ cut: [{ selector: 'x_case' }] }] })
  const leaving = Buffer.from(value(await client.leavingOf(id, judgement))).toString()
  expect(leaving).toContain(idOf(text))
  expect(leaving).not.toContain('Alfa-17')
  expect(await client.leavingOf(id, '0'.repeat(64))).toMatchObject({ code: 'approval/changed' })
  const by = (name: string) => ({ email: `${name}@alfa.example`, password: PASSWORD })
  expect(await client.approveShare(id, judgement)).toMatchObject({ code: 'account/officer' })
  expect(await client.approveShare(id, judgement, { ...by('second'), password: 'x' })).toMatchObject({ ok: false })
  value(await client.approveShare(id, judgement, by('author')))
  expect(value(await client.status()).toApprove).toBe(1)
  expect(value(await client.approveShare(id, judgement, by('second')))).toMatchObject({ state: 'done' })
  await until('bravo to have it', async () => (await atBravo(text)) === text.replace(',"x_case":"Alfa-17"', ''))
  const { records } = value(await client.records({ type: 'intel/share', limit: '1' }))
  const detail = value(await client.record(records[0]?.record ?? ''))
  expect(detail.saidBy).toBe('Shell of this machine')
  expect(detail.approvedBy.map(({ name }) => name)).toEqual(['author@alfa.example', 'second@alfa.example'])
  expect(existsSync(join(alfa.dir, 'private', 'held', id))).toBe(false)
})

test('a share that its asker has named waits once, however often it is asked for, and not again once it was refused', async () => {
  const { alfa } = parties
  const [text, id] = [fresh(), crypto.randomUUID()]
  expect(await share([text], { share: id, ...byAuthor() })).toMatchObject({ state: 'waits', share: id })
  expect(await share([fresh()], { share: id })).toMatchObject({
    ...{ state: 'waits', share: id, objects: 1, saidBefore: true, waitsTotal: 1 },
  })
  expect(alfa.node.waitingShares.all().filter(({ state }) => state === 'open')).toHaveLength(1)
  value(await alfa.node.waitingShares.refuse(id, 'Not this', second as Officer))
  const { pact } = parties
  const again = await alfa.node.share({ pact, account: 'x', share: id, input: bytesInput(bundle(text)) })
  expect(again).toMatchObject({ ok: false, code: 'approval/ended', message: expect.stringContaining('Not this') })
})

test('what a rule leaves out of what a tool adds has failed from the beginning, and nobody waits for it', async () => {
  const { alfa, pact } = parties
  const out = `{"type":"tool","spec_version":"2.1","id":"tool--00000000-0000-4000-8000-000000000999","created":"2026-02-01T00:00:00.000Z","modified":"2026-02-01T00:00:00.000Z","name":"x"}`
  const rule =
    '@reason("It is ours.") @redact("object") forbid (principal, action, resource) when { resource.type == "tool" };'
  write('house.cedar', `@id("ours") ${rule}`)
  const text = fresh()
  const init = { method: 'POST', headers: { 'content-type': TAXII }, body: bundle(text, out) }
  const posted = (await (await taxii(alfa, `${pact}/collections/outbox/objects/`, init)).json()) as { id: string }
  const status = async () => (await taxii(alfa, `${pact}/status/${posted.id}/`)).json()
  const left = { failure_count: 1, failures: [{ id: idOf(out), message: expect.stringContaining('It is ours.') }] }
  expect(posted).toMatchObject({ ...left, pending_count: 1, pendings: [{ id: idOf(text) }] })
  value(await approve(posted.id, author))
  value(await approve(posted.id, second))
  await until('it to be complete', async () => ((await status()) as { status: string }).status === 'complete')
  expect(await status()).toMatchObject({ ...left, success_count: 1, successes: [{ id: idOf(text) }] })
})

test('what is cut into many shares waits like one: what left in a day is counted, at once and over a restart', async () => {
  const { alfa, pact } = parties
  await alfa.node.settled()
  const before = alfa.node.views.saidLately(alfa.party, pact, Date.now() - DAY_MS)
  const unseen = before.filter(({ id }) => alfa.node.approversOf(id).length === 0)
  const bound = unseen.reduce((sum, { objects }) => sum + objects, 3)
  write('house.json', `{"approval":{"dayObjects":${bound}}}`)
  const states = (shared: { state: string }[]) => shared.map(({ state }) => state).sort()
  const five = await Promise.all(Array.from({ length: 5 }, () => share([fresh()], byAuthor())))
  expect(states(five)).toEqual(['said', 'said', 'said', 'waits', 'waits'])
  const [waits] = five.filter(({ state }) => state === 'waits')
  expect(waits?.waits).toMatchObject([{ rule: 'approval.dayObjects' }])
  await alfa.restart(later())
  await until('alfa to be ready', () => alfa.node.health().ready)
  expect(states([await share([fresh()])])).toEqual(['waits'])
  // It is judged by what had left when it was asked for, so that it can be approved at any time; and counts for nothing then.
  ahead = DAY_MS + 60_000
  expect((await look(waits?.share ?? '')).tried.verdict).toBe('waits')
  expect(value(await approve(waits?.share ?? '', second))).toMatchObject({ state: 'done' })
  write('house.json', '{"approval":{"dayObjects":3}}')
  expect(states([await share([fresh(), fresh()]), await share([fresh()])])).toEqual(['said', 'said'])
  expect(states([await share([fresh()])])).toEqual(['waits'])
  ahead = 0
})
