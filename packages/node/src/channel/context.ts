// What a channel is handed from the engine, and what it tells it.

import type { Receipts } from '@countersign/ledger'
import type { Card } from '@countersign/record'
import type { Views } from '@countersign/views'
import type { AlarmCode } from '../alarm-kinds.ts'
import type { DailyUse } from '../daily-use.ts'
import type { PeerRequests } from '../hearing/peer-requests.ts'
import type { HeldReceipt } from '../hearing/weigh-receipt.ts'
import type { WitnessedHead } from '../hearing/witnessing.ts'
import type { Identity } from '../keys/identity.ts'
import type { StoredPact } from '../pacts.ts'
import type { Draft, Pin } from '../saying/speaker.ts'
import type { Surroundings } from '../surroundings.ts'

export interface ChannelContext {
  identity: Identity
  around: Surroundings
  receipts: Receipts
  cardOf(party: string, root: string): Card | undefined
  /** Every card of a party that is accepted by the root that the agreement pins. */
  cardsOf(party: string, root: string): readonly Card[]
  /** Whether a notice that is held gives up the log key of a card. */
  isLogKeyGivenUp(card: Card): boolean
  /** Since when such a notice stands, POSIX seconds; undefined while it does not. */
  givenUpSince(card: Card): Promise<number | undefined>
  /** One of our own cards. */
  ownCard(digest: string): Card | undefined
  /** All of our own, those of roots that ours succeeded among them. */
  ownCards(): readonly Card[]
  /** Asks the others for a card of ours that this folder lacks. */
  findOwnCard(digest: string): Promise<boolean>
  /** Something of a party does not verify: its newest card is asked for. True where that was answered. */
  suspect(party: string): Promise<boolean>
  requestsTo(card: Card): PeerRequests
  /** The receipt by which the agreement is in force on this channel, once it is. */
  forcePin(): Pin | undefined
  /** Whether the folder may be a copy of another: then every peer is waited for before we sign. */
  mayBeCopy(): boolean
  /** Whether the folder may be a copy, or was one once: logs of ours may be unknown in it that others hold. */
  mayLack(): boolean
  /** Others hold what was signed here and is not here any more: from now on the folder may be a copy. Once it is recorded. */
  onSetBack(message: string): Promise<void>
  /** A log of ours is known elsewhere and not here: from the next start on the folder may be a copy. */
  onLack(): void
  /** Readers of the channel whom two officers gave up waiting for, while the folder may be a copy. */
  without(): ReadonlySet<string>
  /** Resolves once no other host answers with our keys; true where one did at first. */
  alone(): Promise<boolean>
  /** What was missing in a folder that may be a copy is there, all of it or in part. */
  onRecovered(): void
  /** A log, ours or a peer's, is open from here on. */
  onLog(origin: string): void
  onEntries(origin: string): void
  onContent(origin: string): void
  /** Whether everything that is held is folded. */
  isFolded(): boolean
  /** Whether a valid record destroyed that part. */
  isDestroyed(origin: string, index: number, part: number): boolean
  onReceipt(receipt: HeldReceipt): void
  /** A witness of the agreement cosigned a log, ours or a peer's. */
  onWitnessed(head: WitnessedHead): void
  /** As `Views.receiptsUnheld`. */
  receiptsUnheld: Views['receiptsUnheld']
  /** A receipt held before is superfluous; true where nothing here rests on it. */
  onSuperseded(receipt: Omit<HeldReceipt, 'bytes' | 'key'>): Promise<boolean>
  /** We gave a receipt or said something: peers may look again. */
  onNews(): void
  onAlarm(code: AlarmCode, subject: string, message: string): void
  /** What an alarm warned of is over. */
  onAlarmOver(code: AlarmCode, subject: string): void
  /** What alarms of that code warn of, also those that were acknowledged. */
  alarmed(code: AlarmCode): string[]
  /** A draft of a record without content, with a fresh id. */
  blank(type: string, pact: StoredPact): Draft
  /** How much of each party the limits of the agreement let in on a day. */
  dailyUse: DailyUse
  /** How much of a log one that succeeds it pins; undefined while none is known. */
  pinnedSize(origin: string): Promise<number | undefined>
  /** What stands in a log from the entry `common` on stands on one branch of it only. */
  onSplit(origin: string, common: number): void
}
