// How much of each party was put into its logs on a day, and what room the limits of an agreement leave (spec/agreement.md,
// Limits of a day). There is room for an entry where its own day has some, or the day of our clock: so what was missed is
// taken day after day as it was said, and a log that went over its limits a day's worth at a time.

import type { LogFiles } from '@countersign/ledger'
import { ok, type Result, refuse } from '@countersign/log'
import {
  type Agreement,
  type Day,
  dayOfEntry,
  dayOfSeconds,
  dayOfTime,
  entriesOfDay,
  isOnLine,
  weightOf,
} from '@countersign/pact'
import { parseEntry, partyOf, type Statement } from '@countersign/record'

/** How many entries, and bytes by weight, may follow. */
export interface Room {
  entries: number
  bytes: number
}

type Held = Pick<LogFiles, 'origin' | 'size' | 'entries'>

export interface DailyUseMeans {
  agreement: Agreement
  us: string
  /** Every log of a party under the agreement that is held here. */
  logsOf(party: string): Iterable<Held>
  /** Every receipt and cosignature that is held, or was given here, on a log. */
  cosignatures(origin: string): readonly { by: string; size: number; time: number }[]
  /** Milliseconds since 1970. */
  now(): number
}

export class DailyUse {
  private readonly means: DailyUseMeans
  /** By log; apart for the day that an entry follows on and for the day of our clock, which may be far apart. */
  private readonly weighed = { day: new Map<string, WeighedRange>(), clock: new Map<string, WeighedRange>() }
  /** Of our clock, and how large each log of a peer was when it began or first was looked at. */
  private today = { day: 0, sizes: new Map<string, number>() }
  /** Whose logs are being taken from, the line apart; settles with the last that waits. */
  private readonly turns = new Map<string, Promise<void>>()

  constructor(means: DailyUseMeans) {
    this.means = means
  }

  /** What may follow in a log, ours or a peer's. */
  async room(log: Held): Promise<Room> {
    const { limits } = this.means.agreement
    const counted = [...this.means.logsOf(partyOf(log.origin))].filter(
      ({ origin }) => origin !== log.origin && (!isOnLine(log.origin) || isOnLine(origin)),
    )
    const left = async (usedOf: (one: Held) => Promise<Room>): Promise<Room> => {
      const used = await Promise.all([log, ...counted].map(usedOf))
      return {
        entries: limits.entriesPerDay - used.reduce((sum, { entries }) => sum + entries, 0),
        bytes: limits.bytesPerDay - used.reduce((sum, { bytes }) => sum + bytes, 0),
      }
    }
    const day = await this.nextDay(log)
    const ofDay = await left((one) => this.usedOn(day, one))
    const ofClock = await left((one) => this.usedToday(one))
    return ofDay.entries > 0 && ofDay.bytes > 0 && ofDay.entries >= ofClock.entries ? ofDay : ofClock
  }

  /**
   * Does `work` once no other log of the party is taken from: each sees then what the others took. The line waits for no
   * other channel, though what it takes counts with them; so a day may take at most what it may, and that of the line.
   */
  async inTurn<T>(origin: string, work: () => Promise<T>): Promise<T> {
    const whose = `${partyOf(origin)} ${isOnLine(origin)}`
    const done = (this.turns.get(whose) ?? Promise.resolve()).then(work)
    const over = done.then(
      () => {},
      () => {},
    )
    this.turns.set(whose, over)
    try {
      return await done
    } finally {
      if (this.turns.get(whose) === over) this.turns.delete(whose)
    }
  }

  /** A refusal where what is to be said next in our log would go over the limits, or leave too little for what must be. */
  async mayFollow(log: Held, asked: Room): Promise<Result<undefined>> {
    const { limits, neutrals } = this.means.agreement
    const room = await this.room(log)
    const kept = Math.floor(limits.entriesPerDay / RESERVED)
    if (room.entries - asked.entries >= kept && room.bytes - asked.bytes >= 0) return ok(undefined)
    const until = neutrals.length === 0 ? '' : ', or once a neutral has countersigned our log after that'
    return refuse(
      'say/daily-limit',
      `The agreement lets a party put ${limits.entriesPerDay} entries and ${Math.floor(limits.bytesPerDay / 1_048_576)} MiB into its logs on one day, and this would be more; nobody would owe a receipt for it. Nothing left; say it again after midnight UTC${until}.`,
    )
  }

  /** An entry of a peer's log that was just parsed anyway. */
  note(origin: string, index: number, bytes: number, statement: Statement | undefined): void {
    for (const ranges of Object.values(this.weighed)) ranges.get(origin)?.add(index, bytes, statement)
  }

