// The views over one database: every call of views.ts, each a short transaction or a question. What a call brings is
// written at once; what follows from it for other rows is put on a list and done in bounded steps.

import { ok, type Result } from '@countersign/log'
import { parseOrigin, parseRecordRef } from '@countersign/record'
import Database from 'better-sqlite3'
import { Alarms } from './alarms.ts'
import { Answers } from './answers.ts'
import { Bounds } from './bounds.ts'
import { readCollection } from './collections.ts'
import { ContentLives } from './content-lives.ts'
import { openStore, type Store } from './database.ts'
import { RowDeriver } from './derive-rows.ts'
import { Destructions } from './destructions.ts'
import { digestOf } from './digest.ts'
import { EntryFolder } from './fold-entries.ts'
import { Forces } from './forces.ts'

import { type KnownAgreement, KnownAgreements, KnownCards } from './known.ts'
import { OBJECTS_PER_FOLD_MAX, RECEIPTS_PER_FOLD_MAX, ROWS_PER_STEP, STEPS_PER_READ } from './limits.ts'

import { Notices } from './notices.ts'
import { ObjectShelf } from './object-shelf.ts'
import { ObjectSources } from './object-sources.ts'
import { readConflicts, readObject, readObjects } from './read-objects.ts'
import { PactReader } from './read-pacts.ts'
import { RecordReader } from './read-records.ts'
import { Readers } from './readers.ts'
import type { CollectionName, RetentionOver } from './rows.ts'
import { RowsDue } from './rows-due.ts'
import { COLLECTIONS, PART_STATES, VALIDITY } from './schema.ts'
import { SecondSignatures } from './second-signatures.ts'
import { Successions } from './successions.ts'
import { versionOrder } from './times.ts'
import type { EntryToFold, ObjectToFold, ReceiptToFold, Views, ViewsOptions } from './views.ts'

/** Opens or makes the views, and brings their tables up to date. Throws what the database throws. */
export async function openViews(options: ViewsOptions): Promise<Views> {
  return new SqliteViews(await openStore(options.open?.(options.path) ?? new Database(options.path)), options)
}

/** Every table but the sequences, which outlive a reset. */
const FOLDED = [
  ...['log_cards', 'notice_entries', 'notices_due', 'notices', 'frozen'],
  ...['logs', 'log_versions', 'records', 'statements', 'addressees', 'parts', 'part_states', 'part_titles', 'mentions'],
  ...[
    'seen_logs',
    'seen_receipts',
    'signatures',
    'successions',
    'proposals',
    'receipts',
    'receipts_before_lo',
    'forces',
    'force_points',
    'rows_due',
    'witnessed',
    'destruction_waits',
    'destroyed_parts',
    'removals_due',
  ],
  ...[
    'object_texts',
    'object_sources',
    'sources_due',
    'objects',
    'object_references',
    'search_texts',
    'contradictions',
  ],
]

class SqliteViews implements Views {
  readonly party: string
  private readonly store: Store
  private readonly cardsKnown: KnownCards
  private readonly agreements: KnownAgreements
  private readonly readers: Readers
  private readonly answers: Answers
  private readonly bounds: Bounds
  private readonly destructions: Destructions
  private readonly forces: Forces
  private readonly notices_: Notices
  private readonly seconds: SecondSignatures
  private readonly successions: Successions
  private readonly due: RowsDue
  private readonly folder: EntryFolder
  private readonly deriver: RowDeriver
  private readonly shelf: ObjectShelf
  private readonly sources: ObjectSources
  private readonly lives: ContentLives
  private readonly records_: RecordReader
  private readonly pactReader: PactReader
  private readonly alarmReader: Alarms
  private readonly sql

