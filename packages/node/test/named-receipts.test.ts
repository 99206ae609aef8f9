import { createHash } from 'node:crypto'
import { type Mirror, nodeDisk, openMirror, openReceipts } from '@countersign/ledger'
import { cosign, utf8 } from '@countersign/log'
import { type Card, receiptDigest, receiptKeyName } from '@countersign/record'
import type { UnheldReceipt } from '@countersign/views'
import { expect, onTestFinished, test } from 'vitest'
import { alfa, bravo, checkpointOf, entry, ORIGIN, opening, PACT, watch } from '../../../spec/vectors/samples.ts'
import { NamedReceipts } from '../src/hearing/named-receipts.ts'
import { type PeerFiles, PeerRequests } from '../src/hearing/peer-requests.ts'
import { LIMITS } from '../src/limits.ts'
import { realSurroundings, type Surroundings } from '../src/surroundings.ts'
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
async function looking(
  files: Map<string, Uint8Array>,
  wanted: readonly UnheldReceipt[],
  { serve, others = {} }: { serve?: Serve; others?: Record<string, PeerFiles> } = {},
) {
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
    filesOf: (party) => (party === 'bravo.example' ? filesOf(bravo.card) : others[party]),
    onReceipt: ({ digest }) => told.receipts.push(digest),
    onFork: async ({ size }, kind) => void told.forks.push(`${kind} ${size}`),
    onFound: () => {},
  })
  const round = async () => {
    await named.look()
    await named.answered()
    await named.takeFound()
  }
  return { named, round, receipts, told, asked, filesOf }
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
  const { round, receipts, told } = await looking(shelf([`2-${T}-${digest}`, theirs]), [names(theirs)])
  await receipts.hold(ORIGIN, 'watch.example', { size: 2, time: T, bytes: ours })
  await round()
  expect(told).toEqual({ receipts: [digest], forks: [] })
  expect(receipts.held(ORIGIN).map((one) => one.digest)).toEqual([receiptDigest(ours), digest])
  expect(await receipts.read(ORIGIN, 'watch.example', digest)).toEqual(Buffer.from(theirs))
})

test('what is held already, and waits to be folded, is not asked for', async () => {
  const bytes = given(OURS.slice(0, 2), T)
  const { round, receipts, asked } = await looking(shelf([`2-${T}`, bytes]), [names(bytes)])
  await receipts.hold(ORIGIN, 'watch.example', { size: 2, time: T, bytes })
  await round()
  expect(asked).toEqual([])
})

test('who names a receipt and shows another, one of nobody, or none, brings nothing in', async () => {
  const [named2, other] = [given(OURS.slice(0, 2), T), given(OURS.slice(0, 2), T + 1)]
  const forged = Uint8Array.from(named2)
  forged[forged.length - 10] = (forged.at(-10) ?? 0) ^ 1
  for (const files of [shelf([`2-${T}`, other]), shelf([`2-${T}`, forged]), shelf([`2-${T}`, utf8('?')]), new Map()]) {
    const { round, receipts, told } = await looking(files, [names(named2)])
    await round()
    expect({ ...told, held: receipts.held(ORIGIN) }).toEqual({ receipts: [], forks: [], held: [] })
  }
})

test('who named it and is silent harms nobody, and is asked again', async () => {
  const bytes = given(OURS.slice(0, 2), T)
  let isDown = true
  const files = shelf([`2-${T}`, bytes])
  const serve: Serve = (path) => (isDown ? down(path) : files.get(path))
  const { round, told } = await looking(files, [names(bytes)], { serve })
  await round()
  expect(told.receipts).toEqual([])
  isDown = false
  await round()
  expect(told.receipts).toEqual([receiptDigest(bytes)])
})

test('a named receipt over the other branch of a fork is told as one and not held; one over more than is held here waits', async () => {
  const fork = given([OURS[0] ?? entry(), entry()], T)
  const more = given(OURS, T + 1)
  const wanted = [names(fork), names(more, 3, 3)]
  const { round, receipts, told } = await looking(shelf([`2-${T}`, fork], [`3-${T + 1}`, more]), wanted)
  await round()
  expect({ ...told, held: receipts.held(ORIGIN) }).toEqual({ receipts: [], forks: ['other-root 2'], held: [] })
})

