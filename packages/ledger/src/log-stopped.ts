// A log that is written no more, and what a person does about it.

/** A failed write or sync: the log is not written again until it was opened anew. */
export class LogStopped extends Error {
  readonly code = 'ledger/stopped'
}

/** Why a log was stopped, and what a person does about it. */
export function whyStopped(cause: unknown): { what: string; remedy: string } {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') return { what: 'the disk is full', remedy: 'Make room' }
  return { what: cause instanceof Error ? cause.message : String(cause), remedy: 'Mend the disk' }
}
