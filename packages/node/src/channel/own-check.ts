// The comparison of our log with what its peers hold, after every start and before it signs anything.

import type { OwnLog } from '@countersign/ledger'
import type { Card } from '@countersign/record'
import { type LogSource, pathOfMirror, signedHeadOf } from '../hearing/log-source.ts'
import { logsNamedBy } from '../own-logs/lost-logs.ts'
import { type CheckOutcome, type CheckPeer, type StartupCheck, startCheck } from '../own-logs/startup-check.ts'
import type { Channel } from './channel.ts'
import { WAY_OUT } from './own-side.ts'

const CARD_RETRY_MS = 1_000

export class OwnCheck {
  /** The size of our log when it was found to be what its peers hold, in this run. */
  confirmedAt = 0
  private readonly channel: Channel
  private check: StartupCheck | undefined

  constructor(channel: Channel) {
    this.channel = channel
  }

  /** Begins it. In a folder that may be a copy peers are asked once nobody else signs: what they hold grows no more then. */
  begin(log: OwnLog, card: Card): void {
    if (this.channel.context.mayBeCopy()) void this.beginAlone(log, card)
    else this.compare(log, card)
  }

  /** Whose answer is awaited. */
  awaited(): string[] {
    return this.check?.awaited() ?? [this.channel.context.identity.party]
  }

  /** Compares a copy of our log that was carried here, meanwhile or afterwards. A sentence where it answers nothing. */
  async carried(source: LogSource, answers: string | undefined): Promise<string | undefined> {
    const origin = this.channel.own.speaker?.log.origin ?? ''
    const held = answers === undefined ? [] : this.channel.context.receipts.held(origin, answers)
    return this.check?.carried(source, answers, Math.max(0, ...held.map(({ size }) => size)))
  }

  /** What was carried here may show a log that our key signed and that is not in this folder. */
  async carriedUnknown(source: LogSource, origin: string): Promise<void> {
    const { own } = this.channel
    if (own.isKnown(origin)) return
    const by = source.carried === 'author' ? 'A stick' : source.requests.party
    if ((await signedHeadOf(source, origin, this.ourCards())) === undefined) return
    if (own.isChecking) await this.setBack(`${by} holds it, and it is not here`, origin)
    own.foundUnknown(origin, by)
  }

  /** Resolves once the comparison is over, however it ended. */
  async ended(): Promise<void> {
    await this.check?.outcome.catch(() => {})
  }

  private async beginAlone(log: OwnLog, card: Card): Promise<void> {
    await this.channel.context.alone()
    const { own } = this.channel
    if (!this.channel.isStopping && own.state === 'checking' && own.speaker?.log === log) this.compare(log, card)
  }

  private compare(log: OwnLog, card: Card): void {
    const { context, members, own } = this.channel
    const { around, onAlarm } = context
    const isOver = () => this.channel.isStopping || own.isSucceeding || own.speaker?.log !== log
    this.check = startCheck({
      ...{ log, us: card, around, stopped: isOver },
      peers: members.readers(),
      ...{ pact: this.channel.pact.id, cosigners: members.cosignersOf(context.identity.party) },
      signers: context.identity.ring.has(card) ? context.identity.ring.of(card).log : undefined,
      mirrorPath: pathOfMirror(log.origin),
      receipted: Math.max(0, ...context.receipts.held(log.origin).map(({ size }) => size)),
      waitForAll: () => context.mayBeCopy(),
      beyond: (what) => this.setBack(what, log.origin),
      askFurther: (peer) => this.lookForOthers(peer),
      without: context.without(),
      withheld: (by, message) => {
        if (!isOver()) onAlarm('log/tail-withheld', `${log.origin} by ${by}`, `${message} ${WAY_OUT}`)
      },
      late: (by, message) => {
        if (isOver()) return
        own.halt(log.origin, by)
        onAlarm('log/longer-tail', log.origin, `${message} ${WAY_OUT}`)
      },
    })
    this.check.outcome
      .then((outcome) => this.answered(log, card, outcome))
      .catch((cause: unknown) => {
        if (isOver()) return
        own.state = 'stopped'
        onAlarm('log/check-failed', log.origin, `The start-up check failed; start the node again: ${String(cause)}`)
      })
  }

