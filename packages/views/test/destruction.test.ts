// When content may be destroyed (spec/destruction.md), as the views decide it: alike in whatever order things arrive, and
// with nothing left of what was destroyed.

import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leafHash, toHex } from '@countersign/log'
import {
  canonicalJson,
  makeNotice,
  type NoticeBody,
  parseEntry,
  type Statement,
  verifyEntry,
} from '@countersign/record'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agreement, alfa, bravo } from '../../../spec/vectors/samples.ts'
import { openViews, type ReceiptToFold, type Views } from '../src/index.ts'
import {
  ALFA,
  ALFA_AGAIN,
  BRAVO,
  feed,
  fresh,
  know,
  opens,
  pins,
  receipt,
  said,
  shares,
  signs,
  VERSION,
  validity,
} from './two-parties.ts'

const SIGNED = 1_790_000_000
const DAY = 86_400
const RETAINED = SIGNED + 10 + 3650 * DAY
const IN_FORCE = [ALFA, BRAVO].map((origin) => receipt('watch', origin, 2, SIGNED))
const HELD = receipt('watch', ALFA, 3, SIGNED + 10)
const SHARED = `${ALFA}#2`

/** A record that names others, said by a log that had seen `sees` entries of the other log. */
const about = (
  origin: string,
  type: string,
  body: Statement['body'],
  re: Statement['re'],
  { sees = 0, mode = 'Actual' as Statement['mode'] } = {},
) =>
  said(origin, VERSION, {
    ...{ type, body, re, mode },
    seen:
      sees === 0
        ? { logs: [], receipts: [] }
        : { logs: [{ origin: origin === ALFA ? BRAVO : ALFA, size: sees, root: '5'.repeat(64) }], receipts: [] },
  })

let views: Views
const share = shares(ALFA, IN_FORCE)
/** The first of bravo’s own that is said in force. */
const first = shares(BRAVO, IN_FORCE)
const THE_SHARE = named(ALFA, 2, share)
const base = { alfa: [opens(ALFA), signs(ALFA), share], bravo: [opens(BRAVO), signs(BRAVO), first] }
const consents = (origin: string, options?: { sees?: number; mode?: Statement['mode'] }) =>
  about(origin, 'content/consent', { parts: null }, THE_SHARE, options)
const destroys = (origin: string, ground: 'consent' | 'retention', sees: number, mode?: Statement['mode']) =>
  about(origin, 'content/destroyed', { ground, parts: null }, THE_SHARE, { sees, ...(mode && { mode }) })

function named(origin: string, index: number, entry: Uint8Array): Statement['re'] {
  return [{ origin, index, leaf: toHex(leafHash(entry)) }]
}

/** The files of a folder in which a text stands. */
async function found(dir: string, text: string): Promise<string[]> {
  const names: string[] = []
  for (const name of await readdir(dir)) if ((await readFile(join(dir, name))).includes(text)) names.push(name)
  return names
}

async function fold(logs: { alfa: Uint8Array[]; bravo: Uint8Array[] }, receipts: ReceiptToFold[], into = views) {
  await feed(ALFA, logs.alfa, into)
  await feed(BRAVO, logs.bravo, into)
  await into.foldReceipts([...IN_FORCE, ...receipts])
}

beforeEach(async () => {
  views = await fresh()
  await know([agreement], views)
})
afterEach(() => views.close())

interface Vectors {
  cards: string[]
  agreement: unknown
  entries: string[]
  cases: {
    name: string
    logs: { origin: string; entries: number[] }[]
    receipts: ReceiptToFold[]
    record: { origin: string; index: number }
    expect: string
    destroyed: boolean
  }[]
}
const vectors = ['destruction', 'destruction-beside'].flatMap((file) => {
  const path = new URL(`../../../spec/vectors/${file}.json`, import.meta.url)
  const { cases, ...given } = JSON.parse(readFileSync(path, 'utf8')) as Vectors
  return cases.map((of) => ({ ...of, ...given }))
})

