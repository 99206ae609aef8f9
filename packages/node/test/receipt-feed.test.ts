import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Mirror, nodeDisk, openMirror, openReceipts } from '@countersign/ledger'
import { cosign, utf8 } from '@countersign/log'
import { depositKeyName, receiptKeyName } from '@countersign/record'
import { expect, onTestFinished, test } from 'vitest'
import { alfa, checkpointOf, entry, member, ORIGIN, opening, PACT, watch } from '../../../spec/vectors/samples.ts'
import { ReceiptFeed, type ReceiptFeedOptions } from '../src/hearing/receipt-feed.ts'
import type { HeldReceipt } from '../src/hearing/weigh-receipt.ts'
import { folder, requestsTo, value } from './served-files.ts'

const HASH = createHash('sha256').update(ORIGIN).digest('hex')
const T = 1_700_000_000
const OURS = [opening(), entry(), entry()]

/** One cosigner's published receipts, as the test fills them. */
class Cosigner {
  readonly lines: string[] = []
  readonly files = new Map<string, Uint8Array>()
  /** What arrives in the place of its index, where that is harmed on its way. */
  index: string | undefined
  fetched = 0

  gives(
    entries: readonly Uint8Array[],
    time: number,
    signers = alfa.log,
    by = watch.receipt,
    named = receiptKeyName,
  ): void {
    const name = named('watch.example', PACT)
    this.puts(entries.length, time, cosign(checkpointOf(entries, ORIGIN, signers), { name, ...by }, time))
  }

  puts(size: number, time: number, bytes: Uint8Array): void {
    this.lines.push(`${size}-${time}\n`)
    this.files.set(`receipts/${HASH}/${size}-${time}`, bytes)
  }

  /** What it answers instead of a receipt, as where clocks differ. */
  refuses: number | undefined

  readonly serve = (path: string) => {
    if (path === `receipts/${HASH}/index`) return utf8(this.index ?? this.lines.join(''))
    this.fetched++
    if (this.refuses !== undefined) return this.refuses
    return this.files.get(path)
  }
}

async function hearing(cosigner: Cosigner, more: Partial<ReceiptFeedOptions> = {}) {
  const dir = folder()
  const receipts = await openReceipts({ disk: nodeDisk(), dir })
  const mirror: Mirror = value(await openMirror({ disk: nodeDisk(), dir, origin: ORIGIN, keys: alfa.card.keys.log }))
  onTestFinished(() => mirror.close())
  const told = { receipts: [] as string[], forks: [] as string[], faults: [] as string[], over: [] as string[] }
  const name = ({ size, time }: Pick<HeldReceipt, 'size' | 'time'>) => `${size}-${time}`
  const open = (fresh = receipts) =>
    new ReceiptFeed({
      origin: ORIGIN,
      author: alfa.card,
      cosigner: {
        party: watch.party,
        keys: () => [watch.card.keys.receipt],
        requests: requestsTo(watch.card, cosigner.serve),
      },
      pact: PACT,
      suspect: async () => true,
      receipts: fresh,
      log: () => mirror,
      isWhole: () => false,
      onReceipt: (receipt) => told.receipts.push(name(receipt)),
      onSuperseded: async () => true,
      onFork: async (receipt, kind) => void told.forks.push(`${kind} ${name(receipt)}`),
      onFault: (code) => told.faults.push(code),
      onFaultOver: (code) => told.over.push(code),
      ...more,
    })
  const held = () => readdirSync(join(dir, 'held', HASH, 'watch.example'))
  const holds = async (entries: readonly Uint8Array[]) =>
    value(await mirror.extend(entries.slice(mirror.size), checkpointOf(entries)))
  return { dir, open, told, held, holds }
}

test('a receipt over the other branch of a fork does not count for ours, and is told as a fork', async () => {
  const cosigner = new Cosigner()
  cosigner.gives([OURS[0] ?? entry(), entry()], T)
  const { open, told, holds } = await hearing(cosigner)
  await holds(OURS.slice(0, 2))
  await open().round()
  expect(told).toEqual({ receipts: [], forks: [`other-root 2-${T}`], faults: [], over: [] })
})

