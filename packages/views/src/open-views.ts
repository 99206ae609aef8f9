// The views over one database: every call of views.ts, each a short transaction or a question. What a call brings is
// written at once; what follows from it for other rows is put on a list and done in bounded steps.

import { ok, type Result, refuse } from '@countersign/log'
import { parseRecordRef } from '@countersign/record'
import Database from 'better-sqlite3'
import { Alarms } from './alarms.ts'
import { Answers } from './answers.ts'
import { Balances } from './balance.ts'
import { Bounds } from './bounds.ts'
import { inCollection, readCollection } from './collections.ts'
import { consentsUnder } from './consents.ts'
import { Consequences } from './consequences.ts'
import { ContentLives } from './content-lives.ts'
import { openStore, type Store } from './database.ts'
import { Destructions } from './destructions.ts'
import { digestOf, digestsOf } from './digest.ts'
import { Feedback } from './feedback.ts'
import { EntryFolder } from './fold-entries.ts'
import { Forces } from './forces.ts'
import { KnownAgreements, KnownCards } from './known.ts'
import {
  GRAPH_NODES_MAX,
  OBJECT_PAGE_MAX,
  OBJECTS_PER_FOLD_MAX,
  RECEIPTS_PER_FOLD_MAX,
  SELECTED_MAX,
  STEPS_PER_READ,
} from './limits.ts'
import { NamedReceipts } from './named-receipts.ts'
import { Notices } from './notices.ts'
import { readGraph } from './object-graph.ts'
import type { CollectionName, CollectionQuery, GraphQuery, RemovedHere, SelectionQuery } from './object-rows.ts'
import { ObjectShelf } from './object-shelf.ts'
import { ObjectSources } from './object-sources.ts'
import { readTimeline } from './object-timeline.ts'
import { type Going, type GoingObject, Originators } from './originators.ts'
import { PartStates } from './part-states.ts'
import { readConflictSources, readConflicts, readObject, readObjects } from './read-objects.ts'
import { PactReader } from './read-pacts.ts'
import { RecordReader } from './read-records.ts'
import { Readers } from './readers.ts'
import { Received } from './received.ts'
import { RemovedObjects } from './removed-here.ts'
import type { RetentionOver } from './rows.ts'
import { COLLECTIONS, VALIDITY } from './schema.ts'
import { SecondSignatures } from './second-signatures.ts'
import { readSelection } from './selection.ts'
import { askRevokedByUs, feedbackByUs, feedsOf, sharedByUs, sharedInRecord, sharedWithUs } from './shared-by-us.ts'
import { digestOfId, type SharedOnce, SharedOnceList } from './shared-once.ts'
import { Splits } from './splits.ts'
import { Successions } from './successions.ts'
import { TakenBack } from './taken-back.ts'
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
    'taken_back',
    'places_due',
    'record_feeds',
    'feedback',
    'objects',
    'object_counts',
    'object_references',
    'search_texts',
    'contradictions',
    'splits',
  ],
]

class SqliteViews implements Views {
  readonly party: string
  private readonly store: Store
  private readonly cardsKnown: KnownCards
  private readonly agreements: KnownAgreements
  private readonly readers: Readers
  private readonly bounds: Bounds
  private readonly forces: Forces
  private readonly notices_: Notices
  private readonly splits: Splits
  private readonly successions: Successions
  private readonly folder: EntryFolder
  private readonly shelf: ObjectShelf
  private readonly removed: RemovedObjects
  private readonly feedback_: Feedback
  private readonly balances: Balances
  private readonly received_: Received
  private readonly sources: ObjectSources
  private readonly lives: ContentLives
  private readonly consequences: Consequences
  private readonly partStates: PartStates
  private readonly named: NamedReceipts
  private readonly records_: RecordReader
  private readonly pactReader: PactReader
  private readonly alarmReader: Alarms
  private readonly sharedOnce: SharedOnceList
  private readonly originators_: Originators
  private readonly isRevokedByUs: (pact: string, id: string) => boolean
  private readonly sql

