// What follows for other rows from whatever arrives: which must be derived again, which versions come into force, what is
// frozen or inherited. Rows that are due are put on a list and done in bounded steps; each call here stands within a
// transaction of the caller.

import { ok, type Result } from '@countersign/log'
import { parseOrigin } from '@countersign/record'
import type { Answers } from './answers.ts'
import type { Bounds } from './bounds.ts'
import type { Sqlite } from './database.ts'
import { RowDeriver } from './derive-rows.ts'
import type { Destructions } from './destructions.ts'
import type { EntryFolder } from './fold-entries.ts'
import type { Forces } from './forces.ts'
import type { KnownAgreement, KnownAgreements } from './known.ts'
import { ROWS_PER_STEP } from './limits.ts'
import type { NamedReceipts } from './named-receipts.ts'
import type { Notices } from './notices.ts'
import type { ObjectSources } from './object-sources.ts'
import type { Readers } from './readers.ts'
import { RowsDue } from './rows-due.ts'
import type { SecondSignatures } from './second-signatures.ts'
import type { Splits } from './splits.ts'
import type { Successions } from './successions.ts'
import type { TakenBack } from './taken-back.ts'
import type { EntryToFold, ReceiptToFold } from './views.ts'

/** Everything that decides what a row comes to. */
export interface Deciders {
  agreements: KnownAgreements
  answers: Answers
  bounds: Bounds
  destructions: Destructions
  folder: EntryFolder
  forces: Forces
  named: NamedReceipts
  notices: Notices
  readers: Readers
  seconds: SecondSignatures
  sources: ObjectSources
  splits: Splits
  successions: Successions
  takenBack: TakenBack
}

export class Consequences {
  readonly deriver: RowDeriver
  private readonly sqlite: Sqlite
  private readonly due: RowsDue
  private readonly of: Deciders
  private readonly sql

  constructor(sqlite: Sqlite, of: Deciders) {
    this.sqlite = sqlite
    this.of = of
    this.due = new RowsDue(sqlite)
    this.deriver = new RowDeriver(sqlite, of)
    this.sql = {
      logs: sqlite.prepare<[], LogRow>('select origin, pact, channel, next, version, opening_version from logs'),
      noticeEntries: sqlite.prepare<[], { origin: string; idx: number }>('select origin, idx from notice_entries'),
      speaksUnder: sqlite.prepare<[string, string], { origin: string; first: number; next: number }>(
        'select l.origin, u.first, l.next from logs l join log_versions u on u.origin = l.origin where l.pact = ? and u.version = ?',
      ),
      contradiction: sqlite.prepare<[string, string, string]>(
        'insert into contradictions values (?, ?, ?) on conflict do nothing',
      ),
    }
  }

  /** Folds entries of one log; refuses what `Views.foldEntries` refuses. */
  entriesArrived(origin: string, fromIndex: number, entries: readonly EntryToFold[]): Result<{ next: number }> {
    const folded = this.of.folder.fold(origin, fromIndex, entries)
    if (!folded.ok) return folded
    const { next, first, signed, drafts, replaced, noticed } = folded.value
    const place = parseOrigin(origin)
    const channel = place.ok ? place.value.channel : ''
    this.due.add(origin, first, next, next)
    for (const idx of replaced) this.due.add(origin, idx, idx + 1, next)
    this.eachDue(this.of.answers.to(origin, first, next))
    for (const draft of drafts) {
      const known = this.of.agreements.keep(draft)
      if (known.ok && known.value.fresh) this.agreementArrived(known.value)
    }
    // Signatures are derived first, so that a speaker knows at once of a version that they bring into force.
    if (signed) this.derive(origin, first, next)
    this.eachDue(this.of.seconds.waiting(origin))
    // What is frozen depends on which card is in force, and which receipts count on which are named.
    if (noticed && place.ok) this.of.notices.touched(place.value.pact)
    // A draft that came in it may have had this very log begun again.
    const reached = this.of.folder.next(origin)
    this.of.forces.grown(origin, channel, reached)
    this.eachDue(this.of.destructions.afterLog(origin, reached))
    this.eachDue(this.of.destructions.besideLog(origin))
    return ok({ next: reached })
  }

  /** A card is held that was not: what depends on it is decided anew. */
  cardArrived(): void {
    this.of.notices.allTouched()
    this.eachDue(this.sql.noticeEntries.all())
  }

  receiptArrived(receipt: ReceiptToFold): void {
    const { origin, by } = receipt
    const added = this.of.bounds.add(receipt)
    if (added === undefined) return
    this.of.named.arrived(receipt)
    const next = this.of.folder.next(origin)
    for (const { first, past } of added.affected) this.due.add(origin, first, past, next)
    const place = parseOrigin(origin)
    if (place.ok) this.of.notices.touched(place.value.pact)
    if (added.timeFell)
      this.sql.contradiction.run('receipt/time-fell', origin, `The times of ${by} on this log fall as its sizes grow.`)
    for (const idx of this.of.bounds.boundsBeforeLo(receipt)) this.due.add(origin, idx, idx + 1, next)
    for (const { version, channel } of this.of.forces.touchedBy(receipt)) this.reviewForce(version, channel)
    this.eachDue(this.of.destructions.afterReceipt(receipt, added.affected))
    this.eachDue(this.of.seconds.waiting(origin))
  }

