// The weekly round between whole nodes: gathered by people and feeds, shown as the gate sees it, said by a person as one share.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Officer, realSurroundings } from '@countersign/node'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { joined, startForeign } from './foreign-taxii.ts'
import { bytesInput, type Parties, startParties, until, value } from './parties.ts'
import { taxii } from './taxii-client.ts'

const PASSWORD = 'a password of some length'
const RED = 'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1'
const DAY_MS = 86_400_000

/** How far alfa's clock is ahead. */
let ahead = 0
const later = () => {
  const real = realSurroundings()
  return { ...real, now: () => real.now() + ahead }
}

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
  for (const name of ['first', 'second']) {
    value(await parties.alfa.accounts.addOfficer(`${name}@alfa.example`, name, PASSWORD))
  }
  await parties.alfa.restart(later())
}, 120_000)
afterAll(() => parties.close())

const rules = () => join(parties.alfa.dir, 'rules')
beforeEach(() => rmSync(rules(), { recursive: true, force: true }))
function withRules(text: string): void {
  mkdirSync(rules(), { recursive: true })
  writeFileSync(join(rules(), 'house.json'), text)
}

const at = () => ({ pact: parties.pact })
const rounds = () => parties.alfa.node.rounds
const round = async () => value(await rounds().look(at()))
const TIMES = { created: '2026-11-01T00:00:00.000Z', modified: '2026-11-01T00:00:00.000Z' }
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const tool = (n: number, more: object = {}) => ({
  ...{ type: 'tool', spec_version: '2.1', id: `tool--${uuid(n)}`, ...TIMES, name: `Tool ${n}` },
  ...more,
})
const add = (...objects: unknown[]) =>
  rounds().add(at(), bytesInput(Buffer.from(JSON.stringify({ objects }))), 'somebody')
const say = (more: { author?: Officer; looked?: string } = {}) =>
  parties.alfa.node.sayRound(at(), { account: 'speaker', ...more })
const officer = async (name: string) => value(await parties.alfa.accounts.officerOf(`${name}@alfa.example`, PASSWORD))
async function shares() {
  const { alfa, pact } = parties
  await alfa.node.settled()
  return value(await alfa.node.views.records({ pact, party: alfa.party, type: 'intel/share' })).records
}
const atBravo = async (id: string) => (await parties.bravo.node.views.object(id)) !== undefined
const alarms = async () => (await parties.alfa.node.status()).alarms.filter(({ code }) => code === 'round/due')

test('what was gathered is said as one share, in the name of whoever says it, and is gathered no more', async () => {
  const before = (await shares()).length
  expect(await round()).toMatchObject({ objects: 0, leftOut: 0, saying: null, last: null, weekday: 1, hour: 9 })
  expect(await say()).toMatchObject({ ok: false, code: 'round/empty' })
  expect(value(await add(tool(1), tool(2)))).toEqual({ added: 2, known: 0 })
  expect(value(await add(tool(2), tool(3)))).toEqual({ added: 1, known: 1 })
  expect(await round()).toMatchObject({ objects: 3, sources: [{ source: 'somebody', objects: 3 }] })
  const tried = value(await rounds().tryOut(at()))
  expect([tried.passes, tried.told.length]).toEqual([true, 3])
  expect(await shares()).toHaveLength(before)
  const said = value(await say())
  expect(said).toMatchObject({ state: 'said', objects: 3 })
  await until('bravo to have it', () => atBravo(tool(3).id))
  const [record] = await shares()
  expect(await shares()).toHaveLength(before + 1)
  expect(record?.body).toMatchObject({ share: said.share, pieces: 1, objects: 3 })
  expect(parties.alfa.node.speakerOf(record?.id ?? '')).toBe('speaker')
  expect(await round()).toMatchObject({ objects: 0, saying: null, last: { share: said.share, by: 'speaker' } })
  // What they have is not new.
  expect(value(await add(tool(1), tool(2), tool(4)))).toEqual({ added: 1, known: 2 })
  value(await say())
})

