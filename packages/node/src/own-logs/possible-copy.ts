// A folder that may be a copy of another (whereabouts.ts says why it may be): whom its channels wait for, whom two officers
// gave up, whether another host answers with our keys, and when no doubt is left.

import type { AlarmCode } from '../alarm-kinds.ts'
import type { Channel } from '../channel/channel.ts'
import type { Identity } from '../keys/identity.ts'
import type { Pacts } from '../pacts.ts'
import type { Surroundings } from '../surroundings.ts'
import { GivenUp } from './given-up.ts'
import { SecondHost } from './second-host.ts'
import { Whereabouts } from './whereabouts.ts'

export interface PossibleCopyMeans {
  identity: Identity
  around: Surroundings
  pacts: Pacts
  channels: ReadonlyMap<string, Channel>
  /** Parties of an agreement of which it is not known yet which logs they opened. */
  unlearned(pact: string): string[]
  /** Work that nobody waits for. */
  begin(what: string, work: () => Promise<unknown>): void
  onAlarm(code: AlarmCode, subject: string, message: string): void
  onAlarmOver(code: AlarmCode, subject: string): void
  stopped(): boolean
}

export class PossibleCopy {
  readonly secondHost: SecondHost
  private readonly means: PossibleCopyMeans
  /** Both are set before any channel is opened. */
  private whereabouts: Whereabouts | undefined
  private givenUp: GivenUp | undefined

  constructor(means: PossibleCopyMeans) {
    this.means = means
    const { identity, around, onAlarm, onAlarmOver, stopped } = means
    this.secondHost = new SecondHost({ identity, around, onAlarm, onAlarmOver, stopped })
  }

  /** Looks where the folder ran last. */
  async open(): Promise<void> {
    const { identity, around, onAlarm } = this.means
    const { dir, party } = identity
    this.whereabouts = await Whereabouts.open(dir, around, () => this.isWhole())
    this.givenUp = await GivenUp.open({ disk: around.disk, dir, host: around.host() })
    const { doubt } = this.whereabouts
    if (doubt === undefined) await this.givenUp.forget()
    else onAlarm('node/may-be-copy', party, doubt)
  }

  /** As this run began, or as peers showed since; it waits for every peer before it signs. */
  get mayBe(): boolean {
    return this.whereabouts?.doubt !== undefined
  }

  /** Whether it may be a copy, or was one once: logs of ours may be unknown in it that others hold. */
  get mayLack(): boolean {
    return this.whereabouts?.mayLack === true
  }

  /** A log of ours is known elsewhere and not here: from the next start on the folder may be a copy. */
  lack(): void {
    this.whereabouts?.lack()
  }

  /** What others hold shows that the folder was set back, though it ran here last. Resolves once that is recorded. */
  async setBack(message: string): Promise<void> {
    const { identity, channels, onAlarm } = this.means
    const isNew = !this.mayBe
    const recorded = this.whereabouts?.setBack(message)
    if (isNew) {
      onAlarm('node/may-be-copy', identity.party, message)
      for (const channel of channels.values()) channel.setBack()
    }
    await recorded
  }

  /** Readers of a channel whom two officers gave up waiting for. */
  without(pact: string, channel: string): ReadonlySet<string> {
    return this.givenUp?.on(pact, channel) ?? new Set()
  }

  /** These are waited for no more; durable once it resolves. */
  async giveUp(pact: string, channel: string, readers: readonly string[]): Promise<void> {
    await this.givenUp?.add(pact, channel, readers)
  }

  /** Resolves once no other host answers with our keys; true where one did at first. */
  alone(): Promise<boolean> {
    return this.mayBe ? this.secondHost.alone() : Promise.resolve(false)
  }

  /** Whom a channel waits for; in a folder that may be a copy also those whose logs are not known yet. */
  awaited(channel: Channel): string[] {
    const without = channel.context.without()
    const unlearned = this.mayBe ? this.means.unlearned(channel.pact.id).filter((party) => !without.has(party)) : []
    return [...new Set([...channel.awaited(), ...unlearned])].sort()
  }

  /** Looks whether no doubt is left any more. */
  settle(): void {
    const { identity, begin, onAlarmOver, stopped } = this.means
    if (stopped() || this.whereabouts?.look() !== true) return
    onAlarmOver('node/may-be-copy', identity.party)
    begin('Forgetting whom officers gave up', async () => this.givenUp?.forget())
  }

  async stop(): Promise<void> {
    await this.whereabouts?.stop()
  }

  /** Whether nothing is missing any more that this party signed or countersigned before. */
  private isWhole(): boolean {
    const { channels, pacts, unlearned } = this.means
    return (
      [...channels.values()].every((channel) => channel.isWhole) &&
      pacts.all().every(({ id }) => unlearned(id).length === 0)
    )
  }
}
