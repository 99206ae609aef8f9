// What became of what we said, as our own logs and the views of them tell.

import type { EngineParts } from '../engine-parts.ts'
import type { Arrivals } from '../folding/arrivals.ts'
import type { Folding } from '../folding/folding.ts'
import type { Saying } from './saying.ts'
import type { ShareState } from './share.ts'

export interface OwnWordsMeans {
  folding: Pick<Folding, 'caughtUp'>
  arrivals: Pick<Arrivals, 'ownFolded'>
  saying(): Pick<Saying, 'isHeld' | 'waiting'>
}

export class OwnWords {
  private readonly parts: Pick<EngineParts, 'channels' | 'views' | 'identity'>
  private readonly means: OwnWordsMeans

  constructor(parts: Pick<EngineParts, 'channels' | 'views' | 'identity'>, means: OwnWordsMeans) {
    this.parts = parts
    this.means = means
  }

  /** Resolves once the views know what we said under an agreement up to now, its content too. */
  async folded(pact: string): Promise<void> {
    for (const channel of this.parts.channels.values()) {
      if (channel.pact.id === pact) await this.means.arrivals.ownFolded(channel)
    }
  }

  /** As `Node.shareState` says it. */
  async shareState(pact: string, share: string): Promise<ShareState> {
    const { channels, views, identity } = this.parts
    const saying = this.means.saying()
    if (saying.isHeld(share)) return 'held-here'
    const waiting = saying.waiting.find(share)?.state
    if (waiting !== undefined && waiting !== 'open' && waiting !== 'approved' && waiting !== 'done') return 'ended'
    for (const { pact: of, own } of channels.values()) {
      const origin = of.id === pact ? own.speaker?.log.origin : undefined
      if (origin !== undefined) await this.means.folding.caughtUp(origin)
    }
    if (views.recordsOfShare(identity.party, pact, share).length > 0) return 'said'
    // Before its first statement had an id that ends as the share's, that feedback left was known here alone.
    if (waiting === 'done') return 'said'
    return waiting === 'open' ? 'waits' : 'unknown'
  }

  /** Whether our log on that channel may be signed. Before, it is not known what an earlier run had said. */
  isReady(pact: string, channel: string): boolean {
    return this.parts.channels.get(`${pact}/${channel}`)?.own.state === 'ready'
  }
}
