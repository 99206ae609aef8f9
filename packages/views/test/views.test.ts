import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256, toHex, utf8 } from '@countersign/log'
import { agreementDigest, canonicalAgreement } from '@countersign/pact'
import { type Statement, signStatement } from '@countersign/record'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agreement, alfa, bravo, ORIGIN, PACT, statement, watch } from '../../../spec/vectors/samples.ts'
import { type ObjectToFold, openViews, type ReceiptToFold, type Views } from '../src/index.ts'

const VERSION = agreementDigest(agreement)
const BRAVO = ORIGIN.replace('alfa', 'bravo')
const said = (change: Partial<Statement>, as = alfa) =>
  signStatement(
    statement({
      pact: { id: PACT, version: VERSION },
      from: as.party,
      origin: as === alfa ? ORIGIN : BRAVO,
      ...change,
    }),
    as.statement,
  )
const receipt = (origin: string, by: string, size: number, time: number): ReceiptToFold => ({
  ...{ origin, by, size, time },
  digest: toHex(sha256(utf8(`${origin} ${by} ${size} ${time}`))),
})

/** alfa and bravo sign; watch covers both; alfa then shares, having seen it. */
const signed = receipt(BRAVO, 'watch.example', 2, 1_790_000_000)
const seen = {
  logs: [{ origin: BRAVO, size: 2, root: '5'.repeat(64) }],
  receipts: [{ by: 'watch.example', origin: BRAVO, size: 2, digest: signed.digest }],
}
const part = {
  role: 'bundle',
  mediaType: 'application/stix+json;version=2.1',
  size: 4096,
  sealed: '1'.repeat(64),
  commitment: '2'.repeat(64),
}
const share = () => ({ share: '0195f3a0-7c11-7abc-8def-0123456789ab', piece: 1, pieces: 1, objects: 2 })
const alfaLog = [
  said({ type: 'log/open', body: { card: alfa.card.digest, predecessor: null } }),
  said({
    type: 'pact/sign',
    to: ['bravo.example'],
    body: { base: null, origins: [ORIGIN.replace('/main/', '/line/'), ORIGIN] },
  }),
  said({ type: 'intel/share', to: ['bravo.example'], marking: { tlp: 'TLP:AMBER' }, body: share(), content: [part] }),
  said({
    type: 'intel/share',
    to: ['bravo.example'],
    marking: { tlp: 'TLP:AMBER' },
    body: share(),
    content: [part],
    seen,
  }),
  utf8('garbage'),
  said({ type: 'x-later/kind', to: ['bravo.example'], body: {}, seen }),
  said({
    type: 'intel/share',
    to: ['bravo.example'],
    marking: { tlp: 'TLP:AMBER' },
    body: share(),
    content: [part],
    seen,
  }),
]
const bravoLog = [
  said({ type: 'log/open', body: { card: bravo.card.digest, predecessor: null } }, bravo),
  said(
    {
      type: 'pact/sign',
      to: ['alfa.example'],
      body: { base: null, origins: [BRAVO.replace('/main/', '/line/'), BRAVO] },
    },
    bravo,
  ),
]
const receipts = [
  receipt(ORIGIN, 'watch.example', 2, 1_789_999_990),
  signed,
  receipt(ORIGIN, 'watch.example', 3, 1_790_000_005),
  receipt(ORIGIN, 'bravo.example', 4, 1_790_000_010),
  receipt(ORIGIN, 'watch.example', 4, 1_790_000_020),
  receipt(ORIGIN, 'watch.example', 7, 1_790_000_040),
]
const object = (
  position: number,
  name: string,
  version = '2026-01-01T00:00:00.000Z',
  id = 'tool--7d2b4a9e-0a1b-4c3d-8e5f-66778899aabb',
): ObjectToFold => ({
  ...{ position, id, type: 'tool', version, specVersion: '2.1', name, tlp: null, revoked: false, warnings: [] },
  source: `{"type":"tool","id":"${id}","modified":"${version}","name":"${name}"}`,
})

let views: Views
const fresh = () => openViews({ path: ':memory:', party: 'bravo.example', now: () => 1_790_000_100_000 })
beforeEach(async () => {
  views = await fresh()
})
afterEach(() => views.close())

type Step = (into: Views) => Promise<unknown>
const know: Step[] = [alfa, bravo, watch].map((member) => (into: Views) => into.knowCard(member.file))
const entries =
  (origin: string, log: Uint8Array[], from: number, to: number): Step =>
  async (into) => {
    const folded = await into.foldEntries(
      origin,
      from,
      log.slice(from, to).map((bytes) => ({ bytes, signature: true })),
    )
    if (!folded.ok) throw new Error(folded.code)
  }
