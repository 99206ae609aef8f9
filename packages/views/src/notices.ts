// Notices of compromised keys (spec/keys.md, What a notice does): whether one that a log carries is valid, since when it
// stands, which receipts are set aside for it, and at which size it freezes logs. All of it is reckoned anew from what is
// held whenever that may change it, in the two steps of the page: first the receipts that count, then T and the sizes
// from those; so the order of arrival decides nothing, and no two notices wait for each other. Each version of the
// agreement judges for what was said under it, so that nobody has a notice stand by neutrals of a draft of its own.

import { utf8 } from '@countersign/log'
import type { Agreement, Predecessor } from '@countersign/pact'
import { keyName, parseNotice, parseOrigin, receiptKeyIds } from '@countersign/record'
import type { Bounds } from './bounds.ts'
import { CarriedNotices, type Standing } from './carried-notices.ts'
import type { Sqlite } from './database.ts'
import type { KnownAgreements, KnownCards } from './known.ts'
import type { NoticeRow, Validity } from './rows.ts'

/** What changed: logs whose rows and channels must be looked at again. */
export interface NoticesChanged {
  logs: { origin: string; first: number }[]
}

/** Times of the receipts that are looked at: all, or those that count. */
interface Times {
  /** The earliest, at or after a time, by which one signer covered an entry. */
  earliest(by: string, origin: string, idx: number, notBefore: number): number | undefined
  /** The latest at which one signer cosigned no more than a size. */
  latest(by: string, origin: string, size: number): number | undefined
}

const CODE = 'party/notice'

export class Notices {
  private readonly carried: CarriedNotices
  private readonly cards: KnownCards
  private readonly bounds: Bounds
  private readonly predecessors: (origin: string) => Predecessor[]
  private readonly sizes = new Map<string, number>()
  private readonly sql
  private readonly ofAll: Times = {
    earliest: (by, origin, idx, notBefore) => this.sql.earliestOfAll.get(origin, by, idx, notBefore)?.time ?? undefined,
    latest: (by, origin, size) => this.sql.latestOfAll.get(origin, by, size)?.time ?? undefined,
  }

