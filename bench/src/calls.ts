// From saying a call to holding its recipient's receipt, one small record at a time on an idle machine, and again while
// a hundred thousand objects go over the other channel. Stated with the median of one fsync in the same run.

import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { bundleOf, idOf } from './bundles.ts'
import { type BenchNodes, delivery, startNodes, value } from './nodes.ts'
import { median, ms, quantile, type Row } from './table.ts'

const CALLS = 200
const OBJECTS = 100_000
/** The share is repeated, with other objects, until so many calls were made beside it. */
const BUSY_CALLS_MIN = 60

export async function calls(): Promise<Row[]> {
  const fsync = await fsyncMedian()
  const nodes = await startNodes()
  try {
    for (let i = 0; i < 20; i++) await call(nodes)
    const idle: number[] = []
    for (let i = 0; i < CALLS; i++) idle.push(await call(nodes))
    const busy: number[] = []
    for (let shares = 0; busy.length < BUSY_CALLS_MIN; shares++) {
      let over = false
      const shared = nodes.alfa
        .share({ pact: nodes.pact, account: 'bench', input: bundleOf(OBJECTS, shares * OBJECTS) })
        .then((result) => value(result))
        .then(({ records }) => Promise.all(records.map((record) => delivery(nodes.alfa, record))))
        .finally(() => {
          over = true
        })
      while (!over) {
        busy.push(await call(nodes))
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      await shared
      // The next share begins once nothing of this one is left to be folded.
      await nodes.alfa.settled()
      while (!(await nodes.bravo.client.object(idOf((shares + 1) * OBJECTS - 1))).ok) {
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
    }
    return [
      {
        what: `say to receipt, ${CALLS} calls, idle`,
        measured: `median ${ms(median(idle))}, 99th ${ms(quantile(idle, 0.99))}`,
        baseline: `one fdatasync ${ms(fsync)}`,
        ratio: (median(idle) / fsync).toFixed(1),
        aim: 'median < 100 ms, 99th < 500 ms',
      },
      {
        what: `a call while ${OBJECTS.toLocaleString('en-GB')} objects go over main (${busy.length} calls)`,
        measured: `median ${ms(median(busy))}, 99th ${ms(quantile(busy, 0.99))}`,
        baseline: `idle ${ms(median(idle))}`,
        ratio: (median(busy) / median(idle)).toFixed(2),
        aim: '≤ 2',
      },
    ]
  } finally {
    await nodes.close()
  }
}

async function call({ alfa, pact }: BenchNodes): Promise<number> {
  const from = performance.now()
  const said = value(
    await alfa.say({
      pact,
      type: 'hotline/message',
      body: { precedence: 'ROUTINE' },
      content: [
        {
          role: 'message',
          mediaType: MESSAGE_MEDIA_TYPE,
          bytes: new TextEncoder().encode('{"subject":"x","text":"y"}'),
        },
      ],
      account: 'bench',
    }),
  )
  if (said.state !== 'said') throw new Error('It was held here.')
  return (await delivery(alfa, said.record)) - from
}

async function fsyncMedian(): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const file = await open(join(dir, 'bytes'), 'w')
  const times: number[] = []
  for (let i = 0; i < 100; i++) {
    await file.write(new Uint8Array(4096))
    const from = performance.now()
    await file.datasync()
    times.push(performance.now() - from)
  }
  await file.close()
  rmSync(dir, { recursive: true })
  return median(times)
}
