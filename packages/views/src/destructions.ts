// Whether a record that says that content was destroyed is valid, and which parts are destroyed by those that are
// (spec/destruction.md). What its author had seen is fixed, so what bars it is too, but for a party that speaks in
// several logs at once; what has not arrived yet is waited for by name, so that whatever arrives has only those looked
// at again that asked for it.

import { type Agreement, heldSince, retainedUntil, type Sight, saidAfter } from '@countersign/pact'
import { partyOf } from '@countersign/record'
import type { Bounds } from './bounds.ts'
import type { Sqlite } from './database.ts'
import { type BesideLog, LogsBeside } from './logs-beside.ts'
import type { Validity } from './rows.ts'
import { PART_STATES, VALIDITY } from './schema.ts'
import type { Splits } from './splits.ts'
import type { Successions } from './successions.ts'

const DESTROYED = PART_STATES.indexOf('destroyed')
const CODE = 'content/not-destroyable'

/** What a destruction that is not decided yet waits for; see `Waits`. */
const WAITS = { log: 0, record: 1, bound: 2, held: 3 } as const

interface Place {
  origin: string
  idx: number
}

interface Said {
  author: string
  ground: string
  parts: string | null
}

/**
 * What a destruction comes to. `excuses`: it is not valid, and would be if its author spoke in this log alone, and in one
 * branch of it.
 */
export type DestructionValidity = Validity & { excuses?: true }

/** A record that says something of another: a consent, a hold, a lift or a charge. */
interface Mention extends Place {
  type: string
  author: string
  validity: number
  code: string | null
  mode: string
  parts: string | null
}

type InSight = (record: Place) => boolean

export class Destructions {
  private readonly bounds: Bounds
  private readonly splits: Splits
  private readonly successions: Successions
  private readonly sightOf: (origin: string, index: number) => Sight
  private readonly beside: LogsBeside
  private readonly sql

  constructor(
    sqlite: Sqlite,
    of: {
      bounds: Bounds
      splits: Splits
      successions: Successions
      sightOf: (origin: string, index: number) => Sight
    },
  ) {
    this.bounds = of.bounds
    this.splits = of.splits
    this.successions = of.successions
    this.sightOf = of.sightOf
    this.beside = new LogsBeside(sqlite, of.successions, of.sightOf)
    const parts = `json_extract(t.payload, '$.body.parts') as parts`
    this.sql = {
      said: sqlite.prepare<[string, number], Said>(
        `select r.author, json_extract(t.payload, '$.body.ground') as ground, ${parts} from records r
         join statements t on t.origin = r.origin and t.idx = r.idx where r.origin = ? and r.idx = ?`,
      ),
      named: sqlite.prepare<[string, number], Place & { author: string; version: string; pact: string }>(
        `select r.origin, r.idx, r.author, r.version, r.pact from mentions m
         join records r on r.origin = m.re_origin and r.idx = m.re_idx where m.origin = ? and m.idx = ? order by m.place`,
      ),
      addressees: sqlite.prepare<[string, number], { party: string }>(
        'select party from addressees where origin = ? and idx = ?',
      ),
      partsOf: sqlite.prepare<[string, number], { part: number }>(
        'select part from parts where origin = ? and idx = ? order by part',
      ),
      mentions: sqlite.prepare<[string, number], Mention>(
        `select r.origin, r.idx, r.type, r.author, r.validity, r.code, r.mode, ${parts} from mentions m
         join records r on r.origin = m.origin and r.idx = m.idx
         join statements t on t.origin = r.origin and t.idx = r.idx
         where m.re_origin = ? and m.re_idx = ?
         and (r.type in ('content/consent', 'content/hold', 'content/lift') or r.type like 'charge/%')
         and (r.validity <> ${VALIDITY.void} or r.code in ('pact/not-in-force', 'party/frozen'))`,
      ),
      unfolded: sqlite.prepare<[string, number], { origin: string; size: number }>(
        `select s.seen_origin as origin, max(s.size) as size from seen_logs s left join logs l on l.origin = s.seen_origin
         where s.origin = ? and s.idx <= ? group by s.seen_origin having coalesce(max(l.next), 0) < max(s.size) limit 1`,
      ),
      wait: sqlite.prepare<[string, number, number, string, number]>(
        'insert into destruction_waits values (?, ?, ?, ?, ?)',
      ),
      unwait: sqlite.prepare<[string, number]>('delete from destruction_waits where origin = ? and idx = ?'),
      forLog: sqlite.prepare<[string, number], Place>(
        `select origin, idx from destruction_waits where kind = ${WAITS.log} and on_origin = ? and at_least <= ?`,
      ),
      forRecord: sqlite.prepare<[string, number], Place>(
        `select origin, idx from destruction_waits where kind = ${WAITS.record} and on_origin = ? and at_least = ?`,
      ),
      forBound: sqlite.prepare<[string, number, number], Place>(
        `select origin, idx from destruction_waits
         where kind = ${WAITS.bound} and on_origin = ? and idx >= ? and at_least <= ?`,
      ),
      forHeld: sqlite.prepare<[string, number, number], Place>(
        `select origin, idx from destruction_waits
         where kind = ${WAITS.held} and on_origin = ? and at_least >= ? and at_least < ?`,
      ),
      destroy: sqlite.prepare<[string, number, number, string, number, number]>(
        'insert into destroyed_parts values (?, ?, ?, ?, ?, ?) on conflict do nothing',
      ),
      stands: sqlite.prepare<[string, number], { lawful: number }>(
        'select lawful from destroyed_parts where by_origin = ? and by_idx = ? limit 1',
      ),
      undo: sqlite.prepare<[string, number]>('delete from destroyed_parts where by_origin = ? and by_idx = ?'),
      due: sqlite.prepare<[string, number, number, number, string, number, number]>(
        `insert into removals_due select ?, ?, ? where not exists (
           select 1 from part_states where state = ? and origin = ? and idx = ? and part = ?) on conflict do nothing`,
      ),
      undoAll: sqlite.prepare<[string]>('delete from destroyed_parts where by_origin = ?'),
      mode: sqlite.prepare<[string, number], { mode: string }>('select mode from records where origin = ? and idx = ?'),
    }
  }