test('tools read what a round carried where they read everything else: in the outbox here, in the inbox there', async () => {
  const { alfa, bravo, pact } = parties
  value(await add(tool(8)))
  const { id } = tool(8)
  const has = async (of: typeof alfa, collection: string) =>
    (await taxii(of, `${pact}/collections/${collection}/objects/${id}/`)).status === 200
  expect(await has(alfa, 'outbox')).toBe(false)
  value(await say())
  await until('the outbox to have it', () => has(alfa, 'outbox'))
  await until('the inbox to have it', () => has(bravo, 'inbox'))
  const root = (await (await taxii(alfa, `${pact}/collections/`)).json()) as { collections: { alias?: string }[] }
  expect(root.collections.map(({ alias }) => alias)).toEqual(['inbox', 'outbox', 'withdrawn'])
})

test('what was shared by other means meanwhile is not in it any more', async () => {
  const { alfa, pact } = parties
  value(await add(tool(5), tool(6)))
  const input = bytesInput(Buffer.from(JSON.stringify({ objects: [tool(5)] })))
  value(await alfa.node.share({ pact, account: 'test', input }))
  expect(value(await rounds().tryOut(at())).objects).toBe(1)
  expect(value(await say())).toMatchObject({ objects: 1 })
  value(await add(tool(7)))
  value(await alfa.node.share({ pact, account: 'test', input: bytesInput(Buffer.from(JSON.stringify(tool(7)))) }))
  expect(await say()).toMatchObject({ ok: false, code: 'round/empty' })
  expect(await round()).toMatchObject({ objects: 0, leftOut: 0, saying: null })
})

test('what is left out stays here, also in the rounds after it, until it is taken in', async () => {
  value(await add(tool(11), tool(12), tool(13)))
  expect(value(await rounds().choose(at(), { ids: [tool(11).id, tool(99).id] }, true, 'careful'))).toEqual({
    changed: 1,
  })
  expect(await round()).toMatchObject({ objects: 2, leftOut: 1 })
  expect((await round()).gathered.map(({ leftOut }) => leftOut)).toEqual(['careful', null, null])
  value(await say())
  await until('bravo to have the rest', () => atBravo(tool(13).id))
  expect(await atBravo(tool(11).id)).toBe(false)
  expect(value(await add(tool(11)))).toEqual({ added: 0, known: 1 })
  expect(await say()).toMatchObject({ ok: false, code: 'round/empty' })
  expect(value(await rounds().choose(at(), { types: ['tool'] }, false, 'careful'))).toEqual({ changed: 1 })
  value(await say())
  await until('bravo to have it', () => atBravo(tool(11).id))
})

test('what the gate refuses keeps all of it here, is told by its rule, and can be left out at once', async () => {
  const before = (await shares()).length
  value(await add(tool(21), tool(22, { object_marking_refs: [RED] }), tool(23)))
  const tried = value(await rounds().tryOut(at()))
  expect(tried).toMatchObject({ passes: false, counts: { passes: 2, refused: 1 } })
  expect(await say()).toMatchObject({
    ...{ ok: false, code: 'release/marking-above-agreement' },
    refusals: [{ object: { id: tool(22).id } }],
  })
  expect(await round()).toMatchObject({ objects: 3, saying: null })
  expect(await shares()).toHaveLength(before)
  expect(value(await rounds().choose(at(), { refused: true }, true, 'careful'))).toEqual({ changed: 1 })
  expect(value(await say())).toMatchObject({ state: 'said', objects: 2 })
  value(await rounds().choose(at(), {}, false, 'careful'))
  value(await rounds().choose(at(), {}, true, 'careful'))
})

test('a round is said as it was looked at: where anything is another, nothing is said and the difference is told', async () => {
  const look = async () => value(await rounds().tryOut(at())).looked
  value(await add(tool(24), tool(25)))
  const looked = await look()
  expect(await look()).toBe(looked)
  const changed = (difference: object) => ({
    ...{ ok: false, code: 'round/changed' },
    difference: { addedTotal: 0, goneTotal: 0, verdictsTotal: 0, terms: false, ...difference },
  })
  value(await add(tool(26)))
  value(await rounds().choose(at(), { ids: [tool(24).id] }, true, 'careful'))
  const refused = await say({ looked })
  expect(refused).toMatchObject(changed({ added: [tool(26).id], addedTotal: 1, gone: [tool(24).id], goneTotal: 1 }))
  expect(refused.ok ? '' : refused.message).toContain('1 more came in, 1 went out. Nothing was said')
  const now = await look()
  value(await rounds().set(at(), { marking: { tlp: 'TLP:GREEN' } }))
  expect(await say({ looked: now })).toMatchObject(changed({ terms: true }))
  const marked = await look()
  withRules('{"approval":{"types":["tool"]}}')
  expect(await say({ looked: marked })).toMatchObject(
    changed({ verdictsTotal: 2, verdicts: [{ id: tool(25).id, before: 'passes', now: 'waits' }, {}] }),
  )
  withRules('{}')
  // What was never looked at here cannot be told apart.
  expect(await say({ looked: 'f'.repeat(64) })).toMatchObject({ code: 'round/changed', difference: null })
  expect(await round()).toMatchObject({ objects: 2, saying: null })
  expect(await atBravo(tool(25).id)).toBe(false)
  expect(value(await say({ looked: marked }))).toMatchObject({ state: 'said', objects: 2 })
  await until('bravo to have it', () => atBravo(tool(25).id))
  value(await rounds().set(at(), { marking: { tlp: 'TLP:AMBER' } }))
  value(await rounds().choose(at(), {}, false, 'careful'))
  value(await rounds().choose(at(), {}, true, 'careful'))
})

