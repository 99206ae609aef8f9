// When each version of an agreement came into force on each channel, and from which entry on each log speaks under it
// (spec/agreement.md, From draft to force). The rules are pact's; here are the facts they are asked with, found by index
// look-ups, and what must be looked at again when a signature or a receipt arrives. What arrives only adds: force begins
// earlier, and the first entry said in force moves down. Only where a log is folded again is everything looked at anew.

import {
  type Agreement,
  channelOf,
  type Force,
  forceOf,
  type HeldReceipts,
  inheritedSight,
  offerExpires,
  type Predecessor,
  type Sight,
  type SignatureFact,
  saidInForce,
  type WitnessedSignature,
  witnessedSignatures,
} from '@countersign/pact'
import type { Bounds } from './bounds.ts'
import type { Sqlite } from './database.ts'
import type { KnownAgreements } from './known.ts'
import type { DueRange } from './rows-due.ts'
import { VALIDITY } from './schema.ts'
import type { ReceiptToFold } from './views.ts'

/** What logs go on from, and how far each counts. */
interface Inheritance {
  predecessor(origin: string): Predecessor | undefined
  /** The size at which a notice froze it. */
  frozenAt(origin: string): number | undefined
}

export class Forces {
  private readonly agreements: KnownAgreements
  private readonly bounds: Bounds
  private readonly logs: Inheritance
  private readonly receipts: HeldReceipts
  private readonly memory = new Map<string, Force>()
  /** The time from which every witnessed signature is, for each version and channel looked at since the start. */
  private readonly allSince = new Map<string, number>()
  private readonly sql

  constructor(sqlite: Sqlite, agreements: KnownAgreements, bounds: Bounds, logs: Inheritance) {
    this.agreements = agreements
    this.bounds = bounds
    this.logs = logs
    this.receipts = {
      earliest: (by, origin, index) => {
        const earliest = bounds.earliest(origin, by, index)
        return earliest === undefined ? undefined : { origin, ...earliest }
      },
      shown: (named, index, from, before) => bounds.shown(named, index, from, before),
    }
    this.sql = {
      all: sqlite.prepare<[], { version: string; channel: string; force: string }>(
        'select version, channel, force from forces',
      ),
      // Of one log only the first signature matters: what covers another covers it.
      signed: sqlite.prepare<[string, string, string], SignatureFact>(
        `select s.party, s.origin, min(s.idx) as "index" from signatures s
         join records r on r.origin = s.origin and r.idx = s.idx
         where s.version = ? and s.channel = ? and s.pact = ? and r.validity = ${VALIDITY.valid} group by s.origin`,
      ),
      inLog: sqlite.prepare<[string], { version: string; channel: string; index: number }>(
        `select s.version, s.channel, min(s.idx) as "index" from signatures s
         join records r on r.origin = s.origin and r.idx = s.idx
         where s.origin = ? and r.validity = ${VALIDITY.valid} group by s.version, s.channel`,
      ),
      remove: sqlite.prepare<[string, string]>('delete from forces where version = ? and channel = ?'),
      insert: sqlite.prepare<[string, string, string, number, string]>('insert into forces values (?, ?, ?, ?, ?)'),
      next: sqlite.prepare<[string], { channel: string; next: number }>(
        'select channel, next from logs where origin = ?',
      ),
      logs: sqlite.prepare<[string, string, string], { origin: string; next: number; first: number }>(
        `select l.origin, l.next, u.first from logs l join log_versions u on u.origin = l.origin and u.version = ?
         where l.pact = ? and l.channel = ?`,
      ),
      usedIn: sqlite.prepare<[string], { version: string }>('select version from log_versions where origin = ?'),
      point: sqlite.prepare<[string, string], { idx: number }>(
        'select idx from force_points where origin = ? and version = ?',
      ),
      setPoint: sqlite.prepare<[string, string, number]>(
        'insert into force_points values (?, ?, ?) on conflict (origin, version) do update set idx = excluded.idx',
      ),
      removePoint: sqlite.prepare<[string, string]>('delete from force_points where origin = ? and version = ?'),
      // Sizes never fall along a log, so the last is the largest.
      seenLog: sqlite.prepare<[string, string, number], { size: number }>(
        'select size from seen_logs where origin = ? and seen_origin = ? and idx <= ? order by idx desc limit 1',
      ),
      named: sqlite.prepare<[string, string, string, number], { size: number; digest: string }>(
        `select size, digest from seen_receipts
         where origin = ? and by_party = ? and receipt_origin = ? and idx <= ? order by idx desc limit 1`,
      ),
    }
    this.recall()
  }

  of(version: string, channel: string): Force | undefined {
    return this.memory.get(`${version} ${channel}`)
  }

  /** Whether a version is in force by the receipt of that digest. */
  rest(digest: string): boolean {
    return [...this.memory.values()].some(({ receipt }) => receipt.digest === digest)
  }

  /** Reads again what the tables hold, as after a transaction that failed. */
  recall(): void {
    this.memory.clear()
    this.allSince.clear()
    for (const { version, channel, force } of this.sql.all.all()) {
      this.memory.set(`${version} ${channel}`, JSON.parse(force) as Force)
    }
  }

