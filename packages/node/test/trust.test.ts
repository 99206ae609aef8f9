// Which cards a node takes for trusted once a person compared their words.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDisk } from '@countersign/ledger'
import { makeCard } from '@countersign/record'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Identity, initNode, realSurroundings, TrustedCards } from '../src/index.ts'

const dir = mkdtempSync(join(tmpdir(), 'countersign-trust-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

async function node(folder: string, party: string): Promise<Identity> {
  const made = await initNode({ dir: join(dir, folder), party, endpoint: 'http://127.0.0.1:1/' }, realSurroundings())
  if (!made.ok) throw new Error(made.message)
  return made.value
}

let alfa: Identity
let bravo: Identity
let trusted: TrustedCards
beforeAll(async () => {
  alfa = await node('alfa', 'alfa.example')
  bravo = await node('bravo', 'bravo.example')
  trusted = await TrustedCards.open(alfa, nodeDisk())
  expect((await trusted.add(bravo.card.bytes, Date.now())).ok).toBe(true)
})

test('a trusted card is trusted after a restart, for its root and no other', async () => {
  const again = await TrustedCards.open(alfa, nodeDisk())
  expect(again.of('bravo.example')?.digest).toBe(bravo.card.digest)
  expect(again.withRoot('bravo.example', bravo.card.rootDigest)?.digest).toBe(bravo.card.digest)
  expect(again.withRoot('bravo.example', alfa.card.rootDigest)).toBeUndefined()
})

test('a card of our own party is refused', async () => {
  expect(await trusted.add(alfa.card.bytes, Date.now())).toMatchObject({ ok: false, code: 'trust/own' })
})

test('a card is refused before and after the time in which it is valid', async () => {
  const century = 100 * 365 * 86_400_000
  for (const now of [Date.now() + century, Date.now() - century]) {
    expect(await trusted.add(bravo.card.bytes, now)).toMatchObject({ ok: false, code: 'trust/expired' })
  }
})

test('a card of another root under a known name is refused, and the first stays', async () => {
  const impostor = await node('impostor', 'bravo.example')
  expect(await trusted.add(impostor.card.bytes, Date.now())).toMatchObject({ ok: false, code: 'trust/other-root' })
  expect(trusted.of('bravo.example')?.digest).toBe(bravo.card.digest)
})

test('a later card of a trusted root follows by itself, and an older one never again', async () => {
  const { keys, card } = bravo
  const signers = {
    ...{ log: keys.log, statement: keys.statement, receipt: keys.receipt, request: keys.request },
    root: keys.roots,
  }
  const second = makeCard({ ...card.body, serial: 2, endpoints: ['https://bravo.example/'] }, signers)
  expect((await trusted.add(second, Date.now())).ok).toBe(true)
  expect(await trusted.add(card.bytes, Date.now())).toMatchObject({ ok: false, code: 'trust/older' })
  expect((await TrustedCards.open(alfa, nodeDisk())).of('bravo.example')?.body.serial).toBe(2)
})