test('above a threshold it waits for a second person; what is refused is gathered again, what is approved is said once', async () => {
  withRules('{"approval":{"types":["tool"]}}')
  value(await add(tool(31), tool(32)))
  const first = await officer('first')
  const waits = value(await say({ author: first }))
  expect(waits).toMatchObject({ state: 'waits', records: [] })
  expect(await round()).toMatchObject({ objects: 0, saying: { share: waits.share, state: 'waits', objects: 2 } })
  value(await add(tool(33)))
  expect(await say()).toMatchObject({ ok: false, code: 'round/under-way' })
  const second = await officer('second')
  value(await parties.alfa.node.waitingShares.refuse(waits.share, 'Not yet.', second))
  const back = await round()
  expect(back).toMatchObject({ objects: 3, saying: null, note: expect.stringContaining('was not approved') })
  const before = (await shares()).length
  const again = value(await say({ author: first }))
  const { judgement } = value(await parties.alfa.node.waitingShares.look(again.share))
  value(await parties.alfa.node.approveShare(again.share, judgement, second))
  await until('bravo to have it', () => atBravo(tool(33).id))
  expect(await round()).toMatchObject({ objects: 0, saying: null, note: null, last: { share: again.share } })
  expect(await shares()).toHaveLength(before + 1)
})

test('a feed fills it and says nothing; what is pulled again is there once', async () => {
  const server = await startForeign([joined(900), joined(901), joined(902)])
  const { feeds } = parties.alfa.node
  try {
    const destination = { kind: 'round', ...at() } as const
    const asked = { name: 'partner', url: server.url, credential: { kind: 'none' }, everyMinutes: 0 } as const
    value(await feeds.add({ ...asked, destination, account: 'test' }))
    const before = (await shares()).length
    expect(value(await feeds.pull('partner'))).toMatchObject({ fresh: 3, gathered: 3, waiting: 0, records: [] })
    server.objects.push(joined(903))
    expect(value(await feeds.pull('partner'))).toMatchObject({ fresh: 1, gathered: 1 })
    expect(await round()).toMatchObject({ objects: 4, sources: [{ source: 'feed partner', objects: 4 }] })
    expect(await shares()).toHaveLength(before)
    value(await feeds.remove('partner'))
    value(await feeds.add({ ...asked, destination, account: 'test' }))
    expect(value(await feeds.pull('partner'))).toMatchObject({ fresh: 4, gathered: 0 })
    value(await say())
    await until('bravo to have it', () => atBravo(joined(903).id))
    const stranger = { ...destination, to: ['watch.example'] }
    expect(await feeds.add({ ...asked, name: 'other', destination: stranger, account: 'test' })).toMatchObject({
      ...{ ok: false, code: 'feed/to' },
    })
  } finally {
    value(await feeds.remove('partner'))
    await server.close()
  }
})

