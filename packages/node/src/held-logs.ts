// Every log that is held in this folder, ours and our mirrors of the peers', over all channels.

import type { LogFiles } from '@countersign/ledger'
import { partyOf } from '@countersign/record'
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

  /** The channel that a log stands on: `<agreement id>/<channel>` is the middle of its origin. */
  channelOf(origin: string): Channel | undefined {
    return this.channels.get(origin.slice(origin.indexOf('/') + 1, origin.lastIndexOf('/')))
  }

  /** Every log of a party under one agreement. */
  *ofParty(pact: string, party: string): Generator<LogFiles> {
    for (const channel of this.channels.values()) {
      if (channel.pact.id !== pact) continue
      const own = channel.context.identity.party === party ? channel.own.origins() : []
      const theirs = channel.peers.logs().map(({ origin }) => origin)
      for (const origin of [...own, ...theirs]) {
        const log = partyOf(origin) === party ? channel.logOf(origin) : undefined
        if (log !== undefined) yield log
      }
    }
  }

  *origins(): Generator<string> {
    for (const { own, peers } of this.channels.values()) {
      yield* own.origins()
      for (const { origin } of peers.logs()) yield origin
    }
  }
}