  /** `predecessors`: the logs that one goes on from, each with the size pinned of it. */
  constructor(
    sqlite: Sqlite,
    of: {
      agreements: KnownAgreements
      cards: KnownCards
      bounds: Bounds
      predecessors: (origin: string) => Predecessor[]
    },
  ) {
    this.carried = new CarriedNotices(sqlite, of)
    this.cards = of.cards
    this.bounds = of.bounds
    this.predecessors = of.predecessors
    this.sql = {
      hasAny: sqlite.prepare<[string], { n: number }>('select 1 as n from notice_entries where pact = ? limit 1'),
      putDue: sqlite.prepare<[string]>('insert into notices_due values (?) on conflict do nothing'),
      due: sqlite.prepare<[], { pact: string }>('select pact from notices_due order by pact limit 1'),
      done: sqlite.prepare<[string]>('delete from notices_due where pact = ?'),
      earliestOfAll: sqlite.prepare<[string, string, number, number], { time: number | null }>(
        'select min(time) as time from receipts where origin = ? and by_party = ? and size > ? and time >= ?',
      ),
      latestOfAll: sqlite.prepare<[string, string, number], { time: number | null }>(
        'select max(time) as time from receipts where origin = ? and by_party = ? and size <= ?',
      ),
      coveredBefore: sqlite.prepare<[string, number, string, number], { n: number }>(
        'select 1 as n from receipts where origin = ? and size > ? and by_party <> ? and time < ? limit 1',
      ),
      byKey: sqlite.prepare<[string, string, string], Made>(
        `select origin, size, time, digest, aside from receipts where by_party = ? and key_name = ? and origin like ?`,
      ),
      setAside: sqlite.prepare<[string, string], Made & { key_name: string }>(
        'select origin, size, time, digest, aside, key_name from receipts where by_party = ? and origin like ? and aside = 1',
      ),
      mark: sqlite.prepare<[number, string, string, number, number, string]>(
        'update receipts set aside = ? where origin = ? and by_party = ? and size = ? and time = ? and digest = ?',
      ),
      pins: sqlite.prepare<[string, string, string], { origin: string; idx: number }>(
        'select origin, idx from seen_receipts where digest = ? and receipt_origin = ? and by_party = ?',
      ),
      // Sizes never fall along a log: the first that covers it stands before all others that do.
      firstSaw: sqlite.prepare<[string, string, number], { idx: number }>(
        'select idx from seen_logs where origin = ? and seen_origin = ? and size > ? order by idx limit 1',
      ),
      logsOf: sqlite.prepare<[string, string], { origin: string }>(
        'select origin from logs where pact = ? and party = ? order by origin',
      ),
      cardAt: sqlite.prepare<[string, number], { card: string }>(
        'select card from log_cards where origin = ? and first <= ? order by first desc limit 1',
      ),
      ofLog: sqlite.prepare<[string, string, number], { by_party: string; size: number; time: number }>(
        `select by_party, size, time from receipts
         where origin = ? and by_party <> ? and time < ? and aside = 0 order by size desc, time desc`,
      ),
      smallestAfter: sqlite.prepare<[string, string, number], { size: number | null }>(
        'select min(size) as size from receipts where origin = ? and by_party = ? and time > ? and aside = 0 and deposit = 0',
      ),
      spokeUnder: sqlite.prepare<[string, string], { first: number }>(
        'select first from log_versions where origin = ? and version = ?',
      ),
      frozen: sqlite.prepare<[], { origin: string; size: number; notice: string }>('select * from frozen'),
      freeze: sqlite.prepare<[string, number, string]>(
        `insert into frozen values (?, ?, ?)
         on conflict (origin) do update set size = excluded.size, notice = excluded.notice`,
      ),
      thaw: sqlite.prepare<[string]>('delete from frozen where origin = ?'),
      keep: sqlite.prepare<[string, string, string, number | null]>('insert into notices values (?, ?, ?, ?)'),
      forget: sqlite.prepare<[string]>('delete from notices where pact = ?'),
      kept: sqlite.prepare<[], { pact: string; digest: string; party: string; since: number | null }>(
        'select * from notices order by pact, digest',
      ),
    }
    this.recall()
  }

  /** Reads again what the tables hold, as after a transaction that failed. */
  recall(): void {
    this.carried.clear()
    this.sizes.clear()
    for (const { origin, size } of this.sql.frozen.all()) this.sizes.set(origin, size)
  }

  /** The size at which a log is frozen; undefined where it is not. */
  frozenAt(origin: string): number | undefined {
    return this.sizes.get(origin)
  }

  /** Something arrived that may change what the notices of an agreement come to. */
  touched(pact: string): void {
    if (this.sql.hasAny.get(pact) !== undefined) this.sql.putDue.run(pact)
  }

  /** A card arrived: any notice may have waited for it. */
  allTouched(): void {
    this.carried.cardsChanged()
    for (const pact of this.carried.pacts()) this.sql.putDue.run(pact)
  }

  /** A log is folded again, and what it carries. */
  forget(): void {
    this.carried.clear()
  }

  /** Of a `party/notice` that its own log found valid, whether or not that log is frozen. */
  validity(origin: string, idx: number): Validity {
    const verdict = this.carried.verdict(origin, idx)
    if (verdict === 'valid') return { kind: 'valid' }
    if (verdict !== 'awaits') return { kind: 'void', code: CODE, message: verdict.message }
    return { kind: 'undecided', code: CODE, message: 'A card that it names is not held here yet.' }
  }

  /** Cards that carried notices need and that are not held. */
  cardsAwaited(): { party: string; card: string }[] {
    return this.carried.cardsAwaited()
  }