  /** A peer holds a log that our key signed and that is not here: this folder was set back to before it was opened. */
  private async lookForOthers({ party, requests }: CheckPeer): Promise<void> {
    const { context, own, pact, name } = this.channel
    // Then all are asked for them in any case.
    if (context.mayBeCopy()) return
    const us = context.identity.party
    for (const origin of await logsNamedBy(requests, { us, pact: pact.id, channel: name })) {
      if (own.isKnown(origin)) continue
      const head = await signedHeadOf({ requests, prefix: pathOfMirror(origin) }, origin, this.ourCards())
      if (head !== undefined) await this.setBack(`${party} holds it, and it is not here`, origin)
    }
  }

  /** Those whose log keys we have not given up: by such a key others open what logs they like. */
  private ourCards(): readonly Card[] {
    const { identity, ownCards, isLogKeyGivenUp } = this.channel.context
    return [identity.card, ...ownCards().filter((card) => !isLogKeyGivenUp(card))]
  }

  private setBack(what: string, origin: string): Promise<void> {
    return this.channel.context.onSetBack(
      `Our key signed more of ${origin} than is in this folder (${what}): the folder was set back to an earlier state, or another host has our keys. It signs nothing before every peer and neutral was asked; where no network reaches them, two officers open a log that succeeds ours: countersign log succeed.`,
    )
  }

  private async answered(log: OwnLog, card: Card, outcome: CheckOutcome): Promise<void> {
    const { context, own } = this.channel
    const { around, onAlarm, onEntries } = context
    // A receipt may have shown meanwhile that the log must not go on.
    if (this.channel.isStopping || own.state === 'stopped') return
    if (outcome.kind === 'contradicted') {
      own.halt(log.origin, outcome.by, log.size)
      onAlarm('log/contradicted', log.origin, `${outcome.message} ${WAY_OUT}`)
      return
    }
    if (outcome.recovered > 0) {
      await own.speaker?.recall(log.size - outcome.recovered)
      onEntries(log.origin)
      around.report('warn', 'tail-recovered', { origin: log.origin, entries: outcome.recovered })
    }
    // Another log of ours may speak by then.
    await own.lost.known()
    if (own.speaker?.log !== log) return
    await this.cardsInForce()
    if (await context.alone()) return this.beginAlone(log, card)
    // It may have been stopped while it was being checked.
    if (this.channel.isStopping || own.state !== 'checking') return
    const inForce = own.speaker?.card
    if (inForce !== undefined && !context.identity.ring.has(inForce)) return own.lackKeys(inForce)
    log.confirm()
    this.confirmedAt = log.size
    // What is missing of our own content comes back while the log goes on.
    const mayLack = context.mayBeCopy()
    const from = mayLack ? 0 : Math.min(log.size - outcome.recovered, own.content.heldElsewhereTo(log.origin))
    own.content.begin([{ log, from }, ...(mayLack ? own.formerLogs().map((one) => ({ log: one, from: 0 })) : [])])
    own.goOn()
  }

  /** What came back may name a card of ours that this folder never held: by another nothing valid can be signed. */
  private async cardsInForce(): Promise<void> {
    const { context, own } = this.channel
    for (;;) {
      const named = own.speaker?.awaits
      if (named === undefined || this.channel.isStopping || own.state !== 'checking') return
      await context.findOwnCard(named)
      if (context.ownCard(named) !== undefined) await own.speaker?.recall(0)
      else await new Promise<void>((resolve) => void context.around.after(CARD_RETRY_MS, resolve))
    }
  }
}