test('a log signed with another key of its author for others is found out by their receipts, and none of them is accused', async () => {
  const other = member('alfa.example', 9)
  const cosigner = new Cosigner()
  cosigner.gives(OURS.slice(0, 1), T, other.log)
  cosigner.gives([OURS[0] ?? entry(), entry()], T + 1, other.log)
  cosigner.gives(OURS, T + 2)
  const { open, told, holds } = await hearing(cosigner, { cardsOfAuthor: () => [alfa.card, other.card] })
  await holds(OURS)
  const feed = open()
  await feed.round()
  await feed.round()
  expect(told).toEqual({ receipts: [`3-${T + 2}`], forks: [`other-root 2-${T + 1}`], faults: [], over: [] })
})

test('a receipt over more than is held here waits until it can be compared', async () => {
  const cosigner = new Cosigner()
  cosigner.gives(OURS.slice(0, 1), T)
  cosigner.gives(OURS, T + 1)
  const { open, told, holds } = await hearing(cosigner)
  await holds(OURS.slice(0, 2))
  const feed = open()
  await feed.round()
  expect(told.receipts).toEqual([`1-${T}`])
  expect(feed.waits).toBe(true)
  await holds(OURS)
  await feed.round()
  expect(told.receipts).toEqual([`1-${T}`, `3-${T + 1}`])
  expect(feed.waits).toBe(false)
})

test('of a log that is whole here, a receipt over more entries is told at once', async () => {
  const cosigner = new Cosigner()
  cosigner.gives(OURS, T)
  const { open, told, holds } = await hearing(cosigner, { isWhole: () => true })
  await holds(OURS.slice(0, 2))
  await open().round()
  expect(told).toEqual({ receipts: [], forks: [`beyond 3-${T}`], faults: [], over: [] })
})

test('a receipt that does not verify is skipped and told once, and those after it count', async () => {
  const cosigner = new Cosigner()
  cosigner.puts(1, T, utf8('no receipt at all'))
  cosigner.lines.push(`2-${T}\n`, 'no name\n')
  cosigner.gives(OURS, T + 1)
  const { open, told, holds } = await hearing(cosigner)
  await holds(OURS)
  const feed = open()
  await feed.round()
  expect(told).toEqual({ receipts: [`3-${T + 1}`], forks: [], faults: [], over: [] })
  await feed.round()
  await feed.round()
  expect(told).toEqual({ receipts: [`3-${T + 1}`], forks: [], faults: ['receipt/invalid'], over: [] })
})

/** Every way in which one digit of one line may be another one when it arrives. */
function* oneDigitOff(index: string): Generator<string> {
  for (const [at, character] of [...index].entries()) {
    if (!/[0-9]/.test(character)) continue
    for (const digit of ['9', ':']) {
      if (digit !== character) yield `${index.slice(0, at)}${digit}${index.slice(at + 1)}`
    }
  }
}

test('an index that was harmed on its way accuses nobody and costs no receipt: the next round makes it good', async () => {
  const cosigner = new Cosigner()
  cosigner.gives(OURS.slice(0, 1), T)
  cosigner.gives(OURS.slice(0, 2), T + 10)
  const harmed = [...oneDigitOff(cosigner.lines.join(''))]
  cosigner.gives(OURS.slice(0, 2), T + 20)
  cosigner.gives(OURS, T + 30)
  const whole = cosigner.lines.join('')
  const { dir, open, told, holds } = await hearing(cosigner)
  await holds(OURS)
  for (const index of harmed) {
    rmSync(join(dir, 'held'), { recursive: true, force: true })
    told.receipts.length = 0
    const feed = open(await openReceipts({ disk: nodeDisk(), dir }))
    cosigner.index = `${index}${whole.slice(index.length)}`
    await feed.round()
    cosigner.index = undefined
    await feed.round()
    expect({ index, held: told.receipts.sort(), faults: told.faults, forks: told.forks }).toEqual({
      ...{ index, faults: [], forks: [] },
      held: [`1-${T}`, `2-${T + 10}`, `2-${T + 20}`, `3-${T + 30}`],
    })
    expect(feed.waits).toBe(false)
  }
  expect(harmed.length).toBeGreaterThan(40)
})

