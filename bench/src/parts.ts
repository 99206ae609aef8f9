// Where the time of an append goes: each part of what is done for an entry of 400 bytes in a batch of 512, done alone, in
// microseconds of wall time an entry, beside the whole of a run with 1,024 callers. What is done on another thread, or
// after the answer, overlaps with the rest: the parts add up to more than the whole where it does.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { nodeDisk } from '@countersign/ledger'
import { encodeEntryBundle, leafHash, signCheckpointAsync, TreeFrontier } from '@countersign/log'
import { acknowledged } from './append.ts'
import { ORIGIN, signers } from './samples.ts'
import { median, type Row } from './table.ts'

const BATCH = 512
const BATCHES = 100
const ROUNDS = 3
const COUNT = BATCH * BATCHES

export async function parts(): Promise<Row[]> {
  const entries = Array.from({ length: BATCH }, (_, i) => new Uint8Array(400).fill(i))
  const disk = nodeDisk()
  const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const file = await disk.open(join(dir, 'journal'))
  let position = 0
  let number = 0

  const all: [what: string, batch: () => unknown][] = [
    [
      'a leaf hash and a node hash',
      () => {
        const tree = new TreeFrontier()
        for (const entry of entries) tree.append(leafHash(entry))
      },
    ],
    ['the frame of the journal, its checksum', () => crc32(encodeEntryBundle(entries))],
    [
      'the journal written and synced (once a batch)',
      async () => {
        const bytes = encodeEntryBundle(entries)
        await file.write(bytes, position)
        await file.datasync()
        position += bytes.length
      },
    ],
    [
      'two signatures (once a batch, one on another thread)',
      () => {
        const tree = new TreeFrontier()
        tree.append(leafHash(entries[0] ?? new Uint8Array()))
        return signCheckpointAsync({ origin: ORIGIN, size: 1, root: tree.root() }, signers)
      },
    ],
    [
      'two bundles and two tiles written (after the answer)',
      async () => {
        for (const half of [entries.slice(0, BATCH / 2), entries.slice(BATCH / 2)]) {
          await disk.replace(join(dir, `bundle-${number}`), encodeEntryBundle(half), false)
          await disk.replace(join(dir, `tile-${number++}`), new Uint8Array(8_192), false)
        }
      },
    ],
    [
      'these synced (after the answer, once a segment)',
      async () => {
        for (const n of [--number, --number]) {
          await disk.syncFile(join(dir, `bundle-${n}`))
          await disk.syncFile(join(dir, `tile-${n}`))
        }
      },
    ],
  ]
  const times = all.map((): number[] => [])
  const whole: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    whole.push((await acknowledged(entries, COUNT, 1_024)).ms)
    for (const [i, [, batch]] of all.entries()) {
      const from = performance.now()
      for (let n = 0; n < BATCHES; n++) await batch()
      times[i]?.push(performance.now() - from)
    }
  }
  await file.close()
  rmSync(dir, { recursive: true })
  const total = median(whole)
  const each = (ms: number) => `${((ms * 1000) / COUNT).toFixed(2)} µs an entry`
  return all.map(([what], i) => {
    const ms = median(times[i] ?? [])
    return {
      what: `append: ${what}`,
      measured: each(ms),
      baseline: `${each(total)} in all`,
      ratio: (ms / total).toFixed(2),
      aim: '',
    }
  })
}
