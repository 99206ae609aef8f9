// When each version of an agreement came into force on each channel, and from which entry on each log speaks under it
// (spec/agreement.md, From draft to force). The rules are pact's; here are the facts they are asked with, found by index
// look-ups, and what must be looked at again when a signature or a receipt arrives.

import {
  type Agreement,
  channelOf,
  depositaryOf,
  type Force,
  forceOf,
  type ReceiptFact,
  saidInForce,
} from '@countersign/pact'
import type { Bounds } from './bounds.ts'
import type { Sqlite } from './database.ts'
import type { KnownAgreements } from './known.ts'
import { VALIDITY } from './schema.ts'

interface Signed {
  party: string
  origin: string
  index: number
}

export class Forces {
  private readonly agreements: KnownAgreements
  private readonly bounds: Bounds
  private readonly memory = new Map<string, Force>()
  private readonly sql

  constructor(sqlite: Sqlite, agreements: KnownAgreements, bounds: Bounds) {
    this.agreements = agreements
    this.bounds = bounds
    this.sql = {
      all: sqlite.prepare<[], { version: string; channel: string; force: string }>(
        'select version, channel, force from forces',
      ),
      signed: sqlite.prepare<[string, string], Signed>(
        `select s.party, s.origin, s.idx as "index" from signatures s join records r on r.origin = s.origin and r.idx = s.idx
         where s.version = ? and s.channel = ? and r.validity = ${VALIDITY.valid}`,
      ),
      inLog: sqlite.prepare<[string], { version: string; channel: string }>(
        'select distinct version, channel from signatures where origin = ?',
      ),
      remove: sqlite.prepare<[string, string]>('delete from forces where version = ? and channel = ?'),
      insert: sqlite.prepare<[string, string, string, number, string]>('insert into forces values (?, ?, ?, ?, ?)'),
      logs: sqlite.prepare<[string, string], { origin: string; next: number }>(
        'select origin, next from logs where pact = ? and channel = ?',
      ),
      point: sqlite.prepare<[string, string], { idx: number }>(
        'select idx from force_points where origin = ? and version = ?',
      ),
      setPoint: sqlite.prepare<[string, string, number]>('insert into force_points values (?, ?, ?)'),
      removePoint: sqlite.prepare<[string, string]>('delete from force_points where origin = ? and version = ?'),
      seenLog: sqlite.prepare<[string, string, number], { size: number | null }>(
        'select max(size) as size from seen_logs where origin = ? and seen_origin = ? and idx <= ?',
      ),
      seenReceipt: sqlite.prepare<[string, string, string, number], { size: number | null }>(
        `select max(size) as size from seen_receipts
         where origin = ? and by_party = ? and receipt_origin = ? and idx <= ?`,
      ),
    }
    this.recall()
  }

  of(version: string, channel: string): Force | undefined {
    return this.memory.get(`${version} ${channel}`)
  }

  /** Reads again what the tables hold, as after a transaction that failed. */
  recall(): void {
    this.memory.clear()
    for (const { version, channel, force } of this.sql.all.all()) {
      this.memory.set(`${version} ${channel}`, JSON.parse(force) as Force)
    }
  }

  /** Looks anew whether a version is in force on a channel. Gives the logs whose records may now mean something else. */
  review(version: string, channel: string): { origin: string; next: number }[] {
    const agreement = this.agreements.of(version)
    if (agreement === undefined || channelOf(agreement, channel) === undefined) return []
    const before = this.of(version, channel)
    const after = this.now(agreement, version, channel)
    if (JSON.stringify(before) === JSON.stringify(after)) return []
    this.sql.remove.run(version, channel)
    this.memory.delete(`${version} ${channel}`)
    if (after !== undefined) {
      this.sql.insert.run(version, channel, agreement.id, after.since, JSON.stringify(after))
      this.memory.set(`${version} ${channel}`, after)
    }
    const touched = this.sql.logs.all(agreement.id, channel)
    for (const { origin, next } of touched) {
      this.sql.removePoint.run(origin, version)
      this.locate(origin, version, channel, 0, next)
    }
    // What not all parties share waits for the channel that all do.
    if (channel === 'main' && (before === undefined) !== (after === undefined)) {
      for (const { name, parties } of agreement.channels) {
        if (parties.length < agreement.parties.length) touched.push(...this.review(version, name))
      }
    }
    return touched
  }

  /** The versions and channels that a receipt on a log may bring into force, or into force earlier. */
  awaiting(receipt: { origin: string; time: number }): { version: string; channel: string }[] {
    return this.sql.inLog.all(receipt.origin).filter(({ version, channel }) => {
      const force = this.of(version, channel)
      return force === undefined || receipt.time <= force.since
    })
  }

  /** The first entry of a log that is said in force under a version; undefined while there is none. */
  point(origin: string, version: string): number | undefined {
    return this.sql.point.get(origin, version)?.idx
  }

  /** Looks for that entry among those from `first` on, where it is not among earlier ones. */
  locate(origin: string, version: string, channel: string, first: number, past: number): void {
    const force = this.of(version, channel)
    if (force === undefined || first >= past || this.point(origin, version) !== undefined) return
    if (!this.saidIn(force, origin, past - 1)) return
    // Once said in force, so is every later entry: what a log has seen never falls.
    let [no, yes] = [first - 1, past - 1]
    while (yes - no > 1) {
      const middle = Math.floor((no + yes) / 2)
      if (this.saidIn(force, origin, middle)) yes = middle
      else no = middle
    }
    this.sql.setPoint.run(origin, version, yes)
  }

  private now(agreement: Agreement, version: string, channel: string): Force | undefined {
    const parties = channelOf(agreement, channel)?.parties ?? []
    if (parties.length < agreement.parties.length && this.of(version, 'main') === undefined) return undefined
    const signatures = this.sql.signed.all(version, channel)
    const depositary = depositaryOf(agreement)?.party
    const cosigners = depositary === undefined ? parties : [depositary]
    // Of all receipts on a signing log only the earliest that covers the signature can be the one that did.
    const receipts = signatures.flatMap(({ origin, index }) =>
      cosigners.flatMap((by): ReceiptFact[] => {
        const earliest = this.bounds.earliest(origin, by, index)
        return earliest === undefined ? [] : [{ origin, ...earliest }]
      }),
    )
    return forceOf(agreement, channel, signatures, receipts)
  }

  private saidIn(force: Force, origin: string, index: number): boolean {
    const logs = new Map(
      force.covers.map(({ origin: of }) => [of, this.sql.seenLog.get(origin, of, index)?.size ?? 0] as const),
    )
    const { by, origin: on } = force.receipt
    const size = this.sql.seenReceipt.get(origin, by, on, index)?.size ?? 0
    return saidInForce(force, { origin, index }, { logs, receipts: [{ by, origin: on, size }] })
  }
}
