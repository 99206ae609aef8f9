// The peak of a process's memory, as Linux counts it from the start of its program on.

import { readFileSync } from 'node:fs'

/** Peak resident memory of a process, in MiB. */
export function peakMemory(pid: number | 'self'): number {
  const kib = /VmHWM:\s+([0-9]+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kib) / 1024)
}