const agreementStep: Step = (into) => into.knowAgreement(canonicalAgreement(agreement))
const everything: Step[] = [
  ...know,
  agreementStep,
  entries(ORIGIN, alfaLog, 0, 7),
  entries(BRAVO, bravoLog, 0, 2),
  ...receipts.map(
    (one): Step =>
      (into) =>
        into.foldReceipt(one),
  ),
  (into) => into.foldObjects(`${ORIGIN}#3`, 0, [object(0, 'kept'), object(1, 'other', '2026-01-02T00:00:00.000Z')]),
  (into) => into.foldObjects(`${ORIGIN}#6`, 0, [object(0, 'contradicts')]),
  (into) => into.foldObjects(`${ORIGIN}#2`, 0, [object(0, 'from a void record', '2020-01-01T00:00:00.000Z')]),
  (into) => into.contentState(`${ORIGIN}#3`, 0, 'opened'),
]
async function fold(into: Views, steps: readonly Step[]): Promise<void> {
  for (const step of steps) await step(into)
  while (await into.settle()) continue
}

describe('records', () => {
  beforeEach(() => fold(views, everything))
  const row = async (index: number) => (await views.record(`${ORIGIN}#${index}`))?.row

  test('said before their author had seen the force are void; the next honest one is delivered', async () => {
    expect((await row(2))?.validity).toMatchObject({ kind: 'void', code: 'pact/not-in-force' })
    expect(await row(3)).toMatchObject({ validity: { kind: 'valid' }, state: 'delivered' })
    expect((await row(4))?.validity).toMatchObject({ kind: 'void', code: 'entry/not-canonical' })
    expect(await row(6)).toMatchObject({ validity: { kind: 'valid' }, state: 'held' })
  })

  test('have the interval that the countersignatures give', async () => {
    expect((await row(3))?.delivery).toEqual([
      { recipient: 'bravo.example', state: 'delivered', lo: 1_790_000_005, hi: 1_790_000_010 },
    ])
    expect((await row(6))?.delivery).toEqual([
      { recipient: 'bravo.example', state: 'held', lo: 1_790_000_020, hi: 1_790_000_040 },
    ])
  })

  test('after the split of a log that its author signed twice are marked, and no others', async () => {
    const marked = async () => {
      const page = await views.records({})
      return page.ok ? page.value.records.flatMap((one) => (one.afterSplit ? [one.record] : [])).sort() : []
    }
    expect(await marked()).toEqual([])
    await views.foldSplit(ORIGIN, 5)
    expect(await marked()).toEqual([`${ORIGIN}#5`, `${ORIGIN}#6`])
    // Another face of the log may have less in common, never more.
    await views.foldSplit(ORIGIN, 6)
    expect(await marked()).toEqual([`${ORIGIN}#5`, `${ORIGIN}#6`])
  })

  test('of a type that nobody knows are shown unread, with an alarm, and the others fold on', async () => {
    expect(await row(5)).toMatchObject({ known: false, validity: { kind: 'valid' } })
    expect(await row(6)).toMatchObject({ known: true, validity: { kind: 'valid' } })
    expect(await views.alarms()).toContainEqual(
      expect.objectContaining({ code: 'type/unknown', subject: 'x-later/kind' }),
    )
  })

  test('are paged newest first, each once', async () => {
    const all: string[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await views.records({ limit: 2, ...(cursor === undefined ? {} : { cursor }) })
      if (!page.ok) throw new Error(page.message)
      all.push(...page.value.records.map(({ record }) => record))
      if (page.value.next === null) break
      cursor = page.value.next
    }
    expect(all.length).toBe(9)
    expect(new Set(all).size).toBe(9)
    expect(await views.records({ cursor: 'forged' })).toMatchObject({ code: 'views/cursor' })
  })

  test('are found by state, type and party', async () => {
    const total = async (query: Parameters<Views['records']>[0]) => {
      const page = await views.records(query)
      return page.ok ? page.value.total : -1
    }
    expect(await total({ state: 'void' })).toBe(2)
    expect(await total({ type: 'intel/share' })).toBe(3)
    expect(await total({ party: 'alfa.example' })).toBe(8)
    expect(await total({ q: 'intel' })).toBe(3)
  })
})

