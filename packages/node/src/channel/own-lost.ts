// Logs of ours that this folder lacks, on one channel: they are asked back from all who read it before anything is signed
// or opened there (spec/succession.md, A folder that was restored). What comes back is opened with the others as soon as
// its first entries are here, and the succession says which of them speaks.

import { type EndedLog, openEndedLog, recordGeneration } from '@countersign/ledger'
import type { Card } from '@countersign/record'
import { LostLogs, type TakenLog } from '../own-logs/lost-logs.ts'
import type { Channel } from './channel.ts'

export class OwnLost {
  /** Whether readers are still asked which logs of ours they hold. */
  isAsking = false
  private readonly channel: Channel
  private asking: LostLogs | undefined
  /** Whether everybody has answered, those included whom officers gave up. */
  isWhole = true
  private late: Promise<void> = Promise.resolve()
  private work: Promise<void> = Promise.resolve()
  private hasAsked = false
  private readonly hints: { origin: string; by: string }[] = []
  /** Begun here, and not opened with the others yet. */
  private readonly taking = new Map<string, { log: EndedLog; card: Card }>()
  private opening: Promise<void> = Promise.resolve()

  constructor(channel: Channel) {
    this.channel = channel
  }

  /** Nothing is taken back before `opened` has resolved: before those of our logs that are here are open. */
  waitFor(opened: Promise<void>): void {
    this.opening = opened
  }

  /** Begins to ask, once in a run. Nothing is signed on the channel from now on until that is over. */
  begin(): void {
    if (!this.hasAsked) this.ask()
  }

  /** Resolves once no reader is asked any more. */
  known(): Promise<void> {
    return this.work
  }

  /** Whose answer is awaited. */
  awaited(): string[] {
    if (!this.isAsking) return []
    return this.asking?.awaited() ?? [this.channel.context.identity.party]
  }

  /** `by` holds a log that our key signed and that is not in this folder: it is taken back, in whatever state we are. */
  found(origin: string, by: string): void {
    if (this.hints.some((one) => one.origin === origin && one.by === by)) return
    this.hints.push({ origin, by })
    this.asking?.hint(origin, by)
    this.ask()
  }

  private ask(): void {
    const { own, isParty, isStopping } = this.channel
    if (this.isAsking || !isParty || isStopping) return
    this.hasAsked = true
    this.isAsking = true
    this.isWhole = false
    if (own.state !== 'stopped') own.state = 'checking'
    this.work = this.run().catch((cause: unknown) => this.failed(cause))
  }

  private async run(): Promise<void> {
    const { own, context } = this.channel
    await this.opening
    // While another host signs with our keys, what the readers hold grows.
    do {
      await context.alone()
      if (this.channel.isStopping) return
      this.asking = this.askReaders()
      await this.asking.known
      await this.opening
      if (this.channel.isStopping) return
    } while (await context.alone())
    this.isAsking = false
    this.late = this.asking.ended.then(
      () => {
        this.isWhole = !this.isAsking
        context.onRecovered()
      },
      (cause: unknown) => this.failed(cause),
    )
    if (own.state === 'checking') {
      if (own.speaker === undefined) own.state = 'none'
      else if (own.speaker.log.confirmed) own.goOn()
    }
  }

  private askReaders(): LostLogs {
    const { own, context, members, pact, name } = this.channel
    const { identity, around, ownCards, findOwnCard, onAlarm, onEntries, without } = context
    return new LostLogs(
      {
        ...{ us: identity.party, pact: pact.id, channel: name, around, without },
        readers: members.readers(),
        cosigners: members.cosignersOf(identity.party),
        seenTo: () => own.seenTo(),
        silent: async () => [...(await own.silentLogs()), ...this.taking.values()],
        cards: () => [identity.card, ...ownCards()],
        signersOf: (card) => (identity.ring.has(card) ? identity.ring.of(card).log : undefined),
        findCard: findOwnCard,
        begin: (origin, card) => this.beginLog(origin, card),
        begun: (origin) => this.openWithOthers(origin),
        grown: onEntries,
        contradicted: (origin, _by, message) => onAlarm('log/contradicted', origin, message),
        stopped: () => this.channel.isStopping,
      },
      this.hints,
    )
  }

  private async beginLog(origin: string, card: Card): Promise<TakenLog> {
    const { identity, around } = this.channel.context
    const { disk, random } = around
    const log = await openEndedLog({ disk, random, dir: identity.dir, origin, begin: true })
    if (!log.ok) throw new Error(log.message)
    this.taking.set(origin, { log: log.value, card })
    return log.value
  }

  /** One after the other: which of them speaks is asked of all. */
  private openWithOthers(origin: string): Promise<void> {
    const opened = this.opening.then(async () => {
      const { own, context, pact, name } = this.channel
      const { identity, around } = context
      const generation = origin.slice(origin.lastIndexOf('/') + 1)
      // Named first: a run that ends here finds it, and goes on taking it back.
      await recordGeneration({ disk: around.disk, dir: identity.dir }, pact.id, name, generation)
      around.report('warn', 'log-recovered', { origin })
      own.know([generation])
      const taken = this.taking.get(origin)
      if (taken !== undefined) await own.open(own.generations(), new Map([[origin, taken.log]]))
      this.taking.delete(origin)
    })
    this.opening = opened.catch(() => {})
    return opened
  }

  private failed(cause: unknown): void {
    const { own, context, name, pact, isStopping } = this.channel
    if (isStopping) return
    own.state = 'stopped'
    const message = `The logs that this folder lacks could not be taken back; start the node again: ${String(cause)}`
    context.onAlarm(
      'log/check-failed',
      own.speaker?.log.origin ?? `${context.identity.party}/${pact.id}/${name}`,
      message,
    )
  }

  /** Closes what was not opened with the others. */
  async close(): Promise<void> {
    await this.work
    await this.late
    await Promise.allSettled([...this.taking.values()].map(({ log }) => log.close()))
  }
}
