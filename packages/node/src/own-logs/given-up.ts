// Readers whom two officers gave up waiting for, as they opened a log that succeeds ours (spec/succession.md): kept in
// DIR/private/given-up.json, so that a second start does not wait for them again. It counts only while the folder may be a
// copy, and goes with that doubt: once they, too, have answered, nobody is given up any more. It is in no backup, and counts
// on no other machine: whoever wakes there waits for all.

import { join } from 'node:path'
import type { Disk } from '@countersign/ledger'
import { utf8 } from '@countersign/log'

interface Place {
  disk: Disk
  dir: string
  /** A digest that names the machine. */
  host: string
}

export class GivenUp {
  private readonly at: Place
  /** By `<agreement id>/<channel>`. */
  private readonly readers = new Map<string, Set<string>>()

  private constructor(at: Place) {
    this.at = at
  }

  static async open(at: Place): Promise<GivenUp> {
    const kept = new GivenUp(at)
    const bytes = await at.disk.read(fileIn(at.dir))
    try {
      const { host, channels = {} }: { host?: unknown; channels?: object } = JSON.parse(
        new TextDecoder().decode(bytes ?? utf8('{}')),
      )
      for (const [channel, readers] of Object.entries(host === at.host ? channels : {})) {
        if (Array.isArray(readers)) kept.readers.set(channel, new Set(readers.filter((one) => typeof one === 'string')))
      }
    } catch {
      // Torn or tampered with: everybody is waited for.
    }
    return kept
  }

  on(pact: string, channel: string): ReadonlySet<string> {
    return this.readers.get(`${pact}/${channel}`) ?? new Set()
  }

  /** Durable once it resolves. */
  async add(pact: string, channel: string, readers: readonly string[]): Promise<void> {
    this.readers.set(`${pact}/${channel}`, new Set([...this.on(pact, channel), ...readers]))
    const channels = Object.fromEntries([...this.readers].map(([name, of]) => [name, [...of].sort()]))
    const file = { v: 1, host: this.at.host, channels }
    await this.at.disk.replace(fileIn(this.at.dir), utf8(`${JSON.stringify(file)}\n`), true)
  }

  /** Everybody has answered. */
  async forget(): Promise<void> {
    this.readers.clear()
    const file = fileIn(this.at.dir)
    if (await this.at.disk.exists(file)) await this.at.disk.remove(file)
  }
}

const fileIn = (dir: string) => join(dir, 'private', 'given-up.json')