describe('the agreement', () => {
  test('is a draft, then signed, then in force', async () => {
    const state = async () => (await views.pacts())[0]?.state
    await fold(views, [...know, agreementStep])
    expect(await state()).toBe('draft')
    await fold(views, [entries(ORIGIN, alfaLog, 0, 2), entries(BRAVO, bravoLog, 0, 2)])
    expect(
      (await views.pacts())[0]?.channels
        .find(({ name }) => name === 'main')
        ?.signatures.every(({ record }) => record !== null),
    ).toBe(true)
    expect(views.force(PACT, VERSION, 'main')).toBeUndefined()
    await fold(
      views,
      receipts.slice(0, 2).map(
        (one): Step =>
          (into) =>
            into.foldReceipt(one),
      ),
    )
    expect(views.force(PACT, VERSION, 'main')).toMatchObject({ since: 1_790_000_000 })
    expect(await views.hasSigned(PACT, VERSION, 'main', 'alfa.example')).toBe(true)
  })
})

describe('objects', () => {
  beforeEach(() => fold(views, everything))
  const page = (query: object = {}) => views.collectionObjects({ pact: PACT, collection: 'inbox', limit: 10, ...query })

  test('are those of valid records alone, as their text is', async () => {
    const all = await page({ match: { version: ['all'] } })
    expect(all.ok && all.value.objects.map(({ digest }) => views.collectionText(digest))).toEqual([
      object(0, 'kept').source,
      object(1, 'other', '2026-01-02T00:00:00.000Z').source,
    ])
  })

  test('are given some at once: at least one, and no more than so many characters ask for', async () => {
    const all = await page({ match: { version: ['all'] } })
    const digests = all.ok ? all.value.objects.map(({ digest }) => digest) : []
    const texts = digests.map((digest) => views.collectionText(digest))
    const [first = '', second = ''] = texts
    expect(views.collectionTexts(digests, 0, 1)).toEqual([first])
    expect(views.collectionTexts(digests, 0, first.length)).toEqual([first])
    expect(views.collectionTexts(digests, 0, first.length + 1)).toEqual([first, second])
    expect(views.collectionTexts(['0'.repeat(64), ...digests], 0, 1_000_000)).toEqual([undefined, first, second])
    expect(views.collectionTexts(digests, 1, 1_000_000)).toEqual([second])
    expect(views.collectionTexts(digests, 2, 1_000_000)).toEqual([])
  })

  test('of one id are the last version where none is asked for', async () => {
    const last = await page()
    expect(last.ok && last.value.objects.map(({ version }) => version)).toEqual(['2026-01-02T00:00:00.000Z'])
    const first = await page({ match: { version: ['first'] } })
    expect(first.ok && first.value.objects.map(({ version }) => version)).toEqual(['2026-01-01T00:00:00.000Z'])
  })

  test('in two texts of one version are a conflict: the first stays, the other is named', async () => {
    const conflicts = await views.conflicts({})
    expect(conflicts.ok && conflicts.value.conflicts).toMatchObject([
      { kept: { record: `${ORIGIN}#3` }, refused: { record: `${ORIGIN}#6` } },
    ])
    expect(await views.alarms()).toContainEqual(
      expect.objectContaining({ code: 'object/conflict', subject: 'alfa.example', count: 1 }),
    )
    expect(await views.conflictSources()).toEqual([
      {
        ...{ pact: PACT, collection: 'inbox', party: 'alfa.example', texts: 1, objects: 1 },
        ...{ first: `${ORIGIN}#6`, last: `${ORIGIN}#6` },
      },
    ])
    const other = await views.conflicts({ party: 'carol.example' })
    expect(other.ok && other.value.conflicts).toEqual([])
  })

  test('in two texts that differ in the order of keys and in white space alone are no conflict: the first stays to the byte', async () => {
    const kept = object(0, 'kept')
    const { type, id, ...rest } = JSON.parse(kept.source) as Record<string, unknown>
    const turned = { ...kept, position: 77, source: JSON.stringify({ ...rest, id, type }, undefined, 2) }
    expect(turned.source).not.toBe(kept.source)
    const before = await views.conflictSources()
    await views.foldObjects(`${ORIGIN}#6`, 0, [turned])
    expect(await views.conflictSources()).toEqual(before)
    const [text] = await views.textsShown(PACT, 'inbox', [{ id: kept.id, version: kept.version }])
    expect(text).toBe(kept.source)
  })

  test('are shown with each record they came in: who said it, how far it came, and whether it was refused', async () => {
    const detail = await views.object(object(0, 'kept').id)
    const first = detail?.versions.find(({ source }) => source === object(0, 'kept').source)
    expect(first?.provenance).toMatchObject([
      { record: `${ORIGIN}#3`, party: 'alfa.example', refused: false, delivery: [{ recipient: 'bravo.example' }] },
      { record: `${ORIGIN}#6`, party: 'alfa.example', refused: true },
    ])
  })

  test('are paged by a sequence that neither repeats nor skips while more arrive', async () => {
    const many = (from: number) =>
      Array.from({ length: 50 }, (_, i) =>
        object(
          100 + from + i,
          `n${from + i}`,
          '2026-03-01T00:00:00.000Z',
          `tool--00000000-0000-4000-8000-${String(from + i).padStart(12, '0')}`,
        ),
      )
    await views.foldObjects(`${ORIGIN}#3`, 0, many(0))
    const got: string[] = []
    let arrived = 50
    for (let next: string | undefined; ; ) {
      const answer = await page({ limit: 7, match: { version: ['all'] }, ...(next === undefined ? {} : { next }) })
      if (!answer.ok) throw new Error(answer.message)
      got.push(...answer.value.objects.map(({ id, version }) => `${id} ${version}`))
      if (arrived < 150) {
        await views.foldObjects(`${ORIGIN}#3`, 0, many(arrived))
        arrived += 50
      }
      if (answer.value.next === null) break
      next = answer.value.next
    }
    expect(got.length).toBe(152)
    expect(new Set(got).size).toBe(152)
  })
})