test('a receipt that is named and not given is asked for again, and its fault is over once it comes', async () => {
  const cosigner = new Cosigner()
  cosigner.gives(OURS.slice(0, 1), T)
  cosigner.gives(OURS, T + 1)
  const path = `receipts/${HASH}/1-${T}`
  const late = cosigner.files.get(path) ?? new Uint8Array()
  cosigner.files.delete(path)
  const { open, told, holds } = await hearing(cosigner)
  await holds(OURS)
  const feed = open()
  await feed.round()
  await feed.round()
  expect(told).toEqual({ receipts: [`3-${T + 1}`], forks: [], faults: ['receipt/invalid'], over: [] })
  cosigner.files.set(path, late)
  await feed.round()
  await feed.round()
  expect(told.receipts).toEqual([`3-${T + 1}`, `1-${T}`])
  expect(told.over).toEqual(['receipt/invalid'])
})

test('an index without end is read in bounded rounds', async () => {
  const cosigner = new Cosigner()
  let parts = 0
  const { open, holds } = await hearing(cosigner, {
    cosigner: {
      party: watch.party,
      keys: () => [watch.card.keys.receipt],
      requests: {
        party: watch.party,
        get: async () => ({ kind: 'missing' }),
        part: async () => {
          parts++
          return { kind: 'part', bytes: utf8('no name\n'.repeat(8)), total: undefined }
        },
      },
    },
  })
  await holds(OURS)
  expect(await open().round()).toBe(false)
  expect(parts).toBeLessThan(1_000)
})

test('a receipt that is refused for now is asked for again, and is no fault', async () => {
  const cosigner = new Cosigner()
  cosigner.gives(OURS, T)
  const { open, told, holds } = await hearing(cosigner)
  await holds(OURS)
  const feed = open()
  cosigner.refuses = 401
  await expect(feed.round()).rejects.toThrow(/401/)
  cosigner.refuses = undefined
  await feed.round()
  expect(told).toEqual({ receipts: [`3-${T}`], forks: [], faults: [], over: [] })
})

test('of a size that is cosigned again and again only the first and the last receipt are held', async () => {
  const cosigner = new Cosigner()
  const { open, held, holds } = await hearing(cosigner)
  await holds(OURS)
  const feed = open()
  for (let i = 0; i < 20; i++) {
    cosigner.gives(OURS, T + i)
    await feed.round()
  }
  expect(held()).toEqual([`3-${T}`, `3-${T + 19}`])
})

test('of a size that is cosigned for a day some in between are held, as a clock may have been ahead of the first, after a start too', async () => {
  const cosigner = new Cosigner()
  const { dir, open, held, holds } = await hearing(cosigner)
  await holds(OURS)
  const minutes = [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 1439]
  for (let minute = 0; minute < 1440; minute++) cosigner.gives(OURS, T + 60 * minute)
  while (!(await open().round())) continue
  expect(held()).toEqual(minutes.map((minute) => `3-${T + 60 * minute}`))
  cosigner.fetched = 0
  while (!(await open(await openReceipts({ disk: nodeDisk(), dir })).round())) continue
  expect(cosigner.fetched).toBe(0)
  expect(held()).toHaveLength(minutes.length)
})

test('a superseded receipt on which something rests stays', async () => {
  const cosigner = new Cosigner()
  const { open, held, holds } = await hearing(cosigner, { onSuperseded: async ({ time }) => time !== T + 1 })
  await holds(OURS)
  const feed = open()
  for (let i = 0; i < 4; i++) {
    cosigner.gives(OURS, T + i)
    await feed.round()
  }
  expect(held()).toEqual([`3-${T}`, `3-${T + 1}`, `3-${T + 3}`])
})

test('a receipt by a stolen key, dated far ahead, keeps none away that its owner gives with a new key', async () => {
  const cosigner = new Cosigner()
  const fresh = member('watch.example', 9)
  cosigner.gives(OURS.slice(0, 1), T)
  cosigner.gives(OURS.slice(0, 2), T + 1_000_000)
  cosigner.gives(OURS, T + 10, alfa.log, fresh.receipt)
  const keys = () => [watch.card.keys.receipt, fresh.card.keys.receipt]
  const of = { party: watch.party, keys, requests: requestsTo(watch.card, cosigner.serve) }
  const { open, told, holds } = await hearing(cosigner, { cosigner: of })
  await holds(OURS)
  await open().round()
  expect(told.receipts).toEqual([`1-${T}`, `2-${T + 1_000_000}`, `3-${T + 10}`])
  expect(told.faults).toEqual([])
  // Nor after the next start.
  await open(await openReceipts({ disk: nodeDisk(), dir: folder() })).round()
  expect(told.receipts.slice(3)).toEqual(told.receipts.slice(0, 3))
})