  constructor(store: Store, { party, now }: ViewsOptions) {
    const { sqlite } = store
    this.party = party
    this.store = store
    this.cardsKnown = new KnownCards(sqlite)
    this.agreements = new KnownAgreements(sqlite)
    this.readers = new Readers(sqlite, this.agreements, this.cardsKnown)
    this.answers = new Answers(sqlite)
    this.bounds = new Bounds(sqlite)
    this.successions = new Successions(sqlite)
    this.forces = new Forces(sqlite, this.agreements, this.bounds, {
      predecessor: (origin) => this.successions.predecessor(origin),
      frozenAt: (origin) => this.notices_.frozenAt(origin),
    })
    this.destructions = new Destructions(sqlite, this.bounds, this.successions, (origin, index) =>
      this.forces.sightOf(origin, index),
    )
    this.seconds = new SecondSignatures(sqlite, this.agreements, this.bounds)
    this.due = new RowsDue(sqlite)
    this.folder = new EntryFolder(sqlite, this.readers, this.successions)
    const { agreements, answers, bounds, destructions, forces, seconds, successions } = this
    const notices = new Notices(sqlite, { agreements, cards: this.cardsKnown, bounds })
    this.notices_ = notices
    this.deriver = new RowDeriver(sqlite, {
      ...{ agreements, answers, bounds, destructions, forces, notices, seconds, successions },
    })
    this.shelf = new ObjectShelf(sqlite, now)
    this.sources = new ObjectSources(sqlite, this.shelf)
    this.lives = new ContentLives(sqlite, { party, agreements, bounds })
    this.records_ = new RecordReader(store, { party, deriver: this.deriver, bounds, agreements })
    this.pactReader = new PactReader(sqlite, { agreements, cards: this.cardsKnown, forces, now })
    this.alarmReader = new Alarms(sqlite, notices)
    this.sql = {
      logs: sqlite.prepare<[], LogRow>('select origin, pact, channel, next, version, opening_version from logs'),
      awaited: sqlite.prepare<[], { party: string; card: string }>(
        'select distinct party, awaits as card from logs where awaits is not null',
      ),
      noticeEntries: sqlite.prepare<[], { origin: string; idx: number }>('select origin, idx from notice_entries'),
      speaksUnder: sqlite.prepare<[string, string], { origin: string; first: number; next: number }>(
        'select l.origin, u.first, l.next from logs l join log_versions u on u.origin = l.origin where l.pact = ? and u.version = ?',
      ),
      late: sqlite.prepare<[string, string, number, number], { idx: number }>(
        'select idx from receipts_before_lo where origin = ? and by_party = ? and idx < ? and lo <= ?',
      ),
      noLonger: sqlite.prepare<[string, string, number]>(
        'delete from receipts_before_lo where origin = ? and by_party = ? and idx = ?',
      ),
      partState: sqlite.prepare<[string, number, number], { state: number }>(
        'select state from part_states where origin = ? and idx = ? and part = ?',
      ),
      setPartState: sqlite.prepare<[string, number, number, number, string | null]>(
        `insert into part_states values (?, ?, ?, ?, ?)
         on conflict (origin, idx, part) do update set state = excluded.state, code = excluded.code`,
      ),
      setTitle: sqlite.prepare<[string, number, number, string]>(
        `insert into part_titles values (?, ?, ?, 0, ?)
         on conflict (origin, idx, part) do update set title = excluded.title`,
      ),
      removeTitle: sqlite.prepare<[string, number, number]>(
        'delete from part_titles where origin = ? and idx = ? and part = ?',
      ),
      removed: sqlite.prepare<[string, number, number]>(
        'delete from removals_due where origin = ? and idx = ? and part = ?',
      ),
      witness: sqlite.prepare<[string, string, number, number]>(
        `insert into witnessed values (?, ?, ?, ?) on conflict (origin, witness) do update
         set size = excluded.size, time = excluded.time where excluded.size >= witnessed.size`,
      ),
      contradiction: sqlite.prepare<[string, string, string]>(
        'insert into contradictions values (?, ?, ?) on conflict do nothing',
      ),
      pinned: sqlite.prepare<[string, string, string], { idx: number }>(
        'select idx from seen_receipts where receipt_origin = ? and by_party = ? and digest = ? limit 1',
      ),
      shown: sqlite.prepare<[string, number, string, string], { source: string }>(
        `select t.source from objects o join object_texts t on t.digest = o.digest
         where o.pact = ? and o.collection = ? and o.id = ? and o.version_order = ?`,
      ),
      toOpen: sqlite.prepare<[string, string, string], { origin: string; index: number; part: number; size: number }>(
        `select p.origin, p.idx as "index", p.part, p.size from parts p
         join records r on r.origin = p.origin and r.idx = p.idx
         left join part_states s on s.origin = p.origin and s.idx = p.idx and s.part = p.part
         where p.origin = ? and (s.state is null or s.state < ${PART_STATES.indexOf('rejected')})
         and (r.author = ? or exists (select 1 from addressees a where a.origin = p.origin and a.idx = p.idx and a.party = ?))
         order by p.idx, p.part`,
      ),
      naming: sqlite.prepare<[string, string], { idx: number; party: string | null }>(
        `select p.idx, a.party from parts p left join addressees a on a.origin = p.origin and a.idx = p.idx
         where p.origin = ? and p.sealed = ?`,
      ),
      counts: sqlite.prepare<[], { records: number; valid: number; void: number; undecided: number }>(
        `select count(*) as records, coalesce(sum(validity = ${VALIDITY.valid}), 0) as valid,
         coalesce(sum(validity = ${VALIDITY.void}), 0) as void,
         coalesce(sum(validity = ${VALIDITY.undecided}), 0) as undecided from records`,
      ),
      objectCount: sqlite.prepare<[], { n: number }>('select count(*) as n from objects'),
      receiptCount: sqlite.prepare<[], { n: number }>('select count(*) as n from receipts'),
    }
  }

