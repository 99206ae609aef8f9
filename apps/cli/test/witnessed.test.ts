// Witnesses that an agreement names, run for real beside the nodes: their cosignatures are asked for, carried beside the
// log, heard of by every reader, and shown in evidence as what they are (spec/witness.md).

import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { logFolder, nodeDisk } from '@countersign/ledger'
import { formatVerifierKey, makeVerifierKey, parseNote, sha256, toHex, utf8, verifyWitnessLine } from '@countersign/log'
import { initWitness, policyFile, serveWitness, Witness, type WitnessIdentity } from '@countersign/witness'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { delivered, freePort, type Parties, startParties, until, value } from '../../../packages/http/test/parties.ts'

const dir = mkdtempSync(join(tmpdir(), 'countersign-witnessed-'))
const NAMES = ['witness.example/w1', 'witness.example/w2'] as const
const at = (name: string) => join(dir, name.replace('/', '-'))
const fileOf = (name: string) => toHex(sha256(utf8(name)))
const witnesses: { identity: WitnessIdentity; port: number; stop?: () => Promise<void> }[] = []
let parties: Parties

async function startWitness(which: number): Promise<void> {
  const of = witnesses[which]
  if (of === undefined) throw new Error('There is no such witness.')
  const around = { disk: nodeDisk(), now: () => Date.now() / 1000, report: () => {} }
  const witness = value(await Witness.open(at(of.identity.name), around))
  const served = value(await serveWitness(witness, { listen: `127.0.0.1:${of.port}` }))
  of.stop = async () => {
    await served.close()
    await witness.close()
  }
}

/** The policy of a witness: the logs of these parties, whose origins are drawn when they are opened. */
function accept(which: number): void {
  const lines = [parties.alfa, parties.bravo].flatMap(({ node }) =>
    [...originsOf(node.party)].map((origin) => {
      return `log ${formatVerifierKey(makeVerifierKey(origin, 1, node.card.keys.log.ed25519))}\n`
    }),
  )
  const name = witnesses[which]?.identity.name ?? ''
  writeFileSync(policyFile(at(name)), `${lines.join('')}quorum none\n`)
}

function originsOf(party: string): string[] {
  const { dir: of, pact } = [parties.alfa, parties.bravo].find((one) => one.party === party)
    ? { dir: party === 'alfa.example' ? parties.alfa.dir : parties.bravo.dir, pact: parties.pact }
    : { dir: '', pact: '' }
  const index = readFileSync(join(of, 'logs', pact, 'index'), 'utf8')
    .trim()
    .split('\n')
  return index.map((line) => `${party}/${pact}/${line}`)
}

beforeAll(async () => {
  for (const name of NAMES) {
    const identity = value(await initWitness(at(name), name, (bytes) => randomBytes(bytes)))
    witnesses.push({ identity, port: await freePort() })
  }
  const of = witnesses.map(({ identity, port }, i) => {
    const vkeys = identity.keys.map((key) => `        - ${formatVerifierKey(key)}`).join('\n')
    return `    - name: ${identity.name}\n      operator: op${i + 1}.example\n      url: http://127.0.0.1:${port}/\n      vkeys:\n${vkeys}`
  })
  parties = await startParties({
    yaml: (text) =>
      `${text.replace(/cosignSeconds: \d+/, 'cosignSeconds: 2')}\nwitnesses:\n  quorum: 2\n  of:\n${of.join('\n')}\n`,
  })
  for (const which of [0, 1]) {
    accept(which)
    await startWitness(which)
  }
}, 120_000)
afterAll(async () => {
  for (const { stop } of witnesses) await stop?.()
  await parties.close()
  rmSync(dir, { recursive: true, force: true })
})

