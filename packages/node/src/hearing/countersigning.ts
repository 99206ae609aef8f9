// Giving a receipt for what is held of one log of a peer (spec/receipt.md): only for bytes that are durable, only for what
// is whole, and by a neutral only for what the author itself shows.

import type { Mirror, ReceiptName, Receipts } from '@countersign/ledger'
import { cosign, logNote, verifyCheckpoint } from '@countersign/log'
import { type Card, depositKeyName, receiptKeyName, type SignerPair } from '@countersign/record'
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

/** What is known of the mirror's head; times in milliseconds since 1970. */
export interface Shown {
  by: ShownBy
  /** When its author was last asked for its head; 0 where never. */
  seenMs: number
  /** Since when all is held that a receipt of the mirror's size covers. */
  heldMs: number
}

/** Gives one where it is due; all that a receipt of the mirror's size covers is held. */
export async function countersign(of: Countersigning, shown: Shown): Promise<void> {
  const { mirror, receipts } = of
  if (mirror.checkpoint === undefined || !of.mayCountersign(shown.by)) return
  const newest = receipts.newest(mirror.origin)
  // A mirror that was rolled back, and does not hold yet what we countersigned.
  if (newest !== undefined && mirror.size < newest.size) return
  const due = whatIsDue(of, shown, newest)
  if (due === undefined) return
  const time = Math.max(due.seconds, newest?.time ?? 0)
  // The author’s own two lines and nothing else that came with them.
  const { log } = of.author.keys
  const names = { origin: mirror.origin, ed25519PublicKey: log.ed25519, mldsa44PublicKey: log.mldsa44 }
  const head = verifyCheckpoint(mirror.checkpoint, names)
  if (!head.ok) return
  const named = due.kind === 'deposit' ? depositKeyName : receiptKeyName
  const bytes = cosign(logNote(head.value), { name: named(of.us.party, of.pact), ...of.us.receipt }, time)
  const name = await receipts.give(mirror.origin, { size: mirror.size, time, bytes })
  of.onReceipt({ ...name, bytes })
}

/** `seconds`: POSIX, what it is dated by. */
interface Due {
  kind: 'receipt' | 'deposit'
  seconds: number
}

function whatIsDue(of: Countersigning, shown: Shown, newest: ReceiptName | undefined): Due | undefined {
  const { mirror, cosignSeconds } = of
  const grown = newest === undefined || mirror.size > newest.size
  const now = secondsOf(of.around.now())
  if (cosignSeconds === undefined) return grown ? { kind: 'receipt', seconds: now } : undefined
  const seconds = secondsOf(shown.seenMs)
  // A neutral's cosignature says that its author showed no more by then, and what was shown has to be held by then.
  if (shown.by === 'author' && secondsOf(shown.heldMs) <= seconds) {
    const since = newest?.isDeposit === true ? newest.time + 1 : (newest?.time ?? 0) + cosignSeconds
    return grown || seconds >= since ? { kind: 'receipt', seconds } : undefined
  }
  // A depositary discharges the author, too, by what it can only say that it holds.
  const isDeposited = of.role === 'depositary' && shown.by !== 'nobody' && grown
  return isDeposited ? { kind: 'deposit', seconds: now } : undefined
}

function secondsOf(ms: number): number {
  return Math.floor(ms / 1000)
}
