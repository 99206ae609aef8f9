// Cutting files of evidence (spec/evidence.md): for one record its entry, proofs, receipts and cards, or for several that
// answer each other all of these and once what they share; and nothing of any other record. What a file proves is not
// decided here: the verifier does.

import type { LogFiles } from '@countersign/ledger'
import { ok, type Result, refuse, toBase64, verifyCheckpoint } from '@countersign/log'
import type { Agreement } from '@countersign/pact'
import {
  type Card,
  EVIDENCE_LIMITS,
  type EvidenceFile,
  EXCHANGE_LIMITS,
  type ExchangeFile,
  formatEvidence,
  formatExchange,
  noticeOf,
  originParts,
  parseEntry,
  parseOrigin,
  parseReceipt,
  parseRecordRef,
  partyOf,
  type Statement,
} from '@countersign/record'
import { boundingReceipts, bySizeAndSigner, type GivenReceipt } from './bounding-receipts.ts'

interface Place {
  origin: string
  index: number
}

export interface EvidenceSources {
  log(origin: string): LogFiles | undefined
  receiptsOn(origin: string): GivenReceipt[]
  readReceipt(origin: string, receipt: GivenReceipt): Promise<Uint8Array | undefined>
  agreement(id: string, version: string): { agreement: Agreement; bytes: Uint8Array } | undefined
  /** All cards held of a party, whichever root they are of; the lowest serial first. */
  cardsOf(party: string): Promise<Card[]>
  /** Indexes of the valid records of a log that change its keys, rising. */
  keyChanges(origin: string): Promise<number[]>
  /** Salt and plaintext of one part, where it is sealed to us. */
  readPart(record: Place, part: number): Promise<Result<{ bytes: Uint8Array; salt: Uint8Array }>>
  /** The author's checkpoint of more than `index` entries with the lines of its witnesses, where any cosigned it. */
  witnessed(origin: string, index: number): Uint8Array | undefined
  /** The records held here that this one names and those that name it, void ones left out. */
  related(record: Place): Promise<string[]>
}

/** One log as it stands while a file is cut: every proof leads to this checkpoint. */
interface CutLog {
  log: LogFiles
  origin: string
  /** All cards held of its author. */
  cards: Card[]
  checkpoint: Uint8Array
  size: number
}

export async function cutEvidence(
  record: Place,
  options: { reveal: boolean },
  sources: EvidenceSources,
): Promise<Result<Uint8Array>> {
  const { origin, index } = record
  const opened = await openLog(origin, index, sources)
  if (!opened.ok) return opened
  const { log, checkpoint, size } = opened.value
  const read = await readEntry(opened.value, index)
  if (!read.ok) return read
  const { bytes, statement } = read.value
  const pact = sources.agreement(statement.pact.id, statement.pact.version)
  const cards = new Map<string, Card>()
  const keys = await keyEntriesOf(opened.value, index, sources)
  if (!keys.ok) return keys
  for (const card of [...keys.value.cards, ...(await cardsNamed(opened.value, statement, sources))])
    cards.set(card.digest, card)
  const receipts: EvidenceFile['receipts'] = []
  for (const receipt of boundingReceipts(pact?.agreement, statement, index, sources.receiptsOn(origin))) {
    const read = await readReceipt(opened.value, receipt, statement.pact.id, sources)
    if (read === undefined) continue
    for (const card of read.cards) cards.set(card.digest, card)
    const named = { by: receipt.by, note: toBase64(read.bytes), size: receipt.size }
    receipts.push(
      receipt.size > index
        ? { ...named, inclusion: (await log.inclusionProof(index, receipt.size)).map(toBase64) }
        : { ...named, consistency: (await log.consistencyProof(receipt.size, size)).map(toBase64) },
    )
  }
  const content: EvidenceFile['content'] = []
  for (const part of options.reveal ? statement.content.keys() : []) {
    const opened = await sources.readPart(record, part)
    if (!opened.ok) return opened
    content.push({ part, salt: toBase64(opened.value.salt), plaintext: toBase64(opened.value.bytes) })
  }
  return bounded(
    formatEvidence({
      v: 1,
      record: { origin, index },
      entry: toBase64(bytes),
      cardEntries: keys.value.entries,
      agreement: pact === undefined ? null : jsonOf(pact.bytes),
      cards: cardFiles(cards),
      checkpoint: toBase64(checkpoint),
      inclusion: (await log.inclusionProof(index, size)).map(toBase64),
      receipts,
      content,
    }),
  )
}

/**
 * The record and all that it answers and that answers it, as far as held here, the nearest first up to the limit. With
 * `reveal` the content of all that is sealed to us and still held.
 */