  /** Every valid notice, with the logs that carry it. */
  rows(): NoticeRow[] {
    const frozen = this.sql.frozen.all()
    return this.sql.kept.all().map(({ pact, digest, party, since }) => {
      const { places, file } = this.carried.carriers(pact, digest)
      const notice = parseNotice(utf8(file))
      return {
        ...{ pact, digest, party, since },
        file,
        roles: notice.ok ? [...notice.value.body.roles] : [],
        cards: notice.ok ? [...notice.value.body.cards] : [],
        carriedBy: places.map(({ origin, idx }) => `${origin}#${idx}`),
        frozen: frozen
          .filter((one) => one.notice === digest && parsedPact(one.origin) === pact)
          .map(({ origin, size }) => ({ origin, size })),
      }
    })
  }

  /** Reckons the notices of one agreement anew; undefined where none is due. */
  step(): NoticesChanged | undefined {
    const due = this.sql.due.get()
    if (due === undefined) return undefined
    this.sql.done.run(due.pact)
    const changed = new Map<string, number>()
    const note = (origin: string, first: number) =>
      changed.set(origin, Math.min(first, changed.get(origin) ?? Number.POSITIVE_INFINITY))
    const standing = this.carried.standing(due.pact)
    this.setReceiptsAside(due.pact, standing, note)
    this.freezeLogs(due.pact, standing, note)
    return { logs: [...changed].map(([origin, first]) => ({ origin, first })) }
  }

  /** T of spec/keys.md. */
  private since(standing: Standing, times: Times): number | undefined {
    const { notice, agreement, entries } = standing
    const { party } = notice.body
    const neutrals = agreement.neutrals.filter((neutral) => neutral.party !== party)
    const least = (by: string, carrying: Standing['entries']) => {
      const covered = carrying.flatMap((entry) => this.coveredAt(by, entry, times) ?? [])
      return covered.length === 0 ? [] : [Math.min(...covered)]
    }
    if (neutrals.length === 0) {
      const others = agreement.parties.filter((one) => one.party !== party)
      const covered = others.flatMap((one) =>
        least(
          one.party,
          entries.filter(({ origin }) => !origin.startsWith(`${one.party}/`)),
        ),
      )
      return rising(covered)[Math.floor(others.length / 2)]
    }
    const byOperator = new Map<string, number>()
    for (const { party: by, operator } of neutrals) {
      for (const time of least(by, entries)) {
        byOperator.set(operator, Math.min(time, byOperator.get(operator) ?? time))
      }
    }
    const needed = Math.min(agreement.quorum, new Set(neutrals.map(({ operator }) => operator)).size)
    return rising(byOperator.values())[needed - 1]
  }

  /** When a cosigner first covered an entry, without what it dated before receipts of its own that it gave earlier. */
  private coveredAt(by: string, { origin, idx }: Standing['entries'][number], times: Times): number | undefined {
    // A predecessor may have been cosigned as it was long after it was succeeded; at a smaller size only before.
    const before = this.predecessors(origin).map((one) => ({ origin: one.origin, size: one.size - 1 }))
    const given = [{ origin, size: idx }, ...before].flatMap((one) => times.latest(by, one.origin, one.size) ?? [])
    return times.earliest(by, origin, idx, Math.max(0, ...given))
  }