test.each(vectors.map((of) => [of.name, of] as const))('vector: %s', async (_name, of) => {
  const read = await openViews({ path: ':memory:', party: 'watch.example', now: () => 1_790_000_100_000 })
  for (const card of of.cards) await read.knowCard(new TextEncoder().encode(card))
  await read.knowAgreement(canonicalJson(of.agreement))
  for (const { origin, entries } of of.logs) {
    const log = entries.map((place) => new Uint8Array(Buffer.from(of.entries[place] ?? '', 'base64')))
    const author = [alfa, bravo].find(({ party }) => origin.startsWith(`${party}/`)) ?? alfa
    const all = log.map((bytes) => {
      const parsed = parseEntry(bytes)
      return { bytes, parsed, signature: parsed.ok && verifyEntry(parsed.value, author.card.keys.statement) }
    })
    expect(await read.foldEntries(origin, 0, all)).toMatchObject({ ok: true })
  }
  await read.foldReceipts(of.receipts)
  const found = await validity(of.record.origin, of.record.index, read)
  expect(found?.kind === 'void' ? found.code : found?.kind).toBe(of.expect)
  expect(read.isDestroyed(of.logs[0]?.origin ?? '', 2, 0)).toBe(of.destroyed)
  await read.close()
})

describe('with consent', () => {
  test('of author and addressee content is destroyed', async () => {
    const alfa = [...base.alfa, consents(ALFA), destroys(ALFA, 'consent', 4)]
    await fold({ alfa, bravo: [...base.bravo, consents(BRAVO)] }, [])
    expect(await validity(ALFA, 4, views)).toEqual({ kind: 'valid' })
    expect(views.isDestroyed(ALFA, 2, 0)).toBe(true)
  })

  test('of the author alone it is not', async () => {
    await fold({ alfa: [...base.alfa, consents(ALFA), destroys(ALFA, 'consent', 3)], bravo: base.bravo }, [])
    expect(await validity(ALFA, 4, views)).toMatchObject({ kind: 'void', code: 'content/not-destroyable' })
    expect(views.isDestroyed(ALFA, 2, 0)).toBe(false)
  })

  test('that the author of the destruction had not seen it is not', async () => {
    const alfa = [...base.alfa, consents(ALFA), destroys(ALFA, 'consent', 3)]
    await fold({ alfa, bravo: [...base.bravo, consents(BRAVO)] }, [])
    expect(await validity(ALFA, 4, views)).toMatchObject({ kind: 'void' })
  })

  test('in an exercise nothing is', async () => {
    const logs = (consent: Statement['mode'], destruction: Statement['mode']) => ({
      alfa: [...base.alfa, consents(ALFA), destroys(ALFA, 'consent', 4, destruction)],
      bravo: [...base.bravo, consents(BRAVO, { mode: consent })],
    })
    await fold(logs('Actual', 'Exercise'), [])
    expect(await validity(ALFA, 4, views)).toEqual({ kind: 'valid' })
    expect(views.isDestroyed(ALFA, 2, 0)).toBe(false)
    const others = await fresh()
    await know([agreement], others)
    await fold(logs('Test', 'Actual'), [], others)
    expect(await validity(ALFA, 4, others)).toMatchObject({ kind: 'void' })
    await others.close()
  })

  test('it stays undecided until all that its author had seen is here', async () => {
    const alfa = [...base.alfa, consents(ALFA), destroys(ALFA, 'consent', 4)]
    await fold({ alfa, bravo: base.bravo }, [])
    expect(await validity(ALFA, 4, views)).toMatchObject({ kind: 'undecided' })
    await feed(BRAVO, [...base.bravo, consents(BRAVO)], views)
    expect(await validity(ALFA, 4, views)).toEqual({ kind: 'valid' })
  })

  test('to single parts the others are not', async () => {
    const one = (origin: string, type: string, more: object) =>
      about(origin, type, { ...more, parts: [0] }, THE_SHARE, { sees: origin === ALFA ? 4 : 3 })
    const all = about(ALFA, 'content/destroyed', { ground: 'consent', parts: null }, THE_SHARE)
    const wrong = about(ALFA, 'content/consent', { parts: [1] }, THE_SHARE)
    const alfa = [...base.alfa, one(ALFA, 'content/consent', {}), one(ALFA, 'content/destroyed', { ground: 'consent' })]
    await fold({ alfa: [...alfa, all, wrong], bravo: [...base.bravo, one(BRAVO, 'content/consent', {})] }, [])
    // The share has one part, so its first is every part of it.
    expect(await validity(ALFA, 4, views)).toEqual({ kind: 'valid' })
    expect(await validity(ALFA, 5, views)).toEqual({ kind: 'valid' })
    expect(await validity(ALFA, 6, views)).toMatchObject({ kind: 'void', code: 'statement/answers' })
  })
})