export async function cutExchange(
  record: Place,
  options: { reveal: boolean },
  sources: EvidenceSources,
): Promise<Result<Uint8Array>> {
  const places = await exchangeOf(record, sources)
  const cards = new Map<string, Card>()
  const agreements = new Map<string, Record<string, unknown>>()
  const logs: ExchangeFile['logs'] = []
  for (const [origin, indexes] of [...places].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // Its receipts lead to its checkpoint, so it is the newest; witnessed only where that is.
    const opened = await openLog(origin, (sources.log(origin)?.size ?? 0) - 1, sources)
    if (!opened.ok) return opened
    const { log, checkpoint, size } = opened.value
    const keys = await keyEntriesOf(opened.value, Math.max(...indexes), sources)
    if (!keys.ok) return keys
    for (const card of keys.value.cards) cards.set(card.digest, card)
    const records: ExchangeFile['logs'][number]['records'] = []
    const bounds = new Map<string, GivenReceipt>()
    for (const index of [...indexes].sort((a, b) => a - b)) {
      const read = await readEntry(opened.value, index)
      if (!read.ok) return read
      const { bytes, statement } = read.value
      for (const card of await cardsNamed(opened.value, statement, sources)) cards.set(card.digest, card)
      const { id, version } = statement.pact
      const pact = sources.agreement(id, version)
      if (pact !== undefined) agreements.set(version, jsonOf(pact.bytes))
      for (const one of boundingReceipts(pact?.agreement, statement, index, sources.receiptsOn(origin))) {
        bounds.set(`${one.by} ${one.size} ${one.time}`, one)
      }
      records.push({
        index,
        entry: toBase64(bytes),
        inclusion: (await log.inclusionProof(index, size)).map(toBase64),
        content: options.reveal ? await readable({ origin, index }, statement, sources) : [],
      })
    }
    const receipts: ExchangeFile['logs'][number]['receipts'] = []
    for (const receipt of [...bounds.values()].sort(bySizeAndSigner)) {
      const read = await readReceipt(opened.value, receipt, originParts(origin).pact, sources)
      if (read === undefined) continue
      for (const card of read.cards) cards.set(card.digest, card)
      const consistency = (await log.consistencyProof(receipt.size, size)).map(toBase64)
      receipts.push({ by: receipt.by, note: toBase64(read.bytes), size: receipt.size, consistency })
    }
    logs.push({ origin, checkpoint: toBase64(checkpoint), cardEntries: keys.value.entries, records, receipts })
  }
  if (agreements.size > EXCHANGE_LIMITS.agreements) {
    return refuse('evidence/too-many-versions', 'The exchange spans too many versions; cut its records one by one.')
  }
  const sorted = [...agreements].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
  return bounded(formatExchange({ v: 1, kind: 'exchange', agreements: sorted, cards: cardFiles(cards), logs }))
}

/** Indexes by origin. A walk in breadth along what is named, in both directions. */
async function exchangeOf(start: Place, sources: EvidenceSources): Promise<Map<string, Set<number>>> {
  const found = new Map<string, Place>([[`${start.origin}#${start.index}`, start]])
  // A map grows while it is walked.
  for (const place of found.values()) {
    for (const name of await sources.related(place)) {
      const ref = parseRecordRef(name)
      if (!ref.ok || found.size >= EXCHANGE_LIMITS.records) continue
      const { origin, index } = ref.value
      if (sources.log(origin.text) !== undefined) found.set(name, { origin: origin.text, index })
    }
  }
  const byLog = new Map<string, Set<number>>()
  for (const { origin, index } of found.values()) {
    const indexes = byLog.get(origin) ?? new Set()
    byLog.set(origin, indexes.add(index))
  }
  return byLog
}

async function openLog(origin: string, index: number, sources: EvidenceSources): Promise<Result<CutLog>> {
  const log = sources.log(origin)
  const parsed = parseOrigin(origin)
  if (!parsed.ok || log?.checkpoint === undefined || log.size === 0) return notHeld()
  const opening = parseEntry(await log.entry(0))
  const cards = await sources.cardsOf(parsed.value.party)
  // An entry that opens nothing names no card; what there is of the author is put in, and the verifier says what is wrong.
  const named = cards.find(({ digest }) => opening.ok && opening.value.statement.body.card === digest)
  const author = named ?? (opening.ok ? undefined : cards.at(-1))
  if (author === undefined) return noCard(parsed.value.party)
  const checkpoint = sources.witnessed(origin, index) ?? log.checkpoint
  const { ed25519: ed25519PublicKey, mldsa44: mldsa44PublicKey } = author.keys.log
  const head = verifyCheckpoint(checkpoint, { origin, ed25519PublicKey, mldsa44PublicKey })
  return head.ok ? ok({ log, origin, cards, checkpoint, size: head.value.size }) : head
}

async function readEntry(
  { log, size }: CutLog,
  index: number,
): Promise<Result<{ bytes: Uint8Array; statement: Statement }>> {
  if (index >= size) return notHeld()
  const bytes = await log.entry(index)
  const entry = parseEntry(bytes)
  if (!entry.ok) return refuse('evidence/void', `This entry is void and proves nothing: ${entry.message}`)
  return ok({ bytes, statement: entry.value.statement })
}