  constructor(store: Store, { party, now }: ViewsOptions) {
    const { sqlite } = store
    this.party = party
    this.store = store
    this.cardsKnown = new KnownCards(sqlite)
    this.agreements = new KnownAgreements(sqlite)
    this.readers = new Readers(sqlite, this.agreements, this.cardsKnown)
    this.bounds = new Bounds(sqlite)
    this.splits = new Splits(sqlite)
    this.named = new NamedReceipts(sqlite)
    this.successions = new Successions(sqlite)
    this.forces = new Forces(sqlite, this.agreements, this.bounds, {
      predecessor: (origin) => this.successions.predecessor(origin),
      frozenAt: (origin) => this.notices_.frozenAt(origin),
    })
    this.folder = new EntryFolder(sqlite, this.readers, this.successions)
    this.shelf = new ObjectShelf(sqlite, now)
    this.removed = new RemovedObjects(sqlite)
    this.feedback_ = new Feedback(sqlite, party)
    this.balances = new Balances(sqlite, party, this.feedback_)
    this.received_ = new Received(sqlite, party, this.feedback_)
    this.sources = new ObjectSources(sqlite, this.shelf, this.feedback_)
    const { agreements, bounds, folder, forces, named, readers, sources, splits, successions } = this
    const predecessors = (origin: string) => successions.chain(origin)
    const notices = new Notices(sqlite, { agreements, cards: this.cardsKnown, bounds, predecessors })
    this.notices_ = notices
    const sightOf = (origin: string, index: number) => forces.sightOf(origin, index)
    this.consequences = new Consequences(sqlite, {
      ...{ agreements, bounds, folder, forces, named, notices, readers, sources, splits, successions },
      answers: new Answers(sqlite),
      takenBack: new TakenBack(sqlite, { party, sources }),
      destructions: new Destructions(sqlite, { bounds, splits, successions, sightOf }),
      seconds: new SecondSignatures(sqlite, agreements, bounds),
    })
    this.partStates = new PartStates(sqlite, party)
    this.lives = new ContentLives(sqlite, { party, agreements, bounds, splits })
    this.records_ = new RecordReader(store, { party, deriver: this.consequences.deriver, bounds, agreements, splits })
    this.pactReader = new PactReader(sqlite, { agreements, cards: this.cardsKnown, forces, now })
    this.alarmReader = new Alarms(sqlite, notices)
    this.isRevokedByUs = askRevokedByUs(sqlite)
    this.sharedOnce = new SharedOnceList(sqlite)
    this.originators_ = new Originators(sqlite, {
      ...{ us: party, bounds, sharedOnce: this.sharedOnce },
      loOf: (record) => this.consequences.deriver.deliveryOf(record)[0]?.lo ?? null,
    })
    this.sql = {
      awaited: sqlite.prepare<[], { party: string; card: string }>(
        'select distinct party, awaits as card from logs where awaits is not null',
      ),
      witness: sqlite.prepare<[string, string, number, number]>(
        `insert into witnessed values (?, ?, ?, ?) on conflict (origin, witness) do update
         set size = excluded.size, time = excluded.time where excluded.size >= witnessed.size`,
      ),
      pinnedSize: sqlite.prepare<[string], { size: number | null }>(
        `select max(s.size) as size from successions s join records r on r.origin = s.origin and r.idx = 0
         where s.predecessor = ? and r.validity <> ${VALIDITY.void}`,
      ),
      contradiction: sqlite.prepare<[string, string, string]>(
        'insert into contradictions values (?, ?, ?) on conflict do nothing',
      ),
      shown: sqlite.prepare<[string, number, string, string], { source: string }>(
        `select t.source from objects o join object_texts t on t.digest = o.digest
         where o.pact = ? and o.collection = ? and o.id = ? and o.version_order = ?`,
      ),
      counts: sqlite.prepare<[], { records: number; valid: number; void: number; undecided: number }>(
        `select count(*) as records, coalesce(sum(validity = ${VALIDITY.valid}), 0) as valid,
         coalesce(sum(validity = ${VALIDITY.void}), 0) as void,
         coalesce(sum(validity = ${VALIDITY.undecided}), 0) as undecided from records`,
      ),
      receiptCount: sqlite.prepare<[], { n: number }>('select count(*) as n from receipts'),
    }
  }

