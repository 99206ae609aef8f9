// A witness over HTTP for the tests: its folder, and a clock that stands where it is put.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Disk, nodeDisk, originHash } from '@countersign/ledger'
import type { Result } from '@countersign/log'
import { SampleLog, signersOf } from '../../log/test/sample-log.ts'
import { initWitness, policyFile, serveWitness, Witness } from '../src/index.ts'

export const ORIGIN = 'log.example/one'
export const NAME = 'witness.example/w1'
export const closing: (() => Promise<void>)[] = []
/** After each test. */
export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close()
}

export const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`)
  return result.value
}
export const newLog = () => new SampleLog(ORIGIN, signersOf(1))
export const otherLog = () => new SampleLog('log.example/two', signersOf(3))

export async function newFolder(log: SampleLog = newLog()): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-witness-'))
  closing.push(async () => rmSync(dir, { recursive: true, force: true }))
  value(await initWitness(dir, NAME, (bytes) => randomBytes(bytes)))
  writeFileSync(policyFile(dir), `${log.policyLines()}quorum none\n`)
  return dir
}

export type Event = { level: string; event: string } & Record<string, unknown>

/** A witness over HTTP, with a clock that stands where it is put. */
export async function start(dir: string, more: { disk?: Disk; prefix?: string } = {}) {
  const clock = { now: 1_800_000_000 }
  const events: Event[] = []
  const witness = value(
    await Witness.open(dir, {
      disk: more.disk ?? nodeDisk(),
      now: () => clock.now,
      report: (level, event, facts) => events.push({ level, event, ...facts }),
    }),
  )
  const { prefix } = more
  const served = value(
    await serveWitness(witness, { listen: '127.0.0.1:0', ...(prefix === undefined ? {} : { prefix }) }),
  )
  let open = true
  const stop = async () => {
    if (!open) return
    open = false
    await served.close()
    await witness.close()
  }
  closing.push(stop)
  const add = async (body: Uint8Array) => {
    const answer = await fetch(`${served.url}add-checkpoint`, { method: 'POST', body: Uint8Array.from(body) })
    return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() }
  }
  const subtree = async (body: Uint8Array) => {
    const answer = await fetch(`${served.url}sign-subtree`, { method: 'POST', body: Uint8Array.from(body) })
    return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() }
  }
  const monitor = (origin: string) => fetch(`${served.url}${originHash(origin)}/checkpoint`)
  return { witness, url: served.url, clock, events, stop, add, subtree, monitor }
}
