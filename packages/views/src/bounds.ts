// Receipts, and from them the bounds of a record's interval (spec/receipt.md). A signer may give thousands on one log;
// of these only a few can ever matter: as a hi, those that no other with at least their size and at most their time
// makes superfluous; as a lo, those that no other with at most their size and at least their time does. The two sets are
// kept marked, each rises in size and time alike, and so every bound is one look-up in an index. Deposits bound no lo; as
// times never fall as sizes grow, they show no less which receipts are later, and are marked among themselves.

import type { NamedReceipt } from '@countersign/pact'
import type { Sqlite } from './database.ts'
import type { ReceiptToFold } from './views.ts'

export interface Bound {
  by: string
  size: number
  /** POSIX seconds. */
  time: number
  digest: string
}

/** A receipt as a row; `deposit` is 1 of a deposit. */
type Kept = Bound & { origin: string; deposit: number }

/** Which records may have another interval because of a receipt: from `first` up to but without `past`. */
export interface Affected {
  first: number
  past: number
}

type OfBound = [
  { origin: string; by: string; size: number; time: number; digest: string; below: number; since: number },
]

const NONE = { size: 0, time: -1 }

const COLUMNS = 'by_party as "by", size, time, digest'

export class Bounds {
  private readonly sql

  constructor(sqlite: Sqlite) {
    const exactly = 'where origin = ? and by_party = ? and size = ? and time = ? and digest = ?'
    const of = 'from receipts where origin = ? and by_party = ?'
    this.sql = {
      insert: sqlite.prepare<[string, string, number, number, string, string, number]>(
        `insert into receipts (origin, by_party, size, time, digest, bounds_hi, bounds_lo, key_name, aside, deposit)
         values (?, ?, ?, ?, ?, 0, 0, ?, 0, ?) on conflict do nothing`,
      ),
      smallerEarlier: sqlite.prepare<[string, string, number, number], { n: number }>(
        'select 1 as n from receipts where origin = ? and by_party = ? and size > ? and +time < ? limit 1',
      ),
      largerLater: sqlite.prepare<[string, string, number, number], { n: number }>(
        'select 1 as n from receipts where origin = ? and by_party = ? and time > ? and +size < ? limit 1',
      ),
      unmarkAll: sqlite.prepare<[string, string]>(
        'update receipts set bounds_hi = 0, bounds_lo = 0 where origin = ? and by_party = ?',
      ),
      counted: sqlite.prepare<[string, string], Kept>(
        `select origin, by_party as "by", size, time, digest, deposit from receipts
         where origin = ? and by_party = ? and aside = 0 order by time, size, digest`,
      ),
      hiAbove: sqlite.prepare<[string, string, number], Bound>(
        `select ${COLUMNS} ${of} and bounds_hi = 1 and size > ? order by size limit 1`,
      ),
      hiBelow: sqlite.prepare<[string, string, number], Bound>(
        `select ${COLUMNS} ${of} and bounds_hi = 1 and size < ? order by size desc limit 1`,
      ),
      loUpTo: sqlite.prepare<[string, string, number, number], Bound>(
        `select ${COLUMNS} ${of} and bounds_lo = 1 and deposit = ? and size <= ? order by size desc limit 1`,
      ),
      loAbove: sqlite.prepare<[string, string, number, number], Bound>(
        `select ${COLUMNS} ${of} and bounds_lo = 1 and deposit = ? and size > ? order by size limit 1`,
      ),
      notBefore: sqlite.prepare<[string, string, number, number], Bound>(
        `select ${COLUMNS} ${of} and aside = 0 and time >= ? and size > ? order by time, size, digest limit 1`,
      ),
      unmarkHi: sqlite.prepare<[string, string, number, number, string]>(
        `update receipts set bounds_hi = 0 ${exactly}`,
      ),
      unmarkLo: sqlite.prepare<[string, string, number, number, string]>(
        `update receipts set bounds_lo = 0 ${exactly}`,
      ),
      exactly: sqlite.prepare<[string, string, number, string, number, number], { n: number }>(
        `select 1 as n ${of} and aside = 0 and size = ? and digest = ? and time >= ? and time < ? limit 1`,
      ),
      between: sqlite.prepare<[string, string, number, number, number, number], { n: number }>(
        `select 1 as n ${of} and aside = 0 and time >= ? and time < ? and size > ? and size < ? order by time limit 1`,
      ),
      bounding: sqlite.prepare<[string, string, number, number, string], { size: number }>(
        `select size from receipts ${exactly} and (bounds_hi = 1 or bounds_lo = 1)`,
      ),
      // Older records are bounded by what their signer gave of fewer entries, where that is not before their lo.
      boundOnlyBy: sqlite.prepare<OfBound, { idx: number }>(
        `select b.idx from receipts_before_lo b
         where b.origin = @origin and b.by_party = @by and b.idx < @size and b.lo <= @time
         and (b.idx >= @below or b.lo > @since) and not exists (
           select 1 from receipts r where r.origin = b.origin and r.by_party = b.by_party and r.aside = 0
           and r.time >= b.lo and r.size > b.idx and (r.time, r.size, r.digest) < (@time, @size, @digest))`,
      ),
      remove: sqlite.prepare<[string, string, number, number, string]>(`delete from receipts ${exactly}`),
      mark: sqlite.prepare<[number, number, string, string, number, number, string]>(
        `update receipts set bounds_hi = ?, bounds_lo = ? ${exactly}`,
      ),
    }
  }

