// Two or more works that take turns, so that the machine is the same to each, told in processor time: what waits for others
// on a shared machine is no part of it.

import { median } from './table.ts'

/** The median of each in milliseconds of processor time, of all threads, after a round that warms up. */
export async function inTurns(rounds: number, works: readonly (() => unknown)[]): Promise<number[]> {
  const times: number[][] = works.map(() => [])
  for (let round = -1; round < rounds; round++) {
    for (const [i, work] of works.entries()) {
      const from = process.cpuUsage()
      await work()
      const { user, system } = process.cpuUsage(from)
      if (round >= 0) times[i]?.push((user + system) / 1_000)
    }
  }
  return times.map(median)
}