  // ---- what has arrived ----

  async knowCard(file: Uint8Array) {
    return this.transaction((): Result<{ party: string; digest: string }> => {
      const card = this.cardsKnown.keep(file)
      if (!card.ok) return card
      this.notices_.allTouched()
      this.eachDue(this.sql.noticeEntries.all())
      return ok({ party: card.value.party, digest: card.value.digest })
    })
  }

  async knowAgreement(canonical: Uint8Array) {
    return this.transaction((): Result<{ id: string; version: string }> => {
      const known = this.agreements.keep(canonical)
      if (!known.ok) return known
      const { version, agreement, fresh } = known.value
      if (fresh) this.agreementArrived(known.value)
      return ok({ id: agreement.id, version })
    })
  }

  async cursor(origin: string) {
    return this.folder.next(origin)
  }

  async cardInForce(origin: string) {
    return this.folder.cardInForce(origin)
  }

  async cardsAwaited() {
    return [...this.sql.awaited.all(), ...this.notices_.cardsAwaited()]
  }

  async foldEntries(origin: string, fromIndex: number, entries: readonly EntryToFold[]) {
    return this.transaction((): Result<{ next: number }> => {
      const folded = this.folder.fold(origin, fromIndex, entries)
      if (!folded.ok) return folded
      const { next, first, signed, drafts, replaced, noticed } = folded.value
      const place = parseOrigin(origin)
      const channel = place.ok ? place.value.channel : ''
      this.due.add(origin, first, next, next)
      for (const idx of replaced) this.due.add(origin, idx, idx + 1, next)
      this.eachDue(this.answers.to(origin, first, next))
      for (const draft of drafts) {
        const known = this.agreements.keep(draft)
        if (known.ok && known.value.fresh) this.agreementArrived(known.value)
      }
      // Signatures are derived first, so that a speaker knows at once of a version that they bring into force.
      if (signed) this.deriveDue(origin, first, next)
      this.eachDue(this.seconds.waiting(origin))
      // What is frozen depends on which card is in force, and which receipts count on which are named.
      if (noticed && place.ok) this.notices_.touched(place.value.pact)
      // A draft that came in it may have had this very log begun again.
      const reached = this.folder.next(origin)
      this.forces.grown(origin, channel, reached)
      this.eachDue(this.destructions.afterLog(origin, reached))
      return ok({ next: reached })
    }, origin)
  }

  async foldReceipt(receipt: ReceiptToFold) {
    await this.foldReceipts([receipt])
  }

  async foldReceipts(receipts: readonly ReceiptToFold[]) {
    if (receipts.length > RECEIPTS_PER_FOLD_MAX)
      throw new Error(`At most ${RECEIPTS_PER_FOLD_MAX} receipts are folded at once.`)
    this.transaction(() => {
      for (const receipt of receipts) this.oneReceipt(receipt)
    })
  }

