import { type Mirror, nodeDisk, openMirror, openReceipts } from '@countersign/ledger'
import { utf8 } from '@countersign/log'
import { expect, onTestFinished, test } from 'vitest'
import { alfa, bravo, checkpointOf, entry, ORIGIN, opening, PACT, watch } from '../../../spec/vectors/samples.ts'
import { PeerLog, type PeerLogOptions } from '../src/peer-log.ts'
import { realSurroundings } from '../src/surroundings.ts'
import { down, folder, logFiles, requestsTo, type Serve, value } from './served-files.ts'

const ALL = [opening(), ...Array.from({ length: 9 }, () => entry())]
const files = (prefix: string, entries: readonly Uint8Array[], served = entries): Serve => {
  const made = logFiles(prefix, entries, served)
  return (path) => made.get(path)
}

/** alfa's log, heard from alfa itself and from the depositary's mirror; `held` of it is here already. */
async function hearing(
  held: readonly Uint8Array[],
  serve: { author: Serve; depositary: Serve },
  more: Partial<PeerLogOptions> = {},
) {
  const dir = folder()
  const receipts = await openReceipts({ disk: nodeDisk(), dir })
  const mirror: Mirror = value(await openMirror({ disk: nodeDisk(), dir, origin: ORIGIN, keys: alfa.card.keys.log }))
  onTestFinished(() => mirror.close())
  value(await mirror.extend(held, checkpointOf(held)))
  const contradictions: string[] = []
  const log = new PeerLog({
    origin: ORIGIN,
    author: alfa.card,
    mirror,
    sources: [
      { requests: requestsTo(alfa.card, (path) => serve.author(path)), prefix: 'own' },
      { requests: requestsTo(watch.card, (path) => serve.depositary(path)), prefix: 'mirror' },
    ],
    us: { party: 'bravo.example', receipt: bravo.receipt },
    pact: PACT,
    role: 'recipient',
    limits: { partBytes: 1_000, parts: 1 },
    cosignSeconds: undefined,
    receipts,
    around: realSurroundings(),
    mayCountersign: () => true,
    onEntries() {},
    onContent() {},
    onReceipt() {},
    onContradiction: async (code) => void contradictions.push(code),
    ...more,
  })
  return { log, mirror, contradictions, receipts: () => receipts.given(ORIGIN).map(({ size }) => size) }
}

test('a fork that the depositary serves, while its author is down, is told as a fork and gets no receipt', async () => {
  const other = [ALL[0] ?? entry(), entry(), entry(), entry()]
  const { log, mirror, contradictions, receipts } = await hearing(ALL.slice(0, 3), {
    author: down,
    depositary: files('mirror', other),
  })
  await expect(log.round()).rejects.toThrow()
  expect(contradictions).toEqual(['mirror/fork'])
  expect([mirror.size, receipts()]).toEqual([3, []])
})

test('a depositary that forks below what is held is told as a fork too', async () => {
  const { log, contradictions } = await hearing(ALL, {
    author: down,
    depositary: files('mirror', [ALL[0] ?? entry(), entry()]),
  })
  await expect(log.round()).rejects.toThrow()
  expect(contradictions).toEqual(['mirror/fork'])
})

test('a depositary that lags behind contradicts nothing', async () => {
  const { log, mirror, contradictions } = await hearing(ALL, {
    author: down,
    depositary: files('mirror', ALL.slice(0, 4)),
  })
  await expect(log.round()).rejects.toThrow(/cannot be reached/)
  expect([mirror.size, contradictions]).toEqual([10, []])
})

test('garbage that the depositary serves under the head of the author says nothing about the author', async () => {
  const garbage = [...ALL.slice(0, 5), ...ALL.slice(5).map(() => utf8('garbage'))]
  const serve = { author: down, depositary: files('mirror', ALL, garbage) }
  const { log, mirror, contradictions } = await hearing(ALL.slice(0, 3), serve)
  await expect(log.round()).rejects.toThrow()
  expect([mirror.size, contradictions]).toEqual([3, []])
  serve.depositary = files('mirror', ALL)
  await log.round()
  expect(mirror.size).toBe(10)
})

test('an author that serves other entries than it signed is told so, and not as a fork', async () => {
  const { log, contradictions } = await hearing(ALL.slice(0, 3), {
    author: files('own', ALL, [...ALL.slice(0, 9), utf8('garbage')]),
    depositary: down,
  })
  await expect(log.round()).rejects.toThrow()
  expect(contradictions).toEqual(['mirror/root'])
})

test('a head whose entries do not lead to it costs one reading of the whole log, however often it is served', async () => {
  const read: string[] = []
  const entries = files('own', ALL, [...ALL.slice(0, 9), utf8('garbage')])
  const author: Serve = (path) => {
    read.push(path)
    return entries(path)
  }
  const { log } = await hearing(ALL.slice(0, 3), { author, depositary: down })
  await expect(log.round()).rejects.toThrow()
  const first = read.length
  await expect(log.round()).rejects.toThrow()
  expect(read.length - first).toBeLessThan(first)
})

test('a neutral cosigns no head that it has from the depositary, and the same head once its author shows it', async () => {
  const serve = { author: down, depositary: files('mirror', ALL) }
  const neutral = { role: 'observer', cosignSeconds: 60 } as const
  const { log, mirror, receipts } = await hearing(ALL.slice(0, 3), serve, neutral)
  await log.round()
  expect([mirror.size, receipts()]).toEqual([10, []])
  serve.author = files('own', ALL)
  await log.round()
  expect(receipts()).toEqual([10])
})

test('a recipient countersigns what it has from the depositary', async () => {
  const { log, receipts } = await hearing([ALL[0] ?? entry()], { author: down, depositary: files('mirror', ALL) })
  await log.round()
  expect(receipts()).toEqual([10])
})