  // ---- what has arrived ----

  async knowCard(file: Uint8Array) {
    return this.transaction((): Result<{ party: string; digest: string }> => {
      const card = this.cardsKnown.keep(file)
      if (!card.ok) return card
      this.consequences.cardArrived()
      return ok({ party: card.value.party, digest: card.value.digest })
    })
  }

  async knowAgreement(canonical: Uint8Array) {
    return this.transaction((): Result<{ id: string; version: string }> => {
      const known = this.agreements.keep(canonical)
      if (!known.ok) return known
      const { version, agreement, fresh } = known.value
      if (fresh) this.consequences.agreementArrived(known.value)
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
    return this.transaction(() => this.consequences.entriesArrived(origin, fromIndex, entries), origin)
  }

  async foldReceipt(receipt: ReceiptToFold) {
    await this.foldReceipts([receipt])
  }

  async foldReceipts(receipts: readonly ReceiptToFold[]) {
    if (receipts.length > RECEIPTS_PER_FOLD_MAX)
      throw new Error(`At most ${RECEIPTS_PER_FOLD_MAX} receipts are folded at once.`)
    this.transaction(() => {
      for (const receipt of receipts) this.consequences.receiptArrived(receipt)
    })
  }

  async forgetReceipt(receipt: ReceiptToFold) {
    return this.transaction(() => {
      if (this.named.isNamed(receipt) || this.forces.rest(receipt.digest)) return false
      return this.bounds.forget(receipt)
    })
  }

  async receiptsUnheld(origin: string, by: string, after: (namedIn: string) => number, most: number) {
    return this.named.unheld(origin, by, after, most)
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
    this.transaction(() => this.partStates.set(origin.text, index, part, state, code, title))
  }

  async foldObjects(record: string, part: number, objects: readonly ObjectToFold[]) {
    const ref = parseRecordRef(record)
    if (!ref.ok) throw new Error(ref.message)
    const { origin, index } = ref.value
    const collection = COLLECTIONS.indexOf(origin.party === this.party ? 'outbox' : 'inbox')
    this.transaction(() => {
      // The record's own row first, so that its objects are on show as soon as they are here.
      this.consequences.derive(origin.text, index, index + 1)
      if (this.partStates.isDestroyed(origin.text, index, part)) return
      this.sources.keep({ origin: origin.text, idx: index, part, pact: origin.pact, collection }, objects)
    })
  }

  async nextToForget(record: string, part: number) {
    const ref = parseRecordRef(record)
    if (!ref.ok) throw new Error(ref.message)
    const { origin, index } = ref.value
    return this.transaction(() => {
      this.partStates.destroy(origin.text, index, part)
      const ids = this.sources.nextToForget(origin.text, index, part)
      return [...new Set(ids)].map((id) => ({ idDigest: digestOfId(id), origin: origin.text, index }))
    })
  }

  async forgetContent(record: string, part: number) {
    const ref = parseRecordRef(record)
    if (!ref.ok) throw new Error(ref.message)
    const { origin, index } = ref.value
    return this.transaction(() => {
      // First of all, so that nothing more is folded of it meanwhile.
      this.partStates.destroy(origin.text, index, part)
      return this.sources.forget(origin.text, index, part)
    })
  }

  async contentRemoved(record: string, part: number) {
    const ref = parseRecordRef(record)
    if (!ref.ok) throw new Error(ref.message)
    this.partStates.removed(ref.value.origin.text, ref.value.index, part)
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

  async foldSplit(origin: string, common: number) {
    this.transaction(() => this.consequences.splitFound(origin, common))
  }

  async pinnedSize(origin: string) {
    return this.sql.pinnedSize.get(origin)?.size ?? undefined
  }

  async settle() {
    return this.transaction(() => this.step())
  }

  async reset() {
    this.transaction(() => {
      for (const table of FOLDED) this.store.sqlite.exec(`delete from ${table}`)
      this.shelf.search.empty()
      this.cardsKnown.clear()
      this.agreements.clear()
    })
    this.readers.clear()
    this.successions.drop()
    this.splits.recall()
    this.forces.recall()
    this.notices_.recall()
  }

  async digest() {
    await this.allSettled()
    return digestOf(this.store.sqlite)
  }

  async digests() {
    await this.allSettled()
    return digestsOf(this.store.sqlite)
  }

  private async allSettled(): Promise<void> {
    while (await this.settle()) await new Promise((resolve) => setImmediate(resolve))
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

  async objects(...[query, goesOn]: Parameters<Views['objects']>) {
    this.settleSome()
    return readObjects(this.store, this.shelf, query, goesOn)
  }

  async object(id: string) {
    const detail = await readObject(this.store, id, (of) => this.records_.provenance(of))
    return detail && { ...detail, feedback: this.feedback_.of(id) }
  }

  async graph({ ids, search, pact, depth, nodes = GRAPH_NODES_MAX }: GraphQuery, turn: () => Promise<unknown>) {
    const rest = { depth, nodes, ...(pact === undefined ? {} : { pact }) }
    if (search === undefined) {
      return ok(await readGraph(this.store, { ids: ids ?? [], left: 0, leftIsLeast: false, ...rest }, turn))
    }
    this.settleSome()
    const found = await readObjects(this.store, this.shelf, { ...search, limit: nodes })
    if (!found.ok) return found
    const { objects, total, totalIsLeast } = found.value
    const left = total - objects.length
    const start = { ids: objects.map(({ id }) => id), left, leftIsLeast: totalIsLeast, ...rest }
    return ok(await readGraph(this.store, start, turn))
  }

  async timeline(...[query, turn]: Parameters<Views['timeline']>) {
    this.settleSome()
    const { store, shelf, party, feedback_: feedback, records_: records } = this
    const timesOfRecord = (origin: string, idx: number) => records.times(origin, idx)
    return readTimeline({ store, shelf, party, feedback, timesOfRecord }, query, turn)
  }

  async selection({ ids = [], search }: SelectionQuery, turn: () => Promise<unknown>) {
    this.settleSome()
    const found = [...ids]
    const tooMany = refuse(
      'views/selection',
      `At most ${SELECTED_MAX} objects are taken out at once; narrow the search.`,
    )
    for (let cursor: string | null = null; search !== undefined; ) {
      const place: { cursor?: string } = cursor === null ? {} : { cursor }
      const page = await readObjects(this.store, this.shelf, { ...search, ...place, limit: OBJECT_PAGE_MAX })
      if (!page.ok) return page
      found.push(...page.value.objects.map(({ id }) => id))
      cursor = page.value.next
      if (found.length > SELECTED_MAX) return tooMany
      if (cursor === null) break
      await turn()
    }
    return found.length > SELECTED_MAX ? tooMany : readSelection(this.store, found, turn)
  }

  async feedback(query: Parameters<Views['feedback']>[0]) {
    return this.feedback_.onOurs(query)
  }

  async balance(...of: Parameters<Views['balance']>) {
    this.settleSome()
    return this.balances.of(...of)
  }

  received(query: Parameters<Views['received']>[0]) {
    this.settleSome()
    return this.received_.of(query)
  }

  saidOf(...of: Parameters<Views['saidOf']>) {
    return this.received_.saidOf(...of)
  }

  receivedObject(pact: string, id: string) {
    return this.received_.one(pact, id)
  }

  async conflictSources() {
    return readConflictSources(this.store)
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
    const textOf = ({ id, version }: (typeof objects)[number]) =>
      this.sql.shown.get(pact, of, id, versionOrder(version ?? ''))?.source
    return this.together(() => objects.map(textOf))
  }

  async revokedByUs(pact: string, ids: readonly string[]) {
    if (ids.length > OBJECTS_PER_FOLD_MAX) throw new Error(`At most ${OBJECTS_PER_FOLD_MAX} objects at once.`)
    return this.together(() => new Set(ids.filter((id) => this.isRevokedByUs(pact, id))))
  }

  async passages(objects: readonly GoingObject[], going: Going) {
    if (objects.length > OBJECTS_PER_FOLD_MAX) throw new Error(`At most ${OBJECTS_PER_FOLD_MAX} objects at once.`)
    return this.together(() => objects.map((object) => this.originators_.passage(object, going)))
  }

  async partsToOpen(origin: string) {
    return this.partStates.toOpen(origin)
  }

  async rejectionsToSay() {
    this.settleSome()
    return this.records_.rejectionsToSay()
  }

  async partsToRemove() {
    this.settleSome()
    return this.lives.toRemove()
  }

  async partsExcused() {
    this.settleSome()
    return this.lives.excused()
  }

  isDestroyed(origin: string, index: number, part: number) {
    return this.lives.isExcused(origin, index, part)
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
    return this.partStates.addressees(origin, sealed)
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
      objects: this.shelf.counts.held(),
      receipts: this.sql.receiptCount.get()?.n ?? 0,
      unsettled: this.consequences.rowsDue() + this.sources.unsettled(),
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

  collectionText(digest: string) {
    return this.store.textIfHeld(digest)
  }

  collectionTexts(digests: readonly string[], from: number, characters: number) {
    return this.together(() => {
      const texts: (string | undefined)[] = []
      for (let at = from, left = characters; at < digests.length && left > 0; at++) {
        const text = this.store.textIfHeld(digests[at] ?? '')
        left -= text?.length ?? 0
        texts.push(text)
      }
      return texts
    })
  }

  feeds(pact: string) {
    return feedsOf(this.store.sqlite, pact)
  }

  sharedInRecord(record: string, after: { part: number; position: number }) {
    const ref = parseRecordRef(record)
    if (!ref.ok) return []
    const { origin, index } = ref.value
    return sharedInRecord(this.store.sqlite, { origin: origin.text, idx: index }, after, OBJECTS_PER_FOLD_MAX)
  }

  consents(pact: string) {
    return consentsUnder(this.store.sqlite, pact)
  }

  sharedByUs(pact: string, id: string) {
    return sharedByUs(this.store.sqlite, pact, id)
  }

  sharedWithUs(pact: string, id: string, options?: Parameters<Views['sharedWithUs']>[2]) {
    return sharedWithUs(this.store.sqlite, pact, id, options)
  }

  feedbackByUs(pact: string, id: string) {
    return feedbackByUs(this.store.sqlite, pact, id)
  }

  inCollection(pact: string, collection: CollectionQuery['collection'], id: string) {
    return inCollection(this.store, pact, collection, id)
  }

  saidLately(author: string, pact: string, sinceMs: number) {
    return this.records_.saidLately(author, pact, sinceMs)
  }

  recordsOfShare(author: string, pact: string, share: string) {
    return this.records_.recordsOfShare(author, pact, share)
  }

  recallSharedOnce(all: Iterable<SharedOnce>) {
    this.transaction(() => this.sharedOnce.recall(all))
  }

  addSharedOnce(some: readonly SharedOnce[]) {
    this.transaction(() => {
      for (const one of some) this.sharedOnce.add(one)
    })
  }

  recallRemoved(all: readonly RemovedHere[]) {
    this.transaction(() => this.removed.recall(all))
  }

  removeHere(some: readonly RemovedHere[]) {
    this.transaction(() => {
      for (const one of some) this.removed.add(one)
    })
  }

  versionsMeant(...of: Parameters<Views['versionsMeant']>) {
    return this.removed.meant(...of)
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
      this.splits.recall()
      this.forces.recall()
      this.notices_.recall()
      throw cause
    }
  }

  /** Many small questions in one transaction: to begin and end one for each takes longer than to answer it. */
  private together<T>(ask: () => T): T {
    return this.store.sqlite.transaction(ask)()
  }

  private step(): boolean {
    return this.consequences.step() || this.sources.step() || this.shelf.search.step()
  }

  private settleSome(): void {
    this.transaction(() => {
      // Objects and their words are left to settle: a question must not wait for a share of a hundred thousand.
      for (let step = 0; step < STEPS_PER_READ && this.consequences.step(); step++);
    })
  }
}