test('a genuine receipt over more than is held here, laid under the name of a smaller one, contradicts nobody', async () => {
  const more = given(OURS, T + 1)
  // Who names it may lie about its size too.
  const { round, receipts, told } = await looking(shelf([`2-${T}`, more]), [names(more, 2, 2)])
  await round()
  expect({ ...told, held: receipts.held(ORIGIN) }).toEqual({ receipts: [], forks: [], held: [] })
})

test('a log that names thousands of receipts that are nowhere does not keep one from being found that is', async () => {
  const bytes = given(OURS.slice(0, 2), T)
  const bogus = Array.from({ length: 4 * LIMITS.namedReceiptsPerLook }, (_, i) => ({
    ...{ namedIn: NAMED_IN, index: i, size: i + 10 },
    digest: i.toString(16).padStart(64, '0'),
  }))
  const wanted = [...bogus, names(bytes, bogus.length)]
  const { round, told, asked } = await looking(shelf([`2-${T}`, bytes]), wanted)
  for (let rounds = 0; rounds < 5; rounds++) await round()
  expect(told.receipts).toEqual([receiptDigest(bytes)])
  // Each round one look at what is there, and no file that cannot be it.
  expect(asked.filter((path) => !path.endsWith('/index'))).toEqual([`${HELD}/2-${T}`])
})

test('one that names a receipt and never answers holds up neither us nor whoever shows one', async () => {
  const bytes = given(OURS.slice(0, 2), T)
  const never: Surroundings['fetch'] = (_url, init) =>
    new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))))
  const around = { ...realSurroundings(), fetch: never }
  const silent = new PeerRequests(
    'mallory.example',
    'https://192.0.2.1/',
    { party: alfa.party, signer: alfa.request.ed25519 },
    around,
  )
  const bogus = { namedIn: ORIGIN.replace('alfa', 'mallory'), index: 1, size: 2, digest: '0'.repeat(64) }
  const files = shelf([`2-${T}`, bytes])
  const { named, told } = await looking(files, [bogus, names(bytes)], { others: { 'mallory.example': silent } })
  while (told.receipts.length === 0) {
    await named.look()
    await named.takeFound()
    await new Promise(setImmediate)
  }
  expect(told.receipts).toEqual([receiptDigest(bytes)])
  silent.close()
  await named.stop()
})

test('an index of any length is gone through in bounded steps, and again from its start', async () => {
  const bytes = given(OURS.slice(0, 2), T)
  const [other, missing] = [given(OURS.slice(0, 2), T - 9), names(bytes)]
  const files = shelf([`2-${T}`, bytes])
  const many = Array.from({ length: 2 * LIMITS.namedReceiptsFetched }, (_, i) => `2-${T - 1000 + i}`)
  for (const name of many) files.set(`${HELD}/${name}`, other)
  // Lines that name nothing of what is wanted, more than one step reads; then names of other receipts of that size.
  const padding = `${'x'.repeat(63)}\n`.repeat(LIMITS.indexBytes / 64)
  files.set(`${HELD}/index`, utf8(`${padding}${many.join('\n')}\n2-${T}\n`))
  const { round, told, asked } = await looking(files, [missing])
  const steps: number[] = []
  for (let at = 0; told.receipts.length === 0 && steps.length < 9; at = asked.length) {
    await round()
    steps.push(asked.length - at)
  }
  // In the first step no name was found; then each fetched no more than it may.
  expect(steps).toEqual([1, 1 + LIMITS.namedReceiptsFetched, 1 + LIMITS.namedReceiptsFetched, 2])
  expect(told.receipts).toEqual([missing.digest])
  const before = asked.length
  await round()
  expect(asked.slice(before)).toEqual([])
})

test('what is named with another digest than is wanted is not fetched', async () => {
  const [ours, theirs] = [given(OURS.slice(0, 2), T), given(OURS.slice(0, 2), T)]
  const files = shelf([`2-${T}-${receiptDigest(theirs)}`, theirs])
  const { round, asked } = await looking(files, [names(ours)])
  await round()
  expect(asked).toEqual([`${HELD}/index`])
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