describe('a hold', () => {
  const holds = about(BRAVO, 'content/hold', {}, THE_SHARE)
  const logs = (...bravo: Uint8Array[]) => ({
    alfa: [...base.alfa, consents(ALFA), destroys(ALFA, 'consent', 3 + bravo.length)],
    bravo: [...base.bravo, ...bravo],
  })

  test('that had been seen bars what all consent to', async () => {
    await fold(logs(holds, consents(BRAVO)), [])
    expect(await validity(ALFA, 4, views)).toMatchObject({ kind: 'void', code: 'content/not-destroyable' })
  })

  test('that was lifted bars nothing', async () => {
    const lifts = about(BRAVO, 'content/lift', {}, named(BRAVO, 3, holds))
    await fold(logs(holds, consents(BRAVO), lifts), [])
    expect(await validity(ALFA, 4, views)).toEqual({ kind: 'valid' })
  })

  test('is lifted by nobody else', async () => {
    const lifts = about(ALFA, 'content/lift', {}, named(BRAVO, 3, holds))
    const alfa = [...base.alfa, consents(ALFA), lifts, destroys(ALFA, 'consent', 5)]
    await fold({ alfa, bravo: [...base.bravo, holds, consents(BRAVO)] }, [])
    expect(await validity(ALFA, 4, views)).toMatchObject({ kind: 'void', code: 'statement/answers' })
    expect(await validity(ALFA, 5, views)).toMatchObject({ kind: 'void', code: 'content/not-destroyable' })
  })

  test('that came later than the destruction makes it no less valid', async () => {
    const bravo = [...base.bravo, consents(BRAVO), holds]
    await fold({ alfa: [...base.alfa, consents(ALFA), destroys(ALFA, 'consent', 4)], bravo }, [])
    expect(await validity(ALFA, 4, views)).toEqual({ kind: 'valid' })
  })
})

test('a charge that cites a record bars its destruction', async () => {
  const charges = said(BRAVO, VERSION, { type: 'charge/opened', re: THE_SHARE })
  const alfa = [...base.alfa, consents(ALFA), destroys(ALFA, 'consent', 5)]
  await fold({ alfa, bravo: [...base.bravo, consents(BRAVO), charges] }, [])
  expect(await validity(ALFA, 4, views)).toMatchObject({ kind: 'void', code: 'content/not-destroyable' })
})

test('a charge in a log that a notice froze bars once a later receipt shows that it was held before, in whatever order', async () => {
  const body: NoticeBody = {
    ...{ v: 1, party: 'bravo.example', cards: [bravo.card.digest], roles: ['log', 'statement'], by: bravo.card.digest },
  }
  const notice = JSON.parse(new TextDecoder().decode(makeNotice(body, [{ key: 0, ...bravo.root }])))
  const logs = {
    alfa: [
      ...[...base.alfa, said(ALFA, VERSION, { type: 'party/notice', body: notice })],
      ...[consents(ALFA), destroys(ALFA, 'consent', 5)],
    ],
    bravo: [...base.bravo, consents(BRAVO), said(BRAVO, VERSION, { type: 'charge/opened', re: THE_SHARE })],
  }
  const before = [receipt('watch', BRAVO, 4, SIGNED + 50), receipt('watch', ALFA, 4, SIGNED + 100)]
  const later = receipt('watch', BRAVO, 5, SIGNED + 60)
  await fold(logs, before)
  expect(await validity(BRAVO, 4, views)).toMatchObject({ code: 'party/frozen' })
  expect(await validity(ALFA, 5, views)).toEqual({ kind: 'valid' })
  await views.foldReceipt(later)
  expect(await validity(BRAVO, 4, views)).toEqual({ kind: 'valid' })
  expect(await validity(ALFA, 5, views)).toMatchObject({ kind: 'void', code: 'content/not-destroyable' })
  const other = await fresh()
  await know([agreement], other)
  await fold(logs, [later, ...before], other)
  expect(await other.digest()).toBe(await views.digest())
  await other.close()
})