  /** A log forked, or earlier than was known. Force stays as it is, and what was said in force: see docs/adr/0011. */
  splitFound(origin: string, common: number): void {
    const after = this.of.splits.found(origin, common)
    if (after === undefined) return
    this.due.add(origin, after.first, after.past, this.of.folder.next(origin))
    this.eachDue(this.of.splits.destructionsOf(origin))
  }

  /** `anew` where something was taken back, as when a log is folded again. */
  private reviewForce(version: string, channel: string, anew = false): void {
    for (const { origin, first, past } of this.of.forces.review(version, channel, anew)) {
      this.due.add(origin, first, past, past)
    }
  }

  private eachDue(records: readonly { origin: string; idx: number }[]): void {
    for (const { origin, idx } of records) this.due.add(origin, idx, idx + 1, idx + 1)
  }

  agreementArrived({ version, agreement }: KnownAgreement): void {
    this.readAnew()
    this.of.notices.touched(agreement.id)
    for (const { origin, first, next } of this.sql.speaksUnder.all(agreement.id, version)) {
      this.due.add(origin, first, next, next)
    }
    for (const { name } of agreement.channels) this.reviewForce(version, name)
  }

  /** Logs whose first entry names a version that was not known when they were read are read from the start. */
  private readAnew(): void {
    for (const log of this.sql.logs.all()) {
      const place = parseOrigin(log.origin)
      if (!place.ok) continue
      const version = this.of.readers.choose(place.value, log.opening_version)
      if (!version.ok || version.value === log.version) continue
      this.forget(log)
    }
  }

  private forget({ origin, pact, channel, next }: LogRow): void {
    for (let idx = 0; idx < next; idx++) this.of.sources.recordMoved(origin, idx, false)
    while (this.of.sources.step()) continue
    for (const table of OF_A_LOG) this.sqlite.prepare(`delete from ${table} where origin = ?`).run(origin)
    this.of.destructions.forget(origin)
    this.of.takenBack.forget(origin)
    this.of.notices.forget()
    this.of.readers.drop(origin)
    const waiting = this.of.successions.forget(origin)
    for (const { version } of this.of.agreements.versions(pact)) this.reviewForce(version, channel, true)
    for (const heir of waiting) this.inherits(heir)
    this.eachDue(this.of.seconds.all(pact, channel))
    this.eachDue(this.of.answers.to(origin, 0, next))
    this.eachDue(this.of.destructions.besideLog(origin))
  }

  derive(origin: string, first: number, past: number): void {
    for (const { idx, shown, signs, turned } of this.deriver.derive(origin, first, past)) {
      this.of.sources.recordMoved(origin, idx, shown)
      if (turned !== undefined) this.eachDue(this.of.destructions.afterRecord({ origin, idx }))
      if (signs !== undefined) this.reviewForce(signs.version, signs.channel, !shown)
    }
  }

  /** How many rows are to be derived yet. */
  rowsDue(): number {
    return this.due.count()
  }

  /** A bounded step; true where there was something to do. */
  step(): boolean {
    return this.decideSome() || this.deriveSome()
  }

  /** What rows are derived from: notices, and what logs inherit. */
  private decideSome(): boolean {
    return this.reckonNotices() || this.compareSome()
  }

  private reckonNotices(): boolean {
    const changed = this.of.notices.step()
    for (const { origin, first } of changed?.logs ?? []) {
      const place = parseOrigin(origin)
      const next = this.of.folder.next(origin)
      this.due.add(origin, first, next, next)
      this.eachDue(this.of.destructions.restingOn(origin))
      this.eachDue(this.of.destructions.besideLog(origin))
      if (!place.ok) continue
      const { pact, channel } = place.value
      for (const { version } of this.of.agreements.versions(pact)) this.reviewForce(version, channel, true)
      this.eachDue(this.of.seconds.all(pact, channel))
    }
    return changed !== undefined
  }

  /** Compares a predecessor with the root that its successor pins. */
  private compareSome(): boolean {
    const step = this.of.successions.step()
    if (step?.decided !== undefined) {
      for (const heir of [step.decided, ...this.of.successions.heirs(step.decided)]) this.inherits(heir)
      const place = parseOrigin(step.decided)
      if (place.ok) this.of.notices.touched(place.value.pact)
    }
    return step !== undefined
  }

  private inherits(origin: string): void {
    for (const { first, past } of this.of.forces.inherits(origin)) this.due.add(origin, first, past, past)
    this.eachDue(this.of.destructions.besideLog(origin))
  }

  private deriveSome(): boolean {
    const range = this.due.take(ROWS_PER_STEP)
    if (range !== undefined) this.derive(range.origin, range.first, range.past)
    return range !== undefined
  }
}

interface LogRow {
  origin: string
  pact: string
  channel: string
  next: number
  version: string
  opening_version: string | null
}

/** What is folded again with a log; how far its parts were opened stays. */
const OF_A_LOG = [
  ...['logs', 'records', 'statements', 'addressees', 'parts', 'mentions', 'seen_logs', 'seen_receipts', 'signatures'],
  ...['log_versions', 'proposals', 'force_points', 'rows_due', 'receipts_before_lo', 'destruction_waits'],
  ...['log_cards', 'notice_entries', 'record_feeds'],
]
