// One large post to TAXII's outbox, over real HTTP to a whole node in a process of its own: how long until it is taken and
// until all of it is shared, and the peak of the node's memory. The baseline reads the same bytes in a bare server.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { bundleOf } from './bundles.ts'
import { peakMemory, processorTime } from './memory.ts'
import { startNodes } from './nodes.ts'
import type { Row } from './table.ts'
import { TaxiiClient } from './taxii-client.ts'

const PROCESS = fileURLToPath(new URL('./body-process.ts', import.meta.url))
const MEGABYTES = Number(process.env['BENCH_MEGABYTES'] ?? 150)
/** How often a description is said in each, which makes objects of 5,000 bytes, about those of MITRE. */
const SAID = 44

export async function post(): Promise<Row[]> {
  const perObject = (await bytesIn(bundleOf(1_000, 0, SAID))) / 1_000
  const objects = Math.ceil((MEGABYTES * 1e6) / perObject)
  const few = Math.ceil(objects / 10)
  const bare = await read(bundleOf(objects, few, SAID))
  const nodes = await startNodes()
  try {
    const { bravo, pact } = nodes
    const client = new TaxiiClient({ ...bravo, pact, ...bravo.taxii })
    await (await client.add(bundleOf(few, 0, SAID))).complete()
    const peakOfTenth = peakMemory(bravo.pid)
    const [from, processor] = [performance.now(), processorTime(bravo.pid)]
    const { complete } = await client.add(bundleOf(objects, few, SAID))
    const taken = performance.now() - from
    await complete()
    const shared = performance.now() - from
    const used = processorTime(bravo.pid) - processor
    const peak = peakMemory(bravo.pid)
    client.close()
    const what = `a post of ${MEGABYTES} MB, ${objects.toLocaleString('en-GB')} objects`
    return [
      {
        what: `${what}: until it is taken, and shared`,
        measured: `${seconds(taken)}, ${seconds(shared)}; ${seconds(used)} of processor time`,
        baseline: `${seconds(bare.clock)}; ${seconds(bare.processor)} for reading its bytes`,
        ratio: (used / bare.processor).toFixed(1),
        aim: '',
      },
      {
        what: `${what}: peak memory`,
        measured: `${peak} MiB`,
        baseline: `${bare.peak} MiB for reading its bytes`,
        ratio: (peak / bare.peak).toFixed(2),
        aim: '',
      },
      {
        what: 'the same beside a tenth of it',
        measured: `${peak} MiB`,
        baseline: `${peakOfTenth} MiB for a tenth`,
        ratio: (peak / peakOfTenth).toFixed(2),
        aim: 'does not grow',
      },
    ]
  } finally {
    await nodes.close()
  }
}

async function read(body: AsyncIterable<Uint8Array>): Promise<{ clock: number; processor: number; peak: number }> {
  const child = fork(PROCESS)
  const [port] = (await once(child, 'message')) as [number]
  const pid = child.pid ?? 0
  const [from, processor] = [performance.now(), processorTime(pid)]
  const posted = request({ host: '127.0.0.1', port, method: 'POST' })
  const answered = once(posted, 'response')
  await pipeline(Readable.from(body), posted)
  await answered
  const took = { clock: performance.now() - from, processor: processorTime(pid) - processor, peak: peakMemory(pid) }
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
  return took
}

async function bytesIn(body: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0
  for await (const chunk of body) bytes += chunk.length
  return bytes
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`
}
