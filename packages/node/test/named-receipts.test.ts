import { createHash } from 'node:crypto'
import { type Mirror, nodeDisk, openMirror, openReceipts } from '@countersign/ledger'
import { cosign, utf8 } from '@countersign/log'
import { type Card, receiptDigest, receiptKeyName } from '@countersign/record'
import type { UnheldReceipt } from '@countersign/views'
import { expect, onTestFinished, test } from 'vitest'
import { alfa, bravo, checkpointOf, entry, ORIGIN, opening, PACT, watch } from '../../../spec/vectors/samples.ts'
import { NamedReceipts } from '../src/hearing/named-receipts.ts'
import { LIMITS } from '../src/limits.ts'
import { down, folder, requestsTo, type Serve, value } from './served-files.ts'

const HASH = createHash('sha256').update(ORIGIN).digest('hex')
const T = 1_700_000_000
const OURS = [opening(), entry(), entry()]
const NAMED_IN = ORIGIN.replace('alfa', 'bravo')
const HELD = `held/${HASH}/watch.example`

const given = (entries: readonly Uint8Array[], time: number) =>
  cosign(
    checkpointOf(entries, ORIGIN, alfa.log),
    { name: receiptKeyName('watch.example', PACT), ...watch.receipt },
    time,
  )
const names = (bytes: Uint8Array, index = 2, size = 2): UnheldReceipt => ({
  ...{ namedIn: NAMED_IN, index, size },
  digest: receiptDigest(bytes),
})

/** What a reader that holds two entries of the log takes from bravo, who named `wanted`. */
async function looking(files: Map<string, Uint8Array>, wanted: readonly UnheldReceipt[], serve?: Serve) {
  const dir = folder()
  const receipts = await openReceipts({ disk: nodeDisk(), dir })
  const mirror: Mirror = value(await openMirror({ disk: nodeDisk(), dir, origin: ORIGIN, keys: alfa.card.keys.log }))
  onTestFinished(() => mirror.close())
  value(await mirror.extend(OURS.slice(0, 2), checkpointOf(OURS.slice(0, 2))))
  const asked: string[] = []
  const told = { receipts: [] as string[], forks: [] as string[] }
  const filesOf = (card: Card) => requestsTo(card, serve ?? ((path) => files.get(path)), (path) => asked.push(path))
  const named = new NamedReceipts({
    ...{ origin: ORIGIN, pact: PACT, author: alfa.card, receipts },
    cosigner: { party: watch.party, keys: () => [watch.card.keys.receipt] },
    log: () => mirror,
    isWhole: () => false,
    unheld: async (after, most) => wanted.filter(({ namedIn, index }) => index > after(namedIn)).slice(0, most),
    filesOf: (party) => (party === 'bravo.example' ? filesOf(bravo.card) : undefined),
    onReceipt: ({ digest }) => told.receipts.push(digest),
    onFork: async ({ size }, kind) => void told.forks.push(`${kind} ${size}`),
  })
  return { named, receipts, told, asked, filesOf }
}

function shelf(...files: [name: string, bytes: Uint8Array][]): Map<string, Uint8Array> {
  const index = utf8(files.map(([name]) => `${name}\n`).join(''))
  return new Map([[`${HELD}/index`, index], ...files.map(([name, bytes]) => [`${HELD}/${name}`, bytes] as const)])
}

test('a receipt that its cosigner showed to another reader only is taken from whoever named it, also under a name that is taken here', async () => {
  const [ours, theirs] = [given(OURS.slice(0, 2), T), given(OURS.slice(0, 2), T)]
  const digest = receiptDigest(theirs)
  // A signature in ML-DSA is never the same twice.
  expect(digest).not.toBe(receiptDigest(ours))
  const { named, receipts, told } = await looking(shelf([`2-${T}-${digest}`, theirs]), [names(theirs)])
  await receipts.hold(ORIGIN, 'watch.example', { size: 2, time: T, bytes: ours })
  await named.round()
  expect(told).toEqual({ receipts: [digest], forks: [] })
  expect(receipts.held(ORIGIN).map((one) => one.digest)).toEqual([receiptDigest(ours), digest])
  expect(await receipts.read(ORIGIN, 'watch.example', digest)).toEqual(Buffer.from(theirs))
})