describe('a party that speaks in several logs at once', () => {
  const MORE = [ALFA_AGAIN].map((origin) => receipt('watch', origin, 2, SIGNED))
  const charges = said(BRAVO, VERSION, { type: 'charge/opened', re: THE_SHARE })
  const bravo = [...base.bravo, consents(BRAVO), charges]
  /** Its first log has seen the charge. */
  const told = about(ALFA, 'content/consent', { parts: null }, THE_SHARE, { sees: 5 })
  const alfa = [...base.alfa, told]
  const names = [...MORE, ...IN_FORCE].map(({ by, origin, size, digest }) => ({ by, origin, size, digest }))
  const evades = (ground = 'consent') =>
    said(ALFA_AGAIN, VERSION, {
      ...{ type: 'content/destroyed', body: { ground, parts: null }, re: THE_SHARE },
      seen: { logs: [{ origin: BRAVO, size: 4, root: '5'.repeat(64) }], receipts: names },
    })
  const consentInForce = said(ALFA_AGAIN, VERSION, {
    ...{ type: 'content/consent', body: { parts: null }, re: THE_SHARE },
    seen: { logs: [{ origin: BRAVO, size: 4, root: '5'.repeat(64) }], receipts: names },
  })
  const again = [opens(ALFA_AGAIN), signs(ALFA_AGAIN), consentInForce, evades()]
  const parties = { [ALFA]: alfa, [BRAVO]: bravo, [ALFA_AGAIN]: again }
  const foldAll = async (order: string[], into = views) => {
    for (const origin of order) {
      if (origin === 'receipts') await into.foldReceipts([...IN_FORCE, ...MORE])
      else await feed(origin, parties[origin] ?? [], into)
      while (await into.settle()) continue
    }
  }

  test('destroys nothing in one that the other was told of, in whatever order they arrive', async () => {
    const digests = new Set<string>()
    for (const order of [
      [ALFA, BRAVO, ALFA_AGAIN, 'receipts'],
      [ALFA_AGAIN, 'receipts', BRAVO, ALFA],
      ['receipts', BRAVO, ALFA_AGAIN, ALFA],
      ['receipts', ALFA, ALFA_AGAIN, BRAVO],
    ]) {
      const of = await fresh()
      await know([agreement], of)
      await foldAll(order, of)
      expect(await validity(ALFA_AGAIN, 2, of)).toEqual({ kind: 'valid' })
      expect(await validity(ALFA_AGAIN, 3, of)).toMatchObject({ kind: 'void', code: 'content/not-destroyable' })
      expect(await of.partsToRemove()).toEqual([])
      expect((await of.contentLife(SHARED))?.destroyed).toEqual([])
      digests.add(await of.digest())
      await of.close()
    }
    expect(digests.size).toBe(1)
  })

  test('keeps nobody from giving receipts who destroyed the content before the other log was shown', async () => {
    await foldAll([ALFA_AGAIN, 'receipts'])
    await feed(BRAVO, bravo.slice(0, 4), views)
    await feed(ALFA, base.alfa, views)
    expect(await validity(ALFA_AGAIN, 3, views)).toEqual({ kind: 'valid' })
    expect(await views.partsToRemove()).toHaveLength(1)
    await feed(BRAVO, bravo, views)
    await feed(ALFA, alfa, views)
    expect(await validity(ALFA_AGAIN, 3, views)).toMatchObject({ kind: 'void' })
    expect(views.isDestroyed(ALFA, 2, 0)).toBe(true)
    expect(await views.partsToRemove()).toEqual([])
  })

  test('destroys what no log of it was told to keep', async () => {
    await feed(ALFA, base.alfa, views)
    await foldAll([ALFA_AGAIN, 'receipts', BRAVO])
    expect(await validity(ALFA_AGAIN, 3, views)).toEqual({ kind: 'valid' })
  })

  test('is not decided while what another log of it had seen is not here', async () => {
    await foldAll([ALFA_AGAIN, 'receipts', ALFA])
    await feed(BRAVO, bravo.slice(0, 4), views)
    expect(await validity(ALFA_AGAIN, 3, views)).toMatchObject({ kind: 'undecided' })
    await feed(BRAVO, bravo, views)
    expect(await validity(ALFA_AGAIN, 3, views)).toMatchObject({ kind: 'void' })
  })

  test('gains nothing by a successor that pins its log before it was told', async () => {
    const heir = [opens(ALFA_AGAIN, VERSION, pins(ALFA, alfa, 3)), consentInForce, evades()]
    await feed(ALFA, alfa, views)
    await feed(BRAVO, bravo, views)
    await feed(ALFA_AGAIN, heir, views)
    await views.foldReceipts(IN_FORCE)
    expect(await validity(ALFA_AGAIN, 1, views)).toEqual({ kind: 'valid' })
    expect(await validity(ALFA_AGAIN, 2, views)).toMatchObject({ kind: 'void', code: 'content/not-destroyable' })
  })

  test('loses nothing by what a log was told that goes on from its own after the destruction', async () => {
    const before = [...base.alfa, consents(ALFA), destroys(ALFA, 'consent', 4)]
    const heir = [
      opens(ALFA_AGAIN, VERSION, pins(ALFA, before, 5)),
      said(ALFA_AGAIN, VERSION, { seen: { logs: [{ origin: BRAVO, size: 5, root: '5'.repeat(64) }], receipts: [] } }),
    ]
    await feed(ALFA_AGAIN, heir, views)
    await feed(BRAVO, bravo.slice(0, 4), views)
    await feed(ALFA, before, views)
    await views.foldReceipts(IN_FORCE)
    expect(await validity(ALFA, 4, views)).toEqual({ kind: 'valid' })
    expect(await views.partsToRemove()).toHaveLength(1)
    // Known by now, the charge keeps what is not removed yet, and the record is no less valid.
    await feed(BRAVO, bravo, views)
    expect(await validity(ALFA, 4, views)).toEqual({ kind: 'valid' })
    expect(await views.partsToRemove()).toEqual([])
  })
})

