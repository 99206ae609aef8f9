// Where and when this folder last ran, in private/whereabouts.json: a digest that names the machine, and its clock. A
// folder that was copied to another machine, or that wakes before the time it went to sleep, may not be the one whose
// logs were signed last: it then waits for every peer before it signs. What was recorded is replaced only once no doubt
// is left, so that a second start does not wash the first one's away.

import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LIMITS } from './limits.ts'
import type { Surroundings } from './surroundings.ts'

export class Whereabouts {
  /** A sentence where the folder does not follow from what it last recorded. */
  readonly doubt: string | undefined
  private readonly file: string
  private readonly around: Surroundings
  private readonly settled: () => boolean
  private cancel: (() => void) | undefined

  /** `settled` says whether every log of ours may sign, so that no doubt is left. */
  constructor(dir: string, around: Surroundings, settled: () => boolean) {
    this.file = join(dir, 'private', 'whereabouts.json')
    this.around = around
    this.settled = settled
    this.doubt = doubtOf(readRecord(this.file), around, isUsed(dir))
    // Where there is doubt, no log was opened yet that could tell whether it is settled.
    if (this.doubt === undefined) this.record()
    this.keep()
  }

  stop(): void {
    this.cancel?.()
    if (this.isCertain()) this.record()
  }

  private keep(): void {
    this.cancel = this.around.after(LIMITS.whereaboutsMs, () => {
      if (this.isCertain()) this.record()
      this.keep()
    })
  }

  private isCertain(): boolean {
    return this.doubt === undefined || this.settled()
  }

  private record(): void {
    const record = { v: 1, host: this.around.host(), time: this.around.now() }
    try {
      writeFileSync(`${this.file}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600, flush: true })
      renameSync(`${this.file}.new`, this.file)
    } catch (cause) {
      // What stands there is older: the next start may wait for more peers than it must, and never for fewer.
      this.around.report('error', 'whereabouts-unwritten', { message: String(cause) })
    }
  }
}

interface WhereaboutsRecord {
  host: string
  time: number
}

function doubtOf(before: WhereaboutsRecord | undefined, around: Surroundings, used: boolean): string | undefined {
  const waits = 'it signs nothing before every peer and neutral was asked.'
  if (before === undefined) return used ? `It is not known where this folder ran last; ${waits}` : undefined
  if (before.host !== around.host()) return `This folder ran on another machine before; ${waits}`
  if (before.time <= around.now()) return undefined
  return `The clock stands at ${iso(around.now())}, before ${iso(before.time)} when this folder last ran; ${waits}`
}

function readRecord(file: string): WhereaboutsRecord | undefined {
  if (!existsSync(file)) return undefined
  try {
    const { host, time }: Partial<WhereaboutsRecord> = JSON.parse(readFileSync(file, 'utf8'))
    return typeof host === 'string' && typeof time === 'number' ? { host, time } : undefined
  } catch {
    // Torn or tampered with: as good as none.
    return undefined
  }
}

/** Whether a log was ever opened in the folder. */
function isUsed(dir: string): boolean {
  return existsSync(join(dir, 'logs')) && readdirSync(join(dir, 'logs')).length > 0
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
