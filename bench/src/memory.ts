// What Linux counts of a process: the peak of its memory from the start of its program on, and its processor time.

import { readFileSync } from 'node:fs'

/** Peak resident memory of a process, in MiB. */
export function peakMemory(pid: number | 'self'): number {
  const kib = /VmHWM:\s+([0-9]+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kib) / 1024)
}

/** Processor time of all its threads since it began, in milliseconds; Linux counts it in hundredths of a second. */
export function processorTime(pid: number | 'self'): number {
  // Behind the name of the program, which may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}
