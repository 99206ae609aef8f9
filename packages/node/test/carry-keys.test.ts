// Keys that change at sites which share no network (spec/keys.md): a rotated card, a changed root and a notice of
// compromised keys travel on the stick, and count there for exactly what they count for over a network.

import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openOwnLog } from '@countersign/ledger'
import {
  addRootSignatures,
  formatSigningRequest,
  type KeyRole,
  parseEntry,
  parseSigningRequest,
  signStatement,
} from '@countersign/record'
import { expect, test } from 'vitest'
import { carryOut } from '../src/carrying/carry-out.ts'
import { initNode, loadIdentity } from '../src/keys/identity.ts'
import { makeRootKey, openRootKey, parseRootPublicKey } from '../src/keys/root-key.ts'
import {
  aSecondLater,
  call,
  type Island,
  inForceByStick,
  islands,
  noNetwork,
  stateOf,
  stick,
  visit,
} from './islands.ts'
import { folder, value } from './served-files.ts'

const serialOf = (at: Island, of: Island): number | undefined => at.node.cardOf(of.party)?.body.serial

async function alarmsOf({ node }: Island): Promise<string[]> {
  return [...new Set((await node.status()).alarms.map(({ code }) => code))].sort()
}

async function validityOf(one: Island, record: string): Promise<string | undefined> {
  await one.node.settled()
  return (await one.node.views.record(record))?.row.validity.kind
}

async function pair(): Promise<{ alfa: Island; bravo: Island; at: string; pact: string }> {
  const { all, yaml } = await islands(2)
  const [alfa, bravo] = all as [Island, Island]
  const at = stick()
  return { alfa, bravo, at, pact: await inForceByStick(all, yaml, at) }
}

test('a site that is reached by a stick alone learns rotated cards from it, and records and receipts go on both ways', async () => {
  const { alfa, bravo, at, pact } = await pair()
  const roles = ['statement', 'receipt', 'request', 'sealing'] as const
  for (const [one, other] of [
    [alfa, bravo],
    [bravo, alfa],
  ] as const) {
    expect(value(await one.node.rotateKeys({ roles: [...roles] }))).toMatchObject({ state: 'accepted', serial: 2 })
    const record = await call(one, pact, 'With new keys.')
    await visit(one, at)
    const { keys } = await visit(other, at)
    expect(keys).toEqual({ cards: [{ party: one.party, serial: 2 }], notices: [], awaited: [], missing: [] })
    expect(serialOf(other, one)).toBe(2)
    await visit(one, at)
    expect(await stateOf(one, record)).toBe('delivered')
    const back = await call(other, pact, 'An answer, sealed to the new keys.')
    await visit(other, at)
    await visit(one, at)
    await visit(other, at)
    expect(await stateOf(other, back)).toBe('delivered')
    expect((await one.node.readContent(back, 0)).ok).toBe(true)
  }
  for (const one of [alfa, bravo]) {
    expect((await one.node.views.statistics()).void).toBe(0)
    expect(await alarmsOf(one)).toEqual([])
  }
})

test('another log key and another root come by stick too, with every card between', async () => {
  const { alfa, bravo, at, pact } = await pair()
  const before = await call(alfa, pact, 'In the first log.')
  await visit(alfa, at)
  value(await alfa.node.rotateKeys({ roles: ['statement'] }))
  value(await alfa.node.rotateKeys({ roles: ['log', 'statement'] }))
  await changeRoot(alfa)
  const record = await call(alfa, pact, 'In a log that succeeds it.')
  await alfa.out(at)
  expect((await visit(bravo, at)).keys.cards.map(({ serial }) => serial)).toEqual([2, 3, 4])
  await visit(alfa, at)
  for (const one of [before, record]) expect(await stateOf(alfa, one)).toBe('delivered')
  expect(await validityOf(bravo, record)).toBe('valid')
})

test('a card that is not on the stick is named, and the next trip brings it', async () => {
  const { alfa, bravo, at, pact } = await pair()
  value(await alfa.node.rotateKeys({ roles: ['statement', 'receipt', 'request', 'sealing'] }))
  const record = await call(alfa, pact, 'With new keys.')
  await alfa.out(at)
  const { digest } = alfa.node.card
  const harmed = stick()
  cpSync(at, harmed, { recursive: true })
  rmSync(join(harmed, alfa.party, 'card'))
  rmSync(join(harmed, alfa.party, 'cards', digest))
  const { keys } = await bravo.in(harmed)
  expect(keys).toMatchObject({ cards: [], awaited: [{ party: alfa.party, card: digest }] })
  // Turned by a bit, it is as good as missing; it is named by its path.
  const path = join(harmed, alfa.party, 'cards', digest)
  const bytes = readFileSync(join(at, alfa.party, 'cards', digest))
  bytes.writeUInt8(bytes.readUInt8(900) ^ 1, 900)
  writeFileSync(path, bytes)
  expect((await bravo.in(harmed)).keys).toMatchObject({
    ...{ cards: [], awaited: [{ card: digest }] },
    missing: [{ path: `${alfa.party}/cards/${digest}`, why: 'is damaged' }],
  })
  // It proves itself, in whose folder it may lie.
  rmSync(path)
  mkdirSync(join(harmed, bravo.party, 'cards'), { recursive: true })
  const { keys: later } = await bravo.in(at)
  expect(later).toMatchObject({ cards: [{ serial: 2 }], awaited: [], missing: [] })
  await bravo.out(at)
  await alfa.in(at)
  expect(await stateOf(alfa, record)).toBe('delivered')
})

