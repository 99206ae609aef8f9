// Written: what an acknowledged entry costs the disk, in syncs and in bytes. Counted, not timed: an own log over the
// machine's disk, long enough that its journal goes over into new segments and old ones are synced and forgotten.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOwnLog, type Disk, LEDGER_LIMITS, nodeDisk } from '@countersign/ledger'
import { ORIGIN, signers, statements } from './samples.ts'
import type { Row } from './table.ts'

interface Counts {
  /** Syncs of the journal: one for each batch. */
  batches: number
  /** Syncs of anything else. */
  otherSyncs: number
  journalBytes: number
  publishedBytes: number
}

export async function written(): Promise<Row[]> {
  const rows: Row[] = []
  const small = Array.from({ length: 256 }, (_, i) => new Uint8Array(400).fill(i))
  for (const [name, entries] of [
    ['400 bytes', small],
    ['statements', statements(256)],
  ] as const) {
    for (const [callers, count] of [
      [1, 256],
      [1024, name === '400 bytes' ? 200_000 : 20_000],
    ] as const) {
      const { batches, otherSyncs, journalBytes, publishedBytes } = await counted(entries, count, callers)
      const bytes = entries.reduce((sum, entry) => sum + entry.length, 0) / entries.length
      const each = (total: number) => Math.round(total / count).toLocaleString('en-GB')
      rows.push({
        what: `written, ${name}, ${callers} callers: syncs`,
        measured: `${((batches + otherSyncs) / batches).toFixed(2)} a batch, 1 before it is acknowledged`,
        baseline: `${(count / batches).toFixed(1)} entries a batch`,
        ratio: `${((batches + otherSyncs) / count).toFixed(3)} an entry`,
        aim: '',
      })
      rows.push({
        what: `written, ${name}, ${callers} callers: bytes`,
        measured: `journal ${each(journalBytes)}, published ${each(publishedBytes)}`,
        baseline: `entry ${Math.round(bytes).toLocaleString('en-GB')}`,
        ratio: ((journalBytes + publishedBytes) / count / bytes).toFixed(2),
        aim: '',
      })
    }
  }
  return rows
}

async function counted(entries: readonly Uint8Array[], count: number, callers: number): Promise<Counts> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const counts: Counts = { batches: 0, otherSyncs: 0, journalBytes: 0, publishedBytes: 0 }
  const made = await createOwnLog({ disk: counting(counts), dir, origin: ORIGIN, signers })
  if (!made.ok) throw new Error(made.message)
  const log = made.value
  // What making the log costs is not what an entry costs.
  Object.assign(counts, { batches: 0, otherSyncs: 0, journalBytes: 0, publishedBytes: 0 })
  let next = 0
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < count) await log.append(entries[next++ % entries.length] ?? new Uint8Array())
    }),
  )
  await log.published()
  await log.close()
  rmSync(dir, { recursive: true })
  return counts
}

function counting(counts: Counts): Disk {
  const disk = nodeDisk()
  const isJournal = (path: string) => path.endsWith('.journal')
  const wrote = (path: string, bytes: number) => {
    if (isJournal(path)) counts.journalBytes += bytes
    else counts.publishedBytes += bytes
  }
  return {
    ...disk,
    async replace(path, bytes, durable) {
      await disk.replace(path, bytes, durable)
      wrote(path, bytes.length)
      if (!durable) return
      const syncs = Math.max(1, Math.ceil(bytes.length / LEDGER_LIMITS.syncBytes))
      // A new segment of the journal is one more batch.
      if (isJournal(path)) counts.batches++
      counts.otherSyncs += isJournal(path) ? syncs : syncs + 1
    },
    async open(path) {
      const file = await disk.open(path)
      return {
        ...file,
        async write(bytes, position) {
          await file.write(bytes, position)
          wrote(path, bytes.length)
        },
        async datasync() {
          await file.datasync()
          if (isJournal(path)) counts.batches++
          else counts.otherSyncs++
        },
      }
    },
    async syncFile(path) {
      await disk.syncFile(path)
      counts.otherSyncs++
    },
    async syncFolder(path) {
      await disk.syncFolder(path)
      counts.otherSyncs++
    },
    async makeFolder(path, durable) {
      await disk.makeFolder(path, durable)
      if (durable) counts.otherSyncs++
    },
  }
}