/** Undefined where it cannot be part of the file: no card whose keys gave it is held, or it is over more than the log here. */
async function readReceipt(
  { log, origin, cards }: CutLog,
  receipt: GivenReceipt,
  pact: string,
  sources: EvidenceSources,
) {
  const bytes = await sources.readReceipt(origin, receipt)
  const author = cards.find((card) => bytes !== undefined && isSignedBy(bytes, origin, card))
  if (bytes === undefined || author === undefined || receipt.size > log.size) return undefined
  const held = await sources.cardsOf(receipt.by)
  const signer = held.find((card) => {
    const by = { party: receipt.by, pact, keys: card.keys.receipt }
    return parseReceipt(bytes, { author: author.keys.log, origin, by }).ok
  })
  return signer === undefined ? undefined : { cards: lineOf(signer, held), bytes }
}

function isSignedBy(note: Uint8Array, origin: string, card: Card): boolean {
  const { ed25519: ed25519PublicKey, mldsa44: mldsa44PublicKey } = card.keys.log
  return verifyCheckpoint(note, { origin, ed25519PublicKey, mldsa44PublicKey }).ok
}

/** The entries that say by which card the author speaks at `index`, and the cards they name. */
async function keyEntriesOf(
  { log, origin, cards, size }: CutLog,
  index: number,
  sources: EvidenceSources,
): Promise<Result<{ entries: EvidenceFile['cardEntries']; cards: Card[] }>> {
  const changes = (await sources.keyChanges(origin)).filter((at) => at > 0 && at < index)
  const entries: EvidenceFile['cardEntries'] = []
  const named: Card[] = []
  for (const at of [0, ...changes]) {
    const bytes = await log.entry(at)
    const entry = parseEntry(bytes)
    const card = cards.find(({ digest }) => entry.ok && digest === entry.value.statement.body.card)
    if (at > 0 && card === undefined) return noCard(partyOf(origin))
    entries.push({ index: at, entry: toBase64(bytes), inclusion: (await log.inclusionProof(at, size)).map(toBase64) })
    named.push(...(card === undefined ? cards.slice(-1) : lineOf(card, cards)))
  }
  if (entries.length > EVIDENCE_LIMITS.cardEntries)
    return refuse('evidence/too-many-keys', 'The keys of this log changed more often than a file of evidence can show.')
  return ok({ entries, cards: named })
}

/** The card that a record itself brings into force, for those after it; those that a notice names. */
async function cardsNamed({ cards }: CutLog, { type, body }: Statement, sources: EvidenceSources): Promise<Card[]> {
  if (type === 'party/keys') return namedOf([body.card], cards)
  const notice = type === 'party/notice' ? noticeOf(body) : undefined
  if (notice?.ok !== true) return []
  const { party, by, cards: digests } = notice.value.body
  return namedOf([by, ...digests], await sources.cardsOf(party))
}

function namedOf(digests: readonly unknown[], held: readonly Card[]): Card[] {
  return held.filter(({ digest }) => digests.includes(digest)).flatMap((card) => lineOf(card, held))
}

/** A card and those that it succeeds, as far as held: by them a reader comes from a root it trusts to this one. */
function lineOf(card: Card, held: readonly Card[]): Card[] {
  const line = [card]
  for (let at: Card | undefined = card; at !== undefined; ) {
    const before: string | undefined = at.succeeds?.card
    at = held.find((one) => one.digest === before && !line.includes(one))
    if (at !== undefined) line.push(at)
  }
  return line
}

function noCard(party: string): Result<never> {
  return refuse('evidence/no-card', `The card by which ${party} speaks in this log is not held here.`)
}

async function readable(
  record: Place,
  statement: Statement,
  sources: EvidenceSources,
): Promise<EvidenceFile['content']> {
  const content: EvidenceFile['content'] = []
  for (const part of statement.content.keys()) {
    const opened = await sources.readPart(record, part)
    if (!opened.ok) continue
    content.push({ part, salt: toBase64(opened.value.salt), plaintext: toBase64(opened.value.bytes) })
  }
  return content
}

function cardFiles(cards: ReadonlyMap<string, Card>): Record<string, unknown>[] {
  const sorted = [...cards.values()].sort((a, b) =>
    a.party === b.party ? a.body.serial - b.body.serial : a.party < b.party ? -1 : 1,
  )
  return sorted.map(({ bytes }) => jsonOf(bytes))
}

function jsonOf(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(bytes))
}

function notHeld(): Result<never> {
  return refuse('not-found/record', 'This record is not held here; list what is held with: countersign records')
}

/** No reader would take more. */
function bounded(file: Uint8Array): Result<Uint8Array> {
  return file.length <= EVIDENCE_LIMITS.fileBytes
    ? ok(file)
    : refuse('evidence/too-large', 'The file would be larger than any reader takes; cut it without the content.')
}
