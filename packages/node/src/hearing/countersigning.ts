// Giving a receipt for what is held of one log of a peer (spec/receipt.md): only for bytes that are durable, only for what
// is whole, and by a neutral only for what the author itself shows.

import type { Mirror, ReceiptName, Receipts } from '@countersign/ledger'
import { cosign, logNote, verifyCheckpoint } from '@countersign/log'
import { type Card, receiptKeyName, type SignerPair } from '@countersign/record'
import type { Surroundings } from '../surroundings.ts'
import type { PartsToHold } from './sealed-parts.ts'

export interface Countersigning {
  /** The author's card, whose root the agreement pins. */
  author: Card
  mirror: Mirror
  us: { party: string; receipt: SignerPair }
  pact: string
  role: PartsToHold['role']
  /** A neutral cosigns anew each so many seconds; undefined for a party. */
  cosignSeconds: number | undefined
  receipts: Receipts
  around: Surroundings
  /** Whether we may countersign what is shown like that: not before the start-up check of our own log on this channel. */
  mayCountersign(shownBy: ShownBy): boolean
  /** We gave a receipt, with the keys it names: ours may be others by now. */
  onReceipt(receipt: ReceiptName & { bytes: Uint8Array }): void
}

/**
 * Who shows the head just now: its author, its author together with more than was taken in, what was carried here from its
 * author's folder, or nobody that counts.
 */
export type ShownBy = 'author' | 'author with more' | 'carried from its author' | 'nobody'

/**
 * Gives one where it is due; all that a receipt of the mirror's size covers is held. `seenMs`: when its author was last
 * asked for its head, milliseconds since 1970.
 */
export async function countersign(of: Countersigning, shownBy: ShownBy, seenMs: number): Promise<void> {
  const { mirror, receipts, cosignSeconds, around } = of
  if (mirror.checkpoint === undefined || !of.mayCountersign(shownBy)) return
  const newest = receipts.newest(mirror.origin)
  // A mirror that was rolled back, and does not hold yet what we countersigned.
  if (newest !== undefined && mirror.size < newest.size) return
  const grown = newest === undefined || mirror.size > newest.size
  // What was held before is dated by when it was seen that there is no more; what came now, by when it is durable.
  const seconds = Math.floor((grown ? around.now() : seenMs) / 1000)
  const due = cosignSeconds !== undefined && newest !== undefined && seconds >= newest.time + cosignSeconds
  // A neutral's cosignature says what the author showed by then: what it had from elsewhere may be old. A depositary's
  // receipt discharges the author, too: it is given for what the author's own folder held when it was carried here.
  const deposited = shownBy === 'carried from its author' && of.role === 'depositary' && grown
  // What follows it is known to have been said by now: the same head is not dated anew.
  const onTheWay = shownBy === 'author with more' && grown
  if (cosignSeconds !== undefined && shownBy !== 'author' && !deposited && !onTheWay) return
  if (!grown && !due) return
  const time = Math.max(seconds, newest?.time ?? 0)
  // The author’s own two lines and nothing else that came with them.
  const { log } = of.author.keys
  const names = { origin: mirror.origin, ed25519PublicKey: log.ed25519, mldsa44PublicKey: log.mldsa44 }
  const head = verifyCheckpoint(mirror.checkpoint, names)
  if (!head.ok) return
  const bytes = cosign(logNote(head.value), { name: receiptKeyName(of.us.party, of.pact), ...of.us.receipt }, time)
  const name = await receipts.give(mirror.origin, { size: mirror.size, time, bytes })
  of.onReceipt({ ...name, bytes })
}
