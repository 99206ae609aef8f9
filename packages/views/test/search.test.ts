// Finding objects: what is found is what a look through all of their words would find, however much of it is indexed, and
// nothing that is not shown any more.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leafHash, toHex } from '@countersign/log'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PACT } from '../../../spec/vectors/samples.ts'
import { findObjects } from '../src/find-objects.ts'
import { type ObjectQuery, type ObjectToFold, openViews, type Views } from '../src/index.ts'
import { ObjectShelf } from '../src/object-shelf.ts'
import { objectWords } from '../src/object-words.ts'
import {
  bundle,
  CAROL,
  IN_FORCE,
  LOGS,
  object,
  openAll,
  others,
  seenBy,
  shares,
  three,
  VERSION,
} from './three-parties.ts'
import { ALFA, BRAVO, feed, know, said } from './two-parties.ts'

const NOW = 1_790_000_100_000
let database: Database.Database
let views: Views
let alfa: Uint8Array[]
let bravo: Uint8Array[]
let thirds: Uint8Array[]
const open = (path = ':memory:') => {
  database = new Database(path)
  return openViews({ path, open: () => database, party: 'alfa.example', now: () => NOW })
}

beforeEach(async () => {
  ;[alfa, bravo, thirds] = openAll.map((log) => [...log]) as [Uint8Array[], Uint8Array[], Uint8Array[]]
  alfa.push(shares(ALFA))
  bravo.push(shares(BRAVO))
  thirds.push(shares(CAROL))
  views = await open()
  await know([three], views)
  await fold()
})
afterEach(() => views.close())

async function settled(): Promise<void> {
  while (await views.settle()) continue
}
async function fold(): Promise<void> {
  for (const [i, log] of [alfa, bravo, thirds].entries()) expect(await feed(LOGS[i] ?? '', log, views)).toBe(true)
  await views.foldReceipts(IN_FORCE)
  await settled()
}
async function found(query: ObjectQuery): Promise<{ ids: string[]; total: number }> {
  const page = await views.objects(query)
  if (!page.ok) throw new Error(page.message)
  expect(page.value.totalIsLeast).toBe(false)
  return { ids: page.value.objects.map(({ id }) => id), total: page.value.total }
}
const malware = (id: string, name: string) => bundle(object('malware', { id, name }))
/** Every way to ask for an object of bravo's with this name. */
const asking = (name: string): ObjectQuery[] => [
  ...[name, name.slice(0, 3), name.slice(0, 2), name.slice(0, 1)].map((q) => ({ q })),
  ...[{}, { type: 'malware' }, { party: 'bravo.example' }, { q: name, type: 'malware', party: 'bravo.example' }],
  { q: name.slice(0, 2), pact: PACT, collection: 'inbox' },
]

/** Letters of one and two units, a pair of which stands for another, what the index sets apart, and what it uses itself. */
const LETTERS = [...'aabb-"*\\ 意恶🦊\u0000', '~', '\uf87e', '\uf880', '\ue000']
const names = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 12 })
const NOTHING_MORE = { version: null, specVersion: '2.1', name: null, tlp: null, revoked: false, warnings: [] }
const TYPES = ['malware', 'tool', 'x-意']