  /** Of a record of this type that may be said of what it names, all of which is folded, and was said in force. */
  validity(place: Place, agreementOf: (version: string, pact: string) => Agreement | undefined): DestructionValidity {
    this.sql.unwait.run(place.origin, place.idx)
    const said = this.sql.said.get(place.origin, place.idx)
    if (said === undefined) throw new Error('A destruction is judged that is not folded.')
    const own = this.byItsSight(place, said, agreementOf)
    if (own.kind !== 'valid') return own
    if (!this.splits.isAfter(place)) return this.besideIts(place)
    return {
      ...barring('Its author signed another log of this name, and it stands on one of them only.'),
      excuses: true,
    }
  }

  private byItsSight(
    place: Place,
    said: Said,
    agreementOf: (version: string, pact: string) => Agreement | undefined,
  ): Validity {
    const missing = this.missing(place)
    if (missing !== undefined) {
      this.wait(place, 'log', missing.origin, missing.size)
      return undecided('What its author had seen has not all arrived yet.')
    }
    // It is judged again once that is decided.
    if (this.successions.awaited(place.origin) !== undefined)
      return undecided('The log that its own goes on from has not arrived so far yet.')
    const sight = this.sightOf(place.origin, place.idx)
    const inSight: InSight = (record) => isInSight(record, place, sight)
    let awaited: string | undefined
    for (const named of this.sql.named.all(place.origin, place.idx)) {
      const mentions = this.mentionsOf(named, place, inSight)
      const barred = this.barred(place, mentions, inSight)
      if (barred !== undefined) return barred
      if (said.ground === 'consent') {
        if (!this.allConsent(named, said, mentions)) return barring('Not everyone whose consent it needs had given it.')
        continue
      }
      const agreement = agreementOf(named.version, named.pact)
      awaited ??= this.retentionFault(place, said.author, named, agreement)
    }
    return awaited === undefined ? { kind: 'valid' } : undecided(awaited)
  }

