// Every log that is held in this folder, ours and our mirrors of the peers', over all channels.

import type { LogFiles } from '@countersign/ledger'
import type { Channel } from './channel/channel.ts'

export class HeldLogs {
  private readonly channels: ReadonlyMap<string, Channel>

  /** `channels` by `<agreement id>/<channel>`. */
  constructor(channels: ReadonlyMap<string, Channel>) {
    this.channels = channels
  }

  /** Our own log of that origin, or our mirror of it. */
  of(origin: string): LogFiles | undefined {
    return this.channelOf(origin)?.logOf(origin)
  }

  /** The channel that a log stands on. */
  channelOf(origin: string): Channel | undefined {
    const [, pact, name] = origin.split('/')
    return this.channels.get(`${pact}/${name}`)
  }

  *origins(): Generator<string> {
    for (const { own, peers } of this.channels.values()) {
      yield* own.origins()
      for (const { origin } of peers.logs()) yield origin
    }
  }
}
