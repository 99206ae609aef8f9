// Search: from a question to its page of objects, in the process, with a thousand, a hundred thousand and a million objects
// held; then from a keystroke to the rows on the screen, in the Chromium of the tests. The baseline reads as many rows of
// the same table by their keys.

import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Node } from '@countersign/node'
import Database from 'better-sqlite3'
import { bundleOf } from './bundles.ts'
import { type Carriers, hold } from './held-objects.ts'
import { drawFrom, invent } from './invented.ts'
import { type BenchNodes, startNodes, value } from './nodes.ts'
import { KEY_MS, type Typed, typedInChromium } from './search-browser.ts'
import { median, ms, quantile, type Row } from './table.ts'

const SIZES = (process.env['BENCH_OBJECTS'] ?? '1000,100000,1000000').split(',').map(Number)
const PAGE = 50
const WORDS = 40
/** Of ten objects, so many came from the other party. */
const RECEIVED_IN_TEN = 7

const CONSOLE = dirname(fileURLToPath(new URL('../../apps/console/dist/index.html', import.meta.url)))

interface Question {
  kind: string
  query: Parameters<Node['views']['objects']>[0]
}

export async function search(): Promise<Row[]> {
  const nodes = await startNodes({ consoleDir: CONSOLE })
  try {
    const { theirs, ours } = await twoRecords(nodes)
    const { dir, party } = nodes.alfa
    const carriers: Carriers = { dir, party, records: [theirs, ours], ofTen: RECEIVED_IN_TEN }
    const rows: Row[] = []
    const typed: Typed[] = []
    let held = 0
    for (const size of SIZES) {
      const from = performance.now()
      await hold(carriers, held, size)
      process.stderr.write(`search: ${size} objects held after ${((performance.now() - from) / 1000).toFixed(0)} s\n`)
      held = size
      rows.push(...(await asked(nodes.alfa, size)))
      if (size === SIZES[0] || size === SIZES.at(-1)) typed.push(await typedInChromium(nodes, size))
    }
    return [...rows, ...inChromium(typed)]
  } finally {
    await nodes.close()
  }
}

/** One record that alfa shared and one that bravo did, as long as the log is concerned. */
async function twoRecords(nodes: BenchNodes): Promise<{ ours: string; theirs: string }> {
  const said = value(await nodes.alfa.share({ pact: nodes.pact, account: 'bench', input: bundleOf(1) }))
  const chunks: Uint8Array[] = []
  for await (const chunk of bundleOf(1, 1)) chunks.push(chunk)
  value(await nodes.bravo.client.share({ pact: nodes.pact }, Buffer.concat(chunks)))
  for (;;) {
    const page = value(await nodes.alfa.views.objects({ collection: 'inbox' }))
    const [theirs] = page.objects
    const [ours] = said.records
    if (theirs !== undefined && ours !== undefined) return { ours, theirs: theirs.record }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function asked(node: Node, size: number): Promise<Row[]> {
  const db = new Database(join(node.dir, 'views.db'), { readonly: true })
  const last = db.prepare<[], { seq: number }>('select max(seq) as seq from objects').get()?.seq ?? 0
  const byKey = db.prepare<[number]>('select * from objects where seq = ?')
  const draw = drawFrom(size)
  const kinds = new Map<string, { ours: number[]; bare: number[] }>()
  const slowest = { took: 0, what: '' }
  for (const { kind, query } of questions(size)) {
    const times = kinds.get(kind) ?? { ours: [], bare: [] }
    kinds.set(kind, times)
    let from = performance.now()
    const page = value(await node.views.objects({ ...query, limit: PAGE }))
    const took = performance.now() - from
    times.ours.push(took)
    if (took > slowest.took) Object.assign(slowest, { took, what: JSON.stringify(query) })
    from = performance.now()
    for (let i = 0; i < page.objects.length; i++) byKey.get(1 + draw(last))
    times.bare.push(performance.now() - from)
  }
  db.close()
  process.stderr.write(`search: the slowest was ${slowest.what}, ${ms(slowest.took)}\n`)
  return [...kinds].map(([kind, { ours, bare }]) => ({
    what: `search ${size.toLocaleString('en-GB')}: ${kind} (${ours.length})`,
    measured: `median ${ms(median(ours))}, 95th ${ms(quantile(ours, 0.95))}, most ${ms(Math.max(...ours))}`,
    baseline: `rows by key: median ${median(bare).toFixed(2)} ms, 95th ${quantile(bare, 0.95).toFixed(2)} ms`,
    ratio: (median(ours) / median(bare)).toFixed(1),
    aim: '',
  }))
}

/** With all objects held, beside the same with the fewest, when the search itself takes next to nothing. */
function inChromium(typed: readonly Typed[]): Row[] {
  const told = (times: readonly number[] = []) =>
    `median ${ms(median(times))}, 95th ${ms(quantile(times, 0.95))}, most ${ms(Math.max(...times))}`
  const [few, all] = [typed[0], typed.at(-1)]
  const row = (what: string, key: keyof Typed): Row => ({
    what: `search ${SIZES.at(-1)?.toLocaleString('en-GB')} in Chromium: ${what} (${all?.[key].length})`,
    measured: told(all?.[key]),
    baseline: `with ${SIZES[0]?.toLocaleString('en-GB')}: ${told(few?.[key])}`,
    ratio: (median(all?.[key] ?? []) / median(few?.[key] ?? [])).toFixed(2),
    aim: '95th < 200 ms',
  })
  return [
    row('each key, once the last was answered', 'each'),
    row(`the last key of a word, a key each ${KEY_MS} ms`, 'last'),
  ]
}

/** Words of objects that are held, as they are typed: each beginning of them; parts from their middle; and some of nothing. */
function questions(size: number): Question[] {
  const draw = drawFrom(size + 1)
  const all: Question[] = []
  for (let i = 0; i < WORDS; i++) {
    const { object, telling } = invent(draw(size))
    const word = telling.slice(0, 24)
    for (let end = 1; end <= word.length; end++) {
      all.push({ kind: end < 3 ? 'one or two letters' : 'a word being typed', query: { q: word.slice(0, end) } })
    }
    all.push({ kind: 'a whole id', query: { q: object.id } })
    const at = draw(Math.max(telling.length - 4, 1))
    all.push({ kind: 'a part from the middle', query: { q: telling.slice(at, at + 3 + draw(6)) } })
    all.push({ kind: 'what is not there', query: { q: `${telling.slice(0, 6)}${telling.slice(-6)}.` } })
    all.push({ kind: 'what is not there', query: { q: `~${telling.slice(0, 2)}` } })
    all.push({ kind: 'what is not there, two letters', query: { q: '~~' } })
    for (const type of ['indicator', 'ipv4-addr', 'report', 'tool']) {
      all.push({ kind: 'a word and choices', query: { q: telling.slice(0, 5), type, collection: 'inbox' } })
      all.push({ kind: 'choices alone', query: { type, party: 'bravo.example' } })
    }
    all.push({ kind: 'everything', query: {} })
    all.push({ kind: 'two letters of Chinese', query: { q: ['恶意', '钓鱼', '后门', '攻击'][i % 4] ?? '' } })
  }
  return all
}
