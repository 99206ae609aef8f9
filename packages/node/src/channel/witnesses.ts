// The witnesses of every log of a channel: ours are asked, a peer's are heard of, in rounds of their own, so that nothing
// that is said or heard waits for one (spec/witness.md).

import type { LogFiles, OwnLog } from '@countersign/ledger'
import type { Rounds } from '../backoff.ts'
import type { LogSource } from '../hearing/log-source.ts'
import { PeerUnreachable } from '../hearing/peer-requests.ts'
import { Witnessing, type WitnessingOptions } from '../hearing/witnessing.ts'

export interface WitnessesMeans {
  rounds(round: () => Promise<void>, party: string): Rounds
  /** What a log has of its witnesses could not be opened. */
  failed(cause: unknown): void
}

export class ChannelWitnesses {
  private readonly of = new Map<string, { witnessing: Witnessing; rounds: Rounds }>()
  private readonly means: WitnessesMeans
  private stopped = false

  constructor(means: WitnessesMeans) {
    this.means = means
  }

  /** Our own log is cosigned from now on; `maySign` says whether it may show its newest checkpoint. */
  own(options: WitnessingOptions, log: OwnLog, maySign: () => boolean): void {
    this.begin(options, log, true, async (witnessing) => {
      if (maySign()) await witnessing.ask(log)
    })
  }

  /** Our own log may sign from here on. */
  wake(origin: string): void {
    this.of.get(origin)?.rounds.wake()
  }

  /** What a peer shows of its witnesses is looked at from now on; the first source that answers is heard. */
  peers(options: WitnessingOptions, log: () => LogFiles | undefined, sources: readonly LogSource[]): void {
    const held = log()
    if (held === undefined) return
    this.begin(options, held, false, async (witnessing) => {
      const now = log()
      if (now === undefined) return
      await witnessing.grown(now)
      for (const source of sources) {
        try {
          return await witnessing.hear(source, now)
        } catch (cause) {
          if (!(cause instanceof PeerUnreachable)) throw cause
        }
      }
    })
  }

  /** A checkpoint of more than `index` entries of a log, with the lines of the witnesses that cosigned it. */
  checkpointOver(origin: string, index: number): Uint8Array | undefined {
    return this.of.get(origin)?.witnessing.checkpointOver(index)
  }

  async stop(): Promise<void> {
    this.stopped = true
    await Promise.all([...this.of.values()].map(({ rounds }) => rounds.stop()))
  }

  private begin(
    options: WitnessingOptions,
    log: LogFiles,
    ours: boolean,
    round: (witnessing: Witnessing) => Promise<void>,
  ): void {
    this.open(options, log, ours, round).catch(this.means.failed)
  }

  private async open(
    options: WitnessingOptions,
    log: LogFiles,
    ours: boolean,
    round: (witnessing: Witnessing) => Promise<void>,
  ): Promise<void> {
    if (this.of.has(options.origin)) return
    const witnessing = await Witnessing.open(options, log, ours)
    if (!witnessing.any || this.stopped) return
    const rounds = this.means.rounds(() => round(witnessing), options.author.party)
    this.of.set(options.origin, { witnessing, rounds })
    rounds.wake()
  }
}
