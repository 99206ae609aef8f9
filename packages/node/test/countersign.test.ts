// A receipt is made of what the author signed and of nothing else that stood in the note it serves.

import { type Disk, nodeDisk, openMirror, openReceipts } from '@countersign/ledger'
import { formatNote, parseNote, signNoteLine } from '@countersign/log'
import { parseReceipt } from '@countersign/record'
import { expect, onTestFinished, test } from 'vitest'
import { alfa, bravo, checkpointOf, entry, ORIGIN, opening, PACT, pair, watch } from '../../../spec/vectors/samples.ts'
import { PeerLog, type PeerLogOptions } from '../src/hearing/peer-log.ts'
import { realSurroundings } from '../src/surroundings.ts'
import { folder, logFiles, requestsTo, value } from './served-files.ts'

const ENTRIES = [opening(), entry(), entry()]
const { text, signatures } = value(parseNote(checkpointOf(ENTRIES)))
const [classic = '', quantum = ''] = signatures.map(({ line }) => line)
const stranger = signNoteLine(text, 'stranger.example', pair(99).ed25519)

type Given = Parameters<PeerLogOptions['onReceipt']>[0]

/** What bravo gives for a log of alfa that shows this checkpoint. */
async function given(
  checkpoint: Uint8Array,
  change: Partial<PeerLogOptions> = {},
  then: (log: PeerLog) => Promise<void> = async () => {},
): Promise<Given[]> {
  const dir = folder()
  const mirror = value(await openMirror({ disk: nodeDisk(), dir, origin: ORIGIN, keys: alfa.card.keys.log }))
  onTestFinished(() => mirror.close())
  const files = logFiles('own', ENTRIES).set('own/checkpoint', checkpoint)
  const receipts: Given[] = []
  const log = new PeerLog({
    ...{ origin: ORIGIN, author: alfa.card, mirror, pact: PACT, role: 'recipient' },
    sources: [{ requests: requestsTo(alfa.card, (path) => files.get(path)), prefix: 'own' }],
    us: { party: 'bravo.example', receipt: bravo.receipt },
    limits: { partBytes: 1_000, parts: 1 },
    parties: 2,
    cosignSeconds: undefined,
    receipts: await openReceipts({ disk: nodeDisk(), dir }),
    around: realSurroundings(),
    mayCountersign: () => true,
    pinnedSize: async () => undefined,
    onEntries() {},
    onContent() {},
    isDestroyed: () => false,
    onReceipt: (receipt) => void receipts.push(receipt),
    cosigners: [],
    onContradiction: async () => undefined,
    onTooFarBehind() {},
    ...change,
  })
  await log.round()
  await then(log)
  return receipts
}
const read = ({ bytes }: Given) =>
  parseReceipt(bytes, {
    ...{ author: alfa.card.keys.log, origin: ORIGIN },
    by: { party: 'bravo.example', pact: PACT, keys: bravo.card.keys.receipt },
  })

test.each<[string, string[]]>([
  ['as its author wrote it', [classic, quantum]],
  ['the other way round', [quantum, classic]],
  ['with a line of a stranger between', [classic, stranger, quantum]],
])('a checkpoint %s is countersigned in the one form that every reader takes', async (_how, lines) => {
  const receipts = await given(formatNote(text, lines))
  expect(receipts.map(read)).toMatchObject([{ ok: true, value: { size: 3 } }])
})

test('a receipt is told by the keys that it was made with, though ours change while it is written', async () => {
  const us = { party: 'bravo.example', receipt: bravo.receipt }
  const disk = nodeDisk()
  const changing: Disk = {
    ...disk,
    async replace(...of) {
      us.receipt = watch.receipt
      await disk.replace(...of)
    },
  }
  const [receipt] = await given(checkpointOf(ENTRIES), {
    us,
    receipts: await openReceipts({ disk: changing, dir: folder() }),
  })
  expect(us.receipt).toBe(watch.receipt)
  expect(receipt && read(receipt)).toMatchObject({ ok: true, value: { key: receipt?.key, digest: receipt?.digest } })
})

test('a neutral that takes long to take a log in looks again before it signs: what was said meanwhile is not bounded from below by that', async () => {
  let now = 1_800_000_000_000
  let [shown, slow] = [2, true]
  const serve = (path: string) => {
    if (slow && path.includes('entries')) {
      slow = false
      now += 90_000
      shown = 3
    }
    return logFiles('own', ENTRIES.slice(0, shown)).get(path) ?? logFiles('own', ENTRIES.slice(0, 2)).get(path)
  }
  const receipts = await given(checkpointOf(ENTRIES), {
    ...{ role: 'depositary', cosignSeconds: 60, around: { ...realSurroundings(), now: () => now } },
    sources: [{ requests: requestsTo(alfa.card, serve), prefix: 'own' }],
  })
  expect(receipts.map(({ size, time }) => ({ size, time }))).toEqual([{ size: 3, time: 1_800_000_090 }])
})

test('a neutral that takes long to be answered dates anew by when it asked', async () => {
  let now = 1_800_000_000_000
  const files = logFiles('own', ENTRIES)
  const serve = (path: string) => {
    const file = files.get(path)
    if (path === 'own/checkpoint') now += 30_000
    return file
  }
  const of: Partial<PeerLogOptions> = {
    ...{ role: 'depositary', cosignSeconds: 60, around: { ...realSurroundings(), now: () => now } },
    sources: [{ requests: requestsTo(alfa.card, serve), prefix: 'own' }],
  }
  const receipts = await given(checkpointOf(ENTRIES), of, async (log) => {
    now += 60_000
    await log.round()
  })
  const [first, second] = receipts.map(({ time }) => time - 1_800_000_000)
  // The first took several looks, each of half a minute.
  expect({ first, second }).toEqual({ first: 120, second: 180 })
})