test('when it is due with something in it, that is told until it is said or skipped; it says nothing by itself', async () => {
  const before = (await shares()).length
  value(await add(tool(41)))
  await rounds().lookAtAll()
  expect(await alarms()).toEqual([])
  ahead += 8 * DAY_MS
  expect(await round()).toMatchObject({ isDue: true })
  await rounds().lookAtAll()
  await rounds().lookAtAll()
  expect(await alarms()).toMatchObject([{ code: 'round/due', message: expect.stringContaining('1 object') }])
  expect(await shares()).toHaveLength(before)
  value(await rounds().skip(at(), { by: 'duty', reason: ' Nobody is here. ' }))
  expect(await alarms()).toEqual([])
  expect(await round()).toMatchObject({
    ...{ isDue: false, objects: 1, gathered: expect.arrayContaining([expect.objectContaining({ name: 'Tool 41' })]) },
    // With the name and the reason of who passed it over, until it is said.
    skipped: { by: 'duty', reason: 'Nobody is here.' },
  })
  ahead += 8 * DAY_MS
  await rounds().lookAtAll()
  expect(await alarms()).toHaveLength(1)
  value(await say())
  expect(await alarms()).toEqual([])
  expect((await round()).skipped).toBeNull()
  ahead += 8 * DAY_MS
  await rounds().lookAtAll()
  expect(await alarms()).toEqual([])
  expect(await round()).toMatchObject({ isDue: false, objects: 0 })
})

test('its weekday and hour, its marking and its feed are set; what cannot be is refused', async () => {
  const set = value(await rounds().set(at(), { weekday: 5, hour: 13, marking: { tlp: 'TLP:GREEN' }, feed: 'weekly' }))
  expect(set).toMatchObject({ weekday: 5, hour: 13, marking: { tlp: 'TLP:GREEN' } })
  const due = new Date(set.dueAtMs)
  expect([due.getUTCDay(), due.getUTCHours(), due.getUTCMinutes()]).toEqual([5, 13, 0])
  value(await add(tool(51)))
  const { share } = value(await say())
  const record = async () => (await shares()).find(({ body }) => (body as { share?: string }).share === share)
  await until('it to be shown', async () => (await record()) !== undefined)
  expect(await record()).toMatchObject({ marking: { tlp: 'TLP:GREEN' }, body: { feed: 'weekly' } })
  for (const [terms, code] of [
    [{ weekday: 0 }, 'round/terms'],
    [{ weekday: 8 }, 'round/terms'],
    [{ hour: 24 }, 'round/terms'],
    [{ hour: 1.5 }, 'round/terms'],
    [{ marking: { tlp: 'TLP:BLUE' } }, 'say/marking'],
    [{ feed: 'inbox' }, 'say/feed'],
  ] as const) {
    expect([terms, await rounds().set(at(), terms)]).toMatchObject([terms, { ok: false, code }])
  }
  expect(await round()).toMatchObject({ weekday: 5, hour: 13, feed: 'weekly' })
})

test('what is no STIX, another agreement, channel or party is refused, and nothing is gathered', async () => {
  const before = await round()
  const bytes = (text: string) => bytesInput(Buffer.from(text))
  for (const [text, code] of [
    ['', 'json/'],
    ['{', 'json/'],
    ['[]', ''],
    ['{"objects":[]}', 'stix/empty'],
    [JSON.stringify({ objects: [tool(61), { type: 'x' }] }), 'round/objects'],
  ] as const) {
    const refused = await rounds().add(at(), bytes(text), 'test')
    expect([text, refused.ok]).toEqual([text, false])
    if (!refused.ok) expect(refused.code.startsWith(code)).toBe(true)
  }
  async function* endless() {
    for (;;) yield new Uint8Array(4_194_304)
  }
  expect(await rounds().add(at(), endless(), 'test')).toMatchObject({ ok: false, code: 'round/too-large' })
  for (const [place, code] of [
    [{ pact: 'f'.repeat(32) }, 'pact/unknown'],
    [{ ...at(), channel: 'none' }, 'round/channel'],
    [{ ...at(), to: ['watch.example'] }, 'round/to'],
    [{ ...at(), to: ['alfa.example'] }, 'round/to'],
    [{ ...at(), to: [] }, 'round/to'],
  ] as const) {
    const input = bytes(JSON.stringify({ objects: [tool(61)] }))
    expect([place, await rounds().add(place, input, 'test')]).toMatchObject([place, { ok: false, code }])
    expect(await parties.alfa.node.sayRound(place, { account: 'test' })).toMatchObject({ ok: false, code })
  }
  expect(await round()).toEqual(before)
  // One for a single recipient is another round.
  const place = { ...at(), to: ['bravo.example'] }
  value(await rounds().add(place, bytes(JSON.stringify({ objects: [tool(62)] })), 'test'))
  expect(await round()).toMatchObject({ objects: before.objects })
  expect(value(await rounds().list(parties.pact)).map(({ to }) => to)).toEqual([null, ['bravo.example']].sort())
})