describe('once the time of retention has run out', () => {
  const logs = { alfa: [...base.alfa, destroys(ALFA, 'retention', 3)], bravo: base.bravo }

  test('by the clock of a neutral, content is destroyed', async () => {
    await fold(logs, [HELD, receipt('watch', ALFA, 3, RETAINED)])
    expect(await validity(ALFA, 3, views)).toEqual({ kind: 'valid' })
  })

  test('but for a second it is not decided; a later cosignature decides it', async () => {
    await fold(logs, [HELD, receipt('watch', ALFA, 3, RETAINED - 1)])
    expect(await validity(ALFA, 3, views)).toMatchObject({ kind: 'undecided' })
    await views.foldReceipt(receipt('watch', ALFA, 3, RETAINED))
    expect(await validity(ALFA, 3, views)).toEqual({ kind: 'valid' })
  })

  test('a cosignature that covers the destruction shows nothing', async () => {
    await fold(logs, [HELD, receipt('watch', ALFA, 4, RETAINED + DAY)])
    expect(await validity(ALFA, 3, views)).toMatchObject({ kind: 'undecided' })
  })

  test('a recipient grows nothing old by a receipt of its own', async () => {
    const old = receipt('bravo', ALFA, 3, 1)
    const bravo = [...base.bravo, destroys(BRAVO, 'retention', 3)]
    await fold({ alfa: base.alfa, bravo }, [old, HELD, receipt('watch', BRAVO, 3, SIGNED + DAY)])
    expect(await validity(BRAVO, 3, views)).toMatchObject({ kind: 'undecided' })
    expect((await views.contentLife(SHARED))?.retainedUntil).toBe(RETAINED)
  })
})

