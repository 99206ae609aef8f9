// Fetching what one cosigner countersigned of one log, ours or a peer's. Each receipt is verified before it is held.

import { createHash } from 'node:crypto'
import type { Receipts } from '@countersign/ledger'
import { fromUtf8 } from '@countersign/log'
import { type Card, parseReceipt, receiptDigest } from '@countersign/record'
import { LIMITS } from './limits.ts'
import { type PeerRequests, PeerUnreachable } from './peer-requests.ts'

export interface HeldReceipt {
  origin: string
  by: string
  size: number
  time: number
  digest: string
  bytes: Uint8Array
}

export class ReceiptFeed {
  private readonly hash: string
  private offset = 0
  private readonly options: {
    origin: string
    author: Card
    cosigner: Card
    pact: string
    requests: PeerRequests
    receipts: Receipts
    /** How large the log is here. */
    size(): number
    onReceipt(receipt: HeldReceipt): void
  }

  constructor(options: ReceiptFeed['options']) {
    this.options = options
    this.hash = createHash('sha256').update(options.origin).digest('hex')
  }

  /** Whether a receipt is missing that the cosigner may have given by now. */
  get outstanding(): boolean {
    const { receipts, origin, cosigner, size } = this.options
    const newest = receipts.held(origin, cosigner.party).reduce((most, held) => Math.max(most, held.size), 0)
    return newest < size()
  }

  async round(): Promise<void> {
    const { requests, receipts, origin, cosigner } = this.options
    const fetched = await requests.get(`receipts/${this.hash}/index`, LIMITS.indexBytes, this.offset)
    if (fetched.kind !== 'bytes') return
    const text = fromUtf8(fetched.partial ? fetched.bytes : fetched.bytes.subarray(this.offset))
    if (text === undefined) throw new PeerUnreachable(`${cosigner.party} sent an index of receipts that is no text`)
    const complete = text.slice(0, text.lastIndexOf('\n') + 1)
    const held = new Set(receipts.held(origin, cosigner.party).map(({ size, time }) => `${size}-${time}`))
    for (const { name, size, time } of firstAndLastOfEachSize(complete)) {
      if (!held.has(name)) await this.fetch(name, size, time)
    }
    this.offset += Buffer.byteLength(complete)
  }

  private async fetch(name: string, size: number, time: number): Promise<void> {
    const { requests, receipts, origin, cosigner, author, pact, onReceipt } = this.options
    const fetched = await requests.get(`receipts/${this.hash}/${name}`, LIMITS.noteBytes)
    if (fetched.kind !== 'bytes') return
    const parsed = parseReceipt(fetched.bytes, {
      author: author.keys.log,
      origin,
      by: { party: cosigner.party, pact, keys: cosigner.keys.receipt },
    })
    if (!parsed.ok || parsed.value.size !== size || parsed.value.time !== time) {
      throw new PeerUnreachable(`${cosigner.party} gave a receipt that does not verify`)
    }
    await receipts.hold(origin, cosigner.party, { size, time, bytes: fetched.bytes })
    onReceipt({ origin, by: cosigner.party, size, time, digest: receiptDigest(fetched.bytes), bytes: fetched.bytes })
  }
}

/**
 * For each size only its first and its last receipt can ever be a bound (spec/receipt.md): a quiet year of hourly
 * cosignatures is two files. Lines that are no receipt names are passed over.
 */
function firstAndLastOfEachSize(index: string): { name: string; size: number; time: number }[] {
  const bounds = new Map<number, { first: [string, number]; last: [string, number] }>()
  for (const line of index.split('\n')) {
    const match = /^([1-9][0-9]{0,15})-([1-9][0-9]{0,15})$/.exec(line)
    if (match === null) continue
    const [size, time] = [Number(match[1]), Number(match[2])]
    const known = bounds.get(size)
    if (known === undefined) bounds.set(size, { first: [line, time], last: [line, time] })
    else known.last = [line, time]
  }
  return [...bounds].flatMap(([size, { first, last }]) =>
    (first[0] === last[0] ? [first] : [first, last]).map(([name, time]) => ({ name, size, time })),
  )
}