  async forgetReceipt(receipt: ReceiptToFold) {
    const { origin, by, digest } = receipt
    return this.transaction(() => {
      if (this.sql.pinned.get(origin, by, digest) !== undefined || this.forces.rest(digest)) return false
      return this.bounds.forget(receipt)
    })
  }

  async foldWitnessed({ origin, witness, size, time }: Parameters<Views['foldWitnessed']>[0]) {
    this.sql.witness.run(origin, witness, size, time)
  }

  async contentState(
    record: string,
    part: number,
    state: 'awaited' | 'held' | 'opened' | 'rejected' | 'destroyed',
    code?: string,
    title?: string,
  ) {
    const ref = parseRecordRef(record)
    if (!ref.ok) throw new Error(ref.message)
    const { origin, index } = ref.value
    this.transaction(() => {
      const rank = PART_STATES.indexOf(state)
      const before = this.sql.partState.get(origin.text, index, part)?.state
      if (before === undefined || rank > before) this.sql.setPartState.run(origin.text, index, part, rank, code ?? null)
      if (title !== undefined && before !== PART_STATES.indexOf('destroyed'))
        this.sql.setTitle.run(origin.text, index, part, title)
    })
  }

  async foldObjects(record: string, part: number, objects: readonly ObjectToFold[]) {
    const ref = parseRecordRef(record)
    if (!ref.ok) throw new Error(ref.message)
    const { origin, index } = ref.value
    const collection = COLLECTIONS.indexOf(origin.party === this.party ? 'outbox' : 'inbox')
    this.transaction(() => {
      // The record's own row first, so that its objects are on show as soon as they are here.
      this.deriveDue(origin.text, index, index + 1)
      if (this.sql.partState.get(origin.text, index, part)?.state === PART_STATES.indexOf('destroyed')) return
      this.sources.keep({ origin: origin.text, idx: index, part, pact: origin.pact, collection }, objects)
    })
  }

  async forgetContent(record: string, part: number) {
    const ref = parseRecordRef(record)
    if (!ref.ok) throw new Error(ref.message)
    const { origin, index } = ref.value
    return this.transaction(() => {
      // First of all, so that nothing more is folded of it meanwhile.
      this.sql.setPartState.run(origin.text, index, part, PART_STATES.indexOf('destroyed'), null)
      this.sql.removeTitle.run(origin.text, index, part)
      return this.sources.forget(origin.text, index, part)
    })
  }

  async contentRemoved(record: string, part: number) {
    const ref = parseRecordRef(record)
    if (!ref.ok) throw new Error(ref.message)
    this.sql.removed.run(ref.value.origin.text, ref.value.index, part)
  }

  async clean() {
    if (this.shelf.search.clean()) return true
    // What was overwritten stands in the log of the database until that is emptied too.
    this.store.sqlite.pragma('wal_checkpoint(TRUNCATE)')
    return false
  }

  async foldContradiction({ code, origin, message }: { code: string; origin: string; message: string }) {
    this.sql.contradiction.run(code, origin, message)
  }

  async settle() {
    return this.transaction(() => this.step())
  }

  async reset() {
    this.transaction(() => {
      for (const table of FOLDED) this.store.sqlite.exec(`delete from ${table}`)
      this.store.sqlite.exec(`insert into search_index (search_index) values ('delete-all')`)
      this.cardsKnown.clear()
      this.agreements.clear()
    })
    this.readers.clear()
    this.successions.drop()
    this.forces.recall()
    this.notices_.recall()
  }

  async digest() {
    while (await this.settle()) await new Promise((resolve) => setImmediate(resolve))
    return digestOf(this.store.sqlite)
  }

  async close() {
    await this.store.db.destroy()
  }

  // ---- what is asked ----

  async records(query: Parameters<Views['records']>[0]) {
    this.settleSome()
    return this.records_.list(query)
  }

  async record(record: string) {
    this.settleSome()
    return this.records_.one(record)
  }

  async objects(query: Parameters<Views['objects']>[0]) {
    this.settleSome()
    return readObjects(this.store, this.shelf.search, query)
  }

  async object(id: string) {
    return readObject(this.store, id)
  }