test('nobody but author and addressee consents, holds or destroys', async () => {
  // The first of bravo’s is addressed to alfa: a pin of it to nobody.
  const pin = said(BRAVO, VERSION, {})
  const re = named(BRAVO, 3, pin)
  const alfa = [...base.alfa]
  for (const type of ['content/consent', 'content/destroyed', 'content/hold']) {
    const body = { 'content/consent': { parts: null }, 'content/destroyed': { ground: 'consent', parts: null } }[type]
    alfa.push(about(ALFA, type, body ?? {}, re))
  }
  await fold({ alfa, bravo: [...base.bravo, pin] }, [])
  for (const index of [3, 4, 5]) {
    expect(await validity(ALFA, index, views)).toMatchObject({ kind: 'void', code: 'statement/answers' })
  }
})

describe('what was destroyed', () => {
  const object = {
    ...{ position: 0, source: '{"id":"malware--1","name":"CANARY"}', id: 'malware--1', type: 'malware', version: null },
    ...{ specVersion: '2.1', name: 'CANARY', tlp: null, revoked: false, warnings: [] },
  }
  const logs = {
    alfa: [...base.alfa, consents(ALFA), destroys(ALFA, 'consent', 4)],
    bravo: [...base.bravo, consents(BRAVO)],
  }

  test('is to be removed and said, leaves nothing behind, and is not folded again', async () => {
    await fold({ alfa: base.alfa, bravo: logs.bravo }, [])
    await views.foldObjects(SHARED, 0, [object])
    await views.contentState(SHARED, 0, 'opened', undefined, 'CANARY')
    expect(await views.partsToRemove()).toEqual([])
    await feed(ALFA, logs.alfa, views)
    while (await views.settle()) continue
    expect(await views.partsToRemove()).toEqual([
      { origin: ALFA, index: 2, part: 0, sealed: '1'.repeat(64), last: true, toSay: false },
    ])
    while (await views.forgetContent(SHARED, 0)) continue
    expect(await views.partsToRemove()).toHaveLength(1)
    await views.contentRemoved(SHARED, 0)
    while (await views.clean()) continue
    expect(await views.partsToRemove()).toEqual([])
    await views.foldObjects(SHARED, 0, [object])
    await views.contentState(SHARED, 0, 'opened', undefined, 'CANARY')
    const row = (await views.record(SHARED))?.row
    expect(row).toMatchObject({ title: null, parts: [{ state: 'destroyed' }], validity: { kind: 'valid' } })
    expect((await views.statistics()).objects).toBe(0)
    expect(await views.objects({ q: 'CANARY' })).toMatchObject({ value: { objects: [] } })
  })

  test('stands in no file of the views any more', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'countersign-views-'))
    const path = join(dir, 'views.db')
    const kept = await openViews({ path, party: 'alfa.example', now: () => 1_790_000_100_000 })
    try {
      await know([agreement], kept)
      await fold(base, [], kept)
      const canary = `canary ${'quietly sings '.repeat(40)}`
      const objects = Array.from({ length: 90 }, (_, position) => ({
        ...{ ...object, position, id: `malware--${position}`, name: canary },
        source: JSON.stringify({ id: `malware--${position}`, name: canary, description: canary }),
      }))
      await kept.foldObjects(SHARED, 0, objects)
      await kept.contentState(SHARED, 0, 'opened', undefined, canary)
      while (await kept.settle()) continue
      expect(await found(dir, 'quietly sings')).not.toEqual([])
      await fold(logs, [], kept)
      while (await kept.settle()) continue
      expect(await kept.partsToRemove()).toHaveLength(1)
      while (await kept.forgetContent(SHARED, 0)) continue
      while (await kept.clean()) continue
      expect(await found(dir, 'quietly sings')).toEqual([])
      expect(await found(dir, 'canary')).toEqual([])
    } finally {
      await kept.close()
      await rm(dir, { recursive: true })
    }
  })

  test('stays where a hold of our own stands, until it is lifted', async () => {
    const hold = about(ALFA, 'content/hold', {}, THE_SHARE)
    const destroyed = about(BRAVO, 'content/destroyed', { ground: 'consent', parts: null }, THE_SHARE, { sees: 4 })
    const alfa = [...base.alfa, consents(ALFA), hold]
    await fold({ alfa, bravo: [...base.bravo, consents(BRAVO), destroyed] }, [])
    while (await views.settle()) continue
    expect(views.isDestroyed(ALFA, 2, 0)).toBe(true)
    expect(await views.partsToRemove()).toEqual([])
    await feed(ALFA, [...alfa, about(ALFA, 'content/lift', {}, named(ALFA, 4, hold))], views)
    while (await views.settle()) continue
    expect(await views.partsToRemove()).toMatchObject([{ origin: ALFA, index: 2, part: 0, toSay: true }])
  })

  test.each(['content/hold', 'charge/opened'])(
    'stays where a %s is known that whoever destroyed it did not name as seen',
    async (type) => {
      const keeps = about(BRAVO, type, {}, THE_SHARE)
      await fold({ alfa: logs.alfa, bravo: [...logs.bravo, keeps] }, [])
      expect(await validity(ALFA, 4, views)).toEqual({ kind: 'valid' })
      expect(await views.partsToRemove()).toEqual([])
    },
  )

  test('is what it is in whatever order logs and receipts arrive', async () => {
    const entries = { [ALFA]: logs.alfa, [BRAVO]: logs.bravo }
    const expected = async (of: Views) => [await validity(ALFA, 4, of), of.isDestroyed(ALFA, 2, 0), await of.digest()]
    await fold(logs, [HELD])
    const wanted = await expected(views)
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), async (order) => {
        const other = await fresh()
        await know([agreement], other)
        const receipts = [...IN_FORCE, HELD]
        const held: Record<string, number> = { [ALFA]: 0, [BRAVO]: 0 }
        for (const step of [...order, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) {
          const origin = step % 2 === 0 ? ALFA : BRAVO
          const size = Math.min((held[origin] ?? 0) + 1 + (step % 3), entries[origin]?.length ?? 0)
          held[origin] = size
          await feed(origin, (entries[origin] ?? []).slice(0, size), other)
          const one = receipts[step % receipts.length]
          if (one !== undefined) await other.foldReceipt(one)
          if (step % 4 === 0) while (await other.settle()) continue
        }
        expect(await expected(other)).toEqual(wanted)
        await other.close()
      }),
      { numRuns: 25 },
    )
  })
})

describe('whose retention has run out', () => {
  test('is found once, and not where a hold or a charge stands', async () => {
    await fold(base, [HELD])
    while (await views.settle()) continue
    const over = async (seconds: number) => (await views.retentionOver(agreement.id, 'main', seconds)).records
    expect(await over(RETAINED - 1)).toEqual([])
    expect(await over(RETAINED)).toEqual([{ origin: ALFA, index: 2, version: VERSION }])
    await feed(ALFA, [...base.alfa, about(ALFA, 'content/hold', {}, THE_SHARE)], views)
    while (await views.settle()) continue
    expect(await over(RETAINED)).toEqual([])
    expect(await views.contentLife(SHARED)).toMatchObject({
      ...{ destroyed: [], consents: [], awaited: ['alfa.example', 'bravo.example'], charges: [] },
      holds: [{ party: 'alfa.example', record: `${ALFA}#3` }],
    })
  })
})