test('what is found, and how much, is what a look through all words finds, however much is indexed', async () => {
  const one = fc.record({ name: names, type: fc.constantFrom(...TYPES), from: fc.constantFrom(...LOGS) })
  const asked = fc.record(
    {
      q: fc.oneof(fc.constantFrom(...LETTERS), fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 4 })),
      type: fc.constantFrom(...TYPES),
      party: fc.constantFrom('alfa.example', 'bravo.example', 'carol.example'),
      collection: fc.constantFrom('inbox' as const, 'outbox' as const),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(one, { minLength: 1, maxLength: 30 }),
      fc.array(asked, { minLength: 8, maxLength: 8 }),
      fc.nat(2),
      fc.integer({ min: 1, max: 7 }),
      async (all, questions, steps, looks) => {
        const held: (ObjectToFold & { party: string; collection: string })[] = []
        await views.close()
        views = await open()
        await know([three], views)
        await fold()
        for (const [i, { name, type, from }] of all.entries()) {
          const id = `${type}--${i.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`
          const source = JSON.stringify({ type, id, name })
          const folded = { ...NOTHING_MORE, id, type, source, position: i }
          await views.foldObjects(`${from}#2`, 0, [folded])
          const party = from.slice(0, from.indexOf('/'))
          held.unshift({ ...folded, party, collection: from === ALFA ? 'outbox' : 'inbox' })
        }
        // Some of it indexed, or all.
        for (let step = 0; step < steps; step++) await views.settle()
        const shelf = new ObjectShelf(database, () => NOW)
        for (const query of questions) {
          const words = (query.q ?? '').trim().normalize('NFKC').toLowerCase().replaceAll('\0', ' ')
          const { q: _, ...narrowing } = query
          const wanted = held
            .filter(({ source }) => objectWords(source).words.includes(words))
            .filter((row) => Object.entries(narrowing).every(([key, value]) => Reflect.get(row, key) === value))
            .map(({ id }) => id)
          const told = JSON.stringify([query, steps])
          expect(await found({ ...query, limit: 100 }), told).toEqual({ ids: wanted, total: wanted.length })
          // Page by page, in steps of a few, as of a million: never more is told than there is, nor less than is shown.
          const paged: string[] = []
          let before = Number.MAX_SAFE_INTEGER
          for (;;) {
            const page = await findObjects(database, shelf, { ...narrowing, words, before, limit: 2 }, { looks })
            const shown = page.seqs.slice(0, 2)
            for (const seq of shown) {
              paged.push(database.prepare('select id from objects where seq = ?').pluck().get(seq) as string)
            }
            expect(page.total, told).toBeLessThanOrEqual(wanted.length)
            expect(page.total, told).toBeGreaterThanOrEqual(paged.length)
            if (!page.totalIsLeast) expect(page.total, told).toBe(wanted.length)
            if (page.seqs.length <= 2) break
            before = shown.at(-1) ?? 0
          }
          expect(paged, told).toEqual(wanted)
        }
      },
    ),
    { numRuns: 25 },
  )
})

test('what is found by a few of its pieces is what a look through all words finds, among many that are alike', async () => {
  const types = ['malware', 'tool']
  const [draw] = fc.sample(fc.infiniteStream(fc.nat(99)), { seed: 1, numRuns: 1 })
  const number = () => draw?.next().value ?? 0
  // Pieces that most have, pieces that few have, and words of which others have every piece in another order.
  const held = Array.from({ length: 600 }, (_, position) => {
    const type = types[number() % 20 === 0 ? 1 : 0] ?? ''
    const syllable = () => ['ka', 'ro', 'aka', 'oro', '-', '.7'][number() % 6] ?? ''
    const name = Array.from({ length: 3 + (number() % 12) }, syllable).join('')
    const id = `${type}--${position.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`
    return { ...NOTHING_MORE, id, type, position, source: JSON.stringify({ type, id, name }) }
  })
  for (let at = 0; at < held.length; at += 200) await views.foldObjects(`${BRAVO}#2`, 0, held.slice(at, at + 200))
  await settled()
  const shelf = new ObjectShelf(database, () => NOW)
  const rows = database
    .prepare<[], { seq: number; type: string; words: string }>(
      'select o.seq, o.type, t.words from objects o join search_texts t on t.seq = o.seq order by o.seq desc',
    )
    .all()
  const part = fc.tuple(fc.nat(599), fc.nat(40), fc.integer({ min: 1, max: 14 })).map(([at, from, length]) => {
    return rows[at]?.words.slice(from, from + length) ?? ''
  })
  const words = fc.oneof(
    part,
    fc.tuple(part, part).map((two) => two.join('')),
  )
  const asked = fc.record({ words, type: fc.option(fc.constantFrom(...types), { nil: undefined }) })
  await fc.assert(
    fc.asyncProperty(asked, fc.integer({ min: 1, max: 60 }), async ({ words, type }, looks) => {
      const narrowing = type === undefined ? {} : { type }
      const wanted = rows.filter((row) => row.words.includes(words) && (type ?? row.type) === row.type)
      const question = { ...narrowing, words, before: Number.MAX_SAFE_INTEGER }
      const found = await findObjects(database, shelf, { ...question, limit: 1_000 }, { looks })
      expect(found).toEqual({ seqs: wanted.map(({ seq }) => seq), total: wanted.length, totalIsLeast: false })
      const page = await findObjects(database, shelf, { ...question, limit: 5 }, { looks })
      expect(page.seqs).toEqual(found.seqs.slice(0, 6))
    }),
    { numRuns: 150 },
  )
})

