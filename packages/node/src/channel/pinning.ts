// What our log names of the others' logs and of the receipts on it (spec/statement.md, `seen`), and the `log/pin` that
// names it where nothing else is said for one pin interval (spec/records.md).

import type { Rounds } from '../backoff.ts'
import { pinIsWorthwhile } from '../saying/pins.ts'
import type { ChannelSight, Head, Pin, Speaker } from '../saying/speaker.ts'
import type { Channel } from './channel.ts'

export class Pinning {
  private readonly channel: Channel
  private rounds: Rounds | undefined
  /** Since when something worth naming is unnamed. */
  private since: number | undefined

  constructor(channel: Channel) {
    this.channel = channel
  }

  /** From now on `speaker` says the pins. */
  async begin(speaker: Speaker): Promise<void> {
    await this.stop()
    const { context, pact } = this.channel
    const seconds = Math.max(1, pact.agreement.intervals.pinSeconds / 4)
    this.rounds = this.channel.rounds(() => this.consider(speaker), context.identity.party, seconds)
    this.rounds.wake()
  }

  async stop(): Promise<void> {
    await this.rounds?.stop()
  }

  /** What a log of ours sees at the moment in which it speaks. */
  sight(origin: string): ChannelSight {
    return {
      heads: (): Iterable<Head> => this.channel.peers.logs().map((log) => log.head),
      pins: (): Iterable<Pin> => {
        const force = this.channel.context.forcePin()
        // Of a log that ours succeeded too: it names no more by itself.
        const former = this.channel.own.formerOrigins().flatMap((one) => this.pinsOn(one))
        return [...this.pinsOn(origin), ...former, ...(force === undefined ? [] : [force])]
      },
    }
  }

  private async consider(speaker: Speaker): Promise<void> {
    const { own, peers, context, pact } = this.channel
    if (own.speaker !== speaker || own.state !== 'ready') return
    const worthwhile = pinIsWorthwhile({
      peers: peers.logs().map((log) => ({ lastSaid: log.lastSaid, named: speaker.namedSize(log.origin) })),
      receipts: this.pinsOn(speaker.log.origin).map(({ by, origin, size }) => ({
        size,
        pinned: speaker.pinnedSize(by, origin),
      })),
      lastSaid: speaker.lastSaid,
    })
    const now = context.around.now()
    if (!worthwhile) {
      this.since = undefined
      return
    }
    this.since ??= now
    if (now - this.since < pact.agreement.intervals.pinSeconds * 1000) return
    this.since = undefined
    if ((await context.dailyUse.room(speaker.log)).entries < 1) return
    await speaker.say({ ...context.blank('log/pin', pact), to: [], body: {} })
  }

  /** The largest receipt held on a log of ours by each cosigner; of several of one size the earliest, which all hold. */
  private pinsOn(origin: string): Pin[] {
    const newest = new Map<string, Pin & { time: number }>()
    for (const { cosigner, size, time, digest } of this.channel.context.receipts.held(origin)) {
      const other = newest.get(cosigner)
      if (other !== undefined && (size < other.size || (size === other.size && time >= other.time))) continue
      newest.set(cosigner, { by: cosigner, origin, size, time, digest })
    }
    return [...newest.values()]
  }
}