  /**
   * Looks again whether a version is in force on a channel, and which records were said so. Gives the rows that may now
   * mean something else. `anew` where facts were taken back, as when a log is folded again.
   */
  review(version: string, channel: string, anew: boolean): DueRange[] {
    const agreement = this.agreements.of(version)
    if (agreement === undefined || channelOf(agreement, channel) === undefined) return []
    const before = this.of(version, channel)
    const signatures = this.witnessed(agreement, version, channel)
    const after = this.mayBegin(agreement, version, channel) ? forceOf(agreement, channel, signatures) : undefined
    if (JSON.stringify(before) !== JSON.stringify(after)) this.keep(agreement.id, version, channel, after)
    const turned = anew || (before === undefined) !== (after === undefined)
    const due: DueRange[] = []
    for (const { origin, next, first } of this.sql.logs.all(version, agreement.id, channel)) {
      if (anew || after === undefined) this.sql.removePoint.run(origin, version)
      const known = this.point(origin, version)
      const point = after === undefined ? undefined : this.locate(agreement, version, channel, signatures, origin, next)
      if (turned) due.push({ origin, first, past: next })
      else if (point !== undefined && point !== known) due.push({ origin, first: point, past: known ?? next })
    }
    // What not all parties share waits for the channel that all do.
    if (channel === 'main' && (before === undefined) !== (after === undefined)) {
      for (const { name, parties } of agreement.channels) {
        if (parties.length < agreement.parties.length) due.push(...this.review(version, name, anew))
      }
    }
    return due
  }

  /** The versions and channels that a receipt may bring into force, or of which it may show more to have been said so. */
  touchedBy({ origin, by, size, time, digest }: ReceiptToFold): { version: string; channel: string }[] {
    return this.sql.inLog.all(origin).filter(({ version, channel, index }) => {
      const agreement = this.agreements.of(version)
      if (agreement === undefined || size <= index || time >= offerExpires(agreement)) return false
      if (this.bounds.earliest(origin, by, index)?.digest === digest) return true
      // Names of it show nothing more where a smaller receipt is as late as any signature needs.
      const smaller = this.bounds.latest(origin, by, size - 1)
      const needed = this.allSince.get(`${version} ${channel}`)
      if (smaller === undefined || needed === undefined || smaller.size <= index) return true
      return smaller.time < needed || smaller.time >= offerExpires(agreement)
    })
  }

  /** The first entry of a log that is said in force under a version; undefined while there is none. */
  point(origin: string, version: string): number | undefined {
    return this.sql.point.get(origin, version)?.idx
  }

  /** Looks for that entry after a log has grown, for every version it speaks under. */
  grown(origin: string, channel: string, next: number): void {
    for (const { version } of this.sql.usedIn.all(origin)) {
      const agreement = this.agreements.of(version)
      if (agreement === undefined || this.of(version, channel) === undefined) continue
      if (this.point(origin, version) !== undefined) continue
      this.locate(agreement, version, channel, this.witnessed(agreement, version, channel), origin, next)
    }
  }

  /**
   * A log inherits from another as of now, or no longer: looks again for the first entry said in force. Gives its rows,
   * for what waited for that is decided now.
   */
  inherits(origin: string): DueRange[] {
    const log = this.sql.next.get(origin)
    if (log === undefined) return []
    for (const { version } of this.sql.usedIn.all(origin)) {
      const agreement = this.agreements.of(version)
      this.sql.removePoint.run(origin, version)
      if (agreement === undefined || this.of(version, log.channel) === undefined) continue
      const signatures = this.witnessed(agreement, version, log.channel)
      this.locate(agreement, version, log.channel, signatures, origin, log.next)
    }
    return [{ origin, first: 0, past: log.next }]
  }

  private locate(
    agreement: Agreement,
    version: string,
    channel: string,
    signatures: readonly WitnessedSignature[],
    origin: string,
    next: number,
  ): number | undefined {
    const known = this.point(origin, version)
    let [no, yes] = [-1, (known ?? next) - 1]
    const saidIn = (index: number) =>
      saidInForce(agreement, channel, signatures, this.receipts, { origin, index }, this.sightOf(origin, index))
    if (yes < 0 || !saidIn(yes)) return known
    // Once said in force, so is every later entry: what a log has seen never falls.
    while (yes - no > 1) {
      const middle = Math.floor((no + yes) / 2)
      if (saidIn(middle)) yes = middle
      else no = middle
    }
    this.sql.setPoint.run(origin, version, yes)
    return yes
  }

  /** What a log had seen up to and with one of its entries, with what it inherits. */
  sightOf(origin: string, index: number): Sight {
    const seenAt = (of: string, at: number): Sight => ({
      size: (other) => this.sql.seenLog.get(of, other, at)?.size ?? 0,
      named: (by, on) => {
        const named = this.sql.named.get(of, by, on, at)
        return named === undefined ? undefined : { by, origin: on, ...named }
      },
    })
    // Of what a predecessor said, only the valid statements show what it had seen.
    const valid = (of: string, at: number) => seenAt(of, Math.min(at, (this.logs.frozenAt(of) ?? at + 1) - 1))
    return inheritedSight({ origin, index }, valid, this.logs.predecessor)
  }

  private witnessed(agreement: Agreement, version: string, channel: string): WitnessedSignature[] {
    const signatures = this.sql.signed.all(version, channel, agreement.id)
    const witnessed = witnessedSignatures(agreement, channel, signatures, this.receipts)
    const since = witnessed.reduce((latest, { receipt }) => Math.max(latest, receipt.time), 0)
    this.allSince.set(`${version} ${channel}`, since)
    return witnessed
  }

  private mayBegin(agreement: Agreement, version: string, channel: string): boolean {
    const parties = channelOf(agreement, channel)?.parties ?? []
    return parties.length === agreement.parties.length || this.of(version, 'main') !== undefined
  }

  private keep(pact: string, version: string, channel: string, force: Force | undefined): void {
    this.sql.remove.run(version, channel)
    this.memory.delete(`${version} ${channel}`)
    if (force === undefined) return
    this.sql.insert.run(version, channel, pact, force.since, JSON.stringify(force))
    this.memory.set(`${version} ${channel}`, force)
  }
}
