// Append: records a second that the ledger acknowledges as durable, one writer and many callers. The baseline writes the
// same bytes with one fdatasync for each batch of callers and does nothing else.

import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOwnLog, nodeDisk } from '@countersign/ledger'
import { ORIGIN, signers, statements } from './samples.ts'
import { median, perSecond, type Row } from './table.ts'

const ROUNDS = 3

export async function append(): Promise<Row[]> {
  const rows: Row[] = []
  const small = Array.from({ length: 256 }, (_, i) => new Uint8Array(400).fill(i))
  for (const [name, entries] of [
    ['400 bytes', small],
    ['statements', statements(256)],
  ] as const) {
    for (const callers of [1, 64, 1024]) {
      const count = callers === 1 ? 300 : callers === 64 ? 10_000 : name === 'statements' ? 20_000 : 200_000
      const ours: Run[] = []
      const bare: Run[] = []
      // In turns, so that what else the machine does meets both alike.
      for (let round = 0; round < ROUNDS; round++) {
        bare.push(await baseline(entries, count, callers))
        ours.push(await acknowledged(entries, count, callers))
      }
      const [a, b] = [median(ours.map(({ ms }) => ms)), median(bare.map(({ ms }) => ms))]
      const cpu = median(ours.map((run) => count / run.cpuSeconds))
      rows.push({
        what: `append, ${name}, ${callers} callers`,
        measured: `${perSecond(count, a)}, ${Math.round(cpu).toLocaleString('en-GB')} per CPU-second`,
        baseline: perSecond(count, b),
        ratio: (b / a).toFixed(2),
        aim: callers === 1024 ? (name === '400 bytes' ? '≥ 0.5, > 10,000 per CPU-s' : '≥ 0.5') : '',
      })
    }
  }
  return rows
}

interface Run {
  ms: number
  cpuSeconds: number
}

/** Appends by so many callers, each waiting for its answer. */
export async function acknowledged(entries: readonly Uint8Array[], count: number, callers: number): Promise<Run> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const made = await createOwnLog({ disk: nodeDisk(), dir, origin: ORIGIN, signers })
  if (!made.ok) throw new Error(made.message)
  const log = made.value
  const run = await timed(count, callers, (i) => log.append(entries[i % entries.length] ?? new Uint8Array()))
  await log.close()
  rmSync(dir, { recursive: true })
  return run
}

async function baseline(entries: readonly Uint8Array[], count: number, callers: number): Promise<Run> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const file = await open(join(dir, 'bytes'), 'w')
  let waiting: { bytes: Uint8Array; done(): void }[] = []
  let running = false
  const pump = async () => {
    running = true
    await Promise.resolve()
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      await file.write(Buffer.concat(batch.map(({ bytes }) => bytes)))
      await file.datasync()
      for (const { done } of batch) done()
    }
    running = false
  }
  const run = await timed(count, callers, (i) => {
    return new Promise<void>((resolve) => {
      waiting.push({ bytes: entries[i % entries.length] ?? new Uint8Array(), done: resolve })
      if (!running) void pump()
    })
  })
  await file.close()
  rmSync(dir, { recursive: true })
  return run
}

async function timed(count: number, callers: number, act: (i: number) => Promise<unknown>): Promise<Run> {
  let next = 0
  const cpu = process.cpuUsage()
  const from = performance.now()
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < count) await act(next++)
    }),
  )
  const ms = performance.now() - from
  const { user, system } = process.cpuUsage(cpu)
  return { ms, cpuSeconds: (user + system) / 1e6 }
}