describe.each([
  ['once it is indexed', settled],
  ['before it is indexed', async () => {}],
])('%s', (_, indexed) => {
  beforeEach(async () => {
    await views.foldObjects(`${BRAVO}#2`, 0, malware('aa', 'Quillfox'))
    await indexed()
    for (const query of asking('quillfox')) expect((await found(query)).total, JSON.stringify(query)).toBe(1)
  })
  const isGone = async () => {
    for (const query of asking('quillfox')) {
      expect(await found(query), JSON.stringify(query)).toEqual({ ids: [], total: 0 })
    }
    expect((await found({ q: 'quillfox', collection: 'withdrawn' })).total).toBe(0)
  }

  test('what its author took back is found by no word, no letter and no choice', async () => {
    const leaf = toHex(leafHash(bravo[2] ?? new Uint8Array()))
    bravo.push(
      said(BRAVO, VERSION, {
        ...{ type: 'intel/revoke', to: others(BRAVO), body: { reason: 'mistake', objects: null }, seen: seenBy(BRAVO) },
        re: [{ origin: BRAVO, index: 2, leaf }],
      }),
    )
    await fold()
    await isGone()
    expect((await views.statistics()).objects).toBe(0)
  })

  test('what was removed here is found by no word, no letter and no choice', async () => {
    const [{ id } = { id: '' }] = malware('aa', 'Quillfox')
    views.removeHere(views.versionsMeant({ pact: PACT, collection: 'inbox', id }))
    await isGone()
  })

  test('what was destroyed is found by no word, no letter and no choice', async () => {
    while (await views.forgetContent(`${BRAVO}#2`, 0)) continue
    await isGone()
    expect(database.prepare('select count(*) from object_counts').pluck().get()).toBe(0)
  })

  test('what is of a void record is found by no word, no letter and no choice', async () => {
    while (await views.forgetContent(`${BRAVO}#2`, 0)) continue
    await views.foldEntries(BRAVO, 3, [{ bytes: shares(BRAVO), signature: false }])
    await settled()
    expect((await views.record(`${BRAVO}#3`))?.row.validity.kind).toBe('void')
    await views.foldObjects(`${BRAVO}#3`, 0, malware('aa', 'Quillfox'))
    await indexed()
    await isGone()
  })

  test('what another shared as well is found as that one’s, once the first took it back', async () => {
    await views.foldObjects(`${CAROL}#2`, 0, malware('aa', 'Quillfox'))
    await indexed()
    expect((await found({ q: 'quill', party: 'carol.example' })).total).toBe(0)
    while (await views.forgetContent(`${BRAVO}#2`, 0)) continue
    for (const query of [{ q: 'quill' }, { q: 'qu' }, {}]) {
      expect((await found({ ...query, party: 'bravo.example' })).total, JSON.stringify(query)).toBe(0)
      expect((await found({ ...query, party: 'carol.example' })).total, JSON.stringify(query)).toBe(1)
    }
  })
})