  /** The day of what follows in a log. */
  private async nextDay(log: Held): Promise<Day> {
    const { agreement } = this.means
    if (agreement.neutrals.length > 0) return dayOfEntry(agreement, log.size, this.means.cosignatures(log.origin))
    return (await this.newest('day', log)).lastDay
  }

  private async usedOn(day: Day, log: Held): Promise<Room> {
    const { agreement } = this.means
    if (agreement.neutrals.length === 0) return day === null ? NOTHING : (await this.newest('day', log)).usedOn(day)
    const { from, to } = entriesOfDay(agreement, day, log.size, this.means.cosignatures(log.origin))
    return this.used('day', log, from, to)
  }

  /** Of our own logs by the times they name; of a peer's what was taken since our day began. */
  private async usedToday(log: Held): Promise<Room> {
    const day = dayOfSeconds(this.means.now() / 1000)
    if (partyOf(log.origin) === this.means.us) return (await this.newest('clock', log)).usedOn(day)
    if (this.today.day !== day) this.today = { day, sizes: new Map() }
    const from = this.today.sizes.get(log.origin) ?? log.size
    this.today.sizes.set(log.origin, from)
    return this.used('clock', log, from, log.size)
  }

  private async used(which: keyof DailyUse['weighed'], log: Held, from: number, to: number): Promise<Room> {
    if (from >= to) return NOTHING
    // What they weigh is no matter: they fill the day.
    if (to - from >= this.means.agreement.limits.entriesPerDay) return { entries: to - from, bytes: 0 }
    return (await this.weigh(which, log, from, to)).used(from, to)
  }

  /** The newest entries of a log: if more than a day's are of one day, it is full. */
  private newest(which: keyof DailyUse['weighed'], log: Held): Promise<WeighedRange> {
    const from = Math.max(0, log.size - this.means.agreement.limits.entriesPerDay)
    return this.weigh(which, log, from, log.size)
  }

  private async weigh(which: keyof DailyUse['weighed'], log: Held, from: number, to: number): Promise<WeighedRange> {
    const { limits } = this.means.agreement
    let range = this.weighed[which].get(log.origin)
    if (range === undefined || from < range.from || from > range.to) {
      range = new WeighedRange(limits, from)
      this.weighed[which].set(log.origin, range)
    }
    if (from - range.from > limits.entriesPerDay) range.forgetBelow(from)
    let index = range.to
    if (index < to) {
      for await (const bytes of log.entries(index, to)) {
        const entry = parseEntry(bytes)
        range.add(index++, bytes.length, entry.ok ? entry.value.statement : undefined)
      }
    }
    return range
  }
}

/** Of a day's entries so much is kept back for pins, notices and the like: one hundredth. */
const RESERVED = 100
const NOTHING: Room = { entries: 0, bytes: 0 }

/** What entries of a log weigh that follow each other. */
class WeighedRange {
  from: number
  private readonly limits: Agreement['limits']
  /** By index from `from` on: the weight of all up to and with it, and its day by the times that entries name. */
  private sums: number[] = []
  private days: number[] = []

  constructor(limits: Agreement['limits'], from: number) {
    this.limits = limits
    this.from = from
  }

  get to(): number {
    return this.from + this.sums.length
  }

  get lastDay(): number {
    return this.days.at(-1) ?? 0
  }

  /** Takes the next entry; any other is passed over. */
  add(index: number, bytes: number, statement: Statement | undefined): void {
    if (index !== this.to) return
    this.sums.push((this.sums.at(-1) ?? 0) + weightOf(this.limits, bytes, statement))
    this.days.push(dayOfTime(this.lastDay, statement))
  }

  used(from: number, to: number): Room {
    const sumAt = (index: number) => (index <= this.from ? 0 : (this.sums[index - this.from - 1] ?? 0))
    return { entries: to - from, bytes: sumAt(to) - sumAt(from) }
  }

  /** By the times that entries name, which never fall. */
  usedOn(day: number): Room {
    let to = this.days.length
    while (to > 0 && (this.days[to - 1] ?? 0) > day) to--
    let from = to
    while (from > 0 && this.days[from - 1] === day) from--
    return from === to ? NOTHING : this.used(this.from + from, this.from + to)
  }

  forgetBelow(index: number): void {
    const count = Math.min(index - this.from, this.sums.length)
    const base = this.sums[count - 1] ?? 0
    this.sums = this.sums.slice(count).map((sum) => sum - base)
    this.days = this.days.slice(count)
    this.from += count
  }
}
