// When a version of an agreement is in force on a channel, and whether a record was said under it
// (spec/agreement.md, From draft to force). Equal for equal signatures and receipts, in whatever order they came.

import type { Agreement } from './agreement.ts'
import type { ReceiptFact } from './interval.ts'
import { channelOf, depositaryOf } from './members.ts'

/** A valid `pact/sign` for the version, at its place. */
export interface SignatureFact {
  party: string
  origin: string
  index: number
}

export interface Force {
  /** POSIX seconds: the time of the receipt that did. */
  since: number
  /** Every signature that a record said in force must cover. */
  covers: { origin: string; index: number }[]
  /** The receipt that did, which such a record must name. */
  receipt: { by: string; origin: string; size: number; digest: string }
}

export function forceOf(
  agreement: Agreement,
  channel: string,
  signatures: Iterable<SignatureFact>,
  receipts: Iterable<ReceiptFact>,
): Force | undefined {
  const parties = channelOf(agreement, channel)?.parties
  if (parties === undefined) return undefined
  const first = firstSignatures(signatures)
  const all = [...receipts]
  const expires = Math.floor(Date.parse(agreement.offer.expires) / 1000)
  const depositary = depositaryOf(agreement)?.party
  let last: ReceiptFact | undefined
  const covers: Force['covers'] = []
  for (const party of parties) {
    const signature = first.get(party)
    if (signature === undefined) return undefined
    covers.push({ origin: signature.origin, index: signature.index })
    const cosigners = depositary === undefined ? parties.filter((other) => other !== party) : [depositary]
    for (const by of cosigners) {
      const receipt = earliest(all, by, signature)
      if (receipt === undefined || receipt.time >= expires) return undefined
      if (last === undefined || later(receipt, last)) last = receipt
    }
  }
  if (last === undefined) return undefined
  const { by, origin, size, digest, time } = last
  covers.sort((a, b) => (a.origin < b.origin ? -1 : 1))
  return { since: time, covers, receipt: { by, origin, size, digest } }
}

/**
 * Whether the record at `own` was said in force: its own log up to it, and what it and its log had seen, cover every
 * signature, and it names the receipt that did, or a later one by the same cosigner on the same log.
 */
export function saidInForce(
  force: Force,
  own: { origin: string; index: number },
  seen: { logs: ReadonlyMap<string, number>; receipts: Iterable<{ by: string; origin: string; size: number }> },
): boolean {
  const covered = force.covers.every(({ origin, index }) =>
    origin === own.origin ? index < own.index : (seen.logs.get(origin) ?? 0) > index,
  )
  const { by, origin, size } = force.receipt
  return covered && [...seen.receipts].some((pin) => pin.by === by && pin.origin === origin && pin.size >= size)
}

/** One party may sign in several logs of a channel; the first by origin and index counts. */
function firstSignatures(signatures: Iterable<SignatureFact>): Map<string, SignatureFact> {
  const first = new Map<string, SignatureFact>()
  for (const signature of signatures) {
    const known = first.get(signature.party)
    const before =
      known === undefined ||
      signature.origin < known.origin ||
      (signature.origin === known.origin && signature.index < known.index)
    if (before) first.set(signature.party, signature)
  }
  return first
}

function earliest(receipts: readonly ReceiptFact[], by: string, signature: SignatureFact): ReceiptFact | undefined {
  let found: ReceiptFact | undefined
  for (const receipt of receipts) {
    if (receipt.by !== by || receipt.origin !== signature.origin || receipt.size <= signature.index) continue
    if (found === undefined || receipt.time < found.time || (receipt.time === found.time && receipt.size < found.size))
      found = receipt
  }
  return found
}

function later(a: ReceiptFact, b: ReceiptFact): boolean {
  return a.time > b.time || (a.time === b.time && (a.origin > b.origin || (a.origin === b.origin && a.by > b.by)))
}