  private setReceiptsAside(pact: string, standing: readonly Standing[], note: (origin: string, first: number) => void) {
    const stands = standing.flatMap((one) => {
      const since = this.since(one, this.ofAll)
      return since === undefined ? [] : [{ ...one, since }]
    })
    /** Signer and key → the notices that give it up. */
    const named = new Map<string, { party: string; key: string; by: Dated[] }>()
    for (const one of stands) {
      if (!one.notice.body.roles.includes('receipt')) continue
      const { party } = one.notice.body
      for (const card of one.cards) {
        const { receipt, deposit } = receiptKeyIds(party, pact, card.keys.receipt)
        for (const key of [receipt, deposit]) {
          const given = named.get(`${party} ${key}`) ?? { party, key, by: [] }
          named.set(`${party} ${key}`, given)
          given.by.push(one)
        }
      }
    }
    const rebuilt = new Set<string>()
    const set = (party: string, made: Made, aside: number) => {
      if (made.aside === aside) return
      this.sql.mark.run(aside, made.origin, party, made.size, made.time, made.digest)
      rebuilt.add(`${made.origin} ${party}`)
    }
    const like = `%/${pact}/%`
    for (const { party, key, by } of named.values()) {
      for (const made of this.sql.byKey.all(party, key, like)) {
        const judging = by.filter(({ version }) => this.spokeUnder(made.origin, version) !== undefined)
        set(party, made, judging.every((one) => this.isPinned(made, one, stands)) ? 0 : 1)
      }
    }
    for (const party of new Set(standing.map(({ notice }) => notice.body.party))) {
      for (const made of this.sql.setAside.all(party, like)) {
        if (!named.has(`${party} ${made.key_name}`)) set(party, made, 0)
      }
    }
    for (const key of rebuilt) {
      const [origin = '', by = ''] = key.split(' ')
      this.bounds.rebuild(origin, by)
      note(origin, 0)
    }
  }

  private isPinned({ origin, digest }: Made, given: Dated, stands: readonly Dated[]): boolean {
    const { party } = given.notice.body
    const ownWordCounts = given.agreement.neutrals.every((neutral) => neutral.party === party)
    return this.sql.pins
      .all(digest, origin, party)
      .some(
        (pin) =>
          !pin.origin.startsWith(`${party}/`) &&
          (this.sql.coveredBefore.get(pin.origin, pin.idx, party, given.since) !== undefined ||
            (ownWordCounts && this.hadSeen(pin, given, stands))),
      )
  }

  /** Whether the party that gives a key up had by then itself seen the statement that names its receipt. */
  private hadSeen(pin: { origin: string; idx: number }, given: Dated, stands: readonly Dated[]): boolean {
    const { party } = given.notice.body
    const pact = parsedPact(pin.origin)
    return this.sql.logsOf.all(pact, party).some(({ origin }) => {
      const saw = this.sql.firstSaw.get(origin, pin.origin, pin.idx)
      if (saw === undefined) return false
      const saysNotice = given.entries.find((entry) => entry.origin === origin)
      // By a key that another notice gives up, whoever stole that could say so: then it counts as far as it was covered.
      const coveredInTime = (idx: number, since: number) => {
        const others = stands.filter(
          (other) => other.notice.body.party === party && other !== given && other.version === given.version,
        )
        const limits = others.filter((other) => this.givesUpKeysOf(other, { origin, idx })).map((other) => other.since)
        const limit = Math.min(since, ...limits)
        const covers = (by: string) => (this.coveredAt(by, { origin, idx }, this.ofAll) ?? limit) < limit
        return limit === UNLIMITED || given.agreement.parties.some((one) => one.party !== party && covers(one.party))
      }
      const isOwnWord = saysNotice !== undefined && saw.idx <= saysNotice.idx && !this.givesUpKeysOf(given, saysNotice)
      return (isOwnWord && coveredInTime(saysNotice.idx, UNLIMITED)) || coveredInTime(saw.idx, given.since)
    })
  }

  /** Whether a notice names a log's key, or the statement key in force at an entry of it. */
  private givesUpKeysOf({ notice, cards }: Standing, { origin, idx }: { origin: string; idx: number }): boolean {
    return (['log', 'statement'] as const).some((role) => {
      if (!notice.body.roles.includes(role)) return false
      const card = this.cards.of(this.sql.cardAt.get(origin, role === 'log' ? 0 : idx)?.card ?? '')
      return card !== undefined && cards.some((one) => keyName(one.keys[role]) === keyName(card.keys[role]))
    })
  }

