// What a full or broken disk throws, as a refusal with a stable code. Everything that writes throws what the operating
// system or SQLite says; the doors of the engine make a refusal of it here, and the loops an alarm.

import { LogStopped } from '@countersign/ledger'
import { type Refusal, refuse } from '@countersign/log'
import type { AlarmCode } from './alarm-kinds.ts'

const FULL = ['ENOSPC', 'EDQUOT', 'SQLITE_FULL']
const FAILED = ['EIO', 'EROFS', 'SQLITE_IOERR', 'SQLITE_READONLY']

/** Undefined where the disk is not to blame. `consequence` is a sentence: what was not done, and what to do. */
export function diskRefusal(cause: unknown, consequence: string): Refusal | undefined {
  if (cause instanceof LogStopped) return refuse(cause.code, cause.message)
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const is = (codes: readonly string[]) => codes.some((one) => code === one || code.startsWith(`${one}_`))
  if (is(FULL)) return refuse('ledger/disk-full', `The disk is full. ${consequence}`)
  if (is(FAILED)) return refuse('ledger/disk-failed', `The disk failed (${code}). ${consequence}`)
  return undefined
}

/** What the work gives; a refusal where the disk ended it. Anything else it throws is thrown on. */
export async function overDisk<T>(consequence: string, work: Promise<T>): Promise<T | Refusal> {
  try {
    return await work
  } catch (cause) {
    const refusal = diskRefusal(cause, consequence)
    if (refusal === undefined) throw cause
    return refusal
  }
}

/** Raises one alarm while the disk ends a loop's rounds, and lets it be over after the first that succeeds. */
export class DiskAlarm {
  private readonly code: AlarmCode
  private readonly tell: { onAlarm(code: AlarmCode, message: string): void; onAlarmOver(code: AlarmCode): void }
  /** An earlier run may have left it raised. */
  private raised = true

  constructor(code: AlarmCode, tell: DiskAlarm['tell']) {
    this.code = code
    this.tell = tell
  }

  async watch<T>(consequence: string, round: Promise<T>): Promise<T> {
    let done: T
    try {
      done = await round
    } catch (cause) {
      // A log that stopped says why; what it says of starting again is for those that are not opened anew by themselves.
      const reason = cause instanceof LogStopped ? cause.cause : cause
      const refusal = diskRefusal(reason, consequence)
      if (refusal !== undefined || cause instanceof LogStopped) {
        this.raised = true
        this.tell.onAlarm(this.code, refusal?.message ?? `Writing failed (${String(reason)}). ${consequence}`)
      }
      throw cause
    }
    if (this.raised) this.tell.onAlarmOver(this.code)
    this.raised = false
    return done
  }
}