test('a whole id finds its object and those that name it, and none that ends alike', async () => {
  const [sought, alike] = [0, 1].map((n) => `tool--0000000${n}-0000-4000-8000-0123456789ab`) as [string, string]
  const naming = bundle(object('malware', { id: 'aa', name: `uses ${sought}` }))
  const of = (id: string, position: number): ObjectToFold => {
    return { ...NOTHING_MORE, id, type: 'tool', source: JSON.stringify({ type: 'tool', id }), position }
  }
  await views.foldObjects(`${BRAVO}#2`, 0, [...naming, of(sought, 1), of(alike, 2)])
  for (const step of ['before', 'after']) {
    expect(await found({ q: sought.toUpperCase() }), step).toEqual({ ids: [sought, naming[0]?.id], total: 2 })
    expect(await views.objects({ q: sought, limit: 1 }), step).toMatchObject({ value: { total: 2 } })
    await settled()
  }
})

test('of more than a page shows, what went is not counted', async () => {
  const some = (...of: string[]) => bundle(...of.map((id) => object('tool', { id, name: 'sought' })))
  await views.foldObjects(`${BRAVO}#2`, 0, some('aa', 'ab', 'ac', 'ad'))
  await views.foldObjects(`${CAROL}#2`, 0, some('ba', 'bb', 'bc'))
  await settled()
  while (await views.forgetContent(`${BRAVO}#2`, 0)) continue
  for (const q of ['sought', 'so']) {
    expect(await views.objects({ q, limit: 1 })).toMatchObject({ value: { total: 3, totalIsLeast: false } })
  }
})

test('a question that nobody waits for any more ends, and says that there may be more', async () => {
  await views.foldObjects(
    `${BRAVO}#2`,
    0,
    bundle(...['aa', 'ab', 'ac', 'ad'].map((id) => object('tool', { id, name: 'sought' }))),
  )
  await settled()
  const shelf = new ObjectShelf(database, () => NOW)
  const wanted = { words: 'sought', before: Number.MAX_SAFE_INTEGER, limit: 10 }
  let asked = 0
  const goesOn = () => ++asked < 2
  const given = await findObjects(database, shelf, wanted, { goesOn, looks: 1 })
  expect(given).toMatchObject({ total: 3, totalIsLeast: true })
  expect((await findObjects(database, shelf, wanted, { looks: 1 })).seqs).toHaveLength(4)
})

test('views of before are counted and indexed anew, and nothing has to be folded again', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-views-'))
  const path = join(dir, 'views.db')
  try {
    await views.close()
    views = await open(path)
    await know([three], views)
    await fold()
    await views.foldObjects(`${BRAVO}#2`, 0, malware('aa', 'Quillfox'))
    await settled()
    // With what later ones made, which are gone through again.
    for (const table of ['object_counts', 'search_words', 'search_pairs', 'shared_once']) {
      database.exec(`drop table ${table}`)
    }
    database.exec(`create virtual table search_index
      using fts5(words, tokenize = 'trigram case_sensitive 1', content = '', contentless_delete = 1)`)
    database.exec(`delete from kysely_migration where name >= '0017'`)
    await views.close()
    views = await open(path)
    for (const step of ['before', 'after']) {
      for (const query of asking('quillfox')) expect((await found(query)).total, `${step} ${query.q}`).toBe(1)
      await settled()
    }
    expect(database.prepare(`select name from sqlite_master where name like 'search_index%'`).all()).toEqual([])
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('an index of before, with the place of each piece, gives way to one without, and is filled from the stored words', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-views-'))
  const path = join(dir, 'views.db')
  const definition = () =>
    database.prepare(`select sql from sqlite_master where name = 'search_words'`).pluck().get() as string
  try {
    await views.close()
    views = await open(path)
    await know([three], views)
    await fold()
    await views.foldObjects(`${BRAVO}#2`, 0, malware('aa', 'Quillfox'))
    await settled()
    const withPlaces = definition().replace('detail = none,', '')
    database.exec(`drop table search_words; ${withPlaces}; delete from kysely_migration where name >= '0020'`)
    await views.close()
    views = await open(path)
    for (const step of ['before', 'after']) {
      for (const query of asking('quillfox')) expect((await found(query)).total, `${step} ${query.q}`).toBe(1)
      await settled()
    }
    expect(definition()).toContain('detail = none')
    expect(database.prepare(`select value from sequences where name = 'search'`).pluck().get()).toBe(1)
  } finally {
    rmSync(dir, { recursive: true })
  }
})
