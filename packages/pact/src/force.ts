// When a version of an agreement is in force on a channel, and whether a record was said under it (spec/agreement.md,
// From draft to force). Both ask only whether something exists, so further logs, signatures and receipts can bring force
// or bring it earlier and never take it away, and the order in which they come decides nothing. Trusts its caller that
// signatures are valid and receipts verified.

import type { Agreement } from './agreement.ts'
import type { ReceiptFact } from './interval.ts'
import { channelOf, depositaryOf } from './members.ts'

/** A valid `pact/sign` for the version, at its place. */
export interface SignatureFact {
  party: string
  origin: string
  index: number
}

/** A signature that every needed cosigner covered in time, with the receipt that completed this. */
export interface WitnessedSignature extends SignatureFact {
  receipt: ReceiptFact
}

/** A receipt as a statement names it. */
export interface NamedReceipt {
  by: string
  origin: string
  size: number
  digest: string
}

/** The receipts a reader holds, as the rules of force ask for them. */
export interface HeldReceipts {
  /** Of those by `by` on `origin` with a size above `index` the one of least time; of several, the largest. */
  earliest(by: string, origin: string, index: number): ReceiptFact | undefined
  /** Whether one with a size above `index` and a time from `from` on and before `before` is shown by `named`. */
  shown(named: NamedReceipt, index: number, from: number, before: number): boolean
}

/** What a log had seen, up to and with one of its entries; with what it inherits (succession.ts). */
export interface Sight {
  /** How much of another log; of one that it succeeds, the size it pins. */
  size(origin: string): number
  /** Of the receipts it named by one cosigner on one log the largest; of several of that size the first named. */
  named(by: string, origin: string): NamedReceipt | undefined
}

export interface Force {
  /** POSIX seconds: the time of the receipt that completed it. */
  since: number
  /** For each party the signature that was witnessed first. */
  covers: { origin: string; index: number }[]
  /** A receipt that completed it: naming it shows that one had seen the agreement in force. */
  receipt: NamedReceipt
}

/** Those signatures on a channel that every needed cosigner covered before the offer expired. */
export function witnessedSignatures(
  agreement: Agreement,
  channel: string,
  signatures: Iterable<SignatureFact>,
  receipts: HeldReceipts,
): WitnessedSignature[] {
  const expires = offerExpires(agreement)
  return [...signatures].flatMap((signature): WitnessedSignature[] => {
    const { party, origin, index } = signature
    let last: ReceiptFact | undefined
    for (const by of cosignersOf(agreement, channel, party)) {
      const receipt = receipts.earliest(by, origin, index)
      if (receipt === undefined || receipt.time >= expires) return []
      if (last === undefined || later(receipt, last)) last = receipt
    }
    return last === undefined ? [] : [{ ...signature, receipt: last }]
  })
}

/** In force once each party has a witnessed signature, since the least time at which that is so. */
export function forceOf(
  agreement: Agreement,
  channel: string,
  signatures: readonly WitnessedSignature[],
): Force | undefined {
  const chosen: WitnessedSignature[] = []
  for (const party of channelOf(agreement, channel)?.parties ?? []) {
    const first = signatures.filter((one) => one.party === party).reduce(earlier, undefined)
    if (first === undefined) return undefined
    chosen.push(first)
  }
  let last: ReceiptFact | undefined
  for (const { receipt } of chosen) if (last === undefined || later(receipt, last)) last = receipt
  if (last === undefined) return undefined
  const { by, origin, size, digest, time } = last
  const covers = chosen.map((one) => ({ origin: one.origin, index: one.index }))
  return { since: time, covers, receipt: { by, origin, size, digest } }
}

/**
 * Whether the record at `own` was said in force: its log up to it and what that had seen cover a witnessed signature of
 * every party, and it had named a receipt on the log of one of these, given when all of them were witnessed.
 */
export function saidInForce(
  agreement: Agreement,
  channel: string,
  signatures: readonly WitnessedSignature[],
  receipts: HeldReceipts,
  own: { origin: string; index: number },
  seen: Sight,
): boolean {
  const covered = signatures.filter(({ origin, index }) =>
    origin === own.origin ? index < own.index : index < seen.size(origin),
  )
  const since = new Map<string, number>()
  for (const { party, receipt } of covered) {
    since.set(party, Math.min(receipt.time, since.get(party) ?? Number.POSITIVE_INFINITY))
  }
  const parties = channelOf(agreement, channel)?.parties ?? []
  if (parties.length === 0 || !parties.every((party) => since.has(party))) return false
  const expires = offerExpires(agreement)
  const all = Math.max(...since.values())
  return covered.some(({ party, origin, index, receipt }) =>
    cosignersOf(agreement, channel, party).some((by) => {
      const named = seen.named(by, origin)
      return named !== undefined && receipts.shown(named, index, Math.max(all, receipt.time), expires)
    }),
  )
}

/** Receipts in memory. */
export function heldReceipts(receipts: Iterable<ReceiptFact>): HeldReceipts {
  const all = [...receipts]
  return {
    earliest(by, origin, index) {
      let found: ReceiptFact | undefined
      for (const receipt of all) {
        if (receipt.by !== by || receipt.origin !== origin || receipt.size <= index) continue
        if (found === undefined || precedes(receipt, found)) found = receipt
      }
      return found
    },
    shown: (named, index, from, before) =>
      all.some(({ by, origin, size, time, digest }) => {
        if (by !== named.by || origin !== named.origin || size <= index) return false
        return time >= from && time < before && shows(named, { size, digest })
      }),
  }
}

/**
 * Whether naming one receipt shows that another of the same cosigner on the same log was given: the very one, or a
 * smaller one. A reader need not hold what was named, and a receipt that it comes to hold later disproves nothing.
 */
function shows(named: NamedReceipt, held: { size: number; digest: string }): boolean {
  return held.size < named.size || (held.size === named.size && held.digest === named.digest)
}

/** Whose receipts a signature of `party` needs. */
function cosignersOf(agreement: Agreement, channel: string, party: string): string[] {
  const depositary = depositaryOf(agreement)?.party
  if (depositary !== undefined) return [depositary]
  return channelOf(agreement, channel)?.parties.filter((other) => other !== party) ?? []
}

/** POSIX seconds: receipts from this time on bring nothing into force. */
export function offerExpires(agreement: Agreement): number {
  return Math.floor(Date.parse(agreement.offer.expires) / 1000)
}

function precedes(a: ReceiptFact, b: ReceiptFact): boolean {
  if (a.time !== b.time) return a.time < b.time
  return a.size > b.size || (a.size === b.size && a.digest < b.digest)
}

function earlier(a: WitnessedSignature | undefined, b: WitnessedSignature): WitnessedSignature {
  if (a === undefined) return b
  if (a.receipt.time !== b.receipt.time) return a.receipt.time < b.receipt.time ? a : b
  if (a.origin !== b.origin) return a.origin < b.origin ? a : b
  return a.index <= b.index ? a : b
}

function later(a: ReceiptFact, b: ReceiptFact): boolean {
  if (a.time !== b.time) return a.time > b.time
  return a.origin > b.origin || (a.origin === b.origin && a.by > b.by)
}
