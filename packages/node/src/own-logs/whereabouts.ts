// Where and when this folder last ran, in private/whereabouts.json: a digest that names the machine, and its clock. A
// folder that was copied to another machine, that wakes before the time it went to sleep, or that was restored from a
// backup (restored.ts), may not be the one whose logs were signed last: it then waits for every peer before it signs.
// What was recorded is replaced only once no doubt is left, so that a second start does not wash the first one's away.

import { join } from 'node:path'
import type { Disk } from '@countersign/ledger'
import { utf8 } from '@countersign/log'
import { LIMITS } from '../limits.ts'
import type { Surroundings } from '../surroundings.ts'
import { restoredFrom, unmarkRestored } from './restored.ts'

export class Whereabouts {
  /** A sentence where the folder does not follow from what it last recorded, or others hold more that was signed here. */
  doubt: string | undefined
  /** Whether the folder may be a copy, or was one once: agreements and logs may be unknown in it that others hold. */
  mayLack: boolean
  private isLacking = false
  private readonly dir: string
  private readonly around: Surroundings
  private readonly settled: () => boolean
  private isSettled = false
  private cancel: (() => void) | undefined

  private writing: Promise<void> = Promise.resolve()

  private constructor(
    dir: string,
    around: Surroundings,
    settled: () => boolean,
    { doubt, mayLack }: { doubt: string | undefined; mayLack: boolean },
  ) {
    this.dir = dir
    this.around = around
    this.settled = settled
    this.doubt = doubt
    this.mayLack = mayLack
  }

  /** `settled` says whether everybody was asked and nothing is missing, so that no doubt is left. */
  static async open(dir: string, around: Surroundings, settled: () => boolean): Promise<Whereabouts> {
    const { disk } = around
    const before = await readRecord(disk, fileIn(dir))
    const doubt = restoredDoubt(await restoredFrom(disk, dir)) ?? doubtOf(before, around, await isUsed(disk, dir))
    const mayLack = doubt !== undefined || before?.lacks !== undefined
    const whereabouts = new Whereabouts(dir, around, settled, { doubt, mayLack })
    // Where there is doubt, no log was opened yet that could tell whether it is settled.
    if (doubt === undefined) await whereabouts.record()
    whereabouts.keep()
    return whereabouts
  }

  /** True once, when no doubt is left: what was recorded is replaced then. */
  look(): boolean {
    if (this.doubt === undefined || this.isSettled || !this.settled()) return false
    this.isSettled = true
    this.isLacking = false
    void this.record()
    return true
  }

  /**
   * Others showed what was signed here and is not here any more: from now on the folder may be a copy, and after the next
   * start too. Durable once it resolves. Nothing where there is doubt already.
   */
  async setBack(doubt: string): Promise<void> {
    if (this.doubt === undefined) {
      this.doubt = doubt
      this.isLacking = true
      this.mayLack = true
      void this.record()
    }
    await this.writing
  }

  /** A log of this party is known elsewhere and not here: the next start asks everybody before it signs. */
  lack(): void {
    if (this.isLacking) return
    this.isLacking = true
    this.mayLack = true
    void this.record()
  }

  async stop(): Promise<void> {
    this.cancel?.()
    if (this.isCertain()) void this.record()
    await this.writing
  }

  private keep(): void {
    this.cancel = this.around.after(LIMITS.whereaboutsMs, () => {
      if (this.isCertain()) void this.record()
      this.keep()
    })
  }

  private isCertain(): boolean {
    return this.doubt === undefined || this.isSettled || this.settled()
  }

  /** One after the other, so that an older record never replaces a newer. Never rejects. */
  private record(): Promise<void> {
    const { disk, host, now, report } = this.around
    this.writing = this.writing.then(async () => {
      try {
        const lacks = this.isLacking ? 'now' : 'once'
        const record = { v: 1, host: host(), time: now(), ...(this.mayLack ? { lacks } : {}) }
        await disk.replace(fileIn(this.dir), utf8(`${JSON.stringify(record)}\n`), true)
        // Only now: where this run ends between the two, the next asks everybody again.
        await unmarkRestored(disk, this.dir)
      } catch (cause) {
        // What stands there is older: the next start may wait for more peers than it must, and never for fewer.
        report('error', 'whereabouts-unwritten', { message: String(cause) })
      }
    })
    return this.writing
  }
}

interface WhereaboutsRecord {
  host: string
  time: number
  /** Logs of this party that are known elsewhere: some are missing, or some may have been once. */
  lacks?: 'now' | 'once'
}

const fileIn = (dir: string) => join(dir, 'private', 'whereabouts.json')

function restoredDoubt(time: string | undefined): string | undefined {
  if (time === undefined) return undefined
  return `This folder was restored from a backup of ${time}; it signs nothing before every peer and neutral was asked for what came after.`
}

function doubtOf(before: WhereaboutsRecord | undefined, around: Surroundings, used: boolean): string | undefined {
  const waits = 'it signs nothing before every peer and neutral was asked.'
  if (before === undefined) return used ? `It is not known where this folder ran last; ${waits}` : undefined
  if (before.host !== around.host()) return `This folder ran on another machine before; ${waits}`
  if (before.lacks === 'now') return `Others hold a log of this party that is not in this folder; ${waits}`
  if (before.time <= around.now()) return undefined
  return `The clock stands at ${iso(around.now())}, before ${iso(before.time)} when this folder last ran; ${waits}`
}

async function readRecord(disk: Disk, file: string): Promise<WhereaboutsRecord | undefined> {
  const bytes = await disk.read(file)
  if (bytes === undefined) return undefined
  try {
    const { host, time, lacks }: Partial<WhereaboutsRecord> = JSON.parse(new TextDecoder().decode(bytes))
    if (typeof host !== 'string' || typeof time !== 'number') return undefined
    return { host, time, ...(lacks === 'now' || lacks === 'once' ? { lacks } : {}) }
  } catch {
    // Torn or tampered with: as good as none.
    return undefined
  }
}

/** Whether a log was ever opened in the folder. */
async function isUsed(disk: Disk, dir: string): Promise<boolean> {
  return (await disk.list(join(dir, 'logs'))).length > 0
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
