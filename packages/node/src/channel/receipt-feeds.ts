// The receipts on every log of a channel, ours and the peers': from each cosigner a feed of its own, in rounds of its own.

import type { Card } from '@countersign/record'
import type { Rounds } from '../backoff.ts'
import { DiskAlarm } from '../disk-failure.ts'
import { NamedReceipts } from '../hearing/named-receipts.ts'
import type { PeerFiles } from '../hearing/peer-requests.ts'
import { ReceiptFeed, type ReceiptFeedOptions } from '../hearing/receipt-feed.ts'
import type { Cosigner } from '../hearing/signed-heads.ts'
import type { Channel } from './channel.ts'

/** The receipts of one cosigner on one log. */
interface Feed {
  origin: string
  cosigner: string
  feed: ReceiptFeed
  named: NamedReceipts
  options: ReceiptFeedOptions
  rounds: Rounds
  /** Raises the alarm where the disk fails. */
  watch<T>(work: Promise<T>): Promise<T>
}

export class ReceiptFeeds {
  private readonly channel: Channel
  private readonly feeds = new Map<string, Feed>()

  constructor(channel: Channel) {
    this.channel = channel
  }

  /** Begins to fetch what each cosigner of a log gave, but for its author and ourselves. */
  begin(origin: string, author: Card): void {
    if (this.channel.isStopping) return
    for (const cosigner of this.channel.members.cosignersOf(author.party)) {
      if (this.feeds.has(keyOf(origin, cosigner.party))) continue
      const feed = this.feedOf(origin, author, cosigner)
      this.feeds.set(keyOf(origin, cosigner.party), feed)
      feed.rounds.wake()
    }
  }

  /** More of a log is held: receipts that waited for it can be compared with it now. */
  grown(origin: string): void {
    for (const one of this.feeds.values()) if (one.origin === origin && one.feed.waits) one.rounds.wake()
  }

  /** A cosigner says that there is news. A look costs both sides a request: feeds that miss nothing wait for their time. */
  wake(cosigner: string): void {
    for (const one of this.feeds.values()) if (one.cosigner === cosigner && one.feed.outstanding) one.rounds.wake()
  }

  /** Takes the receipts of one cosigner on one log from what was carried here. Whether more wait for the log itself. */
  async takeCarried(
    origin: string,
    cosigner: string,
    requests: PeerFiles,
    onPassedOver: (name: string) => void,
  ): Promise<{ waits: boolean } | undefined> {
    const own = this.feeds.get(keyOf(origin, cosigner))
    if (own === undefined) return undefined
    const feed = new ReceiptFeed({
      ...own.options,
      cosigner: { ...own.options.cosigner, requests },
      onFault: () => {},
      onFaultOver: () => {},
      onPassedOver,
    })
    await own.rounds.alone(async () => {
      try {
        for (let all = false; !all && !this.channel.isStopping; ) all = await own.watch(feed.round())
        await own.watch(own.named.takeCarried(requests))
      } finally {
        own.feed.forgetHeld()
      }
    })
    return { waits: feed.waits }
  }

  get isFetching(): boolean {
    return [...this.feeds.values()].some(({ rounds }) => rounds.isRunning)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.feeds.values()].flatMap(({ rounds, named }) => [rounds.stop(), named.stop()]))
  }

  private feedOf(origin: string, author: Card, cosigner: Cosigner): Feed {
    const { context, pact, own, contradictions, exchange, members } = this.channel
    const { receipts, suspect, receiptsUnheld, onReceipt, onSuperseded, onAlarm, onAlarmOver } = context
    const { party } = cosigner
    const options: ReceiptFeedOptions = {
      ...{ origin, author, cosigner, pact: pact.id, receipts, onReceipt, onSuperseded },
      suspect: () => suspect(party),
      cardsOfAuthor: () => members.cardsOf(author.party),
      log: () => this.channel.logOf(origin),
      isWhole: () => own.speaker?.log.origin === origin && own.state === 'ready',
      onFork: (receipt, kind) => contradictions.shown(origin, receipt.by, receipt, kind),
      onFault: (code, message) => onAlarm(code, `${origin} by ${party}`, message),
      onFaultOver: (code) => onAlarmOver(code, `${origin} by ${party}`),
    }
    const feed = new ReceiptFeed(options)
    const named = new NamedReceipts({
      ...options,
      unheld: (after, most) => receiptsUnheld(origin, party, after, most),
      filesOf: (speaker) => members.readers().find((one) => one.party === speaker)?.requests,
      onReceipt: (receipt) => {
        onReceipt(receipt)
        feed.forgetHeld()
      },
      onFound: () => rounds.wake(),
    })
    const alarm = new DiskAlarm('ledger/receipts-failing', {
      onAlarm: (code, message) => onAlarm(code, `${origin} ${party}`, message),
      onAlarmOver: (code) => onAlarmOver(code, `${origin} ${party}`),
    })
    const watch = <T>(work: Promise<T>) =>
      alarm.watch('A receipt could not be kept; it is fetched again by itself.', work)
    const round = async () => {
      try {
        await watch(feed.round())
      } finally {
        // Also where the cosigner itself shows us nothing.
        if (!this.channel.isStopping) {
          await watch(named.takeFound())
          await named.look()
        }
      }
      await contradictions.lookForProof(origin, author, cosigner.requests)
      if (feed.waits) exchange.holds(party, origin, feed.waitsFor)
    }
    const rounds = this.channel.rounds(round, party)
    return { origin, cosigner: party, feed, named, options, rounds, watch }
  }
}

function keyOf(origin: string, cosigner: string): string {
  return `${origin} ${cosigner}`
}
