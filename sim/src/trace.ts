// What happened, line by line. Two runs of one seed must give equal traces: the first difference is where something
// slipped past the simulation. A line names no path of the machine and no time but the simulated one.

import { createHash, hash } from 'node:crypto'

export class Trace {
  private readonly hash = createHash('sha256')
  private readonly lines: string[] = []
  private readonly keep: number
  count = 0

  /** Keeps the last `keep` lines; all of them go into the digest. */
  constructor(keep = 4_000) {
    this.keep = keep
  }

  add(line: string): void {
    this.count++
    this.hash.update(line).update('\n')
    this.lines.push(line)
    if (this.lines.length > 2 * this.keep) this.lines.splice(0, this.lines.length - this.keep)
  }

  digest(): string {
    return this.hash.copy().digest('hex')
  }

  last(count: number): string[] {
    return this.lines.slice(-count)
  }

  /** All lines that are kept, with the number of the first of them. */
  all(): { first: number; lines: readonly string[] } {
    return { first: this.count - this.lines.length, lines: this.lines }
  }
}

export function shortDigest(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex').slice(0, 12)
}