  /** Whether the author's other logs on the channel bar it, of a destruction that its own log does not bar. */
  private besideIts(place: Place): DestructionValidity {
    const logs = this.beside.of(place)
    if (logs.length === 0) return { kind: 'valid' }
    for (const { origin, size } of logs) {
      const missing = this.missing({ origin, idx: size - 1 })
      if (missing === undefined) continue
      this.wait(place, 'log', missing.origin, missing.size)
      return { ...undecided('What its author had seen in another log has not all arrived yet.'), excuses: true }
    }
    const own = this.sightOf(place.origin, place.idx)
    const barredBy = (counted: readonly BesideLog[]) => {
      const inSight: InSight = (record) =>
        isInSight(record, place, own) || counted.some((log) => this.beside.shows(log, record))
      for (const named of this.sql.named.all(place.origin, place.idx)) {
        const barred = this.barred(place, this.mentionsOf(named, place, inSight), inSight)
        if (barred !== undefined) return barred
      }
      return undefined
    }
    const certain = barredBy(logs.filter(({ mayFollow }) => !mayFollow))
    if (certain !== undefined) return { ...certain, excuses: true }
    if (!logs.some(({ mayFollow }) => mayFollow) || barredBy(logs) === undefined) return { kind: 'valid' }
    // It is judged again once it is known whether that log goes on from this one.
    return { ...undecided('Whether another log of its author came later is not known yet.'), excuses: true }
  }

  /** What the records in sight say of one that is named; of each it is waited for whether it becomes another. */
  private mentionsOf(named: Place, place: Place, inSight: InSight): Mention[] {
    const mentions = this.sql.mentions
      .all(named.origin, named.idx)
      .filter((mention) => mention.mode === 'Actual' && inSight(mention))
    for (const { origin, idx } of mentions) this.wait(place, 'record', origin, idx)
    return mentions.filter((mention) => mention.code !== 'party/frozen' && !this.favoursItself(mention, place))
  }

  /** Whether its author frees itself by what it said after the split of its log. It binds it towards everybody else. */
  private favoursItself(mention: Mention, place: Place): boolean {
    const { type, author } = mention
    if (type !== 'content/consent' && type !== 'content/lift') return false
    return author === partyOf(place.origin) && this.splits.isAfter(mention)
  }

  private barred(place: Place, mentions: readonly Mention[], inSight: InSight): Validity | undefined {
    if (mentions.some(isOpen)) return undecided('Whether a record on its content is valid is not known yet.')
    if (mentions.some(({ type }) => type.startsWith('charge/')))
      return barring('A charge cites a record whose content it says was destroyed.')
    for (const one of mentions) {
      if (one.type !== 'content/hold') continue
      const lifts = this.mentionsOf(one, place, inSight).filter(({ type }) => type === 'content/lift')
      if (lifts.some(({ validity }) => validity === VALIDITY.valid)) continue
      return lifts.length === 0
        ? barring('A legal hold stood on content that it says was destroyed.')
        : undecided('Whether a legal hold was lifted is not known yet.')
    }
    return undefined
  }

  /**
   * Keeps what a destruction comes to now: the parts that a valid one names are destroyed; those of one that its author's
   * other logs alone bar are no longer asked for by receipts, and are not removed.
   */
  stands(place: Place, validity: DestructionValidity): void {
    const { origin, idx } = place
    const isActual = this.sql.mode.get(origin, idx)?.mode === 'Actual'
    const counts = isActual && (validity.kind === 'valid' || validity.excuses === true)
    const lawful = validity.kind === 'valid' ? 1 : 0
    const before = this.sql.stands.get(origin, idx)?.lawful
    if (before === (counts ? lawful : undefined)) return
    this.sql.undo.run(origin, idx)
    if (!counts) return
    const said = this.sql.said.get(origin, idx)
    for (const named of this.sql.named.all(origin, idx)) {
      for (const part of this.partsMeant(named, said?.parts ?? null)) {
        this.sql.destroy.run(named.origin, named.idx, part, origin, idx, lawful)
        if (lawful === 1) this.sql.due.run(named.origin, named.idx, part, DESTROYED, named.origin, named.idx, part)
      }
    }
  }

  /** A log is folded again: what its records say is judged anew. */
  forget(origin: string): void {
    this.sql.undoAll.run(origin)
  }

