// TAXII of a whole node, over real HTTP on loopback, with a thousand, a hundred thousand and a million objects stored: a
// tool reads the inbox to its end, page by page, and adds to the outbox. The baselines read and serialise the same rows of
// the same file, and put the same objects into a bare table, both with no HTTP and no node.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { bundleOf } from './bundles.ts'
import { type Carriers, hold } from './held-objects.ts'
import { peakMemory, processorTime } from './memory.ts'
import { type BenchNodes, startNodes, value } from './nodes.ts'
import { perSecond, type Row } from './table.ts'
import { TaxiiClient } from './taxii-client.ts'

const SIZES = (process.env['BENCH_OBJECTS'] ?? '1000,100000,1000000').split(',').map(Number)
const PAGE = 1_000
const POSTS = 5
const OBJECTS_A_POST = 1_000
/** Small collections are read so often that at least as many objects come. */
const READ_AT_LEAST = 20_000

/** Milliseconds by the clock, and of processor time. */
interface Took {
  clock: number
  processor: number
}

export async function taxii(): Promise<Row[]> {
  const nodes = await startNodes()
  try {
    const { alfa, bravo, pact } = nodes
    const said = value(await alfa.share({ pact, account: 'bench', input: bundleOf(1) }))
    const client = new TaxiiClient({ ...bravo, pact, ...bravo.taxii })
    while ((await client.readAll('inbox', PAGE, () => {})) < 1) await new Promise((resolve) => setTimeout(resolve, 50))
    const record = said.records[0] ?? ''
    const carriers: Carriers = { dir: bravo.dir, party: 'bravo.example', records: [record, record], ofTen: 10 }
    const rows: Row[] = []
    let held = 0
    for (const [i, size] of SIZES.entries()) {
      await bravo.stop()
      const from = performance.now()
      await hold(carriers, held, size)
      process.stderr.write(`taxii: ${size} objects stored after ${((performance.now() - from) / 1000).toFixed(0)} s\n`)
      held = size
      await bravo.start()
      rows.push(...(await readOut(nodes, client, size)), await added(nodes, client, size, i))
    }
    client.close()
    return rows
  } finally {
    await nodes.close()
  }
}

async function readOut({ bravo, pact }: BenchNodes, client: TaxiiClient, size: number): Promise<Row[]> {
  const times = Math.ceil(READ_AT_LEAST / size)
  const stored = size + 1
  let peakOfTenth = 0
  const ours = await timed(bravo.pid, async () => {
    for (let i = 0; i < times; i++) {
      const read = await client.readAll('inbox', PAGE, (objects) => {
        if (peakOfTenth === 0 && objects >= size / 10) peakOfTenth = peakMemory(bravo.pid)
      })
      if (read !== stored) throw new Error(`${read} objects came of ${stored}.`)
    }
  })
  const peak = peakMemory(bravo.pid)
  const bare = await timed('self', async () => {
    for (let i = 0; i < times; i++) serialise(bravo.dir, pact, stored)
  })
  const rows = [compared(`taxii out, ${told(size)} stored`, stored * times, ours, bare, 'read and serialised')]
  // Of a thousand objects there is one page.
  if (size <= PAGE) return rows
  return [
    ...rows,
    {
      what: `the peak memory of the server, ${told(size)} read`,
      measured: `${peak} MiB`,
      baseline: `${peakOfTenth} MiB after a tenth`,
      ratio: (peak / peakOfTenth).toFixed(2),
      aim: 'does not grow',
    },
  ]
}

/** The rows of the inbox in their order, as envelopes of as many objects. */
function serialise(dir: string, pact: string, stored: number): void {
  const db = new Database(join(dir, 'views.db'), { readonly: true })
  const some = db.prepare<[string, number, number], { seq: number; source: string }>(
    `select o.seq, t.source from objects o join object_texts t on t.digest = o.digest
     where o.pact = ? and o.collection = 0 and o.seq > ? order by o.seq limit ?`,
  )
  let objects = 0
  for (let after = 0; objects < stored; ) {
    const rows = some.all(pact, after, PAGE)
    const envelope = Buffer.from(`{"more":true,"objects":[${rows.map(({ source }) => source).join(',')}]}`)
    if (rows.length === 0 || envelope.length === 0) throw new Error(`${objects} rows came of ${stored}.`)
    objects += rows.length
    after = rows.at(-1)?.seq ?? after
  }
  db.close()
}

async function added({ bravo }: BenchNodes, client: TaxiiClient, size: number, round: number): Promise<Row> {
  const envelopes: Buffer[] = []
  for (let i = 0; i < POSTS; i++) {
    const chunks: Uint8Array[] = []
    const first = 10 + (round * POSTS + i) * OBJECTS_A_POST
    for await (const chunk of bundleOf(OBJECTS_A_POST, first)) chunks.push(chunk)
    envelopes.push(Buffer.concat(chunks))
  }
  const ours = await timed(bravo.pid, async () => {
    for (const envelope of envelopes) await (await client.add(envelope)).complete()
  })
  const bare = await timed('self', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
    const db = new Database(join(dir, 'rows.db'))
    db.pragma('journal_mode = WAL')
    db.exec('create table rows (id text, modified text, source text, primary key (id, modified))')
    const insert = db.prepare('insert into rows values (?, ?, ?)')
    for (const envelope of envelopes) {
      const { objects }: { objects: { id: string; modified: string }[] } = JSON.parse(envelope.toString())
      db.transaction(() => {
        for (const object of objects) insert.run(object.id, object.modified, JSON.stringify(object))
      })()
    }
    db.close()
    rmSync(dir, { recursive: true })
  })
  return compared(`taxii in, ${told(size)} stored`, POSTS * OBJECTS_A_POST, ours, bare, 'parsed, put into a table')
}

async function timed(pid: number | 'self', work: () => Promise<void>): Promise<Took> {
  const [clock, processor] = [performance.now(), processorTime(pid)]
  await work()
  return { clock: performance.now() - clock, processor: processorTime(pid) - processor }
}

function compared(what: string, objects: number, ours: Took, bare: Took, did: string): Row {
  return {
    what,
    measured: `${perSecond(objects, ours.clock)}; ${perSecond(objects, ours.processor)} of processor time`,
    baseline: `${perSecond(objects, bare.clock)}; ${perSecond(objects, bare.processor)} ${did}`,
    ratio: (bare.processor / ours.processor).toFixed(3),
    aim: '',
  }
}

function told(size: number): string {
  return size.toLocaleString('en-GB')
}
