// Content that is destroyed is gone wherever a node held it: as plaintext and as ciphertext, from every file under its
// folder, with its proofs going on to verify (spec/destruction.md).

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyEvidence } from '@countersign/client'
import { auditNode, realSurroundings, type Surroundings, takeBackup } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { afterEach, describe, expect, test } from 'vitest'
import { bytesInput, delivered, type Parties, type Party, startParties, until, value } from './parties.ts'

const PLAIN = 'Canaries sing at dawn'

let parties: Parties
afterEach(() => parties.close())

/** Files under a folder in which one of these stands. */
function found(dir: string, ...canaries: (string | Buffer)[]): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => {
      const bytes = readFileSync(path)
      return canaries.some((canary) => bytes.includes(canary))
    })
}

/** A share with objects that sing, delivered; its record, and a piece of its sealed file. */
async function planted({ alfa, bravo, watch, pact }: Parties): Promise<{ record: string; sealed: Buffer }> {
  const objects = Array.from({ length: 60 }, (_, i) => ({
    ...{ type: 'malware', spec_version: '2.1', is_family: false, name: `${PLAIN} ${i}`, description: PLAIN.repeat(20) },
    id: `malware--0195f3a0-7c11-4abc-8def-${String(i).padStart(12, '0')}`,
    ...{ created: '2026-03-01T09:30:00.000Z', modified: '2026-03-01T09:30:00.000Z' },
  }))
  const bundle = { type: 'bundle', id: 'bundle--0195f3a0-7c11-4abc-8def-0123456789ab', objects }
  const bytes = new TextEncoder().encode(JSON.stringify(bundle))
  const shared = value(await alfa.node.share({ pact, account: 'test', input: bytesInput(bytes) }))
  const record = shared.records[0] ?? ''
  await delivered(alfa.node, record)
  for (const { node } of [alfa, bravo]) {
    await until('the objects to be folded', async () => (await node.views.statistics()).objects === 60)
    await until('the index of words to follow', async () => (await node.views.statistics()).unsettled === 0)
  }
  const name = (await alfa.node.views.record(record))?.row.parts[0]?.sealed ?? ''
  const [file] = found(alfa.dir, '').filter((path) => path.endsWith(name))
  const sealed = readFileSync(file ?? '').subarray(1_600, 1_664)
  for (const { dir } of [alfa, bravo, watch]) expect(found(dir, sealed)).not.toEqual([])
  for (const { dir } of [alfa, bravo]) expect(found(dir, PLAIN)).not.toEqual([])
  return { record, sealed }
}

const asks = (party: Party, record: string) => party.node.content.destroy({ record, reason: 'Agreed', account: 'test' })
const isGone = ({ node }: Party, record: string) =>
  until(`the content to be gone at ${node.party}`, async () => {
    const row = (await node.views.record(record))?.row
    const life = await node.views.contentLife(record)
    return life?.destroyed.length === row?.parts.length && (await node.views.partsToRemove()).length === 0
  })

