// A receipt is made of what the author signed and of nothing else that stood in the note it serves.

import { type Disk, nodeDisk, openMirror, openReceipts } from '@countersign/ledger'
import { formatNote, parseNote, signNoteLine } from '@countersign/log'
import { parseReceipt } from '@countersign/record'
import { describe, expect, onTestFinished, test } from 'vitest'
import { alfa, bravo, checkpointOf, entry, ORIGIN, opening, PACT, pair, watch } from '../../../spec/vectors/samples.ts'
import { PeerLog, type PeerLogOptions } from '../src/hearing/peer-log.ts'
import { PeerUnreachable } from '../src/hearing/peer-requests.ts'
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
  // The second look, half a minute after the first, showed no more than was held by then.
  expect({ first, second }).toEqual({ first: 30, second: 120 })
})

describe('a neutral that cannot say that its author showed no more', () => {
  const T = 1_800_000_000
  /** Shows so many entries; they come `slowMs` later, and then `then` happens. */
  function slowAuthor() {
    const author = { now: T * 1000, shown: 2, slowMs: 5_000, isGone: false, then: () => {} }
    const shown = (size: number) => logFiles('own', ENTRIES.slice(0, size))
    const requests = requestsTo(alfa.card, (path) => shown(author.shown).get(path) ?? shown(2).get(path))
    const get: typeof requests.get = async (...of) => {
      if (author.isGone) throw new PeerUnreachable('alfa.example is gone')
      const answer = await requests.get(...of)
      const [path] = of
      if (path.includes('entries')) {
        author.now += author.slowMs
        author.then()
      }
      return answer
    }
    const part: typeof requests.part = (...of) => requests.part(...of)
    const { party } = alfa.card
    const source = { requests: { party, reachable: true, get, part }, prefix: 'own' }
    return { author, of: { sources: [source], around: { ...realSurroundings(), now: () => author.now } } }
  }
  const told = (receipts: Given[]) =>
    receipts.map(({ size, time, isDeposit }) => ({ size, at: time - T, as: isDeposit ? 'deposit' : 'receipt' }))

  test('a depositary whose author is gone when it is asked again gives a deposit, and once it shows no more a receipt', async () => {
    const { author, of } = slowAuthor()
    author.then = () => {
      author.isGone = true
    }
    const receipts = await given(
      checkpointOf(ENTRIES),
      { ...of, role: 'depositary', cosignSeconds: 60 },
      async (log) => {
        await expect(log.round()).rejects.toThrow('gone')
        author.isGone = false
        // In the very second of the deposit it is not dated again.
        await log.round()
        author.now += 1_000
        await log.round()
        author.now += 1_000
        await log.round()
      },
    )
    expect(told(receipts)).toEqual([
      { size: 2, at: 5, as: 'deposit' },
      { size: 2, at: 6, as: 'receipt' },
    ])
    const [deposit, receipt] = receipts.map(read)
    expect(deposit).toMatchObject({ ok: true, value: { isDeposit: true, size: 2 } })
    expect(receipt).toMatchObject({ ok: true, value: { isDeposit: false, size: 2 } })
  })

  test('one that is no depositary cosigns nothing until its author shows no more', async () => {
    const { author, of } = slowAuthor()
    author.then = () => {
      author.isGone = true
    }
    const receipts = await given(checkpointOf(ENTRIES), { ...of, role: 'observer', cosignSeconds: 60 }, async (log) => {
      author.isGone = false
      author.now += 3_000
      await log.round()
    })
    expect(told(receipts)).toEqual([{ size: 2, at: 8, as: 'receipt' }])
  })

  test('what its author showed and it could not take is no “no more”', async () => {
    const { author, of } = slowAuthor()
    // While the first two entries are on their way a third is said, and of it only the head comes.
    author.then = () => {
      author.shown = 3
      author.then = () => {
        author.isGone = true
        throw new PeerUnreachable('alfa.example broke off')
      }
    }
    const receipts = await given(checkpointOf(ENTRIES), { ...of, role: 'depositary', cosignSeconds: 60 })
    expect(told(receipts)).toEqual([{ size: 2, at: 10, as: 'deposit' }])
  })

  test('a party gives its receipt all the same', async () => {
    const { author, of } = slowAuthor()
    author.then = () => {
      author.isGone = true
    }
    expect(told(await given(checkpointOf(ENTRIES), of))).toEqual([{ size: 2, at: 5, as: 'receipt' }])
  })
})
