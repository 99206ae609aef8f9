// A file that should be a receipt of one cosigner on one log: whether it is one, and whether it stands over the very log
// that is held here. A receipt proves itself, whoever brings it.

import type { LogFiles } from '@countersign/ledger'
import { equalBytes } from '@countersign/log'
import { type Card, parseReceipt } from '@countersign/record'
import type { Cosigner } from './signed-heads.ts'

export interface HeldReceipt {
  origin: string
  by: string
  size: number
  time: number
  digest: string
  /** The ids of the keys it was made with. */
  key: string
  isDeposit: boolean
  bytes: Uint8Array
}

export interface ReceiptSubject {
  origin: string
  pact: string
  /** By whose log keys the log is held here. */
  author: Card
  /** Every card of its party that is accepted: one that signs a log of the same name with another key has two faces. */
  cardsOfAuthor?(): readonly Card[]
  cosigner: Pick<Cosigner, 'party' | 'keys'>
  /** The log as it is held here. */
  log(): LogFiles | undefined
}

export interface WeighedReceipt {
  receipt: HeldReceipt
  /**
   * Over the log held; over another one under its name, with another root or more entries; or over the same entries
   * under another key of their author, which bears nothing out and contradicts nothing.
   */
  over: 'this-log' | 'other-root' | 'beyond' | 'other-keys'
}

/** Undefined where it is no receipt of that cosigner on that log. */
export async function weighReceipt(bytes: Uint8Array, of: ReceiptSubject): Promise<WeighedReceipt | undefined> {
  const { origin, author, pact, cosigner } = of
  const by = { party: cosigner.party, pact, keys: cosigner.keys() }
  const cards = [author, ...(of.cardsOfAuthor?.() ?? [])]
  for (const [i, { keys }] of cards.entries()) {
    const parsed = parseReceipt(bytes, { author: keys.log, origin, by })
    if (!parsed.ok) continue
    const { size, time, digest, key, isDeposit, root } = parsed.value
    const receipt = { origin, by: cosigner.party, size, time, digest, key, isDeposit, bytes }
    const log = of.log()
    if (log === undefined || size > log.size) return { receipt, over: 'beyond' }
    if (!equalBytes(await log.rootAt(size), root)) return { receipt, over: 'other-root' }
    return { receipt, over: i === 0 ? 'this-log' : 'other-keys' }
  }
  return undefined
}