  /**
   * Keeps a receipt. Gives the ranges of records whose bounds it may move, and whether its time contradicts its signer's
   * other receipts on this log (times never fall as sizes grow); undefined where it was known.
   */
  add(receipt: ReceiptToFold): { affected: Affected[]; timeFell: boolean } | undefined {
    const { origin, by, size, time, digest, key } = receipt
    const deposit = receipt.isDeposit === true ? 1 : 0
    if (this.sql.insert.run(origin, by, size, time, digest, key ?? '', deposit).changes === 0) return undefined
    // Of all it gave, also of what does not count: a contradiction stays one.
    const timeFell =
      this.sql.smallerEarlier.get(origin, by, size, time) !== undefined ||
      this.sql.largerLater.get(origin, by, time, size) !== undefined
    return { affected: this.bound({ origin, by, size, time, digest, deposit }), timeFell }
  }

  /** After it changed which receipts of a signer on a log count: its bounds are found anew. */
  rebuild(origin: string, by: string): void {
    this.sql.unmarkAll.run(origin, by)
    for (const receipt of this.sql.counted.all(origin, by)) this.bound(receipt)
  }

  private bound(receipt: Kept): Affected[] {
    const { origin, by, size, time, digest, deposit } = receipt
    const affected: Affected[] = []
    const rivalHi = this.sql.hiAbove.get(origin, by, size - 1)
    const isHi = rivalHi === undefined || !standsInFor(rivalHi, receipt, 'hi')
    if (isHi) {
      let below = this.sql.hiBelow.get(origin, by, size + 1)
      for (; below !== undefined && below.time >= time; below = this.sql.hiBelow.get(origin, by, size + 1)) {
        this.sql.unmarkHi.run(origin, by, below.size, below.time, below.digest)
      }
      affected.push({ first: below?.size ?? 0, past: size })
    }
    const rivalLo = this.sql.loUpTo.get(origin, by, deposit, size)
    const isLo = rivalLo === undefined || !standsInFor(rivalLo, receipt, 'lo')
    if (isLo) {
      let above = this.sql.loAbove.get(origin, by, deposit, size - 1)
      for (; above !== undefined && above.time <= time; above = this.sql.loAbove.get(origin, by, deposit, size - 1)) {
        this.sql.unmarkLo.run(origin, by, above.size, above.time, above.digest)
      }
      if (deposit === 0) affected.push({ first: size, past: above?.size ?? Number.MAX_SAFE_INTEGER })
    }
    if (isHi || isLo) this.sql.mark.run(isHi ? 1 : 0, isLo ? 1 : 0, origin, by, size, time, digest)
    return affected
  }

  /** The records of which a receipt is the first that counts, because what its signer gave earlier is dated before lo. */
  boundsBeforeLo({ origin, by, size, time, digest }: ReceiptToFold): number[] {
    const smaller = this.latest(origin, by, size - 1)
    const { size: below, time: since } = smaller !== undefined && smaller.time <= time ? smaller : NONE
    return this.sql.boundOnlyBy.all({ origin, by, size, time, digest, below, since }).map(({ idx }) => idx)
  }

  /**
   * Forgets a receipt; false where it is a bound, and stays: of all records that it covers, or of one for which what its
   * signer gave earlier is dated before lo, as by a clock that is behind.
   */
  forget({ origin, by, size, time, digest }: ReceiptToFold): boolean {
    if (this.sql.bounding.get(origin, by, size, time, digest) !== undefined) return false
    if (this.boundsBeforeLo({ origin, by, size, time, digest }).length > 0) return false
    this.sql.remove.run(origin, by, size, time, digest)
    return true
  }

  /** The latest cosignature by `by` that excludes the entry. */
  lo(origin: string, by: string, index: number): Bound | undefined {
    return this.sql.loUpTo.get(origin, by, 0, index)
  }

  /** The latest receipt or deposit by `by` of at most that size: none of a larger size is earlier. */
  latest(origin: string, by: string, size: number): Bound | undefined {
    const [receipt, deposit] = [this.sql.loUpTo.get(origin, by, 0, size), this.sql.loUpTo.get(origin, by, 1, size)]
    return receipt === undefined || (deposit !== undefined && deposit.time > receipt.time) ? deposit : receipt
  }

  /** The earliest receipt by `by` that covers the entry. */
  earliest(origin: string, by: string, index: number): Bound | undefined {
    return this.sql.hiAbove.get(origin, by, index)
  }

  /** The earliest receipt by `by` that covers the entry and is not dated before `lo`. */
  hi(origin: string, by: string, index: number, lo: number | null): Bound | undefined {
    const earliest = this.earliest(origin, by, index)
    if (earliest === undefined || lo === null || earliest.time >= lo) return earliest
    return this.sql.notBefore.get(origin, by, lo, index)
  }

  /** As `HeldReceipts.shown` of the pact package says it. */
  shown({ by, origin, size, digest }: NamedReceipt, index: number, from: number, before: number): boolean {
    if (size > index && this.sql.exactly.get(origin, by, size, digest, from, before) !== undefined) return true
    const latest = this.latest(origin, by, size - 1)
    if (latest === undefined || latest.time < from) return false
    if (latest.size > index && latest.time < before) return true
    return this.sql.between.get(origin, by, from, before, index, size) !== undefined
  }
}

/** Whether `rival`, whose size is no worse, makes `receipt` superfluous; of two alike the smaller digest is kept. */
function standsInFor(rival: Bound, receipt: Kept, bound: 'hi' | 'lo'): boolean {
  if (rival.time !== receipt.time) return bound === 'hi' ? rival.time < receipt.time : rival.time > receipt.time
  return rival.size !== receipt.size || rival.digest < receipt.digest
}