test('what is held already, and waits to be folded, is not asked for', async () => {
  const bytes = given(OURS.slice(0, 2), T)
  const { named, receipts, asked } = await looking(shelf([`2-${T}`, bytes]), [names(bytes)])
  await receipts.hold(ORIGIN, 'watch.example', { size: 2, time: T, bytes })
  await named.round()
  expect(asked).toEqual([])
})

test('who names a receipt and shows another, one of nobody, or none, brings nothing in', async () => {
  const [named2, other] = [given(OURS.slice(0, 2), T), given(OURS.slice(0, 2), T + 1)]
  const forged = Uint8Array.from(named2)
  forged[forged.length - 10] = (forged.at(-10) ?? 0) ^ 1
  for (const files of [shelf([`2-${T}`, other]), shelf([`2-${T}`, forged]), shelf([`2-${T}`, utf8('?')]), new Map()]) {
    const { named, receipts, told } = await looking(files, [names(named2)])
    await named.round()
    expect({ ...told, held: receipts.held(ORIGIN) }).toEqual({ receipts: [], forks: [], held: [] })
  }
})

test('who named it and is silent harms nobody, and is asked again', async () => {
  const bytes = given(OURS.slice(0, 2), T)
  let isDown = true
  const files = shelf([`2-${T}`, bytes])
  const serve: Serve = (path) => (isDown ? down(path) : files.get(path))
  const { named, told } = await looking(files, [names(bytes)], serve)
  await named.round()
  expect(told.receipts).toEqual([])
  isDown = false
  await named.round()
  expect(told.receipts).toEqual([receiptDigest(bytes)])
})

test('a named receipt over the other branch of a fork is told as one and not held; one over more than is held here waits', async () => {
  const fork = given([OURS[0] ?? entry(), entry()], T)
  const more = given(OURS, T + 1)
  const wanted = [names(fork), names(more, 3, 3)]
  const { named, receipts, told } = await looking(shelf([`2-${T}`, fork], [`3-${T + 1}`, more]), wanted)
  await named.round()
  expect({ ...told, held: receipts.held(ORIGIN) }).toEqual({ receipts: [], forks: ['other-root 2'], held: [] })
})

test('a genuine receipt over more than is held here, laid under the name of a smaller one, contradicts nobody', async () => {
  const more = given(OURS, T + 1)
  // Who names it may lie about its size too.
  const { named, receipts, told } = await looking(shelf([`2-${T}`, more]), [names(more, 2, 2)])
  await named.round()
  expect({ ...told, held: receipts.held(ORIGIN) }).toEqual({ receipts: [], forks: [], held: [] })
})

test('a log that names thousands of receipts that are nowhere does not keep one from being found that is', async () => {
  const bytes = given(OURS.slice(0, 2), T)
  const bogus = Array.from({ length: 4 * LIMITS.namedReceiptsPerLook }, (_, i) => ({
    ...{ namedIn: NAMED_IN, index: i, size: i + 10 },
    digest: i.toString(16).padStart(64, '0'),
  }))
  const wanted = [...bogus, names(bytes, bogus.length)]
  const { named, told, asked } = await looking(shelf([`2-${T}`, bytes]), wanted)
  for (let round = 0; round < 5; round++) await named.round()
  expect(told.receipts).toEqual([receiptDigest(bytes)])
  // Each round one look at what is there, and no file that cannot be it.
  expect(asked.filter((path) => !path.endsWith('/index'))).toEqual([`${HELD}/2-${T}`])
})

test('what was carried here by hand gives a named receipt as well', async () => {
  const bytes = given(OURS.slice(0, 2), T)
  const { named, told, filesOf } = await looking(
    new Map([
      [`receipts/${HASH}/index`, utf8(`2-${T}\n`)],
      [`receipts/${HASH}/2-${T}`, bytes],
    ]),
    [names(bytes)],
  )
  await named.takeCarried(filesOf(watch.card))
  expect(told.receipts).toEqual([receiptDigest(bytes)])
})