test('what a stick brings of cards and notices that no believed root signed is left, whoever’s folder it lies in', async () => {
  const { alfa, bravo, at, pact } = await pair()
  // Somebody with a root of their own calls themselves alfa.
  const posing = stick()
  const around = noNetwork()
  const made = { dir: join(folder(), 'alfa'), party: alfa.party, endpoint: 'https://alfa.example/', neutral: false }
  const { card } = value(await initNode(made, around))
  mkdirSync(join(posing, alfa.party, 'cards'), { recursive: true })
  mkdirSync(join(posing, alfa.party, 'notices'), { recursive: true })
  writeFileSync(join(posing, alfa.party, 'card'), card.bytes)
  writeFileSync(join(posing, alfa.party, 'cards', card.digest), card.bytes)
  writeFileSync(join(posing, alfa.party, 'cards', alfa.node.card.digest), card.bytes)
  const junk = ['AUTORUN.INF', 'f'.repeat(64), 'F'.repeat(64), '.new']
  for (const of of ['cards', 'notices'])
    for (const name of junk) writeFileSync(join(posing, alfa.party, of, name), Buffer.alloc(70_000, 0x7b))
  const { keys } = await bravo.in(posing)
  expect(keys).toMatchObject({ cards: [], notices: [] })
  expect(keys.missing.map(({ path }) => path).sort()).toEqual(
    ['cards', 'notices'].map((of) => `${alfa.party}/${of}/${'f'.repeat(64)}`),
  )
  expect(readdirSync(join(bravo.dir, 'cards'))).not.toContain(card.digest)
  expect(bravo.node.cardOf(alfa.party)?.digest).toBe(alfa.node.card.digest)
  const record = await call(alfa, pact, 'From alfa itself.')
  await alfa.out(at)
  await visit(bravo, at)
  await alfa.in(at)
  expect(await stateOf(alfa, record)).toBe('delivered')
  expect(await alarmsOf(bravo)).toEqual([])
})

test('a notice that comes by stick alone freezes what the stolen keys say from there on', async () => {
  const { alfa, bravo, at, pact } = await pair()
  const held = await call(alfa, pact, 'Held by bravo before.')
  await alfa.out(at)
  await visit(bravo, at)
  await alfa.in(at)
  aSecondLater()
  const [origin = ''] = held.split('#')
  // A copy of alfa’s folder is stolen, and goes on in its log; only alfa’s root is not in it.
  await alfa.node.stop()
  const copy = join(folder(), 'copy')
  cpSync(alfa.dir, copy, { recursive: true })
  await alfa.restart()
  await alfa.in(at)
  // Not its receipt key: of two parties alone, none shows when the other gave a receipt.
  const roles: KeyRole[] = ['log', 'request', 'sealing', 'statement']
  expect(value(await alfa.node.rotateKeys({ compromised: { roles } }))).toMatchObject({ state: 'accepted' })
  const after = await call(alfa, pact, 'In the new log.')
  await alfa.out(at)
  const { keys } = await visit(bravo, at)
  expect(keys).toMatchObject({
    cards: [{ party: alfa.party, serial: 2 }],
    notices: [{ party: alfa.party, roles }],
  })
  expect(bravo.node.views.frozenAt(origin)).toBe(Number(held.split('#')[1]) + 1)
  expect(await alarmsOf(bravo)).toEqual(['party/notice'])
  expect(await validityOf(bravo, held)).toBe('valid')
  // Said on in bravo’s own log, and published for whoever has only bravo’s folder.
  expect(readdirSync(join(at, bravo.party, 'notices'))).toHaveLength(1)
  const [notice] = await bravo.node.views.notices()
  const speakers = new Set(notice?.carriedBy.map((record) => record.slice(0, record.indexOf('/'))))
  expect([...speakers].sort()).toEqual([alfa.party, bravo.party])
  await visit(alfa, at)
  expect(await stateOf(alfa, after)).toBe('delivered')
  expect(alfa.node.views.frozenAt(origin)).toBe(bravo.node.views.frozenAt(origin))
  // What the thief says now, and gets into bravo’s hands on a stick of its own, is void.
  const said = await goesOn(copy, origin)
  const stolen = stick()
  value(await carryOut({ dir: copy, to: stolen, around: noNetwork(), progress: () => {} }))
  expect((await bravo.in(stolen)).logs.find((log) => log.origin === origin)).toMatchObject({ entries: 1, refused: [] })
  expect(await validityOf(bravo, said)).toBe('void')
})