test('a deposit stands in one order with the receipts of its signer, and is refused where its time falls', async () => {
  const cosigner = new Cosigner()
  cosigner.gives(OURS.slice(0, 1), T + 10)
  cosigner.gives(OURS.slice(0, 2), T, alfa.log, watch.receipt, depositKeyName)
  cosigner.gives(OURS.slice(0, 2), T + 20, alfa.log, watch.receipt, depositKeyName)
  cosigner.gives(OURS, T + 15)
  cosigner.gives(OURS, T + 30)
  const { open, told, holds } = await hearing(cosigner)
  await holds(OURS)
  await open().round()
  const receipts = [`1-${T + 10}`, `2-${T + 20}`, `3-${T + 30}`]
  expect(told).toEqual({ receipts, forks: [], faults: ['receipt/order'], over: [] })
})

test('receipts whose times fall as sizes grow are refused and told once', async () => {
  const cosigner = new Cosigner()
  cosigner.gives(OURS.slice(0, 1), T + 10)
  cosigner.gives(OURS.slice(0, 2), T)
  cosigner.gives(OURS.slice(0, 2), T + 1)
  cosigner.gives(OURS, T + 20)
  const { open, told, holds } = await hearing(cosigner)
  await holds(OURS)
  await open().round()
  expect(told).toEqual({ receipts: [`1-${T + 10}`, `3-${T + 20}`], forks: [], faults: ['receipt/order'], over: [] })
})

test('one round fetches a bounded number of receipts, and the next goes on', async () => {
  const cosigner = new Cosigner()
  for (const size of [1, 2, 3]) cosigner.gives(OURS.slice(0, size), T + size)
  const { open, told, holds } = await hearing(cosigner, { limits: { indexBytes: 1_000, receiptsPerRound: 2 } })
  await holds(OURS)
  const feed = open()
  await feed.round()
  expect(told.receipts).toEqual([`1-${T + 1}`, `2-${T + 2}`])
  await feed.round()
  expect(told.receipts).toHaveLength(3)
})

test('an index of any length is read on after a restart, in bounded parts', async () => {
  const cosigner = new Cosigner()
  for (let i = 0; i < 200; i++) cosigner.lines.push(`1-${T + i}\n`)
  cosigner.gives(OURS.slice(0, 1), T + 200)
  const limits = { indexBytes: 64, receiptsPerRound: 512 }
  const { dir, open, told, holds } = await hearing(cosigner, { limits })
  await holds(OURS)
  await open().round()
  cosigner.gives(OURS, T + 300)
  await open(await openReceipts({ disk: nodeDisk(), dir })).round()
  expect(told.receipts.at(-1)).toBe(`3-${T + 300}`)
})

test('an index that became shorter, as after a restored backup, is read from its beginning', async () => {
  const cosigner = new Cosigner()
  cosigner.gives(OURS.slice(0, 1), T)
  cosigner.gives(OURS.slice(0, 2), T + 1)
  const { open, told, holds } = await hearing(cosigner)
  await holds(OURS)
  const feed = open()
  await feed.round()
  cosigner.lines.length = 0
  cosigner.gives(OURS, T + 2)
  await feed.round()
  await feed.round()
  expect(told.receipts).toEqual([`1-${T}`, `2-${T + 1}`, `3-${T + 2}`])
})

test('where somebody showed a longer index at the address of the cosigner for a while, what it gave since is found', async () => {
  const cosigner = new Cosigner()
  cosigner.gives(OURS.slice(0, 1), T)
  const { open, told, holds } = await hearing(cosigner)
  await holds(OURS)
  const feed = open()
  cosigner.index = `${cosigner.lines.join('')}3-${T + 9}\n`
  await feed.round()
  await feed.round()
  // As long as what was shown, and another.
  cosigner.index = undefined
  cosigner.gives(OURS.slice(0, 2), T + 1)
  for (let round = 0; round < 4; round++) await feed.round()
  expect(told).toEqual({
    receipts: [`1-${T}`, `2-${T + 1}`],
    forks: [],
    faults: ['receipt/invalid'],
    over: ['receipt/invalid'],
  })
})