  private freezeLogs(pact: string, standing: readonly Standing[], note: (origin: string, first: number) => void) {
    const counted: Times = {
      earliest: (by, origin, idx, notBefore) => this.bounds.hi(origin, by, idx, notBefore)?.time,
      latest: (by, origin, size) => this.bounds.latest(origin, by, size)?.time,
    }
    const sizes = new Map<string, { size: number; notice: string }>()
    const kept = new Map<string, { party: string; since: number | null }>()
    for (const one of standing) {
      const { party } = one.notice.body
      const { digest } = one.notice
      const since = this.since(one, counted)
      const logs = this.sql.logsOf.all(pact, party)
      // Of a party that speaks, what others made up and it never spoke under shows nothing.
      const concerns =
        logs.length === 0 || logs.some(({ origin }) => this.spokeUnder(origin, one.version) !== undefined)
      const before = kept.get(digest)?.since ?? null
      kept.set(digest, { party, since: since === undefined || !concerns ? before : Math.min(since, before ?? since) })
      if (since === undefined) continue
      for (const { origin } of logs) {
        const first = this.spokeUnder(origin, one.version)
        if (first === undefined) continue
        const size = Math.max(first, this.sizeBefore(origin, party, one.agreement, since))
        if (!this.givesUpKeysOf(one, { origin, idx: size })) continue
        const other = sizes.get(origin)
        if (other === undefined || size < other.size || (size === other.size && digest < other.notice)) {
          sizes.set(origin, { size, notice: digest })
        }
      }
    }
    for (const { origin, size } of this.sql.frozen.all()) {
      if (parsedPact(origin) !== pact || sizes.has(origin)) continue
      this.sql.thaw.run(origin)
      this.sizes.delete(origin)
      note(origin, size)
    }
    for (const [origin, { size, notice }] of sizes) {
      const before = this.sizes.get(origin)
      this.sql.freeze.run(origin, size, notice)
      this.sizes.set(origin, size)
      if (before !== size) note(origin, Math.min(size, before ?? size))
    }
    this.sql.forget.run(pact)
    for (const [digest, { party, since }] of kept) this.sql.keep.run(pact, digest, party, since)
  }

  /** From which entry on a log speaks under a version, if it does. */
  private spokeUnder(origin: string, version: string): number | undefined {
    return this.sql.spokeUnder.get(origin, version)?.first
  }

  /** The largest size that a cosigner other than the author signed before T, without what it dated before lo. */
  private sizeBefore(origin: string, author: string, agreement: Agreement, since: number): number {
    let best = 0
    for (const { size, time } of this.sql.ofLog.iterate(origin, author, since)) {
      if (size <= best) break
      best = Math.max(best, Math.min(size, this.firstLaterThan(origin, agreement, time)))
    }
    return best
  }

  /** The first entry of a log whose lo is later than `time`. */
  private firstLaterThan(origin: string, agreement: Agreement, time: number): number {
    const byOperator = new Map<string, number>()
    for (const { party, operator } of agreement.neutrals) {
      const size = this.sql.smallestAfter.get(origin, party, time)?.size ?? undefined
      if (size === undefined) continue
      byOperator.set(operator, Math.min(size, byOperator.get(operator) ?? size))
    }
    if (agreement.quorum < 1) return Number.POSITIVE_INFINITY
    return [...byOperator.values()].sort((a, b) => a - b)[agreement.quorum - 1] ?? Number.POSITIVE_INFINITY
  }
}

function rising(times: Iterable<number>): number[] {
  return [...times].sort((a, b) => a - b)
}

const UNLIMITED = Number.POSITIVE_INFINITY

/** A notice that stands. */
type Dated = Standing & { since: number }

interface Made {
  origin: string
  size: number
  time: number
  digest: string
  aside: number
}

function parsedPact(origin: string): string {
  const parsed = parseOrigin(origin)
  return parsed.ok ? parsed.value.pact : ''
}