test('a notice reaches a party through another’s folder, and a party without its card asks for that', async () => {
  const { all, yaml } = await islands(3)
  const [alfa, bravo, watch] = all as [Island, Island, Island]
  const at = stick()
  const pact = await inForceByStick(all, yaml, at)
  const held = await call(alfa, pact, 'Held by all.')
  for (let trip = 0; trip < 2; trip++) for (const one of all) await visit(one, at)
  value(await alfa.node.rotateKeys({ compromised: { roles: ['statement', 'log'] } }))
  await alfa.out(at)
  await visit(watch, at)
  // Bravo never sees alfa’s own folder again.
  const relayed = stick()
  cpSync(join(at, watch.party), join(relayed, watch.party), { recursive: true })
  rmSync(join(relayed, watch.party, 'cards', alfa.node.card.digest))
  const early = await bravo.in(relayed)
  expect(early.keys).toMatchObject({ notices: [], awaited: [{ party: alfa.party, card: alfa.node.card.digest }] })
  copyFileSync(
    join(at, watch.party, 'cards', alfa.node.card.digest),
    join(relayed, watch.party, 'cards', alfa.node.card.digest),
  )
  const { keys } = await bravo.in(relayed)
  expect(keys).toMatchObject({ cards: [{ party: alfa.party, serial: 2 }], notices: [{ party: alfa.party }] })
  expect(keys.awaited).toEqual([])
  const [origin = ''] = held.split('#')
  // The neutral has countersigned alfa’s own saying of it: the log is frozen, and the same for both.
  expect(bravo.node.views.frozenAt(origin)).toBe(watch.node.views.frozenAt(origin))
  expect(bravo.node.views.frozenAt(origin)).toBeDefined()
})

test('a folder that is an old copy of ours puts no older card over the one on the stick', async () => {
  const { alfa, at } = await pair()
  await alfa.node.stop()
  const old = readFileSync(join(alfa.dir, 'card'))
  await alfa.restart()
  value(await alfa.node.rotateKeys({ roles: ['request'] }))
  await alfa.out(at)
  const newer = readFileSync(join(at, alfa.party, 'card'))
  await alfa.node.stop()
  writeFileSync(join(alfa.dir, 'card'), old)
  await alfa.out(at)
  expect(readFileSync(join(at, alfa.party, 'card')).equals(newer)).toBe(true)
  // One that our root did not sign is no later one of ours.
  writeFileSync(join(at, alfa.party, 'card'), 'junk')
  await alfa.out(at)
  expect(readFileSync(join(at, alfa.party, 'card')).equals(old)).toBe(true)
})

/** Says a record more in the log of a copied folder. */
async function goesOn(dir: string, origin: string): Promise<string> {
  const { disk, random } = noNetwork()
  const { keys } = value(await loadIdentity(dir))
  const log = value(await openOwnLog({ disk, dir, origin, random, signers: keys.log }))
  log.confirm()
  const last = value(parseEntry(await log.entry(log.size - 1)))
  const rest = { id: '0195f3a0-7c11-7abc-8def-0123456789ab', type: 'x/theft', body: {}, to: [], re: [], content: [] }
  const seen = { logs: [], receipts: [] }
  const index = await log.append(signStatement({ ...last.statement, ...rest, seen }, keys.statement))
  await log.published()
  await log.close()
  return `${origin}#${index}`
}

/** A root made elsewhere takes the place of the one that lies here; both sign. */
async function changeRoot({ node }: Island): Promise<void> {
  const root = await makeRootKey(noNetwork().random, undefined)
  const keys = [value(parseRootPublicKey(root.public))]
  const asked = value(await node.rotateKeys({ root: { threshold: 1, keys } }))
  if (asked.state !== 'to-sign') throw new Error('It needs the new root.')
  value(await node.acceptKeys(await signedBy(asked.request, root.secret)))
}

async function signedBy(request: Uint8Array, secret: Uint8Array): Promise<Uint8Array> {
  const signer = value(await openRootKey(secret, undefined))
  return formatSigningRequest(value(addRootSignatures(value(parseSigningRequest(request)), signer)))
}