  async conflicts(query: Parameters<Views['conflicts']>[0]) {
    return readConflicts(this.store, query)
  }

  async pacts() {
    this.settleSome()
    return this.pactReader.rows()
  }

  async pact(id: string) {
    this.settleSome()
    return this.pactReader.rows(id)
  }

  force(_pact: string, version: string, channel: string) {
    return this.forces.of(version, channel)
  }

  async hasSigned(pact: string, version: string, channel: string, party: string) {
    return this.pactReader.hasSigned(pact, version, channel, party)
  }

  async textsShown(
    pact: string,
    collection: CollectionName,
    objects: readonly { id: string; version: string | null }[],
  ) {
    if (objects.length > OBJECTS_PER_FOLD_MAX) throw new Error(`At most ${OBJECTS_PER_FOLD_MAX} objects at once.`)
    const of = COLLECTIONS.indexOf(collection)
    return objects.map(({ id, version }) => {
      return this.sql.shown.get(pact, of, id, versionOrder(version ?? ''))?.source
    })
  }

  async partsToOpen(origin: string) {
    return this.sql.toOpen.all(origin, this.party, this.party)
  }

  async rejectionsToSay() {
    this.settleSome()
    return this.records_.rejectionsToSay()
  }

  async partsToRemove() {
    this.settleSome()
    return this.lives.toRemove()
  }

  isDestroyed(origin: string, index: number, part: number) {
    return this.lives.destroyed(origin, index).includes(part)
  }

  async contentLife(record: string) {
    this.settleSome()
    const ref = parseRecordRef(record)
    return ref.ok ? this.lives.of(ref.value.origin.text, ref.value.index) : undefined
  }

  async retentionOver(pact: string, channel: string, provedSeconds: number, from?: RetentionOver['next']) {
    return this.lives.retentionOver(pact, channel, provedSeconds, from)
  }

  async addressees(origin: string, sealed: string) {
    const rows = this.sql.naming.all(origin, sealed)
    return rows.length === 0 ? undefined : new Set(rows.flatMap(({ party }) => party ?? []))
  }

  async cards() {
    return this.cardsKnown.rows()
  }

  async notices() {
    this.settleSome()
    return this.notices_.rows()
  }

  frozenAt(origin: string) {
    return this.notices_.frozenAt(origin)
  }

  async alarms() {
    return this.alarmReader.all()
  }

  async statistics() {
    const counts = this.sql.counts.get() ?? { records: 0, valid: 0, void: 0, undecided: 0 }
    return {
      ...counts,
      objects: this.sql.objectCount.get()?.n ?? 0,
      receipts: this.sql.receiptCount.get()?.n ?? 0,
      unsettled: this.due.count() + this.sources.unsettled(),
    }
  }

  async collectionObjects(query: Parameters<Views['collectionObjects']>[0]) {
    return readCollection(this.store, 'objects', query)
  }

  async collectionManifest(query: Parameters<Views['collectionManifest']>[0]) {
    return readCollection(this.store, 'manifest', query)
  }

  async collectionVersions(id: string, query: Parameters<Views['collectionVersions']>[1]) {
    return readCollection(this.store, 'versions', { ...query, match: { ...query.match, id: [id] } })
  }

  // ---- within ----

  /** All of it or nothing; what is kept in memory beside the tables is read anew after a failure. */
  private transaction<T>(act: () => T, origin?: string): T {
    try {
      return this.store.sqlite.transaction(act).immediate()
    } catch (cause) {
      if (origin === undefined) this.readers.clear()
      else this.readers.drop(origin)
      this.successions.drop()
      this.forces.recall()
      this.notices_.recall()
      throw cause
    }
  }

  private oneReceipt(receipt: ReceiptToFold): void {
    const { origin, by, size, time } = receipt
    const added = this.bounds.add(receipt)
    if (added === undefined) return
    const next = this.folder.next(origin)
    for (const { first, past } of added.affected) this.due.add(origin, first, past, next)
    const place = parseOrigin(origin)
    if (place.ok) this.notices_.touched(place.value.pact)
    if (added.timeFell)
      this.sql.contradiction.run('receipt/time-fell', origin, `The times of ${by} on this log fall as its sizes grow.`)
    for (const { idx } of this.sql.late.all(origin, by, size, time)) {
      this.sql.noLonger.run(origin, by, idx)
      this.due.add(origin, idx, idx + 1, next)
    }
    for (const { version, channel } of this.forces.touchedBy(receipt)) this.reviewForce(version, channel)
    this.eachDue(this.destructions.afterReceipt(receipt, added.affected))
    this.eachDue(this.seconds.waiting(origin))
  }