const call = (subject: string) => ({
  ...{ pact: parties.pact, type: 'hotline/message', body: { precedence: 'FLASH' }, account: 'test' },
  content: [
    {
      ...{ role: 'message', mediaType: 'application/vnd.countersign.message.v1+json' },
      bytes: utf8(JSON.stringify({ subject, text: 'Please look.' })),
    },
  ],
})
const says = async (subject: string) => {
  const said = value(await parties.alfa.node.say(call(subject)))
  if (said.state !== 'said') throw new Error('It was held here.')
  await delivered(parties.alfa.node, said.record)
  return said.record
}
const witnessed = async (node: Parties['alfa']['node'], record: string) =>
  (await node.views.record(record))?.row.witnessed

test('a record is witnessed once enough of them cosigned it, for its author and for every reader', {
  timeout: 120_000,
}, async () => {
  const record = await says('Seen by others')
  const { alfa, bravo, watch } = parties
  for (const { node } of [alfa, bravo, watch]) {
    await until('it to be witnessed', async () => (await witnessed(node, record))?.enough === true)
    expect((await witnessed(node, record))?.by).toEqual([...NAMES])
  }
  // What was given stands beside the log, and with the newest checkpoint.
  const [origin = ''] = record.split('#')
  const folder = logFolder(alfa.dir, origin)
  for (const { identity } of witnesses) {
    const note = readFileSync(join(folder, 'witnessed', fileOf(identity.name)))
    for (const key of identity.keys) expect(verifyWitnessLine(note, key).ok).toBe(true)
  }
  await until('the checkpoint to carry them', () => {
    const note = parseNote(readFileSync(join(folder, 'checkpoint')))
    return note.ok && note.value.signatures.length === 6
  })
  const evidence = JSON.parse(
    new TextDecoder().decode(value(await bravo.node.evidence(record, { reveal: false, exchange: false }))),
  )
  const note = Buffer.from(evidence.checkpoint, 'base64')
  for (const { identity } of witnesses) {
    for (const key of identity.keys) expect(verifyWitnessLine(note, key).ok).toBe(true)
  }
})

test('it bounds no time and discharges nobody; a witness that is away keeps up nothing', {
  timeout: 120_000,
}, async () => {
  await witnesses[1]?.stop?.()
  delete witnesses[1]?.stop
  const record = await says('One is away')
  const { alfa, bravo } = parties
  await until('the other to cosign it', async () => (await witnessed(bravo.node, record))?.by.length === 1)
  expect(await witnessed(bravo.node, record)).toEqual({ by: [NAMES[0]], enough: false })
  const row = (await alfa.node.views.record(record))?.row
  expect(row?.state).toBe('delivered')
  await startWitness(1)
  await until('both to have cosigned it', async () => (await witnessed(alfa.node, record))?.enough === true)
})

test('what was given outlives a restart, also of whoever only heard of it', { timeout: 120_000 }, async () => {
  const record = await says('Before the restart')
  const { alfa, bravo } = parties
  await until('it to be witnessed', async () => (await witnessed(bravo.node, record))?.enough === true)
  for (const { stop } of witnesses) await stop?.()
  for (const one of witnesses) delete one.stop
  await bravo.stop()
  for (const name of ['views.db', 'views.db-wal', 'views.db-shm']) rmSync(join(bravo.dir, name), { force: true })
  await bravo.start()
  await until('it to be known again', async () => (await witnessed(bravo.node, record))?.enough === true)
  expect(existsSync(join(alfa.dir, 'evidence'))).toBe(false)
})

test('a witness that was told nothing of a log says so to the officer', { timeout: 120_000 }, async () => {
  const name = witnesses[0]?.identity.name ?? ''
  rmSync(join(at(name), 'logs'), { recursive: true })
  writeFileSync(
    policyFile(at(name)),
    `log ${formatVerifierKey(makeVerifierKey('log.example/x', 1, parties.alfa.node.card.keys.log.ed25519))}\nquorum none\n`,
  )
  await startWitness(0)
  await says('Nobody told it')
  await until('an alarm', async () =>
    (await parties.alfa.node.status()).alarms.some(
      ({ code, subject }) => code === 'witness/unknown-log' && subject.endsWith(name),
    ),
  )
})
