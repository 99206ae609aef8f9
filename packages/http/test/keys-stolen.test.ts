// A thief has a copy of a node's folder, every key but the root's, and the party's place on the network. It is played here
// with what it has: the folder, run by our own code where that helps it, and written and served by hand where our code
// would not go along (spec/keys.md, What a notice does).

import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { verifyEvidence } from '@countersign/client'
import { nodeDisk, openOwnLog, originHash } from '@countersign/ledger'
import { cosign, logNote, utf8, verifyCheckpoint } from '@countersign/log'
import { loadIdentity, Node, realSurroundings } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE, parseEntry, receiptDigest, receiptKeyName, signStatement } from '@countersign/record'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { delivered, type Parties, type Party, startParties, until, value } from './parties.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
})
afterAll(() => parties.close())

async function call(node: Node, text: string): Promise<string> {
  const content = [
    { role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes: utf8(JSON.stringify({ subject: text, text })) },
  ]
  const body = { precedence: 'ROUTINE' }
  const said = value(await node.say({ pact: parties.pact, type: 'hotline/message', body, content, account: 'test' }))
  if (said.state !== 'said') throw new Error('It was held here.')
  return said.record
}
const originOf = (record: string) => record.slice(0, record.indexOf('#'))
const indexOf = (record: string) => Number(record.slice(record.indexOf('#') + 1))
const validity = async (at: Party, record: string) => (await at.node.views.record(record))?.row.validity
const heard = (at: Party, record: string) =>
  until(`${record} to be heard`, async () => (await validity(at, record)) !== undefined)