describe('with the consent of everyone concerned', () => {
  test('content is gone from every file of all three, and its proofs go on verifying', async () => {
    parties = await startParties()
    const { alfa, bravo, watch, pact } = parties
    const { record, sealed } = await planted(parties)
    expect(found(watch.dir, PLAIN)).toEqual([])
    expect(value(await asks(alfa, record))).toMatchObject({ state: 'asked', awaited: ['bravo.example'] })
    await until('bravo to see the consent', async () => {
      return (await bravo.node.views.contentLife(record))?.consents.includes('alfa.example') === true
    })
    value(await asks(bravo, record))
    for (const party of [alfa, bravo, watch]) await isGone(party, record)
    for (const { dir, node } of [alfa, bravo, watch]) {
      await until('nothing to be left', () => found(dir, sealed, PLAIN).length === 0)
      expect((await node.views.record(record))?.row.validity).toEqual({ kind: 'valid' })
    }
    const said = async () => value(await alfa.node.views.records({ pact, type: 'content/destroyed' })).records
    await until('both to have said so', async () => (await said()).length === 2)
    expect((await said()).map(({ from }) => from).sort()).toEqual(['alfa.example', 'bravo.example'])
    expect((await said()).every(({ validity }) => validity.kind === 'valid')).toBe(true)
    expect(await alfa.node.readContent(record, 0)).toMatchObject({ ok: false })
    const evidence = value(await bravo.node.evidence(record, { reveal: false }))
    const trusted = [alfa.node.card, bravo.node.card, watch.node.card]
    expect(verifyEvidence(evidence, trusted).holds).toBe(true)
    expect(value(await asks(alfa, record))).toEqual({ state: 'already' })
    // Nor is it in a backup made from now on: that leaves nothing out that a file under the folder holds.
    for (const { dir } of [alfa, bravo]) {
      const chunks: Uint8Array[] = []
      const sink = async (chunk: Uint8Array) => void chunks.push(chunk.slice())
      value(await takeBackup({ dir, passphrase: undefined, sink }, realSurroundings()))
      const backup = Buffer.concat(chunks)
      expect(backup.includes(record.split('/')[1] ?? '')).toBe(true)
      for (const canary of [sealed, PLAIN]) expect(backup.includes(canary)).toBe(false)
    }
    // Nothing comes back: not by a restart, nor when the views are folded again.
    for (const party of [alfa, bravo, watch]) {
      const { dir } = party
      await party.stop()
      expect(value(await auditNode(dir, realSurroundings(), { views: true })).views).toBe('equal')
      await party.start()
    }
    const later = value(await alfa.node.say(message('Later', pact)))
    if (later.state !== 'said') throw new Error('It was held here.')
    await delivered(alfa.node, later.record)
    for (const { dir } of [alfa, bravo, watch]) expect(found(dir, sealed, PLAIN)).toEqual([])
  })

  test('and not while a hold of one stands', async () => {
    parties = await startParties()
    const { alfa, bravo, watch } = parties
    const { record, sealed } = await planted(parties)
    value(await bravo.node.content.hold({ record, reason: 'A court asked for it', account: 'test' }))
    const reasons = async () => (await bravo.node.content.state(record))?.holdReasons
    expect(await reasons()).toMatchObject([{ reason: 'A court asked for it', account: 'test' }])
    await until('alfa to see the hold', async () => (await alfa.node.views.contentLife(record))?.holds.length === 1)
    expect(await asks(alfa, record)).toMatchObject({ ok: false, code: 'content/held' })
    expect(await alfa.node.content.lift(record, 'test')).toMatchObject({ ok: false, code: 'content/not-held' })
    value(await bravo.node.content.lift(record, 'test'))
    expect(await reasons()).toEqual([])
    await until('alfa to see it lifted', async () => (await alfa.node.views.contentLife(record))?.holds.length === 0)
    value(await asks(alfa, record))
    expect(found(watch.dir, sealed)).not.toEqual([])
    await until('bravo to see the consent', async () => {
      return (await bravo.node.views.contentLife(record))?.consents.includes('alfa.example') === true
    })
    value(await asks(bravo, record))
    for (const party of [alfa, bravo, watch]) await isGone(party, record)
  })
})

test('content whose agreed time of retention has run out is destroyed without being asked, but what is held', async () => {
  parties = await startParties({ yaml: (text) => text.replace('days: 3650', 'days: 30') })
  const { alfa, bravo, watch, pact } = parties
  const { record, sealed } = await planted(parties)
  const kept = value(await alfa.node.say(message(`${PLAIN}, and this is kept`, pact)))
  if (kept.state !== 'said') throw new Error('It was held here.')
  await delivered(alfa.node, kept.record)
  value(await bravo.node.content.hold({ record: kept.record, reason: 'Needed', account: 'test' }))
  await until('alfa to see the hold', async () => (await alfa.node.views.contentLife(kept.record))?.holds.length === 1)
  // A month and a day later; what a node does in an hour is done in half a second.
  const real = realSurroundings()
  const later: Surroundings = {
    ...real,
    now: () => real.now() + 31 * 86_400_000,
    after: (ms, act) => real.after(Math.min(ms, 500), act),
  }
  for (const party of [watch, bravo, alfa]) await party.restart(later)
  for (const party of [alfa, bravo, watch]) {
    await isGone(party, record)
    await until('nothing to be left', () => found(party.dir, sealed).length === 0)
  }
  expect((await alfa.node.views.record(kept.record))?.row.parts[0]?.state).toBe('opened')
  expect((await bravo.node.readContent(kept.record, 0)).ok).toBe(true)
})

function message(subject: string, pact: string) {
  const bytes = new TextEncoder().encode(JSON.stringify({ subject, text: 'Please look.' }))
  return {
    ...{ pact, type: 'hotline/message', body: { precedence: 'FLASH' }, account: 'test' },
    content: [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes }],
  }
}