  /** `anew` where something was taken back, as when a log is folded again. */
  private reviewForce(version: string, channel: string, anew = false): void {
    for (const { origin, first, past } of this.forces.review(version, channel, anew)) {
      this.due.add(origin, first, past, past)
    }
  }

  private eachDue(records: readonly { origin: string; idx: number }[]): void {
    for (const { origin, idx } of records) this.due.add(origin, idx, idx + 1, idx + 1)
  }

  private agreementArrived({ version, agreement }: KnownAgreement): void {
    this.readAnew()
    this.notices_.touched(agreement.id)
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
      const version = this.readers.choose(place.value, log.opening_version)
      if (!version.ok || version.value === log.version) continue
      this.forget(log)
    }
  }

  private forget({ origin, pact, channel, next }: LogRow): void {
    for (let idx = 0; idx < next; idx++) this.sources.recordMoved(origin, idx, false)
    while (this.sources.step()) continue
    for (const table of OF_A_LOG) this.store.sqlite.prepare(`delete from ${table} where origin = ?`).run(origin)
    this.destructions.forget(origin)
    this.readers.drop(origin)
    const waiting = this.successions.forget(origin)
    for (const { version } of this.agreements.versions(pact)) this.reviewForce(version, channel, true)
    for (const heir of waiting) this.inherits(heir)
    this.eachDue(this.seconds.all(pact, channel))
    this.eachDue(this.answers.to(origin, 0, next))
  }

  private deriveDue(origin: string, first: number, past: number): void {
    for (const { idx, shown, signs, turned } of this.deriver.derive(origin, first, past)) {
      this.sources.recordMoved(origin, idx, shown)
      if (turned === 'content/destroyed') this.destructions.moved({ origin, idx }, shown)
      if (turned !== undefined) this.eachDue(this.destructions.afterRecord({ origin, idx }))
      if (signs !== undefined) this.reviewForce(signs.version, signs.channel, !shown)
    }
  }

  private step(): boolean {
    return this.decideSome() || this.deriveSome() || this.sources.step() || this.shelf.search.step()
  }

  /** What rows are derived from: notices, and what logs inherit. */
  private decideSome(): boolean {
    return this.reckonNotices() || this.compareSome()
  }

  private reckonNotices(): boolean {
    const changed = this.notices_.step()
    for (const { origin, first } of changed?.logs ?? []) {
      const place = parseOrigin(origin)
      const next = this.folder.next(origin)
      this.due.add(origin, first, next, next)
      if (!place.ok) continue
      const { pact, channel } = place.value
      for (const { version } of this.agreements.versions(pact)) this.reviewForce(version, channel, true)
      this.eachDue(this.seconds.all(pact, channel))
    }
    return changed !== undefined
  }

  /** Compares a predecessor with the root that its successor pins. */
  private compareSome(): boolean {
    const step = this.successions.step()
    if (step?.decided !== undefined) {
      for (const heir of [step.decided, ...this.successions.heirs(step.decided)]) this.inherits(heir)
    }
    return step !== undefined
  }

  private inherits(origin: string): void {
    for (const { first, past } of this.forces.inherits(origin)) this.due.add(origin, first, past, past)
  }

  private deriveSome(): boolean {
    const range = this.due.take(ROWS_PER_STEP)
    if (range !== undefined) this.deriveDue(range.origin, range.first, range.past)
    return range !== undefined
  }

  private settleSome(): void {
    this.transaction(() => {
      // Objects and their words are left to settle: a question must not wait for a share of a hundred thousand.
      for (let step = 0; step < STEPS_PER_READ && (this.decideSome() || this.deriveSome()); step++);
    })
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
  ...['log_cards', 'notice_entries'],
]
