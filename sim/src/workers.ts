// Seeds spread over processes, one for each core: a world is one process’s own, for it takes time and randomness away
// from everything in it. Each runs every so manieth seed, says what it finds, and tells its counts.

import { type ChildProcess, fork } from 'node:child_process'
import { sumOf, type Tally } from './seeds.ts'

export interface Workers {
  main: string
  from: number
  /** Infinity: until told to stop. */
  count: number
  workers: number
  keepIn: string | undefined
  /** After each seed: the counts of all. */
  done(tally: Tally): void
}

/** `sound`: every worker ended by itself, or as it was told. */
export async function spread(
  { main, from, count, workers, keepIn, done }: Workers,
  onStop: (stop: () => void) => void,
): Promise<{ tally: Tally; sound: boolean }> {
  const tallies = Array.from({ length: workers }, () => sumOf([]))
  // A run makes much that is soon forgotten: with room for it the collector comes by a tenth as often.
  const execArgv = [...process.execArgv, '--max-semi-space-size=64']
  const children: ChildProcess[] = []
  let stopped = false
  onStop(() => {
    stopped = true
    for (const child of children) child.kill('SIGTERM')
  })
  const ended = Array.from({ length: workers }, (_, n) => {
    const share = count === Infinity ? count : Math.ceil((count - n) / workers)
    const options = ['--from', String(from + n), '--stride', String(workers), '--workers', '1', '--no-regressions']
    const amount = share === Infinity ? ['--forever'] : ['--seeds', String(share)]
    const child = fork(main, [...options, ...amount, ...(keepIn === undefined ? ['--no-keep'] : ['--kept', keepIn])], {
      execArgv,
    })
    children.push(child)
    child.on('message', (tally: Tally) => {
      tallies[n] = tally
      done(sumOf(tallies))
    })
    return new Promise<boolean>((resolve) => {
      // One that is told to stop before it can hear of it has run nothing.
      child.on('exit', (status) => resolve(status === 0 || status === 1 || (stopped && status === null)))
    })
  })
  const sound = (await Promise.all(ended)).every((one) => one)
  return { tally: sumOf(tallies), sound }
}