/** Serves a folder as it stands at a port, to whoever asks. */
async function servedByHand(dir: string, port: number): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    try {
      const bytes = readFileSync(join(dir, request.url ?? ''))
      const from = Number(/^bytes=([0-9]+)-/.exec(request.headers.range ?? '')?.[1] ?? -1)
      if (from < 0) response.end(bytes)
      else if (from >= bytes.length) response.writeHead(416).end()
      else response.writeHead(206).end(bytes.subarray(from))
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

test('a rotation that was broken off before it was said is finished by the next start', async () => {
  const { alfa, bravo } = parties
  await alfa.stop()
  // Nobody is reached, so no log of ours may be signed: the card speaks, and is said nowhere yet.
  const alone = { ...realSurroundings(), fetch: () => Promise.reject(new Error('no network')) }
  const node = value(await Node.open(alfa.dir, alone))
  expect(value(await node.rotateKeys({ roles: ['statement', 'receipt'] }))).toMatchObject({
    state: 'accepted',
    serial: 2,
  })
  expect((await node.keyStatus()).logs.map(({ serial }) => serial)).toEqual([1, 1])
  await node.stop()
  await alfa.start()
  const upToDate = async () => (await alfa.node.keyStatus()).logs.every((log) => log.upToDate)
  await until('the new card to be said in each log', upToDate)
  await delivered(alfa.node, await call(alfa.node, 'with the new keys'))
  expect(bravo.node.cardOf('alfa.example')?.body.serial).toBe(2)
})

test('a receipt that a thief gave with our key is told to us once somebody names it, with what to do', async () => {
  const { alfa, bravo, watch, pact } = parties
  await alfa.stop()
  const copy = join(parties.dir, 'receipts-by-a-thief')
  cpSync(alfa.dir, copy, { recursive: true })
  const { receipt } = value(await loadIdentity(copy)).keys
  const record = await call(bravo.node, 'for alfa')
  const origin = originOf(record)
  // Over the head that its author published.
  const { log } = bravo.node.card.keys
  const names = { origin, ed25519PublicKey: log.ed25519, mldsa44PublicKey: log.mldsa44 }
  const published = () => readFileSync(join(bravo.dir, 'logs', ...origin.split('/').slice(1), 'checkpoint'))
  const headNow = () => value(verifyCheckpoint(published(), names))
  await until('it to be published', () => headNow().size > indexOf(record))
  const head = headNow()
  const time = Math.floor(Date.now() / 1000)
  const given = cosign(logNote(head), { name: receiptKeyName('alfa.example', pact), ...receipt }, time)
  const folder = join(copy, 'receipts', originHash(origin))
  writeFileSync(join(folder, `${head.size}-${time}`), given)
  appendFileSync(join(folder, 'index'), `${head.size}-${time}\n`)
  const end = await servedByHand(copy, alfa.port)
  // No hint comes by hand: it looks for receipts as it starts.
  await bravo.restart()
  await delivered(bravo.node, record)
  await until('bravo to be ready', () => bravo.node.health().ready)
  const isNamed = async () => {
    const log = bravo.node.logOf(origin)
    for await (const bytes of log?.entries(indexOf(record), log.size) ?? []) {
      const entry = value(parseEntry(bytes))
      if (entry.statement.seen.receipts.some(({ digest }) => digest === receiptDigest(given))) return true
    }
    return false
  }
  await call(bravo.node, 'naming it')
  await until('bravo to name it', isNamed)
  await end()
  await alfa.start()
  const alarm = async (code: string) => (await alfa.node.status()).alarms.find((one) => one.code === code)
  await until('alfa to be told', async () => (await alarm('receipt/by-our-key')) !== undefined)
  expect((await alarm('receipt/not-given'))?.message).toContain('bravo.example says in')
  expect(await alarm('receipt/by-our-key')).toMatchObject({
    subject: expect.stringContaining(origin),
    message: expect.stringMatching(
      /either this folder is an older copy, or somebody has the key.*key revoke --role receipt/,
    ),
  })
  // What it gives itself is named all the time, and nobody else is told anything of theirs.
  for (const { node } of [bravo, watch])
    expect((await node.status()).alarms.filter(({ code }) => code.startsWith('receipt/'))).toEqual([])
  expect((await alfa.node.status()).alarms.filter(({ code }) => code.startsWith('receipt/')).length).toBe(2)
})

test('what a thief said before the notice stands, and what it says afterwards is void for everybody', async () => {
  const { alfa, bravo, watch } = parties
  const trusted = [alfa, bravo, watch].map(({ node }) => node.card)
  const own = await call(alfa.node, 'by alfa')
  await delivered(alfa.node, own)
  await alfa.stop()
  const copy = join(parties.dir, 'thief')
  cpSync(alfa.dir, copy, { recursive: true })
  rmSync(join(copy, 'private', 'keys', 'root.json'))
  rmSync(join(copy, 'private', 'node.lock'), { force: true })
  const origin = originOf(own)

  // It goes on in alfa's log, and is believed: nobody knows yet.
  const identity = value(await loadIdentity(copy))
  const at = { disk: nodeDisk(), dir: copy, origin, random: realSurroundings().random }
  const byThief = async (text: string) => {
    const log = value(await openOwnLog({ ...at, signers: identity.keys.log }))
    log.confirm()
    const entry = parseEntry(await log.entry(log.size - 1))
    if (!entry.ok) throw new Error(entry.message)
    const id = `0195f3a0-7c11-7abc-8def-${Buffer.from(text).toString('hex').padStart(12, '0').slice(-12)}`
    const statement = {
      ...entry.value.statement,
      id,
      type: 'x/theft',
      body: { text },
      seen: { logs: [], receipts: [] },
    }
    const index = await log.append(
      signStatement({ ...statement, to: [], re: [], content: [] }, identity.keys.statement),
    )
    await log.published()
    await log.close()
    return `${origin}#${index}`
  }
  const early = await byThief('before')
  let end = await servedByHand(copy, alfa.port)
  for (const party of [bravo, watch]) await heard(party, early)
  const covered = async () => {
    const record = await bravo.node.views.record(early)
    return record?.receipts.some(({ by, size }) => by === 'watch.example' && size > indexOf(early)) === true
  }
  await until('the neutral to cover it', covered)
  await end()
  // Receipts are dated to the second, and one of the second in which the notice counts is not before it.
  const coveredBy = Math.floor(Date.now() / 1000)
  await until('a later second', async () => Math.floor(Date.now() / 1000) > coveredBy)

  // alfa is back, finds what was said in its name, and has its root speak.
  await alfa.start()
  await until('alfa to be ready', () => alfa.node.health().ready)
  const roles = ['log', 'receipt', 'request', 'sealing', 'statement'] as const
  const revoked = value(await alfa.node.rotateKeys({ compromised: { roles: [...roles] } }))
  // Its own folder holds less than its key signed: cards may have been given, too, that it does not know.
  expect(revoked).toMatchObject({ state: 'accepted', serial: expect.any(Number) })
  if (revoked.state === 'accepted') expect(revoked.serial).toBeGreaterThan(Math.floor(Date.now() / 1000) - 600)
  const frozen = () => [bravo, watch].every(({ node }) => node.views.frozenAt(origin) !== undefined)
  await until('the log to be frozen', frozen)
  const sizes = [bravo, watch].map(({ node }) => node.views.frozenAt(origin))
  expect(sizes).toEqual([indexOf(early) + 1, indexOf(early) + 1])
  // The others pass it on in logs of their own, and raise an alarm.
  const carried = async () => {
    const [notice] = await watch.node.views.notices()
    return notice?.carriedBy.some((record) => record.startsWith('bravo.example/')) === true
  }
  await until('bravo to pass the notice on', carried)
  for (const { node } of [bravo, watch]) {
    expect((await node.status()).alarms.map(({ code }) => code)).toContain('party/notice')
  }

  // In its new log alfa speaks on, and is answered.
  const after = await call(alfa.node, 'in the new log')
  expect(originOf(after)).not.toBe(origin)
  await delivered(alfa.node, after)
  await delivered(bravo.node, await call(bravo.node, 'an answer'))

  // The thief takes the place on the network again.
  await alfa.stop()
  const late = await byThief('after')
  end = await servedByHand(copy, alfa.port)
  for (const party of [bravo, watch]) await heard(party, late)
  await end()
  for (const party of [bravo, watch]) {
    expect((await validity(party, own))?.kind).toBe('valid')
    expect(await validity(party, late)).toMatchObject({ kind: 'void', code: 'party/frozen' })
    expect((await validity(party, early))?.kind).not.toBe('void')
  }

  // A stranger with the three cards and the evidence of the notice comes to the same, offline.
  const evidence = async (record: string) =>
    value(await watch.node.evidence(record, { reveal: false, exchange: false }))
  const [notice] = await watch.node.views.notices()
  const carriedBy = notice?.carriedBy.filter((record) => record.startsWith('bravo.example/')) ?? []
  const beside = await Promise.all(carriedBy.map(evidence))
  for (const [record, code] of [
    [own, 'evidence/ok'],
    [late, 'evidence/frozen'],
  ] as const) {
    const file = await evidence(record)
    expect(verifyEvidence(file, trusted).holds).toBe(true)
    const report = verifyEvidence(file, trusted, beside)
    expect(report.steps.find(({ step }) => step === 'notices')).toMatchObject({ code, ok: code === 'evidence/ok' })
    expect(report.holds).toBe(code === 'evidence/ok')
  }
  const other = verifyEvidence(await evidence(own), trusted, [await evidence(late)])
  expect(other.steps.find(({ step }) => step === 'notices')?.code).toBe('evidence/notices')
  await alfa.start()
})