describe('folded again', () => {
  test('in whatever order the logs, receipts, cards and objects arrive, the views are equal', async () => {
    await fold(views, everything)
    const digest = await views.digest()
    let seed = 7
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    for (let round = 0; round < 12; round++) {
      const other = await fresh()
      // Entries of one log come in order; everything else in any. Entries wait for card and agreement, so those come first.
      const [first, rest] = [everything.slice(0, 4), everything.slice(4)]
      for (let i = rest.length - 1; i > 0; i--) {
        const j = Math.floor(random() * (i + 1))
        ;[rest[i], rest[j]] = [rest[j] as Step, rest[i] as Step]
      }
      await fold(other, [...first, ...rest])
      expect(await other.digest(), `round ${round}`).toBe(digest)
      await other.close()
    }
  })

  test('after a reset they are equal, and sequence numbers go on rising', async () => {
    await fold(views, everything)
    const digest = await views.digest()
    const last = async () => {
      const page = await views.collectionObjects({
        pact: PACT,
        collection: 'inbox',
        limit: 100,
        match: { version: ['all'] },
      })
      return page.ok ? (page.value.objects.at(-1)?.seq ?? 0) : 0
    }
    const before = await last()
    await views.reset()
    expect((await views.statistics()).records).toBe(0)
    await fold(views, everything)
    expect(await views.digest()).toBe(digest)
    expect(await last()).toBeGreaterThan(before)
  })

  test('after a change of the rules of folding, what an earlier version had folded is gone and folds again', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'countersign-views-'))
    const path = join(dir, 'views.db')
    const open = () => openViews({ path, party: 'bravo.example', now: () => 1_790_000_100_000 })
    const earlier = await open()
    await fold(earlier, everything)
    const digest = await earlier.digest()
    await earlier.close()
    // As it was before the last migration that empties what was folded.
    const database = new Database(path)
    for (const table of [
      'removed_here',
      'taken_back',
      'places_due',
      'record_feeds',
      'feeds',
      'feedback',
      'object_counts',
      'shared_once',
    ])
      database.exec(`drop table ${table}`)
    database.exec('drop index seen_receipts_not_held')
    database.exec('alter table seen_receipts drop column held')
    database.exec('alter table destroyed_parts drop column lawful')
    database.exec('drop index receipts_by_lo')
    database.exec('alter table receipts drop column deposit')
    database.exec('create index receipts_by_lo on receipts (origin, by_party, size, time, digest) where bounds_lo = 1')
    database.exec(`delete from kysely_migration where name >= '0008'`)
    database.close()
    const later = await open()
    expect(await later.statistics()).toMatchObject({ records: 0, objects: 0, receipts: 0 })
    expect(await later.cursor(ORIGIN)).toBe(0)
    await fold(later, everything)
    expect(await later.digest()).toBe(digest)
    const found = await later.objects({ q: 'kept' })
    expect(found.ok && found.value.total).toBe(1)
    await later.close()
    rmSync(dir, { recursive: true })
  })

  test('the same thing twice changes nothing', async () => {
    await fold(views, everything)
    const digest = await views.digest()
    await fold(views, everything)
    expect(await views.digest()).toBe(digest)
  })

  test('entries out of turn are refused', async () => {
    await fold(views, [...know, agreementStep])
    expect(
      await views.foldEntries(ORIGIN, 3, [{ bytes: alfaLog[3] ?? new Uint8Array(), signature: true }]),
    ).toMatchObject({ code: 'views/gap' })
    expect(await views.foldEntries(ORIGIN.replace('alfa', 'carol'), 0, [])).toMatchObject({ ok: false })
  })
})