  /** Destructions that waited for a log to be folded up to `next`. */
  afterLog(origin: string, next: number): Place[] {
    return this.sql.forLog.all(origin, next)
  }

  /** Destructions in other logs of an author, which are judged by what stands in this one too. */
  besideLog(origin: string): Place[] {
    return this.beside.destructionsBeside(origin)
  }

  /** Destructions that rest on since when the records of a log were held, as after receipts were set aside. */
  restingOn(origin: string): Place[] {
    return this.sql.forHeld.all(origin, 0, Number.MAX_SAFE_INTEGER)
  }

  /** Destructions that waited for the validity of a record. */
  afterRecord({ origin, idx }: Place): Place[] {
    return this.sql.forRecord.all(origin, idx)
  }

  /** Destructions that a receipt may prove to have been due: on their own log, or on that of what they name. */
  afterReceipt(
    { origin, size, time }: { origin: string; size: number; time: number },
    covered: readonly { first: number; past: number }[],
  ): Place[] {
    const due = this.sql.forBound.all(origin, size, time)
    for (const { first, past } of covered) due.push(...this.sql.forHeld.all(origin, first, past))
    return due
  }

  /** A log of which more had been seen, by its own log or one that this goes on from, than is folded. */
  private missing({ origin, idx }: Place): { origin: string; size: number } | undefined {
    const before = this.successions.chain(origin).map((one) => ({ origin: one.origin, idx: one.size - 1 }))
    for (const at of [{ origin, idx }, ...before]) {
      const found = this.sql.unfolded.get(at.origin, at.idx)
      if (found !== undefined) return found
    }
    return undefined
  }

  private allConsent(named: Place & { author: string }, said: Said, mentions: readonly Mention[]): boolean {
    const needed = this.partsMeant(named, said.parts)
    const parties = [named.author, ...this.sql.addressees.all(named.origin, named.idx).map(({ party }) => party)]
    return parties.every((party) => {
      const given = new Set<number>()
      for (const { type, author, parts } of mentions) {
        if (type === 'content/consent' && author === party)
          for (const part of this.partsMeant(named, parts)) given.add(part)
      }
      return needed.every((part) => given.has(part))
    })
  }

  /** What is still missing to show that the retention had run out; undefined where it is shown. */
  private retentionFault(
    place: Place,
    party: string,
    named: Place,
    agreement: Agreement | undefined,
  ): string | undefined {
    this.wait(place, 'held', named.origin, named.idx)
    if (agreement === undefined) return 'The version under which the record was said is not known here.'
    const others = [...agreement.neutrals, ...agreement.parties].map(({ party: by }) => by)
    const covering = others.flatMap((by) => this.bounds.earliest(named.origin, by, named.idx) ?? [])
    const held = heldSince(agreement, party, covering)
    if (held === null) return 'It is not shown since when the content was held.'
    const until = retainedUntil(agreement, held)
    const excluding = others.flatMap((by) => this.bounds.lo(place.origin, by, place.idx) ?? [])
    if ((saidAfter(agreement, party, excluding) ?? -1) >= until) return undefined
    this.wait(place, 'bound', place.origin, until)
    return 'No cosignature shows that the time of retention had run out.'
  }

  private partsMeant({ origin, idx }: Place, parts: string | null): number[] {
    return parts === null ? this.sql.partsOf.all(origin, idx).map(({ part }) => part) : JSON.parse(parts)
  }

  private wait({ origin, idx }: Place, kind: keyof typeof WAITS, on: string, atLeast: number): void {
    this.sql.wait.run(origin, idx, WAITS[kind], on, atLeast)
  }
}

/** What is void only because it was not said in force turns valid once more receipts have arrived. */
function isOpen({ validity }: Mention): boolean {
  return validity !== VALIDITY.valid
}

function isInSight({ origin, idx }: Place, place: Place, sight: Sight): boolean {
  return origin === place.origin ? idx < place.idx : idx < sight.size(origin)
}

function undecided(message: string): Validity {
  return { kind: 'undecided', code: CODE, message }
}

function barring(message: string): Validity {
  return { kind: 'void', code: CODE, message }
}
