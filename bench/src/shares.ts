// Sharing STIX in as few records as the limits allow: from the call until the peer's TAXII serves the last object, with
// the peak memory of both nodes.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleOf, idOf } from './bundles.ts'
import { peakMemory } from './memory.ts'
import { type BenchNodes, startNodes, value } from './nodes.ts'
import type { Row } from './table.ts'

export async function shares(): Promise<Row[]> {
  const rows: Row[] = []
  const attack = join(process.env.COUNTERSIGN_TEST_DATA ?? '', 'stix', 'ics-attack-18.1.json')
  if (existsSync(attack)) {
    const bytes = readFileSync(attack)
    const { objects }: { objects: { id: string }[] } = JSON.parse(bytes.toString())
    rows.push(await one(objects.length, objects.at(-1)?.id ?? '', bytes.length, () => whole(bytes)))
  } else process.stderr.write('shares: COUNTERSIGN_TEST_DATA is not set; the real file is left out.\n')
  rows.push(await one(24_000, idOf(23_999), 0, () => bundleOf(24_000)))
  return rows
}

async function one(count: number, lastId: string, bytes: number, input: () => AsyncIterable<Uint8Array>): Promise<Row> {
  const nodes = await startNodes()
  try {
    const from = performance.now()
    const shared = value(await nodes.alfa.share({ pact: nodes.pact, account: 'bench', input: input() }))
    const said = performance.now() - from
    while (!(await serves(nodes, lastId))) await new Promise((resolve) => setTimeout(resolve, 50))
    const served = performance.now() - from
    const size = bytes === 0 ? '' : `, ${(bytes / 1e6).toFixed(1)} MB`
    return {
      what: `share ${count.toLocaleString('en-GB')} objects${size} in ${shared.records.length} record(s)`,
      measured: `${(served / 1000).toFixed(2)} s until served`,
      baseline: `said after ${(said / 1000).toFixed(2)} s`,
      ratio: `peak ${peakMemory('self')} and ${peakMemory(nodes.bravo.pid)} MiB`,
      aim: '',
    }
  } finally {
    await nodes.close()
  }
}

async function serves({ bravo, pact }: BenchNodes, id: string): Promise<boolean> {
  const { user, password } = bravo.taxii
  const answer = await fetch(`${bravo.url}taxii2/${pact}/collections/inbox/objects/${id}/`, {
    headers: { accept: 'application/taxii+json;version=2.1', authorization: `Basic ${btoa(`${user}:${password}`)}` },
  })
  return ((await answer.json()) as { objects?: unknown[] }).objects !== undefined
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
